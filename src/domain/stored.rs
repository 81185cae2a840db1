//! Trades by id: what a trade is called, what is kept of it, and what a group logs when one goes to where its id belongs.
//!
//! Idea: a trade happens in the partition of its symbol, and is kept in the partition of its id, by whichever strategy is in
//! force. It gets there as it gets anywhere later, when the strategy changes: who has it ships it in a [`Bundle`]; the
//! other group logs *keep*; then the first one logs *sent* and has it no more.
//! A trade does not change, so it need not be frozen: until the second record it is in two places, and it is one trade
//! because it has one id. Each time that it is shipped its `hop` grows by one. A copy is given up for a copy with a
//! higher hop, never for its equal, so the last one cannot be (ADR-0006).
//! Units: prices in ticks, quantities in lots, virtual time.
//! Bound: [`BUNDLE_MAX`] trades in a bundle.
//! Sources: the way from outbox to keeper is at-least-once delivery with an idempotent receiver (Helland 2007).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::{GroupId, SymbolId, Term};
use super::log::SHARED_BYTES;
use super::map::Epoch;
use super::order::Side;
use super::time::SimTime;

/// Trades in a bundle at most: a turn of the processor.
pub const BUNDLE_MAX: usize = 512;
/// Trades that are as much work for the processor as an order: they are looked up and copied, not matched.
const TRADES_PER_ORDER: usize = 8;
/// What a full bundle costs, in records.
pub const BUNDLE_COST_MAX: u64 = (BUNDLE_MAX / TRADES_PER_ORDER) as u64;
/// Ids of one partition are so far apart, so that they grow with time, whichever the partition.
const STRIDE: u64 = 1_000;
/// Digits of the id of a trade.
const DIGITS: usize = 12;

/// The name of a trade in the whole cluster: the how-manieth of which partition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TradeId(pub u64);

impl TradeId {
    /// The so-manieth trade of a partition, counted from 1.
    pub const fn new(source: GroupId, number: u64) -> Self {
        assert!((source.0 as u64) < STRIDE, "a partition has three digits");
        Self(number * STRIDE + source.0 as u64)
    }

    /// The partition in which it happened.
    pub const fn source(self) -> GroupId {
        GroupId((self.0 % STRIDE) as u16)
    }

    /// The how-manieth trade of its partition it is.
    pub const fn number(self) -> u64 {
        self.0 / STRIDE
    }

    /// The id as a key: `T000000017003`. All begin alike, and sort as their numbers do.
    pub const fn key(self) -> [u8; DIGITS + 1] {
        let mut key = [b'0'; DIGITS + 1];
        key[0] = b'T';
        let (mut rest, mut at) = (self.0, DIGITS);
        while rest > 0 && at > 0 {
            key[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            at -= 1;
        }
        key
    }

    /// The id that is written so; the `T` and leading zeros may be missing.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(['T', 't']).unwrap_or(text);
        let plain = !digits.is_empty() && digits.len() <= DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        let id = Self(plain.then(|| digits.parse().ok())??);
        (id.number() > 0 && id.source() != GroupId::META).then_some(id)
    }
}

impl fmt::Display for TradeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from_utf8_lossy(&self.key()))
    }
}

/// What is kept of a trade.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StoredTrade {
    /// Its name.
    pub id: TradeId,
    /// When it happened, by the stamp of its batch.
    pub at: SimTime,
    /// At which price.
    pub price: u32,
    /// How many lots.
    pub quantity: u32,
    /// How often it was shipped.
    pub hop: u32,
    /// What was traded.
    pub symbol: SymbolId,
    /// The side of the taker.
    pub side: Side,
}

impl StoredTrade {
    fn digest(&self, digest: Digest) -> Digest {
        let what = u64::from(self.symbol.0) << 1 | self.side as u64;
        let amounts = u64::from(self.price) << 32 | u64::from(self.quantity);
        digest.mix(self.id.0 ^ u64::from(self.hop) << 48).mix(self.at.0 ^ what << 48).mix(amounts)
    }
}

/// What a bundle is called: the leader that packed it counts its bundles.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BundleName {
    /// Who ships it.
    pub from: GroupId,
    /// To whom.
    pub to: GroupId,
    /// In which term of the sender.
    pub term: Term,
    /// The how-manieth of that term.
    pub serial: u64,
}

/// Why trades are on their way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Trip {
    /// From where they happened.
    First,
    /// From where they belonged until the strategy changed.
    Next,
}

/// Trades on their way from one group to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundle {
    /// What it is called.
    pub name: BundleName,
    /// The map that the sender went by.
    pub epoch: Epoch,
    /// Why they are shipped.
    pub trip: Trip,
    trades: Arc<[StoredTrade]>,
    newest: Arc<[TradeId]>,
    digest: Digest,
}

impl Bundle {
    /// These trades, at most [`BUNDLE_MAX`], as the sender has them; and the newest that it knows of each partition.
    pub fn pack(
        name: BundleName,
        (epoch, trip): (Epoch, Trip),
        trades: Vec<StoredTrade>,
        newest: Vec<TradeId>,
    ) -> Self {
        assert!(trades.len() <= BUNDLE_MAX, "a bundle is a turn of the processor");
        let BundleName { from, to, term, serial } = name;
        let head = Digest(0x7374)
            .mix(u64::from(from.0) << 16 | u64::from(to.0))
            .mix(term.0)
            .mix(serial)
            .mix(epoch.0 << 1 | trip as u64);
        let known = newest.iter().fold(head, |digest, id| digest.mix(id.0));
        let digest = trades.iter().fold(known, |digest, trade| trade.digest(digest));
        Self { name, epoch, trip, trades: trades.into(), newest: newest.into(), digest }
    }

    /// The trades, with the hops that they had at the sender's, in the order of their ids.
    pub fn trades(&self) -> &[StoredTrade] {
        &self.trades
    }

    /// The newest trade that the sender knew of each partition that has one in here.
    pub fn newest(&self) -> &[TradeId] {
        &self.newest
    }

    /// The digest over all of it, computed when it was packed.
    pub const fn digest(&self) -> Digest {
        self.digest
    }
}

/// A record about trades that are kept by id, one index each, in a partition's group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Storing {
    /// The group keeps these.
    Keep(Arc<Bundle>),
    /// They are kept elsewhere: the group has them no more.
    Sent(Arc<Bundle>),
}

impl Storing {
    /// About what it takes in memory beside itself.
    pub fn heap_bytes(&self) -> usize {
        let bundle = self.bundle();
        let lists = size_of_val(&*bundle.trades) + size_of_val(&*bundle.newest);
        3 * SHARED_BYTES + size_of::<Bundle>() + lists
    }

    /// The bundle that it is about.
    pub const fn bundle(&self) -> &Arc<Bundle> {
        match self {
            Self::Keep(bundle) | Self::Sent(bundle) => bundle,
        }
    }

    /// How many records' work it is for the processor.
    pub fn cost(&self) -> u64 {
        self.bundle().trades().len().div_ceil(TRADES_PER_ORDER).max(1) as u64
    }

    /// Its digest for the log's chain.
    pub fn digest(&self) -> Digest {
        let kind = match self {
            Self::Keep(_) => 0x7301,
            Self::Sent(_) => 0x7302,
        };
        Digest(kind).mix(self.bundle().digest().0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_where_and_the_how_manieth_and_read_back() {
        let id = TradeId::new(GroupId(3), 17);
        assert_eq!((id.source(), id.number()), (GroupId(3), 17));
        assert_eq!(id.to_string(), "T000000017003");
        assert_eq!(TradeId(999_999_999_999).key(), *b"T999999999999");
        assert_eq!(&TradeId(0).key(), b"T000000000000");
        for text in ["T000000017003", "t17003", "17003"] {
            assert_eq!(TradeId::parse(text), Some(id), "{text}");
        }
        for wrong in ["", "T", "-1", "17O03", "1234567890123", "17000", "T3", "+17003"] {
            assert_eq!(TradeId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ids_sort_by_time_first_and_as_their_keys_do() {
        let ids =
            [(2, 1), (3, 1), (1, 2), (512, 2), (1, 10)].map(|(source, number)| TradeId::new(GroupId(source), number));
        assert!(ids.is_sorted() && ids.is_sorted_by_key(|id| id.key()));
    }

    #[test]
    fn a_digest_tells_bundles_and_records_apart() {
        let name = BundleName { from: GroupId(1), to: GroupId(2), term: Term(3), serial: 4 };
        let trade = StoredTrade {
            id: TradeId::new(GroupId(1), 1),
            at: SimTime::from_millis(5),
            price: 100,
            quantity: 7,
            hop: 0,
            symbol: SymbolId(6),
            side: Side::Buy,
        };
        let bundle = |name, trade| {
            Arc::new(Bundle::pack(name, (Epoch(1), Trip::First), vec![trade], vec![TradeId::new(GroupId(1), 9)]))
        };
        let all = [
            Storing::Keep(bundle(name, trade)),
            Storing::Sent(bundle(name, trade)),
            Storing::Keep(bundle(BundleName { serial: 5, ..name }, trade)),
            Storing::Keep(bundle(BundleName { term: Term(4), ..name }, trade)),
            Storing::Keep(bundle(name, StoredTrade { hop: 1, ..trade })),
            Storing::Keep(bundle(name, StoredTrade { side: Side::Sell, ..trade })),
            Storing::Keep(bundle(name, StoredTrade { quantity: 8, ..trade })),
            Storing::Keep(Arc::new(Bundle::pack(name, (Epoch(1), Trip::First), vec![trade], Vec::new()))),
            Storing::Keep(Arc::new(Bundle::pack(name, (Epoch(1), Trip::Next), vec![trade], Vec::new()))),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(all[place + 1..].iter().all(|other| other.digest() != one.digest()), "{one:?}");
        }
    }
}
