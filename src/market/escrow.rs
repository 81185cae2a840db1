//! Escrow: makers' quantity that is put aside for a leg which is prepared and not yet decided.
//!
//! Idea: a prepared leg must be able to trade later, whatever comes meanwhile, so what it would trade with is taken out
//! of the book's reach. An order stays in its queue with what is left of it; one of which nothing is left is *absent*:
//! it has left the queue and keeps its arrival, so that an abort can put it back where it stood.
//! Shape: an [`Escrow`] is what one leg holds; `Aside` is the book's list of orders of which something is held. The verbs
//! are in `book/holding.rs`.
//! Bound: a leg holds at most what it asks for; legs are bounded by [`PREPARED_MAX`](super::transactions::PREPARED_MAX).

use crate::domain::ids::{AccountId, RequestId};
use crate::domain::order::Side;
use crate::domain::units::{Price, Quantity};

/// What is held of one resting order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    /// The order.
    pub maker: RequestId,
    /// Its price.
    pub price: Price,
    /// How much of it.
    pub quantity: Quantity,
}

/// What a prepared leg holds, in the order in which it would trade.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Escrow {
    /// The order that will trade with it.
    pub taker: RequestId,
    /// The side of that order.
    pub side: Side,
    /// What is held for it.
    pub held: Vec<Held>,
}

impl Escrow {
    /// How much of an order it holds.
    pub fn held(&self, maker: RequestId) -> Quantity {
        Quantity(self.held.iter().filter(|held| held.maker == maker).map(|held| held.quantity.0).sum())
    }

    /// What the order will pay or earn, in ticks times lots.
    pub fn worth(&self) -> i128 {
        self.held.iter().map(|held| i128::from(held.price.0) * i128::from(held.quantity.0)).sum()
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.held.len() * size_of::<Held>()
    }
}

/// A resting order of which something is held, as the book remembers it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Aside {
    pub id: RequestId,
    pub owner: AccountId,
    pub side: Side,
    pub price: u32,
    pub arrival: u64,
    /// What it had traded when it left its queue, and since; stale while it still stands in it.
    pub filled: u32,
    /// A rule has cancelled what else was left of it: what is held is cancelled too, if it comes back.
    pub stopped: bool,
    /// What is held of it in all.
    pub held: u32,
}

/// The orders of which something is held, in the order of their names.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Asides(Vec<Aside>);

impl Asides {
    pub fn get(&self, id: RequestId) -> Option<&Aside> {
        self.place(id).ok().map(|place| &self.0[place])
    }

    pub fn get_mut(&mut self, id: RequestId) -> Option<&mut Aside> {
        self.place(id).ok().map(|place| &mut self.0[place])
    }

    /// More of an order is held.
    pub fn add(&mut self, aside: Aside) {
        match self.place(aside.id) {
            Ok(place) => self.0[place].held += aside.held,
            Err(place) => self.0.insert(place, aside),
        }
    }

    /// Nothing of an order is held any more.
    pub fn remove(&mut self, id: RequestId) {
        if let Ok(place) = self.place(id) {
            self.0.remove(place);
        }
    }

    pub const fn len(&self) -> u32 {
        self.0.len() as u32
    }

    pub fn iter(&self) -> impl Iterator<Item = &Aside> {
        self.0.iter()
    }

    pub fn size_bytes(&self) -> usize {
        self.0.len() * size_of::<Aside>()
    }

    fn place(&self, id: RequestId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |aside| aside.id)
    }
}
