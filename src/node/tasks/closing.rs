//! Symbols that are about to move: a leader takes no more spreads for them, so that those under way come to an end.
//!
//! Idea: a symbol is not frozen while a spread holds something of it. Where spreads keep coming there is always one, and
//! the symbol would never move. So the first *begin* that finds it busy closes it: spreads for it are held by their gateways
//! and its legs are asked for again later, while all other orders go on. A transaction is decided within
//! `DECIDE_WITHIN`, so the wait is bounded as long as the groups have leaders.
//! Memory: of one leadership. The controller repeats *begin*, so the next leader closes it again; without it the symbol
//! opens after [`CLOSED_FOR`].
//! Bound: the moves that a controller has under way at a time.

use std::collections::BTreeMap;

use super::runner::RESEND_EVERY;
use crate::domain::ids::SymbolId;
use crate::domain::moving::Shipment;
use crate::domain::time::{SimDuration, SimTime};

/// A symbol opens again if the controller was silent for so long.
const CLOSED_FOR: SimDuration = SimDuration::from_nanos(4 * RESEND_EVERY.as_nanos());

/// Symbols of a group that take no more legs.
#[derive(Clone, Debug, Default)]
pub(in crate::node) struct Closing {
    until: BTreeMap<SymbolId, (Shipment, SimTime)>,
}

impl Closing {
    /// Whether a symbol takes no more legs.
    pub(in crate::node) fn closes(&self, symbol: SymbolId) -> bool {
        self.until.contains_key(&symbol)
    }

    /// Whether every symbol takes legs.
    pub(in crate::node) fn is_empty(&self) -> bool {
        self.until.is_empty()
    }

    pub(super) fn close(&mut self, shipment: Shipment, now: SimTime) {
        self.until.insert(shipment.symbol, (shipment, now + CLOSED_FOR));
    }

    pub(super) fn open(&mut self, symbol: SymbolId) {
        self.until.remove(&symbol);
    }

    pub(super) fn forget_expired(&mut self, now: SimTime) {
        self.until.retain(|_, (_, until)| *until > now);
    }

    /// The moves that wait.
    pub(super) fn shipments(&self) -> impl Iterator<Item = Shipment> + '_ {
        self.until.values().map(|(shipment, _)| *shipment)
    }
}
