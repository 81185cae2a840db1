//! Requests on their way in: forwarded at once if they can be, kept while nobody has room, refused when too many wait.
//!
//! Idea: a batch travels as it is, for a pointer, as long as one worker takes all of it; that is the usual case. It is cut
//! only where it must be: by whom its requests may go to, by symbol where the strategy goes by it, and one by one
//! when nobody takes a piece whole. Then every request takes its place in the queue, and the queue is served in its
//! order as far as there is room. So what comes cannot overtake what waits, unless it is more urgent.
//! Order: pieces keep the order of the batch. A session's requests for one symbol go the same way as long as the strategy
//! sends them there; under `symbol-hash` that is as long as the symbol's worker is not above its share.
//! Retries: a request that still waits here and is sent again keeps the place that it has.
//! Bound: `queue_max` requests of each class wait; one that waits past its deadline is dropped, its client has given up.

use std::sync::Arc;

use super::Balancer;
use super::reach::Lanes;
use super::strategy::{Pick, Question};
use super::tracker::Sent;
use crate::domain::actor::{ActorEffect, Draft};
use crate::domain::event::{EventKind, Queue};
use crate::domain::ids::{ActorId, NodeSet};
use crate::domain::order::{Answer, Batch, DeskMessage, ReadFrom, Record, Submission};
use crate::domain::priority::Priority;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::why::Why;

/// A queued request with less time left than this is refused. Longer than the interval between probes, which trigger the check.
const LAST_CALL: SimDuration = SimDuration::from_millis(60);

/// A request that waits for a worker with room.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    record: Record,
    read_from: ReadFrom,
    deadline: SimTime,
}

impl Waiting {
    fn is_late(&self, now: SimTime) -> bool {
        self.deadline <= now + LAST_CALL
    }
}

/// Requests that leave the queue for one worker.
struct Parcel {
    at: usize,
    read_from: ReadFrom,
    deadline: SimTime,
    records: Vec<Record>,
}

impl Balancer {
    /// Takes requests in.
    pub(super) fn on_submit(&mut self, now: SimTime, submission: Submission, out: &mut Vec<ActorEffect>) {
        if !self.queue.is_empty() {
            self.wait_all(now, &submission, out);
        } else if self.travels_whole(&submission.batch) {
            self.forward_or_wait(now, submission, out);
        } else {
            for batch in self.cut(&submission.batch) {
                self.forward_or_wait(now, Submission { batch, ..submission }, out);
            }
        }
        self.serve_queue(now, out);
    }

    /// Forwards a batch whose requests may go to the same workers, if one of them takes all of it.
    fn forward_or_wait(&mut self, now: SimTime, submission: Submission, out: &mut Vec<ActorEffect>) {
        let Some(first) = submission.batch.records().first() else { return };
        let count = submission.batch.len() as u32;
        match self.pick(self.lanes.lane(first), first, count) {
            Some(Pick { at, take }) if take >= count => {
                self.workers[at].take(now, count);
                submission.batch.records().iter().for_each(|record| self.note_sent(now, at, record, now));
                let to = self.workers[at].node.into();
                out.push(ActorEffect::Send { to, message: DeskMessage::Submit(submission) });
            }
            _ => self.wait_all(now, &submission, out),
        }
    }

    /// Who takes so many requests of a lane: in the first circle, else in the second, else, if nobody of those is in
    /// rotation, anywhere.
    fn pick(&mut self, lane: usize, record: &Record, count: u32) -> Option<Pick> {
        let reach = *self.lanes.reach(lane);
        let mut pick = |reach: NodeSet| {
            let question = Question { workers: &self.workers, reach, symbol: record.command.symbol(), count };
            self.picker.pick(&question)
        };
        if let Some(pick) = pick(reach.first) {
            return Some(pick);
        }
        if !reach.spill.is_empty()
            && let Some(pick) = pick(reach.spill)
        {
            return Some(pick);
        }
        let serves = |circle: NodeSet| self.workers.iter().any(|w| w.serves() && circle.contains(w.node));
        if serves(reach.first) || serves(reach.spill) {
            return None;
        }
        let question = Question { workers: &self.workers, reach: reach.resort, symbol: record.command.symbol(), count };
        self.picker.pick(&question)
    }

    // --- cutting

    /// Which requests of a batch may go together: those of one number.
    fn company(&self, record: &Record) -> usize {
        let by_symbol = self.picker.strategy.by_symbol();
        let symbol = if by_symbol { usize::from(record.command.symbol().0) } else { 0 };
        self.lanes.company(record) + symbol * Lanes::COUNT
    }

    fn travels_whole(&self, batch: &Batch) -> bool {
        let mut companies = batch.records().iter().map(|record| self.company(record));
        companies.next().is_none_or(|first| companies.all(|other| other == first))
    }

    /// The pieces of a batch, each in the order of the batch.
    fn cut(&self, batch: &Batch) -> Vec<Batch> {
        let mut sorted: Vec<(usize, Record)> = batch.records().iter().map(|r| (self.company(r), *r)).collect();
        sorted.sort_by_key(|(company, _)| *company);
        let pieces = sorted.chunk_by(|(one, _), (other, _)| one == other);
        pieces.map(|piece| Batch::new(piece.iter().map(|(_, record)| *record).collect::<Vec<_>>())).collect()
    }

    // --- the queue

    fn wait_all(&mut self, now: SimTime, submission: &Submission, out: &mut Vec<ActorEffect>) {
        let Submission { batch, read_from, deadline } = submission;
        let too_late = Priority::ALL.map(|priority| self.is_too_late(now, priority, *deadline));
        let mut refused = Vec::new();
        let (known, fresh): (Vec<Record>, Vec<Record>) =
            batch.records().iter().partition(|record| self.tracker.is_here(record.id));
        // The client must know that a retry of a request that still waits here went no further: then a refusal of the
        // first attempt is final.
        let twice: Arc<[Answer]> = known.iter().map(|record| Answer::refused(record.id, Why::Waits)).collect();
        if !twice.is_empty() {
            out.push(ActorEffect::Send { to: ActorId::CLIENTS.into(), message: DeskMessage::Answers(twice) });
        }
        for record in fresh {
            if let Some((node, life)) = self.tracker.put_here(record.id) {
                self.workers[node.index()].give_back(life);
            }
            if too_late[self.lanes.class(&record).index()] {
                refused.push((record, Why::Overloaded));
                continue;
            }
            let waiting = Waiting { record, read_from: *read_from, deadline: *deadline };
            self.drain.begin(now);
            self.queue.push(self.lanes.lane(&record), now, waiting);
        }
        self.refuse(&refused, out);
    }

    /// Whether a request of a class that comes now would wait here, behind what is as urgent or more, for too long.
    fn is_too_late(&self, now: SimTime, priority: Priority, deadline: SimTime) -> bool {
        if !self.admission || self.queue.is_empty() {
            return false;
        }
        let before = (0..Lanes::COUNT).filter(|lane| Lanes::priority(*lane) <= priority);
        let ahead: usize = before.clone().map(|lane| self.queue.len(lane)).sum();
        let eldest = before.filter_map(|lane| self.queue.front(lane)).map(|(arrived, _)| *arrived).min();
        self.drain.is_too_slow(now, ahead as u64, eldest, deadline.since(now))
    }

    /// Serves those who wait, in their order, as far as there is room; then turns away who is too many.
    pub(super) fn serve_queue(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        if self.queue.is_empty() {
            return;
        }
        let (mut closed, mut parcels, mut served) = ([false; Lanes::COUNT], Vec::new(), 0);
        let mut late = Vec::new();
        while let Some(next) = self.queue.next(|lane| !closed[lane]) {
            let Some((arrived, waiting)) = self.queue.front(next.lane).copied() else { break };
            if waiting.is_late(now) {
                self.queue.pop(next.lane);
                late.push((waiting.record, Why::Overloaded));
                continue;
            }
            let Some(Pick { at, .. }) = self.pick(next.lane, &waiting.record, 1) else {
                closed[next.lane] = true;
                continue;
            };
            self.queue.pop(next.lane);
            if next.aged {
                self.figures.aged();
            }
            self.workers[at].take(now, 1);
            self.note_sent(now, at, &waiting.record, arrived);
            pack(&mut parcels, at, waiting);
            served += 1;
        }
        self.refuse(&late, out);
        if served > 0 || self.queue.is_empty() {
            self.drain.left(now, served, !self.queue.is_empty());
        }
        for Parcel { at, read_from, deadline, records } in parcels {
            let submission = Submission { batch: Batch::new(records), read_from, deadline };
            out.push(ActorEffect::Send { to: self.workers[at].node.into(), message: DeskMessage::Submit(submission) });
        }
        self.turn_away(out);
    }

    /// Refuses requests that can no longer be answered in time, while their clients still wait: a request that never left the
    /// balancer must not end unknown.
    pub(super) fn refuse_late(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        if self.queue.is_empty() {
            return;
        }
        // A retry keeps its first deadline, so late requests may be anywhere in the queue.
        let late = (0..Lanes::COUNT).flat_map(|lane| self.queue.take_where(lane, |waiting| waiting.is_late(now)));
        let refused: Vec<_> = late.map(|waiting| (waiting.record, Why::Overloaded)).collect();
        self.refuse(&refused, out);
    }

    /// Refuses those who wait for nobody, and of each class the newest above the bound.
    fn turn_away(&mut self, out: &mut Vec<ActorEffect>) {
        let mut refused = Vec::new();
        if !self.workers.iter().any(super::worker::Worker::serves) {
            for lane in 0..Lanes::COUNT {
                refused.extend(self.queue.drain(lane).map(|waiting| (waiting.record, Why::NoWorker)));
            }
        }
        for priority in Priority::ALL {
            self.trim(priority, &mut refused);
        }
        if refused.iter().any(|(_, why)| *why == Why::Overloaded) && !std::mem::replace(&mut self.told_full, true) {
            let kind = EventKind::Overloaded { queue: Queue::Balancer };
            out.push(ActorEffect::Tell(Draft { node: None, group: None, kind }));
        }
        self.told_full &= !self.queue.is_empty();
        self.refuse(&refused, out);
    }

    fn refuse(&mut self, refused: &[(Record, Why)], out: &mut Vec<ActorEffect>) {
        if refused.is_empty() {
            return;
        }
        for (record, _) in refused {
            self.tracker.forget(record.id);
            self.figures.refused(self.lanes.class(record));
        }
        let answers: Arc<[Answer]> = refused.iter().map(|(record, why)| Answer::refused(record.id, *why)).collect();
        out.push(ActorEffect::Send { to: ActorId::CLIENTS.into(), message: DeskMessage::Answers(answers) });
    }

    /// Takes the newest of a class out of the queue, until it is within its bound.
    fn trim(&mut self, priority: Priority, refused: &mut Vec<(Record, Why)>) {
        let lanes: Vec<usize> = (0..Lanes::COUNT).filter(|lane| Lanes::priority(*lane) == priority).collect();
        let mut waiting: usize = lanes.iter().map(|lane| self.queue.len(*lane)).sum();
        while waiting > self.queue_max {
            let newest = lanes.iter().copied().filter(|lane| self.queue.len(*lane) > 0);
            let newest = newest.max_by_key(|lane| self.queue.last(*lane).map(|(arrived, _)| *arrived));
            let Some((_, waiting_last)) = newest.and_then(|lane| self.queue.pop_last(lane)) else { return };
            refused.push((waiting_last.record, Why::Overloaded));
            waiting -= 1;
        }
    }

    /// Remembers where a request is; a retry no longer counts where it was before.
    fn note_sent(&mut self, now: SimTime, at: usize, record: &Record, arrived: SimTime) {
        let worker = &self.workers[at];
        let priority = self.lanes.class(record);
        self.figures.routed(priority);
        let sent = Sent { node: worker.node, life: worker.life(), priority, arrived, sent: now };
        if let Some((node, life)) = self.tracker.put(record.id, sent) {
            self.workers[node.index()].give_back(life);
        }
    }
}

/// Puts a request to those that leave for the same worker.
fn pack(parcels: &mut Vec<Parcel>, at: usize, waiting: Waiting) {
    let Waiting { record, read_from, deadline } = waiting;
    let fits = |parcel: &&mut Parcel| {
        let alike = (parcel.at, parcel.read_from, parcel.deadline) == (at, read_from, deadline);
        alike && parcel.records.len() < Batch::RECORDS_MAX
    };
    match parcels.iter_mut().rev().find(fits) {
        Some(parcel) => parcel.records.push(record),
        None => parcels.push(Parcel { at, read_from, deadline, records: vec![record] }),
    }
}
