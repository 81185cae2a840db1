//! The toast: one short message, where nothing is covered that anybody reads.
//!
//! Idea: it has a place of its own: beside the tabs, where the row is empty anyway. If it is too long for that, the tabs make
//! room while it stands; and a second row of it lies on the top line of the frames below. Never over what a panel says, nor
//! over the clock and the rule of acknowledgement, nor over the keys: a refusal is when they are looked for.
//! The end of a complaint is what helps (`such as T000000017003`), so it is broken into rows before it is cut.
//! Bound: one toast, the newest; [`ROWS_MAX`] rows, and only what is longer still is cut.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, cut_end, width, wrap};
use super::super::scene::Scene;
use super::super::state::Toast;
use super::super::theme::Role;

/// Rows that a toast may take.
pub const ROWS_MAX: usize = 2;

/// Draws it: beside the tabs, which take so many columns of their row, or into these rows, the first of them before the others.
pub fn draw(canvas: &mut Canvas<'_>, tabs: Rect, taken: u16, rows: [Rect; ROWS_MAX], scene: &Scene<'_>) {
    let Some(toast) = scene.state.toasts.last() else { return };
    let (role, text) = said(toast);
    let room = usize::from(tabs.width).saturating_sub(usize::from(taken));
    // A blank on both sides, and another one to its right.
    if tabs.height > 0 && width(&text) + 3 <= room {
        let start = usize::from(tabs.width) - width(&text) - 3;
        canvas.word(tabs, start as u16, 0, role, &format!(" {text} "));
    } else {
        across(canvas, rows, role, &text);
    }
}

fn said(toast: &Toast) -> (Role, String) {
    let role = if toast.error { Role::Error } else { Role::Accent };
    (role, if toast.count > 1 { format!("{} ×{}", toast.text, toast.count) } else { toast.text.clone() })
}

/// Broken between words into as few rows as it needs.
fn across(canvas: &mut Canvas<'_>, rows: [Rect; ROWS_MAX], role: Role, text: &str) {
    let room = usize::from(rows[0].width).saturating_sub(2);
    let mut lines = wrap(text, room);
    if lines.len() > ROWS_MAX {
        let rest = lines.split_off(ROWS_MAX - 1).join(" ");
        lines.push(cut_end(&rest, room));
    }
    for (row, line) in rows.into_iter().zip(&lines) {
        canvas.clear(row, Role::Text);
        canvas.word(row, 0, 0, role, &format!(" {line} "));
    }
}
