//! A group on the screen: leader, quorum, and every replica with its log.

use serde::{Deserialize, Serialize};

use crate::domain::digest::Digest;
use crate::domain::ids::{GroupId, LogIndex, NodeId, NodeSet, Term};
use crate::domain::membership::GroupConfig;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::trades::Holdings;

use super::StallView;
use super::flow::LatencyView;

/// A group.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// Which.
    pub id: GroupId,
    /// Its leader: the running one of the highest term.
    pub leader: Option<NodeId>,
    /// Its highest term on a running node; where none runs, on disk.
    pub term: Term,
    /// Since when the leader leads, or since when there is none.
    pub since: SimTime,
    /// Voters (of that set) that run and reach the leader (or each other): how many.
    pub connected: u8,
    /// How many voters make a quorum. In a joint configuration: of the set of voters that is nearer to losing it.
    pub quorum: u8,
    /// How many voters it takes to answer: the quorum, or what the rule of acknowledgement asks for if that is more.
    pub must: u8,
    /// Why it answers nobody, where that is so.
    pub stall: Option<StallView>,
    /// Who belongs to it: voters, learners, and while the voters change those before them.
    pub config: GroupConfig,
    /// The highest commit index on a running node; where none runs, the highest that ever was.
    pub commit: LogIndex,
    /// When something was committed last.
    pub committed_at: SimTime,
    /// Its replicas, in node order.
    pub replicas: Vec<ReplicaView>,
    /// Symbols that it owns.
    pub symbols: u16,
    /// Orders that rest in its books, on its most advanced replica; `None` where none runs: then nobody knows.
    pub resting: Option<u64>,
    /// Requests of clients that it applied in the last second, on its most advanced replica.
    pub applied_per_s: u64,
    /// Spreads, as its most advanced replica knows them.
    pub spreads: SpreadsView,
    /// Its trades by windows of time, on its most advanced replica.
    pub trades: Holdings,
    /// Trades by id that are there, on its most advanced replica; `None` where none runs.
    pub by_id: Option<u64>,
    /// Latency of its acknowledgements over the last seconds, as clients measured it, without those on the hot symbol.
    pub cold: LatencyView,
}

impl GroupView {
    /// How many more voters may fail before nobody is answered; `None` if it has come to that.
    pub fn margin(&self) -> Option<u8> {
        self.connected.checked_sub(self.must)
    }

    /// Whether nothing is decided here now: its books are those of the last commit.
    pub const fn is_halted(&self) -> bool {
        self.leader.is_none() || self.stall.is_some()
    }

    /// How many records the replica on a node is behind. `None` where it holds none, and without a leader: then nobody says
    /// what is committed, and a zero would be made up.
    pub fn lag(&self, node: NodeId) -> Option<u64> {
        self.leader?;
        self.replica(node).map(|replica| replica.lag_records)
    }

    /// The replica on a node.
    pub fn replica(&self, node: NodeId) -> Option<&ReplicaView> {
        self.replicas.iter().find(|replica| replica.node == node)
    }
}

/// The spreads of a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SpreadsView {
    /// Transactions that it coordinates and has not forgotten yet.
    pub open: u16,
    /// Legs that hold something in escrow here.
    pub held: u16,
    /// Transactions that it took on.
    pub begun: u64,
    /// Of them, those of which both legs traded.
    pub committed: u64,
    /// Of them, those of which neither did.
    pub aborted: u64,
}

/// The role of a replica.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleView {
    /// Follows.
    #[default]
    Follower,
    /// Asks whether it could win.
    PreCandidate,
    /// Stands for election.
    Candidate,
    /// Leads.
    Leader,
}

/// A replica of a group on a node. Of a dead node: what its disk holds.
#[derive(Clone, Debug)]
pub struct ReplicaView {
    /// On which node.
    pub node: NodeId,
    /// Its process runs.
    pub alive: bool,
    /// Its role, by its own belief.
    pub role: RoleView,
    /// Its term.
    pub term: Term,
    /// Its vote in that term.
    pub voted_for: Option<NodeId>,
    /// Whom it believes to lead.
    pub leader: Option<NodeId>,
    /// Where its log begins (after the snapshot).
    pub base: LogIndex,
    /// Where its log ends in memory: written.
    pub last: LogIndex,
    /// Where its log ends on disk: synced.
    pub synced: LogIndex,
    /// The configuration that it goes by: the latest in its log, committed or not.
    pub config: GroupConfig,
    /// Its commit index.
    pub commit: LogIndex,
    /// Its applied index.
    pub applied: LogIndex,
    /// Committed records of the group that it has not applied.
    pub lag_records: u64,
    /// The age of the oldest of them, as the leader's times have it.
    pub lag_time: SimDuration,
    /// Votes that it has, while it asks for them.
    pub votes: NodeSet,
    /// Refusals that it met in this round.
    pub refusals: NodeSet,
    /// Its election timer: what is left, and what it was drawn as. `None` for leaders and the dead.
    pub timer: Option<(SimDuration, SimDuration)>,
    /// What the leader knows of it. `None` where nobody leads, and for the leader itself.
    pub progress: Option<ProgressView>,
    /// Requests that it refused because its queues (proposals, reads) were full, since its process began.
    pub refused: u64,
    /// As a leader: orders that wait in it for their answers.
    pub unanswered: u64,
    /// The version of its state: how many changes its machine was given.
    pub version: LogIndex,
    /// The change that did not follow: it has stopped applying and rebuilds its state.
    pub gap: Option<LogIndex>,
    /// The chain over what it has applied.
    pub chain: Digest,
    /// The last entries of its log, oldest first; at most [`CELLS_MAX`](super::CELLS_MAX).
    pub cells: Vec<CellView>,
}

/// What a leader knows of a follower.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProgressView {
    /// How it sends to it.
    pub mode: ProgressMode,
    /// The highest index known to be in its log.
    pub matched: LogIndex,
    /// The next index to send.
    pub next: LogIndex,
    /// Batches sent and not answered.
    pub in_flight: u16,
}

/// How a leader sends to a follower.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ProgressMode {
    /// One batch at a time, until a match is found.
    #[default]
    Probe,
    /// Pipelined.
    Replicate,
    /// Waits for a snapshot to arrive.
    Snapshot,
}

/// An entry, for the log cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CellView {
    /// Its first index.
    pub first: LogIndex,
    /// Its last index.
    pub last: LogIndex,
    /// Its term.
    pub term: Term,
}
