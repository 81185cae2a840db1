//! Bursts, and the bounded places of the sessions.

use super::*;
use crate::domain::control::Burst;

#[test]
fn a_burst_keeps_its_number_in_flight_and_ends_when_all_is_answered() {
    for seed in 0..5 {
        let slow: Desk = Box::new(|_, record| vec![(SimDuration::from_millis(150), granted(record))]);
        let mut driver = Driver::new(&settings(0), seed, slow);
        driver.run_to(100);
        driver.control(Control::Burst(Burst { orders: 5_000, ..Burst::KEY }));
        driver.run_to(1_000);
        // 256 every 150 ms.
        assert_eq!(driver.in_flight_peak, 256, "seed {seed}");
        assert!(driver.flow().burst.is_some_and(|(to_go, of)| of == 5_000 && to_go < of));
        driver.run_to(5_000);
        assert_balanced(&driver, seed);
        assert_eq!(driver.submitted().len(), 5_000, "seed {seed}");
        assert!(driver.submitted().iter().all(|(_, record)| !record.command.is_query()));
        assert_eq!(
            driver.events,
            [EventKind::BurstBegan { orders: 5_000 }, EventKind::BurstEnded { orders: 5_000, failed: 0 }]
        );
        assert_eq!(driver.flow().burst, None);
    }
}

#[test]
fn presses_of_the_burst_key_add_up() {
    let mut driver = Driver::new(&settings(0), 1, healthy());
    (0..3).for_each(|_| driver.control(Control::Burst(Burst::KEY)));
    driver.run_to(500);
    assert!(driver.submitted().len().abs_diff(1_500) <= 3);
    driver.run_to(1_500);
    assert_eq!(driver.submitted().len(), 3_000);
    let ended = |kind: &&EventKind| matches!(kind, EventKind::BurstEnded { orders: 1_000, failed: 0 });
    assert_eq!(driver.events.iter().filter(ended).count(), 3);
}

#[test]
fn a_raw_million_is_offered_and_what_has_no_place_is_refused_at_once() {
    let raw = Burst { orders: 1_000_000, over: SimDuration::from_secs(2), in_flight_max: None };
    let mut driver = Driver::new(&settings(0), 1, Box::new(|_, _| Vec::new()));
    driver.control(Control::Burst(raw));
    driver.run_to(1_990);
    let places = u64::from(BURST_SESSIONS) * SPAN_MAX as u64;
    assert_eq!(driver.in_flight_peak, places, "every place is taken, and no more");
    driver.run_to(3_100);
    assert_balanced(&driver, 1);
    assert!(driver.retried().is_empty(), "raw clients do not ask again");
    assert_eq!(driver.events.last(), Some(&EventKind::BurstEnded { orders: 1_000_000, failed: 1_000_000 }));
    assert_eq!(driver.submitted().len(), driver.gave_up().len());
    assert!(driver.submitted().len() as u64 <= places * 3);
}

#[test]
fn a_steady_load_without_answers_stays_within_its_places() {
    let mut driver = Driver::new(&settings(200_000), 1, Box::new(|_, _| Vec::new()));
    driver.run_to(900);
    let flow = driver.flow();
    assert_eq!(flow.waiting, 64 * SPAN_MAX as u64);
    assert!(flow.refused_per_s > 50_000, "{}", flow.refused_per_s);
}

#[test]
fn that_no_place_is_left_is_told_once_until_half_of_them_are_free_again() {
    let raw = Burst { orders: 400_000, over: SimDuration::from_millis(400), in_flight_max: None };
    let mut driver = Driver::new(&settings(0), 1, Box::new(|_, _| Vec::new()));
    let full = |driver: &Driver| {
        let told = |kind: &&EventKind| matches!(kind, EventKind::Overloaded { queue: Queue::Clients });
        driver.events.iter().filter(told).count()
    };
    driver.control(Control::Burst(raw));
    driver.run_to(50);
    assert_eq!(full(&driver), 0, "there is room at first");
    driver.run_to(500);
    assert_eq!(full(&driver), 1, "and then for two windows out of three there is none");
    driver.run_to(2_000);
    driver.control(Control::Burst(raw));
    driver.run_to(2_500);
    assert_eq!(full(&driver), 2, "all had been given up meanwhile");
}
