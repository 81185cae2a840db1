//! Work between groups: what a group logs besides the orders of its clients.
//!
//! Idea: a thing that concerns two partitions is a chain of records, each in the log of the group that it changes, so a
//! crash forgets none of it. Who drives the chain is the leader of the moment (`node::driver`); what is true is what was
//! applied.
//! Two kinds: a client's spread, of two [legs](Leg), and a *transfer* of cash from one group's allotment to another's.
//! Shape: a [`Transaction`] has two [`Part`]s. *Prepare* and *finish* are records of a part's group, *decide* and *forget*
//! of the coordinator's: the group that logged the client's request.
//! Units: prices in ticks, quantities in lots.
//! Sources: Gray 1978 (two-phase commit); Mohan, Lindsay & Obermarck 1986 (presumed abort); ADR-0003.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::{AccountId, GroupId, RequestId, SymbolId, Term};
use super::order::Side;
use super::units::{Cash, Price, Quantity};
use super::why::Why;

/// A transaction over two groups, by its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum TxId {
    /// A spread: named by the request that asked for it.
    Spread(RequestId),
    /// A transfer of cash: named by the group that is short, and counted there.
    Transfer {
        /// The group that borrows.
        by: GroupId,
        /// The how-manieth transfer of that group it is.
        number: u64,
    },
}

impl TxId {
    /// What it adds to a chain.
    pub const fn digest(self, digest: Digest) -> Digest {
        match self {
            Self::Spread(RequestId { client, sequence }) => digest.mix(client.0 as u64).mix(sequence.0),
            Self::Transfer { by, number } => digest.mix(1 << 40 | by.0 as u64).mix(number),
        }
    }
}

impl fmt::Display for TxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spread(request) => write!(f, "tx {request}"),
            Self::Transfer { by, number } => write!(f, "transfer {by}/{number}"),
        }
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
    Leg(Leg),
    /// It lends cash of an account: so much, or as much of it as is free.
    Lend {
        /// The group that lends.
        group: GroupId,
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
            Self::Leg(leg) => Some(leg.symbol()),
            Self::Lend { .. } | Self::Borrow { .. } => None,
        }
    }

    /// What it adds to a chain.
    pub fn digest(&self, digest: Digest) -> Digest {
        match *self {
            Self::Leg(leg) => leg.digest(digest),
            Self::Lend { group, account, amount } => {
                digest.mix(1 << 41 | u64::from(group.0)).mix(u64::from(account.0)).mix(amount.0 as u64)
            }
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
    pub const fn spread(request: RequestId, legs: [Leg; 2]) -> Self {
        Self { id: TxId::Spread(request), parts: [Part::Leg(legs[0]), Part::Leg(legs[1])] }
    }
}

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
    /// Who decides.
    pub coordinator: GroupId,
    /// The term in which the coordinator's leader asked: only a leader of this term or a later one may say that it knows
    /// nothing of the transaction.
    pub term: Term,
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
    },
    /// A part's group trades or keeps what is in escrow, or gives it back.
    Finish {
        /// Which transaction.
        tx: TxId,
        /// Which half.
        half: Half,
        /// As decided.
        decision: Decision,
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
            Self::Prepare(Prepare { half, part, coordinator, term, .. }) => {
                part.digest(name.mix(1 | (*half as u64) << 8 | u64::from(coordinator.0) << 16)).mix(term.0)
            }
            Self::Decide { decision, .. } => name.mix(2).mix(decision.word()),
            Self::Finish { half, decision, .. } => name.mix(3 | (*half as u64) << 8).mix(decision.word()),
            Self::Forget { .. } => name.mix(4),
        }
    }
}
