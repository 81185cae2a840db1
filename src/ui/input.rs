//! Input: from what the terminal reports to actions.
//!
//! Idea: four guards stand between a finger and the cluster. A held key repeats motion only: a key that changes the
//! cluster is dead until it was silent for 600 ms. Pasted text is text or nothing. A letter of a Cyrillic layout is
//! taken for the key at its place. A key that means nothing says what is near.
//! Units: `state.wall`, handed in.
//! Bound: one prefix at a time; a text field holds `TEXT_MAX` characters.

mod mouse;
mod text;

use std::collections::BTreeMap;
use std::time::Duration;

use crossterm::event::{Event, KeyEvent, KeyEventKind};

use super::action::{Action, ActionId, Context};
use super::cyrillic;
use super::keymap::{self, Key, KeyName, Lookup, SEQUENCE_MAX};
use super::registry;
use super::state::{Overlay, Panel, Screen, UiState};
use super::update::{Given, Request, leave_the_unknown, lesson, toast, update};
use crate::domain::ids::{NodeId, SymbolId};

/// How long a key that changes the cluster must be silent before it works again.
pub const SILENCE: Duration = Duration::from_millis(600);
/// How long a prefix waits before its menu opens.
pub const MENU_AFTER: Duration = Duration::from_millis(300);
/// How long a key stands in the key-cast.
pub const CAST_FOR: Duration = Duration::from_secs(3);
/// Keys in the key-cast.
const CAST_MAX: usize = 3;

/// What the keyboard remembers between two keys.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Input {
    /// Keys of a sequence so far, and since when.
    pending: Option<(Vec<Key>, Duration)>,
    /// When each key that changes the cluster was last heard, and which node was selected: another one is another wish.
    heard: BTreeMap<(ActionId, NodeId), Duration>,
    /// The Cyrillic layout was told of.
    told_of_layout: bool,
}

/// The contexts in reach, nearest first.
pub fn contexts(state: &UiState, given: &Given<'_>) -> Vec<Context> {
    match &state.overlay {
        Overlay::Confirm(_) => return vec![Context::Confirm],
        Overlay::Palette(_) => return vec![Context::Prompt],
        Overlay::Help(list) | Overlay::Themes(list) | Overlay::Lessons(list) => {
            return vec![if list.editing { Context::Prompt } else { Context::Overlay }];
        }
        Overlay::Order(_) => return vec![Context::Form],
        Overlay::Details(_) | Overlay::Why(_) | Overlay::History(_) | Overlay::Trades(_) | Overlay::Trade(_) => {
            return vec![Context::Overlay, Context::Global];
        }
        Overlay::None | Overlay::Welcome | Overlay::WhichKey(_) => {}
    }
    if state.events.prompt.is_open() || state.market.prompt.is_open() {
        return vec![Context::Prompt];
    }
    let lesson = given.view.lesson.as_ref();
    let open = lesson.and_then(|lesson| lesson.question.as_ref()).is_some_and(|question| !question.closed);
    let contexts = [
        (open, Context::Prediction),
        (lesson.is_some(), Context::Lesson),
        (state.focus == Panel::Events, Context::List),
        (state.screen == Screen::Data, Context::Data),
        (state.screen == Screen::Market && state.focus != Panel::Events, Context::Market),
        (true, Context::Global),
    ];
    contexts.into_iter().filter(|(on, _)| *on).map(|(_, context)| context).collect()
}

impl Input {
    /// Takes what the terminal reports.
    pub fn on_event(&mut self, state: &mut UiState, given: &Given<'_>, event: &Event) -> Vec<Request> {
        match event {
            Event::Key(key) => self.on_key(state, given, key),
            Event::Mouse(mouse) => self.on_mouse(state, given, *mouse),
            Event::Paste(text) => {
                self.on_paste(state, given, text);
                Vec::new()
            }
            Event::Resize(..) | Event::FocusGained | Event::FocusLost => Vec::new(),
        }
    }

    fn on_key(&mut self, state: &mut UiState, given: &Given<'_>, event: &KeyEvent) -> Vec<Request> {
        // Some terminals report the release too; a key is pressed once.
        let (Some(key), true) = (Key::of(event), event.kind != KeyEventKind::Release) else { return Vec::new() };
        if state.overlay == Overlay::Welcome {
            state.overlay = Overlay::None;
        }
        let contexts = contexts(state, given);
        let typing = matches!(contexts.as_slice(), [Context::Prompt | Context::Form]);
        let key = if typing { key } else { self.by_place(state, given, key) };
        let mut keys = self.pending.take().map_or(Vec::new(), |(keys, _)| keys);
        let prefixed = !keys.is_empty();
        keys.push(key);
        if matches!(state.overlay, Overlay::WhichKey(_)) {
            state.overlay = Overlay::None;
        }
        match given.keymap.lookup(&contexts, &keys) {
            Lookup::Action(id) => {
                if prefixed || !typing {
                    cast(state, given, &keys, id);
                }
                self.act(state, given, id)
            }
            Lookup::Prefix if keys.len() < SEQUENCE_MAX => {
                self.pending = Some((keys, state.wall));
                Vec::new()
            }
            Lookup::Nothing if keys.len() == 1 && always(given, key).is_some() => {
                always(given, key).map_or_else(Vec::new, |id| self.act(state, given, id))
            }
            _ if typing => {
                text::type_key(state, given, key);
                Vec::new()
            }
            // Who thinks better of a sequence has said nothing.
            _ if prefixed && key.name == KeyName::Named("esc") => Vec::new(),
            _ => {
                unbound(state, given, &contexts, &keys);
                Vec::new()
            }
        }
    }

    /// Does what a key or a click means, unless it is held down.
    fn act(&mut self, state: &mut UiState, given: &Given<'_>, id: ActionId) -> Vec<Request> {
        let Some(spec) = registry::spec(id) else { return Vec::new() };
        let is_guarded = spec.effect.mutates() && !spec.repeats;
        if is_guarded {
            let before = self.heard.insert((id, state.selected), state.wall);
            if before.is_some_and(|before| state.wall.saturating_sub(before) < SILENCE) {
                return Vec::new();
            }
        }
        let requests = update(state, given, &Action::Do(id));
        if is_guarded {
            // What selects its victim is held down all the same.
            self.heard.insert((id, state.selected), state.wall);
        }
        requests
    }

    fn by_place(&mut self, state: &mut UiState, given: &Given<'_>, key: Key) -> Key {
        let Some(latin) = cyrillic::latin(key) else { return key };
        if !self.told_of_layout {
            self.told_of_layout = true;
            toast::say(state, given, "toast-layout", &[("typed", &key.label()), ("taken", &latin.label())]);
        }
        latin
    }

    /// Lets time pass: menus open, toasts and keys fade. True if something on the screen changed.
    pub fn tick(&mut self, state: &mut UiState, given: &Given<'_>) -> bool {
        let mut changed = toast::expire(state);
        let wall = state.wall;
        let keys = &mut state.presenter.keys;
        let before = keys.len();
        keys.retain(|(_, _, at)| *at + CAST_FOR > wall);
        changed |= keys.len() != before;
        if let Some((pending, since)) = &self.pending
            && *since + MENU_AFTER <= wall
            && state.overlay == Overlay::None
            && let Some(prefix) = pending.first().and_then(|key| key.typed())
        {
            state.overlay = Overlay::WhichKey(prefix);
            changed = true;
        }
        changed |= lesson::follow(state, given.view);
        // After a reset there may be fewer nodes or groups than before.
        let groups = &given.view.groups;
        changed |= leave_the_unknown(state, given.view);
        if let Some(last) = groups.last().filter(|_| groups.iter().all(|group| group.id != state.group)) {
            state.group = last.id;
            changed = true;
        }
        if let Some(last) = SymbolId::first(given.view.run.settings.market.instruments).last()
            && last < state.market.symbol
        {
            state.market.symbol = last;
            changed = true;
        }
        changed
    }

    /// When `tick` has something to do next.
    pub fn next_tick(&self, state: &UiState) -> Option<Duration> {
        let menu = self.pending.as_ref().filter(|_| state.overlay == Overlay::None).map(|(_, at)| *at + MENU_AFTER);
        let toasts = state.toasts.iter().map(toast::ends);
        let keys = state.presenter.keys.iter().map(|(_, _, at)| *at + CAST_FOR);
        toasts.chain(keys).chain(menu).min()
    }
}

/// What a key means whatever lies over the screen: the ways out, and drawing again.
fn always(given: &Given<'_>, key: Key) -> Option<ActionId> {
    match given.keymap.lookup(&[Context::Global], &[key]) {
        Lookup::Action(id) if ["app.quit-now", "app.suspend", "app.redraw"].contains(&id.0) => Some(id),
        _ => None,
    }
}

/// Shows the key and the name of its action, if the presenter wants that.
fn cast(state: &mut UiState, given: &Given<'_>, keys: &[Key], id: ActionId) {
    if !state.presenter.key_cast {
        return;
    }
    let shown = keys.iter().map(Key::label).collect::<Vec<_>>().join(" ");
    let name = given.words.text(&id.text_id(), &[]);
    let cast = &mut state.presenter.keys;
    cast.push((shown, name, state.wall));
    let over = cast.len().saturating_sub(CAST_MAX);
    cast.drain(..over);
}

/// A key that means nothing: says so, and what is near.
fn unbound(state: &mut UiState, given: &Given<'_>, contexts: &[Context], keys: &[Key]) {
    if !contexts.contains(&Context::Global) {
        return;
    }
    let shown = keys.iter().map(Key::label).collect::<Vec<_>>().join(" ");
    if keys == [Key::char('K')] && given.view.lesson.is_none() {
        toast::refuse(state, given, &super::update::refusal::Refusal::no_lesson(given.keymap));
        return;
    }
    let other_case = |char: char| {
        if char.is_lowercase() { char.to_uppercase().next() } else { char.to_lowercase().next() }
    };
    let last = keys.last().and_then(|key| key.typed()).and_then(other_case);
    let near = last.map(Key::char).and_then(|key| match given.keymap.lookup(contexts, &[key]) {
        Lookup::Action(id) if keys.len() == 1 => Some((key.label(), given.words.text(&id.text_id(), &[]))),
        _ => None,
    });
    match near {
        Some((near, does)) => {
            toast::say(state, given, "toast-unbound-near", &[("key", &shown), ("near", &near), ("does", &does)]);
        }
        None => {
            let help = given.keymap.label(ActionId("app.help"));
            toast::say(state, given, "toast-unbound", &[("key", &shown), ("help", &help)]);
        }
    }
}

impl Input {
    /// Whether keys of a sequence wait for the next.
    pub fn pending(&self) -> Option<String> {
        let (keys, _) = self.pending.as_ref()?;
        Some(keymap::Sequence(keys.clone()).to_string())
    }
}

#[cfg(test)]
mod market_tests;
#[cfg(test)]
mod tests;
