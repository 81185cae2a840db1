//! Spreads: two-leg orders over two partitions, as each partition knows them.

use ratatui::layout::Rect;

use super::super::super::canvas::{Canvas, width};
use super::super::super::hits::Hit;
use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::super::super::theme::Role;
use super::super::super::widgets::figure;
use super::super::super::widgets::frame::frame;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let inner = frame(canvas, scene, area, Panel::Spreads, &locale.text("panel-spreads"), "");
    let groups = || scene.view.partitions();
    let columns = usize::from(inner.width).saturating_sub(5);
    // Where five do not fit, what was begun is left out: it is the sum of the others.
    let shown = if columns >= 5 * 9 { 5 } else { 4 };
    let column = (columns / shown).min(11);
    let heads = ["spreads-open", "spreads-held", "spreads-committed", "spreads-aborted", "spreads-begun"];
    let head = heads.iter().take(shown).fold(canvas.strip().to(5), |strip, id| {
        let long = locale.text(id);
        let word = if width(&long) < column { long } else { locale.text(&format!("{id}-short")) };
        strip.right(column, Role::Muted, &word)
    });
    canvas.put(inner, 0, head);
    for (row, group) in groups().take(usize::from(inner.height.saturating_sub(1))).enumerate() {
        let spreads = group.spreads;
        // Something held for long is what a spread must never leave behind: it is said with weight, not with alarm.
        let held = if spreads.held > 0 { Role::Title } else { Role::Muted };
        let open = if spreads.open > 0 { Role::Title } else { Role::Muted };
        // What lies in a group of which no replica runs is unknown.
        let is_known = group.resting.is_some();
        let figures = [
            (open, u64::from(spreads.open)),
            (held, u64::from(spreads.held)),
            (Role::Text, spreads.committed),
            (Role::Text, spreads.aborted),
            (Role::Text, spreads.begun),
        ];
        let strip = figures.iter().take(shown).fold(
            canvas.strip().left(5, Role::Text, &group.id.to_string()),
            |strip, cell| {
                let role = if is_known { cell.0 } else { Role::Muted };
                strip.right(column, role, &figure::count(is_known.then_some(cell.1), locale))
            },
        );
        let place = row as u16 + 1;
        canvas.hit(Rect::new(inner.x, inner.y + place, inner.width, 1), Hit::Group(group.id));
        canvas.put(inner, place, strip);
    }
}
