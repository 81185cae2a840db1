//! Partitions: how many each node leads, and each partition with its leader, its rate and what rests in its books.

use ratatui::layout::Rect;

use crate::domain::view::GroupView;

use super::super::canvas::Canvas;
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::figure;
use super::super::widgets::frame::frame;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let groups: Vec<&GroupView> = scene.view.partitions().collect();
    let rows = usize::from(area.height.saturating_sub(2));
    let shown = rows.min(groups.len());
    let figures = [("n", (groups.len() as u64).into()), ("shown", (shown as u64).into())];
    let title = locale.say(if shown < groups.len() { "panel-partitions-some" } else { "panel-partitions" }, &figures);
    let inner = frame(canvas, scene, area, Panel::Partitions, &title, &locale.text("note-partitions"));
    let nodes = scene.view.nodes.len();
    let headed = usize::from(rows > groups.len());
    let histogram = if groups.len() + nodes + 1 + headed <= rows { nodes + 1 } else { 0 };
    if histogram > 0 {
        leaders(canvas, inner, scene, groups.len());
    }
    let most = groups.iter().map(|group| group.applied_per_s).max().unwrap_or(0).max(1);
    let start = groups.iter().position(|group| group.id == scene.state.group).unwrap_or(0);
    if headed > 0 {
        let head = canvas.strip().left(5, Role::Muted, "").left(8, Role::Muted, &locale.text("partition-leader"));
        canvas.put(inner, histogram as u16, head.add(Role::Muted, locale.text("partition-applied")));
    }
    let histogram = histogram + headed;
    let room = rows.saturating_sub(histogram);
    let first = (start + 1).saturating_sub(room).min(groups.len().saturating_sub(room));
    for (row, group) in groups.iter().skip(first).take(room).enumerate() {
        let chosen = group.id == scene.state.group;
        let mark = if chosen { "❯" } else { " " };
        let strip = canvas.strip().add(Role::Accent, mark).left(
            4,
            if chosen { Role::Title } else { Role::Text },
            &group.id.to_string(),
        );
        let strip = match group.leader {
            Some(leader) => strip.left(8, Role::Leader, &format!("★ {leader}")),
            None => strip.add(Role::NodeFailed, format!("✗ {}", locale.text("no-leader"))).to(13),
        };
        let rate = format!("{}{}", locale.number(group.applied_per_s), locale.text("per-s"));
        let resting = locale.say("partition-resting", &[("n", figure::count(group.resting, locale).into())]);
        let columns = usize::from(inner.width);
        let wide = columns >= strip.width() + 9 + resting.chars().count() + 10;
        let tail = 9 + if wide { 16 } else { 0 };
        let bars = columns.saturating_sub(strip.width() + tail).min(30);
        let strip = bar(strip, bars, group.applied_per_s * 1_000 / most, Role::Bar).right(9, Role::Text, &rate);
        let strip = if wide { strip.right(16, Role::Muted, &resting) } else { strip };
        let place = (histogram + row) as u16;
        canvas.hit(Rect::new(inner.x, inner.y + place, inner.width, 1), Hit::Group(group.id));
        canvas.put(inner, place, strip);
    }
}

/// How many partitions each node leads, as bars.
fn leaders(canvas: &mut Canvas<'_>, inner: Rect, scene: &Scene<'_>, partitions: usize) {
    for (row, node) in scene.view.nodes.iter().enumerate() {
        let leads = scene.view.partitions().filter(|group| group.leader == Some(node.id)).count();
        let strip = canvas.strip().left(5, Role::Text, &node.id.to_string());
        let columns = usize::from(inner.width).saturating_sub(8).min(partitions * 4);
        let strip = bar(strip, columns, (leads * 1_000 / partitions.max(1)) as u64, Role::Leader);
        let role = if leads > 0 { Role::Text } else { Role::Muted };
        canvas.put(inner, row as u16, strip.right(3, role, &leads.to_string()));
    }
}
