//! The state machine of a partition group: books, sessions and the chain over all that was decided.
//!
//! Idea: apply a record, get a verdict; the same records in the same order give the same verdicts and the same chain on
//! every replica, however the log was cut into batches.
//! Shape: `apply(batch)` -> one verdict a record, and an [`Outcome`]. The order of the questions is fixed: is the request
//! new to its session, does the group own the symbol, what does the book say.
//! Chain: h(i) = mix(h(i-1), digest of record i and its verdict). The inner digest starts afresh at each record, so that
//! only one mix hangs on the one before and the processor overlaps the rest with the matching.
//! *Executed* means: this record decided its request, for good; the verdict is kept. A refusal by the book is such a
//! decision. Repetitions, refusals by the session and records for another group's symbol are not; the last are *passed on*
//! to the group that owns it.
//! Bound: those of the books, the sessions and the finished orders.
//! Errors: refusals are verdicts.
//! Left out: accounts and reservations.

mod moves;
mod spreads;

use std::sync::Arc;

use super::book::{Book, BookEvent, Incoming};
use super::finished::Finished;
use super::sessions::{Admission, Burial, SessionSlot, Sessions};
use super::shipments::Shipments;
use super::trades::Trades;
use super::transactions::Transactions;
use crate::domain::digest::{self, Digest};
use crate::domain::fact::{Executed, Fate};
use crate::domain::ids::{RequestId, Sequence, SymbolId};
use crate::domain::log::StateImage;
use crate::domain::order::{Batch, Command, OrderStatus, Record, Verdict};
use crate::domain::units::{Price, Quantity};
use crate::domain::why::Why;
use crate::domain::work::{Transaction, TxId};

/// What applying a batch came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Which records decided their requests.
    pub executed: Executed,
    /// The chain after the batch.
    pub chain: Digest,
    /// Every book that the batch touched was uncrossed, with every lot accounted for, after each record.
    pub sound: bool,
}

/// What a record came to.
struct Decision {
    verdict: Verdict,
    fate: Fate,
}

impl Decision {
    const fn refused(why: Why) -> Self {
        let fate = if matches!(why, Why::NotOwner | Why::Moving) { Fate::PassedOn } else { Fate::Refused };
        Self { verdict: Verdict::rejected(why), fate }
    }
}

#[derive(Clone, Debug)]
struct Listing {
    symbol: SymbolId,
    book: Book,
}

/// The books of a group and all that belongs to them.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// In the order of their symbols.
    listings: Vec<Listing>,
    /// Where the listing of a symbol stands, by symbol number.
    places: Vec<Option<u16>>,
    sessions: Sessions,
    finished: Finished,
    transactions: Transactions,
    shipments: Shipments,
    trades: Trades,
    chain: Digest,
}

impl Exchange {
    /// An exchange that owns these symbols, with empty books.
    pub fn new(symbols: impl IntoIterator<Item = SymbolId>) -> Self {
        let mut symbols: Vec<_> = symbols.into_iter().collect();
        symbols.sort_unstable();
        symbols.dedup();
        let mut places = vec![None; symbols.last().map_or(0, |last| usize::from(last.0) + 1)];
        for (place, symbol) in symbols.iter().enumerate() {
            places[usize::from(symbol.0)] = Some(place as u16);
        }
        Self {
            listings: symbols.into_iter().map(|symbol| Listing { symbol, book: Book::default() }).collect(),
            places,
            sessions: Sessions::default(),
            finished: Finished::default(),
            transactions: Transactions::default(),
            shipments: Shipments::default(),
            trades: Trades::default(),
            chain: Digest::default(),
        }
    }

    /// Applies the records of a batch in order; one verdict for each is added to `verdicts`.
    pub fn apply(&mut self, batch: &Batch, verdicts: &mut Vec<Verdict>) -> Outcome {
        let records = batch.records();
        let mut fates: Option<Vec<Fate>> = None;
        let mut sound = true;
        verdicts.reserve(records.len());
        self.trades.begin(batch.stamp());
        for (at, record) in records.iter().enumerate() {
            let place = self.place_of(record.command.symbol());
            let Decision { verdict, fate } = self.decide(record, place);
            sound &= place.is_ok_and(|place| self.listings[place].book.is_sound()) || place.is_err();
            if fate != Fate::Executed {
                fates.get_or_insert_with(|| vec![Fate::Executed; records.len()])[at] = fate;
            }
            let link = digest::of_verdict(digest::of_record(Digest::default(), record), &verdict);
            self.chain = self.chain.mix(link.0);
            verdicts.push(verdict);
        }
        if let Some(sealed) = self.trades.seal() {
            self.chain = self.chain.mix(sealed.0);
        }
        let executed = fates.map_or(Executed::All, |fates| Executed::Some(fates.into()));
        Outcome { executed, chain: self.chain, sound }
    }

    /// Where an order stands now: resting in its book, or ended not too long ago.
    pub fn query(&self, order: RequestId, symbol: SymbolId) -> Option<Verdict> {
        self.book(symbol)?.status(order).or_else(|| self.finished.find(order, symbol))
    }

    /// The chain over every record so far.
    pub const fn chain(&self) -> Digest {
        self.chain
    }

    /// How many orders rest in all books.
    pub fn resting(&self) -> u64 {
        self.listings.iter().map(|listing| u64::from(listing.book.resting())).sum()
    }

    /// The symbols that it owns, in order.
    pub fn symbols(&self) -> impl ExactSizeIterator<Item = SymbolId> {
        self.listings.iter().map(|listing| listing.symbol)
    }

    /// The book of a symbol that it owns.
    pub fn book(&self, symbol: SymbolId) -> Option<&Book> {
        self.place_of(symbol).ok().map(|place| &self.listings[place].book)
    }

    /// The whole state, shared, for a snapshot.
    pub fn image(&self) -> StateImage {
        debug_assert!(self.listings.iter().all(|listing| listing.book.audit()), "a snapshot is of books that add up");
        StateImage { state: Arc::new(self.clone()), digest: self.chain, size_bytes: self.size_bytes() }
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> u64 {
        let books: usize = self.listings.iter().map(|listing| listing.book.size_bytes()).sum();
        let rest = self.finished.size_bytes()
            + self.transactions.size_bytes()
            + self.shipments.size_bytes()
            + self.trades.size_bytes();
        (books + self.sessions.size_bytes() + rest) as u64
    }

    /// The trades, by the time in which they happened.
    pub const fn trades(&self) -> &Trades {
        &self.trades
    }

    /// The same, to be set up, restored, or asked for what the disk does not have.
    pub const fn trades_mut(&mut self) -> &mut Trades {
        &mut self.trades
    }

    /// The exchange of a snapshot; `None` if the image is of something else.
    pub fn from_image(image: &StateImage) -> Option<Self> {
        image.state.downcast_ref::<Self>().cloned()
    }

    fn place_of(&self, symbol: SymbolId) -> Result<usize, Why> {
        match self.places.get(usize::from(symbol.0)) {
            Some(Some(place)) => Ok(usize::from(*place)),
            _ if symbol.instrument().is_none() => Err(Why::UnknownSymbol),
            _ => Err(Why::NotOwner),
        }
    }

    fn decide(&mut self, record: &Record, place: Result<usize, Why>) -> Decision {
        let (slot, cancelled_before) = match self.sessions.admit(record.id, record.floor) {
            Admission::Fresh(slot) => (slot, false),
            Admission::CancelledBefore(slot) => (slot, true),
            Admission::Repeated(verdict) => return Decision { verdict, fate: Fate::Refused },
            Admission::Refused(why) => return Decision::refused(why),
        };
        let place = match place {
            Ok(_) if self.shipments.freezes(record.command.symbol()) => return Decision::refused(Why::Moving),
            Ok(place) => place,
            Err(why) => return Decision::refused(why),
        };
        let verdict = match record.command {
            Command::Place { symbol, .. } if cancelled_before => {
                self.finished.push(record.id, symbol, OrderStatus::Rejected(Why::CancelledBefore), Quantity::ZERO);
                Verdict::rejected(Why::CancelledBefore)
            }
            Command::Place { symbol, side, order_type, quantity, time_in_force } => {
                let (id, owner) = (record.id, record.id.client.account());
                self.place(place, symbol, &Incoming { id, owner, side, order_type, quantity, time_in_force })
            }
            Command::Replace { symbol, order, price, quantity } => {
                self.replace(place, symbol, record.id.client.request(order), price, quantity)
            }
            Command::Spread { legs } => match self.begin(Transaction { id: TxId(record.id), legs }) {
                Ok(verdict) => verdict,
                Err(why) => return Decision::refused(why),
            },
            Command::Cancel { symbol, order } => match self.cancel(place, symbol, record.id, order, slot) {
                Ok(verdict) => verdict,
                Err(why) => return Decision::refused(why),
            },
            // A query is a read and never in the log; if one gets there it says what it sees and changes nothing.
            Command::Query { symbol, order } => {
                let seen = self.query(record.id.client.request(order), symbol);
                let verdict = seen.unwrap_or(Verdict::rejected(Why::UnknownOrder));
                return Decision { verdict, fate: Fate::Refused };
            }
        };
        self.sessions.keep(slot, record.id.sequence, verdict);
        Decision { verdict, fate: Fate::Executed }
    }

    fn place(&mut self, place: usize, symbol: SymbolId, order: &Incoming) -> Verdict {
        let (finished, trades) = (&mut self.finished, &mut self.trades);
        let verdict = self.listings[place].book.place(order, |event| remember(finished, trades, symbol, event));
        if verdict.resting.is_zero() {
            finished.push(order.id, symbol, verdict.status, verdict.filled);
        }
        verdict
    }

    /// A replace of an order that does not rest is refused for good: unlike a cancel it leaves no tombstone, for the order
    /// that it speaks of may still come and is wanted.
    fn replace(
        &mut self,
        place: usize,
        symbol: SymbolId,
        order: RequestId,
        price: Price,
        quantity: Quantity,
    ) -> Verdict {
        let (finished, trades) = (&mut self.finished, &mut self.trades);
        let book = &mut self.listings[place].book;
        let Some(verdict) = book.replace(order, price, quantity, |event| remember(finished, trades, symbol, event))
        else {
            return Verdict::rejected(Why::UnknownOrder);
        };
        // A replace that is refused leaves its order where it was.
        if verdict.resting.is_zero() && !matches!(verdict.status, OrderStatus::Rejected(_)) {
            finished.push(order, symbol, verdict.status, verdict.filled);
        }
        verdict
    }

    /// A cancel; an error says that it changed nothing and may be asked again.
    fn cancel(
        &mut self,
        place: usize,
        symbol: SymbolId,
        id: RequestId,
        order: Sequence,
        slot: SessionSlot,
    ) -> Result<Verdict, Why> {
        let order = id.client.request(order);
        if let Some(verdict) = self.listings[place].book.cancel(order) {
            if matches!(verdict.status, OrderStatus::Rejected(_)) {
                return Ok(verdict);
            }
            self.finished.push(order, symbol, verdict.status, verdict.filled);
            return Ok(verdict);
        }
        match self.sessions.bury(slot, order.sequence) {
            Burial::Known => Ok(Verdict::rejected(Why::UnknownOrder)),
            Burial::NoRoom => Err(Why::SessionFull),
            Burial::Buried => {
                Ok(Verdict { status: OrderStatus::Cancelled, filled: Quantity::ZERO, resting: Quantity::ZERO })
            }
        }
    }
}

/// A maker that has nothing left has ended; what traded is kept.
fn remember(finished: &mut Finished, trades: &mut Trades, symbol: SymbolId, event: &BookEvent) {
    if let BookEvent::Fill(fill) = event {
        trades.fill(symbol, fill);
    }
    match event {
        BookEvent::Fill(fill) if fill.maker_left.is_zero() => {
            finished.push(fill.maker, symbol, OrderStatus::Filled, fill.maker_filled);
        }
        BookEvent::Stopped(stopped) if stopped.left.is_zero() => {
            finished.push(stopped.id, symbol, OrderStatus::Stopped(Why::SelfTrade), stopped.filled);
        }
        BookEvent::Fill(_) | BookEvent::Stopped(_) => {}
    }
}
