//! The partition x node matrix: who holds what, who leads, and which share of the work that is.
//!
//! Idea: a row a node, a column a partition, a letter where they meet; so a copy that is missing is a hole in a column,
//! and a node that leads too much is a row of L. What is well is quiet: colour is for the dead, the late and the leaderless.
//! Shape: columns are as wide as the room allows, down to one cell, where their numbers stand upright. What does not fit
//! is cut about the group in view and the selected node, and the frame says how much.

use ratatui::layout::Rect;

use crate::domain::ids::NodeId;
use crate::domain::view::{GroupView, NodeTruth, NodeView, RoleView};

use super::super::canvas::{Canvas, Strip};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::badge;
use super::super::widgets::bar::bar;
use super::super::widgets::figure;
use super::super::widgets::frame::frame;
use super::division;
use super::nodes::{lag_role, present, window};
use crate::locale::Locale;

/// Columns before the first partition: mark, node, sign.
const HEAD: usize = 8;
/// Columns after the last one: groups led, share of the work.
const TAIL: usize = 7 + 7;
/// Columns of the bar of a node's work at most.
const BAR: usize = 14;
/// The widest column of a partition.
const WIDEST: usize = 5;

/// Rows of a screen of one column from which on a hot symbol has its row in another panel.
const HEAT: u16 = 32;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let groups: Vec<&GroupView> = partitions(scene).collect();
    let figures = [
        ("p", (groups.len() as u64).into()),
        ("n", (present(scene).len() as u64).into()),
        ("factor", (factor(scene) as u64).into()),
    ];
    let columns = usize::from(area.width.saturating_sub(4));
    let room = columns.saturating_sub(HEAD + TAIL).max(1);
    let width = column_width(groups.len(), room);
    let shown = around(&groups, room / width, |group| group.id == scene.state.group);
    let digits = digits(groups.len());
    let head = if width > digits { 1 } else { digits as u16 };
    let rows = area.height.saturating_sub(2);
    // One row below the table belongs to the copies; the legend and the group in view come if there is more.
    let fits = usize::from(rows.saturating_sub(head + u16::from(rows > head + 2)));
    let present = present(scene);
    let nodes = window(&present, fits, scene.state.selected);
    let note = hidden(present.len() - nodes.len(), groups.len() - shown.len(), locale);
    let inner = frame(canvas, scene, area, Panel::Matrix, &locale.say("panel-matrix", &figures), &note);
    heads(canvas, inner, scene, shown, (width, head));
    let total: u64 = groups.iter().map(|group| group.applied_per_s).sum();
    for (row, node) in nodes.iter().enumerate() {
        let place = head + row as u16;
        canvas.hit(Rect::new(inner.x, inner.y + place, inner.width, 1).intersection(inner), Hit::Node(node.id));
        let strip = shown.iter().fold(name(canvas.strip(), scene, node), |strip, group| {
            let (role, sign) = cell(group, node);
            strip.add(Role::Text, " ".repeat(width - 1)).add(role, sign)
        });
        let strip = work(strip.to(HEAD + width * shown.len()), &groups, node, total, (columns, locale));
        canvas.put(inner, place, strip);
    }
    below(canvas, inner, scene, &groups, head + nodes.len() as u16);
}

/// The groups that own symbols.
pub fn partitions<'a>(scene: &Scene<'a>) -> impl Iterator<Item = &'a GroupView> {
    scene.view.partitions()
}

/// How many copies there should be.
fn factor(scene: &Scene<'_>) -> usize {
    scene.view.run.settings.cluster.replication_factor.min(present(scene).len())
}

/// The widest columns with which so many fit; one cell, if they do not fit at all.
fn column_width(count: usize, room: usize) -> usize {
    (1..=WIDEST).rev().find(|width| count * width <= room).unwrap_or(1)
}

const fn digits(count: usize) -> usize {
    match count {
        0..10 => 1,
        10..100 => 2,
        _ => 3,
    }
}

/// As many as fit, the one in view among them.
fn around<T>(all: &[T], fits: usize, chosen: impl Fn(&T) -> bool) -> &[T] {
    if all.len() <= fits {
        return all;
    }
    let place = all.iter().position(chosen).unwrap_or(0);
    let first = place.saturating_sub(fits / 2).min(all.len() - fits);
    &all[first..first + fits]
}

/// How much there is besides.
fn hidden(nodes: usize, partitions: usize, locale: &Locale) -> String {
    match (nodes, partitions) {
        (0, 0) => locale.text("note-matrix").into_owned(),
        (0, more) => locale.say("matrix-more-columns", &[("p", (more as u64).into())]),
        (more, 0) => locale.say("matrix-more-rows", &[("n", (more as u64).into())]),
        (n, p) => locale.say("matrix-more", &[("n", (n as u64).into()), ("p", (p as u64).into())]),
    }
}

/// The numbers of the partitions: in one row, or upright where a column is as narrow as its number.
fn heads(canvas: &mut Canvas<'_>, inner: Rect, scene: &Scene<'_>, shown: &[&GroupView], (width, rows): (usize, u16)) {
    let locale = &scene.look.locale;
    for row in 0..rows {
        let last = row + 1 == rows;
        let strip = shown.iter().enumerate().fold(canvas.strip().to(HEAD), |strip, (place, group)| {
            let number = group.id.index();
            let text = if rows == 1 {
                let full = group.id.to_string();
                if full.len() < width { full } else { number.to_string() }
            } else {
                upright(number, u32::from(rows - 1 - row), place == 0)
            };
            let blanks = width.saturating_sub(text.len());
            strip.add(Role::Text, " ".repeat(blanks)).add(head_role(scene, group), text)
        });
        let strip = strip.to(HEAD + width * shown.len());
        let strip = if last {
            let strip = strip.right(7, Role::Muted, &locale.text("column-leads"));
            strip.right(7, Role::Muted, &locale.text("matrix-share"))
        } else {
            strip
        };
        canvas.put(inner, row, strip);
    }
    for (place, group) in shown.iter().enumerate() {
        let left = inner.x + (HEAD + place * width) as u16;
        canvas.hit(Rect::new(left, inner.y, width as u16, rows).intersection(inner), Hit::Group(group.id));
    }
}

/// A digit of a number that stands upright; of the higher ones only where they change, so that they can be read.
fn upright(number: usize, power: u32, first: bool) -> String {
    let unit = 10_usize.pow(power);
    if power == 0 || (first || number.is_multiple_of(unit)) && number >= unit {
        return (number / unit % 10).to_string();
    }
    " ".to_owned()
}

fn head_role(scene: &Scene<'_>, group: &GroupView) -> Role {
    match () {
        () if group.leader.is_none() => Role::NodeFailed,
        () if group.id == scene.state.group => Role::Selection,
        () if usize::from(group.connected) < factor(scene) => Role::Warn,
        () => Role::Muted,
    }
}

fn name<'a>(strip: Strip<'a>, scene: &Scene<'_>, node: &NodeView) -> Strip<'a> {
    let chosen = node.id == scene.state.selected;
    let state = badge::node(node, &scene.look.locale);
    let strip = strip.add(Role::Accent, if chosen { "❯" } else { " " });
    let strip = strip.left(5, if chosen { Role::Title } else { Role::Text }, &node.id.to_string());
    strip.add(state.role, state.sign).to(HEAD)
}

/// What a node is to a group.
fn cell(group: &GroupView, node: &NodeView) -> (Role, &'static str) {
    let id = node.id;
    let (replica, config) = (group.replica(id), &group.config);
    match replica {
        _ if group.leader == Some(id) => (Role::Leader, "L"),
        None => (Role::Track, "·"),
        Some(replica) if !replica.alive => (Role::NodeFailed, "x"),
        Some(_) if !config.members().contains(id) => (Role::Muted, "x"),
        Some(_) if config.learners.contains(id) => (Role::NodeRecovering, "l"),
        Some(_) if config.is_joint() && !config.sets().all(|set| set.contains(id)) => (Role::Candidate, "j"),
        Some(replica) if matches!(replica.role, RoleView::Candidate | RoleView::PreCandidate) => (Role::Candidate, "?"),
        Some(_) if node.truth == NodeTruth::Frozen => (Role::NodeIsolated, "f"),
        Some(replica) => (lag_role(replica.lag_records), "f"),
    }
}

/// How many partitions a node leads, and which share of all applied orders goes through them; a bar, if there is room.
fn work<'a>(
    strip: Strip<'a>,
    groups: &[&GroupView],
    node: &NodeView,
    total: u64,
    (columns, locale): (usize, &Locale),
) -> Strip<'a> {
    let led = groups.iter().filter(|group| group.leader == Some(node.id));
    // Of all groups, `meta` too, as in the table of nodes.
    let leads = u64::from(node.leads);
    if !node.truth.runs() {
        return strip.right(7, Role::Muted, "–").right(7, Role::Muted, "–");
    }
    let strip = strip.right(7, if leads > 0 { Role::Text } else { Role::Muted }, &locale.number(leads));
    let share = (led.map(|group| group.applied_per_s).sum::<u64>() * 1_000).checked_div(total);
    let text = share.map_or_else(|| "–".to_owned(), |share| format!("{}%", share / 10));
    let strip = strip.right(7, if leads > 0 { Role::Text } else { Role::Muted }, &text);
    match columns.saturating_sub(strip.width() + 2) {
        ..8 => strip,
        room => bar(strip.add(Role::Text, "  "), room.min(BAR), share.unwrap_or(0), Role::Bar),
    }
}

/// Below the table: copies, the group in view, what the letters mean; as much as there is room for.
fn below(canvas: &mut Canvas<'_>, inner: Rect, scene: &Scene<'_>, groups: &[&GroupView], top: u16) {
    let columns = usize::from(inner.width);
    let whole = groups.iter().all(|group| usize::from(group.connected) >= factor(scene) && group.leader.is_some());
    let (copies, in_view) = (copies(canvas.strip(), scene, groups, columns), in_view(canvas.strip(), scene, columns));
    // Where the panel that tells of a hot symbol has no room, it matters more than that all is well.
    let screen = canvas.buffer.area;
    let alone = screen.height < HEAT && usize::from(screen.width) <= columns + 4;
    let heat = if alone { division::heat(canvas.strip(), scene, columns) } else { None };
    let lines = match heat {
        Some(heat) if whole => [heat, in_view],
        Some(heat) => [copies, heat],
        None => [copies, in_view],
    };
    let room = inner.height.saturating_sub(top);
    let gap = u16::from(room > 3);
    let mut row = top + gap;
    for strip in lines {
        canvas.put(inner, row, strip);
        row += 1;
    }
    if inner.height > row {
        canvas.put(inner, row, legend(canvas.strip(), columns, &scene.look.locale));
    }
}

/// Whether every partition has its copies, and which have not.
fn copies<'a>(strip: Strip<'a>, scene: &Scene<'_>, groups: &[&GroupView], columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let factor = factor(scene);
    let few: Vec<&&GroupView> = groups.iter().filter(|group| usize::from(group.connected) < factor).collect();
    let stopped: Vec<&&GroupView> = groups.iter().filter(|group| group.leader.is_none()).collect();
    if few.is_empty() && stopped.is_empty() {
        return strip.add(Role::Muted, locale.say("matrix-copies-all", &[("factor", (factor as u64).into())]));
    }
    // Who stands still comes first: what is short of copies still works.
    let strip = if stopped.is_empty() { strip } else { strip.badge(Role::NodeFailed, &locale.text("matrix-stopped")) };
    let strip = stopped
        .iter()
        .fold(strip, |strip, group| strip.fit(columns, |strip| strip.add(Role::Error, format!(" {}", group.id))));
    let Some(least) = few.iter().map(|group| group.connected).min() else { return strip };
    let figures = [
        ("n", (few.len() as u64).into()),
        ("all", (groups.len() as u64).into()),
        ("least", u64::from(least).into()),
        ("factor", (factor as u64).into()),
    ];
    let strip = if stopped.is_empty() { strip } else { strip.add(Role::Text, "  ") };
    let words = locale.say("matrix-copies-few", &figures);
    if strip.width() == 0 { strip.add(Role::Warn, words) } else { strip.fit(columns, |s| s.add(Role::Warn, words)) }
}

/// The group in view in figures, and who of it is behind.
fn in_view<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let Some(group) = partitions(scene).find(|group| group.id == scene.state.group) else { return strip };
    let strip = strip.add(Role::Title, format!("{} ", group.id));
    let strip = match group.leader {
        Some(leader) => strip.add(Role::Leader, format!("★ {leader}")),
        None => strip.add(Role::NodeFailed, format!("✗ {}", locale.text("no-leader"))),
    };
    let figures = [
        locale.say("matrix-symbols", &[("n", u64::from(group.symbols).into())]),
        locale.say("partition-resting", &[("n", figure::count(group.resting, locale).into())]),
        format!("{}{}", locale.number(group.applied_per_s), locale.text("per-s")),
    ];
    let strip = figures
        .iter()
        .fold(strip, |strip, figure| strip.fit(columns, |strip| strip.add(Role::Muted, " · ").add(Role::Text, figure)));
    let late = |id: NodeId| group.replica(id).map_or(0, |replica| replica.lag_records);
    let behind = group
        .replicas
        .iter()
        .filter(|replica| group.lag(replica.node).is_some() && lag_role(replica.lag_records) != Role::LagOk);
    behind.fold(strip, |strip, replica| {
        let text = format!("{} -{}", replica.node, locale.number(late(replica.node)));
        strip.fit(columns, |strip| strip.add(Role::Muted, " · ").add(lag_role(replica.lag_records), text))
    })
}

fn legend<'a>(strip: Strip<'a>, columns: usize, locale: &Locale) -> Strip<'a> {
    let letters = [
        ("L", "matrix-leader"),
        ("f", "matrix-follower"),
        ("l", "matrix-learner"),
        ("j", "matrix-joint"),
        ("x", "matrix-old"),
        ("·", "matrix-none"),
    ];
    letters.iter().fold(strip, |strip, (letter, id)| {
        strip.fit(columns, |strip| {
            let strip = strip.add(Role::Text, *letter).gap();
            strip.add(Role::Muted, locale.text(id)).add(Role::Text, "  ")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::NodeSet;
    use crate::ui::fixture::{self, Story};

    #[test]
    fn columns_are_as_wide_as_the_room_allows() {
        assert_eq!(column_width(4, 60), 5);
        assert_eq!(column_width(21, 65), 3);
        assert_eq!(column_width(100, 100), 1);
        assert_eq!(column_width(256, 100), 1, "what does not fit is cut");
        assert_eq!(column_width(0, 10), WIDEST);
    }

    #[test]
    fn the_cut_keeps_the_one_in_view() {
        let all: Vec<usize> = (0..256).collect();
        for chosen in [0, 7, 99, 100, 200, 255] {
            let shown = around(&all, 100, |place| *place == chosen);
            assert!(shown.len() == 100 && shown.contains(&chosen), "{chosen}");
        }
        assert_eq!(around(&all, 300, |_| false).len(), 256);
        assert_eq!(around(&all, 0, |_| true).len(), 0);
    }

    #[test]
    fn upright_numbers_name_their_tens_where_they_change() {
        let row = |power| (9..22).map(|number| upright(number, power, number == 9)).collect::<String>();
        assert_eq!(row(0), "9012345678901");
        assert_eq!(row(1), " 1         2 ");
        assert_eq!(upright(117, 2, true), "1");
    }

    #[test]
    fn a_letter_says_what_a_node_is_to_a_group() {
        let view = fixture::view(Story::Failover);
        let mut group = view.groups[1].clone();
        let set = |nodes: &[u8]| nodes.iter().copied().map(NodeId).collect::<NodeSet>();
        (group.config.voters, group.config.outgoing) = (set(&[1, 2, 4]), set(&[2, 3, 4]));
        group.config.learners = set(&[5]);
        group.leader = Some(NodeId(2));
        let letter = |group: &GroupView, node: usize| cell(group, &view.nodes[node]).1;
        let letters: Vec<_> = (0..5).map(|node| letter(&group, node)).collect();
        assert_eq!(letters, ["j", "L", "j", "x", "l"], "n1 comes, n3 goes, n4 is dead, n5 learns");
        group.replicas.retain(|replica| replica.node != NodeId(5));
        assert_eq!(letter(&group, 4), "·");
    }
}
