//! Reach: which workers a request may go to.
//!
//! Idea: dedicated nodes are a promise to some and a fence for others, and both must give way when a node dies: separation
//! is worth something, an answer is worth more. So everybody has three circles. The *first* is where a request belongs. The
//! *spill* is where it may go when the first is full. The *resort* is everybody, for when nobody of the two is in rotation.
//! The rules:
//! - Orders go to the pool of execution; a risk desk's cancel goes to the pool of risk first and spills to execution.
//! - An asset class with nodes of its own stays on them, full or not; classes without any share the rest.
//! - A VIP client (and an emergency where there is no pool of risk) goes to the VIP nodes first and spills to the nodes of
//!   its class. Nobody else goes to a VIP node, idle as it may be: capacity that was lent out cannot be had back at once.
//! - Where a rule would leave nobody, it is not applied.
//!
//! Shape: a lane for each class of urgency and asset class, its circles computed once from the settings and the members.

use crate::domain::balancing::{BalancerSettings, Function};
use crate::domain::ids::{NodeSet, SymbolId};
use crate::domain::instrument::AssetClass;
use crate::domain::order::Record;
use crate::domain::priority::{Classes, Priority};

const ASSET_CLASSES: [AssetClass; 3] = [AssetClass::Crypto, AssetClass::Forex, AssetClass::Equity];

/// Whom the requests of a lane may go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Reach {
    /// Where they belong.
    pub first: NodeSet,
    /// Where they may go besides when that is full.
    pub spill: NodeSet,
    /// Where they may go when nobody of those is in rotation.
    pub resort: NodeSet,
}

/// The lanes.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    classes: Classes,
    settings: BalancerSettings,
    reaches: Vec<Reach>,
    /// Nobody is kept apart from anybody.
    uniform: bool,
}

impl Lanes {
    /// How many lanes there are.
    pub(super) const COUNT: usize = Priority::COUNT * ASSET_CLASSES.len();

    /// The lanes of a cluster with these members.
    pub(super) fn new(classes: Classes, settings: &BalancerSettings, members: NodeSet) -> Self {
        let mut lanes = Self { classes, settings: settings.clone(), reaches: Vec::new(), uniform: true };
        lanes.follow(members);
        lanes
    }

    /// There are other members now.
    pub(super) fn follow(&mut self, members: NodeSet) {
        let class = |lane: usize| ASSET_CLASSES[lane % ASSET_CLASSES.len()];
        let of = |lane: usize| reach(Self::priority(lane), class(lane), &self.settings, members);
        self.reaches = (0..Self::COUNT).map(of).collect();
        self.uniform = self.reaches.iter().all(|reach| *reach == self.reaches[0]);
    }

    /// The class of urgency of a lane.
    pub(super) const fn priority(lane: usize) -> Priority {
        Priority::ALL[lane / ASSET_CLASSES.len()]
    }

    /// The lane of a request.
    pub(super) fn lane(&self, record: &Record) -> usize {
        Self::place(self.classes.of(record), record.command.symbol())
    }

    /// Of those that serve, whom the orders of an ordinary client for a symbol go to.
    pub(super) fn belongs(&self, symbol: SymbolId, serving: NodeSet) -> NodeSet {
        let Reach { first, resort, .. } = *self.reach(Self::place(Priority::Normal, symbol));
        or_all(within(first, serving), within(resort, serving))
    }

    /// The lane of requests of a class for a symbol.
    fn place(priority: Priority, symbol: SymbolId) -> usize {
        let class = symbol.instrument().map_or(0, |instrument| instrument.class as usize);
        priority.index() * ASSET_CLASSES.len() + class
    }

    /// How urgent a request is.
    pub(super) fn class(&self, record: &Record) -> Priority {
        self.classes.of(record)
    }

    /// Whom the requests of a lane may go to.
    pub(super) fn reach(&self, lane: usize) -> &Reach {
        &self.reaches[lane]
    }

    /// Which requests may travel together, for all that is known of whom they may go to: those of one number.
    pub(super) fn company(&self, record: &Record) -> usize {
        if self.uniform { 0 } else { self.lane(record) }
    }
}

fn reach(priority: Priority, class: AssetClass, settings: &BalancerSettings, members: NodeSet) -> Reach {
    let home = class_nodes(class, settings, members);
    let vip: NodeSet = settings.vip_nodes.iter().copied().filter(|node| members.contains(*node)).collect();
    let risk = settings.pools.named(Function::Risk, members);
    let first = match priority {
        Priority::Emergency if !risk.is_empty() => risk,
        Priority::Emergency | Priority::Vip if !vip.is_empty() => vip,
        Priority::Emergency | Priority::Vip => home,
        Priority::Normal | Priority::Bulk => or_all(without(home, vip), home),
    };
    let spill = match priority {
        Priority::Emergency | Priority::Vip => without(home, first),
        Priority::Normal | Priority::Bulk => NodeSet::default(),
    };
    Reach { first, spill, resort: members }
}

/// The nodes of execution that serve an asset class.
fn class_nodes(class: AssetClass, settings: &BalancerSettings, members: NodeSet) -> NodeSet {
    let pool = settings.pools.nodes(Function::Execution, members);
    let of = |class| within(settings.class_nodes.of(class), pool);
    let own = of(class);
    if !own.is_empty() {
        return own;
    }
    let rest = ASSET_CLASSES.into_iter().fold(pool, |rest, other| without(rest, of(other)));
    or_all(rest, pool)
}

fn within(set: NodeSet, other: NodeSet) -> NodeSet {
    set.iter().filter(|node| other.contains(*node)).collect()
}

fn without(set: NodeSet, other: NodeSet) -> NodeSet {
    set.iter().filter(|node| !other.contains(*node)).collect()
}

fn or_all(set: NodeSet, all: NodeSet) -> NodeSet {
    if set.is_empty() { all } else { set }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::balancing::{ClassNodes, Pools};
    use crate::domain::ids::NodeId;

    fn nodes(numbers: &[u8]) -> Vec<NodeId> {
        numbers.iter().map(|number| NodeId(*number)).collect()
    }

    fn of(settings: &BalancerSettings, priority: Priority, class: AssetClass) -> (Vec<u8>, Vec<u8>) {
        let reach = reach(priority, class, settings, NodeId::first(5).collect());
        let numbers = |set: NodeSet| set.iter().map(|node| node.0).collect();
        assert_eq!(reach.resort.len(), 5);
        (numbers(reach.first), numbers(reach.spill))
    }

    #[test]
    fn by_default_everybody_may_go_everywhere() {
        let settings = BalancerSettings::default();
        for priority in Priority::ALL {
            assert_eq!(of(&settings, priority, AssetClass::Forex), (vec![1, 2, 3, 4, 5], vec![]));
        }
    }

    #[test]
    fn vip_clients_have_their_nodes_and_spill_over_and_nobody_spills_back() {
        let settings = BalancerSettings { vip_nodes: nodes(&[1]), ..BalancerSettings::default() };
        assert_eq!(of(&settings, Priority::Vip, AssetClass::Crypto), (vec![1], vec![2, 3, 4, 5]));
        assert_eq!(of(&settings, Priority::Emergency, AssetClass::Crypto), (vec![1], vec![2, 3, 4, 5]));
        assert_eq!(of(&settings, Priority::Normal, AssetClass::Crypto), (vec![2, 3, 4, 5], vec![]));
        assert_eq!(of(&settings, Priority::Bulk, AssetClass::Crypto), (vec![2, 3, 4, 5], vec![]));
    }

    #[test]
    fn an_asset_class_stays_on_its_nodes_and_the_others_share_the_rest() {
        let class_nodes = ClassNodes { crypto: nodes(&[1, 2]), ..ClassNodes::default() };
        let settings = BalancerSettings { class_nodes, vip_nodes: nodes(&[2, 3]), ..BalancerSettings::default() };
        assert_eq!(of(&settings, Priority::Normal, AssetClass::Crypto), (vec![1], vec![]));
        assert_eq!(of(&settings, Priority::Normal, AssetClass::Equity), (vec![4, 5], vec![]));
        assert_eq!(of(&settings, Priority::Vip, AssetClass::Crypto), (vec![2, 3], vec![1]));
    }

    #[test]
    fn pools_keep_functions_apart() {
        let pools = Pools { market_data: nodes(&[4]), risk: nodes(&[5]), ..Pools::default() };
        let settings = BalancerSettings { pools, ..BalancerSettings::default() };
        assert_eq!(of(&settings, Priority::Vip, AssetClass::Crypto), (vec![1, 2, 3], vec![]));
        assert_eq!(of(&settings, Priority::Emergency, AssetClass::Crypto), (vec![5], vec![1, 2, 3]));
    }

    #[test]
    fn a_rule_that_would_leave_nobody_is_not_applied() {
        let settings = BalancerSettings { vip_nodes: nodes(&[1, 2, 3, 4, 5, 9]), ..BalancerSettings::default() };
        assert_eq!(of(&settings, Priority::Normal, AssetClass::Crypto).0, [1, 2, 3, 4, 5]);
        let strangers = BalancerSettings { vip_nodes: nodes(&[9]), ..BalancerSettings::default() };
        assert_eq!(of(&strangers, Priority::Vip, AssetClass::Crypto), (vec![1, 2, 3, 4, 5], vec![]));
    }
}
