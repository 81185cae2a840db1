//! Transactions: what a group remembers of spreads that it coordinates, and of legs that it holds in escrow.
//!
//! Idea: two small tables, part of the replicated state. *Open* ones are those whose client asked this group; they stay
//! until both halves are finished. *Guests* are halves that are prepared here: their makers' quantity is in escrow and
//! waits for the coordinator's word.
//! Shape: plain tables in the order of names; `exchange` fills them, `node::driver` reads them.
//! Bound: [`TRANSACTIONS_MAX`] open ones: one more is refused with `Overloaded` and changes nothing. [`PREPARED_MAX`]
//! guests: one more is voted against.
//! Sources: ADR-0003.

use super::escrow::Escrow;
use crate::domain::ids::GroupId;
use crate::domain::ids::{RequestId, SymbolId};
use crate::domain::units::{Cash, Quantity};
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Prepare, Transaction, TxId};

/// Transactions that a group coordinates at a time.
pub const TRANSACTIONS_MAX: usize = 1_024;
/// Halves that a group holds in escrow at a time.
pub const PREPARED_MAX: usize = 1_024;

/// What a record of work came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Worked {
    /// A *prepare*: the vote, with what is lent.
    Voted(Result<Cash, Why>),
    /// A *finish*: whom to tell; nobody, if it was finished before.
    Finished(Option<GroupId>),
    /// A *decide* or *forget*.
    Noted,
}

/// A transaction that this group coordinates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Open {
    /// What is asked.
    pub transaction: Transaction,
    /// The decision, once there is one.
    pub decision: Option<Decision>,
}

/// A half that waits here for its decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guest {
    /// What was asked.
    pub prepare: Prepare,
    /// What is held for it.
    pub held: Held,
}

/// What is held for a half.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Held {
    /// The counterparts of a leg.
    Lots(Escrow),
    /// Cash that has left its purse; nothing where it is to arrive.
    Cash(Cash),
}

impl Guest {
    const fn escrow(&self) -> Option<&Escrow> {
        match &self.held {
            Held::Lots(escrow) => Some(escrow),
            Held::Cash(_) => None,
        }
    }

    /// What it lends.
    pub const fn lent(&self) -> Cash {
        match self.held {
            Held::Lots(_) => Cash(0),
            Held::Cash(amount) => amount,
        }
    }
}

/// How many there were.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Transactions that this group took on.
    pub begun: u64,
    /// Of them, those that happened.
    pub committed: u64,
    /// Of them, those that did not.
    pub aborted: u64,
}

/// The tables of a group.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Transactions {
    open: Vec<Open>,
    guests: Vec<Guest>,
    tally: Tally,
    transfers: Tally,
}

impl Transactions {
    /// Takes a transaction on.
    pub fn begin(&mut self, transaction: Transaction) -> Result<(), Why> {
        if self.open.len() == TRANSACTIONS_MAX {
            return Err(Why::Overloaded);
        }
        if let Err(place) = self.place(transaction.id) {
            self.open.insert(place, Open { transaction, decision: None });
            match transaction.id {
                TxId::Spread(_) => self.tally.begun += 1,
                TxId::Transfer { .. } => self.transfers.begun += 1,
            }
        }
        Ok(())
    }

    /// Decides, if it was not decided before; the transaction, if this decided it.
    pub fn decide(&mut self, tx: TxId, decision: Decision) -> Option<Transaction> {
        let place = self.place(tx).ok()?;
        let open = &mut self.open[place];
        if open.decision.is_some() {
            return None;
        }
        open.decision = Some(decision);
        let tally = match tx {
            TxId::Spread(_) => &mut self.tally,
            TxId::Transfer { .. } => &mut self.transfers,
        };
        match decision {
            Decision::Commit | Decision::Lend(_) => tally.committed += 1,
            Decision::Abort(_) => tally.aborted += 1,
        }
        Some(open.transaction)
    }

    /// Forgets a decided transaction.
    pub fn forget(&mut self, tx: TxId) {
        if let Ok(place) = self.place(tx) {
            assert!(self.open[place].decision.is_some(), "only what is decided is forgotten");
            self.open.remove(place);
        }
    }

    /// Whether there is room for a guest.
    pub const fn has_room(&self) -> bool {
        self.guests.len() < PREPARED_MAX
    }

    /// A half is prepared.
    pub fn admit(&mut self, prepare: Prepare, held: Held) {
        assert!(self.has_room(), "a guest without a room is voted against");
        if let Err(place) = self.guest_place(prepare.tx, prepare.half) {
            self.guests.insert(place, Guest { prepare, held });
        }
    }

    /// A half leaves, with what was held for it.
    pub fn leave(&mut self, tx: TxId, half: Half) -> Option<Guest> {
        self.guest_place(tx, half).ok().map(|place| self.guests.remove(place))
    }

    /// The open transaction of this name.
    pub fn open(&self, tx: TxId) -> Option<&Open> {
        self.place(tx).ok().map(|place| &self.open[place])
    }

    /// The prepared half of this name.
    pub fn prepared(&self, tx: TxId, half: Half) -> Option<&Guest> {
        self.guest_place(tx, half).ok().map(|place| &self.guests[place])
    }

    /// Every open transaction, in the order of names.
    pub fn opened(&self) -> impl ExactSizeIterator<Item = &Open> {
        self.open.iter()
    }

    /// Every prepared half, in the order of names.
    pub fn guests(&self) -> impl ExactSizeIterator<Item = &Guest> {
        self.guests.iter()
    }

    /// Whether a spread under way has to do with a symbol: a leg that is held in its book, or a client who will ask there
    /// how it ended.
    pub fn concerns(&self, symbol: SymbolId) -> bool {
        let begins = |open: &Open| open.transaction.parts[0].symbol() == Some(symbol);
        self.open.iter().any(begins) || self.guests.iter().any(|guest| guest.prepare.part.symbol() == Some(symbol))
    }

    /// Whether there is nothing to do.
    pub const fn is_idle(&self) -> bool {
        self.open.is_empty() && self.guests.is_empty()
    }

    /// How much of a resting order is held for halves that are prepared here.
    pub fn held(&self, order: RequestId) -> Quantity {
        let escrows = self.guests.iter().filter_map(Guest::escrow);
        Quantity(escrows.map(|escrow| escrow.held(order).0).sum())
    }

    /// How many spreads there were.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// How many transfers of cash there were.
    pub const fn transfers(&self) -> Tally {
        self.transfers
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        let escrows: usize = self.guests.iter().filter_map(Guest::escrow).map(Escrow::size_bytes).sum();
        self.open.len() * size_of::<Open>() + self.guests.len() * size_of::<Guest>() + escrows
    }

    fn place(&self, tx: TxId) -> Result<usize, usize> {
        self.open.binary_search_by_key(&tx, |open| open.transaction.id)
    }

    fn guest_place(&self, tx: TxId, half: Half) -> Result<usize, usize> {
        self.guests.binary_search_by_key(&(tx, half), |guest| (guest.prepare.tx, guest.prepare.half))
    }
}
