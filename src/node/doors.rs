//! Doors: how a leader brings the doors of its group's venues to where the map wants them, and drains what closes.
//!
//! Idea: as in `driver` and `mover`, what is true stands in the applied state, and a leader only asks what comes next:
//! the map knows of a later turn of a door, so that is logged; a closed venue holds something that can be cancelled, so a
//! drain is logged, again and again until nothing is left. Whoever takes over looks at the same state and goes on; a
//! record that two leaders have logged finds nothing to do the second time.
//! Notice: the leader that applies a drain tells the owners, once. A notice may be lost as any message may; the order's
//! end stands in the state, and a query tells it.
//! Bound: one record a venue waits to be applied at a time.
//! Sources: ADR-0005.

use std::sync::Arc;

use crate::domain::event::EventKind;
use crate::domain::ids::{ActorId, Term};
use crate::domain::log::Payload;
use crate::domain::map::ClusterMap;
use crate::domain::order::{Answer, DeskMessage, Reply};
use crate::domain::time::Now;
use crate::domain::venue::{Stepped, VenueId, VenueNews, VenueState, VenueStep};
use crate::market::exchange::Exchange;

use super::logged::Logged;
use super::message::NodeEffect;
use super::out::Out;
use super::replica::{Desk, Replica};

/// The memory of a leadership.
#[derive(Clone, Debug, Default)]
pub(super) struct Doors {
    term: Term,
    /// What this leadership has logged and not applied yet.
    logged: Logged<VenueStep>,
}

impl Doors {
    /// What is to be logged now.
    pub(super) fn wanted(&mut self, term: Term, venues: &[VenueState], exchange: &Exchange) -> Vec<VenueStep> {
        if self.term != term {
            *self = Self { term, ..Self::default() };
        }
        let next = |(venue, (state, known)): (VenueId, (&VenueState, &VenueState))| {
            if state.turn > known.turn {
                return Some(VenueStep::Door { venue, open: state.open, turn: state.turn });
            }
            (!known.open && exchange.is_drainable(venue)).then_some(VenueStep::Drain { venue })
        };
        let steps = VenueId::first(venues.len()).zip(venues.iter().zip(exchange.venues())).filter_map(next);
        steps.filter(|step| self.logged.news(step)).collect()
    }

    /// A step was applied, or Raft did not take it.
    pub(super) fn done(&mut self, step: &VenueStep) {
        self.logged.done(step);
    }
}

impl Replica {
    /// Takes the next steps with the doors of venues, if this replica leads.
    pub(super) fn mind_doors(&mut self, now: Now, map: &ClusterMap, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let Some(term) = self.settled().filter(|_| !map.venues.is_empty()) else { return };
        let Some(exchange) = self.machine.exchange() else { return };
        for step in self.drivers.doors.wanted(term, &map.venues, exchange) {
            if !self.log_work(now, Payload::Venue(step), desk, out) {
                self.drivers.doors.done(&step);
            }
        }
    }

    /// A step was applied: owners are told of what was cancelled, and everybody of a venue that holds nothing any more.
    pub(super) fn stepped(&mut self, step: &VenueStep, stepped: &Stepped, out: &mut Out<'_>) {
        self.drivers.doors.done(step);
        if !self.raft.leads() {
            return;
        }
        if !stepped.ended.is_empty() {
            let notice = |(id, verdict)| Answer { id, reply: Reply::Notice(verdict) };
            let notices: Arc<[Answer]> = stepped.ended.iter().copied().map(notice).collect();
            out.effects.push(NodeEffect::Reply { to: ActorId::BALANCER, message: DeskMessage::Answers(notices) });
        }
        if let Some(orders) = stepped.drained {
            let (VenueStep::Door { venue, .. } | VenueStep::Drain { venue }) = *step;
            out.tell(Some(self.group), EventKind::Venue(VenueNews::Drained { venue, orders }));
        }
    }
}
