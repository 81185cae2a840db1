//! The last failover: its seven moments as a bar with the time between them, and how all of them went.
//!
//! Idea: five spaces between the moments. The bar is to scale, its parts stand in the order in which they ended, and a
//! space that is not over yet grows to the present. A leader that may promise by itself answers before it commits, and
//! a transfer has no silence: the order and the gaps are those of the run, not of the book.
//! Each phase has a number, in the bar and beside its name, so that the bar is read without colours.

use ratatui::layout::Rect;

use crate::domain::event::FaultKind;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{FailoverEnd, FailoverView};

use super::super::canvas::{Canvas, Strip};
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::frame::frame;
use crate::locale::Locale;

/// The names of the phases, in the order of the book.
const NAMES: [&str; 5] = ["phase-silence", "phase-ask", "phase-vote", "phase-commit", "phase-answer"];
/// The places of the commit and of the answer among them.
const COMMIT: usize = 3;
const ANSWER: usize = 4;

/// A phase: its place among the names, and how long it took so far.
type Phase = (usize, SimDuration);

/// The phases that have begun, in the order in which they ended; the last may be on its way.
pub fn phases(failover: &FailoverView, now: SimTime) -> Vec<Phase> {
    let moments = &failover.moments;
    let ends = [moments.suspected, moments.vote_requested, moments.elected, moments.first_commit, moments.first_answer];
    let asked = if answers(failover) { ends.len() } else { ANSWER };
    let mut known: Vec<(SimTime, usize)> =
        ends.into_iter().take(asked).enumerate().filter_map(|(place, end)| Some((end?, place))).collect();
    known.sort_unstable();
    let mut begin = moments.fault;
    let mut phases = Vec::new();
    for (end, place) in &known {
        phases.push((*place, end.since(begin)));
        begin = begin.max(*end);
    }
    let after = known.iter().map(|(_, place)| place + 1).max().unwrap_or(0);
    if whole(failover).is_none() && after < asked {
        phases.push((after, now.since(begin)));
    }
    phases
}

/// How long the phase of this place took.
fn length(phases: &[Phase], place: usize) -> Option<SimDuration> {
    phases.iter().find(|(which, _)| *which == place).map(|(_, length)| *length)
}

/// Whether the group works again, and nobody has asked it for anything since: then nothing grows.
fn unasked(failover: &FailoverView) -> bool {
    failover.end == Some(FailoverEnd::NobodyAsked)
}

/// Why there is no answer to wait for, where that is so.
fn unanswered(failover: &FailoverView, locale: &Locale) -> Option<String> {
    if !answers(failover) {
        return Some(locale.text("failover-no-orders").into_owned());
    }
    unasked(failover).then(|| locale.text("failover-unasked").into_owned())
}

/// The phases to draw: without the wait for an answer that nobody asked for.
fn shown(scene: &Scene<'_>, failover: &FailoverView) -> Vec<Phase> {
    let mut phases = phases(failover, scene.view.run.now);
    if unasked(failover) {
        phases.retain(|(place, _)| *place != ANSWER);
    }
    phases
}

/// Whether clients ask the group: `meta` has none, and is through with its first commit.
fn answers(failover: &FailoverView) -> bool {
    failover.group.partition().is_some()
}

/// From the fault to its end.
fn whole(failover: &FailoverView) -> Option<SimDuration> {
    let committed = failover.moments.first_commit.map(|at| at.since(failover.moments.fault));
    if answers(failover) { failover.total() } else { committed }
}

/// The failover to show: the last one of the group in view, of which the first row speaks too. If it had none, the last one
/// of a group with clients.
fn latest<'v>(scene: &Scene<'v>) -> Option<&'v FailoverView> {
    let in_view = scene.group().map(|group| group.id);
    let is_led = scene.group().is_none_or(|group| group.leader.is_some());
    let rank = |failover: &&FailoverView| (Some(failover.group) == in_view, answers(failover), failover.moments.fault);
    // While it has no leader the first row counts that, and nothing else is told beside it.
    let fits = |failover: &&FailoverView| is_led || Some(failover.group) == in_view;
    scene.view.failovers.iter().filter(fits).max_by_key(rank)
}

/// Those that are through and that this one may be measured by: a hand-over, which somebody asked for, has no silence and is
/// no measure of a fault.
fn alike<'v>(scene: &Scene<'v>, one: &FailoverView) -> impl Iterator<Item = &'v FailoverView> {
    let asked_for = |failover: &FailoverView| failover.fault == FaultKind::Transfer;
    let kind = asked_for(one);
    scene.view.failovers.iter().filter(move |failover| failover.total().is_some() && asked_for(failover) == kind)
}

/// A phase that ended before one that comes earlier in the book: the two overlap, and what is left of the later one is the
/// time after it.
fn overlap(failover: &FailoverView) -> Option<(usize, usize)> {
    let moments = &failover.moments;
    let ends = [moments.suspected, moments.vote_requested, moments.elected, moments.first_commit, moments.first_answer];
    let ended = |place: usize| ends[place].map(|end| (end, place));
    (1..ends.len()).filter_map(ended).find_map(|(end, place)| {
        // A hand-over has no silence, but every failover has a first commit.
        let outlasts = |earlier: &usize| ends[*earlier].map_or(*earlier == COMMIT, |other| other > end);
        let later = (0..place).find(outlasts)?;
        Some((place, later))
    })
}

/// Colour and fill of each phase. Neighbours differ in both, so that the bar is read without colours too.
const ROLES: [Role; 5] = [Role::Series6, Role::Series4, Role::Series5, Role::Series3, Role::Series1];
const FILLS: [&str; 5] = ["█", "▒", "█", "▒", "█"];

/// Draws the panel: as a table where there is room for one, else as a legend below the bar.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let last = latest(scene);
    let count = last.map_or(0, |last| alike(scene, last).count() as u64);
    let note = if count > 1 { locale.say("failover-count", &[("n", count.into())]) } else { String::new() };
    // A leader that steps down because too few follow has not failed: nothing is measured, but the first row counts.
    let note = leaderless(scene).unwrap_or(note);
    let inner = frame(canvas, scene, area, Panel::Failover, &locale.text("panel-failover"), &note);
    let Some(last) = last else {
        // Its leader stepped down because too few follow; leaders of other groups may have failed.
        let id = if scene.view.failovers.is_empty() { "failover-none" } else { "failover-none-here" };
        let group = scene.group().map_or_else(String::new, |group| group.id.to_string());
        canvas.word(inner, 0, 0, Role::Muted, &locale.say(id, &[("group", group.into())]));
        return;
    };
    let columns = usize::from(inner.width);
    canvas.put(inner, 0, headline(canvas.strip(), scene, last, columns));
    let phases = shown(scene, last);
    let tall = if inner.height > TABLE { 2 } else { 1 };
    for row in 1..=tall {
        canvas.put(inner, row, phase_bar(canvas.strip(), &phases, columns));
    }
    let rest = Rect::new(inner.x, inner.y + 1 + tall, inner.width, inner.height.saturating_sub(1 + tall));
    if inner.height >= TABLE && columns >= NAME + 3 * FIGURE {
        table(canvas, rest, scene, last, &phases);
    } else {
        legend(canvas, rest, scene, last, &phases);
    }
}

/// Since when the group in view has no leader, where no failover of it is on its way.
fn leaderless(scene: &Scene<'_>) -> Option<String> {
    let group = scene.group().filter(|group| group.leader.is_none())?;
    let is_measured = |failover: &FailoverView| failover.group == group.id && failover.end.is_none();
    let since = scene.look.locale.duration(scene.view.run.now.since(group.since));
    let figures = [("group", group.id.to_string().into()), ("since", since.into())];
    let is_measured = scene.view.failovers.iter().any(is_measured);
    (!is_measured).then(|| scene.look.locale.say("status-no-leader", &figures))
}

/// Rows from which on the table fits: headline, bar, head, five phases, the whole.
const TABLE: u16 = 9;
/// Columns of a phase's name, with its sign.
const NAME: usize = 16;
/// Columns of a figure.
const FIGURE: usize = 9;

/// The phases to scale. What has begun has two cells at least, its number and one more, so that an election of 3 ms is
/// seen beside a silence of 200; where there is no room for that, the number alone.
fn phase_bar<'a>(strip: Strip<'a>, phases: &[Phase], columns: usize) -> Strip<'a> {
    let sum: u64 = phases.iter().map(|(_, length)| length.as_nanos()).sum();
    let least = if columns >= 4 * NAMES.len() { 2 } else { 1 };
    let spare = columns.saturating_sub(least * phases.len());
    phases.iter().fold(strip, |strip, (place, length)| {
        let share = (u128::from(length.as_nanos()) * spare as u128 / u128::from(sum.max(1))) as usize;
        sign(strip, *place).add(ROLES[*place], FILLS[*place].repeat(least - 1 + share))
    })
}

/// The number of a phase, in its colour.
fn sign(strip: Strip<'_>, place: usize) -> Strip<'_> {
    strip.add(ROLES[place], (place + 1).to_string())
}

/// A row for each phase: this time, and the median and the worst of all that are through.
fn table(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, last: &FailoverView, phases: &[Phase]) {
    let locale = &scene.look.locale;
    let through: Vec<&FailoverView> = alike(scene, last).collect();
    let now = scene.view.run.now;
    let head = canvas.strip().left(NAME, Role::Muted, &locale.text("failover-phase"));
    let head = ["failover-this", "failover-median", "failover-worst"]
        .iter()
        .fold(head, |strip, id| strip.right(FIGURE, Role::Muted, &locale.text(id)));
    canvas.put(area, 0, head);
    let show = |length: Option<SimDuration>| length.map_or_else(|| "–".to_owned(), |length| locale.duration(length));
    for (place, name) in NAMES.iter().enumerate() {
        let all = through.iter().filter_map(|failover| length(&self::phases(failover, now), place)).collect();
        let (median, worst) = spread(all);
        let strip = sign(canvas.strip(), place).add(ROLES[place], FILLS[place]).gap();
        let strip = strip.left(NAME - 3, Role::Text, &locale.text(name));
        if let Some(why) = unanswered(last, locale).filter(|_| place == ANSWER) {
            canvas.put(area, 1 + place as u16, strip.gap().add(Role::Muted, why));
            continue;
        }
        let strip = strip.right(FIGURE, Role::Title, &show(length(phases, place)));
        let strip = strip.right(FIGURE, Role::Muted, &show(median)).right(FIGURE, Role::Muted, &show(worst));
        canvas.put(area, 1 + place as u16, strip);
    }
    let (median, worst) = spread(through.iter().filter_map(|failover| failover.total()).collect());
    let strip = canvas.strip().left(NAME, Role::Title, &locale.text("failover-total"));
    let strip = strip.right(FIGURE, Role::Title, &show(whole(last)));
    let strip = strip.right(FIGURE, Role::Text, &show(median)).right(FIGURE, Role::Text, &show(worst));
    canvas.put(area, 1 + NAMES.len() as u16, strip);
}

/// The median and the worst.
fn spread(mut lengths: Vec<SimDuration>) -> (Option<SimDuration>, Option<SimDuration>) {
    lengths.sort_unstable();
    (lengths.get(lengths.len() / 2).copied(), lengths.last().copied())
}

/// Which number is which phase, and how long it took.
fn legend(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, last: &FailoverView, phases: &[Phase]) {
    let locale = &scene.look.locale;
    let rows = usize::from(area.height).clamp(1, 3);
    let across = NAMES.len().div_ceil(rows).max(1);
    let width = usize::from(area.width) / across;
    for (place, name) in NAMES.iter().enumerate() {
        let (row, column) = (place / across, place % across);
        let figure = match length(phases, place) {
            Some(length) => locale.duration(length),
            None => match unanswered(last, locale).filter(|_| place == ANSWER) {
                Some(why) => why,
                None => format!("– {}", locale.text(name)),
            },
        };
        let cell = sign(canvas.strip(), place).gap().add(Role::Text, figure);
        let cell = match length(phases, place) {
            Some(_) => cell.gap().add(Role::Muted, locale.text(name)),
            None => cell,
        };
        let place = Rect::new(area.x + (column * width) as u16, area.y, width.saturating_sub(1) as u16, area.height);
        canvas.put(place, row as u16, cell);
    }
    let row = NAMES.len().div_ceil(across) as u16;
    canvas.put(area, row, history(canvas.strip(), scene, last));
}

fn headline<'a>(strip: Strip<'a>, scene: &Scene<'_>, last: &FailoverView, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let fault = locale.text(match last.fault {
        FaultKind::Crash => "fault-crash",
        FaultKind::Freeze => "fault-freeze",
        FaultKind::Cut => "fault-cut",
        FaultKind::Delay => "fault-delay",
        FaultKind::Panic => "fault-panic",
        FaultKind::Transfer => "fault-transfer",
    });
    let to = last.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
    let strip = strip.add(Role::Muted, format!("{} ", last.group));
    let strip = strip.add(Role::Text, format!("{} → ", last.from)).add(Role::Leader, to);
    let strip = strip.add(Role::Muted, format!("  {fault}  "));
    let committed = last.moments.first_commit.filter(|_| unasked(last));
    let strip = match whole(last).or_else(|| committed.map(|at| at.since(last.moments.fault))) {
        Some(total) => strip.add(Role::Title, locale.duration(total)),
        None => strip.badge(Role::TimeSlow, &locale.duration(scene.view.run.now.since(last.moments.fault))),
    };
    let strip = match overlap(last) {
        Some((early, late)) => {
            let names = [("early", locale.text(NAMES[early])), ("late", locale.text(NAMES[late]))];
            let names = names.map(|(name, text)| (name, text.into_owned().into()));
            strip.fit(columns, |strip| strip.add(Role::Warn, format!("  {}", locale.say("failover-overlap", &names))))
        }
        None => strip,
    };
    // Half a word is nowhere: the figure is in the order flow too.
    let lost = format!("  {} {}", locale.text("ledger-lost"), locale.number(last.lost));
    let strip = strip.fit(columns, |strip| strip.add(Role::Muted, lost.clone()));
    let before = last.moments.last_heartbeat.filter(|at| *at <= last.moments.fault);
    let before = before.map(|at| locale.duration(last.moments.fault.since(at)));
    strip.fit(columns, |strip| match before {
        Some(before) => {
            strip.add(Role::Muted, format!("  {}", locale.say("failover-heard", &[("before", before.into())])))
        }
        None => strip,
    })
}

/// Median and worst of those that are through.
fn history<'a>(strip: Strip<'a>, scene: &Scene<'_>, last: &FailoverView) -> Strip<'a> {
    let locale = &scene.look.locale;
    let totals: Vec<SimDuration> = alike(scene, last).filter_map(FailoverView::total).collect();
    let count = totals.len() as u64;
    let (Some(median), Some(worst)) = spread(totals) else { return strip };
    let figures =
        [("n", count.into()), ("median", locale.duration(median).into()), ("worst", locale.duration(worst).into())];
    strip.add(Role::Muted, locale.say("failover-history", &figures))
}

#[cfg(test)]
mod tests {
    use super::super::super::depth::Depth;
    use super::super::super::fixture::{Story, view};
    use super::super::super::glyphs::Glyphs;
    use super::super::super::look::Look;
    use super::super::super::state::UiState;
    use super::*;
    use crate::domain::ids::GroupId;
    use crate::domain::view::ClusterView;

    fn look() -> Look {
        Look::new("mono", Depth::None, Glyphs::Unicode, Locale::default()).unwrap()
    }

    fn scene<'s>(view: &'s ClusterView, state: &'s UiState, look: &'s Look) -> Scene<'s> {
        Scene { view, state, look, hints: &[], rows: &[], title: "", notes: &[], strategies: &[] }
    }

    /// The last failover of the tale, with other moments.
    fn failover(change: impl FnOnce(&mut FailoverView)) -> FailoverView {
        let mut failover = view(Story::Halted).failovers.pop().unwrap();
        change(&mut failover);
        failover
    }

    fn places(failover: &FailoverView) -> Vec<usize> {
        phases(failover, SimTime::from_millis(60_000)).iter().map(|(place, _)| *place).collect()
    }

    #[test]
    fn phases_stand_in_the_order_in_which_they_ended() {
        assert_eq!(places(&failover(|_| ())), [0, 1, 2, 3, 4]);
        let early = failover(|f| f.moments.first_answer = f.moments.elected.map(|at| at + SimDuration::from_millis(1)));
        assert_eq!(places(&early), [0, 1, 2, 4, 3], "a leader that promises by itself answers first");
        let sum: u64 = phases(&early, SimTime::ZERO).iter().map(|(_, length)| length.as_nanos()).sum();
        let end = early.moments.first_commit.unwrap();
        assert_eq!(sum, end.since(early.moments.fault).as_nanos(), "the parts add up to the whole");
    }

    #[test]
    fn a_missing_moment_leaves_the_others_in_place() {
        let transfer = failover(|f| f.moments.suspected = None);
        assert_eq!(places(&transfer), [1, 2, 3, 4]);
        let open = failover(|f| (f.moments.first_commit, f.moments.first_answer) = (None, None));
        assert_eq!(places(&open), [0, 1, 2, 3], "the commit is on its way");
    }

    #[test]
    fn an_answer_that_nobody_waits_for_does_not_grow() {
        let mut view = view(Story::Halted);
        view.failovers.iter_mut().for_each(|failover| failover.moments.first_answer = None);
        let last = view.failovers.last().cloned().unwrap();
        for (end, grows) in [(Some(FailoverEnd::NobodyAsked), false), (None, true)] {
            let last = FailoverView { end, ..last.clone() };
            let look = look();
            let state = UiState::default();
            let scene = scene(&view, &state, &look);
            assert_eq!(shown(&scene, &last).iter().any(|(place, _)| *place == ANSWER), grows, "{end:?}");
        }
    }

    #[test]
    fn phases_that_overlap_say_so() {
        assert_eq!(overlap(&failover(|_| ())), None);
        let early = failover(|f| f.moments.first_answer = f.moments.elected.map(|at| at + SimDuration::from_millis(1)));
        assert_eq!(overlap(&early), Some((ANSWER, COMMIT)), "answered before it was committed");
        assert_eq!(overlap(&failover(|f| f.moments.first_commit = None)), Some((ANSWER, COMMIT)), "not committed yet");
        assert_eq!(overlap(&failover(|f| f.moments.suspected = None)), None, "a hand-over has no silence");
        assert_eq!(overlap(&failover(|f| f.moments.first_answer = None)), None);
    }

    #[test]
    fn the_failover_of_the_group_in_view_is_shown_though_another_was_later() {
        let mut view = view(Story::Halted);
        let mut other = view.failovers.last().cloned().unwrap();
        (other.group, other.moments.fault) = (GroupId(2), view.run.now);
        let shown = other.clone();
        view.failovers.push(other);
        let look = look();
        for (group, expected) in [(GroupId(1), GroupId(1)), (GroupId(2), shown.group), (GroupId(4), GroupId(2))] {
            let state = UiState { group, ..UiState::default() };
            let scene = scene(&view, &state, &look);
            assert_eq!(latest(&scene).map(|failover| failover.group), Some(expected), "{group} in view");
        }
    }

    #[test]
    fn a_group_without_a_leader_says_so_though_nothing_of_it_is_measured() {
        let mut view = view(Story::Halted);
        let look = look();
        let state = UiState { group: GroupId(1), ..UiState::default() };
        let said = |view: &ClusterView| {
            let scene = scene(view, &state, &look);
            leaderless(&scene)
        };
        assert_eq!(said(&view), None);
        view.groups[1].leader = None;
        view.failovers.iter_mut().for_each(|failover| failover.end = Some(FailoverEnd::Through));
        assert_eq!(said(&view).as_deref(), Some("NO LEADER p1 204 ms"), "the number of the first row");
        view.failovers.last_mut().unwrap().end = None;
        view.failovers.last_mut().unwrap().group = GroupId(1);
        assert_eq!(said(&view), None, "the headline counts");
    }
}
