//! Names of things: every id is its own type, so that a term can never stand where an index belongs.
//!
//! Shape: small `Copy` newtypes, ordered, printed the way the screen prints them (`n3`, `p2`, `T7`).
//! Units: node and partition numbers count from 1, as people count them; `index()` is the 0-based place in a table.
//! A `LogIndex` counts *records* from 1. `LogIndex::ORIGIN` (0) is the end of the empty prefix, a real position that
//! Raft computes with (`prev` of the first batch), not a missing value; a missing position is an `Option`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A machine of the cluster, `n1` to `n128`. From outside no other number is taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(Default))]
#[serde(try_from = "u8", into = "u8")]
pub struct NodeId(pub u8);

impl TryFrom<u8> for NodeId {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        let fits = (1..=NodeSet::NODES_MAX).contains(&usize::from(number));
        fits.then_some(Self(number)).ok_or_else(|| format!("a node has a number from 1 to {}", NodeSet::NODES_MAX))
    }
}

impl From<NodeId> for u8 {
    fn from(node: NodeId) -> Self {
        node.0
    }
}

impl NodeId {
    /// The node at this 0-based place.
    pub const fn from_index(index: usize) -> Self {
        Self(index as u8 + 1)
    }

    /// The 0-based place in a table of nodes.
    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }

    /// The first `count` nodes, in order.
    pub fn first(count: usize) -> impl DoubleEndedIterator<Item = Self> + Clone {
        (0..count).map(Self::from_index)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("n{}", self.0))
    }
}

/// A set of nodes as a bit per node, at most 128 of them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeSet(u128);

impl NodeSet {
    /// How many nodes a cluster can have: the width of the set.
    pub const NODES_MAX: usize = 128;

    /// The empty set.
    pub const NOBODY: Self = Self(0);

    /// Who is in one of the two.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Who is in both.
    #[must_use]
    pub const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Who is in this one and not in the other.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// How many of them are a majority; of nobody, one more than there are.
    pub const fn majority(self) -> usize {
        self.len() / 2 + 1
    }

    /// Adds a node; true if it was not there.
    pub fn insert(&mut self, node: NodeId) -> bool {
        let fresh = !self.contains(node);
        self.0 |= 1 << node.index();
        fresh
    }

    /// Takes a node out; true if it was there.
    pub fn remove(&mut self, node: NodeId) -> bool {
        let was = self.contains(node);
        self.0 &= !(1 << node.index());
        was
    }

    /// Whether the node is in the set.
    pub const fn contains(self, node: NodeId) -> bool {
        self.0 >> node.index() & 1 == 1
    }

    /// How many nodes are in the set.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether nobody is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members in ascending order.
    pub fn iter(self) -> impl Iterator<Item = NodeId> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let place = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(NodeId::from_index(place))
        })
    }
}

impl fmt::Display for NodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.iter().map(|node| node.to_string()).collect();
        f.pad(&format!("{{{}}}", names.join(",")))
    }
}

impl FromIterator<NodeId> for NodeSet {
    fn from_iter<I: IntoIterator<Item = NodeId>>(nodes: I) -> Self {
        let mut set = Self::default();
        nodes.into_iter().for_each(|node| {
            set.insert(node);
        });
        set
    }
}

/// A part of the data: the symbols that hash to it, `p1` and up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartitionId(pub u16);

impl PartitionId {
    /// The partition at this 0-based place.
    pub const fn from_index(index: usize) -> Self {
        Self(index as u16 + 1)
    }

    /// The 0-based place in a table of partitions.
    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }
}

impl fmt::Display for PartitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("p{}", self.0))
    }
}

/// A replicated log and the nodes that hold it: one per partition, and `meta`, which holds the cluster map.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupId(pub u16);

impl GroupId {
    /// The group whose state machine is the cluster map; its leader is the controller.
    pub const META: Self = Self(0);

    /// The group of a partition.
    pub const fn of(partition: PartitionId) -> Self {
        Self(partition.0)
    }

    /// The partition that the group replicates; `meta` has none.
    pub const fn partition(self) -> Option<PartitionId> {
        if self.0 == 0 { None } else { Some(PartitionId(self.0)) }
    }

    /// The 0-based place in a table of groups (`meta` first).
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.partition() {
            None => f.pad("meta"),
            Some(partition) => partition.fmt(f),
        }
    }
}

/// A Raft term: a logical clock; each has at most one leader. 0 is the term before the first election.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Term(pub u64);

impl Term {
    /// The term after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("T{}", self.0))
    }
}

/// The place of a record in its group's log, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogIndex(pub u64);

impl LogIndex {
    /// The end of the empty prefix: the position before the first record.
    pub const ORIGIN: Self = Self(0);

    /// The position after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The position before this one; the origin stays.
    #[must_use]
    pub const fn prev(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The position `records` further on.
    #[must_use]
    pub const fn plus(self, records: u64) -> Self {
        Self(self.0 + records)
    }

    /// How many records lie between `earlier` and here; 0 if `earlier` is ahead.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for LogIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A client session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub u32);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("c{}", self.0))
    }
}

impl ClientId {
    /// The account that the session trades for: for now each session has its own.
    pub const fn account(self) -> AccountId {
        AccountId(self.0)
    }
}

/// Who owns orders, and later cash and positions: the sessions of one account never trade with each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub u32);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("a{}", self.0))
    }
}

/// The place of a request in its session, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub u64);

/// What makes a request the same request when it is sent again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RequestId {
    /// The session that asked.
    pub client: ClientId,
    /// Its place in that session.
    pub sequence: Sequence,
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.client, self.sequence.0))
    }
}

/// A traded instrument: its place in the table of instruments.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SymbolId(pub u16);

/// A notable event, numbered in the order in which they happened, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub u64);

/// A party outside the nodes that the scheduler also drives: clients, balancer, schedules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActorId(pub u16);

/// One end of a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Address {
    /// A node of the cluster.
    Node(NodeId),
    /// A party outside it.
    Actor(ActorId),
}

/// A completed write is known by its token; tokens of one node grow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersistToken(pub u64);

/// A read that waits for its ReadIndex, numbered by the node that asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReadToken(pub u64);
