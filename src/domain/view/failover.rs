//! Failovers and lamps on the screen: the seven moments, and what the auditor found.

use serde::{Deserialize, Serialize};

use crate::domain::event::{FaultKind, Invariant};
use crate::domain::ids::{GroupId, NodeId, Term};
use crate::domain::time::{SimDuration, SimTime};

/// The seven moments of a failover.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FailoverMoments {
    /// The fault.
    pub fault: SimTime,
    /// The winner last heard from the old leader.
    pub last_heartbeat: Option<SimTime>,
    /// The first election timer ran out.
    pub suspected: Option<SimTime>,
    /// The first request for a vote (not a pre-vote) was sent.
    pub vote_requested: Option<SimTime>,
    /// A leader was elected.
    pub elected: Option<SimTime>,
    /// It committed an entry of its own term.
    pub first_commit: Option<SimTime>,
    /// A client had an answer from it.
    pub first_answer: Option<SimTime>,
}

/// A failover, whole or on its way.
#[derive(Clone, Debug)]
pub struct FailoverView {
    /// Of which group.
    pub group: GroupId,
    /// What happened to the old leader.
    pub fault: FaultKind,
    /// The old leader.
    pub from: NodeId,
    /// The new one.
    pub to: Option<NodeId>,
    /// The new term.
    pub term: Option<Term>,
    /// When what happened.
    pub moments: FailoverMoments,
    /// Orders of the group refused meanwhile.
    pub refused: u64,
    /// Orders sent again meanwhile.
    pub retried: u64,
    /// Orders lost.
    pub lost: u64,
    /// Election rounds that it took.
    pub rounds: u32,
    /// How it ended; `None` while it runs.
    pub end: Option<FailoverEnd>,
}

/// How a failover ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailoverEnd {
    /// A client had its answer; `meta`, which has no clients, committed.
    Through,
    /// The new leader committed, and then nobody asked the group for anything for so long that there is no first answer
    /// to wait for.
    NobodyAsked,
    /// The new leader failed too, before it was through: the next failover of the group took its place.
    Overtaken,
}

impl FailoverView {
    /// From the fault to the first answer; `meta` has no clients to answer, so it is through with its first commit.
    pub fn total(&self) -> Option<SimDuration> {
        let end = if self.group == GroupId::META { self.moments.first_commit } else { self.moments.first_answer };
        end.map(|at| at.since(self.moments.fault))
    }
}

/// A lamp.
#[derive(Clone, Debug)]
pub struct InvariantView {
    /// Which.
    pub invariant: Invariant,
    /// How often it was checked.
    pub checked: u64,
    /// How often it was broken.
    pub violations: u64,
    /// The first violation: its event's number and line.
    pub first: Option<(SimTime, String)>,
}
