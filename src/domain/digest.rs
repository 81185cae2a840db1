//! Digests: the hash chain by which replicas, runs and recordings are compared.
//!
//! Idea: h(i) = mix(h(i-1), what happened at i). Two replicas with equal chains at an index applied the same records
//! with the same results; two runs with equal chains did the same things in the same order.
//! Shape: a 64-bit fold, portable and stable for ever (no seeded hasher, no platform float). It is a checksum against
//! accidents, not against an adversary.
//! Sources: the finaliser is SplitMix64's (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").

use serde::{Deserialize, Serialize};

use super::order::{Command, OrderStatus, OrderType, Record, Side, TimeInForce, Verdict};

/// A link of a hash chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub u64);

impl Digest {
    /// The chain with one more word on it.
    #[must_use]
    pub const fn mix(self, word: u64) -> Self {
        let mut z = (self.0.rotate_left(5) ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(z ^ (z >> 31))
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A record on the chain, in three words: who and what, the numbers, the amounts.
///
/// Fields share a word where their usual ranges leave room. Beyond those they overlap, which a checksum can bear.
pub fn of_record(digest: Digest, record: &Record) -> Digest {
    let (kind, content) = match record.command {
        Command::Place { side, order_type, quantity, time_in_force, venue, .. } => {
            let side = match side {
                Side::Buy => 1,
                Side::Sell => 2,
            };
            let wait = match time_in_force {
                TimeInForce::GoodTillCancel => 0,
                TimeInForce::ImmediateOrCancel => 1,
                TimeInForce::FillOrKill => 2,
            };
            let limit = match order_type {
                OrderType::Limit(price) => price.0 as u64,
                OrderType::Market => u64::MAX,
            };
            let place = venue.map_or(0, |venue| u64::from(venue.0) + 1).rotate_right(4);
            (side | wait << 4, limit ^ quantity.0.rotate_left(40) ^ place)
        }
        Command::Replace { order, price, quantity, .. } => {
            let amounts = price.0 as u64 ^ quantity.0.rotate_left(40);
            (5, Digest(order.0).mix(amounts).0)
        }
        Command::Spread { legs: [first, second] } => (6, second.digest(first.digest(Digest::default())).0),
        Command::Cancel { order, .. } => (3, order.0),
        Command::Query { order, .. } => (4, order.0),
    };
    let head = u64::from(record.id.client.0) << 32 | u64::from(record.command.symbol().0) << 8 | kind;
    digest.mix(head).mix(record.id.sequence.0 ^ record.floor.0.rotate_left(32)).mix(content)
}

/// A verdict on the chain, in one word.
pub fn of_verdict(digest: Digest, verdict: &Verdict) -> Digest {
    let status = match verdict.status {
        OrderStatus::Pending => 1,
        OrderStatus::PartiallyFilled => 2,
        OrderStatus::Filled => 3,
        OrderStatus::Cancelled => 4,
        OrderStatus::Rejected(why) => 5 | u64::from(why.code()) << 8,
        OrderStatus::Stopped(why) => 6 | u64::from(why.code()) << 8,
        OrderStatus::AwaitsCash => 7,
    };
    digest.mix(status ^ verdict.filled.0.rotate_left(24) ^ verdict.resting.0.rotate_left(44))
}
