//! Listings: the books of a symbol at all venues, and who has how much of it.
//!
//! Idea: a lot is the same wherever it was bought, so a symbol has a book for each venue and one stock. Where there is no
//! choice of venues there is one book, which nothing has to be looked up for.
//! Each book has its own tape; in which order the books traded is noted beside them, so that a screen can show one tape.
//! Bound: `VENUES_MAX` books a symbol, all but the first made when something comes to them; the order of the last
//! `TAPE_MAX` trades.

use std::collections::VecDeque;

use crate::domain::ids::{RequestId, SymbolId};
use crate::domain::order::Side;
use crate::domain::venue::{VENUES_MAX, VenueId};
use crate::market::accounts::Stock;
use crate::market::book::Book;
use crate::market::flow::Trade;
use crate::market::tape::TAPE_MAX;

/// A symbol that a group owns.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub symbol: SymbolId,
    pub books: Books,
    pub stock: Stock,
}

/// The books of a symbol.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// At the first venue, or the only one.
    home: Book,
    /// At the other venues, as far as something has come there.
    away: Vec<Book>,
    prints: Prints,
}

/// Where the last trades happened, the oldest first; nothing where there is but one book.
#[derive(Clone, Debug, Default)]
struct Prints {
    order: VecDeque<VenueId>,
    /// How many trades of each book are noted.
    noted: [u64; VENUES_MAX],
}

impl Prints {
    fn note(&mut self, venue: VenueId, trades: u64) {
        let noted = std::mem::replace(&mut self.noted[venue.index()], trades);
        for _ in 0..(trades - noted).min(TAPE_MAX as u64) {
            if self.order.len() == TAPE_MAX {
                self.order.pop_front();
            }
            self.order.push_back(venue);
        }
    }
}

impl Books {
    /// The book at the first venue.
    pub const fn home(&self) -> &Book {
        &self.home
    }

    /// The book at a venue; made, if nothing has come there yet.
    pub(super) fn at(&mut self, venue: VenueId) -> &mut Book {
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

    /// Something may have traded at a venue: in which order is remembered.
    pub(super) fn note(&mut self, venue: VenueId) {
        if !self.away.is_empty() {
            // What traded before there was a second book traded before whatever comes now.
            self.prints.note(VenueId::HOME, self.home.tape().count());
            self.prints.note(venue, self.get(venue).map_or(0, |book| book.tape().count()));
        }
    }

    /// How many trades there ever were.
    pub fn trades(&self) -> u64 {
        self.iter().map(|(_, book)| book.tape().count()).sum()
    }

    /// The last trade, wherever it was.
    pub fn last_trade(&self) -> Option<Trade> {
        let newest = self.prints.order.back().and_then(|venue| self.get(*venue)).unwrap_or(&self.home);
        newest.last_trade()
    }

    /// The last trades at all venues, the newest first.
    pub fn tape(&self) -> Vec<(VenueId, Trade)> {
        if self.away.is_empty() {
            return self.home.tape().latest().map(|trade| (VenueId::HOME, trade)).collect();
        }
        let mut tapes: Vec<_> = self.iter().map(|(_, book)| book.tape().latest()).collect();
        let newest_first = self.prints.order.iter().rev();
        newest_first.filter_map(|venue| Some((*venue, tapes[venue.index()].next()?))).collect()
    }

    /// At which venue an order rests.
    pub fn venue_of(&self, order: RequestId) -> Option<VenueId> {
        self.iter().find(|(_, book)| book.status(order).is_some()).map(|(venue, _)| venue)
    }

    /// The same, and the first venue if it rests nowhere: constant work where there is no choice.
    pub(super) fn venue_or_home(&self, order: RequestId) -> VenueId {
        if self.away.is_empty() { VenueId::HOME } else { self.venue_of(order).unwrap_or(VenueId::HOME) }
    }

    /// Every book is uncrossed with every lot accounted for: constant work a book, done after every record.
    pub fn is_sound(&self) -> bool {
        self.home.is_sound() && self.away.iter().all(Book::is_sound)
    }

    /// Counts everything again: O(n), for tests and debug builds.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClientId, Sequence};
    use crate::domain::order::OrderType;
    use crate::domain::units::{Price, Quantity};
    use crate::market::book::Incoming;

    /// A trade of so many lots at a venue.
    fn trade(books: &mut Books, venue: VenueId, lots: u64, number: u64) {
        for (client, side) in [(1, Side::Sell), (2, Side::Buy)] {
            let id = ClientId(client).request(Sequence(number));
            let limit = OrderType::Limit(Price(100));
            books.at(venue).place(&Incoming::good_till_cancel(id, side, limit, Quantity(lots)), |_| {});
        }
        books.note(venue);
    }

    #[test]
    fn one_tape_of_all_books_has_the_trades_in_the_order_in_which_they_happened() {
        let mut books = Books::default();
        let venues = [0, 0, 1, 0, 2, 2, 1, 0, 1].map(VenueId);
        for (number, venue) in (1..).zip(venues) {
            trade(&mut books, venue, number, number);
        }
        let tape = books.tape();
        let told: Vec<_> = tape.iter().rev().map(|(venue, trade)| (*venue, trade.quantity.0)).collect();
        let meant: Vec<_> = venues.into_iter().zip(1..).collect();
        assert_eq!((told, books.trades()), (meant, 9));
    }

    #[test]
    fn the_tape_of_all_books_is_as_long_as_one() {
        let mut books = Books::default();
        for number in 1..=3 * TAPE_MAX as u64 {
            trade(&mut books, VenueId((number % 3) as u8), number, number);
        }
        let tape = books.tape();
        assert_eq!(tape.len(), TAPE_MAX);
        assert!(
            tape.iter().zip((1..=3 * TAPE_MAX as u64).rev()).all(|((_, trade), number)| trade.quantity.0 == number)
        );
    }
}
