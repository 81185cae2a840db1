//! The consistent-hash ring: who holds what, so that a node that comes or goes moves only its own share.
//!
//! Idea: every member owns many points on a circle of 2^64; a key belongs to the first point at or after its hash. Take
//! a member away and only the keys of its points move, to the next point of somebody else: about 1 key in N.
//! Members are nodes (which hold a partition) or partitions (which own a key).
//! Shape: a sorted list of points; a look-up is a binary search, a walk goes round once.
//! Bound: [`VIRTUAL_NODES`] points a member, or as many as are asked for; with 160, shares differ by some 8 %
//! (1 / sqrt(160)).
//! Left out: weights (a bigger node with more points).
//! Sources: Karger et al. 1997; virtual nodes as in DeCandia et al. 2007 (Dynamo) §4.2; the hash is xxh3, by
//! specification the same for ever and on every machine, which the standard hasher is not.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::domain::ids::{NodeId, NodeSet, PartitionId};

/// Points on the ring for each member, if nobody says otherwise.
pub const VIRTUAL_NODES: u16 = 160;

/// Keeps the points of nodes apart from all other uses of the hash.
const POINT_SEED: u64 = 0x7269_6e67;

/// What can stand on a ring.
pub trait Member: Copy + Ord {
    /// Where its `nth` point stands. The answer may never change: recordings and placements depend on it.
    fn point(self, nth: u16) -> u64;
}

impl Member for NodeId {
    fn point(self, nth: u16) -> u64 {
        let [low, high] = nth.to_le_bytes();
        xxh3_64_with_seed(&[self.0, low, high], POINT_SEED)
    }
}

impl Member for PartitionId {
    fn point(self, nth: u16) -> u64 {
        let ([a, b], [low, high]) = (self.0.to_le_bytes(), nth.to_le_bytes());
        xxh3_64_with_seed(&[a, b, low, high], POINT_SEED)
    }
}

/// The ring.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ring<M = NodeId> {
    /// Sorted by hash, then by member, so that even a collision has one order.
    points: Vec<(u64, M)>,
    virtual_nodes: u16,
}

impl<M> Default for Ring<M> {
    fn default() -> Self {
        Self { points: Vec::new(), virtual_nodes: VIRTUAL_NODES }
    }
}

impl<M: Member> Ring<M> {
    /// The ring of these members; their order does not matter.
    pub fn new(members: impl IntoIterator<Item = M>) -> Self {
        Self::with_virtual_nodes(members, VIRTUAL_NODES)
    }

    /// The same with so many points a member.
    pub fn with_virtual_nodes(members: impl IntoIterator<Item = M>, virtual_nodes: u16) -> Self {
        let mut ring = Self { points: Vec::new(), virtual_nodes };
        members.into_iter().for_each(|member| ring.points.extend(points_of(member, virtual_nodes)));
        ring.points.sort_unstable();
        ring.points.dedup();
        ring
    }

    /// Adds a member; nothing changes if it is there.
    pub fn insert(&mut self, member: M) {
        self.points.extend(points_of(member, self.virtual_nodes));
        self.points.sort_unstable();
        self.points.dedup();
    }

    /// Takes a member away.
    pub fn remove(&mut self, member: M) {
        self.points.retain(|(_, owner)| *owner != member);
    }

    /// Who owns the key with this hash; nobody on an empty ring.
    pub fn owner(&self, hash: u64) -> Option<M> {
        self.points.get(self.place(hash)).or_else(|| self.points.first()).map(|(_, member)| *member)
    }

    /// The first point at or after this hash.
    fn place(&self, hash: u64) -> usize {
        self.points.partition_point(|(point, _)| *point < hash)
    }
}

impl Ring<NodeId> {
    /// Every node once, in the order in which they are met from this hash on.
    pub fn walk(&self, hash: u64) -> impl Iterator<Item = NodeId> + '_ {
        let mut met = NodeSet::default();
        let (before, after) = self.points.split_at(self.place(hash));
        after.iter().chain(before).map(|(_, node)| *node).filter(move |node| met.insert(*node))
    }
}

fn points_of<M: Member>(member: M, virtual_nodes: u16) -> impl Iterator<Item = (u64, M)> {
    (0..virtual_nodes).map(move |nth| (member.point(nth), member))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A key's hash, as its users make it.
    fn hash(key: u64) -> u64 {
        xxh3_64_with_seed(&key.to_le_bytes(), 0)
    }

    #[test]
    fn an_empty_ring_belongs_to_nobody() {
        assert_eq!(Ring::<NodeId>::default().owner(7), None);
    }

    #[test]
    fn the_ring_is_the_same_for_ever() {
        // These figures may never change: recordings and placements of older versions depend on them.
        let ring = Ring::new(NodeId::first(5));
        let owners: Vec<u8> = (0..12).filter_map(|key| ring.owner(hash(key))).map(|node| node.0).collect();
        assert_eq!(owners, OWNERS_FOR_EVER);
    }

    const OWNERS_FOR_EVER: [u8; 12] = [1, 4, 3, 5, 5, 4, 2, 4, 4, 4, 2, 3];

    #[test]
    fn shares_are_even_within_a_quarter() {
        const KEYS: usize = 20_000;
        for nodes in [2, 3, 5, 10, 40] {
            let ring = Ring::new(NodeId::first(nodes));
            let mut shares = vec![0_usize; nodes];
            (0..KEYS as u64).filter_map(|key| ring.owner(hash(key))).for_each(|node| shares[node.index()] += 1);
            let fair = KEYS / nodes;
            for share in &shares {
                assert!(share.abs_diff(fair) * 4 <= fair, "{nodes} nodes: {shares:?}, fair would be {fair}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_node_that_goes_moves_its_own_keys_and_no_others(nodes in 2_usize..20, gone in 0_usize..20, from: u64) {
            let gone = NodeId::from_index(gone % nodes);
            let whole = Ring::new(NodeId::first(nodes));
            let mut rest = whole.clone();
            rest.remove(gone);
            let mut moved = 0_usize;
            for key in 0..2_000_u64 {
                let at = hash(from.wrapping_add(key));
                let (before, after) = (whole.owner(at), rest.owner(at));
                prop_assert_ne!(after, Some(gone));
                if before == Some(gone) {
                    moved += 1;
                } else {
                    prop_assert_eq!(before, after, "a key of {:?} moved though {} went", before, gone);
                }
            }
            let fair = 2_000 / nodes;
            prop_assert!(moved <= fair * 8 / 5 + 40, "{} of 2000 keys moved, {} would be fair", moved, fair);
            rest.insert(gone);
            prop_assert_eq!(rest, whole);
        }

        #[test]
        fn a_walk_meets_every_node_once(nodes in 1_usize..40, at: u64) {
            let ring = Ring::new(NodeId::first(nodes));
            let walk: Vec<NodeId> = ring.walk(at).collect();
            prop_assert_eq!(walk.len(), nodes);
            prop_assert_eq!(walk.iter().copied().collect::<NodeSet>().len(), nodes);
            prop_assert_eq!(walk.first().copied(), ring.owner(at));
        }
    }
}
