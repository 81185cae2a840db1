//! Books for the screen, from the most advanced running replica of each group.
//!
//! Idea: built when a frame is due, from the one exchange a group that is ahead; nothing is kept between two frames. The
//! depth is walked for the book that is looked at only, so a view costs the same with ten instruments and two thousand.
//! Bound: as `domain::view` says; the walk ends with the levels that are shown.

use crate::domain::ids::{GroupId, NodeId, SymbolId};
use crate::domain::order::Side;
use crate::domain::units::Quantity;
use crate::domain::view::{BOOKS_MAX, BookLine, BooksView, LEVELS_MAX, LadderView, LevelView, TRADES_MAX, TradeView};
use crate::market::book::Book;
use crate::market::exchange::Exchange;

use super::world::World;

type Ahead<'w> = Option<(NodeId, &'w Exchange)>;

impl World {
    /// The lines round this symbol, and its depth.
    pub fn books(&self, looked: SymbolId) -> BooksView {
        let owners = &self.newest_map().owners;
        let looked = SymbolId(looked.0.min(owners.len().saturating_sub(1) as u16));
        let ahead: Vec<Ahead<'_>> = self.groups.iter().map(|(group, _)| self.most_advanced(group)).collect();
        let first = usize::from(looked.0).saturating_sub(BOOKS_MAX / 2).min(owners.len().saturating_sub(BOOKS_MAX));
        let near = owners.iter().enumerate().skip(first).take(BOOKS_MAX);
        let of = |group: GroupId| ahead.get(group.index()).copied().flatten();
        let lines = near.map(|(row, owner)| line(SymbolId(row as u16), *owner, of(*owner))).collect();
        let owner = owners.get(usize::from(looked.0)).copied();
        let book = owner.and_then(of).and_then(|(_, exchange)| exchange.book(looked));
        BooksView { lines, ladder: book.map(|book| ladder(looked, book)) }
    }
}

fn line(symbol: SymbolId, group: GroupId, ahead: Ahead<'_>) -> BookLine {
    let blank = BookLine {
        symbol,
        group,
        by: None,
        bid: None,
        ask: None,
        traded: 0,
        trades: 0,
        resting: 0,
        recent: Vec::new(),
    };
    let Some((by, book)) = ahead.and_then(|(by, exchange)| Some((by, exchange.book(symbol)?))) else { return blank };
    let mut recent: Vec<_> = book.tape().latest().take(TRADES_MAX).map(|trade| trade.price).collect();
    recent.reverse();
    BookLine {
        by: Some(by),
        bid: book.best(Side::Buy),
        ask: book.best(Side::Sell),
        traded: book.flow(Side::Buy).traded,
        trades: book.tape().count(),
        resting: book.resting(),
        recent,
        ..blank
    }
}

fn ladder(symbol: SymbolId, book: &Book) -> LadderView {
    let side = |side| {
        let levels = book.depth(side).take(LEVELS_MAX).scan(0, |all, level| {
            *all += level.quantity.0;
            let cumulated = Quantity(*all);
            Some(LevelView { price: level.price, quantity: level.quantity, orders: level.orders, cumulated })
        });
        levels.collect()
    };
    let count = book.tape().count();
    let tape = book.tape().latest().take(TRADES_MAX).zip(0..).map(|(trade, age)| TradeView {
        number: count - age,
        price: trade.price,
        quantity: trade.quantity,
        taker: trade.side,
    });
    LadderView { symbol, bids: side(Side::Buy), asks: side(Side::Sell), tape: tape.collect() }
}
