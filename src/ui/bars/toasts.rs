//! The toast: one short message, where nothing is covered that anybody reads.
//!
//! Idea: it has a place of its own. Beside the tabs, where the row is empty anyway; and if it is too long for that, on the
//! bars at the bottom, whose keys come back as it goes. Never over a panel, its title or an overlay.
//! The end of a complaint is what helps (`such as T000000017003`), so it is broken into rows before it is cut.
//! Bound: one toast, the newest; [`ROWS_MAX`] rows, and only what is longer still is cut.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, cut_end, width, wrap};
use super::super::scene::Scene;
use super::super::state::Toast;
use super::super::theme::Role;

/// Rows at the bottom that a toast may take: those of the time bar and the hints.
pub const ROWS_MAX: u16 = 2;

/// Draws it: into the row of the tabs, of which so many columns are taken, or over the bars at the bottom.
pub fn draw(canvas: &mut Canvas<'_>, tabs: Rect, taken: u16, bottom: Rect, scene: &Scene<'_>) {
    let Some(toast) = scene.state.toasts.last() else { return };
    let (role, text) = said(toast);
    let room = usize::from(tabs.width).saturating_sub(usize::from(taken));
    // A blank on both sides, and another one to its right.
    if tabs.height > 0 && width(&text) + 3 <= room {
        let start = usize::from(tabs.width) - width(&text) - 3;
        canvas.word(tabs, start as u16, 0, role, &format!(" {text} "));
    } else {
        below(canvas, bottom, role, &text);
    }
}

fn said(toast: &Toast) -> (Role, String) {
    let role = if toast.error { Role::Error } else { Role::Accent };
    (role, if toast.count > 1 { format!("{} ×{}", toast.text, toast.count) } else { toast.text.clone() })
}

/// In the last rows, broken between words.
fn below(canvas: &mut Canvas<'_>, area: Rect, role: Role, text: &str) {
    let room = usize::from(area.width).saturating_sub(2);
    let most = usize::from(ROWS_MAX.min(area.height)).max(1);
    let mut lines = wrap(text, room);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(cut_end(&rest, room));
    }
    let first = area.height.saturating_sub(lines.len() as u16);
    for (place, line) in lines.iter().enumerate() {
        let row = Rect::new(area.x, area.y + first + place as u16, area.width, 1);
        canvas.clear(row, Role::Text);
        canvas.word(row, 0, 0, role, &format!(" {line} "));
    }
}
