//! Work between groups: what a group logs besides the orders of its clients.
//!
//! Idea: a thing that concerns two partitions is a chain of records, each in the log of the group that it changes, so a
//! crash forgets none of it. The leader of the moment drives the chain (`node::tasks`); what is true is what was applied.
//! Two kinds: a client's spread, of two [legs](Leg), and a *transfer* of cash from one group's allotment to another's.
//! Names: the coordinator numbers its transactions from 1, without a gap. So one number, the *floor*, says which of them it
//! has forgotten for good: all below it.
//! Shape: a [`Transaction`] has two [`Part`]s. *Prepare* and *finish* are records of a part's group, *decide* and *forget*
//! of the coordinator's. [`Worked`] is what applying one came to.
//! Units: prices in ticks, quantities in lots.
//! Sources: Gray 1978 (two-phase commit); Mohan, Lindsay & Obermarck 1986 (presumed abort); ADR-0003, ADR-0007.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::{AccountId, GroupId, RequestId, SymbolId, Term};
use super::order::Side;
use super::units::{Cash, Price, Quantity};
use super::why::Why;

/// A transaction over two groups, by its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TxId {
    /// The group that decides it.
    pub coordinator: GroupId,
    /// Its number there, from 1.
    pub number: u64,
}

impl TxId {
    /// What it adds to a chain.
    pub const fn digest(self, digest: Digest) -> Digest {
        digest.mix(1 << 40 | self.coordinator.0 as u64).mix(self.number)
    }
}

impl fmt::Display for TxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tx {}/{}", self.coordinator, self.number)
    }
}

/// Which of the two parts of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Half {
    /// The first.
    First,
    /// The second.
    Second,
}

impl Half {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    /// The place in a pair.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// One leg of a spread: fill all of it at this price or better, or nothing.
///
/// It is kept small, since every record has room for two: limits and quantities beyond 32 bits, which no book takes, are
/// cut to the largest number and refused there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Leg {
    symbol: SymbolId,
    side: Side,
    limit_ticks: u32,
    lots: u32,
}

impl Leg {
    /// A leg.
    pub fn new(symbol: SymbolId, side: Side, limit: Price, quantity: Quantity) -> Self {
        let limit_ticks = u32::try_from(limit.0.max(0)).unwrap_or(u32::MAX);
        Self { symbol, side, limit_ticks, lots: u32::try_from(quantity.0).unwrap_or(u32::MAX) }
    }

    /// The instrument.
    pub const fn symbol(&self) -> SymbolId {
        self.symbol
    }

    /// Buy or sell.
    pub const fn side(&self) -> Side {
        self.side
    }

    /// The worst price that is taken.
    pub const fn limit(&self) -> Price {
        Price(self.limit_ticks as i64)
    }

    /// How much.
    pub const fn quantity(&self) -> Quantity {
        Quantity(self.lots as u64)
    }

    /// What it adds to a chain.
    pub fn digest(&self, digest: Digest) -> Digest {
        let numbers = u64::from(self.limit_ticks) << 32 | u64::from(self.lots);
        digest.mix(u64::from(self.symbol.0) << 1 | self.side as u64).mix(numbers)
    }
}

/// What one group does in a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Part {
    /// It trades a leg, in whichever group owns the symbol.
    Leg {
        /// What is traded.
        leg: Leg,
        /// The client's request, under whose name the leg trades.
        order: RequestId,
    },
    /// It lends cash of an account: so much, or as much of it as is free. Any other group may.
    Lend {
        /// Whose cash.
        account: AccountId,
        /// How much at most.
        amount: Cash,
    },
    /// It borrows what is lent.
    Borrow {
        /// The group that borrows.
        group: GroupId,
        /// Whose cash.
        account: AccountId,
    },
}

impl Part {
    /// The book that it touches.
    pub const fn symbol(&self) -> Option<SymbolId> {
        match self {
            Self::Leg { leg, .. } => Some(leg.symbol()),
            Self::Lend { .. } | Self::Borrow { .. } => None,
        }
    }

    /// What it adds to a chain.
    pub fn digest(&self, digest: Digest) -> Digest {
        match *self {
            Self::Leg { leg, order } => leg.digest(digest.mix(u64::from(order.client.0)).mix(order.sequence.0)),
            Self::Lend { account, amount } => digest.mix(1 << 41).mix(u64::from(account.0)).mix(amount.0 as u64),
            Self::Borrow { group, account } => digest.mix(2 << 41 | u64::from(group.0)).mix(u64::from(account.0)),
        }
    }
}

/// A transaction as it was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Transaction {
    /// Its name.
    pub id: TxId,
    /// What is to happen, both or neither.
    pub parts: [Part; 2],
}

impl Transaction {
    /// A client's spread.
    pub const fn spread(id: TxId, order: RequestId, legs: [Leg; 2]) -> Self {
        Self { id, parts: [Part::Leg { leg: legs[0], order }, Part::Leg { leg: legs[1], order }] }
    }

    /// The client's request and its first leg, if it is a spread.
    pub const fn request(&self) -> Option<(RequestId, Leg)> {
        match self.parts[0] {
            Part::Leg { leg, order } => Some((order, leg)),
            Part::Lend { .. } | Part::Borrow { .. } => None,
        }
    }
}

/// The groups that hold the two halves, as they have voted; `None` where no vote in favour had come.
pub type Voters = [Option<GroupId>; 2];

/// How a transaction ends. The first decision in the coordinator's log stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Decision {
    /// Both parts happen.
    Commit,
    /// Both happen, and this is what is lent.
    Lend(Cash),
    /// Neither does.
    Abort(Why),
}

impl Decision {
    /// Whether both parts happen.
    pub const fn is_commit(self) -> bool {
        matches!(self, Self::Commit | Self::Lend(_))
    }

    const fn word(self) -> u64 {
        match self {
            Self::Commit => 1,
            Self::Lend(Cash(amount)) => 3 | (amount as u64) << 2,
            Self::Abort(why) => 2 | (why.code() as u64) << 8,
        }
    }
}

/// A request to prepare a part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prepare {
    /// Of this transaction.
    pub tx: TxId,
    /// This half.
    pub half: Half,
    /// What it is.
    pub part: Part,
    /// The term in which the coordinator's leader asked: only a leader of this term or a later one may say that it knows
    /// nothing of the transaction.
    pub term: Term,
    /// The coordinator has forgotten every transaction below this number.
    pub floor: u64,
}

/// A record of work, one index each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// A part's group puts the makers' quantity, or the cash, into escrow, or votes against.
    Prepare(Prepare),
    /// The coordinator decides.
    Decide {
        /// Which transaction.
        tx: TxId,
        /// How it ends.
        decision: Decision,
        /// Who holds the halves: *finish* goes there, wherever the symbols are by then.
        voters: Voters,
    },
    /// A part's group trades or keeps what is in escrow, or gives it back.
    Finish {
        /// Which transaction.
        tx: TxId,
        /// Which half.
        half: Half,
        /// As decided.
        decision: Decision,
        /// The coordinator has forgotten every transaction below this number.
        floor: u64,
    },
    /// Both parts are finished: the coordinator need not remember it.
    Forget {
        /// Which transaction.
        tx: TxId,
    },
}

impl Work {
    /// Which transaction it belongs to.
    pub const fn tx(&self) -> TxId {
        match self {
            Self::Prepare(Prepare { tx, .. })
            | Self::Decide { tx, .. }
            | Self::Finish { tx, .. }
            | Self::Forget { tx } => *tx,
        }
    }

    /// Its digest for the log's chain.
    pub fn digest(&self) -> Digest {
        let name = self.tx().digest(Digest(0x7774));
        match self {
            Self::Prepare(Prepare { half, part, term, floor, .. }) => {
                part.digest(name.mix(1 | (*half as u64) << 8)).mix(term.0).mix(*floor)
            }
            Self::Decide { decision, voters, .. } => {
                let of = |voter: Option<GroupId>| voter.map_or(u64::from(u16::MAX), |group| u64::from(group.0));
                name.mix(2).mix(decision.word()).mix(of(voters[0]) << 16 | of(voters[1]))
            }
            Self::Finish { half, decision, floor, .. } => {
                name.mix(3 | (*half as u64) << 8).mix(decision.word()).mix(*floor)
            }
            Self::Forget { .. } => name.mix(4),
        }
    }
}

/// What applying a record of work came to, alike on every replica.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Worked {
    /// A *prepare*: the vote, with what is lent.
    Voted(Result<Cash, Why>),
    /// A *decide*: this decision stands.
    Decided,
    /// A *finish*: the half has been traded, moved, or given back, by this record.
    Finished,
    /// The half was finished before this record, which changes nothing.
    FinishedBefore,
    /// A *forget*.
    Forgotten,
    /// Late: it speaks of something that is over, or that was never here. Nothing has changed.
    Stale,
}

impl Worked {
    /// What it adds to a chain.
    pub const fn word(self) -> u64 {
        match self {
            Self::Voted(Err(why)) => why.code() as u64,
            Self::Voted(Ok(Cash(amount))) => (amount as u64) << 8,
            Self::Decided => 1 << 56,
            Self::Finished => 2 << 56,
            Self::FinishedBefore => 3 << 56,
            Self::Forgotten => 4 << 56,
            Self::Stale => 5 << 56,
        }
    }
}
