//! Signals that trade: the orders of one session.
//!
//! Idea: a signal that trades is a client's order like any other: it has a sequence, is retried, and stands in the ledger.
//! It is a limit at the price of the signal, so that what the market has moved away from rests and is not chased.
//! Bound: one session; it cancels its oldest resting order once it has `OPEN_MAX`. A signal that finds the session full is
//! refused here and counted.

use super::{Clients, Outbox};
use crate::domain::actor::ActorEffect;
use crate::domain::fact::ClientFact;
use crate::domain::order::{Command, OrderType};
use crate::domain::tick::Signal;
use crate::domain::time::SimTime;
use crate::workload::burst::BURST_SESSIONS;
use crate::workload::orders::OPEN_MAX;
use crate::workload::session::{OpenOrder, Source};

/// Sessions that trade on signals.
pub(super) const SESSIONS: u32 = crate::domain::settings::SIGNAL_SESSIONS;

impl Clients {
    pub(super) fn on_signals(&mut self, now: SimTime, signals: &[Signal], out: &mut Vec<ActorEffect>) {
        let place = self.steady() + BURST_SESSIONS as usize;
        let mut outbox = Outbox { deadline: self.patience.deadline(now), ..Outbox::default() };
        for signal in signals {
            let session = &mut self.sessions[place];
            let over = session.open.len() >= OPEN_MAX;
            if let Some(OpenOrder { symbol, sequence, .. }) = session.open.pop_front_if(|_| over) {
                self.ask_if_room(now, place, Command::Cancel { symbol, order: sequence }, &mut outbox);
            }
            let Signal { symbol, side, price, quantity, .. } = *signal;
            let order = Command::place(symbol, side, OrderType::Limit(price), quantity);
            self.ask_if_room(now, place, order, &mut outbox);
        }
        outbox.hand_in(self.load.read_from, ClientFact::Submitted, out);
    }

    fn ask_if_room(&mut self, now: SimTime, place: usize, command: Command, outbox: &mut Outbox) {
        if self.sessions[place].is_full() {
            self.figures.found_no_place(now, 1);
        } else {
            self.ask(now, place, command, Source::STEADY, outbox);
        }
    }
}
