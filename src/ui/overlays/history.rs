//! Everything that was said of an order of the hand: each word with its time.

use ratatui::layout::Rect;

use crate::domain::ids::Sequence;

use super::super::canvas::{Canvas, wrap};
use super::super::panels::market::words;
use super::super::scene::Scene;
use super::super::theme::Role;
use super::{centred, window};

/// Draws the history of an order.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>, order: Sequence) {
    let locale = &scene.look.locale;
    let found = scene.view.hand.iter().find(|known| known.sequence == order);
    let title = locale.say("history-title", &[("order", format!("#{}", order.0).into())]);
    let width = body.width.min(96);
    let room = usize::from(width.saturating_sub(16));
    let said: Vec<_> = found.map_or_else(Vec::new, |order| {
        let places = order.words.iter().enumerate();
        places.map(|(place, (at, _))| (*at, words::word(order, place, locale))).collect()
    });
    let rows: u16 = said.iter().map(|(_, (_, text))| wrap(text, room).len().max(1) as u16).sum();
    let inner = window(canvas, centred(body, width, rows + 4), &title, &locale.text("why-note"));
    let Some(order) = found else {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("history-gone"));
        return;
    };
    let (role, state) = words::state(order, locale);
    let head =
        canvas.strip().add(words::row_role(&order.request), words::request(&order.request, order.symbol(), locale));
    canvas.put(inner, 0, head.add(Role::Text, "  ").add(role, state));
    let mut row = 2;
    for (at, (role, text)) in said {
        canvas.put(inner, row, canvas.strip().right(9, Role::Muted, &at.to_string()));
        for line in wrap(&text, room) {
            canvas.word(inner, 11, row, role, &line);
            row += 1;
        }
    }
}
