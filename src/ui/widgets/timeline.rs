//! The time line: the recent past as a line with a sign for each loud event, the play head at its right end.
//!
//! Idea: the last marks are those that the class still talks about. Where two fall on one cell a failure stays,
//! and of equals the later one.

use crate::domain::event::{Event, Loudness};
use crate::domain::time::{SimDuration, SimTime};

use super::super::canvas::Strip;
use super::super::caption;
use super::super::theme::Role;

/// The sign of an event. What has none in the list, where a word stands beside it, has one here: a blank would be a gap.
fn mark(event: &Event) -> &'static str {
    match caption::sign(&event.kind) {
        " " => "┼",
        sign => sign,
    }
}

/// Adds a time line over `span` up to `now`, so many columns wide.
#[must_use]
pub fn timeline<'a>(strip: Strip<'a>, columns: usize, events: &[Event], now: SimTime, span: SimDuration) -> Strip<'a> {
    let Some(room) = columns.checked_sub(2).filter(|room| *room > 0) else { return strip };
    let line = cells(room, events, now, span).into_iter().fold(strip.add(Role::Border, "├"), |strip, cell| match cell
    {
        Some(event) => strip.add(caption::role(&event.kind), mark(event)),
        None => strip.add(Role::Border, "─"),
    });
    line.add(Role::Accent, "█")
}

/// What stands in each cell.
fn cells(room: usize, events: &[Event], now: SimTime, span: SimDuration) -> Vec<Option<&Event>> {
    let mut cells: Vec<Option<&Event>> = vec![None; room];
    for event in events.iter().filter(|event| event.kind.loudness() == Loudness::Loud) {
        let ago = now.since(event.at).as_micros();
        let back = ago.saturating_mul(room as u64) / span.as_micros().max(1);
        if (back as usize) < room {
            let cell = &mut cells[room - 1 - back as usize];
            if cell.is_none_or(|before| !is_failure(before) || is_failure(event)) {
                *cell = Some(event);
            }
        }
    }
    cells
}

fn is_failure(event: &Event) -> bool {
    matches!(caption::role(&event.kind), Role::NodeFailed | Role::Error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::fixture::{Story, view};

    #[test]
    fn a_failure_outlasts_what_follows_in_the_same_cell() {
        let mut events = view(Story::Halted).events;
        let failure = events.iter().position(is_failure).unwrap();
        let loud = |event: &&Event| !is_failure(event) && event.kind.loudness() == Loudness::Loud;
        let other = events.iter().find(loud).unwrap().clone();
        let failed = events.remove(failure);
        let later = Event { at: failed.at, ..other };
        let both = [failed.clone(), later.clone()];
        let last = |events: &[Event]| {
            let cells = cells(12, events, failed.at, SimDuration::from_secs(60));
            cells.last().copied().flatten().map(|event| event.id)
        };
        assert_eq!(last(&both), Some(failed.id));
        assert_eq!(last(&[later.clone(), failed.clone()]), Some(failed.id));
        assert_eq!(last(std::slice::from_ref(&later)), Some(later.id));
    }

    #[test]
    fn no_event_leaves_a_gap_in_the_line() {
        for event in Story::ALL.into_iter().flat_map(|story| view(story).events) {
            assert!(!mark(&event).trim().is_empty(), "{:?}", event.kind);
        }
    }
}
