//! Latencies of the last seconds, for percentiles: integers only, of fixed size.
//!
//! Idea: log-linear buckets, as HdrHistogram's: every power of two is cut into 16 equal parts, so that any value is
//! known to within 6 %. Two tables take turns, one fills while the other is the past: the figures are those of the last
//! five to ten seconds, and nothing is ever taken out one by one.
//! Units: microseconds; a percentile is the upper edge of its bucket, and never above the true maximum of its table.
//! Bound: `2 x BUCKETS` counters, 2.7 KB; longer values fall into the last bucket. Counts saturate.
//! Sources: Tene, HdrHistogram.

use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::LatencyView;

/// How long a table fills.
const WINDOW: SimDuration = SimDuration::from_secs(5);
/// Parts of a power of two, as a power of two.
const PART_BITS: u32 = 4;
/// Values below are counted exactly.
const EXACT: u64 = 1 << (PART_BITS + 1);
/// Powers of two above the exact part: up to 2^24 us.
const OCTAVES: usize = 19;
/// Counters of a table.
const BUCKETS: usize = EXACT as usize + OCTAVES * (1 << PART_BITS);

#[derive(Clone, Debug)]
struct Table {
    counts: Vec<u32>,
    count: u64,
    max: SimDuration,
}

impl Default for Table {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], count: 0, max: SimDuration::ZERO }
    }
}

/// Latencies of the last seconds.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    /// The one that fills, and the one before it.
    tables: [Table; 2],
    /// The how-manieth window fills.
    window: u64,
}

impl Latencies {
    /// Counts one.
    pub fn record(&mut self, now: SimTime, latency: SimDuration) {
        self.record_many(now, latency, 1);
    }

    /// Counts so many alike.
    pub fn record_many(&mut self, now: SimTime, latency: SimDuration, many: u64) {
        self.turn(now);
        let [table, _] = &mut self.tables;
        let count = &mut table.counts[bucket(latency.as_micros())];
        *count = count.saturating_add(u32::try_from(many).unwrap_or(u32::MAX));
        table.count += many;
        table.max = table.max.max(latency);
    }

    /// The figures of the last seconds.
    pub fn view(&self, now: SimTime) -> LatencyView {
        let window = now.0 / WINDOW.0;
        // Nobody turns the tables while nothing is counted: what is too old is left out here.
        let fresh = match window.saturating_sub(self.window) {
            0 => &self.tables[..],
            1 => &self.tables[..1],
            _ => &[],
        };
        let count = fresh.iter().map(|table| table.count).sum();
        let max = fresh.iter().map(|table| table.max).max().unwrap_or_default();
        let share = |share| per_mille(fresh, count, share).min(max);
        LatencyView { count, p50: share(500), p99: share(990), max }
    }

    fn turn(&mut self, now: SimTime) {
        let window = now.0 / WINDOW.0;
        match window.saturating_sub(self.window) {
            0 => return,
            1 => self.tables.swap(0, 1),
            _ => self.tables[1].clear(),
        }
        self.tables[0].clear();
        self.window = window;
    }
}

impl Table {
    fn clear(&mut self) {
        self.counts.fill(0);
        self.count = 0;
        self.max = SimDuration::ZERO;
    }
}

/// The latency that so many of a thousand do not exceed.
fn per_mille(tables: &[Table], count: u64, share: u64) -> SimDuration {
    let rank = (count * share).div_ceil(1_000).max(1);
    let mut seen = 0;
    for bucket in 0..BUCKETS {
        seen += tables.iter().map(|table| u64::from(table.counts[bucket])).sum::<u64>();
        if seen >= rank {
            return SimDuration::from_micros(edge(bucket));
        }
    }
    SimDuration::from_micros(edge(BUCKETS - 1))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_ten_seconds_old_is_forgotten() {
        let mut latencies = Latencies::default();
        latencies.record(SimTime::from_millis(100), SimDuration::from_millis(50));
        latencies.record(SimTime::from_millis(6_000), SimDuration::from_millis(1));
        assert_eq!(latencies.view(SimTime::from_millis(6_000)).count, 2);
        assert_eq!(latencies.view(SimTime::from_millis(10_000)).max, SimDuration::from_millis(1));
        assert_eq!(latencies.view(SimTime::from_millis(15_000)), LatencyView::default());
        latencies.record(SimTime::from_millis(99_000), SimDuration::from_millis(2));
        assert_eq!(latencies.view(SimTime::from_millis(99_000)).count, 1);
    }

    #[test]
    fn a_latency_beyond_the_table_is_counted_and_its_maximum_is_true() {
        let mut latencies = Latencies::default();
        latencies.record(SimTime::ZERO, SimDuration::from_secs(100));
        let view = latencies.view(SimTime::ZERO);
        assert_eq!((view.count, view.max), (1, SimDuration::from_secs(100)));
    }

    proptest! {
        #[test]
        fn percentiles_agree_with_a_sorted_list(mut micros in proptest::collection::vec(0_u64..5_000_000, 1..300)) {
            let mut latencies = Latencies::default();
            micros.iter().for_each(|micros| latencies.record(SimTime::ZERO, SimDuration::from_micros(*micros)));
            micros.sort_unstable();
            let view = latencies.view(SimTime::ZERO);
            for (share, said) in [(500, view.p50), (990, view.p99)] {
                let rank = (micros.len() * share).div_ceil(1_000).max(1);
                let (true_value, said) = (micros[rank - 1], said.as_micros());
                prop_assert!(said >= true_value, "{} of 1000: said {}, is {}", share, said, true_value);
                prop_assert!(said <= true_value + true_value / 8 + 1, "{} of 1000: {} is {}", share, said, true_value);
            }
        }
    }
}
