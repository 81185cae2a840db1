//! The time bar: badge, clock, the rule of acknowledgement, the recent past with its marks, and what a second here is there.

use ratatui::layout::Rect;

use crate::domain::event::{Event, Loudness};
use crate::domain::time::SimDuration;
use crate::domain::view::Speed;

use super::super::canvas::Canvas;
use super::super::scene::Scene;
use super::super::theme::Role;
use super::super::widgets::{badge, timeline};

/// The most of the past that the line shows; it shows less while all marks are younger.
pub const SPAN: SimDuration = SimDuration::from_secs(60);
/// And the least.
pub const LEAST: SimDuration = SimDuration::from_secs(5);

/// Draws the time bar into one row.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let run = &scene.view.run;
    let time = badge::time(&run.pace, locale);
    let mut right = canvas.strip().gap();
    let behind = (1..900).contains(&run.pace.achieved_per_mille) && !run.pace.paused;
    if let (true, Speed::Times(asked)) = (behind, run.pace.speed) {
        // As a speed like the one that was asked for: of 1000x a machine may reach 14, not 0.0.
        let tenths = locale.tenths(run.pace.achieved_per_mille * u64::from(asked) / 100);
        right = right.add(Role::Warn, locale.say("time-achieved", &[("speed", tenths.into())])).gap();
    }
    // Half of it says nothing, and what the machine reaches says more.
    let least = if behind { 100 } else { 70 };
    if let Some(conversion) = badge::conversion(&run.pace, locale).filter(|_| area.width >= least) {
        right = right.add(Role::Muted, conversion).gap();
    }
    let mut left = canvas.strip();
    if area.width >= 60 {
        left = left.gap().badge(time.role, &time.word);
    }
    // The rule of acknowledgement in force: at every size, on every screen, at the same place.
    left = left.add(Role::Text, format!(" {}  ", locale.clock(run.now)));
    left = left.add(Role::Muted, format!("{} ", locale.text("status-ack")));
    left = left.add(Role::Text, format!("{}  ", locale.ack(scene.view.flow.ack)));
    let columns = usize::from(area.width).saturating_sub(left.width() + right.width());
    let loud = |event: &&Event| event.kind.loudness() == Loudness::Loud && run.now.since(event.at) < SPAN;
    let oldest = scene.view.events.iter().find(loud).map_or(run.now, |event| event.at);
    let span = run.now.since(oldest).times(11).max(LEAST.times(10)).min(SPAN.times(10));
    let span = SimDuration::from_nanos(span.as_nanos() / 10);
    let strip = timeline::timeline(left, columns, &scene.view.events, run.now, span).join(right);
    canvas.put(area, 0, strip);
}
