//! Toasts: short messages, one at a time.
//!
//! Idea: the newest replaces the one before it, and the same again is a counter. Time takes a toast away, or another screen, of
//! which it says nothing; no key is needed.
//! Units: 4 s, errors 8 s, of the watcher's time.
//! Bound: one.

use std::time::Duration;

use super::Given;
use super::refusal::Refusal;
use crate::domain::view::{PlaybackState, RunView};
use crate::ui::state::{Toast, UiState};

/// How long a message stands.
pub const SHOWN: Duration = Duration::from_secs(4);
/// How long an error stands.
pub const ERROR_SHOWN: Duration = Duration::from_secs(8);

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
    let said = state.toasts.iter().find(|toast| toast.text == text && toast.error == error);
    let count = said.map_or(0, |toast| toast.count) + 1;
    state.toasts = vec![Toast { text, error, since, count }];
}

/// Says what came with a view and is seen nowhere else: a step that met nothing, which looks like a jump in time, and a
/// recording that was broken off, as its playing begins and where it ends. `before` is the run in the view before.
pub fn hear(state: &mut UiState, given: &Given<'_>, before: &RunView) {
    let run = &given.view.run;
    if let Some(within) = run.pace.quiet.filter(|_| run.pace.step != before.pace.step) {
        let group = state.group.to_string();
        let seconds = (within.as_millis() / 1_000).to_string();
        say(state, given, "toast-step-quiet", &[("seconds", &seconds), ("group", &group)]);
    }
    let played = |run: &RunView| run.playback.map(|playback| playback.state);
    if let Some(playback) = run.playback.filter(|playback| !playback.whole && played(run) != played(before)) {
        error(state, given, "toast-broken-off", &[("end", &playback.end.to_string())]);
    }
    if let Some(PlaybackState::Differs(at)) = played(run).filter(|state| Some(*state) != played(before)) {
        error(state, given, "toast-playback-differs", &[("at", &at.to_string())]);
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
