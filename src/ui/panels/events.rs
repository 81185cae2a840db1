//! The list of events: it follows the newest, or stands still where the reader scrolled, and says which.

use ratatui::layout::Rect;

use crate::domain::event::Event;

use super::super::canvas::{Canvas, Strip, cut_end, wrap};
use super::super::caption;
use super::super::filter::Filter;
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::frame::frame;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let list = &scene.state.events;
    let filter = Filter::read(&list.filter);
    let shown: Vec<&Event> = scene.view.events.iter().filter(|event| filter.passes(event, locale)).collect();
    let end = list.bottom.map_or(shown.len(), |bottom| shown.partition_point(|event| event.id <= bottom));
    let newer = shown.len() - end;
    let mut title = locale.say("panel-events", &[("n", scene.view.run.notable.into())]);
    if list.editing || !filter.is_empty() {
        let cursor = if list.editing { "█" } else { "" };
        title = format!("{title} / {}{cursor}", list.filter);
    }
    let note = if list.bottom.is_some() {
        locale.say("events-scrolled", &[("n", (newer as u64).into())])
    } else {
        locale.text("events-following").into_owned()
    };
    let inner = frame(canvas, scene, area, Panel::Events, &title, &note);
    let chosen = list.selected.and_then(|id| shown.iter().find(|event| event.id == id));
    let story = chosen.or_else(|| shown[..end].last()).map(|event| caption::caption(event, &scene.view.events, locale));
    let story = story.filter(|_| inner.height >= 8).map(|text| wrap(&text, usize::from(inner.width)));
    let below = story.as_ref().map_or(0, |rows| rows.len().min(3) as u16 + 1);
    let rows = usize::from(inner.height.saturating_sub(below));
    let first = end.saturating_sub(rows);
    for (place, event) in shown[first..end].iter().enumerate() {
        let line = Rect::new(inner.x, inner.y + place as u16, inner.width, 1);
        canvas.hit(line, Hit::Event(event.id));
        let mark = if list.selected == Some(event.id) { "❯" } else { " " };
        let strip = canvas.strip().add(Role::Accent, mark);
        let strip = row(strip, scene, event, usize::from(inner.width));
        canvas.put(line, 0, strip);
    }
    for (place, text) in story.iter().flatten().take(3).enumerate() {
        canvas.word(inner, 1, inner.height - below + 1 + place as u16, Role::Accent, text);
    }
}

/// An event as a row: when, what in a word, what in a sentence.
pub fn row<'a>(strip: Strip<'a>, scene: &Scene<'_>, event: &Event, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let role = caption::role(&event.kind);
    let word = caption::word(&event.kind, locale);
    let strip = strip.right(8, Role::Muted, &event.at.to_string()).gap();
    let end = strip.width() + 12;
    let strip = strip.add(role, format!("{} {word}", caption::sign(&event.kind))).to(end);
    let strip = match event.group.filter(|_| columns >= 90) {
        Some(group) => strip.left(5, Role::Muted, &group.to_string()),
        None if columns >= 90 => strip.to(end + 5),
        None => strip,
    };
    let room = columns.saturating_sub(strip.width());
    let text = if role == Role::Muted { Role::Muted } else { Role::Text };
    strip.add(text, cut_end(&caption::caption(event, &scene.view.events, locale), room))
}
