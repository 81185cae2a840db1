//! Placement: the cluster map with which a run begins.
//!
//! Idea: each partition's replicas are the first nodes that a walk round the ring meets, so that another node count
//! moves few of them; where nodes stand in several regions, the first of the region that has fewest of the partition, so
//! that no region has two more than another with a free node. Who *prefers to lead* is a second choice: the voters named first are spread evenly, because
//! leading is the work and a ring knows nothing of work.
//! Shape: a pure function of the settings.
//! Bound: 512 groups over 128 nodes; leaders are moved one at a time along a shortest chain of exchanges until no
//! node leads two more than one that it could hand to. Each round makes the spread flatter, so it ends.
//! Sources: the exchange is an augmenting path of bipartite flow (Ford & Fulkerson 1956).

use std::collections::VecDeque;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::partitioner::Partitioner;
use super::ring::Ring;
use crate::domain::ids::{GroupId, NodeId, NodeSet, PartitionId};
use crate::domain::map::{ClusterMap, Epoch};
use crate::domain::settings::{ClusterSettings, Settings};
use crate::domain::venue::VenueState;

/// Keeps the keys of partitions apart from all other uses of the hash.
const PARTITION_SEED: u64 = 0x7061_7274;

/// The map of a cluster that begins.
pub fn initial_map(settings: &Settings) -> ClusterMap {
    let Settings { cluster: settings, market, partition, venues, .. } = settings;
    let nodes: Vec<NodeId> = NodeId::first(settings.nodes.clamp(1, NodeSet::NODES_MAX)).collect();
    let ring = Ring::new(nodes.iter().copied());
    let mut groups = vec![nodes[..settings.voters_of(GroupId::META, nodes.len())].to_vec()];
    groups.extend((0..settings.partitions).map(|place| {
        let key = xxh3_64_with_seed(&PartitionId::from_index(place).0.to_le_bytes(), PARTITION_SEED);
        over_regions(ring.walk(key).collect(), settings)
    }));
    spread_leaders(&mut groups, nodes.len());
    let mut partitioner = Partitioner::new(partition, settings.partitions);
    ClusterMap {
        epoch: Epoch(1),
        nodes,
        groups,
        owners: partitioner.owners(market.instruments),
        strategy: partition.strategy,
        venues: venues.table().into_iter().map(VenueState::new).collect(),
        ..ClusterMap::default()
    }
}

/// The first nodes of a walk, each from a region that has fewest of them so far.
fn over_regions(mut walk: Vec<NodeId>, settings: &ClusterSettings) -> Vec<NodeId> {
    let mut in_region = vec![0_usize; settings.regions.len().max(1)];
    let mut chosen = Vec::with_capacity(settings.replication_factor);
    while chosen.len() < settings.replication_factor.max(1) && !walk.is_empty() {
        let fewest = |at: &usize| (in_region[usize::from(settings.region(walk[*at]).0)], *at);
        let at = (0..walk.len()).min_by_key(fewest).unwrap_or(0);
        let node = walk.remove(at);
        in_region[usize::from(settings.region(node).0)] += 1;
        chosen.push(node);
    }
    chosen
}

/// Names a leader first in every group, so that no node leads many more than another. `meta` (the first group)
/// keeps its own.
fn spread_leaders(groups: &mut [Vec<NodeId>], nodes: usize) {
    let mut leads = vec![0_usize; nodes];
    for (place, voters) in groups.iter_mut().enumerate() {
        if place > 0 {
            let least = (0..voters.len()).min_by_key(|at| (leads[voters[*at].index()], *at));
            prefer(voters, least.unwrap_or(0));
        }
        leads[voters[0].index()] += 1;
    }
    while let Some(chain) = flattening_chain(groups, &leads) {
        for (group, to) in chain {
            leads[groups[group][0].index()] -= 1;
            leads[to.index()] += 1;
            let at = groups[group].iter().position(|node| *node == to);
            prefer(&mut groups[group], at.unwrap_or(0));
        }
    }
}

/// Moves the voter at this place to the front; the others keep their order.
fn prefer(voters: &mut [NodeId], at: usize) {
    voters[..=at].rotate_right(1);
}

/// Hand-overs `(group, new leader)` that take one group from a node to another that leads at least two fewer.
fn flattening_chain(groups: &[Vec<NodeId>], leads: &[usize]) -> Option<Vec<(usize, NodeId)>> {
    (0..leads.len()).find_map(|from| chain_from(groups, leads, NodeId::from_index(from)))
}

/// Such a chain that begins at this node: breadth first over "leads a group that the other also holds".
fn chain_from(groups: &[Vec<NodeId>], leads: &[usize], from: NodeId) -> Option<Vec<(usize, NodeId)>> {
    let mut came_by: Vec<Option<usize>> = vec![None; leads.len()];
    let mut met = NodeSet::from_iter([from]);
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        for (group, voters) in groups.iter().enumerate().skip(1).filter(|(_, voters)| voters[0] == node) {
            for &next in voters.iter().filter(|next| met.insert(**next)) {
                came_by[next.index()] = Some(group);
                if leads[next.index()] + 2 <= leads[from.index()] {
                    return Some(walk_back(groups, &came_by, next));
                }
                queue.push_back(next);
            }
        }
    }
    None
}

fn walk_back(groups: &[Vec<NodeId>], came_by: &[Option<usize>], end: NodeId) -> Vec<(usize, NodeId)> {
    let mut chain = Vec::new();
    let mut node = end;
    while let Some(group) = came_by[node.index()] {
        chain.push((group, node));
        node = groups[group][0];
    }
    chain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::GroupId;

    fn settings(nodes: usize, partitions: usize, replication_factor: usize) -> Settings {
        let cluster = ClusterSettings { nodes, partitions, replication_factor, ..ClusterSettings::default() };
        Settings { cluster, ..Settings::default() }
    }

    fn leads(map: &ClusterMap) -> Vec<usize> {
        let mut leads = vec![0; map.nodes.len()];
        map.groups.iter().for_each(|voters| leads[voters[0].index()] += 1);
        leads
    }

    #[test]
    fn by_default_every_node_leads_one_group() {
        let map = initial_map(&Settings::default());
        assert_eq!(map.groups.len(), 5);
        assert_eq!(leads(&map), [1, 1, 1, 1, 1]);
        assert_eq!(map.voters(GroupId::META), NodeId::first(5).collect::<Vec<_>>());
        assert_eq!(map.owners.len(), 10);
    }

    proptest! {
        #[test]
        fn replicas_are_spread_over_regions(nodes in 1_usize..20, factor in 1_usize..6, regions in 1_usize..5) {
            let factor = factor.min(nodes);
            let mut settings = settings(nodes, 24, factor);
            settings.cluster.regions = (0..regions).map(|region| format!("r{region}")).collect();
            for voters in &initial_map(&settings).groups[1..] {
                prop_assert_eq!(voters.iter().copied().collect::<NodeSet>().len(), factor);
                let of = |region: usize| voters.iter().filter(|node| node.index() % regions == region).count();
                let free = |region: usize| NodeId::first(nodes).filter(|node| node.index() % regions == region).count() - of(region);
                let fewest = (0..regions).filter(|region| free(*region) > 0).map(of).min();
                let most = (0..regions).map(of).max().unwrap_or(0);
                prop_assert!(fewest.is_none_or(|fewest| most <= fewest + 1), "{:?} over {} regions", voters, regions);
            }
        }
    }

    #[test]
    fn where_there_is_one_region_a_partition_stands_where_the_ring_says() {
        let map = initial_map(&settings(9, 16, 3));
        let ring = Ring::new(NodeId::first(9));
        for (place, voters) in map.groups[1..].iter().enumerate() {
            let key = xxh3_64_with_seed(&PartitionId::from_index(place).0.to_le_bytes(), PARTITION_SEED);
            let (mut voters, mut walk) = (voters.clone(), ring.walk(key).take(3).collect::<Vec<_>>());
            voters.sort_unstable();
            walk.sort_unstable();
            assert_eq!(voters, walk);
        }
    }

    #[test]
    fn meta_has_an_odd_number_of_voters() {
        let counts: Vec<usize> =
            (1..=8).map(|nodes| initial_map(&settings(nodes, 1, 1)).voters(GroupId::META).len()).collect();
        assert_eq!(counts, [1, 1, 3, 3, 5, 5, 5, 5]);
    }

    #[test]
    fn replicas_of_many_partitions_are_spread_over_the_nodes() {
        let map = initial_map(&settings(10, 512, 3));
        let mut held = [0_usize; 10];
        map.groups.iter().skip(1).flatten().for_each(|node| held[node.index()] += 1);
        let fair = 512 * 3 / 10;
        assert!(held.iter().all(|held| held.abs_diff(fair) * 3 <= fair), "{held:?}, fair would be {fair}");
    }

    proptest! {
        #[test]
        fn replicas_are_distinct_and_leaders_even(nodes in 1_usize..30, partitions in 1_usize..80, rf in 1_usize..8) {
            let rf = rf.min(nodes);
            let map = initial_map(&settings(nodes, partitions, rf));
            prop_assert_eq!(map.groups.len(), partitions + 1);
            for voters in &map.groups[1..] {
                prop_assert_eq!(voters.len(), rf);
                prop_assert_eq!(voters.iter().copied().collect::<NodeSet>().len(), rf);
            }
            prop_assert!(map.owners.iter().all(|owner| (1..=partitions).contains(&owner.index())));
            // Every node may lead as soon as replicas are many: then nobody leads two more than another.
            if rf == nodes {
                let leads = leads(&map);
                let spread = leads.iter().max().unwrap() - leads.iter().min().unwrap();
                prop_assert!(spread <= 1, "{:?}", leads);
            }
            // In general: nobody could hand a group to a node that leads two fewer.
            let leads = leads(&map);
            for voters in &map.groups[1..] {
                for other in voters {
                    prop_assert!(leads[other.index()] + 2 > leads[voters[0].index()], "{:?}", leads);
                }
            }
        }

        #[test]
        fn a_partition_keeps_most_replicas_when_a_node_joins(nodes in 3_usize..20) {
            let (before, after) = (initial_map(&settings(nodes, 64, 3)), initial_map(&settings(nodes + 1, 64, 3)));
            let joined = NodeId::from_index(nodes);
            for (old, new) in before.groups.iter().zip(&after.groups).skip(1) {
                let old: NodeSet = old.iter().copied().collect();
                prop_assert!(new.iter().all(|node| *node == joined || old.contains(*node)));
            }
        }
    }
}
