//! The replicas of a node, and what its gateway may know of the cluster through them.
//!
//! Idea: a gateway asks for beliefs, never for the truth: its own replica's leader, its own detector's verdict.
//! Bound: a place a group of the cluster map, filled where this node is a member.

use std::sync::Arc;

use crate::domain::chance::{Chance, Purpose};
use crate::domain::event::Health;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::log::GroupImage;
use crate::domain::map::{ClusterMap, Placing};
use crate::domain::rules::{AckRule, Rules};
use crate::domain::settings::Settings;
use crate::domain::time::Now;
use crate::market::exchange::Exchange;
use crate::protocols::message::PeerMessage;
use crate::protocols::registry::{Message, ReplicaBoot, Replicator};
use crate::protocols::replication::Replication;

use super::gateway::Directory;
use super::heart::Heart;
use super::machine::{Machine, Wealth};
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

    /// A leader speaks of a group that this node holds no replica of: it has made the node a learner. An empty replica is
    /// opened, without a configuration, so that it can't stand for election; the leader finds that it needs everything.
    pub(super) fn open_if_led(&mut self, now: Now, group: GroupId, message: &Message, birth: &Birth) {
        let vacant = self.0.get_mut(group.index()).filter(|place| place.is_none() && message.is_of_leader());
        if let Some(place) = vacant {
            *place = Some(birth.replica(now, group, &[], GroupImage::default()));
        }
    }

    /// Gives a replica up.
    pub(super) fn close(&mut self, group: GroupId) {
        if let Some(place) = self.0.get_mut(group.index()) {
            *place = None;
        }
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

/// What every replica of a node begins with, whenever it is opened.
#[derive(Clone, Debug)]
pub(super) struct Birth {
    pub(super) me: NodeId,
    pub(super) seed: u64,
    pub(super) incarnation: u32,
    /// By which rule it acknowledges.
    pub(super) ack: AckRule,
    pub(super) rules: Rules,
    /// Whether it refuses what it cannot answer in time.
    pub(super) admission: bool,
    pub(super) settings: Arc<Settings>,
    /// The map that the cluster began with: who voted in a group whose log names nobody, and what a state machine is
    /// before its first record. It never changes, or replicas that begin at different times would differ.
    pub(super) genesis: Arc<ClusterMap>,
}

impl Birth {
    /// A replica of a group that began with these voters, or with nobody that it knows of.
    pub(super) fn replica(&self, now: Now, group: GroupId, voters: &[NodeId], image: GroupImage) -> Box<Replica> {
        let Self { me, rules, ref settings, .. } = *self;
        let scope = u64::from(me.0) << 32 | u64::from(group.0) << 16 | u64::from(self.incarnation);
        let chance = Chance::stream(self.seed, Purpose::Election, scope);
        let archive = Arc::clone(&image.archive);
        let core = Replicator::new(ReplicaBoot { me, voters, settings, rules, image, now, chance });
        let wealth = Wealth::of(&self.settings);
        let machine = Machine::new(group, &self.genesis, &wealth).keeping(group, &self.settings);
        Box::new(Replica::boot(group, core, machine, &archive))
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
        self.replicas.get(group).and_then(|replica| replica.core.leader())
    }

    fn hosts(&self, group: GroupId) -> bool {
        // A replica that the map wants elsewhere may have missed that it is out: what it believes is no guide any more.
        let placed = |me: NodeId| self.map.placing == Placing::Begun || self.map.voters(group).contains(&me);
        self.replicas.get(group).is_some_and(|replica| placed(replica.core.me()))
    }

    fn exchange(&self, group: GroupId) -> Option<&Exchange> {
        self.replicas.get(group).and_then(|replica| replica.machine.exchange())
    }

    fn given_up(&self, peer: NodeId) -> bool {
        // The detector forgets a node that has left the cluster, and such a node answers no requests.
        let gone = !self.map.nodes.contains(&peer);
        gone || self.heart.detector.health(peer) == Health::Failed
    }
}
