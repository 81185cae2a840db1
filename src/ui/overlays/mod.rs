//! What lies over the screen: cards, lists, details, chains of causes, questions.
//!
//! Idea: an overlay takes at most what it needs; the status bar and the time bar stay to be seen.

mod details;
mod history;
mod list;
mod order;
mod trade;
mod trades;
mod why;

use ratatui::layout::Rect;

use super::canvas::{Canvas, wrap};
use super::hits::Hit;
use super::scene::Scene;
use super::state::{Overlay, Question};
use super::theme::Role;
use super::widgets::frame::boxed;

/// Draws what lies over the screen.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    match &scene.state.overlay {
        Overlay::None => {}
        Overlay::Welcome => {
            list::card(canvas, body, scene, &locale.text("welcome-title"), &locale.text("welcome-note"));
        }
        Overlay::Help(state) => list::list(canvas, body, scene, state, &locale.text("help-title")),
        Overlay::Palette(state) => list::list(canvas, body, scene, state, &locale.text("palette-title")),
        Overlay::Themes(state) => list::list(canvas, body, scene, state, &locale.text("themes-title")),
        Overlay::Lessons(state) => list::list(canvas, body, scene, state, &locale.text("lessons-title")),
        Overlay::WhichKey(key) => list::card(canvas, body, scene, &format!("{key}…"), ""),
        Overlay::Details(node) => details::draw(canvas, body, scene, *node),
        Overlay::Why(event) => why::draw(canvas, body, scene, *event),
        Overlay::Order(form) => order::draw(canvas, body, scene, form),
        Overlay::History(order) => history::draw(canvas, body, scene, *order),
        Overlay::Trades(query) => trades::draw(canvas, body, scene, query),
        Overlay::Trade(id) => trade::draw(canvas, body, scene, *id),
        Overlay::Confirm(question) => confirm(canvas, body, scene, *question),
    }
}

/// An area of this size in the middle of another, never larger than it.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

/// Clears an area and draws a box in the colour of the focus.
pub fn window(canvas: &mut Canvas<'_>, area: Rect, title: &str, note: &str) -> Rect {
    canvas.clear(area, Role::Text);
    canvas.hits.regions.retain(|(region, _)| !area.intersects(*region));
    canvas.hit(area, Hit::Overlay);
    boxed(canvas, area, Role::Focus, title, note)
}

fn confirm(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>, question: Question) {
    let locale = &scene.look.locale;
    let text = locale.text(match question {
        Question::Quit => "confirm-quit",
        Question::Reset | Question::ResetTo(_) => "confirm-reset",
        Question::LeaveLesson => "confirm-leave",
    });
    let width = body.width.min(60);
    let rows = wrap(&text, usize::from(width.saturating_sub(4)));
    let inner = window(canvas, centred(body, width, rows.len() as u16 + 4), &locale.text("confirm-title"), "");
    for (row, text) in rows.iter().enumerate() {
        canvas.word(inner, 0, row as u16, Role::Text, text);
    }
    let strip = canvas.strip().add(Role::Key, "y").gap().add(Role::Text, locale.text("confirm-yes"));
    let strip = strip.add(Role::Text, "   ").add(Role::Key, "n").gap().add(Role::Selection, locale.text("confirm-no"));
    let row = rows.len() as u16 + 1;
    let yes = locale.text("confirm-yes").chars().count() as u16 + 2;
    let button = |column: u16, width: u16| Rect::new(inner.x + column, inner.y + row, width, 1).intersection(inner);
    canvas.hit(button(0, yes), Hit::Yes);
    canvas.hit(button(yes + 3, locale.text("confirm-no").chars().count() as u16 + 2), Hit::No);
    canvas.put(inner, row, strip);
}
