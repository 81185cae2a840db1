//! How evenly the partitions divide the desk: a histogram, its figures, and how other strategies would do.
//!
//! Idea: three things can be even or not, and seldom are together: names, orders that rest, orders a second. A strategy
//! that deals names evenly still gets one hot name. So each has its own bars and its own row of figures.
//! Units: ratios as they are spoken (1.25), the coefficient of variation and shares that move in percent.

use ratatui::layout::Rect;

use crate::domain::spread::{Imbalance, Spread};
use crate::domain::view::GroupView;
use crate::routing::partitioner::compare::Row;
use crate::routing::partitioner::movement::Share;

use super::super::canvas::{Canvas, Strip};
use super::super::glyphs::Glyphs;
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::strategies::KEYS;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::chart;
use super::super::widgets::frame::frame;
use super::super::widgets::table::{Align, Column, widths};
use super::matrix::partitions;

/// What is divided: its name, and how much of it a partition has.
type Measure = (&'static str, fn(&GroupView) -> u64);

const MEASURES: [Measure; 3] = [
    ("division-symbols", |group| group.symbols as u64),
    ("division-resting", |group| group.resting),
    ("division-rate", |group| group.applied_per_s),
];

const FIGURES: [Column; 8] = [
    Column { title: "", min: 10, more: 4, priority: 0, align: Align::Left },
    Column { title: "spread-total", min: 7, more: 3, priority: 4, align: Align::Right },
    Column { title: "spread-min", min: 6, more: 2, priority: 1, align: Align::Right },
    Column { title: "spread-mean", min: 7, more: 2, priority: 3, align: Align::Right },
    Column { title: "spread-max", min: 6, more: 2, priority: 1, align: Align::Right },
    Column { title: "spread-ratio", min: 8, more: 2, priority: 0, align: Align::Right },
    Column { title: "spread-deviation", min: 7, more: 2, priority: 5, align: Align::Right },
    Column { title: "spread-variation", min: 7, more: 2, priority: 2, align: Align::Right },
];

const STRATEGIES: [Column; 6] = [
    Column { title: "strategy-name", min: 16, more: 4, priority: 0, align: Align::Left },
    Column { title: "spread-ratio", min: 8, more: 2, priority: 0, align: Align::Right },
    Column { title: "spread-variation", min: 7, more: 2, priority: 2, align: Align::Right },
    Column { title: "strategy-grow", min: 8, more: 2, priority: 0, align: Align::Right },
    Column { title: "strategy-theory", min: 7, more: 2, priority: 1, align: Align::Right },
    Column { title: "strategy-switch", min: 8, more: 4, priority: 3, align: Align::Right },
];

/// Rows of the figures with their head.
const FIGURE_ROWS: u16 = 1 + MEASURES.len() as u16;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let strategy = scene.view.run.settings.partition.strategy.name();
    let inner = frame(canvas, scene, area, Panel::Division, &locale.text("panel-division"), strategy);
    let groups: Vec<&GroupView> = partitions(scene).collect();
    if groups.is_empty() {
        return;
    }
    let rows = scene.strategies.len() as u16;
    let listed = groups.len() as u16 + 1;
    // The figures are never left out; then the comparison; the bars take what is left, as a list or as a chart.
    let left = inner.height.saturating_sub(FIGURE_ROWS);
    let table = if rows > 0 && left >= rows + 2 { rows + 2 } else { 0 };
    let bars = match left - table {
        room if room > listed => listed + 1,
        room if room >= 4 => room,
        _ => 0,
    };
    let part = |top: u16, height: u16| Rect::new(inner.x, inner.y + top, inner.width, height).intersection(inner);
    match bars {
        0 => {}
        height if height > listed => list(canvas, part(0, height), scene, &groups),
        height => charts(canvas, part(0, height), scene, &groups),
    }
    figures(canvas, part(bars, FIGURE_ROWS), scene, &groups);
    if table > 0 {
        strategies(canvas, part(bars + FIGURE_ROWS + 1, table), scene);
    }
}

/// A row for each partition with a bar for each measure.
fn list(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, groups: &[&GroupView]) {
    let locale = &scene.look.locale;
    let column = (usize::from(area.width).saturating_sub(5)) / MEASURES.len();
    let number = 8.min(column);
    let head =
        MEASURES.iter().fold(canvas.strip().to(5), |strip, (id, _)| strip.right(column, Role::Muted, &locale.text(id)));
    canvas.put(area, 0, head);
    let most = MEASURES.map(|(_, value)| groups.iter().map(|group| value(group)).max().unwrap_or(0).max(1));
    for (row, group) in groups.iter().enumerate() {
        let chosen = group.id == scene.state.group;
        let strip = canvas.strip().add(Role::Accent, if chosen { "❯" } else { " " });
        let strip = strip.left(4, if chosen { Role::Title } else { Role::Text }, &group.id.to_string());
        let strip = MEASURES.iter().zip(most).fold(strip, |strip, ((_, value), most)| {
            let value = value(group);
            let strip = bar(strip, column - number, value * 1_000 / most, Role::Bar);
            strip.right(number, Role::Text, &locale.number(value))
        });
        let place = row as u16 + 1;
        canvas.hit(Rect::new(area.x, area.y + place, area.width, 1).intersection(area), Hit::Group(group.id));
        canvas.put(area, place, strip);
    }
}

/// Many partitions: a chart for each measure, a column a partition, or the fullest of some where there are more.
fn charts(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, groups: &[&GroupView]) {
    let label = 12.min(area.width);
    let each = (area.height - 1) / MEASURES.len() as u16;
    let fits = if each == 0 { 1 } else { MEASURES.len() };
    for (place, (id, value)) in MEASURES.iter().rev().take(fits).enumerate() {
        let height = each.max(area.height.min(3));
        let top = area.y + place as u16 * height;
        let values: Vec<u64> = groups.iter().map(|group| value(group)).collect();
        let most = values.iter().copied().max().unwrap_or(0);
        let stretched = stretch(&values, usize::from(area.width - label));
        let band = Rect::new(area.x + label, top, stretched.len() as u16, height).intersection(area);
        chart::columns(canvas, band, &stretched, most, Role::Bar);
        canvas.word(area, 0, top - area.y, Role::Muted, &scene.look.locale.text(id));
    }
}

/// Each value as many times as fit, so that few partitions make a chart too.
fn stretch(values: &[u64], columns: usize) -> Vec<u64> {
    let times = (columns / values.len().max(1)).max(1);
    values.iter().flat_map(|value| std::iter::repeat_n(*value, times)).collect()
}

/// What the spread of each measure is.
fn figures(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, groups: &[&GroupView]) {
    let locale = &scene.look.locale;
    let widths = widths(&FIGURES, usize::from(area.width));
    canvas.put(area, 0, head(canvas.strip(), scene, &FIGURES, &widths));
    for (row, (id, value)) in MEASURES.iter().enumerate() {
        let spread = Spread::of(&groups.iter().map(|group| value(group)).collect::<Vec<_>>());
        let tenths = |millis: u64| locale.tenths((millis + 50) / 100);
        let texts = [
            locale.text(id).into_owned(),
            locale.number(spread.total),
            locale.number(spread.min),
            tenths(spread.mean_millis),
            locale.number(spread.max),
            ratio(scene, spread.imbalance),
            tenths(spread.deviation_millis),
            percent(scene, spread.variation_per_mille),
        ];
        let strip = FIGURES.iter().zip(&widths).zip(&texts).fold(canvas.strip(), |strip, ((column, width), text)| {
            let role = match column.title {
                "" => Role::Muted,
                "spread-ratio" => ratio_role(spread.imbalance),
                _ => Role::Text,
            };
            cell(strip, column, *width, role, text)
        });
        canvas.put(area, row as u16 + 1, strip);
    }
}

/// How other strategies would divide the same names, and what they would cost.
fn strategies(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let widths = widths(&STRATEGIES, usize::from(area.width));
    canvas.put(area, 0, head(canvas.strip(), scene, &STRATEGIES, &widths));
    let force = scene.view.run.settings.partition.strategy;
    for (row, strategy) in scene.strategies.iter().enumerate() {
        let texts = texts(scene, strategy);
        let name = if strategy.strategy == force { Role::Title } else { Role::Text };
        let strip =
            STRATEGIES.iter().zip(&widths).zip(&texts).fold(canvas.strip(), |strip, ((column, width), text)| {
                let role = match column.title {
                    "strategy-name" => name,
                    "strategy-theory" => Role::Muted,
                    "spread-ratio" => ratio_role(strategy.spread.imbalance),
                    _ => Role::Text,
                };
                cell(strip, column, *width, role, text)
            });
        canvas.put(area, row as u16 + 1, strip);
    }
    let note = [("n", KEYS.len().into())];
    canvas.put(area, area.height - 1, canvas.strip().add(Role::Muted, scene.look.locale.say("strategy-note", &note)));
}

fn texts(scene: &Scene<'_>, row: &Row) -> [String; 6] {
    let mark = if row.strategy == scene.view.run.settings.partition.strategy { "❯" } else { " " };
    [
        format!("{mark}{}", row.strategy.name()),
        ratio(scene, row.spread.imbalance),
        percent(scene, row.spread.variation_per_mille),
        percent(scene, row.grow.movement.per_mille()),
        row.grow.theory.map_or_else(|| "–".to_owned(), |share| percent(scene, Share::per_mille(share))),
        percent(scene, row.switch.per_mille()),
    ]
}

fn head<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: &[Column], widths: &[usize]) -> Strip<'a> {
    columns.iter().zip(widths).fold(strip, |strip, (column, width)| {
        let title = if column.title.is_empty() { "".into() } else { scene.look.locale.text(column.title) };
        cell(strip, column, *width, Role::Muted, &title)
    })
}

/// A cell and the blank after it; nothing where the column is left out.
fn cell<'a>(strip: Strip<'a>, column: &Column, width: usize, role: Role, text: &str) -> Strip<'a> {
    match (width, column.align) {
        (0, _) => strip,
        (_, Align::Left) => strip.left(width, role, text).gap(),
        (_, Align::Right) => strip.right(width, role, text).gap(),
    }
}

/// The fullest over the emptiest: `1.25`, or the sign of infinity where a part is empty.
fn ratio(scene: &Scene<'_>, imbalance: Imbalance) -> String {
    match imbalance {
        Imbalance::Finite(thousandths) => scene.look.locale.hundredths(thousandths / 10),
        Imbalance::Infinite if scene.look.glyphs == Glyphs::Ascii => "inf".to_owned(),
        Imbalance::Infinite => "∞".to_owned(),
    }
}

/// An empty part is worth a look; a ratio is worth what one makes of it.
const fn ratio_role(imbalance: Imbalance) -> Role {
    if matches!(imbalance, Imbalance::Infinite) { Role::Warn } else { Role::Text }
}

fn percent(scene: &Scene<'_>, per_mille: u64) -> String {
    format!("{}%", scene.look.locale.tenths(per_mille))
}
