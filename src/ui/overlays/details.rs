//! Everything about a node.

use ratatui::layout::Rect;

use crate::domain::ids::NodeId;

use super::super::canvas::Canvas;
use super::super::scene::Scene;
use super::super::theme::Role;
use super::super::widgets::{badge, figure};
use super::{centred, window};

/// Draws the details of a node.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>, id: NodeId) {
    let locale = &scene.look.locale;
    let Some(node) = scene.node(id) else { return };
    let groups: Vec<_> = scene.view.groups.iter().filter_map(|group| Some((group, group.replica(id)?))).collect();
    let area = centred(body, body.width.min(78), groups.len() as u16 + 13);
    let inner = window(canvas, area, &locale.say("details-title", &[("node", id.to_string().into())]), "");
    let state = badge::node(node, locale);
    let belief = badge::belief(node, locale);
    let head = canvas.strip().add(state.role, state.text()).gap();
    let head = head.add(Role::Muted, badge::lasts(node, scene.view, locale));
    let head = head.add(Role::Muted, format!("  {} ", locale.text("column-belief"))).add(belief.role, belief.text());
    canvas.put(inner, 0, head);
    if let Some(message) = &node.halted {
        canvas.word(inner, 0, 1, Role::Error, message);
    }
    let gateway = node.gateway;
    let leads = figure::count(node.truth.runs().then_some(u64::from(node.leads)), locale);
    let figures = [
        ("details-lives", locale.number(u64::from(node.incarnation))),
        ("details-in-flight", format!("{} / {}", gateway.load.in_flight, gateway.load.capacity)),
        ("details-queue", format!("{} / {}", gateway.load.queued, gateway.queue_max)),
        ("details-taken", locale.number(gateway.taken)),
        ("flow-refused", locale.number(gateway.refused)),
        ("disk-written", locale.number(node.disk.written)),
        ("disk-synced", locale.number(node.disk.synced)),
        ("disk-fsync", locale.duration(node.disk.last_fsync)),
        ("details-held", locale.number(node.held)),
        ("column-leads", leads),
    ];
    for (place, (id, figure)) in figures.iter().enumerate() {
        let half = inner.width / 2;
        let cell = Rect::new(inner.x + place as u16 % 2 * half, inner.y, half, inner.height);
        let strip = canvas.strip().left(16, Role::Muted, &locale.text(id)).right(14, Role::Text, figure);
        canvas.put(cell, 2 + place as u16 / 2, strip);
    }
    for (row, (group, replica)) in groups.iter().enumerate() {
        let role = badge::replica(replica, locale);
        let strip = canvas.strip().left(6, Role::Text, &group.id.to_string()).left(12, role.role, &role.text());
        let strip = strip.right(6, Role::Text, &replica.term.to_string());
        let strip = strip.right(12, Role::Text, &locale.number(replica.commit.0));
        let strip = strip.add(Role::Muted, format!("  {} ", locale.text("column-lag")));
        canvas.put(inner, row as u16 + 8, strip.add(Role::Text, locale.number(replica.lag_records)));
    }
}
