//! Undo: every change of the cluster with the controls that take it back.
//!
//! Idea: `u` applies the inverse *now* (what was killed is recovered, what was cut is healed); it does not turn back
//! time. The inverse is worked out from the view before the change, so it restores exactly what was: of a node with one
//! link cut already, undoing *isolate* heals only the others, and those of the nodes that joined meanwhile.
//! What somebody mended by hand meanwhile is skipped, once the view is late enough to tell; a run that is paused, or slow,
//! has not shown yet what was done last, and then the cluster's answer decides.
//! Bound: [`UndoList::MAX`]; the oldest is forgotten.

use super::answers;
use super::faults::{self, node};
use super::lab;
use super::order;
use super::refusal::Refusal;
use super::{Given, Request};
use crate::domain::control::{Control, Target};
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::time::SimDuration;
use crate::domain::venue::Door;
use crate::domain::view::{ClusterView, NodeTruth};
use crate::ui::action::ActionId;
use crate::ui::state::{Act, UiState, Undo, UndoList};

/// Virtual time after which a view shows what a change has done.
const SHOWN_AFTER: SimDuration = SimDuration::from_secs(1);

/// Sends a control, and remembers how to take it back and what to say when it is done.
pub(super) fn change(
    state: &mut UiState,
    given: &Given<'_>,
    control: Control,
    out: &mut Vec<Request>,
) -> Result<(), Refusal> {
    super::can(given, control.needs())?;
    if let Some(refusal) = faults::of_the_gone(control, given.view) {
        return Err(refusal);
    }
    out.push(control.into());
    let done = resolve(control, given.view);
    // Whom the role meant is who the next key is about: `r` after `X` brings the leader back.
    let victim = given.view.nodes.iter().find(|node| done.names(node.id) && !control.names(node.id));
    state.selected = victim.map_or(state.selected, |node| node.id);
    let inverse = inverse(done, given.view);
    let said = lab::with_the_leader(given.words.done(&faults::done(&done, given.view)), done, given);
    let said = order::with_the_pause(said, done, given);
    if inverse.is_empty() {
        answers::ask(state, Act::Final, &[control], ("toast-done", vec![("what", said)]));
        return Ok(());
    }
    let key = given.keymap.label(ActionId("fault.undo"));
    answers::ask(state, Act::Change(done), &[control], ("toast-done-undo", vec![("what", said), ("key", key)]));
    state.undo.undone.clear();
    remember(&mut state.undo.done, entry(done, inverse, given.view));
    Ok(())
}

/// Takes the latest change back that still stands.
pub(in crate::ui) fn undo(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    while let Some(entry) = state.undo.done.pop() {
        let mut inverse = entry.inverse.clone();
        inverse.extend(links_to_newcomers(&entry, given.view));
        if is_shown(&entry, given.view) {
            inverse = standing(inverse, given.view);
            if inverse.is_empty() {
                continue;
            }
        }
        out.extend(inverse.iter().map(|control| Request::from(*control)));
        let what = given.words.done(&faults::done(&entry.done, given.view));
        answers::ask(state, Act::Undo(entry.done), &inverse, ("toast-undone", vec![("what", what)]));
        remember(&mut state.undo.undone, Undo { at: given.view.run.now, ..entry });
        return Ok(());
    }
    Err(Refusal::new("toast-nothing-to-undo"))
}

/// Does again what was taken back last.
pub(in crate::ui) fn redo(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    while let Some(undone) = state.undo.undone.pop() {
        let now = inverse(undone.done, given.view);
        let again = if is_shown(&undone, given.view) {
            if now.is_empty() || faults::of_the_gone(undone.done, given.view).is_some() {
                continue;
            }
            entry(undone.done, now, given.view)
        } else {
            // What was taken back is not to be seen yet, so what takes it back stays what it was.
            Undo { at: given.view.run.now, ..undone }
        };
        out.push(again.done.into());
        let what = given.words.done(&faults::done(&again.done, given.view));
        answers::ask(state, Act::Redo(again.done), &[again.done], ("toast-done", vec![("what", what)]));
        remember(&mut state.undo.done, again);
        return Ok(());
    }
    Err(Refusal::new("toast-nothing-to-redo"))
}

fn remember(list: &mut Vec<Undo>, entry: Undo) {
    list.push(entry);
    let over = list.len().saturating_sub(UndoList::MAX);
    list.drain(..over);
}

fn entry(done: Control, inverse: Vec<Control>, view: &ClusterView) -> Undo {
    Undo { done, inverse, at: view.run.now, nodes: view.nodes.len() }
}

/// Whether the view is late enough to show what was done.
fn is_shown(entry: &Undo, view: &ClusterView) -> bool {
    view.run.now.since(entry.at) >= SHOWN_AFTER
}

/// What of it would still change something: nothing about a node that has left. A node that was frozen before it died is
/// recovered and frozen again, or neither.
fn standing(mut all: Vec<Control>, view: &ClusterView) -> Vec<Control> {
    all.retain(|control| faults::of_the_gone(*control, view).is_none());
    match all.as_slice() {
        [first @ Control::Recover(_), ..] if inverse(*first, view).is_empty() => Vec::new(),
        [Control::Recover(_), ..] => all,
        _ => {
            all.retain(|control| !inverse(*control, view).is_empty());
            all
        }
    }
}

/// A node that joins is cut off from one that is isolated or mute, too. These heal its links, except those that a fault of its own
/// cuts.
fn links_to_newcomers(entry: &Undo, view: &ClusterView) -> Vec<Control> {
    let newcomers = view.nodes.iter().skip(entry.nodes).map(|node| Target::Node(node.id));
    let has = |fault: Control| view.run.faults.iter().any(|known| known.control == fault);
    let (id, hears) = match entry.done {
        Control::Isolate(id) => (id, false),
        Control::Mute(id) => (id, true),
        _ => return Vec::new(),
    };
    let out = |peer| {
        let muted = !hears && has(Control::Mute(id));
        !muted && !has(Control::Isolate(peer)) && !has(Control::Cut { from: id, to: peer })
    };
    let back = |peer| {
        let muted = has(Control::Mute(peer)) || has(Control::Isolate(peer));
        !hears && !muted && !has(Control::Cut { from: peer, to: id })
    };
    let links = newcomers.flat_map(|peer| {
        let (to, from) = (out(peer).then_some((id, peer)), back(peer).then_some((peer, id)));
        to.into_iter().chain(from)
    });
    let heals = links.map(|(from, to)| Control::Heal { from, to });
    heals.filter(|heal| !inverse(*heal, view).is_empty()).collect()
}

/// The follower that the cluster picks: the first voter that runs and does not lead.
fn follower(view: &ClusterView, group: GroupId) -> Option<NodeId> {
    let group = view.group(group)?;
    let runs = |id: &NodeId| node(view, *id).is_some_and(|node| node.truth.runs());
    group.config.voters.iter().find(|id| Some(*id) != group.leader && runs(id))
}

/// The control with its target named: what was done to *the leader* was done to this node.
fn resolve(control: Control, view: &ClusterView) -> Control {
    let named = |target: Target| match target {
        Target::Leader(group) => view.group(group).and_then(|group| group.leader).map_or(target, Target::Node),
        Target::Follower(group) => follower(view, group).map_or(target, Target::Node),
        other => other,
    };
    control.aimed(named)
}

/// What takes a control back, worked out before it is carried out; nothing if it changes nothing, or for good.
pub fn inverse(control: Control, view: &ClusterView) -> Vec<Control> {
    let truth = |target| match target {
        Target::Node(id) => node(view, id).map(|node| node.truth),
        _ => None,
    };
    let when = |changes: bool, control: Control| if changes { vec![control] } else { Vec::new() };
    match control {
        Control::Crash(target) => match truth(target) {
            Some(NodeTruth::Frozen) => vec![Control::Recover(target), Control::Freeze(target)],
            Some(truth) => when(truth.runs(), Control::Recover(target)),
            None => Vec::new(),
        },
        Control::Poison(target) => when(truth(target).is_some_and(NodeTruth::runs), Control::Recover(target)),
        Control::Recover(target) => truth(target).map_or(Vec::new(), |truth| fallen(target, truth)),
        Control::RecoverAll => view.nodes.iter().flat_map(|node| fallen(Target::Node(node.id), node.truth)).collect(),
        Control::Freeze(target) => when(truth(target).is_some_and(NodeTruth::runs), Control::Thaw(target)),
        Control::Thaw(target) => when(truth(target) == Some(NodeTruth::Frozen), Control::Freeze(target)),
        Control::SlowDisk { node: Target::Node(id), slow } => {
            let changes = node(view, id).is_some_and(|node| node.disk.slow != slow);
            when(changes, Control::SlowDisk { node: Target::Node(id), slow: !slow })
        }
        Control::SetAck(rule) => when(rule != view.flow.ack, Control::SetAck(view.flow.ack)),
        Control::SetRule { rule, on } => {
            let was = view.run.settings.cluster.rules.on(rule);
            when(was != on, Control::SetRule { rule, on: was })
        }
        Control::Drain(Target::Node(id)) => when(!faults::drained(view, id), Control::Undrain(Target::Node(id))),
        Control::Undrain(Target::Node(id)) => when(faults::drained(view, id), Control::Drain(Target::Node(id))),
        Control::SetStrategy(strategy) => {
            when(strategy != view.balancer.strategy, Control::SetStrategy(view.balancer.strategy))
        }
        Control::SetLoad(on) => when(on != view.flow.load_on, Control::SetLoad(view.flow.load_on)),
        Control::SetRate(rate) => when(rate != view.flow.rate, Control::SetRate(view.flow.rate)),
        Control::SetRateOfCapacity(_) => vec![Control::SetRate(view.flow.rate)],
        Control::SetAdmission(on) => when(on != view.admission.on, Control::SetAdmission(view.admission.on)),
        Control::SetSkew(skew) => when(skew != view.flow.skew_per_mille, Control::SetSkew(view.flow.skew_per_mille)),
        Control::HotSymbol { symbol, percent } => {
            let wanted = (percent > 0).then_some((symbol, percent));
            when(wanted != view.flow.hot, Control::hot(view.flow.hot))
        }
        Control::SetReadFrom(from) => when(from != view.flow.read_from, Control::SetReadFrom(view.flow.read_from)),
        Control::SetTickRate(rate) => {
            let was = view.run.settings.market_data.ticks_per_s;
            let inverse = when(rate != was, Control::SetTickRate(was));
            // While the load is off a rate that is asked for goes at once; the load's own stood still.
            let stood = !view.flow.load_on && view.market.asked_per_s == 0;
            inverse.into_iter().chain(stood.then_some(Control::SetLoad(false))).collect()
        }
        Control::SetOverload(rule) => when(rule != view.market.overload, Control::SetOverload(view.market.overload)),
        Control::SetSignalsTrade(on) => when(on != view.market.trades, Control::SetSignalsTrade(view.market.trades)),
        Control::Divide(strategy) => when(strategy != view.data.strategy, Control::Divide(view.data.strategy)),
        Control::SetVenue { venue, open } => {
            let known = view.venues.venues.iter().find(|row| row.venue == venue);
            let changes = known.is_some_and(|row| (row.door == Door::Open) != open);
            when(changes, Control::SetVenue { venue, open: !open })
        }
        control => lifted(control, view).unwrap_or_else(|| links(control, view)),
    }
}

/// A fault that is lifted by a control of its own, and the other way round: what lifted it, it sets again.
fn lifted(control: Control, view: &ClusterView) -> Option<Vec<Control>> {
    if let Some(lift) = control.lifted() {
        return Some(vec![lift]);
    }
    let lifts = |fault: &Control| fault.lifted() == Some(control);
    view.run.faults.iter().map(|fault| fault.control).find(lifts).map(|fault| vec![fault])
}

/// How a node that does not run came to be so.
fn fallen(target: Target, truth: NodeTruth) -> Vec<Control> {
    match truth {
        NodeTruth::Down => vec![Control::Crash(target)],
        NodeTruth::Halted => vec![Control::Poison(target)],
        NodeTruth::Frozen => vec![Control::Freeze(target)],
        NodeTruth::Up | NodeTruth::Slow | NodeTruth::Sync | NodeTruth::Gone => Vec::new(),
    }
}

/// The links that open when a node rejoins: all that are cut, but those that a fault of the other node cuts.
fn rejoined(id: NodeId, view: &ClusterView) -> Vec<(NodeId, NodeId)> {
    let by_other = |(from, to): (NodeId, NodeId)| {
        let faults = || view.run.faults.iter().map(|fault| fault.control);
        let by_sender = from != id && faults().any(|fault| fault == Control::Mute(Target::Node(from)));
        let other = if from == id { to } else { from };
        by_sender || faults().any(|fault| fault == Control::Isolate(Target::Node(other)))
    };
    let mine = view.net.cuts.iter().copied().filter(|(from, to)| *from == id || *to == id);
    mine.filter(|link| !by_other(*link)).collect()
}

/// Whether it is a fault of this node's links, which ends when the node rejoins.
fn is_of(fault: &Control, id: NodeId) -> bool {
    let meant = Target::Node(id);
    match fault {
        Control::Isolate(who) | Control::Mute(who) => *who == meant,
        Control::Cut { from, to } => *from == meant || *to == meant,
        _ => false,
    }
}

/// What cuts these links again: first the faults of whole nodes (isolated, mute) that cut them and still do so in full, for those
/// also hold for nodes that join later; then the links that are left, one by one.
fn cut_again(opened: Vec<(NodeId, NodeId)>, ends: impl Fn(&Control) -> bool, view: &ClusterView) -> Vec<Control> {
    let cut = |link: &(NodeId, NodeId)| view.net.cuts.contains(link);
    let mut left = opened;
    let mut again = Vec::new();
    for fault in view.run.faults.iter().map(|fault| fault.control).filter(ends) {
        let (Control::Isolate(Target::Node(id)) | Control::Mute(Target::Node(id))) = fault else { continue };
        let hears = matches!(fault, Control::Mute(_));
        let peers = || view.nodes.iter().map(|node| node.id).filter(|peer| *peer != id);
        let links = || peers().flat_map(|peer| [Some((id, peer)), (!hears).then_some((peer, id))]).flatten();
        if links().all(|link| cut(&link)) && links().any(|link| left.contains(&link)) {
            left.retain(|link| !links().any(|known| known == *link));
            again.push(fault);
        }
    }
    again.extend(left.into_iter().map(|(from, to)| Control::Cut { from: Target::Node(from), to: Target::Node(to) }));
    again
}

/// What takes a change of links back: each direction that it would change, the other way round.
fn links(control: Control, view: &ClusterView) -> Vec<Control> {
    let all = || view.nodes.iter().map(|node| node.id);
    let out_of = |id: NodeId| all().filter(move |peer| *peer != id).map(move |peer| (id, peer));
    let into = |id: NodeId| all().filter(move |peer| *peer != id).map(move |peer| (peer, id));
    let (changed, cuts): (Vec<(NodeId, NodeId)>, bool) = match control {
        Control::Cut { from: Target::Node(from), to: Target::Node(to) } => (vec![(from, to)], true),
        Control::Heal { from: Target::Node(from), to: Target::Node(to) } => (vec![(from, to)], false),
        Control::Isolate(Target::Node(id)) => (out_of(id).chain(into(id)).collect(), true),
        Control::Mute(Target::Node(id)) => (out_of(id).collect(), true),
        Control::Rejoin(Target::Node(id)) => return cut_again(rejoined(id, view), |fault| is_of(fault, id), view),
        Control::HealAll => return cut_again(view.net.cuts.clone(), |_| true, view),
        _ => return Vec::new(),
    };
    let cut = |link: &(NodeId, NodeId)| view.net.cuts.contains(link);
    let back = |(from, to): (NodeId, NodeId)| {
        let (from, to) = (Target::Node(from), Target::Node(to));
        if cuts { Control::Heal { from, to } } else { Control::Cut { from, to } }
    };
    changed.into_iter().filter(|link| cut(link) != cuts).map(back).collect()
}
