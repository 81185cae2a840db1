//! Market makers are clients: their requests are a part of the load, and everything that holds of the others holds of them.

use super::*;
use crate::workload::makers::{LEVELS, QUOTES_MAX};

/// The first session that is a maker's, of the 64 of the default load.
const FIRST_MAKER: u32 = 57;

fn with_makers(orders_per_s: u64, maker_percent: u32) -> Settings {
    let mut settings = settings(orders_per_s);
    settings.load.maker_percent = maker_percent;
    settings
}

fn is_makers(record: &Record) -> bool {
    (FIRST_MAKER..=64).contains(&record.id.client.0)
}

#[test]
fn makers_are_a_part_of_the_load_and_stop_with_it() {
    for (percent, seed) in [(30, 1), (30, 2), (70, 1)] {
        let mut driver = Driver::new(&with_makers(5_000, percent), seed, healthy());
        driver.run_to(4_000);
        let submitted = driver.submitted();
        let makers = submitted.iter().filter(|(_, record)| is_makers(record)).count() as u64;
        let all = submitted.len() as u64;
        assert!(all.abs_diff(20_000) < 700, "{percent} %, seed {seed}: {all} requests in four seconds");
        let wanted = all * u64::from(percent) / 100;
        assert!(makers.abs_diff(wanted) < 400, "{percent} %, seed {seed}: {makers} of {all}");
        let queries = submitted.iter().filter(|(_, record)| matches!(record.command, Command::Query { .. })).count();
        assert!((queries as u64).abs_diff(all * 3 / 10) < 400, "{percent} %, seed {seed}: {queries} queries of {all}");
        driver.control(Control::SetLoad(false));
        driver.run_to(6_000);
        assert_eq!(driver.submitted().len(), submitted.len(), "nobody sends any more");
        assert_balanced(&driver, seed);
        assert_eq!(driver.flow().waiting, 0);
    }
}

#[test]
fn without_makers_every_draw_is_what_it_was() {
    let mut driver = Driver::new(&with_makers(5_000, 0), 3, healthy());
    driver.run_to(2_000);
    assert_eq!(driver.digest, BEFORE_MAKERS, "the flow of orders before there were makers");
    let makers = driver.submitted().iter().filter(|(_, record)| is_makers(record)).count();
    assert!(makers > 500, "those sessions send what all others do: {makers}");
}

/// The digest over two seconds of requests, as they were before there were makers.
const BEFORE_MAKERS: Digest = Digest(7_447_535_842_738_646_940);

#[test]
fn a_single_session_is_no_maker() {
    let mut settings = with_makers(1_000, 100);
    settings.client.sessions = 1;
    let mut driver = Driver::new(&settings, 1, healthy());
    driver.run_to(1_000);
    let orders = driver.submitted();
    assert!(orders.len() > 800 && orders.iter().any(|(_, record)| !may_rest(&record.command)), "it trades as before");
}

#[test]
fn makers_whose_answers_do_not_come_leave_nothing_in_the_books_for_ever() {
    // Every third request is never answered, every fifth refused; every limit order rests all the same.
    let desk: Desk = Box::new(|_, record| match record.id.sequence.0 % 15 {
        0 | 3 | 6 | 9 | 12 => Vec::new(),
        5 | 10 => vec![(MS_3, Reply::Refused(Why::NoLiquidity))],
        _ => vec![(MS_3, granted(record))],
    });
    let mut settings = with_makers(2_000, 100);
    settings.load.query_percent = 0;
    settings.client.retries_max = 0;
    let mut driver = Driver::new(&settings, 5, desk);
    driver.run_to(20_000);
    let mut resting: BTreeSet<RequestId> = BTreeSet::new();
    for (_, record) in driver.submitted().into_iter().filter(|(_, record)| is_makers(record)) {
        match record.command {
            Command::Place { .. } if !matches!(record.id.sequence.0 % 15, 5 | 10) => drop(resting.insert(record.id)),
            Command::Cancel { order, .. } if !matches!(record.id.sequence.0 % 15, 0 | 3 | 5 | 6 | 9 | 10 | 12) => {
                resting.remove(&record.id.client.request(order));
            }
            _ => {}
        }
    }
    // A second of requests waits for its deadline; what is older stands in a ladder or was taken back.
    let bound = 10 * QUOTES_MAX;
    assert!(resting.len() <= bound && resting.len() >= 10 * LEVELS, "{} rest, {bound} may", resting.len());
}

#[test]
fn the_rate_of_orders_is_the_load_however_long_answers_take() {
    // No answer for a second: after a moment every quote of the makers is in flight.
    let desk: Desk = Box::new(|_, record| vec![(SimDuration::from_millis(990), granted(record))]);
    let mut settings = with_makers(30_000, 30);
    (settings.load.query_percent, settings.client.sessions) = (0, 1_024);
    let mut driver = Driver::new(&settings, 1, desk);
    driver.run_to(900);
    let submitted = driver.submitted();
    let queries = submitted.iter().filter(|(_, record)| record.command.is_query()).count();
    assert_eq!(queries, 0, "of {}", submitted.len());
    assert!(submitted.len().abs_diff(27_000) < 800, "{} orders in 0.9 s", submitted.len());
}
