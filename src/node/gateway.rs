//! A gateway: where requests enter a node, are charged for, and are sent to whoever leads their group.
//!
//! Idea: a gateway is a server with a service time and a bound on what it keeps open. Requests beyond the bound wait in
//! a bounded queue; beyond that they are refused. It knows no truth about leaders: it asks its own replica, remembers
//! the hints of those who declined, and follows a hint a few times (`gateway_declined`).
//! Waiting: by class of urgency, with ageing (`routing::aged_queue`), so that a bulk load holds nobody up and starves not.
//! Units: capacity and queue are in requests; one request costs the gateway's service time.
//! Where this node holds no replica, it asks the voters in turn, so that one that is cut off starves nobody.
//! Bound: `capacity` open, `queue_max` of each class waiting; what is open past its deadline is forgotten, the client has given up.

use std::sync::Arc;

use crate::domain::ids::{ActorId, GroupId, NodeId};
use crate::domain::map::ClusterMap;
use crate::domain::order::{Answer, Batch, GatewayLoad, ReadFrom, Record, Reply, Submission};
use crate::domain::priority::{Classes, Priority};
use crate::domain::settings::{GatewaySize, Settings};
use crate::domain::time::SimTime;
use crate::domain::venue::VENUES_MAX;
use crate::domain::view::GatewayView;
use crate::domain::why::Why;
use crate::market::exchange::Exchange;
use crate::routing::aged_queue::{AgedQueue, Next};
use crate::routing::drain::Drain;

use super::held::{Held, LAST_CALL};
use super::message::{Proposal, Ticket};
use super::meter::Meter;
use super::tickets::{Open, Tickets};
use super::venues::{Routed, Way};

/// Requests served in one piece: what arrives behind a large batch waits this long at most.
const SERVE_RECORDS_MAX: usize = 64;

/// Requests that wait or are being served.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) from: ActorId,
    pub(super) batch: Batch,
    pub(super) read_from: ReadFrom,
    pub(super) deadline: SimTime,
    pub(super) redirects: u8,
}

/// What a gateway wants of its node.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    /// Send this proposal to the node that leads, or is thought to.
    Forward(NodeId, Proposal),
    /// Answer these queries from the node's own replica.
    ReadHere(Ticket, GroupId, Batch, SimTime),
    /// Answer the client.
    Reply(ActorId, Arc<[Answer]>),
}

/// What a gateway may ask about the cluster: beliefs, not truths.
pub(super) trait Directory {
    /// The cluster map as this node has it.
    fn map(&self) -> &ClusterMap;
    /// Whom this node's replica believes to lead.
    fn leader(&self, group: GroupId) -> Option<NodeId>;
    /// Whether this node keeps a replica of the group.
    fn hosts(&self, group: GroupId) -> bool;
    /// Whether this node's detector has given the peer up.
    fn given_up(&self, peer: NodeId) -> bool;
    /// The books of this node's replica of a group; nobody need have any.
    fn exchange(&self, _group: GroupId) -> Option<&Exchange> {
        None
    }
}

/// The gateway of a node.
#[derive(Clone, Debug)]
pub(super) struct Gateway {
    pub(super) size: GatewaySize,
    pub(super) classes: Classes,
    pub(super) queue: AgedQueue<Waiting>,
    /// Requests that wait, by class.
    pub(super) queued: [u32; Priority::COUNT],
    serving: Option<(SimTime, Waiting)>,
    pub(super) tickets: Tickets,
    pub(super) hints: Vec<Option<NodeId>>,
    taken: u64,
    refused: u64,
    told_full: bool,
    meter: Meter,
    pub(super) held: Held,
    /// How fast the queue empties.
    pub(super) drain: Drain,
    /// What cannot be answered in time is refused.
    pub(super) admission: bool,
    pub(super) refused_late: u64,
}

impl Gateway {
    /// The gateway of this node; service times and capacities are dealt out in turn.
    pub(super) fn new(me: NodeId, incarnation: u32, settings: &Settings, groups: usize) -> Self {
        Self {
            size: settings.gateway.size(me),
            classes: Classes::new(&settings.client, &settings.balancer.priority_by_type),
            queue: AgedQueue::new(Priority::ALL, settings.balancer.ageing),
            queued: [0; Priority::COUNT],
            serving: None,
            tickets: Tickets::of_incarnation(incarnation),
            hints: vec![None; groups],
            taken: 0,
            refused: 0,
            told_full: false,
            meter: Meter::default(),
            held: Held::default(),
            drain: Drain::default(),
            admission: settings.admission.on,
            refused_late: 0,
        }
    }

    /// How full it is.
    pub(super) fn load(&self) -> GatewayLoad {
        GatewayLoad {
            in_flight: self.tickets.in_flight(),
            capacity: self.size.capacity,
            queued: self.queued.iter().sum(),
            queued_by_class: self.queued,
        }
    }

    /// For the screen.
    pub(super) fn view(&self, now: SimTime) -> GatewayView {
        GatewayView {
            load: self.load(),
            queue_max: self.size.queue_max as u32,
            taken: self.taken,
            refused: self.refused,
            busy_per_mille: self.meter.per_mille(now),
        }
    }

    /// When it next has something to do.
    pub(super) fn next(&self) -> SimTime {
        self.serving.as_ref().map_or(SimTime::NEVER, |(at, _)| *at).min(self.tickets.next()).min(self.held.next())
    }

    /// Requests from outside. True if some did not fit and that is news: it is told once until the queue is empty again.
    pub(super) fn submit(
        &mut self,
        now: SimTime,
        from: ActorId,
        submission: Submission,
        wishes: &mut Vec<Wish>,
    ) -> bool {
        let Submission { batch, read_from, deadline } = submission;
        let mut full = false;
        for (priority, batch) in self.by_class(batch) {
            let lane = priority.index();
            let places = (self.size.queue_max + self.free()).saturating_sub(self.queued[lane] as usize);
            let in_time = self.in_time(now, lane, deadline);
            let fit = batch.len().min(places).min(in_time);
            self.refused_late += batch.len().min(places).saturating_sub(in_time) as u64;
            let over = fit < batch.len();
            if over {
                let refused = &batch.records()[fit..];
                self.refused += refused.len() as u64;
                wishes.push(Wish::Reply(from, refuse(refused, Why::Overloaded)));
            }
            full |= over;
            if fit > 0 {
                let batch = if over { Batch::new(&batch.records()[..fit]) } else { batch };
                self.queued[lane] += fit as u32;
                self.queue.push(lane, now, Waiting { from, batch, read_from, deadline, redirects: 0 });
            }
        }
        self.serve(now);
        full && !std::mem::replace(&mut self.told_full, true)
    }

    fn free(&self) -> usize {
        let serving = self.serving.as_ref().map_or(0, |(_, waiting)| waiting.batch.len() as u32);
        self.size.capacity.saturating_sub(self.tickets.in_flight() + serving) as usize
    }

    /// Takes the next piece of the queue, if there is one and room for it.
    pub(super) fn serve(&mut self, now: SimTime) {
        while self.serving.is_none() && self.free() > 0 {
            let Some(Next { lane, .. }) = self.queue.next(|_| true) else { break };
            let Some((arrived, mut waiting)) = self.queue.pop(lane) else { break };
            if waiting.deadline <= now {
                self.queued[lane] -= waiting.batch.len() as u32;
                continue;
            }
            let take = waiting.batch.len().min(self.free()).min(SERVE_RECORDS_MAX);
            if take < waiting.batch.len() {
                let rest = Batch::new(&waiting.batch.records()[take..]);
                let piece = Batch::new(&waiting.batch.records()[..take]);
                self.queue.put_back(lane, arrived, Waiting { batch: rest, ..waiting.clone() });
                waiting.batch = piece;
            }
            self.queued[lane] -= take as u32;
            self.taken += take as u64;
            let cost = self.size.service_time.times(take as u64);
            self.meter.add(now, cost);
            self.drain.begin(now);
            self.serving = Some((now + cost, waiting));
        }
        self.told_full &= !self.queue.is_empty();
    }

    /// Time has passed: what was served goes on its way, what is past its deadline is forgotten.
    pub(super) fn wake(&mut self, now: SimTime, directory: &impl Directory, wishes: &mut Vec<Wish>) {
        self.tickets.forget_expired(now);
        while let Some(wish) = self.held.wire.pop(now) {
            wishes.push(wish);
        }
        while let Some(waiting) = self.held.pop(now) {
            if waiting.deadline.since(now) > LAST_CALL {
                self.route(now, &waiting, directory, wishes);
            } else {
                wishes.push(Wish::Reply(waiting.from, refuse(waiting.batch.records(), Why::Moving)));
            }
        }
        while let Some((_, waiting)) = self.serving.take_if(|(at, _)| *at <= now) {
            self.drain.left(now, waiting.batch.len() as u64, !self.queue.is_empty());
            self.route(now, &waiting, directory, wishes);
            self.serve(now);
        }
        self.serve(now);
    }

    /// Splits served requests by group and venue, and queries from orders, and sends each on.
    pub(super) fn route(
        &mut self,
        now: SimTime,
        waiting: &Waiting,
        directory: &impl Directory,
        wishes: &mut Vec<Wish>,
    ) {
        let routed = Routed::new(&waiting.batch, directory, self.tickets.to_venues());
        let lanes = routed.distinct();
        for lane in &lanes {
            let (owner, query, way) = *lane;
            let batch = if lanes.len() == 1 { routed.batch.clone() } else { routed.of(lane) };
            let Some(group) = owner else {
                wishes.push(Wish::Reply(waiting.from, refuse(batch.records(), Why::UnknownSymbol)));
                continue;
            };
            let near = query && directory.hosts(group);
            let to = match waiting.read_from {
                ReadFrom::Replica if near => None,
                ReadFrom::Fallback if near => self.leader(group, directory).filter(|node| !directory.given_up(*node)),
                _ => self.leader(group, directory),
            };
            let fallback = near && waiting.read_from != ReadFrom::Leader;
            if !fallback && to.is_none() {
                wishes.push(Wish::Reply(waiting.from, refuse(batch.records(), Why::NoLeader)));
                continue;
            }
            let epoch = directory.map().epoch;
            let Waiting { from, deadline, redirects, .. } = *waiting;
            let (left, fallback) = (batch.len() as u32, fallback && to.is_some());
            let open = Open { from, group, epoch, deadline, redirects, left, unsaid: left, fallback, way };
            let ticket = self.tickets.open(open);
            match to {
                None => wishes.push(Wish::ReadHere(ticket, group, batch, deadline)),
                Some(to) => {
                    let proposal = Proposal { ticket, group, epoch, batch, deadline };
                    self.travel(now, way, Wish::Forward(to, proposal), wishes);
                }
            }
        }
    }

    /// What goes to a venue or comes from one takes its time; all else leaves at once.
    fn travel(&mut self, now: SimTime, way: Option<Way>, wish: Wish, wishes: &mut Vec<Wish>) {
        match way {
            Some(way) => self.held.wire.push(now + way.latency, wish),
            None => wishes.push(wish),
        }
    }

    /// Whom to send to: the own replica's belief, else the last hint, else a voter that is not given up.
    fn leader(&self, group: GroupId, directory: &impl Directory) -> Option<NodeId> {
        if directory.hosts(group) {
            return directory.leader(group);
        }
        let alive = |node: &NodeId| !directory.given_up(*node);
        let hint = self.hints.get(group.index()).copied().flatten().filter(alive);
        hint.or_else(|| directory.map().voters(group).iter().copied().find(alive))
    }

    /// Answers from a leader.
    pub(super) fn answered(&mut self, now: SimTime, ticket: Ticket, answers: Arc<[Answer]>, wishes: &mut Vec<Wish>) {
        // Past its deadline a ticket is forgotten; every answer leaves by the balancer, so that is where a late one goes.
        let way = self.tickets.get_mut(ticket).and_then(|open| open.way);
        let from = self.tickets.answered(ticket, &answers).unwrap_or(ActorId::BALANCER);
        self.travel(now, way, Wish::Reply(from, answers), wishes);
        self.serve(now);
    }

    /// A newer map takes the place of this one. What it wants is not so yet: where no hint says who leads, the node that was
    /// asked so far knows who does, and one that is to come may not have heard of the group.
    pub(super) fn map_changed(&mut self, before: &ClusterMap) {
        self.held.release();
        for (hint, group) in self.hints.iter_mut().zip(before.group_ids()) {
            *hint = hint.or_else(|| before.voters(group).first().copied());
        }
    }

    /// Requests on their way to each venue, and messages that travel there or back.
    pub(super) fn to_venues(&self) -> (&[u32; VENUES_MAX], u64) {
        (self.tickets.to_venues(), self.held.wire.len() as u64)
    }
}

pub(super) fn refuse(records: &[Record], why: Why) -> Arc<[Answer]> {
    records.iter().map(|record| Answer { id: record.id, reply: Reply::Refused(why) }).collect()
}

#[cfg(test)]
#[path = "gateway_tests.rs"]
mod tests;
