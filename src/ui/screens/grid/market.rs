//! Where the panels of the market stand.
//!
//! Idea: the eye goes from the list of symbols to the book of one of them, and the hand's own orders and account lie
//! below. What else there is to know (tape, market data, spreads) is there from 110 columns on. The venues stand above
//! the books, where there is a choice of them.

use ratatui::layout::{Constraint, Layout, Rect};

use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::{Slot, column, row, rows};

/// The panels with their areas.
pub(super) fn places(body: Rect, columns: u16, scene: &Scene<'_>) -> Vec<(Rect, Panel)> {
    let lines = scene.state.market.listed(scene.view).take(16).count() as u16 + 3;
    let groups = scene.view.groups.len().clamp(1, 6) as u16 + 3;
    // Market data takes one row until there is some.
    let ticks = if scene.view.market.sent == 0 { 3 } else { scene.view.market.feeds.len().clamp(1, 8) as u16 + 7 };
    let venues = scene.view.venues.venues.len() as u16;
    let venues = (Panel::Venues, 0, if venues == 0 { 0 } else { venues + 3 });
    if columns < 110 {
        let tall = body.height >= 30;
        let [top, bottom] = rows(body, [if tall { lines.max(18) } else { lines.min(13) }, 0]);
        let [left, right] = Layout::horizontal([Constraint::Fill(11), Constraint::Fill(9)]).areas(top);
        let mut places = vec![(left, Panel::Symbols)];
        places.extend(stack(right, &[venues, (Panel::Ladder, 1, 8)]));
        let below = [(Panel::Blotter, 1, 6), (Panel::Account, 1, 8), (Panel::Ticks, 1, 8)];
        places.extend(column(bottom, if tall { &below } else { &below[..1] }));
        return places;
    }
    if columns < 160 {
        let [left, right] = Layout::horizontal([Constraint::Fill(13), Constraint::Fill(12)]).areas(body);
        let mut places = column(left, &[(Panel::Symbols, 0, lines), (Panel::Blotter, 1, 7), (Panel::Account, 1, 9)]);
        let [book, below, data] = rows(right, [0, groups.max(7), ticks.min(if body.height >= 34 { 13 } else { 11 })]);
        places.extend(stack(book, &[venues, (Panel::Ladder, 1, 9)]));
        places.extend(row(below, &[(Panel::Tape, 1), (Panel::Spreads, 1)]));
        places.push((data, Panel::Ticks));
        return places;
    }
    let [left, centre, right] =
        Layout::horizontal([Constraint::Fill(40), Constraint::Fill(32), Constraint::Fill(28)]).areas(body);
    let mut places = column(left, &[(Panel::Symbols, 0, lines), (Panel::Blotter, 1, 10), (Panel::Account, 1, 12)]);
    places.extend(stack(centre, &[venues, (Panel::Ladder, 3, 20), (Panel::Tape, 1, 8)]));
    places.extend(column(right, &[(Panel::Ticks, 1, 12), (Panel::Spreads, 0, groups)]));
    places
}

/// Panels under each other, without those that have no height.
fn stack(area: Rect, slots: &[Slot]) -> Vec<(Rect, Panel)> {
    let slots: Vec<Slot> = slots.iter().copied().filter(|slot| slot.2 > 0).collect();
    column(area, &slots)
}
