//! Books for the screen, from the most advanced running replica of each group.
//!
//! Idea: built when a frame is due, from the one exchange a group that is ahead; nothing is kept between two frames. The
//! depth is walked for the book that is looked at only, so a view costs the same with ten instruments and two thousand.
//! Bound: as `domain::view` says; the walk ends with the levels that are shown.

use std::ops::Range;

use crate::domain::ids::{GroupId, NodeId, SymbolId};
use crate::domain::order::Side;
use crate::domain::units::Quantity;
use crate::domain::venue::VenueSet;
use crate::domain::view::{BOOKS_MAX, BookLine, BooksView, LEVELS_MAX, LadderView, LevelView, TRADES_MAX, TradeView};
use crate::market::exchange::{Books, Exchange};

use super::world::World;

type Ahead<'w> = Option<(NodeId, &'w Exchange)>;

impl World {
    /// The lines round this symbol, and its depth.
    pub fn books(&self, looked: SymbolId) -> BooksView {
        let owners = &self.newest_map().owners;
        let looked = SymbolId(looked.0.min(owners.len().saturating_sub(1) as u16));
        let ahead: Vec<Ahead<'_>> = self.groups.iter().map(|(group, _)| self.most_advanced(group)).collect();
        let near = window(usize::from(looked.0), owners.len(), BOOKS_MAX);
        let of = |group: GroupId| ahead.get(group.index()).copied().flatten();
        let lines = near.map(|row| line(SymbolId(row as u16), owners[row], of(owners[row]))).collect();
        let owner = owners.get(usize::from(looked.0)).copied();
        let books = owner.and_then(of).and_then(|(_, exchange)| exchange.books(looked));
        BooksView { lines, ladder: books.map(|books| ladder(looked, books)) }
    }
}

/// So many rows of a table, round this one.
pub(super) fn window(row: usize, all: usize, most: usize) -> Range<usize> {
    let first = row.saturating_sub(most / 2).min(all.saturating_sub(most));
    first..(first + most).min(all)
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
    let Some((by, books)) = ahead.and_then(|(by, exchange)| Some((by, exchange.books(symbol)?))) else { return blank };
    let mut recent: Vec<_> = books.tape().into_iter().take(TRADES_MAX).map(|(_, trade)| trade.price).collect();
    recent.reverse();
    let best = |side| books.iter().filter_map(move |(_, book)| book.best(side));
    BookLine {
        by: Some(by),
        bid: best(Side::Buy).max(),
        ask: best(Side::Sell).min(),
        traded: books.iter().map(|(_, book)| book.flow(Side::Buy).traded).sum(),
        trades: books.trades(),
        resting: books.resting(),
        recent,
        ..blank
    }
}

fn ladder(symbol: SymbolId, books: &Books) -> LadderView {
    let tape = books.tape().into_iter().take(TRADES_MAX).zip(0..).map(|((venue, trade), age)| TradeView {
        number: books.trades() - age,
        venue,
        price: trade.price,
        quantity: trade.quantity,
        taker: trade.side,
    });
    LadderView { symbol, bids: levels(books, Side::Buy), asks: levels(books, Side::Sell), tape: tape.collect() }
}

/// The best levels of a side over all books: those of the same price are one.
fn levels(books: &Books, side: Side) -> Vec<LevelView> {
    let mut found: Vec<LevelView> = Vec::new();
    for (venue, book) in books.iter() {
        found.extend(book.depth(side).take(LEVELS_MAX).map(|level| LevelView {
            price: level.price,
            quantity: level.quantity,
            orders: level.orders,
            cumulated: Quantity::ZERO,
            venues: VenueSet::default().with(venue),
        }));
    }
    found.sort_by_key(|level| if side == Side::Buy { -level.price.0 } else { level.price.0 });
    found.dedup_by(|next, level| {
        let same = next.price == level.price;
        if same {
            level.quantity.0 += next.quantity.0;
            level.orders += next.orders;
            level.venues = level.venues.and(next.venues);
        }
        same
    });
    found.truncate(LEVELS_MAX);
    let mut all = 0;
    for level in &mut found {
        all += level.quantity.0;
        level.cumulated = Quantity(all);
    }
    found
}
