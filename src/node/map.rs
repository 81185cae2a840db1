//! How a node comes by its cluster map.
//!
//! Idea: members of `meta` apply it; the controller sends a new one to everybody at once, since requests of a symbol that
//! has moved wait for it; whoever missed that hears of it by heartbeats.

use std::sync::Arc;

use crate::domain::digest::Digest;
use crate::domain::ids::GroupId;
use crate::domain::map::MapChange;
use crate::domain::time::Now;
use crate::protocols::replication::Replication;

use super::Node;
use super::message::{NodeEffect, NodeMessage};
use super::replica::Replica;

impl Node {
    /// A controller that has applied its whole log and found no map in it writes the one that the cluster began with.
    pub(super) fn declare_map(&mut self, now: Now, group: GroupId, effects: &mut Vec<NodeEffect>) {
        let blank = |replica: &Replica| {
            let read = replica.core.leads() && replica.applied == replica.core.end().index;
            read && replica.machine.chain() == Digest::default()
        };
        if group == GroupId::META && self.replicas.get(group).is_some_and(blank) {
            let change = MapChange::Replace(Arc::clone(&self.map));
            self.with_replica(group, effects, |replica, desk, out| replica.propose_map(now, change, desk, out));
        }
    }

    /// The map that this node's replica of `meta` has applied, or took over with a snapshot.
    pub(super) fn adopt_map(&mut self, now: Now, effects: &mut Vec<NodeEffect>) {
        let Some(replica) = self.replicas.get(GroupId::META) else { return };
        let Some(map) = replica.machine.map().filter(|map| map.epoch > self.map.epoch) else { return };
        let (map, leads) = (Arc::clone(map), replica.core.leads());
        self.follow(now, Arc::clone(&map));
        if leads {
            let me = self.me;
            for peer in map.nodes.iter().copied().filter(|peer| *peer != me) {
                self.out(effects).send(peer, NodeMessage::Map(Arc::clone(&map)));
            }
        }
    }
}
