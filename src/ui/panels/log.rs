//! The program's own log.
//!
//! Shape: `tui-logger` keeps the records in a global of its own, which is the one stated exception to drawing being a
//! function of the scene. Its wall clock is left out: it is not virtual time.

use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use tui_logger::{TuiLoggerLevelOutput, TuiLoggerWidget};

use super::super::canvas::Canvas;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::frame::frame;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let inner = frame(canvas, scene, area, Panel::Log, &scene.look.locale.text("panel-log"), "");
    if inner.is_empty() {
        return;
    }
    let widget = TuiLoggerWidget::default()
        .style(canvas.style(Role::Text))
        .style_error(canvas.style(Role::Error))
        .style_warn(canvas.style(Role::Warn))
        .style_debug(canvas.style(Role::Muted))
        .style_trace(canvas.style(Role::Muted))
        .output_timestamp(None)
        .output_file(false)
        .output_line(false)
        .output_level(Some(TuiLoggerLevelOutput::Long));
    widget.render(inner, canvas.buffer);
}
