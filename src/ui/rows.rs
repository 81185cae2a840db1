//! Rows: what the overlays list and what the hint bar offers, worked out from the registry.
//!
//! Idea: one function says what an overlay shows; drawing prints it and `update` counts and picks from it, so the row
//! that is highlighted is always the row that is meant.

use super::action::{ActionId, ActionSpec, Context, Effect, Topic};
use super::hint::{Hint, Side};
use super::input::contexts;
use super::keymap::Key;
use super::palette;
use super::registry;
use super::scene::HelpRow as Row;
use super::state::{ListState, Overlay, UiState};
use super::update::Given;

/// The rows of the overlay that is open, in order.
pub fn rows(state: &UiState, given: &Given<'_>) -> Vec<Row> {
    match &state.overlay {
        Overlay::Help(list) => help(list, state, given),
        Overlay::Palette(list) => commands(list, state, given),
        Overlay::Welcome => welcome(given),
        Overlay::WhichKey(prefix) => menu(Key::char(*prefix), state, given),
        Overlay::Themes(list) => names(&state.presenter.themes.names, list),
        Overlay::Lessons(list) => names(given.lessons, list),
        _ => Vec::new(),
    }
}

/// The card of the first run: five keys, in the order in which a class meets them.
fn welcome(given: &Given<'_>) -> Vec<Row> {
    let lines = [
        ("leader.kill", "welcome-kill"),
        ("node.recover", "welcome-recover"),
        ("time.pause", "welcome-pause"),
        ("app.help", "welcome-help"),
        ("go.lesson", "welcome-lesson"),
    ];
    let line = |(action, text): (&str, &str)| {
        let spec = registry::by_name(action)?;
        let text = given.words.text(text, &[]);
        Some(Row { key: given.keymap.label(spec.id), text, enabled: true, ..Row::default() })
    };
    lines.into_iter().filter_map(line).collect()
}

/// The command that is typed, and what it would do; or else every command that matches.
fn commands(list: &ListState, state: &UiState, given: &Given<'_>) -> Vec<Row> {
    if let Some(meaning) = palette::meaning(&list.text, state, given) {
        let enabled = meaning.is_ok();
        let (Ok(text) | Err(text)) = meaning;
        let key = if enabled { given.keymap.label(ActionId("prompt.done")) } else { "▲".to_owned() };
        return vec![Row { key, text, enabled, ..Row::default() }];
    }
    let entries = palette::entries(&list.text, state, given);
    let meant = palette::meant(&entries);
    let row = |(place, entry): (usize, palette::Entry)| {
        let text = match (palette::command_of(entry.spec.id), entry.spec.usage()) {
            (Some(command), args) if !args.is_empty() => format!("{}  :{command} {args}", entry.text),
            _ => entry.text,
        };
        Row { key: entry.keys, text, enabled: entry.enabled, offered: meant != Some(place), ..Row::default() }
    };
    entries.into_iter().enumerate().map(row).collect()
}

fn names(names: &[String], list: &ListState) -> Vec<Row> {
    let wanted = list.text.to_lowercase();
    let matching = names.iter().filter(|name| name.to_lowercase().contains(&wanted));
    matching.map(|name| Row { text: name.clone(), enabled: true, ..Row::default() }).collect()
}

fn help(list: &ListState, state: &UiState, given: &Given<'_>) -> Vec<Row> {
    let wanted = list.text.to_lowercase();
    let by_topic = Topic::ALL.into_iter().flat_map(|topic| registry::all().filter(move |spec| spec.topic == topic));
    // The lists of overlays, dialogs and text fields repeat what a list does everywhere.
    let shown = by_topic.filter(|spec| !matches!(spec.context, Context::Overlay | Context::Confirm | Context::Prompt));
    shown
        .map(|spec| row(spec, given.keymap.labels(spec.id), state, given))
        .filter(|row| row.text.to_lowercase().contains(&wanted) || row.key.to_lowercase() == wanted)
        .collect()
}

fn row(spec: &ActionSpec, key: String, state: &UiState, given: &Given<'_>) -> Row {
    Row {
        group: given.words.text(spec.topic.text_id(), &[]),
        key,
        text: given.words.text(&spec.id.text_id(), &[]),
        enabled: spec.is_enabled(state, given),
        ..Row::default()
    }
}

/// What may follow a prefix key.
fn menu(prefix: Key, state: &UiState, given: &Given<'_>) -> Vec<Row> {
    let rows = given.keymap.menu(prefix).into_iter().filter_map(|(key, id)| Some((key, registry::spec(id)?)));
    rows.filter(|(_, spec)| spec.context == Context::Global)
        .map(|(key, spec)| Row { group: String::new(), action: Some(spec.id), ..row(spec, key.label(), state, given) })
        .collect()
}

/// The hints of the bottom row in the order of importance, the nearest context first.
pub fn hints(state: &UiState, given: &Given<'_>) -> Vec<Hint> {
    let contexts = contexts(state, given);
    let mut found: Vec<(usize, u8, Hint)> = registry::all()
        .filter_map(|spec| {
            let near = contexts.iter().position(|context| *context == spec.context)?;
            let key = given.keymap.label(spec.id);
            let place = spec.hint.filter(|_| !key.is_empty())?;
            let left = matches!(spec.effect, Effect::Undoable | Effect::Final) || spec.context != Context::Global;
            let hint = Hint {
                action: spec.id,
                key,
                text: hint_text(spec, state, given),
                priority: place,
                enabled: spec.is_enabled(state, given),
                side: if left { Side::Left } else { Side::Right },
            };
            Some((near, place, hint))
        })
        .collect();
    found.sort_by_key(|(near, place, _)| (*near, *place));
    let mut ends = (0, 0);
    let number = |(_, _, hint): (usize, u8, Hint)| {
        let place = if hint.side == Side::Left { &mut ends.0 } else { &mut ends.1 };
        *place += 1;
        // Who knows no key at all needs this one: it is dropped last.
        let priority = if hint.action == ActionId("app.help") { 0 } else { priority(hint.side, *place) };
        Hint { priority, ..hint }
    };
    found.into_iter().map(number).collect()
}

/// One scale for both ends. The first of time and help stand beside the first faults on the narrowest screen, the rest
/// of them come after the faults of a middling one.
const fn priority(side: Side, place: u8) -> u8 {
    match (side, place) {
        (Side::Left, place) => 2 * place,
        (Side::Right, place @ ..=3) => 2 * place + 1,
        (Side::Right, place) => 2 * place + 11,
    }
}

/// What a hint says: the word, and whom it would hit.
fn hint_text(spec: &ActionSpec, state: &UiState, given: &Given<'_>) -> String {
    let word = given.words.text(&spec.id.hint_id(), &[]);
    (spec.subject)(state, given.view).map_or(word.clone(), |subject| format!("{word} {subject}"))
}
