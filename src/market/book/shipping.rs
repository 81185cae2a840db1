//! Shipping: a book as goods, and a book made of them again.
//!
//! Idea: what a book is, is its figures, its tape, and its resting orders in the order in which they would trade, each with
//! its stamp of arrival. Slots, free lists and the ladder's nodes are how it happens to stand in memory; a book that was
//! unpacked stands otherwise and trades the same.
//! Bound: nothing is held for a leg when a book is packed: a symbol with a prepared leg is not frozen.

use super::taking::Taker;
use super::{Book, BookRules, Flow};
use crate::domain::moving::{BookGoods, Goods, OrderGoods};
use crate::domain::order::Side;

impl Book {
    /// Everything that belongs to it.
    pub fn pack(&self, goods: &mut Vec<Goods>) {
        assert!(!self.holds(), "a book that holds something for a leg does not move");
        let BookRules { self_trade, resting_max } = self.rules;
        let flow = [Side::Buy, Side::Sell].map(|side| {
            let Flow { entered, traded, cancelled, .. } = *self.flow(side);
            [entered, traded, cancelled]
        });
        let (arrived, trades) = (self.queues.arrived(), self.tape.count());
        goods.push(Goods::Book(BookGoods { self_trade, resting_max, arrived, flow, trades }));
        for side in [Side::Buy, Side::Sell] {
            for level in self.levels(side) {
                let price = self.queues.level(level).price;
                goods.extend(self.queues.queue(level).map(|(slot, order)| {
                    let (owner, arrival) = (self.queues.owner(slot), self.queues.arrival(slot));
                    let (id, left, filled) = (order.id(), order.left, order.filled);
                    Goods::Order(OrderGoods { id, owner, side, price, arrival, left, filled })
                }));
            }
        }
        goods.extend(self.tape.prints().map(|(price, quantity, side)| Goods::Trade { price, quantity, side }));
    }

    /// Its figures: the first of a book's goods.
    pub fn unpack(goods: &BookGoods) -> Self {
        let BookGoods { self_trade, resting_max, arrived, flow, trades } = *goods;
        let mut book = Self::new(BookRules { self_trade, resting_max });
        book.flow = flow.map(|[entered, traded, cancelled]| Flow { entered, traded, cancelled, ..Flow::default() });
        book.queues.resume(arrived);
        book.tape.resume(trades);
        book
    }

    /// An order of its goods rests again, where it stood.
    pub fn unpack_order(&mut self, goods: &OrderGoods) {
        let OrderGoods { id, owner, side, price, arrival, left, filled } = *goods;
        let arrival = Some(arrival);
        self.rest(&Taker { id, owner, side, limit: price, left, filled, withdrawn: 0, arrival });
    }

    /// A trade of its goods is on the tape again.
    pub fn unpack_trade(&mut self, price: u32, quantity: u32, side: Side) {
        self.tape.restore(price, quantity, side);
    }

    /// How many orders and trades it has seen: what it was asked to do, nearly.
    pub const fn bustle(&self) -> u64 {
        self.queues.arrived() + self.tape.count()
    }
}
