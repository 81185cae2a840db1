//! Accounts: what each client has in this group, in cash and in lots, to the last unit.
//!
//! Idea: an account's cash is divided over the groups beforehand, as *allotments*, so that check, reservation, fill and
//! position are one record in one log and no order waits for another group. An order that rests has *reserved* what it
//! may cost: a buy its notional at the limit, a sell its lots. A taker reserves nothing: it is checked for the worst that
//! can happen, and pays the maker's price from what is free, so there is no difference to give back.
//! Units: cash in millionths of a dollar, in `i128`; lots of the instrument. A tick times a lot is whole cash, so
//! no product is rounded.
//! Shape: [`Purse`] is the cash of an account, [`Holding`] its lots of one symbol; [`Stock`] is all holdings of a symbol and
//! travels with it. Arrays by account number: an order costs two loads, not a search. Both are opened on first touch, with
//! what the [`Opening`] gives, so accounts that do nothing cost nothing.
//! Conserved: whatever changes a purse or a holding also changes a running sum, where the change is made and not where it is
//! wanted; so the sums agree with what was given at the start only if every buyer's loss is a seller's gain.
//! Bound: account numbers below [`ACCOUNTS_MAX`]; a higher one is refused (`AccountsFull`).
//! Left out: margin, short selling: who has no lots cannot sell.

mod stock;

use crate::domain::ids::{AccountId, GroupId};
use crate::domain::order::Side;
use crate::domain::settings::AccountSettings;
use crate::domain::units::{Cash, Price, Quantity};
use crate::domain::why::Why;

pub use stock::{Holding, Stock};

/// Accounts that a group knows at most.
pub const ACCOUNTS_MAX: usize = 65_536;

/// What accounts begin with in this group: the same on every replica, and never changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Opening {
    /// This group.
    pub group: GroupId,
    /// Over how many groups cash is divided.
    pub partitions: u16,
    /// Cash and lots of an ordinary account, over all groups.
    pub settings: AccountSettings,
    /// Accounts up to this number are members of the exchange and have `member_times` as much.
    pub members_to: AccountId,
}

impl Opening {
    /// So much of everything that nothing runs short: for whoever wants books and sessions alone.
    pub const PLENTY: Self = Self {
        group: GroupId(1),
        partitions: 1,
        settings: AccountSettings { cash: 1_000_000_000_000, lots: 1_000_000_000_000, member_times: 1 },
        members_to: AccountId(0),
    };

    const fn times(&self, account: AccountId) -> u64 {
        if account.0 <= self.members_to.0 { self.settings.member_times as u64 } else { 1 }
    }

    /// An account's part of its cash here: all of it in whole units, the first groups get the remainder.
    pub const fn cash(&self, account: AccountId) -> Cash {
        let all = self.settings.cash as i128 * 1_000_000 * self.times(account) as i128;
        let (share, rest) = (all / self.partitions as i128, all % self.partitions as i128);
        Cash(share + ((self.group.0 as i128) <= rest) as i128)
    }

    /// Its lots of each symbol.
    pub const fn lots(&self, account: AccountId) -> u64 {
        self.settings.lots * self.times(account)
    }

    /// Whether an order that has waited for so many transfers may wait for another: for no more than there are other groups.
    pub const fn may_borrow(&self, transfers: u16) -> bool {
        transfers.saturating_add(1) < self.partitions
    }
}

/// The cash of an account in this group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Purse {
    open: bool,
    /// What may be spent.
    pub free: i128,
    /// What resting buys may cost, and prepared legs.
    pub reserved: i128,
    /// Fees of venues so far. They are billed, as members of an exchange get a bill, and not taken from what is here: so
    /// an order needs no reservation for them.
    pub billed: i128,
}

/// Running sums over all purses: where every unit is that was given at the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Given to accounts when they were opened.
    pub opened: i128,
    /// In purses, free and reserved.
    pub held: i128,
    /// Lent to other groups, or gone with the bids of a symbol, or on its way there.
    pub sent: i128,
    /// Borrowed from other groups, or come with bids.
    pub received: i128,
    /// Fees that were billed.
    pub billed: i128,
    /// Lots that left with their symbols.
    pub lots_sent: u64,
    /// Lots that came with theirs.
    pub lots_received: u64,
}

impl Totals {
    /// Nothing was made and nothing vanished.
    pub const fn is_conserved(&self) -> bool {
        self.held + self.sent == self.opened + self.received
    }
}

/// What stands against an order, before it meets the book.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Short {
    /// So much cash is missing.
    Cash(i128),
    /// There are not so many free lots.
    Lots,
}

/// The cash of every account in this group.
#[derive(Clone, Debug)]
pub struct Accounts {
    opening: Opening,
    /// By account number.
    purses: Vec<Purse>,
    totals: Totals,
    /// What every movement of cash leaves behind, for the chain: two replicas that agree in it have moved the same.
    trace: u64,
}

impl Accounts {
    /// Nobody has come yet.
    pub const fn new(opening: Opening) -> Self {
        let totals = Totals { opened: 0, held: 0, sent: 0, received: 0, billed: 0, lots_sent: 0, lots_received: 0 };
        Self { opening, purses: Vec::new(), totals, trace: 0 }
    }

    /// What accounts begin with.
    pub const fn opening(&self) -> &Opening {
        &self.opening
    }

    /// A word that depends on every movement of cash so far.
    pub const fn trace(&self) -> u64 {
        self.trace
    }

    const fn mark(&mut self, account: AccountId, amount: i128) {
        self.trace = (self.trace ^ (account.0 as u64) << 40 ^ amount as u64).rotate_left(7);
    }

    /// The running sums.
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Every account that was opened, with its purse.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, &Purse)> {
        let numbered = self.purses.iter().enumerate().filter(|(_, purse)| purse.open);
        numbered.map(|(number, purse)| (AccountId(number as u32), purse))
    }

    /// The purse of an account; as it would be opened, if nothing has touched it.
    pub fn purse(&self, account: AccountId) -> Purse {
        let opened = self.purses.get(account.0 as usize).copied().filter(|purse| purse.open);
        opened.unwrap_or(Purse { free: self.opening.cash(account).0, ..Purse::default() })
    }

    /// Opens an account, if it is not open.
    ///
    /// # Errors
    /// Its number is beyond the bound.
    pub fn open(&mut self, account: AccountId) -> Result<(), Why> {
        let place = account.0 as usize;
        if self.purses.get(place).is_some_and(|purse| purse.open) {
            return Ok(());
        }
        if place >= ACCOUNTS_MAX {
            return Err(Why::AccountsFull);
        }
        if self.purses.len() <= place {
            self.purses.resize(place + 1, Purse::default());
        }
        let cash = self.opening.cash(account).0;
        self.purses[place] = Purse { open: true, free: cash, ..Purse::default() };
        self.totals.opened += cash;
        self.totals.held += cash;
        Ok(())
    }

    /// Whether an open account has what this may cost: `cost` in cash for a buy, the lots for a sell.
    ///
    /// # Errors
    /// What it is short of.
    pub fn check(
        &self,
        stock: &mut Stock,
        owner: AccountId,
        side: Side,
        (cost, quantity): (i128, Quantity),
    ) -> Result<(), Short> {
        match side {
            Side::Buy => {
                let free = self.purses[owner.0 as usize].free;
                if cost <= free { Ok(()) } else { Err(Short::Cash(cost - free)) }
            }
            Side::Sell => {
                let free = stock.holding_mut(owner, &self.opening).free;
                if quantity.0 <= free { Ok(()) } else { Err(Short::Lots) }
            }
        }
    }

    /// An order rests: what it may cost is put aside.
    pub fn reserve(&mut self, stock: &mut Stock, owner: AccountId, side: Side, (price, quantity): (Price, Quantity)) {
        match side {
            Side::Buy => self.reserve_cash(owner, stock.notional(price, quantity)),
            Side::Sell => stock.reserve(owner, quantity.0, &self.opening),
        }
    }

    /// An order rests no more, or less of it does: what was put aside for it is free again.
    pub fn release(&mut self, stock: &mut Stock, owner: AccountId, side: Side, (price, quantity): (Price, Quantity)) {
        match side {
            Side::Buy => self.reserve_cash(owner, -stock.notional(price, quantity)),
            Side::Sell => stock.release(owner, quantity.0, &self.opening),
        }
    }

    /// Puts cash aside, or takes it back if the amount is below zero.
    pub fn reserve_cash(&mut self, owner: AccountId, amount: i128) {
        let purse = &mut self.purses[owner.0 as usize];
        purse.free -= amount;
        purse.reserved += amount;
        assert!(purse.free >= 0 && purse.reserved >= 0, "cash is put aside only where there is some");
    }

    /// Two orders trade at the maker's price. The maker uses up what it has put aside, the taker what is free.
    pub fn trade(&mut self, stock: &mut Stock, maker: AccountId, taker: AccountId, trade: &Trade) {
        let Trade { side, price, quantity } = *trade;
        let amount = stock.notional(price, quantity);
        match side {
            Side::Buy => {
                self.pay(taker, amount, Pocket::Free);
                stock.deliver(maker, quantity.0, amount, Pocket::Reserved, &self.opening);
                self.earn(maker, amount);
                stock.take(taker, quantity.0, amount, &self.opening);
            }
            Side::Sell => {
                self.pay(maker, amount, Pocket::Reserved);
                stock.deliver(taker, quantity.0, amount, Pocket::Free, &self.opening);
                self.earn(taker, amount);
                stock.take(maker, quantity.0, amount, &self.opening);
            }
        }
    }

    fn pay(&mut self, account: AccountId, amount: i128, from: Pocket) {
        let purse = &mut self.purses[account.0 as usize];
        let pocket = match from {
            Pocket::Free => &mut purse.free,
            Pocket::Reserved => &mut purse.reserved,
        };
        *pocket -= amount;
        assert!(*pocket >= 0, "nobody pays what was not checked");
        self.totals.held -= amount;
        self.mark(account, -amount);
    }

    fn earn(&mut self, account: AccountId, amount: i128) {
        self.purses[account.0 as usize].free += amount;
        self.totals.held += amount;
        self.mark(account, amount);
    }

    /// A venue's fee is billed.
    pub fn bill(&mut self, account: AccountId, fee: i128) {
        self.purses[account.0 as usize].billed += fee;
        self.totals.billed += fee;
        self.mark(account, fee);
    }

    /// Cash leaves for another group, as much as is free and no more than is asked for; how much.
    pub fn lend(&mut self, account: AccountId, asked: i128) -> i128 {
        let purse = &mut self.purses[account.0 as usize];
        let amount = purse.free.min(asked);
        purse.free -= amount;
        self.totals.held -= amount;
        self.totals.sent += amount;
        self.mark(account, -amount);
        amount
    }

    /// What left comes back: the transfer does not happen.
    pub fn unlend(&mut self, account: AccountId, amount: i128) {
        self.purses[account.0 as usize].free += amount;
        self.totals.held += amount;
        self.totals.sent -= amount;
        self.mark(account, amount);
    }

    /// Cash comes from another group.
    pub fn borrow(&mut self, account: AccountId, amount: i128) {
        self.purses[account.0 as usize].free += amount;
        self.totals.held += amount;
        self.totals.received += amount;
        self.mark(account, amount);
    }

    /// A symbol leaves: what was put aside for a bid goes with it.
    pub fn ship(&mut self, owner: AccountId, amount: i128) {
        let purse = &mut self.purses[owner.0 as usize];
        purse.reserved -= amount;
        assert!(purse.reserved >= 0, "a bid takes along only what was put aside for it");
        self.totals.held -= amount;
        self.totals.sent += amount;
        self.mark(owner, -amount);
    }

    /// A symbol comes: a bid brings what was put aside for it.
    ///
    /// # Errors
    /// The account's number is beyond the bound, which is the same in every group.
    pub fn unship(&mut self, owner: AccountId, amount: i128) -> Result<(), Why> {
        self.open(owner)?;
        self.purses[owner.0 as usize].reserved += amount;
        self.totals.held += amount;
        self.totals.received += amount;
        self.mark(owner, amount);
        Ok(())
    }

    /// All lots of a symbol leave with it.
    pub const fn ship_lots(&mut self, lots: u64) {
        self.totals.lots_sent += lots;
        self.trace = (self.trace ^ lots).rotate_left(7);
    }

    /// All lots of a symbol come with it.
    pub const fn unship_lots(&mut self, lots: u64) {
        self.totals.lots_received += lots;
        self.trace = (self.trace ^ lots).rotate_left(7);
    }

    /// Counts everything again and compares it with the running sums: O(n), for tests and debug builds.
    pub fn audit(&self) -> bool {
        let held: i128 = self.iter().map(|(_, purse)| purse.free + purse.reserved).sum();
        let opened: i128 = self.iter().map(|(account, _)| self.opening.cash(account).0).sum();
        let billed: i128 = self.iter().map(|(_, purse)| purse.billed).sum();
        let known = self.iter().all(|(_, purse)| purse.free >= 0 && purse.reserved >= 0);
        known
            && billed == self.totals.billed
            && held == self.totals.held
            && opened == self.totals.opened
            && self.totals.is_conserved()
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.purses.len() * size_of::<Purse>()
    }
}

/// A trade, as accounts see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trade {
    /// The taker's side.
    pub side: Side,
    /// The maker's price.
    pub price: Price,
    /// How much.
    pub quantity: Quantity,
}

/// From where something is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pocket {
    Free,
    Reserved,
}

#[cfg(test)]
mod tests;
