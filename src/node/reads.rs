//! Queries at a replica: linearisable ones wait for a read index, near ones are answered from what is applied.
//!
//! Idea: the leader asks its protocol for an index (a lease answers at once, else a round of beats, Ongaro 2014 §6.4), waits
//! until that index is applied, and reads. A near read waits for nothing and says how stale it may be.
//! Cost: answering takes the processor of the node `raft.read_cost_us` a query, so reads scale with the replicas that answer
//! them. The answer is what has been applied when that turn ends.
//! Bound: [`READS_MAX`] proposals of queries wait for an index at a time, and as many for the processor; one more is declined
//! with `Overloaded`, and counted. What nobody waits for any more is forgotten: without a quorum (and with the rule that
//! checks it off) the protocol never answers.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::domain::ids::{GroupId, LogIndex, NodeId, ReadToken};
use crate::domain::map::ClusterMap;
use crate::domain::order::{Answer, Batch, Command, Reading, Record, Reply};
use crate::domain::time::SimTime;
use crate::domain::why::Why;

use super::machine::Machine;
use super::message::{NodeMessage, Proposal, Ticket};
use super::out::Out;

/// Proposals of queries that may wait at a replica.
pub(super) const READS_MAX: usize = 4_096;

#[derive(Clone, Debug)]
struct Pending {
    token: ReadToken,
    gateway: NodeId,
    ticket: Ticket,
    batch: Batch,
    deadline: SimTime,
    index: Option<LogIndex>,
}

/// Queries that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    last: ReadToken,
    pending: VecDeque<Pending>,
    /// Those that may be answered and wait for their turn of the processor, in the order of their turns.
    serving: VecDeque<Asked>,
    refused: u64,
}

/// Queries that may be answered from what is applied.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) gateway: NodeId,
    pub(super) ticket: Ticket,
    pub(super) batch: Batch,
    pub(super) deadline: SimTime,
    /// A leader answers, and has made sure that it leads.
    pub(super) current: bool,
}

/// Where a replica stands as it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadPoint {
    pub(super) group: GroupId,
    pub(super) by: NodeId,
    pub(super) applied: LogIndex,
    pub(super) commit: LogIndex,
    /// The one who reads leads, and has made sure of it.
    pub(super) current: bool,
}

impl Reads {
    /// Takes queries; the token to ask the protocol with.
    pub(super) fn offer(&mut self, gateway: NodeId, proposal: &Proposal) -> Result<ReadToken, Why> {
        let Proposal { ticket, ref batch, deadline, .. } = *proposal;
        if self.pending.len() >= READS_MAX {
            self.refused += batch.len() as u64;
            return Err(Why::Overloaded);
        }
        self.last = ReadToken(self.last.0 + 1);
        self.pending.push_back(Pending {
            token: self.last,
            gateway,
            ticket,
            batch: batch.clone(),
            deadline,
            index: None,
        });
        Ok(self.last)
    }

    /// Whether none wait.
    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty() && self.serving.is_empty()
    }

    /// How many queries it refused for want of room.
    pub(super) const fn refused_for_room(&self) -> u64 {
        self.refused
    }

    /// Forgets those that nobody waits for any more.
    pub(super) fn forget_expired(&mut self, now: SimTime) {
        while self.pending.pop_front_if(|pending| pending.deadline <= now).is_some() {}
    }

    /// The protocol says how far this read must wait.
    pub(super) fn ready(&mut self, token: ReadToken, index: LogIndex) {
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.token == token) {
            pending.index = Some(index);
        }
    }

    /// The protocol says no.
    pub(super) fn refused(&mut self, token: ReadToken, why: Why, out: &mut Out<'_>) {
        let Some(place) = self.pending.iter().position(|pending| pending.token == token) else { return };
        if let Some(pending) = self.pending.remove(place) {
            pending.decline(why, out);
        }
    }

    /// The next read whose index is applied.
    pub(super) fn due(&mut self, applied: LogIndex) -> Option<Asked> {
        let pending = self.pending.pop_front_if(|pending| pending.index.is_some_and(|index| index <= applied))?;
        let Pending { gateway, ticket, batch, deadline, .. } = pending;
        Some(Asked { gateway, ticket, batch, deadline, current: true })
    }

    /// Whether as many wait for the processor as may.
    pub(super) fn is_full(&self) -> bool {
        self.serving.len() >= READS_MAX
    }

    /// Keeps queries until their turn of the processor has ended.
    pub(super) fn await_turn(&mut self, asked: Asked) {
        self.serving.push_back(asked);
    }

    /// Those whose turn has ended.
    pub(super) fn turn_ended(&mut self) -> Option<Asked> {
        self.serving.pop_front()
    }

    /// Declines queries for want of time or room.
    pub(super) fn decline(&mut self, (gateway, ticket): (NodeId, Ticket), batch: Batch, out: &mut Out<'_>) {
        self.refused += batch.len() as u64;
        out.send(gateway, NodeMessage::Declined { ticket, batch, why: Why::Overloaded });
    }

    /// The leader leads no longer: the next one may know, if it is known itself.
    pub(super) fn abandon(&mut self, leader: Option<NodeId>, out: &mut Out<'_>) {
        self.pending.drain(..).for_each(|pending| pending.decline(Why::NotLeader(leader), out));
    }

    /// The replica is given up, and answers nothing any more. Gateways that may not have this map yet hear of it first: by an
    /// older one they would ask here again.
    pub(super) fn give_up(&mut self, map: &Arc<ClusterMap>, out: &mut Out<'_>) {
        let waiting = self.pending.iter().map(|pending| pending.gateway);
        let gateways = waiting.chain(self.serving.iter().map(|asked| asked.gateway));
        let others: BTreeSet<NodeId> = gateways.filter(|gateway| *gateway != out.me).collect();
        for gateway in others {
            out.send(gateway, NodeMessage::Map(Arc::clone(map)));
        }
        self.pending.drain(..).for_each(|pending| pending.decline(Why::NoReplica, out));
        for Asked { gateway, ticket, batch, .. } in self.serving.drain(..) {
            out.send(gateway, NodeMessage::Declined { ticket, batch, why: Why::NoReplica });
        }
    }
}

impl Pending {
    fn decline(self, why: Why, out: &mut Out<'_>) {
        out.send(self.gateway, NodeMessage::Declined { ticket: self.ticket, batch: self.batch, why });
    }
}

/// What queries came to.
pub(super) struct Said {
    /// Answers to those whose symbol is here.
    pub(super) answers: Arc<[Answer]>,
    /// Those whose symbol is elsewhere, or on its way.
    pub(super) elsewhere: Vec<(Why, Batch)>,
}

impl Said {
    /// Sends it to the gateway that asked.
    pub(super) fn send(self, gateway: NodeId, ticket: Ticket, out: &mut Out<'_>) {
        let Self { answers, elsewhere } = self;
        if !answers.is_empty() {
            out.send(gateway, NodeMessage::Answers { ticket, answers });
        }
        for (why, batch) in elsewhere {
            out.send(gateway, NodeMessage::Declined { ticket, batch, why });
        }
    }
}

/// Answers queries from the applied state as it is.
pub(super) fn read(point: ReadPoint, batch: &Batch, machine: &Machine) -> Said {
    let exchange = machine.exchange();
    let lack = |record: &Record| {
        let served = exchange.map_or(Ok(()), |exchange| exchange.serves(record.command.symbol()));
        served.err().filter(|why| *why != Why::UnknownSymbol)
    };
    let behind = point.commit.since(point.applied);
    let answer = |record: &Record| {
        let order = match record.command {
            Command::Query { symbol, order } => {
                exchange.and_then(|exchange| exchange.query(record.id.client.request(order), symbol))
            }
            Command::Place { .. } | Command::Replace { .. } | Command::Spread { .. } | Command::Cancel { .. } => None,
        };
        let reading =
            Reading { group: point.group, by: point.by, index: point.applied, behind, current: point.current, order };
        Answer { id: record.id, reply: Reply::Reading(reading) }
    };
    let answers = batch.records().iter().filter(|record| lack(record).is_none()).map(answer).collect();
    let elsewhere = [Why::Moving, Why::NotOwner].map(|why| {
        let records = batch.records().iter().filter(|record| lack(record) == Some(why)).copied().collect::<Vec<_>>();
        (why, records)
    });
    let elsewhere = elsewhere.into_iter().filter(|(_, records)| !records.is_empty());
    Said { answers, elsewhere: elsewhere.map(|(why, records)| (why, Batch::new(records))).collect() }
}

#[cfg(test)]
#[path = "reads_tests.rs"]
mod tests;
