//! Work between groups: what a group logs besides the orders of its clients.
//!
//! Idea: a thing that concerns two partitions is a chain of records, each in the log of the group that it changes, so a
//! crash forgets none of it. Who drives the chain is the leader of the moment (`node::driver`); what is true is what was
//! applied.
//! Shape: a [`Transaction`] has two legs. *Prepare* and *finish* are records of a part's group, *decide* and *forget*
//! of the coordinator's: the group that logged the client's request.
//! Units: prices in ticks, quantities in lots.
//! Sources: Gray 1978 (two-phase commit); Mohan, Lindsay & Obermarck 1986 (presumed abort); ADR-0003.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::{ClientId, GroupId, RequestId, SymbolId, Term};
use super::order::Side;
use super::units::{Price, Quantity};
use super::why::Why;

/// A transaction over two groups, named by the request that asked for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TxId(pub RequestId);

impl fmt::Display for TxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tx {}", self.0)
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

/// A transaction as its client asked for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Transaction {
    /// Its name.
    pub id: TxId,
    /// What is to happen, both or neither.
    pub legs: [Leg; 2],
}

impl Transaction {
    /// Who asked for it.
    pub const fn client(&self) -> ClientId {
        self.id.0.client
    }
}

/// How a transaction ends. The first decision in the coordinator's log stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Decision {
    /// Both parts happen.
    Commit,
    /// Neither does.
    Abort(Why),
}

impl Decision {
    const fn word(self) -> u64 {
        match self {
            Self::Commit => 1,
            Self::Abort(why) => 2 | (why.code() as u64) << 8,
        }
    }
}

/// A request to prepare a leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prepare {
    /// Of this transaction.
    pub tx: TxId,
    /// This half.
    pub half: Half,
    /// What it is.
    pub leg: Leg,
    /// Who decides.
    pub coordinator: GroupId,
    /// The term in which the coordinator's leader asked: only a leader of this term or a later one may say that it knows
    /// nothing of the transaction.
    pub term: Term,
}

/// A record of work, one index each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// A part's group puts the makers' quantity into escrow, or votes against.
    Prepare(Prepare),
    /// The coordinator decides.
    Decide {
        /// Which transaction.
        tx: TxId,
        /// How it ends.
        decision: Decision,
    },
    /// A part's group trades what is in escrow, or gives it back.
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
        let RequestId { client, sequence } = self.tx().0;
        let name = Digest(0x7774).mix(u64::from(client.0)).mix(sequence.0);
        match self {
            Self::Prepare(Prepare { half, leg, coordinator, term, .. }) => {
                leg.digest(name.mix(1 | (*half as u64) << 8 | u64::from(coordinator.0) << 16)).mix(term.0)
            }
            Self::Decide { decision, .. } => name.mix(2).mix(decision.word()),
            Self::Finish { half, decision, .. } => name.mix(3 | (*half as u64) << 8).mix(decision.word()),
            Self::Forget { .. } => name.mix(4),
        }
    }
}
