//! The list of events: it follows the newest, or stands still where the reader scrolled, and says which.

use ratatui::layout::Rect;

use crate::domain::event::{Event, EventKind, Loudness};
use crate::domain::ids::EventId;

use super::super::canvas::{Canvas, Strip, cut_end, width, wrap};
use super::super::caption;
use super::super::filter::Filter;
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::{Panel, Prompt};
use super::super::theme::Role;
use super::super::widgets::frame::frame;
use super::super::widgets::prompt;
use super::lookback;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let list = &scene.state.events;
    let filter = Filter::read(&list.filter);
    let shown: Vec<&Event> = scene.view.events.iter().filter(|event| filter.passes(event, locale)).collect();
    let end = list.bottom.map_or(shown.len(), |bottom| shown.partition_point(|event| event.id <= bottom));
    let newer = shown.len() - end;
    // What the frame leaves inside decides how many rows there are, and with that what the list tells: the title counts it.
    let (columns, high) = (usize::from(area.width.saturating_sub(4)), area.height.saturating_sub(2));
    let chosen = list.selected.and_then(|id| shown.iter().find(|event| event.id == id));
    let story = chosen.or_else(|| shown[..end].last()).map(|event| caption::caption(event, &scene.view.events, locale));
    let story = story.filter(|_| high >= 8).map(|text| wrap(&text, columns.saturating_sub(1)));
    let below = story.as_ref().map_or(0, |rows| rows.len().min(3) as u16 + 1);
    let rows = usize::from(high.saturating_sub(below));
    let deep = rows >= WRAP_FROM;
    // Four nodes that doubt a fifth would fill a short list, and the crash would be nowhere.
    let brief = rows < BRIEF_BELOW && list.bottom.is_none() && list.selected.is_none() && filter.is_empty();
    let told = |event: &&&Event| !brief || event.kind.loudness() > Loudness::Quiet;
    let count = shown.iter().filter(told).count() as u64;
    let title = prompt::titled(&locale.say("panel-events", &[("n", count.into())]), list.prompt, &list.filter);
    let note = if list.bottom.is_some() {
        locale.say("events-scrolled", &[("n", (newer as u64).into())])
    } else {
        locale.text("events-following").into_owned()
    };
    let inner = frame(canvas, scene, area, Panel::Events, &title, &note);
    if list.prompt == Prompt::Selected {
        prompt::select(canvas, area, &title, &list.filter);
    }
    lookback::foot(canvas, area, scene);
    let cells = usize::from(inner.width);
    let laid = |event: &&'_ Event| {
        let loud = caption_role(event) != Role::Muted;
        if deep && loud { continuation(scene, event, cells) } else { None }
    };
    let told: Vec<&Event> = shown[..end].iter().filter(told).copied().collect();
    let fitting = in_sight(&told, list.selected, rows, laid);
    let mut top = inner.y;
    for (event, more) in fitting {
        let mark = if list.selected == Some(event.id) { "❯" } else { " " };
        let strip = row(canvas.strip().add(Role::Accent, mark), scene, event, cells);
        let line = Rect::new(inner.x, top, inner.width, height(more.as_ref()) as u16);
        canvas.hit(line, Hit::Event(event.id));
        canvas.put(line, 0, strip);
        if let Some((column, texts)) = more {
            canvas.word(line, column as u16, 0, caption_role(event), &" ".repeat(cells - column));
            for (row, text) in texts.iter().enumerate() {
                canvas.word(line, column as u16, row as u16, caption_role(event), text);
            }
        }
        top = line.bottom();
    }
    for (place, text) in story.iter().flatten().take(3).enumerate() {
        canvas.word(inner, 1, inner.height - below + 1 + place as u16, Role::Accent, text);
    }
}

/// A sentence that goes on: from which column, and its rows.
type Continuation = Option<(usize, Vec<String>)>;

/// The events that fit, each with what continues its row: the last ones, or, where the selected one would be cut off at the
/// top because sentences take several rows, those from it on.
fn in_sight<'e>(
    told: &[&'e Event],
    selected: Option<EventId>,
    rows: usize,
    laid: impl Fn(&&'e Event) -> Continuation,
) -> Vec<(&'e Event, Continuation)> {
    let fill = |events: &mut dyn Iterator<Item = &&'e Event>| {
        let mut used = 0;
        let laid = events.map(|event| (*event, laid(event)));
        let fits = |(_, more): &(&Event, Continuation)| {
            used += height(more.as_ref());
            used <= rows
        };
        laid.take_while(fits).collect::<Vec<_>>()
    };
    let mut last = fill(&mut told.iter().rev());
    last.reverse();
    let place = selected.and_then(|id| told.iter().position(|event| event.id == id));
    match place {
        Some(place) if last.len() + place < told.len() => fill(&mut told[place..].iter()),
        _ => last,
    }
}

/// Columns from which on a row names its group: several groups elect at once, and five leaders of term 1 in a row would
/// read as a broken promise.
const GROUP_FROM: usize = 56;

/// An event as a row: when, what in a word, what in a sentence.
pub fn row<'a>(strip: Strip<'a>, scene: &Scene<'_>, event: &Event, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let role = if repeats(event, &scene.view.events) { Role::Muted } else { caption::role(&event.kind) };
    let word = caption::word(&event.kind, locale);
    let strip = strip.right(8, Role::Muted, &event.at.to_string()).gap();
    let end = strip.width() + 12;
    let strip = strip.add(role, format!("{} {word}", caption::sign(&event.kind))).to(end);
    let strip = match event.group.filter(|_| columns >= GROUP_FROM) {
        Some(group) => strip.left(5, Role::Muted, &group.to_string()),
        None if columns >= GROUP_FROM => strip.to(end + 5),
        None => strip,
    };
    let room = columns.saturating_sub(strip.width());
    strip.add(caption_role(event), shorten(&caption::caption(event, &scene.view.events, locale), room))
}

/// A timer that ran out again, for the same term: a node that is cut off asks for ever, and is loud only once.
fn repeats(event: &Event, events: &[Event]) -> bool {
    let EventKind::TimedOut { term, .. } = event.kind else { return false };
    let same = |other: &Event| matches!(other.kind, EventKind::TimedOut { term: before, .. } if before == term);
    let earlier = events.iter().take_while(|other| other.id < event.id);
    earlier.filter(|other| other.node == event.node && other.group == event.group).any(same)
}

/// A sentence in one row: if it is too long, its first clauses, as many as fit. The whole of it is in the story below
/// the list, in why and in the log; half a word is nowhere.
pub fn shorten(sentence: &str, room: usize) -> String {
    if width(sentence) <= room {
        return sentence.to_owned();
    }
    let ends = sentence.match_indices([':', ',', ';', '(']).map(|(end, _)| sentence[..end].trim_end());
    let fits = ends.rev().find(|head| (8..=room).contains(&width(head)));
    fits.map_or_else(|| cut_end(sentence, room), str::to_owned)
}

/// Below so many rows a list that follows the newest leaves out what is quiet. A filter, or a key in the list, shows all.
const BRIEF_BELOW: usize = 5;

/// Rows from which on a long sentence may have a second one.
const WRAP_FROM: usize = 16;

/// Rows that a long sentence may have.
const ROWS_MAX: usize = 3;

/// A sentence that does not fit into its row, in several: from which column, and the rows.
fn continuation(scene: &Scene<'_>, event: &Event, columns: usize) -> Continuation {
    let column = 22 + if columns >= GROUP_FROM { 5 } else { 0 };
    let room = columns.checked_sub(column).filter(|room| *room > 12)?;
    let said = caption::caption(event, &scene.view.events, &scene.look.locale);
    if width(&said) <= room {
        return None;
    }
    let mut rows = wrap(&said, room);
    if rows.len() > ROWS_MAX {
        let last = rows.split_off(ROWS_MAX - 1).join(" ");
        rows.push(cut_end(&last, room));
    }
    Some((column, rows))
}

/// Rows of an event with these continuations.
fn height(more: Option<&(usize, Vec<String>)>) -> usize {
    more.map_or(1, |(_, rows)| rows.len())
}

fn caption_role(event: &Event) -> Role {
    if caption::role(&event.kind) == Role::Muted { Role::Muted } else { Role::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_loses_clauses_and_not_half_words() {
        let said = "n4 commits record 1, its first of term 1: the group works again";
        assert_eq!(shorten(said, 80), said);
        assert_eq!(shorten(said, 44), "n4 commits record 1, its first of term 1");
        assert_eq!(shorten(said, 30), "n4 commits record 1");
        assert_eq!(shorten(said, 10), "n4 commit…");
        assert_eq!(shorten("n5 leads: 3 of 5 votes (n2 n3 n5)", 30), "n5 leads: 3 of 5 votes");
    }
}
