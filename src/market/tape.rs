//! The tape: the last trades of a symbol, the newest first.
//!
//! Idea: a screen wants to see what just traded, at what price and on whose initiative. The tape is part of the book, so
//! that every replica shows the same one, and so a snapshot carries it. It is a ring; a trade takes eight bytes.
//! Units: prices in ticks, quantities in lots.
//! Bound: the last [`TAPE_MAX`] trades; the count of all trades goes on, and numbers them.

use super::flow::Trade;
use crate::domain::order::Side;
use crate::domain::units::{Price, Quantity};

/// How many trades a tape shows.
pub const TAPE_MAX: usize = 64;

/// A quantity fits 30 bits by [`QUANTITY_MAX`](super::book::QUANTITY_MAX); the top bit says that the taker sold.
const SOLD: u32 = 1 << 31;

#[derive(Clone, Copy, Debug)]
struct Print {
    price: u32,
    quantity_and_side: u32,
}

/// The last trades.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    ring: Vec<Print>,
    count: u64,
}

impl Tape {
    /// A trade at this ladder price.
    pub(super) fn push(&mut self, price: u32, quantity: u32, taker: Side) {
        let side = if taker == Side::Sell { SOLD } else { 0 };
        let print = Print { price, quantity_and_side: quantity | side };
        let place = self.count as usize % TAPE_MAX;
        match self.ring.get_mut(place) {
            Some(oldest) => *oldest = print,
            None => self.ring.push(print),
        }
        self.count += 1;
    }

    /// How many trades there ever were; the newest has this number.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The last trade.
    pub fn last(&self) -> Option<Trade> {
        self.latest().next()
    }

    /// The trades that it still shows, the newest first.
    pub fn latest(&self) -> impl ExactSizeIterator<Item = Trade> {
        (0..self.ring.len()).map(|age| {
            let Print { price, quantity_and_side } = self.ring[(self.count as usize - 1 - age) % TAPE_MAX];
            let side = if quantity_and_side & SOLD == 0 { Side::Buy } else { Side::Sell };
            let quantity = Quantity(u64::from(quantity_and_side & !SOLD));
            Trade { price: Price(i64::from(price)), quantity, side }
        })
    }

    /// The trades that it still shows, the oldest first, as it keeps them.
    pub(super) fn prints(&self) -> impl Iterator<Item = (u32, u32, Side)> {
        (0..self.ring.len()).rev().map(|age| {
            let Print { price, quantity_and_side } = self.ring[(self.count as usize - 1 - age) % TAPE_MAX];
            let side = if quantity_and_side & SOLD == 0 { Side::Buy } else { Side::Sell };
            (price, quantity_and_side & !SOLD, side)
        })
    }

    /// An empty tape before which there were so many trades, of which the last few will be restored.
    pub(super) fn resume(&mut self, count: u64) {
        let kept = count.min(TAPE_MAX as u64);
        self.count = count - kept;
        self.ring = vec![Print { price: 0, quantity_and_side: 0 }; kept as usize];
    }

    /// A trade that was there before.
    pub(super) fn restore(&mut self, price: u32, quantity: u32, taker: Side) {
        self.push(price, quantity, taker);
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.ring.len() * size_of::<Print>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tape_shows_the_newest_and_forgets_the_oldest() {
        let mut tape = Tape::default();
        assert_eq!(tape.last(), None);
        for number in 1..=3 * TAPE_MAX as u32 + 5 {
            let side = if number.is_multiple_of(3) { Side::Sell } else { Side::Buy };
            tape.push(number, 1_000_000_000 - number, side);
            let shown: Vec<_> = tape.latest().collect();
            assert_eq!(shown.len(), TAPE_MAX.min(number as usize));
            assert_eq!(shown[0], tape.last().unwrap());
            for (age, trade) in shown.into_iter().enumerate() {
                let number = number - age as u32;
                assert_eq!(trade.price, Price(i64::from(number)));
                assert_eq!(trade.quantity, Quantity(1_000_000_000 - u64::from(number)));
                assert_eq!(trade.side == Side::Sell, number.is_multiple_of(3));
            }
            assert_eq!(tape.count(), u64::from(number));
        }
    }
}
