//! Toasts: short messages at the right of the tab bar.
//!
//! Idea: the same message again is a counter, not a second toast; time alone takes a toast away, no key is needed.
//! Units: 4 s, errors 8 s, of the watcher's time.
//! Bound: [`KEPT_MAX`]; the oldest goes first.

use std::time::Duration;

use super::Given;
use super::refusal::Refusal;
use crate::domain::view::PaceView;
use crate::ui::state::{Toast, UiState};

/// How long a message stands.
pub const SHOWN: Duration = Duration::from_secs(4);
/// How long an error stands.
pub const ERROR_SHOWN: Duration = Duration::from_secs(8);
/// Toasts that are remembered at a time.
pub const KEPT_MAX: usize = 4;

/// Says something.
pub fn say(state: &mut UiState, given: &Given<'_>, id: &str, args: &[(&str, &str)]) {
    push(state, given.words.text(id, args), false);
}

/// Says why nothing happened.
pub fn refuse(state: &mut UiState, given: &Given<'_>, refusal: &Refusal) {
    push(state, refusal.text(given.words), false);
}

/// Says what went wrong.
pub fn error(state: &mut UiState, given: &Given<'_>, id: &str, args: &[(&str, &str)]) {
    push(state, given.words.text(id, args), true);
}

/// Takes a message away that no longer holds.
pub(super) fn take_back(state: &mut UiState, text: &str) {
    state.toasts.retain(|toast| toast.text != text);
}

fn push(state: &mut UiState, text: String, error: bool) {
    let since = state.wall;
    if let Some(place) = state.toasts.iter().position(|toast| toast.text == text && toast.error == error) {
        // Said again it is the latest, so it moves to the end.
        let count = state.toasts.remove(place).count + 1;
        state.toasts.push(Toast { text, error, since, count });
        return;
    }
    state.toasts.push(Toast { text, error, since, count: 1 });
    let over = state.toasts.len().saturating_sub(KEPT_MAX);
    state.toasts.drain(..over);
}

/// Says that a step met nothing, which looks like a jump in time. `before` is how time stood in the view before.
pub fn hear(state: &mut UiState, given: &Given<'_>, before: &PaceView) {
    let pace = &given.view.run.pace;
    if let Some(within) = pace.quiet.filter(|_| pace.step != before.step) {
        let group = state.group.to_string();
        let seconds = (within.as_millis() / 1_000).to_string();
        say(state, given, "toast-step-quiet", &[("seconds", &seconds), ("group", &group)]);
    }
}

/// When a toast goes.
pub fn ends(toast: &Toast) -> Duration {
    toast.since + if toast.error { ERROR_SHOWN } else { SHOWN }
}

/// Takes the old ones away; true if one went.
pub fn expire(state: &mut UiState) -> bool {
    let (before, wall) = (state.toasts.len(), state.wall);
    state.toasts.retain(|toast| ends(toast) > wall);
    state.toasts.len() != before
}
