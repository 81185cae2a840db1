//! What became of orders that no longer rest: a ring of the latest, so that a query can still be answered.
//!
//! Idea: a query asks about an order that may have traded away a moment ago. The book has forgotten it, the session
//! keeps only what it said at the time. So each group remembers how its last orders ended.
//! Shape: a ring, and for each hash bucket the number of the newest ending in it; each ending knows the next older one
//! of its bucket. Nothing is ever unlinked: a number that the ring has overwritten ends the walk.
//! Bound: the last [`FINISHED_MAX`] endings of the group, over all its symbols; older ones read as "not known".

use std::sync::Arc;

use super::said::Said;
use super::slot_table::hash_of_request;
use crate::domain::ids::{ClientId, RequestId, Sequence, SymbolId};
use crate::domain::order::{OrderStatus, Verdict};
use crate::domain::units::Quantity;

/// How many endings a group remembers.
pub const FINISHED_MAX: usize = 4_096;

#[derive(Clone, Copy, Debug)]
struct Ending {
    sequence: Sequence,
    client: ClientId,
    filled: u32,
    /// The next older ending of the bucket.
    older: u32,
    symbol: SymbolId,
    said: Said,
}

/// The latest endings.
#[derive(Clone, Debug)]
pub struct Finished {
    ring: Vec<Ending>,
    buckets: Vec<u32>,
    /// How many there ever were. Ending number n (from 1) stands at (n - 1) mod the ring; 32 bits may wrap, and a number
    /// that is mistaken for a young one then only costs a comparison of names.
    count: u32,
    /// Orders that ended unexecuted, for want of cash or of room, since somebody last asked: by the record that was applied
    /// last.
    short: Vec<RequestId>,
}

impl Default for Finished {
    fn default() -> Self {
        Self { ring: Vec::new(), buckets: vec![0; FINISHED_MAX], count: 0, short: Vec::new() }
    }
}

const fn bucket_of(id: RequestId) -> usize {
    hash_of_request(id) as usize & (FINISHED_MAX - 1)
}

impl Finished {
    /// An order has ended.
    pub fn push(&mut self, id: RequestId, symbol: SymbolId, status: OrderStatus, filled: Quantity) {
        if let OrderStatus::Rejected(why) = status
            && why.is_shortage()
        {
            self.short.push(id);
        }
        self.restore(id, symbol, status, filled);
    }

    /// These orders of a batch ended unexecuted, for want of cash or of room; nothing else of the batch did.
    pub fn ended_short(&mut self, orders: Vec<RequestId>) {
        self.short = orders;
    }

    /// Which orders have since this was last asked.
    pub fn take_short(&mut self) -> Option<Arc<Vec<RequestId>>> {
        (!self.short.is_empty()).then(|| Arc::new(std::mem::take(&mut self.short)))
    }

    /// An ending that came with its symbol.
    pub fn restore(&mut self, id: RequestId, symbol: SymbolId, status: OrderStatus, filled: Quantity) {
        let bucket = bucket_of(id);
        let RequestId { client, sequence } = id;
        let (filled, older, said) = (filled.0 as u32, self.buckets[bucket], Said::new(status));
        let ending = Ending { sequence, client, filled, older, symbol, said };
        let place = self.count as usize & (FINISHED_MAX - 1);
        match self.ring.get_mut(place) {
            Some(oldest) => *oldest = ending,
            None => self.ring.push(ending),
        }
        self.count = self.count.wrapping_add(1);
        self.buckets[bucket] = self.count;
    }

    /// How an order ended, if that is still known.
    pub fn find(&self, id: RequestId, symbol: SymbolId) -> Option<Verdict> {
        let mut number = self.buckets[bucket_of(id)];
        let mut age_min = 0;
        loop {
            let age = self.count.wrapping_sub(number);
            if number == 0 || age < age_min || age as usize >= self.ring.len() {
                return None;
            }
            let ending = &self.ring[number.wrapping_sub(1) as usize & (FINISHED_MAX - 1)];
            if ending.client.request(ending.sequence) == id && ending.symbol == symbol {
                let filled = Quantity(u64::from(ending.filled));
                return Some(Verdict { status: ending.said.status(), filled, resting: Quantity::ZERO });
            }
            age_min = age + 1;
            number = ending.older;
        }
    }

    /// The endings of a symbol that are still known, the oldest first.
    pub fn of_symbol(&self, symbol: SymbolId) -> impl Iterator<Item = (RequestId, OrderStatus, Quantity)> {
        let oldest = (self.count as usize).wrapping_sub(self.ring.len());
        let all = (0..self.ring.len()).map(move |place| &self.ring[oldest.wrapping_add(place) & (FINISHED_MAX - 1)]);
        all.filter(move |ending| ending.symbol == symbol).map(|ending| {
            let id = ending.client.request(ending.sequence);
            (id, ending.said.status(), Quantity(u64::from(ending.filled)))
        })
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.ring.len() * size_of::<Ending>() + self.buckets.len() * size_of::<u32>()
    }
}
