//! Every symbol in a line: last price and change, bid and ask, what trades and rests, and who decides it.

use ratatui::layout::Rect;

use crate::domain::ids::SymbolId;
use crate::domain::view::{BookLine, GroupView};

use super::super::super::canvas::{Canvas, Strip};
use super::super::super::hits::Hit;
use super::super::super::scene::Scene;
use super::super::super::state::{Panel, Prompt};
use super::super::super::theme::Role;
use super::super::super::widgets::bar::{sparkline, squeeze};
use super::super::super::widgets::frame::frame;
use super::super::super::widgets::prompt;
use super::super::super::widgets::table::{Align, Column, widths};
use super::{price_or_dash, signed};

const COLUMNS: [Column; 11] = [
    column("market-symbol", 9, 0, 0, Align::Left),
    column("market-last", 8, 2, 1, Align::Right),
    column("market-change", 8, 0, 4, Align::Right),
    column("market-bid", 8, 2, 2, Align::Right),
    column("market-ask", 8, 2, 2, Align::Right),
    column("market-spread", 7, 1, 7, Align::Right),
    column("market-trend", 8, 10, 6, Align::Left),
    column("market-traded", 9, 2, 8, Align::Right),
    column("market-resting", 7, 0, 9, Align::Right),
    column("market-state", 8, 0, 5, Align::Left),
    column("market-owner", 6, 2, 3, Align::Left),
];

const fn column(title: &'static str, min: usize, more: usize, priority: u8, align: Align) -> Column {
    Column { title, min, more, priority, align }
}

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let market = &scene.state.market;
    let listed: Vec<SymbolId> = market.listed(scene.view).collect();
    let count = locale.say("panel-symbols", &[("n", (listed.len() as u64).into())]);
    let filter = market.filter.to_uppercase();
    let title = prompt::titled(&count, market.prompt, &filter);
    let inner = frame(canvas, scene, area, Panel::Symbols, &title, &locale.text("note-symbols"));
    if market.prompt == Prompt::Selected {
        prompt::select(canvas, area, &title, &filter);
    }
    if listed.is_empty() {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("symbols-none"));
        return;
    }
    let widths = widths(&COLUMNS, usize::from(inner.width).saturating_sub(2));
    let headed = u16::from(inner.height > 3);
    if headed > 0 {
        let shown = COLUMNS.iter().zip(&widths).filter(|(_, width)| **width > 0);
        let head = shown.fold(canvas.strip().to(2), |strip, (column, width)| {
            cell(strip, column.align, *width, Role::Muted, &locale.text(column.title)).gap()
        });
        canvas.put(inner, 0, head);
    }
    let room = usize::from(inner.height - headed);
    let chosen = listed.iter().position(|symbol| *symbol == market.symbol).unwrap_or(0);
    let first = (chosen + 1).saturating_sub(room).max((chosen + room / 2 + 1).saturating_sub(room));
    let first = first.min(listed.len().saturating_sub(room));
    for (row, symbol) in listed.iter().skip(first).take(room).enumerate() {
        let place = row as u16 + headed;
        canvas.hit(Rect::new(inner.x, inner.y + place, inner.width, 1), Hit::Symbol(*symbol));
        let strip = canvas.strip().add(Role::Accent, if *symbol == market.symbol { "❯ " } else { "  " });
        let line = scene.view.books.line(*symbol);
        let shown = COLUMNS.iter().zip(&widths).filter(|(_, width)| **width > 0);
        let strip = shown.fold(strip, |strip, (column, width)| {
            let strip = value(strip, scene, *symbol, line, column, *width);
            strip.gap()
        });
        canvas.put(inner, place, strip);
    }
}

fn cell<'a>(strip: Strip<'a>, align: Align, width: usize, role: Role, text: &str) -> Strip<'a> {
    match align {
        Align::Left => strip.left(width, role, text),
        Align::Right => strip.right(width, role, text),
    }
}

fn value<'a>(
    strip: Strip<'a>,
    scene: &Scene<'_>,
    symbol: SymbolId,
    line: Option<&BookLine>,
    column: &Column,
    width: usize,
) -> Strip<'a> {
    let locale = &scene.look.locale;
    let chosen = symbol == scene.state.market.symbol;
    let plain = |strip, role, text: &str| cell(strip, column.align, width, role, text);
    if column.title == "market-symbol" {
        return plain(strip, if chosen { Role::Title } else { Role::Text }, symbol.name());
    }
    // What lies far from the symbol in view is a name only, until somebody looks at it.
    let Some(line) = line else { return plain(strip, Role::Muted, "·") };
    let group = scene.view.group(line.group);
    let leader = group.and_then(|group| group.leader);
    let is_halted = group.is_none_or(GroupView::is_halted);
    // A price that nobody can have now is not in the colour of one.
    let live = |role| if is_halted { Role::Muted } else { role };
    match column.title {
        "market-last" => plain(strip, live(Role::Text), &price_or_dash(symbol, line.last())),
        "market-change" => {
            let change = line.change();
            let text = change.map_or_else(|| "–".to_owned(), |ticks| signed(symbol, ticks));
            let role = match change {
                None | Some(0) => Role::Muted,
                Some(ticks) if ticks > 0 => Role::OrderBid,
                Some(_) => Role::OrderAsk,
            };
            plain(strip, live(role), &text)
        }
        "market-bid" => plain(strip, live(Role::OrderBid), &price_or_dash(symbol, line.bid)),
        "market-ask" => plain(strip, live(Role::OrderAsk), &price_or_dash(symbol, line.ask)),
        "market-spread" => {
            let text = line.spread().map_or_else(|| "–".to_owned(), |ticks| signed(symbol, ticks).replace('+', ""));
            plain(strip, Role::Muted, &text)
        }
        "market-trend" => plain(strip, Role::Muted, &trend(line, width)),
        "market-traded" => plain(strip, Role::Text, &locale.number(line.traded)),
        "market-resting" => plain(strip, Role::Muted, &locale.number(line.resting)),
        "market-state" => {
            let hot = scene.view.flow.hot.is_some_and(|(hot, _)| hot == symbol);
            let (role, id) = match line.by {
                None => (Role::NodeFailed, "market-gone"),
                Some(_) if is_halted => (Role::NodeDegraded, "market-halted"),
                Some(_) if hot => (Role::Warn, "market-hot"),
                Some(_) => (Role::Muted, "market-open"),
            };
            let end = strip.width() + width;
            strip.add(role, locale.text(id)).to(end)
        }
        _ => match leader {
            Some(leader) => plain(strip, Role::Muted, &format!("{} {leader}", line.group)),
            None => plain(strip, Role::Warn, &format!("{} –", line.group)),
        },
    }
}

/// The prices of the last trades as heights between the lowest and the highest of them.
fn trend(line: &BookLine, width: usize) -> String {
    let (Some(low), Some(high)) = (line.recent.iter().min(), line.recent.iter().max()) else { return String::new() };
    let heights: Vec<u64> = line.recent.iter().map(|price| (price.0 - low.0) as u64 + 1).collect();
    sparkline(&squeeze(&heights, width), width, (high.0 - low.0) as u64 + 1)
}
