//! Effects of the core, obeyed in order, and the snapshots that go the other way.
//!
//! Idea: the core touches nothing itself: what it wants written, sent, installed or told comes back as a list. What speaks of a
//! write that is not durable yet is parked until it is.
//! Errors: a snapshot of a wrong kind is a broken invariant and halts the node.

use std::sync::Arc;

use super::{Desk, Parked, Replica};
use crate::domain::event::Queue;
use crate::domain::ids::LogIndex;
use crate::domain::log::RaftSnapshot;
use crate::domain::time::Now;
use crate::domain::why::Why;
use crate::node::machine::Machine;
use crate::node::out::Out;
use crate::protocols::message::{Effect, Input};
use crate::protocols::registry::Replicator;
use crate::protocols::replication::Replication;

impl Replica {
    /// Lets the core act, and obeys it.
    pub(in crate::node) fn drive<T>(
        &mut self,
        out: &mut Out<'_>,
        act: impl FnOnce(&mut Replicator, &mut Vec<Effect>) -> T,
    ) -> T {
        let mut effects = std::mem::take(&mut out.exit.buffer);
        let answer = act(&mut self.core, &mut effects);
        self.absorb(&mut effects, out);
        out.exit.buffer = effects;
        answer
    }

    fn absorb(&mut self, effects: &mut Vec<Effect>, out: &mut Out<'_>) {
        for effect in effects.drain(..) {
            match effect {
                Effect::Persist { token, write } => out.persist(self.group, token, write),
                Effect::Send { to, message, after: Some(token) } if token > self.synced => {
                    let synced = out.exit.tokens.of_node(self.group, token);
                    self.parked.push_back(Parked { after: token, synced, to, message });
                }
                Effect::Send { to, message, .. } => out.send_within(self.group, to, message),
                Effect::Install(snapshot) => self.install(&snapshot, out),
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

    fn install(&mut self, snapshot: &RaftSnapshot, out: &mut Out<'_>) {
        let machine = Machine::from_image(self.group, &snapshot.image);
        assert!(machine.is_some(), "a snapshot is of its group's kind");
        if let Some(machine) = machine {
            self.machine = machine;
            self.machine.arrived();
            self.applied = snapshot.index;
            self.upkeep.installed(snapshot.index);
            self.proposals.overtaken(snapshot.index, out);
        }
    }

    pub(super) fn snapshot_if_due(&mut self, now: Now, desk: &mut Desk<'_>, out: &mut Out<'_>) {
        let due = self.applied.since(self.upkeep.snapshot_at) >= desk.settings.snapshot_every_records;
        if !due || !self.is_whole() {
            return;
        }
        let Some(point) = self.core.log().point_at(self.applied) else { return };
        let (image, config) = (self.machine.image(), Arc::new(self.core.group_config_at(point.index)));
        let snapshot = RaftSnapshot { index: point.index, term: point.term, chain: point.chain, config, image };
        let keep_after = LogIndex(self.applied.0.saturating_sub(desk.settings.snapshot_keep_records));
        self.upkeep.snapshot_at = self.applied;
        self.input(now, Input::Compact { snapshot, keep_after }, desk, out);
    }
}
