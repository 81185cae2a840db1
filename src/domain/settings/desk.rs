//! Settings of the desk: what is traded, how it is divided, how trades are kept, and what accounts begin with.

use serde::{Deserialize, Serialize};

use crate::domain::instrument::INSTRUMENTS;
use crate::domain::rules::PartitionStrategy;
use crate::domain::trades::WindowLength;

/// What is traded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MarketSettings {
    /// How many instruments: so many first rows of the table.
    pub instruments: usize,
}

impl Default for MarketSettings {
    fn default() -> Self {
        Self { instruments: INSTRUMENTS.len() }
    }
}

/// How keys are divided among partitions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PartitionSettings {
    /// The strategy at the start.
    pub strategy: PartitionStrategy,
    /// Points of each partition on the ring of `consistent-hash`.
    pub virtual_nodes: u16,
    /// Symbols that move at a time when the division changes: the throttle.
    #[serde(default = "two")]
    pub moves_at_once: usize,
}

const fn two() -> usize {
    2
}

impl Default for PartitionSettings {
    fn default() -> Self {
        Self { strategy: PartitionStrategy::Hash, virtual_nodes: 160, moves_at_once: two() }
    }
}

/// How trades are kept, by the time in which they happened and by their ids.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TradesSettings {
    /// How long a window is.
    pub window: WindowLength,
    /// How many windows stay in memory as they came; older ones are packed and go to the disk.
    pub hot: usize,
    /// How many bytes of packed trades a partition keeps; for more the oldest window is forgotten.
    pub archive_bytes: u64,
    /// How many trades are kept by id, in all partitions together; for more the oldest are forgotten. 0 keeps none.
    #[serde(default = "by_id")]
    pub by_id: u64,
}

const fn by_id() -> u64 {
    20_000
}

impl Default for TradesSettings {
    fn default() -> Self {
        Self { window: WindowLength::Second, hot: 3, archive_bytes: 1 << 20, by_id: by_id() }
    }
}

/// What accounts begin with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccountSettings {
    /// Dollars of an account, over all partitions.
    pub cash: u64,
    /// Lots of each symbol.
    pub lots: u64,
    /// The sessions of the load are members of the exchange, not people: they begin with so many times as much of both.
    pub member_times: u32,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self { cash: 100_000, lots: 1_000, member_times: 1_000 }
    }
}
