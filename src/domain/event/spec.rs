//! What is said of every kind of event, in one row: its name, its class, how loud it is, its tone.
//!
//! Idea: scenarios (`when = "leader_elected"`), filters (`kind:leader_elected`), the word in the list and the documents all use the
//! name; the screen derives sign and colour from the tone. The match is exhaustive, so a new kind does not compile without its row.
//! Shape: [`EventName::ALL`] lists every name, for code that needs them all.

use strum::{EnumString, IntoStaticStr, VariantArray};

use super::{AdmissionEvent, EventKind, FeedEvent, Health, Loudness, MovesEvent, Queue, TradesEvent};
use crate::domain::venue::VenueNews;

/// What is said of a kind of event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spec {
    /// What it is called, everywhere.
    pub name: EventName,
    /// With which others it belongs together.
    pub class: Class,
    /// How loud it is on the screen.
    pub loudness: Loudness,
    /// How it looks.
    pub tone: Tone,
}

/// The names of events. A kind has several if its payload decides whether it is good or bad news.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the rows below say which event each is")]
pub enum EventName {
    NodeStarted,
    NodeCrashed,
    NodeRecovered,
    CaughtUp,
    NodeFrozen,
    NodeThawed,
    NodeHalted,
    DiskSlow,
    DiskRestored,
    RollingRestartBegan,
    RollingRestartDone,
    RollingRestartStopped,
    LinkCut,
    LinkHealed,
    NodeIsolated,
    NodeMuted,
    NodeRejoined,
    LinksHealed,
    PeerHealthy,
    PeerDegraded,
    PeerFailed,
    ElectionTimeout,
    CandidateStands,
    VoteGranted,
    VoteRefused,
    LeaderElected,
    LeaderSteppedDown,
    FirstCommit,
    FirstAnswer,
    TransferBegan,
    TransferFailed,
    ConfigAppended,
    ConfigCommitted,
    ConfigReverted,
    ConfigRefused,
    LearnerReady,
    NodeJoined,
    NodeLeaving,
    NodeLeft,
    ReplicaPlaced,
    ReplicaRetired,
    Rebalanced,
    TailTruncated,
    SnapshotSent,
    SnapshotInstalled,
    SnapshotTaken,
    GapFound,
    Rebuilt,
    InvariantViolated,
    OrdersLost,
    AckChanged,
    RuleSwitched,
    StrategyChanged,
    LoadChanged,
    LoadSkewed,
    LoadHot,
    ReadsMoved,
    TicksChanged,
    TickOverflowChanged,
    SignalsSwitched,
    SettingChanged,
    ControlRefused,
    AdmissionSwitched,
    GroupStalled,
    GroupResumed,
    CapacitySearchBegan,
    CapacityTried,
    CapacityFound,
    CapacitySearchEnded,
    FeedOpened,
    FeedWrong,
    FeedBent,
    FeedEnded,
    TradesRead,
    TradesDamaged,
    TradeFound,
    RotationOut,
    RotationBack,
    WorkerDraining,
    WorkerUndrained,
    WorkerDrained,
    BurstBegan,
    BurstEnded,
    SymbolAssigned,
    TickBurstBegan,
    MovesPlanned,
    SymbolFrozen,
    SymbolMoved,
    MovesDone,
    VenueOpened,
    VenueClosed,
    VenueDrained,
    Overloaded,
    QueueFull,
}

impl EventName {
    /// Every name, in the order of the rows.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// As scenarios, filters and documents write it.
    pub fn text(self) -> &'static str {
        self.into()
    }

    /// Whether the name, or the rest of it from one of its words on, begins like this: `elected` means `leader_elected`.
    pub fn fits(self, beginning: &str) -> bool {
        let beginning = beginning.replace('-', "_");
        self.ends().any(|end| end.starts_with(&beginning))
    }

    /// The name, and the rest of it from each of its words on.
    pub fn ends(self) -> impl Iterator<Item = &'static str> {
        let name = self.text();
        std::iter::once(0).chain(name.match_indices('_').map(|(place, _)| place + 1)).map(|place| &name[place..])
    }
}

impl std::fmt::Display for EventName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.text())
    }
}

/// What belongs together, for filters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Class {
    /// A process and its disk.
    Node,
    /// A link, or all links of a node.
    Link,
    /// What a node believes of a peer.
    Belief,
    /// Elections and leadership.
    Election,
    /// Who belongs to the cluster and to a group.
    Member,
    /// Logs, snapshots, state machines.
    Log,
    /// Broken promises.
    Audit,
    /// A setting that was changed.
    Setting,
    /// Orders, market data, moves of symbols.
    Desk,
}

impl Class {
    /// Every class.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// As filters write it.
    pub fn text(self) -> &'static str {
        self.into()
    }
}

/// How an event looks: the screen gives each tone a colour and a sign.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tone {
    /// A node is dead.
    Failed,
    /// A promise is broken, or something is damaged.
    Broken,
    /// A node is isolated, muted or frozen.
    Isolated,
    /// A link is cut.
    Cut,
    /// Something is too slow, or too full.
    Degraded,
    /// A node was elected.
    Leader,
    /// A node campaigns.
    Candidate,
    /// A node is coming back.
    Recovering,
    /// Links pass again.
    Healed,
    /// A step of a recovery has completed.
    Done,
    /// Good news.
    Good,
    /// Nothing to look at.
    Muted,
    /// A line like any other.
    Plain,
}

const fn row(name: EventName, class: Class, loudness: Loudness, tone: Tone) -> Spec {
    Spec { name, class, loudness, tone }
}

impl EventKind {
    /// What is said of it.
    #[expect(clippy::too_many_lines, reason = "a table: one row for each kind")]
    pub const fn spec(&self) -> Spec {
        use self::EventName as Name;
        use Class::{Audit, Belief, Desk, Election, Link, Log, Member, Node, Setting};
        use Loudness::{Loud, Notable, Quiet};
        use Tone::{
            Broken, Candidate, Cut, Degraded, Done, Failed, Good, Healed, Isolated, Leader, Muted, Plain, Recovering,
        };
        match self {
            Self::Started { .. } => row(Name::NodeStarted, Node, Notable, Plain),
            Self::Crashed { .. } => row(Name::NodeCrashed, Node, Loud, Failed),
            Self::Recovered { .. } => row(Name::NodeRecovered, Node, Notable, Recovering),
            Self::CaughtUp { .. } => row(Name::CaughtUp, Node, Notable, Done),
            Self::Frozen => row(Name::NodeFrozen, Node, Loud, Isolated),
            Self::Thawed { .. } => row(Name::NodeThawed, Node, Notable, Recovering),
            Self::Halted { .. } => row(Name::NodeHalted, Node, Loud, Failed),
            Self::DiskSlow { slow: true } => row(Name::DiskSlow, Node, Notable, Degraded),
            Self::DiskSlow { slow: false } => row(Name::DiskRestored, Node, Notable, Plain),
            Self::RollingRestart { done: false } => row(Name::RollingRestartBegan, Node, Notable, Plain),
            Self::RollingRestart { done: true } => row(Name::RollingRestartDone, Node, Notable, Plain),
            Self::RollingRestartStopped => row(Name::RollingRestartStopped, Node, Loud, Degraded),
            Self::LinkCut { .. } => row(Name::LinkCut, Link, Loud, Cut),
            Self::LinkHealed { .. } => row(Name::LinkHealed, Link, Notable, Healed),
            Self::Isolated => row(Name::NodeIsolated, Link, Loud, Isolated),
            Self::Muted => row(Name::NodeMuted, Link, Loud, Isolated),
            Self::Rejoined => row(Name::NodeRejoined, Link, Notable, Healed),
            Self::AllHealed => row(Name::LinksHealed, Link, Notable, Healed),
            Self::Believes { health: Health::Healthy, .. } => row(Name::PeerHealthy, Belief, Quiet, Muted),
            Self::Believes { health: Health::Degraded, .. } => row(Name::PeerDegraded, Belief, Quiet, Muted),
            Self::Believes { health: Health::Failed, .. } => row(Name::PeerFailed, Belief, Quiet, Muted),
            Self::TimedOut { .. } => row(Name::ElectionTimeout, Election, Notable, Candidate),
            Self::Stands { .. } => row(Name::CandidateStands, Election, Notable, Candidate),
            Self::Voted { .. } => row(Name::VoteGranted, Election, Quiet, Muted),
            Self::VoteRefused { .. } => row(Name::VoteRefused, Election, Quiet, Muted),
            Self::Elected { .. } => row(Name::LeaderElected, Election, Loud, Leader),
            Self::SteppedDown { .. } => row(Name::LeaderSteppedDown, Election, Notable, Plain),
            Self::FirstCommit { .. } => row(Name::FirstCommit, Election, Notable, Done),
            Self::FirstAnswer { .. } => row(Name::FirstAnswer, Election, Notable, Done),
            Self::TransferBegan { .. } => row(Name::TransferBegan, Election, Notable, Plain),
            Self::TransferFailed { .. } => row(Name::TransferFailed, Election, Notable, Plain),
            Self::ConfigAppended { .. } => row(Name::ConfigAppended, Member, Notable, Plain),
            Self::ConfigCommitted { .. } => row(Name::ConfigCommitted, Member, Notable, Good),
            Self::ConfigReverted { .. } => row(Name::ConfigReverted, Member, Notable, Plain),
            Self::ConfigRefused { .. } => row(Name::ConfigRefused, Member, Notable, Plain),
            Self::LearnerReady { .. } => row(Name::LearnerReady, Member, Notable, Good),
            Self::NodeJoined => row(Name::NodeJoined, Member, Loud, Good),
            Self::NodeLeaving => row(Name::NodeLeaving, Member, Notable, Plain),
            Self::NodeLeft => row(Name::NodeLeft, Member, Loud, Plain),
            Self::ReplicaPlaced { .. } => row(Name::ReplicaPlaced, Member, Notable, Plain),
            Self::ReplicaRetired => row(Name::ReplicaRetired, Member, Notable, Plain),
            Self::Rebalanced { .. } => row(Name::Rebalanced, Member, Notable, Good),
            Self::Truncated { .. } => row(Name::TailTruncated, Log, Notable, Plain),
            Self::SnapshotSent { .. } => row(Name::SnapshotSent, Log, Notable, Plain),
            Self::SnapshotInstalled { .. } => row(Name::SnapshotInstalled, Log, Notable, Recovering),
            Self::SnapshotTaken { .. } => row(Name::SnapshotTaken, Log, Quiet, Muted),
            Self::GapFound { .. } => row(Name::GapFound, Log, Loud, Plain),
            Self::Rebuilt { .. } => row(Name::Rebuilt, Log, Notable, Plain),
            Self::Violated { .. } => row(Name::InvariantViolated, Audit, Loud, Broken),
            Self::OrdersLost { .. } => row(Name::OrdersLost, Audit, Loud, Broken),
            Self::AckChanged(_) => row(Name::AckChanged, Setting, Notable, Plain),
            Self::RuleSwitched { .. } => row(Name::RuleSwitched, Setting, Notable, Plain),
            Self::StrategyChanged(_) => row(Name::StrategyChanged, Setting, Notable, Plain),
            Self::LoadChanged { .. } => row(Name::LoadChanged, Setting, Notable, Plain),
            Self::LoadSkewed { .. } => row(Name::LoadSkewed, Setting, Notable, Plain),
            Self::HotSymbol { .. } => row(Name::LoadHot, Setting, Notable, Plain),
            Self::ReadsMoved { .. } => row(Name::ReadsMoved, Setting, Notable, Plain),
            Self::TickRateChanged { .. } => row(Name::TicksChanged, Setting, Notable, Plain),
            Self::OverloadChanged(_) => row(Name::TickOverflowChanged, Setting, Notable, Plain),
            Self::SignalsTrade { .. } => row(Name::SignalsSwitched, Setting, Notable, Plain),
            Self::SettingChanged { control } if control.lifted().is_some() => {
                row(Name::SettingChanged, Setting, Loud, Degraded)
            }
            Self::SettingChanged { .. } => row(Name::SettingChanged, Setting, Notable, Healed),
            Self::ControlRefused { .. } => row(Name::ControlRefused, Setting, Notable, Plain),
            Self::Admission(AdmissionEvent::Switched { .. }) => row(Name::AdmissionSwitched, Desk, Notable, Plain),
            Self::Admission(AdmissionEvent::Stalled { .. }) => row(Name::GroupStalled, Desk, Notable, Degraded),
            Self::Admission(AdmissionEvent::Resumed) => row(Name::GroupResumed, Desk, Notable, Good),
            Self::Admission(AdmissionEvent::SearchBegan) => row(Name::CapacitySearchBegan, Desk, Notable, Plain),
            Self::Admission(AdmissionEvent::Tried { .. }) => row(Name::CapacityTried, Desk, Notable, Plain),
            Self::Admission(AdmissionEvent::Found { .. }) => row(Name::CapacityFound, Desk, Notable, Good),
            Self::Admission(AdmissionEvent::SearchEnded) => row(Name::CapacitySearchEnded, Desk, Notable, Plain),
            Self::Feed(FeedEvent::Opened { .. }) => row(Name::FeedOpened, Desk, Notable, Plain),
            Self::Feed(FeedEvent::Wrong { .. }) => row(Name::FeedWrong, Desk, Notable, Degraded),
            Self::Feed(FeedEvent::Bent { .. }) => row(Name::FeedBent, Desk, Notable, Degraded),
            Self::Feed(FeedEvent::Ended { .. }) => row(Name::FeedEnded, Desk, Notable, Plain),
            Self::Trades(TradesEvent::Read { .. }) => row(Name::TradesRead, Desk, Notable, Plain),
            Self::Trades(TradesEvent::Damaged { .. }) => row(Name::TradesDamaged, Desk, Notable, Broken),
            Self::Trades(TradesEvent::Found { .. }) => row(Name::TradeFound, Desk, Notable, Plain),
            Self::Rotation { back: false } => row(Name::RotationOut, Desk, Notable, Plain),
            Self::Rotation { back: true } => row(Name::RotationBack, Desk, Notable, Plain),
            Self::Draining { on: true } => row(Name::WorkerDraining, Desk, Notable, Plain),
            Self::Draining { on: false } => row(Name::WorkerUndrained, Desk, Notable, Plain),
            Self::Drained => row(Name::WorkerDrained, Desk, Notable, Plain),
            Self::BurstBegan { .. } => row(Name::BurstBegan, Desk, Notable, Plain),
            Self::BurstEnded { .. } => row(Name::BurstEnded, Desk, Notable, Plain),
            // At the start each symbol gets somebody; that is worth a word only where somebody else had it.
            Self::SymbolAssigned { from: None, .. } => row(Name::SymbolAssigned, Desk, Quiet, Plain),
            Self::SymbolAssigned { from: Some(_), .. } => row(Name::SymbolAssigned, Desk, Notable, Plain),
            Self::TickBurstBegan { .. } => row(Name::TickBurstBegan, Desk, Notable, Plain),
            Self::Moves(MovesEvent::Planned { .. }) => row(Name::MovesPlanned, Desk, Notable, Plain),
            Self::Moves(MovesEvent::Frozen { .. }) => row(Name::SymbolFrozen, Desk, Quiet, Muted),
            Self::Moves(MovesEvent::Moved { .. }) => row(Name::SymbolMoved, Desk, Quiet, Muted),
            Self::Moves(MovesEvent::Done { .. }) => row(Name::MovesDone, Desk, Notable, Good),
            Self::Venue(VenueNews::Opened(_)) => row(Name::VenueOpened, Desk, Notable, Plain),
            Self::Venue(VenueNews::Closed(_)) => row(Name::VenueClosed, Desk, Notable, Plain),
            Self::Venue(VenueNews::Drained { .. }) => row(Name::VenueDrained, Desk, Notable, Plain),
            Self::Overloaded { queue: Queue::Admission } => row(Name::Overloaded, Desk, Notable, Degraded),
            Self::Overloaded { .. } => row(Name::QueueFull, Desk, Notable, Degraded),
        }
    }

    /// What it is called.
    pub const fn name(&self) -> EventName {
        self.spec().name
    }

    /// How loud it is.
    pub const fn loudness(&self) -> Loudness {
        self.spec().loudness
    }
}
