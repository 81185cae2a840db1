//! The hint bar: the keys that do something now.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Strip, width};
use super::super::hint::{Hint, Side};
use super::super::scene::Scene;
use super::super::theme::Role;

/// Draws the hint bar into one row: as many as fit, the least important dropped, the rest in their order.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let room = usize::from(area.width).saturating_sub(1);
    let size = |hint: &Hint| width(&hint.key) + width(&hint.text) + 3;
    let mut shown: Vec<&Hint> = scene.hints.iter().collect();
    while shown.iter().map(|hint| size(hint)).sum::<usize>() > room {
        let Some(last) = (0..shown.len()).max_by_key(|place| (shown[*place].priority, *place)) else { break };
        shown.remove(last);
    }
    let side = |side: Side| shown.iter().filter(move |hint| hint.side == side);
    let right: usize = side(Side::Right).map(|hint| size(hint)).sum();
    let left = side(Side::Left).fold(canvas.strip().gap(), |strip, hint| add(strip, hint));
    let strip = side(Side::Right).fold(left.to((room + 1).saturating_sub(right)), |strip, hint| add(strip, hint));
    canvas.put(area, 0, strip);
}

fn add<'a>(strip: Strip<'a>, hint: &Hint) -> Strip<'a> {
    let (key, text) = if hint.enabled { (Role::Key, Role::Text) } else { (Role::Disabled, Role::Disabled) };
    strip.add(key, hint.key.clone()).gap().add(text, hint.text.clone()).add(Role::Text, "  ")
}
