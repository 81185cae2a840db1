//! The order book of the crate `lobster`, behind the same two verbs: the engine that our matching is checked against.
//! It knows limit and market orders and cancels. It was written by others, from the same rules, with other structures.
#![allow(dead_code, clippy::allow_attributes, reason = "no test uses all of it")]

use chaosdesk::domain::ids::{AccountId, ClientId, RequestId, Sequence};
use chaosdesk::domain::order::{OrderType, Side, TimeInForce};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::market::book::{BookEvent, Fill, Incoming};
use lobster::{OrderBook, OrderEvent};

#[derive(Debug, Default)]
pub struct LobsterBook(OrderBook);

const fn number(id: RequestId) -> u128 {
    (id.client.0 as u128) << 64 | id.sequence.0 as u128
}

const fn name(number: u128) -> RequestId {
    ClientId((number >> 64) as u32).request(Sequence(number as u64))
}

impl LobsterBook {
    /// What it does not know, such as the figures of the maker, is zero.
    pub fn place(&mut self, order: &Incoming, mut on_event: impl FnMut(&BookEvent)) {
        assert_eq!(order.time_in_force, TimeInForce::GoodTillCancel, "lobster knows nothing else");
        let (id, qty) = (number(order.id), order.quantity.0);
        let side = if order.side == Side::Buy { lobster::Side::Bid } else { lobster::Side::Ask };
        let event = self.0.execute(match order.order_type {
            OrderType::Limit(Price(price)) => lobster::OrderType::Limit { id, side, qty, price: price as u64 },
            OrderType::Market => lobster::OrderType::Market { id, side, qty },
        });
        let (OrderEvent::Filled { fills, .. } | OrderEvent::PartiallyFilled { fills, .. }) = event else { return };
        for fill in fills {
            on_event(&BookEvent::Fill(Fill {
                maker: name(fill.order_2),
                maker_owner: AccountId(0),
                taker: name(fill.order_1),
                side: order.side,
                price: Price(fill.price as i64),
                quantity: Quantity(fill.qty),
                maker_filled: Quantity::ZERO,
                maker_left: Quantity::ZERO,
            }));
        }
    }

    pub fn cancel(&mut self, id: RequestId) {
        self.0.execute(lobster::OrderType::Cancel { id: number(id) });
    }
}
