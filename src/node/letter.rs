//! Letters: what the leaders of two groups say to each other about a transaction of both.
//!
//! Idea: a letter is addressed to a group, since nobody can be sure who leads another group. Whoever gets it and does
//! not lead passes it on to whom it believes to lead, [`HOPS_MAX`] times; then it is lost. The driver sends it again.
//! Shape: plain data. Every letter can come twice, late, or never.

use crate::domain::digest::Digest;
use crate::domain::ids::{GroupId, Term};
use crate::domain::units::Cash;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Prepare, TxId, Work};

/// How often a letter is passed on.
pub const HOPS_MAX: u8 = 2;

/// A letter between two groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Letter {
    /// For the leader of this group.
    pub to: GroupId,
    /// From the leader of this one.
    pub from: GroupId,
    /// How often it was passed on.
    pub hops: u8,
    /// What it says.
    pub says: Says,
}

impl Letter {
    /// Its digest for the run's hash.
    pub fn digest(&self) -> Digest {
        let head = Digest(u64::from(self.hops)).mix(u64::from(self.from.0) << 16 | u64::from(self.to.0));
        let (kind, tx, half, word) = match self.says {
            Says::Prepare(prepare) => return head.mix(1).mix(Work::Prepare(prepare).digest().0),
            Says::Vote { tx, half, vote } => {
                (2, tx, half, vote.map_or_else(|why| u64::from(why.code()), |lent| (lent.0 as u64) << 8))
            }
            Says::Finish { tx, half, decision } => {
                return head.mix(3).mix(Work::Finish { tx, half, decision }.digest().0);
            }
            Says::Finished { tx, half } => (4, tx, half, 0),
            Says::Ask { tx, half } => (5, tx, half, 0),
            Says::Unknown { tx, half, term } => (6, tx, half, term.0),
        };
        tx.digest(head.mix(kind << 8 | half as u64)).mix(word)
    }
}

/// What letters say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Says {
    /// The coordinator asks for a vote.
    Prepare(Prepare),
    /// The vote: in favour, with what is lent, or why not.
    Vote {
        /// On which transaction.
        tx: TxId,
        /// On which half.
        half: Half,
        /// The vote.
        vote: Result<Cash, Why>,
    },
    /// It is decided.
    Finish {
        /// Which transaction.
        tx: TxId,
        /// Which half.
        half: Half,
        /// How.
        decision: Decision,
    },
    /// The half is finished (or was never prepared, which is the same).
    Finished {
        /// Which transaction.
        tx: TxId,
        /// Which half.
        half: Half,
    },
    /// A part that was prepared long ago asks what became of it.
    Ask {
        /// Which transaction.
        tx: TxId,
        /// Which half.
        half: Half,
    },
    /// The coordinator knows nothing of it: aborted, if the answer is of no older term than the question.
    Unknown {
        /// Which transaction.
        tx: TxId,
        /// Which half.
        half: Half,
        /// The term of the leader that says so.
        term: Term,
    },
}
