//! What the screen sees: one immutable value at frame rate, and nothing else.
//!
//! Idea: the cluster thread builds a `ClusterView` when a frame is due and puts it into a slot; drawing is a pure
//! function of it. Whoever owns a fact fills its part: the world the nodes and groups, the balancer its workers, the
//! auditor the ledger. Every number here was measured; a part that nobody filled stays at its default.
//! Units: times are virtual unless they say `wall`; lags are in records; latencies in `SimDuration`.
//! Bounds: each list says its own.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::control::Control;
use super::digest::Digest;
use super::event::{Event, FaultKind, Health, Invariant};
use super::ids::{GroupId, LogIndex, NodeId, NodeSet, Term};
use super::order::{GatewayLoad, ReadFrom};
use super::rules::{AckRule, Strategy};
use super::settings::Settings;
use super::time::{SimDuration, SimTime};

/// Everything that a screen draws.
#[derive(Clone, Debug, Default)]
pub struct ClusterView {
    /// The clock, the run and how fast it goes.
    pub run: RunView,
    /// Every node, in order.
    pub nodes: Vec<NodeView>,
    /// Every group, `meta` first.
    pub groups: Vec<GroupView>,
    /// Who hears whom, and what is on the wire.
    pub net: NetView,
    /// The balancer and its workers.
    pub balancer: BalancerView,
    /// Orders in and answers out.
    pub flow: FlowView,
    /// The ledger of promises.
    pub ledger: LedgerView,
    /// Failovers, oldest first; at most [`FAILOVERS_MAX`].
    pub failovers: Vec<FailoverView>,
    /// The lamps.
    pub invariants: Vec<InvariantView>,
    /// The latest events, oldest first; at most [`EVENTS_MAX`].
    pub events: Vec<Event>,
    /// Samples of the last seconds, oldest first; at most [`SAMPLES_MAX`].
    pub samples: Vec<SampleView>,
    /// The lesson, if one runs.
    pub lesson: Option<LessonView>,
}

/// Events in a view.
pub const EVENTS_MAX: usize = 512;
/// Failovers in a view.
pub const FAILOVERS_MAX: usize = 64;
/// Samples in a view: 5 virtual seconds at 20 ms.
pub const SAMPLES_MAX: usize = 250;
/// Log cells per replica in a view.
pub const CELLS_MAX: usize = 24;
/// Messages in flight in a view.
pub const IN_FLIGHT_MAX: usize = 32;

/// The run and how fast it goes.
#[derive(Clone, Debug, Default)]
pub struct RunView {
    /// Virtual time.
    pub now: SimTime,
    /// The seed.
    pub seed: u64,
    /// The running hash over everything that happened.
    pub hash: Digest,
    /// Scheduler events so far.
    pub events: u64,
    /// Notable events so far, the ring's forgotten ones too.
    pub notable: u64,
    /// What the run began with, and what was switched since.
    pub settings: Arc<Settings>,
    /// How time passes.
    pub pace: PaceView,
    /// The faults in force.
    pub faults: Vec<FaultView>,
    /// Who leads `meta`.
    pub controller: Option<NodeId>,
}

/// How time passes.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct PaceView {
    /// Stands still.
    pub paused: bool,
    /// The speed that is asked for.
    pub speed: Speed,
    /// The speed that the machine reaches, in thousandths; 0 until measured.
    pub achieved_per_mille: u64,
    /// Slowed down by itself, because of a fault.
    pub slow_auto: bool,
    /// It stands on this scheduler event after a step.
    pub step: Option<u64>,
}

/// Virtual time per wall time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speed {
    /// One in so many: slow motion.
    Slow(u32),
    /// So many times as fast; 1 is real time.
    Times(u32),
    /// As fast as the machine can.
    Free,
}

impl Default for Speed {
    fn default() -> Self {
        Self::Times(1)
    }
}

/// What a node really is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeTruth {
    /// Runs.
    #[default]
    Up,
    /// Runs with a slow disk.
    Slow,
    /// Stands still.
    Frozen,
    /// Dead.
    Down,
    /// Dead of a panic.
    Halted,
    /// Runs and is catching up.
    Sync,
}

impl NodeTruth {
    /// Whether its process takes steps.
    pub const fn runs(self) -> bool {
        matches!(self, Self::Up | Self::Slow | Self::Sync)
    }
}

/// A node.
#[derive(Clone, Debug)]
pub struct NodeView {
    /// Which.
    pub id: NodeId,
    /// What it really is.
    pub truth: NodeTruth,
    /// Since when.
    pub since: SimTime,
    /// The message of its panic.
    pub halted: Option<String>,
    /// How often its process has begun.
    pub incarnation: u32,
    /// What it believes of each peer, in node order; itself healthy. Empty if it does not run.
    pub beliefs: Vec<Health>,
    /// What the running others believe of it: healthy, degraded, failed.
    pub believed: [u8; 3],
    /// How many groups it leads, by its own belief.
    pub leads: u16,
    /// Replicas that it holds.
    pub replicas: u16,
    /// It hears and is heard by nobody, some, or everybody (links only).
    pub reach: Reach,
    /// Its gateway.
    pub gateway: GatewayView,
    /// Its disk.
    pub disk: DiskView,
    /// While it catches up: records to go over all groups.
    pub catch_up: Option<u64>,
    /// Messages that wait because it is frozen.
    pub held: u64,
    /// Messages that found no room to wait, all freezes counted.
    pub held_dropped: u64,
}

/// How a node's links are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Reach {
    /// Every link passes.
    #[default]
    All,
    /// Some are cut.
    Partly,
    /// It hears others, nobody hears it.
    Muted,
    /// All links are cut.
    Isolated,
}

/// A gateway.
#[derive(Clone, Copy, Debug, Default)]
pub struct GatewayView {
    /// How full it is.
    pub load: GatewayLoad,
    /// The bound of its queue.
    pub queue_max: u32,
    /// Requests taken since the node began.
    pub taken: u64,
    /// Requests refused because queue and places were full.
    pub refused: u64,
    /// Of a second, how much it worked: thousandths, over the last sample second.
    pub busy_per_mille: u32,
}

/// A disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskView {
    /// Records written, over all groups and since the beginning.
    pub written: u64,
    /// Records synced.
    pub synced: u64,
    /// Fsyncs so far.
    pub fsyncs: u64,
    /// How long the last fsync took.
    pub last_fsync: SimDuration,
    /// An fsync is on its way.
    pub syncing: bool,
    /// It is slow.
    pub slow: bool,
}

/// A group.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// Which.
    pub id: GroupId,
    /// Its leader: the running one of the highest term.
    pub leader: Option<NodeId>,
    /// Its highest term on a running node.
    pub term: Term,
    /// Since when the leader leads, or since when there is none.
    pub since: SimTime,
    /// Voters that run and reach the leader (or each other): how many.
    pub connected: u8,
    /// How many voters make a quorum.
    pub quorum: u8,
    /// The highest commit index on a running node.
    pub commit: LogIndex,
    /// Its replicas, in node order.
    pub replicas: Vec<ReplicaView>,
    /// Symbols that it owns.
    pub symbols: u16,
    /// Orders that rest in its books, on its most advanced replica.
    pub resting: u64,
    /// Records that it applied in the last second, on its most advanced replica.
    pub applied_per_s: u64,
}

impl GroupView {
    /// How many more voters may fail before writes stop; `None` if they have stopped.
    pub fn margin(&self) -> Option<u8> {
        self.connected.checked_sub(self.quorum)
    }

    /// The replica on a node.
    pub fn replica(&self, node: NodeId) -> Option<&ReplicaView> {
        self.replicas.iter().find(|replica| replica.node == node)
    }
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
    /// The chain over what it has applied.
    pub chain: Digest,
    /// The last entries of its log, oldest first; at most [`CELLS_MAX`].
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

/// The network.
#[derive(Clone, Debug, Default)]
pub struct NetView {
    /// Directed links that are cut.
    pub cuts: Vec<(NodeId, NodeId)>,
    /// Messages sent between nodes so far.
    pub sent: u64,
    /// Messages lost: to cuts, to chance, to full links, to dead nodes.
    pub dropped: u64,
    /// Of those, lost because a link was full.
    pub overflowed: u64,
    /// Messages on the wire now.
    pub on_the_wire: u64,
    /// Some of them, soonest first: those of groups (not heartbeats without content); at most [`IN_FLIGHT_MAX`].
    pub in_flight: Vec<MessageView>,
}

/// A message on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageView {
    /// From.
    pub from: NodeId,
    /// To.
    pub to: NodeId,
    /// In which group.
    pub group: GroupId,
    /// What.
    pub kind: MessageKind,
    /// It will arrive in.
    pub arrives_in: SimDuration,
}

/// What a message is, for the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MessageKind {
    /// Asks whether it could win.
    PreVote(Term),
    /// Asks for a vote.
    Vote(Term),
    /// Says yes or no.
    VoteAnswer {
        /// Yes.
        granted: bool,
    },
    /// Carries entries.
    Append {
        /// From.
        first: LogIndex,
        /// To.
        last: LogIndex,
    },
    /// Answers an append.
    AppendAnswer {
        /// The log matches up to here, or the append was refused.
        matched: Option<LogIndex>,
    },
    /// A heartbeat with this commit index.
    Beat(LogIndex),
    /// Answers one.
    BeatAnswer,
    /// Carries a snapshot.
    Snapshot(LogIndex),
    /// Hands leadership over.
    TimeoutNow,
}

/// The balancer.
#[derive(Clone, Debug, Default)]
pub struct BalancerView {
    /// How it picks.
    pub strategy: Strategy,
    /// Requests routed so far.
    pub routed: u64,
    /// Requests refused, no gateway having room.
    pub refused: u64,
    /// Its workers, in node order.
    pub workers: Vec<WorkerView>,
}

/// A worker of the balancer, as the balancer sees it.
#[derive(Clone, Copy, Debug)]
pub struct WorkerView {
    /// The gateway's node.
    pub node: NodeId,
    /// It is in rotation.
    pub in_rotation: bool,
    /// Requests sent to it and not answered, by the balancer's own count.
    pub in_flight: u32,
    /// The most that it takes.
    pub capacity: u32,
    /// Requests routed to it so far.
    pub routed: u64,
    /// Requests routed to it in the last second.
    pub routed_per_s: u64,
    /// Smoothed answer time (EWMA).
    pub latency: SimDuration,
}

/// Orders in, answers out.
#[derive(Clone, Debug, Default)]
pub struct FlowView {
    /// The steady load runs.
    pub load_on: bool,
    /// Its rate, per second.
    pub rate: u64,
    /// Share of queries, percent.
    pub query_percent: u32,
    /// Who serves queries.
    pub read_from: ReadFrom,
    /// When orders are acknowledged.
    pub ack: AckRule,
    /// Orders acknowledged in the last second.
    pub acked_per_s: u64,
    /// Queries answered in the last second.
    pub queries_per_s: u64,
    /// The highest second so far.
    pub peak_per_s: u64,
    /// Refusals in the last second.
    pub refused_per_s: u64,
    /// Requests that wait for an answer.
    pub waiting: u64,
    /// Requests sent again so far.
    pub retried: u64,
    /// Latency of acknowledgements over the last seconds, first send to answer.
    pub latency: LatencyView,
    /// Latency of acknowledgements over the whole run.
    pub latency_total: LatencyView,
    /// Counts of the last seconds by latency: below 1, 5, 20, 100 ms, and above.
    pub buckets: [u64; 5],
    /// The burst that runs: orders to go, of how many.
    pub burst: Option<(u64, u64)>,
}

/// Percentiles.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LatencyView {
    /// How many were measured.
    pub count: u64,
    /// Half are faster.
    pub p50: SimDuration,
    /// 99 of 100 are faster.
    pub p99: SimDuration,
    /// The slowest.
    pub max: SimDuration,
}

/// The ledger of promises.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LedgerView {
    /// Orders handed in.
    pub submitted: u64,
    /// Orders acknowledged.
    pub acknowledged: u64,
    /// Orders refused for good.
    pub rejected: u64,
    /// Orders sent again at least once.
    pub retried: u64,
    /// Acknowledged, and gone for good.
    pub lost: u64,
    /// Applied twice.
    pub duplicated: u64,
    /// No answer by the deadline.
    pub unknown: u64,
    /// Acknowledged by a leader that is gone, and the new one has not shown yet what it holds.
    pub in_doubt: u64,
    /// Acknowledged and not yet on a majority's disks: what a crash now could lose, at most.
    pub at_risk: u64,
    /// Still waiting for their answer.
    pub waiting: u64,
    /// Answered, and applied by a majority under one chain: settled and forgotten.
    pub settled: u64,
    /// Beyond the auditor's memory: orders that it could not follow, its bounds being met. 0 in any sound run.
    pub untracked: u64,
}

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

/// A fault in force.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FaultView {
    /// Since when.
    pub since: SimTime,
    /// What began it, with its target resolved.
    pub control: Control,
}

/// One sample of the recent past.
#[derive(Clone, Debug, Default)]
pub struct SampleView {
    /// When.
    pub at: SimTime,
    /// Of each node: the lag of its worst replica, in records.
    pub lag: Vec<u64>,
    /// Of each node: the lag of its replica of each group (`meta` first), in records; `None` where it holds none.
    pub lag_by_group: Vec<Vec<Option<u64>>>,
    /// Of each node: its gateway's requests in flight, thousandths of its capacity.
    pub load: Vec<u32>,
    /// Orders acknowledged since the sample before.
    pub acked: u64,
    /// Refusals since the sample before.
    pub refused: u64,
}

/// A lesson on its way.
#[derive(Clone, Debug, Default)]
pub struct LessonView {
    /// Its name, for messages.
    pub name: String,
    /// Its title.
    pub title: Text,
    /// Its steps.
    pub steps: Vec<StepView>,
    /// The step that is on, 0-based; past the end when it is through.
    pub current: usize,
    /// The expectations.
    pub checks: Vec<CheckView>,
    /// The question that is open.
    pub question: Option<QuestionView>,
    /// It waits for the teacher to go on.
    pub waits: bool,
}

/// A text in the languages of the house.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

/// A step of a lesson.
#[derive(Clone, Debug, Default)]
pub struct StepView {
    /// What it says.
    pub text: Text,
    /// It is done.
    pub done: bool,
    /// When it was done.
    pub at: Option<SimTime>,
}

/// An expectation.
#[derive(Clone, Debug, Default)]
pub struct CheckView {
    /// As it stands in the file.
    pub text: String,
    /// Met, broken, or not decided yet.
    pub met: Option<bool>,
    /// The value that was measured.
    pub measured: String,
}

/// A question to the class.
#[derive(Clone, Debug, Default)]
pub struct QuestionView {
    /// The question.
    pub text: Text,
    /// What may be answered.
    pub options: Vec<Text>,
    /// Hands for each of them.
    pub hands: Vec<u32>,
    /// Voting is closed; the run goes on towards the answer.
    pub closed: bool,
    /// The right one, once it is known.
    pub answer: Option<usize>,
}
