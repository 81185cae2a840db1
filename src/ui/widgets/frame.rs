//! The frame of a panel: thin and round, heavy where the focus is; the title stands in the border.
//!
//! Idea: the focus is a heavy line, not only a colour, so that it is seen without colours.

use ratatui::layout::{Margin, Rect};

use super::super::canvas::{Canvas, cut_end, width};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use crate::locale::Locale;

const THIN: [&str; 6] = ["╭", "╮", "╰", "╯", "─", "│"];
const HEAVY: [&str; 6] = ["┏", "┓", "┗", "┛", "━", "┃"];

/// Draws a panel's frame and gives what is inside, with one cell of padding left and right.
pub fn frame(canvas: &mut Canvas<'_>, scene: &Scene<'_>, area: Rect, panel: Panel, title: &str, note: &str) -> Rect {
    canvas.hit(area, Hit::Panel(panel));
    let focused = scene.focused(panel);
    boxed(canvas, area, if focused { Role::Focus } else { Role::Border }, title, note)
}

/// The title of a panel that has no room for all of its rows says how many it shows.
pub fn counted(title: &str, shown: usize, all: usize, locale: &Locale) -> String {
    if shown == all {
        return title.to_owned();
    }
    let figures = [("title", title.into()), ("shown", (shown as u64).into()), ("n", (all as u64).into())];
    locale.say("panel-some", &figures)
}

/// Draws a box; heavy if it is drawn in the colour of the focus.
pub fn boxed(canvas: &mut Canvas<'_>, area: Rect, role: Role, title: &str, note: &str) -> Rect {
    if area.width < 6 || area.height < 3 {
        return area;
    }
    let [left_top, right_top, left_bottom, right_bottom, across, down] = if role == Role::Focus { HEAVY } else { THIN };
    let style = canvas.style(role);
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.left() + 1..right {
        canvas.buffer[(x, area.top())].set_symbol(across).set_style(style);
        canvas.buffer[(x, bottom)].set_symbol(across).set_style(style);
    }
    for y in area.top() + 1..bottom {
        canvas.buffer[(area.left(), y)].set_symbol(down).set_style(style);
        canvas.buffer[(right, y)].set_symbol(down).set_style(style);
    }
    let corners = [
        ((area.left(), area.top()), left_top),
        ((right, area.top()), right_top),
        ((area.left(), bottom), left_bottom),
        ((right, bottom), right_bottom),
    ];
    for (place, corner) in corners {
        canvas.buffer[place].set_symbol(corner).set_style(style);
    }
    let room = usize::from(area.width) - 4;
    let title = cut_end(title, room.saturating_sub(2));
    if !title.is_empty() {
        canvas.word(area, 2, 0, Role::Title, &format!(" {title} "));
    }
    let used = width(&title) + 4;
    if !note.is_empty() && used + width(note) < room {
        let column = usize::from(area.width) - 4 - width(note);
        canvas.word(area, column as u16, 0, Role::Muted, &format!(" {note} "));
    }
    area.inner(Margin { horizontal: 2, vertical: 1 })
}
