//! Dispatch: takes the next event from the queue, hands it to whom it concerns, and takes them back.
//!
//! Idea: one event at a time, in the order of the queue. A node's step leaves as a `NodeJob` and comes back through
//! `finish`, before anything else may happen; that is why tasks and inline stepping cannot differ.
//! Shape: what is void (another life of the node, a wake that was armed again) is dropped here; it is counted as an event
//! all the same, since a recording counts events.

use crate::domain::actor::ActorInput;
use crate::domain::event::{EventKind, Queue};
use crate::domain::ids::{ActorId, EventId, NodeId, PersistToken};
use crate::domain::time::{Now, SimTime};
use crate::node::message::NodeInput;

use super::fingerprint;
use super::network::LinkId;
use super::queue::{Scheduled, Way, What};
use super::slot::{Hold, Status};
use super::stepper::{NodeDone, NodeJob};
use super::world::World;

/// What the next event asks for.
pub(super) enum Next {
    /// Nothing happens by then.
    Nothing,
    /// It happened.
    Done,
    /// A node must take a step; hand the outcome to `finish`.
    Step(NodeJob),
}

/// A node that is out for a step.
#[derive(Clone, Copy)]
pub(super) struct Running {
    pub node: NodeId,
    pub cause: Option<EventId>,
    /// Its step follows up all writes up to this one.
    pub synced: Option<PersistToken>,
}

impl World {
    /// Takes the next event that happens by then.
    pub(super) fn next(&mut self, until: SimTime) -> Next {
        assert!(self.bench.running.is_none(), "one step at a time");
        let Some((at, scheduled)) = self.queue.pop_by(until) else { return Next::Nothing };
        assert!(at >= self.clock.now, "time never goes back");
        self.pass_time(at);
        self.clock.events += 1;
        self.clock.hash = fingerprint::of_event(self.clock.hash.mix(at.0), &scheduled);
        self.dispatch(scheduled)
    }

    fn dispatch(&mut self, Scheduled { what, cause }: Scheduled) -> Next {
        match what {
            What::Node { node, by, input } => self.deliver(node, by, input, cause),
            What::Wake { node, incarnation } => self.wake(node, incarnation, cause),
            What::FsyncEnd { node, incarnation } => {
                let slot = &mut self.nodes[node.index()];
                if slot.incarnation != incarnation || !slot.lives() {
                    return Next::Done;
                }
                match slot.disk.end_sync() {
                    // Whoever planned it: it speaks for the newest write that it covers.
                    Some(token) => {
                        let cause = slot.writes.newest(token, None);
                        self.give(node, NodeInput::Persisted(token), cause)
                    }
                    None => Next::Done,
                }
            }
            What::Actor { actor, link, input } => {
                self.step_actor(actor, link, input, cause);
                Next::Done
            }
        }
    }

    fn deliver(&mut self, node: NodeId, by: Way, input: NodeInput, cause: Option<EventId>) -> Next {
        match by {
            Way::Wire(link) => {
                self.network.arrived(link);
                if !self.nodes[node.index()].lives() {
                    if matches!(input, NodeInput::Receive { .. }) {
                        self.network.count_lost();
                    }
                    return Next::Done;
                }
            }
            Way::Inside { incarnation } => {
                let slot = &self.nodes[node.index()];
                if slot.incarnation != incarnation || !slot.lives() {
                    return Next::Done;
                }
            }
        }
        self.give(node, input, cause)
    }

    /// Gives an input to a living node: now, or when it thaws.
    fn give(&mut self, node: NodeId, input: NodeInput, cause: Option<EventId>) -> Next {
        if self.nodes[node.index()].status != Status::Frozen {
            return self.job(node, input, cause);
        }
        let between_nodes = matches!(input, NodeInput::Receive { .. });
        if let Hold::Dropped { news } = self.nodes[node.index()].held.hold(input, cause) {
            self.nodes[node.index()].held_dropped += 1;
            if between_nodes {
                self.network.count_lost();
            }
            if news {
                self.tell_of(Some(node), EventKind::Overloaded { queue: Queue::Held }, cause);
            }
        }
        Next::Done
    }

    fn wake(&mut self, node: NodeId, incarnation: u32, cause: Option<EventId>) -> Next {
        let now = self.clock.now;
        let slot = &mut self.nodes[node.index()];
        if slot.incarnation != incarnation || !slot.runs() || slot.armed != Some(now) {
            return Next::Done;
        }
        slot.armed = None;
        let Some(wants) = slot.node.as_ref().map(|node| node.next_wake()) else { return Next::Done };
        if wants > now {
            // Its timer was put off since this wake was planned: no step, only a later wake.
            self.arm(node, wants, cause);
            return Next::Done;
        }
        self.job(node, NodeInput::Wake, cause)
    }

    /// Plans a wake unless an earlier one is planned already.
    pub(super) fn arm(&mut self, node: NodeId, wants: SimTime, cause: Option<EventId>) {
        let at = wants.max(self.clock.now);
        let slot = &mut self.nodes[node.index()];
        if wants == SimTime::NEVER || slot.armed.is_some_and(|armed| armed <= at) {
            return;
        }
        slot.armed = Some(at);
        let what = What::Wake { node, incarnation: slot.incarnation };
        self.queue.push(at, Scheduled { what, cause });
    }

    fn job(&mut self, id: NodeId, input: NodeInput, cause: Option<EventId>) -> Next {
        let slot = &mut self.nodes[id.index()];
        let Some(node) = slot.node.take() else { return Next::Done };
        let synced = if let NodeInput::Persisted(token) = &input { Some(*token) } else { None };
        self.bench.running = Some(Running { node: id, cause, synced });
        Next::Step(NodeJob {
            id,
            incarnation: slot.incarnation,
            node,
            now: Now::exact(self.clock.now),
            input: Some(input),
            effects: std::mem::take(&mut self.bench.effects),
        })
    }

    /// Takes a node back after its step, and does what it wants done.
    pub(super) fn finish(&mut self, done: NodeDone) {
        let Some(Running { node: id, cause, synced }) = self.bench.running.take() else { return };
        match done {
            NodeDone::Stepped(NodeJob { node, mut effects, .. }) => {
                self.nodes[id.index()].node = Some(node);
                let cause = self.obey(id, &mut effects, cause);
                self.bench.effects = effects;
                if let Some(token) = synced {
                    self.nodes[id.index()].writes.forget(token);
                }
                self.after_step(id, cause);
            }
            NodeDone::Panicked(words) => self.halt(id, words, cause),
        }
    }

    fn after_step(&mut self, id: NodeId, cause: Option<EventId>) {
        let now = self.clock.now;
        let slot = &mut self.nodes[id.index()];
        if let Some(at) = slot.disk.begin_sync(now) {
            let what = What::FsyncEnd { node: id, incarnation: slot.incarnation };
            self.queue.push(at, Scheduled { what, cause });
        }
        let slot = &self.nodes[id.index()];
        if let Some(wants) = slot.node.as_ref().map(|node| node.next_wake()) {
            self.arm(id, wants, cause);
        }
        if slot_catches_up(&self.nodes, id) {
            self.check_catch_up(id);
        }
        self.follow_map(id, cause);
    }

    fn step_actor(&mut self, id: ActorId, link: Option<LinkId>, input: ActorInput, cause: Option<EventId>) {
        if let Some(link) = link {
            self.network.arrived(link);
        }
        let now = self.clock.now;
        let mut effects = std::mem::take(&mut self.bench.actor_effects);
        if let Some(actor) = self.cast.actor_mut(id) {
            actor.step(now, input, &mut effects);
        }
        self.obey_actor(id, &mut effects, cause);
        self.bench.actor_effects = effects;
    }
}

fn slot_catches_up(nodes: &[super::slot::NodeSlot], id: NodeId) -> bool {
    nodes[id.index()].catch_up.is_some()
}
