//! A node on the screen: what it is in truth, what is believed of it, its gateway and its disk.

use serde::{Deserialize, Serialize};

use crate::domain::actor::Membership;
use crate::domain::event::Health;
use crate::domain::ids::NodeId;
use crate::domain::order::GatewayLoad;
use crate::domain::plan::Region;
use crate::domain::time::{SimDuration, SimTime};

use super::TicksView;

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
    /// A member no longer, and switched off.
    Gone,
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
    /// What it believes of each node, by number; of itself and of whoever is no member well. Empty if it does not run.
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
    /// Its pace, and what it refused because of it.
    pub admission: super::NodeAdmissionView,
    /// Its disk.
    pub disk: DiskView,
    /// Its market data.
    pub ticks: TicksView,
    /// While it catches up: records to go over all groups.
    pub catch_up: Option<u64>,
    /// Messages that wait because it is frozen.
    pub held: u64,
    /// Messages that found no room to wait, all freezes counted.
    pub held_dropped: u64,
    /// Where it stands with the cluster.
    pub membership: Membership,
    /// The region that it stands in, by its place in the settings.
    pub region: Region,
}

/// How a node's links are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Reach {
    /// Every link passes.
    #[default]
    All,
    /// Every link passes, one of them slower than the settings say.
    Delayed,
    /// Some are cut.
    Partly,
    /// It hears others, nobody hears it.
    Muted,
    /// All links are cut.
    Isolated,
}

impl Reach {
    /// Whether nobody hears it.
    pub const fn is_cut_off(self) -> bool {
        match self {
            Self::Muted | Self::Isolated => true,
            Self::All | Self::Delayed | Self::Partly => false,
        }
    }
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
