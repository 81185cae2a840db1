//! The order book of one symbol: price-time priority, constant work an order.
//!
//! Idea: a taker trades with the best price on the other side, at each price with the oldest order first, at the
//! maker's price. What is left of a limit order rests at the end of its level's queue; what is left of a market order
//! or of an immediate-or-cancel is cancelled. A fill-or-kill looks first whether it can trade in full.
//! Units: prices in ticks, quantities in lots.
//! Shape: `place`, `replace` and `cancel`; what they do to others goes to a closure, so that who wants none of it pays for
//! none. Levels are found by [`Ladder`], orders by [`SlotTable`], queues are [`Queues`]. The best level of each side is
//! remembered. How a taker meets the other side, and orders of its own account, is in `book/taking.rs`;
//! what is held for a leg of a spread, in `book/holding.rs`; how a book moves to another group, in `book/shipping.rs`.
//! Bound: [`RESTING_MAX`] orders, or what its [`BookRules`] say. When it is reached an order that would only rest is
//! refused (`BookFull`); one that trades first always finds room, since what it leaves behind has emptied a level and so
//! freed a slot, and one that is replaced brings its own.
//! Errors: refusals are verdicts (`Why`); a price outside the ladder is `BadPrice`. What is refused changes nothing.
//! Left out: hidden and pegged orders, auctions.
//! Sources: the words are those of FIX 4.4 (OrdType 40, TimeInForce 59, OrderCancelReplaceRequest 35=G).

mod holding;
mod shipping;
mod taking;

use super::escrow::Asides;
pub use super::flow::{BookEvent, BookRules, DepthLevel, Fill, Flow, Incoming, Standing, Stopped, Trade};
use super::ladder::{Ladder, PRICE_MAX};
use super::queues::{Level, NONE, Queues, Resting};
use super::slot_table::{SlotTable, hash_of_request};
use super::tape::Tape;
use crate::domain::ids::{AccountId, RequestId};
use crate::domain::order::{OrderStatus, OrderType, Side, TimeInForce, Verdict};
use crate::domain::units::{Price, Quantity};
use crate::domain::why::Why;
use taking::Taker;

/// The most orders that rest in one book, unless its rules say otherwise.
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
    tape: Tape,
    rules: BookRules,
    /// Orders of which something is held for a leg.
    asides: Asides,
}

impl Default for Book {
    fn default() -> Self {
        Self::new(BookRules::default())
    }
}

/// Whether a taker of this side with this limit trades at this price.
const fn crosses(side: Side, limit: u32, price: u32) -> bool {
    match side {
        Side::Buy => price <= limit,
        Side::Sell => price >= limit,
    }
}

const fn is_good(quantity: Quantity) -> bool {
    !quantity.is_zero() && quantity.0 <= QUANTITY_MAX.0
}

/// The limit of who takes any price.
const fn any_price(side: Side) -> u32 {
    match side {
        Side::Buy => PRICE_MAX,
        Side::Sell => 0,
    }
}

/// A ladder price, if it is on the ladder.
fn ticks(price: Price) -> Option<u32> {
    u32::try_from(price.0).ok().filter(|ticks| (1..=PRICE_MAX).contains(ticks))
}

impl Book {
    /// A book with these rules.
    pub fn new(rules: BookRules) -> Self {
        Self {
            queues: Queues::default(),
            ladder: Ladder::default(),
            names: SlotTable::default(),
            best: [NONE; 2],
            flow: [Flow::default(); 2],
            tape: Tape::default(),
            rules,
            asides: Asides::default(),
        }
    }

    /// An order comes. Its id must be new to the book; the sessions see to that.
    pub fn place(&mut self, order: &Incoming, mut on_event: impl FnMut(&BookEvent)) -> Verdict {
        if !is_good(order.quantity) {
            return Verdict::rejected(Why::BadQuantity);
        }
        let Incoming { id, owner, side, order_type, quantity, time_in_force } = *order;
        let (limit, rests) = match order_type {
            OrderType::Limit(price) => match ticks(price) {
                None => return Verdict::rejected(Why::BadPrice),
                Some(limit) => (limit, time_in_force == TimeInForce::GoodTillCancel),
            },
            OrderType::Market if self.touch(side.opposite()).is_none() => return Verdict::rejected(Why::NoLiquidity),
            OrderType::Market => (any_price(side), false),
        };
        let taker = Taker { id, owner, side, limit, left: quantity.0 as u32, filled: 0, withdrawn: 0, arrival: None };
        let meets = self.meets(&taker);
        if !meets && rests && self.queues.len() + self.asides.len() >= self.rules.resting_max {
            return Verdict::rejected(Why::BookFull);
        }
        if time_in_force == TimeInForce::FillOrKill
            && let Err(why) = self.fillable(&taker)
        {
            return Verdict::rejected(why);
        }
        self.enter(taker, meets, rests, &mut on_event)
    }

    /// A resting order gets another price or another quantity, the latter counting what has traded before; `None` if it
    /// does not rest here. It keeps its place if the price is the same and the quantity does not grow; else it leaves,
    /// and comes as if it were new, under its old name.
    pub fn replace(
        &mut self,
        id: RequestId,
        price: Price,
        quantity: Quantity,
        mut on_event: impl FnMut(&BookEvent),
    ) -> Option<Verdict> {
        if !self.held(id).is_zero() {
            return Some(Verdict::rejected(Why::Held));
        }
        let slot = self.find(id)?;
        let Some(limit) = ticks(price) else { return Some(Verdict::rejected(Why::BadPrice)) };
        if !is_good(quantity) {
            return Some(Verdict::rejected(Why::BadQuantity));
        }
        let order = *self.queues.order(slot);
        let left = (quantity.0 as u32).saturating_sub(order.filled);
        if left == 0 {
            return self.cancel(id);
        }
        let side = self.side_of(order.level);
        if limit == self.queues.level(order.level).price && left <= order.left {
            self.queues.shrink(slot, order.left - left);
            self.flow[side as usize].withdraw(u64::from(order.left - left));
            return Some(rested(order.filled, left));
        }
        let owner = self.queues.owner(slot);
        self.take_out(slot);
        let taker = Taker { id, owner, side, limit, left, filled: order.filled, withdrawn: 0, arrival: None };
        let meets = self.meets(&taker);
        Some(self.enter(taker, meets, true, &mut on_event))
    }

    /// An order is taken back; `None` if it does not rest here.
    pub fn cancel(&mut self, id: RequestId) -> Option<Verdict> {
        self.take_back(id).map(|(verdict, _)| verdict)
    }

    /// The same, with what stood there; nothing, if it may not go.
    pub fn take_back(&mut self, id: RequestId) -> Option<(Verdict, Option<Standing>)> {
        if !self.held(id).is_zero() {
            return Some((Verdict::rejected(Why::Held), None));
        }
        let slot = self.find(id)?;
        let (standing, filled) = self.stands(slot);
        self.take_out(slot);
        let verdict = Verdict { status: OrderStatus::Cancelled, filled, resting: Quantity::ZERO };
        Some((verdict, Some(standing)))
    }

    /// What of an order stands in its queue: all but what is held for a leg.
    pub fn standing(&self, id: RequestId) -> Option<(Standing, Quantity)> {
        self.find(id).map(|slot| self.stands(slot))
    }

    fn stands(&self, slot: u32) -> (Standing, Quantity) {
        let order = self.queues.order(slot);
        let (id, owner, side) = (order.id(), self.queues.owner(slot), self.side_of(order.level));
        let price = Price(i64::from(self.queues.level(order.level).price));
        let standing = Standing { id, owner, side, price, quantity: Quantity(u64::from(order.left)) };
        (standing, Quantity(u64::from(order.filled)))
    }

    /// What all bids would pay, held ones too, in ticks times lots: O(n), for tests and debug builds.
    pub fn worth_of_bids(&self) -> i128 {
        let resting = self.orders(Side::Buy).map(|(price, order)| i128::from(price.0) * i128::from(order.left));
        let held = self.asides.iter().filter(|aside| aside.side == Side::Buy);
        resting.sum::<i128>() + held.map(|aside| i128::from(aside.price) * i128::from(aside.held)).sum::<i128>()
    }

    /// Whether quantity and limit are such as a book takes.
    pub fn takes(quantity: Quantity, order_type: OrderType) -> bool {
        let limit = match order_type {
            OrderType::Limit(price) => ticks(price).is_some(),
            OrderType::Market => true,
        };
        limit && is_good(quantity)
    }

    /// Where a resting order stands; `None` if it does not rest here.
    pub fn status(&self, id: RequestId) -> Option<Verdict> {
        let held = self.held(id).0 as u32;
        match self.find(id) {
            Some(slot) => {
                let order = self.queues.order(slot);
                Some(rested(order.filled, order.left + held))
            }
            None => self.asides.get(id).map(|aside| rested(aside.filled, held)),
        }
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
    pub fn last_trade(&self) -> Option<Trade> {
        self.tape.last()
    }

    /// The last trades.
    pub const fn tape(&self) -> &Tape {
        &self.tape
    }

    /// Who owns a resting order.
    pub fn owner(&self, id: RequestId) -> Option<AccountId> {
        self.find(id).map(|slot| self.queues.owner(slot))
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
            self.queues.queue(slot).map(move |(_, order)| (price, order))
        })
    }

    /// Counts everything again and compares it with the running sums: O(n), for tests and debug builds.
    pub fn audit(&self) -> bool {
        let sides = [Side::Buy, Side::Sell].map(|side| {
            let levels = self.levels(side).all(|slot| {
                let level = self.queues.level(slot);
                let (orders, total) = self
                    .queues
                    .queue(slot)
                    .fold((0, 0), |(orders, total), (_, order)| (orders + 1, total + u64::from(order.left)));
                orders > 0 && (orders, total) == (level.orders, level.total)
            });
            let known = self.orders(side).all(|(_, order)| order.left > 0 && self.status(order.id()).is_some());
            let resting: u64 = self.orders(side).map(|(_, order)| u64::from(order.left)).sum();
            let held: u64 =
                self.asides.iter().filter(|aside| aside.side == side).map(|aside| u64::from(aside.held)).sum();
            let sums = resting == self.flow(side).resting && held == self.flow(side).held;
            (levels && known && sums, self.orders(side).count())
        });
        let count = self.queues.len() as usize;
        self.is_sound()
            && sides.iter().all(|(well, _)| *well)
            && sides[0].1 + sides[1].1 == count
            && self.names.len() == count
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.queues.size_bytes()
            + self.ladder.size_bytes()
            + self.names.size_bytes()
            + self.tape.size_bytes()
            + self.asides.size_bytes()
    }

    fn find(&self, id: RequestId) -> Option<u32> {
        self.names.find(hash_of_request(id), |slot| self.queues.order(slot).id() == id)
    }

    /// What is left joins the queue of its level.
    fn rest(&mut self, order: &Taker) {
        let level = self.ladder.find(order.limit).unwrap_or_else(|| self.open(order.side, order.limit));
        let Taker { id, owner, left, filled, .. } = *order;
        let slot = match order.arrival {
            None => self.queues.join(level, id, owner, left, filled),
            Some(arrival) => self.queues.rejoin(level, id, owner, arrival, left, filled),
        };
        self.names.insert(hash_of_request(order.id), slot);
        self.flow[order.side as usize].resting += u64::from(order.left);
    }

    /// A resting order leaves the book with what it has left.
    fn take_out(&mut self, slot: u32) {
        let order = *self.queues.order(slot);
        let side = self.side_of(order.level);
        self.names.remove(hash_of_request(order.id()), slot);
        let left = self.queues.leave(slot);
        self.flow[side as usize].withdraw(u64::from(left));
        self.close_if_empty(side, order.level);
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
