//! Trades by time: what was found, and which windows were opened for it.
//!
//! Idea: the windows stand beside the trades, each with where it lies (in memory or packed on the disk) and what was read
//! of it. A class sees at a glance that a question about two seconds opened two windows and passed all the others.
//! Shape: the question is the overlay's; the answer is the view's, and belongs to it only if it answers that question.

use ratatui::layout::Rect;

use crate::domain::ids::{GroupId, SymbolId};
use crate::domain::time::SimTime;
use crate::domain::trades::{Heat, ShownTrade, Touch, TradesAnswer, TradesQuery};

use super::super::canvas::{Canvas, Strip};
use super::super::panels::market::{price, side};
use super::super::scene::Scene;
use super::super::theme::Role;
use super::{centred, window};
use crate::locale::Locale;

/// Columns of a row of the windows, and of the trades.
const WINDOWS: u16 = 40;

/// Draws the answer to this question.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>, query: &TradesQuery) {
    let locale = &scene.look.locale;
    let answer = scene.view.trades.as_deref().filter(|answer| answer.question.query == *query);
    let rows = answer.map_or(0, |answer| answer.touched().count().max(answer.shown().len()));
    let height = (rows as u16).saturating_add(7).max(9);
    let range = [("symbol", query.symbol.name().into()), ("range", range(query, locale).into())];
    let title = locale.say("trades-title", &range);
    let inner = window(canvas, centred(body, body.width.min(96), height), &title, &locale.text("why-note"));
    let Some(answer) = answer else {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("trades-waiting"));
        return;
    };
    let said = head(canvas, inner, answer, locale);
    let below = Rect { y: inner.y + said, height: inner.height.saturating_sub(said), ..inner };
    let left = Rect { width: WINDOWS.min(below.width), ..below };
    let right = Rect { x: below.x + left.width, width: below.width - left.width, ..below };
    // An answer carries the first of what was found and opened; how much that was is in its counters.
    let windows: Vec<_> = answer.touched().collect();
    list(canvas, left, "trades-windows", (&windows, answer.opened()), locale, |strip, (group, touch)| {
        touched(strip, *group, touch, locale)
    });
    list(canvas, right, "trades-first", (&answer.shown(), answer.found()), locale, |strip, trade| {
        let strip = traded(strip, query.symbol, trade, locale);
        strip.fit(usize::from(right.width), |strip| strip.right(15, Role::Muted, &trade.id.to_string()))
    });
}

/// What was found and what it took; the rows that it takes.
fn head(canvas: &mut Canvas<'_>, inner: Rect, answer: &TradesAnswer, locale: &Locale) -> u16 {
    let found = locale.say("trades-found", &[("n", answer.found().into())]);
    let cold = answer.touched().filter(|(_, touch)| touch.heat == Heat::Cold).count() as u64;
    let figures = [
        ("opened", answer.opened().into()),
        ("cold", cold.into()),
        ("passed", answer.passed().into()),
        ("bytes", locale.number(answer.bytes_read()).into()),
    ];
    canvas.put(inner, 0, canvas.strip().add(Role::Accent, found));
    canvas.put(inner, 1, canvas.strip().add(Role::Text, locale.say("trades-opened", &figures)));
    let question = answer.question;
    let missing = usize::from(question.partitions) - answer.parts.len();
    let warning = match (answer.damaged(), missing) {
        (Some(window), _) => {
            Some((Role::Error, locale.say("trades-damaged", &[("window", window.to_string().into())])))
        }
        (None, 0) => None,
        (None, missing) => Some((Role::Warn, locale.say("trades-missing", &[("n", (missing as u64).into())]))),
    };
    let Some((role, text)) = warning else { return 3 };
    canvas.put(inner, 2, canvas.strip().add(role, text));
    4
}

/// A heading and as many rows as there is room for; the last row says how many of all there are besides.
fn list<T>(
    canvas: &mut Canvas<'_>,
    area: Rect,
    title: &str,
    (rows, all): (&[T], u64),
    locale: &Locale,
    draw: impl for<'c> Fn(Strip<'c>, &T) -> Strip<'c>,
) {
    canvas.word(area, 0, 0, Role::Muted, &locale.text(title));
    let room = usize::from(area.height).saturating_sub(1);
    let all = usize::try_from(all).unwrap_or(usize::MAX).max(rows.len());
    let shown = if all > room { rows.len().min(room.saturating_sub(1)) } else { rows.len() };
    for (row, item) in rows.iter().take(shown).enumerate() {
        let strip = draw(canvas.strip(), item);
        canvas.put(area, row as u16 + 1, strip);
    }
    if shown < all {
        let more = locale.say("trades-more", &[("n", ((all - shown) as u64).into())]);
        canvas.word(area, 0, shown as u16 + 1, Role::Muted, &more);
    }
}

fn touched<'c>(strip: Strip<'c>, group: GroupId, touch: &Touch, locale: &Locale) -> Strip<'c> {
    let (role, sign, word) = match touch.heat {
        Heat::Hot => (Role::Key, "●", "trades-hot"),
        Heat::Cold => (Role::Accent, "▒", "trades-cold"),
    };
    let strip = strip.left(4, Role::Text, &group.to_string()).left(6, Role::Text, &touch.window.to_string());
    let strip = strip.left(12, role, &format!("{sign} {}", locale.text(word)));
    strip.right(12, Role::Text, &locale.say("trades-bytes", &[("n", locale.number(touch.bytes).into())]))
}

fn traded<'c>(strip: Strip<'c>, symbol: SymbolId, trade: &ShownTrade, locale: &Locale) -> Strip<'c> {
    let (role, word) = side(trade.side, locale);
    let strip = strip.right(10, Role::Muted, &trade.at.to_string()).gap().left(6, role, &word);
    strip.right(7, Role::Text, &locale.number(trade.quantity.0)).right(12, Role::Text, &price(symbol, trade.price))
}

/// A stretch of time, as a person says it: `2 s to 5 s`, with an open end left out.
fn range(query: &TradesQuery, locale: &Locale) -> String {
    let since = |at: SimTime| locale.duration(at.since(SimTime::ZERO));
    let until = if query.until == SimTime::NEVER { "…".to_owned() } else { since(query.until) };
    format!("{} – {until}", since(query.from))
}
