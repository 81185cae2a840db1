//! Clearing: what happens in a book, as accounts and endings have it.
//!
//! Idea: the book tells of fills, of makers that a rule has stopped, and of held lots that come back; each moves money or
//! sets a reservation free, in the same record and before the next order is looked at.
//! Shape: [`Clearing`] lends the pieces of an exchange to the closure that a book calls.

use super::venues::Till;
use crate::domain::ids::{AccountId, SymbolId};
use crate::domain::order::OrderStatus;
use crate::domain::why::Why;
use crate::market::accounts::{Accounts, Stock, Trade};
use crate::market::book::BookEvent;
use crate::market::finished::Finished;
use crate::market::trades::Trades;

/// Who hears of what a book does.
pub(super) struct Clearing<'a> {
    pub symbol: SymbolId,
    /// Who owns the order that comes.
    pub taker: AccountId,
    pub accounts: &'a mut Accounts,
    pub stock: &'a mut Stock,
    pub finished: &'a mut Finished,
    pub trades: &'a mut Trades,
    /// Where both sides of a trade pay; none, if there is no choice of venues.
    pub till: Option<&'a mut Till>,
}

impl Clearing<'_> {
    /// The book did this.
    pub fn hear(&mut self, event: &BookEvent) {
        let Self { symbol, taker, accounts, stock, finished, trades, till } = self;
        match event {
            BookEvent::Fill(fill) => {
                trades.fill(*symbol, fill);
                let trade = Trade { side: fill.side, price: fill.price, quantity: fill.quantity };
                accounts.trade(stock, fill.maker_owner, *taker, &trade);
                if let Some(till) = till {
                    let fee = till.take(stock.notional(fill.price, fill.quantity), fill.quantity);
                    accounts.bill(fill.maker_owner, fee);
                    accounts.bill(*taker, fee);
                }
                if fill.maker_left.is_zero() {
                    finished.push(fill.maker, *symbol, OrderStatus::Filled, fill.maker_filled);
                }
            }
            BookEvent::Stopped(stopped) => {
                accounts.release(stock, stopped.owner, stopped.side, (stopped.price, stopped.quantity));
                if stopped.left.is_zero() {
                    finished.push(stopped.id, *symbol, OrderStatus::Stopped(Why::SelfTrade), stopped.filled);
                }
            }
            BookEvent::Returns(lots) => {
                accounts.release(stock, lots.owner, lots.side, (lots.price, lots.quantity));
                *taker = lots.owner;
            }
            BookEvent::Rests(lots) => {
                accounts.reserve(stock, lots.owner, lots.side, (lots.price, lots.quantity));
            }
        }
    }
}
