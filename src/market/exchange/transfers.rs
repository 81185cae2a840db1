//! Transfers: cash of an account that comes from another group, because an order is short of it here.
//!
//! Idea: the group does not know what the account has elsewhere, so its leader asks all others, and what is missing comes from
//! the one that has most, by the same two-phase commit as a spread (ADR-0004). The order *waits in the replicated state* meanwhile: its
//! verdict says that it *awaits cash*, and when the money is here it meets the book in the record that brought it. So the wait
//! survives every crash, the order counts once, and no gateway has to remember it. When all other groups
//! together have too little the order is refused with `InsufficientFunds`, and nothing has moved.
//! A lender gives what it has, up to what is missing: what is still missing then comes by another transfer. An order waits for
//! as many of them as there are other groups, at most.
//! Conserved: cash counts as *sent* from the moment in which a lender sets it aside, and as *received* when it arrives, so
//! at every instant what all groups received is no more than what all groups sent; the difference is on its way.
//! An order whose symbol moves to another group moves along and asks again there (`moves`).
//! Bound: [`WAITING_MAX`] orders; one more is refused with `AllotmentShort`, which changes nothing and may be asked again.
//! Left out: legs and replaces do not wait, they are refused.

use super::Exchange;
use crate::domain::digest::{self, Digest};
use crate::domain::ids::{AccountId, RequestId, SymbolId};
use crate::domain::moving::{Goods, WaitingGoods};
use crate::domain::order::{OrderStatus, Verdict};
use crate::domain::units::{Cash, Quantity};
use crate::domain::venue::VenueId;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Part, Transaction, TxId};
use crate::market::book::Incoming;
use crate::market::transactions::Held;

/// Orders that wait for cash in one group.
pub const WAITING_MAX: usize = 256;

/// An order that waits for cash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Waiting {
    /// The transfer that it waits for; none, if it is packed and leaves with its symbol.
    tx: Option<TxId>,
    order: Incoming,
    symbol: SymbolId,
    /// Where it will be placed, if that is open then.
    venue: VenueId,
    /// How many transfers it has waited for.
    tried: u16,
}

/// The orders of a group that wait for cash, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct WaitingRoom {
    waiting: Vec<Waiting>,
}

impl WaitingRoom {
    pub(super) const fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Those that wait here, and are not about to leave with their symbol.
    pub(super) fn staying(&self) -> usize {
        self.waiting.iter().filter(|waiting| waiting.tx.is_some()).count()
    }

    pub(super) const fn size_bytes(&self) -> usize {
        self.waiting.len() * size_of::<Waiting>()
    }

    /// An order that waits, as a verdict.
    pub(super) fn find(&self, order: RequestId) -> Option<Verdict> {
        self.waiting.iter().find(|waiting| waiting.order.id == order).map(|waiting| pending(waiting.order.quantity))
    }

    /// An order waits no more.
    pub(super) fn leave(&mut self, order: RequestId) -> Option<Verdict> {
        let place = self.waiting.iter().position(|waiting| waiting.order.id == order)?;
        self.waiting.remove(place);
        Some(Verdict { status: OrderStatus::Cancelled, filled: Quantity::ZERO, resting: Quantity::ZERO })
    }

    /// The orders of a symbol leave with it. They can be asked for until they are gone.
    pub(super) fn pack(&mut self, symbol: SymbolId, goods: &mut Vec<Goods>) {
        for waiting in self.waiting.iter_mut().filter(|waiting| waiting.symbol == symbol) {
            let Incoming { id, order_type, quantity, time_in_force, .. } = waiting.order;
            let venue = waiting.venue;
            goods.push(Goods::Waiting(WaitingGoods { id, order_type, quantity, time_in_force, venue }));
            waiting.tx = None;
        }
    }

    /// A symbol is gone, and its orders with it.
    pub(super) fn forget(&mut self, symbol: SymbolId) {
        self.waiting.retain(|waiting| waiting.symbol != symbol);
    }

    fn called(&mut self, tx: TxId) -> Option<Waiting> {
        let place = self.waiting.iter().position(|waiting| waiting.tx == Some(tx))?;
        Some(self.waiting.remove(place))
    }
}

const fn pending(quantity: Quantity) -> Verdict {
    Verdict { status: OrderStatus::AwaitsCash, filled: Quantity::ZERO, resting: quantity }
}

impl Exchange {
    /// An order is short of cash: the other groups are asked for it, and the order waits.
    ///
    /// # Errors
    /// There is no room to wait: nothing has changed.
    pub(super) fn wait_for_cash(
        &mut self,
        (symbol, venue): (SymbolId, VenueId),
        order: &Incoming,
        missing: i128,
        tried: u16,
    ) -> Result<Verdict, Why> {
        let opening = *self.accounts.opening();
        if !opening.may_borrow(tried) {
            return Ok(Verdict::rejected(Why::InsufficientFunds));
        }
        if self.room.len() == WAITING_MAX {
            return Err(Why::AllotmentShort);
        }
        let tx = self.next_tx();
        let (account, amount) = (order.owner, Cash(missing));
        let parts = [Part::Lend { account, amount }, Part::Borrow { group: opening.group, account }];
        self.transactions.begin(Transaction { id: tx, parts }).map_err(|_| Why::AllotmentShort)?;
        self.room.waiting.push(Waiting { tx: Some(tx), order: *order, symbol, venue, tried });
        Ok(pending(order.quantity))
    }

    /// A transfer has come to something, and counts as so many: who waited for it tries again. The book that was touched, if
    /// one was.
    pub(super) fn call(&mut self, tx: TxId, transfers: u16) -> Option<SymbolId> {
        let Waiting { order, symbol, venue, tried, .. } = self.room.called(tx)?;
        self.try_again((symbol, venue), order, tried.saturating_add(transfers));
        Some(symbol)
    }

    /// An order that waited meets the book, or waits again.
    pub(super) fn try_again(&mut self, (symbol, venue): (SymbolId, VenueId), mut order: Incoming, tried: u16) {
        let verdict = self.place_of(symbol).and_then(|place| {
            let venue = self.still_to(place, venue, &mut order)?;
            self.place((place, venue), &order, tried)
        });
        let verdict = verdict.unwrap_or_else(|why| self.turn_away(symbol, order.id, why));
        self.chain = self.chain.mix(digest::of_verdict(Digest::default(), &verdict).0);
    }

    /// Cash is asked for: what is free, up to so much, leaves.
    pub(super) fn prepare_loan(&mut self, account: AccountId, asked: Cash) -> Result<Held, Why> {
        self.accounts.open(account)?;
        match self.accounts.lend(account, asked.0) {
            0 => Err(Why::AllotmentShort),
            amount => Ok(Held::Cash(Cash(amount))),
        }
    }

    /// A transfer has ended for this group; the book that was touched, if one was.
    pub(super) fn finish_transfer(
        &mut self,
        tx: TxId,
        part: &Part,
        held: &Held,
        decision: Decision,
    ) -> Option<SymbolId> {
        match (*part, held, decision) {
            (Part::Lend { account, .. }, Held::Cash(amount), Decision::Abort(_)) => {
                self.accounts.unlend(account, amount.0);
                None
            }
            (Part::Borrow { account, .. }, _, Decision::Lend(amount)) => {
                self.accounts.borrow(account, amount.0);
                self.call(tx, 1)
            }
            _ => None,
        }
    }
}
