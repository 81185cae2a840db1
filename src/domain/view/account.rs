//! Accounts on the screen: cash and positions of a few accounts, summed over all groups.
//!
//! Units: cash in millionths of a dollar; lots; an average price in cash a lot, exact but for the last division.
//! Bound: [`ACCOUNTS_SHOWN_MAX`] accounts, the hand's first; the positions of each that are worth a row, at most
//! [`POSITIONS_SHOWN_MAX`], in the order of symbols.

use crate::domain::ids::{AccountId, SymbolId};
use crate::domain::units::{Cash, Price, Quantity};

/// Accounts in a view.
pub const ACCOUNTS_SHOWN_MAX: usize = 8;
/// Positions of an account in a view.
pub const POSITIONS_SHOWN_MAX: usize = 64;

/// All accounts together.
#[derive(Clone, Debug, Default)]
pub struct AccountsView {
    /// The hand's account, then those of the first sessions.
    pub shown: Vec<AccountView>,
    /// Transfers between groups.
    pub transfers: TransfersView,
}

/// Transfers of cash between groups, over all groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TransfersView {
    /// Those that groups asked for.
    pub begun: u64,
    /// Of them, those that brought cash.
    pub committed: u64,
    /// Of them, those that brought none.
    pub aborted: u64,
    /// Orders that wait for cash now.
    pub waiting: u64,
    /// Cash that was sent, ever.
    pub sent: Cash,
    /// Cash that arrived, ever.
    pub received: Cash,
    /// Lots on their way with a symbol that moves.
    pub lots_in_transit: u64,
}

impl TransfersView {
    /// Cash on its way.
    pub const fn in_transit(&self) -> Cash {
        Cash(self.sent.0 - self.received.0)
    }
}

/// An account, over all groups.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// Which.
    pub account: AccountId,
    /// Cash that may be spent.
    pub cash: Cash,
    /// Cash that resting buys may cost.
    pub reserved: Cash,
    /// By partition, from the first: free cash.
    pub by_partition: Vec<Cash>,
    /// Its positions.
    pub positions: Vec<PositionView>,
    /// What sales earned, over all positions.
    pub realised: Cash,
    /// What positions are worth above their cost, over all of them.
    pub unrealised: Cash,
}

impl AccountView {
    /// Profit and loss since the start.
    pub const fn profit(&self) -> Cash {
        Cash(self.realised.0 + self.unrealised.0)
    }
}

/// A position in one symbol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PositionView {
    /// The symbol.
    pub symbol: SymbolId,
    /// Lots that it has.
    pub lots: Quantity,
    /// Of them, those that resting sells offer.
    pub reserved: Quantity,
    /// What all of them cost.
    pub cost: Cash,
    /// What a lot of them cost on average, in cash, rounded down.
    pub average: Cash,
    /// The price by which it is valued: the last trade, else the middle of the book, else none.
    pub mark: Option<Price>,
    /// What sales earned.
    pub realised: Cash,
    /// What it is worth at the mark above its cost.
    pub unrealised: Cash,
}
