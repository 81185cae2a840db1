//! The comparison table: every strategy over the same keys, a row each.
//!
//! Idea: which strategy is best depends on the keys and on what will change, so the table shows both: how even it is
//! now, and what one partition more or less would move, beside what theory says.
//! Cost: every strategy looks at every key three times; for 2,000 names some hundreds of microseconds, for a million
//! trades a good part of a second. It is made when asked for, not with every frame.

use super::Partitioner;
use super::keys::KeySet;
use super::movement::{self, Movement, Share};
use crate::domain::rules::PartitionStrategy;
use crate::domain::settings::PartitionSettings;
use crate::domain::spread::Spread;

/// A change of the number of partitions, measured and by theory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// To so many partitions.
    pub to: usize,
    /// What moves.
    pub movement: Movement,
    /// What should; `None` where only the keys can tell.
    pub theory: Option<Share>,
}

/// A strategy in the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Which.
    pub strategy: PartitionStrategy,
    /// Keys in each partition: the histogram.
    pub counts: Vec<u64>,
    /// How even that is.
    pub spread: Spread,
    /// One partition more.
    pub grow: Change,
    /// One partition less; `None` where there is just one.
    pub shrink: Option<Change>,
    /// What a switch from the strategy in force to this one would move.
    pub switch: Movement,
}

/// Keys in each partition.
pub fn counts(set: KeySet, partitioner: &Partitioner) -> Vec<u64> {
    let mut counts = vec![0; partitioner.partitions()];
    set.for_each(|key| counts[partitioner.owner(key).index()] += 1);
    counts
}

/// Every strategy over these keys; `settings` names the one in force.
pub fn table(set: KeySet, settings: &PartitionSettings, partitions: usize) -> Vec<Row> {
    let current = Partitioner::new(settings, partitions);
    let row = |strategy| {
        let mut partitioner = Partitioner::new(&PartitionSettings { strategy, ..settings.clone() }, partitions);
        if strategy == PartitionStrategy::List {
            set.for_each(|key| {
                partitioner.assign(key);
            });
        }
        let counts = counts(set, &partitioner);
        let partitions = partitioner.partitions();
        let change = |to: usize| Change {
            to,
            movement: Movement::between(set, &partitioner, &partitioner.resized(to)),
            theory: movement::on_resize(strategy, partitions, to),
        };
        Row {
            strategy,
            spread: Spread::of(&counts),
            grow: change(partitions + 1),
            shrink: (partitions > 1).then(|| change(partitions - 1)),
            switch: Movement::between(set, &current, &partitioner),
            counts,
        }
    };
    PartitionStrategy::ALL.iter().copied().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::spread::Imbalance;

    fn rows(set: KeySet, partitions: usize) -> Vec<Row> {
        table(set, &PartitionSettings::default(), partitions)
    }

    fn row(rows: &[Row], strategy: PartitionStrategy) -> &Row {
        rows.iter().find(|row| row.strategy == strategy).unwrap()
    }

    #[test]
    fn every_key_is_counted_once_by_every_strategy() {
        for row in rows(KeySet::ALL_INSTRUMENTS, 16) {
            assert_eq!((row.counts.len(), row.spread.total), (16, 2_000), "{}", row.strategy.name());
            assert_eq!((row.grow.to, row.shrink.unwrap().to), (17, 15));
        }
        assert!(rows(KeySet::Instruments(10), 1).iter().all(|row| row.shrink.is_none()));
    }

    #[test]
    fn first_letters_are_uneven_and_hashes_are_not() {
        let rows = rows(KeySet::ALL_INSTRUMENTS, 8);
        let range = row(&rows, PartitionStrategy::Range).spread;
        for strategy in [PartitionStrategy::Hash, PartitionStrategy::Modulo, PartitionStrategy::ConsistentHash] {
            let spread = row(&rows, strategy).spread;
            assert!(spread.imbalance < Imbalance::Finite(1_700), "{}: {spread:?}", strategy.name());
            assert!(range.variation_per_mille > 2 * spread.variation_per_mille, "{range:?} beside {spread:?}");
        }
    }

    #[test]
    fn ids_that_all_begin_alike_fall_into_one_partition() {
        let rows = rows(KeySet::Trades(10_000), 8);
        let range = row(&rows, PartitionStrategy::Range);
        assert_eq!(range.counts.iter().filter(|count| **count > 0).count(), 1, "{:?}", range.counts);
        assert_eq!(range.spread.imbalance, Imbalance::Infinite);
        assert!(row(&rows, PartitionStrategy::Hash).spread.imbalance < Imbalance::Finite(1_200));
    }

    #[test]
    fn a_ring_moves_a_share_where_modulo_moves_nearly_all() {
        let rows = rows(KeySet::ALL_INSTRUMENTS, 9);
        let moved = |strategy| row(&rows, strategy).grow.movement.per_mille();
        assert!((60..=140).contains(&moved(PartitionStrategy::ConsistentHash)), "about 1 in 10");
        assert!((870..=930).contains(&moved(PartitionStrategy::Modulo)), "9 in 10");
        assert!((460..=540).contains(&moved(PartitionStrategy::Hash)), "half");
        assert_eq!(moved(PartitionStrategy::List), 0);
        assert_eq!(row(&rows, PartitionStrategy::Hash).switch.moved, 0, "it is in force");
    }
}
