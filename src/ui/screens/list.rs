//! The list mode: everything in words, from 40 columns by 10 rows.
//!
//! Idea: there is room for one panel, so it is the one with the focus; the overview begins with its summary in words.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Strip};
use super::super::caption;
use super::super::hits::Hit;
use super::super::panels;
use super::super::scene::Scene;
use super::super::state::Screen;
use super::super::theme::Role;
use super::super::widgets::figure;

/// The least size: columns and rows.
pub const LEAST: (u16, u16) = (40, 10);

/// Draws the body: nodes, the flow, the last events; on other screens, and as `w` walks on, the panel with the focus.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>) {
    let (screen, focus) = (scene.state.screen, scene.state.focus);
    let first = screen.panels().first().copied();
    let focused = if screen.panels().contains(&focus) { Some(focus) } else { first };
    // The overview in words stands for its first panel.
    let panel = focused.filter(|panel| scene.state.zoom || screen != Screen::Overview || Some(*panel) != first);
    if let Some(panel) = panel {
        return panels::draw(canvas, body, scene, panel);
    }
    let columns = usize::from(body.width);
    let totals = panels::totals(canvas, scene, columns);
    let shown = usize::from(body.height.saturating_sub(1)).saturating_sub(totals.len());
    let nodes = panels::nodes::window(&scene.view.nodes, shown, scene.state.selected);
    for (row, node) in nodes.iter().enumerate() {
        canvas.hit(Rect::new(body.x, body.y + row as u16, body.width, 1), Hit::Node(node.id));
        let strip = panels::nodes::line(canvas.strip(), scene, node, columns);
        canvas.put(body, row as u16, strip);
    }
    let mut row = nodes.len() as u16;
    canvas.put(body, row, flow(canvas.strip(), scene, columns));
    row += 1;
    for strip in totals {
        canvas.put(body, row, strip);
        row += 1;
    }
    let room = body.height.saturating_sub(row);
    let loud = |event: &&crate::domain::event::Event| caption::role(&event.kind) != Role::Muted;
    let mut events: Vec<_> = scene.view.events.iter().rev().filter(loud).take(usize::from(room)).collect();
    events.reverse();
    for (place, event) in events.iter().enumerate() {
        let line = Rect::new(body.x, body.y + row + place as u16, body.width, 1);
        canvas.hit(line, Hit::Event(event.id));
        let strip = panels::event_row(canvas.strip(), scene, event, columns);
        canvas.put(line, 0, strip);
    }
}

/// How many orders are answered of how many, and how fast; then what was lost, as far as there is room.
fn flow<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let (locale, flow) = (&scene.look.locale, &scene.view.flow);
    let rates = [("acked", locale.number(flow.acked_per_s).into()), ("sent", locale.number(flow.sent_per_s).into())];
    let strip = strip.gap().add(figure::answered(flow), locale.say("status-answered", &rates));
    let p99 = figure::order_latency(flow, flow.latency.p99, locale);
    let strip = strip.fit(columns, |strip| strip.add(Role::Muted, "  p99 ").add(Role::Text, p99.as_str()));
    panels::flow_line(strip.add(Role::Text, "  "), scene, columns)
}
