//! Lives of processes: how a node begins, dies, stands still, goes on, and comes back.
//!
//! Idea: a crash takes memory, timers, running fsyncs and effects, never what was synced nor what is on the wire: the
//! incarnation number makes everything void that was planned for the dead life. A freeze takes nothing: messages and
//! completions wait and come in order, then each overdue timer once.
//! Shape: an fsync that ends while its node stands still is durable at its time; the process hears of it when it thaws.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::event::EventKind;
use crate::domain::fact::Fact;
use crate::domain::ids::{EventId, GroupId, LogIndex, NodeId};
use crate::domain::time::Now;
use crate::node::message::NodeInput;
use crate::node::{Node, NodeBoot};

use super::panic_guard;
use super::slot::{CatchUp, Status, WriteCauses};
use super::world::World;

impl World {
    /// Begins a life of a node from what its disk holds.
    pub(super) fn boot(&mut self, id: NodeId, cause: Option<EventId>) {
        let now = self.clock.now;
        let slot = &mut self.nodes[id.index()];
        assert!(!slot.lives(), "a process begins where none is");
        slot.incarnation += 1;
        slot.armed = None;
        let boot = NodeBoot {
            id,
            incarnation: slot.incarnation,
            ack: self.basis.settings.cluster.ack,
            rules: self.basis.settings.cluster.rules,
            settings: self.basis.settings.clone(),
            genesis: self.basis.genesis.clone(),
            map: slot.map.clone().unwrap_or_else(|| self.basis.genesis.clone()),
            images: slot.disk.images().clone(),
            seed: self.basis.seed,
            now: Now::exact(now),
        };
        match panic_guard::caught(move || Node::boot(boot)) {
            Ok(node) => {
                slot.node = Some(Box::new(node));
                slot.status = Status::Up;
                slot.since = now;
                self.plan_inside(id, NodeInput::Start, cause);
                self.repeat_wishes(id, cause);
                self.state(&Fact::Began(id), cause);
                self.settle_groups();
            }
            Err(words) => self.halt(id, words, cause),
        }
    }

    /// A dead node comes back, and has to catch up.
    pub(super) fn recover(&mut self, id: NodeId, cause: Option<EventId>) {
        let mut catch_up =
            CatchUp { since: self.clock.now, told: None, ends: BTreeMap::new(), targets: BTreeMap::new() };
        let slot = &self.nodes[id.index()];
        for (group, truth) in self.groups.iter().filter(|(group, _)| self.basis.living.voters(*group).contains(&id)) {
            let end = slot.disk.image(group).map_or(LogIndex::ORIGIN, |image| image.log.end().index);
            catch_up.ends.insert(group, end);
            catch_up.targets.insert(group, truth.commit);
        }
        let behind = catch_up.targets.iter().map(|(group, commit)| commit.since(catch_up.ends[group]));
        let behind = behind.max().unwrap_or(0);
        let cause = Some(self.tell_of(Some(id), EventKind::Recovered { behind }, cause));
        catch_up.told = cause;
        self.nodes[id.index()].catch_up = Some(catch_up);
        self.boot(id, cause);
    }

    /// The process dies. Answers the event that says so.
    pub(super) fn crash(&mut self, id: NodeId, cause: Option<EventId>) -> EventId {
        let unsynced = self.end_life(id, Status::Down);
        let told = self.tell_of(Some(id), EventKind::Crashed { unsynced }, cause);
        self.nodes[id.index()].last_fault = Some(told);
        self.state(&Fact::Died(id), Some(told));
        told
    }

    /// The process panicked: it is dead of itself.
    pub(super) fn halt(&mut self, id: NodeId, message: String, cause: Option<EventId>) {
        self.end_life(id, Status::Halted(message.clone()));
        let told = self.tell_of(Some(id), EventKind::Halted { message }, cause);
        self.note_fault(crate::domain::control::Control::Poison(crate::domain::control::Target::Node(id)));
        self.nodes[id.index()].last_fault = Some(told);
        self.state(&Fact::Died(id), Some(told));
    }

    pub(super) fn end_life(&mut self, id: NodeId, status: Status) -> u64 {
        let now = self.clock.now;
        let slot = &mut self.nodes[id.index()];
        slot.map = slot.node.take().map(|node| Arc::clone(node.map())).or(slot.map.take());
        slot.armed = None;
        slot.catch_up = None;
        slot.writes = WriteCauses::default();
        slot.status = status;
        slot.since = now;
        let held = slot.held.release();
        let unsynced = slot.disk.crash();
        for (input, _) in held {
            if matches!(input, NodeInput::Receive { .. }) {
                self.network.count_lost();
            }
        }
        let nodes = &self.nodes;
        self.groups.forget(now, id, &|node| nodes[node.index()].runs());
        unsynced
    }

    /// The process stands still.
    pub(super) fn freeze(&mut self, id: NodeId, cause: Option<EventId>) {
        let slot = &mut self.nodes[id.index()];
        slot.status = Status::Frozen;
        slot.since = self.clock.now;
        slot.armed = None;
        let told = self.tell_of(Some(id), EventKind::Frozen, cause);
        self.nodes[id.index()].last_fault = Some(told);
        self.settle_groups();
    }

    /// It goes on: first with what waited for it, in order, then with its overdue timers.
    pub(super) fn thaw(&mut self, id: NodeId, cause: Option<EventId>) {
        let now = self.clock.now;
        let slot = &mut self.nodes[id.index()];
        let after = now.since(slot.since);
        let held = slot.held.messages();
        let waiting = slot.held.release();
        slot.status = Status::Up;
        slot.since = now;
        let wants = slot.node.as_ref().map(|node| node.next_wake());
        let told = Some(self.tell_of(Some(id), EventKind::Thawed { after, held }, cause));
        for (input, cause) in waiting {
            self.plan_inside(id, input, cause.max(told));
        }
        if let Some(wants) = wants {
            self.arm(id, wants, told);
        }
        self.settle_groups();
    }

    /// Says so when a recovered node is back: it has applied what its groups had committed as it began, and nothing that
    /// it lacks is older than a heartbeat. (Under load the last records are always on their way.)
    pub(super) fn check_catch_up(&mut self, id: NodeId) {
        let now = self.clock.now;
        let slot = &self.nodes[id.index()];
        let (Some(catch_up), Some(node)) = (&slot.catch_up, &slot.node) else { return };
        let heartbeat = self.basis.settings.raft.heartbeat;
        let back = |(group, target): (&GroupId, &LogIndex)| {
            if !self.basis.living.voters(*group).contains(&id) {
                return true; // the group has moved on meanwhile
            }
            let applied = node.applied(*group).unwrap_or(LogIndex::ORIGIN);
            let truth = self.groups.get(*group);
            applied >= *target && truth.is_none_or(|truth| truth.lag_time(now, applied) <= heartbeat)
        };
        if !catch_up.targets.iter().all(back) {
            return;
        }
        let fetched = catch_up.ends.iter().map(|(group, end)| {
            let applied = node.applied(*group).unwrap_or(LogIndex::ORIGIN);
            applied.since(*end)
        });
        let cause = catch_up.told;
        let told = EventKind::CaughtUp { after: now.since(catch_up.since), records: fetched.sum() };
        self.nodes[id.index()].catch_up = None;
        self.tell_of(Some(id), told, cause);
    }

    /// Finds out again who leads, after somebody began to run or stopped.
    pub(super) fn settle_groups(&mut self) {
        let nodes = &self.nodes;
        self.groups.settle(self.clock.now, &|node| nodes[node.index()].runs());
    }
}
