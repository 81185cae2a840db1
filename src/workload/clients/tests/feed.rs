//! Orders of a file in place of the drawn load.

use super::*;
use crate::domain::event::FeedEvent;
use crate::domain::feed::{FeedError, FeedOrder, FeedRows, FeedSettings};
use crate::domain::order::Side;

fn played(times_ms: impl Iterator<Item = u64>, wrong: Option<usize>) -> Settings {
    let order = |ms| FeedOrder {
        at: SimTime::from_millis(ms),
        symbol: SymbolId(6),
        side: Side::Sell,
        order_type: OrderType::Limit(Price(10_000 + ms as i64)),
        quantity: Quantity(3),
    };
    let rows = FeedRows::Orders(times_ms.map(order).collect());
    let wrong = wrong.map(|line| FeedError { line, said: "x".into() });
    let mut settings = settings(2_000);
    let path = "orders.csv".into();
    settings.feed = Some(FeedSettings { path, digest: Digest(0), symbol: None, rows, wrong, bent: 2 });
    settings
}

#[test]
fn the_orders_of_a_file_are_sent_at_their_times_and_no_others() {
    let mut driver = Driver::new(&played([3, 3, 40, 900].into_iter(), Some(6)), 1, healthy());
    driver.run_to(2_000);
    let sent: Vec<_> = driver.submitted().iter().map(|(at, record)| (at.as_millis(), record.command)).collect();
    let order =
        |ms: u64| Command::place(SymbolId(6), Side::Sell, OrderType::Limit(Price(10_000 + ms as i64)), Quantity(3));
    assert_eq!(sent, [3, 3, 40, 900].map(|ms| (ms, order(ms))));
    let feed = |kind: &&EventKind| matches!(kind, EventKind::Feed(_));
    let told: Vec<_> = driver.events.iter().filter(feed).cloned().collect();
    let expected = [
        EventKind::Feed(FeedEvent::Opened { rows: 4 }),
        EventKind::Feed(FeedEvent::Wrong { line: 6 }),
        EventKind::Feed(FeedEvent::Bent { rows: 2 }),
        EventKind::Feed(FeedEvent::Ended { orders: 4 }),
    ];
    assert_eq!(told, expected);
    assert_eq!(driver.flow().feed.unwrap().sent, Some(4));
}

#[test]
fn a_file_that_is_faster_than_the_desk_waits_and_loses_nothing() {
    let mut settings = played(std::iter::repeat_n(1, 5_000), None);
    settings.client.sessions = 2;
    let mut driver = Driver::new(&settings, 1, healthy());
    driver.run_to(2);
    assert_eq!(driver.submitted().len(), 2 * SPAN_MAX, "as many as there are places");
    driver.run_to(500);
    assert_eq!(driver.submitted().len(), 5_000);
    let open = driver.clients.sessions.iter().map(|session| session.open.len()).max();
    assert!(open.is_some_and(|open| open <= SPAN_MAX + 64), "what a session remembers is bounded: {open:?}");
}

#[test]
fn switching_the_load_off_stops_the_file_and_on_goes_on_with_it() {
    let mut driver = Driver::new(&played([10, 60, 110].into_iter(), None), 1, healthy());
    driver.run_to(20);
    driver.control(Control::SetLoad(false));
    driver.run_to(520);
    assert_eq!(driver.submitted().len(), 1);
    driver.control(Control::SetLoad(true));
    driver.run_to(1_000);
    let times: Vec<_> = driver.submitted().iter().map(|(at, _)| at.as_millis()).collect();
    assert_eq!(times, [10, 560, 610], "500 ms later than the file says");
}

#[test]
fn what_a_file_says_nobody_else_sets() {
    let driver = Driver::new(&played([10].into_iter(), None), 1, healthy());
    let hot = Control::HotSymbol { symbol: SymbolId(6), percent: 50 };
    for control in [Control::SetRate(100), Control::SetSkew(1_000), hot, Control::FindCapacity] {
        assert_eq!(driver.clients.refusal(driver.now, &control), Some(Why::LoadOfFile), "{control:?}");
    }
}
