//! Holding: how a leg's counterparts go into escrow, and come out again by a trade or an abort.
//!
//! Idea: *hold* is a fill-or-kill that stops before the trade. *Settle* makes the trade at the prices that were held.
//! *Put back* returns what was held: to the order itself where it still stands, else to its old place in the queue, found
//! by its arrival. The book went on meanwhile, so what comes back may cross: then it trades first, as the taker, like any
//! order that comes, and only what is left of it takes its old place.
//! Flow: held lots are a sum of their own ([`Flow::held`](super::Flow)); an order of which something is held is neither
//! cancelled nor replaced (`Why::Held`), since nobody could say of how much.

use super::taking::Taker;
use super::{Book, BookEvent, Fill, Incoming, Standing, crosses, is_good, ticks};
use crate::domain::ids::RequestId;
use crate::domain::order::{OrderStatus, OrderType, Side, Verdict};
use crate::domain::units::{Price, Quantity};
use crate::domain::why::Why;
use crate::market::escrow::{Aside, Escrow, Held};
use crate::market::slot_table::hash_of_request;

impl Book {
    /// Puts aside what this order would trade with, all of it or nothing. The order is a limit; its time in force is not
    /// asked for.
    ///
    /// # Errors
    /// What a fill-or-kill would be refused with.
    pub fn hold(&mut self, order: &Incoming) -> Result<Escrow, Why> {
        let OrderType::Limit(price) = order.order_type else { return Err(Why::BadPrice) };
        let limit = ticks(price).ok_or(Why::BadPrice)?;
        if !is_good(order.quantity) {
            return Err(Why::BadQuantity);
        }
        let Incoming { id, owner, side, quantity, .. } = *order;
        let taker = Taker { id, owner, side, limit, left: quantity.0 as u32, filled: 0, withdrawn: 0, arrival: None };
        self.fillable(&taker)?;
        let mut escrow = Escrow { taker: id, side, held: Vec::new() };
        let mut left = taker.left;
        while left > 0 {
            let level = self.best[side.opposite() as usize];
            let slot = self.next_stranger(level, &taker);
            let Some((slot, price)) = slot.filter(|(_, price)| crosses(side, limit, *price)) else { break };
            let quantity = left.min(self.queues.order(slot).left);
            left -= quantity;
            escrow.held.push(self.put_aside(slot, price, quantity, side.opposite()));
        }
        assert!(left == 0, "what is fillable can be held");
        Ok(escrow)
    }

    /// The first order from this level on that is not of the taker's account, with its price.
    fn next_stranger(&self, level: u32, taker: &Taker) -> Option<(u32, u32)> {
        let side = taker.side.opposite();
        let levels = std::iter::successors(Some(level), |slot| self.behind(side, self.queues.level(*slot).price));
        let mut orders = levels.flat_map(|level| {
            let price = self.queues.level(level).price;
            self.queues.queue(level).map(move |(slot, _)| (slot, price))
        });
        orders.find(|(slot, _)| self.queues.owner(*slot) != taker.owner)
    }

    fn put_aside(&mut self, slot: u32, price: u32, quantity: u32, side: Side) -> Held {
        let order = *self.queues.order(slot);
        let (owner, arrival) = (self.queues.owner(slot), self.queues.arrival(slot));
        let id = order.id();
        let aside = Aside { id, owner, side, price, arrival, filled: order.filled, stopped: false, held: quantity };
        self.asides.add(aside);
        self.queues.shrink(slot, quantity);
        let flow = &mut self.flow[side as usize];
        flow.resting -= u64::from(quantity);
        flow.held += u64::from(quantity);
        if quantity == order.left {
            self.names.remove(hash_of_request(id), slot);
            self.queues.leave(slot);
            self.absent(id, order.filled, Absent::Traded);
            self.close_if_empty(side, order.level);
        }
        Held { maker: id, price: Price(i64::from(price)), quantity: Quantity(u64::from(quantity)) }
    }

    /// The leg trades with what is held for it.
    pub fn settle(&mut self, escrow: &Escrow, mut on_event: impl FnMut(&BookEvent)) {
        for held in &escrow.held {
            let Some(aside) = self.asides.get(held.maker).copied() else { continue };
            let quantity = held.quantity.0 as u32;
            let (filled, left) = match self.find(held.maker) {
                Some(slot) => {
                    self.queues.credit(slot, quantity);
                    let order = self.queues.order(slot);
                    (order.filled, order.left)
                }
                None => (aside.filled + quantity, 0),
            };
            self.let_go(held.maker, quantity, filled);
            let flow = &mut self.flow[aside.side as usize];
            flow.traded += u64::from(quantity);
            let flow = &mut self.flow[escrow.side as usize];
            flow.entered += u64::from(quantity);
            flow.traded += u64::from(quantity);
            self.tape.push(aside.price, quantity, escrow.side);
            on_event(&BookEvent::Fill(Fill {
                maker: held.maker,
                maker_owner: aside.owner,
                taker: escrow.taker,
                side: escrow.side,
                price: held.price,
                quantity: held.quantity,
                maker_filled: Quantity(u64::from(filled)),
                maker_left: Quantity(u64::from(left + aside.held - quantity)),
            }));
        }
    }

    /// The leg does not happen: what was held returns to where it stood. Orders that had left their queue are told of,
    /// with where they stand now.
    pub fn put_back(
        &mut self,
        escrow: &Escrow,
        mut on_event: impl FnMut(&BookEvent),
        mut on_return: impl FnMut(RequestId, Verdict),
    ) {
        for held in &escrow.held {
            let Some(aside) = self.asides.get(held.maker).copied() else { continue };
            let quantity = held.quantity.0 as u32;
            match self.find(held.maker) {
                Some(slot) => {
                    self.queues.grow(slot, quantity);
                    self.flow[aside.side as usize].resting += u64::from(quantity);
                    let filled = self.queues.order(slot).filled;
                    self.let_go(held.maker, quantity, filled);
                }
                None => {
                    self.let_go(held.maker, quantity, aside.filled);
                    let verdict = self.come_back(&aside, quantity, &mut on_event);
                    on_return(held.maker, verdict);
                }
            }
        }
    }

    /// Less of an order is held; it has traded so much by now.
    fn let_go(&mut self, id: RequestId, quantity: u32, filled: u32) {
        let Some(aside) = self.asides.get_mut(id) else { return };
        aside.held -= quantity;
        aside.filled = filled;
        let (side, done) = (aside.side, aside.held == 0);
        self.flow[side as usize].held -= u64::from(quantity);
        if done {
            self.asides.remove(id);
        }
    }

    /// An absent order comes back: it trades with whatever crosses it now, and takes its old place with the rest.
    fn come_back(&mut self, aside: &Aside, quantity: u32, on_event: &mut impl FnMut(&BookEvent)) -> Verdict {
        let Aside { id, owner, side, price, arrival, filled, stopped, .. } = *aside;
        let lots = |lots| Standing { id, owner, side, price: Price(i64::from(price)), quantity: lots };
        on_event(&BookEvent::Returns(lots(Quantity(u64::from(quantity)))));
        if stopped {
            self.flow[side as usize].cancelled += u64::from(quantity);
            let filled = Quantity(u64::from(filled));
            return Verdict { status: OrderStatus::Stopped(Why::SelfTrade), filled, resting: Quantity::ZERO };
        }
        // It is let in once more, so it must go out first.
        self.flow[side as usize].entered -= u64::from(quantity);
        let arrival = Some(arrival);
        let taker = Taker { id, owner, side, limit: price, left: quantity, filled, withdrawn: 0, arrival };
        let meets = self.meets(&taker);
        let mut verdict = self.enter(taker, meets, true, on_event);
        if !verdict.resting.is_zero() {
            on_event(&BookEvent::Rests(lots(verdict.resting)));
        }
        if verdict.resting.is_zero() {
            let why = if matches!(verdict.status, OrderStatus::Stopped(_)) { Absent::Stopped } else { Absent::Traded };
            let held = self.absent(id, verdict.filled.0 as u32, why);
            verdict.resting = Quantity(u64::from(held));
        }
        verdict
    }

    /// An order has left its queue: if some of it is still held, that is remembered, and how much it is.
    pub(super) fn absent(&mut self, id: RequestId, filled: u32, why: Absent) -> u32 {
        if self.asides.len() == 0 {
            return 0;
        }
        let Some(aside) = self.asides.get_mut(id) else { return 0 };
        aside.filled = filled;
        aside.stopped |= why == Absent::Stopped;
        aside.held
    }

    /// How much of an order is held for legs that are prepared.
    pub fn held(&self, id: RequestId) -> Quantity {
        self.asides.get(id).map_or(Quantity::ZERO, |aside| Quantity(u64::from(aside.held)))
    }

    /// Whether something is held for a leg.
    pub const fn holds(&self) -> bool {
        self.asides.len() > 0
    }
}

/// Why an order of which something is held has left its queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Absent {
    /// All else of it has traded, or is held too.
    Traded,
    /// A rule has cancelled what else was left of it.
    Stopped,
}
