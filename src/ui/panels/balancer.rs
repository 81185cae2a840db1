//! The balancer: where orders go, as it sees its workers; it knows answers and probes, not the truth.

use ratatui::layout::Rect;

use crate::domain::view::WorkerView;

use super::super::canvas::{Canvas, Strip};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::frame::frame;
use super::workers::standing;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let balancer = &scene.view.balancer;
    let note = balancer.strategy.name();
    let inner = frame(canvas, scene, area, Panel::Balancer, &locale.text("panel-balancer"), note);
    let columns = usize::from(inner.width);
    let workers = &balancer.workers;
    let rate: u64 = workers.iter().map(|worker| worker.routed_per_s).sum();
    let most = workers.iter().map(|worker| worker.routed_per_s).max().unwrap_or(0).max(1);
    let headed = u16::from(usize::from(inner.height) > workers.len());
    if headed > 0 {
        let blanks = columns.saturating_sub(FIGURES);
        let head = canvas.strip().left(blanks, Role::Muted, &locale.text("balancer-to"));
        canvas.put(inner, 0, heads(head, scene));
    }
    for (place, worker) in workers.iter().enumerate().take(usize::from(inner.height - headed)) {
        let row = place as u16 + headed;
        canvas.hit(Rect::new(inner.x, inner.y + row, inner.width, 1), Hit::Node(worker.node));
        let name = canvas.strip().left(4, Role::Text, &worker.node.to_string());
        let strip = if let Some((role, id)) = standing(worker).filter(|_| worker.in_rotation) {
            figures(name.badge(role, &locale.text(id)).to(columns.saturating_sub(FIGURES)), scene, worker)
        } else if worker.in_rotation {
            let bars = columns.saturating_sub(4 + FIGURES).min(40);
            let strip = bar(name, bars, worker.routed_per_s * 1_000 / most, Role::Bar);
            figures(strip.to(columns.saturating_sub(FIGURES)), scene, worker)
        } else {
            name.badge(Role::NodeFailed, &locale.text("balancer-out"))
        };
        canvas.put(inner, row, strip);
    }
    let row = workers.len() as u16 + headed;
    let routed = format!("{} {}{}", locale.text("balancer-routed"), locale.number(rate), locale.text("per-s"));
    let strip = canvas.strip().add(Role::Muted, routed).fit(columns, |strip| {
        let refused = format!(" · {} {}", locale.text("balancer-refused"), locale.number(balancer.refused));
        strip.add(if balancer.refused > 0 { Role::Warn } else { Role::Muted }, refused)
    });
    canvas.put(inner, row, strip);
}

/// Columns of the figures: requests a second, in flight, answer time.
const FIGURES: usize = 8 + 8 + 9;

fn heads<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let ids = [(8, "balancer-rate"), (8, "balancer-open"), (9, "balancer-time")];
    ids.iter().fold(strip, |strip, (width, id)| strip.right(*width, Role::Muted, &locale.text(id)))
}

fn figures<'a>(strip: Strip<'a>, scene: &Scene<'_>, worker: &WorkerView) -> Strip<'a> {
    let locale = &scene.look.locale;
    let full = u64::from(worker.in_flight) * 10 >= u64::from(worker.capacity.max(1)) * 9;
    let open = locale.number(u64::from(worker.in_flight));
    strip
        .right(8, Role::Text, &locale.number(worker.routed_per_s))
        .right(8, if full { Role::Warn } else { Role::Text }, &open)
        .right(9, Role::Muted, &locale.duration(worker.latency))
}
