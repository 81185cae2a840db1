//! The book as one would write it in ten minutes: sorted maps of queues. The model for tests, the yardstick for benches.

use std::collections::{BTreeMap, VecDeque};

use chaosdesk::domain::ids::RequestId;
use chaosdesk::domain::order::{OrderStatus, OrderType, Side, Verdict};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::why::Why;
use chaosdesk::market::book::{Fill, Incoming, QUANTITY_MAX, RESTING_MAX};
use chaosdesk::market::ladder::PRICE_MAX;

#[derive(Clone, Copy, Debug)]
pub struct NaiveOrder {
    pub id: RequestId,
    pub left: u64,
    pub filled: u64,
}

#[derive(Clone, Debug, Default)]
pub struct NaiveBook {
    /// By side, then price.
    pub sides: [BTreeMap<i64, VecDeque<NaiveOrder>>; 2],
    pub names: BTreeMap<RequestId, (Side, i64)>,
}

impl NaiveBook {
    pub fn best(&self, side: Side) -> Option<i64> {
        let levels = &self.sides[side as usize];
        match side {
            Side::Buy => levels.last_key_value(),
            Side::Sell => levels.first_key_value(),
        }
        .map(|(price, _)| *price)
    }

    pub fn place(&mut self, order: &Incoming, mut on_fill: impl FnMut(&Fill)) -> Verdict {
        if order.quantity.is_zero() || order.quantity > QUANTITY_MAX {
            return Verdict::rejected(Why::BadQuantity);
        }
        let (limit, rests) = match (order.order_type, order.side) {
            (OrderType::Limit(price), _) => (price.0, true),
            (OrderType::Market, Side::Buy) => (i64::MAX, false),
            (OrderType::Market, Side::Sell) => (0, false),
        };
        if rests && !(1..=i64::from(PRICE_MAX)).contains(&limit) {
            return Verdict::rejected(Why::BadPrice);
        }
        let other = order.side.opposite();
        let crosses = |price: i64| if order.side == Side::Buy { price <= limit } else { price >= limit };
        match self.best(other) {
            None if !rests => return Verdict::rejected(Why::NoLiquidity),
            best if !best.is_some_and(crosses) && self.names.len() >= RESTING_MAX as usize => {
                return Verdict::rejected(Why::BookFull);
            }
            _ => {}
        }
        let mut left = order.quantity.0;
        while let Some(price) = self.best(other).filter(|price| left > 0 && crosses(*price)) {
            let queue = self.sides[other as usize].get_mut(&price).unwrap();
            let maker = queue.front_mut().unwrap();
            let quantity = left.min(maker.left);
            left -= quantity;
            maker.left -= quantity;
            maker.filled += quantity;
            on_fill(&Fill {
                maker: maker.id,
                taker: order.id,
                side: order.side,
                price: Price(price),
                quantity: Quantity(quantity),
                maker_filled: Quantity(maker.filled),
                maker_left: Quantity(maker.left),
            });
            if maker.left == 0 {
                self.names.remove(&maker.id);
                queue.pop_front();
            }
            if queue.is_empty() {
                self.sides[other as usize].remove(&price);
            }
        }
        let filled = order.quantity.0 - left;
        let resting = if rests { left } else { 0 };
        if resting > 0 {
            let rest = NaiveOrder { id: order.id, left, filled };
            self.names.insert(order.id, (order.side, limit));
            self.sides[order.side as usize].entry(limit).or_default().push_back(rest);
        }
        let status = match (left, rests, filled) {
            (0, _, _) => OrderStatus::Filled,
            (_, false, _) => OrderStatus::Cancelled,
            (_, true, 0) => OrderStatus::Pending,
            _ => OrderStatus::PartiallyFilled,
        };
        Verdict { status, filled: Quantity(filled), resting: Quantity(resting) }
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
}
