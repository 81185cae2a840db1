//! One session's orders, as a dense ring: what was asked, what was said of it, and where it was applied.
//!
//! Idea: a session numbers its requests from 1 without a gap, so an order is found by subtraction, not by search.
//! Shape: `base` is the sequence of the oldest slot; queries and unknown sequences are empty slots.
//! Bound: a session keeps its last [`LINGER`] sequences even when they are closed, as the memory in which a second
//! execution is recognised; beyond that it lets closed slots go from the front. At [`SLOTS_MAX`] the oldest goes whatever
//! it is, and the ledger counts it as untracked.
//! Units: 16 bytes a slot.

use std::collections::VecDeque;
use std::num::NonZeroU64;

use crate::domain::ids::{GroupId, LogIndex, Sequence};

/// Sequences that a session remembers though they are closed.
pub const LINGER: usize = 1_024;
/// Sequences that a session remembers at most.
pub const SLOTS_MAX: usize = 16_384;

/// What the client was told last.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Standing {
    /// Not an order, or not asked yet.
    #[default]
    Empty,
    /// Nothing.
    Waiting,
    /// It is promised.
    Acknowledged,
    /// It is refused.
    Rejected,
    /// Nobody will say.
    Unknown,
    /// It was promised, and is gone.
    Lost,
}

/// What is known of an order beside its standing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Marks(u8);

impl Marks {
    /// It stands in an applied log.
    pub const PRESENT: u8 = 1;
    /// A majority has applied it under one chain.
    pub const AGREED: u8 = 2;
    /// It was sent again.
    pub const RETRIED: u8 = 4;
    /// It was executed twice.
    pub const TWICE: u8 = 8;
    /// It was promised by a rule that covers commit.
    pub const COVERED: u8 = 16;
    /// It counts as settled.
    pub const SETTLED: u8 = 32;

    /// Whether the mark is set.
    pub const fn has(self, mark: u8) -> bool {
        self.0 & mark != 0
    }

    /// Sets a mark; true if it was not set.
    pub const fn set(&mut self, mark: u8) -> bool {
        let fresh = !self.has(mark);
        self.0 |= mark;
        fresh
    }

    /// Clears a mark; true if it was set.
    pub const fn clear(&mut self, mark: u8) -> bool {
        let was = self.has(mark);
        self.0 &= !mark;
        was
    }
}

/// An order in the ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    executed: Option<NonZeroU64>,
    /// The group that owns its symbol, or that executed it.
    pub group: GroupId,
    /// What the client was told last.
    pub standing: Standing,
    /// What else is known.
    pub marks: Marks,
}

impl Default for Slot {
    fn default() -> Self {
        Self { executed: None, group: GroupId::META, standing: Standing::Empty, marks: Marks::default() }
    }
}

impl Slot {
    /// An order that was just handed in.
    pub fn waiting(group: GroupId) -> Self {
        Self { group, standing: Standing::Waiting, ..Self::default() }
    }

    /// Notes that the order changed the state at this place; false if it had done so at another.
    pub fn execute(&mut self, group: GroupId, index: LogIndex) -> bool {
        let index = NonZeroU64::new(index.0);
        if self.executed.is_some() {
            return self.executed == index && self.group == group;
        }
        self.executed = index;
        self.group = group;
        true
    }

    /// Takes back an execution whose log was overturned. An order whose first execution lies elsewhere stays.
    pub fn overturn(&mut self, group: GroupId, index: LogIndex) {
        if self.executed.is_none() || self.executed == NonZeroU64::new(index.0) && self.group == group {
            self.executed = None;
            self.marks.clear(Marks::PRESENT);
            self.marks.clear(Marks::AGREED);
        }
    }

    /// Whether nothing more is expected of it, its session having asked no more below `floor`.
    fn closed(&self, below_floor: bool) -> bool {
        match self.standing {
            Standing::Empty | Standing::Lost => true,
            Standing::Waiting => false,
            Standing::Acknowledged => self.marks.has(Marks::AGREED),
            Standing::Rejected | Standing::Unknown => below_floor,
        }
    }
}

/// Orders that left a ring though something was still expected of them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Forced {
    /// How many.
    pub open: u64,
    /// How many of them wait for an answer.
    pub waiting: u64,
}

/// A session's ring.
#[derive(Clone, Debug)]
pub struct Session {
    base: u64,
    floor: u64,
    slots: VecDeque<Slot>,
}

impl Default for Session {
    fn default() -> Self {
        Self { base: 1, floor: 1, slots: VecDeque::new() }
    }
}

impl Session {
    /// The order with this sequence, if the ring holds it.
    pub fn slot(&self, sequence: Sequence) -> Option<&Slot> {
        self.slots.get(usize::try_from(sequence.0.checked_sub(self.base)?).ok()?)
    }

    /// The order with this sequence, if the ring holds it, to be changed.
    pub fn slot_mut(&mut self, sequence: Sequence) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(sequence.0.checked_sub(self.base)?).ok()?)
    }

    /// The order with this sequence, its place made if need be. `None` if it lies before the ring, or too far ahead.
    pub fn open(&mut self, sequence: Sequence) -> Option<&mut Slot> {
        if self.slots.is_empty() {
            self.base = sequence.0;
        }
        let place = usize::try_from(sequence.0.checked_sub(self.base)?).ok()?;
        if place >= 2 * SLOTS_MAX {
            return None;
        }
        // A session asks in order: nearly always the next place is wanted.
        if place > self.slots.len() {
            self.slots.resize(place, Slot::default());
        }
        if place == self.slots.len() {
            self.slots.push_back(Slot::default());
        }
        self.slots.get_mut(place)
    }

    /// The session waits for nothing below this sequence any more.
    pub fn raise_floor(&mut self, floor: Sequence) {
        self.floor = self.floor.max(floor.0);
    }

    /// Lets closed orders go; says which open ones had to go too.
    pub fn trim(&mut self) -> Forced {
        let mut forced = Forced::default();
        while self.slots.len() > LINGER {
            let Some(front) = self.slots.front() else { break };
            let closed = front.closed(self.base < self.floor);
            if !closed && self.slots.len() <= SLOTS_MAX {
                break;
            }
            forced.open += u64::from(!closed);
            forced.waiting += u64::from(front.standing == Standing::Waiting);
            self.slots.pop_front();
            self.base += 1;
        }
        forced
    }

    /// How many sequences it holds.
    pub fn len(&self) -> usize {
        self.slots.len()
    }
}
