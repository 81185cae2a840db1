//! The hint bar: the keys that do something now. A click on a hint does what its key does.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Strip, width};
use super::super::hint::{Hint, Side};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::theme::Role;

/// Draws the hint bar into one row: as many as fit, the least important dropped, the rest in their order.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let room = usize::from(area.width).saturating_sub(1);
    let size = |hint: &Hint| width(&hint.key) + width(&hint.text) + 3;
    let mut order: Vec<usize> = (0..scene.hints.len()).collect();
    order.sort_by_key(|place| scene.hints[*place].priority);
    let mut left_over = room;
    let mut fits = vec![false; scene.hints.len()];
    for place in order {
        let size = size(&scene.hints[place]);
        if size <= left_over {
            left_over -= size;
            fits[place] = true;
        }
    }
    let shown: Vec<&Hint> = scene.hints.iter().zip(fits).filter(|(_, fits)| *fits).map(|(hint, _)| hint).collect();
    let side = |side: Side| shown.iter().filter(move |hint| hint.side == side);
    let right: usize = side(Side::Right).map(|hint| size(hint)).sum();
    let mut strip = canvas.strip().gap();
    let mut places = Vec::new();
    for end in [Side::Left, Side::Right] {
        if end == Side::Right {
            strip = strip.to((room + 1).saturating_sub(right));
        }
        for hint in side(end) {
            let start = strip.width();
            strip = add(strip, hint);
            places.push((start, width(&hint.key) + 1 + width(&hint.text), hint.action));
        }
    }
    for (start, columns, action) in places {
        let place = Rect::new(area.x + start as u16, area.y, columns as u16, 1).intersection(area);
        canvas.hit(place, Hit::Action(action));
    }
    canvas.put(area, 0, strip);
}

fn add<'a>(strip: Strip<'a>, hint: &Hint) -> Strip<'a> {
    let (key, text) = if hint.enabled { (Role::Key, Role::Text) } else { (Role::Disabled, Role::Disabled) };
    strip.add(key, hint.key.clone()).gap().add(text, hint.text.clone()).add(Role::Text, "  ")
}
