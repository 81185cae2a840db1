//! Drain: how fast a queue empties, and so how long a newcomer would wait in it.
//!
//! Idea: only time in which something waits says how fast a server is; an idle one looks slow. So the estimate counts what
//! left the queue and the busy time in which it left, both over the last stretch of busy time, and nothing else. A
//! newcomer waits for what is ahead of it at that rate. Where nothing leaves, the silence counts too: the estimate falls
//! while it lasts.
//! Units: records and virtual nanoseconds, integers only.
//! Bound: two sums, halved each time the busy time reaches `WINDOW`: what is two windows old weighs a quarter.
//! Sources: Little 1961 (a wait is a length over a rate); BBR (Cardwell et al. 2016), which also learns its rate only from
//! what was delivered.

use crate::domain::time::{SimDuration, SimTime};

/// Busy time at which the sums are halved.
const WINDOW: u64 = SimDuration::from_millis(200).as_nanos();

/// A wait is believed once the eldest has waited this part of the time that is left: below it a rate was not needed yet, so
/// it was not measured either, and a queue that moves is given the benefit of the doubt.
const EVIDENCE_PARTS: u64 = 20;

/// How much later than estimated an answer may come and still be in time: another queue is met on the way, and a
/// rate that was measured is not one that was promised.
pub const MARGIN: u64 = 2;

/// The rate at which a queue empties.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drain {
    busy: u64,
    left: u64,
    /// Since when something waits that has not been counted as busy time yet.
    since: Option<SimTime>,
}

impl Drain {
    /// Something waits from now on, if nothing did.
    pub fn begin(&mut self, now: SimTime) {
        self.since.get_or_insert(now);
    }

    /// So many left the queue; `waits` says whether others still wait.
    pub fn left(&mut self, now: SimTime, count: u64, waits: bool) {
        if let Some(since) = self.since {
            self.add(now.since(since), count);
        }
        self.since = waits.then_some(now);
    }

    /// So many were served in a stretch of busy time; what took no time says nothing about a rate.
    pub const fn add(&mut self, busy: SimDuration, count: u64) {
        if busy.0 == 0 {
            return;
        }
        self.busy += busy.0;
        self.left += count;
        while self.busy >= WINDOW && self.left > 1 {
            self.busy /= 2;
            self.left /= 2;
        }
    }

    /// How long a newcomer waits behind so many; nothing is known before the first has left.
    pub fn wait(&self, now: SimTime, ahead: u64) -> Option<SimDuration> {
        let silent = self.since.map_or(0, |since| now.since(since).0);
        times(self.busy + silent, ahead, self.left)
    }

    /// How many leave in so long.
    pub fn left_in(&self, within: SimDuration) -> Option<u64> {
        times(within.0, self.left, self.busy).map(|count| count.0)
    }

    /// The rate, per virtual second.
    pub fn per_second(&self) -> Option<u64> {
        (self.busy > 0 && self.left > 0).then(|| times(1_000_000_000, self.left, self.busy).map_or(0, |rate| rate.0))
    }

    /// Whether a newcomer that has so long left would be answered too late behind so many, the eldest of whom came then.
    pub fn is_too_slow(&self, now: SimTime, ahead: u64, eldest: Option<SimTime>, left: SimDuration) -> bool {
        let waited = eldest.map_or(SimDuration::ZERO, |eldest| now.since(eldest));
        if waited.times(EVIDENCE_PARTS) < left {
            return false;
        }
        // Before anything has left, the eldest says how long it takes at least.
        self.wait(now, ahead).unwrap_or(waited).times(MARGIN) > left
    }
}

/// `a * b / c`, without overflow; `None` where `c` is 0.
fn times(a: u64, b: u64, c: u64) -> Option<SimDuration> {
    let product = u128::from(a) * u128::from(b);
    product.checked_div(u128::from(c)).map(|length| SimDuration(u64::try_from(length).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> SimTime {
        SimTime::from_millis(ms)
    }

    #[test]
    fn idle_time_does_not_count_and_silence_does() {
        let mut drain = Drain::default();
        assert_eq!((drain.wait(ms(0), 5), drain.per_second()), (None, None));
        for second in 0..10 {
            drain.begin(ms(second * 1_000));
            drain.left(ms(second * 1_000 + 10), 5, true);
            drain.left(ms(second * 1_000 + 20), 5, false);
        }
        assert_eq!(drain.per_second(), Some(500), "ten in 20 ms, each second");
        assert_eq!(drain.wait(ms(10_000), 100), Some(SimDuration::from_millis(200)));
        drain.begin(ms(10_000));
        assert!(drain.wait(ms(10_400), 100) > Some(SimDuration::from_millis(400)), "nothing leaves");
    }

    #[test]
    fn the_estimate_follows_a_change_within_a_few_windows() {
        let mut drain = Drain::default();
        let mut now = 0;
        let mut serve = |drain: &mut Drain, each_ms: u64, for_ms: u64| {
            drain.begin(ms(now));
            for _ in 0..for_ms / each_ms {
                now += each_ms;
                drain.left(ms(now), 1, true);
            }
            drain.per_second()
        };
        assert!(serve(&mut drain, 1, 2_000).is_some_and(|rate| (900..=1_100).contains(&rate)));
        assert!(serve(&mut drain, 10, 1_000).is_some_and(|rate| (90..=130).contains(&rate)));
        assert!(serve(&mut drain, 1, 1_000).is_some_and(|rate| (850..=1_100).contains(&rate)));
    }

    #[test]
    fn a_queue_that_moves_is_not_doubted_and_one_that_stands_is() {
        let mut drain = Drain::default();
        let left = SimDuration::from_secs(1);
        assert!(!drain.is_too_slow(ms(40), 1_000_000, Some(ms(0)), left), "40 ms say nothing");
        assert!(!drain.is_too_slow(ms(400), 1_000_000, Some(ms(0)), left), "nothing has left: 400 ms so far");
        assert!(drain.is_too_slow(ms(600), 1, Some(ms(0)), left));
        drain.begin(ms(0));
        drain.left(ms(100), 100, true);
        assert!(!drain.is_too_slow(ms(100), 400, Some(ms(0)), left), "400 take 400 ms");
        assert!(drain.is_too_slow(ms(100), 600, Some(ms(0)), left), "600 take 600 ms, and there are two such waits");
    }
}
