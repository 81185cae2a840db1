//! The tape: the last trades of the symbol in view, the newest above, each with who took the initiative.

use ratatui::layout::Rect;

use super::super::super::canvas::Canvas;
use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::super::super::theme::Role;
use super::super::super::widgets::frame::frame;
use super::{price, side};

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let symbol = scene.state.market.symbol;
    let title = locale.say("panel-tape", &[("symbol", symbol.name().into())]);
    let inner = frame(canvas, scene, area, Panel::Tape, &title, &locale.text("note-tape"));
    let book = scene.view.books.ladder.as_ref().filter(|book| book.symbol == symbol);
    let trades = book.map_or(&[][..], |book| &book.tape);
    if trades.is_empty() {
        let id = if book.is_some() { "tape-none" } else { "ladder-none" };
        canvas.word(inner, 0, 0, Role::Muted, &locale.text(id));
    }
    for (row, trade) in trades.iter().take(usize::from(inner.height)).enumerate() {
        let before = trades.get(row + 1).map_or(trade.price, |before| before.price);
        let (arrow, role) = match trade.price.cmp(&before) {
            std::cmp::Ordering::Greater => ("▲", Role::OrderBid),
            std::cmp::Ordering::Less => ("▼", Role::OrderAsk),
            std::cmp::Ordering::Equal => (" ", Role::Muted),
        };
        let (taker, word) = side(trade.taker, locale);
        let strip = canvas.strip().left(5, taker, &word);
        let (strip, lots) = match scene.view.venues.venues.len() {
            0 => (strip, 7),
            _ => (strip.add(Role::Muted, trade.venue.to_string()), 6),
        };
        let strip = strip.right(lots, Role::Text, &locale.number(trade.quantity.0));
        let strip = strip.right(11, Role::Text, &price(symbol, trade.price)).gap().add(role, arrow);
        let number = locale.number(trade.number);
        let strip = strip.fit(usize::from(inner.width), |strip| strip.right(10, Role::Muted, &number));
        canvas.put(inner, row as u16, strip);
    }
}
