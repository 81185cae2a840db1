//! The comparison of partition strategies: made when what it depends on changes, not with every frame.
//!
//! Idea: the tables ask every strategy for the place of every key three times over, which is far too much for a frame
//! and nothing at all for a change of settings. So the painter keeps them with what they were made for, and drawing
//! reads them.
//! Units: all instruments of the table, whatever the desk trades of them, and the ids of `TRADES` trades: over ten
//! names no share that moves means anything.
//! Bound: two tables, one row a strategy.

use crate::domain::settings::PartitionSettings;
use crate::domain::view::ClusterView;
use crate::routing::partitioner::compare::{self, Row};
use crate::routing::partitioner::keys::KeySet;

/// Trades whose ids are divided.
const TRADES: u64 = 10_000;

/// Every strategy over one set of keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comparison {
    /// The text that names the keys.
    pub title: &'static str,
    /// How many keys.
    pub keys: u64,
    /// A row a strategy.
    pub rows: Vec<Row>,
}

impl Comparison {
    /// Every strategy over so many partitions and these keys; `settings` names the one in force.
    pub fn of(set: KeySet, settings: &PartitionSettings, partitions: usize) -> Self {
        let title = match set {
            KeySet::Instruments(_) => "strategy-names",
            KeySet::Trades(_) => "strategy-trades",
        };
        Self { title, keys: set.len(), rows: compare::table(set, settings, partitions) }
    }
}

/// The comparisons with what they were made for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Strategies {
    made_for: Option<(PartitionSettings, usize)>,
    tables: Vec<Comparison>,
}

impl Strategies {
    /// Makes the comparisons again if the strategy in force or the number of partitions is another.
    pub fn follow(&mut self, view: &ClusterView) {
        let partitions = view.partitions().count();
        let settings = view.run.settings.partition.clone();
        let wanted = (PartitionSettings { strategy: view.data.strategy, ..settings }, partitions);
        if self.made_for.as_ref() == Some(&wanted) {
            return;
        }
        self.tables.clear();
        if partitions > 0 {
            let sets = [KeySet::ALL_INSTRUMENTS, KeySet::Trades(TRADES)];
            self.tables.extend(sets.map(|set| Comparison::of(set, &wanted.0, partitions)));
        }
        self.made_for = Some(wanted);
    }

    /// A table for each set of keys; none before a cluster was seen.
    pub fn tables(&self) -> &[Comparison] {
        &self.tables
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::PartitionStrategy;
    use crate::ui::fixture::{self, Story};

    #[test]
    fn the_comparison_follows_the_strategy_in_force_and_the_partitions() {
        let mut strategies = Strategies::default();
        strategies.follow(&ClusterView::default());
        assert!(strategies.tables().is_empty());
        let mut view = fixture::view(Story::Healthy);
        strategies.follow(&view);
        let stays = |strategies: &Strategies| {
            let stays = strategies.tables()[0].rows.iter().find(|row| row.switch.moved == 0);
            stays.map(|row| (row.strategy, row.counts.len()))
        };
        assert_eq!(stays(&strategies), Some((PartitionStrategy::Hash, 4)));
        view.data.strategy = PartitionStrategy::Range;
        view.groups.pop();
        strategies.follow(&view);
        assert_eq!(stays(&strategies), Some((PartitionStrategy::Range, 3)));
    }
}
