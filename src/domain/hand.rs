//! The hand: orders that a person at the keyboard places, and what became of each.
//!
//! Idea: a person is one more client with a session of its own. Each of its orders has a row on the *blotter*: what was
//! asked, and every word that came back, with its time. Cancels, replaces and queries are words on the row of the order
//! that they concern.
//! Bound: [`ROWS_MAX`] rows, the oldest go first; [`WORDS_MAX`] words a row, after which the middle ones are dropped.

use serde::{Deserialize, Serialize};

use super::ids::{Sequence, SymbolId};
use super::order::{OrderStatus, OrderType, Promise, Reading, Side, TimeInForce, Verdict};
use super::time::SimTime;
use super::units::{Price, Quantity};
use super::why::Why;
use super::work::Leg;

/// Rows that the blotter keeps.
pub const ROWS_MAX: usize = 64;
/// Words that a row keeps.
pub const WORDS_MAX: usize = 16;

/// What the hand asks. Orders are named by the sequence under which they were placed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum HandRequest {
    /// Buy or sell.
    Place {
        /// The instrument.
        symbol: SymbolId,
        /// Buy or sell.
        side: Side,
        /// Limit or market.
        order_type: OrderType,
        /// How much.
        quantity: Quantity,
        /// How long it may wait.
        time_in_force: TimeInForce,
    },
    /// Two legs, both or neither.
    Spread {
        /// The legs.
        legs: [Leg; 2],
    },
    /// Change an own order.
    Replace {
        /// Which.
        order: Sequence,
        /// The new limit.
        price: Price,
        /// The new quantity in all.
        quantity: Quantity,
    },
    /// Take an own order back.
    Cancel {
        /// Which.
        order: Sequence,
    },
    /// Ask what became of an own order.
    Query {
        /// Which.
        order: Sequence,
    },
}

impl HandRequest {
    /// The order that it concerns; `None` if it is a new one.
    pub const fn order(&self) -> Option<Sequence> {
        match self {
            Self::Place { .. } | Self::Spread { .. } => None,
            Self::Replace { order, .. } | Self::Cancel { order } | Self::Query { order } => Some(*order),
        }
    }
}

/// A word on an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandWord {
    /// The hand asked this.
    Asked(HandRequest),
    /// It was asked again, nobody having answered.
    AskedAgain,
    /// Promised.
    Accepted(Promise),
    /// Applied.
    Decided(Verdict),
    /// Read.
    Read(Reading),
    /// Refused on the way.
    Refused(Why),
    /// Nobody answered in time: what became of it is unknown.
    Unknown,
}

/// An order of the hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandOrder {
    /// The sequence under which it was placed: its name.
    pub sequence: Sequence,
    /// What it is.
    pub request: HandRequest,
    /// What was said of it, oldest first.
    pub words: Vec<(SimTime, HandWord)>,
}

impl HandOrder {
    /// The instrument; of a spread that of its first leg.
    pub const fn symbol(&self) -> Option<SymbolId> {
        match &self.request {
            HandRequest::Place { symbol, .. } => Some(*symbol),
            HandRequest::Spread { legs } => Some(legs[0].symbol()),
            _ => None,
        }
    }

    /// The limit by which it goes now: that of the last replace that was not rejected, or its own.
    pub fn limit(&self) -> Option<Price> {
        let mut limit = match self.request {
            HandRequest::Place { order_type: OrderType::Limit(limit), .. } => Some(limit),
            _ => return None,
        };
        let mut asked = None;
        for (_, word) in &self.words {
            match word {
                HandWord::Asked(HandRequest::Replace { price, .. }) => asked = Some(*price),
                HandWord::Decided(verdict) if !matches!(verdict.status, OrderStatus::Rejected(_)) => {
                    limit = asked.take().or(limit);
                }
                HandWord::Decided(_) | HandWord::Refused(_) => asked = None,
                _ => {}
            }
        }
        limit
    }

    /// The last reading, if nothing was decided after it.
    pub fn reading(&self) -> Option<Reading> {
        let told = self.words.iter().rev().find_map(|(_, word)| match word {
            HandWord::Decided(_) => Some(None),
            HandWord::Read(reading) => Some(Some(*reading)),
            _ => None,
        });
        told.flatten()
    }

    /// Where it stands, by the last verdict or reading.
    pub fn verdict(&self) -> Option<Verdict> {
        self.words.iter().rev().find_map(|(_, word)| match word {
            HandWord::Decided(verdict) => Some(*verdict),
            HandWord::Read(reading) => reading.order,
            _ => None,
        })
    }
}
