//! Books on the screen: a line for each symbol near the one that is looked at, and the depth of that one.
//!
//! Idea: a screen shows the ladder of one book and a line of each other. So whoever looks says at what
//! (`Command::Look`), and a view carries the levels of that book only, however many instruments are traded. Where a symbol
//! is traded at several venues its books are shown as one: best prices over all, levels of the same price added up.
//! Units: prices in ticks of the instrument, quantities in lots.
//! Bounds: [`BOOKS_MAX`] lines, [`LEVELS_MAX`] levels a side, [`TRADES_MAX`] trades.

use crate::domain::ids::{GroupId, NodeId, SymbolId};
use crate::domain::order::Side;
use crate::domain::units::{Price, Quantity};
use crate::domain::venue::{VenueId, VenueSet};

/// Lines in a view: the symbols round the one that is looked at, in table order.
pub const BOOKS_MAX: usize = 32;
/// Levels of a side in a view.
pub const LEVELS_MAX: usize = 32;
/// Trades of a tape in a view.
pub const TRADES_MAX: usize = 64;

/// What is looked at before anybody said: a share, the first in the table's third class but one.
pub const FIRST_LOOK: SymbolId = SymbolId(7);

/// The books, as the most advanced replica of each group has them.
#[derive(Clone, Debug, Default)]
pub struct BooksView {
    /// Lines, in table order; at most [`BOOKS_MAX`].
    pub lines: Vec<BookLine>,
    /// The book that is looked at; `None` if no replica of its group runs.
    pub ladder: Option<LadderView>,
}

impl BooksView {
    /// The line of a symbol.
    pub fn line(&self, symbol: SymbolId) -> Option<&BookLine> {
        self.lines.iter().find(|line| line.symbol == symbol)
    }
}

/// A book in a line.
#[derive(Clone, Debug)]
pub struct BookLine {
    /// Whose.
    pub symbol: SymbolId,
    /// The group that owns it.
    pub group: GroupId,
    /// The replica that was looked at; `None` if none of the group runs, and then nothing else is known.
    pub by: Option<NodeId>,
    /// The best price to buy at.
    pub bid: Option<Price>,
    /// The best price to sell at.
    pub ask: Option<Price>,
    /// Lots traded so far.
    pub traded: u64,
    /// Trades so far.
    pub trades: u64,
    /// Orders that rest.
    pub resting: u64,
    /// The prices of the last trades, oldest first; at most [`TRADES_MAX`].
    pub recent: Vec<Price>,
}

impl BookLine {
    /// The price of the last trade.
    pub fn last(&self) -> Option<Price> {
        self.recent.last().copied()
    }

    /// By how many ticks the last trade lies over the oldest that is still on the tape.
    pub fn change(&self) -> Option<i64> {
        Some(self.last()?.0 - self.recent.first()?.0)
    }

    /// The ticks between bid and ask.
    pub fn spread(&self) -> Option<i64> {
        Some(self.ask?.0 - self.bid?.0)
    }
}

/// A book in depth.
#[derive(Clone, Debug)]
pub struct LadderView {
    /// Whose.
    pub symbol: SymbolId,
    /// What wants to buy, the best first.
    pub bids: Vec<LevelView>,
    /// What wants to sell, the best first.
    pub asks: Vec<LevelView>,
    /// The last trades, the newest first.
    pub tape: Vec<TradeView>,
}

impl LadderView {
    /// By how much the lots shown on the buying side outweigh those on the other, in thousandths of both, with its sign.
    pub fn imbalance_per_mille(&self) -> Option<i64> {
        let all = |side: &[LevelView]| side.last().map_or(0, |level| level.cumulated.0 as i64);
        let (buy, sell) = (all(&self.bids), all(&self.asks));
        (buy + sell > 0).then(|| (buy - sell) * 1_000 / (buy + sell))
    }
}

/// A level of a book.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LevelView {
    /// Its price.
    pub price: Price,
    /// Lots that rest there.
    pub quantity: Quantity,
    /// Orders that they belong to.
    pub orders: u32,
    /// Lots from the best level to here.
    pub cumulated: Quantity,
    /// At which venues they rest.
    pub venues: VenueSet,
}

/// A trade on a tape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TradeView {
    /// Which trade of this symbol it was, counted from 1.
    pub number: u64,
    /// Where.
    pub venue: VenueId,
    /// At this price.
    pub price: Price,
    /// So much.
    pub quantity: Quantity,
    /// On whose initiative.
    pub taker: Side,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(price: i64, quantity: u64, cumulated: u64) -> LevelView {
        let (quantity, cumulated) = (Quantity(quantity), Quantity(cumulated));
        LevelView { price: Price(price), quantity, orders: 1, cumulated, venues: VenueSet::default() }
    }

    #[test]
    fn the_heavier_side_has_the_sign_of_the_imbalance() {
        let of = |bids, asks| LadderView { symbol: FIRST_LOOK, bids, asks, tape: Vec::new() }.imbalance_per_mille();
        assert_eq!(of(vec![level(9, 20, 20), level(8, 10, 30)], vec![level(10, 10, 10)]), Some(500));
        assert_eq!(of(Vec::new(), vec![level(10, 10, 10)]), Some(-1_000));
        assert_eq!(of(Vec::new(), Vec::new()), None);
    }
}
