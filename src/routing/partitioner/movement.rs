//! Movement: how many keys a change moves, measured and by theory.
//!
//! Idea: a key that changes its owner must carry its data along, under load. So the price of a strategy is paid on the
//! day when something changes, and this is where it is read off.
//! Theory, of a key whose hash is uniform:
//! - modulo N -> M: it stays if hash mod N = hash mod M, which by the Chinese remainder theorem holds for min(N, M) of
//!   every lcm(N, M) hashes; for neighbours that is 1 of max(N, M).
//! - stretched N -> M: it stays where the i-th of N arcs overlaps the i-th of M; for N -> N + 1 the overlaps sum to 1/2.
//! - ring N -> M: the new points take what they own now, |M - N| / max(N, M), and nothing else moves.
//! - list N -> M: it moves only if its partition goes, (N - M) / N; a partition that comes begins empty.
//! - one strategy to another over N: they agree by accident, 1 of N.
//!
//! Units: shares are in thousandths, rounded to the nearest.

use super::Partitioner;
use super::keys::KeySet;
use crate::domain::rules::PartitionStrategy;

/// How many keys a change moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Movement {
    /// Keys that were looked at.
    pub keys: u64,
    /// Keys that change their owner.
    pub moved: u64,
}

impl Movement {
    /// What moves of this set from one partitioner to the next.
    pub fn between(set: KeySet, before: &Partitioner, after: &Partitioner) -> Self {
        let mut movement = Self { keys: 0, moved: 0 };
        set.for_each(|key| {
            movement.keys += 1;
            movement.moved += u64::from(before.owner(key) != after.owner(key));
        });
        movement
    }

    /// The share that moves, in thousandths.
    pub const fn per_mille(self) -> u64 {
        match (self.moved * 1_000 + self.keys / 2).checked_div(self.keys) {
            Some(share) => share,
            None => 0,
        }
    }
}

/// A share of keys, by theory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    /// So many
    pub of: u64,
    /// of so many.
    pub all: u64,
}

impl Share {
    /// Nothing moves.
    pub const NONE: Self = Self { of: 0, all: 1 };

    /// In thousandths.
    pub const fn per_mille(self) -> u64 {
        ((self.of as u128 * 1_000 + self.all as u128 / 2) / self.all as u128) as u64
    }
}

/// What should move when a strategy goes from so many partitions to so many; `None` where only the keys can tell.
pub fn on_resize(strategy: PartitionStrategy, from: usize, to: usize) -> Option<Share> {
    let (n, m) = (from.max(1) as u64, to.max(1) as u64);
    match strategy {
        PartitionStrategy::Modulo => {
            let all = lcm(n, m);
            Some(Share { of: all - n.min(m), all })
        }
        PartitionStrategy::Hash => {
            // Arc i of n is [i/n, (i+1)/n): on a common circle of n * m steps, [i*m, (i+1)*m).
            let overlap = |i: u64| ((i + 1) * m).min((i + 1) * n).saturating_sub((i * m).max(i * n));
            let stay: u64 = (0..n.min(m)).map(overlap).sum();
            Some(Share { of: n * m - stay, all: n * m })
        }
        PartitionStrategy::ConsistentHash => Some(Share { of: n.abs_diff(m), all: n.max(m) }),
        PartitionStrategy::List => Some(Share { of: n.saturating_sub(m), all: n }),
        PartitionStrategy::Range => None,
    }
}

/// What should move when so many partitions go from one strategy to another; `None` where only the keys can tell.
pub fn on_switch(from: PartitionStrategy, to: PartitionStrategy, partitions: usize) -> Option<Share> {
    use PartitionStrategy::{Hash, List};
    let n = partitions.max(1) as u64;
    match (from, to) {
        (same, to) if same == to => Some(Share::NONE),
        // A list assigns what is missing by the same hash: just what was written in it moves.
        (Hash, List) | (List, Hash) => None,
        _ => Some(Share { of: n - 1, all: n }),
    }
}

const fn lcm(a: u64, b: u64) -> u64 {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::settings::PartitionSettings;

    fn partitioner(strategy: PartitionStrategy, partitions: usize) -> Partitioner {
        Partitioner::new(&PartitionSettings { strategy, ..PartitionSettings::default() }, partitions)
    }

    /// One that has seen every key, as one that served them has.
    fn used(strategy: PartitionStrategy, partitions: usize, set: KeySet) -> Partitioner {
        let mut partitioner = partitioner(strategy, partitions);
        set.for_each(|key| {
            partitioner.assign(key);
        });
        partitioner
    }

    #[test]
    fn theory_gives_the_textbook_figures() {
        use PartitionStrategy::*;
        for (strategy, from, to, of, all) in [
            (Modulo, 4, 5, 4, 5),
            (Modulo, 5, 4, 4, 5),
            (Modulo, 4, 8, 1, 2),
            (Hash, 4, 5, 1, 2),
            (Hash, 9, 10, 1, 2),
            (Hash, 4, 8, 7, 8),
            (ConsistentHash, 4, 5, 1, 5),
            (ConsistentHash, 5, 4, 1, 5),
            (List, 4, 5, 0, 1),
            (List, 5, 4, 1, 5),
        ] {
            let share = on_resize(strategy, from, to).unwrap();
            assert_eq!(share.of * all, of * share.all, "{} {from} -> {to}: {share:?}", strategy.name());
        }
        assert_eq!(on_resize(Range, 4, 5), None);
        assert_eq!(on_switch(Hash, Hash, 4), Some(Share::NONE));
        assert_eq!(on_switch(Hash, ConsistentHash, 4).map(Share::per_mille), Some(750));
    }

    /// Whether the count is what theory says, within five standard deviations.
    ///
    /// A uniform hash makes the count binomial: variance n p (1 - p). On a ring the share itself is drawn as well: the
    /// part that v of w points own is Beta(v, w - v) distributed, with variance p (1 - p) / (w + 1).
    fn is_near(movement: Movement, share: Share, ring_points: Option<u64>) -> bool {
        let (n, p) = (movement.keys as f64, share.of as f64 / share.all as f64);
        let drawn = ring_points.map_or(0.0, |points| n * n * p * (1.0 - p) / (points as f64 + 1.0));
        (movement.moved as f64 - n * p).abs() <= 5.0 * (n * p * (1.0 - p) + drawn).sqrt() + 0.5
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn what_moves_is_what_theory_says(
            strategy in prop::sample::select(PartitionStrategy::ALL.to_vec()),
            from in 1_usize..40, to in 1_usize..40, trades in prop::bool::ANY,
        ) {
            let set = if trades { KeySet::Trades(5_000) } else { KeySet::ALL_INSTRUMENTS };
            // What a list begins with is dealt, not hashed: ten keys beside which theory means little.
            let before = used(strategy, from, set);
            let movement = Movement::between(set, &before, &before.resized(to));
            if let Some(share) = on_resize(strategy, from, to) {
                let points = (strategy == PartitionStrategy::ConsistentHash).then(|| 160 * from.max(to) as u64);
                prop_assert!(is_near(movement, share, points), "{}: {:?}, theory {:?}", strategy.name(), movement, share);
            }
        }

        #[test]
        fn two_strategies_agree_by_accident(
            from in prop::sample::select(PartitionStrategy::ALL.to_vec()),
            to in prop::sample::select(PartitionStrategy::ALL.to_vec()),
            partitions in 1_usize..40,
        ) {
            let set = KeySet::ALL_INSTRUMENTS;
            let movement = Movement::between(set, &partitioner(from, partitions), &partitioner(to, partitions));
            match on_switch(from, to, partitions) {
                Some(Share { of: 0, .. }) => prop_assert_eq!(movement.moved, 0),
                // One of the two is uniform, however uneven the other; but ranges and a ring are no draws that repeat.
                Some(share) => {
                    let uneven = Some(160 * partitions as u64);
                    prop_assert!(is_near(movement, share, uneven), "{:?}, theory {:?}", movement, share);
                }
                None => prop_assert!(movement.moved <= 10, "only what was written moves: {:?}", movement),
            }
        }

        #[test]
        fn a_ring_moves_keys_to_the_new_partition_or_from_the_old_one_only(small in 1_usize..30) {
            let (few, many) = (partitioner(PartitionStrategy::ConsistentHash, small), small + 1);
            let many = few.resized(many);
            KeySet::ALL_INSTRUMENTS.for_each(|key| {
                let (was, is) = (few.owner(key), many.owner(key));
                assert!(was == is || is.index() == small, "a key went from {was} to {is}");
            });
        }
    }
}
