//! The mover: how the leaders of two groups bring a symbol from one to the other.
//!
//! Idea: as in `driver`, what is true stands in the applied state, and a leader only asks what comes next.
//! The source's leader carries a move: it sends the next part until all are taken, then tells the controller until the map
//! names the new owner, then logs *drop*. The target's leader logs what it is sent and answers. Whoever takes over looks at
//! the same state and sends again.
//! Shape: `letter`, `applied` and `drive` each return what is to be done: records to log and letters to send.
//! Units: virtual time of the node's monotonic clock.
//! Bound: one part of a symbol is on its way at a time; a letter is sent again every `RESEND_EVERY`.
//! Left out: a way back after *freeze*. A target that has lost its quorum holds the symbol up until it has one again.
//! Sources: ADR-0003, "a move".

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::ids::{GroupId, SymbolId, Term};
use crate::domain::map::ClusterMap;
use crate::domain::moving::{Moving, Parcel, Shipment};
use crate::domain::time::SimTime;
use crate::market::exchange::Exchange;
use crate::market::shipments::{Leaving, Moved};

use super::driver::RESEND_EVERY;
use super::logged::Logged;

/// What leaders say to each other about a move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MoveWord {
    /// The controller to the source: begin.
    Begin(Shipment),
    /// The source to the target: store this.
    Part(Arc<Parcel>),
    /// The target to the source: so many parts are here.
    Took(Shipment, u32),
    /// The target to the source and to the controller: it is mine. The source passes it on until the map says so.
    Owned(Shipment),
}

/// What a mover wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Haul {
    /// Put this into the own group's log.
    Log(Moving),
    /// Write to the leader of this group.
    Send(GroupId, MoveWord),
}

/// Where a leader stands as it moves symbols.
#[derive(Clone, Copy)]
pub(super) struct Yard<'a> {
    pub(super) now: SimTime,
    pub(super) term: Term,
    pub(super) map: &'a ClusterMap,
    pub(super) state: &'a Exchange,
}

/// What a source has heard of a symbol that leaves.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    taken: u32,
    owned: bool,
    sent_at: Option<SimTime>,
}

/// The memory of a leadership.
#[derive(Clone, Debug, Default)]
pub(super) struct Mover {
    term: Term,
    heard: BTreeMap<Shipment, Heard>,
    /// What this leadership has logged and not applied yet.
    logged: Logged<Moving>,
}

impl Mover {
    /// Looks at every move and takes it on.
    pub(super) fn drive(&mut self, yard: &Yard<'_>) -> Vec<Haul> {
        let mut hauls = Vec::new();
        self.begin_term(yard);
        let shipments = yard.state.shipments();
        self.heard.retain(|shipment, _| shipments.leaving().iter().any(|leaving| leaving.shipment == *shipment));
        for leaving in shipments.leaving() {
            self.carry(yard, leaving, &mut hauls);
        }
        for arriving in shipments.arriving().iter().filter(|arriving| arriving.is_complete()) {
            self.log(Moving::Own(arriving.shipment), &mut hauls);
        }
        hauls
    }

    /// Takes one symbol that leaves on.
    fn carry(&mut self, yard: &Yard<'_>, leaving: &Leaving, hauls: &mut Vec<Haul>) {
        let shipment = leaving.shipment;
        let map = yard.map;
        let done = map.epoch > shipment.epoch && map.under_way.iter().all(|begun| *begun != shipment);
        if done {
            self.log(Moving::Drop { shipment, known: map.epoch }, hauls);
            return;
        }
        let heard = self.heard.entry(shipment).or_default();
        if heard.sent_at.is_some_and(|at| yard.now.since(at) < RESEND_EVERY) {
            return;
        }
        heard.sent_at = Some(yard.now);
        // With every part taken the last goes again: its answer says whether the target has unpacked them.
        let next = (heard.taken as usize).min(leaving.parts.len() - 1);
        hauls.push(if heard.owned {
            Haul::Send(GroupId::META, MoveWord::Owned(shipment))
        } else {
            Haul::Send(shipment.to, MoveWord::Part(Arc::clone(&leaving.parts[next])))
        });
    }

    /// A letter from the controller or from the other group.
    pub(super) fn letter(&mut self, yard: &Yard<'_>, word: MoveWord) -> Vec<Haul> {
        let mut hauls = Vec::new();
        self.begin_term(yard);
        let shipments = yard.state.shipments();
        match word {
            MoveWord::Begin(shipment) => {
                let mine = yard.state.serves(shipment.symbol).is_ok();
                if mine && shipments.is_news(&shipment) && !yard.state.transactions().concerns(shipment.symbol) {
                    self.log(Moving::Freeze(shipment), &mut hauls);
                }
            }
            MoveWord::Part(parcel) => self.receive(yard, parcel, &mut hauls),
            MoveWord::Took(shipment, taken) => {
                if let Some(heard) = self.heard.get_mut(&shipment).filter(|heard| heard.taken < taken) {
                    (heard.taken, heard.sent_at) = (taken, None);
                }
            }
            MoveWord::Owned(shipment) => {
                if let Some(heard) = self.heard.get_mut(&shipment).filter(|heard| !heard.owned) {
                    (heard.owned, heard.sent_at) = (true, None);
                }
            }
        }
        hauls.extend(self.drive(yard));
        hauls
    }

    /// The source has sent a part.
    fn receive(&mut self, yard: &Yard<'_>, parcel: Arc<Parcel>, hauls: &mut Vec<Haul>) {
        let shipment = parcel.shipment;
        let shipments = yard.state.shipments();
        if shipments.mark(shipment.symbol) == shipment.epoch {
            hauls.push(Haul::Send(shipment.from, MoveWord::Owned(shipment)));
            return;
        }
        let taken = shipments.taken(&shipment);
        if !shipments.is_news(&shipment) || parcel.part > taken {
            return;
        }
        if parcel.part == taken {
            self.log(Moving::Take(parcel), hauls);
        } else if taken < parcel.of {
            hauls.push(Haul::Send(shipment.from, MoveWord::Took(shipment, taken)));
        }
    }

    /// A record of a move was applied, and came to this.
    pub(super) fn applied(&mut self, yard: &Yard<'_>, moving: &Moving, moved: Moved) -> Vec<Haul> {
        self.begin_term(yard);
        self.logged.done(moving);
        let shipment = moving.shipment();
        let mut hauls = Vec::new();
        match moved {
            Moved::Taken(taken) => hauls.push(Haul::Send(shipment.from, MoveWord::Took(shipment, taken))),
            Moved::Owned => {
                hauls.push(Haul::Send(GroupId::META, MoveWord::Owned(shipment)));
                hauls.push(Haul::Send(shipment.from, MoveWord::Owned(shipment)));
            }
            Moved::Frozen | Moved::Busy | Moved::Dropped | Moved::Nothing => {}
        }
        hauls.extend(self.drive(yard));
        hauls
    }

    /// Whether a *freeze* of this symbol stands in the log already: what comes for it now would come too late.
    pub(super) fn freezes(&self, symbol: SymbolId) -> bool {
        self.logged.iter().any(|moving| matches!(moving, Moving::Freeze(shipment) if shipment.symbol == symbol))
    }

    /// Whether it has logged nothing that is not applied yet.
    pub(super) const fn is_quiet(&self) -> bool {
        self.logged.is_empty()
    }

    /// A new leadership begins with nothing but the state.
    fn begin_term(&mut self, yard: &Yard<'_>) {
        if self.term != yard.term {
            *self = Self { term: yard.term, ..Self::default() };
        }
    }

    /// Logs a step once: while it waits to be applied it is not logged again.
    fn log(&mut self, moving: Moving, hauls: &mut Vec<Haul>) {
        if self.logged.news(&moving) {
            hauls.push(Haul::Log(moving));
        }
    }

    /// Raft did not take it: it may be tried again.
    pub(super) fn refused(&mut self, moving: &Moving) {
        self.logged.done(moving);
    }
}

#[cfg(test)]
#[path = "mover_tests.rs"]
mod tests;
