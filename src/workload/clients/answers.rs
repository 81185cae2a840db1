//! Answers: what a word on a request does to it.
//!
//! Idea: the first word that ends the wait counts; all later ones find nobody waiting. A refusal ends it only when
//! no other try is left *and* every attempt was refused for good: else the request waits on, and may stay unknown.

use std::sync::Arc;

use super::Clients;
use crate::domain::actor::ActorEffect;
use crate::domain::fact::ClientFact;
use crate::domain::ids::{GroupId, RequestId, Sequence, SymbolId};
use crate::domain::order::{Answer, Reply};
use crate::domain::runs::Runs;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::why::Why;
use crate::workload::burst::Outcome;
use crate::workload::patience;
use crate::workload::session::{Ending, Pending};

impl Clients {
    pub(super) fn on_answers(&mut self, now: SimTime, answers: &[Answer], out: &mut Vec<ActorEffect>) {
        // Nearly every answer ends a wait, and those of a message have mostly waited equally long.
        let mut ended: Vec<(Answer, SimDuration)> = Vec::with_capacity(answers.len());
        let mut waits = Runs::default();
        let hot = self.orders.popularity().hot().map(|(symbol, _)| symbol);
        for answer in answers {
            let Some((waited, symbol)) = self.on_answer(now, answer) else { continue };
            if let Reply::Accepted(promise) | Reply::Verdict(promise, _) = answer.reply
                && let Some(run) = waits.add((waited, promise.group, hot == Some(symbol)))
            {
                self.note_latency(now, run);
            }
            ended.push((*answer, waited));
        }
        if let Some(run) = waits.end() {
            self.note_latency(now, run);
        }
        if !ended.is_empty() {
            out.push(ActorEffect::State(ClientFact::Answered(Arc::from(ended)).into()));
        }
    }

    /// So many orders waited equally long for this group, all for the hot symbol or none.
    fn note_latency(&mut self, now: SimTime, ((latency, group, hot), count): ((SimDuration, GroupId, bool), u64)) {
        self.figures.acknowledged(now, latency, count);
        self.figures.acknowledged_by(now, (group, hot), latency, count);
    }

    /// Takes an answer; how long its request waited and what it was about, if this ended the wait.
    fn on_answer(&mut self, now: SimTime, answer: &Answer) -> Option<(SimDuration, SymbolId)> {
        let place = session_place(answer.id)?;
        let sequence = answer.id.sequence;
        if answer.reply == Reply::Refused(Why::Waits) {
            // No word on the request, only on this attempt: the one before it waits on.
            if let Some(waiting) = self.sessions.get_mut(place)?.waiting(sequence) {
                waiting.silent = waiting.silent.saturating_sub(1).max(1);
            }
            return None;
        }
        let is_hand = place == self.hand_place();
        if is_hand && !matches!(answer.reply, Reply::Refused(_)) {
            self.hand.answered(now, sequence, answer.reply);
        }
        if matches!(answer.reply, Reply::Notice(_)) {
            self.sessions.get_mut(place)?.closed(sequence);
            self.figures.noticed();
            return None;
        }
        let waiting = self.sessions.get_mut(place)?.waiting(sequence).copied();
        let Some(pending) = waiting else {
            self.late(place, answer);
            return None;
        };
        let latency = now.since(pending.sent);
        match answer.reply {
            Reply::Refused(why) => {
                self.figures.refused(now, 1);
                self.figures.heard(why);
                // Of several tries one may have arrived: that this one did not is the request's end only if it was the last.
                if self.tries_again(now, place, sequence, pending, why) {
                    if is_hand {
                        self.hand.try_refused(now, sequence, why);
                    }
                    return None;
                }
                if is_hand {
                    self.hand.answered(now, sequence, answer.reply);
                }
                self.figures.ended_refused(now, why);
                self.settle(answer.id, Outcome::Failed);
                self.note_unanswered(place, sequence, pending.command, Ending::Refused);
            }
            Reply::Notice(_) => {}
            Reply::Reading(reading) => {
                self.settle(answer.id, Outcome::Answered);
                self.figures.queried(now, latency, &reading);
                self.note_read(place, pending.command, &reading);
            }
            Reply::Accepted(_) => {
                self.settle(answer.id, Outcome::Answered);
                self.note_accepted(place, sequence, pending.command);
            }
            Reply::Verdict(_, verdict) => {
                self.settle(answer.id, Outcome::Answered);
                self.note_decided(place, sequence, pending.command, verdict);
            }
        }
        if !matches!(answer.reply, Reply::Refused(_)) {
            self.figures.answered();
            self.sessions[place].budget.earn(self.retry_percent);
        }
        Some((latency, pending.command.symbol()))
    }

    /// A word on a request that waits no longer: only a verdict still tells something, that nothing rests.
    fn late(&mut self, place: usize, answer: &Answer) {
        if let Reply::Verdict(_, verdict) = answer.reply
            && verdict.resting.is_zero()
        {
            self.sessions[place].closed(answer.id.sequence);
        }
    }

    /// After a refusal: whether the request goes on waiting, for its next try or, in doubt, for its deadline.
    fn tries_again(&mut self, now: SimTime, place: usize, sequence: Sequence, pending: Pending, why: Why) -> bool {
        let silent = pending.silent.saturating_sub(1);
        let doubt = pending.doubt || patience::leaves_doubt(why);
        let may = patience::may_be_retried(why) && self.bursts.retries(pending.source);
        let next = if may { self.patience.next_try(now, pending.sent, pending.retries, &mut self.retry) } else { None };
        let next = next.filter(|_| {
            let paid = self.sessions[place].budget.spend(self.retry_percent);
            if !paid {
                self.figures.denied_a_retry();
            }
            paid
        });
        let in_doubt = doubt || silent > 0;
        let Some(due) = next.or_else(|| in_doubt.then(|| self.patience.deadline(pending.sent))) else { return false };
        let session = &mut self.sessions[place];
        if let Some(waiting) = session.waiting(sequence) {
            (waiting.silent, waiting.doubt) = (silent, doubt);
            waiting.refused = true;
        }
        session.look_again(sequence, due);
        self.quiet_until = self.quiet_until.min(due);
        true
    }

    pub(super) fn settle(&mut self, id: RequestId, outcome: Outcome) {
        let session = session_place(id).and_then(|place| self.sessions.get_mut(place));
        if let Some(pending) = session.and_then(|session| session.settle(id.sequence)) {
            self.figures.settled();
            self.bursts.settled(pending.source, outcome);
        }
    }
}

/// The place of a request's session in the table.
fn session_place(id: RequestId) -> Option<usize> {
    (id.client.0 as usize).checked_sub(1)
}
