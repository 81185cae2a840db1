//! Listings: the books of a symbol at all venues, and who has how much of it.
//!
//! Idea: a lot is the same wherever it was bought, so a symbol has a book for each venue and one stock. All venues of
//! all symbols look alike if there is no choice: one book, which nothing has to be looked up for.
//! Bound: `VENUES_MAX` books a symbol, all but the first made when something comes to them.

use crate::domain::ids::{RequestId, SymbolId};
use crate::domain::order::Side;
use crate::domain::venue::VenueId;
use crate::market::accounts::Stock;
use crate::market::book::Book;

/// A symbol that a group owns.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub symbol: SymbolId,
    pub books: Books,
    pub stock: Stock,
}

/// Its books.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    /// At the first venue, or the only one.
    home: Book,
    /// At the other venues, as far as something has come there.
    away: Vec<Book>,
}

impl Books {
    /// The book at the first venue.
    pub const fn home(&self) -> &Book {
        &self.home
    }

    /// The book at a venue; made, if nothing has come there yet.
    pub fn at(&mut self, venue: VenueId) -> &mut Book {
        let Some(place) = venue.index().checked_sub(1) else { return &mut self.home };
        if self.away.len() <= place {
            self.away.resize_with(place + 1, Book::default);
        }
        &mut self.away[place]
    }

    /// The book at a venue, if something has ever come there.
    pub fn get(&self, venue: VenueId) -> Option<&Book> {
        venue.index().checked_sub(1).map_or(Some(&self.home), |place| self.away.get(place))
    }

    /// The books that there are, the first venue's first.
    pub fn iter(&self) -> impl Iterator<Item = (VenueId, &Book)> {
        std::iter::once(&self.home).chain(&self.away).zip(0..).map(|(book, place)| (VenueId(place), book))
    }

    /// At which venue an order rests.
    pub fn venue_of(&self, order: RequestId) -> Option<VenueId> {
        self.iter().find(|(_, book)| book.status(order).is_some()).map(|(venue, _)| venue)
    }

    /// The same, and the first venue if it rests nowhere: constant work where there is no choice.
    pub fn venue_or_home(&self, order: RequestId) -> VenueId {
        if self.away.is_empty() { VenueId::HOME } else { self.venue_of(order).unwrap_or(VenueId::HOME) }
    }

    /// Every book is uncrossed with every lot accounted for: constant work a book, done after every record.
    pub fn is_sound(&self) -> bool {
        self.home.is_sound() && self.away.iter().all(Book::is_sound)
    }

    /// Counts everything anew: O(n), for tests and debug builds.
    pub fn audit(&self) -> bool {
        self.iter().all(|(_, book)| book.audit())
    }

    /// What all bids may cost, in ticks times lots.
    pub fn worth_of_bids(&self) -> i128 {
        self.iter().map(|(_, book)| book.worth_of_bids()).sum()
    }

    /// Orders that rest.
    pub fn resting(&self) -> u64 {
        self.iter().map(|(_, book)| u64::from(book.resting())).sum()
    }

    /// What they take in memory.
    pub fn size_bytes(&self) -> usize {
        self.iter().map(|(_, book)| book.size_bytes()).sum()
    }

    fn offered(&self) -> u64 {
        let offered = |book: &Book| {
            let sells = book.flow(Side::Sell);
            sells.resting + sells.held
        };
        offered(&self.home) + self.away.iter().map(offered).sum::<u64>()
    }
}

impl Listing {
    /// Empty books, and nobody has any yet.
    pub fn new(symbol: SymbolId) -> Self {
        Self { symbol, books: Books::default(), stock: Stock::new(symbol) }
    }

    /// Every lot of the symbol belongs to somebody, and what its sells offer was put aside for them.
    pub fn is_covered(&self) -> bool {
        self.stock.is_sound(self.books.offered())
    }

    /// What they take in memory.
    pub fn size_bytes(&self) -> usize {
        self.books.size_bytes() + self.stock.size_bytes()
    }
}
