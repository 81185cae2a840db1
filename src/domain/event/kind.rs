//! What happened: one variant a kind of event, as data.

use serde::{Deserialize, Serialize};

use super::desk::{AdmissionEvent, FeedEvent, MovesEvent, TradesEvent};
use crate::domain::control::Control;
use crate::domain::ids::{LogIndex, NodeId, NodeSet, SymbolId, Term};
use crate::domain::membership::GroupConfig;
use crate::domain::order::ReadFrom;
use crate::domain::plan::{Reason, Step};
use crate::domain::rules::{AckRule, Rule, Strategy};
use crate::domain::tick::Overload;
use crate::domain::time::SimDuration;
use crate::domain::venue::VenueNews;
use crate::domain::why::Why;

use super::{Health, Invariant, Queue, StepDown};

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
    /// The balancer gives a gateway nothing new, or goes on doing so.
    Draining {
        /// It gets nothing new.
        on: bool,
    },
    /// A gateway that gets nothing new has finished what it had.
    Drained,
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
        /// By whom.
        to: ReadFrom,
    },
    /// What is refused at once, and how much the desk can do.
    Admission(AdmissionEvent),
    /// A file of orders is played.
    Feed(FeedEvent),
    /// Trades by time were asked for.
    Trades(TradesEvent),
    /// A control was carried out that has no event of its own.
    SettingChanged {
        /// Which.
        control: Control,
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
    /// A rolling restart stopped: this node did not catch up in time.
    RollingRestartStopped,
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
    // --- members
    /// The node is a member of the cluster.
    NodeJoined,
    /// The node is to leave: what it holds moves off.
    NodeLeaving,
    /// The node is a member no longer.
    NodeLeft,
    /// The controller decided that a group is held by other nodes from now on.
    ReplicaPlaced {
        /// What moves.
        step: Step,
        /// Why.
        reason: Reason,
    },
    /// Every group is where it is wanted.
    Rebalanced {
        /// By how many groups the busiest member leads more than the idlest.
        imbalance: u16,
    },
    /// A replica that its group has no use for was freed, with its place on the disk.
    ReplicaRetired,
    /// Symbols move from group to group.
    Moves(MovesEvent),
    /// Something about a venue.
    Venue(VenueNews),
}
