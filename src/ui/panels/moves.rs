//! Moves: what is on its way from one partition to another, and from one node to another, and why.

use ratatui::layout::Rect;

use super::super::canvas::Canvas;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::frame::frame;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let inner = frame(canvas, scene, area, Panel::Moves, &locale.text("panel-moves"), "");
    canvas.put(inner, 0, canvas.strip().add(Role::Muted, locale.text("moves-none")));
}
