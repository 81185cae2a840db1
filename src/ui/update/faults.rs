//! Faults: which control a key means, given what is selected and what is so already.
//!
//! Idea: a key says *kill*, the view says who is selected and whether that makes sense; a key that makes none is
//! refused with a reason instead of sent. Hints ask the same function, so a dimmed hint and a refusal never differ.
//! Shape: every plan is pure: `(state, view) -> Control | Refusal`; the registry's rows name them.

use super::refusal::Refusal;
use crate::domain::control::{Control, Target, Wording};
use crate::domain::hand::{HandOrder, HandRequest};
use crate::domain::ids::{NodeId, SymbolId};
use crate::domain::order::ReadFrom;
use crate::domain::rules::{AckRule, Strategy};
use crate::domain::venue::Door;
use crate::domain::view::{ClusterView, Duty, NodeTruth, NodeView, Reach};
use crate::ui::state::UiState;

/// A node of the view.
pub fn node(view: &ClusterView, id: NodeId) -> Option<&NodeView> {
    view.nodes.iter().find(|node| node.id == id)
}

/// Whether the balancer gives the node's gateway nothing new.
pub fn drained(view: &ClusterView, id: NodeId) -> bool {
    view.balancer.workers.iter().any(|worker| worker.node == id && worker.duty != Duty::Serving)
}

/// The nodes that are there: those of the view, without those that have left.
pub(in crate::ui) fn members(view: &ClusterView) -> impl DoubleEndedIterator<Item = &NodeView> {
    view.nodes.iter().filter(|node| node.truth != NodeTruth::Gone)
}

/// Why a control cannot be meant: it names a node that has left.
pub(super) fn of_the_gone(control: Control, view: &ClusterView) -> Option<Refusal> {
    let named = view.nodes.iter().filter(|node| control.names(node.id));
    named.map(|node| member(view, node.id)).find_map(Result::err)
}

/// A node that is there.
pub(in crate::ui) fn member(view: &ClusterView, id: NodeId) -> Result<&NodeView, Refusal> {
    match node(view, id) {
        None => Err(Refusal::new("toast-no-node").with("node", id)),
        Some(node) if node.truth == NodeTruth::Gone => Err(Refusal::new("toast-gone").with("node", id)),
        Some(node) => Ok(node),
    }
}

/// The selected node, if it is there.
fn shown<'v>(state: &UiState, view: &'v ClusterView) -> Result<&'v NodeView, Refusal> {
    member(view, state.selected)
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
        NodeTruth::Up | NodeTruth::Slow | NodeTruth::Sync | NodeTruth::Gone => {
            Err(refusal(if node.reach.is_cut_off() { "toast-up-but-cut" } else { "toast-already-up" }, state))
        }
    }
}

/// Every node comes back.
pub fn recover_all(_: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    if !view.nodes.iter().all(|node| node.truth.runs()) {
        return Ok(Control::RecoverAll);
    }
    let cut_off = view.nodes.iter().find(|node| node.reach.is_cut_off());
    Err(cut_off.map_or(Refusal::new("toast-all-up"), |node| Refusal::new("toast-all-up-but-cut").with("node", node.id)))
}

/// The selected node is cut off, or let back in. One link that is cut does not isolate a node: often it is the other end
/// that is isolated.
pub fn isolate(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let node = shown(state, view)?;
    let target = Target::Node(node.id);
    let is_whole = matches!(node.reach, Reach::All | Reach::Delayed | Reach::Partly);
    Ok(if is_whole { Control::Isolate(target) } else { Control::Rejoin(target) })
}

/// The selected node hears, and is not heard; or is heard again.
pub fn mute(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let node = shown(state, view)?;
    match node.reach {
        Reach::Muted => Ok(Control::Rejoin(Target::Node(node.id))),
        Reach::Isolated => Err(refusal("toast-already-cut", state)),
        Reach::All | Reach::Delayed | Reach::Partly => Ok(Control::Mute(Target::Node(node.id))),
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
    let fits = view.group(state.group).and_then(|group| group.replica(state.selected));
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
    view.group(state.group).and_then(|group| group.leader).map(|leader| leader.to_string())
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
    let leader = view.group(state.group).and_then(|group| group.leader);
    leader.ok_or_else(|| Refusal::new("toast-no-leader").with("group", state.group))
}

/// A control in words, as done: its price, if it has one, as people write it. The view knows the order that a change
/// concerns, and by its symbol how the price is written.
pub fn done(control: &Control, view: &ClusterView) -> Wording {
    let words = control.words();
    let Control::Hand(HandRequest::Replace { order, price, .. }) = *control else { return words };
    let symbol = view.hand.iter().find(|known| known.sequence == order).and_then(HandOrder::symbol);
    match symbol.and_then(SymbolId::instrument) {
        Some(instrument) => words.showing("price", &instrument.show_price(price)),
        None => words,
    }
}
