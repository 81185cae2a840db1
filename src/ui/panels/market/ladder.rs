//! The book of the symbol in view: sellers above, buyers below, the spread between them.
//!
//! Idea: the best prices meet in the middle and stay there, so a glance says where the market is. A bar is as long as
//! what has gathered up to its level; both sides have one scale, so that the heavier side looks heavier.

use ratatui::layout::Rect;

use crate::domain::hand::HandRequest;
use crate::domain::order::{OrderStatus, OrderType, Side};
use crate::domain::time::SimDuration;
use crate::domain::view::{BookLine, LadderView, LevelView};

use super::super::super::canvas::{Canvas, Strip};
use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::super::super::theme::Role;
use super::super::super::widgets::frame::frame;
use super::{price, price_or_dash, signed};

/// Columns of a price, of a quantity, of a sum.
const PRICE: usize = 10;
const LOTS: usize = 7;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let symbol = scene.state.market.symbol;
    let line = scene.view.books.line(symbol);
    let place = line.map_or_else(|| "–".to_owned(), |line| place(line, scene));
    let title = locale.say("panel-ladder", &[("symbol", symbol.name().into()), ("place", place.into())]);
    let inner = frame(canvas, scene, area, Panel::Ladder, &title, &locale.text("note-ladder"));
    let Some(book) = scene.view.books.ladder.as_ref().filter(|book| book.symbol == symbol) else {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("ladder-none"));
        return;
    };
    let foot = u16::from(inner.height >= 7);
    let head = u16::from(inner.height >= 9);
    let levels = usize::from(inner.height.saturating_sub(1 + foot + head));
    let below = levels / 2;
    let above = levels - below;
    let wide = usize::from(inner.width) >= 2 * (LOTS + LOTS) + PRICE + 8;
    let columns = Columns::of(usize::from(inner.width), wide, line.and_then(|line| halted(line, scene)).is_some());
    if head > 0 {
        canvas.put(inner, 0, headline(canvas.strip(), scene, &columns));
    }
    let most = [&book.bids[..], &book.asks[..]].map(|side| {
        let shown = if std::ptr::eq(side, &book.bids[..]) { below } else { above };
        side[..shown.min(side.len())].last().map_or(0, |level| level.cumulated.0)
    });
    let most = most[0].max(most[1]).max(1);
    for (place, level) in book.asks.iter().take(above).enumerate() {
        let row = head + (above - 1 - place) as u16;
        canvas.put(inner, row, rung(canvas.strip(), scene, &columns, (Side::Sell, level), most));
    }
    canvas.put(inner, head + above as u16, middle(canvas.strip(), scene, book, line, usize::from(inner.width)));
    for (place, level) in book.bids.iter().take(below).enumerate() {
        let row = head + (above + 1 + place) as u16;
        canvas.put(inner, row, rung(canvas.strip(), scene, &columns, (Side::Buy, level), most));
    }
    if foot > 0 {
        canvas.put(inner, inner.height - 1, bottom(canvas.strip(), scene, line, usize::from(inner.width)));
    }
}

/// Who owns the book, and how old it is where nothing is decided now; and, where the replica that was read is not the leader
/// whom the list of symbols names, which it was.
fn place(line: &BookLine, scene: &Scene<'_>) -> String {
    let locale = &scene.look.locale;
    let group = ("group", line.group.to_string().into());
    if let Some(age) = halted(line, scene) {
        return locale.say("ladder-halted", &[group, ("age", locale.duration(age).into())]);
    }
    let leader = scene.view.group(line.group).and_then(|group| group.leader);
    match line.by.filter(|by| Some(*by) != leader) {
        Some(by) => locale.say("ladder-read-at", &[group, ("node", by.to_string().into())]),
        None => line.group.to_string(),
    }
}

/// How long ago the book changed last, where its group decides nothing now.
fn halted(line: &BookLine, scene: &Scene<'_>) -> Option<SimDuration> {
    let group = scene.view.group(line.group).filter(|group| group.is_halted())?;
    Some(scene.view.run.now.since(group.committed_at))
}

/// How a level is drawn.
struct Columns {
    bar: usize,
    sum: usize,
    /// The group decides nothing now: no price of this book can be had.
    is_halted: bool,
}

impl Columns {
    fn of(width: usize, wide: bool, is_halted: bool) -> Self {
        let sum = if wide { LOTS } else { 0 };
        let fixed = 2 * (LOTS + sum) + PRICE + 4;
        Self { bar: (width.saturating_sub(fixed) / 2).min(24), sum, is_halted }
    }

    const fn role(&self, role: Role) -> Role {
        if self.is_halted { Role::Muted } else { role }
    }
}

fn headline<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: &Columns) -> Strip<'a> {
    let locale = &scene.look.locale;
    let word = |strip: Strip<'a>, width: usize, id: &str| strip.right(width, Role::Muted, &locale.text(id));
    let strip = strip.to(columns.bar + 1);
    let strip = if columns.sum > 0 { word(strip, columns.sum, "ladder-sum") } else { strip };
    let strip = word(word(strip, LOTS, "ladder-bid"), PRICE, "ladder-price").gap();
    let strip = word(strip, LOTS, "ladder-ask");
    if columns.sum > 0 { word(strip, columns.sum, "ladder-sum") } else { strip }
}

/// One level: what it holds on its own side of the price, what has gathered up to it, and a bar towards the edge.
fn rung<'a>(
    strip: Strip<'a>,
    scene: &Scene<'_>,
    columns: &Columns,
    (side, level): (Side, &LevelView),
    most: u64,
) -> Strip<'a> {
    let locale = &scene.look.locale;
    let symbol = scene.state.market.symbol;
    let lots = locale.number(level.quantity.0);
    let sum = locale.number(level.cumulated.0);
    let share = level.cumulated.0 * 1_000 / most;
    let own = own(scene, side, level);
    let mark = if own { "◆" } else { " " };
    // Where there is a choice of venues, a level says on its empty side where it rests.
    let venues = if scene.view.venues.venues.is_empty() { String::new() } else { level.venues.to_string() };
    match side {
        Side::Buy => {
            let filled = (columns.bar * share as usize).div_ceil(1_000).min(columns.bar);
            let strip = strip.to(columns.bar - filled).add(columns.role(Role::OrderBid), "█".repeat(filled)).gap();
            let strip = if columns.sum > 0 { strip.right(columns.sum, Role::Muted, &sum) } else { strip };
            let strip = strip.right(LOTS, columns.role(Role::OrderBid), &lots);
            let strip =
                strip.right(PRICE, columns.role(Role::Text), &price(symbol, level.price)).add(Role::Accent, mark);
            strip.gap().add(Role::Muted, venues)
        }
        Side::Sell => {
            let strip = strip.to(columns.bar + 1 + columns.sum).right(LOTS, Role::Muted, &venues);
            let strip =
                strip.right(PRICE, columns.role(Role::Text), &price(symbol, level.price)).add(Role::Accent, mark);
            let strip = strip.right(LOTS, columns.role(Role::OrderAsk), &lots);
            let strip = if columns.sum > 0 { strip.right(columns.sum, Role::Muted, &sum) } else { strip };
            let filled = (columns.bar * share as usize).div_ceil(1_000).min(columns.bar);
            strip.gap().add(columns.role(Role::OrderAsk), "█".repeat(filled))
        }
    }
}

/// Whether an order of the hand rests there.
fn own(scene: &Scene<'_>, at: Side, level: &LevelView) -> bool {
    scene.view.hand.iter().any(|order| {
        let rests = order
            .verdict()
            .is_some_and(|verdict| verdict.status != OrderStatus::AwaitsCash && !verdict.resting.is_zero());
        let (side, limit) = match order.current() {
            HandRequest::Place { symbol, side, order_type: OrderType::Limit(limit), .. }
                if symbol == scene.state.market.symbol =>
            {
                (side, limit)
            }
            _ => return false,
        };
        rests && side == at && limit == level.price
    })
}

/// Between the sides: the spread, the middle, which side is heavier.
fn middle<'a>(
    strip: Strip<'a>,
    scene: &Scene<'_>,
    book: &LadderView,
    line: Option<&BookLine>,
    columns: usize,
) -> Strip<'a> {
    let locale = &scene.look.locale;
    let symbol = book.symbol;
    let spread = line.and_then(BookLine::spread);
    let Some(spread) = spread else {
        let one_sided = locale.text("ladder-one-sided").into_owned();
        return strip.add(Role::Muted, format!("┄┄ {one_sided} ")).fit(columns, |strip| {
            let left = columns.saturating_sub(strip.width());
            strip.add(Role::Muted, "┄".repeat(left))
        });
    };
    let gap = signed(symbol, spread).replace('+', "");
    let strip = strip.add(Role::Muted, "┄┄ ").add(Role::Muted, format!("{} ", locale.text("ladder-spread")));
    let strip = strip.add(Role::Title, gap);
    let strip = strip.fit(columns, |strip| match book.imbalance_per_mille() {
        Some(per_mille) => {
            let sign = if per_mille < 0 { "-" } else { "+" };
            let text = format!("{sign}{}.{:02}", per_mille.abs() / 1_000, per_mille.abs() % 1_000 / 10);
            let strip = strip.add(Role::Muted, format!(" ┄ {} ", locale.text("ladder-imbalance")));
            strip.add(if per_mille < 0 { Role::OrderAsk } else { Role::OrderBid }, text)
        }
        None => strip,
    });
    let left = columns.saturating_sub(strip.width() + 1);
    strip.gap().add(Role::Muted, "┄".repeat(left))
}

/// The last trade and how much has traded.
fn bottom<'a>(strip: Strip<'a>, scene: &Scene<'_>, line: Option<&BookLine>, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let symbol = scene.state.market.symbol;
    let Some(line) = line else { return strip };
    let strip = strip.add(Role::Muted, format!("{} ", locale.text("market-last")));
    let strip = strip.add(Role::Title, price_or_dash(symbol, line.last()));
    let strip = strip.fit(columns, |strip| match line.change() {
        Some(ticks) if ticks != 0 => {
            let (role, sign) = if ticks > 0 { (Role::OrderBid, "▲") } else { (Role::OrderAsk, "▼") };
            strip.gap().add(role, format!("{sign} {}", signed(symbol, ticks)))
        }
        _ => strip,
    });
    strip.fit(columns, |strip| {
        let said = locale.say("ladder-volume", &[("lots", line.traded.into()), ("n", line.trades.into())]);
        strip.add(Role::Muted, format!("  {said}"))
    })
}
