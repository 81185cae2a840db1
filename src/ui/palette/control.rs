//! Controls as text, for the palette: `kill n3`, `isolate leader:p2`, `burst 100k over 2s`.
//!
//! Idea: one grammar. The palette reads what a scenario file reads, by the same parser, so a command that was tried by
//! hand can be put into a file as it stands. Only what is *no* control is decided here: a bare verb that needs more is a
//! search, and so is `kill the leader`.
//! Errors: a `Complaint` of the grammar: the word that is wrong, what is allowed, the nearest spelling.

use std::borrow::Cow;

use crate::document::problem::Complaint;
use crate::domain::control::{Control, Verb};
use crate::domain::hand::HandOrder;
use crate::domain::ids::GroupId;
use crate::domain::view::ClusterView;
use crate::lesson::action::{self, Context};
use crate::ui::action::ActionSpec;
use crate::ui::registry;
use crate::ui::state::UiState;

/// The verb of a command that is being typed, with the action that it spells out.
pub(super) fn spec_of(text: &str) -> Option<(&'static str, &'static ActionSpec)> {
    let verb = action::verb_of(text)?;
    let spec = registry::all().find(|spec| spec.verb == Some(verb))?;
    Some((verb.text(), spec))
}

/// The word that a command begins with if it was renamed, and the new one.
pub fn renamed(text: &str) -> Option<(&str, &'static str)> {
    let word = text.split_whitespace().next()?;
    let verb = action::verb_of(text)?.text();
    (verb != word).then_some((word, verb))
}

/// What a control means that names no node or group: the selected one, the one in view.
pub fn context(state: &UiState, view: &ClusterView) -> Context {
    let partitions = view.groups.iter().filter(|group| group.id != GroupId::META).count();
    let desk = Context::of_file(view.nodes.len(), partitions).trading(view.run.settings.market.instruments);
    Context { group: state.group, selected: Some(state.selected), ..desk }
}

/// The line with the symbol of the order that it amends: the desk knows it, and so a price is money here, not ticks.
pub fn with_symbol<'t>(line: &'t str, view: &ClusterView) -> Cow<'t, str> {
    let number = |word: &str| word.trim_start_matches('#').parse::<u64>().ok();
    if action::verb_of(line) != Some(Verb::Amend) {
        return line.into();
    }
    let order = line.split_whitespace().nth(1).and_then(number);
    let order = view.hand.iter().find(|known| Some(known.sequence.0) == order);
    match (order.and_then(HandOrder::symbol), line.split_once(" at ")) {
        (Some(symbol), Some((before, price))) if before.split_whitespace().count() == 3 => {
            format!("{before} {} at {price}", symbol.name()).into()
        }
        _ => line.into(),
    }
}

/// Reads a control. `None` if it is none, and so a search: a bare verb that needs more, and `kill the leader`.
pub fn palette_control(text: &str, context: &Context) -> Option<Result<Control, Complaint>> {
    let verb = action::verb_of(text)?;
    let (_, after) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let is_search = after.is_empty() || verb == Verb::Kill && after.split_whitespace().count() > 1;
    let read = action::parse_control(text, context);
    if is_search { read.ok().map(Ok) } else { Some(read) }
}
