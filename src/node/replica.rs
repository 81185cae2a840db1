//! A replica: one group's Raft on one node, with the state machine that it feeds.
//!
//! Idea: Raft says what is committed; the replica applies it at the speed of its processor (a modelled cost a record,
//! so that a catch-up can be watched), answers those who wait, and packs a snapshot now and then.
//! Shape: every input goes through Raft, its effects are obeyed in order (`absorb`), and then the replica does what has
//! become possible (`settle`): close a batch, answer, begin to apply.
//! Errors: a snapshot of a wrong kind is a broken invariant and halts the node.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::chance::{Chance, Purpose};
use crate::domain::event::{EventKind, Queue};
use crate::domain::fact::{Applied, ReplicaFact};
use crate::domain::ids::{GroupId, LogIndex, NodeId, PersistToken};
use crate::domain::log::{GroupImage, Payload, RaftSnapshot};
use crate::domain::map::{ClusterMap, MapChange};
use crate::domain::order::{Batch, Verdict};
use crate::domain::rules::AckRule;
use crate::domain::settings::RaftSettings;
use crate::domain::time::Now;
use crate::domain::why::Why;
use crate::domain::work::Work;
use crate::market::transactions::Worked;
use crate::protocols::raft::message::{Effect, Input, Message};
use crate::protocols::raft::{Raft, RaftConfig};

use super::driver::Driver;
use super::machine::{Machine, Outcome};
use super::message::{NodeMessage, Proposal};
use super::out::Out;
use super::processor::{APPLY_RECORDS_MAX, Processor};
use super::proposals::{Early, Proposals};
use super::reads::{ReadPoint, Reads};
use super::upkeep::Upkeep;

/// What a replica is told with every input.
pub(super) struct Desk<'a> {
    pub(super) settings: &'a RaftSettings,
    pub(super) ack: AckRule,
    pub(super) processor: &'a mut Processor,
}

/// A message that waits for a write.
#[derive(Clone, Debug)]
struct Parked {
    /// The group's token of the write.
    after: PersistToken,
    /// The node's.
    synced: PersistToken,
    to: NodeId,
    message: Message,
}

/// One group on one node.
#[derive(Clone, Debug)]
pub(super) struct Replica {
    pub(super) group: GroupId,
    pub(super) raft: Raft,
    pub(super) machine: Machine,
    pub(super) applied: LogIndex,
    synced: PersistToken,
    parked: VecDeque<Parked>,
    proposals: Proposals,
    reads: Reads,
    pub(super) upkeep: Upkeep,
    /// Queues whose refusals were told of, until each is empty again.
    full: Full,
    pub(super) driver: Driver,
}

/// Which queues of a replica are full and were told of.
#[derive(Clone, Copy, Default, Debug)]
struct Full {
    proposals: bool,
    reads: bool,
}

impl Replica {
    /// A replica as its disk has it.
    pub(super) fn boot(config: RaftConfig, group: GroupId, image: GroupImage, empty: Machine, start: Start) -> Self {
        let snapshot = image.snapshot.clone();
        let applied = snapshot.as_ref().map_or(LogIndex::ORIGIN, |snapshot| snapshot.index);
        let kept = snapshot.map(|snapshot| Machine::from_image(group, &snapshot.image));
        assert!(kept.as_ref().is_none_or(Option::is_some), "a snapshot is of its group's kind");
        let upkeep = Upkeep::new(empty.clone(), applied);
        let machine = kept.flatten().unwrap_or(empty);
        let scope = u64::from(config.me.0) << 32 | u64::from(group.0) << 16 | u64::from(start.incarnation);
        let chance = Chance::stream(start.seed, Purpose::Election, scope);
        Self {
            group,
            raft: Raft::new(config, image, start.now, chance),
            machine,
            applied,
            synced: PersistToken::default(),
            parked: VecDeque::new(),
            proposals: Proposals::default(),
            reads: Reads::default(),
            upkeep,
            full: Full::default(),
            driver: Driver::default(),
        }
    }

    /// Gives Raft an input and does what comes of it.
    pub(super) fn input(&mut self, now: Now, input: Input, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let led = self.raft.leads();
        let mut effects = Vec::new();
        self.raft.step(now, input, &mut effects);
        self.absorb(effects, out);
        if led && !self.raft.leads() {
            self.proposals.abandon(self.raft.leader(), out);
            self.reads.abandon(self.raft.leader(), out);
        }
        self.settle(now, desk, out);
    }

    /// Everything up to this token is on disk (the group's, and the node's for the same write): what waited for it may
    /// go, each as a consequence of the write that it waited for.
    pub(super) fn persisted(
        &mut self,
        now: Now,
        (token, of_node): (PersistToken, PersistToken),
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
    ) {
        self.synced = self.synced.max(token);
        while let Some(Parked { synced, to, message, .. }) = self.parked.pop_front_if(|parked| parked.after <= token) {
            out.synced(self.group, synced);
            out.send_raft(self.group, to, message);
        }
        out.synced(self.group, of_node);
        self.input(now, Input::Persisted(token), desk, out);
    }

    /// A gateway's requests.
    pub(super) fn propose(
        &mut self,
        now: Now,
        from: NodeId,
        proposal: &Proposal,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
    ) {
        if let Err(why) = self.take(now, from, proposal, desk, out) {
            if why == Why::Overloaded {
                self.tell_of_a_full_queue(if proposal.asks_only() { Queue::Reads } else { Queue::Proposals }, out);
            }
            let Proposal { ticket, ref batch, .. } = *proposal;
            out.send(from, NodeMessage::Declined { ticket, batch: batch.clone(), why });
        }
    }

    fn take(
        &mut self,
        now: Now,
        from: NodeId,
        proposal: &Proposal,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
    ) -> Result<(), Why> {
        if !self.raft.leads() {
            return Err(Why::NotLeader(self.raft.leader()));
        }
        self.forget_expired(now);
        if proposal.asks_only() {
            let token = self.reads.offer(from, proposal)?;
            self.input(now, Input::Read(token), desk, out);
        } else {
            self.proposals.offer(from, proposal)?;
            self.settle(now, desk, out);
        }
        Ok(())
    }

    /// Says once that a queue refuses, until it is empty again.
    fn tell_of_a_full_queue(&mut self, queue: Queue, out: &mut Out<'_>) {
        let told = if queue == Queue::Reads { &mut self.full.reads } else { &mut self.full.proposals };
        if !std::mem::replace(told, true) {
            out.tell(Some(self.group), EventKind::Overloaded { queue });
        }
    }

    /// Queries from what this replica has applied, however stale.
    pub(super) fn read_here(&self, by: NodeId, batch: &Batch) -> Arc<[crate::domain::order::Answer]> {
        super::reads::read(self.point(by), batch, &self.machine)
    }

    /// Requests that it refused because its queues were full, and orders that wait in it for their answers.
    pub(super) fn pressure(&self) -> (u64, u64) {
        let refused = self.proposals.refused() + self.reads.refused_for_room();
        (refused, self.proposals.unanswered() as u64)
    }

    fn point(&self, by: NodeId) -> ReadPoint {
        ReadPoint { group: self.group, by, applied: self.version(), commit: self.raft.commit_index() }
    }

    /// The processor has finished this replica's turn.
    pub(super) fn apply(&mut self, now: Now, map: &ClusterMap, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let Some(upto) = self.upkeep.turn.take() else { return };
        if self.upkeep.gap().is_some() {
            self.rebuild(out);
        }
        let mut works: Vec<(Work, Worked)> = Vec::new();
        let mut verdicts: Vec<Verdict> = Vec::new();
        let next = self.applied.next();
        let entries: Vec<_> = self.raft.log().entries_from(next).take_while(|e| e.last() <= upto).cloned().collect();
        for entry in entries {
            assert_eq!(entry.first, self.applied.next(), "entries are applied in order, each once");
            if self.loses(&entry) {
                self.applied = entry.last();
                continue;
            }
            if !self.machine.is_followed_by(entry.first) {
                self.stop_at(now, entry.first, desk, out);
                break;
            }
            verdicts.clear();
            let outcome = self.machine.apply(&entry.payload, &mut verdicts);
            self.applied = entry.last();
            self.proposals.applied(entry.first, &verdicts);
            let batch = match entry.payload {
                Payload::Orders(batch) => Some(batch),
                Payload::Work(work) => {
                    works.extend(outcome.worked.map(|worked| (work, worked)));
                    None
                }
                Payload::Noop | Payload::Map(_) | Payload::Config(_) => None,
            };
            let Outcome { executed, chain, sound, money, .. } = outcome;
            let applied = Applied { first: entry.first, term: entry.term, batch, executed, chain, sound, money };
            out.state(self.group, ReplicaFact::Applied(applied));
        }
        self.snapshot_if_due(now, desk, out);
        self.reads.serve(self.point(out.me), &self.machine, out);
        self.settle(now, desk, out);
        self.worked(now, map, &works, desk, out);
    }

    /// What was applied late is answered with the rest.
    pub(super) fn answer_late(&mut self, first: LogIndex, verdicts: &[Verdict]) {
        self.proposals.applied(first, verdicts);
    }

    /// Proposes a change of the cluster map.
    pub(super) fn propose_map(&mut self, now: Now, change: MapChange, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let mut effects = Vec::new();
        if self.raft.propose(now, Payload::Map(change), &mut effects).is_ok() {
            self.absorb(effects, out);
            self.settle(now, desk, out);
        }
    }

    pub(super) fn absorb(&mut self, effects: Vec<Effect>, out: &mut Out<'_>) {
        for effect in effects {
            match effect {
                Effect::Persist { token, write } => out.persist(self.group, token, write),
                Effect::Send { to, message, after: Some(token) } if token > self.synced => {
                    let synced = out.tokens.of_node(self.group, token);
                    self.parked.push_back(Parked { after: token, synced, to, message });
                }
                Effect::Send { to, message, .. } => out.send_raft(self.group, to, message),
                Effect::Install(snapshot) => self.install(&snapshot),
                Effect::ReadReady { token, index } => self.reads.ready(token, index),
                Effect::ReadRefused { token, why } => {
                    if why == Why::Overloaded {
                        self.tell_of_a_full_queue(Queue::Reads, out);
                    }
                    self.reads.refused(token, why, out);
                }
                Effect::Tell(kind) => out.tell(Some(self.group), kind),
                Effect::State(what) => out.state(self.group, what),
            }
        }
    }

    fn install(&mut self, snapshot: &RaftSnapshot) {
        let machine = Machine::from_image(self.group, &snapshot.image);
        assert!(machine.is_some(), "a snapshot is of its group's kind");
        if let Some(machine) = machine {
            self.machine = machine;
            self.applied = snapshot.index;
            self.upkeep.installed(snapshot.index);
        }
    }

    /// Does what has become possible.
    pub(super) fn settle(&mut self, now: Now, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        self.forget_expired(now);
        self.close_batches(now, desk, out);
        if self.raft.leads() {
            let early = if self.raft.ack_covers_commit(desk.ack) { Early::Never } else { Early::Promise };
            self.proposals.answer(self.group, self.raft.acked_index(desk.ack), early, out);
            self.reads.serve(self.point(out.me), &self.machine, out);
        }
        self.begin_turn(now, desk);
    }

    fn close_batches(&mut self, now: Now, desk: &Desk<'_>, out: &mut Out<'_>) {
        let max = desk.settings.batch_records_max;
        // While leadership is handed over orders wait here: for this leader, if it stays, or the next.
        let takes = self.raft.leads() && self.raft.transfer_target_now().is_none();
        while takes && self.proposals.open_records() > 0 {
            let disk_free = self.raft.synced_index() >= self.raft.end().index;
            if !disk_free && self.proposals.open_records() < max {
                return;
            }
            let Some((batch, parts)) = self.proposals.close(max) else { return };
            let mut effects = Vec::new();
            match self.raft.propose(now, Payload::Orders(batch.clone()), &mut effects) {
                Ok(place) => self.proposals.sent(place.first, place.term, batch, parts),
                Err(why) => Proposals::decline(&batch, &parts, why, out),
            }
            self.absorb(effects, out);
        }
        self.full.proposals &= self.proposals.open_records() > 0;
    }

    /// What nobody waits for any more makes room: looked at before a proposal is taken, too, because a queue that is full
    /// of the dead would refuse the living until something else stirs.
    fn forget_expired(&mut self, now: Now) {
        self.proposals.forget_expired(now.mono);
        self.reads.forget_expired(now.mono);
        self.full.reads &= !self.reads.is_empty() || self.raft.reads_waiting() > 0;
    }

    fn begin_turn(&mut self, now: Now, desk: &mut Desk<'_>) {
        let commit = self.raft.commit_index();
        if self.upkeep.turn.is_some() || commit <= self.applied {
            return;
        }
        let mut records = 0;
        let mut upto = self.applied;
        for entry in self.raft.log().entries_from(self.applied.next()) {
            if entry.last() > commit || records > 0 && records + entry.payload.len() > APPLY_RECORDS_MAX {
                break;
            }
            records += entry.payload.len();
            upto = entry.last();
        }
        if records > 0 {
            self.upkeep.turn = Some(upto);
            desk.processor.book(now.mono, self.group, records, desk.settings);
        }
    }

    fn snapshot_if_due(&mut self, now: Now, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let due = self.applied.since(self.upkeep.snapshot_at) >= desk.settings.snapshot_every_records;
        if !due || !self.is_whole() {
            return;
        }
        let Some(point) = self.raft.log().point_at(self.applied) else { return };
        let (image, config) = (self.machine.image(), Arc::new(self.raft.group_config_at(point.index)));
        let snapshot = RaftSnapshot { index: point.index, term: point.term, chain: point.chain, config, image };
        let keep_after = LogIndex(self.applied.0.saturating_sub(desk.settings.snapshot_keep_records));
        self.upkeep.snapshot_at = self.applied;
        self.input(now, Input::Compact { snapshot, keep_after }, desk, out);
    }
}

/// How a node's life begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) seed: u64,
    pub(super) incarnation: u32,
    pub(super) now: Now,
}

#[cfg(test)]
#[path = "replica_tests.rs"]
mod tests;
