//! The time bar: badge, clock, the recent past with its marks, and what a second here is there.

use ratatui::layout::Rect;

use crate::domain::time::SimDuration;

use super::super::canvas::Canvas;
use super::super::scene::Scene;
use super::super::theme::Role;
use super::super::widgets::{badge, timeline};

/// How much of the past the line shows.
pub const SPAN: SimDuration = SimDuration::from_secs(60);

/// Draws the time bar into one row.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let run = &scene.view.run;
    let time = badge::time(&run.pace, locale);
    let mut right = canvas.strip().gap();
    if run.pace.achieved_per_mille > 0 && !run.pace.paused {
        let share = u64::from(matches!(run.pace.speed, crate::domain::view::Speed::Times(_)));
        if share > 0 && run.pace.achieved_per_mille < 900 {
            let tenths = locale.tenths(run.pace.achieved_per_mille / 100);
            right = right.add(Role::Warn, locale.say("time-achieved", &[("speed", tenths.into())])).gap();
        }
    }
    if let Some(conversion) = badge::conversion(run.pace.speed, locale).filter(|_| area.width >= 70) {
        right = right.add(Role::Muted, conversion).gap();
    }
    let mut left = canvas.strip();
    if area.width >= 60 {
        left = left.gap().badge(time.role, &time.word);
    }
    left = left.add(Role::Text, format!(" {}  ", locale.clock(run.now)));
    let columns = usize::from(area.width).saturating_sub(left.width() + right.width());
    let span = if area.width >= 160 { SPAN.times(2) } else { SPAN };
    let strip = timeline::timeline(left, columns, &scene.view.events, run.now, span).join(right);
    canvas.put(area, 0, strip);
}
