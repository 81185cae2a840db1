//! Focus: which panel has it, and where it goes.
//!
//! Idea: `w` walks through all panels that the screen names, drawn or not: drawing gives the one with the focus a place.
//! The arrows go by what the eye sees, so only to what was drawn.

use ratatui::layout::Rect;

use super::refusal::Refusal;
use super::{Given, neighbour};
use crate::ui::action::{Side, Way};
use crate::ui::state::UiState;

/// The next panel, or the one before.
pub(in crate::ui) fn next(state: &mut UiState, way: Way) -> Result<(), Refusal> {
    state.focus = neighbour(state.screen.panels(), state.focus, way);
    Ok(())
}

/// The nearest panel at this side of the focused one; none there, no change.
pub(in crate::ui) fn towards(state: &mut UiState, given: &Given<'_>, side: Side) -> Result<(), Refusal> {
    let Some(from) = given.hits.area_of(state.focus) else {
        let way = if matches!(side, Side::Left | Side::Up) { Way::Back } else { Way::On };
        return next(state, way);
    };
    let others = given.hits.panels().filter(|(_, panel)| *panel != state.focus);
    let nearest =
        others.filter_map(|(area, panel)| Some((distance(from, area, side)?, panel))).min_by_key(|(far, _)| *far);
    if let Some((_, panel)) = nearest {
        state.focus = panel;
    }
    Ok(())
}

/// How far an area lies to that side: first the gap, then how far off the line; `None` if it lies elsewhere.
fn distance(from: Rect, to: Rect, side: Side) -> Option<(u16, u16)> {
    let gap = match side {
        Side::Left => from.left().checked_sub(to.right()),
        Side::Right => to.left().checked_sub(from.right()),
        Side::Up => from.top().checked_sub(to.bottom()),
        Side::Down => to.top().checked_sub(from.bottom()),
    }?;
    let off = match side {
        Side::Left | Side::Right => from.top().abs_diff(to.top()),
        Side::Up | Side::Down => from.left().abs_diff(to.left()),
    };
    Some((gap, off))
}
