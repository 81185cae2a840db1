//! Promises that nobody has applied yet: given on the word of a leader, not yet kept.
//!
//! Idea: most promises are kept when they are given, because the rule waits for the commit. One that is not waits here
//! until its order is applied, or until it is clear that it never will be: a batch of a later term was applied (the log
//! of that term's leader lacks the order), or something else stands at its index.
//! Bound: [`PROMISES_MAX`] a group, as many as a leader's log may hold that are not committed; the ledger counts one more
//! as untracked.

use std::collections::VecDeque;

#[cfg(test)]
use crate::domain::ids::{ClientId, Sequence};
use crate::domain::ids::{LogIndex, RequestId, Term};
use crate::domain::order::Promise;

/// Open promises of one group.
pub const PROMISES_MAX: usize = 1 << 20;

/// A promise and whose it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Promised {
    /// The order.
    pub id: RequestId,
    /// The term of the leader that gave it.
    pub term: Term,
    /// The index that it named.
    pub index: LogIndex,
}

impl Promised {
    /// An order's promise.
    pub const fn new(id: RequestId, promise: Promise) -> Self {
        Self { id, term: promise.term, index: promise.index }
    }

    /// Whether a log that is applied to this index, with a batch of this term, can no longer keep it.
    pub fn decided_by(&self, end: LogIndex, term: Term) -> bool {
        self.index <= end || self.term < term
    }
}

/// The open promises of a group, in the order in which clients heard them.
#[derive(Clone, Debug, Default)]
pub struct Promises {
    open: VecDeque<Promised>,
}

impl Promises {
    /// As many as there may be, of nobody.
    #[cfg(test)]
    pub fn full() -> Self {
        let nobody = RequestId { client: ClientId(0), sequence: Sequence(0) };
        let promised = Promised { id: nobody, term: Term(1), index: LogIndex(1) };
        Self { open: vec![promised; PROMISES_MAX].into() }
    }

    /// Adds one; false if there is no room.
    pub fn push(&mut self, promised: Promised) -> bool {
        let room = self.open.len() < PROMISES_MAX;
        if room {
            self.open.push_back(promised);
        }
        room
    }

    /// Takes out all that a log applied to this index, with a batch of this term, decides.
    ///
    /// Clients hear promises nearly in the order of indices, so all decided ones stand in front; a change of term is
    /// rare enough to look at every one.
    pub fn decided(&mut self, end: LogIndex, term: Term, every: Sweep) -> Vec<Promised> {
        let mut decided = Vec::new();
        match every {
            Sweep::Front => {
                while let Some(front) = self.open.front().filter(|promised| promised.decided_by(end, term)) {
                    decided.push(*front);
                    self.open.pop_front();
                }
            }
            Sweep::All => self.open.retain(|promised| {
                let gone = promised.decided_by(end, term);
                if gone {
                    decided.push(*promised);
                }
                !gone
            }),
        }
        decided
    }

    /// What they take in memory.
    pub fn size_bytes(&self) -> usize {
        self.open.len() * size_of::<Promised>()
    }

    /// The open ones.
    pub fn iter(&self) -> impl Iterator<Item = &Promised> {
        self.open.iter()
    }
}

/// How far to look for decided promises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sweep {
    /// From the front, as long as they are decided.
    Front,
    /// At every one.
    All,
}
