//! A replica answers queries: each costs the processor of its node, whether the leader answers or a follower.
//!
//! Idea: reads scale with the replicas that serve them only because each replica pays for what it answers itself. A query
//! that may be answered books a turn, a long batch several; when the turn ends, the answer is what has been applied by then.
//! That is later than the index that it waited for, never earlier.
//! Refusal: what the processor would answer too late is declined at once (`Overloaded`), while admission control is on.
//! A replica that is given up declines what still waits for its turn (`NoReplica`).

use std::sync::Arc;

use super::{Desk, Replica};
use crate::domain::event::Queue;
use crate::domain::ids::NodeId;
use crate::domain::map::ClusterMap;
use crate::domain::order::{Batch, Record};
use crate::domain::time::{Now, SimDuration};
use crate::node::out::Out;
use crate::node::processor::Processor;
use crate::node::reads::{Asked, ReadPoint, read};
use crate::protocols::replication::Replication;

impl Replica {
    /// Takes up every read whose index is applied.
    pub(super) fn serve_reads(&mut self, now: Now, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let applied = self.version();
        while let Some(asked) = self.reads.due(applied) {
            self.read(now, &asked, desk, out);
        }
    }

    /// Takes up queries that may be answered from what is applied.
    pub(in crate::node) fn read(&mut self, now: Now, asked: &Asked, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        if desk.settings.read_cost == SimDuration::ZERO {
            return self.answer(asked, out);
        }
        let Asked { gateway, ticket, deadline, current, ref batch } = *asked;
        let mut rest = batch.records();
        while !rest.is_empty() {
            let (turn, behind) = rest.split_at(rest.len().min(Processor::reads_max(desk.settings)));
            let queries = turn.len() as u64;
            let late = desk.admission && desk.processor.is_too_late(now.mono, deadline, queries, desk.settings);
            if late || self.reads.is_full() {
                self.tell_of_a_full_queue(Queue::Reads, out);
                return self.reads.decline((gateway, ticket), part(batch, rest), out);
            }
            desk.processor.book_reads(now.mono, self.group, (queries, deadline), desk.settings);
            self.reads.await_turn(Asked { gateway, ticket, batch: part(batch, turn), deadline, current });
            rest = behind;
        }
    }

    /// The processor has finished a turn for the reads that have waited the longest. Nobody hears an answer after the deadline.
    pub(in crate::node) fn read_turn_ended(&mut self, now: Now, out: &mut Out<'_>) {
        if let Some(asked) = self.reads.turn_ended().filter(|asked| now.mono < asked.deadline) {
            self.answer(&asked, out);
        }
    }

    /// The node gives this replica up: the processor forgets it, and its gateways hear of the map that wants it elsewhere and
    /// ask another for what it has not answered.
    pub(in crate::node) fn give_up(&mut self, map: &Arc<ClusterMap>, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        desk.processor.note_backlog(self.counted_backlog(), 0);
        desk.processor.forget(self.group);
        self.reads.give_up(map, out);
    }

    fn answer(&self, asked: &Asked, out: &mut Out<'_>) {
        let Asked { gateway, ticket, ref batch, current, .. } = *asked;
        read(ReadPoint { current, ..self.point(out.me) }, batch, &self.machine).send(gateway, ticket, out);
    }

    fn point(&self, by: NodeId) -> ReadPoint {
        let (applied, commit) = (self.version(), self.core.commit_index());
        ReadPoint { group: self.group, by, applied, commit, current: false }
    }
}

/// A part of a batch; the batch itself where that is all of it.
fn part(batch: &Batch, records: &[Record]) -> Batch {
    if records.len() == batch.len() { batch.clone() } else { Batch::new(records) }
}
