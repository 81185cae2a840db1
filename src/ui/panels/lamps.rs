//! Lamps and margins: is every promise kept, and how many voters could each group do without? A lamp that was not checked in
//! this run is dark.

use ratatui::layout::Rect;

use crate::domain::engine::Capability;
use crate::domain::rules::Rule;
use crate::domain::time::SimTime;
use crate::domain::view::{GroupView, StallView};

use super::super::canvas::{Canvas, Strip, wrap};
use super::super::caption;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::figure;
use super::super::widgets::frame::frame;
use super::lacking;

/// Columns of a lamp.
const LAMP_COLUMNS: usize = 22;

const SECOND: SimTime = SimTime::from_millis(1_000);

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    // Where no row is left below the lamps, the group that can bear the least stands in the title.
    let lamps_a_row = (usize::from(area.width.saturating_sub(2)) / LAMP_COLUMNS).max(1);
    let is_full = (scene.view.invariants.len() + 1).div_ceil(lamps_a_row) + 2 >= usize::from(area.height);
    let note = if is_full { weakest(scene) } else { String::new() };
    let inner = frame(canvas, scene, area, Panel::Lamps, &locale.text("panel-lamps"), &note);
    if lacking::draw(canvas, inner, scene, Capability::Probes) {
        return;
    }
    let columns = usize::from(inner.width);
    let mut row = 0;
    // A promise is kept easily where none is given: as long as nobody is answered no lamp is green.
    // `meta` takes no orders: without it nothing moves, but clients are answered.
    let stalls = |(group, _): &(&GroupView, &StallView)| group.id.partition().is_some();
    let silent = scene.stalls().iter().any(stalls) || scene.view.flow.is_silent();
    let kept = if silent { Role::Muted } else { Role::Ok };
    let mut strip = answers(canvas.strip(), scene, silent);
    for lamp in &scene.view.invariants {
        let name = caption::invariant(lamp.invariant, locale);
        let cell = if lamp.violations > 0 {
            // How often stands there if the lamps after it still have their places.
            let count = locale.number(lamp.violations);
            let text = format!("✗ {name} {count}");
            let is_wide = text.chars().count() + 2 >= LAMP_COLUMNS;
            canvas.strip().badge(Role::Error, &if is_wide { format!("✗ {name}") } else { text })
        } else if lamp.checked == 0 {
            // Nothing has been proved yet: dark, not green.
            canvas.strip().add(Role::Muted, format!("○ {name}"))
        } else {
            canvas.strip().add(kept, "● ").add(if silent { Role::Muted } else { Role::Text }, name)
        };
        let next = if strip.width() == 0 { 0 } else { strip.width().div_ceil(LAMP_COLUMNS) * LAMP_COLUMNS };
        if next + cell.width() > columns && strip.width() > 0 {
            canvas.put(inner, row, strip);
            (strip, row) = (cell, row + 1);
        } else {
            strip = strip.to(next).join(cell);
        }
    }
    canvas.put(inner, row, strip);
    if inner.height > row + 1 {
        row += 1;
        canvas.put(inner, row, margins(canvas.strip(), scene, columns));
    }
    let settings = &scene.view.run.settings;
    let off: Vec<&str> = Rule::ALL.iter().filter(|rule| !settings.cluster.rules.on(**rule)).map(|r| r.name()).collect();
    if !off.is_empty() {
        let text = locale.say("rules-off", &[("rules", off.join(", ").into())]);
        canvas.put(inner, row + 1, canvas.strip().badge(Role::NodeDegraded, &text));
    }
    if let Some((at, line)) = scene.view.invariants.iter().find_map(|lamp| lamp.first.as_ref()) {
        for (place, text) in wrap(&format!("{at} {line}"), columns).iter().enumerate() {
            canvas.word(inner, 0, row + 2 + place as u16, Role::Warn, text);
        }
    }
}

/// That orders are answered: no rule of safety, but what everybody is here for.
fn answers<'a>(strip: Strip<'a>, scene: &Scene<'_>, silent: bool) -> Strip<'a> {
    let locale = &scene.look.locale;
    if silent {
        return strip.badge(Role::Error, &format!("✗ {}", locale.text("lamp-not-answered")));
    }
    let answered = locale.text("lamp-answered");
    if scene.view.flow.acked_per_s == 0 {
        return strip.add(Role::Muted, format!("○ {answered}"));
    }
    // In the first second of a run the rates are not of a second yet.
    let is_short = scene.view.run.now >= SECOND && figure::answered(&scene.view.flow) == Role::Warn;
    if is_short || scene.view.flow.unanswered_per_s > 0 {
        return strip.add(Role::Warn, format!("○ {}", locale.text("lamp-partly-answered")));
    }
    strip.add(Role::Ok, "● ").add(Role::Text, answered)
}

/// How many failures the group bears that bears the fewest.
fn weakest(scene: &Scene<'_>) -> String {
    let group = scene.view.groups.iter().min_by_key(|group| (group.margin(), group.id.partition().is_none()));
    let bears = group.map_or_else(String::new, |group| format!("{} {}", group.id, spare(group)));
    format!("{} {bears}", scene.look.locale.text("lamps-margin").trim())
}

fn margins<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let strip = strip.add(Role::Muted, locale.text("lamps-margin"));
    scene.view.groups.iter().fold(strip, |strip, group| strip.fit(columns, |strip| margin(strip, group)))
}

fn margin<'a>(strip: Strip<'a>, group: &GroupView) -> Strip<'a> {
    match group.margin() {
        None => strip.gap().badge(Role::NodeFailed, &format!("{} {}", group.id, spare(group))),
        Some(margin) => {
            let role = if margin == 0 { Role::Warn } else { Role::Text };
            strip.add(Role::Muted, format!("  {} ", group.id)).add(role, spare(group))
        }
    }
}

/// How many voters it could do without; below zero, how many it lacks.
fn spare(group: &GroupView) -> String {
    match group.margin() {
        Some(margin) => margin.to_string(),
        None => format!("-{}", group.must.saturating_sub(group.connected)),
    }
}
