//! Taking: how an order that comes meets the other side, level by level, and orders of its own account on the way.
//!
//! Idea: the loop runs over levels, and inside a level over its queue from the oldest. It ends when the taker has nothing
//! left or the limit is reached. Self-trade prevention is one question at each maker: is it of the same account? Its
//! answer takes lots from the taker, from the maker, or from both, and the loop goes on as it always does.
//! A fill-or-kill asks `fillable` first: by the totals of the levels, which refuses most of those that must fail at the
//! cost of a few levels; then, where self-trades are prevented, order by order over those that it would trade with.
//! Flow: lots that trade are counted once a level; lots that a rule takes away are `cancelled`.

use super::holding::Absent;
use super::{Book, BookEvent, Fill, NONE, Resting, Stopped, crosses, rested};
use crate::domain::ids::{AccountId, RequestId};
use crate::domain::order::{OrderStatus, SelfTrade, Side, Verdict};
use crate::domain::units::{Price, Quantity};
use crate::domain::why::Why;
use crate::market::slot_table::hash_of_request;

/// An order on its way through the other side.
pub(super) struct Taker {
    pub id: RequestId,
    pub owner: AccountId,
    pub side: Side,
    pub limit: u32,
    /// What it still wants.
    pub left: u32,
    /// What has traded, also before it was replaced.
    pub filled: u32,
    /// What self-trade prevention took from it.
    pub withdrawn: u32,
    /// Its place in time, if it had one before.
    pub arrival: Option<u64>,
}

impl Book {
    /// Whether the best price of the other side is good enough.
    pub(super) fn meets(&self, taker: &Taker) -> bool {
        self.touch(taker.side.opposite()).is_some_and(|price| crosses(taker.side, taker.limit, price))
    }

    /// An order is let in: it trades if it meets somebody, and what is left rests or is cancelled.
    pub(super) fn enter(
        &mut self,
        mut taker: Taker,
        meets: bool,
        rests: bool,
        on_event: &mut impl FnMut(&BookEvent),
    ) -> Verdict {
        let side = taker.side as usize;
        self.flow[side].entered += u64::from(taker.left);
        if meets {
            self.take(&mut taker, on_event);
        }
        let Taker { left, filled, withdrawn, .. } = taker;
        if left > 0 && rests {
            self.rest(&taker);
            return rested(filled, left);
        }
        let status = match (left, withdrawn) {
            (0, 0) => OrderStatus::Filled,
            (0, _) => OrderStatus::Stopped(Why::SelfTrade),
            _ => OrderStatus::Cancelled,
        };
        self.flow[side].cancelled += u64::from(left);
        Verdict { status, filled: Quantity(u64::from(filled)), resting: Quantity::ZERO }
    }

    /// Whether an order could trade in full at once, without one of its own account in the way.
    pub(super) fn fillable(&self, taker: &Taker) -> Result<(), Why> {
        let met = || {
            let levels = self.levels(taker.side.opposite());
            levels.take_while(|level| crosses(taker.side, taker.limit, self.queues.level(*level).price))
        };
        let mut wanted = u64::from(taker.left);
        for level in met() {
            wanted = wanted.saturating_sub(self.queues.level(level).total);
            if wanted == 0 {
                break;
            }
        }
        if wanted > 0 {
            return Err(Why::NotFillable);
        }
        if self.rules.self_trade == SelfTrade::Allow {
            return Ok(());
        }
        let mut wanted = taker.left;
        for (slot, maker) in met().flat_map(|level| self.queues.queue(level)) {
            match self.rules.self_trade {
                _ if self.queues.owner(slot) != taker.owner => wanted = wanted.saturating_sub(maker.left),
                SelfTrade::CancelResting => {}
                _ => return Err(Why::SelfTrade),
            }
            if wanted == 0 {
                return Ok(());
            }
        }
        Err(Why::NotFillable)
    }

    /// What an order would pay or earn if it took any price, in ticks times lots: it walks over those that it would meet,
    /// as it will when it comes.
    pub fn price_of(&self, owner: AccountId, side: Side, quantity: Quantity) -> i128 {
        let (mut wanted, mut sum) = (quantity.0 as u32, 0);
        let levels = self.levels(side.opposite());
        for (slot, maker) in levels.flat_map(|level| self.queues.queue(level)) {
            let met = wanted.min(maker.left);
            match self.rules.self_trade {
                rule if rule == SelfTrade::Allow || self.queues.owner(slot) != owner => {
                    sum += i128::from(self.queues.level(maker.level).price) * i128::from(met);
                    wanted -= met;
                }
                SelfTrade::CancelResting => {}
                SelfTrade::Decrement => wanted -= met,
                SelfTrade::Allow | SelfTrade::CancelIncoming | SelfTrade::CancelBoth => break,
            }
            if wanted == 0 {
                break;
            }
        }
        sum
    }

    /// Trades with the other side as far as the limit allows.
    fn take(&mut self, taker: &mut Taker, on_event: &mut impl FnMut(&BookEvent)) {
        let other = taker.side.opposite();
        let filled_before = taker.filled;
        while taker.left > 0 {
            let level = self.best[other as usize];
            if level == NONE || !crosses(taker.side, taker.limit, self.queues.level(level).price) {
                break;
            }
            let before = taker.filled;
            self.take_level(taker, level, on_event);
            let traded = u64::from(taker.filled - before);
            let flow = &mut self.flow[other as usize];
            flow.resting -= traded;
            flow.traded += traded;
            self.close_if_empty(other, level);
        }
        let flow = &mut self.flow[taker.side as usize];
        flow.traded += u64::from(taker.filled - filled_before);
        flow.cancelled += u64::from(taker.withdrawn);
    }

    /// Trades with one level, the oldest order first.
    fn take_level(&mut self, taker: &mut Taker, level: u32, on_event: &mut impl FnMut(&BookEvent)) {
        let price = self.queues.level(level).price;
        while taker.left > 0 && self.queues.level(level).orders > 0 {
            let (slot, maker) = self.queues.first(level);
            let maker = *maker;
            let owner = self.queues.owner(slot);
            if owner == taker.owner && self.rules.self_trade != SelfTrade::Allow {
                self.meet_own(taker, slot, &maker, on_event);
                continue;
            }
            let quantity = taker.left.min(maker.left);
            taker.left -= quantity;
            taker.filled += quantity;
            self.queues.fill(slot, quantity);
            let mut maker_left = maker.left - quantity;
            if maker_left == 0 {
                self.queues.leave(slot);
                self.names.remove(hash_of_request(maker.id()), slot);
                maker_left = self.absent(maker.id(), maker.filled + quantity, Absent::Traded);
            }
            self.tape.push(price, quantity, taker.side);
            on_event(&BookEvent::Fill(Fill {
                maker: maker.id(),
                maker_owner: owner,
                taker: taker.id,
                side: taker.side,
                price: Price(i64::from(price)),
                quantity: Quantity(u64::from(quantity)),
                maker_filled: Quantity(u64::from(maker.filled + quantity)),
                maker_left: Quantity(u64::from(maker_left)),
            }));
        }
    }

    /// The taker meets an order of its own account: the rule takes lots from either or both. The level is not closed here.
    fn meet_own(&mut self, taker: &mut Taker, slot: u32, maker: &Resting, on_event: &mut impl FnMut(&BookEvent)) {
        let smaller = taker.left.min(maker.left);
        let (from_taker, from_maker) = match self.rules.self_trade {
            SelfTrade::Allow => (0, 0),
            SelfTrade::CancelIncoming => (taker.left, 0),
            SelfTrade::CancelResting => (0, maker.left),
            SelfTrade::CancelBoth => (taker.left, maker.left),
            SelfTrade::Decrement => (smaller, smaller),
        };
        taker.left -= from_taker;
        taker.withdrawn += from_taker;
        if from_maker == 0 {
            return;
        }
        let side = taker.side.opposite();
        let price = Price(i64::from(self.queues.level(maker.level).price));
        self.queues.shrink(slot, from_maker);
        self.flow[side as usize].withdraw(u64::from(from_maker));
        if from_maker == maker.left {
            self.queues.leave(slot);
            self.names.remove(hash_of_request(maker.id()), slot);
            self.absent(maker.id(), maker.filled, Absent::Stopped);
        }
        on_event(&BookEvent::Stopped(Stopped {
            id: maker.id(),
            owner: taker.owner,
            side,
            price,
            quantity: Quantity(u64::from(from_maker)),
            filled: Quantity(u64::from(maker.filled)),
            left: Quantity(u64::from(maker.left - from_maker)),
        }));
    }
}
