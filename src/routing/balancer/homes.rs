//! Homes: which gateway each symbol belongs to, and how many went to another as the gateways last changed.
//!
//! Idea: a strategy that goes by the symbol is judged by what it moves when a gateway leaves: a ring 1/N of the symbols, a
//! modulus nearly all. So whenever who serves changes, every traded symbol is asked for its home before and after. A figure
//! without its cause says little: while gateways are out, it is that of the one which has been out longest. One that only
//! flaps (its probes are late, and it is back at once) does not speak in the place of one that is dead.
//! Units: a count of symbols; nothing under a strategy without homes, or while nobody has come or gone since the switch to it.
//! Bound: an entry for each gateway that is out; a change costs two look-ups a symbol.

use super::Balancer;
use super::worker::Worker;
use crate::domain::ids::{NodeSet, SymbolId};
use crate::domain::view::{HomesMoved, Wave};

/// Who served, and what changes of that moved.
#[derive(Clone, Debug, Default)]
pub(super) struct Homes {
    instruments: u16,
    served: NodeSet,
    /// What moved as each gateway left that is still out, the longest first.
    out: Vec<HomesMoved>,
    shown: Option<HomesMoved>,
}

impl Homes {
    /// Those of so many instruments.
    pub(super) fn new(instruments: usize, workers: &[Worker]) -> Self {
        let instruments = u16::try_from(instruments).unwrap_or(u16::MAX);
        Self { instruments, served: serving(workers), out: Vec::new(), shown: None }
    }

    /// The symbols that went to another gateway as the one left that has been out longest; if none is out, as one came last.
    pub(super) const fn moved(&self) -> Option<HomesMoved> {
        self.shown
    }

    /// Another strategy: what the one before it moved is not its doing.
    pub(super) fn forget(&mut self) {
        (self.out, self.shown) = (Vec::new(), None);
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
        let Self { homes, workers, .. } = self;
        let is_out = |of: &HomesMoved| workers.get(of.gateway.index()).is_some_and(|w| !w.serves() && !w.has_left());
        homes.out.retain(is_out);
        homes.out.extend(before.minus(now).iter().map(|gateway| HomesMoved { gateway, left: true, wave }));
        let came = || now.minus(before).iter().next().map(|gateway| HomesMoved { gateway, left: false, wave });
        homes.shown = homes.out.first().copied().or_else(came).or(homes.shown);
    }
}

fn serving(workers: &[Worker]) -> NodeSet {
    workers.iter().filter(|worker| worker.serves()).map(|worker| worker.node).collect()
}
