//! The last failover: its seven moments as a bar with the time between them, and how all of them went.
//!
//! Idea: six spaces between seven moments. The bar is to scale; a space that is not over yet grows to the present.

use ratatui::layout::Rect;

use crate::domain::event::FaultKind;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::FailoverView;

use super::super::canvas::{Canvas, Strip};
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::frame::frame;

/// The spaces between the moments, with the id of their names; `None` for what has not begun.
pub fn phases(failover: &FailoverView, now: SimTime) -> [(&'static str, Option<SimDuration>); 5] {
    let moments = &failover.moments;
    let ends = [moments.suspected, moments.vote_requested, moments.elected, moments.first_commit, moments.first_answer];
    let names = ["phase-silence", "phase-ask", "phase-vote", "phase-commit", "phase-answer"];
    let mut begin = Some(moments.fault);
    let mut phases = names.map(|name| (name, None));
    for (phase, end) in phases.iter_mut().zip(ends) {
        phase.1 = begin.map(|begin| end.unwrap_or(now).since(begin));
        begin = end;
    }
    phases
}

/// Colour and fill of each phase: with neither colour nor shades the order still tells them apart.
const ROLES: [Role; 5] = [Role::Series6, Role::Series4, Role::Series5, Role::Series3, Role::Series1];
const FILLS: [&str; 5] = ["░", "▒", "▓", "█", "▄"];

/// Draws the panel: as a table where there is room for one, else as a legend below the bar.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let count = scene.view.failovers.iter().filter(|failover| failover.total().is_some()).count();
    let note = if count > 1 { locale.say("failover-count", &[("n", (count as u64).into())]) } else { String::new() };
    let inner = frame(canvas, scene, area, Panel::Failover, &locale.text("panel-failover"), &note);
    let Some(last) = scene.view.failovers.last() else {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("failover-none"));
        return;
    };
    let columns = usize::from(inner.width);
    canvas.put(inner, 0, headline(canvas.strip(), scene, last, columns));
    let phases = phases(last, scene.view.run.now);
    let tall = if inner.height >= TABLE + 1 { 2 } else { 1 };
    for row in 1..=tall {
        canvas.put(inner, row, phase_bar(canvas.strip(), &phases, columns));
    }
    let rest = Rect::new(inner.x, inner.y + 1 + tall, inner.width, inner.height.saturating_sub(1 + tall));
    if inner.height >= TABLE && columns >= NAME + 3 * FIGURE {
        table(canvas, rest, scene, last, &phases);
    } else {
        legend(canvas, rest, scene, &phases);
    }
}

/// Rows from which on the table fits: headline, bar, head, five phases, the whole.
const TABLE: u16 = 9;
/// Columns of a phase's name, with its sign.
const NAME: usize = 16;
/// Columns of a figure.
const FIGURE: usize = 9;

type Phases = [(&'static str, Option<SimDuration>); 5];

/// The phases to scale. What has begun has a cell at least, so that an election of 3 ms is seen beside a silence of 200.
fn phase_bar<'a>(strip: Strip<'a>, phases: &Phases, columns: usize) -> Strip<'a> {
    let begun: Vec<SimDuration> = phases.iter().map_while(|(_, length)| *length).collect();
    let sum: u64 = begun.iter().map(|length| length.as_nanos()).sum();
    let spare = columns.saturating_sub(begun.len());
    let mut strip = strip;
    for (place, length) in begun.iter().enumerate() {
        let share = (u128::from(length.as_nanos()) * spare as u128 / u128::from(sum.max(1))) as usize;
        strip = strip.add(ROLES[place], FILLS[place].repeat(1 + share));
    }
    strip
}

/// A row for each phase: this time, and the median and the worst of all that are through.
fn table(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, last: &FailoverView, phases: &Phases) {
    let locale = &scene.look.locale;
    let through: Vec<&FailoverView> =
        scene.view.failovers.iter().filter(|failover| failover.total().is_some()).collect();
    let now = scene.view.run.now;
    let head = canvas.strip().left(NAME, Role::Muted, &locale.text("failover-phase"));
    let head = ["failover-this", "failover-median", "failover-worst"]
        .iter()
        .fold(head, |strip, id| strip.right(FIGURE, Role::Muted, &locale.text(id)));
    canvas.put(area, 0, head);
    let show = |length: Option<SimDuration>| length.map_or_else(|| "–".to_owned(), |length| locale.duration(length));
    for (place, (name, length)) in phases.iter().enumerate() {
        let all = through.iter().filter_map(|failover| self::phases(failover, now)[place].1).collect();
        let (median, worst) = spread(all);
        let strip = canvas.strip().add(ROLES[place], FILLS[place].repeat(2)).gap();
        let strip = strip.left(NAME - 3, Role::Text, &locale.text(name)).right(FIGURE, Role::Title, &show(*length));
        let strip = strip.right(FIGURE, Role::Muted, &show(median)).right(FIGURE, Role::Muted, &show(worst));
        canvas.put(area, 1 + place as u16, strip);
    }
    let (median, worst) = spread(through.iter().filter_map(|failover| failover.total()).collect());
    let strip = canvas.strip().left(NAME, Role::Title, &locale.text("failover-total"));
    let strip = strip.right(FIGURE, Role::Title, &show(last.total()));
    let strip = strip.right(FIGURE, Role::Text, &show(median)).right(FIGURE, Role::Text, &show(worst));
    canvas.put(area, 1 + phases.len() as u16, strip);
}

/// The median and the worst.
fn spread(mut lengths: Vec<SimDuration>) -> (Option<SimDuration>, Option<SimDuration>) {
    lengths.sort_unstable();
    (lengths.get(lengths.len() / 2).copied(), lengths.last().copied())
}

/// Which fill is which phase, and how long it took.
fn legend(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, phases: &Phases) {
    let locale = &scene.look.locale;
    let rows = usize::from(area.height).clamp(1, 3);
    let across = phases.len().div_ceil(rows).max(1);
    let width = usize::from(area.width) / across;
    for (place, (name, length)) in phases.iter().enumerate() {
        let (row, column) = (place / across, place % across);
        let figure = length.map_or_else(|| "–".to_owned(), |length| locale.duration(length));
        let cell = canvas.strip().add(ROLES[place], FILLS[place]).gap();
        let cell = cell.add(Role::Text, figure).gap().add(Role::Muted, locale.text(name));
        let place = Rect::new(area.x + (column * width) as u16, area.y, width.saturating_sub(1) as u16, area.height);
        canvas.put(place, row as u16, cell);
    }
    let row = phases.len().div_ceil(across) as u16;
    canvas.put(area, row, history(canvas.strip(), scene));
}

fn headline<'a>(strip: Strip<'a>, scene: &Scene<'_>, last: &FailoverView, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let fault = locale.text(match last.fault {
        FaultKind::Crash => "fault-crash",
        FaultKind::Freeze => "fault-freeze",
        FaultKind::Cut => "fault-cut",
        FaultKind::Panic => "fault-panic",
        FaultKind::Transfer => "fault-transfer",
    });
    let to = last.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
    let strip = strip.add(Role::Muted, format!("{} ", last.group));
    let strip = strip.add(Role::Text, format!("{} → ", last.from)).add(Role::Leader, to);
    let strip = strip.add(Role::Muted, format!("  {fault}  "));
    let strip = match last.total() {
        Some(total) => strip.add(Role::Title, locale.duration(total)),
        None => strip.badge(Role::TimeSlow, &locale.duration(scene.view.run.now.since(last.moments.fault))),
    }
    .add(Role::Muted, format!("  {} {}", locale.text("ledger-lost"), locale.number(last.lost)));
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
fn history<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let totals: Vec<SimDuration> = scene.view.failovers.iter().filter_map(FailoverView::total).collect();
    let count = totals.len() as u64;
    let (Some(median), Some(worst)) = spread(totals) else { return strip };
    let figures =
        [("n", count.into()), ("median", locale.duration(median).into()), ("worst", locale.duration(worst).into())];
    strip.add(Role::Muted, locale.say("failover-history", &figures))
}
