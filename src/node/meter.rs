//! How busy a server was over the last second of virtual time.
//!
//! Idea: buckets of 100 ms in a ring; a bucket that was not written for a second is old and does not count.

use crate::domain::time::{SimDuration, SimTime};

/// A second, and the bucket that is being filled.
const BUCKETS: usize = 11;
const SECOND: u64 = 10;
const BUCKET: SimDuration = SimDuration::from_millis(100);

/// Work done, by the tenth of a second in which it began.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    buckets: [(u64, u64); BUCKETS],
}

impl Meter {
    /// Counts work that begins now.
    pub(super) fn add(&mut self, now: SimTime, work: SimDuration) {
        self.count(now, work.0);
    }

    /// Counts so many of anything.
    pub(super) fn count(&mut self, now: SimTime, amount: u64) {
        let number = now.0 / BUCKET.0;
        let bucket = &mut self.buckets[number as usize % BUCKETS];
        if bucket.0 != number {
            *bucket = (number, 0);
        }
        bucket.1 += amount;
    }

    /// The share of the last second that was work, in thousandths, 1000 at most.
    pub(super) fn per_mille(&self, now: SimTime) -> u32 {
        let number = now.0 / BUCKET.0;
        let fresh = |bucket: &&(u64, u64)| bucket.0 + SECOND > number;
        let work: u64 = self.buckets.iter().filter(fresh).map(|bucket| bucket.1).sum();
        (work * 1_000 / (BUCKET.0 * SECOND)).min(1_000) as u32
    }

    /// What was counted in the last ten whole buckets: a rate a second.
    pub(super) fn per_second(&self, now: SimTime) -> u64 {
        let number = now.0 / BUCKET.0;
        let whole = |bucket: &&(u64, u64)| bucket.0 < number && bucket.0 + SECOND >= number;
        self.buckets.iter().filter(whole).map(|bucket| bucket.1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_counts_for_a_second_and_then_no_more() {
        let mut meter = Meter::default();
        meter.add(SimTime::from_millis(50), SimDuration::from_millis(250));
        assert_eq!(meter.per_mille(SimTime::from_millis(900)), 250);
        assert_eq!(meter.per_mille(SimTime::from_millis(1_050)), 0);
    }

    #[test]
    fn a_rate_counts_ten_whole_buckets() {
        let mut meter = Meter::default();
        (0..200).for_each(|place| meter.count(SimTime::from_millis(place * 10), 7));
        for now in [1_900, 1_950, 1_999] {
            assert_eq!(meter.per_second(SimTime::from_millis(now)), 700, "at {now}");
        }
        assert_eq!(meter.per_second(SimTime::from_millis(2_450)), 420);
    }
}
