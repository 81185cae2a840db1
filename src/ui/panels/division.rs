//! How evenly the partitions divide the desk: a histogram, its figures, and how other strategies would do.
//!
//! Idea: four things can be even or not, and seldom are together: names, trades by id, orders that rest, orders a second.
//! A strategy that deals names evenly still gets one hot name, and may heap all trades up in one place. So each has its own bars and its own row of figures.
//! Units: ratios as they are spoken (1.25), the coefficient of variation in percent of the mean.
//! Shape: the figures are never left out; then the comparison; the bars take what is left, as a list or as charts.

use ratatui::layout::Rect;

use crate::domain::spread::{Imbalance, Spread};
use crate::domain::view::{GroupView, LatencyView};

use super::super::canvas::{Canvas, Strip, width};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::chart;
use super::super::widgets::figure;
use super::super::widgets::frame::frame;
use super::super::widgets::table::{Align, Column, cells, for_texts, widths};
use super::matrix::partitions;
use super::strategies;

/// What is divided: its name, and how much of it a partition has; nothing where nobody knows.
type Measure = (&'static str, fn(&GroupView) -> Option<u64>);

const MEASURES: [Measure; 4] = [
    ("division-symbols", |group| Some(group.symbols as u64)),
    ("division-trades", |group| group.by_id),
    ("division-resting", |group| group.resting),
    ("division-rate", |group| Some(group.applied_per_s)),
];

const FIGURES: [Column; 8] = [
    Column { title: "", min: 8, more: 4, priority: 0, align: Align::Left },
    Column { title: "spread-total", min: 5, more: 4, priority: 4, align: Align::Right },
    Column { title: "spread-min", min: 4, more: 4, priority: 1, align: Align::Right },
    Column { title: "spread-mean", min: 5, more: 4, priority: 3, align: Align::Right },
    Column { title: "spread-max", min: 4, more: 4, priority: 1, align: Align::Right },
    Column { title: "spread-ratio", min: 6, more: 4, priority: 0, align: Align::Right },
    Column { title: "spread-deviation", min: 5, more: 4, priority: 5, align: Align::Right },
    Column { title: "spread-variation", min: 5, more: 4, priority: 2, align: Align::Right },
];

/// Rows of the figures with their head.
const FIGURE_ROWS: u16 = 1 + MEASURES.len() as u16;
/// Columns of a bar at most: walls of colour say no more than bars.
const BAR: usize = 14;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let strategy = strategies::in_force(scene).name();
    let inner = frame(canvas, scene, area, Panel::Division, &locale.text("panel-division"), strategy);
    let groups: Vec<&GroupView> = partitions(scene).collect();
    if groups.is_empty() {
        return;
    }
    let listed = groups.len() as u16 + 1;
    let heat = heat(canvas.strip(), scene, usize::from(inner.width));
    let below = FIGURE_ROWS + u16::from(heat.is_some());
    let left = inner.height.saturating_sub(below);
    let table = strategies::rows(scene, left.saturating_sub(1));
    let bars = match left - table - u16::from(table > 0) {
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
    if let Some(heat) = heat {
        canvas.put(part(bars + FIGURE_ROWS, 1), 0, heat);
    }
    if table > 0 {
        strategies::draw(canvas, part(bars + below + 1, table), scene);
    }
}

/// The hot symbol: how slow it is, beside the others of its partition, and those of the one that it was split off from: they
/// are fast again, and it stays what it is.
pub(super) fn heat<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Option<Strip<'a>> {
    let locale = &scene.look.locale;
    let flow = &scene.view.flow;
    let (symbol, percent) = flow.hot?;
    let group = scene.view.group(flow.hot_group?)?;
    let leader = scene.view.nodes.iter().find(|node| Some(node.id) == group.leader);
    let figure = |id: &str, group: &GroupView, measured: &LatencyView| {
        let time = locale.duration(measured.p99);
        locale.say(id, &[("group", group.id.to_string().into()), ("time", time.into())])
    };
    let what = locale.say("division-hot", &[("symbol", symbol.name().into()), ("n", u64::from(percent).into())]);
    let strip = strip.add(Role::Warn, what).add(Role::Text, "  ");
    let hot = (flow.hot_latency.count > 0).then(|| figure("division-hot-p99", group, &flow.hot_latency));
    let before = flow.hot_before.and_then(|before| scene.view.group(before)).filter(|before| before.cold.count > 0);
    let before = before.map(|before| figure("division-cold-p99", before, &before.cold));
    // Once nobody else is left there a split has done all that it can.
    let id = if group.cold.count > 0 { "division-cold-p99" } else { "division-alone" };
    let cold = figure(id, group, &group.cold);
    let busy = leader.map(|leader| {
        let percent = u64::from(leader.admission.busy_per_mille + 5) / 10;
        locale.say("division-busy", &[("node", leader.id.to_string().into()), ("n", percent.into())])
    });
    let whole = locale.text("division-whole").into_owned();
    let figures = [
        (hot, Role::Text),
        (before, Role::Text),
        (Some(cold), Role::Text),
        (busy, Role::Text),
        (Some(whole), Role::Muted),
    ];
    let known = figures.into_iter().filter_map(|(text, role)| Some((text?, role)));
    Some(strip.fit_in_order(columns, known, |strip, (text, role)| strip.add(role, text)))
}

/// A row for each partition with a bar for each measure.
fn list(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, groups: &[&GroupView]) {
    let locale = &scene.look.locale;
    let column = ((usize::from(area.width).saturating_sub(5)) / MEASURES.len()).min(BAR + 12);
    let number = 8.min(column);
    let bars = column.saturating_sub(number + 2);
    let head = MEASURES.iter().fold(canvas.strip().to(5), |strip, (id, _)| {
        strip.right(column - 2, Role::Muted, &locale.text(id)).add(Role::Text, "  ")
    });
    canvas.put(area, 0, head);
    let most = MEASURES.map(|(_, value)| groups.iter().filter_map(|group| value(group)).max().unwrap_or(0).max(1));
    for (row, group) in groups.iter().enumerate() {
        let chosen = group.id == scene.state.group;
        let strip = canvas.strip().add(Role::Accent, if chosen { "❯" } else { " " });
        let strip = strip.left(4, if chosen { Role::Title } else { Role::Text }, &group.id.to_string());
        let strip = MEASURES.iter().zip(most).fold(strip, |strip, ((_, value), most)| {
            let value = value(group);
            let strip = bar(strip, bars, value.unwrap_or(0) * 1_000 / most, Role::Bar);
            strip.right(number, Role::Text, &figure::count(value, locale)).add(Role::Text, "  ")
        });
        let place = row as u16 + 1;
        canvas.hit(Rect::new(area.x, area.y + place, area.width, 1).intersection(area), Hit::Group(group.id));
        canvas.put(area, place, strip);
    }
}

/// Many partitions: a chart for each measure, a column a partition, or the fullest of some where there are more; and below them
/// the names of the partitions, where a column is wide enough for its own. The last row stays free for them.
fn charts(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, groups: &[&GroupView]) {
    let label = 10.min(area.width);
    let whole = area;
    let area = Rect { height: area.height.saturating_sub(1), ..area };
    let fits = (area.height / 2).clamp(1, MEASURES.len() as u16);
    // A blank row between two charts, and none below the last.
    let height = (area.height + 1) / fits;
    // What is worked is the last to go, then what rests, then names.
    for (place, (id, value)) in MEASURES.iter().skip(MEASURES.len() - usize::from(fits)).enumerate() {
        let values: Vec<u64> = groups.iter().map(|group| value(group).unwrap_or(0)).collect();
        let most = values.iter().copied().max().unwrap_or(0);
        let stretched = stretch(&values, usize::from(area.width - label));
        let top = place as u16 * height;
        let band = Rect::new(area.x + label, area.y + top, area.width - label, height.saturating_sub(1).max(1));
        let columns = (stretched.len() as u16).min(band.width);
        let band = Rect { width: columns, ..band }.intersection(area);
        chart::columns(canvas, band, &stretched, most, Role::Bar);
        canvas.word(area, 0, top + band.height.saturating_sub(1), Role::Muted, &scene.look.locale.text(id));
    }
    let names = Rect { y: whole.y + (fits * height - 1).min(whole.height - 1), height: 1, ..whole };
    let column = usize::from(area.width - label) / groups.len().max(1);
    if groups.iter().all(|group| width(&group.id.to_string()) < column) {
        let strip = groups.iter().fold(canvas.strip().to(usize::from(label)), |strip, group| {
            let role = if group.id == scene.state.group { Role::Title } else { Role::Muted };
            strip.left(column, role, &group.id.to_string())
        });
        canvas.put(names, 0, strip);
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
    // A partition of which no replica runs is not empty: where one is unknown, so is how even all are.
    let known = |(_, value): Measure| groups.iter().map(|group| value(group)).collect::<Option<Vec<_>>>();
    let spreads = MEASURES.map(|measure| known(measure).map(|values| Spread::of(&values)));
    let tenths = |millis: u64| locale.tenths((millis + 50) / 100);
    let head = FIGURES.map(|column| match column.title {
        "" => String::new(),
        title => locale.text(title).into_owned(),
    });
    let row = |(spread, (id, _)): (&Option<Spread>, &Measure)| {
        let name = locale.text(id).into_owned();
        let Some(spread) = spread else {
            let unknown = || "–".to_owned();
            return [name, unknown(), unknown(), unknown(), unknown(), unknown(), unknown(), unknown()];
        };
        [
            name,
            locale.number(spread.total),
            locale.number(spread.min),
            tenths(spread.mean_millis),
            locale.number(spread.max),
            ratio(scene, spread),
            tenths(spread.deviation_millis),
            percent(scene, spread.variation_per_mille),
        ]
    };
    let rows: Vec<_> = std::iter::once(head).chain(spreads.iter().zip(&MEASURES).map(row)).collect();
    let columns = for_texts(&FIGURES, &rows);
    let widths = widths(&columns, usize::from(area.width));
    for (place, row) in rows.iter().enumerate() {
        let spread = place.checked_sub(1).and_then(|place| spreads[place].as_ref());
        let strip = cells(canvas.strip(), &columns, &widths, row, |column| match (FIGURES[column].title, spread) {
            ("", _) | (_, None) => Role::Muted,
            ("spread-ratio", Some(spread)) => ratio_role(spread),
            _ => Role::Text,
        });
        canvas.put(area, place as u16, strip);
    }
}

/// The fullest over the emptiest: `1.25`; `inf` where a part is empty, and none where all are.
pub(super) fn ratio(scene: &Scene<'_>, spread: &Spread) -> String {
    match spread.imbalance {
        _ if spread.total == 0 => "–".to_owned(),
        Imbalance::Finite(thousandths) => scene.look.locale.hundredths(thousandths / 10),
        // As in scenarios and in their results.
        Imbalance::Infinite => Imbalance::Infinite.to_string(),
    }
}

/// An empty part is worth a look; a ratio is worth what one makes of it.
pub(super) const fn ratio_role(spread: &Spread) -> Role {
    if spread.total > 0 && matches!(spread.imbalance, Imbalance::Infinite) { Role::Warn } else { Role::Text }
}

pub(super) fn percent(scene: &Scene<'_>, per_mille: u64) -> String {
    format!("{}%", scene.look.locale.tenths(per_mille))
}
