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
pub struct TradeId(pub u64);

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
    pub id: TradeId,
    /// What was traded.
    pub deal: Deal,
}

impl TapeTrade {
    /// The order inside a block.
    pub const fn by_symbol(&self) -> (SymbolId, SimTime, TradeId) {
        (self.deal.symbol, self.deal.at, self.id)
    }

    /// The order of an answer.
    pub const fn by_time(&self) -> (SimTime, TradeId) {
        (self.deal.at, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_where_the_one_before_it_ends() {
        for length in WindowLength::ALL {
            for number in [0, 1, 59, 60, 1_000_000] {
                let begins = length.begins(WindowId(number));
                assert_eq!(length.window(begins), WindowId(number), "{}", length.name());
                assert_eq!(length.window(SimTime(begins.0 + length.duration().0 - 1)), WindowId(number));
            }
            assert!(length.window(SimTime::NEVER) > WindowId(5_000_000), "the end of time has a window too");
        }
    }
}
