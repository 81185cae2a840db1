//! A trade by its id: who keeps it, or that nobody does.
//!
//! Idea: the answer is an event, and the screen in view may show none; so it stands on a card of its own. Asked again, the
//! card tells the last answer.

use ratatui::layout::Rect;

use crate::domain::control::Control;
use crate::domain::event::{Event, EventKind, TradesEvent};
use crate::domain::stored::TradeId;

use super::super::canvas::{Canvas, wrap};
use super::super::caption;
use super::super::scene::Scene;
use super::super::theme::Role;
use super::{centred, window};

/// Draws what was said of this trade.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>, id: TradeId) {
    let locale = &scene.look.locale;
    let title = locale.say("trade-title", &[("id", id.to_string().into())]);
    let area = centred(body, body.width.min(72), 5);
    let inner = window(canvas, area, &title, &locale.text("why-note"));
    let Some(said) = scene.view.events.iter().rev().find(|event| speaks_of(event, id)) else {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("trades-waiting"));
        return;
    };
    let text = caption::caption(said, &scene.view.events, locale);
    let role = caption::role(&said.kind);
    for (row, line) in wrap(&text, usize::from(inner.width)).iter().enumerate() {
        canvas.word(inner, 0, row as u16, role, line);
    }
}

/// Whether it is an answer to the question after this trade.
fn speaks_of(event: &Event, id: TradeId) -> bool {
    match event.kind {
        EventKind::Trades(TradesEvent::Found { id: found, .. }) => found == id,
        EventKind::ControlRefused { control: Control::FindTrade(asked), .. } => asked == id,
        _ => false,
    }
}
