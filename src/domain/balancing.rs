//! How requests are spread over the gateways: bounds, dedicated nodes, pools.
//!
//! Idea: nodes can be kept apart by who asks (VIP clients), by what is traded (asset classes), and by what is done
//! (functions). All three are lists of nodes and nothing else; `routing::balancer::reach` makes of them whom a request may go to.
//! An empty list keeps nobody apart, so by default every node serves everything.
//! Units: `queue_max` counts requests of each class of urgency; `ageing` is the wait that is worth one class.

use serde::{Deserialize, Serialize};

use super::ids::{NodeId, NodeSet};
use super::instrument::AssetClass;
use super::priority::Priority;
use super::time::SimDuration;

/// How requests are spread over the gateways.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct BalancerSettings {
    /// Requests of each class that wait at the balancer for a gateway with room; one more is refused.
    pub queue_max: usize,
    /// A request that has waited so long counts as one class more urgent; zero lets nobody rise.
    pub ageing: SimDuration,
    /// Each gateway is asked this often how it is; after a few silent rounds nothing new goes to it.
    pub probe: SimDuration,
    /// Nodes for VIP clients.
    pub vip_nodes: Vec<NodeId>,
    /// Nodes for asset classes.
    pub class_nodes: ClassNodes,
    /// Nodes for functions.
    pub pools: Pools,
    /// How urgent each type of request is.
    pub priority_by_type: TypePriorities,
}

impl Default for BalancerSettings {
    fn default() -> Self {
        Self {
            queue_max: 4_096,
            ageing: SimDuration::from_millis(100),
            probe: SimDuration::from_millis(50),
            vip_nodes: Vec::new(),
            class_nodes: ClassNodes::default(),
            pools: Pools::default(),
            priority_by_type: TypePriorities::default(),
        }
    }
}

/// How urgent each type of request is; a type without a class goes by its client alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct TypePriorities {
    /// Orders that are taken back.
    pub cancel: Option<Priority>,
    /// Market orders.
    pub market: Option<Priority>,
    /// Limit orders, replaces and spreads.
    pub limit: Option<Priority>,
    /// Large orders, market or limit.
    pub bulk: Option<Priority>,
    /// From how many lots an order is large.
    pub bulk_lots: u64,
}

impl TypePriorities {
    /// From how many lots an order is large, if nothing else is said.
    pub const BULK_LOTS: u64 = 100;

    /// Whether every request goes by its client.
    pub const fn is_empty(&self) -> bool {
        let Self { cancel, market, limit, bulk, bulk_lots: _ } = self;
        cancel.is_none() && market.is_none() && limit.is_none() && bulk.is_none()
    }
}

impl Default for TypePriorities {
    fn default() -> Self {
        Self { cancel: None, market: None, limit: None, bulk: None, bulk_lots: Self::BULK_LOTS }
    }
}

/// Nodes for asset classes; an empty list: those that no other class has.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClassNodes {
    /// For coins.
    pub crypto: Vec<NodeId>,
    /// For currencies.
    pub forex: Vec<NodeId>,
    /// For shares.
    pub equity: Vec<NodeId>,
}

impl ClassNodes {
    /// The nodes named for a class.
    pub fn of(&self, class: AssetClass) -> NodeSet {
        let named = match class {
            AssetClass::Crypto => &self.crypto,
            AssetClass::Forex => &self.forex,
            AssetClass::Equity => &self.equity,
        };
        named.iter().copied().collect()
    }
}

/// What a node can be kept for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Function {
    /// Takes orders.
    Execution,
    /// Takes market data.
    MarketData,
    /// Takes what the risk desk does.
    Risk,
}

/// Nodes for functions; an empty list: those that no other function has.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Pools {
    /// For orders.
    pub execution: Vec<NodeId>,
    /// For market data.
    pub market_data: Vec<NodeId>,
    /// For the risk desk.
    pub risk: Vec<NodeId>,
}

impl Pools {
    /// The nodes that serve a function, out of these members: those named for it; if none is, those that are named for
    /// no other; if all are, everybody. Never nobody, as long as there are members.
    pub fn nodes(&self, function: Function, members: NodeSet) -> NodeSet {
        let others =
            [Function::Execution, Function::MarketData, Function::Risk].map(|other| self.named(other, members));
        let named = others[function as usize];
        if !named.is_empty() {
            return named;
        }
        let unnamed: NodeSet = members.iter().filter(|node| others.iter().all(|set| !set.contains(*node))).collect();
        if unnamed.is_empty() { members } else { unnamed }
    }

    /// The nodes that are named for a function.
    pub fn named(&self, function: Function, members: NodeSet) -> NodeSet {
        let list = match function {
            Function::Execution => &self.execution,
            Function::MarketData => &self.market_data,
            Function::Risk => &self.risk,
        };
        list.iter().copied().filter(|node| members.contains(*node)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(nodes: &[u8]) -> NodeSet {
        nodes.iter().map(|node| NodeId(*node)).collect()
    }

    #[test]
    fn a_function_is_served_by_its_pool_or_by_those_of_no_pool_or_by_all() {
        let members: NodeSet = NodeId::first(4).collect();
        let mut pools = Pools::default();
        assert_eq!(pools.nodes(Function::MarketData, members), members);
        pools.market_data = vec![NodeId(3), NodeId(9)];
        assert_eq!(pools.nodes(Function::MarketData, members), set(&[3]));
        assert_eq!(pools.nodes(Function::Execution, members), set(&[1, 2, 4]));
        pools.risk = vec![NodeId(1), NodeId(2), NodeId(4)];
        assert_eq!(pools.nodes(Function::Execution, members), members);
    }
}
