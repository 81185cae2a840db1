//! The table of nodes: what each really is, what the others believe of it, what it does in the group in view.
//!
//! Idea: truth and belief are two columns, because the distance between them is the lesson.

use std::borrow::Borrow;

use ratatui::layout::Rect;

use crate::domain::control::{Control, Target};
use crate::domain::ids::NodeId;
use crate::domain::time::SimDuration;
use crate::domain::view::{NodeTruth, NodeView, ReplicaView};
use crate::locale::Locale;

use super::super::canvas::{Canvas, Strip};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::badge::{self, Badge};
use super::super::widgets::bar::bar;
use super::super::widgets::frame::{counted, frame};
use super::super::widgets::table::{Align, Column, widths};

const COLUMNS: [Column; 9] = [
    Column { title: "column-number", min: 4, more: 1, priority: 0, align: Align::Left },
    Column { title: "column-state", min: 10, more: 1, priority: 0, align: Align::Left },
    Column { title: "column-belief", min: 12, more: 1, priority: 4, align: Align::Left },
    Column { title: "column-role", min: 11, more: 1, priority: 1, align: Align::Left },
    Column { title: "column-term", min: 5, more: 0, priority: 2, align: Align::Right },
    Column { title: "column-commit", min: 7, more: 3, priority: 3, align: Align::Right },
    Column { title: "column-lag", min: 6, more: 2, priority: 1, align: Align::Right },
    Column { title: "column-busy", min: 8, more: 24, priority: 5, align: Align::Left },
    Column { title: "column-leads", min: 5, more: 0, priority: 6, align: Align::Right },
];

/// Records of lag from which it is some, and from which it is much.
pub const LAG_WARN: u64 = 50;
/// See [`LAG_WARN`].
pub const LAG_HIGH: u64 = 1_000;

/// How a lag looks.
pub const fn lag_role(lag: u64) -> Role {
    match lag {
        0..LAG_WARN => Role::LagOk,
        LAG_WARN..LAG_HIGH => Role::LagWarn,
        _ => Role::LagHigh,
    }
}

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let group = scene.group().map_or_else(String::new, |group| group.id.to_string());
    let title = locale.say("panel-nodes", &[("group", group.into())]);
    let rows = usize::from(area.height.saturating_sub(3));
    let nodes = window(&scene.view.nodes, rows, scene.state.selected);
    let title = counted(&title, nodes.len(), scene.view.nodes.len(), locale);
    let inner = frame(canvas, scene, area, Panel::Nodes, &title, &locale.text("note-nodes"));
    let columns = columns(scene);
    let widths = widths(&columns, usize::from(inner.width));
    let shown = || columns.iter().zip(&widths).filter(|(_, width)| **width > 0);
    let head = shown().fold(canvas.strip(), |strip, (column, width)| {
        cell(strip, column, *width, Role::Muted, &locale.text(column.title)).gap()
    });
    canvas.put(inner, 0, head);
    for (row, node) in nodes.iter().enumerate() {
        let place = inner.y + 1 + row as u16;
        canvas.hit(Rect::new(inner.x, place, inner.width, 1), Hit::Node(node.id));
        let strip =
            shown().fold(canvas.strip(), |strip, (column, width)| value(strip, scene, node, column, *width).gap());
        canvas.put(inner, row as u16 + 1, strip);
    }
    // A blank line before it, if there is one to spare.
    let used = (scene.view.nodes.len() as u16 + 2).min(inner.height.saturating_sub(1));
    if usize::from(used) > scene.view.nodes.len() {
        about(canvas, inner, used, scene);
    }
}

/// The columns, those of the badges as wide as their widest word: half a state is none.
fn columns(scene: &Scene<'_>) -> [Column; 9] {
    let locale = &scene.look.locale;
    let widest = |badge: &dyn Fn(&NodeView) -> Option<Badge>| {
        let badges = scene.view.nodes.iter().filter_map(badge);
        badges.map(|badge| super::super::canvas::width(&badge.text())).max().unwrap_or(0)
    };
    let of_group = |node: &NodeView| scene.group()?.replica(node.id).map(|replica| badge::replica(replica, locale));
    let mut columns = COLUMNS;
    for column in &mut columns {
        let needed = match column.title {
            "column-state" => widest(&|node| Some(badge::node(node, locale))),
            "column-belief" => widest(&|node| Some(badge::belief(node, locale))),
            "column-role" => widest(&of_group),
            _ => 0,
        };
        column.min = column.min.max(needed);
    }
    columns
}

/// The nodes that have not left: who has, holds nothing and does nothing.
pub fn present<'v>(scene: &Scene<'v>) -> Vec<&'v NodeView> {
    scene.view.nodes.iter().filter(|node| node.truth != NodeTruth::Gone).collect()
}

/// As many nodes as fit, the selected one among them.
pub fn window<T: Borrow<NodeView>>(nodes: &[T], rows: usize, selected: NodeId) -> &[T] {
    if nodes.len() <= rows || rows == 0 {
        return &nodes[..nodes.len().min(rows)];
    }
    let place = nodes.iter().position(|node| node.borrow().id == selected).unwrap_or(0);
    let start = (place + 1).saturating_sub(rows);
    &nodes[start..start + rows]
}

fn cell<'a>(strip: Strip<'a>, column: &Column, width: usize, role: Role, text: &str) -> Strip<'a> {
    match column.align {
        Align::Left => strip.left(width, role, text),
        Align::Right => strip.right(width, role, text),
    }
}

/// A badge in its column: filled to its own width, so that the fill says how wide the word is and no more.
fn badge_cell<'a>(strip: Strip<'a>, badge: &Badge, width: usize) -> Strip<'a> {
    let end = strip.width() + width;
    let text = super::super::canvas::cut_end(&badge.text(), width);
    strip.add(badge.role, text).to(end)
}

fn value<'a>(strip: Strip<'a>, scene: &Scene<'_>, node: &NodeView, column: &Column, width: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let replica = scene.group().and_then(|group| group.replica(node.id));
    let number = |strip, role, value: Option<u64>| {
        let text = value.map_or_else(|| "–".to_owned(), |value| locale.number(value));
        cell(strip, column, width, role, &text)
    };
    match column.title {
        "column-number" if node.id == scene.state.selected => {
            let end = strip.width() + width;
            strip.add(Role::Accent, "❯").add(Role::Selection, format!(" {} ", node.id.0)).to(end)
        }
        "column-number" => cell(strip, column, width, Role::Text, &format!("  {}", node.id.0)),
        "column-state" => {
            let mut truth = badge::node(node, locale);
            if let Some(all) = node.catch_up {
                // The figure of the lag beside it, where the node has a replica of the group in view.
                let behind = replica.map_or(all, |replica| replica.lag_records);
                let counted = Badge { word: format!("{} {}", truth.word, Locale::short(behind)), ..truth };
                // Half a figure is worse than none.
                truth = if super::super::canvas::width(&counted.text()) <= width { counted } else { truth };
            }
            badge_cell(strip, &truth, width)
        }
        "column-belief" => badge_cell(strip, &badge::belief(node, locale), width),
        "column-role" => match replica {
            // Frozen is not down: what it does is not known until it wakes.
            Some(_) if node.truth == NodeTruth::Frozen => cell(strip, column, width, Role::Muted, "  –"),
            Some(replica) => badge_cell(strip, &badge::replica(replica, locale), width),
            None => cell(strip, column, width, Role::Muted, "–"),
        },
        "column-term" => number(strip, Role::Text, replica.map(|replica| replica.term.0)),
        // What is committed is known to a process, not to a disk: the dead know none.
        "column-commit" => number(strip, Role::Text, replica.filter(|r| r.alive).map(|replica| replica.commit.0)),
        "column-lag" => {
            let lag = scene.group().and_then(|group| group.lag(node.id));
            number(strip, lag.map_or(Role::Muted, lag_role), lag)
        }
        "column-busy" => busy(strip, scene, node, width),
        // Whom it led when it froze others lead by now.
        "column-leads" if node.truth == NodeTruth::Frozen => cell(strip, column, width, Role::Muted, "–"),
        _ => {
            let role = if node.leads > 0 { Role::Leader } else { Role::Muted };
            cell(strip, column, width, role, &node.leads.to_string())
        }
    }
}

/// Thousandths of a processor's time from which it has little to spare.
const HARDLY_IDLE: u32 = 900;

/// The share of the last second that its processor worked. A processor whose work costs nothing has no such share.
fn busy<'a>(strip: Strip<'a>, scene: &Scene<'_>, node: &NodeView, width: usize) -> Strip<'a> {
    let raft = &scene.view.run.settings.raft;
    let costs_nothing = raft.apply_cost == SimDuration::ZERO && raft.read_cost == SimDuration::ZERO;
    if !node.truth.runs() || costs_nothing {
        return strip.left(width, Role::Muted, "–");
    }
    let busy = node.admission.busy_per_mille;
    let role = if busy >= HARDLY_IDLE { Role::Warn } else { Role::Bar };
    bar(strip, width - 5, u64::from(busy), role).right(5, Role::Text, &format!("{}%", (busy + 5) / 10))
}

/// What there is to say of the selected node.
fn about(canvas: &mut Canvas<'_>, inner: Rect, row: u16, scene: &Scene<'_>) {
    let Some(node) = scene.node(scene.state.selected) else { return };
    let locale = &scene.look.locale;
    let state = badge::node(node, locale);
    let mut text = format!("{} {} {}", node.id, state.word, badge::lasts(node, scene.view, locale));
    text.truncate(text.trim_end().len());
    let last =
        scene.view.events.iter().rev().find(|event| {
            event.node == Some(node.id) && event.kind.loudness() != crate::domain::event::Loudness::Quiet
        });
    if let Some(event) = last {
        let said = super::super::caption::caption(event, &scene.view.events, locale);
        // The table above is of one group: a line about another one says so.
        let elsewhere = event.group.filter(|group| *group != scene.state.group);
        let said = elsewhere.map_or_else(|| said.clone(), |group| format!("{group}: {said}"));
        text = format!("{text} · {said}");
    }
    for fault in &scene.view.run.faults {
        if let Control::Delay { from: Target::Node(from), to: Target::Node(to), latency: Some(latency), .. } =
            fault.control
            && [from, to].contains(&node.id)
        {
            text = format!("{from} → {to}: {} · {text}", locale.duration(latency));
        }
    }
    if let Some(message) = &node.halted {
        text = format!("{} · {message}", state.word);
    }
    if inner.height == row + 1 {
        text = super::events::shorten(&text, usize::from(inner.width));
    }
    let rows = super::super::canvas::wrap(&text, usize::from(inner.width));
    for (place, text) in rows.iter().enumerate().take(usize::from(inner.height.saturating_sub(row))) {
        canvas.word(inner, 0, row + place as u16, Role::Muted, text);
    }
}

/// A node as one row of the list mode.
pub fn line<'a>(strip: Strip<'a>, scene: &Scene<'_>, node: &NodeView, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let replica: Option<&ReplicaView> = scene.group().and_then(|group| group.replica(node.id));
    let chosen = node.id == scene.state.selected;
    let strip = strip.add(Role::Accent, if chosen { "❯" } else { " " });
    let number = if chosen { Role::Selection } else { Role::Text };
    let strip = strip.add(number, format!("{:>2}", node.id.0)).gap();
    let states = scene.view.nodes.iter().map(|node| super::super::canvas::width(&badge::node(node, locale).text()));
    let strip = badge_cell(strip, &badge::node(node, locale), states.max().unwrap_or(0).max(8)).gap();
    let Some(replica) = replica else { return strip };
    let role = badge::replica(replica, locale);
    let short = format!("{}{}", role.sign, role.word.chars().take(4).collect::<String>());
    strip
        .left(5, role.role, &short)
        .fit(columns, |strip| strip.right(5, Role::Text, &replica.term.to_string()))
        .fit(columns, |strip| {
            let lag = scene.group().and_then(|group| group.lag(node.id));
            let text = lag.map_or_else(|| "–".to_owned(), |lag| locale.number(lag));
            strip.gap().add(Role::Muted, locale.text("column-lag")).right(7, lag.map_or(Role::Muted, lag_role), &text)
        })
        .fit(columns, |strip| busy(strip.add(Role::Text, "  "), scene, node, 16))
}
