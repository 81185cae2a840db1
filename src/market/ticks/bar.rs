//! A bar: open, high, low, close and volume-weighted average price of a stretch of ticks.
//!
//! Idea: bars form a monoid. Two neighbouring bars join into the bar of both, and nothing is lost by it: so any window is
//! a join of small ones, and no tick is looked at twice.
//! Units: prices are doubled mids; the weight of a tick is its size on both sides. Quotes carry no trades, so "volume"
//! is what was quoted.
//! Bound: the turnover is a `u128`: 2^33 x 2^33 a tick leaves room for 2^62 ticks.

use crate::domain::tick::MarketTick;

/// What a stretch of ticks came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bar {
    /// The first doubled mid.
    pub open: u64,
    /// The highest.
    pub high: u64,
    /// The lowest.
    pub low: u64,
    /// The last.
    pub close: u64,
    /// Lots quoted, over all ticks.
    pub volume: u64,
    /// Doubled mid x lots, over all ticks.
    pub turnover: u128,
    /// Ticks.
    pub ticks: u64,
}

impl Default for Bar {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl Bar {
    /// The bar of no ticks: it changes no other bar.
    pub const EMPTY: Self = Self { open: 0, high: 0, low: u64::MAX, close: 0, volume: 0, turnover: 0, ticks: 0 };

    /// Whether nothing was added.
    pub const fn is_empty(&self) -> bool {
        self.ticks == 0
    }

    /// Adds a tick at the end.
    #[inline]
    pub fn add(&mut self, tick: &MarketTick) {
        let (mid, size) = (tick.mid_doubled(), tick.size());
        // A select, not a branch: at a high rate almost no tick is a pane's first, at a low one nothing matters.
        self.open = if self.ticks == 0 { mid } else { self.open };
        self.high = self.high.max(mid);
        self.low = self.low.min(mid);
        self.close = mid;
        self.volume += size;
        self.turnover += u128::from(mid) * u128::from(size);
        self.ticks += 1;
    }

    /// This stretch and the one right after it, as one.
    #[must_use]
    pub fn then(self, later: Self) -> Self {
        if self.is_empty() {
            return later;
        }
        if later.is_empty() {
            return self;
        }
        Self {
            open: self.open,
            high: self.high.max(later.high),
            low: self.low.min(later.low),
            close: later.close,
            volume: self.volume + later.volume,
            turnover: self.turnover + later.turnover,
            ticks: self.ticks + later.ticks,
        }
    }

    /// The volume-weighted average of the doubled mids, rounded down; nothing if nothing was quoted.
    pub fn vwap_doubled(&self) -> Option<u64> {
        self.turnover.checked_div(u128::from(self.volume)).map(|vwap| vwap as u64)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::SymbolId;
    use crate::domain::time::SimTime;

    pub(in crate::market::ticks) fn tick(time: u64, (bid, spread): (u32, u32), sizes: (u32, u32)) -> MarketTick {
        MarketTick {
            time: SimTime(time),
            symbol: SymbolId(0),
            bid,
            ask: bid + spread,
            bid_size: sizes.0,
            ask_size: sizes.1,
        }
    }

    pub(in crate::market::ticks) fn bar_of(ticks: &[MarketTick]) -> Bar {
        let mut bar = Bar::EMPTY;
        ticks.iter().for_each(|tick| bar.add(tick));
        bar
    }

    #[test]
    fn a_bar_says_what_happened() {
        let bar = bar_of(&[tick(1, (100, 2), (1, 1)), tick(2, (104, 2), (3, 3)), tick(3, (98, 1), (1, 0))]);
        assert_eq!((bar.open, bar.high, bar.low, bar.close), (202, 210, 197, 197));
        assert_eq!((bar.volume, bar.ticks), (9, 3));
        assert_eq!(bar.vwap_doubled(), Some((202 * 2 + 210 * 6 + 197) / 9));
        assert_eq!(Bar::EMPTY.vwap_doubled(), None);
    }

    #[test]
    fn the_largest_ticks_are_still_exact() {
        let large = tick(1, (u32::MAX, 0), (u32::MAX, u32::MAX));
        let bar = bar_of(&[large, large]);
        assert_eq!(bar.turnover, 2 * (2 * u128::from(u32::MAX)) * (2 * u128::from(u32::MAX)));
        assert_eq!(bar.vwap_doubled(), Some(2 * u64::from(u32::MAX)));
    }

    proptest! {
        #[test]
        fn bars_join_as_their_ticks_do(
            ticks in proptest::collection::vec((1_u32..1_000, 0_u32..9, 0_u32..50, 0_u32..50), 0..40),
            cut in 0_usize..40,
        ) {
            let ticks: Vec<_> = ticks.iter().map(|(bid, spread, a, b)| tick(0, (*bid, *spread), (*a, *b))).collect();
            let cut = cut.min(ticks.len());
            let joined = bar_of(&ticks[..cut]).then(bar_of(&ticks[cut..]));
            prop_assert_eq!(joined, bar_of(&ticks));
        }
    }
}
