//! Controls: the only way in which anything outside changes a run. Each is recorded with its virtual time.
//!
//! Idea: a control says *what*, with targets by role where that is what was meant; the world resolves a target when it
//! carries the control out, so a recording of "crash the leader" replays as what it meant.
//! Pausing and speed are not controls: they change when things happen for the watcher, not what happens.

mod words;

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, VariantArray};

use super::engine::Capability;
use super::hand::HandRequest;
use super::ids::{GroupId, NodeId, SymbolId};
use super::order::ReadFrom;
use super::rules::{AckRule, PartitionStrategy, Rule, Strategy};
use super::stored::TradeId;
use super::tick::{Overload, TickBurst};
use super::time::SimDuration;
use super::trades::TradesQuery;
use super::venue::VenueId;
use super::why::Why;

#[cfg(test)]
pub(crate) use words::sample;
pub use words::{Argument, Verb, Wording};

/// Which node is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Target {
    /// This one.
    Node(NodeId),
    /// The leader of this group.
    Leader(GroupId),
    /// A follower of this group: the running one with the lowest number.
    Follower(GroupId),
    /// A running node drawn from the seed.
    Random,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => node.fmt(f),
            Self::Leader(GroupId::META) => f.pad("controller"),
            Self::Leader(group) => write!(f, "leader:{group}"),
            Self::Follower(group) => write!(f, "follower:{group}"),
            Self::Random => f.pad("random"),
        }
    }
}

/// A change from outside. What is said of each stands in [`Control::words`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, EnumDiscriminants)]
#[strum_discriminants(name(ControlKind), derive(VariantArray), doc = "The kinds of controls.")]
pub enum Control {
    /// The process dies: memory is gone, the disk keeps what was synced.
    Crash(Target),
    /// A dead or halted node starts again from its disk.
    Recover(Target),
    /// Every dead, halted or frozen node comes back.
    RecoverAll,
    /// The process stands still (a long pause, a suspended machine); messages wait.
    Freeze(Target),
    /// It goes on.
    Thaw(Target),
    /// One node after the other is crashed and recovered, the next when the last has caught up.
    RollingRestart,
    /// Nothing passes from one node to another, in this direction.
    Cut {
        /// Who is no longer heard.
        from: Target,
        /// By whom.
        to: Target,
    },
    /// The direction passes again.
    Heal {
        /// Who is heard again.
        from: Target,
        /// By whom.
        to: Target,
    },
    /// All links of a node are cut, both ways.
    Isolate(Target),
    /// Nothing that the node sends arrives; it still hears the others.
    Mute(Target),
    /// All links of a node pass again.
    Rejoin(Target),
    /// Every link passes again.
    HealAll,
    /// Sets the one-way latency of a link, or restores the configured one.
    Delay {
        /// Who sends.
        from: Target,
        /// To whom.
        to: Target,
        /// The latency, give or take `jitter`; `None` restores what was configured.
        latency: Option<SimDuration>,
        /// At most `latency`.
        jitter: SimDuration,
    },
    /// The node's disk takes `disk.slow_factor` times as long, or no longer.
    SlowDisk {
        /// Whose disk.
        node: Target,
        /// Slow, or as it was.
        slow: bool,
    },
    /// Leadership is handed over, to this node or to the best follower.
    Transfer {
        /// Of which group.
        group: GroupId,
        /// To whom.
        to: Option<NodeId>,
    },
    /// A follower of the group stands for election now.
    ForceElection(GroupId),
    /// Orders are acknowledged by this rule from now on.
    SetAck(AckRule),
    /// A rule of Raft is switched on every node.
    SetRule {
        /// Which.
        rule: Rule,
        /// On or off.
        on: bool,
    },
    /// The balancer gives the node's gateway nothing new; it finishes what it has.
    Drain(Target),
    /// The gateway takes part again.
    Undrain(Target),
    /// The balancer picks by this strategy from now on.
    SetStrategy(Strategy),
    /// The steady load runs or stops.
    SetLoad(bool),
    /// The steady load has this rate, per virtual second.
    SetRate(u64),
    /// The steady load has this rate, in hundredths of the capacity that a search has found.
    SetRateOfCapacity(u32),
    /// The load is ramped to find the capacity.
    FindCapacity,
    /// Requests that cannot be answered in time are refused at once, or taken all the same.
    SetAdmission(bool),
    /// Instruments are asked for by a Zipf law with this exponent, in thousandths; 0 is evenly.
    SetSkew(u32),
    /// So many of a hundred orders are for one symbol; 0 ends it.
    HotSymbol {
        /// Which.
        symbol: SymbolId,
        /// How many.
        percent: u8,
    },
    /// Queries are served by these replicas.
    SetReadFrom(ReadFrom),
    /// So many orders on top of the load.
    Burst(Burst),
    /// The hand at the keyboard asks for something.
    Hand(HandRequest),
    /// Market data comes at this rate, per virtual second; 0 is none.
    SetTickRate(u64),
    /// So many ticks on top of that.
    TickBurst(TickBurst),
    /// What happens to ticks that a node has no room for.
    SetOverload(Overload),
    /// Signals become orders, or they are only shown.
    SetSignalsTrade(bool),
    /// The node's process panics, as by a bug: it halts, the rest goes on.
    Poison(Target),
    /// A node with an empty disk joins the cluster; it has the next free number.
    AddNode,
    /// The node leaves: what it holds moves off, its gateway is drained, then it is stopped for good.
    Decommission(Target),
    /// The node is dead for good: what it held is placed again on others.
    Replace(Target),
    /// Symbols are divided among the partitions by this strategy from now on; those that it puts elsewhere move.
    Divide(PartitionStrategy),
    /// The partition that does the most gives symbols to those that do the least.
    Split,
    /// One symbol moves.
    MoveSymbol {
        /// Which.
        symbol: SymbolId,
        /// To which partition's group.
        to: GroupId,
    },
    /// No more symbols begin to move.
    StopMoves,
    /// Somebody asks for the trades of a stretch of time.
    ReadTrades(TradesQuery),
    /// Somebody asks where the trade of this id is.
    FindTrade(TradeId),
    /// The node's replica of this group misses one change: its machine is not given the next batch of orders.
    LoseChange {
        /// Whose.
        node: Target,
        /// Which group.
        group: GroupId,
    },
    /// A venue takes orders from now on, or takes none and is drained.
    SetVenue {
        /// Which.
        venue: VenueId,
        /// It opens.
        open: bool,
    },
}

impl Control {
    /// The nodes that it speaks of.
    pub fn targets_mut(&mut self) -> Vec<&mut Target> {
        match self {
            Self::Crash(node)
            | Self::Recover(node)
            | Self::Freeze(node)
            | Self::Thaw(node)
            | Self::Isolate(node)
            | Self::Mute(node)
            | Self::Rejoin(node)
            | Self::SlowDisk { node, .. }
            | Self::Drain(node)
            | Self::Undrain(node)
            | Self::Poison(node)
            | Self::Decommission(node)
            | Self::Replace(node)
            | Self::LoseChange { node, .. } => vec![node],
            Self::Cut { from, to } | Self::Heal { from, to } | Self::Delay { from, to, .. } => vec![from, to],
            Self::RecoverAll
            | Self::RollingRestart
            | Self::HealAll
            | Self::Transfer { .. }
            | Self::ForceElection(_)
            | Self::SetAck(_)
            | Self::SetRule { .. }
            | Self::SetStrategy(_)
            | Self::SetLoad(_)
            | Self::SetRate(_)
            | Self::SetRateOfCapacity(_)
            | Self::FindCapacity
            | Self::SetAdmission(_)
            | Self::SetSkew(_)
            | Self::HotSymbol { .. }
            | Self::SetReadFrom(_)
            | Self::Burst(_)
            | Self::Hand(_)
            | Self::SetTickRate(_)
            | Self::TickBurst(_)
            | Self::SetOverload(_)
            | Self::SetSignalsTrade(_)
            | Self::AddNode
            | Self::Divide(_)
            | Self::Split
            | Self::MoveSymbol { .. }
            | Self::StopMoves
            | Self::ReadTrades(_)
            | Self::FindTrade(_)
            | Self::SetVenue { .. } => Vec::new(),
        }
    }

    /// So many of a hundred orders are for this symbol, or the load is for all alike again.
    pub fn hot(symbol: Option<(SymbolId, u8)>) -> Self {
        // There is one way to end it, whichever symbol it was.
        let (symbol, percent) = symbol.filter(|(_, percent)| *percent > 0).unwrap_or((SymbolId(0), 0));
        Self::HotSymbol { symbol, percent }
    }

    /// The control with each target mapped.
    #[must_use]
    pub fn aimed(mut self, aim: impl Fn(Target) -> Target) -> Self {
        self.targets_mut().into_iter().for_each(|target| *target = aim(*target));
        self
    }

    /// Whether it speaks of this node.
    pub fn names(mut self, node: NodeId) -> bool {
        self.targets_mut().into_iter().any(|target| *target == Target::Node(node))
    }

    /// What an engine must be able to do for it, beyond what every engine can.
    pub const fn needs(self) -> Option<Capability> {
        match self {
            Self::Cut { .. }
            | Self::Heal { .. }
            | Self::HealAll
            | Self::Delay { .. }
            | Self::Isolate(_)
            | Self::Mute(_)
            | Self::Rejoin(_) => Some(Capability::LinkFaults),
            Self::Crash(_)
            | Self::Recover(_)
            | Self::RecoverAll
            | Self::Freeze(_)
            | Self::Thaw(_)
            | Self::SlowDisk { .. }
            | Self::Transfer { .. }
            | Self::ForceElection(_)
            | Self::SetAck(_)
            | Self::SetRule { .. }
            | Self::SetStrategy(_)
            | Self::Drain(_)
            | Self::Undrain(_)
            | Self::SetLoad(_)
            | Self::SetRate(_)
            | Self::SetRateOfCapacity(_)
            | Self::FindCapacity
            | Self::SetAdmission(_)
            | Self::SetSkew(_)
            | Self::HotSymbol { .. }
            | Self::SetReadFrom(_)
            | Self::Burst(_)
            | Self::SetTickRate(_)
            | Self::TickBurst(_)
            | Self::SetOverload(_)
            | Self::SetSignalsTrade(_)
            | Self::RollingRestart
            | Self::Poison(_)
            | Self::AddNode
            | Self::Decommission(_)
            | Self::Replace(_)
            | Self::Divide(_)
            | Self::Split
            | Self::MoveSymbol { .. }
            | Self::StopMoves
            | Self::LoseChange { .. }
            | Self::SetVenue { .. }
            | Self::Hand(_)
            | Self::ReadTrades(_)
            | Self::FindTrade(_) => None,
        }
    }

    /// The control that ends the fault set by this one, if that follows from the control alone.
    pub const fn lifted(self) -> Option<Self> {
        match self {
            Self::Delay { from, to, latency: Some(_), .. } => {
                Some(Self::Delay { from, to, latency: None, jitter: SimDuration::ZERO })
            }
            _ => None,
        }
    }
}

/// Orders on top of the load.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Burst {
    /// How many.
    pub orders: u64,
    /// Offered evenly over this virtual time.
    pub over: SimDuration,
    /// How many the bursting clients keep in flight; `None` offers them whatever the answers, to show refusals.
    pub in_flight_max: Option<u32>,
}

impl Burst {
    /// The burst of the key `b`.
    pub const KEY: Self = Self { orders: 1_000, over: SimDuration::from_secs(1), in_flight_max: Some(256) };
}

/// What a control is answered with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ControlAnswer {
    /// It was carried out, or begun.
    Done,
    /// Nothing was done, for this reason.
    Refused(Why),
}

/// A control with the place in the run where it was carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecordedControl {
    /// Its virtual time in ns.
    pub at: super::time::SimTime,
    /// How many scheduler events came before it.
    pub after_events: u64,
    /// The control.
    pub control: Control,
}
