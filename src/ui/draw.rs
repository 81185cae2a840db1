//! Draws a scene: the one way from what is known to what is seen.
//!
//! Idea: a pure function. The same scene gives the same cells; it reads no clock and changes nothing but the frame.
//! Shape: ground, status and tabs at the top (the last row of a class sees the top of a projection), the screen, time
//! and hints at the bottom, then what lies over all; at last the frame is spelt in the alphabet of the terminal.
//! Bound: below 40x10 one line says so; the keys still work.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::domain::event::Loudness;

use super::bars;
use super::canvas::{Canvas, cut_end};
use super::caption;
use super::hits::{Hit, Hits};
use super::overlays;
use super::scene::Scene;
use super::screens;
use super::state::Overlay;
use super::theme::Role;

/// A key that was pressed is shown for so long.
pub const KEY_CAST_SHOWN: Duration = Duration::from_secs(3);

/// Draws a scene and says what lies where.
pub fn draw(frame: &mut Frame<'_>, scene: &Scene<'_>) -> Hits {
    let area = frame.area();
    let mut canvas = Canvas::new(frame.buffer_mut(), scene.look);
    canvas.clear(area, Role::Text);
    if area.width < screens::list::LEAST.0 || area.height < screens::list::LEAST.1 {
        too_small(&mut canvas, area, scene);
    } else if area.width < 80 || area.height < 24 {
        small(&mut canvas, area, scene);
    } else {
        full(&mut canvas, area, scene);
    }
    let hits = canvas.hits;
    scene.look.glyphs.respell(frame.buffer_mut());
    hits
}

fn too_small(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let (columns, rows) = screens::list::LEAST;
    let figures = [
        ("columns", u64::from(columns).into()),
        ("rows", u64::from(rows).into()),
        ("width", u64::from(area.width).into()),
        ("height", u64::from(area.height).into()),
    ];
    canvas.word(area, 0, 0, Role::Text, &scene.look.locale.say("too-small", &figures));
}

/// Rows of an area, counted from its top; beyond its end they are empty.
fn row(area: Rect, place: u16) -> Rect {
    Rect::new(area.x, area.y + place.min(area.height), area.width, u16::from(place < area.height))
}

fn small(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    bars::status::draw(canvas, row(area, 0), scene);
    let body = Rect::new(area.x, area.y + 1, area.width, area.height - 3);
    screens::list::draw(canvas, body, scene);
    bars::time::draw(canvas, row(area, area.height - 2), scene);
    bars::hints::draw(canvas, row(area, area.height - 1), scene);
    overlays::draw(canvas, body, scene);
    let no_tabs = Rect { height: 0, ..area };
    // A list has no frames: a second row takes that of the keys.
    let [time, keys] = [2, 1].map(|from_below| row(area, area.height - from_below));
    bars::toasts::draw(canvas, no_tabs, 0, [time, keys], scene);
}

fn full(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    bars::status::draw(canvas, row(area, 0), scene);
    let tabs = bars::tabs::draw(canvas, row(area, 1), scene);
    let body = Rect::new(area.x, area.y + 2, area.width, area.height - 4);
    screens::draw(canvas, body, scene);
    if scene.view.run.pace.paused {
        time_frame(canvas, body);
    }
    if scene.state.presenter.spotlight {
        spotlight(canvas, body, scene);
    }
    if scene.state.presenter.caption {
        banner(canvas, body, scene);
    }
    bars::time::draw(canvas, row(area, area.height - 2), scene);
    bars::hints::draw(canvas, row(area, area.height - 1), scene);
    if scene.state.presenter.key_cast {
        key_cast(canvas, body, scene);
    }
    if scene.state.overlay != Overlay::None {
        overlays::draw(canvas, body, scene);
    }
    bars::toasts::draw(canvas, row(area, 1), tabs, [row(area, 1), row(area, 2)], scene);
}

/// While time stands, the frame around everything has the colour of standing time: seen from the last row.
fn time_frame(canvas: &mut Canvas<'_>, body: Rect) {
    let style = canvas.style(Role::TimePaused);
    let edges = [
        Rect { height: 1, ..body },
        Rect { y: body.bottom() - 1, height: 1, ..body },
        Rect { width: 1, ..body },
        Rect { x: body.right() - 1, width: 1, ..body },
    ];
    for edge in edges {
        canvas.buffer.set_style(edge, style);
    }
}

/// Dims everything but the panel with the focus.
fn spotlight(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>) {
    let wanted = Hit::Panel(scene.state.focus);
    let Some((lit, _)) = canvas.hits.regions.iter().find(|(_, hit)| *hit == wanted).copied() else { return };
    for place in body.positions().filter(|place| !lit.contains(*place)) {
        let cell = &mut canvas.buffer[place];
        cell.modifier = cell.modifier.difference(Modifier::BOLD).union(Modifier::DIM);
    }
}

/// The latest loud event in the last row of the body.
fn banner(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let loud = scene.view.events.iter().rev().find(|event| event.kind.loudness() == Loudness::Loud);
    let Some(event) = loud else { return };
    let place = row(body, body.height - 1);
    canvas.clear(place, caption::role(&event.kind));
    let said = caption::caption(event, &scene.view.events, locale);
    let text = format!(" {} {said}", caption::sign(&event.kind));
    let text = cut_end(&text, usize::from(place.width));
    canvas.word(place, 0, 0, caption::role(&event.kind), &text);
}

/// The last keys with the names of their actions, at the bottom left.
fn key_cast(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>) {
    let fresh = |at: &Duration| scene.state.wall.saturating_sub(*at) < KEY_CAST_SHOWN;
    let keys = scene.state.presenter.keys.iter().filter(|(_, _, at)| fresh(at));
    let strip = keys.fold(canvas.strip(), |strip, (key, action, _)| {
        strip.add(Role::Selection, format!(" {key} ")).add(Role::Text, format!(" {action}  "))
    });
    if strip.width() > 0 {
        let wide = (strip.width() as u16).min(body.width);
        let place = Rect::new(body.x + 1.min(body.width - wide), body.bottom() - 1, wide, 1);
        canvas.clear(place, Role::Text);
        canvas.put(place, 0, strip);
    }
}

#[cfg(test)]
mod lesson_tests;
#[cfg(test)]
mod lookback_tests;
#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod outage_tests;
#[cfg(test)]
mod room_tests;
#[cfg(test)]
mod tests;
