//! The settings of market data.

use serde::{Deserialize, Serialize};

use crate::domain::ids::NodeId;
use crate::domain::tick::Overload;
use crate::domain::time::SimDuration;

/// Market data: the tick source, and what nodes do with ticks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MarketDataSettings {
    /// Ticks per virtual second while the load is on; 0 is none.
    pub ticks_per_s: u64,
    /// The nodes that process market data; none named means all.
    pub nodes: Vec<NodeId>,
    /// What a node's processor spends on a tick.
    pub tick_cost: SimDuration,
    /// Ticks that wait in a node at most, and that the source may have on their way to it.
    pub queue_max: usize,
    /// What happens to those that do not fit.
    pub overload: Overload,
    /// Signals become orders.
    pub signals_trade: bool,
    /// How long the sliding window is.
    pub sliding: SimDuration,
    /// How long a tumbling window is.
    pub tumbling: SimDuration,
}

impl Default for MarketDataSettings {
    fn default() -> Self {
        Self {
            ticks_per_s: 200,
            nodes: Vec::new(),
            tick_cost: SimDuration::from_nanos(500),
            queue_max: 65_536,
            overload: Overload::Slow,
            signals_trade: false,
            sliding: SimDuration::from_secs(1),
            tumbling: SimDuration::from_secs(1),
        }
    }
}
