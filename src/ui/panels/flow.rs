//! Order flow and the ledger: how much comes in, how fast it is answered, and whether a promise was broken.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Strip};
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::frame::frame;
use super::super::widgets::{chart, figure};

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let flow = &scene.view.flow;
    let note = if flow.load_on { String::new() } else { locale.text("flow-off").into_owned() };
    let inner = frame(canvas, scene, area, Panel::Flow, &locale.text("panel-flow"), &note);
    let columns = usize::from(inner.width);
    let mut lines = lines(canvas, scene, columns);
    // The buckets of latency stand together or not at all: one of them alone says nothing.
    if lines.len() + 2 > usize::from(inner.height) {
        lines.truncate(lines.len() - flow.buckets.len());
    }
    lines.truncate(usize::from(inner.height).saturating_sub(2));
    canvas.put(inner, 0, rate(canvas.strip(), scene, columns));
    let room = inner.height.saturating_sub(1 + lines.len() as u16);
    let values: Vec<u64> = scene.view.samples.iter().map(|sample| sample.acked).collect();
    let most = values.iter().copied().max().unwrap_or(0);
    let chart =
        Rect::new(inner.x, inner.y + 1, inner.width, room.clamp(u16::from(inner.height > 1), 8).min(inner.height));
    if inner.height > 1 {
        chart::columns(canvas, chart, &values, most, Role::Bar);
    }
    for (row, strip) in lines.into_iter().enumerate() {
        canvas.put(inner, 1 + chart.height + row as u16, strip);
    }
}

/// How many orders are answered of how many, and how fast; or that nobody is.
fn rate<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let flow = &scene.view.flow;
    let rates = [("acked", locale.number(flow.acked_per_s).into()), ("sent", locale.number(flow.sent_per_s).into())];
    let text = locale.say("status-answered", &rates);
    let strip = match figure::answered(flow) {
        Role::Error => strip.badge(Role::Error, &text),
        Role::Text => strip.add(Role::Title, text),
        role => strip.add(role, text),
    };
    let figures = [
        ("p99", figure::order_latency(flow, flow.latency.p99, locale)),
        (&*locale.text("flow-peak"), locale.number(flow.peak_per_s)),
    ];
    figures.into_iter().fold(strip, |strip, (name, value)| {
        strip.fit(columns, |strip| strip.add(Role::Muted, format!("  {name} ")).add(Role::Text, value))
    })
}

/// Below so many columns the longest name is short.
const NARROW: usize = 50;

/// What became of every order that was handed in: the figures add up to the last one, in as many rows as they need.
pub fn totals<'a>(canvas: &Canvas<'a>, scene: &Scene<'_>, columns: usize) -> Vec<Strip<'a>> {
    let locale = &scene.look.locale;
    let ledger = &scene.view.ledger;
    let acknowledged = if columns < NARROW { "ledger-acknowledged-short" } else { "ledger-acknowledged" };
    let figures = [
        (acknowledged, ledger.acknowledged, Role::Text),
        ("ledger-rejected", ledger.rejected, Role::Warn),
        ("ledger-unknown", ledger.unknown, Role::Warn),
        ("ledger-waiting", ledger.waiting, Role::Text),
        ("ledger-submitted", ledger.submitted, Role::Title),
    ];
    let mut rows = vec![canvas.strip()];
    for (id, value, loud) in figures {
        let role = if value > 0 { loud } else { Role::Muted };
        let name = format!("{} ", locale.text(id));
        let cell = canvas.strip().add(Role::Muted, name).add(role, locale.number(value)).add(Role::Text, "  ");
        match rows.last_mut() {
            Some(row) if row.width() + cell.width() <= columns + 2 => *row = row.clone().join(cell),
            _ => rows.push(cell),
        }
    }
    rows
}

/// Figures of the ledger that are shown only where there is something to count.
const QUIET: [&str; 3] = ["ledger-revoked", "ledger-untracked", "flow-not-sent"];

/// The ledger in one row: what matters most first.
pub fn line<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let ledger = &scene.view.ledger;
    let figures = [
        ("ledger-lost", ledger.lost, Role::Error),
        ("ledger-duplicated", ledger.duplicated, Role::Error),
        ("ledger-revoked", ledger.revoked, Role::Error),
        ("ledger-untracked", ledger.untracked, Role::Error),
        // What was never handed in is part of no total.
        ("flow-not-sent", scene.view.flow.not_sent, Role::Warn),
        ("ledger-in-doubt", ledger.in_doubt, Role::Warn),
        ("ledger-at-risk", ledger.at_risk, Role::Text),
        ("ledger-retried", ledger.retried, Role::Text),
    ];
    // Revoked and untracked stand there once there are some: a run that is sound has neither.
    let shown = figures.into_iter().filter(|(id, value, _)| *value > 0 || !QUIET.contains(id));
    shown.fold(strip, |strip, (id, value, loud)| {
        strip.fit(columns, |strip| {
            let role = if value > 0 { loud } else { Role::Muted };
            strip.add(role, format!("{} {}", locale.text(id), locale.number(value))).add(Role::Text, "  ")
        })
    })
}

/// Overload in one row: how much the desk can do, what it refused, which retries were not sent.
fn overload<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let (locale, view) = (&scene.look.locale, &scene.view.admission);
    let per_s = |figure: u64| format!("{}{}", locale.number(figure), locale.text("per-s"));
    let none = || "–".to_owned();
    let capacity = view.capacity_per_s.map_or_else(none, per_s);
    let paces = scene.view.nodes.iter().filter_map(|node| node.admission.applies_per_s);
    let pace = paces.min().map_or_else(none, per_s);
    let overload = format!("{} ({})", per_s(view.turned_away_per_s), locale.number(view.turned_away));
    let figures = [
        ("flow-capacity", capacity, false),
        ("flow-overloaded", overload, view.turned_away > 0),
        ("flow-missing", locale.number(view.not_acknowledgeable), view.not_acknowledgeable > 0),
        ("flow-denied", locale.number(view.retries_denied), view.retries_denied > 0),
        ("flow-pace", pace, false),
        ("flow-expired", locale.number(view.expired), false),
    ];
    // What was refused for want of a voter stands there once something was. The order is one of
    // importance.
    let shown = figures.into_iter().filter(|(id, _, loud)| *loud || *id != "flow-missing");
    strip.fit_in_order(columns, shown, |strip, (id, value, loud)| {
        let role = if loud { Role::Warn } else { Role::Text };
        strip.add(Role::Muted, format!("{} ", locale.text(id))).add(role, value)
    })
}

fn lines<'a>(canvas: &Canvas<'a>, scene: &Scene<'_>, columns: usize) -> Vec<Strip<'a>> {
    let locale = &scene.look.locale;
    let flow = &scene.view.flow;
    let named = |strip: Strip<'a>, id: &str, text: String| {
        strip.add(Role::Muted, format!("{} ", locale.text(id))).add(Role::Text, text).add(Role::Text, "  ")
    };
    let times = [("p50", flow.latency.p50), ("p99", flow.latency.p99), ("max", flow.latency.max)];
    let latency = times.iter().fold(canvas.strip(), |strip, (name, value)| {
        let value = figure::order_latency(flow, *value, locale);
        strip.add(Role::Muted, format!("{name} ")).add(Role::Text, value).add(Role::Text, "  ")
    });
    let rules = named(canvas.strip(), "flow-ack", locale.ack(flow.ack));
    let rules = rules.fit(columns, |strip| named(strip, "flow-queries", locale.number(flow.queries_per_s)));
    let overload = overload(canvas.strip(), scene, columns);
    let mut lines = totals(canvas, scene, columns);
    lines.push(line(canvas.strip(), scene, columns));
    let before_latency = lines.len();
    lines.extend([latency, rules]);
    let known = &scene.view.admission;
    // Latency before it: under overload it is what is watched.
    let matters = known.refused + known.not_acknowledgeable > 0 || known.capacity_per_s.is_some();
    lines.insert(if matters { before_latency } else { lines.len() }, overload);
    if let Some((left, all)) = flow.burst {
        let share = all.saturating_sub(left) * 1_000 / all.max(1);
        let text = locale.say("flow-burst", &[("left", left.into()), ("all", all.into())]);
        let strip = canvas.strip().badge(Role::TimeSlow, &text).gap();
        let room = columns.saturating_sub(strip.width()).min(40);
        lines.insert(before_latency, bar(strip, room, share, Role::Bar));
    }
    let all: u64 = if flow.is_silent() { 0 } else { flow.buckets.iter().sum() };
    for (name, count) in ["<1", "<5", "<20", "<100", ">100"].iter().zip(flow.buckets) {
        let share = (count * 1_000).checked_div(all);
        let said = share.map_or_else(|| "–".to_owned(), |share| format!("{}%", share / 10));
        let strip =
            canvas.strip().right(5, Role::Muted, name).add(Role::Muted, format!(" {} ", locale.text("unit-ms")));
        let room = columns.saturating_sub(strip.width() + 6).min(60);
        lines.push(bar(strip, room, share.unwrap_or(0), Role::Bar).right(6, Role::Text, &said));
    }
    lines
}
