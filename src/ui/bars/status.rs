//! The status bar: who leads, how many are up, whether anybody is answered, how time passes.
//!
//! Idea: the one row that everybody reads. Where nobody is answered it says so in red, with the cause and the victim; what is
//! answered stands beside what was sent, and a latency that nobody measured is a dash.

use ratatui::layout::Rect;

use crate::domain::time::SimTime;
use crate::domain::view::{FailoverView, GroupView, NodeTruth};

use super::super::canvas::{Canvas, Strip};
use super::super::caption;
use super::super::depth::Depth;
use super::super::scene::Scene;
use super::super::theme::Role;
use super::super::widgets::{badge, figure};

/// Draws the status bar into one row.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let columns = usize::from(area.width);
    let separator = if area.width >= 100 { " │ " } else { "  " };
    let mut shown = if area.width < 60 {
        Shown { notes: &[], order: &IN_A_LIST, gone: gone_in_a_list() }
    } else {
        Shown { notes: scene.notes, order: &IN_A_ROW, gone: 0 }
    };
    let mut right = right_end(canvas.strip(), scene, &shown);
    let mut left = vital(canvas.strip(), scene, separator, &shown);
    while left.width() + right.width() + 1 > columns {
        match shown.give_way() {
            Some(Gives::Colour | Gives::Notes) => right = right_end(canvas.strip(), scene, &shown),
            Some(_) => left = vital(canvas.strip(), scene, separator, &shown),
            None => break,
        }
    }
    let room = columns.saturating_sub(right.width() + 1);
    let parts = [safety, commit, title];
    // What is lost has its place above, at any width. Nothing of this takes the place of what had to give way.
    let first = usize::from(scene.view.ledger.lost > 0);
    let last = if scene.title.is_empty() { 2 } else { 3 };
    for part in parts.iter().take(if shown.has(Gives::Latency) { last } else { 0 }).skip(first) {
        let before = left.width();
        left = left.fit(room, |strip| part(strip.add(Role::Border, separator), scene));
        if left.width() == before {
            break;
        }
    }
    let strip = left.to(room + 1).join(right);
    canvas.put(area, 0, strip);
}

/// What gives way to the group in view, the quorum, the badge of time and what locks the keys, which are to be seen at any
/// width from 80 columns on.
struct Shown<'n> {
    notes: &'n [String],
    /// What gives way, in this order.
    order: &'static [Gives],
    /// So much of it has given way already.
    gone: usize,
}

/// What may give way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// That there are no colours: it is to be seen.
    Colour,
    /// The notes, from the last.
    Notes,
    /// The name of the program.
    Name,
    /// The latency.
    Latency,
    /// How many nodes are up.
    Up,
    /// Since when there is no leader.
    Since,
    /// That the two rates are of what was answered and of what was sent: the figures themselves stay.
    Answered,
    /// Of how many orders some were answered.
    Sent,
    /// The term of the leader.
    Term,
    /// The leader.
    Leader,
    /// That there is none.
    Leaderless,
    /// How many orders were answered: what everybody is here for.
    Flow,
    /// Of a stall, how many must answer.
    Cause,
}

/// From 60 columns on.
const IN_A_ROW: [Gives; 13] = [
    Gives::Colour,
    Gives::Notes,
    Gives::Name,
    Gives::Latency,
    Gives::Up,
    Gives::Since,
    Gives::Answered,
    Gives::Term,
    Gives::Leader,
    Gives::Sent,
    Gives::Leaderless,
    Gives::Flow,
    Gives::Cause,
];

/// Below that the body is a list that has a row for what was answered.
const IN_A_LIST: [Gives; 13] = [
    Gives::Colour,
    Gives::Notes,
    Gives::Name,
    Gives::Latency,
    Gives::Answered,
    Gives::Sent,
    Gives::Flow,
    Gives::Up,
    Gives::Since,
    Gives::Term,
    Gives::Leader,
    Gives::Leaderless,
    Gives::Cause,
];
/// So much of it is never there: up to the flow, which has its row.
fn gone_in_a_list() -> usize {
    IN_A_LIST.iter().position(|part| *part == Gives::Flow).map_or(0, |place| place + 1)
}

impl Shown<'_> {
    fn has(&self, part: Gives) -> bool {
        !self.order[..self.gone].contains(&part)
    }

    /// Shows one thing less, and says which; nothing if nothing is left to give.
    fn give_way(&mut self) -> Option<Gives> {
        let part = *self.order.get(self.gone)?;
        match (part, self.notes) {
            (Gives::Notes, [fewer @ .., _]) => self.notes = fewer,
            _ => self.gone += 1,
        }
        Some(part)
    }
}

/// The left end: everything but what is shown only where there is room to spare.
fn vital<'a>(strip: Strip<'a>, scene: &Scene<'_>, separator: &'static str, shown: &Shown<'_>) -> Strip<'a> {
    let next = |strip: Strip<'a>| strip.add(Role::Border, separator);
    let strip = strip.add(Role::Text, " ");
    let strip = if shown.has(Gives::Name) { next(strip.add(Role::Accent, "chaosdesk")) } else { strip };
    let strip = next(leader(strip, scene, shown));
    let strip = if shown.has(Gives::Up) { next(up(strip, scene)) } else { strip };
    let strip = quorum(strip, scene, shown);
    let strip = if scene.view.ledger.lost > 0 { safety(next(strip), scene) } else { strip };
    let strip = if shown.has(Gives::Flow) { answered(next(strip), scene, shown) } else { strip };
    if shown.has(Gives::Latency) { latency(strip, scene) } else { strip }
}

/// The group in view and its leader, or since when it has none.
fn leader<'a>(strip: Strip<'a>, scene: &Scene<'_>, shown: &Shown<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let Some(group) = scene.group() else { return strip.add(Role::Muted, locale.text("status-empty")) };
    let named = |strip: Strip<'a>| strip.add(Role::Muted, group.id.to_string());
    if !shown.has(Gives::Leaderless) {
        return named(strip);
    }
    let strip = match group.leader {
        Some(_) if !shown.has(Gives::Leader) => named(strip),
        Some(node) => {
            let strip = named(strip).add(Role::Leader, format!(" ★ {node}"));
            if shown.has(Gives::Term) { strip.add(Role::Text, format!(" {}", group.term)) } else { strip }
        }
        None => strip,
    };
    // A stall names the groups that it stops.
    let is_said = group.leader.is_some() && !scene.stalls().is_empty();
    match leaderless(scene).as_slice() {
        [first, others @ ..] if !is_said => {
            let strip = if group.leader.is_some() { strip.gap() } else { strip };
            let since = locale.duration(scene.view.run.now.since(leaderless_since(scene, first)));
            let since = if shown.has(Gives::Since) { since } else { String::new() };
            let more = if others.is_empty() { String::new() } else { format!(" +{}", others.len()) };
            let figures = [("group", format!("{}{more}", first.id).into()), ("since", since.into())];
            strip.badge(Role::NodeFailed, locale.say("status-no-leader", &figures).trim_end())
        }
        _ => strip,
    }
}

/// The groups without a leader: the one in view first, then those with clients.
fn leaderless<'v>(scene: &Scene<'v>) -> Vec<&'v GroupView> {
    let mut groups: Vec<&GroupView> = scene.view.groups.iter().filter(|group| group.leader.is_none()).collect();
    groups.sort_by_key(|group| (group.id != scene.state.group, group.id.partition().is_none()));
    groups
}

/// Since when the group has no leader: since the fault, where the failover is measured, so that this row and the panel of the
/// last failover count from the same moment.
fn leaderless_since(scene: &Scene<'_>, group: &GroupView) -> SimTime {
    let open = |failover: &&FailoverView| failover.group == group.id && failover.end.is_none() && failover.to.is_none();
    scene.view.failovers.iter().rev().find(open).map_or(group.since, |failover| failover.moments.fault)
}

fn up<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    // Who has left is missed by nobody.
    let members = || scene.view.nodes.iter().filter(|node| node.truth != NodeTruth::Gone);
    let (up, all) = (members().filter(|node| node.truth.runs()).count(), members().count());
    let role = if up == all { Role::Ok } else { Role::Warn };
    strip.add(role, format!("{} {up}/{all}", scene.look.locale.text("status-up")))
}

/// Why nobody is answered, if that is so; else the quorum of the worst group, the one with the least margin.
fn quorum<'a>(strip: Strip<'a>, scene: &Scene<'_>, shown: &Shown<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let stalls = scene.stalls();
    if let Some((group, stall)) = stalls.first() {
        let more = stalls.len() - 1;
        let group = if more == 0 { group.id.to_string() } else { format!("{} +{more}", group.id) };
        let said = if shown.has(Gives::Cause) { caption::stall } else { caption::victims };
        let why = said(stall, locale);
        return strip
            .badge(Role::Error, &locale.say("status-stalled", &[("group", group.into()), ("why", why.into())]));
    }
    let Some(worst) = worst(scene) else { return strip };
    let count = format!("{}/{}", worst.connected, worst.config.voters.len().max(usize::from(worst.connected)));
    match worst.margin() {
        None => {
            let figures = [("group", worst.id.to_string().into()), ("count", count.into())];
            strip.badge(Role::NodeFailed, &locale.say("status-quorum-lost", &figures))
        }
        Some(margin) => {
            let role = if margin == 0 { Role::Warn } else { Role::Ok };
            let elsewhere = scene.group().is_some_and(|group| group.margin() != worst.margin());
            let count = if elsewhere { format!("{} {count}", worst.id) } else { count };
            let figures = [("count", count.into()), ("margin", u64::from(margin).into())];
            strip.add(role, locale.say("status-quorum", &figures))
        }
    }
}

/// The group that bears the fewest failures: of equals the group in view, and a group with clients before `meta`.
fn worst<'v>(scene: &Scene<'v>) -> Option<&'v GroupView> {
    let margin = |group: &GroupView| i16::from(group.connected) - i16::from(group.must);
    let rank = |group: &&GroupView| (margin(group), group.id != scene.state.group, group.id.partition().is_none());
    scene.view.groups.iter().min_by_key(rank)
}

/// What runs, where something does.
fn title<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    strip.add(Role::Muted, scene.title)
}

fn commit<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let commit = scene.group().map_or(0, |group| group.commit.0);
    strip.add(Role::Muted, format!("{} ", locale.text("status-commit"))).add(Role::Text, locale.number(commit))
}

/// Of the orders that were handed in, how many were answered.
fn answered<'a>(strip: Strip<'a>, scene: &Scene<'_>, shown: &Shown<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let flow = &scene.view.flow;
    let sent = locale.number(flow.sent_per_s);
    let acked = locale.number(flow.acked_per_s);
    let aligned = || format!("{acked:>width$}", width = sent.chars().count());
    let (id, acked) = match (shown.has(Gives::Sent), shown.has(Gives::Answered)) {
        (true, true) => ("status-answered", aligned()),
        (true, false) => ("status-answered-bare", acked),
        (false, _) => ("status-answered-short", acked),
    };
    let text = locale.say(id, &[("acked", acked.into()), ("sent", sent.into())]);
    match figure::answered(flow) {
        Role::Error => strip.badge(Role::Error, &text),
        role => strip.add(role, text),
    }
}

fn latency<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let flow = &scene.view.flow;
    strip.add(Role::Muted, "  p99 ").add(Role::Text, figure::order_latency(flow, flow.latency.p99, &scene.look.locale))
}

fn safety<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let lost = scene.view.ledger.lost;
    let text = format!("{} {}", scene.look.locale.text("ledger-lost"), scene.look.locale.number(lost));
    if lost > 0 { strip.badge(Role::Error, &text) } else { strip.add(Role::Muted, text) }
}

/// A promise that was broken in this run: nothing that comes after it makes that good.
fn broken<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let broken = || scene.view.invariants.iter().filter(|row| row.violations > 0);
    let Some(first) = broken().next() else { return strip };
    let name = caption::invariant(first.invariant, &scene.look.locale);
    let more = match broken().count() {
        1 => String::new(),
        count => format!(" +{}", count - 1),
    };
    strip.badge(Role::Error, &format!("✗ {name}{more}")).gap()
}

/// What keeps orders out, or leaves them without an answer: shown as long as it is so. Who is missing stands with the quorum.
fn admission<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let (locale, view, flow) = (&scene.look.locale, &scene.view.admission, &scene.view.flow);
    if let Some(search) = view.search {
        let figures = [("n", search.rate.into())];
        return strip.badge(Role::TimeSlow, &locale.say("status-capacity-search", &figures)).gap();
    }
    if !scene.stalls().is_empty() {
        return strip;
    }
    if scene.view.balancer.is_closed() {
        return strip.badge(Role::Error, &locale.text("status-no-gateway")).gap();
    }
    if flow.unanswered_per_s > 0 {
        let figures = [("n", locale.number(flow.unanswered_per_s).into())];
        let id = if view.on { "status-unanswered" } else { "status-unanswered-admission-off" };
        return strip.badge(Role::Error, &locale.say(id, &figures)).gap();
    }
    if view.turned_away_per_s > 0 {
        let figures = [("n", locale.number(view.turned_away_per_s).into())];
        let id = if view.on { "status-overload" } else { "status-overload-admission-off" };
        return strip.badge(Role::NodeDegraded, &locale.say(id, &figures)).gap();
    }
    if view.on || scene.view.run.now == SimTime::ZERO {
        return strip;
    }
    strip.badge(Role::NodeDegraded, &locale.text("status-admission-off")).gap()
}

fn right_end<'a>(strip: Strip<'a>, scene: &Scene<'_>, shown: &Shown<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let time = badge::time(&scene.view.run.pace, locale);
    let mut strip = admission(broken(strip, scene), scene);
    strip = strip.badge(time.role, &time.word);
    if scene.state.presenter.locked {
        strip = strip.gap().badge(Role::NodeDegraded, &locale.text("status-locked"));
    }
    if scene.state.presenter.key_cast {
        strip = strip.gap().add(Role::Muted, locale.text("status-keys"));
    }
    for note in shown.notes {
        strip = strip.gap().add(Role::Muted, note.clone());
    }
    if shown.has(Gives::Colour) && scene.look.depth == Depth::None {
        strip = strip.gap().add(Role::Muted, locale.text("status-no-colour"));
    }
    strip.gap()
}
