//! What an engine cannot show: its reason, dim, in the place of the figures.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, wrap};
use super::super::scene::Scene;
use super::super::theme::Role;
use crate::domain::engine::Capability;

/// Says why the engine can't show this; false if it can, and nothing was drawn.
pub(super) fn draw(canvas: &mut Canvas<'_>, inner: Rect, scene: &Scene<'_>, needs: Capability) -> bool {
    let Some(reason) = scene.view.run.capabilities.lack(needs) else { return false };
    let lines = wrap(scene.look.locale.pick(reason), usize::from(inner.width));
    for (row, line) in (0..inner.height).zip(&lines) {
        canvas.put(inner, row, canvas.strip().add(Role::Muted, line.as_str()));
    }
    true
}
