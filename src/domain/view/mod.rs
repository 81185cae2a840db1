//! What the screen sees: one immutable value at frame rate, and nothing else.
//!
//! Idea: the cluster thread builds a `ClusterView` when a frame is due and puts it into a slot; drawing is a pure
//! function of it. Whoever owns a fact fills its part: the world the nodes and groups, the balancer its workers, the
//! auditor the ledger. Every number here was measured; a part that nobody filled stays at its default.
//! Units: times are virtual unless they say `wall`; lags are in records; latencies in `SimDuration`.
//! Bounds: each list says its own.

mod account;
mod admission;
mod books;
mod data;
mod failover;
mod flow;
mod group;
mod lesson;
mod market;
mod net;
mod node;
mod placement;
mod run;
mod stall;
mod venues;

use std::sync::Arc;

use crate::domain::event::Event;
use crate::domain::hand::HandOrder;
use crate::domain::ids::GroupId;
use crate::domain::time::SimTime;
use crate::domain::trades::TradesAnswer;

pub use account::{
    AccountView, AccountsView, POSITIONS_SHOWN_MAX, PositionView, RESTING_SHOWN_MAX, RESTING_WALKED_MAX, RestingView,
    TransfersView,
};
pub use admission::{AdmissionView, NodeAdmissionView, SearchView};
pub use books::{BOOKS_MAX, BookLine, BooksView, FIRST_LOOK, LEVELS_MAX, LadderView, LevelView, TRADES_MAX, TradeView};
pub use data::{DataView, HomesMoved, MOVES_SHOWN, MoveStage, MoveView, StoreView, SwitchView, Wave};
pub use failover::{FailoverEnd, FailoverMoments, FailoverView, InvariantView};
pub use flow::{BalancerView, ClassView, Duty, FeedFileView, FlowView, LatencyView, LedgerView, WorkerView};
pub use group::{CellView, GroupView, ProgressMode, ProgressView, ReplicaView, RoleView, SpreadsView};
pub use lesson::{CheckView, CheckedAt, LessonView, QuestionView, StepView, Text};
pub use market::{BarView, FeedView, MarketView, SIGNALS_MAX, SymbolTicks, SymbolView, TicksView};
pub use net::{MessageKind, MessageView, NetView};
pub use node::{DiskView, GatewayView, NodeTruth, NodeView, Reach};
pub use placement::{PLAN_ROWS_MAX, PlacementView, PlanRow, StepProgress};
pub use run::{FaultView, HistoryView, PaceView, PlaybackState, PlaybackView, RunView, Speed};
pub use stall::{Absence, StallView};
pub use venues::{VenueView, VenuesView};

/// Everything that a screen draws.
#[derive(Clone, Debug, Default)]
pub struct ClusterView {
    /// The clock, the run and how fast it goes.
    pub run: RunView,
    /// What is refused at once, and how much the desk can do.
    pub admission: AdmissionView,
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
    /// Market data.
    pub market: MarketView,
    /// Books: a line each, and the depth of the one that is looked at.
    pub books: BooksView,
    /// The trades that were asked for last, and what finding them took.
    pub trades: Option<Arc<TradesAnswer>>,
    /// The ledger of promises.
    pub ledger: LedgerView,
    /// The orders of the hand at the keyboard, oldest first; at most [`ROWS_MAX`](super::hand::ROWS_MAX).
    pub hand: Vec<HandOrder>,
    /// Cash and positions.
    pub accounts: AccountsView,
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
    /// Who holds and leads what, and where it is going.
    pub placement: PlacementView,
    /// How the data is divided, and what moves.
    pub data: DataView,
    /// The venues.
    pub venues: VenuesView,
}

impl ClusterView {
    /// The groups that own symbols: all but `meta`.
    pub fn partitions(&self) -> impl Iterator<Item = &GroupView> {
        self.groups.iter().filter(|group| group.id.partition().is_some())
    }

    /// Whether every partition has a replica that runs: what lies in one without is unknown.
    pub fn is_whole(&self) -> bool {
        self.partitions().all(|group| group.by_id.is_some())
    }

    /// A group.
    pub fn group(&self, id: GroupId) -> Option<&GroupView> {
        self.groups.iter().find(|group| group.id == id)
    }
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
