//! Market data on the screen: the source, the nodes that process ticks, the symbols, the signals.
//!
//! Bounds: a feed a node, a symbol an instrument, [`SIGNALS_MAX`] signals.

use crate::domain::ids::{NodeId, SymbolId};
use crate::domain::tick::{MarketTick, Overload, Signal};

use super::LatencyView;

/// Signals on the tape of a view.
pub const SIGNALS_MAX: usize = 32;

/// Market data as its source sees it.
#[derive(Clone, Debug, Default)]
pub struct MarketView {
    /// The rate that is asked for, bursts included, per second.
    pub asked_per_s: u64,
    /// Ticks sent so far.
    pub sent: u64,
    /// Ticks processed so far, by every life of every node.
    pub processed: u64,
    /// Ticks processed in the last second.
    pub per_s: u64,
    /// Ticks that nodes had no room for, so far.
    pub shed: u64,
    /// Ticks that were not made for want of credits, so far.
    pub held_back: u64,
    /// Ticks sent to nodes that then fell silent, so far.
    pub given_up: u64,
    /// What happens to ticks that do not fit.
    pub overload: Overload,
    /// Signals so far.
    pub signals: u64,
    /// Signals become orders.
    pub trades: bool,
    /// Orders that came of signals, so far.
    pub orders: u64,
    /// The nodes of the pool, in order.
    pub feeds: Vec<FeedView>,
    /// The symbols that have an owner, in table order.
    pub symbols: Vec<SymbolView>,
    /// The latest signals that were told, oldest first; at most [`SIGNALS_MAX`].
    pub tape: Vec<Signal>,
}

/// A node of the pool, as the source sees it.
#[derive(Clone, Copy, Debug)]
pub struct FeedView {
    /// Which.
    pub node: NodeId,
    /// It answers.
    pub answers: bool,
    /// Ticks on their way to it or waiting in it.
    pub in_flight: u64,
    /// How many more it may be sent now.
    pub credits: u64,
    /// Ticks sent to it so far.
    pub sent: u64,
    /// Ticks that were not made for want of its credits.
    pub held_back: u64,
    /// Symbols that it owns.
    pub symbols: u16,
}

/// A node's market data, as the node sees it; all counts since its process began.
#[derive(Clone, Debug, Default)]
pub struct TicksView {
    /// Ticks that wait.
    pub queued: u64,
    /// The bound of the queue.
    pub queue_max: u64,
    /// Ticks processed.
    pub processed: u64,
    /// Ticks processed in the last second.
    pub per_s: u64,
    /// Ticks that had no room.
    pub shed: u64,
    /// Signals.
    pub signals: u64,
    /// From a tick's making to its end in the windows, over the last one to two seconds.
    pub latency: LatencyView,
    /// The symbols that it has had ticks of, in table order.
    pub symbols: Vec<SymbolTicks>,
}

/// A symbol in a node's windows.
#[derive(Clone, Copy, Debug)]
pub struct SymbolTicks {
    /// Which.
    pub symbol: SymbolId,
    /// Its last tick.
    pub last: Option<MarketTick>,
    /// The sliding window, up to now.
    pub sliding: BarView,
    /// The tumbling window that closed last.
    pub tumbled: BarView,
    /// Its signals so far, buys and sells.
    pub signals: [u64; 2],
}

/// A symbol with its owner.
#[derive(Clone, Copy, Debug)]
pub struct SymbolView {
    /// The node that has its ticks.
    pub owner: NodeId,
    /// What that node has made of them.
    pub ticks: SymbolTicks,
}

/// A window; prices are *doubled* mids in ticks of the instrument.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BarView {
    /// First, highest, lowest and last price; nothing if the window is empty.
    pub ohlc: Option<[u64; 4]>,
    /// The volume-weighted average.
    pub vwap: Option<u64>,
    /// Lots quoted.
    pub volume: u64,
    /// Ticks.
    pub ticks: u64,
}
