//! Trades by time: how time is cut into windows, what is asked of them, and what answering took.
//!
//! Idea: the answer says not only what was found but which windows were opened for it, hot or cold, and how many bytes were
//! read. That is what partitioning by time is for, so it must be seen.
//! Units: virtual time; window 0 begins with the run, window n holds what happened from n lengths on, up to and without n + 1.
//! A symbol may have moved meanwhile, and its trades stay where they happened: so every partition is asked, and one that
//! never traded the symbol says so without opening anything.
//! Shape: `market::time_windows` keeps the trades; the leader of each partition answers, `workload::tape` gathers.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::ids::{GroupId, NodeId, SymbolId};
use super::order::Side;
use super::stored::TradeId;
use super::time::{SimDuration, SimTime};
use super::units::{Price, Quantity};

/// How long a window is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum WindowLength {
    /// A second.
    #[default]
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
}

impl WindowLength {
    /// Every length, the shortest first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in files and on the screen.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The length itself.
    pub const fn duration(self) -> SimDuration {
        match self {
            Self::Second => SimDuration::from_secs(1),
            Self::Minute => SimDuration::from_secs(60),
            Self::Hour => SimDuration::from_secs(3_600),
        }
    }

    /// The window of a point in time.
    pub const fn window(self, at: SimTime) -> WindowId {
        WindowId(at.0 / self.duration().0)
    }

    /// When a window begins.
    pub const fn begins(self, window: WindowId) -> SimTime {
        SimTime(window.0.saturating_mul(self.duration().0))
    }
}

/// A window, counted from 0: the one that begins with the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WindowId(pub u64);

impl fmt::Display for WindowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("w{}", self.0))
    }
}

/// Where a window lies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heat {
    /// In memory, as it came.
    Hot,
    /// In the archive, packed.
    Cold,
}

/// A window that was opened. One that is hot and has packed a part already appears once for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Touch {
    /// Which.
    pub window: WindowId,
    /// Where it lies.
    pub heat: Heat,
    /// Blocks that were read.
    pub blocks: u32,
    /// Blocks that were passed over, because of what is written on them.
    pub blocks_passed: u32,
    /// Bytes that were read: of packed blocks, or of rows in memory.
    pub bytes: u64,
}

/// The trades of a symbol in a stretch of time are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct TradesQuery {
    /// Whose.
    pub symbol: SymbolId,
    /// From this time on,
    pub from: SimTime,
    /// up to and without this one.
    pub until: SimTime,
}

impl TradesQuery {
    /// The range as people write it: `2s..5s`, `..5s`, `2s..`.
    pub fn range_written(&self) -> String {
        let at = |at: SimTime, missing: SimTime| {
            let length = SimDuration::from_micros(at.since(SimTime::ZERO).as_micros());
            if at == missing { String::new() } else { length.written() }
        };
        format!("{}..{}", at(self.from, SimTime::ZERO), at(self.until, SimTime::NEVER))
    }
}

/// Trades of an answer that are shown; the others are counted.
pub const SHOWN_MAX: usize = 64;
/// Windows of an answer that are shown, the oldest first; the others are counted.
pub const TOUCHED_MAX: usize = 64;

/// A trade that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShownTrade {
    /// Its name in the cluster.
    pub id: TradeId,
    /// When.
    pub at: SimTime,
    /// The side of the taker.
    pub side: Side,
    /// At which price.
    pub price: Price,
    /// How much.
    pub quantity: Quantity,
}

/// A question on its way: trades lie where they happened, so the leader of every partition is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct TradesQuestion {
    /// What is asked.
    pub query: TradesQuery,
    /// When.
    pub asked: SimTime,
    /// How many leaders were asked.
    pub leaders: u16,
    /// How many partitions there are; those without a leader are not asked.
    pub partitions: u16,
}

/// What one partition found, and what finding it took.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartAnswer {
    /// What was asked.
    pub question: TradesQuestion,
    /// Of which group.
    pub group: GroupId,
    /// Who answered: its leader then.
    pub node: NodeId,
    /// How many trades were found.
    pub found: u64,
    /// The first of them, at most [`SHOWN_MAX`].
    pub shown: Arc<[ShownTrade]>,
    /// The windows that were opened, the oldest first, at most [`TOUCHED_MAX`].
    pub touched: Arc<[Touch]>,
    /// How many windows were opened.
    pub opened: u64,
    /// Windows with trades that were not opened.
    pub passed: u64,
    /// Bytes that were read.
    pub bytes_read: u64,
    /// A block of this window is damaged: nothing was found.
    pub damaged: Option<WindowId>,
}

impl PartAnswer {
    /// The answer of a partition that need not look: it has never traded the symbol.
    pub fn nothing(question: TradesQuestion, group: GroupId, node: NodeId) -> Self {
        Self {
            question,
            group,
            node,
            found: 0,
            shown: Arc::default(),
            touched: Arc::default(),
            opened: 0,
            passed: 0,
            bytes_read: 0,
            damaged: None,
        }
    }
}

/// What all partitions found, as far as they have answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TradesAnswer {
    /// What was asked.
    pub question: TradesQuestion,
    /// Who has answered, by group: one each.
    pub parts: Vec<Arc<PartAnswer>>,
}

impl TradesAnswer {
    /// Whether everybody who was asked has answered.
    pub fn is_complete(&self) -> bool {
        self.parts.len() >= usize::from(self.question.leaders)
    }

    /// How many trades were found.
    pub fn found(&self) -> u64 {
        self.sum(|part| part.found)
    }

    /// How many windows were opened.
    pub fn opened(&self) -> u64 {
        self.sum(|part| part.opened)
    }

    /// Windows with trades that were not opened.
    pub fn passed(&self) -> u64 {
        self.sum(|part| part.passed)
    }

    /// Bytes that were read.
    pub fn bytes_read(&self) -> u64 {
        self.sum(|part| part.bytes_read)
    }

    /// A window whose block is damaged.
    pub fn damaged(&self) -> Option<WindowId> {
        self.parts.iter().find_map(|part| part.damaged)
    }

    /// The windows that were opened, by group and then by time.
    pub fn touched(&self) -> impl Iterator<Item = (GroupId, &Touch)> {
        self.parts.iter().flat_map(|part| part.touched.iter().map(|touch| (part.group, touch)))
    }

    /// The first trades that were found, in the order of time, at most [`SHOWN_MAX`].
    pub fn shown(&self) -> Vec<ShownTrade> {
        let mut shown: Vec<_> = self.parts.iter().flat_map(|part| part.shown.iter().copied()).collect();
        shown.sort_by_key(|trade| trade.at);
        shown.truncate(SHOWN_MAX);
        shown
    }

    fn sum(&self, figure: fn(&PartAnswer) -> u64) -> u64 {
        self.parts.iter().map(|part| figure(part)).sum()
    }
}

/// What a partition keeps of its trades.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Holdings {
    /// Windows with trades in memory.
    pub hot_windows: u64,
    /// Trades in memory.
    pub hot_trades: u64,
    /// Windows with blocks in the archive.
    pub cold_windows: u64,
    /// Trades in the archive.
    pub cold_trades: u64,
    /// What these would take in memory.
    pub cold_plain_bytes: u64,
    /// What they take in the archive.
    pub cold_packed_bytes: u64,
    /// Trades refused because their window was closed.
    pub late: u64,
    /// Trades forgotten because the archive was full.
    pub forgotten: u64,
}
