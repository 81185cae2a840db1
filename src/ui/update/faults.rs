//! Faults: which control a key means, given what is selected and what is so already.
//!
//! Idea: a key says *kill*, the view says who is selected and whether that makes sense; a key that makes none is
//! refused with a reason instead of sent. Hints ask the same function, so a dimmed hint and a refusal never differ.
//! Shape: `plan` is pure: `(kind, state, view) -> Control | Refusal`.

use super::lab;
use super::refusal::Refusal;
use crate::domain::control::{Control, Target};
use crate::domain::hand::{HandOrder, HandRequest};
use crate::domain::ids::{GroupId, NodeId, SymbolId};
use crate::domain::order::ReadFrom;
use crate::domain::rules::{AckRule, Strategy};
use crate::domain::venue::Door;
use crate::domain::view::{ClusterView, Duty, GroupView, NodeTruth, NodeView, Reach};
use crate::ui::action::ActionKind;
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

/// What a key that changes the cluster means now.
pub fn plan(kind: ActionKind, state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    use ActionKind as Kind;
    let selected = state.selected;
    let target = Target::Node(selected);
    let refuse = |id| Err(Refusal::new(id).with("node", selected));
    let shown = node(view, selected).ok_or_else(|| Refusal::new("toast-no-node").with("node", selected))?;
    let dead = matches!(shown.truth, NodeTruth::Down | NodeTruth::Halted);
    match kind {
        Kind::Kill | Kind::Freeze | Kind::Poison if dead => refuse("toast-already-down"),
        Kind::Kill => Ok(Control::Crash(target)),
        Kind::Poison if shown.truth == NodeTruth::Frozen => refuse("toast-frozen"),
        Kind::Poison => Ok(Control::Poison(target)),
        Kind::Freeze if shown.truth == NodeTruth::Frozen => Ok(Control::Thaw(target)),
        Kind::Freeze => Ok(Control::Freeze(target)),
        Kind::Recover if dead => Ok(Control::Recover(target)),
        Kind::Recover if shown.truth == NodeTruth::Frozen => Ok(Control::Thaw(target)),
        Kind::Recover => refuse("toast-already-up"),
        Kind::RecoverAll if view.nodes.iter().all(|node| node.truth.runs()) => Err(Refusal::new("toast-all-up")),
        Kind::RecoverAll => Ok(Control::RecoverAll),
        Kind::RollingRestart => Ok(Control::RollingRestart),
        // One link that is cut does not isolate a node: often it is the other end that is isolated.
        Kind::Isolate if matches!(shown.reach, Reach::All | Reach::Partly) => Ok(Control::Isolate(target)),
        Kind::Isolate => Ok(Control::Rejoin(target)),
        Kind::Mute if shown.reach == Reach::Muted => Ok(Control::Rejoin(target)),
        Kind::Mute if shown.reach == Reach::Isolated => refuse("toast-already-cut"),
        Kind::Mute => Ok(Control::Mute(target)),
        Kind::HealAll if view.net.cuts.is_empty() => Err(Refusal::new("toast-no-cuts")),
        Kind::HealAll => Ok(Control::HealAll),
        Kind::Drain if drained(view, selected) => Ok(Control::Undrain(target)),
        Kind::Drain => Ok(Control::Drain(target)),
        Kind::Venue => match view.venues.venues.last() {
            Some(row) => Ok(Control::SetVenue { venue: row.venue, open: row.door != Door::Open }),
            None => Err(Refusal::new("toast-no-venues")),
        },
        Kind::Lab(key) => lab::plan(key, state, view),
        Kind::Degrade => Ok(Control::SlowDisk { node: target, slow: !shown.disk.slow }),
        Kind::KillLeader => leader(state, view).map(|_| Control::Crash(Target::Leader(state.group))),
        Kind::LeaderAlone => leader(state, view).map(|_| Control::Isolate(Target::Leader(state.group))),
        Kind::Failover => leader(state, view).map(|leader| {
            let fits = group(view, state.group).and_then(|group| group.replica(selected));
            let to = fits.filter(|replica| replica.alive && replica.node != leader).map(|replica| replica.node);
            Control::Transfer { group: state.group, to }
        }),
        Kind::ForceElection => Ok(Control::ForceElection(state.group)),
        kind => Ok(switch(kind, view)),
    }
}

/// The keys that walk through the values of a setting.
fn switch(kind: ActionKind, view: &ClusterView) -> Control {
    match kind {
        ActionKind::Ack => Control::SetAck(match view.flow.ack {
            AckRule::Leader => AckRule::Majority,
            AckRule::Majority => AckRule::All,
            AckRule::All | AckRule::Count(_) => AckRule::Leader,
        }),
        ActionKind::Strategy => {
            let place = Strategy::ALL.iter().position(|strategy| *strategy == view.balancer.strategy);
            Control::SetStrategy(Strategy::ALL[place.map_or(0, |place| (place + 1) % Strategy::ALL.len())])
        }
        ActionKind::ReadFrom => Control::SetReadFrom(match view.flow.read_from {
            ReadFrom::Leader => ReadFrom::Replica,
            ReadFrom::Replica => ReadFrom::Fallback,
            ReadFrom::Fallback => ReadFrom::Leader,
        }),
        _ => Control::SetLoad(!view.flow.load_on),
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
