//! The cluster map: who is a member, which partitions there are, and which nodes hold each; what `meta` replicates.
//!
//! Idea: the map is one small value with an `epoch` that grows by one with every change. Everybody else hears of it by
//! heartbeats; a request made under an older epoch is refused (`Why::StaleEpoch`).

use std::sync::Arc;

use super::digest::Digest;
use super::ids::{GroupId, NodeId, SymbolId};

/// The version of the cluster map.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Epoch(pub u64);

/// Members, placement of groups, ownership of symbols.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClusterMap {
    /// Grows by one with every change.
    pub epoch: Epoch,
    /// The members.
    pub nodes: Vec<NodeId>,
    /// The voters of each group, `meta` first; the first named prefers to lead.
    pub groups: Vec<Vec<NodeId>>,
    /// The group of each symbol, in the order of the instrument table.
    pub owners: Vec<GroupId>,
}

impl ClusterMap {
    /// The voters of a group; nobody for a group that is not in the map.
    pub fn voters(&self, group: GroupId) -> &[NodeId] {
        self.groups.get(group.index()).map_or(&[], Vec::as_slice)
    }

    /// The group that owns a symbol.
    pub fn owner(&self, symbol: SymbolId) -> Option<GroupId> {
        self.owners.get(usize::from(symbol.0)).copied()
    }

    /// The symbols that a group owns, in table order.
    pub fn symbols(&self, group: GroupId) -> impl Iterator<Item = SymbolId> {
        (0..).map(SymbolId).zip(&self.owners).filter(move |(_, owner)| **owner == group).map(|(symbol, _)| symbol)
    }

    /// Every group, `meta` first.
    pub fn group_ids(&self) -> impl Iterator<Item = GroupId> + use<> {
        (0..self.groups.len() as u16).map(GroupId)
    }

    /// The digest of the whole map.
    pub fn digest(&self) -> Digest {
        let nodes = self.nodes.iter().fold(Digest(self.epoch.0), |d, node| d.mix(u64::from(node.0)));
        let groups = self.groups.iter().fold(nodes, |d, voters| {
            voters.iter().fold(d.mix(voters.len() as u64), |d, node| d.mix(u64::from(node.0)))
        });
        self.owners.iter().fold(groups, |d, group| d.mix(u64::from(group.0)))
    }
}

/// A change of the map, as `meta` logs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MapChange {
    /// The map as a whole: how a cluster begins.
    Replace(Arc<ClusterMap>),
}

impl MapChange {
    /// Its digest for the log's chain.
    pub fn digest(&self) -> Digest {
        match self {
            Self::Replace(map) => map.digest().mix(1),
        }
    }
}
