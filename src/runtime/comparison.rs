//! The table of strategies beside each other, for the screen.
//!
//! Idea: what a strategy makes of the keys depends on nothing that happens, so a table is made once for each strategy that
//! is in force, when the first view asks for it, and shared by every view and every copy of the world after that.
//! Bound: a table a strategy; [`TRADES`] ids of trades beside the names of the instruments.

use std::sync::{Arc, OnceLock};

use crate::domain::rules::PartitionStrategy;
use crate::domain::settings::{PartitionSettings, Settings};
use crate::domain::view::{DivisionView, StrategyView};
use crate::routing::partitioner::compare::{self, Row};
use crate::routing::partitioner::keys::KeySet;
use crate::routing::partitioner::movement::{self, Share};

/// Ids of trades that are counted.
const TRADES: u64 = 2_000;

/// The tables, by the strategy in force.
#[derive(Debug, Default)]
pub(super) struct Comparison([OnceLock<Arc<[StrategyView]>>; PartitionStrategy::ALL.len()]);

impl Comparison {
    /// Every strategy, a switch being one from `current`.
    pub(super) fn rows(&self, settings: &Settings, current: PartitionStrategy) -> Arc<[StrategyView]> {
        let make = || {
            let partitions = settings.cluster.partitions;
            let in_force = PartitionSettings { strategy: current, ..settings.partition.clone() };
            let instruments = compare::table(KeySet::Instruments(settings.market.instruments), &in_force, partitions);
            let trades = compare::table(KeySet::Trades(TRADES), &in_force, partitions);
            let pairs = instruments.into_iter().zip(trades);
            let row = |(instruments, trades): (Row, Row)| {
                let strategy = instruments.strategy;
                let theory = movement::on_switch(current, strategy, partitions);
                StrategyView { strategy, instruments: division(instruments, theory), trades: division(trades, theory) }
            };
            pairs.map(row).collect()
        };
        self.0.get(current as usize).map_or_else(make, |table| Arc::clone(table.get_or_init(make)))
    }
}

fn division(row: Row, switch_theory: Option<Share>) -> DivisionView {
    DivisionView {
        counts: row.counts,
        spread: row.spread,
        switch_moves: row.switch.moved,
        switch_theory_per_mille: switch_theory.map(Share::per_mille),
        grow_moves: row.grow.movement.moved,
        grow_theory_per_mille: row.grow.theory.map(Share::per_mille),
    }
}
