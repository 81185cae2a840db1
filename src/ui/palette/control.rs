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
use crate::ui::update::refusal::Refusal;

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
///
/// # Errors
/// The desk has no such order, or it is for another symbol: its price would be read in the wrong steps.
pub fn with_symbol<'t>(line: &'t str, view: &ClusterView) -> Result<Cow<'t, str>, Refusal> {
    if action::verb_of(line) != Some(Verb::Amend) {
        return Ok(line.into());
    }
    let Some((before, price)) = line.split_once(" at ") else { return Ok(line.into()) };
    let words: Vec<&str> = before.split_whitespace().collect();
    let [_, name, _, symbols @ ..] = words.as_slice() else { return Ok(line.into()) };
    let Ok(number) = name.trim_start_matches('#').parse::<u64>() else { return Ok(line.into()) };
    let order = view.hand.iter().find(|known| known.sequence.0 == number);
    let Some(symbol) = order.and_then(HandOrder::symbol) else {
        return Err(Refusal::new("palette-no-order").with("order", number));
    };
    match symbols {
        [] => Ok(format!("{before} {} at {price}", symbol.name()).into()),
        [named] if !named.eq_ignore_ascii_case(symbol.name()) => {
            Err(Refusal::new("palette-other-symbol").with("order", number).with("symbol", symbol.name()))
        }
        _ => Ok(line.into()),
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
