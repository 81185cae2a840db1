//! Who believes what of whom: each node's own failure detector, as a matrix.

use ratatui::layout::Rect;

use crate::domain::event::Health;

use super::super::canvas::Canvas;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::frame::frame;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let inner = frame(canvas, scene, area, Panel::Beliefs, &locale.text("panel-beliefs"), "");
    let columns = usize::from(inner.width);
    let nodes = &scene.view.nodes;
    let head = canvas.strip().left(5, Role::Muted, &locale.text("belief-of"));
    let head = nodes
        .iter()
        .fold(head, |strip, node| strip.fit(columns, |strip| strip.right(4, Role::Muted, &node.id.to_string())));
    canvas.put(inner, 0, head);
    for (row, node) in nodes.iter().enumerate() {
        let strip = canvas.strip().left(5, Role::Text, &node.id.to_string());
        let strip = nodes.iter().enumerate().fold(strip, |strip, (place, peer)| {
            let (role, sign) = match node.beliefs.get(place) {
                None => (Role::Muted, "  "),
                Some(_) if peer.id == node.id => (Role::Muted, "· "),
                Some(Health::Healthy) => (Role::NodeHealthy, "● "),
                Some(Health::Degraded) => (Role::NodeDegraded, "▲ "),
                Some(Health::Failed) => (Role::NodeFailed, "✗ "),
            };
            strip.fit(columns, |strip| strip.add(Role::Text, "  ").add(role, sign))
        });
        canvas.put(inner, row as u16 + 1, strip);
    }
}
