//! Spreads: two legs in two groups, both or neither, as far as one group is concerned with them.
//!
//! Idea: a client's spread is an order whose verdict is *pending* until its transaction is decided; a query then tells
//! how it ended. A leg that is prepared here holds its counterparts in the book's escrow, and trades or gives them back.
//! Shape: `begin` for the client's record, `work` for the steps that follow. Every step may come twice.
//! Sources: ADR-0003.

use super::{Exchange, remember};
use crate::domain::ids::SymbolId;
use crate::domain::order::{OrderStatus, OrderType, TimeInForce, Verdict};
use crate::domain::units::Quantity;
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Leg, Prepare, Transaction, TxId, Work};
use crate::market::book::Incoming;
use crate::market::transactions::{Guest, Transactions, Worked};

impl Exchange {
    /// The spreads that it coordinates, and the legs that it holds.
    pub const fn transactions(&self) -> &Transactions {
        &self.transactions
    }

    /// A client asks for a spread.
    ///
    /// # Errors
    /// There is no room: nothing has changed, and it may be asked again.
    pub(super) fn begin(&mut self, transaction: Transaction) -> Result<Verdict, Why> {
        let [first, second] = transaction.legs;
        if first.symbol() == second.symbol() {
            return Ok(Verdict::rejected(Why::SameSymbol));
        }
        if transaction.legs.iter().any(|leg| leg.symbol().instrument().is_none()) {
            return Ok(Verdict::rejected(Why::UnknownSymbol));
        }
        self.transactions.begin(transaction)?;
        Ok(Verdict { status: OrderStatus::Pending, filled: Quantity::ZERO, resting: first.quantity() })
    }

    /// A step of a transaction is applied; what it came to, and whether the book that it touched is sound.
    pub fn work(&mut self, work: &Work) -> (Worked, bool) {
        let (worked, symbol) = match *work {
            Work::Prepare(prepare) => (Worked::Voted(self.prepare(prepare)), Some(prepare.leg.symbol())),
            Work::Decide { tx, decision } => {
                self.decide_spread(tx, decision);
                (Worked::Noted, None)
            }
            Work::Finish { tx, half, decision } => self.finish(tx, half, decision),
            Work::Forget { tx } => {
                self.transactions.forget(tx);
                (Worked::Noted, None)
            }
        };
        let word = match worked {
            Worked::Voted(Err(why)) => u64::from(why.code()),
            Worked::Voted(Ok(())) | Worked::Noted | Worked::Finished(None) => 0,
            Worked::Finished(Some(coordinator)) => u64::from(coordinator.0) << 8,
        };
        self.chain = self.chain.mix(work.digest().mix(word).0);
        (worked, symbol.and_then(|symbol| self.book(symbol)).is_none_or(|book| book.is_sound()))
    }

    /// A leg is asked for: its counterparts go into escrow.
    fn prepare(&mut self, prepare: Prepare) -> Result<(), Why> {
        let Prepare { tx, half, leg, .. } = prepare;
        if self.transactions.prepared(tx, half).is_some() {
            return Ok(());
        }
        let place = self.place_of(leg.symbol())?;
        self.serves(leg.symbol())?;
        if !self.transactions.has_room() {
            return Err(Why::Overloaded);
        }
        let escrow = self.listings[place].book.hold(&taker(tx, &leg))?;
        self.transactions.admit(prepare, escrow);
        Ok(())
    }

    /// The first decision stands; with it the client's order has ended.
    fn decide_spread(&mut self, tx: TxId, decision: Decision) {
        let Some(transaction) = self.transactions.decide(tx, decision) else { return };
        let first = transaction.legs[0];
        let (status, filled) = match decision {
            Decision::Commit => (OrderStatus::Filled, first.quantity()),
            Decision::Abort(why) => (OrderStatus::Rejected(why), Quantity::ZERO),
        };
        self.finished.push(tx.0, first.symbol(), status, filled);
    }

    /// A leg trades with what is held for it, or gives it back.
    fn finish(&mut self, tx: TxId, half: Half, decision: Decision) -> (Worked, Option<SymbolId>) {
        let Some(Guest { prepare, escrow }) = self.transactions.leave(tx, half) else {
            return (Worked::Finished(None), None);
        };
        let symbol = prepare.leg.symbol();
        let Ok(place) = self.place_of(symbol) else { return (Worked::Finished(Some(prepare.coordinator)), None) };
        let (book, finished, trades) = (&mut self.listings[place].book, &mut self.finished, &mut self.trades);
        match decision {
            Decision::Commit => book.settle(&escrow, |event| remember(finished, trades, symbol, event)),
            Decision::Abort(_) => {
                let mut ended = Vec::new();
                book.put_back(
                    &escrow,
                    |event| remember(finished, trades, symbol, event),
                    |id, verdict| ended.push((id, verdict)),
                );
                for (id, verdict) in ended.into_iter().filter(|(_, verdict)| verdict.resting.is_zero()) {
                    finished.push(id, symbol, verdict.status, verdict.filled);
                }
            }
        }
        (Worked::Finished(Some(prepare.coordinator)), Some(symbol))
    }
}

/// The order that a leg is.
const fn taker(tx: TxId, leg: &Leg) -> Incoming {
    let id = tx.0;
    Incoming {
        id,
        owner: id.client.account(),
        side: leg.side(),
        order_type: OrderType::Limit(leg.limit()),
        quantity: leg.quantity(),
        time_in_force: TimeInForce::FillOrKill,
    }
}
