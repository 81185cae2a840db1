//! The market makers among the clients: where their requests leave, and where answers reach them or an ordinary session.
//!
//! Idea: a maker asks like any other session of the load, and its requests are counted, retried and given up like all. Only
//! who keeps track of what rests differs: of an ordinary session it is the session, of a maker its ladder.

use super::{Clients, Outbox};
use crate::domain::ids::Sequence;
use crate::domain::order::{Command, Reading, Verdict};
use crate::domain::time::SimTime;
use crate::workload::session::{Ending, Source};

impl Clients {
    /// A maker's request, if it has one and its session has a place; whether it was sent.
    pub(super) fn make_market(&mut self, now: SimTime, outbox: &mut Outbox) -> bool {
        let (symbol, maker) = self.makers.draw(&self.orders);
        let place = self.steady() - self.makers.sessions() + maker;
        let session = &self.sessions[place];
        if session.is_full() {
            return false;
        }
        let command = self.makers.turn(symbol, self.orders.mid(symbol, now), session.next());
        if let Some(command) = command {
            self.ask(now, place, command, Source::STEADY, outbox);
        }
        command.is_some()
    }

    /// Whether the session at this place is a maker's.
    const fn is_maker(&self, place: usize) -> bool {
        let steady = self.steady();
        place < steady && place >= steady - self.makers.sessions()
    }

    /// An order was acknowledged, and may rest.
    pub(super) fn note_accepted(&mut self, place: usize, sequence: Sequence, command: Command) {
        if self.is_maker(place) {
            self.makers.accepted(sequence, command);
        } else {
            self.sessions[place].placed(sequence, command);
        }
    }

    /// A request was applied, and this is what came of it.
    pub(super) fn note_decided(&mut self, place: usize, sequence: Sequence, command: Command, verdict: Verdict) {
        if self.is_maker(place) {
            self.makers.decided(sequence, command, verdict);
        } else {
            self.sessions[place].decided(sequence, command, verdict);
        }
    }

    /// A query was answered: to the others it is only a figure.
    pub(super) fn note_read(&mut self, place: usize, command: Command, reading: &Reading) {
        if self.is_maker(place) {
            self.makers.read(command, reading.order);
        }
    }

    /// A request ended without an acknowledgement.
    pub(super) fn note_unanswered(&mut self, place: usize, sequence: Sequence, command: Command, ending: Ending) {
        if self.is_maker(place) {
            self.makers.unanswered(sequence, command, ending);
        } else {
            self.sessions[place].unanswered(sequence, command, ending);
        }
    }
}
