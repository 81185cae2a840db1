//! Symbol migration: how the leaders of two groups bring a symbol from one to the other.
//!
//! Idea: as in `transactions`, what is true stands in the applied state, and a leader only asks what comes next.
//! The source's leader carries a move: it sends the next part until all are taken, then tells the controller until the map
//! names the new owner, then logs *drop*. The target's leader logs what it is sent and answers. A new leader looks at
//! the same state and sends again.
//! Fairness: a symbol of which a transaction holds something is closed to further spreads, and frozen
//! when the last one has ended.
//! Units: virtual time of the node's monotonic clock.
//! Bound: one part of a symbol is on its way at a time; what is not answered is sent again every `RESEND_EVERY`.
//! Left out: a way back after *freeze*. A target that has lost its quorum holds the symbol up until it has one again.
//! Sources: ADR-0003, "a move"; ADR-0007.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::closing::Closing;
use super::message::Body;
use super::runner::{Actions, Context, LeaderTask, RESEND_EVERY, Reception};
use crate::domain::ids::{GroupId, SymbolId};
use crate::domain::log::Payload;
use crate::domain::moving::{Moving, Parcel, Shipment};
use crate::market::exchange::Exchange;
use crate::market::shipments::{Leaving, Moved};

/// What leaders say to each other about a move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MoveMessage {
    /// Which move.
    pub shipment: Shipment,
    /// What of it.
    pub step: MoveStep,
}

/// A step of a move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MoveStep {
    /// The controller to the source: begin.
    Begin,
    /// The source to the target: store this.
    Part(Arc<Parcel>),
    /// The target to the source: this number of parts is here.
    Took(u32),
    /// The target to the source and to the controller: it is mine. The source passes it on until the map says so.
    Owned,
}

/// What a record decides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum MoveSlot {
    Freeze(Shipment),
    Take(Shipment),
    Own(Shipment),
    Drop(Shipment),
}

/// What a source has heard of a symbol that leaves.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    taken: u32,
    owned: bool,
}

/// The memory of a leadership.
#[derive(Clone, Debug, Default)]
pub(super) struct SymbolMigration {
    heard: BTreeMap<Shipment, Heard>,
    closing: Closing,
}

type Site<'a> = Context<'a, SymbolMigration>;
type Outbox<'a> = Actions<'a, SymbolMigration>;

impl LeaderTask for SymbolMigration {
    type State<'a> = &'a Exchange;
    type Record = Moving;
    type Outcome = Moved;
    type Slot = MoveSlot;
    type Key = Shipment;
    type Message = MoveMessage;

    fn slot(moving: &Moving) -> MoveSlot {
        match moving {
            Moving::Freeze(shipment) => MoveSlot::Freeze(*shipment),
            Moving::Take(parcel) => MoveSlot::Take(parcel.shipment),
            Moving::Own(shipment) => MoveSlot::Own(*shipment),
            Moving::Drop { shipment, .. } => MoveSlot::Drop(*shipment),
        }
    }

    fn payload(record: Self::Record) -> Payload {
        Payload::Move(record)
    }

    fn body(message: Self::Message) -> Body {
        Body::Move(message)
    }

    fn begin(&mut self, site: &Site<'_>, out: &mut Outbox<'_>) {
        *self = Self::default();
        self.look(site, out);
    }

    fn look(&mut self, site: &Site<'_>, out: &mut Outbox<'_>) {
        let shipments = site.state.shipments();
        self.heard.retain(|shipment, _| shipments.leaving().iter().any(|leaving| leaving.shipment == *shipment));
        for leaving in shipments.leaving() {
            let shipment = leaving.shipment;
            if is_done(site, &shipment) {
                out.propose(Moving::Drop { shipment, known: site.map.epoch });
            } else if let Entry::Vacant(new) = self.heard.entry(shipment) {
                new.insert(Heard::default());
                self.send(site, leaving, out);
            }
        }
        for arriving in shipments.arriving().iter().filter(|arriving| arriving.is_complete()) {
            out.propose(Moving::Own(arriving.shipment));
        }
        self.freeze_what_is_free(site, out);
    }

    fn receive(
        &mut self,
        site: &Site<'_>,
        from: GroupId,
        message: MoveMessage,
        out: &mut Outbox<'_>,
    ) -> Reception<Self> {
        let MoveMessage { shipment, step } = message;
        match step {
            MoveStep::Begin if from == GroupId::META && shipment.from == site.group => self.on_begin(site, shipment),
            MoveStep::Part(parcel) if from == shipment.from && shipment.to == site.group => on_part(site, parcel),
            MoveStep::Took(taken) if from == shipment.to => self.on_taken(site, &shipment, taken, out),
            MoveStep::Owned if from == shipment.to => self.on_owned(site, &shipment, out),
            MoveStep::Begin | MoveStep::Part(_) | MoveStep::Took(_) | MoveStep::Owned => Reception::Stale,
        }
    }

    fn applied(&mut self, site: &Site<'_>, moving: &Moving, moved: &Moved, out: &mut Outbox<'_>) {
        let shipment = moving.shipment();
        let say = |step| MoveMessage { shipment, step };
        match moved {
            Moved::Taken(taken) => out.send(shipment.from, say(MoveStep::Took(*taken))),
            Moved::Owned => {
                out.send(GroupId::META, say(MoveStep::Owned));
                out.send(shipment.from, say(MoveStep::Owned));
            }
            Moved::Frozen => self.closing.open(shipment.symbol),
            Moved::Dropped => out.forget(&shipment),
            Moved::Busy | Moved::Nothing => {}
        }
        self.look(site, out);
    }

    fn due(&mut self, site: &Site<'_>, shipment: Shipment, out: &mut Outbox<'_>) {
        let leaving = site.state.shipments().leaving().iter().find(|leaving| leaving.shipment == shipment);
        if let Some(leaving) = leaving.filter(|_| !is_done(site, &shipment)) {
            self.send(site, leaving, out);
        }
    }
}

impl SymbolMigration {
    /// Symbols that take no more legs.
    pub(super) const fn closing(&self) -> &Closing {
        &self.closing
    }

    /// Sends what comes next of a symbol that leaves.
    fn send(&self, site: &Site<'_>, leaving: &Leaving, out: &mut Outbox<'_>) {
        let shipment = leaving.shipment;
        let Heard { taken, owned } = self.heard.get(&shipment).copied().unwrap_or_default();
        out.remind(shipment, site.now + RESEND_EVERY);
        if owned {
            out.send(GroupId::META, MoveMessage { shipment, step: MoveStep::Owned });
        } else {
            // With every part taken the last goes again: its answer says whether the target has unpacked them.
            let next = (taken as usize).min(leaving.parts.len() - 1);
            let step = MoveStep::Part(Arc::clone(&leaving.parts[next]));
            out.send(shipment.to, MoveMessage { shipment, step });
        }
    }

    /// The controller wants a symbol to leave: it is frozen, or closed until it can be.
    fn on_begin(&mut self, site: &Site<'_>, shipment: Shipment) -> Reception<Self> {
        if site.state.serves(shipment.symbol).is_err() || !site.state.shipments().is_news(&shipment) {
            return Reception::Stale;
        }
        if site.state.transactions().concerns(shipment.symbol) {
            self.closing.close(shipment, site.now);
            return Reception::NotYet;
        }
        Reception::Due(Moving::Freeze(shipment))
    }

    /// Freezes closed symbols whose last transaction has ended.
    fn freeze_what_is_free(&mut self, site: &Site<'_>, out: &mut Outbox<'_>) {
        if self.closing.is_empty() {
            return;
        }
        self.closing.forget_expired(site.now);
        let free = |shipment: &Shipment| !site.state.transactions().concerns(shipment.symbol);
        for shipment in self.closing.shipments().filter(free) {
            out.propose(Moving::Freeze(shipment));
        }
    }

    fn on_taken(&mut self, site: &Site<'_>, shipment: &Shipment, taken: u32, out: &mut Outbox<'_>) -> Reception<Self> {
        let Some(heard) = self.heard.get_mut(shipment).filter(|heard| heard.taken < taken) else {
            return Reception::Stale;
        };
        heard.taken = taken;
        self.due(site, *shipment, out);
        Reception::Noted
    }

    fn on_owned(&mut self, site: &Site<'_>, shipment: &Shipment, out: &mut Outbox<'_>) -> Reception<Self> {
        let Some(heard) = self.heard.get_mut(shipment).filter(|heard| !heard.owned) else { return Reception::Stale };
        heard.owned = true;
        self.due(site, *shipment, out);
        Reception::Noted
    }
}

/// Whether the map says that a move has come to its end.
fn is_done(site: &Site<'_>, shipment: &Shipment) -> bool {
    site.map.epoch > shipment.epoch && site.map.under_way.iter().all(|begun| begun != shipment)
}

/// The source has sent a part.
fn on_part(site: &Site<'_>, parcel: Arc<Parcel>) -> Reception<SymbolMigration> {
    let shipment = parcel.shipment;
    let shipments = site.state.shipments();
    if shipments.mark(shipment.symbol) == shipment.epoch {
        return Reception::Done(MoveMessage { shipment, step: MoveStep::Owned });
    }
    let taken = shipments.taken(&shipment);
    if !shipments.is_news(&shipment) || parcel.part > taken {
        return Reception::Stale;
    }
    if parcel.part == taken {
        return Reception::Due(Moving::Take(parcel));
    }
    if taken < parcel.of {
        Reception::Done(MoveMessage { shipment, step: MoveStep::Took(taken) })
    } else {
        // All are here, and the record that unpacks them is on its way.
        Reception::NotYet
    }
}

/// Whether a *freeze* of this symbol is what a record decides.
pub(super) fn freezes(slot: &MoveSlot, symbol: SymbolId) -> bool {
    matches!(slot, MoveSlot::Freeze(shipment) if shipment.symbol == symbol)
}

#[cfg(test)]
#[path = "symbol_migration_tests.rs"]
mod tests;
