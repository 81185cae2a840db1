//! Popularity: how often each instrument is asked for.
//!
//! Idea: markets are not even. With an exponent s the k-th instrument of the table is asked for 1 / k^s as often as the
//! first (Zipf): s = 0 is even, s = 1 is a usual market, above that a few symbols are most of it. Beside that one symbol
//! can be made *hot*: it gets so many of a hundred orders, whatever its place.
//! Shape: Walker's alias table: a draw picks a column and then one of two symbols in it, so it costs the same with ten
//! instruments and with 2,000. The table is made again when the exponent changes.
//! Units: the exponent is in thousandths. Weights come from `libm`, which gives the same on every machine, and are whole
//! numbers from there on.
//! Sources: Zipf 1949; Walker 1977, in Vose's form of 1991.

use std::sync::Arc;

use super::orders::Fields;
use crate::domain::ids::SymbolId;

/// Steps of the coin that picks one of two symbols.
const COIN: u64 = 1 << 24;

/// How often each of so many instruments is asked for.
#[derive(Clone, Debug)]
pub struct Popularity {
    instruments: u64,
    skew_per_mille: u32,
    hot: Option<(SymbolId, u8)>,
    /// A column an instrument; none if all are alike.
    columns: Arc<[Column]>,
}

/// The symbol of the column's own number below `own` steps of the coin, and the other from there on.
#[derive(Clone, Copy, Debug)]
struct Column {
    own: u32,
    other: u16,
}

impl Popularity {
    /// This exponent, in thousandths, over so many instruments, at least one.
    pub fn new(instruments: usize, skew_per_mille: u32) -> Self {
        let instruments = instruments.max(1) as u64;
        Self { instruments, skew_per_mille, hot: None, columns: columns(instruments, skew_per_mille) }
    }

    /// Another exponent.
    pub fn set_skew(&mut self, skew_per_mille: u32) {
        let hot = self.hot;
        *self = Self { hot, ..Self::new(self.instruments as usize, skew_per_mille) };
    }

    /// So many of a hundred orders are for this symbol; 0 ends it.
    pub const fn set_hot(&mut self, symbol: SymbolId, percent: u8) {
        self.hot = if percent == 0 { None } else { Some((symbol, percent)) };
    }

    /// Whether there is such a symbol.
    pub const fn knows(&self, symbol: SymbolId) -> bool {
        (symbol.0 as u64) < self.instruments
    }

    /// How many instruments.
    pub const fn instruments(&self) -> usize {
        self.instruments as usize
    }

    /// The exponent, in thousandths.
    pub const fn skew_per_mille(&self) -> u32 {
        self.skew_per_mille
    }

    /// The hot symbol and its percentage.
    pub const fn hot(&self) -> Option<(SymbolId, u8)> {
        self.hot
    }

    /// Draws a symbol. While all are alike it takes one field, as ever; so old recordings hold.
    pub(super) fn draw(&self, content: &mut Fields) -> SymbolId {
        if let Some((symbol, percent)) = self.hot
            && content.below(100) < u64::from(percent)
        {
            return symbol;
        }
        let column = content.below(self.instruments);
        match self.columns.get(column as usize) {
            Some(Column { own, other }) if content.below(COIN) >= u64::from(*own) => SymbolId(*other),
            _ => SymbolId(column as u16),
        }
    }
}

fn columns(instruments: u64, skew_per_mille: u32) -> Arc<[Column]> {
    if skew_per_mille == 0 {
        return Arc::default();
    }
    let exponent = -f64::from(skew_per_mille) / 1e3;
    let weight = |rank: u64| (libm::pow(rank as f64, exponent) * (1_u64 << 40) as f64) as u128;
    let mut left: Vec<u128> = (1..=instruments).map(|rank| weight(rank).max(1) * u128::from(instruments)).collect();
    // The mean of `left`: a column holds just so much.
    let full = left.iter().sum::<u128>() / u128::from(instruments);
    let mut columns: Vec<Column> =
        (0..instruments).map(|symbol| Column { own: COIN as u32, other: symbol as u16 }).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..left.len()).partition(|at| left[*at] < full);
    // What a small one leaves free in its column a large one fills; what is left of that may be small then.
    while let (Some(at), Some(&giver)) = (small.pop(), large.last()) {
        columns[at] = Column { own: (left[at] * u128::from(COIN) / full) as u32, other: giver as u16 };
        left[giver] -= full - left[at];
        if left[giver] < full {
            large.pop();
            small.push(giver);
        }
    }
    columns.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chance::{Chance, Purpose};

    const DRAWS: u64 = 400_000;

    fn counts(popularity: &Popularity, instruments: usize, seed: u64) -> Vec<u64> {
        let mut chance = Chance::stream(seed, Purpose::Orders, 1);
        let mut counts = vec![0; instruments];
        (0..DRAWS).for_each(|_| counts[usize::from(popularity.draw(&mut Fields(chance.bits())).0)] += 1);
        counts
    }

    #[test]
    fn symbols_are_drawn_as_zipf_says() {
        for (instruments, skew) in [(10, 0), (10, 1_000), (2_000, 800), (2_000, 1_200), (100, 3_000), (1, 1_000)] {
            let counts = counts(&Popularity::new(instruments, skew), instruments, 5);
            let weights: Vec<f64> = (1..=instruments).map(|rank| (rank as f64).powf(-f64::from(skew) / 1e3)).collect();
            let sum: f64 = weights.iter().sum();
            for (symbol, (count, weight)) in counts.iter().zip(&weights).enumerate() {
                // Five standard deviations of a binomial count.
                let p = weight / sum;
                let off = (*count as f64 - DRAWS as f64 * p).abs();
                let allowed = 5.0 * (DRAWS as f64 * p * (1.0 - p)).sqrt() + 1.0;
                assert!(off <= allowed, "skew {skew} of {instruments}, symbol {symbol}: {count}, p {p} (seed 5)");
            }
        }
    }

    #[test]
    fn a_hot_symbol_gets_its_share_beside_its_own() {
        let mut popularity = Popularity::new(10, 0);
        popularity.set_hot(SymbolId(7), 40);
        let hot = counts(&popularity, 10, 6)[7];
        // 40 % and a tenth of the other 60 %.
        assert!(hot.abs_diff(DRAWS * 46 / 100) < 5 * 316, "{hot} of {DRAWS} (seed 6)");
        assert!(popularity.knows(SymbolId(9)) && !popularity.knows(SymbolId(10)), "ten are numbered from 0");
        popularity.set_skew(1_000);
        assert_eq!((popularity.skew_per_mille(), popularity.hot()), (1_000, Some((SymbolId(7), 40))));
        popularity.set_hot(SymbolId(7), 0);
        assert!(popularity.hot().is_none());
    }
}
