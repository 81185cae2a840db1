//! Spreads: two-leg orders over two partitions, as each partition knows them.

use ratatui::layout::Rect;

use super::super::super::canvas::Canvas;
use super::super::super::hits::Hit;
use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::super::super::theme::Role;
use super::super::super::widgets::frame::frame;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let inner = frame(canvas, scene, area, Panel::Spreads, &locale.text("panel-spreads"), "");
    let groups = || scene.view.groups.iter().filter(|group| group.id.partition().is_some());
    let wide = usize::from(inner.width) >= 5 + 5 * 10;
    let column = if wide { 10 } else { usize::from(inner.width).saturating_sub(5) / 5 };
    let heads = ["spreads-open", "spreads-held", "spreads-begun", "spreads-committed", "spreads-aborted"];
    let head = heads.iter().fold(canvas.strip().to(5), |strip, id| {
        let short = if wide { locale.text(id) } else { locale.text(&format!("{id}-short")) };
        strip.right(column, Role::Muted, &short)
    });
    canvas.put(inner, 0, head);
    for (row, group) in groups().take(usize::from(inner.height.saturating_sub(1))).enumerate() {
        let spreads = group.spreads;
        // Something held for long is what a spread must never leave behind: it is said with weight, not with alarm.
        let held = if spreads.held > 0 { Role::Title } else { Role::Muted };
        let open = if spreads.open > 0 { Role::Title } else { Role::Muted };
        let figures = [
            (open, u64::from(spreads.open)),
            (held, u64::from(spreads.held)),
            (Role::Text, spreads.begun),
            (Role::Text, spreads.committed),
            (Role::Text, spreads.aborted),
        ];
        let strip = figures.iter().fold(canvas.strip().left(5, Role::Text, &group.id.to_string()), |strip, cell| {
            strip.right(column, cell.0, &locale.number(cell.1))
        });
        let place = row as u16 + 1;
        canvas.hit(Rect::new(inner.x, inner.y + place, inner.width, 1), Hit::Group(group.id));
        canvas.put(inner, place, strip);
    }
}
