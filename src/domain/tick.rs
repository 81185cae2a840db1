//! Market data: what another venue quotes, and what a processor makes of it.
//!
//! Idea: a tick is a small value that travels in shared batches, as orders do: a hop costs a pointer. Batches to one node
//! are numbered by the tick, for ever and across its lives, so that "done up to here" is all that has to be said back:
//! it counts twice if it comes twice, frees what a crash swallowed, and needs no memory of what was sent.
//! Units: prices in ticks of the instrument, sizes in lots, as in the book; a [`MarketTick`] is a quote, not a price step.
//! Shape: source -> [`TickBatch`] -> node -> [`TickReport`] -> source; signals ride in the report.
//! Bound: [`TickBatch::TICKS_MAX`] a batch; a report has one signal a symbol and side at most (the latest).
//! The rule for what does not fit travels with the ticks, so that nobody has to be told when it is switched.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::digest::Digest;
use super::ids::SymbolId;
use super::order::Side;
use super::time::{SimDuration, SimTime};
use super::units::{Price, Quantity};

/// A quote: 32 bytes, so that two share a cache line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MarketTick {
    /// When it was made.
    pub time: SimTime,
    /// The instrument.
    pub symbol: SymbolId,
    /// The best bid, in ticks.
    pub bid: u32,
    /// The best ask, in ticks; never below the bid.
    pub ask: u32,
    /// Lots wanted at the bid.
    pub bid_size: u32,
    /// Lots offered at the ask.
    pub ask_size: u32,
}

const _: () = assert!(size_of::<MarketTick>() <= 32, "a tick is at most 32 bytes");

impl MarketTick {
    /// Twice the mid, in ticks: whole numbers where the mid falls between two.
    pub const fn mid_doubled(&self) -> u64 {
        self.bid as u64 + self.ask as u64
    }

    /// Lots on both sides: the weight of the mid.
    pub const fn size(&self) -> u64 {
        self.bid_size as u64 + self.ask_size as u64
    }

    /// One word that differs if a field does, within usual ranges.
    const fn word(&self) -> u64 {
        let prices = (self.bid as u64) << 32 | self.ask as u64;
        let sizes = (self.bid_size as u64) << 32 | self.ask_size as u64;
        prices ^ sizes.rotate_left(17) ^ self.time.0.rotate_left(41) ^ (self.symbol.0 as u64).rotate_left(7)
    }
}

/// Ticks on their way to one node.
#[derive(Clone, Debug)]
pub struct TickBatch {
    first: u64,
    overload: Overload,
    ticks: Box<[MarketTick]>,
    digest: Digest,
}

impl TickBatch {
    /// Ticks of one batch at most.
    pub const TICKS_MAX: usize = 4_096;

    /// A batch; `first` is how many ticks were sent to this node before it.
    pub fn new(first: u64, overload: Overload, ticks: Vec<MarketTick>) -> Self {
        let head = Digest(first).mix(overload as u64);
        let digest = ticks.iter().fold(head, |digest, tick| digest.mix(tick.word()));
        Self { first, overload, ticks: ticks.into_boxed_slice(), digest }
    }

    /// How many ticks were sent to the node before this batch.
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// How many ticks were sent to the node with this batch.
    pub const fn end(&self) -> u64 {
        self.first + self.ticks.len() as u64
    }

    /// What to do with those that do not fit.
    pub const fn overload(&self) -> Overload {
        self.overload
    }

    /// The ticks, oldest first. None: the source only asks whether somebody is there.
    pub const fn ticks(&self) -> &[MarketTick] {
        &self.ticks
    }

    /// The digest over all ticks.
    pub const fn digest(&self) -> Digest {
        self.digest
    }
}

/// What a node says back: how far it is, and what it saw on the way.
#[derive(Clone, Debug)]
pub struct TickReport {
    /// Every tick up to here is done with: processed, or shed. What was sent beyond it is what it still holds.
    pub through: u64,
    /// Ticks processed since the report before.
    pub processed: u64,
    /// Ticks shed since the report before.
    pub shed: u64,
    /// Signals since the report before: all, not only those that are told.
    pub said: u64,
    /// The latest signal of each symbol and side since the report before.
    pub signals: Arc<[Signal]>,
}

/// What a rule says of a tick: a value; whether anybody trades on it is decided elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Signal {
    /// When the tick was made that set it off.
    pub time: SimTime,
    /// The instrument.
    pub symbol: SymbolId,
    /// Buy or sell.
    pub side: Side,
    /// At this price: the ask to buy, the bid to sell.
    pub price: Price,
    /// So many lots.
    pub quantity: Quantity,
}

/// What happens to ticks that a node has no room for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Overload {
    /// The source has credits for what fits; without any it makes no tick for that node (counted as held back).
    #[default]
    Slow,
    /// The source sends on; the node forgets the oldest that wait: what is left is fresh.
    ShedOldest,
    /// The source sends on; the node turns the newest away: what is left has no gap in its middle.
    ShedNewest,
}

/// Ticks on top of the steady rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TickBurst {
    /// How many.
    pub ticks: u64,
    /// Spread evenly over this virtual time.
    pub over: SimDuration,
}

impl Overload {
    /// Every rule.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in files and on the screen.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl TickBurst {
    /// The burst of the key: a million over a second.
    pub const KEY: Self = Self { ticks: 1_000_000, over: SimDuration::from_secs(1) };
}
