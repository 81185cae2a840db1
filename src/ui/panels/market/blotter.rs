//! The blotter: the orders of the hand, the newest above, and below them the history of the one that is selected.
//!
//! Idea: a row says what was asked and where it stands; every word that came back has its time in the history, a read
//! with the replica that answered and how far that was behind.

use std::borrow::Cow;

use ratatui::layout::Rect;

use crate::domain::hand::HandOrder;

use super::super::super::canvas::{Canvas, cut_end, width, wrap};
use super::super::super::hits::Hit;
use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::super::super::theme::Role;
use super::super::super::widgets::frame::frame;
use super::super::events::shorten;
use super::words;
use crate::locale::Locale;

/// Columns of a time.
const TIME: usize = 9;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let orders = &scene.view.hand;
    let title = locale.say("panel-blotter", &[("n", (orders.len() as u64).into())]);
    // Enter is the history's only here; elsewhere it opens what has the focus there.
    let note = if scene.focused(Panel::Blotter) { locale.text("note-blotter") } else { Cow::Borrowed("") };
    let inner = frame(canvas, scene, area, Panel::Blotter, &title, &note);
    let Some(chosen) = scene.state.market.selected(scene.view) else {
        let none = if scene.view.run.pace.paused { "blotter-paused" } else { "blotter-none" };
        for (row, id) in [none, "blotter-how"].iter().enumerate() {
            canvas.word(inner, 0, row as u16, Role::Muted, &locale.text(id));
        }
        return;
    };
    let answers = said(chosen, usize::from(inner.width), usize::from(inner.height), locale);
    // A rule only where there is room to spare; the last answer is there at any height.
    let ruled = u16::from(inner.height >= 6);
    let room = usize::from(inner.height - ruled).saturating_sub(answers.len());
    // The history follows the rows, however high the panel is.
    let room = room.min(orders.len());
    let place = orders.iter().rev().position(|order| order.sequence == chosen.sequence).unwrap_or(0);
    let first = (place + 1).saturating_sub(room);
    for (row, order) in orders.iter().rev().skip(first).take(room).enumerate() {
        let line = Rect::new(inner.x, inner.y + row as u16, inner.width, 1);
        canvas.hit(line, Hit::Order(order.sequence));
        self::row(canvas, line, scene, order, order.sequence == chosen.sequence);
    }
    let top = room as u16 + ruled;
    if ruled > 0 {
        let rule = "┄".repeat(usize::from(inner.width));
        canvas.word(inner, 0, top - 1, Role::Muted, &rule);
    }
    for (row, (at, role, text)) in answers.into_iter().enumerate() {
        let strip = canvas.strip().right(TIME, Role::Muted, &at).gap();
        canvas.put(inner, top + row as u16, strip.add(role, text));
    }
}

/// What was said of an order, oldest first, in rows of the panel: its time stands before the first row of a word. The last word
/// is there in full, those before it as long as half of the panel is left to the orders.
fn said(order: &HandOrder, columns: usize, height: usize, locale: &Locale) -> Vec<(String, Role, String)> {
    let room = if height >= 6 { height / 2 } else { 1 };
    let mut rows = Vec::new();
    for place in (0..order.words.len()).rev() {
        let (role, text) = words::word(order, place, locale);
        let lines = wrap(&text, columns.saturating_sub(TIME + 1));
        if !rows.is_empty() && rows.len() + lines.len() > room {
            break;
        }
        let times = std::iter::once(order.words[place].0.to_string()).chain(std::iter::repeat(String::new()));
        rows.splice(0..0, times.zip(lines).map(|(at, line)| (at, role, line)));
    }
    rows.truncate(height.saturating_sub(1));
    rows
}

fn row(canvas: &mut Canvas<'_>, line: Rect, scene: &Scene<'_>, order: &HandOrder, chosen: bool) {
    let locale = &scene.look.locale;
    let columns = usize::from(line.width);
    let (role, state) = words::state(order, locale);
    let strip = canvas.strip().add(Role::Accent, if chosen { "❯" } else { " " });
    let number = format!("#{} ", order.sequence.0);
    let strip = strip.left(5.max(width(&number)), if chosen { Role::Title } else { Role::Muted }, &number);
    let state = match order.verdict().and_then(words::figures) {
        Some(figures) => format!("{state} {}", locale.say("blotter-figures", &figures)),
        None => state,
    };
    let room = columns.saturating_sub(strip.width() + width(&state) + 2);
    let asked = cut_end(&words::request(&order.current(), order.symbol(), locale), room.max(12));
    // The columns stand in line as long as that does not cost the reason: it matters more.
    let reason = words::reason(order, locale);
    let spare = room.saturating_sub(reason.as_ref().map_or(0, |reason| width(reason) + 2));
    let strip = strip.left(spare.min(34).max(width(&asked)), words::row_role(&order.request), &asked).gap();
    let strip = strip.add(role, state);
    let strip = match reason {
        Some(reason) => {
            let room = columns.saturating_sub(strip.width() + 2);
            strip.fit(columns, |strip| strip.add(Role::Muted, format!("  {}", shorten(&reason, room))))
        }
        None => read(order, locale)
            .into_iter()
            .fold(strip, |strip, read| strip.fit(columns, |strip| strip.add(Role::Muted, format!("  {read}")))),
    };
    canvas.put(line, 0, strip);
}

/// What is not read from the leader says from whom, and how old it is.
fn read(order: &HandOrder, locale: &Locale) -> Option<String> {
    let reading = order.reading()?;
    let id = if reading.current { "blotter-read-current" } else { "blotter-read" };
    Some(locale.say(id, &[("node", reading.by.to_string().into()), ("behind", reading.behind.into())]))
}
