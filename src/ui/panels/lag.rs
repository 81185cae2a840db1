//! Replication lag: a small chart for each node, all on one scale, so that they can be compared.
//!
//! Idea: small multiples instead of crossing lines: nothing is hidden behind anything, and no colour is needed to tell
//! whose line it is.

use ratatui::layout::Rect;

use crate::domain::view::SampleView;

use super::super::canvas::{Canvas, Strip, width};
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::badge;
use super::super::widgets::chart;
use super::super::widgets::frame::frame;
use super::nodes::{LAG_WARN, lag_role, present, window};

/// Columns at the right: name, sign, figure.
const LABEL: u16 = 14;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let samples = &scene.view.samples;
    let group = scene.group().map_or(0, |group| group.id.index());
    let most =
        samples.iter().flat_map(|sample| (0..scene.view.nodes.len()).filter_map(|node| lag(sample, node, group)));
    let most = most.max().unwrap_or(0).max(LAG_WARN * 2);
    let note = locale.say("note-lag", &[("most", most.into())]);
    let inner = frame(canvas, scene, area, Panel::Lag, &locale.text("panel-lag"), &note);
    if inner.width <= LABEL + 4 || inner.height == 0 {
        return;
    }
    let present = present(scene);
    let nodes = window(&present, usize::from(inner.height), scene.state.selected);
    let axis = u16::from(usize::from(inner.height) > nodes.len());
    let rows = ((inner.height - axis) / nodes.len().max(1) as u16).max(1);
    let below = rows * nodes.len() as u16;
    if axis > 0 {
        time_axis(canvas, Rect::new(inner.x, inner.y + below, inner.width - LABEL, 1), scene);
    }
    if inner.height >= below + 2 {
        canvas.put(inner, (below + 2).min(inner.height - 1), worst(canvas.strip(), scene));
    }
    for (place, node) in nodes.iter().enumerate() {
        let top = inner.y + place as u16 * rows;
        let band = Rect::new(inner.x, top, inner.width - LABEL, rows.min(inner.bottom() - top));
        // A node that left the group a moment ago has no bars any more: what it would draw is another group's lag.
        let is_member = scene.group().is_some_and(|group| group.replica(node.id).is_some());
        let values =
            samples.iter().filter(|_| is_member).map(|sample| lag(sample, node.id.index(), group).unwrap_or(0));
        let values: Vec<u64> = values.collect();
        let now = scene.group().and_then(|group| group.lag(node.id));
        let role = match now.map(lag_role) {
            Some(Role::LagWarn | Role::LagHigh) => Role::Warn,
            _ => Role::Bar,
        };
        ground(canvas, band);
        chart::columns(canvas, band, &values, most, role);
        let state = badge::node(node, locale);
        let figure = now.map_or_else(|| "–".to_owned(), |lag| locale.number(lag));
        let label = Rect::new(band.right() + 1, band.bottom() - 1, LABEL - 1, 1);
        let strip = canvas.strip().left(3, Role::Text, &node.id.to_string()).gap().add(state.role, state.sign);
        let strip = strip.right(8, now.map_or(Role::Muted, lag_role), &figure);
        canvas.put(label, 0, strip);
    }
}

/// From when to when.
fn time_axis(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let samples = &scene.view.samples;
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return };
    let from = format!("-{}", locale.duration(last.at.since(first.at)));
    let now = locale.text("lag-now");
    canvas.word(area, 0, 0, Role::Muted, &from);
    let column = usize::from(area.width).saturating_sub(width(&now));
    if column > width(&from) + 1 {
        canvas.word(area, column as u16, 0, Role::Muted, &now);
    }
}

/// The replica of the group in view that is furthest behind, in records and in time.
fn worst<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    if scene.group().is_some_and(|group| group.leader.is_none()) {
        return strip.add(Role::Muted, format!("– {}", locale.text("lag-unknown")));
    }
    let replicas = scene.group().map_or(&[][..], |group| &group.replicas);
    let Some(worst) = replicas.iter().max_by_key(|replica| replica.lag_records) else { return strip };
    if worst.lag_records < LAG_WARN {
        return strip.add(Role::Muted, locale.say("lag-none", &[("n", worst.lag_records.into())]));
    }
    let age = locale.duration(worst.lag_time);
    let figures = [("node", worst.node.to_string().into()), ("n", worst.lag_records.into()), ("age", age.into())];
    strip.add(Role::Warn, locale.say("lag-worst", &figures))
}

/// A faint line at zero, so that a quiet chart is seen to be one.
fn ground(canvas: &mut Canvas<'_>, band: Rect) {
    let line = "▁".repeat(usize::from(band.width));
    canvas.word(band, 0, band.height.saturating_sub(1), Role::Track, &line);
}

/// The lag of a node in the group in view, of which it may be no member.
fn lag(sample: &SampleView, node: usize, group: usize) -> Option<u64> {
    sample.lag_by_group.get(node).and_then(|groups| groups.get(group)).copied().flatten()
}
