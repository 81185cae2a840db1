//! The failover stopwatch: from the fault to the first answer, seven moments, measured and never assumed.
//!
//! Idea: a fault on a leader starts one measurement for each group that it led; facts of replicas and clients fill in
//! the moments; the first answer of the new term stops it. Who leads is known from facts, not from anybody's belief.
//! Shape: one `Watched` a group, with at most one open measurement; closed ones go to a history.
//! - A cut of one link may cost the leader nothing: such a measurement shows itself only when somebody campaigns.
//! - A leader that is back, or commits again in its own term, before anybody else is elected closes the measurement,
//!   and nothing stays of it: there was no failover.
//! - `meta` has no clients; its measurement stops at the first commit.
//! - A new leader that fails before it answered leaves its measurement unfinished; the next one begins.
//!
//! Bound: [`FAILOVERS_MAX`] measurements, the oldest forgotten; of each open one, the voters' last campaigns.
//! Sources: the moments are those of the lesson on failover; heard_at is Raft's election timer (Ongaro & Ousterhout §5.2).

use std::collections::VecDeque;

use crate::domain::actor::Draft;
use crate::domain::event::{Event, EventKind, FaultKind};
use crate::domain::fact::ReplicaFact;
use crate::domain::ids::{GroupId, NodeId, Term};
use crate::domain::log::LogPoint;
use crate::domain::order::Promise;
use crate::domain::settings::RaftSettings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{ClusterView, FAILOVERS_MAX, FailoverMoments, FailoverView};

/// Measures failovers.
#[derive(Clone, Debug)]
pub struct Stopwatch {
    groups: Vec<Watched>,
    history: VecDeque<FailoverView>,
    open: usize,
    /// Longer than any message that was on its way when the fault came.
    settling: SimDuration,
    /// A leader that is back and meets no rival for this long stays.
    return_after: SimDuration,
}

/// A group and its leader.
#[derive(Clone, Debug, Default)]
struct Watched {
    leader: Option<(NodeId, Term)>,
    open: Option<Measurement>,
}

/// A measurement on its way.
#[derive(Clone, Debug)]
struct Measurement {
    view: FailoverView,
    /// The term of the old leader.
    old_term: Term,
    /// It is certain that the leader can't go on; else it shows when somebody campaigns.
    certain: Certainty,
    /// When each campaigning node last heard from a leader.
    heard: Vec<(NodeId, SimTime)>,
    /// The highest term that anybody stood in.
    stood: Term,
    /// The old leader is back since.
    back_at: Option<SimTime>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Certainty {
    Certain,
    Suspected,
}

/// How many of something happened in a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tally {
    /// An order was refused.
    Refused,
    /// An order was sent again.
    Retried,
}

impl Stopwatch {
    /// Watches so many groups.
    pub fn new(groups: usize, raft: &RaftSettings) -> Self {
        Self {
            groups: vec![Watched::default(); groups],
            history: VecDeque::new(),
            open: 0,
            settling: raft.election_min,
            return_after: raft.election_max.times(2),
        }
    }

    /// Whether a measurement is on its way.
    pub const fn runs(&self) -> bool {
        self.open > 0
    }

    /// An order of this group was refused or sent again.
    pub fn tally(&mut self, group: GroupId, what: Tally) {
        let Some(open) = self.groups.get_mut(group.index()).and_then(|watched| watched.open.as_mut()) else { return };
        match what {
            Tally::Refused => open.view.refused += 1,
            Tally::Retried => open.view.retried += 1,
        }
    }

    /// Takes an event: faults begin here.
    pub fn hear(&mut self, event: &Event) {
        let at = event.at;
        match (&event.kind, event.node) {
            (EventKind::Crashed { .. }, Some(node)) => self.fault(at, node, FaultKind::Crash, Certainty::Certain),
            (EventKind::Halted { .. }, Some(node)) => self.fault(at, node, FaultKind::Panic, Certainty::Certain),
            (EventKind::Frozen, Some(node)) => self.fault(at, node, FaultKind::Freeze, Certainty::Certain),
            (EventKind::Isolated | EventKind::Muted, Some(node)) => {
                self.fault(at, node, FaultKind::Cut, Certainty::Certain);
            }
            (EventKind::LinkCut { to }, Some(node)) => {
                self.fault(at, node, FaultKind::Cut, Certainty::Suspected);
                self.fault(at, *to, FaultKind::Cut, Certainty::Suspected);
            }
            (EventKind::TransferBegan { .. }, _) => {
                let group = event.group.unwrap_or(GroupId::META);
                if let Some((node, _)) = self.groups.get(group.index()).and_then(|watched| watched.leader) {
                    self.begin(group, at, node, FaultKind::Transfer, Certainty::Certain);
                }
            }
            (EventKind::TransferFailed { .. }, _) => {
                let group = event.group.unwrap_or(GroupId::META);
                self.discard(group, |open| open.view.fault == FaultKind::Transfer);
            }
            (EventKind::Thawed { .. } | EventKind::Rejoined, Some(node)) => self.returned(at, node),
            (EventKind::LinkHealed { to }, Some(node)) => {
                self.returned(at, node);
                self.returned(at, *to);
            }
            (EventKind::AllHealed, _) => self.open_mut().for_each(|open| open.is_back(at, FaultKind::Cut)),
            (EventKind::OrdersLost { orders }, _) => self.lost(event.group, *orders),
            _ => {}
        }
    }

    /// Takes what a replica did.
    pub fn on_replica(&mut self, now: SimTime, node: NodeId, group: GroupId, what: &ReplicaFact) {
        let return_after = self.return_after;
        self.discard(group, |open| open.back_at.is_some_and(|back| now > back + return_after));
        let Some(watched) = self.groups.get_mut(group.index()) else { return };
        match what {
            ReplicaFact::Campaigns { term, pre_vote, heard_at } => {
                if let Some(open) = &mut watched.open {
                    open.campaign(now, node, *term, *pre_vote, *heard_at);
                }
            }
            ReplicaFact::Leads { term, .. } => {
                if watched.leader.is_none_or(|(_, known)| known <= *term) {
                    watched.leader = Some((node, *term));
                }
                if let Some(open) = &mut watched.open {
                    open.elect(now, node, *term);
                }
            }
            ReplicaFact::Committed { to, leading: Some(term) } => self.committed(now, node, group, *to, *term),
            _ => {}
        }
    }

    /// A client heard a promise.
    pub fn on_promise(&mut self, now: SimTime, promise: Promise, out: &mut Vec<Draft>) {
        let Some(open) = self.groups.get_mut(promise.group.index()).and_then(|watched| watched.open.as_mut()) else {
            return;
        };
        if open.view.term.is_none_or(|term| promise.term < term) || open.view.moments.first_answer.is_some() {
            return;
        }
        open.view.moments.first_answer = Some(now);
        let kind = EventKind::FirstAnswer { term: promise.term };
        out.push(Draft { node: open.view.to, group: Some(promise.group), kind });
        self.close_if_complete(promise.group);
    }

    /// Writes the history and what is on its way, oldest first.
    pub fn contribute(&self, now: SimTime, view: &mut ClusterView) {
        let shown = self.groups.iter().filter_map(|watched| watched.open.as_ref()).filter(|open| {
            let returned = open.back_at.is_some_and(|back| now > back + self.return_after);
            let stirs = open.certain == Certainty::Certain || open.view.moments.suspected.is_some();
            stirs && !returned || open.view.to.is_some()
        });
        view.failovers = self.history.iter().chain(shown.map(|open| &open.view)).cloned().collect();
        view.failovers.sort_by_key(|failover| failover.moments.fault);
        let surplus = view.failovers.len().saturating_sub(FAILOVERS_MAX);
        view.failovers.drain(..surplus);
    }

    fn open_mut(&mut self) -> impl Iterator<Item = &mut Measurement> {
        self.groups.iter_mut().filter_map(|watched| watched.open.as_mut())
    }

    /// Something befell a node: each group that it leads begins a measurement.
    fn fault(&mut self, at: SimTime, node: NodeId, fault: FaultKind, certain: Certainty) {
        for place in 0..self.groups.len() {
            if self.groups[place].leader.is_some_and(|(leader, _)| leader == node) {
                self.begin(GroupId(place as u16), at, node, fault, certain);
            }
        }
    }

    fn begin(&mut self, group: GroupId, at: SimTime, from: NodeId, fault: FaultKind, certain: Certainty) {
        let Some(watched) = self.groups.get_mut(group.index()) else { return };
        let Some((_, old_term)) = watched.leader else { return };
        match &mut watched.open {
            // The new leader failed too: what was measured so far stays as it is.
            Some(open) if open.view.term == Some(old_term) => self.close(group),
            // Cut first, then dead: the first fault is the one that is measured. But a hand-over or a single link that
            // is overtaken by worse was not it.
            Some(open) if open.view.fault == FaultKind::Transfer || open.certain == Certainty::Suspected => {
                let stirs = open.view.moments.suspected.is_some();
                if certain == Certainty::Suspected || stirs && open.view.fault != FaultKind::Transfer {
                    return;
                }
                self.discard(group, |_| true);
            }
            Some(open) => {
                open.back_at = None;
                return;
            }
            None => {}
        }
        let view = FailoverView {
            group,
            fault,
            from,
            to: None,
            term: None,
            moments: FailoverMoments { fault: at, ..FailoverMoments::default() },
            refused: 0,
            retried: 0,
            lost: 0,
            rounds: 0,
        };
        let open = Measurement { view, old_term, certain, heard: Vec::new(), stood: old_term, back_at: None };
        self.groups[group.index()].open = Some(open);
        self.open += 1;
    }

    /// The node can lead again, if nobody took over meanwhile.
    fn returned(&mut self, at: SimTime, node: NodeId) {
        for open in self.open_mut().filter(|open| open.view.from == node) {
            let fault = open.view.fault;
            open.is_back(at, fault);
        }
    }

    fn committed(&mut self, now: SimTime, node: NodeId, group: GroupId, to: LogPoint, term: Term) {
        let settling = self.settling;
        self.discard(group, |open| {
            let again = node == open.view.from && term == open.old_term;
            // A hand-over runs on while the old leader still commits.
            again && open.view.fault != FaultKind::Transfer && now > open.view.moments.fault + settling
        });
        let Some(open) = self.groups.get_mut(group.index()).and_then(|watched| watched.open.as_mut()) else { return };
        let own = open.view.term == Some(term) && to.term == term && open.view.to == Some(node);
        if own && open.view.moments.first_commit.is_none() {
            open.view.moments.first_commit = Some(now);
            self.close_if_complete(group);
        }
    }

    fn lost(&mut self, group: Option<GroupId>, orders: u64) {
        let Some(group) = group else { return };
        let open = self.groups.get_mut(group.index()).and_then(|watched| watched.open.as_mut());
        let past = self.history.iter_mut().rev().find(|past| past.group == group);
        if let Some(view) = open.map(|open| &mut open.view).or(past) {
            view.lost += orders;
        }
    }

    fn close_if_complete(&mut self, group: GroupId) {
        let Some(open) = self.groups.get(group.index()).and_then(|watched| watched.open.as_ref()) else { return };
        let FailoverMoments { first_commit, first_answer, .. } = open.view.moments;
        if first_commit.is_some() && (first_answer.is_some() || group == GroupId::META) {
            self.close(group);
        }
    }

    fn close(&mut self, group: GroupId) {
        let Some(open) = self.groups.get_mut(group.index()).and_then(|watched| watched.open.take()) else { return };
        self.open -= 1;
        self.history.push_back(open.view);
        if self.history.len() > FAILOVERS_MAX {
            self.history.pop_front();
        }
    }

    /// Forgets the group's measurement if nobody was elected and it turns out to be none.
    fn discard(&mut self, group: GroupId, is_none: impl FnOnce(&Measurement) -> bool) {
        let Some(watched) = self.groups.get_mut(group.index()) else { return };
        if watched.open.as_ref().is_some_and(|open| open.view.to.is_none() && is_none(open)) {
            watched.open = None;
            self.open -= 1;
        }
    }
}

impl Measurement {
    fn campaign(&mut self, now: SimTime, node: NodeId, term: Term, pre_vote: bool, heard_at: SimTime) {
        // A leader that is cut off campaigns among its own: that is no part of its succession.
        let severed = matches!(self.view.fault, FaultKind::Cut | FaultKind::Freeze) && node == self.view.from;
        if severed || self.view.moments.first_commit.is_some() {
            return;
        }
        match self.heard.iter_mut().find(|(known, _)| *known == node) {
            Some((_, heard)) => *heard = heard_at,
            None => self.heard.push((node, heard_at)),
        }
        self.view.moments.suspected.get_or_insert(now);
        if !pre_vote {
            self.view.moments.vote_requested.get_or_insert(now);
            if term > self.stood {
                self.stood = term;
                self.view.rounds += 1;
            }
        }
    }

    fn elect(&mut self, now: SimTime, node: NodeId, term: Term) {
        // A leader that lost its role before it committed anything was not the successor yet.
        let later = self.view.term.is_none_or(|known| known < term);
        if term <= self.old_term || !later || self.view.moments.first_commit.is_some() {
            return;
        }
        self.view.to = Some(node);
        self.view.term = Some(term);
        self.view.moments.elected = Some(now);
        let heard = self.heard.iter().find(|(known, _)| *known == node);
        self.view.moments.last_heartbeat = heard.map(|(_, heard)| *heard);
        self.view.moments.suspected.get_or_insert(now);
        self.view.moments.vote_requested.get_or_insert(now);
        self.view.rounds = self.view.rounds.max(1);
    }

    fn is_back(&mut self, at: SimTime, from: FaultKind) {
        if self.view.fault == from && matches!(from, FaultKind::Cut | FaultKind::Freeze) {
            self.back_at.get_or_insert(at);
        }
    }
}

#[cfg(test)]
mod tests {}
