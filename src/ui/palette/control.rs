//! Controls as text, for the palette: `crash n3`, `isolate leader:p2`, `burst 100k over 2s`.
//!
//! Idea: one grammar. The palette reads what a scenario file reads, by the same parser, so a command that was tried by
//! hand can be put into a file as it stands. Only what is *no* control is decided here: a bare verb that needs more is a
//! search, and so is `kill the leader`.
//! Errors: a `Complaint` of the grammar: the word that is wrong, what is allowed, the nearest spelling.

use crate::document::problem::Complaint;
use crate::domain::control::Control;
use crate::domain::ids::GroupId;
use crate::domain::view::ClusterView;
use crate::lesson::action::{self, Context};
use crate::ui::action::ActionSpec;
use crate::ui::registry;
use crate::ui::state::UiState;

/// The verbs that spell an action with a key of its own out.
pub(super) const VERBS: [(&str, &str); 31] = [
    ("burst", "load.burst"),
    ("rate", "load.rate"),
    ("load", "load.toggle"),
    ("ack", "ack.next"),
    ("strategy", "balancer.next"),
    ("reads", "reads.next"),
    ("rule", "rule.switch"),
    ("ticks", "ticks.rate"),
    ("tick-burst", "ticks.burst"),
    ("overload", "ticks.overload"),
    ("signals", "signals.trade"),
    ("buy", "order.form"),
    ("sell", "order.sell"),
    ("spread", "order.spread"),
    ("query", "order.query"),
    ("replace", "order.replace"),
    ("cancel", "order.cancel"),
    ("trades", "order.trades"),
    ("find", "trade.find"),
    ("find", "capacity.find"),
    ("admission", "admission.switch"),
    ("move", "symbol.move"),
    ("add", "node.add"),
    ("decommission", "node.decommission"),
    ("cut", "links.cut"),
    ("hot", "load.hot"),
    ("skew", "load.skew"),
    ("divide", "data.divide"),
    ("split", "data.split"),
    ("stay", "data.stay"),
    ("venue", "venue.toggle"),
];

/// The verbs of the grammar.
pub fn verbs() -> Vec<&'static str> {
    action::verbs()
}

/// The verb of a command that is being typed, with the action that it spells out.
pub(super) fn spec_of(text: &str) -> Option<(&'static str, &'static ActionSpec)> {
    let word = text.split_whitespace().next()?;
    let (verb, id) = VERBS.iter().find(|(verb, _)| *verb == word)?;
    Some((verb, registry::by_name(id)?))
}

/// What a control means that names no node or group: the selected one, the one in view.
pub fn context(state: &UiState, view: &ClusterView) -> Context {
    let partitions = view.groups.iter().filter(|group| group.id != GroupId::META).count();
    Context { nodes: view.nodes.len(), partitions, group: state.group, selected: Some(state.selected) }
}

/// Reads a control. `None` if it is none, and so a search.
pub fn palette_control(text: &str, context: &Context) -> Option<Result<Control, Complaint>> {
    let (verb, bare) = text.split_once(char::is_whitespace).map_or((text, true), |(verb, _)| (verb, false));
    if verb == "kill" {
        // The dashboard says kill where the files say crash; alone it means the selected node, as `crash` does.
        return action::parse_control(&text.replacen("kill", "crash", 1), context).ok().map(Ok);
    }
    if !verbs().contains(&verb) {
        return None;
    }
    let read = action::parse_control(text, context);
    if bare { read.ok().map(Ok) } else { Some(read) }
}
