//! A leader's proposals: the orders that wait for the next batch, and those in the log that wait for their answers.
//!
//! Idea: a batch closes when the disk is free again, so a slow disk makes large batches and a fast one small ones, and
//! nobody waits for a timer. A closed batch waits here for two things: the acknowledgement rule (how far the voters
//! have appended) and its verdicts (that this replica has applied it). Under a rule that covers the commit both make
//! one message; under a faster rule the promise goes out first and the verdict follows.
//! A leader that has stepped down still answers what is acknowledged and committed: no later leader can overturn it, so it
//! is applied here in its turn and answered then. Whether anything after it survives, this replica cannot tell.
//! Bound: [`PROPOSALS_MAX`] records wait for a batch, [`UNANSWERED_MAX`] in all for their answers; one more is declined
//! with `Overloaded`, and counted. What nobody waits for any more is forgotten: under the rule `all` a dead voter stops
//! the answers for as long as it is dead, and that must not fill the memory.
//! Sources: DESIGN section 2 ("two answers"); batching by the disk is the group commit of Gawlick & Kinkade 1985.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::fact::{Executed, Fate};
use crate::domain::ids::{GroupId, LogIndex, NodeId, Term};
use crate::domain::order::{Answer, Batch, OrderStatus, Promise, Record, Reply, Verdict};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::why::Why;

use super::admission::Eldest;
use super::message::{NodeMessage, Proposal, Ticket};
use super::out::Out;

/// Records that may wait in a leader for the next batch.
pub(super) const PROPOSALS_MAX: usize = 16_384;
/// Records that may wait in a leader for their answers, those for the next batch included.
pub(super) const UNANSWERED_MAX: usize = 131_072;

/// Records of one gateway's proposal within a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    gateway: NodeId,
    ticket: Ticket,
    count: usize,
    deadline: SimTime,
    /// When they came.
    since: SimTime,
}

/// A closed batch that nobody has answered for yet.
#[derive(Clone, Debug)]
struct Waiting {
    first: LogIndex,
    last: LogIndex,
    term: Term,
    batch: Batch,
    parts: Vec<Part>,
    verdicts: Vec<Verdict>,
    /// Some of it belongs to another group.
    passes_on: bool,
}

/// Orders on their way through a leader.
#[derive(Clone, Debug, Default)]
pub(super) struct Proposals {
    open: VecDeque<(Batch, Part)>,
    open_records: usize,
    waiting: VecDeque<Waiting>,
    /// How many of `waiting`, from the front, were promised before they were applied.
    promised: usize,
    /// How many of `waiting`, from the front, are acknowledged: some of their verdicts are still to come.
    acked: usize,
    waiting_records: usize,
    /// Records of `waiting` that are not acknowledged.
    unacked: usize,
    refused: u64,
    /// Records that were not logged because their deadline had passed.
    expired: u64,
}

impl Proposals {
    /// Takes a gateway's orders for the next batch.
    pub(super) fn offer(&mut self, since: SimTime, gateway: NodeId, proposal: &Proposal) -> Result<(), Why> {
        let Proposal { ticket, ref batch, deadline, .. } = *proposal;
        let open = self.open_records + batch.len();
        if open > PROPOSALS_MAX || open + self.waiting_records > UNANSWERED_MAX {
            self.refused += batch.len() as u64;
            return Err(Why::Overloaded);
        }
        self.open_records = open;
        self.open.push_back((batch.clone(), Part { gateway, ticket, count: batch.len(), deadline, since }));
        Ok(())
    }

    /// How many records wait for their acknowledgement, and since when the eldest of them has.
    pub(super) fn unacknowledged(&self) -> (usize, Eldest) {
        let logged = self.waiting.get(self.acked).and_then(|waiting| waiting.parts.first());
        let eldest = logged.or_else(|| self.open.front().map(|(_, part)| part));
        (self.open_records + self.unacked, eldest.map(|part| part.since))
    }

    /// Since when the eldest of all that wait here for an answer has.
    pub(super) fn eldest(&self) -> Eldest {
        let logged = self.waiting.front().and_then(|waiting| waiting.parts.first());
        logged.or_else(|| self.open.front().map(|(_, part)| part)).map(|part| part.since)
    }

    /// How many records it did not log because their deadline had passed.
    pub(super) const fn expired(&self) -> u64 {
        self.expired
    }

    /// How many records wait for their answers.
    pub(super) const fn unanswered(&self) -> usize {
        self.open_records + self.waiting_records
    }

    /// How many records it refused for want of room.
    pub(super) const fn refused(&self) -> u64 {
        self.refused
    }

    /// How many records wait for the next batch.
    pub(super) const fn open_records(&self) -> usize {
        self.open_records
    }

    /// Closes the next batch, without requests that have expired. `room` says how many records a batch may hold when one
    /// of them has this much time left.
    pub(super) fn close(&mut self, now: SimTime, room: impl Fn(SimDuration) -> usize) -> Option<(Batch, Vec<Part>)> {
        self.drop_expired(now);
        let room = |part: &Part| room(part.deadline.since(now));
        let fits = self.open.front().is_some_and(|(batch, part)| batch.len() <= room(part));
        let alone = self.open.len() == 1;
        if fits && alone {
            let (batch, part) = self.open.pop_front()?;
            self.open_records = 0;
            return Some((batch, vec![part]));
        }
        let mut records: Vec<Record> = Vec::new();
        let mut parts = Vec::new();
        let mut records_max = usize::MAX;
        loop {
            self.drop_expired(now);
            let Some((_, part)) = self.open.front() else { break };
            // The most urgent request decides how long the others may keep it waiting.
            records_max = records_max.min(room(part));
            if records.len() >= records_max {
                break;
            }
            let Some((batch, part)) = self.open.pop_front() else { break };
            let take = batch.len().min(records_max - records.len());
            records.extend_from_slice(&batch.records()[..take]);
            parts.push(Part { count: take, ..part });
            if take < batch.len() {
                let rest = Batch::new(&batch.records()[take..]);
                self.open.push_front((rest, Part { count: part.count - take, ..part }));
            }
            self.open_records -= take;
        }
        (!records.is_empty()).then(|| (Batch::new(records), parts))
    }

    fn drop_expired(&mut self, now: SimTime) {
        while let Some((batch, _)) = self.open.pop_front_if(|(_, part)| part.deadline <= now) {
            self.open_records -= batch.len();
            self.expired += batch.len() as u64;
        }
    }

    /// The batch stands in the log now.
    pub(super) fn sent(&mut self, first: LogIndex, term: Term, batch: Batch, parts: Vec<Part>) {
        let last = LogIndex(first.0 + batch.len() as u64 - 1);
        self.waiting_records += batch.len();
        self.unacked += batch.len();
        self.waiting.push_back(Waiting { first, last, term, batch, parts, verdicts: Vec::new(), passes_on: false });
    }

    /// The batch that begins here was applied with these verdicts.
    pub(super) fn applied(&mut self, first: LogIndex, term: Term, verdicts: &[Verdict], executed: &Executed) {
        let place = self.waiting.partition_point(|waiting| waiting.first < first);
        // A batch that another leader wrote over is not the one that waits here.
        let is_it = |waiting: &&mut Waiting| (waiting.first, waiting.term) == (first, term);
        if let Some(waiting) = self.waiting.get_mut(place).filter(is_it) {
            waiting.verdicts = verdicts.to_vec();
            waiting.passes_on = matches!(executed, Executed::Some(fates) if fates.contains(&Fate::PassedOn));
        }
    }

    /// Sends what may be said, the rule being met up to `acked`; `early` if promises go out before verdicts. How many
    /// records were acknowledged since.
    pub(super) fn answer(&mut self, group: GroupId, acked: LogIndex, early: Early, out: &mut Out<'_>) -> usize {
        if self.waiting.is_empty() {
            return 0;
        }
        let before = self.unacked;
        while let Some(waiting) = self.waiting.get(self.acked).filter(|waiting| waiting.last <= acked) {
            self.unacked -= waiting.batch.len();
            self.acked += 1;
        }
        let newly = before - self.unacked;
        if early == Early::Promise {
            while let Some(waiting) = self.waiting.get(self.promised).filter(|waiting| waiting.last <= acked) {
                if waiting.verdicts.is_empty() {
                    waiting.reply(group, out, |promise, _| Reply::Accepted(promise));
                }
                self.promised += 1;
            }
        }
        while let Some(waiting) = self.waiting.front() {
            if waiting.last > acked || waiting.verdicts.is_empty() {
                break;
            }
            if waiting.passes_on {
                waiting.pass_on(group, out);
            } else {
                waiting.reply(group, out, Reply::Verdict);
            }
            self.pop_waiting();
        }
        newly
    }

    fn pop_waiting(&mut self) {
        if let Some(waiting) = self.waiting.pop_front() {
            self.waiting_records -= waiting.batch.len();
            if self.acked == 0 {
                self.unacked -= waiting.batch.len();
            }
            self.acked = self.acked.saturating_sub(1);
            self.promised = self.promised.saturating_sub(1);
        }
    }

    /// Forgets what nobody waits for any more: gateways and clients forgot it at the same time. What waits for a batch
    /// is not logged any more either. Whether something had waited for its acknowledgement in vain.
    pub(super) fn forget_expired(&mut self, now: SimTime) -> bool {
        if self.unanswered() == 0 {
            return false;
        }
        let mut starved = false;
        while self.waiting.front().is_some_and(|waiting| waiting.parts.iter().all(|part| part.deadline <= now)) {
            starved |= self.acked == 0;
            self.pop_waiting();
        }
        self.drop_expired(now);
        starved
    }

    /// The log did not take the batch: its gateways hear why.
    pub(super) fn decline(batch: &Batch, parts: &[Part], why: Why, out: &mut Out<'_>) {
        let mut start = 0;
        for part in parts {
            let whole = part.count == batch.len();
            let records = &batch.records()[start..start + part.count];
            let batch = if whole { batch.clone() } else { Batch::new(records) };
            out.send(part.gateway, NodeMessage::Declined { ticket: part.ticket, batch, why });
            start += part.count;
        }
    }

    /// The leader has stepped down. What is acknowledged and committed is answered once it is applied; the rest is refused
    /// unless it was promised. What was never logged may go to the next leader, if it is known.
    pub(super) fn abandon(&mut self, commit: LogIndex, leader: Option<NodeId>, out: &mut Out<'_>) {
        let kept = self.waiting.partition_point(|waiting| waiting.last <= commit).min(self.acked);
        let promised = self.promised.saturating_sub(kept);
        for waiting in self.waiting.drain(kept..).skip(promised) {
            waiting.refuse(Why::LeaderLost, out);
        }
        (self.promised, self.acked) = (self.promised.min(kept), kept);
        self.waiting_records = self.waiting.iter().map(|waiting| waiting.batch.len()).sum();
        (self.unacked, self.open_records) = (0, 0);
        for (batch, part) in self.open.drain(..) {
            let why = Why::NotLeader(leader);
            out.send(part.gateway, NodeMessage::Declined { ticket: part.ticket, batch, why });
        }
    }

    /// A snapshot replaced everything up to here: this node will never see those verdicts.
    pub(super) fn overtaken(&mut self, upto: LogIndex, out: &mut Out<'_>) {
        while let Some(waiting) = self.waiting.front().filter(|waiting| waiting.first <= upto) {
            if self.promised == 0 {
                waiting.refuse(Why::LeaderLost, out);
            }
            self.pop_waiting();
        }
    }
}

/// Whether a promise goes out before the verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Early {
    /// The rule is met before the commit: promise first.
    Promise,
    /// Promise and verdict are one message.
    Never,
}

impl Waiting {
    fn reply(&self, group: GroupId, out: &mut Out<'_>, say: impl Fn(Promise, Verdict) -> Reply) {
        let nothing = Verdict::rejected(Why::LeaderLost);
        self.each_part(out, |place, record| {
            let index = self.first.plus(place as u64);
            let promise = Promise { group, term: self.term, index };
            let verdict = self.verdicts.get(place).copied().unwrap_or(nothing);
            Answer { id: record.id, reply: say(promise, verdict) }
        });
    }

    /// Verdicts for what this group has decided; the rest goes back to its gateways, which send it to its owner.
    fn pass_on(&self, group: GroupId, out: &mut Out<'_>) {
        let mut start = 0;
        for part in &self.parts {
            let mut answers = Vec::new();
            let mut elsewhere = [(Why::Moving, Vec::new()), (Why::NotOwner, Vec::new())];
            let places = start..start + part.count;
            for (place, record) in places.clone().zip(&self.batch.records()[places]) {
                let verdict = self.verdicts.get(place).copied().unwrap_or(Verdict::rejected(Why::LeaderLost));
                let gone = elsewhere.iter_mut().find(|(why, _)| verdict.status == OrderStatus::Rejected(*why));
                if let Some((_, records)) = gone {
                    records.push(*record);
                } else {
                    let promise = Promise { group, term: self.term, index: self.first.plus(place as u64) };
                    answers.push(Answer { id: record.id, reply: Reply::Verdict(promise, verdict) });
                }
            }
            start += part.count;
            if !answers.is_empty() {
                out.send(part.gateway, NodeMessage::Answers { ticket: part.ticket, answers: answers.into() });
            }
            for (why, records) in elsewhere.into_iter().filter(|(_, records)| !records.is_empty()) {
                let batch = Batch::new(records);
                out.send(part.gateway, NodeMessage::Declined { ticket: part.ticket, batch, why });
            }
        }
    }

    fn refuse(&self, why: Why, out: &mut Out<'_>) {
        self.each_part(out, |_, record| Answer::refused(record.id, why));
    }

    fn each_part(&self, out: &mut Out<'_>, answer: impl Fn(usize, &Record) -> Answer) {
        let mut start = 0;
        for part in &self.parts {
            let records = &self.batch.records()[start..start + part.count];
            let answers: Arc<[Answer]> = records.iter().enumerate().map(|(i, r)| answer(start + i, r)).collect();
            out.send(part.gateway, NodeMessage::Answers { ticket: part.ticket, answers });
            start += part.count;
        }
    }
}

#[cfg(test)]
#[path = "proposals_tests.rs"]
mod tests;
