//! Text fields: the filter, the palette, the search in help and pickers.
//!
//! Idea: which field is open follows from the state, so a key can never land in a field that is not on the screen.
//! Bound: `TEXT_MAX` characters; control characters never enter.

use super::Input;
use crate::ui::cyrillic;
use crate::ui::form::OrderForm;
use crate::ui::keymap::{Key, KeyName};
use crate::ui::state::{EventList, Overlay, Prompt, TEXT_MAX, UiState};
use crate::ui::update::{Given, toast};

/// The open text field.
fn field(state: &mut UiState) -> Option<&mut String> {
    match &mut state.overlay {
        Overlay::Palette(list) => Some(&mut list.text),
        Overlay::Help(list) | Overlay::Themes(list) | Overlay::Lessons(list) => list.editing.then_some(&mut list.text),
        _ if state.market.prompt.is_open() => Some(&mut state.market.filter),
        _ => state.events.prompt.is_open().then_some(&mut state.events.filter),
    }
}

/// Types a key, or edits with it.
pub(super) fn type_key(state: &mut UiState, given: &Given<'_>, key: Key) {
    if let Overlay::Order(form) = &mut state.overlay {
        return type_into_form(form, given, key);
    }
    let erases = key.typed().is_some() || key.name == KeyName::Named("backspace");
    let was_selected = erases && replace_selected(state);
    let Some(text) = field(state) else { return };
    match (key.typed(), key.name) {
        (None, KeyName::Named("backspace")) if was_selected => {}
        (Some(char), _) => insert(text, &char.to_string()),
        (None, KeyName::Named("backspace")) if text.is_empty() => close(state),
        (None, KeyName::Named("backspace")) => {
            text.pop();
        }
        (None, KeyName::Char('u')) if key.ctrl => text.clear(),
        (None, KeyName::Char('w')) if key.ctrl => {
            let kept = text.trim_end().rfind(' ').map_or(0, |space| space + 1);
            text.truncate(kept);
        }
        _ => return,
    }
    changed(state);
}

/// Fields of the form are names and numbers: a letter of a Cyrillic layout is taken for the key at its place.
fn type_into_form(form: &mut OrderForm, given: &Given<'_>, key: Key) {
    let key = cyrillic::latin(key).unwrap_or(key);
    match (key.typed(), key.name) {
        (Some(char), _) => form.typed(char, given.view),
        (None, KeyName::Named("backspace")) => form.erase(),
        (None, KeyName::Char('u')) if key.ctrl => form.clear(),
        _ => {}
    }
}

/// Empties the field whose text is selected; true if one was.
fn replace_selected(state: &mut UiState) -> bool {
    let market = (&mut state.market.prompt, &mut state.market.filter);
    let fields = [market, (&mut state.events.prompt, &mut state.events.filter)];
    let Some((prompt, text)) = fields.into_iter().find(|(prompt, _)| **prompt == Prompt::Selected) else {
        return false;
    };
    *prompt = Prompt::Typing;
    text.clear();
    true
}

/// What follows from another text: the first row is meant again, and a list that stood follows.
fn changed(state: &mut UiState) {
    match &mut state.overlay {
        Overlay::Palette(list) | Overlay::Help(list) | Overlay::Themes(list) | Overlay::Lessons(list) => {
            (list.selected, list.picked) = (0, false);
        }
        _ if state.market.prompt.is_open() => {}
        _ => {
            state.events = EventList { bottom: None, selected: None, ..std::mem::take(&mut state.events) };
        }
    }
}

fn close(state: &mut UiState) {
    match &mut state.overlay {
        Overlay::Help(list) | Overlay::Themes(list) | Overlay::Lessons(list) => list.editing = false,
        Overlay::Palette(_) => state.overlay = Overlay::None,
        _ => (state.events.prompt, state.market.prompt) = (Prompt::Closed, Prompt::Closed),
    }
}

fn insert(text: &mut String, more: &str) {
    let room = TEXT_MAX.saturating_sub(text.chars().count());
    text.extend(more.chars().filter(|char| !char.is_control()).take(room));
}

impl Input {
    /// Pasted text enters a text field; anywhere else it would be a hail of keys, so it is dropped.
    pub(super) fn on_paste(&mut self, state: &mut UiState, given: &Given<'_>, pasted: &str) {
        if let Overlay::Order(form) = &mut state.overlay {
            // Blanks around it came with the mouse, and none of a form's fields has any.
            let pasted = pasted.trim().chars().filter(|char| !char.is_control());
            return pasted.take(TEXT_MAX).for_each(|char| form.typed(char, given.view));
        }
        replace_selected(state);
        match field(state) {
            Some(text) => {
                insert(text, pasted);
                changed(state);
            }
            None => toast::say(state, given, "toast-paste", &[]),
        }
    }
}
