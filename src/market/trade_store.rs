//! The trade store: trades by id, in the partition to which their ids belong, as part of the state that a group replicates.
//!
//! Idea: a trade enters the store of the partition in which it happened, in the record that made it, so it cannot be lost;
//! from there it goes where its id belongs, and goes again when the strategy changes. The state does not know the
//! strategy: it holds trades, and two records change what it holds. Which trade belongs where, the leader knows
//! (`node::carrier`).
//! Shape: a *shelf* for each partition of which there are trades, in the order of ids; they come nearly in that order, so
//! nearly every one is put behind the last. [`keep`](TradeStore::keep) merges a bundle, [`sent`](TradeStore::sent) takes one
//! out; doing either twice is doing it once.
//! Safety: a copy with hop h goes only when one with hop h + 1 is in another group's log. So of all copies of a trade one
//! with the highest hop is always there, in whatever order letters come and strategies change (ADR-0006).
//! Bound: of each partition the newest `share` trades, and up to 64 that wait to go; what is older is forgotten wherever it is, and counted. A keeper
//! learns from each bundle how far its sender is.
//! Left out: a trade that is forgotten is gone from here; the archive by time (`trades`) has it longer.

use std::collections::VecDeque;

use crate::domain::ids::GroupId;
use crate::domain::stored::{Bundle, StoredTrade, TradeId, Trip};

/// What is too old goes in company: the oldest trades lie far from the newest in memory, and a look at them costs more
/// than the trade.
const FORGET_EVERY: u64 = 64;

/// What happened to trades in this group's store.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StoreTally {
    /// Trades that came here from where they had belonged, for the strategy had changed.
    pub moved: u64,
    /// Trades that were here when they grew too old; what grew too old on its way is not counted.
    pub forgotten: u64,
}

/// The trades of one partition that are here.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Shelf {
    source: GroupId,
    /// The newest trade of that partition of which this group has heard.
    newest: u64,
    /// In the order of ids.
    trades: VecDeque<StoredTrade>,
}

impl Shelf {
    fn place(&self, id: TradeId) -> Result<usize, usize> {
        match self.trades.back() {
            Some(last) if last.id >= id => self.trades.binary_search_by_key(&id, |trade| trade.id),
            _ => Err(self.trades.len()),
        }
    }

    /// The partition has come so far: what is older than its share goes; how many those were.
    fn learn(&mut self, newest: u64, share: u64) -> u64 {
        self.newest = self.newest.max(newest);
        let floor = self.newest.saturating_sub(share);
        let old = self.trades.partition_point(|trade| trade.id.number() <= floor);
        self.trades.drain(..old);
        old as u64
    }

    const fn is_expired(&self, id: TradeId, share: u64) -> bool {
        id.number() + share <= self.newest
    }
}

/// The trades that a group keeps by id, or has and must send on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TradeStore {
    me: GroupId,
    /// Trades of each partition that the cluster keeps.
    share: u64,
    /// In the order of their partitions; the own one is always there.
    shelves: Vec<Shelf>,
    /// Where the own one stands.
    own: usize,
    tally: StoreTally,
}

impl TradeStore {
    /// The empty store of a group; of each partition the cluster keeps the newest `share` trades.
    pub fn new(me: GroupId, share: u64) -> Self {
        let own = Shelf { source: me, newest: 0, trades: VecDeque::new() };
        Self { me, share, shelves: vec![own], own: 0, tally: StoreTally::default() }
    }

    /// Of how many trades of each partition this is.
    pub const fn share(&self) -> u64 {
        self.share
    }

    /// The so-manieth trade has happened here: its id is for the caller's record of it.
    pub fn enter(&mut self, number: u64, trade: impl FnOnce(TradeId) -> StoredTrade) {
        if self.share == 0 {
            return;
        }
        let shelf = &mut self.shelves[self.own];
        assert!(number > shelf.newest, "trades are counted as they happen");
        shelf.newest = number;
        shelf.trades.push_back(trade(TradeId::new(self.me, number)));
        if number.is_multiple_of(FORGET_EVERY) {
            self.tally.forgotten += shelf.learn(number, self.share);
        }
    }

    /// The trades of a bundle are here now, each with one hop more than its sender had.
    pub fn keep(&mut self, bundle: &Bundle) {
        let (share, me) = (self.share, self.me);
        // Of its own trades a group knows best; who says more has seen what its log has lost, which is the auditor's to tell.
        for newest in bundle.newest().iter().filter(|newest| newest.source() != me) {
            let place = self.shelf(newest.source());
            self.tally.forgotten += self.shelves[place].learn(newest.number(), share);
        }
        for trade in bundle.trades() {
            let place = self.shelf(trade.id.source());
            let shelf = &mut self.shelves[place];
            if shelf.is_expired(trade.id, share) {
                continue;
            }
            let kept = StoredTrade { hop: trade.hop + 1, ..*trade };
            match shelf.place(trade.id) {
                Ok(known) => {
                    let known = &mut shelf.trades[known];
                    known.hop = known.hop.max(kept.hop);
                }
                Err(place) => {
                    shelf.trades.insert(place, kept);
                    self.tally.moved += u64::from(bundle.trip == Trip::Next);
                }
            }
        }
    }

    /// The trades of a bundle are kept elsewhere: what is still here as it was when they were packed, goes.
    pub fn sent(&mut self, bundle: &Bundle) {
        let trades = bundle.trades();
        for of_source in trades.chunk_by(|one, next| one.id.source() == next.id.source()) {
            let place = self.shelf(of_source[0].id.source());
            let shelf = &mut self.shelves[place].trades;
            let (Some(first), Some(last)) = (of_source.first(), of_source.last()) else { continue };
            // Between the first and the last, what is in the bundle goes; both are in the order of ids.
            let begins = shelf.partition_point(|trade| trade.id < first.id);
            let ends = shelf.partition_point(|trade| trade.id <= last.id);
            let (mut gone, mut stays) = (of_source.iter().peekable(), begins);
            for at in begins..ends {
                let trade = shelf[at];
                while gone.next_if(|sent| sent.id < trade.id).is_some() {}
                let given_up = gone.peek().is_some_and(|sent| sent.id == trade.id && sent.hop == trade.hop);
                if !given_up {
                    shelf[stays] = trade;
                    stays += 1;
                }
            }
            shelf.drain(stays..ends);
        }
    }

    /// Whether nothing would change if this bundle were kept: all of it is here already, or too old.
    pub fn has(&self, bundle: &Bundle) -> bool {
        bundle.trades().iter().all(|trade| {
            let Some(shelf) = self.find_shelf(trade.id.source()) else { return false };
            let here = || shelf.place(trade.id).is_ok_and(|place| shelf.trades[place].hop > trade.hop);
            shelf.is_expired(trade.id, self.share) || here()
        })
    }

    /// A trade that is here.
    pub fn find(&self, id: TradeId) -> Option<&StoredTrade> {
        let shelf = self.find_shelf(id.source())?;
        shelf.place(id).ok().map(|place| &shelf.trades[place])
    }

    /// Every trade that is here, by partition and then by id.
    pub fn iter(&self) -> impl Iterator<Item = &StoredTrade> {
        self.shelves.iter().flat_map(|shelf| shelf.trades.iter())
    }

    /// The trades that are here of each partition, by id.
    pub fn by_source(&self) -> impl Iterator<Item = (GroupId, impl ExactSizeIterator<Item = &StoredTrade>)> {
        self.shelves.iter().map(|shelf| (shelf.source, shelf.trades.iter()))
    }

    /// The trades that have happened here after the so-manieth and are still here, the oldest first.
    pub fn entered_after(&self, number: u64) -> impl Iterator<Item = &StoredTrade> {
        let own = &self.shelves[self.own].trades;
        own.range(own.partition_point(|trade| trade.id.number() <= number)..)
    }

    /// How many trades have ever happened here.
    pub fn newest(&self) -> u64 {
        self.shelves[self.own].newest
    }

    /// The newest trade of a partition of which this group has heard.
    pub fn newest_of(&self, source: GroupId) -> u64 {
        self.find_shelf(source).map_or(0, |shelf| shelf.newest)
    }

    /// How many trades are here.
    pub fn len(&self) -> u64 {
        self.shelves.iter().map(|shelf| shelf.trades.len() as u64).sum()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.shelves.iter().all(|shelf| shelf.trades.is_empty())
    }

    /// What has happened to trades here.
    pub const fn tally(&self) -> StoreTally {
        self.tally
    }

    /// About what it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.shelves.len() * size_of::<Shelf>() + self.len() as usize * size_of::<StoredTrade>()
    }

    fn find_shelf(&self, source: GroupId) -> Option<&Shelf> {
        self.shelves.binary_search_by_key(&source, |shelf| shelf.source).ok().map(|place| &self.shelves[place])
    }

    /// Where the shelf of a partition stands; it is put up if there is none.
    fn shelf(&mut self, source: GroupId) -> usize {
        self.shelves.binary_search_by_key(&source, |shelf| shelf.source).unwrap_or_else(|place| {
            self.shelves.insert(place, Shelf { source, newest: 0, trades: VecDeque::new() });
            self.own += usize::from(place <= self.own);
            place
        })
    }
}

#[cfg(test)]
#[path = "trade_store_tests.rs"]
mod tests;
