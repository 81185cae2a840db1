//! One failover on its way: its moments, as they come.

use crate::domain::event::FaultKind;
use crate::domain::ids::{NodeId, Term};
use crate::domain::time::SimTime;
use crate::domain::view::{FailoverEnd, FailoverView};

use super::QUIET_AFTER;

/// A measurement on its way.
#[derive(Clone, Debug)]
pub(super) struct Measurement {
    pub(super) view: FailoverView,
    /// The term of the old leader.
    pub(super) old_term: Term,
    /// It is certain that the leader can't go on; else it shows when somebody stands.
    pub(super) certain: Certainty,
    /// When each campaigning node last heard from a leader.
    pub(super) heard: Vec<(NodeId, SimTime)>,
    /// The highest term that anybody stood in.
    pub(super) stood: Term,
    /// The old leader is back since.
    pub(super) back_at: Option<SimTime>,
    /// The last order of the group, or the first commit if that was later.
    pub(super) asked_at: SimTime,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Certainty {
    Certain,
    Suspected,
}

impl Measurement {
    pub(super) fn campaign(&mut self, now: SimTime, node: NodeId, term: Term, pre_vote: bool, heard_at: SimTime) {
        // A leader that is cut off campaigns among its own: that is no part of its succession.
        let severed = self.view.fault.may_end() && node == self.view.from;
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

    pub(super) fn elect(&mut self, now: SimTime, node: NodeId, term: Term) {
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

    /// It works again, and for a while nobody has wanted to know.
    pub(super) fn quiet(&self, now: SimTime) -> Option<FailoverEnd> {
        let over = self.view.moments.first_commit.is_some() && now > self.asked_at + QUIET_AFTER;
        over.then_some(FailoverEnd::NobodyAsked)
    }

    pub(super) fn is_back(&mut self, at: SimTime, from: FaultKind) {
        if self.view.fault == from && from.may_end() {
            self.back_at.get_or_insert(at);
        }
    }
}
