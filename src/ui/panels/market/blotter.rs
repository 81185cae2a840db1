//! The blotter: the orders of the hand, the newest above, and below them the history of the one that is selected.
//!
//! Idea: a row says what was asked and where it stands; every word that came back has its time in the history, a read
//! with the replica that answered and how far that was behind.

use std::borrow::Cow;

use ratatui::layout::Rect;

use crate::domain::hand::HandOrder;

use super::super::super::canvas::{Canvas, cut_end, width};
use super::super::super::hits::Hit;
use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::super::super::theme::Role;
use super::super::super::widgets::frame::frame;
use super::words;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let orders = &scene.view.hand;
    let title = locale.say("panel-blotter", &[("n", (orders.len() as u64).into())]);
    // Enter is the history's only here; elsewhere it opens what has the focus there.
    let note = if scene.focused(Panel::Blotter) { locale.text("note-blotter") } else { Cow::Borrowed("") };
    let inner = frame(canvas, scene, area, Panel::Blotter, &title, &note);
    let Some(chosen) = scene.state.market.selected(scene.view) else {
        for (row, id) in ["blotter-none", "blotter-how"].iter().enumerate() {
            canvas.word(inner, 0, row as u16, Role::Muted, &locale.text(id));
        }
        return;
    };
    let history = (chosen.words.len() as u16).min(inner.height / 2);
    let history = if inner.height >= 6 { history } else { 0 };
    let room = usize::from(inner.height - history - u16::from(history > 0));
    // The history follows the rows, however high the panel is.
    let room = room.min(orders.len());
    let place = orders.iter().rev().position(|order| order.sequence == chosen.sequence).unwrap_or(0);
    let first = (place + 1).saturating_sub(room);
    for (row, order) in orders.iter().rev().skip(first).take(room).enumerate() {
        let line = Rect::new(inner.x, inner.y + row as u16, inner.width, 1);
        canvas.hit(line, Hit::Order(order.sequence));
        self::row(canvas, line, scene, order, order.sequence == chosen.sequence);
    }
    let top = room as u16 + 1;
    if history > 0 {
        let rule = "┄".repeat(usize::from(inner.width));
        canvas.word(inner, 0, top - 1, Role::Muted, &rule);
        self::history(canvas, Rect::new(inner.x, inner.y + top, inner.width, history), scene, chosen);
    }
}

fn row(canvas: &mut Canvas<'_>, line: Rect, scene: &Scene<'_>, order: &HandOrder, chosen: bool) {
    let locale = &scene.look.locale;
    let columns = usize::from(line.width);
    let (role, state) = words::state(order, locale);
    let strip = canvas.strip().add(Role::Accent, if chosen { "❯" } else { " " });
    let strip = strip.left(5, if chosen { Role::Title } else { Role::Muted }, &format!("#{}", order.sequence.0));
    let state = match order.verdict() {
        Some(verdict) if verdict.filled.0 + verdict.resting.0 > 0 => {
            let figures = [("filled", verdict.filled.0.into()), ("resting", verdict.resting.0.into())];
            format!("{state} {}", locale.say("blotter-figures", &figures))
        }
        _ => state,
    };
    // What is not read from the leader says from whom, and how old it is.
    let read = order.reading().map(|reading| {
        let id = if reading.current { "blotter-read-current" } else { "blotter-read" };
        locale.say(id, &[("node", reading.by.to_string().into()), ("behind", reading.behind.into())])
    });
    let room = columns.saturating_sub(strip.width() + width(&state) + 2);
    let asked = cut_end(&words::request(&order.request, order.symbol(), locale), room.max(12));
    let strip = strip.left(room.min(34).max(width(&asked)), words::row_role(&order.request), &asked).gap();
    let strip = strip.add(role, state);
    let strip = match read {
        Some(read) => strip.fit(columns, |strip| strip.add(Role::Muted, format!("  {read}"))),
        None => strip,
    };
    canvas.put(line, 0, strip);
}

/// The last words of an order, oldest first.
pub fn history(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, order: &HandOrder) {
    let locale = &scene.look.locale;
    let rows = usize::from(area.height);
    let first = order.words.len().saturating_sub(rows);
    for (row, (at, word)) in order.words[first..].iter().enumerate() {
        let (role, said) = words::word(word, order, locale);
        let strip = canvas.strip().right(9, Role::Muted, &at.to_string()).gap();
        let said = cut_end(&said, usize::from(area.width).saturating_sub(strip.width()));
        canvas.put(area, row as u16, strip.add(role, said));
    }
}
