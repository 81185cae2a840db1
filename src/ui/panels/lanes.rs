//! Lanes: a line for each node, the latest events of the group in view as columns, and what caused what across them.
//!
//! Idea: a space-time diagram, time not to scale: each event has a column of its own, because an election takes ten
//! milliseconds and the silence before it two hundred. Where the cause lies on another node, a line joins the two.

use ratatui::layout::Rect;

use crate::domain::event::{Event, EventKind};

use super::super::canvas::Canvas;
use super::super::caption;
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::frame::frame;

/// Columns of an event.
const STEP: u16 = 11;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let inner = frame(canvas, scene, area, Panel::Lanes, &locale.text("panel-lanes"), &locale.text("note-lanes"));
    let nodes = &scene.view.nodes;
    // Lanes move apart as the panel grows, to four rows each: further, and a line between two is hard to follow.
    let spread = (inner.height.saturating_sub(1) / (nodes.len().max(1) as u16)).clamp(1, 4);
    let lane = |place: usize| 1 + place as u16 * spread;
    for (place, node) in nodes.iter().enumerate() {
        canvas.word(inner, 0, lane(place), Role::Text, &node.id.to_string());
        let line = "─".repeat(usize::from(inner.width.saturating_sub(4)));
        let role = if node.truth.runs() { Role::Border } else { Role::Track };
        canvas.word(inner, 4, lane(place), role, &line);
    }
    let room = usize::from(inner.width.saturating_sub(5) / STEP);
    let group = scene.group().map(|group| group.id);
    let told = |event: &&Event| {
        let ours = event.group.is_none() || event.group == group;
        ours && event.node.is_some() && !matches!(event.kind, EventKind::SnapshotTaken { .. })
    };
    let mut shown: Vec<&Event> = scene.view.events.iter().rev().filter(told).take(room).collect();
    shown.reverse();
    for (place, event) in shown.iter().enumerate() {
        let column = 5 + place as u16 * STEP;
        let Some(row) = event.node.map(|node| lane(node.index())) else { continue };
        let cause = event.cause.and_then(|id| shown.iter().find(|other| other.id == id)).and_then(|cause| cause.node);
        if let Some(from) = cause.map(|node| lane(node.index())).filter(|from| *from != row) {
            for between in from.min(row) + 1..from.max(row) {
                canvas.word(inner, column, between, Role::Accent, "│");
            }
            canvas.word(inner, column, from, Role::Accent, "●");
        }
        let word: String = caption::word(&event.kind, locale).chars().take(9).collect();
        let sign = caption::sign(&event.kind);
        let sign = if sign == " " { "◆" } else { sign };
        canvas.word(inner, column, row, caption::role(&event.kind), &format!("{sign}{word}"));
        canvas.word(inner, column, 0, Role::Muted, &event.at.to_string());
        if row < inner.height && column < inner.width {
            canvas.hit(Rect::new(inner.x + column, inner.y + row, 1, 1), Hit::Event(event.id));
        }
    }
}
