//! A feed: prices or orders that somebody brought in a file, as a run plays them.
//!
//! Idea: a run is its settings, its seed and its controls, so a feed belongs to the settings. What is recorded is where it was
//! read and the digest over its text; the rows themselves are shared and never written, since a replay reads the file again
//! and refuses another one.
//! Shape: [`FeedSettings`] in `Settings::feed`; reading is `market::feed_file`, opening files is the command line's.
//! Units: closes in millionths of a dollar; times are of the run.
//! Errors: [`FeedError`], the first line that is wrong; what came before it is played.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::SymbolId;
use super::order::{OrderType, Side};
use super::time::SimTime;
use super::units::Quantity;

/// A file that is played.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FeedSettings {
    /// Where it was read.
    pub path: String,
    /// The digest over its text.
    pub digest: Digest,
    /// The instrument that a series moves; `None`: all of them. The name of the file says which.
    pub symbol: Option<SymbolId>,
    /// What was in it; not part of a recording.
    #[serde(skip)]
    pub rows: FeedRows,
    /// The line at which reading stopped; not part of a recording.
    #[serde(skip)]
    pub wrong: Option<FeedError>,
}

/// The rows of a file.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum FeedRows {
    /// Not read yet: a recording knows only the digest.
    #[default]
    Unread,
    /// Closing prices, in millionths of a dollar.
    Series(Arc<[i64]>),
    /// Orders, in the order of their times.
    Orders(Arc<[FeedOrder]>),
}

impl FeedRows {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Unread => 0,
            Self::Series(closes) => closes.len(),
            Self::Orders(orders) => orders.len(),
        }
    }

    /// Whether there is nothing to play.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Settings are printed in messages of tests; ten million rows are not.
impl fmt::Debug for FeedRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Unread => "Unread",
            Self::Series(_) => "Series",
            Self::Orders(_) => "Orders",
        };
        f.debug_tuple(kind).field(&self.len()).finish()
    }
}

/// An order of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FeedOrder {
    /// When it is sent.
    pub at: SimTime,
    /// The instrument.
    pub symbol: SymbolId,
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub order_type: OrderType,
    /// How many lots.
    pub quantity: Quantity,
}

/// A line that is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {found} (allowed: {allowed})")]
pub struct FeedError {
    /// Which, counted from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
    /// What may stand there.
    pub allowed: String,
}
