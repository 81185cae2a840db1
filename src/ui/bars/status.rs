//! The status bar: who leads, how many are up, whether there is a quorum, what is committed, how time passes.

use ratatui::layout::Rect;

use crate::domain::view::GroupView;

use super::super::canvas::{Canvas, Strip};
use super::super::depth::Depth;
use super::super::scene::Scene;
use super::super::theme::Role;
use super::super::widgets::badge;

/// Draws the status bar into one row.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    // A note gives way to the quorum; the badge of time, and what locks the keys, never do.
    let mut notes = scene.notes;
    let mut right = right_end(canvas.strip(), scene, notes);
    while let [fewer @ .., _] = notes
        && vital(canvas.strip(), scene).width() + right.width() + 1 > usize::from(area.width)
    {
        notes = fewer;
        right = right_end(canvas.strip(), scene, notes);
    }
    let room = usize::from(area.width).saturating_sub(right.width() + 1);
    let separator = if area.width >= 100 { " │ " } else { "  " };
    let mut left = canvas.strip().add(Role::Text, " ");
    if area.width >= 60 {
        left = left.add(Role::Accent, "chaosdesk");
        if !scene.title.is_empty() && area.width >= 130 {
            left = left.add(Role::Border, separator).add(Role::Muted, scene.title);
        }
        left = left.add(Role::Border, separator);
    }
    left = leader(left, scene);
    for part in [up, quorum, commit, flow, safety] {
        let before = left.width();
        left = left.fit(room, |strip| part(strip.add(Role::Border, separator), scene));
        if left.width() == before {
            break;
        }
    }
    let strip = left.to(room + 1).join(right);
    canvas.put(area, 0, strip);
}

/// What is to be seen at any width from 80 columns on, with the least that separates it.
fn vital<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let strip = leader(strip.add(Role::Text, " chaosdesk  "), scene);
    quorum(up(strip.add(Role::Border, "  "), scene).add(Role::Border, "  "), scene)
}

/// The group in view and its leader, or since when it has none.
fn leader<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let Some(group) = scene.group() else { return strip.add(Role::Muted, locale.text("status-empty")) };
    let strip = strip.add(Role::Muted, format!("{} ", group.id));
    match group.leader {
        Some(node) => strip.add(Role::Leader, format!("★ {node} ")).add(Role::Text, group.term.to_string()),
        None => {
            let since = locale.duration(scene.view.run.now.since(group.since));
            strip.badge(Role::NodeFailed, &locale.say("status-no-leader", &[("since", since.into())]))
        }
    }
}

fn up<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let nodes = &scene.view.nodes;
    let up = nodes.iter().filter(|node| node.truth.runs()).count();
    let role = if up == nodes.len() { Role::Ok } else { Role::Warn };
    strip.add(role, format!("{} {up}/{}", scene.look.locale.text("status-up"), nodes.len()))
}

/// The quorum of the worst group: the one with the least margin.
fn quorum<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let margin = |group: &&GroupView| i16::from(group.connected) - i16::from(group.quorum);
    let Some(worst) = scene.view.groups.iter().min_by_key(margin) else { return strip };
    let voters = worst.replicas.len();
    let count = format!("{}/{voters}", worst.connected);
    match worst.margin() {
        None => {
            let figures = [("group", worst.id.to_string().into()), ("count", count.into())];
            strip.badge(Role::NodeFailed, &locale.say("status-quorum-lost", &figures))
        }
        Some(margin) => {
            let role = if margin == 0 { Role::Warn } else { Role::Ok };
            let figures = [("count", count.into()), ("margin", u64::from(margin).into())];
            strip.add(role, locale.say("status-quorum", &figures))
        }
    }
}

fn commit<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let commit = scene.group().map_or(0, |group| group.commit.0);
    strip.add(Role::Muted, format!("{} ", locale.text("status-commit"))).add(Role::Text, locale.number(commit))
}

fn flow<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let flow = &scene.view.flow;
    let rate = format!("{:>6}", locale.number(flow.acked_per_s));
    let latency = locale.duration(flow.latency.p99);
    strip
        .add(Role::Text, rate)
        .add(Role::Muted, locale.text("per-s-orders"))
        .add(Role::Muted, "  p99 ")
        .add(Role::Text, latency)
}

fn safety<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let lost = scene.view.ledger.lost;
    let text = format!("{} {}", scene.look.locale.text("ledger-lost"), scene.look.locale.number(lost));
    if lost > 0 { strip.badge(Role::Error, &text) } else { strip.add(Role::Muted, text) }
}

fn right_end<'a>(strip: Strip<'a>, scene: &Scene<'_>, notes: &[String]) -> Strip<'a> {
    let locale = &scene.look.locale;
    let time = badge::time(&scene.view.run.pace, locale);
    let mut strip = strip;
    strip = strip.badge(time.role, &time.word);
    if scene.state.presenter.locked {
        strip = strip.gap().badge(Role::NodeDegraded, &locale.text("status-locked"));
    }
    if scene.state.presenter.key_cast {
        strip = strip.gap().add(Role::Muted, locale.text("status-keys"));
    }
    for note in notes {
        strip = strip.gap().add(Role::Muted, note.clone());
    }
    if scene.look.depth == Depth::None {
        strip = strip.gap().add(Role::Muted, locale.text("status-no-colour"));
    }
    strip.gap()
}
