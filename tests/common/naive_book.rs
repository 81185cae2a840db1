//! The book as one would write it in ten minutes: sorted maps of queues. The model for tests, the yardstick for benches.
#![allow(dead_code, clippy::allow_attributes, reason = "no test uses all of it")]

use std::collections::{BTreeMap, VecDeque};

use chaosdesk::domain::ids::{AccountId, RequestId};
use chaosdesk::domain::order::{OrderStatus, OrderType, SelfTrade, Side, TimeInForce, Verdict};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::why::Why;
use chaosdesk::market::book::{BookEvent, BookRules, Fill, Incoming, QUANTITY_MAX, Stopped};
use chaosdesk::market::ladder::PRICE_MAX;

#[derive(Clone, Copy, Debug)]
pub struct NaiveOrder {
    pub id: RequestId,
    pub owner: AccountId,
    pub left: u64,
    pub filled: u64,
}

#[derive(Clone, Debug, Default)]
pub struct NaiveBook {
    /// By side, then price.
    pub sides: [BTreeMap<i64, VecDeque<NaiveOrder>>; 2],
    pub names: BTreeMap<RequestId, (Side, i64)>,
    pub rules: BookRules,
}

impl NaiveBook {
    pub fn new(rules: BookRules) -> Self {
        Self { rules, ..Self::default() }
    }

    pub fn best(&self, side: Side) -> Option<i64> {
        let levels = &self.sides[side as usize];
        match side {
            Side::Buy => levels.last_key_value(),
            Side::Sell => levels.first_key_value(),
        }
        .map(|(price, _)| *price)
    }

    pub fn place(&mut self, order: &Incoming, on_event: impl FnMut(&BookEvent)) -> Verdict {
        if order.quantity.is_zero() || order.quantity > QUANTITY_MAX {
            return Verdict::rejected(Why::BadQuantity);
        }
        let (limit, mut rests) = match (order.order_type, order.side) {
            (OrderType::Limit(price), _) => (price.0, true),
            (OrderType::Market, Side::Buy) => (i64::MAX, false),
            (OrderType::Market, Side::Sell) => (0, false),
        };
        if rests && !(1..=i64::from(PRICE_MAX)).contains(&limit) {
            return Verdict::rejected(Why::BadPrice);
        }
        let best = self.best(order.side.opposite());
        if best.is_none() && !rests {
            return Verdict::rejected(Why::NoLiquidity);
        }
        rests &= order.time_in_force == TimeInForce::GoodTillCancel;
        let meets = best.is_some_and(|price| crosses(order.side, limit, price));
        if !meets && rests && self.names.len() >= self.rules.resting_max as usize {
            return Verdict::rejected(Why::BookFull);
        }
        if order.time_in_force == TimeInForce::FillOrKill {
            // Try it on a copy: whatever comes out short is killed.
            let enough: u64 = self.met(order.side, limit).map(|maker| maker.left).sum();
            if enough < order.quantity.0 {
                return Verdict::rejected(Why::NotFillable);
            }
            let mut trial = self.clone();
            let verdict = trial.enter(order, limit, 0, false, |_| {});
            match verdict.status {
                OrderStatus::Filled => {}
                OrderStatus::Stopped(why) => return Verdict::rejected(why),
                // A decrement took something on the way, or own orders were taken out of it.
                _ if self.rules.self_trade == SelfTrade::Decrement => return Verdict::rejected(Why::SelfTrade),
                _ => return Verdict::rejected(Why::NotFillable),
            }
        }
        self.enter(order, limit, 0, rests, on_event)
    }

    pub fn replace(
        &mut self,
        id: RequestId,
        price: Price,
        quantity: Quantity,
        on_event: impl FnMut(&BookEvent),
    ) -> Option<Verdict> {
        let (side, old_price) = *self.names.get(&id)?;
        if !(1..=i64::from(PRICE_MAX)).contains(&price.0) {
            return Some(Verdict::rejected(Why::BadPrice));
        }
        if quantity.is_zero() || quantity > QUANTITY_MAX {
            return Some(Verdict::rejected(Why::BadQuantity));
        }
        let queue = self.sides[side as usize].get_mut(&old_price).unwrap();
        let order = queue.iter_mut().find(|order| order.id == id).unwrap();
        if quantity.0 <= order.filled {
            return self.cancel(id);
        }
        let left = quantity.0 - order.filled;
        if price.0 == old_price && left <= order.left {
            order.left = left;
            return Some(rested(order));
        }
        let NaiveOrder { owner, filled, .. } = *order;
        self.cancel(id);
        let order_type = OrderType::Limit(price);
        let time_in_force = TimeInForce::GoodTillCancel;
        let again = Incoming { id, owner, side, order_type, quantity: Quantity(left), time_in_force };
        Some(self.enter(&again, price.0, filled, true, on_event))
    }

    pub fn cancel(&mut self, id: RequestId) -> Option<Verdict> {
        let (side, price) = self.names.remove(&id)?;
        let queue = self.sides[side as usize].get_mut(&price).unwrap();
        let place = queue.iter().position(|order| order.id == id).unwrap();
        let order = queue.remove(place).unwrap();
        if queue.is_empty() {
            self.sides[side as usize].remove(&price);
        }
        let filled = Quantity(order.filled);
        Some(Verdict { status: OrderStatus::Cancelled, filled, resting: Quantity::ZERO })
    }

    /// Everything on the other side that this limit reaches.
    fn met(&self, side: Side, limit: i64) -> impl Iterator<Item = &NaiveOrder> {
        let other = self.sides[side.opposite() as usize].iter();
        other.filter(move |(price, _)| crosses(side, limit, **price)).flat_map(|(_, queue)| queue.iter())
    }

    fn enter(
        &mut self,
        order: &Incoming,
        limit: i64,
        filled_before: u64,
        rests: bool,
        mut on_event: impl FnMut(&BookEvent),
    ) -> Verdict {
        let Incoming { id, owner, side, .. } = *order;
        let mut own = NaiveOrder { id, owner, left: order.quantity.0, filled: filled_before };
        let mut stopped = false;
        while let Some(price) = self.best(side.opposite()).filter(|p| own.left > 0 && crosses(side, limit, *p)) {
            let queue = self.sides[side.opposite() as usize].get_mut(&price).unwrap();
            let maker = queue.front_mut().unwrap();
            let quantity = own.left.min(maker.left);
            let mut taken = 0;
            if maker.owner == owner && self.rules.self_trade != SelfTrade::Allow {
                match self.rules.self_trade {
                    SelfTrade::CancelIncoming => {}
                    SelfTrade::Decrement => taken = quantity,
                    _ => taken = maker.left,
                }
                match self.rules.self_trade {
                    SelfTrade::CancelIncoming | SelfTrade::CancelBoth => own.left = 0,
                    SelfTrade::Decrement => own.left -= quantity,
                    _ => {}
                }
                stopped |= own.left == 0;
                maker.left -= taken;
            } else {
                own.left -= quantity;
                own.filled += quantity;
                maker.left -= quantity;
                maker.filled += quantity;
                on_event(&BookEvent::Fill(Fill {
                    maker: maker.id,
                    maker_owner: maker.owner,
                    taker: id,
                    side,
                    price: Price(price),
                    quantity: Quantity(quantity),
                    maker_filled: Quantity(maker.filled),
                    maker_left: Quantity(maker.left),
                }));
            }
            if taken > 0 {
                on_event(&BookEvent::Stopped(Stopped {
                    id: maker.id,
                    owner: maker.owner,
                    side: side.opposite(),
                    price: Price(price),
                    quantity: Quantity(taken),
                    filled: Quantity(maker.filled),
                    left: Quantity(maker.left),
                }));
            }
            if maker.left == 0 {
                self.names.remove(&maker.id);
                queue.pop_front();
            }
            if queue.is_empty() {
                self.sides[side.opposite() as usize].remove(&price);
            }
        }
        if own.left > 0 && rests {
            self.names.insert(id, (side, limit));
            self.sides[side as usize].entry(limit).or_default().push_back(own);
            return rested(&own);
        }
        let wanted = filled_before + order.quantity.0;
        let status = match own.left {
            0 if own.filled == wanted => OrderStatus::Filled,
            0 => OrderStatus::Stopped(Why::SelfTrade),
            _ => OrderStatus::Cancelled,
        };
        assert!(!stopped || status == OrderStatus::Stopped(Why::SelfTrade));
        Verdict { status, filled: Quantity(own.filled), resting: Quantity::ZERO }
    }
}

fn crosses(side: Side, limit: i64, price: i64) -> bool {
    if side == Side::Buy { price <= limit } else { price >= limit }
}

fn rested(order: &NaiveOrder) -> Verdict {
    let status = if order.filled == 0 { OrderStatus::Pending } else { OrderStatus::PartiallyFilled };
    Verdict { status, filled: Quantity(order.filled), resting: Quantity(order.left) }
}
