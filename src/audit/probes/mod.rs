//! Probes: one safety property each, checked on every replica's facts as they happen.
//!
//! Idea: each probe restates one line of the paper (Ongaro & Ousterhout 2014, figure 3) as arithmetic over facts. Probes
//! see all replicas, even dead men's last words, and feed nothing back: a run with and without them is the same run.
//! Shape: a probe is a [`Rule`]; [`Watch`] lends it a lamp and the door of `domain::actor`.
//! Bound: each rule says its own; what it has forgotten it does not check, and its lamp's count of checks says so.

mod book_sound;
mod leader_completeness;
mod log_matching;
mod monotonic;
mod one_leader;
mod state_machine;

use crate::domain::actor::{Draft, Probe};
use crate::domain::event::{Event, Invariant};
use crate::domain::fact::{Fact, ReplicaFact};
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::map::ClusterMap;
use crate::domain::time::SimTime;
use crate::domain::view::ClusterView;

use super::lamp::{Lamp, Scene};

/// A rule with its lamp.
#[derive(Clone)]
struct Watch<R> {
    lamp: Lamp,
    rule: R,
}

/// What a rule is given beside the fact.
struct Verdicts<'a> {
    lamp: &'a mut Lamp,
    scene: Scene,
    out: &'a mut Vec<Draft>,
}

impl Verdicts<'_> {
    /// One check, with this result; the line is made only if it fails.
    fn check(&mut self, holds: bool, detail: impl FnOnce() -> String) {
        self.lamp.check(holds, self.scene, self.out, detail);
    }
}

/// One safety property.
trait Rule: Clone + Send + 'static {
    /// Which.
    const INVARIANT: Invariant;

    /// A replica did something.
    fn on_replica(&mut self, node: NodeId, group: GroupId, what: &ReplicaFact, verdicts: &mut Verdicts);

    /// A node's process ended, or began.
    fn on_life(&mut self, _node: NodeId) {}
}

impl<R: Rule> Probe for Watch<R> {
    fn observe(&mut self, now: SimTime, fact: &Fact, out: &mut Vec<Draft>) {
        match fact {
            Fact::Replica { node, group, what } => {
                let scene = Scene { at: now, node: Some(*node), group: *group };
                self.rule.on_replica(*node, *group, what, &mut Verdicts { lamp: &mut self.lamp, scene, out });
            }
            Fact::Died(node) | Fact::Began(node) => self.rule.on_life(*node),
            _ => {}
        }
    }

    fn hear(&mut self, _event: &Event, _out: &mut Vec<Draft>) {}

    fn contribute(&self, _now: SimTime, view: &mut ClusterView) {
        self.lamp.contribute(view);
    }

    fn boxed_clone(&self) -> Box<dyn Probe> {
        Box::new(self.clone())
    }
}

fn watch<R: Rule>(rule: R) -> Box<dyn Probe> {
    Box::new(Watch { lamp: Lamp::new(R::INVARIANT), rule })
}

/// A table with one value for each replica of each group.
#[derive(Clone, Debug)]
struct PerReplica<T> {
    groups: Vec<Vec<T>>,
}

impl<T: Clone + Default> PerReplica<T> {
    fn new(map: &ClusterMap) -> Self {
        let nodes = map.nodes.iter().map(|node| node.index() + 1).max().unwrap_or(0);
        Self { groups: vec![vec![T::default(); nodes]; map.groups.len()] }
    }

    fn at(&mut self, group: GroupId, node: NodeId) -> Option<&mut T> {
        self.groups.get_mut(group.index())?.get_mut(node.index())
    }

    /// The node's replicas of all groups.
    fn of(&mut self, node: NodeId) -> impl Iterator<Item = &mut T> {
        self.groups.iter_mut().filter_map(move |group| group.get_mut(node.index()))
    }
}

/// A probe for each safety property of replicas.
pub fn all(map: &ClusterMap) -> Vec<Box<dyn Probe>> {
    vec![
        watch(one_leader::OneLeader::new(map)),
        watch(log_matching::LogMatching::new(map)),
        watch(leader_completeness::LeaderCompleteness::new(map)),
        watch(state_machine::StateMachine::new(map)),
        watch(monotonic::Monotonic::new(map)),
        watch(book_sound::BookSound),
    ]
}

#[cfg(test)]
mod tests {}
