//! Venue control: how a leader opens, closes and drains the venues of its group as the map wants them.
//!
//! Idea: as in the other tasks, what is true stands in the applied state, and a leader only asks what comes next:
//! the map knows of a later version of a venue's state, so that is logged; a closed venue holds something that can be
//! cancelled, so a drain is logged, again and again until nothing is left. A new leader looks at the same state and
//! goes on; a record that two leaders have logged finds nothing to do the second time.
//! Bound: one record a venue is on its way through the log at a time.
//! Sources: ADR-0005.

use super::message::Body;
use super::runner::{self, LeaderTask, Reception};
use crate::domain::ids::GroupId;
use crate::domain::log::Payload;
use crate::domain::venue::{Stepped, VenueId, VenueState, VenueStep};
use crate::market::exchange::Exchange;

/// The memory of a leadership: none.
#[derive(Clone, Debug, Default)]
pub(super) struct VenueControl;

/// Leaders say nothing to each other about venues.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Silence {}

type Context<'a> = runner::Context<'a, VenueControl>;
type Actions<'a> = runner::Actions<'a, VenueControl>;

impl LeaderTask for VenueControl {
    type State<'a> = &'a Exchange;
    type Record = VenueStep;
    type Outcome = Stepped;
    type Slot = VenueId;
    type Key = VenueId;
    type Message = Silence;

    fn slot(step: &VenueStep) -> VenueId {
        let (VenueStep::Door { venue, .. } | VenueStep::Drain { venue }) = *step;
        venue
    }

    fn payload(record: Self::Record) -> Payload {
        Payload::Venue(record)
    }

    fn body(message: Self::Message) -> Body {
        match message {}
    }

    fn begin(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        self.look(context, actions);
    }

    fn look(&mut self, context: &Context<'_>, actions: &mut Actions<'_>) {
        let venues = &context.map.venues;
        let next = |(venue, (state, known)): (VenueId, (&VenueState, &VenueState))| {
            if state.turn > known.turn {
                return Some(VenueStep::Door { venue, open: state.open, turn: state.turn });
            }
            (!known.open && context.state.is_drainable(venue)).then_some(VenueStep::Drain { venue })
        };
        let steps = VenueId::first(venues.len()).zip(venues.iter().zip(context.state.venues())).filter_map(next);
        steps.for_each(|step| actions.propose(step));
    }

    fn receive(&mut self, _: &Context<'_>, _: GroupId, message: Silence, _: &mut Actions<'_>) -> Reception<Self> {
        match message {}
    }

    fn applied(&mut self, context: &Context<'_>, _: &VenueStep, _: &Stepped, actions: &mut Actions<'_>) {
        self.look(context, actions);
    }

    fn due(&mut self, _: &Context<'_>, _: VenueId, _: &mut Actions<'_>) {}
}
