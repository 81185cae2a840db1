//! The comparison of partition strategies: made when what it depends on changes, not with every frame.
//!
//! Idea: the table asks every strategy for the place of every name three times over, which is far too much for a frame
//! and nothing at all for a change of settings. So the painter keeps it with what it was made for, and drawing reads it.
//! Units: of [`KEYS`], the whole table of instruments, whatever the desk trades of them: over ten names no share that
//! moves means anything.
//! Bound: one row a strategy.

use crate::domain::settings::PartitionSettings;
use crate::domain::view::ClusterView;
use crate::routing::partitioner::compare::{self, Row};
use crate::routing::partitioner::keys::KeySet;

/// What is divided in the comparison.
pub const KEYS: KeySet = KeySet::ALL_INSTRUMENTS;

/// A comparison with what it was made for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Strategies {
    made_for: Option<(PartitionSettings, usize)>,
    rows: Vec<Row>,
}

impl Strategies {
    /// Makes the comparison anew if the strategy in force or the number of partitions is another.
    pub fn follow(&mut self, view: &ClusterView) {
        let partitions = view.groups.iter().filter(|group| group.id.partition().is_some()).count();
        let wanted = (view.run.settings.partition.clone(), partitions);
        if self.made_for.as_ref() != Some(&wanted) {
            self.rows = if partitions > 0 { compare::table(KEYS, &wanted.0, partitions) } else { Vec::new() };
            self.made_for = Some(wanted);
        }
    }

    /// A row a strategy; none before a cluster was seen.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::rules::PartitionStrategy;
    use crate::ui::fixture::{self, Story};

    #[test]
    fn the_comparison_follows_the_strategy_in_force_and_the_partitions() {
        let mut strategies = Strategies::default();
        strategies.follow(&ClusterView::default());
        assert!(strategies.rows().is_empty());
        let mut view = fixture::view(Story::Healthy);
        strategies.follow(&view);
        let stays = |strategies: &Strategies| {
            let stays = strategies.rows().iter().find(|row| row.switch.moved == 0);
            stays.map(|row| (row.strategy, row.counts.len()))
        };
        assert_eq!(stays(&strategies), Some((PartitionStrategy::Hash, 4)));
        Arc::make_mut(&mut view.run.settings).partition.strategy = PartitionStrategy::Range;
        view.groups.pop();
        strategies.follow(&view);
        assert_eq!(stays(&strategies), Some((PartitionStrategy::Range, 3)));
    }
}
