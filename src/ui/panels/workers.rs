//! The balancer's workers in full: how loaded each is, who waits where, how fast it answers, and its share of the work.
//!
//! Idea: a strategy is judged by two numbers that pull apart, the time of answers and the evenness of load; both stand
//! in the last rows, over the table that shows where they come from.
//! Units: queues by class of urgency, the most urgent first: emergency, VIP, normal, bulk.

use ratatui::layout::Rect;

use crate::domain::priority::Priority;
use crate::domain::view::{BalancerView, Duty, HomesMoved, WorkerView};
use crate::locale::Locale;

use super::super::canvas::{Canvas, Strip};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::figure;
use super::super::widgets::frame::frame;
use super::super::widgets::table::{Align, Column, widths};
use super::balancer::totals;

const COLUMNS: [Column; 9] = [
    Column { title: "column-number", min: 4, more: 0, priority: 0, align: Align::Left },
    Column { title: "worker-full", min: 9, more: 24, priority: 0, align: Align::Left },
    Column { title: "worker-open", min: 9, more: 0, priority: 1, align: Align::Right },
    Column { title: "worker-queue", min: 15, more: 0, priority: 3, align: Align::Right },
    Column { title: "worker-rate", min: 7, more: 1, priority: 2, align: Align::Right },
    Column { title: "worker-p50", min: 7, more: 1, priority: 5, align: Align::Right },
    Column { title: "worker-p99", min: 7, more: 1, priority: 2, align: Align::Right },
    Column { title: "worker-share", min: 6, more: 1, priority: 4, align: Align::Right },
    Column { title: "worker-refused", min: 7, more: 2, priority: 6, align: Align::Right },
];

/// Thousandths of a worker's places from which it is nearly full.
const FULL: u32 = 900;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let balancer = &scene.view.balancer;
    let columns = usize::from(area.width.saturating_sub(4));
    let notes = notes(canvas, scene, columns);
    let rows = usize::from(area.height.saturating_sub(3));
    let fits = rows.saturating_sub(notes.len()).max(balancer.workers.len().min(rows.saturating_sub(1)));
    let workers = window(&balancer.workers, fits, scene);
    let strategy = balancer.strategy.name();
    let note = match balancer.workers.len() - workers.len() {
        0 => strategy.to_owned(),
        more => locale.say("workers-more", &[("strategy", strategy.into()), ("n", (more as u64).into())]),
    };
    let inner = frame(canvas, scene, area, Panel::Workers, &locale.text("panel-workers"), &note);
    let widths = widths(&COLUMNS, columns);
    let shown = || COLUMNS.iter().zip(&widths).filter(|(_, width)| **width > 0);
    let head = shown().fold(canvas.strip(), |strip, (column, width)| {
        cell(strip, column, *width, Role::Muted, &locale.text(column.title)).gap()
    });
    canvas.put(inner, 0, head);
    for (row, worker) in workers.iter().enumerate() {
        let place = row as u16 + 1;
        canvas.hit(Rect::new(inner.x, inner.y + place, inner.width, 1).intersection(inner), Hit::Node(worker.node));
        let strip =
            shown().fold(canvas.strip(), |strip, (column, width)| value(strip, scene, worker, column, *width).gap());
        canvas.put(inner, place, strip);
    }
    for (row, strip) in notes.into_iter().enumerate() {
        canvas.put(inner, (workers.len() + 1 + row) as u16, strip);
    }
}

/// As many workers as fit, that of the selected node among them.
pub(super) fn window<'w>(workers: &'w [WorkerView], rows: usize, scene: &Scene<'_>) -> &'w [WorkerView] {
    let rows = rows.min(workers.len());
    let place = workers.iter().position(|worker| worker.node == scene.state.selected).unwrap_or(0);
    let first = (place + 1).saturating_sub(rows).min(workers.len() - rows);
    &workers[first..first + rows]
}

fn cell<'a>(strip: Strip<'a>, column: &Column, width: usize, role: Role, text: &str) -> Strip<'a> {
    match column.align {
        Align::Left => strip.left(width, role, text),
        Align::Right => strip.right(width, role, text),
    }
}

fn value<'a>(strip: Strip<'a>, scene: &Scene<'_>, worker: &WorkerView, column: &Column, width: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let out = !worker.in_rotation;
    let quiet = if out { Role::Muted } else { Role::Text };
    let text = |strip, role, text: &str| cell(strip, column, width, role, text);
    match column.title {
        "column-number" => {
            let chosen = worker.node == scene.state.selected;
            text(strip, if chosen { Role::Title } else { Role::Text }, &worker.node.to_string())
        }
        "worker-full" => utilisation(strip, scene, worker, width),
        "worker-open" => text(strip, quiet, &format!("{}/{}", worker.in_flight, worker.capacity)),
        "worker-queue" => queues(strip, worker.queued, width),
        "worker-rate" => text(strip, quiet, &locale.number(worker.routed_per_s)),
        // Answers of a while ago say nothing of one that answers nobody now.
        "worker-p50" | "worker-p99" if worker.answered_per_s == 0 => text(strip, Role::Muted, "–"),
        "worker-p50" => text(strip, quiet, &figure::latency(&worker.answers, worker.answers.p50, locale)),
        "worker-p99" => text(strip, quiet, &figure::latency(&worker.answers, worker.answers.p99, locale)),
        "worker-share" => text(strip, quiet, &format!("{}%", (worker.share_per_mille + 5) / 10)),
        _ => {
            let role = if worker.refused_per_s > 0 { Role::Warn } else { Role::Muted };
            text(strip, role, &locale.number(worker.refused_per_s))
        }
    }
}

/// How full it is, as a bar; what it is instead, if it is given nothing.
fn utilisation<'a>(strip: Strip<'a>, scene: &Scene<'_>, worker: &WorkerView, width: usize) -> Strip<'a> {
    if let Some((role, id)) = standing(worker) {
        let end = strip.width() + width;
        let word = super::super::canvas::cut_end(&scene.look.locale.text(id), width - 2);
        return strip.badge(role, &word).to(end);
    }
    let full = worker.utilisation_per_mille;
    let role = if full >= FULL { Role::Warn } else { Role::Bar };
    bar(strip, width - 5, u64::from(full), role).right(5, Role::Text, &format!("{}%", full / 10))
}

/// Why it is given nothing; nothing to say if it is.
pub(super) const fn standing(worker: &WorkerView) -> Option<(Role, &'static str)> {
    match (worker.in_rotation, worker.duty) {
        (false, _) => Some((Role::NodeFailed, "worker-out")),
        (_, Duty::Draining) => Some((Role::NodeRecovering, "worker-drains")),
        (_, Duty::Drained) => Some((Role::NodeRecovering, "worker-drained")),
        (_, Duty::Serving) => None,
    }
}

/// Who waits at the gateway by class; a dot where nobody does.
fn queues(strip: Strip<'_>, queued: [u32; Priority::COUNT], width: usize) -> Strip<'_> {
    let texts = queued.map(|queued| if queued == 0 { "·".to_owned() } else { Locale::short(u64::from(queued)) });
    let each = (width + 1) / Priority::COUNT - 1;
    texts.iter().zip(queued).enumerate().fold(strip, |strip, (place, (text, queued))| {
        let strip = if place > 0 { strip.gap() } else { strip };
        strip.right(each, if queued > 0 { Role::Text } else { Role::Muted }, text)
    })
}

/// The balancer as a whole: what of the orders is answered; evenness, queue; the classes.
fn notes<'a>(canvas: &Canvas<'a>, scene: &Scene<'_>, columns: usize) -> Vec<Strip<'a>> {
    let locale = &scene.look.locale;
    let balancer = &scene.view.balancer;
    let loud = |count: u64| if count > 0 { Role::Warn } else { Role::Text };
    let ratio = |per_mille: u32| locale.hundredths(u64::from(per_mille) / 10);
    let figures = [
        ("workers-imbalance", ratio(balancer.imbalance_per_mille), Role::Text),
        ("workers-imbalance-total", ratio(balancer.imbalance_total_per_mille), Role::Text),
        ("workers-queued", format!("{}/{}", locale.number(balancer.queued), balancer.queue_max), loud(balancer.queued)),
        ("workers-aged", locale.number(balancer.aged), Role::Text),
    ];
    let moved = balancer.moved.and_then(|moved| Some((moved, moved.wave.per_mille()?)));
    let moved = moved.map(|(HomesMoved { gateway, left, wave }, share)| {
        let id = if left { "workers-moved-left" } else { "workers-moved-came" };
        let because = locale.fill(id, &[("node", &gateway.to_string())]);
        let (moves, all) = (locale.number(wave.moves), locale.number(wave.all));
        ("workers-moved", format!("{moves}/{all} ({}%), {because}", (share + 5) / 10), Role::Text)
    });
    // The rows above count queries too, and those are answered where no order is.
    let mut lines = vec![totals(canvas.strip(), scene, columns), canvas.strip()];
    for (id, text, role) in moved.into_iter().chain(figures) {
        let figure = canvas.strip().add(Role::Muted, format!("{} ", locale.text(id))).add(role, text);
        let line = lines.len() - 1;
        if lines[line].width() > 0 && lines[line].width() + 3 + figure.width() > columns {
            lines.push(figure);
        } else {
            let strip = lines.remove(line);
            let strip = if strip.width() > 0 { strip.add(Role::Muted, " · ") } else { strip };
            lines.push(strip.join(figure));
        }
    }
    lines.extend(classes(canvas, scene, balancer, columns));
    lines
}

/// What was routed of each class, and how fast; only those of which there was any.
fn classes<'a>(canvas: &Canvas<'a>, scene: &Scene<'_>, balancer: &BalancerView, columns: usize) -> Vec<Strip<'a>> {
    let locale = &scene.look.locale;
    let is_silent = balancer.workers.iter().all(|worker| worker.answered_per_s == 0);
    let used = Priority::ALL.into_iter().filter(|class| balancer.classes[class.index()].routed > 0);
    used.map(|class| {
        let view = &balancer.classes[class.index()];
        let strip = canvas.strip().left(10, Role::Muted, &locale.text(class_id(class)));
        let figures = [
            (
                "worker-p99",
                if is_silent { "–".to_owned() } else { figure::latency(&view.answers, view.answers.p99, locale) },
            ),
            ("balancer-routed", locale.number(view.routed)),
            ("balancer-refused", locale.number(view.refused)),
            ("workers-queued", locale.number(view.queued)),
        ];
        figures.into_iter().fold(strip, |strip, (id, text)| {
            strip.fit(columns, |strip| {
                strip.add(Role::Muted, format!("{} ", locale.text(id))).add(Role::Text, text).add(Role::Text, "  ")
            })
        })
    })
    .collect()
}

const fn class_id(class: Priority) -> &'static str {
    match class {
        Priority::Emergency => "class-emergency",
        Priority::Vip => "class-vip",
        Priority::Normal => "class-normal",
        Priority::Bulk => "class-bulk",
    }
}
