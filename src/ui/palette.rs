//! The palette: every command by name, with arguments, found by what is typed of it.
//!
//! Idea: what is typed is first read as a command (`burst 100k over 2s`, `group p3`, `kill n3`); if it is none, the
//! registry's actions are ranked by how well they fit. Each row shows its key, so the palette teaches.
//! Enter runs a command, the row that was picked with the arrows, or the best row if the line names it; an empty line runs
//! nothing, and what changes the cluster is never run on letters that only occur in its text.
//! Errors: a command with wrong arguments is refused with its usage, a line that names nothing with the nearest row; the
//! text stays, to be corrected.

mod command;
pub mod control;
mod ranking;

pub use command::command_of;
pub use ranking::Fit;
use ranking::{Offer, Ranking};

use super::action::{Action, ActionId, ActionSpec, Context};
use super::input::contexts;
use super::registry;
use super::state::{ListState, Overlay, UiState};
use super::update::refusal::Refusal;
use super::update::{Given, faults};
use crate::document::problem::nearest;
use crate::domain::control::Control;

/// A row of the palette.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The action's row.
    pub spec: &'static ActionSpec,
    /// What it does, in the language of the screen.
    pub text: String,
    /// Its keys, for the eye.
    pub keys: String,
    /// It would do something now.
    pub enabled: bool,
    /// How well the line fits it; of an empty line all are equal.
    pub fit: Fit,
    /// Whether it may be offered.
    pub offer: Offer,
}

/// The actions that match, best first; all of them in the order of help while nothing is typed.
pub fn entries(text: &str, state: &UiState, given: &Given<'_>) -> Vec<Entry> {
    let listed = registry::all().filter(|spec| {
        matches!(spec.context, Context::Global | Context::Data | Context::Lesson) || spec.listed_everywhere
    });
    let all = listed.map(|spec| {
        let help = given.words.text(&spec.id.text_id(), &[]);
        let enabled = spec.is_enabled(state, given);
        Entry { spec, text: help, keys: given.keymap.label(spec.id), enabled, fit: Fit::Scattered, offer: Offer::No }
    });
    let line = line(text);
    if line.is_empty() {
        return all.collect();
    }
    let mut ranking = Ranking::new(line);
    let mut ranked: Vec<(u32, Entry)> = all
        .filter_map(|entry| {
            let found = ranking.fit(entry.spec.id.0, &entry.text);
            let (fit, score, offer) = if is_exact(line, &entry, given) { (Fit::Exact, 0, Offer::Yes) } else { found? };
            Some((score, Entry { fit, offer, ..entry }))
        })
        .collect();
    // Of two that one key means, the nearer context is meant, and so it is first.
    let near = contexts(&UiState { overlay: Overlay::None, ..state.clone() }, given);
    let place = |entry: &Entry| match entry.fit {
        Fit::Exact => near.iter().position(|context| *context == entry.spec.context).unwrap_or(near.len()),
        _ => 0,
    };
    ranked.sort_by_key(|(score, entry)| (entry.fit, place(entry), std::cmp::Reverse(*score)));
    ranked.into_iter().map(|(_, entry)| entry).collect()
}

/// What is typed, without the colon that is already there and the blanks around it.
fn line(text: &str) -> &str {
    text.trim().trim_start_matches(':').trim_start()
}

/// Whether this is the id, the command word or a key of an action.
fn is_exact(line: &str, entry: &Entry, given: &Given<'_>) -> bool {
    let id = entry.spec.id;
    id.0.eq_ignore_ascii_case(line)
        || command::commands_of(id).any(|command| command.eq_ignore_ascii_case(line))
        || given.keymap.bindings().any(|(_, keys, of)| of == id && keys.to_string() == line)
}

/// What Enter means: the row that was picked, the command that is typed, or else the row that the line names.
pub fn choose(list: &ListState, state: &UiState, given: &Given<'_>) -> Result<Option<Action>, Refusal> {
    let text = line(&list.text);
    if !list.picked || meaning(&list.text, state, given).is_some() {
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(parsed) = read(text, state, given) {
            return parsed.map(Some);
        }
    }
    let entries = entries(&list.text, state, given);
    if list.picked || ranking::runs_first(&entries) {
        return Ok(entries.get(list.selected).map(|entry| Action::Do(entry.spec.id)));
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    let near =
        nearest(first, &command::words()).or_else(|| crate::lesson::action::nearest_verb(first).map(str::to_owned));
    // A slip in the word of a command says more than letters that only occur somewhere.
    let slipped = entries.first().is_none_or(|entry| entry.fit == Fit::Scattered) && first != text;
    let refusal = |id| Refusal::new(id).with("text", text);
    Err(match (offered(text, &entries), near) {
        (_, Some(near)) if slipped => refusal("palette-unknown-near").with("near", near),
        (Some(offered), _) => {
            let [complete, next] = ["prompt.complete", "prompt.next"].map(|id| given.keymap.label(ActionId(id)));
            let refusal = refusal("palette-offered").with("near", offered.trim_end());
            refusal.with("complete", complete).with("next", next)
        }
        (None, Some(near)) => refusal("palette-unknown-near").with("near", near),
        (None, None) => refusal("palette-unknown"),
    })
}

/// What to say of a command that Enter runs and whose word is not the one for it: it was renamed, or is that of another kind
/// of script.
pub fn reworded(list: &ListState, state: &UiState, given: &Given<'_>) -> Option<Refusal> {
    let text = line(&list.text);
    if let Some(other) = command::other_kind(text, given.lessons) {
        return Some(other);
    }
    let (old, new) = control::renamed(text)?;
    let runs = matches!(read(text, state, given), Some(Ok(Action::Control(_))));
    runs.then(|| Refusal::new("palette-renamed").with("old", old).with("new", new))
}

/// The row that Enter would run though none was picked: the first, if the line names it.
pub fn meant(entries: &[Entry]) -> Option<usize> {
    ranking::runs_first(entries).then_some(0)
}

/// What Enter would do with a command that is typed, or why it would not; `None` while the text is a search.
pub fn meaning(text: &str, state: &UiState, given: &Given<'_>) -> Option<Result<String, String>> {
    let typed = line(text);
    let words = given.words;
    Some(match read(typed, state, given)? {
        Ok(Action::Control(Control::MoveSymbol { symbol, to })) if given.view.books.line(symbol).is_some() => {
            let from = given.view.books.line(symbol).map_or(to, |line| line.group);
            let said = Refusal::new("palette-move").with("symbol", symbol.name());
            Ok(said.with("from", from).with("to", to).text(words))
        }
        // What is said of these when they were sent would come too early.
        Ok(Action::Control(Control::Hand(_) | Control::ReadTrades(_) | Control::FindTrade(_))) => {
            Ok(control::spec_of(typed)
                .map_or_else(|| typed.to_owned(), |(_, spec)| words.text(&spec.id.text_id(), &[])))
        }
        Ok(Action::Control(control)) => Ok(words.done(&faults::done(&control, given.view))),
        // The name of an action finds its own row.
        Ok(Action::Do(_)) => return None,
        Ok(_) => Ok(typed.to_owned()),
        // As long as it is not whole, the form of the command says more than what is missing.
        Err(refusal) => Err(control::spec_of(typed).filter(|_| refusal.id == "palette-error").map_or_else(
            || refusal.text(words),
            |(verb, spec)| format!("{}  :{verb} {}", words.text(&spec.id.text_id(), &[]), spec.usage()),
        )),
    })
}

/// Reads a command; one that asks for what is so already is refused here, before it says that it was done.
fn read(text: &str, state: &UiState, given: &Given<'_>) -> Option<Result<Action, Refusal>> {
    let text = match control::with_symbol(line(text), given.view) {
        Ok(text) => text,
        Err(refusal) => return Some(Err(refusal)),
    };
    let parsed = command::parse(&text, state, &control::context(state, given.view))?;
    Some(parsed.and_then(|action| match action {
        Action::Control(Control::MoveSymbol { symbol, to })
            if given.view.books.line(symbol).is_some_and(|line| line.group == to) =>
        {
            Err(Refusal::new("palette-there-already").with("symbol", symbol.name()).with("group", to))
        }
        action => Ok(action),
    }))
}

/// What Tab makes of the text: the command or the name of the row that was picked, or else what is offered.
pub fn complete(list: &ListState, state: &UiState, given: &Given<'_>) -> Option<String> {
    let text = line(&list.text);
    if text.is_empty() && !list.picked {
        return None;
    }
    let entries = entries(&list.text, state, given);
    if list.picked { entries.get(list.selected).map(taken) } else { offered(text, &entries) }
}

/// What is offered to a line that names nothing: the one command that it begins, or else the best row, if that is a good one.
fn offered(text: &str, entries: &[Entry]) -> Option<String> {
    let mut begun = command::words().into_iter().filter(|word| word.starts_with(text));
    match (begun.next(), begun.next()) {
        (Some(word), None) => Some(format!("{word} ")),
        _ => entries.first().filter(|entry| entry.is_offered()).map(taken),
    }
}

/// A row as text: its command with room for arguments, or its name.
fn taken(entry: &Entry) -> String {
    let id: ActionId = entry.spec.id;
    command_of(id).map_or_else(|| id.to_string(), |command| format!("{command} "))
}

#[cfg(test)]
mod tests;
