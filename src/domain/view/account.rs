//! Accounts on the screen: cash and positions of the hand's account, and of the one that is looked at, over all groups.
//!
//! Idea: whoever looks says at whose account and at which symbol (`Command::Watch`, `Command::Look`), so a view costs the
//! same with ten accounts and with sixty thousand. Sums are over everything; rows are what lies near the symbol in view.
//! Units: cash in millionths of a dollar; lots; prices in ticks.
//! Bound: [`POSITIONS_SHOWN_MAX`] positions round the symbol in view, in table order; [`RESTING_SHOWN_MAX`] orders that
//! rest in its books, found among the [`RESTING_WALKED_MAX`] nearest to trade on each side.

use crate::domain::ids::{AccountId, RequestId, SymbolId};
use crate::domain::order::Side;
use crate::domain::units::{Cash, Price, Quantity};
use crate::domain::venue::VenueId;

/// Positions of an account in a view.
pub const POSITIONS_SHOWN_MAX: usize = 32;
/// Resting orders of an account in a view.
pub const RESTING_SHOWN_MAX: usize = 32;
/// Orders of a side of a book among which they are looked for.
pub const RESTING_WALKED_MAX: usize = 4_096;

/// All accounts together.
#[derive(Clone, Debug, Default)]
pub struct AccountsView {
    /// The hand's account: sums only.
    pub hand: Option<AccountView>,
    /// The account that is looked at, with its rows; nothing where nobody looks.
    pub watched: Option<AccountView>,
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
    /// By partition, from the first: free cash; `None` where no replica of it runs. The sums are over the others.
    pub by_partition: Vec<Option<Cash>>,
    /// Its positions near the symbol in view.
    pub positions: Vec<PositionView>,
    /// Its orders that rest in the books of the symbol in view: buys, then sells, the nearest to trade first.
    pub resting: Vec<RestingView>,
    /// Fees that venues have billed it.
    pub billed: Cash,
    /// What sales earned, over all positions.
    pub realised: Cash,
    /// What positions are worth above their cost, over all of them.
    pub unrealised: Cash,
}

impl AccountView {
    /// Whether every partition could be read, so that the sums are those of the account.
    pub fn is_whole(&self) -> bool {
        self.by_partition.iter().all(Option::is_some)
    }
}

/// An order that rests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RestingView {
    /// Its name.
    pub id: RequestId,
    /// At which venue.
    pub venue: VenueId,
    /// Its side.
    pub side: Side,
    /// Its limit.
    pub price: Price,
    /// What has traded.
    pub filled: Quantity,
    /// What waits to.
    pub left: Quantity,
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
    /// At what price they were bought on average, rounded down to a tick.
    pub average: Price,
    /// The price by which it is valued: the last trade, else the middle of the book, else none.
    pub mark: Option<Price>,
    /// What sales earned.
    pub realised: Cash,
    /// What it is worth at the mark above its cost.
    pub unrealised: Cash,
}
