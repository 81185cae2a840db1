//! The balancer: where orders go, as it sees its workers; it knows answers and probes, not the truth.

use ratatui::layout::Rect;

use super::super::canvas::Canvas;
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::frame::frame;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let balancer = &scene.view.balancer;
    let note = balancer.strategy.name();
    let inner = frame(canvas, scene, area, Panel::Balancer, &locale.text("panel-balancer"), note);
    let total: u64 = balancer.workers.iter().map(|worker| worker.routed_per_s).sum();
    for (row, worker) in balancer.workers.iter().enumerate().take(usize::from(inner.height)) {
        canvas.hit(Rect::new(inner.x, inner.y + row as u16, inner.width, 1), Hit::Node(worker.node));
        let name = canvas.strip().left(4, Role::Text, &worker.node.to_string());
        let strip = if worker.in_rotation {
            let figures = format!("{:>7}{}", locale.number(worker.routed_per_s), locale.text("per-s"));
            let latency = format!("{:>8}", locale.duration(worker.latency));
            let wide = inner.width >= 40;
            let tail = figures.chars().count() + if wide { latency.chars().count() } else { 0 } + 6;
            let columns = usize::from(inner.width).saturating_sub(4 + tail).min(40);
            let capacity = u64::from(worker.capacity).max(1);
            let share = u64::from(worker.in_flight) * 1_000 / capacity;
            let strip = bar(name, columns, share, if share >= 900 { Role::Warn } else { Role::Bar });
            let strip = strip.right(5, Role::Text, &format!("{}%", share / 10)).add(Role::Text, figures);
            strip.fit(usize::from(inner.width), |strip| strip.add(Role::Muted, latency))
        } else {
            name.badge(Role::NodeFailed, &locale.text("balancer-out"))
        };
        canvas.put(inner, row as u16, strip);
    }
    let row = balancer.workers.len() as u16;
    let routed = format!("{} {}{}", locale.text("balancer-routed"), locale.number(total), locale.text("per-s"));
    let strip = canvas.strip().add(Role::Muted, routed).fit(usize::from(inner.width), |strip| {
        let refused = format!(" · {} {}", locale.text("balancer-refused"), locale.number(balancer.refused));
        strip.add(if balancer.refused > 0 { Role::Warn } else { Role::Muted }, refused)
    });
    canvas.put(inner, row, strip);
}
