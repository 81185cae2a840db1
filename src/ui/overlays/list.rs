//! Lists with a text field, and cards of a few rows.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Strip, width};
use super::super::hits::Hit;
use super::super::scene::{HelpRow, Scene};
use super::super::state::ListState;
use super::super::theme::Role;
use super::{centred, window};

/// Draws a list with its text field; the selected row stays in sight.
pub fn list(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>, state: &ListState, title: &str) {
    let locale = &scene.look.locale;
    let area = centred(body, (body.width * 3 / 5).max(64), (body.height * 4 / 5).max(12));
    let note = locale.say("list-count", &[("n", (scene.rows.len() as u64).into())]);
    let inner = window(canvas, area, title, &note);
    let field = canvas.strip().add(Role::Accent, "/ ").add(Role::Title, state.text.clone());
    // The block says that letters are text now; without it they are keys.
    canvas.put(inner, 0, if state.editing { field.add(Role::Accent, "█") } else { field });
    let keys = scene.rows.iter().map(|row| width(&row.key)).max().unwrap_or(0).clamp(3, 18);
    let mut lines: Vec<(Option<usize>, &HelpRow)> = Vec::new();
    for (place, row) in scene.rows.iter().enumerate() {
        let fresh = place == 0 || scene.rows[place - 1].group != row.group;
        if fresh && !row.group.is_empty() {
            lines.push((None, row));
        }
        lines.push((Some(place), row));
    }
    let room = usize::from(inner.height.saturating_sub(2));
    let chosen = lines.iter().position(|(place, _)| *place == Some(state.selected)).unwrap_or(0);
    let first = (chosen + 1).saturating_sub(room);
    for (line, (place, row)) in lines.iter().skip(first).take(room).enumerate() {
        let strip = match place {
            None => canvas.strip().add(Role::Title, row.group.clone()),
            Some(place) => {
                // What Enter would not take does not look as if it would.
                let chosen = *place == state.selected && (state.picked || !row.offered);
                entry(canvas.strip(), row, keys, chosen, usize::from(inner.width))
            }
        };
        if let Some(place) = place {
            canvas.hit(Rect::new(inner.x, inner.y + line as u16 + 2, inner.width, 1), Hit::Row(*place));
        }
        canvas.put(inner, line as u16 + 2, strip);
    }
    if scene.rows.is_empty() {
        canvas.word(inner, 0, 2, Role::Muted, &locale.text("list-empty"));
    }
}

fn entry<'a>(strip: Strip<'a>, row: &HelpRow, keys: usize, chosen: bool, columns: usize) -> Strip<'a> {
    let (key, text) = match (chosen, row.enabled) {
        (true, _) => (Role::Selection, Role::Selection),
        (_, true) => (Role::Key, Role::Text),
        _ => (Role::Disabled, Role::Disabled),
    };
    let strip = strip.add(Role::Accent, if chosen { "❯ " } else { "  " });
    let head = format!("{:<keys$}  ", row.key);
    let room = columns.saturating_sub(strip.width() + width(&head));
    let text_cells = super::super::canvas::cut_end(&row.text, room);
    let blanks = if chosen { room.saturating_sub(width(&text_cells)) } else { 0 };
    strip.add(key, head).add(text, format!("{text_cells}{}", " ".repeat(blanks)))
}

/// Draws a card of rows: key and text.
pub fn card(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>, title: &str, note: &str) {
    let keys = scene.rows.iter().map(|row| width(&row.key)).max().unwrap_or(0);
    let texts = scene.rows.iter().map(|row| width(&row.text)).max().unwrap_or(0);
    let wide = (keys + texts + 7).max(width(title) + width(note) + 12);
    let area = centred(body, wide as u16, scene.rows.len() as u16 + 2);
    let inner = window(canvas, area, title, note);
    for (line, row) in scene.rows.iter().enumerate() {
        let role = if row.enabled { Role::Key } else { Role::Disabled };
        let text = if row.enabled { Role::Text } else { Role::Disabled };
        let strip = canvas.strip().left(keys, role, &row.key).add(Role::Text, "  ").add(text, row.text.clone());
        if let Some(action) = row.action {
            canvas.hit(
                Rect::new(inner.x, inner.y + line as u16, inner.width, 1).intersection(inner),
                Hit::Action(action),
            );
        }
        canvas.put(inner, line as u16, strip);
    }
}
