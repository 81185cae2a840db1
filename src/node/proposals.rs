//! A leader's proposals: the orders that wait for the next batch, and those in the log that wait for their answers.
//!
//! Idea: a batch closes when the disk is free again, so a slow disk makes large batches and a fast one small ones, and
//! nobody waits for a timer. A closed batch waits here for two things: the acknowledgement rule (how far the voters
//! have appended) and its verdicts (that this replica has applied it). Under a rule that covers the commit both make
//! one message; under a faster rule the promise goes out first and the verdict follows.
//! Bound: [`PROPOSALS_MAX`] records wait for a batch; one more is declined with `Overloaded`.
//! Sources: DESIGN section 2 ("two answers"); batching by the disk is the group commit of Gawlick & Kinkade 1985.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::ids::{GroupId, LogIndex, NodeId, Term};
use crate::domain::order::{Answer, Batch, Promise, Record, Reply, Verdict};
use crate::domain::why::Why;

use super::message::{NodeMessage, Ticket};
use super::out::Out;

/// Records that may wait in a leader for the next batch.
pub(super) const PROPOSALS_MAX: usize = 16_384;

/// Records of one gateway's proposal within a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    gateway: NodeId,
    ticket: Ticket,
    count: usize,
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
}

/// Orders on their way through a leader.
#[derive(Clone, Debug, Default)]
pub(super) struct Proposals {
    open: VecDeque<(Batch, Part)>,
    open_records: usize,
    waiting: VecDeque<Waiting>,
    /// How many of `waiting`, from the front, were promised before they were applied.
    promised: usize,
}

impl Proposals {
    /// Takes a gateway's orders for the next batch.
    pub(super) fn offer(&mut self, gateway: NodeId, ticket: Ticket, batch: &Batch) -> Result<(), Why> {
        if self.open_records + batch.len() > PROPOSALS_MAX {
            return Err(Why::Overloaded);
        }
        self.open_records += batch.len();
        self.open.push_back((batch.clone(), Part { gateway, ticket, count: batch.len() }));
        Ok(())
    }

    /// How many records wait for the next batch.
    pub(super) const fn open_records(&self) -> usize {
        self.open_records
    }

    /// Closes the next batch, of at most so many records.
    pub(super) fn close(&mut self, records_max: usize) -> Option<(Batch, Vec<Part>)> {
        let fits = self.open.front().is_some_and(|(batch, _)| batch.len() <= records_max);
        let alone = self.open.len() == 1;
        if fits && alone {
            let (batch, part) = self.open.pop_front()?;
            self.open_records = 0;
            return Some((batch, vec![part]));
        }
        let mut records: Vec<Record> = Vec::new();
        let mut parts = Vec::new();
        while records.len() < records_max {
            let Some((batch, part)) = self.open.pop_front() else { break };
            let take = batch.len().min(records_max - records.len());
            records.extend_from_slice(&batch.records()[..take]);
            parts.push(Part { count: take, ..part });
            if take < batch.len() {
                let rest = Batch::new(&batch.records()[take..]);
                self.open.push_front((rest, Part { count: part.count - take, ..part }));
            }
        }
        self.open_records -= records.len();
        (!records.is_empty()).then(|| (Batch::new(records), parts))
    }

    /// The batch stands in the log now.
    pub(super) fn sent(&mut self, first: LogIndex, term: Term, batch: Batch, parts: Vec<Part>) {
        let last = LogIndex(first.0 + batch.len() as u64 - 1);
        self.waiting.push_back(Waiting { first, last, term, batch, parts, verdicts: Vec::new() });
    }

    /// The batch that begins here was applied with these verdicts.
    pub(super) fn applied(&mut self, first: LogIndex, verdicts: &[Verdict]) {
        let place = self.waiting.partition_point(|waiting| waiting.first < first);
        if let Some(waiting) = self.waiting.get_mut(place).filter(|waiting| waiting.first == first) {
            waiting.verdicts = verdicts.to_vec();
        }
    }

    /// Sends what may be said, the rule being met up to `acked`; `early` if promises go out before verdicts.
    pub(super) fn answer(&mut self, group: GroupId, acked: LogIndex, early: Early, out: &mut Out<'_>) {
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
            waiting.reply(group, out, Reply::Verdict);
            self.waiting.pop_front();
            self.promised = self.promised.saturating_sub(1);
        }
    }

    /// Raft did not take the batch: its gateways hear why.
    pub(super) fn decline(parts: &[Part], why: Why, out: &mut Out<'_>) {
        for part in parts {
            out.send(part.gateway, NodeMessage::Declined { ticket: part.ticket, why });
        }
    }

    /// The leader leads no longer: whoever was promised nothing yet is told so, the others are left to the log.
    pub(super) fn abandon(&mut self, out: &mut Out<'_>) {
        for waiting in self.waiting.drain(..).skip(self.promised) {
            waiting.refuse(Why::LeaderLost, out);
        }
        self.promised = 0;
        self.open_records = 0;
        for (_, part) in self.open.drain(..) {
            out.send(part.gateway, NodeMessage::Declined { ticket: part.ticket, why: Why::NotLeader(None) });
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
