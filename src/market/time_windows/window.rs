//! A window of time, and what happens in one: trades.
//!
//! Idea: window 0 begins with the run; window n holds what happened from n lengths on, up to and without n + 1 lengths.
//! Units: virtual time in ns; prices in ticks, quantities in lots, as everywhere.

use serde::{Deserialize, Serialize};

use crate::domain::ids::SymbolId;
use crate::domain::order::Side;
use crate::domain::time::SimTime;
pub use crate::domain::trades::{WindowId, WindowLength};
use crate::domain::units::{Price, Quantity};

/// A trade of the tape, counted from 1 in the order in which they came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TradeNumber(pub u64);

/// Who bought what, for how much, and when.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Deal {
    /// When.
    pub at: SimTime,
    /// What.
    pub symbol: SymbolId,
    /// The side of the taker.
    pub side: Side,
    /// At which price.
    pub price: Price,
    /// How much.
    pub quantity: Quantity,
}

/// A trade with its id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TapeTrade {
    /// Its id.
    pub id: TradeNumber,
    /// What was traded.
    pub deal: Deal,
}

impl TapeTrade {
    /// Trades in the order of a block. As they come they are in the order of time but for a leader whose clock was ahead
    /// of the next one's, so they are dealt out to their symbols, which takes no comparison.
    pub(super) fn sorted_by_symbol(mut trades: Vec<Self>) -> Vec<Self> {
        if !trades.is_sorted_by_key(Self::by_time) {
            trades.sort_unstable_by_key(Self::by_symbol);
            return trades;
        }
        let Some(first) = trades.first().copied() else { return trades };
        let symbols = trades.iter().map(|trade| usize::from(trade.deal.symbol.0)).max().unwrap_or(0) + 1;
        let mut next = vec![0_u32; symbols + 1];
        trades.iter().for_each(|trade| next[usize::from(trade.deal.symbol.0) + 1] += 1);
        for symbol in 1..next.len() {
            next[symbol] += next[symbol - 1];
        }
        let mut sorted = vec![first; trades.len()];
        for trade in trades {
            let place = &mut next[usize::from(trade.deal.symbol.0)];
            sorted[*place as usize] = trade;
            *place += 1;
        }
        sorted
    }

    /// The order inside a block.
    pub const fn by_symbol(&self) -> (SymbolId, SimTime, TradeNumber) {
        (self.deal.symbol, self.deal.at, self.id)
    }

    /// The order of an answer.
    pub const fn by_time(&self) -> (SimTime, TradeNumber) {
        (self.deal.at, self.id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_window_begins_where_the_one_before_it_ends() {
        for &length in WindowLength::ALL {
            for number in [0, 1, 59, 60, 1_000_000] {
                let begins = length.begins(WindowId(number));
                assert_eq!(length.window(begins), WindowId(number), "{}", length.name());
                assert_eq!(length.window(SimTime(begins.0 + length.duration().0 - 1)), WindowId(number));
            }
            assert!(length.window(SimTime::NEVER) > WindowId(5_000_000), "the end of time has a window too");
        }
    }

    proptest! {
        #[test]
        fn trades_are_dealt_out_as_a_sort_would_put_them(
            rows in prop::collection::vec((0_u16..40, 0_u64..9), 0..200),
            in_time in prop::bool::ANY,
        ) {
            let mut at = 0;
            let trades = rows.into_iter().zip(1..).map(|((symbol, step), id)| {
                at = if in_time { at + step } else { step };
                let (symbol, side) = (SymbolId(symbol), Side::Buy);
                let deal = Deal { at: SimTime(at), symbol, side, price: Price(1), quantity: Quantity(1) };
                TapeTrade { id: TradeNumber(id), deal }
            });
            let mut sorted: Vec<_> = trades.collect();
            let dealt = TapeTrade::sorted_by_symbol(sorted.clone());
            sorted.sort_unstable_by_key(TapeTrade::by_symbol);
            prop_assert_eq!(dealt, sorted);
        }
    }
}
