//! Toasts: short messages at the right end of the tab bar, over it where they need the room.
//!
//! Idea: the end of a complaint is what helps (`such as T000000017003`), so a toast is not cut while there are rows to
//! break it into. Tabs and titles that it covers come back by themselves after a few seconds; what it said would not.
//! Bound: [`SHOWN_MAX`] toasts, [`ROWS_MAX`] rows, the newest first; only what is longer still is cut.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, cut_end, width, wrap};
use super::super::scene::Scene;
use super::super::state::Toast;
use super::super::theme::Role;

/// Toasts that are shown at a time.
pub const SHOWN_MAX: usize = 2;
/// Rows that toasts may cover.
pub const ROWS_MAX: u16 = 3;

/// Draws them into an area whose first row has something else in so many columns.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, taken: u16, scene: &Scene<'_>) {
    let toasts: Vec<(Role, String)> = scene.state.toasts.iter().rev().take(SHOWN_MAX).map(said).collect();
    // Each has a blank on both sides, and another one to its right.
    let needed: usize = toasts.iter().map(|(_, text)| width(text) + 3).sum();
    if needed + usize::from(taken) <= usize::from(area.width) {
        beside(canvas, area, &toasts);
    } else {
        below(canvas, area, &toasts);
    }
}

fn said(toast: &Toast) -> (Role, String) {
    let role = if toast.error { Role::Error } else { Role::Accent };
    (role, if toast.count > 1 { format!("{} ×{}", toast.text, toast.count) } else { toast.text.clone() })
}

/// All in one row, from the right.
fn beside(canvas: &mut Canvas<'_>, area: Rect, toasts: &[(Role, String)]) {
    let mut end = usize::from(area.width).saturating_sub(1);
    for (role, text) in toasts {
        let start = end.saturating_sub(width(text) + 2);
        canvas.word(area, start as u16, 0, *role, &format!(" {text} "));
        end = start.saturating_sub(1);
    }
}

/// Under each other, each broken between words and no wider than it needs.
fn below(canvas: &mut Canvas<'_>, area: Rect, toasts: &[(Role, String)]) {
    let room = usize::from(area.width).saturating_sub(3);
    let mut row = 0;
    for (role, text) in toasts {
        let mut lines = wrap(text, room);
        let left = usize::from(ROWS_MAX.min(area.height).saturating_sub(row));
        if left == 0 {
            return;
        }
        if lines.len() > left {
            let rest = lines.split_off(left - 1).join(" ");
            lines.push(cut_end(&rest, room));
        }
        let wide = lines.iter().map(|line| width(line)).max().unwrap_or(0);
        let start = usize::from(area.width).saturating_sub(wide + 3) as u16;
        for line in lines {
            canvas.word(area, start, row, *role, &format!(" {line}{} ", " ".repeat(wide - width(&line))));
            row += 1;
        }
    }
}
