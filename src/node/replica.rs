//! A replica: one group's log on one node, with the state machine that it feeds.
//!
//! Idea: the *core* is the protocol that keeps the log. It says what is committed; the replica applies it at the speed of its
//! processor (a modelled cost a record, so that a catch-up can be watched), answers those who wait, and packs a snapshot now
//! and then. Which protocol it is, nobody here knows (`protocols::replication`).
//! Shape: every input goes through the core, its effects are obeyed in order (`absorb`), and then the replica does what has
//! become possible (`settle`): close a batch, answer, begin to apply.

mod batching;
mod effects;
mod lagging;
mod reading;
mod tasks;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::domain::event::{EventKind, Queue};
use crate::domain::fact::{Applied, Executed, LogFact};
use crate::domain::ids::{GroupId, LogIndex, NodeId, PersistToken, Term};
use crate::domain::log::Payload;
use crate::domain::map::{ClusterMap, MapChange};
use crate::domain::membership::{ConfigChange, GroupConfig};
use crate::domain::order::{Batch, Verdict};
use crate::domain::rules::AckRule;
use crate::domain::settings::RaftSettings;
use crate::domain::time::{Now, SimTime};
use crate::domain::why::Why;
use crate::protocols::message::Input;
use crate::protocols::registry::{Message, Replicator};
use crate::protocols::replication::Replication;

use super::admission::Admission;
use super::machine::{Machine, Outcome};
use super::message::{NodeMessage, Proposal};
use super::out::Out;
use super::processor::Processor;
use super::proposals::{Early, Proposals};
use super::reads::Reads;
use super::tasks::{Division, Done, Tasks};
use super::upkeep::Upkeep;

/// What a replica is told with every input.
pub(super) struct Desk<'a> {
    pub(super) settings: &'a RaftSettings,
    pub(super) ack: AckRule,
    /// Moves that a controller keeps under way.
    pub(super) moves_at_once: usize,
    /// Where trades belong.
    pub(super) division: &'a Division,
    pub(super) processor: &'a mut Processor,
    /// Replicas that share the processor, on an even node.
    pub(super) replicas: usize,
    /// What cannot be answered in time is refused.
    pub(super) admission: bool,
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
    /// The protocol that keeps the log.
    pub(super) core: Replicator,
    pub(super) machine: Machine,
    pub(super) applied: LogIndex,
    synced: PersistToken,
    parked: VecDeque<Parked>,
    pub(super) proposals: Proposals,
    rounds: batching::Rounds,
    pub(super) admission: Admission,
    /// Since when a move is put off.
    pub(super) put_off_since: Option<SimTime>,
    reads: Reads,
    pub(super) upkeep: Upkeep,
    /// Queues whose refusals were told of, until each is empty again.
    full: Full,
    tasks: Tasks,
    /// The committed configuration of which the auditor was told.
    told: GroupConfig,
}

/// Which queues of a replica are full and were told of.
#[derive(Clone, Copy, Default, Debug)]
struct Full {
    proposals: bool,
    reads: bool,
}

impl Replica {
    /// A replica as its disk has it.
    pub(super) fn boot(group: GroupId, core: Replicator, empty: Machine, archive: &BTreeMap<u64, Arc<[u8]>>) -> Self {
        let applied = core.snapshot().map_or(LogIndex::ORIGIN, |snapshot| snapshot.index);
        let kept = core.snapshot().map(|snapshot| Machine::from_image(group, &snapshot.image));
        assert!(kept.as_ref().is_none_or(Option::is_some), "a snapshot is of its group's kind");
        let upkeep = Upkeep::new(empty.clone(), applied);
        let mut machine = kept.flatten().unwrap_or(empty);
        machine.restored(archive);
        Self {
            group,
            core,
            machine,
            applied,
            synced: PersistToken::default(),
            parked: VecDeque::new(),
            proposals: Proposals::default(),
            rounds: batching::Rounds::default(),
            admission: Admission::default(),
            put_off_since: None,
            reads: Reads::default(),
            upkeep,
            full: Full::default(),
            tasks: Tasks::default(),
            told: GroupConfig::default(),
        }
    }

    /// Gives the core an input and does what comes of it.
    pub(super) fn input(&mut self, now: Now, input: Input, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        // As it was before this input: afterwards the commit index may cover what another leader wrote over this one's entries.
        let (led, commit) = (self.core.leads(), self.core.commit_index());
        let beat = matches!(input, Input::Beat);
        self.drive(out, |core, effects| core.step(now, input, effects));
        if led && !self.core.leads() {
            self.proposals.abandon(commit, self.core.leader(), out);
            self.reads.abandon(self.core.leader(), out);
            self.forget_pace();
            self.rounds = batching::Rounds::default();
        }
        self.settle(now, desk, out);
        if beat && let Some(to) = self.who_is_ahead(now, desk) {
            self.input(now, Input::Transfer(Some(to)), desk, out);
        }
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
            out.send_within(self.group, to, message);
        }
        out.synced(self.group, of_node);
        self.input(now, Input::Persisted(token), desk, out);
    }

    /// A gateway's requests. Each is declined at most once: by a second time its gateway may have sent it elsewhere.
    pub(super) fn propose(
        &mut self,
        now: Now,
        from: NodeId,
        proposal: &Proposal,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
    ) {
        if let Err((why, batch)) = self.take(now, from, proposal, desk, out) {
            if why == Why::Overloaded {
                self.tell_of_a_full_queue(if proposal.asks_only() { Queue::Reads } else { Queue::Proposals }, out);
            }
            out.send(from, NodeMessage::Declined { ticket: proposal.ticket, batch, why });
        }
    }

    fn take(
        &mut self,
        now: Now,
        from: NodeId,
        proposal: &Proposal,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
    ) -> Result<(), (Why, Batch)> {
        if !self.core.leads() {
            return Err((Why::NotLeader(self.core.leader()), proposal.batch.clone()));
        }
        self.forget_expired(now, desk, out);
        let passed = if self.gate_stands_open(proposal.epoch) { None } else { self.pass_the_gate(from, proposal, out) };
        let proposal = passed.as_ref().unwrap_or(proposal);
        if proposal.batch.is_empty() {
            return Ok(());
        }
        // What was declined so far may be on its way elsewhere: an error concerns only the rest.
        let declined = |why| (why, proposal.batch.clone());
        let fit = self.admit(now, proposal, desk).map_err(declined)?;
        let cut = self.decline_late(from, proposal, fit, out);
        let proposal = cut.as_ref().unwrap_or(proposal);
        if fit == 0 {
            return Ok(());
        }
        let declined = |why| (why, proposal.batch.clone());
        if proposal.asks_only() {
            let token = self.reads.offer(from, proposal).map_err(declined)?;
            self.input(now, Input::Read(token), desk, out);
        } else {
            self.proposals.offer(now.mono, from, proposal).map_err(declined)?;
            self.note_offered(now);
            self.settle(now, desk, out);
        }
        Ok(())
    }

    /// Declines what is of symbols that are not served here; what is left, if something was declined.
    fn pass_the_gate(&self, from: NodeId, proposal: &Proposal, out: &mut Out<'_>) -> Option<Proposal> {
        let Proposal { ticket, ref batch, .. } = *proposal;
        let records = || batch.records().iter().copied();
        let mut fits = true;
        for why in [Why::Moving, Why::NotOwner] {
            let declined: Vec<_> = records().filter(|record| self.gate(&record.command) == Err(why)).collect();
            if !declined.is_empty() {
                fits = false;
                out.send(from, NodeMessage::Declined { ticket, batch: Batch::new(declined), why });
            }
        }
        let rest = || records().filter(|record| self.gate(&record.command).is_ok()).collect::<Vec<_>>();
        (!fits).then(|| Proposal { batch: Batch::new(rest()), ..proposal.clone() })
    }

    /// Says once that a queue refuses, until it is empty again.
    fn tell_of_a_full_queue(&mut self, queue: Queue, out: &mut Out<'_>) {
        let told = if queue == Queue::Reads { &mut self.full.reads } else { &mut self.full.proposals };
        if !std::mem::replace(told, true) {
            out.tell(Some(self.group), EventKind::Overloaded { queue });
        }
    }

    /// Requests that it refused because its queues were full, and orders that wait in it for their answers.
    pub(super) fn pressure(&self) -> (u64, u64) {
        let admission = self.admission.refused + self.admission.refused_stalled;
        let refused = self.proposals.refused() + self.reads.refused_for_room() + admission;
        (refused, self.proposals.unanswered() as u64)
    }

    /// The processor has finished this replica's turn.
    pub(super) fn apply(&mut self, now: Now, map: &ClusterMap, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let Some(upto) = self.upkeep.turn.take() else { return };
        if self.upkeep.gap().is_some() {
            self.rebuild(out);
        }
        let (mut done, from) = (Vec::new(), self.applied);
        let mut verdicts: Vec<Verdict> = Vec::new();
        let next = self.applied.next();
        let entries: Vec<_> = self.core.log().entries_from(next).take_while(|e| e.last() <= upto).cloned().collect();
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
            let mut outcome = self.machine.apply(&entry.payload, &mut verdicts);
            self.applied = entry.last();
            self.proposals.applied(entry.first, entry.term, &verdicts, &outcome.executed);
            let (batch, task) = outcome.split(entry.payload.clone());
            if let Some(Done::Work(work, worked)) = task {
                out.state(self.group, LogFact::Worked { at: entry.first, work, worked });
            }
            done.extend(task);
            let Outcome { executed, chain, sound, money, .. } = outcome;
            let (first, term, short) = (entry.first, entry.term, self.machine.take_short());
            let applied = Applied { first, term, batch, executed, short, chain, sound, money };
            out.state(self.group, LogFact::Applied(applied));
        }
        self.note_applied(now, self.applied.next().since(next));
        self.archive(out);
        self.snapshot_if_due(now, desk, out);
        self.serve_reads(now, desk, out);
        self.settle(now, desk, out);
        self.turn_ended(now, map, (from, &done), desk, out);
    }

    /// What was applied late is answered with the rest.
    pub(super) fn answer_late(&mut self, first: LogIndex, term: Term, verdicts: &[Verdict], executed: &Executed) {
        self.proposals.applied(first, term, verdicts, executed);
    }

    /// Proposes a change of the cluster map.
    pub(super) fn propose_map(&mut self, now: Now, change: MapChange, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        if self.drive(out, |core, effects| core.propose(now, Payload::Map(change), effects)).is_ok() {
            self.settle(now, desk, out);
        }
    }

    /// Changes who belongs to the group, if this replica leads and nothing is in the way.
    pub(super) fn change_config(
        &mut self,
        now: Now,
        change: ConfigChange,
        desk: &mut Desk<'_>,
        out: &mut Out<'_>,
    ) -> Result<(), Why> {
        let proposed = self.drive(out, |core, effects| core.propose_config(now, change, effects));
        self.settle(now, desk, out);
        proposed.map(|_| ())
    }

    /// Does what has become possible.
    pub(super) fn settle(&mut self, now: Now, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        self.forget_expired(now, desk, out);
        let mut acknowledged = 0;
        if self.core.leads() {
            self.close_batches(now, desk, out);
            let early = if self.core.ack_covers_commit(desk.ack) { Early::Never } else { Early::Promise };
            acknowledged = self.proposals.answer(self.group, self.core.acked_index(desk.ack), early, out);
            self.serve_reads(now, desk, out);
            self.tell_config(out);
        } else {
            self.proposals.answer(self.group, self.core.commit_index(), Early::Never, out);
        }
        self.note_pace(now, acknowledged, desk);
        self.begin_turn(now, desk);
    }

    fn tell_config(&mut self, out: &mut Out<'_>) {
        let config = self.core.group_config();
        if config != self.told && self.core.config_is_committed() {
            self.told = config;
            out.state(self.group, LogFact::Config(config));
        }
    }

    /// What nobody waits for any more makes room: looked at before a proposal is taken, too, because a queue that is full
    /// of the dead would refuse the living until something else stirs.
    fn forget_expired(&mut self, now: Now, desk: &Desk<'_>, out: &mut Out<'_>) {
        let starved = self.proposals.forget_expired(now.mono) && desk.admission;
        if starved || !self.missing().is_empty() {
            self.look_at_stall(now, desk, out);
        }
        self.reads.forget_expired(now.mono);
        self.full.reads &= !self.reads.is_empty() || self.core.reads_waiting() > 0;
    }

    fn begin_turn(&mut self, now: Now, desk: &mut Desk<'_>) {
        let commit = self.core.commit_index();
        if self.upkeep.turn.is_some() || commit <= self.applied {
            return;
        }
        let (mut cost, mut upto, turn_max) = (0, self.applied, Processor::turn_max(desk.settings));
        for entry in self.core.log().entries_from(self.applied.next()) {
            if entry.last() > commit || cost > 0 && cost + entry.payload.cost() > turn_max {
                break;
            }
            cost += entry.payload.cost();
            upto = entry.last();
        }
        if cost > 0 {
            self.upkeep.turn = Some(upto);
            desk.processor.book(now.mono, self.group, (cost, upto.since(self.applied)), desk.settings);
        }
    }
}

#[cfg(test)]
#[path = "replica_tests.rs"]
mod tests;
