//! Replication: what a node asks of a protocol that keeps one log the same on several nodes, whichever protocol it is.
//!
//! Idea: a node does not care how replicas agree, only about what comes of it: who leads, where a record stands, what is
//! committed, what is durable. So it drives a [`Replication`] and names no protocol. Inputs, effects and messages are values
//! (`message`); the protocols that there are have a row each (`registry`).
//! Shape: the first part of the trait is what every replicated log has. The second is what only some protocols have:
//! elections, hand-over of leadership, changes of membership, reads that wait for a quorum. Its defaults say "there is none":
//! `None`, an empty set, or the refusal [`Why::Unsupported`].
//! Contract: a protocol does no IO and reads no clock. Effects are obeyed in order. Persist tokens of one replica grow by one.
//! The commit index never goes back within one life, and what is committed is in the log or in the snapshot.
//! Errors: a proposal is refused with a `Why`; broken invariants panic, which halts the node.
//! Left out: trait objects. A step asks some thirty questions, most of which are one load from memory.
//! Sources: Schneider 1990 (state machines need one order, not one protocol); Howard & Mortier 2020 (Raft and Paxos differ in how
//! a leader comes about, not in how its log is copied).

use std::sync::Arc;

use crate::domain::ids::{LogIndex, NodeId, NodeSet, Term};
use crate::domain::log::{LogPoint, Payload, RaftSnapshot, SharedLog};
use crate::domain::membership::{ConfigChange, GroupConfig};
use crate::domain::rules::AckRule;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::view::{ProgressView, RoleView};
use crate::domain::why::Why;

use super::message::{Effect, Input};

/// Where a proposal stands in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proposed {
    /// The index of its first record.
    pub first: LogIndex,
    /// The index of its last record.
    pub last: LogIndex,
    /// The term of the leader.
    pub term: Term,
}

/// What a replica knows of the election of its leader.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ElectionView {
    /// Its vote in its term.
    pub voted_for: Option<NodeId>,
    /// Who said yes in the round that it runs.
    pub votes: NodeSet,
    /// Who said no.
    pub refusals: NodeSet,
    /// Its election timer: what is left of it, and what it was drawn as. `None` for a leader.
    pub timer: Option<(SimDuration, SimDuration)>,
}

/// A replica of a log, as its node drives it.
pub trait Replication {
    // --- every protocol: what it is told

    /// Takes an input; what is to be done about it is pushed to `out`, in order. An input that the protocol has no use for
    /// is answered with its [`Input::refusal`].
    fn step(&mut self, now: Now, input: Input, out: &mut Vec<Effect>);

    /// Appends records to the log of the group.
    ///
    /// # Errors
    /// It does not lead, hands its leadership over, or has too much that is not committed.
    fn propose(&mut self, now: Now, payload: Payload, out: &mut Vec<Effect>) -> Result<Proposed, Why>;

    /// Writes a block of the archive, which the disk keeps with the log, and forgets the blocks before `first`.
    fn archive(&mut self, number: u64, image: Arc<[u8]>, first: u64, out: &mut Vec<Effect>);

    // --- every protocol: what it knows

    /// The node that it is on.
    fn me(&self) -> NodeId;

    /// Its role.
    fn role(&self) -> RoleView;

    /// Whether it leads: whether it orders the records of the group.
    fn leads(&self) -> bool {
        self.role() == RoleView::Leader
    }

    /// Whom it believes to lead.
    fn leader(&self) -> Option<NodeId>;

    /// The reign that it is in, which grows with each new leader: a term, a view, an epoch. 0 before the first.
    fn term(&self) -> Term;

    /// Its log from the snapshot on.
    fn log(&self) -> &SharedLog;

    /// Where its log ends in memory.
    fn end(&self) -> LogPoint {
        self.log().end()
    }

    /// Its latest snapshot.
    fn snapshot(&self) -> Option<&RaftSnapshot>;

    /// The index up to which its log is on disk.
    fn synced_index(&self) -> LogIndex;

    /// The last index that it knows to be committed.
    fn commit_index(&self) -> LogIndex;

    /// Up to where a leader's records are acknowledged under this rule; the commit index where it does not lead.
    fn acked_index(&self, rule: AckRule) -> LogIndex;

    /// Whether a promise under this rule is always committed before it is given.
    fn ack_covers_commit(&self, rule: AckRule) -> bool;

    /// The members without which nothing can be acknowledged under this rule, having been silent for so long. None where it
    /// does not lead.
    fn missing_for(&self, now: Now, rule: AckRule, silent: SimDuration) -> NodeSet;

    /// When `Input::Deadline` is due, on the node's monotonic clock.
    fn deadline(&self) -> SimTime;

    /// Who belongs to the group, as far as it knows.
    fn group_config(&self) -> GroupConfig;

    /// What it knows of each follower; nothing, if it does not lead.
    fn progress(&self) -> Vec<(NodeId, ProgressView)>;

    // --- some protocols: elections and hand-over of leadership

    /// What it knows of an election: of a protocol without votes, nothing.
    fn election(&self, _now: Now) -> ElectionView {
        ElectionView::default()
    }

    /// To whom it is handing leadership over. Meanwhile it takes no proposals.
    fn transferring_to(&self) -> Option<NodeId> {
        None
    }

    /// The host has applied the log this far.
    fn note_applied(&mut self, _now: Now, _upto: LogIndex) {}

    /// The voter that could take over at once and has applied most of the log, with how much that is.
    fn most_applied(&self, _now: Now) -> Option<(NodeId, LogIndex)> {
        None
    }

    /// Whether a follower could take over at once.
    fn is_close_behind(&self, _now: Now, _node: NodeId) -> bool {
        false
    }

    // --- some protocols: changes of membership

    /// Begins a change of who belongs to the group.
    ///
    /// # Errors
    /// It does not lead, a change is going on, or the change is not possible.
    fn propose_config(&mut self, _now: Now, _change: ConfigChange, _out: &mut Vec<Effect>) -> Result<Proposed, Why> {
        Err(Why::Unsupported)
    }

    /// Whether a change is going on.
    fn config_change_runs(&self) -> bool {
        false
    }

    /// Whether [`group_config`](Self::group_config) is committed.
    fn config_is_committed(&self) -> bool {
        true
    }

    /// Who belonged to the group at an index, which is not before the latest snapshot.
    fn group_config_at(&self, _index: LogIndex) -> GroupConfig {
        self.group_config()
    }

    /// Whether a learner keeps up, so that its vote would not hold up the group.
    fn keeps_up(&self, _now: Now, _node: NodeId) -> bool {
        false
    }

    // --- some protocols: reads

    /// Reads that wait for a quorum.
    fn reads_waiting(&self) -> usize {
        0
    }
}
