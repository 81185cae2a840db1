//! The steady load: its rate, its seed, its wake-ups.

use super::*;
use crate::domain::control::Burst;

#[test]
fn the_load_has_its_rate_and_its_share_of_queries() {
    for seed in 0..10 {
        let mut driver = Driver::new(&settings(2_000), seed, healthy());
        driver.run_to(5_000);
        let submitted = driver.submitted();
        // 10,000 expected; five standard deviations of Poisson are 500.
        assert!(submitted.len().abs_diff(10_000) < 500, "seed {seed}: {}", submitted.len());
        let queries = submitted.iter().filter(|(_, record)| record.command.is_query()).count();
        assert!(queries.abs_diff(submitted.len() * 3 / 10) < 300, "seed {seed}: {queries} queries");
        assert_balanced(&driver, seed);
        let flow = driver.flow();
        assert!(flow.acked_per_s.abs_diff(1_400) < 200, "seed {seed}: {}", flow.acked_per_s);
        assert!(flow.queries_per_s.abs_diff(600) < 150, "seed {seed}: {}", flow.queries_per_s);
        assert_eq!((flow.retried, flow.refused_per_s), (0, 0), "seed {seed}");
        assert_eq!(flow.latency_total.max, MS_3);
        assert!(flow.peak_per_s >= flow.acked_per_s);
    }
}

#[test]
fn the_same_seed_says_the_same_things_and_another_seed_others() {
    let run = |seed| {
        let mut driver = Driver::new(&settings(5_000), seed, healthy());
        driver.run_to(300);
        driver.control(Control::Burst(Burst::KEY));
        driver.run_to(2_000);
        (driver.digest, driver.steps)
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).0, run(8).0);
}

#[test]
fn a_copy_goes_on_as_the_original_does() {
    let mut original = Driver::new(&settings(5_000), 3, healthy());
    original.run_to(700);
    let mut copy =
        Driver { clients: original.clients.clone(), desk: healthy(), ..Driver::new(&settings(0), 3, healthy()) };
    (copy.queue, copy.pushed, copy.now) = (original.queue.clone(), original.pushed, original.now);
    (copy.digest, copy.steps) = (original.digest, original.steps);
    original.run_to(1_500);
    copy.run_to(1_500);
    assert_eq!((original.digest, original.steps), (copy.digest, copy.steps));
}

#[test]
fn the_books_hold_a_bounded_number_of_orders_for_ever() {
    // Everything rests and nothing trades: the worst case for the books.
    let mut rests = BTreeSet::new();
    let mut peak = 0;
    let mut driver = Driver::new(&settings(50_000), 9, healthy());
    for second in 1..=20 {
        driver.run_to(second * 1_000);
        for (_, fact) in std::mem::take(&mut driver.facts) {
            let Fact::Client(ClientFact::Submitted(batch)) = fact else { continue };
            for record in batch.records() {
                match record.command {
                    command if may_rest(&command) => {
                        rests.insert(record.id);
                    }
                    Command::Cancel { order, .. } => {
                        assert!(rests.remove(&record.id.client.request(order)), "an own resting order is cancelled");
                    }
                    _ => {}
                }
            }
        }
        peak = peak.max(rests.len());
    }
    assert!(peak < 64 * 80, "{peak} orders rest");
}

#[test]
fn controls_change_the_load_and_say_so_once() {
    let mut driver = Driver::new(&settings(1_000), 1, healthy());
    driver.run_to(100);
    driver.control(Control::SetRate(8_000));
    driver.control(Control::SetRate(8_000));
    driver.control(Control::SetReadFrom(ReadFrom::Replica));
    driver.control(Control::SetAck(AckRule::All));
    driver.run_to(1_300);
    let flow = driver.flow();
    assert_eq!((flow.rate, flow.read_from, flow.ack), (8_000, ReadFrom::Replica, AckRule::All));
    assert!((flow.acked_per_s + flow.queries_per_s).abs_diff(8_000) < 500);
    driver.control(Control::SetLoad(false));
    let before = driver.submitted().len();
    driver.run_to(4_000);
    assert_eq!(driver.submitted().len(), before);
    assert_eq!(driver.flow().acked_per_s, 0);
    assert_eq!(
        driver.events,
        [
            EventKind::LoadChanged { orders_per_s: 8_000 },
            EventKind::ReadsMoved { to: ReadFrom::Replica },
            EventKind::LoadChanged { orders_per_s: 0 }
        ]
    );
}

#[test]
fn without_a_load_nobody_is_woken() {
    let mut driver = Driver::new(&settings(0), 1, healthy());
    driver.run_to(60_000);
    assert_eq!(driver.steps, 1);
}

#[test]
fn wake_ups_are_few_however_high_the_rate() {
    let mut driver = Driver::new(&settings(500_000), 1, healthy());
    driver.run_to(500);
    // 10,000 windows, each with one wake-up and one message of answers, and the looks at those that wait.
    assert!(driver.steps < 21_000, "{} steps", driver.steps);
    assert!(driver.submitted().len() > 240_000);
}
