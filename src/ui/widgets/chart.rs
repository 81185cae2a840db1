//! Column charts of eighths: height and hue say the same, and without hues the height still does.

use ratatui::layout::Rect;

use super::super::canvas::Canvas;
use super::super::theme::Role;
use super::bar::{height, squeeze};

const HEIGHTS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Draws the values as columns, the latest at the right, on a scale from 0 to `most`.
pub fn columns(canvas: &mut Canvas<'_>, area: Rect, values: &[u64], most: u64, role: Role) {
    let area = area.intersection(canvas.buffer.area);
    if area.is_empty() {
        return;
    }
    let values = squeeze(values, usize::from(area.width));
    let style = canvas.style(role);
    let first = area.right() - values.len() as u16;
    for (x, value) in (first..area.right()).zip(values) {
        let mut eighths = height(value, most, u64::from(area.height) * 8);
        for y in (area.top()..area.bottom()).rev() {
            if eighths == 0 {
                break;
            }
            canvas.buffer[(x, y)].set_symbol(HEIGHTS[eighths.min(8)]).set_style(style);
            eighths = eighths.saturating_sub(8);
        }
    }
}
