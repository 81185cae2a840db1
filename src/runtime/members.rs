//! Machines that come and go: a place for a new node, and the end of one that has left.
//!
//! Idea: a machine is switched on before it is a member and switched off after it was one; what makes it a member is the
//! map that `meta` has agreed on. A control only starts a process, or states a wish: every living node is told of it,
//! whoever leads `meta` carries it out, and whoever begins before it is fulfilled is told again.
//! Shape: `follow_map` is asked after every step; a map with a newer epoch than any before is news for everybody.
//! Bound: [`NodeSet::NODES_MAX`] machines in a run, those that are gone counted; numbers are never given twice.

use std::sync::Arc;

use crate::domain::actor::{ActorInput, Membership};
use crate::domain::control::{Control, Target};
use crate::domain::event::EventKind;
use crate::domain::fact::Fact;
use crate::domain::ids::{ActorId, EventId, NodeId, NodeSet};
use crate::domain::map::{ClusterMap, MapChange};
use crate::domain::view::{ClusterView, PlacementView};
use crate::domain::why::Why;
use crate::node::message::{NodeInput, NodeOrder};
use crate::storage::memory_disk::MemoryDisk;

use super::network::Passage;
use super::slot::{NodeSlot, Status};
use super::world::World;

type Cause = Option<EventId>;

impl World {
    /// Switches a new machine on. It asks to be a member as soon as it runs.
    pub(super) fn add_node(&mut self, cause: Cause) -> Result<(), Why> {
        if self.nodes.len() >= NodeSet::NODES_MAX {
            return Err(Why::ClusterFull);
        }
        let id = NodeId::from_index(self.nodes.len());
        self.network.add_node(self.basis.seed);
        let disk = MemoryDisk::new(self.basis.seed, id, self.basis.settings.disk.clone());
        let mut slot = NodeSlot::new(id, disk);
        slot.membership = Membership::Joining;
        slot.map = Some(Arc::clone(&self.basis.living));
        self.nodes.push(slot);
        self.cut_off_from_the_cut_off(id);
        self.tell_actors(id, Membership::Joining, cause);
        self.boot(id, cause);
        self.wish(MapChange::Join(id), cause);
        Ok(())
    }

    /// Links to nodes that are cut off from all others are cut, too.
    fn cut_off_from_the_cut_off(&mut self, id: NodeId) {
        for fault in self.faults.clone() {
            match fault.control {
                Control::Isolate(Target::Node(other)) => {
                    self.network.set_cut(id, other, Passage::Cut);
                    self.network.set_cut(other, id, Passage::Cut);
                }
                Control::Mute(Target::Node(other)) => {
                    self.network.set_cut(other, id, Passage::Cut);
                }
                _ => {}
            }
        }
    }

    /// A member is to leave; `Replace` means one that is dead and will not come back.
    pub(super) fn let_go(&mut self, target: Target, of_the_dead: OfTheDead, cause: Cause) -> Result<(), Why> {
        let id = self.resolve(target)?;
        let map = &self.basis.living;
        let slot = &self.nodes[id.index()];
        match of_the_dead {
            OfTheDead::Only if slot.lives() => return Err(Why::NodeRuns),
            OfTheDead::None if !slot.lives() => return Err(Why::NodeDown),
            OfTheDead::Only | OfTheDead::None => {}
        }
        if !map.nodes.contains(&id) || map.leaving.contains(&id) || slot.membership == Membership::Leaving {
            return Err(Why::AlreadySo);
        }
        let others = self.nodes.iter().filter(|other| other.id != id && other.membership == Membership::Member);
        if others.count() == 0 {
            return Err(Why::LastNode);
        }
        if of_the_dead == OfTheDead::None && self.is_needed(id) {
            return Err(Why::QuorumNeeded);
        }
        self.nodes[id.index()].membership = Membership::Leaving;
        self.tell_actors(id, Membership::Leaving, cause);
        self.wish(MapChange::Leave(id), cause);
        Ok(())
    }

    /// Whether a group would lose its running majority if this node left: its configuration could not change then.
    fn is_needed(&self, id: NodeId) -> bool {
        let map = &self.basis.living;
        let runs = |node: &&NodeId| self.nodes[node.index()].runs();
        let staying = || map.nodes.iter().filter(|node| **node != id && !map.leaving.contains(node));
        map.group_ids().any(|group| {
            let wanted = self.basis.settings.cluster.voters_of(group, staying().count());
            let holds = |node: &&NodeId| map.voters(group).contains(node);
            let kept = staying().filter(holds).count();
            let dead = kept - staying().filter(holds).filter(runs).count();
            // Surplus replicas on dead nodes go first, and only running nodes are given new ones.
            let (dead, kept) = (dead - dead.min(kept.saturating_sub(wanted)), kept.min(wanted));
            let homes = staying().filter(|node| !holds(node)).filter(runs).count();
            let voters = wanted.min(kept + homes);
            voters - dead <= voters / 2
        })
    }

    /// States a wish to every living node, and to every one that begins before it is fulfilled.
    pub(super) fn wish(&mut self, change: MapChange, cause: Cause) {
        let living: Vec<NodeId> = self.nodes.iter().filter(|slot| slot.lives()).map(|slot| slot.id).collect();
        for node in living {
            self.plan_inside(node, NodeInput::Order(NodeOrder::Wish(change.clone())), cause);
        }
        self.basis.wishes.push(change);
    }

    /// Tells a node that has just begun what was wished for before.
    pub(super) fn repeat_wishes(&mut self, node: NodeId, cause: Cause) {
        for change in self.basis.wishes.clone() {
            self.plan_inside(node, NodeInput::Order(NodeOrder::Wish(change)), cause);
        }
    }

    fn tell_actors(&mut self, node: NodeId, membership: Membership, cause: Cause) {
        let actors: Vec<ActorId> = self.cast.ids().collect();
        actors.into_iter().for_each(|actor| {
            self.plan_for_actor(actor, ActorInput::Member(node, membership), cause);
        });
    }

    /// A node took a step: what it knows of the map may be news, and it may have been the last that it had to do.
    pub(super) fn follow_map(&mut self, id: NodeId, cause: Cause) {
        let slot = &self.nodes[id.index()];
        let Some(node) = &slot.node else { return };
        if node.map().epoch > self.basis.living.epoch {
            let map = Arc::clone(node.map());
            self.adopt_map(&map, cause);
        }
        let slot = &self.nodes[id.index()];
        let done =
            slot.membership == Membership::Gone && slot.node.as_ref().is_some_and(|node| node.open_requests() == 0);
        if done {
            self.switch_off(id, cause);
        }
    }

    fn adopt_map(&mut self, map: &Arc<ClusterMap>, cause: Cause) {
        self.foresee_switch(map);
        let before = std::mem::replace(&mut self.basis.living, Arc::clone(map));
        self.basis.wishes.retain(|change| ClusterMap::clone(map).apply(change));
        for id in map.nodes.iter().copied().filter(|id| !before.nodes.contains(id)) {
            self.nodes[id.index()].membership = Membership::Member;
            let told = Some(self.tell_of(Some(id), EventKind::NodeJoined, cause));
            self.tell_actors(id, Membership::Member, told);
        }
        for id in map.leaving.iter().copied().filter(|id| !before.leaving.contains(id)) {
            self.nodes[id.index()].membership = Membership::Leaving;
            let told = Some(self.tell_of(Some(id), EventKind::NodeLeaving, cause));
            self.tell_actors(id, Membership::Leaving, told);
        }
        for id in before.nodes.iter().copied().filter(|id| !map.nodes.contains(id)) {
            self.nodes[id.index()].membership = Membership::Gone;
            let told = Some(self.tell_of(Some(id), EventKind::NodeLeft, cause));
            self.tell_actors(id, Membership::Gone, told);
            if !self.nodes[id.index()].lives() {
                self.switch_off(id, told);
            }
        }
    }

    /// The machine is switched off for good, with what its disk held.
    fn switch_off(&mut self, id: NodeId, cause: Cause) {
        if self.nodes[id.index()].status == Status::Gone {
            return;
        }
        let lived = self.nodes[id.index()].lives();
        self.end_life(id, Status::Gone);
        self.nodes[id.index()].disk = MemoryDisk::new(self.basis.seed, id, self.basis.settings.disk.clone());
        self.forget_faults_of(id);
        if lived {
            self.state(&Fact::Died(id), cause);
        }
    }

    /// Who holds what, and where it is going.
    pub(super) fn placement_view(&self, view: &ClusterView) -> PlacementView {
        let mut leaders = vec![0_u16; self.nodes.len()];
        let mut replicas = vec![0_u16; self.nodes.len()];
        for group in &view.groups {
            if let Some(leader) = group.leader {
                leaders[leader.index()] += 1;
            }
            group.config.electorate().iter().for_each(|node| replicas[node.index()] += 1);
        }
        let map = &self.basis.living;
        let staying = map.nodes.iter().filter(|node| !map.leaving.contains(node) && self.nodes[node.index()].runs());
        let leads = || staying.clone().map(|node| leaders[node.index()]);
        let imbalance = leads().max().unwrap_or(0) - leads().min().unwrap_or(0);
        let controller = self.leader(crate::domain::ids::GroupId::META);
        let plan = controller.and_then(|node| self.nodes[node.index()].node.as_ref()).map(|node| node.plan());
        PlacementView { placing: map.placing, plan: plan.unwrap_or_default(), leaders, replicas, imbalance }
    }
}

/// Whether only the dead are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OfTheDead {
    /// Only they.
    Only,
    /// Not they.
    None,
}
