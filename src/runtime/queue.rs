//! The one queue: everything that will happen, ordered by (virtual time, sequence).
//!
//! Idea: the sequence number makes the order total, so two things of one instant happen in the order in which they were
//! planned, on every machine.
//! Shape: a binary heap of small keys (time, sequence, place) beside a slab of what they stand for. A key is one number
//! of 16 bytes, so that sifting compares without a branch; a message of a hundred moves twice in its life, in and out.
//! Bound: each source is bounded (links, one armed wake a node, one fsync a disk, what actors ask for), so their sum is.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::domain::actor::ActorInput;
use crate::domain::ids::{ActorId, EventId, NodeId};
use crate::domain::time::SimTime;
use crate::node::message::NodeInput;

use super::network::LinkId;

/// Something that will happen.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// What.
    pub what: What,
    /// The notable event that led here.
    pub cause: Option<EventId>,
}

/// What can be planned.
#[derive(Clone, Debug)]
pub enum What {
    /// A node is told something.
    Node {
        /// Which.
        node: NodeId,
        /// How it comes.
        by: Way,
        /// What.
        input: NodeInput,
    },
    /// A node's armed wake.
    Wake {
        /// Which.
        node: NodeId,
        /// Void for any other.
        incarnation: u32,
    },
    /// An fsync of a node's disk ends.
    FsyncEnd {
        /// Whose.
        node: NodeId,
        /// Void for any other.
        incarnation: u32,
    },
    /// An actor is told something.
    Actor {
        /// Which.
        actor: ActorId,
        /// The link that it came by, if by one.
        link: Option<LinkId>,
        /// What.
        input: ActorInput,
    },
}

/// How an input reaches a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Over a link: whoever lives there then gets it.
    Wire(LinkId),
    /// From inside: only for this life of the node.
    Inside {
        /// Void for any other.
        incarnation: u32,
    },
}

/// Time, sequence and place in the slab, in the order in which they are compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Key(u128);

impl Key {
    const PLACE_BITS: u32 = 24;
    const SEQUENCE_BITS: u32 = 40;

    fn new(at: SimTime, sequence: u64, place: u32) -> Self {
        assert!(sequence >> Self::SEQUENCE_BITS == 0, "a run plans a million million things at most");
        assert!(place >> Self::PLACE_BITS == 0, "sixteen million things are planned at a time at most");
        Self(u128::from(at.0) << 64 | u128::from(sequence << Self::PLACE_BITS | u64::from(place)))
    }

    const fn at(self) -> SimTime {
        SimTime((self.0 >> 64) as u64)
    }

    const fn sequence(self) -> u64 {
        self.0 as u64 >> Self::PLACE_BITS
    }

    const fn place(self) -> u32 {
        self.0 as u32 & ((1 << Self::PLACE_BITS) - 1)
    }
}

/// The queue.
#[derive(Clone, Default, Debug)]
pub struct EventQueue {
    heap: BinaryHeap<Reverse<Key>>,
    slab: Vec<Option<Scheduled>>,
    free: Vec<u32>,
    sequence: u64,
}

impl EventQueue {
    /// Plans something. Of one instant, what was planned first happens first.
    pub fn push(&mut self, at: SimTime, scheduled: Scheduled) {
        let place = if let Some(place) = self.free.pop() {
            self.slab[place as usize] = Some(scheduled);
            place
        } else {
            self.slab.push(Some(scheduled));
            (self.slab.len() - 1) as u32
        };
        self.sequence += 1;
        self.heap.push(Reverse(Key::new(at, self.sequence, place)));
    }

    /// When the next thing happens.
    pub fn next_at(&self) -> Option<SimTime> {
        self.heap.peek().map(|Reverse(key)| key.at())
    }

    /// Takes the next thing out, if it happens by then.
    pub fn pop_by(&mut self, until: SimTime) -> Option<(SimTime, Scheduled)> {
        if self.next_at()? > until {
            return None;
        }
        let Reverse(key) = self.heap.pop()?;
        let scheduled = self.slab[key.place() as usize].take()?;
        self.free.push(key.place());
        Some((key.at(), scheduled))
    }

    /// How much is planned.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is planned.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Everything planned with its time, in no order worth relying on.
    pub fn iter(&self) -> impl Iterator<Item = (SimTime, u64, &Scheduled)> {
        self.heap.iter().filter_map(|Reverse(key)| {
            let scheduled = self.slab[key.place() as usize].as_ref()?;
            Some((key.at(), key.sequence(), scheduled))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chance::{Chance, Purpose};

    fn wake(number: u32) -> Scheduled {
        Scheduled { what: What::Wake { node: NodeId(1), incarnation: number }, cause: None }
    }

    fn number(scheduled: &Scheduled) -> u32 {
        match scheduled.what {
            What::Wake { incarnation, .. } => incarnation,
            _ => panic!("only wakes were planned"),
        }
    }

    #[test]
    fn things_happen_by_time_and_within_an_instant_as_planned() {
        let seed = 11;
        let mut chance = Chance::stream(seed, Purpose::Storm, 0);
        let mut queue = EventQueue::default();
        let mut model: Vec<(SimTime, u32)> = Vec::new();
        let mut taken = Vec::new();
        for n in 0..5_000 {
            let floor = taken.last().map_or(0, |(at, _): &(SimTime, u32)| at.0);
            let at = SimTime(floor + chance.below(20));
            queue.push(at, wake(n));
            model.push((at, n));
            if chance.ratio(1, 3) {
                let (at, scheduled) = queue.pop_by(SimTime::NEVER).unwrap();
                taken.push((at, number(&scheduled)));
            }
        }
        while let Some((at, scheduled)) = queue.pop_by(SimTime::NEVER) {
            taken.push((at, number(&scheduled)));
        }
        model.sort();
        assert_eq!(taken, model, "replay: seed {seed}");
    }

    #[test]
    fn nothing_is_taken_before_its_time() {
        let mut queue = EventQueue::default();
        queue.push(SimTime(10), wake(1));
        assert!(queue.pop_by(SimTime(9)).is_none());
        assert!(queue.pop_by(SimTime(10)).is_some());
        assert!(queue.is_empty());
    }
}
