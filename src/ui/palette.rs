//! The palette: every command by name, with arguments, found by fuzzy matching.
//!
//! Idea: what is typed is first read as a command (`burst 100k over 2s`, `group p3`, `crash n3`); if it is none, the
//! registry's actions are ranked by how well their texts match. Each row shows its key, so the palette teaches.
//! Errors: a command with wrong arguments is refused with its usage; the text stays to be mended.

mod command;
pub mod control;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

pub use command::command_of;

use super::action::{Action, ActionId, ActionKind, ActionSpec, Context};
use super::registry;
use super::state::{ListState, UiState};
use super::update::refusal::Refusal;
use super::update::{Given, faults, order};
use crate::document::problem::nearest;
use crate::domain::control::Control;

/// A row of the palette.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The action's row.
    pub spec: &'static ActionSpec,
    /// What it does, in the language of the screen.
    pub text: String,
    /// Its keys, for the eye.
    pub keys: String,
    /// It would do something now.
    pub enabled: bool,
}

/// The actions that match, best first; all of them in the order of help while nothing is typed.
pub fn entries(text: &str, state: &UiState, given: &Given<'_>) -> Vec<Entry> {
    let listed = registry::all()
        .filter(|spec| matches!(spec.context, Context::Global | Context::Data | Context::Lesson) || of_blotter(spec));
    let all = listed.map(|spec| {
        let help = given.words.text(&spec.id.text_id(), &[]);
        let enabled = is_enabled(spec, state, given);
        Entry { spec, text: help, keys: given.keymap.label(spec.id), enabled }
    });
    if text.trim().is_empty() {
        return all.collect();
    }
    let pattern = Pattern::parse(text.trim(), CaseMatching::Ignore, Normalization::Smart);
    let (mut matcher, mut buffer) = (Matcher::new(Config::DEFAULT), Vec::new());
    let mut scored: Vec<(u32, Entry)> = all
        .filter_map(|entry| {
            let haystack = format!("{} {}", entry.text, entry.spec.id);
            Some((pattern.score(Utf32Str::new(&haystack, &mut buffer), &mut matcher)?, entry))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, entry)| entry).collect()
}

/// What is done with the selected order has its keys on the market only; from the palette it is done anywhere.
fn of_blotter(spec: &ActionSpec) -> bool {
    spec.context == Context::Market && matches!(spec.action, ActionKind::Trade(_))
}

/// Whether an action would do something now: what dims a hint, and what refuses the key.
pub fn is_enabled(spec: &ActionSpec, state: &UiState, given: &Given<'_>) -> bool {
    use super::action::ActionKind as Kind;
    if spec.effect.mutates() && state.presenter.locked {
        return false;
    }
    match spec.action {
        Kind::Undo => !state.undo.done.is_empty(),
        Kind::Redo => !state.undo.undone.is_empty(),
        Kind::Trade(key) => order::is_enabled(key, state, given),
        Kind::Rate | Kind::Rule | Kind::Reset | Kind::Burst | Kind::TickBurst | Kind::Typed => true,
        kind if spec.effect.mutates() => faults::plan(kind, state, given.view).is_ok(),
        _ => spec.context != Context::Lesson || given.view.lesson.is_some(),
    }
}

/// What Enter means: the command that is typed, or else the row that is selected.
pub fn choose(list: &ListState, state: &UiState, given: &Given<'_>) -> Result<Option<Action>, Refusal> {
    if let Some(parsed) = read(&list.text, state, given) {
        return parsed.map(Some);
    }
    let entries = entries(&list.text, state, given);
    if entries.is_empty() && !list.text.trim().is_empty() {
        let text = list.text.trim();
        let first = text.trim_start_matches(':').split_whitespace().next().unwrap_or_default();
        return Err(match nearest(first, &command::words()) {
            Some(near) => Refusal::new("palette-unknown-near").with("text", text).with("near", near),
            None => Refusal::new("palette-unknown").with("text", text),
        });
    }
    Ok(entries.get(list.selected).map(|entry| Action::Do(entry.spec.id)))
}

/// What Enter would do with a command that is typed, or why it would not; `None` while the text is a search.
pub fn meaning(text: &str, state: &UiState, given: &Given<'_>) -> Option<Result<String, String>> {
    let typed = text.trim().trim_start_matches(':').trim_start();
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
        Ok(Action::Control(control)) => Ok(faults::describe(control, given.view).text(words)),
        // The name of an action finds its own row.
        Ok(Action::Do(_)) => return None,
        Ok(_) => Ok(typed.to_owned()),
        // As long as it is not whole, the form of the command says more than what is missing.
        Err(refusal) => Err(control::spec_of(typed).filter(|_| refusal.id == "palette-error").map_or_else(
            || refusal.text(words),
            |(verb, spec)| format!("{}  :{verb} {}", words.text(&spec.id.text_id(), &[]), spec.args),
        )),
    })
}

/// Reads a command; one that asks for what is so already is refused here, before it says that it was done.
fn read(text: &str, state: &UiState, given: &Given<'_>) -> Option<Result<Action, Refusal>> {
    let parsed = command::parse(text, state, &control::context(state, given.view))?;
    Some(parsed.and_then(|action| match action {
        Action::Control(Control::MoveSymbol { symbol, to })
            if given.view.books.line(symbol).is_some_and(|line| line.group == to) =>
        {
            Err(Refusal::new("palette-there-already").with("symbol", symbol.name()).with("group", to))
        }
        action => Ok(action),
    }))
}

/// What Tab makes of the text: the selected row's command, or its name.
pub fn complete(list: &ListState, state: &UiState, given: &Given<'_>) -> Option<String> {
    let entries = entries(&list.text, state, given);
    let id: ActionId = entries.get(list.selected)?.spec.id;
    Some(command_of(id).map_or_else(|| id.to_string(), |command| format!("{command} ")))
}
