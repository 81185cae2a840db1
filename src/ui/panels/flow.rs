//! Order flow and the ledger: how much comes in, how fast it is answered, and whether a promise was broken.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Strip};
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::chart;
use super::super::widgets::frame::frame;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let flow = &scene.view.flow;
    let note = if flow.load_on { String::new() } else { locale.text("flow-off").into_owned() };
    let inner = frame(canvas, scene, area, Panel::Flow, &locale.text("panel-flow"), &note);
    let rate = canvas.strip().add(Role::Title, format!("{:>7}", locale.number(flow.acked_per_s)));
    let rate = rate.add(Role::Muted, locale.text("per-s-orders"));
    let rate = rate.fit(usize::from(inner.width), |strip| {
        strip.add(Role::Muted, format!("  {} {}", locale.text("flow-peak"), locale.number(flow.peak_per_s)))
    });
    canvas.put(inner, 0, rate);
    let mut lines = lines(canvas, scene, usize::from(inner.width));
    // The buckets of latency stand together or not at all: one of them alone says nothing.
    if lines.len() + 2 > usize::from(inner.height) {
        lines.truncate(lines.len() - flow.buckets.len());
    }
    lines.truncate(usize::from(inner.height).saturating_sub(3));
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

/// Figures of the ledger that are shown only where there is something to count.
const QUIET: [&str; 2] = ["ledger-revoked", "ledger-untracked"];

/// The ledger in one row: what matters most first.
pub fn line<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let ledger = &scene.view.ledger;
    let figures = [
        ("ledger-lost", ledger.lost, Role::Error),
        ("ledger-duplicated", ledger.duplicated, Role::Error),
        ("ledger-revoked", ledger.revoked, Role::Error),
        ("ledger-untracked", ledger.untracked, Role::Error),
        ("ledger-in-doubt", ledger.in_doubt, Role::Warn),
        ("ledger-unknown", ledger.unknown, Role::Warn),
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
    let overload = format!("{} ({})", per_s(view.refused_per_s), locale.number(view.refused));
    let figures = [
        ("flow-capacity", capacity, false),
        ("flow-overloaded", overload, view.refused > 0),
        ("flow-missing", locale.number(view.not_acknowledgeable), view.not_acknowledgeable > 0),
        ("flow-denied", locale.number(view.retries_denied), view.retries_denied > 0),
        ("flow-pace", pace, false),
        ("flow-expired", locale.number(view.expired), false),
    ];
    // What was refused for want of a voter stands there once something was. The order is one of importance, so the
    // row ends at the first that does not fit.
    let shown = figures.into_iter().filter(|(id, _, loud)| *loud || *id != "flow-missing");
    let mut row = strip;
    for (id, value, loud) in shown {
        let before = row.width();
        row = row.fit(columns, |strip| {
            let role = if loud { Role::Warn } else { Role::Text };
            strip.add(Role::Muted, format!("{} ", locale.text(id))).add(role, value).add(Role::Text, "  ")
        });
        if row.width() == before {
            break;
        }
    }
    row
}

fn lines<'a>(canvas: &Canvas<'a>, scene: &Scene<'_>, columns: usize) -> Vec<Strip<'a>> {
    let locale = &scene.look.locale;
    let (flow, ledger) = (&scene.view.flow, &scene.view.ledger);
    let figure = |strip: Strip<'a>, id: &str, text: String| {
        strip.add(Role::Muted, format!("{} ", locale.text(id))).add(Role::Text, text).add(Role::Text, "  ")
    };
    let times = [("p50", flow.latency.p50), ("p99", flow.latency.p99), ("max", flow.latency.max)];
    let latency = times.iter().fold(canvas.strip(), |strip, (name, value)| {
        strip.add(Role::Muted, format!("{name} ")).add(Role::Text, locale.duration(*value)).add(Role::Text, "  ")
    });
    let orders = figure(canvas.strip(), "ledger-acknowledged", locale.number(ledger.acknowledged));
    let orders = orders.fit(columns, |strip| figure(strip, "ledger-submitted", locale.number(ledger.submitted)));
    let refused_per_s = format!("{}{}", locale.number(flow.refused_per_s), locale.text("per-s"));
    let waits = figure(canvas.strip(), "flow-waiting", locale.number(flow.waiting));
    let waits = waits.fit(columns, |strip| figure(strip, "flow-refused", refused_per_s.clone()));
    let rules = figure(canvas.strip(), "flow-ack", locale.ack(flow.ack));
    let rules = rules.fit(columns, |strip| figure(strip, "flow-queries", locale.number(flow.queries_per_s)));
    let overload = overload(canvas.strip(), scene, columns);
    let mut lines = vec![line(canvas.strip(), scene, columns), latency, orders, waits, rules];
    let known = &scene.view.admission;
    // Latency before it: under overload it is what is watched.
    let matters = known.refused + known.not_acknowledgeable > 0 || known.capacity_per_s.is_some();
    lines.insert(if matters { 2 } else { lines.len() }, overload);
    if let Some((left, all)) = flow.burst {
        let share = all.saturating_sub(left) * 1_000 / all.max(1);
        let text = locale.say("flow-burst", &[("left", left.into()), ("all", all.into())]);
        let strip = canvas.strip().badge(Role::TimeSlow, &text).gap();
        let room = columns.saturating_sub(strip.width()).min(40);
        lines.insert(0, bar(strip, room, share, Role::Bar));
    }
    let all: u64 = flow.buckets.iter().sum();
    for (name, count) in ["<1", "<5", "<20", "<100", ">100"].iter().zip(flow.buckets) {
        let share = count * 1_000 / all.max(1);
        let strip =
            canvas.strip().right(5, Role::Muted, name).add(Role::Muted, format!(" {} ", locale.text("unit-ms")));
        let room = columns.saturating_sub(strip.width() + 6).min(60);
        lines.push(bar(strip, room, share, Role::Bar).right(6, Role::Text, &format!("{}%", share / 10)));
    }
    lines
}
