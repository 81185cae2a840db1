//! Market data of each node: what it processes, what waits, what it had no room for.
//!
//! Idea: the node knows its queue, the source knows the credits that the node gave it; both ends stand in one row, so
//! that back pressure is seen on its way from the one to the other.

use ratatui::layout::Rect;

use crate::domain::view::NodeView;

use super::super::canvas::{Canvas, Strip};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::figure;
use super::super::widgets::frame::frame;
use super::super::widgets::table::{Align, Column, widths};
use super::nodes::{present, window};

const COLUMNS: [Column; 7] = [
    Column { title: "column-number", min: 4, more: 0, priority: 0, align: Align::Left },
    Column { title: "feeds-rate", min: 9, more: 1, priority: 0, align: Align::Right },
    Column { title: "feeds-queue", min: 8, more: 16, priority: 1, align: Align::Left },
    Column { title: "worker-p99", min: 8, more: 1, priority: 3, align: Align::Right },
    Column { title: "feeds-credits", min: 8, more: 1, priority: 4, align: Align::Right },
    Column { title: "feeds-shed", min: 8, more: 2, priority: 2, align: Align::Right },
    Column { title: "feeds-symbols", min: 8, more: 1, priority: 5, align: Align::Right },
];

/// Thousandths of a queue from which it is nearly full.
const FULL: u64 = 800;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let market = &scene.view.market;
    let note = format!("{}{}", locale.number(market.per_s), locale.text("per-s"));
    let inner = frame(canvas, scene, area, Panel::Feeds, &locale.text("panel-feeds"), &note);
    if market.sent == 0 {
        canvas.put(inner, 0, canvas.strip().add(Role::Muted, locale.text("feeds-none")));
        return;
    }
    let columns = usize::from(inner.width);
    let widths = widths(&COLUMNS, columns);
    let shown = || COLUMNS.iter().zip(&widths).filter(|(_, width)| **width > 0);
    let head = shown().fold(canvas.strip(), |strip, (column, width)| {
        cell(strip, column, *width, Role::Muted, &locale.text(column.title)).gap()
    });
    canvas.put(inner, 0, head);
    let rows = usize::from(inner.height.saturating_sub(2));
    let present = present(scene);
    let nodes = window(&present, rows, scene.state.selected);
    for (row, node) in nodes.iter().enumerate() {
        let place = row as u16 + 1;
        canvas.hit(Rect::new(inner.x, inner.y + place, inner.width, 1).intersection(inner), Hit::Node(node.id));
        let strip =
            shown().fold(canvas.strip(), |strip, (column, width)| value(strip, scene, node, column, *width).gap());
        canvas.put(inner, place, strip);
    }
    canvas.put(inner, nodes.len() as u16 + 1, total(canvas.strip(), scene, columns));
}

fn cell<'a>(strip: Strip<'a>, column: &Column, width: usize, role: Role, text: &str) -> Strip<'a> {
    match column.align {
        Align::Left => strip.left(width, role, text),
        Align::Right => strip.right(width, role, text),
    }
}

fn value<'a>(strip: Strip<'a>, scene: &Scene<'_>, node: &NodeView, column: &Column, width: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let ticks = &node.ticks;
    let feed = scene.view.market.feeds.iter().find(|feed| feed.node == node.id);
    let quiet = if node.truth.runs() && feed.is_some() { Role::Text } else { Role::Muted };
    let text = |strip, role, text: &str| cell(strip, column, width, role, text);
    let known = |figure: Option<u64>| figure.map_or_else(|| "–".to_owned(), |figure| locale.number(figure));
    match column.title {
        "column-number" => text(strip, Role::Text, &node.id.to_string()),
        "feeds-rate" => text(strip, quiet, &locale.number(ticks.per_s)),
        "feeds-queue" => {
            let full = (ticks.queued * 1_000).checked_div(ticks.queue_max).unwrap_or(0);
            bar(strip, width, full, if full >= FULL { Role::Warn } else { Role::Bar })
        }
        "worker-p99" => text(strip, quiet, &figure::latency(&ticks.latency, ticks.latency.p99, locale)),
        "feeds-credits" => {
            let out = feed.is_some_and(|feed| feed.answers && feed.credits == 0);
            text(strip, if out { Role::Warn } else { quiet }, &known(feed.map(|feed| feed.credits)))
        }
        "feeds-shed" => text(strip, if ticks.shed > 0 { Role::Warn } else { quiet }, &locale.number(ticks.shed)),
        _ => text(strip, quiet, &known(feed.map(|feed| u64::from(feed.symbols)))),
    }
}

/// What was made, and what became of it.
fn total<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let market = &scene.view.market;
    let figures = [
        ("feeds-asked", market.asked_per_s, Role::Text),
        ("feeds-held", market.held_back, Role::Warn),
        ("feeds-shed", market.shed, Role::Warn),
        ("feeds-given-up", market.given_up, Role::Warn),
    ];
    figures.into_iter().fold(strip, |strip, (id, figure, loud)| {
        strip.fit(columns, |strip| {
            let role = if figure > 0 { loud } else { Role::Muted };
            strip
                .add(Role::Muted, format!("{} ", locale.text(id)))
                .add(role, locale.number(figure))
                .add(Role::Text, "  ")
        })
    })
}
