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
//! Money: check, reservation, fill and position are one record. An order is held to what its account has before it meets
//! the book, pays as it trades, and what rests of it is put aside ([`accounts`](super::accounts)).
//! Version: how many records it was given. The next must be the one after; whoever feeds it sees to that (`node::machine`).
//! Errors: refusals are verdicts.
//! Moves: a symbol takes with it who has how much of it, and a bid the cash that was put aside for it (`moves`).

mod clearing;
mod listing;
mod moves;
mod placing;
mod spreads;
mod transfers;
mod venues;

use std::sync::Arc;

pub use transfers::WAITING_MAX;

use super::accounts::{Accounts, Opening, Stock};
use super::book::{Book, Incoming};
use super::finished::Finished;
use super::sessions::{Admission, Sessions};
use super::shipments::Shipments;
use super::trades::Trades;
use super::transactions::Transactions;
use crate::domain::digest::{self, Digest};
use crate::domain::fact::{Executed, Fate, Money};
use crate::domain::ids::{LogIndex, RequestId, SymbolId};
use crate::domain::log::StateImage;
use crate::domain::order::{Batch, Command, OrderStatus, Record, Verdict};
use crate::domain::stored::Storing;
use crate::domain::units::{Cash, Quantity};
use crate::domain::why::Why;
pub use listing::Books;
use listing::Listing;
use transfers::WaitingRoom;
use venues::Venues;

/// What applying a batch came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Which records decided their requests.
    pub executed: Executed,
    /// The chain after the batch.
    pub chain: Digest,
    /// Every book that the batch touched was uncrossed, with every lot accounted for, after each record.
    pub sound: bool,
    /// Whether money was conserved after each record, and what went to and came from other groups.
    pub money: Money,
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
    accounts: Accounts,
    room: WaitingRoom,
    venues: Venues,
    version: LogIndex,
    /// How many of the records were requests of clients.
    requests: u64,
    chain: Digest,
}

impl Exchange {
    /// An exchange that owns these symbols, with empty books and accounts that never run short.
    pub fn new(symbols: impl IntoIterator<Item = SymbolId>) -> Self {
        Self::open(Opening::PLENTY, symbols)
    }

    /// An exchange that owns these symbols, with empty books; accounts begin with this.
    pub fn open(opening: Opening, symbols: impl IntoIterator<Item = SymbolId>) -> Self {
        let mut symbols: Vec<_> = symbols.into_iter().collect();
        symbols.sort_unstable();
        symbols.dedup();
        let mut places = vec![None; symbols.last().map_or(0, |last| usize::from(last.0) + 1)];
        for (place, symbol) in symbols.iter().enumerate() {
            places[usize::from(symbol.0)] = Some(place as u16);
        }
        Self {
            listings: symbols.into_iter().map(Listing::new).collect(),
            places,
            sessions: Sessions::default(),
            finished: Finished::default(),
            transactions: Transactions::default(),
            shipments: Shipments::default(),
            trades: Trades::default(),
            accounts: Accounts::new(opening),
            room: WaitingRoom::default(),
            venues: Venues::default(),
            version: LogIndex::ORIGIN,
            requests: 0,
            chain: Digest::default(),
        }
    }

    /// Applies the records of a batch in order; one verdict for each is added to `verdicts`.
    pub fn apply(&mut self, batch: &Batch, verdicts: &mut Vec<Verdict>) -> Outcome {
        let records = batch.records();
        let mut fates: Option<Vec<Fate>> = None;
        let (mut sound, mut balanced) = (true, true);
        let mut short = Vec::new();
        verdicts.reserve(records.len());
        self.trades.begin(batch.stamp());
        for (at, record) in records.iter().enumerate() {
            let place = self.place_of(record.command.symbol());
            let Decision { verdict, fate } = self.decide(record, place);
            if let Ok(place) = place {
                let listing = &self.listings[place];
                sound &= listing.books.is_sound();
                balanced &= listing.is_covered() && self.is_balanced();
            }
            if let OrderStatus::Rejected(why) = verdict.status
                && why.is_shortage()
                && fate != Fate::Repeated
            {
                short.push(record.id);
            }
            if fate != Fate::Executed {
                fates.get_or_insert_with(|| vec![Fate::Executed; records.len()])[at] = fate;
            }
            let link = digest::of_verdict(digest::of_record(Digest::default(), record), &verdict);
            self.chain = self.chain.mix(link.0 ^ self.accounts.trace());
            verdicts.push(verdict);
        }
        self.finished.ended_short(short);
        if let Some(sealed) = self.trades.seal() {
            self.chain = self.chain.mix(sealed.0);
        }
        self.version = self.version.plus(records.len() as u64);
        self.requests += records.len() as u64;
        let executed = fates.map_or(Executed::All, |fates| Executed::Some(fates.into()));
        Outcome { executed, chain: self.chain, sound, money: self.money(balanced) }
    }

    /// Nothing was made and nothing vanished, and every fee was billed to somebody.
    fn is_balanced(&self) -> bool {
        let totals = self.accounts.totals();
        totals.is_conserved() && totals.billed == self.fees().0
    }

    fn money(&self, balanced: bool) -> Money {
        let totals = self.accounts.totals();
        let (sent, received) = (Cash(totals.sent), Cash(totals.received));
        let in_transit = self.transactions.cash_in_transit() + self.shipments.leaving().len() as u32;
        Money { balanced, sent, received, lots_sent: totals.lots_sent, lots_received: totals.lots_received, in_transit }
    }

    /// A step of trades on their way to where their ids belong is applied.
    pub fn store(&mut self, storing: &Storing) -> Money {
        let store = self.trades.store_mut();
        match storing {
            Storing::Keep(bundle) => store.keep(bundle),
            Storing::Sent(bundle) => store.sent(bundle),
        }
        self.chain = self.chain.mix(storing.digest().mix(store.len()).0 ^ self.accounts.trace());
        self.pass(1)
    }

    /// How many records it was given.
    pub const fn version(&self) -> LogIndex {
        self.version
    }

    /// How many requests of clients it was given: the other records are the cluster's own.
    pub const fn requests(&self) -> u64 {
        self.requests
    }

    /// So many records concerned others.
    pub fn pass(&mut self, records: u64) -> Money {
        self.version = self.version.plus(records);
        self.money(self.is_balanced())
    }

    /// The cash of every account here.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Who has how much of a symbol that it owns; of one that is frozen, nobody has any here: it is on its way.
    pub fn stock(&self, symbol: SymbolId) -> Option<&Stock> {
        self.serves(symbol).ok()?;
        self.place_of(symbol).ok().map(|place| &self.listings[place].stock)
    }

    /// Orders that wait for cash.
    pub fn waiting(&self) -> usize {
        self.room.staying()
    }

    /// Counts all cash, all lots and all reservations again and compares: O(n), for tests and debug builds.
    pub fn audit_money(&self) -> bool {
        let opening = self.accounts.opening();
        let here = self.listings.iter().filter(|listing| !self.shipments.freezes(listing.symbol));
        let bids: i128 = here.map(|listing| listing.stock.worth(listing.books.worth_of_bids())).sum();
        let legs: i128 = self.transactions.guests().map(|guest| self.reserved_for(guest)).sum();
        let reserved: i128 = self.accounts.iter().map(|(_, purse)| purse.reserved).sum();
        self.accounts.audit()
            && reserved == bids + legs
            && self.is_balanced()
            && self.listings.iter().all(|listing| listing.is_covered() && listing.stock.audit(opening))
    }

    /// Where an order stands now: resting in its book, or ended not too long ago.
    pub fn query(&self, order: RequestId, symbol: SymbolId) -> Option<Verdict> {
        let books = &self.listings[self.place_of(symbol).ok()?].books;
        let here = books.iter().find_map(|(_, book)| book.status(order)).or_else(|| self.finished.find(order, symbol));
        here.or_else(|| self.room.find(order))
    }

    /// The chain over every record so far.
    pub const fn chain(&self) -> Digest {
        self.chain
    }

    /// How many orders rest in all books.
    pub fn resting(&self) -> u64 {
        self.listings.iter().map(|listing| listing.books.resting()).sum()
    }

    /// The symbols that it owns, in order.
    pub fn symbols(&self) -> impl ExactSizeIterator<Item = SymbolId> {
        self.listings.iter().map(|listing| listing.symbol)
    }

    /// The book of a symbol that it owns, at the first venue.
    pub fn book(&self, symbol: SymbolId) -> Option<&Book> {
        self.place_of(symbol).ok().map(|place| self.listings[place].books.home())
    }

    /// All books of a symbol that it owns.
    pub fn books(&self, symbol: SymbolId) -> Option<&Books> {
        self.place_of(symbol).ok().map(|place| &self.listings[place].books)
    }

    /// Which orders ended unexecuted since this was last asked, for want of cash or of room.
    pub fn take_short(&mut self) -> Option<Arc<Vec<RequestId>>> {
        self.finished.take_short()
    }

    /// The whole state, shared, for a snapshot.
    pub fn image(&self) -> StateImage {
        debug_assert!(self.listings.iter().all(|listing| listing.books.audit()), "a snapshot is of books that add up");
        debug_assert!(self.audit_money(), "a snapshot is of accounts that add up");
        StateImage { state: Arc::new(self.clone()), digest: self.chain, size_bytes: self.size_bytes() }
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> u64 {
        let books: usize = self.listings.iter().map(Listing::size_bytes).sum();
        let accounts = self.accounts.size_bytes() + self.room.size_bytes();
        let under_way = self.transactions.size_bytes() + self.shipments.size_bytes();
        let kept = self.sessions.size_bytes() + self.finished.size_bytes() + self.trades.size_bytes();
        (books + accounts + under_way + kept) as u64
    }

    /// What a copy of it takes in memory: packed trades are shared.
    pub fn copied_bytes(&self) -> u64 {
        let archive = self.trades.windows().archive();
        self.size_bytes() - archive.bytes() + archive.list_bytes()
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
            Admission::Repeated(verdict) => return Decision { verdict, fate: Fate::Repeated },
            Admission::Refused(why) => return Decision::refused(why),
        };
        let place = match place {
            Ok(_) if self.shipments.freezes(record.command.symbol()) => return Decision::refused(Why::Moving),
            Ok(place) => place,
            Err(why) => return Decision::refused(why),
        };
        let verdict = match record.command {
            Command::Place { symbol, .. } if cancelled_before => {
                self.turn_away(symbol, record.id, Why::CancelledBefore)
            }
            Command::Place { symbol, side, order_type, quantity, time_in_force, venue } => {
                let (id, owner) = (record.id, record.id.client.account());
                let mut order = Incoming { id, owner, side, order_type, quantity, time_in_force };
                let placed = match self.admit_to(place, venue, &mut order) {
                    Ok(venue) => self.place((place, venue), &order, 0),
                    Err(why) => Ok(self.turn_away(symbol, record.id, why)),
                };
                match placed {
                    Ok(verdict) => verdict,
                    Err(why) => return Decision::refused(why),
                }
            }
            Command::Replace { symbol, order, price, quantity } => {
                self.replace(place, symbol, record.id.client.request(order), price, quantity)
            }
            Command::Spread { legs } => match self.begin(record.id, legs) {
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

    /// An order that no book has seen is refused for good.
    fn turn_away(&mut self, symbol: SymbolId, order: RequestId, why: Why) -> Verdict {
        self.finished.push(order, symbol, OrderStatus::Rejected(why), Quantity::ZERO);
        Verdict::rejected(why)
    }
}
