//! A histogram of latencies, for percentiles: integers only, the same on every machine.
//!
//! Idea: log-linear buckets, as HdrHistogram's: every power of two is cut into 64 equal parts, so that any value is
//! known to within 1.6 %, from a microsecond to a quarter of a minute, in a table of fixed size.
//! Units: microseconds; a percentile is the upper edge of its bucket, and never above the true maximum.
//! Bound: `BUCKETS` counters; longer values fall into the last.
//! Sources: Tene, HdrHistogram.

use crate::domain::time::SimDuration;
use crate::domain::view::LatencyView;

/// Parts of a power of two, as a power of two.
const PART_BITS: u32 = 6;
/// Values below are counted exactly.
const EXACT: u64 = 1 << (PART_BITS + 1);
/// Powers of two above the exact part: up to 2^24 us.
const OCTAVES: usize = 17;
/// Counters.
const BUCKETS: usize = EXACT as usize + OCTAVES * (1 << PART_BITS);

/// Counts by latency.
#[derive(Clone, Debug)]
pub struct Histogram {
    counts: Vec<u64>,
    count: u64,
    max: SimDuration,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], count: 0, max: SimDuration::ZERO }
    }
}

impl Histogram {
    /// Counts one.
    pub fn record(&mut self, latency: SimDuration) {
        self.counts[Self::bucket(latency.as_micros())] += 1;
        self.count += 1;
        self.max = self.max.max(latency);
    }

    /// Counts so many alike.
    pub fn record_many(&mut self, latency: SimDuration, count: u64) {
        self.counts[Self::bucket(latency.as_micros())] += count;
        self.count += count;
        self.max = self.max.max(latency);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.count = 0;
        self.max = SimDuration::ZERO;
    }

    /// The latency that this many of a thousand do not exceed.
    pub fn per_mille(&self, share: u64) -> SimDuration {
        let rank = (self.count * share).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return SimDuration::from_micros(Self::edge(bucket)).min(self.max);
            }
        }
        self.max
    }

    /// The figures that the screen and reports show.
    pub fn view(&self) -> LatencyView {
        LatencyView { count: self.count, p50: self.per_mille(500), p99: self.per_mille(990), max: self.max }
    }

    fn bucket(micros: u64) -> usize {
        if micros < EXACT {
            return micros as usize;
        }
        let octave = micros.ilog2() - PART_BITS - 1;
        let part = (micros >> (octave + 1)) as usize - (1 << PART_BITS);
        (EXACT as usize + octave as usize * (1 << PART_BITS) + part).min(BUCKETS - 1)
    }

    /// The first value above a bucket.
    fn edge(bucket: usize) -> u64 {
        if bucket < EXACT as usize {
            return bucket as u64 + 1;
        }
        let above = bucket - EXACT as usize;
        let (octave, part) = (above >> PART_BITS, above % (1 << PART_BITS));
        ((part + (1 << PART_BITS) + 1) as u64) << (octave + 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_histogram_shows_nothing() {
        assert_eq!(Histogram::default().view(), LatencyView::default());
    }

    #[test]
    fn a_latency_beyond_the_table_is_counted_and_its_maximum_is_true() {
        let mut histogram = Histogram::default();
        histogram.record(SimDuration::from_secs(100));
        assert_eq!(histogram.view().max, SimDuration::from_secs(100));
        assert_eq!(histogram.view().count, 1);
    }

    proptest! {
        #[test]
        fn percentiles_agree_with_a_sorted_list(mut micros in proptest::collection::vec(0_u64..5_000_000, 1..300)) {
            let mut histogram = Histogram::default();
            micros.iter().for_each(|micros| histogram.record(SimDuration::from_micros(*micros)));
            micros.sort_unstable();
            for share in [500, 990, 1_000] {
                let rank = (micros.len() * share).div_ceil(1_000).max(1);
                let (true_value, said) = (micros[rank - 1], histogram.per_mille(share as u64).as_micros());
                prop_assert!(said >= true_value, "{} of 1000: said {}, is {}", share, said, true_value);
                prop_assert!(said <= true_value + true_value / 32 + 1, "{} of 1000: said {}, is {}", share, said, true_value);
            }
        }
    }
}
