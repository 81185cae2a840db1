//! The trades of a partition, kept by the time in which they happened and by their ids, as part of the state that its group
//! replicates.
//!
//! Idea: those by time stay where they happened; those by id go where their ids belong ([`TradeStore`]).
//! A state machine has no clock. The leader stamps each batch with its own when it closes it; the stamp is in the log,
//! under the batch's digest, so every replica puts a trade into the same window, packs the same blocks at the same index, and a
//! replay does so again. Clocks of two leaders differ, and time must not go back: the partition's time is the highest
//! stamp so far, so a leader whose clock is behind makes it stand still, never return.
//! Rejected: windows by log index (nobody asks for the trades of index 70,000 to 80,000); the clock of each replica (five
//! replicas, five archives); the client's time (a client may say anything, and a retry comes late).
//! Shape: [`begin`](Trades::begin) with each batch, [`fill`](Trades::fill) with each trade, [`seal`](Trades::seal) after it: a
//! digest over what was packed, for the chain. So the auditor's chain covers the archive, and replicas whose blocks
//! differ by a bit are found. [`unwritten`](Trades::unwritten) is what the disk does not have yet.
//! Bound: that of the time windows.
//! Errors: a damaged block on the disk takes its place in the archive when the node restarts, so that questions name it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::flow::Fill;
use super::time_windows::query::{ANSWER_TRADES_MAX, TapeQuery};
use super::time_windows::window::Deal;
use super::time_windows::{Holdings, TimeWindows, WindowRules};
use super::trade_store::TradeStore;
use crate::domain::digest::Digest;
use crate::domain::ids::{GroupId, NodeId, SymbolId};
use crate::domain::stored::{StoredTrade, TradeId};
use crate::domain::time::SimTime;
use crate::domain::trades::{PartAnswer, SHOWN_MAX, ShownTrade, TOUCHED_MAX, TradesQuery, TradesQuestion};

/// A packed block with its number.
pub type Numbered = (u64, Arc<[u8]>);

/// The trades of a partition.
#[derive(Clone, Debug)]
pub struct Trades {
    windows: TimeWindows,
    /// The partition's time: the highest stamp so far.
    now: SimTime,
    /// The last block that is in the chain.
    sealed: u64,
    /// The last block that this node's disk was given; what a replica knows of its own disk, not what the group knows.
    written: u64,
    /// Which symbols were ever traded here: questions about others open nothing.
    traded: SymbolSet,
    store: TradeStore,
}

/// A set of symbols, a bit each; it grows to the highest that it was given.
#[derive(Clone, Debug, Default)]
struct SymbolSet(Vec<u64>);

impl SymbolSet {
    fn add(&mut self, symbol: SymbolId) {
        let (word, bit) = Self::place(symbol);
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= bit;
    }

    fn has(&self, symbol: SymbolId) -> bool {
        let (word, bit) = Self::place(symbol);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn place(symbol: SymbolId) -> (usize, u64) {
        (usize::from(symbol.0) / 64, 1 << (symbol.0 % 64))
    }
}

impl Default for Trades {
    fn default() -> Self {
        Self::new(WindowRules::default())
    }
}

impl Trades {
    /// No trades yet; none will be kept by id.
    pub fn new(rules: WindowRules) -> Self {
        Self {
            windows: TimeWindows::new(rules),
            now: SimTime::ZERO,
            sealed: 0,
            written: 0,
            traded: SymbolSet::default(),
            store: TradeStore::new(GroupId(1), 0),
        }
    }

    /// With this store for trades by id.
    #[must_use]
    pub fn with_store(self, store: TradeStore) -> Self {
        Self { store, ..self }
    }

    /// The trades by id.
    pub const fn store(&self) -> &TradeStore {
        &self.store
    }

    pub(super) const fn store_mut(&mut self) -> &mut TradeStore {
        &mut self.store
    }

    /// The windows of time.
    pub const fn windows(&self) -> &TimeWindows {
        &self.windows
    }

    /// A batch with this stamp is applied: time goes on, and windows may grow cold.
    pub fn begin(&mut self, stamp: SimTime) {
        self.now = self.now.max(stamp);
        self.windows.advance(self.now);
    }

    /// Two orders traded.
    pub fn fill(&mut self, symbol: SymbolId, fill: &Fill) {
        let Fill { side, price, quantity, .. } = *fill;
        self.traded.add(symbol);
        let kept = self.windows.record(Deal { at: self.now, symbol, side, price, quantity });
        let Ok(number) = kept else { panic!("the partition's time never goes back, so no trade comes too late") };
        let (at, price, quantity) = (self.now, price.0 as u32, quantity.0 as u32);
        self.store.enter(number.0, |id| StoredTrade { id, at, price, quantity, hop: 0, symbol, side });
    }

    /// A digest over the blocks that were packed since it was last asked; `None` if there are none.
    pub fn seal(&mut self) -> Option<Digest> {
        let archive = self.windows.archive();
        if archive.last() == self.sealed {
            return None;
        }
        let sealed = archive
            .since(self.sealed)
            .fold(Digest(0), |digest, (number, block)| digest.mix(number).mix(u64::from(block.checksum())));
        self.sealed = archive.last();
        Some(sealed)
    }

    /// The blocks that this node's disk was not given yet, with their numbers; and the lowest number that is still kept.
    /// They count as given from now on.
    pub fn unwritten(&mut self) -> (Vec<Numbered>, u64) {
        let archive = self.windows.archive();
        if archive.last() == self.written {
            return (Vec::new(), 0);
        }
        let fresh = archive.since(self.written).map(|(number, block)| (number, Arc::clone(block.image()))).collect();
        let first = archive.first().unwrap_or(0);
        self.written = archive.last();
        (fresh, first)
    }

    /// The state came from another node: the disk has none of its blocks.
    pub const fn arrived(&mut self) {
        self.written = 0;
    }

    /// The state came from a snapshot on the node's disk: its blocks are those that the disk holds. One that is
    /// missing there is written again.
    pub fn restored(&mut self, disk: &BTreeMap<u64, Arc<[u8]>>) {
        self.written = self.windows.restore(disk);
    }

    /// Answers a question to this node's replica of a group.
    pub fn answer(&self, question: TradesQuestion, group: GroupId, node: NodeId) -> PartAnswer {
        let TradesQuery { symbol, from, until } = question.query;
        let nothing = PartAnswer::nothing(question, group, node);
        if !self.traded.has(symbol) {
            return nothing;
        }
        let asked = TapeQuery { symbol: Some(symbol), from, until, limit: ANSWER_TRADES_MAX };
        match self.windows.query(&asked) {
            Err(corrupt) => PartAnswer { damaged: Some(corrupt.window), ..nothing },
            Ok(answer) => {
                let shown = answer.trades.iter().take(SHOWN_MAX).map(|trade| ShownTrade {
                    id: TradeId::new(group, trade.id.0),
                    at: trade.deal.at,
                    side: trade.deal.side,
                    price: trade.deal.price,
                    quantity: trade.deal.quantity,
                });
                PartAnswer {
                    found: answer.trades.len() as u64,
                    shown: shown.collect(),
                    touched: answer.touched.iter().take(TOUCHED_MAX).copied().collect(),
                    opened: answer.touched.len() as u64,
                    passed: answer.passed,
                    bytes_read: answer.bytes_read(),
                    ..nothing
                }
            }
        }
    }

    /// What is kept.
    pub fn holdings(&self) -> Holdings {
        self.windows.holdings()
    }

    /// About what it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.windows.size_bytes() as usize + self.store.size_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, ClientId, Sequence};
    use crate::domain::order::Side;
    use crate::domain::trades::WindowLength;
    use crate::domain::units::{Price, Quantity};

    const RULES: WindowRules = WindowRules { length: WindowLength::Second, hot: 1, archive_bytes: 1 << 20 };
    const GOOG: SymbolId = SymbolId(6);

    fn fill(price: i64) -> Fill {
        let request = ClientId(1).request(Sequence(1));
        Fill {
            maker: request,
            maker_owner: AccountId(1),
            taker: request,
            side: Side::Buy,
            price: Price(price),
            quantity: Quantity(1),
            maker_filled: Quantity(1),
            maker_left: Quantity(0),
        }
    }

    /// A trade a second, and what the chain is told.
    fn played(prices: &[i64]) -> (Trades, Vec<Digest>) {
        let mut trades = Trades::new(RULES);
        let mut sealed = Vec::new();
        for (second, price) in prices.iter().enumerate() {
            trades.begin(SimTime::from_millis(second as u64 * 1_000));
            trades.fill(GOOG, &fill(*price));
            sealed.extend(trades.seal());
        }
        (trades, sealed)
    }

    fn asked(query: TradesQuery) -> TradesQuestion {
        TradesQuestion { query, asked: SimTime::ZERO, leaders: 1, partitions: 1 }
    }

    fn all(trades: &Trades) -> PartAnswer {
        let query = TradesQuery { symbol: GOOG, from: SimTime::ZERO, until: SimTime::NEVER };
        trades.answer(asked(query), GroupId(1), NodeId(1))
    }

    #[test]
    fn a_leader_whose_clock_is_behind_makes_time_stand_still() {
        let mut trades = Trades::new(RULES);
        for ms in [5_000, 3_000, 5_500, 100] {
            trades.begin(SimTime::from_millis(ms));
            trades.fill(GOOG, &fill(1));
        }
        let times: Vec<_> = all(&trades).shown.iter().map(|trade| trade.at.as_millis()).collect();
        assert_eq!((times, trades.holdings().late), (vec![5_000, 5_000, 5_500, 5_500], 0));
    }

    #[test]
    fn the_chain_is_told_of_every_block_once_and_of_what_is_in_it() {
        let (_, sealed) = played(&[1, 2, 3, 4]);
        assert_eq!(sealed.len(), 3, "the newest window is hot");
        assert_eq!(played(&[1, 2, 3, 4]).1, sealed);
        assert_ne!(played(&[1, 2, 9, 4]).1, sealed);
    }

    #[test]
    fn a_disk_is_given_every_block_once_and_gives_them_back() {
        let (mut trades, _) = played(&[1, 2, 3, 4]);
        let (blocks, first) = trades.unwritten();
        assert_eq!((blocks.iter().map(|(number, _)| *number).collect::<Vec<_>>(), first), (vec![1, 2, 3], 1));
        assert!(trades.unwritten().0.is_empty());
        let before = all(&trades);
        let mut disk: BTreeMap<u64, Arc<[u8]>> = blocks.into_iter().collect();
        trades.restored(&disk);
        assert_eq!((all(&trades), trades.unwritten().0.len()), (before, 0));
        disk.remove(&2);
        trades.restored(&disk);
        let again: Vec<_> = trades.unwritten().0.into_iter().map(|(number, _)| number).collect();
        assert_eq!(again, [2, 3], "from the first that is missing on");
    }

    #[test]
    fn a_block_that_rotted_on_the_disk_is_named_by_the_question_that_needs_it() {
        let (mut trades, _) = played(&[1, 2, 3, 4]);
        let mut disk: BTreeMap<u64, Arc<[u8]>> = trades.unwritten().0.into_iter().collect();
        let mut image = disk[&2].to_vec();
        *image.last_mut().unwrap() ^= 1;
        disk.insert(2, image.into());
        trades.restored(&disk);
        assert_eq!(all(&trades).damaged, Some(crate::domain::trades::WindowId(1)));
        let query = TradesQuery { symbol: GOOG, from: SimTime::ZERO, until: SimTime::from_millis(1_000) };
        assert_eq!(trades.answer(asked(query), GroupId(1), NodeId(1)).found, 1, "other windows can still be read");
    }

    #[test]
    fn a_question_about_a_symbol_that_was_never_traded_here_opens_nothing() {
        let (trades, _) = played(&[1, 2, 3, 4]);
        for symbol in [SymbolId(5), SymbolId(7), SymbolId(1_999)] {
            let query = TradesQuery { symbol, from: SimTime::ZERO, until: SimTime::NEVER };
            let answer = trades.answer(asked(query), GroupId(1), NodeId(1));
            assert_eq!((answer.opened, answer.bytes_read, answer.passed), (0, 0, 0), "{symbol:?}");
        }
        assert!(all(&trades).opened > 0);
    }
}
