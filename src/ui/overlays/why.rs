//! Why an event happened: itself, and cause under cause, with the time between them.

use ratatui::layout::Rect;

use crate::domain::ids::EventId;

use super::super::canvas::{Canvas, wrap};
use super::super::caption;
use super::super::scene::Scene;
use super::super::state::causes;
use super::super::theme::Role;
use super::{centred, window};

/// Draws the chain of causes.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>, event: EventId) {
    let locale = &scene.look.locale;
    let chain = causes(&scene.view.events, event);
    let area = centred(body, body.width.min(100), (chain.len() as u16 * 3 + 3).max(6));
    let inner = window(canvas, area, &locale.text("why-title"), &locale.text("why-note"));
    if chain.is_empty() {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("why-gone"));
        return;
    }
    let mut row = 0;
    for (place, event) in chain.iter().enumerate() {
        let head = canvas.strip().right(8, Role::Muted, &event.at.to_string()).gap();
        let word = format!("{} {}", caption::sign(&event.kind), caption::word(&event.kind, locale));
        canvas.put(inner, row, head.add(caption::role(&event.kind), word));
        row += 1;
        let text = caption::caption(event, &scene.view.events, locale);
        for text in wrap(&text, usize::from(inner.width.saturating_sub(9))) {
            canvas.word(inner, 9, row, Role::Text, &text);
            row += 1;
        }
        if let Some(cause) = chain.get(place + 1) {
            let after = locale.duration(event.at.since(cause.at));
            canvas.word(
                inner,
                6,
                row,
                Role::Accent,
                &format!("↑ {}", locale.say("why-after", &[("after", after.into())])),
            );
            row += 1;
        }
    }
}
