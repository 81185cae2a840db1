//! What happens around the desk: a file of orders is played, trades by time are asked for, symbols move.
//!
//! Idea: events of one concern stand together under one [`EventKind`](super::EventKind), as their sentences do.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{GroupId, NodeSet, SymbolId};
use crate::domain::order::Side;
use crate::domain::stored::TradeId;
use crate::domain::time::SimTime;
use crate::domain::trades::WindowId;

/// A file of orders is played.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedEvent {
    /// It begins.
    Opened {
        /// Its rows.
        rows: u64,
    },
    /// It is played only up to a line that is wrong.
    Wrong {
        /// Which, counted from 1.
        line: u64,
    },
    /// Some of its prices are outside of the books: they are played at the nearest that these have.
    Bent {
        /// Rows with such a price.
        rows: u64,
    },
    /// Its last order was sent.
    Ended {
        /// How many there were.
        orders: u64,
    },
}

/// What is refused at once, and how much the desk can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdmissionEvent {
    /// Requests that cannot be answered in time are refused from now on, or taken all the same.
    Switched {
        /// Refused.
        on: bool,
    },
    /// An order has waited for its acknowledgement in vain: new ones are refused until these voters are back.
    Stalled {
        /// Who is missing.
        missing: NodeSet,
    },
    /// They are back: orders are taken again.
    Resumed,
    /// The load is ramped to find the capacity.
    SearchBegan,
    /// One rate was tried.
    Tried {
        /// Per virtual second.
        orders_per_s: u64,
        /// Nothing was refused, and answers came in time.
        held: bool,
    },
    /// The highest rate that held.
    Found {
        /// Per virtual second.
        orders_per_s: u64,
    },
    /// The search ended without a figure: the load was changed meanwhile, or not even the lowest rate held.
    SearchEnded,
}

/// Trades were asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradesEvent {
    /// Those of a stretch of time were read.
    Read {
        /// Whose.
        symbol: SymbolId,
        /// How many were found.
        found: u64,
        /// Windows that were opened.
        opened: u64,
        /// Windows with trades that were not.
        passed: u64,
        /// Bytes that were read.
        bytes: u64,
    },
    /// They could not be read: a block of the archive is damaged.
    Damaged {
        /// Of this window.
        window: WindowId,
    },
    /// A trade was asked for by its id; the event's group has it.
    Found {
        /// Its id.
        id: TradeId,
        /// What was traded.
        symbol: SymbolId,
        /// The side of the taker.
        side: Side,
        /// At which price, in ticks.
        price: u32,
        /// How many lots.
        quantity: u32,
        /// When.
        at: SimTime,
        /// How often it was shipped from group to group.
        hop: u32,
        /// How many groups have it: two while it is on its way.
        copies: u8,
    },
}

/// Symbols move from group to group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovesEvent {
    /// So many symbols are to move.
    Planned {
        /// How many.
        moves: u64,
    },
    /// A group takes no more orders of a symbol, which goes to another.
    Frozen {
        /// Which symbol.
        symbol: SymbolId,
        /// Where it goes.
        to: GroupId,
    },
    /// The cluster map names the symbol's new owner.
    Moved {
        /// Which symbol.
        symbol: SymbolId,
        /// Whose it is.
        to: GroupId,
    },
    /// No symbol is on its way any more.
    Done {
        /// How many have moved in this run.
        moved: u64,
    },
}
