//! The move controller: how the leader of `meta` carries out the moves that the map has planned.
//!
//! Idea: the plan and what was begun of it stand in the map, so a controller that dies leaves nothing behind but a pause. It
//! begins the next move while fewer than `partition.moves_at_once` are under way, asks the source of each that is, and
//! writes the new owner into the map when the target says that it owns the symbol.
//! Bound: what is asked is asked again every [`RESEND_EVERY`].

use super::message::Body;
use super::runner::{self, LeaderTask, RESEND_EVERY, Reception};
use super::symbol_migration::{MoveMessage, MoveStep};
use crate::domain::ids::{GroupId, SymbolId};
use crate::domain::log::Payload;
use crate::domain::map::{ClusterMap, MapChange};
use crate::domain::moving::Shipment;

/// The state that it reads.
#[derive(Clone, Copy)]
pub(super) struct ControllerState<'a> {
    /// The map as `meta` has applied it.
    pub(super) map: &'a ClusterMap,
    /// Moves that are under way at a time.
    pub(super) at_once: usize,
}

/// What a record decides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum ControllerSlot {
    Begin(SymbolId),
    Moved(SymbolId),
    /// A change that somebody else proposed.
    Other,
}

/// The memory of a leadership: none but its timers.
#[derive(Clone, Debug, Default)]
pub(super) struct MoveController;

type Context<'a> = runner::Context<'a, MoveController>;
type Actions<'a> = runner::Actions<'a, MoveController>;

impl LeaderTask for MoveController {
    type State<'a> = ControllerState<'a>;
    type Record = MapChange;
    type Outcome = ();
    type Slot = ControllerSlot;
    type Key = Shipment;
    type Message = MoveMessage;

    fn slot(change: &MapChange) -> ControllerSlot {
        match change {
            MapChange::Begin(symbol) => ControllerSlot::Begin(*symbol),
            MapChange::Moved { symbol, .. } => ControllerSlot::Moved(*symbol),
            _ => ControllerSlot::Other,
        }
    }

    fn payload(record: Self::Record) -> Payload {
        Payload::Map(record)
    }

    fn body(message: Self::Message) -> Body {
        Body::Move(message)
    }

    fn begin(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        for shipment in &context.state.map.under_way {
            self.due(context, *shipment, actions);
        }
        self.look(context, actions);
    }

    fn look(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        let ControllerState { map, at_once } = context.state;
        let beginning = actions.in_log().filter(|slot| matches!(slot, ControllerSlot::Begin(_))).count();
        let room = at_once.saturating_sub(map.under_way.len() + beginning);
        if room == 0 || map.moves.is_empty() {
            return;
        }
        let idle = |symbol| map.under_way.iter().all(|shipment| shipment.symbol != symbol);
        let next = map.moves.iter().map(|planned| planned.symbol).filter(|symbol| idle(*symbol));
        let begun = |symbol: &SymbolId| actions.in_log().any(|slot| *slot == ControllerSlot::Begin(*symbol));
        let next: Vec<SymbolId> = next.filter(|symbol| !begun(symbol)).take(room).collect();
        next.into_iter().for_each(|symbol| actions.propose(MapChange::Begin(symbol)));
    }

    fn receive(
        &mut self,
        context: &Context<'_>,
        from: GroupId,
        message: MoveMessage,
        _: &mut Actions<'_>,
    ) -> Reception<Self> {
        let MoveMessage { shipment, step } = message;
        let known = from == shipment.to || from == shipment.from;
        if step == MoveStep::Owned && known && context.state.map.under_way.contains(&shipment) {
            Reception::Due(MapChange::Moved { symbol: shipment.symbol, to: shipment.to })
        } else {
            Reception::Stale
        }
    }

    fn applied(&mut self, context: &Context<'_>, change: &MapChange, (): &(), actions: &mut Actions<'_>) {
        if let MapChange::Begin(symbol) = change {
            let begun = context.state.map.under_way.iter().find(|shipment| shipment.symbol == *symbol);
            if let Some(shipment) = begun {
                self.due(context, *shipment, actions);
            }
        }
    }

    fn due(&mut self, context: &Context<'_>, shipment: Shipment, actions: &mut Actions<'_>) {
        if context.state.map.under_way.contains(&shipment) {
            actions.send(shipment.from, MoveMessage { shipment, step: MoveStep::Begin });
            actions.remind(shipment, context.now + RESEND_EVERY);
        }
    }
}
