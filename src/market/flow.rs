//! What goes into a book and what comes out: the order that comes, what it does to others, the depth, the running sums.
//!
//! Idea: every lot that was let in has traded, was cancelled, or rests. [`Flow`] keeps those sums a side, so that the
//! conservation of quantity is a comparison of numbers, made after every record.
//! Units: prices in ticks, quantities in lots.

use crate::domain::ids::{AccountId, RequestId};
use crate::domain::order::{OrderType, SelfTrade, Side, TimeInForce};
use crate::domain::units::{Price, Quantity};

/// An order that meets the book.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Incoming {
    /// The request that places it.
    pub id: RequestId,
    /// Who owns it.
    pub owner: AccountId,
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub order_type: OrderType,
    /// How much.
    pub quantity: Quantity,
    /// How long it may wait.
    pub time_in_force: TimeInForce,
}

impl Incoming {
    /// An order that is good till cancelled, owned by the account of its session.
    pub const fn good_till_cancel(id: RequestId, side: Side, order_type: OrderType, quantity: Quantity) -> Self {
        let time_in_force = TimeInForce::GoodTillCancel;
        Self { id, owner: id.client.account(), side, order_type, quantity, time_in_force }
    }
}

/// What an order that comes does to one that rests. Whoever keeps accounts must hear of both kinds: what was reserved
/// for a maker is used up by a fill and set free by a stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BookEvent {
    /// They traded.
    Fill(Fill),
    /// They are of one account, and the rule against self-trades took something from the one that rests.
    Stopped(Stopped),
    /// Lots that were held for a leg come back, and stand for nothing until they trade or rest. Rare.
    Returns(Standing),
    /// What is left of them rests again.
    Rests(Standing),
}

/// A resting order, or a part of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The order.
    pub id: RequestId,
    /// Who owns it.
    pub owner: AccountId,
    /// Its side.
    pub side: Side,
    /// Its price.
    pub price: Price,
    /// How much of it.
    pub quantity: Quantity,
}

/// What self-trade prevention took from a resting order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stopped {
    /// The order that rests, or rested.
    pub id: RequestId,
    /// Who owns it, and the one that came.
    pub owner: AccountId,
    /// Its side.
    pub side: Side,
    /// Its price.
    pub price: Price,
    /// How much was taken away.
    pub quantity: Quantity,
    /// What it has traded in all.
    pub filled: Quantity,
    /// What is left of it; nothing, and it is out of the book.
    pub left: Quantity,
}

/// The rules of a book, the same for all its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BookRules {
    /// What happens where two orders of one account would trade.
    pub self_trade: SelfTrade,
    /// The most orders that rest.
    pub resting_max: u32,
}

impl Default for BookRules {
    fn default() -> Self {
        Self { self_trade: SelfTrade::default(), resting_max: super::book::RESTING_MAX }
    }
}

/// A trade between an order that rested and one that came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fill {
    /// The order that rested.
    pub maker: RequestId,
    /// Who owns the order that rested.
    pub maker_owner: AccountId,
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

/// A trade, as the tape shows it.
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
    /// Lots that are held for legs which are prepared.
    pub held: u64,
}

impl Flow {
    /// Lots that rested are cancelled.
    pub(super) const fn withdraw(&mut self, lots: u64) {
        self.resting -= lots;
        self.cancelled += lots;
    }

    /// Nothing was made and nothing vanished.
    pub const fn is_conserved(&self) -> bool {
        self.entered == self.traded + self.cancelled + self.resting + self.held
    }
}
