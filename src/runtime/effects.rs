//! Effects: what nodes and actors want done, obeyed in order.
//!
//! Idea: the order of effects is the order of sequence numbers in the queue. The cause of what is sent is the latest
//! notable event told before it in the same step; if there was none, the cause of the step's own input. What waited
//! for a write is a consequence of that write (`WriteCauses`), whichever fsync set it free.
//! Shape: facts go to the probes as they come; what probes say becomes events; events go to probes and listening actors.
//! Absence carries no message, so it has no cause to hand on: a timer that ran out and a belief that a peer failed name
//! the last fault of whoever fell silent instead. A first answer waited for the processor, whose turns carry no message
//! either: it names the first commit of its group.

use std::collections::VecDeque;
use std::mem::take;

use crate::domain::actor::{ActorEffect, ActorInput, Draft};
use crate::domain::event::{Event, EventKind, Health, Queue, StepDown};
use crate::domain::fact::Fact;
use crate::domain::history::{HISTORY_MAX, HistoryEntry};
use crate::domain::ids::{ActorId, Address, EventId, NodeId};
use crate::node::message::{NodeEffect, NodeInput};

use super::network::Sent;
use super::queue::{Scheduled, Way, What};
use super::repeats::News;
use super::world::World;

/// Events that one event may lead to at once through probes; more is a probe that answers itself for ever.
const ECHO_MAX: usize = 1_024;

impl World {
    /// Does what a node wants done. Answers the cause that its later doings have.
    pub(super) fn obey(
        &mut self,
        id: NodeId,
        effects: &mut Vec<NodeEffect>,
        mut cause: Option<EventId>,
    ) -> Option<EventId> {
        for effect in effects.drain(..) {
            match effect {
                NodeEffect::Send { to, message } => {
                    let input = NodeInput::Receive { from: id, message };
                    if to == id {
                        self.plan_inside(id, input, cause);
                    } else {
                        self.send_to_node(id.into(), to, input, cause);
                    }
                }
                NodeEffect::Reply { to, message } => {
                    let input = ActorInput::Receive { from: id.into(), message };
                    if let Sent::Arrives { at, link } = self.network.send(self.clock.now, id.into(), to.into()) {
                        let what = What::Actor { actor: to, link: Some(link), input };
                        self.queue.push(at, Scheduled { what, cause });
                    }
                }
                NodeEffect::Persist { token, group, write } => {
                    let slot = &mut self.nodes[id.index()];
                    slot.disk.write(token, group, write);
                    slot.writes.note(token, group, cause);
                }
                NodeEffect::Synced { group, upto } => {
                    cause = self.nodes[id.index()].writes.newest(upto, Some(group));
                }
                NodeEffect::Tell(draft) => cause = Some(self.tell(draft, cause)),
                NodeEffect::State(fact) => self.state(&fact, cause),
            }
        }
        cause
    }

    /// Does what an actor wants done.
    pub(super) fn obey_actor(&mut self, id: ActorId, effects: &mut Vec<ActorEffect>, mut cause: Option<EventId>) {
        for effect in effects.drain(..) {
            match effect {
                ActorEffect::Send { to: Address::Node(to), message } => {
                    self.send_to_node(id.into(), to, NodeInput::Client { from: id, message }, cause);
                }
                ActorEffect::Send { to: Address::Actor(to), message } => {
                    self.plan_for_actor(to, ActorInput::Receive { from: id.into(), message }, cause);
                }
                ActorEffect::WakeAt(at) => {
                    let what = What::Actor { actor: id, link: None, input: ActorInput::Wake };
                    self.queue.push(at.max(self.clock.now), Scheduled { what, cause });
                }
                ActorEffect::Control(control) => {
                    // A schedule goes by events, not by answers.
                    let _ = self.carry_out(control, cause);
                }
                ActorEffect::State(fact) => self.state(&fact, cause),
                ActorEffect::Tell(draft) => cause = Some(self.tell(draft, cause)),
            }
        }
    }

    fn send_to_node(&mut self, from: Address, to: NodeId, input: NodeInput, cause: Option<EventId>) {
        match self.network.send(self.clock.now, from, to.into()) {
            Sent::Arrives { at, link } => {
                let what = What::Node { node: to, by: Way::Wire(link), input };
                self.queue.push(at, Scheduled { what, cause });
            }
            Sent::Full { news: true } => {
                self.tell_of(Some(to), EventKind::Overloaded { queue: Queue::Link }, cause);
            }
            Sent::Lost | Sent::Full { news: false } => {}
        }
    }

    /// Plans an input for this life of a node, at this instant and after all that is planned for it already.
    pub(super) fn plan_inside(&mut self, node: NodeId, input: NodeInput, cause: Option<EventId>) {
        let by = Way::Inside { incarnation: self.nodes[node.index()].incarnation };
        self.queue.push(self.clock.now, Scheduled { what: What::Node { node, by, input }, cause });
    }

    /// Tells the probes a fact, and everybody what they say to it.
    pub(super) fn state(&mut self, fact: &Fact, cause: Option<EventId>) {
        let now = self.clock.now;
        if let Fact::Replica { node, group, what } = fact {
            let nodes = &self.nodes;
            self.groups.hear(now, *node, *group, what, &|node| nodes[node.index()].runs());
        }
        if let (Fact::Client(fact), Some(kept)) = (fact, &mut self.bench.clients) {
            if kept.len() == HISTORY_MAX {
                kept.pop_front();
            }
            kept.push_back(HistoryEntry { at: now, fact: fact.clone() });
        }
        self.sampler.hear(fact, self.basis.settings.cluster.ack, self.basis.settings.cluster.replication_factor);
        let mut drafts = Vec::new();
        for probe in &mut self.cast.probes {
            probe.observe(now, fact, &mut drafts);
        }
        for draft in drafts {
            self.tell(draft, cause);
        }
    }

    /// Writes an event of a node (or of nobody) down.
    pub(super) fn tell_of(&mut self, node: Option<NodeId>, kind: EventKind, cause: Option<EventId>) -> EventId {
        self.tell(Draft { node, group: None, kind }, cause)
    }

    /// Writes an event down and tells everybody. Answers its number; events that probes add come after it and are caused
    /// by it. What only repeats an event is not written: the answer is the number of that one.
    pub(super) fn tell(&mut self, draft: Draft, cause: Option<EventId>) -> EventId {
        let first = self.journal.next_id();
        let mut repeated = match self.journal.news(self.clock.now, &draft) {
            News::AsBefore(told) => return told,
            News::Tell(untold) => untold,
        };
        let mut waiting = VecDeque::from([(draft, cause)]);
        let mut echoes = 0;
        while let Some((draft, cause)) = waiting.pop_front() {
            let id = self.journal.next_id();
            let cause = self.behind(&draft).or(cause);
            let Draft { node, group, kind } = draft;
            if let (EventKind::FirstCommit { .. }, Some(group)) = (&kind, group) {
                self.groups.note_first_commit(group, id);
            }
            let event = Event { id, at: self.clock.now, node, group, kind, cause, repeated: take(&mut repeated) };
            self.journal.push(event.clone());
            let mut drafts = Vec::new();
            for probe in &mut self.cast.probes {
                probe.hear(&event, &mut drafts);
            }
            echoes += drafts.len();
            assert!(echoes <= ECHO_MAX, "probes do not answer each other for ever");
            waiting.extend(drafts.into_iter().map(|draft| (draft, Some(id))));
            let actors: Vec<ActorId> = self.cast.ids().collect();
            for actor in actors {
                if self.cast.actor(actor).is_some_and(|actor| actor.listens()) {
                    self.plan_for_actor(actor, ActorInput::Event(event.clone()), Some(id));
                }
            }
        }
        first
    }

    /// The event behind one that no message led to: the fault behind a silence, the commit behind a first answer.
    fn behind(&self, draft: &Draft) -> Option<EventId> {
        let silent = match &draft.kind {
            EventKind::Believes { peer, health: Health::Degraded | Health::Failed, .. } => Some(*peer),
            EventKind::TimedOut { .. } => self.groups.get(draft.group?)?.last_leader,
            // Its own links, or those of all who should have answered it.
            EventKind::SteppedDown { why: StepDown::NoQuorum, .. } | EventKind::Rotation { back: false } => draft.node,
            EventKind::FirstAnswer { .. } => return self.groups.get(draft.group?)?.first_commit,
            _ => None,
        };
        self.nodes[silent?.index()].last_fault
    }
}
