//! Upkeep: how a replica keeps its machine in step with its log, and what it does when they part.
//!
//! Idea: every change has a version, its index, and a machine counts what it was given. A change that is not the next
//! one is never applied: it would make a state that no other replica has, silently. The replica stops, shows the *gap*, and
//! catches up from its own disk: the snapshot, and the log after it. Then it goes on.
//! Shape: a [`Upkeep`] beside the machine: the turn that is booked, the last snapshot, what the group began with, and the gap.
//! The facts of what was rebuilt are not stated again, but for the change that had been missed.
//! Bound: one gap at a time; a rebuild is one turn of the processor, as long as applying all of it takes.
//! Left out: a machine that miscounts as well. The chain over applied states finds that (`audit::probes`).

use std::sync::Arc;

use crate::domain::event::EventKind;
use crate::domain::fact::{Applied, LogFact};
use crate::domain::ids::LogIndex;
use crate::domain::log::{Entry, Payload};
use crate::domain::time::Now;
use crate::protocols::replication::Replication;

use super::machine::{Machine, Outcome};
use super::out::Out;
use super::replica::{Desk, Replica};

/// The state of a replica's machine beside the machine itself.
#[derive(Clone, Debug)]
pub(super) struct Upkeep {
    /// The turn that is booked ends here.
    pub(super) turn: Option<LogIndex>,
    /// The index of the last snapshot.
    pub(super) snapshot_at: LogIndex,
    /// What the group began with; shared, and never changed.
    genesis: Arc<Machine>,
    /// A fault: the next batch of orders does not reach the machine.
    loses: bool,
    /// The change that did not reach it.
    missed: Option<LogIndex>,
    /// The change that did not follow.
    gap: Option<LogIndex>,
}

impl Upkeep {
    /// Of a machine that stands at this index.
    pub(super) fn new(genesis: Machine, at: LogIndex) -> Self {
        Self { turn: None, snapshot_at: at, genesis: Arc::new(genesis), loses: false, missed: None, gap: None }
    }

    /// A snapshot has replaced the machine.
    pub(super) fn installed(&mut self, at: LogIndex) {
        self.snapshot_at = at;
        (self.turn, self.missed, self.gap) = (None, None, None);
    }

    /// The change that did not follow, while the replica rebuilds.
    pub(super) const fn gap(&self) -> Option<LogIndex> {
        self.gap
    }
}

impl Replica {
    /// The next batch of orders does not reach the machine: a fault, for class.
    pub(super) const fn lose_change(&mut self) {
        self.upkeep.loses = true;
    }

    /// How many changes the machine was given.
    pub(super) fn version(&self) -> LogIndex {
        self.machine.version().unwrap_or(self.applied)
    }

    /// Whether the machine was given all that counts as applied.
    pub(super) fn is_whole(&self) -> bool {
        self.version() == self.applied && self.upkeep.gap.is_none()
    }

    /// Whether this entry is lost between log and machine.
    pub(super) fn loses(&mut self, entry: &Entry) -> bool {
        let lost = self.upkeep.loses && matches!(entry.payload, Payload::Orders(_));
        if lost {
            self.upkeep.loses = false;
            self.upkeep.missed = Some(entry.first);
        }
        lost
    }

    /// This change does not follow: nothing is applied until the machine is rebuilt, which takes a turn.
    pub(super) fn stop_at(&mut self, now: Now, change: LogIndex, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let version = self.version();
        let from = self.core.snapshot().map_or(LogIndex::ORIGIN, |snapshot| snapshot.index);
        out.tell(Some(self.group), EventKind::GapFound { version, change });
        self.upkeep.gap = Some(change);
        self.upkeep.turn = Some(self.applied);
        let records = self.applied.since(from);
        desk.processor.book(now.mono, self.group, (records, records), desk.settings);
    }

    /// Rebuilds the machine from the snapshot and the log up to where it stopped.
    pub(super) fn rebuild(&mut self, out: &mut Out<'_>) {
        let (from, machine) = match self.core.snapshot() {
            Some(snapshot) => (snapshot.index, Machine::from_image(self.group, &snapshot.image)),
            None => (LogIndex::ORIGIN, Some((*self.upkeep.genesis).clone())),
        };
        assert!(machine.is_some(), "a snapshot is of its group's kind");
        let Some(machine) = machine else { return };
        self.machine = machine;
        let mut verdicts = Vec::new();
        let upto = self.applied;
        let tail: Vec<_> =
            self.core.log().entries_from(from.next()).take_while(|e| e.last() <= upto).cloned().collect();
        for entry in tail {
            verdicts.clear();
            let Outcome { executed, chain, sound, money, .. } = self.machine.apply(&entry.payload, &mut verdicts);
            let short = self.machine.take_short();
            if self.upkeep.missed != Some(entry.first) {
                continue;
            }
            self.answer_late(entry.first, entry.term, &verdicts, &executed);
            let Payload::Orders(batch) = &entry.payload else { continue };
            let batch = Some(batch.clone());
            let (first, term) = (entry.first, entry.term);
            let applied = Applied { first, term, batch, executed, short, chain, sound, money };
            out.state(self.group, LogFact::Applied(applied));
        }
        assert_eq!(self.version(), self.applied, "a machine that was rebuilt has every change");
        out.tell(Some(self.group), EventKind::Rebuilt { upto, records: upto.since(from) });
        (self.upkeep.gap, self.upkeep.missed) = (None, None);
    }
}
