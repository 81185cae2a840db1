//! Market data: what the source sends and the nodes process, the windows of the symbol in view, and the signals.

use std::cmp::Reverse;

use ratatui::layout::Rect;

use crate::domain::ids::{NodeId, SymbolId};
use crate::domain::tick::Signal;
use crate::domain::time::SimDuration;
use crate::domain::units::Price;
use crate::domain::view::{BarView, FeedView, NodeView};

use super::super::super::canvas::{Canvas, Strip, width};
use super::super::super::hits::Hit;
use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::super::super::theme::Role;
use super::super::super::widgets::bar::bar;
use super::super::super::widgets::frame::frame;
use super::{price, side};
use crate::locale::Locale;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let market = &scene.view.market;
    let rate = |n: u64| format!("{}{}", locale.number(n), locale.text("per-s"));
    let nodes = market.feeds.len() as u64;
    let title = match nodes {
        0 => locale.say("panel-ticks", &[("rate", rate(market.per_s).into())]),
        _ => locale.say("panel-ticks-of", &[("rate", rate(market.per_s).into()), ("n", nodes.into())]),
    };
    let note = locale.text(if market.trades { "note-signals-trade" } else { "note-ticks" }).into_owned();
    let inner = frame(canvas, scene, area, Panel::Ticks, &title, &note);
    if market.asked_per_s == 0 && market.sent == 0 {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("ticks-none"));
        return;
    }
    let columns = usize::from(inner.width);
    let mut row = 0;
    canvas.put(inner, row, flow(canvas.strip(), scene, columns));
    row += 1;
    let (shown, more) = around(&market.feeds, usize::from(inner.height.saturating_sub(5)), scene.state.selected);
    for feed in shown {
        canvas.hit(Rect::new(inner.x, inner.y + row, inner.width, 1).intersection(inner), Hit::Node(feed.node));
        canvas.put(inner, row, feed_line(canvas.strip(), scene, feed, columns));
        row += 1;
    }
    if more > 0 {
        canvas.word(inner, 0, row, Role::Muted, &locale.say("matrix-more-rows", &[("n", (more as u64).into())]));
        row += 1;
    }
    row = windows(canvas, inner, row, scene);
    let room = usize::from(inner.height.saturating_sub(row + 1));
    if room > 0 {
        let said = locale.say("ticks-signals", &[("n", market.signals.into()), ("orders", market.orders.into())]);
        canvas.word(inner, 0, row, Role::Muted, &said);
    }
    for (line, signal) in latest(&market.tape).iter().take(room).enumerate() {
        let (role, word) = side(signal.side, locale);
        let strip = canvas.strip().right(9, Role::Muted, &signal.time.to_string()).gap();
        let strip = strip.left(5, role, &word).left(8, Role::Text, signal.symbol.name());
        let strip = strip.right(6, Role::Text, &locale.number(signal.quantity.0));
        let at = format!(" @ {}", price(signal.symbol, signal.price));
        canvas.put(inner, row + 1 + line as u16, strip.fit(columns, |strip| strip.add(Role::Text, at.clone())));
    }
}

/// As many nodes as there are rows for, the selected one among them, and how many are left out: they take a row to say so.
fn around(feeds: &[FeedView], rows: usize, selected: NodeId) -> (&[FeedView], usize) {
    let room = if feeds.len() > rows { rows.saturating_sub(1) } else { feeds.len() };
    let place = feeds.iter().position(|feed| feed.node == selected).unwrap_or(0);
    let first = (place + 1).saturating_sub(room).min(feeds.len() - room);
    (&feeds[first..first + room], if rows > 0 { feeds.len() - room } else { 0 })
}

/// What is asked for, sent, and what did not get through, and why.
fn flow<'a>(strip: Strip<'a>, scene: &Scene<'_>, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let market = &scene.view.market;
    let asked = locale.say("ticks-asked", &[("n", market.asked_per_s.into())]);
    let strip = strip.add(Role::Text, asked);
    let losses = [("ticks-held", market.held_back), ("ticks-shed", market.shed), ("ticks-given-up", market.given_up)];
    losses.iter().fold(strip, |strip, (id, count)| {
        strip.fit(columns, |strip| {
            let role = if *count > 0 { Role::Warn } else { Role::Muted };
            strip.add(role, format!("  {}", locale.say(id, &[("n", (*count).into())])))
        })
    })
}

/// A node of the pool: what it processes, how full its queue is, and the credits that are left.
fn feed_line<'a>(strip: Strip<'a>, scene: &Scene<'_>, feed: &FeedView, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    let strip = strip.left(4, Role::Text, &feed.node.to_string());
    let Some(node) = scene.node(feed.node).filter(|_| feed.answers) else {
        return strip.add(Role::NodeDegraded, format!(" {} ", locale.text("ticks-silent")));
    };
    let rate = format!("{}{}", locale.number(node.ticks.per_s), locale.text("per-s"));
    let strip = strip.right(12, Role::Text, &rate).gap();
    let full = node.ticks.queued * 1_000 / node.ticks.queue_max.max(1);
    let strip = bar(strip, 8, full, if full > 800 { Role::Warn } else { Role::Bar });
    let queued = locale.say("ticks-queued", &[("n", node.ticks.queued.into())]);
    let strip = strip.fit(columns, |strip| strip.right(14, Role::Muted, &queued));
    let credits = locale.say("ticks-credits", &[("n", feed.credits.into())]);
    strip.fit(columns, |strip| strip.right(16, Role::Muted, &credits))
}

/// The windows of the symbol in view, on the node that owns it; the row after them.
fn windows(canvas: &mut Canvas<'_>, inner: Rect, row: u16, scene: &Scene<'_>) -> u16 {
    let locale = &scene.look.locale;
    let symbol = scene.state.market.symbol;
    let Some(found) = scene.view.market.symbols.iter().find(|shown| shown.ticks.symbol == symbol) else { return row };
    let owner = owner(scene.node(found.owner), locale.text("market-gone").into_owned());
    let last = found.ticks.last.map_or_else(|| "–".to_owned(), |tick| quote(symbol, &tick));
    let said = locale.say("ticks-symbol", &[("symbol", symbol.name().into()), ("node", owner.into())]);
    let strip = canvas.strip().add(Role::Title, said).add(Role::Text, format!("  {last}"));
    canvas.put(inner, row, strip);
    let lengths = &scene.view.run.settings.market_data;
    let windows = [
        ("ticks-sliding", lengths.sliding, found.ticks.sliding),
        ("ticks-tumbled", lengths.tumbling, found.ticks.tumbled),
    ];
    let windows = windows.map(|(id, of, bar)| (locale.say(id, &[("length", length(of, locale).into())]), bar));
    let names = windows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    for (line, (name, bar)) in windows.iter().enumerate() {
        let strip = canvas.strip().left(names, Role::Muted, name);
        canvas.put(inner, row + 1 + line as u16, window(strip, scene, symbol, bar, usize::from(inner.width)));
    }
    row + 3
}

/// How long a window is: `1 s`, not `1.0 s`, where it is whole seconds.
fn length(of: SimDuration, locale: &Locale) -> String {
    match of.as_micros() {
        us if us >= 1_000_000 && us.is_multiple_of(1_000_000) => {
            format!("{} {}", locale.number(us / 1_000_000), locale.text("unit-s"))
        }
        _ => locale.duration(of),
    }
}

fn owner(node: Option<&NodeView>, gone: String) -> String {
    node.map_or(gone, |node| node.id.to_string())
}

fn quote(symbol: SymbolId, tick: &crate::domain::tick::MarketTick) -> String {
    format!("{} / {}", price(symbol, Price(i64::from(tick.bid))), price(symbol, Price(i64::from(tick.ask))))
}

fn window<'a>(strip: Strip<'a>, scene: &Scene<'_>, symbol: SymbolId, bar: &BarView, columns: usize) -> Strip<'a> {
    let locale = &scene.look.locale;
    // Prices of windows are doubled mids: half of them, rounded down to a tick, is what is written.
    let at = |doubled: u64| price(symbol, Price((doubled / 2) as i64));
    let Some([open, high, low, close]) = bar.ohlc else { return strip.add(Role::Muted, " –") };
    let named =
        |strip: Strip<'a>, name: &str, value| strip.add(Role::Muted, format!(" {name} ")).add(Role::Text, at(value));
    let all = [("O", open), ("H", high), ("L", low), ("C", close)];
    let four = all.iter().fold(strip.clone(), |strip, (name, value)| named(strip, name, *value));
    // All four or the last alone: three of them look like a whole that they are not.
    let strip = if four.width() <= columns { four } else { named(strip, "C", close) };
    let strip = match bar.vwap {
        Some(vwap) => strip.fit(columns, |strip| strip.add(Role::Muted, "  VWAP ").add(Role::Title, at(vwap))),
        None => strip,
    };
    strip.fit(columns, |strip| {
        strip.add(Role::Muted, format!("  {}", locale.say("ticks-in-window", &[("n", bar.ticks.into())])))
    })
}

/// The latest signals first. Each node tells its own, so they come in out of the order of their times.
fn latest(tape: &[Signal]) -> Vec<Signal> {
    let mut signals: Vec<Signal> = tape.iter().rev().copied().collect();
    signals.sort_by_key(|signal| Reverse(signal.time));
    signals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::Side;
    use crate::domain::time::SimTime;
    use crate::domain::units::Quantity;

    #[test]
    fn signals_stand_by_their_times_the_newest_first_and_of_one_time_the_one_told_last() {
        let signal = |ms, lots| Signal {
            time: SimTime::from_millis(ms),
            symbol: SymbolId(7),
            side: Side::Buy,
            price: Price(1),
            quantity: Quantity(lots),
        };
        let told = [signal(7_849, 1), signal(7_850, 2), signal(7_851, 3), signal(7_850, 4)];
        assert_eq!(latest(&told), [signal(7_851, 3), signal(7_850, 4), signal(7_850, 2), signal(7_849, 1)]);
        assert_eq!(latest(&[]), []);
    }
}
