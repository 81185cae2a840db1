//! The replicas of a node, and what its gateway may know of the cluster through them.
//!
//! Idea: a gateway asks for beliefs, never for the truth: its own replica's leader, its own detector's verdict.
//! Bound: a place a group of the cluster map, filled where this node is a voter.

use crate::domain::event::Health;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::map::ClusterMap;

use super::gateway::Directory;
use super::heart::Heart;
use super::replica::Replica;

/// The replicas of a node, by group.
#[derive(Clone, Debug, Default)]
pub(super) struct Replicas(pub(super) Vec<Option<Box<Replica>>>);

impl Replicas {
    /// The replica of a group, if there is one.
    pub(super) fn get(&self, group: GroupId) -> Option<&Replica> {
        self.0.get(group.index()).and_then(Option::as_deref)
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, group: GroupId) -> Option<&mut Replica> {
        self.0.get_mut(group.index()).and_then(Option::as_deref_mut)
    }

    /// Those that there are.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Replica> {
        self.0.iter().flatten().map(Box::as_ref)
    }

    /// Every group of the cluster, held here or not.
    pub(super) fn groups(&self) -> impl Iterator<Item = GroupId> + use<> {
        (0..self.0.len() as u16).map(GroupId)
    }
}

/// What a gateway is told about the cluster: what its own node believes.
pub(super) struct Beliefs<'a> {
    pub(super) replicas: &'a Replicas,
    pub(super) heart: &'a Heart,
    pub(super) map: &'a ClusterMap,
}

impl Directory for Beliefs<'_> {
    fn map(&self) -> &ClusterMap {
        self.map
    }

    fn leader(&self, group: GroupId) -> Option<NodeId> {
        self.replicas.get(group).and_then(|replica| replica.raft.leader())
    }

    fn hosts(&self, group: GroupId) -> bool {
        self.replicas.get(group).is_some()
    }

    fn given_up(&self, peer: NodeId) -> bool {
        self.heart.detector.health(peer) == Health::Failed
    }
}
