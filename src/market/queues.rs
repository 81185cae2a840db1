//! Where resting orders stand: one queue a price level, all in two slabs.
//!
//! Idea: an order is a slot in a slab, its neighbours in the queue are slot numbers. Joining at the end, leaving from
//! anywhere and taking the first are a few writes each; nothing is allocated once the slabs have grown.
//! Units: prices in ticks, quantities in lots. An order takes 32 bytes, two to a cache line, which is what makes a deep
//! book fast; quantities fit 32 bits by [`QUANTITY_MAX`](super::book::QUANTITY_MAX). Owners and
//! arrivals stand in lists beside the slab: they are asked for only when somebody trades, or returns from escrow.
//! Bound: [`RESTING_MAX`](super::book::RESTING_MAX) orders, kept by the book.

use crate::domain::ids::{AccountId, ClientId, RequestId, Sequence};

/// No slot.
pub const NONE: u32 = u32::MAX;

/// An order that waits in its queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resting {
    sequence: u64,
    client: u32,
    /// The slot of its level.
    pub level: u32,
    before: u32,
    after: u32,
    /// What still waits to trade.
    pub left: u32,
    /// What has traded.
    pub filled: u32,
}

impl Resting {
    /// The request that placed it.
    pub const fn id(&self) -> RequestId {
        RequestId { client: ClientId(self.client), sequence: Sequence(self.sequence) }
    }
}

/// All orders at one price, the oldest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Level {
    first: u32,
    last: u32,
    /// How many.
    pub orders: u32,
    /// Their price.
    pub price: u32,
    /// What they still offer together.
    pub total: u64,
}

/// The queues of a book.
#[derive(Clone, Debug)]
pub struct Queues {
    orders: Vec<Resting>,
    /// By order slot.
    owners: Vec<AccountId>,
    /// By order slot: the how-manieth order of the book it was.
    arrivals: Vec<u64>,
    arrived: u64,
    levels: Vec<Level>,
    free_order: u32,
    free_level: u32,
    resting: u32,
}

impl Default for Queues {
    fn default() -> Self {
        Self {
            orders: Vec::new(),
            owners: Vec::new(),
            arrivals: Vec::new(),
            arrived: 0,
            levels: Vec::new(),
            free_order: NONE,
            free_level: NONE,
            resting: 0,
        }
    }
}

impl Queues {
    /// How many orders rest.
    pub const fn len(&self) -> u32 {
        self.resting
    }

    /// Whether none rests.
    pub const fn is_empty(&self) -> bool {
        self.resting == 0
    }

    /// The order in this slot.
    pub fn order(&self, slot: u32) -> &Resting {
        &self.orders[slot as usize]
    }

    /// Who owns the order in this slot.
    pub fn owner(&self, slot: u32) -> AccountId {
        self.owners[slot as usize]
    }

    /// The how-manieth order of the book it was that stands in this slot.
    pub fn arrival(&self, slot: u32) -> u64 {
        self.arrivals[slot as usize]
    }

    /// How many orders have ever joined: the stamp of the last.
    pub const fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Stamps go on after this one.
    pub(super) const fn resume(&mut self, arrived: u64) {
        self.arrived = arrived;
    }

    /// The level in this slot.
    pub fn level(&self, slot: u32) -> &Level {
        &self.levels[slot as usize]
    }

    /// The slot of the oldest order of a level, and the order.
    pub fn first(&self, level: u32) -> (u32, &Resting) {
        let slot = self.levels[level as usize].first;
        (slot, &self.orders[slot as usize])
    }

    /// A new, empty level.
    pub fn open(&mut self, price: u32) -> u32 {
        let level = Level { first: NONE, last: NONE, orders: 0, price, total: 0 };
        if self.free_level == NONE {
            self.levels.push(level);
            return (self.levels.len() - 1) as u32;
        }
        let slot = self.free_level;
        self.free_level = self.levels[slot as usize].first;
        self.levels[slot as usize] = level;
        slot
    }

    /// Gives an empty level back.
    pub fn close(&mut self, slot: u32) {
        let level = &mut self.levels[slot as usize];
        assert!(level.orders == 0, "only an empty level is closed");
        level.first = self.free_level;
        self.free_level = slot;
    }

    /// An order joins the end of a level's queue; its slot.
    pub fn join(&mut self, level: u32, id: RequestId, owner: AccountId, left: u32, filled: u32) -> u32 {
        self.arrived += 1;
        let before = self.levels[level as usize].last;
        self.link((before, NONE), (level, id, owner, self.arrived), left, filled)
    }

    /// An order takes the place in a level's queue that its arrival gives it: behind the older ones that wait there. The
    /// walk begins at the oldest, where what returns nearly always belongs.
    pub fn rejoin(&mut self, level: u32, id: RequestId, owner: AccountId, arrival: u64, left: u32, filled: u32) -> u32 {
        let last = self.levels[level as usize].last;
        // A book that is unpacked comes in order: each of its orders is the youngest so far.
        let youngest = self.arrivals.get(last as usize).is_none_or(|stamp| *stamp < arrival);
        let older = |slot: &u32| self.arrivals[*slot as usize] > arrival;
        let after = if youngest { None } else { self.queue(level).map(|(slot, _)| slot).find(older) };
        let before = after.map_or(last, |after| self.orders[after as usize].before);
        self.link((before, after.unwrap_or(NONE)), (level, id, owner, arrival), left, filled)
    }

    /// Puts an order between two that are neighbours.
    fn link(
        &mut self,
        (before, after): (u32, u32),
        (level, id, owner, arrival): (u32, RequestId, AccountId, u64),
        left: u32,
        filled: u32,
    ) -> u32 {
        let order = Resting { sequence: id.sequence.0, client: id.client.0, level, before, after, left, filled };
        let slot = if self.free_order == NONE {
            self.orders.push(order);
            self.owners.push(owner);
            self.arrivals.push(arrival);
            (self.orders.len() - 1) as u32
        } else {
            let slot = self.free_order;
            self.free_order = self.orders[slot as usize].after;
            self.orders[slot as usize] = order;
            self.owners[slot as usize] = owner;
            self.arrivals[slot as usize] = arrival;
            slot
        };
        let queue = &mut self.levels[level as usize];
        queue.orders += 1;
        queue.total += u64::from(left);
        if before == NONE {
            queue.first = slot;
        } else {
            self.orders[before as usize].after = slot;
        }
        if after == NONE {
            queue.last = slot;
        } else {
            self.orders[after as usize].before = slot;
        }
        self.resting += 1;
        slot
    }

    /// An order leaves, wherever it stands, with what it had left; how much that was.
    pub fn leave(&mut self, slot: u32) -> u32 {
        let Resting { level, before, after, left, .. } = self.orders[slot as usize];
        let queue = &mut self.levels[level as usize];
        queue.orders -= 1;
        queue.total -= u64::from(left);
        if before == NONE {
            queue.first = after;
        } else {
            self.orders[before as usize].after = after;
        }
        if after == NONE {
            queue.last = before;
        } else {
            self.orders[after as usize].before = before;
        }
        self.orders[slot as usize].after = self.free_order;
        self.free_order = slot;
        self.resting -= 1;
        left
    }

    /// Some of an order trades.
    pub fn fill(&mut self, slot: u32, quantity: u32) {
        let order = &mut self.orders[slot as usize];
        order.left -= quantity;
        order.filled += quantity;
        self.levels[order.level as usize].total -= u64::from(quantity);
    }

    /// Some of an order is taken back; it keeps its place.
    pub fn shrink(&mut self, slot: u32, quantity: u32) {
        let order = &mut self.orders[slot as usize];
        order.left -= quantity;
        self.levels[order.level as usize].total -= u64::from(quantity);
    }

    /// Some of an order that was held for a leg comes back to it.
    pub fn grow(&mut self, slot: u32, quantity: u32) {
        let order = &mut self.orders[slot as usize];
        order.left += quantity;
        self.levels[order.level as usize].total += u64::from(quantity);
    }

    /// Some of an order that was held for a leg has traded.
    pub fn credit(&mut self, slot: u32, quantity: u32) {
        self.orders[slot as usize].filled += quantity;
    }

    /// The orders of a level with their slots, the oldest first.
    pub fn queue(&self, level: u32) -> impl Iterator<Item = (u32, &Resting)> {
        let mut next = self.levels[level as usize].first;
        std::iter::from_fn(move || {
            let slot = next;
            let order = self.orders.get(slot as usize)?;
            next = order.after;
            Some((slot, order))
        })
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        let order = size_of::<Resting>() + size_of::<AccountId>() + size_of::<u64>();
        self.orders.len() * order + self.levels.len() * size_of::<Level>()
    }
}
