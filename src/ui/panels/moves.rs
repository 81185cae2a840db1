//! Moves: symbols on their way from one partition to another, and how far each has come.
//!
//! Idea: a move has five stages, and an order for its symbol waits in three of them; so the stage is a word, the parts
//! that have arrived are a bar, and the requests that are held stand below.

use ratatui::layout::Rect;

use crate::domain::view::{MoveStage, MoveView};

use super::super::canvas::{Canvas, Strip};
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::frame::frame;

/// Columns of a move before its bar: symbol, from, to, stage.
const HEAD: usize = 7 + 13 + 12;
/// Columns after it: parts, since.
const TAIL: usize = 8 + 9;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let data = &scene.view.data;
    let inner = frame(canvas, scene, area, Panel::Moves, &locale.text("panel-moves"), &locale.text("note-moves"));
    let columns = usize::from(inner.width);
    if data.moves.is_empty() {
        canvas.put(inner, 0, canvas.strip().add(Role::Muted, locale.text("moves-none")));
        canvas.put(inner, 1, totals(canvas.strip(), scene, columns));
        return;
    }
    let fits = usize::from(inner.height.saturating_sub(1)).max(1);
    let shown = &data.moves[..data.moves.len().min(fits)];
    for (row, planned) in shown.iter().enumerate() {
        canvas.put(inner, row as u16, symbol(canvas.strip(), scene, planned, columns));
    }
    canvas.put(inner, shown.len() as u16, totals(canvas.strip(), scene, columns));
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
    let since = locale.duration(scene.view.run.now.since(planned.since));
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

/// How many are where, and what the moves cost.
fn totals<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let data = &scene.view.data;
    let figures = [
        ("moves-moved", data.moved, Role::Text),
        ("moves-under-way", u64::from(data.under_way), Role::Text),
        ("moves-planned", u64::from(data.planned), Role::Text),
        ("moves-held", data.held_requests, Role::Text),
        ("moves-refused", data.held_refused, Role::Warn),
    ];
    figures.into_iter().fold(strip, |strip, (id, figure, loud)| {
        strip.fit(columns, |strip| {
            let role = if figure > 0 { loud } else { Role::Muted };
            let strip = strip.add(Role::Muted, format!("{} ", locale.text(id))).add(role, locale.number(figure));
            strip.add(Role::Text, "  ")
        })
    })
}
