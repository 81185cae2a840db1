//! How busy a server was over the last second of virtual time.
//!
//! Idea: ten buckets of 100 ms in a ring; a bucket that was not written for a second is old and does not count.

use crate::domain::time::{SimDuration, SimTime};

const BUCKETS: usize = 10;
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
        (self.sum(now) * 1_000 / (BUCKET.0 * BUCKETS as u64)).min(1_000) as u32
    }

    /// What was counted in the last second.
    pub(super) fn sum(&self, now: SimTime) -> u64 {
        let number = now.0 / BUCKET.0;
        let fresh = |bucket: &&(u64, u64)| bucket.0 + BUCKETS as u64 > number;
        self.buckets.iter().filter(fresh).map(|bucket| bucket.1).sum()
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
}
