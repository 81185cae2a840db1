//! Events: what happened that a person would want to know, with its cause.
//!
//! Idea: an event says *what* as data; the caption is made by the screen, in its language. `cause` is the event that
//! led here along the messages and timers in between, so *why?* is a walk along causes.
//! Bound: the ring of events is bounded (`runtime`); what fell out of it can be made again from a checkpoint.

use serde::{Deserialize, Serialize};

pub use super::invariant::Invariant;

use super::control::Control;
use super::ids::{EventId, GroupId, LogIndex, NodeId, NodeSet, SymbolId, Term};
use super::membership::GroupConfig;
use super::rules::{AckRule, Rule, Strategy};
use super::tick::Overload;
use super::time::{SimDuration, SimTime};
use super::why::Why;

/// Something notable.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Its number in the run.
    pub id: EventId,
    /// When.
    pub at: SimTime,
    /// On which node, if on one.
    pub node: Option<NodeId>,
    /// In which group, if in one.
    pub group: Option<GroupId>,
    /// What.
    pub kind: EventKind,
    /// What led to it.
    pub cause: Option<EventId>,
}

/// How a node failed, for the stopwatch and the captions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The process died.
    Crash,
    /// The process stands still.
    Freeze,
    /// Links are cut.
    Cut,
    /// The process panicked.
    Panic,
    /// Leadership was handed over on purpose.
    Transfer,
}

/// What a failure detector believes of a peer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Heartbeats come.
    #[default]
    Healthy,
    /// They are late.
    Degraded,
    /// None for too long.
    Failed,
}

/// What happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum EventKind {
    // --- nodes
    /// The node started, from an empty disk or from what its disk held.
    Started {
        /// Records that its disk still had.
        records: u64,
    },
    /// The process died.
    Crashed {
        /// Records and votes that it had not synced yet, now forgotten.
        unsynced: u64,
    },
    /// A dead node came back.
    Recovered {
        /// Records behind the leader of its worst group, to be caught up.
        behind: u64,
    },
    /// A recovered node holds everything that its leaders have committed.
    CaughtUp {
        /// Since its recovery.
        after: SimDuration,
        /// Records that it fetched.
        records: u64,
    },
    /// The process stands still.
    Frozen,
    /// It goes on.
    Thawed {
        /// How long it stood.
        after: SimDuration,
        /// Messages that waited for it.
        held: u64,
    },
    /// The process panicked; the message is the panic's.
    Halted {
        /// The message.
        message: String,
    },
    /// Its disk became slow, or is as it was.
    DiskSlow {
        /// Slow now.
        slow: bool,
    },
    // --- links
    /// Nothing passes to this node any more from the event's node.
    LinkCut {
        /// The other end.
        to: NodeId,
    },
    /// It passes again.
    LinkHealed {
        /// The other end.
        to: NodeId,
    },
    /// All its links are cut.
    Isolated,
    /// Nothing that it sends arrives.
    Muted,
    /// All its links pass again.
    Rejoined,
    /// Every link passes again.
    AllHealed,
    // --- beliefs
    /// The node changed its mind about a peer.
    Believes {
        /// The peer.
        peer: NodeId,
        /// What it believes now.
        health: Health,
        /// How long it has heard nothing.
        silent: SimDuration,
    },
    // --- elections
    /// An election timer ran out: the node asks whether it could win (pre-vote), or stands at once.
    TimedOut {
        /// The term that it would stand in.
        term: Term,
        /// How long it heard no leader.
        silent: SimDuration,
        /// The timeout that it had drawn.
        timeout: SimDuration,
        /// Asks first.
        pre_vote: bool,
    },
    /// The node stands for election: its term is up by one and it voted for itself.
    Stands {
        /// The term.
        term: Term,
        /// By order (a transfer or a key), not by timeout.
        forced: bool,
    },
    /// The node voted.
    Voted {
        /// For whom.
        candidate: NodeId,
        /// In which term.
        term: Term,
    },
    /// The node refused a vote or a pre-vote.
    VoteRefused {
        /// To whom.
        candidate: NodeId,
        /// In which term.
        term: Term,
        /// Why.
        why: Why,
        /// It was only asked whether.
        pre_vote: bool,
    },
    /// The node leads.
    Elected {
        /// The term.
        term: Term,
        /// Who voted for it.
        votes: NodeSet,
        /// How many voters the group has.
        voters: u8,
    },
    /// The node leads no longer.
    SteppedDown {
        /// The term that it led.
        term: Term,
        /// Why.
        why: StepDown,
    },
    /// The new leader's first entry of its own term is committed: the group works again.
    FirstCommit {
        /// The term.
        term: Term,
        /// The index.
        index: LogIndex,
    },
    /// A client has the first answer after a failover.
    FirstAnswer {
        /// The term that answered.
        term: Term,
    },
    /// A hand-over began.
    TransferBegan {
        /// To whom.
        to: NodeId,
    },
    /// A hand-over was given up.
    TransferFailed {
        /// To whom.
        to: NodeId,
        /// Why.
        why: Why,
    },
    // --- who belongs to a group
    /// The leader appended a configuration: it holds from now on.
    ConfigAppended {
        /// The configuration.
        config: GroupConfig,
    },
    /// It is committed.
    ConfigCommitted {
        /// The configuration.
        config: GroupConfig,
    },
    /// A tail was cut that held a configuration: the one before it holds again.
    ConfigReverted {
        /// What holds now.
        config: GroupConfig,
    },
    /// A change of the configuration was refused.
    ConfigRefused {
        /// Why.
        why: Why,
    },
    /// A learner keeps up with the log: it may be given a vote.
    LearnerReady {
        /// Which.
        learner: NodeId,
    },
    // --- logs
    /// A follower cut a tail that contradicts its leader.
    Truncated {
        /// The first index that was cut.
        from: LogIndex,
        /// How many records.
        records: u64,
    },
    /// A leader sends its snapshot, the log being too short.
    SnapshotSent {
        /// To whom.
        to: NodeId,
        /// Up to where.
        index: LogIndex,
    },
    /// A follower took over a snapshot.
    SnapshotInstalled {
        /// Up to where.
        index: LogIndex,
    },
    /// A node made a snapshot of its own state.
    SnapshotTaken {
        /// Up to where.
        index: LogIndex,
    },
    // --- the desk
    /// The balancer takes a gateway out of rotation, or back in.
    Rotation {
        /// In again.
        back: bool,
    },
    /// A burst began.
    BurstBegan {
        /// Orders.
        orders: u64,
    },
    /// All orders of a burst are answered or given up.
    BurstEnded {
        /// Orders.
        orders: u64,
        /// How many of them were refused or stay unknown.
        failed: u64,
    },
    /// A bounded queue is full and refuses (told once until it is empty again).
    Overloaded {
        /// Which.
        queue: Queue,
    },
    // --- market data
    /// A symbol's ticks go to this node from now on.
    SymbolAssigned {
        /// Whose ticks.
        symbol: SymbolId,
        /// Where they went before; nowhere, if the symbol was not assigned.
        from: Option<NodeId>,
    },
    /// A burst of ticks began.
    TickBurstBegan {
        /// Ticks.
        ticks: u64,
    },
    /// Market data comes at this rate; 0 is none.
    TickRateChanged {
        /// Per virtual second.
        ticks_per_s: u64,
    },
    /// Ticks that do not fit are dealt with in another way.
    OverloadChanged(Overload),
    /// Signals become orders, or no longer do.
    SignalsTrade {
        /// They do.
        on: bool,
    },
    // --- settings
    /// The acknowledgement rule changed.
    AckChanged(AckRule),
    /// A rule of Raft was switched.
    RuleSwitched {
        /// Which.
        rule: Rule,
        /// On or off.
        on: bool,
    },
    /// The balancer's strategy changed.
    StrategyChanged(Strategy),
    /// The steady load runs at this rate; 0 is off.
    LoadChanged {
        /// Per virtual second.
        orders_per_s: u64,
    },
    /// Instruments are asked for by a Zipf law with this exponent from now on.
    LoadSkewed {
        /// In thousandths; 0 is evenly.
        per_mille: u32,
    },
    /// One symbol is asked for more than others from now on.
    HotSymbol {
        /// Which.
        symbol: SymbolId,
        /// How many of a hundred orders; 0 is no more than others.
        percent: u8,
    },
    /// Queries are served elsewhere from now on.
    ReadsMoved {
        /// By the gateway's own replica.
        replica: bool,
    },
    /// A control could not be carried out.
    ControlRefused {
        /// Which.
        control: Control,
        /// Why.
        why: Why,
    },
    /// A rolling restart began, or is through.
    RollingRestart {
        /// It is through.
        done: bool,
    },
    // --- versions of state machines
    /// A change was not the next one: the replica has stopped applying.
    GapFound {
        /// How many changes its machine was given.
        version: LogIndex,
        /// The change that did not follow.
        change: LogIndex,
    },
    /// The replica has rebuilt its machine from its own disk, and goes on.
    Rebuilt {
        /// Up to here.
        upto: LogIndex,
        /// From so many records and the snapshot before them.
        records: u64,
    },
    // --- the auditor
    /// An invariant is broken.
    Violated {
        /// Which.
        invariant: Invariant,
        /// What was seen, in one line.
        detail: String,
    },
    /// Acknowledged orders are lost for good.
    OrdersLost {
        /// How many.
        orders: u64,
    },
}

/// Why a leader stepped down.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum StepDown {
    /// It met a higher term.
    HigherTerm(Term),
    /// It heard no majority for an election timeout (check-quorum).
    NoQuorum,
    /// The configuration that is committed has no vote for it.
    Removed,
}

/// The bounded queues of the desk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// Requests at a gateway.
    Gateway,
    /// Records that wait in a leader for the next batch.
    Proposals,
    /// Messages on a link.
    Link,
    /// Messages that wait for a frozen node.
    Held,
    /// Queries that wait in a leader for a quorum.
    Reads,
    /// Places of the clients' sessions: what finds none is never handed in.
    Clients,
    /// Ticks that wait for a node's processor.
    Ticks,
}

/// How loud an event is on the screen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Loudness {
    /// Background: shown in the list only.
    Quiet,
    /// A step of a story.
    Notable,
    /// A fault, an election, a loss: a mark on the time line.
    Loud,
}

impl EventKind {
    /// How loud it is.
    pub const fn loudness(&self) -> Loudness {
        match self {
            Self::Crashed { .. }
            | Self::Frozen
            | Self::Halted { .. }
            | Self::LinkCut { .. }
            | Self::Isolated
            | Self::Muted
            | Self::Elected { .. }
            | Self::GapFound { .. }
            | Self::Violated { .. }
            | Self::OrdersLost { .. } => Loudness::Loud,
            Self::Believes { .. } | Self::SnapshotTaken { .. } | Self::Voted { .. } | Self::VoteRefused { .. } => {
                Loudness::Quiet
            }
            _ => Loudness::Notable,
        }
    }
}
