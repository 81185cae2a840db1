//! Faults: which control a key means, given what is selected and what is so already.
//!
//! Idea: a key says *kill*, the view says who is selected and whether that makes sense; a key that makes none is
//! refused with a reason instead of sent. Hints ask the same function, so a dimmed hint and a refusal never differ.
//! Shape: every plan is pure: `(state, view) -> Control | Refusal`; the registry's rows name them.

use super::refusal::Refusal;
use crate::domain::control::{Control, Target};
use crate::domain::hand::{HandOrder, HandRequest};
use crate::domain::ids::{GroupId, NodeId, SymbolId};
use crate::domain::order::ReadFrom;
use crate::domain::rules::{AckRule, Strategy};
use crate::domain::venue::Door;
use crate::domain::view::{ClusterView, Duty, GroupView, NodeTruth, NodeView, Reach};
use crate::ui::state::UiState;

/// A node of the view.
pub fn node(view: &ClusterView, id: NodeId) -> Option<&NodeView> {
    view.nodes.iter().find(|node| node.id == id)
}

/// A group of the view.
pub fn group(view: &ClusterView, id: GroupId) -> Option<&GroupView> {
    view.groups.iter().find(|group| group.id == id)
}

/// Whether the balancer gives the node's gateway nothing new.
pub fn drained(view: &ClusterView, id: NodeId) -> bool {
    view.balancer.workers.iter().any(|worker| worker.node == id && worker.duty != Duty::Serving)
}

/// The selected node, if the view has it.
fn shown<'v>(state: &UiState, view: &'v ClusterView) -> Result<&'v NodeView, Refusal> {
    node(view, state.selected).ok_or_else(|| refusal("toast-no-node", state))
}

/// The selected node, unless it is dead.
fn alive<'v>(state: &UiState, view: &'v ClusterView) -> Result<&'v NodeView, Refusal> {
    let shown = shown(state, view)?;
    if is_dead(shown) { Err(refusal("toast-already-down", state)) } else { Ok(shown) }
}

const fn is_dead(node: &NodeView) -> bool {
    matches!(node.truth, NodeTruth::Down | NodeTruth::Halted)
}

fn refusal(id: &'static str, state: &UiState) -> Refusal {
    Refusal::new(id).with("node", state.selected)
}

/// The selected node dies.
pub fn kill(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    alive(state, view).map(|node| Control::Crash(Target::Node(node.id)))
}

/// The selected node panics.
pub fn poison(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let node = alive(state, view)?;
    if node.truth == NodeTruth::Frozen {
        return Err(refusal("toast-frozen", state));
    }
    Ok(Control::Poison(Target::Node(node.id)))
}

/// The selected node freezes, or thaws.
pub fn freeze(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let node = alive(state, view)?;
    let target = Target::Node(node.id);
    Ok(if node.truth == NodeTruth::Frozen { Control::Thaw(target) } else { Control::Freeze(target) })
}

/// The selected node recovers, or thaws.
pub fn recover(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let node = shown(state, view)?;
    let target = Target::Node(node.id);
    match node.truth {
        NodeTruth::Down | NodeTruth::Halted => Ok(Control::Recover(target)),
        NodeTruth::Frozen => Ok(Control::Thaw(target)),
        NodeTruth::Up | NodeTruth::Slow | NodeTruth::Sync | NodeTruth::Gone => Err(refusal("toast-already-up", state)),
    }
}

/// Every node comes back.
pub fn recover_all(_: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    if view.nodes.iter().all(|node| node.truth.runs()) {
        return Err(Refusal::new("toast-all-up"));
    }
    Ok(Control::RecoverAll)
}

/// The selected node is cut off, or let back in. One link that is cut does not isolate a node: often it is the other end
/// that is isolated.
pub fn isolate(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let node = shown(state, view)?;
    let target = Target::Node(node.id);
    let is_whole = matches!(node.reach, Reach::All | Reach::Partly);
    Ok(if is_whole { Control::Isolate(target) } else { Control::Rejoin(target) })
}

/// The selected node hears, and is not heard; or is heard again.
pub fn mute(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let node = shown(state, view)?;
    match node.reach {
        Reach::Muted => Ok(Control::Rejoin(Target::Node(node.id))),
        Reach::Isolated => Err(refusal("toast-already-cut", state)),
        Reach::All | Reach::Partly => Ok(Control::Mute(Target::Node(node.id))),
    }
}

/// Every link passes again.
pub fn heal_all(_: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    if view.net.cuts.is_empty() { Err(Refusal::new("toast-no-cuts")) } else { Ok(Control::HealAll) }
}

/// The selected node's gateway is given nothing new, or takes part again.
pub fn drain(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let target = Target::Node(shown(state, view)?.id);
    Ok(if drained(view, state.selected) { Control::Undrain(target) } else { Control::Drain(target) })
}

/// The last venue takes no more orders, or takes them again.
pub fn toggle_venue(_: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let row = view.venues.venues.last().ok_or_else(|| Refusal::new("toast-no-venues"))?;
    Ok(Control::SetVenue { venue: row.venue, open: row.door != Door::Open })
}

/// The selected node's disk is slow, or as it was.
pub fn degrade(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let node = shown(state, view)?;
    Ok(Control::SlowDisk { node: Target::Node(node.id), slow: !node.disk.slow })
}

/// The leader of the group in view dies.
pub fn kill_leader(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    leader(state, view).map(|_| Control::Crash(Target::Leader(state.group)))
}

/// The leader of the group in view is cut off.
pub fn isolate_leader(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    leader(state, view).map(|_| Control::Isolate(Target::Leader(state.group)))
}

/// Leadership is handed over to the selected node, or to the best follower.
pub fn fail_over(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let leader = leader(state, view)?;
    let fits = group(view, state.group).and_then(|group| group.replica(state.selected));
    let to = fits.filter(|replica| replica.alive && replica.node != leader).map(|replica| replica.node);
    Ok(Control::Transfer { group: state.group, to })
}

/// An election is forced.
pub fn force_election(state: &UiState, _: &ClusterView) -> Result<Control, Refusal> {
    Ok(Control::ForceElection(state.group))
}

/// The next acknowledgement rule.
pub fn next_ack(_: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    Ok(Control::SetAck(match view.flow.ack {
        AckRule::Leader => AckRule::Majority,
        AckRule::Majority => AckRule::All,
        AckRule::All | AckRule::Count(_) => AckRule::Leader,
    }))
}

/// The next strategy of the balancer.
pub fn next_strategy(_: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let place = Strategy::ALL.iter().position(|strategy| *strategy == view.balancer.strategy);
    Ok(Control::SetStrategy(Strategy::ALL[place.map_or(0, |place| (place + 1) % Strategy::ALL.len())]))
}

/// Reads from the leader, a replica, or a replica while there is no leader.
pub fn next_reads(_: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    Ok(Control::SetReadFrom(match view.flow.read_from {
        ReadFrom::Leader => ReadFrom::Replica,
        ReadFrom::Replica => ReadFrom::Fallback,
        ReadFrom::Fallback => ReadFrom::Leader,
    }))
}

/// The steady load runs, or stops.
pub fn toggle_load(_: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    Ok(Control::SetLoad(!view.flow.load_on))
}

/// Whom a hint names: the selected node.
pub fn selected(state: &UiState, _: &ClusterView) -> Option<String> {
    Some(state.selected.to_string())
}

/// Whom a hint names: who leads the group in view.
pub fn leader_in_view(state: &UiState, view: &ClusterView) -> Option<String> {
    group(view, state.group).and_then(|group| group.leader).map(|leader| leader.to_string())
}

/// What a hint names: the group in view.
pub fn group_in_view(state: &UiState, _: &ClusterView) -> Option<String> {
    Some(state.group.to_string())
}

/// What a hint names: from whom to whom leadership of the group in view would go.
pub fn way_of_failover(state: &UiState, view: &ClusterView) -> Option<String> {
    match (leader(state, view), fail_over(state, view)) {
        (Ok(from), Ok(Control::Transfer { group, to: Some(to) })) => Some(format!("{group}: {from} -> {to}")),
        _ => group_in_view(state, view),
    }
}

/// The leader of the group in view.
fn leader(state: &UiState, view: &ClusterView) -> Result<NodeId, Refusal> {
    let leader = group(view, state.group).and_then(|group| group.leader);
    leader.ok_or_else(|| Refusal::new("toast-no-leader").with("group", state.group))
}

/// A control in words: a text id and its arguments, targets by name. The view knows the order that a change concerns, and
/// by its symbol how the price is written.
pub fn describe(control: Control, view: &ClusterView) -> Refusal {
    let (id, target) = match control {
        Control::Crash(target) => ("done-crash", Some(target)),
        Control::Recover(target) => ("done-recover", Some(target)),
        Control::RecoverAll => ("done-recover-all", None),
        Control::Freeze(target) => ("done-freeze", Some(target)),
        Control::Thaw(target) => ("done-thaw", Some(target)),
        Control::RollingRestart => ("done-restart", None),
        Control::Cut { from, to } => return Refusal::new("done-cut").with("from", name(from)).with("to", name(to)),
        Control::Heal { from, to } => return Refusal::new("done-heal").with("from", name(from)).with("to", name(to)),
        Control::Isolate(target) => ("done-isolate", Some(target)),
        Control::Mute(target) => ("done-mute", Some(target)),
        Control::Rejoin(target) => ("done-rejoin", Some(target)),
        Control::HealAll => ("done-heal-all", None),
        Control::SlowDisk { node, slow: true } => ("done-slow", Some(node)),
        Control::SlowDisk { node, slow: false } => ("done-fast", Some(node)),
        Control::Transfer { group, to: Some(to) } => {
            return Refusal::new("done-transfer").with("group", group).with("to", to);
        }
        Control::Transfer { group, to: None } => return Refusal::new("done-transfer-best").with("group", group),
        Control::ForceElection(group) => return Refusal::new("done-elect").with("group", group),
        Control::SetAck(AckRule::Count(count)) => return Refusal::new("done-ack-count").with("n", count),
        Control::SetAck(rule) => return Refusal::new("done-ack").with("rule", rule),
        Control::SetRule { rule, on } => {
            return Refusal::new(if on { "done-rule-on" } else { "done-rule-off" }).with("rule", rule.name());
        }
        Control::SetStrategy(strategy) => return Refusal::new("done-strategy").with("strategy", strategy.name()),
        Control::SetLoad(on) => (if on { "done-load-on" } else { "done-load-off" }, None),
        Control::SetRate(rate) => return Refusal::new("done-rate").with("rate", short(rate)),
        Control::SetRateOfCapacity(percent) => return Refusal::new("done-rate-of-capacity").with("n", percent),
        Control::FindCapacity => ("done-find-capacity", None),
        Control::SetAdmission(on) => (if on { "done-admission-on" } else { "done-admission-off" }, None),
        Control::SetSkew(skew) => return Refusal::new("done-skew").with("n", skew),
        Control::HotSymbol { percent: 0, .. } => ("done-hot-off", None),
        Control::HotSymbol { symbol, percent } => {
            return Refusal::new("done-hot").with("symbol", symbol.name()).with("n", percent);
        }
        Control::SetReadFrom(ReadFrom::Leader) => ("done-reads-leader", None),
        Control::SetReadFrom(ReadFrom::Replica) => ("done-reads-replica", None),
        Control::SetReadFrom(ReadFrom::Fallback) => ("done-reads-fallback", None),
        Control::Burst(burst) => return Refusal::new("done-burst").with("orders", short(burst.orders)),
        Control::Hand(request) => return Refusal::new("done-hand").with("what", hand(&request, view)),
        Control::SetTickRate(rate) => return Refusal::new("done-ticks").with("rate", short(rate)),
        Control::TickBurst(burst) => return Refusal::new("done-tick-burst").with("ticks", short(burst.ticks)),
        Control::SetOverload(rule) => return Refusal::new("done-overload").with("rule", rule.name()),
        Control::SetSignalsTrade(on) => (if on { "done-signals-on" } else { "done-signals-off" }, None),
        Control::Drain(target) => ("done-drain", Some(target)),
        Control::Undrain(target) => ("done-undrain", Some(target)),
        Control::Poison(target) => ("done-poison", Some(target)),
        Control::AddNode => ("done-add-node", None),
        Control::Decommission(target) => ("done-decommission", Some(target)),
        Control::Replace(target) => ("done-replace", Some(target)),
        Control::Divide(strategy) => return Refusal::new("done-divide").with("strategy", strategy.name()),
        Control::Split => ("done-split", None),
        Control::MoveSymbol { symbol, to } => {
            return Refusal::new("done-move").with("symbol", symbol.name()).with("group", to);
        }
        Control::StopMoves => ("done-stay", None),
        Control::ReadTrades(_) => {
            return Refusal::new("done-trades").with("what", crate::lesson::action::show(&control));
        }
        Control::FindTrade(id) => return Refusal::new("done-find").with("id", id),
        Control::LoseChange { node, .. } => ("done-lose-change", Some(node)),
        Control::SetVenue { venue, open } => {
            return Refusal::new(if open { "done-venue-open" } else { "done-venue-close" }).with("venue", venue);
        }
    };
    let words = Refusal::new(id);
    target.map_or(words.clone(), |target| words.with("node", name(target)))
}

/// An order of the hand as lessons write it; a change of one with its price as people do.
fn hand(request: &HandRequest, view: &ClusterView) -> String {
    let HandRequest::Replace { order, price, quantity } = *request else {
        return crate::lesson::action::show(&Control::Hand(*request));
    };
    let symbol = view.hand.iter().find(|known| known.sequence == order).and_then(HandOrder::symbol);
    let at = symbol.and_then(SymbolId::instrument).map_or_else(|| price.0.to_string(), |it| it.show_price(price));
    format!("replace #{} {} at {at}", order.0, quantity.0)
}

/// A round number as the palette takes it: `100k`, `1M`.
fn short(number: u64) -> String {
    match number {
        0 => "0".to_owned(),
        number if number.is_multiple_of(1_000_000) => format!("{}M", number / 1_000_000),
        number if number.is_multiple_of(1_000) => format!("{}k", number / 1_000),
        number => number.to_string(),
    }
}

/// A target as people write it.
pub fn name(target: Target) -> String {
    match target {
        Target::Node(node) => node.to_string(),
        Target::Leader(group) => format!("leader:{group}"),
        Target::Follower(group) => format!("follower:{group}"),
        Target::Random => "random".to_owned(),
    }
}
