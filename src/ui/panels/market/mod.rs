//! The panels of the market: symbols, ladder, tape, blotter, account, market data, spreads, venues.
//!
//! Idea: prices are written as people write them, with the decimals of their instrument; sides are a word and a column,
//! so that the colour of bid and ask is never the only sign.

use crate::domain::ids::SymbolId;
use crate::domain::order::Side;
use crate::domain::units::Price;

use super::super::theme::Role;
use crate::locale::Locale;

pub mod account;
pub mod blotter;
pub mod ladder;
pub mod spreads;
pub mod symbols;
pub mod tape;
pub mod ticks;
pub mod venues;
pub mod words;

/// A price with the decimals of its instrument.
pub fn price(symbol: SymbolId, price: Price) -> String {
    symbol.instrument().map_or_else(|| price.0.to_string(), |instrument| instrument.show_price(price))
}

/// A price that may not be there.
pub fn price_or_dash(symbol: SymbolId, at: Option<Price>) -> String {
    at.map_or_else(|| "–".to_owned(), |at| price(symbol, at))
}

/// A difference of prices with its sign.
pub fn signed(symbol: SymbolId, ticks: i64) -> String {
    let sign = match ticks {
        0 => "",
        ..0 => "-",
        _ => "+",
    };
    format!("{sign}{}", price(symbol, Price(ticks.abs())))
}

/// The word of a side and how it looks.
pub fn side(side: Side, locale: &Locale) -> (Role, String) {
    match side {
        Side::Buy => (Role::OrderBid, locale.text("side-buy").into_owned()),
        Side::Sell => (Role::OrderAsk, locale.text("side-sell").into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_keeps_its_sign_below_one() {
        let goog = SymbolId(6);
        assert_eq!([-3, 0, 250].map(|ticks| signed(goog, ticks)), ["-0.03", "0.00", "+2.50"]);
        assert_eq!(price_or_dash(goog, None), "–");
    }
}
