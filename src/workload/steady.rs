//! The steady load: orders drawn at a rate, or orders of a file at their own times.
//!
//! Idea: both answer the same two questions, what is due now and when to wake next, so the clients do not care which it is.
//! Shape: a file's clock stands still while the load is switched off, so that nothing of it is skipped; its rate cannot be
//! set, its times are its own. An order that finds no free place waits in the file and is tried again.
//! Bound: what a step takes is bounded by the places of the sessions; the file itself by its reader.

use std::sync::Arc;

use super::arrivals::Arrivals;
use crate::domain::feed::{FeedOrder, FeedRows, FeedSettings};
use crate::domain::time::{SimDuration, SimTime};

/// Where the steady load comes from.
#[derive(Clone, Debug)]
pub enum Steady {
    /// Drawn, at a rate.
    Drawn(Arrivals),
    /// From a file.
    File(FileOrders),
}

/// Orders of a file, and how far they have been played.
#[derive(Clone, Debug)]
pub struct FileOrders {
    orders: Arc<[FeedOrder]>,
    /// How many have been sent.
    sent: usize,
    /// So long the load was switched off.
    stood: SimDuration,
    /// Since when it is off.
    off_since: Option<SimTime>,
    /// There was no place: nothing is tried before.
    not_before: SimTime,
}

impl Steady {
    /// The load of a run that plays this feed, or none; drawn from the seed if the feed is no orders.
    pub fn new(seed: u64, feed: Option<&FeedSettings>) -> Self {
        match feed {
            Some(FeedSettings { rows: FeedRows::Orders(orders), .. }) => Self::File(FileOrders {
                orders: Arc::clone(orders),
                sent: 0,
                stood: SimDuration::ZERO,
                off_since: Some(SimTime::ZERO),
                not_before: SimTime::ZERO,
            }),
            _ => Self::Drawn(Arrivals::new(seed)),
        }
    }

    /// From now on at this rate; 0 is off. A file is only switched on and off by it.
    pub fn set_rate(&mut self, now: SimTime, rate: u64) {
        match self {
            Self::Drawn(arrivals) => arrivals.set_rate(now, rate),
            Self::File(file) => file.switch(now, rate),
        }
    }

    /// When something is due next.
    pub fn next(&self) -> SimTime {
        match self {
            Self::Drawn(arrivals) => arrivals.next_window(),
            Self::File(file) => file.next().map_or(SimTime::NEVER, |(at, _)| at),
        }
    }
}

impl FileOrders {
    fn switch(&mut self, now: SimTime, rate: u64) {
        match (rate, self.off_since) {
            (0, None) => self.off_since = Some(now),
            (1.., Some(since)) => {
                self.stood = self.stood + now.since(since);
                self.off_since = None;
            }
            _ => {}
        }
    }

    /// The next order and when it is due; `None` while the load is off, and after the last.
    pub fn next(&self) -> Option<(SimTime, &FeedOrder)> {
        let order = self.orders.get(self.sent)?;
        self.off_since.is_none().then(|| ((order.at + self.stood).max(self.not_before), order))
    }

    /// The next order, if it is due; it counts as sent once [`sent`](Self::sent) is called.
    pub fn due(&self, now: SimTime) -> Option<FeedOrder> {
        self.next().filter(|(at, _)| *at <= now).map(|(_, order)| *order)
    }

    /// The order that was due is sent; whether it was the last.
    pub fn sent(&mut self) -> bool {
        self.sent += 1;
        self.sent == self.orders.len()
    }

    /// There was no place for the order that is due: it waits.
    pub fn wait(&mut self, until: SimTime) {
        self.not_before = until;
    }

    /// How many have been sent, of how many.
    pub fn progress(&self) -> (u64, u64) {
        (self.sent as u64, self.orders.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Digest;
    use crate::domain::ids::SymbolId;
    use crate::domain::order::{OrderType, Side};
    use crate::domain::units::Quantity;

    fn file(times_ms: &[u64]) -> FileOrders {
        let order = |ms: &u64| FeedOrder {
            at: SimTime::from_millis(*ms),
            symbol: SymbolId(0),
            side: Side::Buy,
            order_type: OrderType::Market,
            quantity: Quantity(1),
        };
        let rows = FeedRows::Orders(times_ms.iter().map(order).collect());
        let feed = FeedSettings { path: String::new(), digest: Digest(0), symbol: None, rows, wrong: None, bent: 0 };
        let Steady::File(file) = Steady::new(1, Some(&feed)) else { panic!("a file") };
        file
    }

    const fn ms(ms: u64) -> SimTime {
        SimTime::from_millis(ms)
    }

    #[test]
    fn orders_of_a_file_come_at_their_times_and_none_is_skipped_while_it_is_off() {
        let mut file = file(&[5, 5, 30]);
        assert_eq!(file.next(), None, "it is off until the load is on");
        file.switch(SimTime::ZERO, 2_000);
        assert_eq!((file.due(ms(4)), file.due(ms(5)).map(|order| order.at)), (None, Some(ms(5))));
        assert!(!file.sent() && !file.sent());
        file.switch(ms(10), 0);
        assert_eq!(file.due(ms(40)), None);
        file.switch(ms(50), 1);
        assert_eq!(file.next().map(|(at, _)| at), Some(ms(70)), "40 ms later than the file says");
        assert!(file.sent(), "the last");
        assert_eq!((file.next(), file.progress()), (None, (3, 3)));
    }

    #[test]
    fn an_order_without_a_place_waits() {
        let mut file = file(&[5]);
        file.switch(SimTime::ZERO, 1);
        file.wait(ms(9));
        assert_eq!((file.due(ms(8)), file.due(ms(9)).is_some()), (None, true));
    }
}
