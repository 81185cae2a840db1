//! Spreads: two legs in two groups, both or neither, as far as one group is concerned with them.
//!
//! Idea: a client's spread is an order whose verdict is *pending* until its transaction is decided; a query then tells
//! how it ended. A leg that is prepared here holds its counterparts in the book's escrow, and trades or gives them back.
//! Shape: `begin` for the client's record, `work` for the steps that follow. Every step may come twice.
//! Sources: ADR-0003.

use super::Exchange;
use super::clearing::Clearing;
use super::listing::Listing;
use crate::domain::fact::Money;
use crate::domain::ids::SymbolId;
use crate::domain::order::{OrderStatus, OrderType, Side, TimeInForce, Verdict};
use crate::domain::units::{Cash, Quantity};
use crate::domain::venue::VenueId;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Leg, Part, Prepare, Transaction, TxId, Work};
use crate::market::accounts::Short;
use crate::market::book::{Book, Incoming};
use crate::market::escrow::Escrow;
use crate::market::transactions::{Guest, Held, Transactions, Worked};

impl Exchange {
    /// The spreads that it coordinates, and the legs that it holds.
    pub const fn transactions(&self) -> &Transactions {
        &self.transactions
    }

    /// A client asks for a spread.
    ///
    /// # Errors
    /// There is no room: nothing has changed, and it may be asked again.
    pub(super) fn begin(&mut self, transaction: Transaction, legs: &[Leg; 2]) -> Result<Verdict, Why> {
        let [first, second] = *legs;
        if first.symbol() == second.symbol() {
            return Ok(Verdict::rejected(Why::SameSymbol));
        }
        if legs.iter().any(|leg| leg.symbol().instrument().is_none()) {
            return Ok(Verdict::rejected(Why::UnknownSymbol));
        }
        self.transactions.begin(transaction)?;
        Ok(Verdict { status: OrderStatus::Pending, filled: Quantity::ZERO, resting: first.quantity() })
    }

    /// A step of a transaction is applied; what it came to, whether the books that it touched are sound, and the money.
    pub fn work(&mut self, work: &Work) -> (Worked, bool, Money) {
        let (worked, symbol) = match *work {
            Work::Prepare(prepare) => (Worked::Voted(self.prepare(prepare)), prepare.part.symbol()),
            Work::Decide { tx, decision } => (Worked::Noted, self.decide_on(tx, decision)),
            Work::Finish { tx, half, decision } => self.finish(tx, half, decision),
            Work::Forget { tx } => {
                self.transactions.forget(tx);
                (Worked::Noted, None)
            }
        };
        let word = match worked {
            Worked::Voted(Err(why)) => u64::from(why.code()),
            Worked::Voted(Ok(Cash(amount))) => (amount as u64) << 8,
            Worked::Noted | Worked::Finished(None) => 0,
            Worked::Finished(Some(coordinator)) => u64::from(coordinator.0) << 8,
        };
        self.chain = self.chain.mix(work.digest().mix(word).0 ^ self.accounts.trace());
        self.version = self.version.next();
        let touched = symbol.and_then(|symbol| self.place_of(symbol).ok()).map(|place| &self.listings[place]);
        let sound = touched.is_none_or(|listing| listing.books.is_sound());
        let balanced = touched.is_none_or(Listing::is_covered) && self.is_balanced();
        (worked, sound, self.money(balanced))
    }

    /// A part is asked for: its counterparts, or its cash, go into escrow. What is lent is told.
    fn prepare(&mut self, prepare: Prepare) -> Result<Cash, Why> {
        let Prepare { tx, half, part, .. } = prepare;
        if let Some(guest) = self.transactions.prepared(tx, half) {
            return Ok(guest.lent());
        }
        if !self.transactions.has_room() {
            return Err(Why::Overloaded);
        }
        let held = match part {
            Part::Leg(leg) => Held::Lots(self.prepare_leg(tx, &leg)?),
            Part::Lend { account, amount, .. } => self.prepare_loan(account, amount)?,
            Part::Borrow { account, .. } => self.accounts.open(account).map(|()| Held::Cash(Cash(0)))?,
        };
        let guest = Guest { prepare, held };
        let lent = guest.lent();
        self.transactions.admit(guest.prepare, guest.held);
        Ok(lent)
    }

    /// The leg's counterparts go into escrow, and what it will pay or deliver is put aside: exactly that, since the prices
    /// at which it will trade are known.
    fn prepare_leg(&mut self, tx: TxId, leg: &Leg) -> Result<Escrow, Why> {
        let place = self.place_of(leg.symbol())?;
        self.serves(leg.symbol())?;
        if !self.venues.takes(VenueId::HOME) {
            return Err(Why::VenueClosed);
        }
        let taker = taker(tx, leg)?;
        self.accounts.open(taker.owner)?;
        let Listing { books, stock, .. } = &mut self.listings[place];
        let book = books.at(VenueId::HOME);
        if Book::takes(taker.quantity, taker.order_type) {
            let dearest = stock.notional(leg.limit(), leg.quantity());
            let short = self.accounts.check(stock, taker.owner, taker.side, (dearest, taker.quantity));
            short.map_err(|short| match short {
                Short::Cash(_) => Why::InsufficientFunds,
                Short::Lots => Why::InsufficientLots,
            })?;
        }
        let escrow = book.hold(&taker)?;
        match taker.side {
            Side::Buy => self.accounts.reserve_cash(taker.owner, stock.worth(escrow.worth())),
            Side::Sell => {
                self.accounts.reserve(stock, taker.owner, Side::Sell, (leg.limit(), taker.quantity));
                stock.note_legs(taker.quantity.0, 0);
            }
        }
        Ok(escrow)
    }

    /// What is put aside in cash for a leg that waits here.
    pub(super) fn reserved_for(&self, guest: &Guest) -> i128 {
        match (guest.prepare.part, &guest.held) {
            (Part::Leg(leg), Held::Lots(escrow)) if leg.side() == Side::Buy => {
                self.stock(leg.symbol()).map_or(0, |stock| stock.worth(escrow.worth()))
            }
            _ => 0,
        }
    }

    /// The first decision stands; with it the client's spread has ended. A transfer that does not happen lets the order that
    /// waits for it ask elsewhere. The book that was touched, if one was.
    fn decide_on(&mut self, tx: TxId, decision: Decision) -> Option<SymbolId> {
        let transaction = self.transactions.decide(tx, decision)?;
        match (tx, transaction.parts[0], decision) {
            (TxId::Spread(request), Part::Leg(first), Decision::Abort(why)) => {
                self.finished.push(request, first.symbol(), OrderStatus::Rejected(why), Quantity::ZERO);
                None
            }
            (TxId::Spread(request), Part::Leg(first), _) => {
                self.finished.push(request, first.symbol(), OrderStatus::Filled, first.quantity());
                None
            }
            (_, _, Decision::Abort(_)) => self.call(tx),
            _ => None,
        }
    }

    /// A part does what was held for it, or gives it back.
    fn finish(&mut self, tx: TxId, half: Half, decision: Decision) -> (Worked, Option<SymbolId>) {
        let Some(Guest { prepare, held }) = self.transactions.leave(tx, half) else {
            return (Worked::Finished(None), None);
        };
        let touched = match (&prepare.part, held) {
            (Part::Leg(leg), Held::Lots(escrow)) => self.finish_leg(tx, leg, &escrow, decision),
            (part, held) => self.finish_transfer(tx, part, &held, decision),
        };
        (Worked::Finished(Some(prepare.coordinator)), touched)
    }

    /// A leg trades with what is held for it, or gives it back.
    fn finish_leg(&mut self, tx: TxId, leg: &Leg, escrow: &Escrow, decision: Decision) -> Option<SymbolId> {
        let symbol = leg.symbol();
        let place = self.place_of(symbol).ok()?;
        let owner = taker(tx, leg).ok()?.owner;
        let Listing { books, stock, .. } = &mut self.listings[place];
        let book = books.at(VenueId::HOME);
        let (accounts, finished, trades) = (&mut self.accounts, &mut self.finished, &mut self.trades);
        match leg.side() {
            Side::Buy => accounts.reserve_cash(owner, -stock.worth(escrow.worth())),
            Side::Sell => {
                accounts.release(stock, owner, Side::Sell, (leg.limit(), leg.quantity()));
                stock.note_legs(0, leg.quantity().0);
            }
        }
        let till = self.venues.till(VenueId::HOME);
        let mut clearing = Clearing { symbol, taker: owner, accounts, stock, finished, trades, till };
        if let Decision::Abort(_) = decision {
            let mut ended = Vec::new();
            book.put_back(escrow, |event| clearing.hear(event), |id, verdict| ended.push((id, verdict)));
            for (id, verdict) in ended.into_iter().filter(|(_, verdict)| verdict.resting.is_zero()) {
                self.finished.push(id, symbol, verdict.status, verdict.filled);
            }
        } else {
            book.settle(escrow, |event| clearing.hear(event));
            books.note(VenueId::HOME);
        }
        Some(symbol)
    }
}

/// The order that a leg is.
fn taker(tx: TxId, leg: &Leg) -> Result<Incoming, Why> {
    let TxId::Spread(id) = tx else { return Err(Why::TransactionUnknown) };
    Ok(Incoming {
        id,
        owner: id.client.account(),
        side: leg.side(),
        order_type: OrderType::Limit(leg.limit()),
        quantity: leg.quantity(),
        time_in_force: TimeInForce::FillOrKill,
    })
}
