//! A stock: who has how many lots of one symbol, what they cost, and what was earned with them.
//!
//! Cost: a position keeps the *total* that its lots cost; the average is a quotient for the screen. A buy adds what it
//! paid. A sale takes the part `cost * sold / lots` out of the total, rounded down to a whole unit of cash; what is cut off
//! stays with the lots that stay, and the last lot takes all of it. So a reduction does not move the average by more than a
//! unit a sale, the sums are exact, and proceeds less that part are the *realised* profit.
//! The lots that an account begins with stand in its books at the first price of their series, so that its profit is
//! what it did and not what it was given.
//! Bound: one row an account that has touched the symbol, or has a higher-numbered neighbour that has.

use crate::domain::ids::{AccountId, SymbolId};
use crate::domain::moving::{Goods, HoldingGoods};
use crate::domain::time::SimTime;
use crate::domain::units::{Cash, Price, Quantity};
use crate::market::feed;

use super::{Opening, Pocket};

/// What an account has of one symbol.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Holding {
    open: bool,
    /// Lots that may be sold.
    pub free: u64,
    /// Lots that resting sells offer, and prepared legs.
    pub reserved: u64,
    /// What all of these have cost, in cash.
    pub cost: i128,
    /// What sales have earned beyond the cost of what was sold.
    pub realised: i128,
}

impl Holding {
    /// All lots.
    pub const fn lots(&self) -> u64 {
        self.free + self.reserved
    }
}

/// All holdings of a symbol.
#[derive(Clone, Debug)]
pub struct Stock {
    /// Cash of one lot at a price of one tick.
    unit: i128,
    /// What a lot costs that an account begins with.
    opening_cost: i128,
    /// By account number.
    rows: Vec<Holding>,
    opened: u64,
    held: u64,
    reserved: u64,
    legs: u64,
}

impl Stock {
    /// Nobody has any yet.
    pub fn new(symbol: SymbolId) -> Self {
        let unit = symbol.instrument().map_or(1, |instrument| instrument.notional(Price(1), Quantity(1)).0);
        let opening_cost = unit * i128::from(feed::mid(symbol, SimTime::ZERO).0);
        Self { unit, opening_cost, rows: Vec::new(), opened: 0, held: 0, reserved: 0, legs: 0 }
    }

    /// What so much is worth at a price.
    pub const fn notional(&self, price: Price, quantity: Quantity) -> i128 {
        price.0 as i128 * quantity.0 as i128 * self.unit
    }

    /// What so many ticks times lots are worth.
    pub const fn worth(&self, ticks_times_lots: i128) -> i128 {
        ticks_times_lots * self.unit
    }

    /// Every holding that was opened.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, &Holding)> {
        let numbered = self.rows.iter().enumerate().filter(|(_, row)| row.open);
        numbered.map(|(number, row)| (AccountId(number as u32), row))
    }

    /// The holding of an account; as it would be opened, if nothing has touched it.
    pub fn holding(&self, account: AccountId, opening: &Opening) -> Holding {
        let opened = self.rows.get(account.0 as usize).copied().filter(|row| row.open);
        opened.unwrap_or_else(|| self.fresh(account, opening))
    }

    fn fresh(&self, account: AccountId, opening: &Opening) -> Holding {
        let free = opening.lots(account);
        Holding { open: true, free, reserved: 0, cost: self.opening_cost * i128::from(free), realised: 0 }
    }

    /// The holding of an account, opened if need be. Its purse was opened before, so its number is within the bound.
    pub(super) fn holding_mut(&mut self, account: AccountId, opening: &Opening) -> &mut Holding {
        let place = account.0 as usize;
        if self.rows.get(place).is_none_or(|row| !row.open) {
            if self.rows.len() <= place {
                self.rows.resize(place + 1, Holding::default());
            }
            self.rows[place] = self.fresh(account, opening);
            self.opened += self.rows[place].free;
            self.held += self.rows[place].free;
        }
        &mut self.rows[place]
    }

    pub(super) fn reserve(&mut self, account: AccountId, lots: u64, opening: &Opening) {
        let holding = self.holding_mut(account, opening);
        assert!(holding.free >= lots, "lots are put aside only where there are some");
        holding.free -= lots;
        holding.reserved += lots;
        self.reserved += lots;
    }

    pub(super) fn release(&mut self, account: AccountId, lots: u64, opening: &Opening) {
        let holding = self.holding_mut(account, opening);
        assert!(holding.reserved >= lots, "only what was put aside is free again");
        holding.free += lots;
        holding.reserved -= lots;
        self.reserved -= lots;
    }

    /// Lots leave for what they earn.
    pub(super) fn deliver(&mut self, account: AccountId, lots: u64, earned: i128, from: Pocket, opening: &Opening) {
        let holding = self.holding_mut(account, opening);
        let all = holding.lots();
        let cost = if lots == all { holding.cost } else { holding.cost * i128::from(lots) / i128::from(all) };
        let pocket = match from {
            Pocket::Free => &mut holding.free,
            Pocket::Reserved => &mut holding.reserved,
        };
        assert!(*pocket >= lots, "nobody delivers what was not checked");
        *pocket -= lots;
        holding.cost -= cost;
        holding.realised += earned - cost;
        self.held -= lots;
        if from == Pocket::Reserved {
            self.reserved -= lots;
        }
    }

    /// Lots come for what they cost.
    pub(super) fn take(&mut self, account: AccountId, lots: u64, paid: i128, opening: &Opening) {
        let holding = self.holding_mut(account, opening);
        holding.free += lots;
        holding.cost += paid;
        self.held += lots;
    }

    /// So many of the reserved lots are those of prepared legs, and of no resting order.
    pub fn note_legs(&mut self, more: u64, fewer: u64) {
        self.legs = self.legs + more - fewer;
    }

    /// Every position, to go with the symbol.
    pub fn pack(&self, goods: &mut Vec<Goods>) {
        assert!(self.legs == 0, "a symbol with a prepared leg does not move");
        goods.extend(self.iter().map(|(account, holding)| {
            let Holding { free, reserved, cost, realised, .. } = *holding;
            let (cost, realised) = (Cash(cost), Cash(realised));
            Goods::Holding(HoldingGoods { account, free, reserved, cost, realised })
        }));
    }

    /// A position that came with the symbol. How many lots it began with is known here too.
    pub fn unpack(&mut self, goods: &HoldingGoods, opening: &Opening) {
        let HoldingGoods { account, free, reserved, cost, realised } = *goods;
        let place = account.0 as usize;
        if self.rows.len() <= place {
            self.rows.resize(place + 1, Holding::default());
        }
        self.rows[place] = Holding { open: true, free, reserved, cost: cost.0, realised: realised.0 };
        self.opened += opening.lots(account);
        self.held += free + reserved;
        self.reserved += reserved;
    }

    /// All lots that somebody has.
    pub const fn lots(&self) -> u64 {
        self.held
    }

    /// Every lot is where it should be, given what the sells of the book offer: constant work, done after every record.
    pub const fn is_sound(&self, offered: u64) -> bool {
        self.held == self.opened && self.reserved == offered + self.legs
    }

    /// Counts everything again: O(n), for tests and debug builds.
    pub fn audit(&self, opening: &Opening) -> bool {
        let held: u64 = self.iter().map(|(_, row)| row.lots()).sum();
        let reserved: u64 = self.iter().map(|(_, row)| row.reserved).sum();
        let opened: u64 = self.iter().map(|(account, _)| opening.lots(account)).sum();
        (held, reserved, opened) == (self.held, self.reserved, self.opened)
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.rows.len() * size_of::<Holding>()
    }
}
