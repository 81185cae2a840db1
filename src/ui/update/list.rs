//! Lists: moving, following, filtering.
//!
//! Idea: the list of events follows the newest until somebody looks back; from then on it stands still, whatever
//! arrives, until `G` or `End`. k9s taught what a list that moves under the reader's eyes is worth.
//! Shape: the place in the list is an event's number, never a row, so new events and filters cannot shift it.

use super::refusal::Refusal;
use super::{Given, Request, faults, market, overlay, step_through_nodes};
use crate::domain::ids::{EventId, NodeId};
use crate::ui::action::{Leap, Way};
use crate::ui::filter::Filter;
use crate::ui::state::{ListState, Overlay, Panel, UiState};

/// Rows of a list that nobody has drawn yet.
const PAGE: usize = 10;

/// One row up.
pub(in crate::ui) fn up(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    go(state, given, Way::Back, Leap::Row, out)
}

/// One row down.
pub(in crate::ui) fn down(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    go(state, given, Way::On, Leap::Row, out)
}

/// Half a page up.
pub(in crate::ui) fn half_page_up(
    state: &mut UiState,
    given: &Given<'_>,
    out: &mut Vec<Request>,
) -> Result<(), Refusal> {
    go(state, given, Way::Back, Leap::HalfPage, out)
}

/// Half a page down.
pub(in crate::ui) fn half_page_down(
    state: &mut UiState,
    given: &Given<'_>,
    out: &mut Vec<Request>,
) -> Result<(), Refusal> {
    go(state, given, Way::On, Leap::HalfPage, out)
}

/// A page up.
pub(in crate::ui) fn page_up(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    go(state, given, Way::Back, Leap::Page, out)
}

/// A page down.
pub(in crate::ui) fn page_down(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    go(state, given, Way::On, Leap::Page, out)
}

/// To the first row.
pub(in crate::ui) fn top(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    go(state, given, Way::Back, Leap::End, out)
}

/// To the last row.
pub(in crate::ui) fn end(state: &mut UiState, given: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    go(state, given, Way::On, Leap::End, out)
}

/// Moves in whatever list has the focus: an overlay's, the market's, the events, or else the nodes.
fn go(state: &mut UiState, given: &Given<'_>, way: Way, leap: Leap, out: &mut Vec<Request>) -> Result<(), Refusal> {
    if market::takes(state) {
        market::go(state, given, way, leap, out);
    } else {
        go_outside_the_market(state, given, way, leap);
    }
    Ok(())
}

fn go_outside_the_market(state: &mut UiState, given: &Given<'_>, way: Way, leap: Leap) {
    match state.overlay {
        Overlay::None
        | Overlay::Welcome
        | Overlay::WhichKey(_)
        | Overlay::Why(_)
        | Overlay::History(_)
        | Overlay::Trades(_)
        | Overlay::Trade(_) => {}
        Overlay::Details(_) => {
            step_through_nodes(state, given, way);
            state.overlay = Overlay::Details(state.selected);
            return;
        }
        _ => return overlay::go(state, given, way, leap),
    }
    if state.focus == Panel::Events || leap != Leap::End && leap != Leap::Row {
        events(state, given, way, leap);
    } else if leap == Leap::Row {
        step_through_nodes(state, given, way);
    } else {
        let mut nodes = faults::members(given.view);
        let end = if way == Way::Back { nodes.next() } else { nodes.next_back() };
        state.selected = end.map_or(NodeId(1), |node| node.id);
    }
}

/// Rows of the event panel, without its border.
fn page(given: &Given<'_>) -> usize {
    given.hits.area_of(Panel::Events).map_or(PAGE, |area| usize::from(area.height).saturating_sub(2)).max(1)
}

/// The events that the filter lets through, oldest first.
fn shown(state: &UiState, given: &Given<'_>) -> Vec<EventId> {
    let filter = state.events.filter.as_str();
    let events = given.view.events.iter().filter(|event| given.words.shows(event, filter));
    events.map(|event| event.id).collect()
}

fn events(state: &mut UiState, given: &Given<'_>, way: Way, leap: Leap) {
    let shown = shown(state, given);
    let Some(last) = shown.len().checked_sub(1) else { return };
    let page = page(given);
    if leap == Leap::End && way == Way::On {
        state.events.bottom = None;
        state.events.selected = None;
        return;
    }
    let at = |id: EventId| shown.partition_point(|other| *other <= id).saturating_sub(1);
    let current = state.events.selected.or(state.events.bottom).map_or(last, at);
    let by = match leap {
        Leap::Row => 1,
        Leap::HalfPage => page.div_ceil(2),
        Leap::Page => page,
        Leap::End => last,
    };
    let next = if way == Way::Back { current.saturating_sub(by) } else { (current + by).min(last) };
    place(state, &shown, next, page);
}

/// Selects the event at this place and keeps it in sight.
fn place(state: &mut UiState, shown: &[EventId], next: usize, page: usize) {
    let Some(last) = shown.len().checked_sub(1) else { return };
    let at = |id: EventId| shown.partition_point(|other| *other <= id).saturating_sub(1);
    let bottom = state.events.bottom.map_or(last, at);
    let top = (bottom + 1).saturating_sub(page);
    let bottom = if next > bottom {
        next
    } else if next < top {
        (next + page - 1).min(last)
    } else {
        bottom
    };
    state.events.bottom = shown.get(bottom).copied();
    state.events.selected = shown.get(next).copied();
}

/// The next match: with a filter every event shown is one, without one the loud events are.
pub(in crate::ui) fn next_match(state: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    find_match(state, given, Way::On);
    Ok(())
}

/// The match before.
pub(in crate::ui) fn previous_match(
    state: &mut UiState,
    given: &Given<'_>,
    _: &mut Vec<Request>,
) -> Result<(), Refusal> {
    find_match(state, given, Way::Back);
    Ok(())
}

fn find_match(state: &mut UiState, given: &Given<'_>, way: Way) {
    let shown = shown(state, given);
    let loud = |id: EventId| {
        let events = &given.view.events;
        let found = events.binary_search_by_key(&id, |event| event.id).ok().and_then(|place| events.get(place));
        found.is_some_and(|event| event.kind.loudness() == crate::domain::event::Loudness::Loud)
    };
    let matches = |id: &&EventId| !state.events.filter.is_empty() || loud(**id);
    let from = state.events.selected.or(state.events.bottom).unwrap_or(EventId(u64::MAX));
    let found = match way {
        Way::Back => shown.iter().rev().filter(|id| **id < from).find(matches),
        Way::On => shown.iter().filter(|id| **id > from).find(matches),
    };
    match found.copied().and_then(|id| shown.iter().position(|other| *other == id)) {
        Some(next) => place(state, &shown, next, page(given)),
        None => super::toast::say(state, given, "toast-no-match", &[]),
    }
}

/// Sets the filter; the list follows again, since what stood at the bottom may be gone.
pub(super) fn filter(state: &mut UiState, given: &Given<'_>, text: &str) {
    text.clone_into(&mut state.events.filter);
    state.events.bottom = None;
    state.events.selected = None;
    state.focus = Panel::Events;
    if !state.screen.panels().contains(&Panel::Events) {
        super::screens::go(state, crate::ui::state::Screen::Events);
    }
    judge(state, given);
}

/// What was said of a filter goes with it: of its kind, or that nothing matches.
pub(super) fn retract(state: &mut UiState, given: &Given<'_>) {
    let said = state.events.said.take().into_iter().chain([given.words.text("toast-no-match", &[])]);
    said.for_each(|said| super::toast::take_back(state, &said));
}

/// Says that the filter shows nothing, and why if a kind is misspelt; what was said of an earlier one goes.
pub(super) fn judge(state: &mut UiState, given: &Given<'_>) {
    retract(state, given);
    if state.events.filter.is_empty() || !shown(state, given).is_empty() {
        return;
    }
    let filter = Filter::read(&state.events.filter);
    let why = match filter.stranger(|name| given.words.event_word(name)) {
        None => Refusal::new("toast-no-match"),
        Some((kind, None)) => Refusal::new("toast-no-kind").with("kind", kind),
        Some((kind, Some(near))) => Refusal::new("toast-no-kind-near").with("kind", kind).with("near", near),
    };
    super::toast::refuse(state, given, &why);
    state.events.said = Some(why.text(given.words));
}

/// Shows every event again; does nothing where no filter is set.
pub(in crate::ui) fn unfilter(state: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    if !state.events.filter.is_empty() {
        filter(state, given, "");
    }
    Ok(())
}

/// Moves in the list of an overlay with so many rows.
pub(super) fn rows(list: &mut ListState, count: usize, way: Way, leap: Leap) {
    let by = match leap {
        Leap::Row => 1,
        Leap::HalfPage => PAGE / 2,
        Leap::Page => PAGE,
        Leap::End => count,
    };
    let last = count.saturating_sub(1);
    list.selected = match way {
        Way::Back => list.selected.min(last).saturating_sub(by),
        Way::On => (list.selected + by).min(last),
    };
}
