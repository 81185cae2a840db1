//! Queries at a replica: linearisable ones wait for a read index, near ones are answered from what is applied.
//!
//! Idea: the leader asks Raft for an index (a lease answers at once, else a round of beats, Ongaro 2014 §6.4), waits
//! until that index is applied, and reads. A near read waits for nothing and says how stale it may be.
//! Bound: [`READS_MAX`] proposals of queries wait at a time; one more is declined with `Overloaded`.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::ids::{GroupId, LogIndex, NodeId, ReadToken};
use crate::domain::order::{Answer, Batch, Command, Reading, Reply};
use crate::domain::why::Why;

use super::machine::Machine;
use super::message::{NodeMessage, Ticket};
use super::out::Out;

/// Proposals of queries that may wait at a replica.
pub(super) const READS_MAX: usize = 4_096;

#[derive(Clone, Debug)]
struct Pending {
    token: ReadToken,
    gateway: NodeId,
    ticket: Ticket,
    batch: Batch,
    index: Option<LogIndex>,
}

/// Queries that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    last: ReadToken,
    pending: VecDeque<Pending>,
}

/// Where a replica stands as it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadPoint {
    pub(super) group: GroupId,
    pub(super) by: NodeId,
    pub(super) applied: LogIndex,
    pub(super) commit: LogIndex,
}

impl Reads {
    /// Takes queries; the token to ask Raft with.
    pub(super) fn offer(&mut self, gateway: NodeId, ticket: Ticket, batch: &Batch) -> Result<ReadToken, Why> {
        if self.pending.len() >= READS_MAX {
            return Err(Why::Overloaded);
        }
        self.last = ReadToken(self.last.0 + 1);
        let pending = Pending { token: self.last, gateway, ticket, batch: batch.clone(), index: None };
        self.pending.push_back(pending);
        Ok(self.last)
    }

    /// Raft says how far this read must wait.
    pub(super) fn ready(&mut self, token: ReadToken, index: LogIndex) {
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.token == token) {
            pending.index = Some(index);
        }
    }

    /// Raft says no.
    pub(super) fn refused(&mut self, token: ReadToken, why: Why, out: &mut Out<'_>) {
        let Some(place) = self.pending.iter().position(|pending| pending.token == token) else { return };
        if let Some(pending) = self.pending.remove(place) {
            out.send(pending.gateway, NodeMessage::Declined { ticket: pending.ticket, why });
        }
    }

    /// Answers every read whose index is applied.
    pub(super) fn serve(&mut self, point: ReadPoint, machine: &Machine, out: &mut Out<'_>) {
        let due = |pending: &Pending| pending.index.is_some_and(|index| index <= point.applied);
        while let Some(pending) = self.pending.pop_front_if(|pending| due(pending)) {
            let answers = read(point, &pending.batch, machine);
            out.send(pending.gateway, NodeMessage::Answers { ticket: pending.ticket, answers });
        }
    }

    /// The leader leads no longer.
    pub(super) fn abandon(&mut self, out: &mut Out<'_>) {
        for pending in self.pending.drain(..) {
            out.send(pending.gateway, NodeMessage::Declined { ticket: pending.ticket, why: Why::NotLeader(None) });
        }
    }
}

/// Answers queries from the applied state as it is.
pub(super) fn read(point: ReadPoint, batch: &Batch, machine: &Machine) -> Arc<[Answer]> {
    let answer = |record: &crate::domain::order::Record| {
        let order = match record.command {
            Command::Query { symbol, order } => {
                machine.exchange().and_then(|exchange| exchange.query(record.id.client.request(order), symbol))
            }
            Command::Place { .. } | Command::Cancel { .. } => None,
        };
        let behind = point.commit.since(point.applied);
        let reading = Reading { group: point.group, by: point.by, index: point.applied, behind, order };
        Answer { id: record.id, reply: Reply::Reading(reading) }
    };
    batch.records().iter().map(answer).collect()
}
