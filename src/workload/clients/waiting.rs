//! Those that wait: asked again in time, given up at the deadline.
//!
//! Idea: a pass over the sessions that may have something due; each knows a time before which it has not. An attempt
//! without an answer may be in a log; only its own refusal rules that out, so such attempts are counted.

use std::collections::BTreeMap;

use super::{Clients, Outbox};
use crate::domain::actor::ActorEffect;
use crate::domain::fact::ClientFact;
use crate::domain::ids::Sequence;
use crate::domain::order::{Batch, Record};
use crate::domain::time::SimTime;
use crate::workload::burst::Outcome;
use crate::workload::session::{Ending, Session};

/// What is asked again, by its deadline: each goes on with its own.
type Again = BTreeMap<SimTime, Vec<Record>>;

impl Clients {
    /// Asks again, or gives up, where it is time.
    pub(super) fn look_at_the_waiting(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        let (mut again, mut given_up) = (Again::new(), Vec::new());
        let mut due = Vec::new();
        for place in 0..self.sessions.len() {
            if self.sessions[place].quiet_until() > now {
                continue;
            }
            self.sessions[place].collect_due(now, &mut due);
            for sequence in due.drain(..) {
                self.look_at(now, place, sequence, &mut again, &mut given_up);
            }
        }
        self.quiet_until = self.sessions.iter().map(Session::quiet_until).min().unwrap_or(SimTime::NEVER);
        // First who is given up: the floors of those that go on are above them already.
        for records in given_up.chunks(Batch::RECORDS_MAX) {
            out.push(ActorEffect::State(ClientFact::GaveUp(Batch::new(records)).into()));
        }
        for (deadline, records) in again {
            Outbox { records, deadline, ..Outbox::default() }.hand_in(self.load.read_from, ClientFact::Retried, out);
        }
    }

    fn look_at(
        &mut self,
        now: SimTime,
        place: usize,
        sequence: Sequence,
        again: &mut Again,
        given_up: &mut Vec<Record>,
    ) {
        let Some(&mut pending) = self.sessions[place].waiting(sequence) else { return };
        let deadline = self.patience.deadline(pending.sent);
        let session = &mut self.sessions[place];
        let record = Record { id: session.id.request(sequence), floor: session.floor(), command: pending.command };
        let by_hand = place == self.sessions.len() - 1;
        if now >= deadline {
            if by_hand {
                self.hand.gave_up(now, sequence);
            }
            given_up.push(record);
            self.figures.gave_up(now, &pending.command);
            self.settle(record.id, Outcome::Failed);
            self.note_unanswered(place, sequence, pending.command, Ending::Unknown);
            return;
        }
        // After a refusal it was paid for when it was put off.
        if !pending.refused && !self.sessions[place].budget.spend(self.retry_percent) {
            self.figures.denied_a_retry();
            self.sessions[place].look_again(sequence, deadline);
            return;
        }
        let retries = pending.retries + 1;
        let due = self.next_look(now, pending.sent, retries, pending.source);
        let session = &mut self.sessions[place];
        if let Some(waiting) = session.waiting(sequence) {
            waiting.retries = retries;
            waiting.silent += 1;
            waiting.refused = false;
        }
        session.look_again(sequence, due);
        self.figures.asked_again();
        if by_hand {
            self.hand.asked_again(now, sequence);
        }
        again.entry(deadline).or_default().push(record);
    }
}
