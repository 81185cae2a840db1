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

const ROLES: [Role; 5] = [Role::Series6, Role::Series4, Role::Series5, Role::Series3, Role::Series1];
const FILLS: [&str; 5] = ["░", "▒", "▓", "█", "▄"];

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let inner = frame(canvas, scene, area, Panel::Failover, &locale.text("panel-failover"), "");
    let Some(last) = scene.view.failovers.last() else {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("failover-none"));
        return;
    };
    let columns = usize::from(inner.width);
    canvas.put(inner, 0, headline(canvas.strip(), scene, last));
    let phases = phases(last, scene.view.run.now);
    let sum: u64 = phases.iter().filter_map(|(_, length)| *length).map(SimDuration::as_nanos).sum();
    let mut strip = canvas.strip();
    for (place, (_, length)) in phases.iter().enumerate() {
        let Some(length) = length else { break };
        let share = (length.as_nanos() as u128 * columns as u128 / u128::from(sum.max(1))) as usize;
        let room = columns.saturating_sub(strip.width());
        strip = strip.add(ROLES[place], FILLS[place].repeat(share.max(1).min(room)));
    }
    canvas.put(inner, 1, strip);
    let rows = usize::from(inner.height.saturating_sub(2)).clamp(1, 3);
    let across = 5_usize.div_ceil(rows).max(1);
    let width = columns / across;
    for (place, (name, length)) in phases.iter().enumerate() {
        let (row, column) = (place / across, place % across);
        let figure = length.map_or_else(|| "–".to_owned(), |length| locale.duration(length));
        let cell = canvas.strip().add(ROLES[place], FILLS[place]).gap();
        let cell = cell.add(Role::Text, figure).gap().add(Role::Muted, locale.text(name));
        let place = Rect::new(inner.x + (column * width) as u16, inner.y, width.saturating_sub(1) as u16, inner.height);
        canvas.put(place, 2 + row as u16, cell);
    }
    let row = 2 + 5_usize.div_ceil(across) as u16;
    canvas.put(inner, row, history(canvas.strip(), scene));
}

fn headline<'a>(strip: Strip<'a>, scene: &Scene<'_>, last: &FailoverView) -> Strip<'a> {
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
    match last.total() {
        Some(total) => strip.add(Role::Title, locale.duration(total)),
        None => strip.badge(Role::TimeSlow, &locale.duration(scene.view.run.now.since(last.moments.fault))),
    }
    .add(Role::Muted, format!("  {} {}", locale.text("ledger-lost"), locale.number(last.lost)))
}

/// Median and worst of those that are through.
fn history<'a>(strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
    let locale = &scene.look.locale;
    let mut totals: Vec<SimDuration> = scene.view.failovers.iter().filter_map(FailoverView::total).collect();
    totals.sort_unstable();
    let (Some(median), Some(worst)) = (totals.get(totals.len() / 2), totals.last()) else { return strip };
    let figures = [
        ("n", (totals.len() as u64).into()),
        ("median", locale.duration(*median).into()),
        ("worst", locale.duration(*worst).into()),
    ];
    strip.add(Role::Muted, locale.say("failover-history", &figures))
}
