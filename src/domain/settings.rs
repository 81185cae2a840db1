//! The settings of a cluster and its load: what a configuration or a scenario chooses, with the defaults of the house.
//!
//! Idea: plain values; reading them from a file, with ranges and messages, is `document::settings`. A run is its
//! settings, its seed and its controls, so all of them are part of a recording.
//! Units: every length of time is a `SimDuration`; rates are per second; shares are percent.

mod admission;
mod desk;
mod gateway;
mod market_data;
mod venues;

use serde::{Deserialize, Serialize};

pub use admission::AdmissionSettings;
pub use desk::{AccountSettings, MarketSettings, PartitionSettings, TradesSettings};
pub use gateway::{GatewaySettings, GatewaySize};
pub use market_data::MarketDataSettings;
pub use venues::VenueSettings;

use super::balancing::BalancerSettings;
use super::feed::FeedSettings;
use super::ids::{ClientId, GroupId, NodeId};
use super::order::ReadFrom;
use super::plan::Region;
use super::rules::{AckRule, Rules, Strategy};
use super::time::SimDuration;

/// Everything that a run begins with, but its seed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Settings {
    /// Nodes, partitions, replicas.
    pub cluster: ClusterSettings,
    /// Timers and bounds of Raft.
    pub raft: RaftSettings,
    /// When a peer counts as late or gone.
    pub detector: DetectorSettings,
    /// The network.
    pub link: LinkSettings,
    /// The disks.
    pub disk: DiskSettings,
    /// The gateways.
    pub gateway: GatewaySettings,
    /// The clients.
    pub client: ClientSettings,
    /// The load.
    pub load: LoadSettings,
    /// What is traded.
    #[serde(default)]
    pub market: MarketSettings,
    /// How it is divided.
    #[serde(default)]
    pub partition: PartitionSettings,
    /// Market data.
    #[serde(default)]
    pub market_data: MarketDataSettings,
    /// What is refused at once.
    #[serde(default)]
    pub admission: AdmissionSettings,
    /// How requests are spread over the gateways.
    #[serde(default)]
    pub balancer: BalancerSettings,
    /// A file that is played.
    #[serde(default)]
    pub feed: Option<FeedSettings>,
    /// How groups move when nodes come and go.
    #[serde(default)]
    pub placement: PlacementSettings,
    /// How trades are kept.
    #[serde(default)]
    pub trades: TradesSettings,
    /// What accounts begin with.
    #[serde(default)]
    pub accounts: AccountSettings,
    /// Where instruments are traded.
    #[serde(default)]
    pub venues: VenueSettings,
}

impl Settings {
    /// The defaults without market makers and without market data: for what is about protocols and not about the market, so
    /// that its orders stay what they are, whatever the market becomes.
    pub fn without_market() -> Self {
        let mut settings = Self::default();
        settings.leave_out_the_market();
        settings
    }

    /// No market makers and no market data from here on.
    pub const fn leave_out_the_market(&mut self) {
        self.load.maker_percent = 0;
        self.market_data.ticks_per_s = 0;
    }
}

/// Nodes, partitions, replicas.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClusterSettings {
    /// How many nodes, 1 to 100.
    pub nodes: usize,
    /// How many partitions, 1 to 512.
    pub partitions: usize,
    /// Replicas of each partition, at most `nodes`.
    pub replication_factor: usize,
    /// When an order is acknowledged.
    pub ack: AckRule,
    /// Which rules of Raft are on.
    pub rules: Rules,
    /// The regions, given to the nodes in turn; one without a name if none is named.
    #[serde(default)]
    pub regions: Vec<String>,
}

impl ClusterSettings {
    /// Voters of `meta` at most; an odd number, for an even one survives no more faults.
    const META_VOTERS_MAX: usize = 5;

    /// How many voters a group has in a cluster of so many members, at least one.
    pub fn voters_of(&self, group: GroupId, members: usize) -> usize {
        if group != GroupId::META {
            return self.replication_factor.min(members).max(1);
        }
        let most = members.clamp(1, Self::META_VOTERS_MAX);
        if most.is_multiple_of(2) { most - 1 } else { most }
    }

    /// The region of a node.
    pub fn region(&self, node: NodeId) -> Region {
        Region((node.index() % self.regions.len().max(1)) as u8)
    }
}

impl Default for ClusterSettings {
    fn default() -> Self {
        Self {
            nodes: 5,
            partitions: 4,
            replication_factor: 5,
            ack: AckRule::Majority,
            rules: Rules::default(),
            regions: Vec::new(),
        }
    }
}

/// Timers and bounds of Raft.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RaftSettings {
    /// Between two heartbeats of a node.
    pub heartbeat: SimDuration,
    /// The shortest election timeout.
    pub election_min: SimDuration,
    /// The longest.
    pub election_max: SimDuration,
    /// Records at which a batch closes.
    pub batch_records_max: usize,
    /// Batches on their way to one follower.
    pub batches_in_flight_max: usize,
    /// Applied records between two snapshots.
    pub snapshot_every_records: u64,
    /// Records that stay in the log behind a snapshot, for followers that are a little late.
    pub snapshot_keep_records: u64,
    /// What a node spends to apply one record.
    pub apply_cost: SimDuration,
    /// What a node spends to answer one query.
    #[serde(default)]
    pub read_cost: SimDuration,
}

impl Default for RaftSettings {
    fn default() -> Self {
        Self {
            heartbeat: SimDuration::from_millis(50),
            election_min: SimDuration::from_millis(150),
            election_max: SimDuration::from_millis(300),
            batch_records_max: 512,
            batches_in_flight_max: 64,
            snapshot_every_records: 100_000,
            snapshot_keep_records: 20_000,
            apply_cost: SimDuration::from_micros(5),
            read_cost: SimDuration::from_micros(2),
        }
    }
}

/// When a peer counts as late or gone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DetectorSettings {
    /// No heartbeat for this long: degraded.
    pub degraded_after: SimDuration,
    /// No heartbeat for this long: failed.
    pub failed_after: SimDuration,
}

impl Default for DetectorSettings {
    fn default() -> Self {
        Self { degraded_after: SimDuration::from_millis(100), failed_after: SimDuration::from_millis(300) }
    }
}

/// The network between two nodes, each way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LinkSettings {
    /// One way.
    pub latency: SimDuration,
    /// Added or taken away at random, uniformly.
    pub jitter: SimDuration,
    /// Messages on one link at a time; one more is dropped and counted.
    pub in_flight_max: usize,
    /// Messages lost, in thousandths: 0 but for storms and lessons.
    pub loss_per_mille: u32,
    /// Links that differ, each one way; of two for one link the later counts.
    #[serde(default)]
    pub pairs: Vec<LinkPair>,
}

/// A link with a latency of its own, one way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LinkPair {
    /// From this node.
    pub from: NodeId,
    /// To this one.
    pub to: NodeId,
    /// One way.
    pub latency: SimDuration,
    /// Added or taken away at random, uniformly.
    pub jitter: SimDuration,
}

impl LinkSettings {
    /// Latency and jitter from one node to another.
    pub fn between(&self, from: NodeId, to: NodeId) -> (SimDuration, SimDuration) {
        let own = self.pairs.iter().rev().find(|pair| (pair.from, pair.to) == (from, to));
        own.map_or((self.latency, self.jitter), |pair| (pair.latency, pair.jitter))
    }

    /// The longest that a message can take.
    pub fn latency_max(&self) -> SimDuration {
        let of_pairs = self.pairs.iter().map(|pair| pair.latency + pair.jitter);
        of_pairs.fold(self.latency + self.jitter, SimDuration::max)
    }
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self {
            latency: SimDuration::from_micros(500),
            jitter: SimDuration::from_micros(100),
            in_flight_max: 4_096,
            loss_per_mille: 0,
            pairs: Vec::new(),
        }
    }
}

/// The disk of a node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DiskSettings {
    /// How long an fsync takes.
    pub fsync: SimDuration,
    /// Added or taken away at random, uniformly.
    pub fsync_jitter: SimDuration,
    /// A degraded disk takes this many times as long.
    pub slow_factor: u64,
}

impl Default for DiskSettings {
    fn default() -> Self {
        Self { fsync: SimDuration::from_millis(1), fsync_jitter: SimDuration::from_micros(200), slow_factor: 30 }
    }
}

/// How clients wait.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClientSettings {
    /// After this the answer is unknown for ever.
    pub deadline: SimDuration,
    /// A request without an answer is sent again after this, then after twice as long, and so on, with jitter.
    pub retry_after: SimDuration,
    /// How often at most.
    pub retries_max: u32,
    /// How many of a hundred answered requests earn their session a retry; 0 is no retries.
    #[serde(default = "ClientSettings::retry_budget")]
    pub retry_budget_percent: u32,
    /// How many sessions share the load.
    pub sessions: u32,
    /// How many of a hundred sessions of the load are VIP clients.
    #[serde(default)]
    pub vip_percent: u32,
    /// How many of a hundred are the risk desk's: what they take back is urgent.
    #[serde(default)]
    pub risk_percent: u32,
}

impl ClientSettings {
    /// Sessions of the steady load at most.
    pub const SESSIONS_MAX: u32 = 1_024;

    /// Sessions of the steady load; those of bursts are numbered behind them.
    pub fn steady_sessions(&self) -> u32 {
        self.sessions.clamp(1, Self::SESSIONS_MAX)
    }

    /// The retry budget where none is given.
    const fn retry_budget() -> u32 {
        10
    }

    /// The hand at the keyboard: its session comes after all that trade by themselves.
    pub fn hand(&self) -> ClientId {
        ClientId(self.steady_sessions() + BURST_SESSIONS + SIGNAL_SESSIONS + 1)
    }
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            deadline: SimDuration::from_secs(1),
            retry_after: SimDuration::from_millis(200),
            retries_max: 5,
            retry_budget_percent: Self::retry_budget(),
            sessions: 64,
            vip_percent: 10,
            risk_percent: 5,
        }
    }
}

/// What clients send.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LoadSettings {
    /// Whether the steady load runs.
    pub on: bool,
    /// Requests per virtual second, Poisson arrivals.
    pub orders_per_s: u64,
    /// How many of a hundred requests are queries.
    pub query_percent: u32,
    /// Who serves them.
    pub read_from: ReadFrom,
    /// How the balancer picks a gateway.
    pub strategy: Strategy,
    /// The exponent of Zipf by which instruments are asked for, in thousandths; 0 is evenly.
    #[serde(default)]
    pub skew_per_mille: u32,
    /// How many of a hundred requests are those of market makers; a recording that does not say has none.
    #[serde(default)]
    pub maker_percent: u32,
}

impl Default for LoadSettings {
    fn default() -> Self {
        Self {
            on: true,
            orders_per_s: 2_000,
            query_percent: 30,
            read_from: ReadFrom::Leader,
            strategy: Strategy::LeastConnections,
            skew_per_mille: 0,
            maker_percent: 30,
        }
    }
}

/// How groups move when nodes come and go.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlacementSettings {
    /// Groups that change their nodes at the same time, at most.
    pub moves_at_once: usize,
    /// A member that was silent for so long counts as dead, and is replaced; `None` leaves that to a person.
    pub replace_dead_after: Option<SimDuration>,
}

impl Default for PlacementSettings {
    fn default() -> Self {
        Self { moves_at_once: 2, replace_dead_after: None }
    }
}

/// Sessions that bursts have beside them.
pub const BURST_SESSIONS: u32 = 64;
/// The session that trades on signals.
pub const SIGNAL_SESSIONS: u32 = 1;
