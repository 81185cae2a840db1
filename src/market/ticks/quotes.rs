//! Quotes: draws ticks around a mid, as another venue would show them.
//!
//! Idea: the mid is given; around it lie a spread and two sizes. A spread is mostly the narrowest and sometimes a few
//! steps wider, sizes are skewed: many small, few large. The mid itself trembles by a step, or a window would have no
//! high and no low between two rows of the series.
//! Units: prices in ticks of the instrument, sizes in lots: coins some hundredths to some units, currencies 10,000 to
//! a million, shares 1 to 1,000.
//! Chance: one stream; a tick takes one draw of 64 bits, cut into fields.

use crate::domain::chance::Chance;
use crate::domain::ids::SymbolId;
use crate::domain::instrument::{AssetClass, Instrument};
use crate::domain::tick::MarketTick;
use crate::domain::time::SimTime;
use crate::domain::units::Price;

/// Draws ticks.
#[derive(Clone, Debug)]
pub struct Quotes {
    chance: Chance,
    /// The largest size of a symbol, in lots.
    size_max: Vec<u32>,
}

impl Quotes {
    /// Quotes from this stream.
    pub fn new(chance: Chance) -> Self {
        Self { chance, size_max: SymbolId::all().filter_map(SymbolId::instrument).map(size_max).collect() }
    }

    /// A symbol, each as often as any other.
    pub fn symbol(&mut self) -> SymbolId {
        SymbolId(self.chance.below(self.size_max.len() as u64) as u16)
    }

    /// A tick of a symbol around its mid.
    pub fn draw(&mut self, time: SimTime, symbol: SymbolId, mid: Price) -> MarketTick {
        let bits = self.chance.bits();
        let field = |from: u32, width: u32| (bits >> from) as u32 & ((1 << width) - 1);
        // Half of all spreads are one tick, a quarter two, and so on: the zeros at the end of a random number.
        let spread = 1 + field(0, 3).trailing_zeros().min(3);
        let tremble = field(3, 2) as i64 - 1;
        let largest = self.size_max.get(usize::from(symbol.0)).copied().unwrap_or(1);
        let bid = (mid.0 + tremble - i64::from(spread / 2)).clamp(1, i64::from(u32::MAX / 2)) as u32;
        MarketTick {
            time,
            symbol,
            bid,
            ask: bid + spread,
            bid_size: size(field(8, 12), largest),
            ask_size: size(field(20, 12), largest),
        }
    }
}

/// A skewed size from 12 random bits: the square of a uniform number, so that half are below a quarter of the largest.
const fn size(uniform: u32, largest: u32) -> u32 {
    1 + ((uniform as u64 * uniform as u64 * largest as u64) >> 24) as u32
}

const fn size_max(instrument: &Instrument) -> u32 {
    match instrument.class {
        AssetClass::Crypto => 5_000,
        AssetClass::Forex => 1_000,
        AssetClass::Equity => 1_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chance::Purpose;

    #[test]
    fn quotes_lie_around_the_mid_and_never_cross() {
        let mut quotes = Quotes::new(Chance::stream(7, Purpose::Ticks, 0));
        let (mut spreads, mut buys) = ([0; 6], 0);
        for _ in 0..80_000 {
            let symbol = quotes.symbol();
            let tick = quotes.draw(SimTime(1), symbol, Price(40_000));
            assert!(tick.bid < tick.ask && tick.bid_size > 0 && tick.ask_size > 0, "{tick:?}");
            assert!(tick.mid_doubled().abs_diff(80_000) <= 8, "{tick:?}");
            spreads[(tick.ask - tick.bid) as usize] += 1;
            buys += u32::from(2 * tick.bid_size > 3 * tick.ask_size);
        }
        assert!(spreads[1] > spreads[2] && spreads[2] > spreads[3], "{spreads:?}");
        assert!((20_000..45_000).contains(&buys), "sizes lean to one side often, not always: {buys}");
    }

    #[test]
    fn the_lowest_mid_has_a_quote() {
        let mut quotes = Quotes::new(Chance::stream(7, Purpose::Ticks, 0));
        assert!((0..1_000).all(|_| quotes.draw(SimTime(1), SymbolId(0), Price(1)).bid >= 1));
    }
}
