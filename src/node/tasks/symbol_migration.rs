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
use super::runner::{self, LeaderTask, RESEND_EVERY, Reception};
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

type Context<'a> = runner::Context<'a, SymbolMigration>;
type Actions<'a> = runner::Actions<'a, SymbolMigration>;

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

    fn begin(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        *self = Self::default();
        self.look(context, actions);
    }

    fn look(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        let shipments = context.state.shipments();
        self.heard.retain(|shipment, _| shipments.leaving().iter().any(|leaving| leaving.shipment == *shipment));
        for leaving in shipments.leaving() {
            let shipment = leaving.shipment;
            if is_done(context, &shipment) {
                actions.propose(Moving::Drop { shipment, known: context.map.epoch });
            } else if let Entry::Vacant(new) = self.heard.entry(shipment) {
                new.insert(Heard::default());
                self.send(context, leaving, actions);
            }
        }
        for arriving in shipments.arriving().iter().filter(|arriving| arriving.is_complete()) {
            actions.propose(Moving::Own(arriving.shipment));
        }
        self.freeze_what_is_free(context, actions);
    }

    fn receive(
        &mut self,
        context: &Context<'_>,
        from: GroupId,
        message: MoveMessage,
        actions: &mut Actions<'_>,
    ) -> Reception<Self> {
        let MoveMessage { shipment, step } = message;
        match step {
            MoveStep::Begin if from == GroupId::META && shipment.from == context.group => {
                self.on_begin(context, shipment)
            }
            MoveStep::Part(parcel) if from == shipment.from && shipment.to == context.group => on_part(context, parcel),
            MoveStep::Took(taken) if from == shipment.to => self.on_taken(context, &shipment, taken, actions),
            MoveStep::Owned if from == shipment.to => self.on_owned(context, &shipment, actions),
            MoveStep::Begin | MoveStep::Part(_) | MoveStep::Took(_) | MoveStep::Owned => Reception::Stale,
        }
    }

    fn applied(&mut self, context: &Context<'_>, moving: &Moving, moved: &Moved, actions: &mut Actions<'_>) {
        let shipment = moving.shipment();
        let say = |step| MoveMessage { shipment, step };
        match moved {
            Moved::Taken(taken) => actions.send(shipment.from, say(MoveStep::Took(*taken))),
            Moved::Owned => {
                actions.send(GroupId::META, say(MoveStep::Owned));
                actions.send(shipment.from, say(MoveStep::Owned));
            }
            Moved::Frozen => self.closing.open(shipment.symbol),
            Moved::Dropped => actions.forget(&shipment),
            Moved::Busy | Moved::Nothing => {}
        }
        self.look(context, actions);
    }

    fn due(&mut self, context: &Context<'_>, shipment: Shipment, actions: &mut Actions<'_>) {
        let leaving = context.state.shipments().leaving().iter().find(|leaving| leaving.shipment == shipment);
        if let Some(leaving) = leaving.filter(|_| !is_done(context, &shipment)) {
            self.send(context, leaving, actions);
        }
    }
}

impl SymbolMigration {
    /// Symbols that take no more legs.
    pub(super) const fn closing(&self) -> &Closing {
        &self.closing
    }

    /// Sends what comes next of a symbol that leaves.
    fn send(&self, context: &Context<'_>, leaving: &Leaving, actions: &mut Actions<'_>) {
        let shipment = leaving.shipment;
        let Heard { taken, owned } = self.heard.get(&shipment).copied().unwrap_or_default();
        actions.remind(shipment, context.now + RESEND_EVERY);
        if owned {
            actions.send(GroupId::META, MoveMessage { shipment, step: MoveStep::Owned });
        } else {
            // With every part taken the last goes again: its answer says whether the target has unpacked them.
            let next = (taken as usize).min(leaving.parts.len() - 1);
            let step = MoveStep::Part(Arc::clone(&leaving.parts[next]));
            actions.send(shipment.to, MoveMessage { shipment, step });
        }
    }

    /// The controller wants a symbol to leave: it is frozen, or closed until it can be.
    fn on_begin(&mut self, context: &Context<'_>, shipment: Shipment) -> Reception<Self> {
        if context.state.serves(shipment.symbol).is_err() || !context.state.shipments().is_news(&shipment) {
            return Reception::Stale;
        }
        if context.state.transactions().concerns(shipment.symbol) {
            self.closing.close(shipment, context.now);
            return Reception::NotYet;
        }
        Reception::Due(Moving::Freeze(shipment))
    }

    /// Freezes closed symbols whose last transaction has ended.
    fn freeze_what_is_free(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        if self.closing.is_empty() {
            return;
        }
        self.closing.forget_expired(context.now);
        let free = |shipment: &Shipment| !context.state.transactions().concerns(shipment.symbol);
        for shipment in self.closing.shipments().filter(free) {
            actions.propose(Moving::Freeze(shipment));
        }
    }

    fn on_taken(
        &mut self,
        context: &Context<'_>,
        shipment: &Shipment,
        taken: u32,
        actions: &mut Actions<'_>,
    ) -> Reception<Self> {
        let Some(heard) = self.heard.get_mut(shipment).filter(|heard| heard.taken < taken) else {
            return Reception::Stale;
        };
        heard.taken = taken;
        self.due(context, *shipment, actions);
        Reception::Noted
    }

    fn on_owned(&mut self, context: &Context<'_>, shipment: &Shipment, actions: &mut Actions<'_>) -> Reception<Self> {
        let Some(heard) = self.heard.get_mut(shipment).filter(|heard| !heard.owned) else { return Reception::Stale };
        heard.owned = true;
        self.due(context, *shipment, actions);
        Reception::Noted
    }
}

/// Whether the map says that a move has come to its end.
fn is_done(context: &Context<'_>, shipment: &Shipment) -> bool {
    context.map.epoch > shipment.epoch && context.map.under_way.iter().all(|begun| begun != shipment)
}

/// The source has sent a part.
fn on_part(context: &Context<'_>, parcel: Arc<Parcel>) -> Reception<SymbolMigration> {
    let shipment = parcel.shipment;
    let shipments = context.state.shipments();
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
