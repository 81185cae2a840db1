//! One session's orders, as a dense ring: what was asked, what was said of it, and where it was applied.
//!
//! Idea: a session numbers its requests from 1 without a gap, so an order is found by subtraction, not by search.
//! Shape: `base` is the sequence of the oldest slot; queries and unknown sequences are empty slots. What has left the ring
//! is remembered by a bit: whether it was executed (`older`), whether a leg of it has traded (`legs`), and whether it
//! may still end unexecuted (`pending`).
//! Bound: a session keeps its last [`LINGER`] sequences even when they are closed; beyond that it lets closed slots go
//! from the front. At [`SLOTS_MAX`] the oldest goes whatever it is, and the ledger counts it as untracked. Bits reach
//! [`OLDER_MAX`] sequences back; what is executed below them is untracked too, for nothing can say whether it is done twice.
//! Units: 16 bytes a slot.

use std::collections::VecDeque;
use std::num::NonZeroU64;

use super::bits::Bits;
use crate::domain::ids::{GroupId, LogIndex, Sequence};

/// Sequences that a session remembers though they are closed.
pub const LINGER: usize = 1_024;
/// Sequences that a session remembers at most.
pub const SLOTS_MAX: usize = 16_384;
/// Sequences of which a session remembers whether they were executed.
pub const OLDER_MAX: u64 = 65_536;

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
pub struct Marks(u16);

impl Marks {
    /// It stands in an applied log: it was executed, or its verdict was repeated.
    pub const PRESENT: u16 = 1;
    /// A majority has applied it under one chain.
    pub const AGREED: u16 = 1 << 1;
    /// It was sent again.
    pub const RETRIED: u16 = 1 << 2;
    /// It was executed twice.
    pub const TWICE: u16 = 1 << 3;
    /// It was promised by a rule that covers commit.
    pub const COVERED: u16 = 1 << 4;
    /// It counts as settled.
    pub const SETTLED: u16 = 1 << 5;
    /// It was executed where it stands.
    pub const EXECUTED: u16 = 1 << 6;
    /// The first word on it left open how it ends: a promise without a verdict, or *pending*.
    pub const OPEN_ENDED: u16 = 1 << 7;
    /// It has ended unexecuted, for want of cash or of room.
    pub const SHORT: u16 = 1 << 8;
    /// It counts as revoked.
    pub const REVOKED: u16 = 1 << 9;
    /// The first word on it was a verdict that refuses it: nothing was promised.
    pub const DECLINED: u16 = 1 << 10;
    /// It counts as untracked: nothing more is concluded about it.
    pub const UNTRACKED: u16 = 1 << 11;

    /// Whether one of these is set.
    pub const fn has(self, marks: u16) -> bool {
        self.0 & marks != 0
    }

    /// Sets a mark; true if it was not set.
    pub const fn set(&mut self, mark: u16) -> bool {
        let fresh = !self.has(mark);
        self.0 |= mark;
        fresh
    }

    /// Clears marks; true if one was set.
    pub const fn clear(&mut self, marks: u16) -> bool {
        let was = self.has(marks);
        self.0 &= !marks;
        was
    }
}

/// An order in the ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Where it stands; as long as it stands nowhere, where it was promised to.
    place: Option<NonZeroU64>,
    /// The group that owns its symbol, or where it stands or was promised.
    pub group: GroupId,
    /// What is known.
    pub marks: Marks,
    /// What its client was told last.
    pub standing: Standing,
}

impl Default for Slot {
    fn default() -> Self {
        Self { place: None, group: GroupId::META, marks: Marks::default(), standing: Standing::Empty }
    }
}

impl Slot {
    /// An order that was just handed in.
    pub fn waiting(group: GroupId) -> Self {
        Self { group, standing: Standing::Waiting, ..Self::default() }
    }

    /// Where it stands, or was promised to.
    pub fn place(&self) -> LogIndex {
        LogIndex(self.place.map_or(0, NonZeroU64::get))
    }

    /// Notes that the order changed the state at this place; false if it had done so at another.
    pub fn execute(&mut self, group: GroupId, index: LogIndex) -> bool {
        if self.marks.has(Marks::EXECUTED) {
            return self.is_at(group, index);
        }
        self.put(group, index);
        self.marks.set(Marks::EXECUTED);
        true
    }

    /// Notes that the order stands at this place without being executed there: its verdict was repeated, or it was turned
    /// away for good.
    pub fn stand(&mut self, group: GroupId, index: LogIndex) {
        if !self.marks.has(Marks::PRESENT) {
            self.put(group, index);
        }
    }

    /// Notes where the order was promised to.
    pub fn promise(&mut self, group: GroupId, index: LogIndex) {
        (self.place, self.group) = (NonZeroU64::new(index.0), group);
    }

    fn put(&mut self, group: GroupId, index: LogIndex) {
        self.promise(group, index);
        self.marks.set(Marks::PRESENT);
    }

    /// Whether this is its place.
    pub fn is_at(&self, group: GroupId, index: LogIndex) -> bool {
        self.place() == index && self.group == group
    }

    /// Takes it out of a log that was overturned from this index on; whether it stood there.
    pub fn overturn(&mut self, group: GroupId, from: LogIndex) -> bool {
        let gone = self.marks.has(Marks::PRESENT) && self.group == group && self.place() >= from;
        if gone {
            self.marks.clear(Marks::PRESENT | Marks::AGREED | Marks::EXECUTED);
        }
        gone
    }

    /// Whether it was promised, and nothing shows yet whether that is kept.
    pub fn is_open(&self) -> bool {
        const ANSWERED: u16 = Marks::PRESENT | Marks::DECLINED | Marks::UNTRACKED;
        self.standing == Standing::Acknowledged && !self.marks.has(ANSWERED)
    }

    /// Whether it may still end unexecuted, though its promise is kept so far. The ledger hears only of bad endings.
    fn may_end(&self) -> bool {
        self.marks.has(Marks::OPEN_ENDED) && !self.marks.has(Marks::SHORT | Marks::UNTRACKED)
    }

    /// Whether nothing more is expected of it, its session having asked no more below `floor`.
    fn closed(&self, below_floor: bool) -> bool {
        match self.standing {
            Standing::Empty | Standing::Lost => true,
            Standing::Waiting => false,
            Standing::Acknowledged => self.marks.has(Marks::AGREED | Marks::DECLINED | Marks::UNTRACKED),
            Standing::Rejected | Standing::Unknown => below_floor || self.marks.has(Marks::UNTRACKED),
        }
    }
}

/// Whether a number was in a set, as far as the set remembers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recall {
    /// It was not.
    First,
    /// It was.
    Again,
    /// It is too old to say.
    Forgotten,
}

/// A session's ring.
#[derive(Clone, Debug)]
pub struct Session {
    base: u64,
    floor: u64,
    slots: VecDeque<Slot>,
    /// Which of those before the ring were executed.
    older: Bits,
    /// Of which orders the first leg has traded, and of which the second; made for the first spread.
    legs: Option<Box<[Bits; 2]>>,
    /// Of those before the ring: which were promised and may still end for want of cash or room, and whose end is known or
    /// does not count.
    pending: Option<Box<[Bits; 2]>>,
}

impl Default for Session {
    fn default() -> Self {
        Self { base: 1, floor: 1, slots: VecDeque::new(), older: Bits::new(OLDER_MAX), legs: None, pending: None }
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

    /// All slots of the ring with their sequences, to be changed.
    pub fn slots_mut(&mut self) -> impl Iterator<Item = (Sequence, &mut Slot)> {
        let base = self.base;
        self.slots.iter_mut().enumerate().map(move |(place, slot)| (Sequence(base + place as u64), slot))
    }

    /// Whether the ring has let this sequence go.
    pub const fn is_past(&self, sequence: Sequence) -> bool {
        sequence.0 < self.base
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

    /// Lets closed orders go, and open ones where there are too many; each is handed over, with whether it was closed.
    pub fn trim(&mut self, mut leaves: impl FnMut(&Slot, bool)) {
        while self.slots.len() > LINGER {
            let Some(front) = self.slots.front() else { break };
            let closed = front.closed(self.base < self.floor);
            if !closed && self.slots.len() <= SLOTS_MAX {
                break;
            }
            leaves(front, closed);
            // The client was never promised these, so how they end does not count.
            let promised_nothing = matches!(front.standing, Standing::Unknown | Standing::Rejected);
            if front.may_end() || promised_nothing {
                let ends = || Box::new([Bits::new(OLDER_MAX), Bits::new(OLDER_MAX)]);
                let [pending, ended] = self.pending.get_or_insert_with(ends).as_mut();
                (if promised_nothing { ended } else { pending }).insert(self.base, &mut 0);
            }
            if front.marks.has(Marks::EXECUTED) {
                // The oldest bits go for good: what is executed below them is told to be forgotten.
                self.older.insert(self.base, &mut 0);
            }
            self.slots.pop_front();
            self.base += 1;
        }
    }

    /// An order that has left the ring is executed.
    pub fn execute_past(&mut self, sequence: Sequence) -> Recall {
        recall(self.older.insert(sequence.0, &mut 0))
    }

    /// A leg of an order trades: the first or the second.
    pub fn trade_leg(&mut self, sequence: Sequence, leg: usize) -> Recall {
        let legs = self.legs.get_or_insert_with(|| Box::new([Bits::new(OLDER_MAX), Bits::new(OLDER_MAX)]));
        legs.get_mut(leg).map_or(Recall::Forgotten, |legs| recall(legs.insert(sequence.0, &mut 0)))
    }

    /// An order that has left the ring ends unexecuted. `First` if it was promised and its end was not known yet.
    pub fn end_past(&mut self, sequence: Sequence) -> Recall {
        let Some([pending, ended]) = self.pending.as_deref_mut() else { return Recall::Forgotten };
        if pending.remove(sequence.0) {
            return recall(ended.insert(sequence.0, &mut 0));
        }
        if ended.contains(sequence.0) { Recall::Again } else { Recall::Forgotten }
    }

    /// How many sequences the ring holds.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        let legs = self.legs.as_ref().map_or(0, |legs| legs.iter().map(Bits::size_bytes).sum());
        let pending = self.pending.as_ref().map_or(0, |pending| pending.iter().map(Bits::size_bytes).sum());
        self.slots.len() * size_of::<Slot>() + self.older.size_bytes() + legs + pending
    }
}

fn recall(known: Option<bool>) -> Recall {
    match known {
        Some(false) => Recall::First,
        Some(true) => Recall::Again,
        None => Recall::Forgotten,
    }
}
