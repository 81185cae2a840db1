//! Placing: orders, replaces and cancels, held to what their accounts have.
//!
//! Idea: a buy is checked for its notional at its limit, a market buy for what it would pay by walking the book, a sell for
//! its lots. What passes meets the book and pays as it trades; what rests of it is put aside at its limit.
//! Errors: an order that is too dear for the account is refused (`InsufficientFunds`, `InsufficientLots`) or waits for cash
//! of another group (`transfers`). A replace that is too dear leaves its order where it was.

use super::Exchange;
use super::clearing::Clearing;
use super::listing::Listing;
use crate::domain::ids::{RequestId, Sequence, SymbolId};
use crate::domain::order::{OrderStatus, OrderType, Side, Verdict};
use crate::domain::units::{Price, Quantity};
use crate::domain::venue::VenueId;
use crate::domain::why::Why;
use crate::market::accounts::Short;
use crate::market::book::{Book, Incoming};
use crate::market::sessions::{Burial, SessionSlot};

impl Exchange {
    /// An order comes; it has waited for `tried` transfers of what it was short of.
    ///
    /// # Errors
    /// Nothing has changed, and it may be asked again.
    pub(super) fn place(
        &mut self,
        (place, venue): (usize, VenueId),
        order: &Incoming,
        tried: u16,
    ) -> Result<Verdict, Why> {
        self.accounts.open(order.owner)?;
        let &mut Listing { symbol, ref mut books, ref mut stock } = &mut self.listings[place];
        let book = books.at(venue);
        let short = if Book::takes(order.quantity, order.order_type) {
            let cost = match (order.side, order.order_type) {
                (Side::Sell, _) => 0,
                (Side::Buy, OrderType::Limit(limit)) => stock.notional(limit, order.quantity),
                (Side::Buy, OrderType::Market) => stock.worth(book.price_of(order.owner, order.side, order.quantity)),
            };
            self.accounts.check(stock, order.owner, order.side, (cost, order.quantity)).err()
        } else {
            None // The book says what is wrong with it.
        };
        let verdict = match short {
            None => {
                let (accounts, finished, trades) = (&mut self.accounts, &mut self.finished, &mut self.trades);
                let till = self.venues.till(venue);
                let mut clearing = Clearing { symbol, taker: order.owner, accounts, stock, finished, trades, till };
                let verdict = book.place(order, |event| clearing.hear(event));
                books.note(venue);
                if let (OrderType::Limit(limit), false) = (order.order_type, verdict.resting.is_zero()) {
                    self.accounts.reserve(stock, order.owner, order.side, (limit, verdict.resting));
                }
                verdict
            }
            Some(Short::Lots) => Verdict::rejected(Why::InsufficientLots),
            Some(Short::Cash(missing)) => self.wait_for_cash((symbol, venue), order, missing, tried)?,
        };
        if verdict.resting.is_zero() {
            self.finished.push(order.id, symbol, verdict.status, verdict.filled);
        }
        Ok(verdict)
    }

    /// A replace of an order that does not rest is refused for good: unlike a cancel it leaves no tombstone, for the order
    /// that it speaks of may still come and is wanted.
    pub(super) fn replace(
        &mut self,
        place: usize,
        symbol: SymbolId,
        order: RequestId,
        price: Price,
        quantity: Quantity,
    ) -> Verdict {
        if self.room.find(order).is_some() {
            return Verdict::rejected(Why::AllotmentShort);
        }
        let venue = self.listings[place].books.venue_or_home(order);
        if let Err(why) = self.may_replace(venue, price)
            && self.listings[place].books.at(venue).status(order).is_some()
        {
            return Verdict::rejected(why);
        }
        let Listing { books, stock, .. } = &mut self.listings[place];
        let book = books.at(venue);
        let (accounts, finished, trades) = (&mut self.accounts, &mut self.finished, &mut self.trades);
        let before = book.standing(order);
        if let Some((standing, filled)) = before {
            accounts.release(stock, standing.owner, standing.side, (standing.price, standing.quantity));
            let left = Quantity(quantity.0.saturating_sub(filled.0));
            let good = Book::takes(quantity, OrderType::Limit(price));
            let cost = if good { stock.notional(price, left) } else { 0 };
            let short = accounts.check(stock, standing.owner, standing.side, (cost, left)).err();
            if let Some(short) = short.filter(|_| good) {
                accounts.reserve(stock, standing.owner, standing.side, (standing.price, standing.quantity));
                return Verdict::rejected(match short {
                    Short::Cash(_) => Why::InsufficientFunds,
                    Short::Lots => Why::InsufficientLots,
                });
            }
        }
        let taker = order.client.account();
        let till = self.venues.till(venue);
        let mut clearing = Clearing { symbol, taker, accounts, stock, finished, trades, till };
        let verdict = book.replace(order, price, quantity, |event| clearing.hear(event));
        books.note(venue);
        let Some(verdict) = verdict else { return Verdict::rejected(Why::UnknownOrder) };
        let refused = matches!(verdict.status, OrderStatus::Rejected(_));
        if let Some((standing, _)) = before {
            let rests = if refused { (standing.price, standing.quantity) } else { (price, verdict.resting) };
            self.accounts.reserve(stock, standing.owner, standing.side, rests);
        }
        // A replace that is refused leaves its order where it was.
        if verdict.resting.is_zero() && !refused {
            self.finished.push(order, symbol, verdict.status, verdict.filled);
        }
        verdict
    }

    /// A cancel; an error says that it changed nothing and may be asked again.
    pub(super) fn cancel(
        &mut self,
        place: usize,
        symbol: SymbolId,
        id: RequestId,
        order: Sequence,
        slot: SessionSlot,
    ) -> Result<Verdict, Why> {
        let order = id.client.request(order);
        let Listing { books, stock, .. } = &mut self.listings[place];
        let venue = books.venue_or_home(order);
        let ended = match books.at(venue).take_back(order) {
            Some((verdict, Some(was))) => {
                self.accounts.release(stock, was.owner, was.side, (was.price, was.quantity));
                Some(verdict)
            }
            Some((refused, None)) => return Ok(refused),
            None => self.room.leave(order),
        };
        if let Some(verdict) = ended {
            self.finished.push(order, symbol, verdict.status, verdict.filled);
            return Ok(verdict);
        }
        match self.sessions.bury(slot, order.sequence) {
            Burial::Known => Ok(Verdict::rejected(Why::UnknownOrder)),
            Burial::NoRoom => Err(Why::SessionFull),
            Burial::Buried => {
                Ok(Verdict { status: OrderStatus::Cancelled, filled: Quantity::ZERO, resting: Quantity::ZERO })
            }
        }
    }
}
