//! What is traded: instruments of three classes, with their tick and lot sizes.
//!
//! Idea: the table is fixed and known to everybody, like an exchange's reference data; a `SymbolId` is a row of it.
//! A desk trades the first so many rows (`settings.market.instruments`): ten by default, which stand here, or as many
//! as [`universe`] lists after them.
//! The mid price of each follows a real series (`assets/feeds`), scaled to the instrument's ticks.
//! Units: `tick_micros` and `lot_micros` are what one tick and one lot are, in millionths; their product is a whole
//! number of `Cash` units (millionths of a dollar), tested.

use super::ids::SymbolId;
use super::units::{Cash, Price, Quantity};
use super::universe;

/// The asset class decides which market-data rule applies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AssetClass {
    /// Digital coins.
    Crypto,
    /// Currency pairs.
    Forex,
    /// Shares.
    Equity,
}

/// The real series that an instrument's mid follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Series {
    /// Bitcoin in dollars.
    BtcUsd,
    /// Euro in dollars.
    EurUsd,
    /// Alphabet share in dollars.
    Goog,
}

/// A row of the instrument table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instrument {
    /// Its name on the screen and in files.
    pub name: &'static str,
    /// Its asset class.
    pub class: AssetClass,
    /// The smallest price step, in millionths of a dollar.
    pub tick_micros: i64,
    /// The smallest quantity, in millionths of a unit.
    pub lot_micros: i64,
    /// The series that its mid follows.
    pub series: Series,
    /// Where in the series it begins, so that instruments of one class differ.
    pub series_offset: usize,
}

impl Instrument {
    /// What `quantity` is worth at `price`, to the last unit.
    pub const fn notional(&self, price: Price, quantity: Quantity) -> Cash {
        let unit = self.tick_micros as i128 * self.lot_micros as i128 / 1_000_000;
        Cash(price.0 as i128 * quantity.0 as i128 * unit)
    }

    /// A price as people write it, `101.02`.
    pub fn show_price(&self, price: Price) -> String {
        let micros = i128::from(price.0) * i128::from(self.tick_micros);
        let decimals = (0..6).rev().take_while(|d| self.tick_micros % 10_i64.pow(6 - *d) == 0).count();
        let decimals = 6 - decimals;
        let scale = 10_i128.pow(6 - decimals as u32);
        let (whole, part) = (micros / 1_000_000, micros.abs() % 1_000_000 / scale);
        if decimals == 0 { format!("{whole}") } else { format!("{whole}.{part:0decimals$}") }
    }
}

const fn row(
    name: &'static str,
    class: AssetClass,
    tick_micros: i64,
    lot_micros: i64,
    series: Series,
    series_offset: usize,
) -> Instrument {
    Instrument { name, class, tick_micros, lot_micros, series, series_offset }
}

/// The reference data: three coins, three currency pairs, four shares.
pub const INSTRUMENTS: &[Instrument] = &[
    row("BTCUSD", AssetClass::Crypto, 1_000_000, 1_000, Series::BtcUsd, 0),
    row("NOVUSD", AssetClass::Crypto, 1_000_000, 1_000, Series::BtcUsd, 24),
    row("LYRUSD", AssetClass::Crypto, 1_000_000, 1_000, Series::BtcUsd, 48),
    row("EURUSD", AssetClass::Forex, 10, 1_000_000_000, Series::EurUsd, 0),
    row("CRNUSD", AssetClass::Forex, 10, 1_000_000_000, Series::EurUsd, 60),
    row("DUCUSD", AssetClass::Forex, 10, 1_000_000_000, Series::EurUsd, 120),
    row("GOOG", AssetClass::Equity, 10_000, 1_000_000, Series::Goog, 0),
    row("ACME", AssetClass::Equity, 10_000, 1_000_000, Series::Goog, 60),
    row("BOLT", AssetClass::Equity, 10_000, 1_000_000, Series::Goog, 120),
    row("CRUX", AssetClass::Equity, 10_000, 1_000_000, Series::Goog, 180),
];

impl SymbolId {
    /// The row of the instrument table; `None` for a number that is not in it.
    pub fn instrument(self) -> Option<&'static Instrument> {
        let row = usize::from(self.0);
        INSTRUMENTS.get(row).or_else(|| universe::listed().get(row - INSTRUMENTS.len()))
    }

    /// Its name; `?` for a number that is not in the table.
    pub fn name(self) -> &'static str {
        self.instrument().map_or("?", |instrument| instrument.name)
    }

    /// The symbols of a desk that trades so many, in table order.
    pub fn first(count: usize) -> impl ExactSizeIterator<Item = Self> + Clone {
        (0..count.min(universe::INSTRUMENTS_MAX) as u16).map(Self)
    }

    /// The symbols of the default desk, in table order.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::first(INSTRUMENTS.len())
    }

    /// The symbol of this name.
    pub fn named(name: &str) -> Option<Self> {
        universe::named(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_times_a_lot_is_whole_cash() {
        for instrument in INSTRUMENTS {
            assert_eq!(instrument.tick_micros * instrument.lot_micros % 1_000_000, 0, "{}", instrument.name);
        }
    }

    #[test]
    fn prices_read_as_people_write_them() {
        let eur = INSTRUMENTS[3];
        assert_eq!(eur.show_price(Price(107_123)), "1.07123");
        assert_eq!(INSTRUMENTS[6].show_price(Price(10_102)), "101.02");
        assert_eq!(INSTRUMENTS[0].show_price(Price(42_000)), "42000");
    }
}
