//! The foot of the events: what is kept to look back, its bound, what the process has in memory; and a recording that plays.
//!
//! Idea: a limit that is reached in silence is found out in front of a class. It stands in the border, where no row is lost;
//! what has no room is left out from the end.

use ratatui::layout::Rect;

use crate::domain::view::{HistoryView, PlaybackState, PlaybackView};
use crate::locale::Locale;

use super::super::canvas::{Canvas, width};
use super::super::scene::Scene;
use super::super::theme::Role;

/// Bytes of a megabyte, as the setting counts them.
const MB: u64 = 1_000_000;
const BETWEEN: &str = " · ";

/// Draws it into the lower border of this panel.
pub fn foot(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let (run, locale) = (&scene.view.run, &scene.look.locale);
    let mut parts: Vec<String> = run.playback.iter().map(|playback| played(playback, locale)).collect();
    parts.extend(run.history.iter().flat_map(|history| kept(history, locale)));
    let room = usize::from(area.width).saturating_sub(8);
    let mut text = String::new();
    for part in parts {
        let between = if text.is_empty() { "" } else { BETWEEN };
        if width(&text) + width(between) + width(&part) > room {
            break;
        }
        text = text + between + &part;
    }
    if text.is_empty() || area.height < 3 {
        return;
    }
    let full = run.history.is_some_and(|history| history.thinned > 0 || history.dropped > 0);
    let column = usize::from(area.width) - 4 - width(&text);
    let role = if full { Role::Text } else { Role::Muted };
    canvas.word(area, column as u16, area.height - 1, role, &format!(" {text} "));
}

fn kept(history: &HistoryView, locale: &Locale) -> Vec<String> {
    let HistoryView { used_bytes, bytes_max, checkpoints, spacing, dropped, resident_bytes, .. } = *history;
    let used =
        locale.say("history-used", &[("used", used_bytes.div_ceil(MB).into()), ("max", (bytes_max / MB).into())]);
    let resident = match resident_bytes {
        Some(bytes) => locale.say("history-resident", &[("mb", (bytes / MB).into())]),
        None => locale.text("history-resident-unknown").into_owned(),
    };
    let every = spacing.as_nanos() / 1_000_000_000;
    let copies = [("n", (checkpoints as u64).into()), ("every", every.into())];
    let mut parts = vec![used, resident, locale.say("history-copies", &copies)];
    if dropped > 0 {
        parts.push(locale.say("history-dropped", &[("n", dropped.into())]));
    }
    parts
}

fn played(playback: &PlaybackView, locale: &Locale) -> String {
    let end = [("end", playback.end.to_string().into())];
    match playback.state {
        PlaybackState::Plays if playback.whole => locale.say("playback-plays", &end),
        PlaybackState::Plays => locale.say("playback-plays-broken-off", &end),
        PlaybackState::Same if playback.whole => locale.text("playback-same").into_owned(),
        PlaybackState::Same => locale.text("playback-same-broken-off").into_owned(),
        PlaybackState::Differs(at) => locale.say("playback-differs", &[("at", at.to_string().into())]),
    }
}
