//! The order book of one symbol: price-time priority, constant work an order.
//!
//! Idea: a taker trades with the best price on the other side, at each price with the oldest order first, at the
//! maker's price. What is left of a limit order rests at the end of its level's queue; what is left of a market order
//! is cancelled.
//! Units: prices in ticks, quantities in lots.
//! Shape: `place` and `cancel`; fills go to a closure, so that who wants none pays for none. Levels are found by
//! [`Ladder`], orders by [`SlotTable`], queues are [`Queues`]. The best level of each side is remembered. Who adds a time in
//! force or self-trade prevention changes `place` around `take`, and nothing below it.
//! Bound: [`RESTING_MAX`] orders. When it is reached an order that would only rest is refused (`BookFull`); one that
//! trades first always finds room, since what it leaves behind has emptied a level and so freed a slot.
//! Errors: refusals are verdicts (`Why`); a price outside the ladder is `BadPrice`.
//! Left out: hidden and pegged orders, auctions.

pub use super::flow::{DepthLevel, Fill, Flow, Incoming, Trade};
use super::ladder::{Ladder, PRICE_MAX};
use super::queues::{Level, NONE, Queues, Resting};
use super::slot_table::{SlotTable, hash_of_request};
use crate::domain::ids::RequestId;
use crate::domain::order::{OrderStatus, OrderType, Side, Verdict};
use crate::domain::units::{Price, Quantity};
use crate::domain::why::Why;

/// The most orders that rest in one book.
pub const RESTING_MAX: u32 = 65_536;
/// The most lots that one order may ask for.
pub const QUANTITY_MAX: Quantity = Quantity(1_000_000_000);

/// The book of a symbol.
#[derive(Clone, Debug)]
pub struct Book {
    queues: Queues,
    ladder: Ladder,
    names: SlotTable,
    /// The best level of each side, by slot.
    best: [u32; 2],
    flow: [Flow; 2],
    last_trade: Option<Trade>,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            queues: Queues::default(),
            ladder: Ladder::default(),
            names: SlotTable::default(),
            best: [NONE; 2],
            flow: [Flow::default(); 2],
            last_trade: None,
        }
    }
}

/// Whether a taker of this side with this limit trades at this price.
const fn crosses(side: Side, limit: u32, price: u32) -> bool {
    match side {
        Side::Buy => price <= limit,
        Side::Sell => price >= limit,
    }
}

/// A ladder price, if it is on the ladder.
fn ticks(price: Price) -> Option<u32> {
    u32::try_from(price.0).ok().filter(|ticks| (1..=PRICE_MAX).contains(ticks))
}

impl Book {
    /// An order comes. Its id must be new to the book; the sessions see to that.
    pub fn place(&mut self, order: &Incoming, mut on_fill: impl FnMut(&Fill)) -> Verdict {
        if order.quantity.is_zero() || order.quantity > QUANTITY_MAX {
            return Verdict::rejected(Why::BadQuantity);
        }
        match order.order_type {
            OrderType::Limit(price) => match ticks(price) {
                None => Verdict::rejected(Why::BadPrice),
                Some(limit) => self.limit(order, limit, &mut on_fill),
            },
            OrderType::Market => self.market(order, &mut on_fill),
        }
    }

    /// An order is taken back; `None` if it does not rest here.
    pub fn cancel(&mut self, id: RequestId) -> Option<Verdict> {
        let hash = hash_of_request(id);
        let slot = self.names.find(hash, |slot| self.queues.order(slot).id() == id)?;
        self.names.remove(hash, slot);
        let order = *self.queues.order(slot);
        let side = self.side_of(order.level);
        let left = u64::from(self.queues.leave(slot));
        let flow = &mut self.flow[side as usize];
        flow.resting -= left;
        flow.cancelled += left;
        self.close_if_empty(side, order.level);
        let filled = Quantity(u64::from(order.filled));
        Some(Verdict { status: OrderStatus::Cancelled, filled, resting: Quantity::ZERO })
    }

    /// Where a resting order stands; `None` if it does not rest here.
    pub fn status(&self, id: RequestId) -> Option<Verdict> {
        let slot = self.names.find(hash_of_request(id), |slot| self.queues.order(slot).id() == id)?;
        let order = self.queues.order(slot);
        Some(rested(order.filled, order.left))
    }

    /// The best price of a side.
    pub fn best(&self, side: Side) -> Option<Price> {
        self.touch(side).map(|price| Price(i64::from(price)))
    }

    /// The levels of a side, the best first.
    pub fn depth(&self, side: Side) -> impl Iterator<Item = DepthLevel> {
        self.levels(side).map(|slot| {
            let level = self.queues.level(slot);
            let price = Price(i64::from(level.price));
            DepthLevel { price, quantity: Quantity(level.total), orders: level.orders }
        })
    }

    /// The last trade.
    pub const fn last_trade(&self) -> Option<Trade> {
        self.last_trade
    }

    /// How many orders rest.
    pub const fn resting(&self) -> u32 {
        self.queues.len()
    }

    /// The running sums of a side.
    pub const fn flow(&self, side: Side) -> &Flow {
        &self.flow[side as usize]
    }

    /// Uncrossed, and every lot accounted for: constant work, done after every record.
    pub fn is_sound(&self) -> bool {
        let [buy, sell] = &self.flow;
        let uncrossed = match (self.touch(Side::Buy), self.touch(Side::Sell)) {
            (Some(bid), Some(ask)) => bid < ask,
            _ => true,
        };
        uncrossed && buy.traded == sell.traded && buy.is_conserved() && sell.is_conserved()
    }

    /// Every resting order of a side with its price, in the order in which they would trade.
    pub fn orders(&self, side: Side) -> impl Iterator<Item = (Price, &Resting)> {
        self.levels(side).flat_map(|slot| {
            let price = Price(i64::from(self.queues.level(slot).price));
            self.queues.queue(slot).map(move |order| (price, order))
        })
    }

    /// Counts everything anew and compares it with the running sums: O(n), for tests and debug builds.
    pub fn audit(&self) -> bool {
        let sides = [Side::Buy, Side::Sell].map(|side| {
            let levels = self.levels(side).all(|slot| {
                let level = self.queues.level(slot);
                let (orders, total) = self
                    .queues
                    .queue(slot)
                    .fold((0, 0), |(orders, total), order| (orders + 1, total + u64::from(order.left)));
                orders > 0 && (orders, total) == (level.orders, level.total)
            });
            let known = self.orders(side).all(|(_, order)| order.left > 0 && self.status(order.id()).is_some());
            let resting: u64 = self.orders(side).map(|(_, order)| u64::from(order.left)).sum();
            (levels && known && resting == self.flow(side).resting, self.orders(side).count())
        });
        let count = self.queues.len() as usize;
        self.is_sound()
            && sides.iter().all(|(well, _)| *well)
            && sides[0].1 + sides[1].1 == count
            && self.names.len() == count
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.queues.size_bytes() + self.ladder.size_bytes() + self.names.size_bytes()
    }

    fn limit(&mut self, order: &Incoming, limit: u32, on_fill: &mut impl FnMut(&Fill)) -> Verdict {
        let meets = self.touch(order.side.opposite()).is_some_and(|price| crosses(order.side, limit, price));
        if !meets && self.queues.len() == RESTING_MAX {
            return Verdict::rejected(Why::BookFull);
        }
        let left = if meets { self.take(order, limit, on_fill) } else { self.enter(order) };
        let filled = order.quantity.0 as u32 - left;
        if left == 0 {
            return Verdict { status: OrderStatus::Filled, filled: order.quantity, resting: Quantity::ZERO };
        }
        self.rest(order, limit, left, filled);
        rested(filled, left)
    }

    fn market(&mut self, order: &Incoming, on_fill: &mut impl FnMut(&Fill)) -> Verdict {
        if self.touch(order.side.opposite()).is_none() {
            return Verdict::rejected(Why::NoLiquidity);
        }
        let any_price = match order.side {
            Side::Buy => PRICE_MAX,
            Side::Sell => 0,
        };
        let left = self.take(order, any_price, on_fill);
        self.flow[order.side as usize].cancelled += u64::from(left);
        let status = if left == 0 { OrderStatus::Filled } else { OrderStatus::Cancelled };
        Verdict { status, filled: Quantity(order.quantity.0 - u64::from(left)), resting: Quantity::ZERO }
    }

    /// Counts an order as let in; how much it wants.
    fn enter(&mut self, order: &Incoming) -> u32 {
        self.flow[order.side as usize].entered += order.quantity.0;
        order.quantity.0 as u32
    }

    /// Trades with the other side as far as the limit allows; what is left.
    fn take(&mut self, order: &Incoming, limit: u32, on_fill: &mut impl FnMut(&Fill)) -> u32 {
        let mut left = self.enter(order);
        let other = order.side.opposite();
        while left > 0 {
            let level = self.best[other as usize];
            if level == NONE || !crosses(order.side, limit, self.queues.level(level).price) {
                break;
            }
            let before = left;
            left = self.take_level(order, level, left, on_fill);
            self.flow[other as usize].resting -= u64::from(before - left);
            self.close_if_empty(other, level);
        }
        self.flow[order.side as usize].traded += order.quantity.0 - u64::from(left);
        left
    }

    /// Trades with one level, the oldest order first; what is left.
    fn take_level(&mut self, order: &Incoming, level: u32, mut left: u32, on_fill: &mut impl FnMut(&Fill)) -> u32 {
        let price = Price(i64::from(self.queues.level(level).price));
        let mut quantity = 0;
        while left > 0 && self.queues.level(level).orders > 0 {
            let (slot, maker) = self.queues.first(level);
            let maker = *maker;
            quantity = left.min(maker.left);
            left -= quantity;
            self.queues.fill(slot, quantity);
            if quantity == maker.left {
                self.queues.leave(slot);
                self.names.remove(hash_of_request(maker.id()), slot);
            }
            self.flow[order.side.opposite() as usize].traded += u64::from(quantity);
            on_fill(&Fill {
                maker: maker.id(),
                taker: order.id,
                side: order.side,
                price,
                quantity: Quantity(u64::from(quantity)),
                maker_filled: Quantity(u64::from(maker.filled + quantity)),
                maker_left: Quantity(u64::from(maker.left - quantity)),
            });
        }
        self.last_trade = Some(Trade { price, quantity: Quantity(u64::from(quantity)), side: order.side });
        left
    }

    /// What is left joins the queue of its level.
    fn rest(&mut self, order: &Incoming, price: u32, left: u32, filled: u32) {
        let level = self.ladder.find(price).unwrap_or_else(|| self.open(order.side, price));
        let slot = self.queues.join(level, order.id, left, filled);
        self.names.insert(hash_of_request(order.id), slot);
        self.flow[order.side as usize].resting += u64::from(left);
    }

    fn open(&mut self, side: Side, price: u32) -> u32 {
        let level = self.queues.open(price);
        self.ladder.insert(price, level);
        if self.touch(side).is_none_or(|best| crosses(side.opposite(), best, price) && best != price) {
            self.best[side as usize] = level;
        }
        level
    }

    fn close_if_empty(&mut self, side: Side, level: u32) {
        let Level { orders, price, .. } = *self.queues.level(level);
        if orders > 0 {
            return;
        }
        if self.best[side as usize] == level {
            self.best[side as usize] = self.behind(side, price).unwrap_or(NONE);
        }
        self.ladder.remove(price);
        self.queues.close(level);
    }

    /// The level slots of a side, the best first.
    fn levels(&self, side: Side) -> impl Iterator<Item = u32> {
        let best = Some(self.best[side as usize]).filter(|slot| *slot != NONE);
        std::iter::successors(best, move |slot| self.behind(side, self.queues.level(*slot).price))
    }

    /// The next level of a side behind this price, away from the touch.
    fn behind(&self, side: Side, price: u32) -> Option<u32> {
        match side {
            Side::Buy => self.ladder.below(price),
            Side::Sell => self.ladder.above(price),
        }
    }

    fn touch(&self, side: Side) -> Option<u32> {
        let level = self.best[side as usize];
        (level != NONE).then(|| self.queues.level(level).price)
    }

    /// The side of a level follows from where it stands: bids are below asks.
    fn side_of(&self, level: u32) -> Side {
        let price = self.queues.level(level).price;
        if self.touch(Side::Buy).is_some_and(|bid| price <= bid) { Side::Buy } else { Side::Sell }
    }
}

fn rested(filled: u32, left: u32) -> Verdict {
    let status = if filled == 0 { OrderStatus::Pending } else { OrderStatus::PartiallyFilled };
    Verdict { status, filled: Quantity(u64::from(filled)), resting: Quantity(u64::from(left)) }
}
