//! A gateway's tickets: proposals that were sent on and are not answered in full.
//!
//! Idea: a request holds a place of the gateway until its *first* word (a promise, a verdict, a reading, a refusal), and
//! its ticket lives until its *last*: under a fast acknowledgement rule the verdict follows the promise, and whoever
//! asked shall hear it too. Words come in parts, since a leader may cut a proposal in two batches.
//! Bound: a ticket dies at its deadline, when its client has given up; deadlines need not come in the order of tickets.

use std::collections::{BTreeSet, VecDeque};

use crate::domain::ids::{ActorId, GroupId};
use crate::domain::map::Epoch;
use crate::domain::order::{Answer, Reply};
use crate::domain::time::SimTime;
use crate::domain::venue::VENUES_MAX;

use super::message::Ticket;
use super::venues::Way;

/// An incarnation opens fewer than two to the power of this many tickets.
const TICKET_BITS: u32 = 40;

/// A proposal on its way.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// Who asked.
    pub from: ActorId,
    /// The group.
    pub group: GroupId,
    /// The map by which it was routed.
    pub epoch: Epoch,
    /// When its client gives up.
    pub deadline: SimTime,
    /// Queries that the own replica may answer where no leader does.
    pub fallback: bool,
    /// How often it was sent on.
    pub redirects: u8,
    /// Requests without a first word: they hold a place.
    pub left: u32,
    /// Requests without a last word.
    pub unsaid: u32,
    /// The way to its venue, if it goes to one.
    pub way: Option<Way>,
}

/// All proposals on their way.
#[derive(Clone, Debug, Default)]
pub(super) struct Tickets {
    open: VecDeque<Option<Open>>,
    first: u64,
    expiry: BTreeSet<(SimTime, Ticket)>,
    in_flight: u32,
    /// The same by venue, of what goes to one.
    to_venues: [u32; VENUES_MAX],
}

impl Tickets {
    /// The tickets of one incarnation. Their numbers differ from those of all others, so a late answer to an earlier one is
    /// never taken for an answer to one of these.
    pub(super) fn of_incarnation(incarnation: u32) -> Self {
        Self { first: u64::from(incarnation) << TICKET_BITS, ..Self::default() }
    }

    /// Requests that hold a place.
    pub(super) const fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Requests that hold a place, by the venue that they go to.
    pub(super) const fn to_venues(&self) -> &[u32; VENUES_MAX] {
        &self.to_venues
    }

    /// So many requests hold a place no longer.
    fn free(&mut self, freed: u32, way: Option<Way>) {
        self.in_flight -= freed;
        if let Some(way) = way {
            self.to_venues[way.venue.index()] -= freed;
        }
    }

    /// When the next ticket dies.
    pub(super) fn next(&self) -> SimTime {
        self.expiry.first().map_or(SimTime::NEVER, |(at, _)| *at)
    }

    /// A number for a proposal.
    pub(super) fn open(&mut self, open: Open) -> Ticket {
        let ticket = Ticket(self.first + self.open.len() as u64);
        self.in_flight += open.left;
        if let Some(way) = open.way {
            self.to_venues[way.venue.index()] += open.left;
        }
        self.expiry.insert((open.deadline, ticket));
        self.open.push_back(Some(open));
        ticket
    }

    fn place(&self, ticket: Ticket) -> Option<usize> {
        usize::try_from(ticket.0.checked_sub(self.first)?).ok()
    }

    /// The proposal of this number, if it lives.
    pub(super) fn get_mut(&mut self, ticket: Ticket) -> Option<&mut Open> {
        let place = self.place(ticket)?;
        self.open.get_mut(place)?.as_mut()
    }

    /// The ticket of these requests of a proposal alone: its parts may be declined by different nodes, and each finds its own way.
    pub(super) fn apart(&mut self, ticket: Ticket, requests: usize) -> Ticket {
        let requests = requests as u32;
        let Some(open) = self.get_mut(ticket).filter(|open| open.unsaid > requests).cloned() else { return ticket };
        self.release(ticket, requests as usize);
        self.open(Open { left: requests, unsaid: requests, ..open })
    }

    /// It was sent on to another node.
    pub(super) fn sent_on(&mut self, ticket: Ticket) {
        if let Some(open) = self.get_mut(ticket) {
            open.redirects += 1;
        }
    }

    /// The own replica is asked; what it declines is refused.
    pub(super) fn falls_back(&mut self, ticket: Ticket) {
        if let Some(open) = self.get_mut(ticket) {
            open.fallback = false;
        }
    }

    /// Some requests of a proposal were answered: who asked for them.
    pub(super) fn answered(&mut self, ticket: Ticket, answers: &[Answer]) -> Option<ActorId> {
        let promises = answers.iter().filter(|answer| matches!(answer.reply, Reply::Accepted(_))).count() as u32;
        let finals = answers.len() as u32 - promises;
        let open = self.get_mut(ticket)?;
        let from = open.from;
        // A last word belongs to a promised request first, as long as there is one.
        let of_promised = finals.min(open.unsaid - open.left);
        let freed = (promises + finals - of_promised).min(open.left);
        open.left -= freed;
        open.unsaid -= finals.min(open.unsaid);
        open.left = open.left.min(open.unsaid);
        let way = open.way;
        self.free(freed, way);
        self.close_if_done(ticket);
        Some(from)
    }

    /// So many requests of a proposal are no longer on their way.
    pub(super) fn release(&mut self, ticket: Ticket, requests: usize) {
        let Some(open) = self.get_mut(ticket) else { return };
        let freed = (requests as u32).min(open.left);
        open.left -= freed;
        open.unsaid -= freed;
        let way = open.way;
        self.free(freed, way);
        self.close_if_done(ticket);
    }

    /// Proposals whose clients have given up are forgotten.
    pub(super) fn forget_expired(&mut self, now: SimTime) {
        while let Some((_, ticket)) = self.expiry.first().copied().filter(|(at, _)| *at <= now) {
            self.close(ticket);
        }
    }

    fn close_if_done(&mut self, ticket: Ticket) {
        if self.get_mut(ticket).is_some_and(|open| open.unsaid == 0) {
            self.close(ticket);
        }
    }

    fn close(&mut self, ticket: Ticket) {
        let slot = self.place(ticket).and_then(|place| self.open.get_mut(place));
        if let Some(open) = slot.and_then(Option::take) {
            self.free(open.left, open.way);
            self.expiry.remove(&(open.deadline, ticket));
        }
        while let Some(None) = self.open.front() {
            self.open.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
#[path = "tickets_tests.rs"]
mod tests;
