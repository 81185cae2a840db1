//! An account: its cash, what it has of each symbol, and its orders that rest in the books of the symbol in view.
//!
//! Idea: three questions in three blocks: what may it spend, what is it worth and since when, what waits. Sums are over
//! all partitions and all symbols; the rows are those near the symbol in view, so the eye finds in the list of symbols,
//! the book and here the same one.
//! Units: dollars with two digits; the rest of a cent is cut off, not rounded.

use ratatui::layout::Rect;

use crate::domain::units::Cash;
use crate::domain::view::{AccountView, PositionView, RestingView};

use super::super::super::canvas::{Canvas, Strip, cut_end};
use super::super::super::hits::Hit;
use super::super::super::scene::Scene;
use super::super::super::state::Panel;
use super::super::super::theme::Role;
use super::super::super::widgets::frame::frame;
use super::super::super::widgets::table::{Align, Column, cells, for_texts, widths};
use super::{price, price_or_dash, side};
use crate::locale::Locale;

const COLUMNS: [Column; 7] = [
    Column::new("account-symbol", 8, 0, Align::Left),
    Column::new("account-lots", 9, 1, Align::Right),
    Column::new("account-offered", 8, 4, Align::Right),
    Column::new("account-average", 9, 3, Align::Right),
    Column::new("account-mark", 9, 5, Align::Right),
    Column::new("account-realised", 11, 6, Align::Right),
    Column::new("account-unrealised", 12, 2, Align::Right),
];

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let locale = &scene.look.locale;
    let hand = scene.view.run.settings.client.hand().account();
    let id = if scene.state.market.account.is_none() { "panel-account-hand" } else { "panel-account" };
    let wanted = scene.state.market.account.unwrap_or(hand);
    let title = locale.say(id, &[("account", u64::from(wanted.0).into())]);
    let inner = frame(canvas, scene, area, Panel::Account, &title, &locale.text("note-account"));
    let Some(account) = scene.view.accounts.watched.as_ref().filter(|account| account.account == wanted) else {
        canvas.word(inner, 0, 0, Role::Muted, &locale.text("account-none"));
        return;
    };
    let columns = usize::from(inner.width);
    canvas.put(inner, 0, cash(canvas.strip(), account, locale, columns));
    let transfers = &scene.view.accounts.transfers;
    canvas.put(
        inner,
        1,
        profit(canvas.strip(), account, locale, columns).fit(columns, |strip| match transfers.begun {
            0 => strip,
            // Of all accounts: whose orders wait for cash of another partition.
            begun => {
                let said = [("n", begun.into()), ("waiting", transfers.waiting.into())];
                strip.add(Role::Muted, format!("  {}", locale.say("account-transfers", &said)))
            }
        }),
    );
    let below = inner.height.saturating_sub(2);
    // Orders get what they need, up to half of what is left: most accounts have few.
    let orders = (account.resting.len() as u16 + 1).min(below / 2).max(u16::from(below >= 4));
    let table = Rect { y: inner.y + 2, height: below.saturating_sub(orders), ..inner };
    positions(canvas, table, scene, &account.positions);
    let rest = Rect { y: table.bottom(), height: orders, ..inner };
    resting(canvas, rest, scene, &account.resting);
}

/// Dollars with two digits and a sign where it is below nothing.
fn dollars(cash: Cash, locale: &Locale) -> String {
    let cents = u64::try_from(cash.0.unsigned_abs() / 10_000).unwrap_or(u64::MAX);
    let sign = if cash.0 < 0 && cents > 0 { "-" } else { "" };
    format!("{sign}{}", locale.hundredths(cents))
}

/// The same with a sign always, and how it looks.
fn gain(cash: Cash, locale: &Locale) -> (Role, String) {
    let sign = if cash.0 >= 10_000 { "+" } else { "" };
    (direction(cash), format!("{sign}{}", dollars(cash, locale)))
}

const fn direction(cash: Cash) -> Role {
    match cash.0 / 10_000 {
        0 => Role::Muted,
        1.. => Role::OrderBid,
        _ => Role::OrderAsk,
    }
}

fn cash<'a>(strip: Strip<'a>, account: &AccountView, locale: &Locale, columns: usize) -> Strip<'a> {
    let word = |strip: Strip<'a>, id: &str| strip.add(Role::Muted, format!("{} ", locale.text(id)));
    let sum = |cash| if account.is_whole() { dollars(cash, locale) } else { "–".to_owned() };
    let strip = word(strip, "account-cash").add(Role::Title, sum(account.cash));
    let strip = strip.fit(columns, |strip| {
        word(strip.add(Role::Muted, "  "), "account-reserved").add(Role::Text, sum(account.reserved))
    });
    strip.fit(columns, |strip| {
        let parts = (1..).zip(&account.by_partition);
        let strip = word(strip.add(Role::Muted, "  "), "account-parts");
        parts.fold(strip, |strip, (partition, cash)| {
            let whole = cash
                .map_or_else(|| "–".to_owned(), |cash| locale.number(u64::try_from(cash.0 / 1_000_000).unwrap_or(0)));
            strip.add(Role::Muted, format!("p{partition} ")).add(Role::Text, format!("{whole} "))
        })
    })
}

fn profit<'a>(strip: Strip<'a>, account: &AccountView, locale: &Locale, columns: usize) -> Strip<'a> {
    let word = |strip: Strip<'a>, id: &str| strip.add(Role::Muted, format!("{} ", locale.text(id)));
    let [realised, unrealised] = [account.realised, account.unrealised]
        .map(|cash| if account.is_whole() { gain(cash, locale) } else { (Role::Muted, "–".to_owned()) });
    let strip = word(strip, "account-realised").add(realised.0, realised.1);
    let strip = word(strip.add(Role::Muted, "  "), "account-unrealised").add(unrealised.0, unrealised.1);
    strip.fit(columns, |strip| match account.billed {
        Cash(0) => strip,
        fees => word(strip.add(Role::Muted, "  "), "account-fees").add(Role::Text, dollars(fees, locale)),
    })
}

fn positions(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, positions: &[PositionView]) {
    let locale = &scene.look.locale;
    let symbol = scene.state.market.symbol;
    if area.height < 2 {
        return;
    }
    // Of two rows the heading gives way to the row that says how many positions there are besides.
    let headed = area.height > 2 || positions.len() < 2;
    let rows = usize::from(area.height - u16::from(headed));
    let room = if positions.len() > rows { rows - 1 } else { rows };
    let chosen = positions.iter().position(|position| position.symbol == symbol).unwrap_or(0);
    let first = chosen.saturating_sub(room / 2).min(positions.len().saturating_sub(room));
    let shown = &positions[first..(first + room).min(positions.len())];
    let texts: Vec<_> = shown.iter().map(|position| texts(position, locale)).collect();
    let columns = for_texts(&COLUMNS, &texts);
    let widths = widths(&columns, usize::from(area.width).saturating_sub(2));
    let heads = COLUMNS.map(|column| locale.text(column.title).into_owned());
    if headed {
        canvas.put(area, 0, cells(canvas.strip().to(2), &columns, &widths, &heads, |_| Role::Muted));
    }
    for (row, (position, texts)) in (u16::from(headed)..).zip(shown.iter().zip(&texts)) {
        canvas.hit(Rect::new(area.x, area.y + row, area.width, 1), Hit::Symbol(position.symbol));
        let here = position.symbol == symbol;
        let strip = canvas.strip().add(Role::Accent, if here { "❯ " } else { "  " });
        let roles = roles(position, here);
        canvas.put(area, row, cells(strip, &columns, &widths, texts, |place| roles[place]));
    }
    if shown.len() < positions.len() {
        let more = locale.say("account-more", &[("n", ((positions.len() - shown.len()) as u64).into())]);
        canvas.word(area, 2, area.height - 1, Role::Muted, &more);
    }
}

fn texts(position: &PositionView, locale: &Locale) -> [String; 7] {
    [
        position.symbol.name().to_owned(),
        locale.number(position.lots.0),
        locale.number(position.reserved.0),
        price(position.symbol, position.average),
        price_or_dash(position.symbol, position.mark),
        gain(position.realised, locale).1,
        gain(position.unrealised, locale).1,
    ]
}

fn roles(position: &PositionView, here: bool) -> [Role; 7] {
    let name = if here { Role::Title } else { Role::Text };
    let offered = if position.reserved.is_zero() { Role::Muted } else { Role::Text };
    let [realised, unrealised] = [position.realised, position.unrealised].map(direction);
    [name, Role::Text, offered, Role::Text, Role::Text, realised, unrealised]
}

/// What rests in the books of the symbol in view.
fn resting(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, orders: &[RestingView]) {
    let locale = &scene.look.locale;
    let symbol = scene.state.market.symbol;
    if area.height == 0 {
        return;
    }
    // Where no replica of the book runs, nobody knows what rests.
    let is_known = scene.view.books.ladder.as_ref().is_some_and(|book| book.symbol == symbol);
    let count = if is_known { locale.number(orders.len() as u64) } else { "–".to_owned() };
    let said = locale.say("account-orders", &[("n", count.into()), ("symbol", symbol.name().into())]);
    let rule = "┄".repeat(usize::from(area.width).saturating_sub(said.chars().count() + 4));
    canvas.put(area, 0, canvas.strip().add(Role::Muted, cut_end(&format!("┄┄ {said} {rule}"), area.width.into())));
    let venues = !scene.view.venues.venues.is_empty();
    for (row, order) in (1..area.height).zip(orders) {
        let (role, word) = side(order.side, locale);
        let strip = canvas.strip().add(Role::Muted, "  ").left(5, role, &word);
        let strip = strip.right(8, Role::Text, &locale.number(order.left.0));
        let strip = strip.right(11, Role::Text, &price(symbol, order.price)).gap();
        let strip = if venues { strip.left(2, Role::Accent, &order.venue.to_string()) } else { strip };
        let filled = locale.say("account-filled", &[("filled", order.filled.0.into())]);
        let strip = strip.fit(usize::from(area.width), |strip| {
            let strip = strip.gap().left(9, Role::Muted, &format!("#{}", order.id.sequence.0));
            if order.filled.is_zero() { strip } else { strip.add(Role::Muted, filled) }
        });
        canvas.put(area, row, strip);
    }
}
