//! What goes into a book and what comes out: the order that comes, its fills, the depth, and the running sums.
//!
//! Idea: every lot that was let in has traded, was cancelled, or rests. [`Flow`] keeps those sums a side, so that the
//! conservation of quantity is a comparison of numbers, made after every record.
//! Units: prices in ticks, quantities in lots.

use crate::domain::ids::RequestId;
use crate::domain::order::{OrderType, Side};
use crate::domain::units::{Price, Quantity};

/// An order that meets the book.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Incoming {
    /// The request that places it.
    pub id: RequestId,
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub order_type: OrderType,
    /// How much.
    pub quantity: Quantity,
}

/// A trade between an order that rested and one that came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fill {
    /// The order that rested.
    pub maker: RequestId,
    /// The order that came.
    pub taker: RequestId,
    /// The taker's side.
    pub side: Side,
    /// The maker's price.
    pub price: Price,
    /// How much.
    pub quantity: Quantity,
    /// What the maker has traded in all.
    pub maker_filled: Quantity,
    /// What is left of the maker; nothing, and it is out of the book.
    pub maker_left: Quantity,
}

/// A price level, for the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DepthLevel {
    /// The price.
    pub price: Price,
    /// What rests there.
    pub quantity: Quantity,
    /// How many orders.
    pub orders: u32,
}

/// The last trade.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trade {
    /// At this price.
    pub price: Price,
    /// This much.
    pub quantity: Quantity,
    /// The taker's side.
    pub side: Side,
}

/// Running sums of one side: where every lot that was let in has gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Flow {
    /// Lots of orders that were taken.
    pub entered: u64,
    /// Lots that traded.
    pub traded: u64,
    /// Lots that were cancelled.
    pub cancelled: u64,
    /// Lots that rest.
    pub resting: u64,
}

impl Flow {
    /// Nothing was made and nothing vanished.
    pub const fn is_conserved(&self) -> bool {
        self.entered == self.traded + self.cancelled + self.resting
    }
}
