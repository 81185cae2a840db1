//! Moves: symbols on their way from one partition to another, and replicas and leaders on theirs between nodes.
//!
//! Idea: a move has five stages, and an order for its symbol waits in three of them; so the stage is a word, the parts
//! that have arrived are a bar, and the requests that are held stand below. A step of the controller's plan has its
//! reason beside it, so that nobody has to guess why a replica packs up.
//! Shape: moves first, then the plan; where both are there, each has half of the rows at least. Below them the sums: of
//! symbols, of trades by id, and what the last change of strategy had to move, beside what theory says.

use ratatui::layout::Rect;

use crate::domain::plan::Step;
use crate::domain::view::{MoveStage, MoveView, PlanRow, StepProgress, SwitchView};

use super::super::canvas::{Canvas, Strip, cut_end};
use super::super::caption;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::frame::frame;
use super::division::percent;

/// Columns of a move before its bar: symbol, from, to, stage.
const HEAD: usize = 7 + 13 + 12;
/// Columns after it: parts, how long it has been frozen.
const TAIL: usize = 8 + 9;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let data = &scene.view.data;
    let inner = frame(canvas, scene, area, Panel::Moves, &locale.text("panel-moves"), &locale.text("note-moves"));
    let columns = usize::from(inner.width);
    let plan = &scene.view.placement.plan;
    let mut sums = vec![totals(canvas.strip(), scene, columns), trades(canvas.strip(), scene, columns)];
    sums.extend(data.store.switch.map(|last| switch(canvas.strip(), scene, last, columns)));
    let idle = data.moves.is_empty() && plan.is_empty();
    // Moves have most of the rows, if there are any.
    sums.truncate(usize::from(if idle { inner.height.saturating_sub(1) } else { inner.height / 3 }).max(1));
    let fits = usize::from(inner.height).saturating_sub(sums.len()).max(1);
    let moves = data.moves.len().min(fits - plan.len().min(fits / 2));
    let steps = plan.len().min(fits - moves);
    let symbols = data.moves[..moves].iter().map(|planned| symbol(canvas.strip(), scene, planned, columns));
    let steps = plan[..steps].iter().map(|planned| replica(canvas.strip(), scene, planned, columns));
    let mut rows: Vec<Strip<'_>> = symbols.chain(steps).collect();
    if rows.is_empty() {
        rows.push(canvas.strip().add(Role::Muted, locale.text("moves-none")));
    }
    rows.extend(sums);
    for (row, strip) in rows.into_iter().enumerate() {
        canvas.put(inner, row as u16, strip);
    }
}

fn symbol<'a>(strip: Strip<'a>, scene: &Scene<'_>, planned: &MoveView, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let (role, id) = stage(planned.stage);
    let text = if planned.stage == MoveStage::Planned { Role::Muted } else { Role::Text };
    let strip = strip.left(7, text, planned.symbol.name());
    let strip = strip.left(13, text, &format!("{} → {}", planned.from, planned.to));
    let strip = strip.left(12, role, &locale.text(id));
    if planned.stage == MoveStage::Planned {
        return strip;
    }
    let share = match planned.stage {
        MoveStage::Planned | MoveStage::Begun => 0,
        MoveStage::Shipping => u64::from(planned.parts_done) * 1_000 / u64::from(planned.parts.max(1)),
        MoveStage::Owned | MoveStage::Mapped => 1_000,
    };
    let bars = columns.saturating_sub(HEAD + TAIL).min(24);
    let strip = bar(strip, bars, share, Role::Bar);
    let parts = format!("{}/{}", planned.parts_done, planned.parts);
    let strip = strip.fit(columns, |strip| strip.right(8, Role::Text, &parts));
    // A symbol that still trades waits for nothing yet.
    let Some(frozen_at) = planned.frozen_at else { return strip };
    let since = locale.duration(scene.view.run.now.since(frozen_at));
    strip.fit(columns, |strip| strip.right(9, Role::Muted, &since))
}

const fn stage(stage: MoveStage) -> (Role, &'static str) {
    match stage {
        MoveStage::Planned => (Role::Muted, "stage-planned"),
        MoveStage::Begun => (Role::Text, "stage-begun"),
        MoveStage::Shipping => (Role::NodeRecovering, "stage-shipping"),
        MoveStage::Owned => (Role::Accent, "stage-owned"),
        MoveStage::Mapped => (Role::Ok, "stage-mapped"),
    }
}

/// A step of the controller's plan: which group, from where to where, how far, and why.
fn replica<'a>(strip: Strip<'a>, scene: &Scene<'_>, planned: &PlanRow, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let (group, way) = match planned.step {
        Step::Add { group, to } => (group, format!("   → {to}")),
        Step::Remove { group, from } => (group, format!("{from} →")),
        Step::Replace { group, from, to } => (group, format!("{from} → {to}")),
        Step::Lead { group, from, to } => (group, format!("★ {from} → {to}")),
    };
    let (role, word) = match planned.progress {
        StepProgress::Waits => (Role::Muted, locale.text("stage-planned").into_owned()),
        StepProgress::Learns(left) => (Role::NodeRecovering, locale.say("stage-learns", &[("n", left.into())])),
        StepProgress::Votes => (Role::Accent, locale.text("stage-votes").into_owned()),
        StepProgress::HandsOver => (Role::Leader, locale.text("stage-hands-over").into_owned()),
    };
    let text = if planned.progress == StepProgress::Waits { Role::Muted } else { Role::Text };
    let strip = strip.left(7, text, &group.to_string()).left(13, text, &way).left(14, role, &word).gap();
    let room = columns.saturating_sub(strip.width());
    strip.add(Role::Muted, cut_end(&caption::reason(planned.reason, locale), room))
}

/// How many are where, and what the moves cost.
fn totals<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let data = &scene.view.data;
    let figures = [
        ("moves-moved", data.moved, Role::Text),
        ("moves-under-way", u64::from(data.under_way), Role::Text),
        ("moves-planned", u64::from(data.planned), Role::Text),
        ("moves-held", data.held_requests, Role::Text),
        ("moves-refused", data.held_refused, Role::Warn),
    ];
    row(strip, scene, &figures, columns)
}

/// Trades by id: how many are kept, and how many of them are not where they belong.
fn trades<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let store = &scene.view.data.store;
    let mut figures = vec![
        ("store-kept", store.kept, Role::Text),
        ("store-away", store.away, Role::NodeRecovering),
        ("store-moved", store.moved, Role::Text),
        ("store-twice", store.twice, Role::Text),
        ("store-forgotten", store.forgotten, Role::Text),
    ];
    // What is loud comes first: a row that is too long drops its end.
    figures.insert(if store.nowhere > 0 { 1 } else { 4 }, ("store-nowhere", store.nowhere, Role::Warn));
    // What lies in a partition of which no replica runs is unknown.
    if !scene.view.is_whole() {
        return strip.add(Role::Muted, scene.look.locale.text("store-unknown"));
    }
    row(strip, scene, &figures, columns)
}

/// What the last change of strategy had to move.
fn switch<'a>(strip: Strip<'a>, scene: &Scene<'_>, last: SwitchView, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let strip = strip.add(Role::Muted, format!("{} → {}  ", last.from.name(), last.to.name()));
    let share = |per_mille: Option<u64>| per_mille.map_or_else(|| "–".to_owned(), |share| percent(scene, share));
    let figures = [("division-trades", last.trades), ("division-symbols", last.symbols)];
    let theory = format!("{} {}  ", locale.text("strategy-theory"), share(last.theory));
    figures.into_iter().enumerate().fold(strip, |strip, (place, (id, wave))| {
        let strip = strip.fit(columns, |strip| {
            let strip = strip.add(Role::Muted, format!("{} ", locale.text(id)));
            strip.add(Role::Text, share(wave.per_mille())).add(Role::Text, "  ")
        });
        // Theory is about many keys: it stands beside the trades.
        let strip = if place == 0 { strip.fit(columns, |strip| strip.add(Role::Muted, &theory)) } else { strip };
        strip.fit(columns, |strip| {
            strip.add(Role::Muted, format!("{}/{}  ", locale.number(wave.moves), locale.number(wave.all)))
        })
    })
}

/// Figures with their names, as many as fit.
fn row<'a>(strip: Strip<'a>, scene: &Scene<'_>, figures: &[(&str, u64, Role)], columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    strip.fit_in_order(columns, figures, |strip, &(id, figure, loud)| {
        let role = if figure > 0 { loud } else { Role::Muted };
        strip.add(Role::Muted, format!("{} ", locale.text(id))).add(role, locale.number(figure))
    })
}
