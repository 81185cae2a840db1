//! The status bar: who leads, how many are up, whether there is a quorum, what is committed, how time passes.

use ratatui::layout::Rect;

use crate::domain::time::SimTime;
use crate::domain::view::{GroupView, NodeTruth};

use super::super::canvas::{Canvas, Strip};
use super::super::caption;
use super::super::depth::Depth;
use super::super::scene::Scene;
use super::super::theme::Role;
use super::super::widgets::badge;

/// Draws the status bar into one row.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let columns = usize::from(area.width);
    let separator = if area.width >= 100 { " │ " } else { "  " };
    let mut shown = if area.width < 60 {
        Shown { notes: &[], gone: Some(Gives::Name) }
    } else {
        Shown { notes: scene.notes, gone: None }
    };
    let mut right = right_end(canvas.strip(), scene, &shown);
    while vital(canvas.strip(), scene, separator, &shown).width() + right.width() + 1 > columns {
        if !shown.give_way() {
            // All of it was not enough: then at least how long it takes.
            shown.gone = Some(Gives::Up);
            break;
        }
        right = right_end(canvas.strip(), scene, &shown);
    }
    let room = columns.saturating_sub(right.width() + 1);
    let mut left = canvas.strip().add(Role::Text, " ");
    if shown.has(Gives::Name) {
        left = left.add(Role::Accent, "chaosdesk");
        if !scene.title.is_empty() && area.width >= 130 {
            left = left.add(Role::Border, separator).add(Role::Muted, scene.title);
        }
        left = left.add(Role::Border, separator);
    }
    left = leader(left, scene, &shown);
    let parts = [up, quorum, commit, flow, safety];
    for part in &parts[usize::from(!shown.has(Gives::Up))..] {
        let before = left.width();
        left = left.fit(room, |strip| part(strip.add(Role::Border, separator), scene));
        if left.width() == before {
            break;
        }
    }
    let strip = left.to(room + 1).join(right);
    canvas.put(area, 0, strip);
}

/// What gives way to the leader, the quorum, the badge of time and what locks the keys, which are to be seen at any width
/// from 80 columns on.
struct Shown<'n> {
    notes: &'n [String],
    /// What has given way already: everything up to this.
    gone: Option<Gives>,
}

/// In the order in which they give way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gives {
    /// That there are no colours: it is to be seen.
    Colour,
    /// The notes, from the last.
    Notes,
    /// The name of the program.
    Name,
    /// How many nodes are up.
    Up,
    /// Since when there is no leader.
    Since,
}

impl Shown<'_> {
    fn has(&self, part: Gives) -> bool {
        self.gone.is_none_or(|gone| gone < part)
    }

    /// Shows one thing less; false if nothing is left to give.
    const fn give_way(&mut self) -> bool {
        if let (Some(Gives::Colour), [fewer @ .., _]) = (self.gone, self.notes) {
            self.notes = fewer;
            return true;
        }
        self.gone = Some(match self.gone {
            None => Gives::Colour,
            Some(Gives::Colour) => Gives::Notes,
            Some(Gives::Notes) => Gives::Name,
            Some(Gives::Name) => Gives::Up,
            Some(Gives::Up) => Gives::Since,
            Some(Gives::Since) => return false,
        });
        true
    }
}

/// The left end as far as the quorum.
fn vital<'a>(strip: Strip<'a>, scene: &Scene<'_>, separator: &'static str, shown: &Shown<'_>) -> Strip<'a> {
    let strip = strip.add(Role::Text, " ");
    let named = shown.has(Gives::Name);
    let strip = if named { strip.add(Role::Accent, "chaosdesk").add(Role::Border, separator) } else { strip };
    let strip = leader(strip, scene, shown).add(Role::Border, separator);
    quorum(if shown.has(Gives::Up) { up(strip, scene).add(Role::Border, separator) } else { strip }, scene)
}

/// The group in view and its leader, or since when it has none.
fn leader<'a>(strip: Strip<'a>, scene: &Scene<'_>, shown: &Shown<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let Some(group) = scene.group() else { return strip.add(Role::Muted, locale.text("status-empty")) };
    let strip = strip.add(Role::Muted, format!("{} ", group.id));
    match group.leader {
        Some(node) => strip.add(Role::Leader, format!("★ {node} ")).add(Role::Text, group.term.to_string()),
        None => {
            let since = locale.duration(scene.view.run.now.since(group.since));
            let since = if shown.has(Gives::Since) { since } else { String::new() };
            strip.badge(Role::NodeFailed, locale.say("status-no-leader", &[("since", since.into())]).trim_end())
        }
    }
}

fn up<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    // Who has left is missed by nobody.
    let members = || scene.view.nodes.iter().filter(|node| node.truth != NodeTruth::Gone);
    let (up, all) = (members().filter(|node| node.truth.runs()).count(), members().count());
    let role = if up == all { Role::Ok } else { Role::Warn };
    strip.add(role, format!("{} {up}/{all}", scene.look.locale.text("status-up")))
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

/// What keeps orders out, or lets too many in: shown as long as it is so.
fn admission<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let (locale, view) = (&scene.look.locale, &scene.view.admission);
    if let Some((group, missing)) = view.stalled.first() {
        let missing = missing.iter().map(|node| node.to_string()).collect::<Vec<_>>().join(", ");
        let more = view.stalled.len() - 1;
        let group = if more == 0 { group.to_string() } else { format!("{group} +{more}") };
        let figures = [("group", group.into()), ("node", missing.into())];
        return strip.badge(Role::NodeFailed, &locale.say("status-stalled", &figures)).gap();
    }
    if let Some(search) = view.search {
        let figures = [("n", search.rate.into())];
        return strip.badge(Role::TimeSlow, &locale.say("status-capacity-search", &figures)).gap();
    }
    if view.refused_per_s > 0 {
        let figures = [("n", locale.number(view.refused_per_s).into())];
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
