//! Density large: big figures and two panels, for rooms of a hundred; the second has the focus, or is the events.

use ratatui::layout::Rect;

use super::super::canvas::Canvas;
use super::super::panels;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::digits::{ROWS, digits};

/// Draws the leader, the term and the rate as big figures, then nodes and events.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let (leader, term) = scene.group().map_or((None, 0), |group| (group.leader, group.term.0));
    let leader = leader.map_or_else(|| "-".to_owned(), |node| node.to_string());
    let flow = &scene.view.flow;
    let rate = flow.acked_per_s.to_string();
    let third = body.width / 3;
    let figures = [
        ("large-leader", leader, Role::Leader),
        ("large-term", format!("T{term}"), Role::Accent),
        ("large-rate", rate, if flow.is_silent() { Role::Error } else { Role::Title }),
    ];
    for (place, (id, figure, role)) in figures.iter().enumerate() {
        let area = Rect::new(body.x + 1 + place as u16 * third, body.y, third.saturating_sub(1), ROWS + 1);
        canvas.word(area, 0, 0, Role::Muted, &locale.text(id));
        digits(canvas, Rect::new(area.x, area.y + 1, area.width, ROWS), *role, figure);
    }
    let table = (scene.view.nodes.len() as u16 + 3).min(body.height - ROWS - 2);
    let nodes = Rect::new(body.x, body.y + ROWS + 2, body.width, table);
    panels::draw(canvas, nodes, scene, Panel::Nodes);
    let rest = Rect::new(body.x, nodes.bottom(), body.width, body.bottom() - nodes.bottom());
    // Whatever the focus walks on to is seen below the nodes.
    let focus = scene.state.focus;
    panels::draw(canvas, rest, scene, if focus == Panel::Nodes { Panel::Events } else { focus });
}
