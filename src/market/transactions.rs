//! Transactions: what a group remembers of those that it coordinates, of halves that are prepared here, and of halves that
//! it has finished.
//!
//! Idea: three small tables, part of the replicated state. *Open* ones are those whose client asked this group; they stay
//! until both halves are finished. *Guests* are halves that are prepared here: their makers' quantity, or cash, is in
//! escrow and waits for the coordinator's word. The *memory* keeps each half that was finished here for as long as its
//! coordinator may still repeat itself, so that a message that comes late is answered and never executed again.
//! How long: a coordinator numbers its transactions without a gap and sends its *floor* along, the lowest number that it
//! has not forgotten. What is below the floor is over; a message about it is stale, whenever it comes.
//! Shape: tables in the order of names; `exchange` fills them, `node::tasks` reads them.
//! Bound: [`TRANSACTIONS_MAX`] open ones, over a range of [`NUMBERS_MAX`] numbers: one more is refused with `Overloaded` and
//! changes nothing. [`PREPARED_MAX`] guests: one more is voted against. The memory holds two halves a number of each
//! coordinator's range at most.
//! Sources: ADR-0003, ADR-0007.

use std::collections::BTreeMap;

use super::escrow::Escrow;
use crate::domain::ids::{GroupId, SymbolId};
use crate::domain::units::Cash;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Prepare, Transaction, TxId, Voters};

/// Transactions that a group coordinates at a time.
pub const TRANSACTIONS_MAX: usize = 1_024;
/// From the lowest open number to the next one at most: one transaction that cannot end stops so many others, and bounds
/// what participants must remember.
pub const NUMBERS_MAX: u64 = 4 * TRANSACTIONS_MAX as u64;
/// Halves that a group holds in escrow at a time.
pub const PREPARED_MAX: usize = 1_024;

/// A transaction that this group coordinates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Open {
    /// What is asked.
    pub transaction: Transaction,
    /// The decision and who holds the halves, once it is decided.
    pub decided: Option<(Decision, Voters)>,
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
    /// Cash that has left its account; nothing where it is to arrive.
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

/// What is remembered of one coordinator.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Memory {
    /// It has forgotten every transaction below this number.
    floor: u64,
    /// Halves that were finished here, from the floor on.
    finished: BTreeMap<(u64, Half), Decision>,
}

/// The tables of a group.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Transactions {
    /// The number of the newest.
    newest: u64,
    open: BTreeMap<u64, Open>,
    guests: BTreeMap<(TxId, Half), Guest>,
    memory: BTreeMap<GroupId, Memory>,
    /// How many open transactions and guests keep a symbol where it is.
    symbols: BTreeMap<SymbolId, u32>,
    /// How many guests are halves of transfers.
    cash_guests: u32,
    spreads: Tally,
    transfers: Tally,
}

impl Transactions {
    /// The number that the next transaction gets.
    pub const fn next_number(&self) -> u64 {
        self.newest + 1
    }

    /// The number of the newest transaction; 0 if there was none.
    pub const fn newest(&self) -> u64 {
        self.newest
    }

    /// Every transaction below this number is forgotten here, for good.
    pub fn floor(&self) -> u64 {
        self.open.first_key_value().map_or(self.newest + 1, |(number, _)| *number)
    }

    /// Takes a transaction on, with the next number.
    ///
    /// # Errors
    /// There is no room.
    pub fn begin(&mut self, transaction: Transaction) -> Result<(), Why> {
        let next = self.newest + 1;
        assert_eq!(transaction.id.number, next, "transactions are numbered without a gap");
        if self.open.len() == TRANSACTIONS_MAX || next - self.floor() >= NUMBERS_MAX {
            return Err(Why::Overloaded);
        }
        self.newest = next;
        self.open.insert(next, Open { transaction, decided: None });
        self.keep(transaction.parts[0].symbol());
        self.tally_of(&transaction).begun += 1;
        Ok(())
    }

    /// Decides, if it was not decided before; the transaction, if this decided it.
    pub fn decide(&mut self, number: u64, decision: Decision, voters: Voters) -> Option<Transaction> {
        let open = self.open.get_mut(&number).filter(|open| open.decided.is_none())?;
        open.decided = Some((decision, voters));
        let transaction = open.transaction;
        let tally = self.tally_of(&transaction);
        if decision.is_commit() {
            tally.committed += 1;
        } else {
            tally.aborted += 1;
        }
        Some(transaction)
    }

    const fn tally_of(&mut self, transaction: &Transaction) -> &mut Tally {
        if transaction.request().is_some() { &mut self.spreads } else { &mut self.transfers }
    }

    /// Forgets a decided transaction; whether it was there.
    pub fn forget(&mut self, number: u64) -> bool {
        let Some(open) = self.open.remove(&number) else { return false };
        assert!(open.decided.is_some(), "only what is decided is forgotten");
        self.release(open.transaction.parts[0].symbol());
        true
    }

    /// A coordinator says that it has forgotten everything below a number: so does this group.
    pub fn raise_floor(&mut self, coordinator: GroupId, floor: u64) {
        let memory = self.memory.entry(coordinator).or_default();
        if floor > memory.floor {
            memory.floor = floor;
            memory.finished = memory.finished.split_off(&(floor, Half::First));
        }
    }

    /// Whether a coordinator has forgotten a transaction, as far as this group knows.
    pub fn is_over(&self, tx: TxId) -> bool {
        self.memory.get(&tx.coordinator).is_some_and(|memory| tx.number < memory.floor)
    }

    /// How a half was finished here, if it is remembered.
    pub fn finished(&self, tx: TxId, half: Half) -> Option<Decision> {
        self.memory.get(&tx.coordinator)?.finished.get(&(tx.number, half)).copied()
    }

    /// Forgets every half that was finished here.
    #[cfg(test)]
    pub(super) fn forget_finished(&mut self) {
        self.memory.values_mut().for_each(|memory| memory.finished.clear());
    }

    /// Whether there is room for a guest.
    pub fn has_room(&self) -> bool {
        self.guests.len() < PREPARED_MAX
    }

    /// A half is prepared.
    pub fn admit(&mut self, prepare: Prepare, held: Held) {
        assert!(self.has_room(), "a guest without a room is voted against");
        let before = self.guests.insert((prepare.tx, prepare.half), Guest { prepare, held });
        assert!(before.is_none(), "a half is prepared once");
        self.cash_guests += u32::from(prepare.part.symbol().is_none());
        self.keep(prepare.part.symbol());
    }

    /// A half leaves, finished like this, with what was held for it; it is remembered.
    pub fn finish(&mut self, tx: TxId, half: Half, decision: Decision) -> Option<Guest> {
        let guest = self.guests.remove(&(tx, half))?;
        self.cash_guests -= u32::from(guest.prepare.part.symbol().is_none());
        self.release(guest.prepare.part.symbol());
        let memory = self.memory.entry(tx.coordinator).or_default();
        if tx.number >= memory.floor {
            memory.finished.insert((tx.number, half), decision);
        }
        Some(guest)
    }

    /// The open transaction of this number.
    pub fn open(&self, number: u64) -> Option<&Open> {
        self.open.get(&number)
    }

    /// The prepared half of this name.
    pub fn prepared(&self, tx: TxId, half: Half) -> Option<&Guest> {
        self.guests.get(&(tx, half))
    }

    /// Every open transaction, in the order of numbers.
    pub fn opened(&self) -> impl ExactSizeIterator<Item = &Open> {
        self.open.values()
    }

    /// Those that came after this number.
    pub fn opened_after(&self, number: u64) -> impl Iterator<Item = &Open> {
        self.open.range(number + 1..).map(|(_, open)| open)
    }

    /// Every prepared half, in the order of names.
    pub fn guests(&self) -> impl ExactSizeIterator<Item = &Guest> {
        self.guests.values()
    }

    /// Whether a transaction under way keeps a symbol where it is: a leg that is held in its book, or a client who will ask
    /// there how a spread ended.
    pub fn concerns(&self, symbol: SymbolId) -> bool {
        self.symbols.contains_key(&symbol)
    }

    fn keep(&mut self, symbol: Option<SymbolId>) {
        if let Some(symbol) = symbol {
            *self.symbols.entry(symbol).or_default() += 1;
        }
    }

    fn release(&mut self, symbol: Option<SymbolId>) {
        let Some(symbol) = symbol else { return };
        if let Some(count) = self.symbols.get_mut(&symbol) {
            *count -= 1;
            if *count == 0 {
                self.symbols.remove(&symbol);
            }
        }
    }

    /// Whether there is nothing to do.
    pub fn is_idle(&self) -> bool {
        self.open.is_empty() && self.guests.is_empty()
    }

    /// How many spreads there were.
    pub const fn spreads(&self) -> Tally {
        self.spreads
    }

    /// How many transfers of cash there were.
    pub const fn transfers(&self) -> Tally {
        self.transfers
    }

    /// Halves that are remembered although they are finished.
    pub fn remembered(&self) -> usize {
        self.memory.values().map(|memory| memory.finished.len()).sum()
    }

    /// Prepared halves of transfers: cash may be on its way.
    pub const fn cash_in_transit(&self) -> u32 {
        self.cash_guests
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        let escrows: usize = self.guests.values().filter_map(Guest::escrow).map(Escrow::size_bytes).sum();
        let tables = self.open.len() * size_of::<Open>() + self.guests.len() * size_of::<Guest>();
        tables + escrows + self.remembered() * size_of::<((u64, Half), Decision)>()
    }
}
