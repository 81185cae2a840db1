//! Homes: which gateway each symbol belongs to, and how many belong to another since the last one came or went.
//!
//! Idea: a strategy that goes by the symbol is judged by what it moves when a gateway leaves: a ring 1/N of the symbols, a
//! modulus nearly all. So whenever who serves changes, every traded symbol is asked for its home before and after.
//! Units: a count of symbols; nothing under a strategy without homes, or while nobody has come or gone since the switch to it.
//! Bound: one set of nodes; a change costs two look-ups a symbol.

use super::Balancer;
use super::worker::Worker;
use crate::domain::ids::{NodeSet, SymbolId};
use crate::domain::view::Wave;

/// Who served, and what the last change of that moved.
#[derive(Clone, Debug, Default)]
pub(super) struct Homes {
    instruments: u16,
    served: NodeSet,
    moved: Option<Wave>,
}

impl Homes {
    /// Those of so many instruments.
    pub(super) fn new(instruments: usize, workers: &[Worker]) -> Self {
        Self { instruments: u16::try_from(instruments).unwrap_or(u16::MAX), served: serving(workers), moved: None }
    }

    /// The symbols that went to another gateway at the last change, of all.
    pub(super) const fn moved(&self) -> Option<Wave> {
        self.moved
    }

    /// Another strategy: what the one before it moved is not its doing.
    pub(super) const fn forget(&mut self) {
        self.moved = None;
    }
}

impl Balancer {
    /// Looks whether another set of gateways serves than before.
    pub(super) fn note_homes(&mut self) {
        let now = serving(&self.workers);
        let before = std::mem::replace(&mut self.homes.served, now);
        if now == before || !self.picker.strategy.by_symbol() {
            return;
        }
        let mut wave = Wave::default();
        for symbol in (0..self.homes.instruments).map(SymbolId) {
            let home = |serving| self.picker.home(symbol, self.lanes.belongs(symbol, serving));
            wave.note(home(before) != home(now));
        }
        self.homes.moved = Some(wave);
    }
}

fn serving(workers: &[Worker]) -> NodeSet {
    workers.iter().filter(|worker| worker.serves()).map(|worker| worker.node).collect()
}
