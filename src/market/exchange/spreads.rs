//! Spreads: two legs in two groups, both or neither, as far as one group is concerned with them.
//!
//! Idea: a client's spread is an order whose verdict is *pending* until its transaction is decided; a query then tells
//! how it ended. A leg that is prepared here holds its counterparts in the book's escrow, and trades or gives them back.
//! Shape: `begin` for the client's record, `work` for the steps that follow. Every step may come twice, late, or for
//! something that was never here; what was done is not done again.
//! Sources: ADR-0003, ADR-0007.

use super::Exchange;
use super::clearing::Clearing;
use super::listing::Listing;
use crate::domain::fact::Money;
use crate::domain::ids::{RequestId, SymbolId};
use crate::domain::order::{OrderStatus, OrderType, Side, TimeInForce, Verdict};
use crate::domain::units::{Cash, Quantity};
use crate::domain::venue::VenueId;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Leg, Part, Prepare, Transaction, TxId, Voters, Work, Worked};
use crate::market::accounts::Short;
use crate::market::book::{Book, Incoming};
use crate::market::escrow::Escrow;
use crate::market::transactions::{Guest, Held, Transactions};

impl Exchange {
    /// The spreads that it coordinates, and the legs that it holds.
    pub const fn transactions(&self) -> &Transactions {
        &self.transactions
    }

    /// Forgets which halves it has finished: a mechanism that tests break on purpose.
    #[cfg(test)]
    pub(crate) fn forget_finished(&mut self) {
        self.transactions.forget_finished();
    }

    /// A client asks for a spread.
    ///
    /// # Errors
    /// There is no room: nothing has changed, and it may be asked again.
    pub(super) fn begin(&mut self, order: RequestId, legs: [Leg; 2]) -> Result<Verdict, Why> {
        let [first, second] = legs;
        if first.symbol() == second.symbol() {
            return Ok(Verdict::rejected(Why::SameSymbol));
        }
        if legs.iter().any(|leg| leg.symbol().instrument().is_none()) {
            return Ok(Verdict::rejected(Why::UnknownSymbol));
        }
        self.transactions.begin(Transaction::spread(self.next_tx(), order, legs))?;
        Ok(Verdict { status: OrderStatus::Pending, filled: Quantity::ZERO, resting: first.quantity() })
    }

    /// The name of the next transaction that this group coordinates.
    pub(super) const fn next_tx(&self) -> TxId {
        TxId { coordinator: self.accounts.opening().group, number: self.transactions.next_number() }
    }

    /// A step of a transaction is applied; what it came to, whether the books that it touched are sound, and the money.
    pub fn work(&mut self, work: &Work) -> (Worked, bool, Money) {
        let (worked, symbol) = match *work {
            Work::Prepare(prepare) => (self.prepare(prepare), prepare.part.symbol()),
            Work::Decide { tx, decision, voters } => self.decide_on(tx, decision, voters),
            Work::Finish { tx, half, decision, floor } => {
                let done = self.finish(tx, half, decision);
                self.transactions.raise_floor(tx.coordinator, floor);
                done
            }
            Work::Forget { tx } => {
                let known = self.transactions.forget(tx.number);
                (if known { Worked::Forgotten } else { Worked::Stale }, None)
            }
        };
        self.chain = self.chain.mix(work.digest().mix(worked.word()).0 ^ self.accounts.trace());
        self.version = self.version.next();
        let touched = symbol.and_then(|symbol| self.place_of(symbol).ok()).map(|place| &self.listings[place]);
        let sound = touched.is_none_or(|listing| listing.books.is_sound());
        let balanced = touched.is_none_or(Listing::is_covered) && self.is_balanced();
        (worked, sound, self.money(balanced))
    }

    /// A part is asked for: its counterparts, or its cash, go into escrow. What was finished is not prepared again.
    fn prepare(&mut self, prepare: Prepare) -> Worked {
        let Prepare { tx, half, floor, .. } = prepare;
        self.transactions.raise_floor(tx.coordinator, floor);
        if let Some(guest) = self.transactions.prepared(tx, half) {
            return Worked::Voted(Ok(guest.lent()));
        }
        if self.transactions.finished(tx, half).is_some() {
            return Worked::FinishedBefore;
        }
        if self.transactions.is_over(tx) {
            return Worked::Stale;
        }
        Worked::Voted(self.hold(prepare))
    }

    /// What a part needs is put into escrow; what is lent is told.
    fn hold(&mut self, prepare: Prepare) -> Result<Cash, Why> {
        if !self.transactions.has_room() {
            return Err(Why::Overloaded);
        }
        let held = match prepare.part {
            Part::Leg { leg, order } => Held::Lots(self.prepare_leg(order, &leg)?),
            Part::Lend { account, amount } => self.prepare_loan(account, amount)?,
            Part::Borrow { account, .. } => self.accounts.open(account).map(|()| Held::Cash(Cash(0)))?,
        };
        let guest = Guest { prepare, held };
        let lent = guest.lent();
        self.transactions.admit(guest.prepare, guest.held);
        Ok(lent)
    }

    /// The leg's counterparts go into escrow, and what it will pay or deliver is put aside: exactly that, since the prices
    /// at which it will trade are known.
    fn prepare_leg(&mut self, order: RequestId, leg: &Leg) -> Result<Escrow, Why> {
        let place = self.place_of(leg.symbol())?;
        self.serves(leg.symbol())?;
        if !self.venues.takes(VenueId::HOME) {
            return Err(Why::VenueClosed);
        }
        let taker = taker(order, leg);
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
            (Part::Leg { leg, .. }, Held::Lots(escrow)) if leg.side() == Side::Buy => {
                self.stock(leg.symbol()).map_or(0, |stock| stock.worth(escrow.worth()))
            }
            _ => 0,
        }
    }

    /// The first decision stands; with it the client's spread has ended. A transfer that does not happen lets the order that
    /// waits for it ask elsewhere. The book that was touched, if one was.
    fn decide_on(&mut self, tx: TxId, decision: Decision, voters: Voters) -> (Worked, Option<SymbolId>) {
        let Some(transaction) = self.transactions.decide(tx.number, decision, voters) else {
            return (Worked::Stale, None);
        };
        let touched = match (transaction.request(), decision) {
            (Some((order, first)), Decision::Abort(why)) => {
                self.finished.push(order, first.symbol(), OrderStatus::Rejected(why), Quantity::ZERO);
                None
            }
            (Some((order, first)), _) => {
                self.finished.push(order, first.symbol(), OrderStatus::Filled, first.quantity());
                None
            }
            // All other groups together have too little: there is nobody else to ask.
            (None, Decision::Abort(Why::AllotmentShort)) => self.call(tx, u16::MAX),
            (None, Decision::Abort(_)) => self.call(tx, 1),
            (None, _) => None,
        };
        (Worked::Decided, touched)
    }

    /// A part does what was held for it, or gives it back; once, and only what was prepared.
    fn finish(&mut self, tx: TxId, half: Half, decision: Decision) -> (Worked, Option<SymbolId>) {
        let Some(Guest { prepare, held }) = self.transactions.finish(tx, half, decision) else {
            let before = self.transactions.finished(tx, half).is_some();
            return (if before { Worked::FinishedBefore } else { Worked::Stale }, None);
        };
        let touched = match (&prepare.part, held) {
            (Part::Leg { leg, order }, Held::Lots(escrow)) => self.finish_leg(*order, leg, &escrow, decision),
            (part, held) => self.finish_transfer(tx, part, &held, decision),
        };
        (Worked::Finished, touched)
    }

    /// A leg trades with what is held for it, or gives it back.
    fn finish_leg(&mut self, order: RequestId, leg: &Leg, escrow: &Escrow, decision: Decision) -> Option<SymbolId> {
        let symbol = leg.symbol();
        let place = self.place_of(symbol).ok()?;
        let owner = order.client.account();
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
const fn taker(id: RequestId, leg: &Leg) -> Incoming {
    Incoming {
        id,
        owner: id.client.account(),
        side: leg.side(),
        order_type: OrderType::Limit(leg.limit()),
        quantity: leg.quantity(),
        time_in_force: TimeInForce::FillOrKill,
    }
}
