//! Steps of a transaction: what leaders say to each other about one half of it.
//!
//! Idea: two-phase commit, with a *survey* before it where a lender must be found. Questions and decisions come from the leader
//! of the coordinator, answers go there.
//! Sources: Gray 1978; Mohan, Lindsay & Obermarck 1986 §3.1 (presumed abort); ADR-0004, ADR-0007.

use crate::domain::ids::{AccountId, Term};
use crate::domain::units::Cash;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Part, TxId};

/// What leaders say to each other about one half of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TxMessage {
    /// Which transaction.
    pub tx: TxId,
    /// Which half.
    pub half: Half,
    /// What of it.
    pub step: TxStep,
}

/// A step of two-phase commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TxStep {
    /// The coordinator asks what an account has here.
    Survey {
        /// Which account.
        account: AccountId,
    },
    /// It has this: no promise.
    Has {
        /// Which account.
        account: AccountId,
        /// What is free.
        free: Cash,
    },
    /// The coordinator asks for a vote.
    Prepare {
        /// What the half is.
        part: Part,
        /// The term of the leader that asks.
        term: Term,
        /// The coordinator has forgotten every transaction below this number.
        floor: u64,
    },
    /// The vote: in favour, with what is lent, or why not.
    Vote(Result<Cash, Why>),
    /// It is decided.
    Finish {
        /// How.
        decision: Decision,
        /// The coordinator has forgotten every transaction below this number.
        floor: u64,
    },
    /// The half was prepared here, and is finished.
    Finished,
    /// A half that was prepared long ago asks what became of it.
    Ask,
    /// The coordinator knows nothing of it: aborted, if the answer is of no older term than the question.
    Unknown {
        /// The term of the leader that says so.
        term: Term,
        /// The coordinator has forgotten every transaction below this number.
        floor: u64,
    },
}
