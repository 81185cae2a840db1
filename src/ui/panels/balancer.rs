//! The balancer: where orders go, as it sees its workers; it knows answers and probes, not the truth.

use ratatui::layout::Rect;

use crate::domain::view::WorkerView;

use super::super::canvas::{Canvas, Strip};
use super::super::hits::Hit;
use super::super::scene::Scene;
use super::super::state::Panel;
use super::super::theme::Role;
use super::super::widgets::bar::bar;
use super::super::widgets::frame::{counted, frame};
use super::workers::{standing, window};

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let balancer = &scene.view.balancer;
    // Figures without their heads say nothing: those stay, whichever worker has no room.
    let headed = u16::from(area.height > 3);
    let workers = window(&balancer.workers, usize::from(area.height.saturating_sub(2 + headed)), scene);
    let title = counted(&locale.text("panel-balancer"), workers.len(), balancer.workers.len(), locale);
    let inner = frame(canvas, scene, area, Panel::Balancer, &title, balancer.strategy.name());
    let columns = usize::from(inner.width);
    let most = balancer.workers.iter().map(|worker| worker.routed_per_s).max().unwrap_or(0).max(1);
    if headed > 0 {
        let blanks = columns.saturating_sub(Figures::of(columns).width());
        let head = canvas.strip().left(blanks, Role::Muted, &locale.text("balancer-to"));
        canvas.put(inner, 0, Figures::of(columns).heads(head, scene));
    }
    let figures = Figures::of(columns);
    for (place, worker) in workers.iter().enumerate() {
        let row = place as u16 + headed;
        canvas.hit(Rect::new(inner.x, inner.y + row, inner.width, 1), Hit::Node(worker.node));
        let name = canvas.strip().left(4, Role::Text, &worker.node.to_string());
        let strip = if let Some((role, id)) = standing(worker).filter(|_| worker.in_rotation) {
            let strip = name.badge(role, &locale.text(id)).to(columns.saturating_sub(figures.width()));
            figures.of_worker(strip, scene, worker)
        } else if worker.in_rotation {
            let bars = columns.saturating_sub(4 + figures.width()).min(40);
            let strip = bar(name, bars, worker.answered_per_s * 1_000 / most, Role::Bar);
            figures.of_worker(strip.to(columns.saturating_sub(figures.width())), scene, worker)
        } else {
            name.badge(Role::NodeFailed, &locale.text("balancer-out"))
        };
        canvas.put(inner, row, strip);
    }
    let row = workers.len() as u16 + headed;
    canvas.put(inner, row, totals(canvas.strip(), scene, columns));
}

/// Orders and queries apart: the rows above count both, and queries are answered where no order is.
pub(super) fn totals<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let (locale, flow) = (&scene.look.locale, &scene.view.flow);
    let figures = [
        ("acked", locale.number(flow.acked_per_s).into()),
        ("sent", locale.number(flow.sent_per_s).into()),
        ("queries", locale.number(flow.queries_per_s).into()),
    ];
    let role = if flow.is_silent() { Role::Error } else { Role::Muted };
    let strip = strip.add(role, locale.say("balancer-orders", &figures));
    let strip =
        strip.fit(columns, |strip| strip.add(Role::Muted, format!(" · {}", locale.say("balancer-queries", &figures))));
    let refused = scene.view.balancer.refused;
    strip.fit(columns, |strip| {
        let said = format!(" · {} {}", locale.text("balancer-refused"), locale.number(refused));
        strip.add(if refused > 0 { Role::Warn } else { Role::Muted }, said)
    })
}

/// The figures of a worker, each with its heading and its columns: what was sent to it beside what it answered.
struct Figures {
    with_open: bool,
}

const SENT: usize = 7;
const ANSWERED: usize = 9;
const OPEN: usize = 6;
const TIME: usize = 9;

impl Figures {
    /// Those that leave room for a bar; what is open goes first.
    const fn of(columns: usize) -> Self {
        Self { with_open: columns >= 4 + 6 + SENT + ANSWERED + OPEN + TIME }
    }

    const fn width(&self) -> usize {
        SENT + ANSWERED + TIME + if self.with_open { OPEN } else { 0 }
    }

    fn heads<'a>(&self, strip: Strip<'a>, scene: &Scene<'_>) -> Strip<'a> {
        let head = |strip: Strip<'a>, width, id| strip.right(width, Role::Muted, &scene.look.locale.text(id));
        let strip = head(head(strip, SENT, "balancer-sent"), ANSWERED, "balancer-answered");
        head(if self.with_open { head(strip, OPEN, "balancer-open") } else { strip }, TIME, "balancer-time")
    }

    fn of_worker<'a>(&self, strip: Strip<'a>, scene: &Scene<'_>, worker: &WorkerView) -> Strip<'a> {
        let locale = &scene.look.locale;
        let full = u64::from(worker.in_flight) * 10 >= u64::from(worker.capacity.max(1)) * 9;
        let short = worker.answered_per_s * 10 < worker.routed_per_s * 9;
        let strip = strip.right(SENT, Role::Muted, &locale.number(worker.routed_per_s));
        let role = if short { Role::Warn } else { Role::Text };
        let strip = strip.right(ANSWERED, role, &locale.number(worker.answered_per_s));
        let role = if full { Role::Warn } else { Role::Text };
        let open = locale.number(u64::from(worker.in_flight));
        let strip = if self.with_open { strip.right(OPEN, role, &open) } else { strip };
        // The smoothed time fades to nothing where nobody renews it.
        let time = if worker.answered_per_s > 0 { locale.duration(worker.latency) } else { "–".to_owned() };
        strip.right(TIME, Role::Muted, &time)
    }
}
