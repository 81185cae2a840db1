//! The cluster map: who is a member, which partitions there are, and which nodes hold each; what `meta` replicates.
//!
//! Idea: the map is one small value with an `epoch` that grows by one with every change. Everybody else hears of it by
//! heartbeats; a request made under an older epoch is refused (`Why::StaleEpoch`).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::{GroupId, NodeId, SymbolId};
use super::moving::Shipment;
use super::rules::PartitionStrategy;
use super::venue::{VenueId, VenueState};

/// The version of the cluster map.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Epoch(pub u64);

/// Members, placement of groups, ownership of symbols.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClusterMap {
    /// Grows by one with every change.
    pub epoch: Epoch,
    /// The members.
    pub nodes: Vec<NodeId>,
    /// Former members. Numbers are never reused, so a late, duplicated join must not bring one back.
    pub gone: Vec<NodeId>,
    /// The voters of each group, `meta` first; the first named prefers to lead.
    pub groups: Vec<Vec<NodeId>>,
    /// The group of each symbol, in the order of the instrument table.
    pub owners: Vec<GroupId>,
    /// Members that are on their way out: what they hold is to be placed elsewhere.
    pub leaving: Vec<NodeId>,
    /// Symbols that are to change their group, in the order in which they will.
    pub moves: Vec<SymbolMove>,
    /// Whether groups are on their way to other nodes.
    pub placing: Placing,
    /// Moves that were begun: each goes on to its end, whatever is planned meanwhile.
    pub under_way: Vec<Shipment>,
    /// How symbols are divided among the partitions, by the last word on it.
    pub strategy: PartitionStrategy,
    /// How many symbols have changed their group.
    pub moved: u64,
    /// The venues, where there is a choice of them; none if everything is traded in one place.
    pub venues: Vec<VenueState>,
}

/// How far the placement of the groups is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Placing {
    /// As the cluster began: whoever holds something holds it.
    #[default]
    Begun,
    /// Members changed: groups are placed again, and each leader brings its group to where the map wants it.
    Moving,
    /// Every group is where the map wants it, and nobody else need keep anything of it.
    Settled,
}

/// A symbol that is to change its group (ADR-0003).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SymbolMove {
    /// Which.
    pub symbol: SymbolId,
    /// Whose it is.
    pub from: GroupId,
    /// Whose it will be.
    pub to: GroupId,
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

    /// How many partitions there are.
    pub const fn partitions(&self) -> usize {
        self.groups.len().saturating_sub(1)
    }

    /// Every group, `meta` first.
    pub fn group_ids(&self) -> impl Iterator<Item = GroupId> + use<> {
        (0..self.groups.len() as u16).map(GroupId)
    }

    /// The group that will own a symbol when what was begun has ended.
    pub fn heir(&self, symbol: SymbolId) -> Option<GroupId> {
        let begun = self.under_way.iter().find(|shipment| shipment.symbol == symbol);
        begun.map(|shipment| shipment.to).or_else(|| self.owner(symbol))
    }

    /// The move of a symbol that is planned and not begun.
    pub fn move_of(&self, symbol: SymbolId) -> Option<&SymbolMove> {
        self.moves.iter().find(|planned| planned.symbol == symbol)
    }

    /// Carries out a change; false if it does not fit any more and so changed nothing. Only what changes something makes a
    /// new epoch.
    pub fn apply(&mut self, change: &MapChange) -> bool {
        let fits = match change {
            MapChange::Replace(map) => {
                let newer = map.epoch >= self.epoch;
                if newer {
                    *self = ClusterMap::clone(map);
                }
                return newer;
            }
            MapChange::Move(moves) => self.plan(moves),
            MapChange::Moved { symbol, to } => self.moved(*symbol, *to),
            MapChange::Divide { strategy, moves } => {
                let switched = std::mem::replace(&mut self.strategy, *strategy) != *strategy;
                self.plan(moves) | switched
            }
            MapChange::Begin(symbol) => self.begin(*symbol),
            MapChange::Stay => !std::mem::take(&mut self.moves).is_empty(),
            MapChange::Join(node) => {
                let new = !self.nodes.contains(node) && !self.gone.contains(node);
                if new {
                    self.nodes.push(*node);
                    self.nodes.sort_unstable();
                    self.placing = Placing::Moving;
                }
                new
            }
            MapChange::Leave(node) => {
                let stays = self.nodes.contains(node) && !self.leaving.contains(node);
                if stays {
                    self.leaving.push(*node);
                    self.placing = Placing::Moving;
                }
                stays
            }
            MapChange::Left(node) => {
                let was = self.nodes.contains(node);
                if was {
                    self.gone.push(*node);
                }
                self.nodes.retain(|member| member != node);
                self.leaving.retain(|member| member != node);
                was
            }
            MapChange::Place { group, voters } => match self.groups.get_mut(group.index()) {
                Some(placed) if !voters.is_empty() && **placed != **voters => {
                    *placed = voters.to_vec();
                    true
                }
                _ => false,
            },
            MapChange::Door { venue, open, turn } => match self.venues.get_mut(venue.index()) {
                Some(state) if *turn > state.turn => {
                    (state.open, state.turn) = (*open, *turn);
                    true
                }
                _ => false,
            },
            MapChange::Settle => {
                let moving = self.placing == Placing::Moving && self.leaving.is_empty();
                if moving {
                    self.placing = Placing::Settled;
                }
                moving
            }
        };
        if fits {
            self.epoch = Epoch(self.epoch.0 + 1);
        }
        fits
    }

    /// Plans moves, in place of whatever was planned and has not happened. Moves from or to where nothing is, are left out.
    fn plan(&mut self, moves: &[SymbolMove]) -> bool {
        let groups = self.groups.len();
        let owned = |planned: &&SymbolMove| self.heir(planned.symbol) == Some(planned.from);
        let sound = |planned: &&SymbolMove| planned.to != planned.from && (1..groups).contains(&planned.to.index());
        let moves: Vec<_> = moves.iter().filter(owned).filter(sound).copied().collect();
        let new = moves != self.moves;
        self.moves = moves;
        new
    }

    fn moved(&mut self, symbol: SymbolId, to: GroupId) -> bool {
        let begun = self.under_way.iter().any(|shipment| shipment.symbol == symbol && shipment.to == to);
        let Some(owner) = self.owners.get_mut(usize::from(symbol.0)).filter(|_| begun) else { return false };
        let new = *owner != to;
        *owner = to;
        self.moved += u64::from(new);
        self.under_way.retain(|shipment| shipment.symbol != symbol);
        self.moves.retain(|planned| planned.symbol != symbol || planned.from == to);
        new
    }

    /// A planned move begins: the epoch that this makes is its name. A symbol moves once at a time.
    fn begin(&mut self, symbol: SymbolId) -> bool {
        let place = self.moves.iter().position(|planned| planned.symbol == symbol);
        let idle = self.under_way.iter().all(|shipment| shipment.symbol != symbol);
        let Some(place) = place.filter(|_| idle) else { return false };
        let SymbolMove { from, to, .. } = self.moves.remove(place);
        self.under_way.push(Shipment { symbol, from, to, epoch: Epoch(self.epoch.0 + 1) });
        true
    }

    /// The digest of the whole map.
    pub fn digest(&self) -> Digest {
        let nodes = self.nodes.iter().fold(Digest(self.epoch.0), |d, node| d.mix(u64::from(node.0)));
        let groups = self.groups.iter().fold(nodes, |d, voters| {
            voters.iter().fold(d.mix(voters.len() as u64), |d, node| d.mix(u64::from(node.0)))
        });
        let owners = self.owners.iter().fold(groups, |d, group| d.mix(u64::from(group.0)));
        let leaving = self.leaving.iter().fold(owners, |d, node| d.mix(u64::from(node.0)));
        let gone = self.gone.iter().fold(leaving, |d, node| d.mix(u64::from(node.0)));
        let planned = self.moves.iter().fold(gone, |d, planned| planned.digest(d));
        let begun = self.under_way.iter().fold(planned, |d, shipment| shipment.digest(d));
        let last = begun.mix(self.strategy as u64).mix(self.moved).mix(self.placing as u64);
        self.venues.iter().fold(last, |d, venue| venue.digest(d))
    }
}

impl SymbolMove {
    fn digest(self, digest: Digest) -> Digest {
        digest.mix(u64::from(self.symbol.0) << 32 | u64::from(self.from.0) << 16 | u64::from(self.to.0))
    }
}

/// A change of the map, as `meta` logs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MapChange {
    /// The map as a whole: how a cluster begins.
    Replace(Arc<ClusterMap>),
    /// These symbols are to move; what was planned before and has not happened is dropped.
    Move(Arc<[SymbolMove]>),
    /// A symbol has a new owner.
    Moved {
        /// Which.
        symbol: SymbolId,
        /// Whose it is now.
        to: GroupId,
    },
    /// No more symbol is to move; what was begun goes on.
    Stay,
    /// A node is a member.
    Join(NodeId),
    /// A member is to leave: nothing is placed on it any more.
    Leave(NodeId),
    /// A node is a member no longer.
    Left(NodeId),
    /// A group is to be held by these nodes; the first named prefers to lead.
    Place {
        /// Which.
        group: GroupId,
        /// By whom.
        voters: Arc<[NodeId]>,
    },
    /// Every group is where it is wanted, and leaders are spread; refused while somebody is leaving.
    Settle,
    /// Symbols are divided by this strategy from now on, and so these are to move; as [`Move`](Self::Move) otherwise.
    Divide {
        /// How.
        strategy: PartitionStrategy,
        /// Which.
        moves: Arc<[SymbolMove]>,
    },
    /// The planned move of this symbol begins.
    Begin(SymbolId),
    /// A venue opens or closes, unless a later word on it was heard before.
    Door {
        /// Which.
        venue: VenueId,
        /// It opens.
        open: bool,
        /// The how-manieth word on it this is.
        turn: u32,
    },
}

impl MapChange {
    /// Its digest for the log's chain.
    pub fn digest(&self) -> Digest {
        match self {
            Self::Replace(map) => map.digest().mix(1),
            Self::Move(moves) => moves.iter().fold(Digest(2), |d, planned| planned.digest(d)),
            Self::Moved { symbol, to } => Digest(3).mix(u64::from(symbol.0) << 16 | u64::from(to.0)),
            Self::Stay => Digest(4),
            Self::Join(node) => Digest(5).mix(u64::from(node.0)),
            Self::Leave(node) => Digest(6).mix(u64::from(node.0)),
            Self::Left(node) => Digest(7).mix(u64::from(node.0)),
            Self::Place { group, voters } => {
                voters.iter().fold(Digest(8).mix(u64::from(group.0)), |d, node| d.mix(u64::from(node.0)))
            }
            Self::Settle => Digest(9),
            Self::Divide { strategy, moves } => {
                moves.iter().fold(Digest(11).mix(*strategy as u64), |d, planned| planned.digest(d))
            }
            Self::Begin(symbol) => Digest(10).mix(u64::from(symbol.0)),
            Self::Door { venue, open, turn } => {
                Digest(12).mix(u64::from(venue.0) << 1 | u64::from(*open)).mix(u64::from(*turn))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> ClusterMap {
        ClusterMap {
            epoch: Epoch(1),
            nodes: NodeId::first(3).collect(),
            groups: vec![vec![NodeId(1)]; 3],
            owners: vec![GroupId(1), GroupId(1), GroupId(2)],
            ..ClusterMap::default()
        }
    }

    /// Seed 3411 of the storms of everything: a frozen node forwarded the join of a node that had left in the meantime.
    #[test]
    fn a_late_join_does_not_bring_a_node_back() {
        let mut map = map();
        for change in [MapChange::Join(NodeId(4)), MapChange::Leave(NodeId(4)), MapChange::Left(NodeId(4))] {
            assert!(map.apply(&change));
        }
        assert!(!map.apply(&MapChange::Join(NodeId(4))) && !map.nodes.contains(&NodeId(4)));
        assert!(map.apply(&MapChange::Join(NodeId(5))));
    }

    #[test]
    fn only_what_changes_something_makes_a_new_epoch() {
        let mut map = map();
        assert!(map.apply(&MapChange::Join(NodeId(4))) && !map.apply(&MapChange::Join(NodeId(4))));
        assert!(map.apply(&MapChange::Leave(NodeId(4))) && !map.apply(&MapChange::Leave(NodeId(4))));
        assert!(map.apply(&MapChange::Left(NodeId(4))) && !map.apply(&MapChange::Leave(NodeId(4))));
        let voters: Arc<[NodeId]> = Arc::from([NodeId(2), NodeId(3)]);
        let place = MapChange::Place { group: GroupId(2), voters };
        assert!(map.apply(&place) && !map.apply(&place));
        assert_eq!(map.epoch, Epoch(5));
        assert!(map.leaving.is_empty());
        assert_eq!(map.placing, Placing::Moving);
        assert!(map.apply(&MapChange::Leave(NodeId(1))) && !map.apply(&MapChange::Settle), "somebody is leaving");
        assert!(map.apply(&MapChange::Left(NodeId(1))) && map.apply(&MapChange::Settle));
        assert!(!map.apply(&MapChange::Settle));
    }

    #[test]
    fn a_move_is_planned_if_it_makes_sense_and_ends_with_a_new_owner() {
        let mut map = map();
        let planned = |symbol: u16, from: u16, to: u16| SymbolMove {
            symbol: SymbolId(symbol),
            from: GroupId(from),
            to: GroupId(to),
        };
        let moves = [planned(0, 1, 2), planned(1, 1, 1), planned(2, 1, 2), planned(1, 1, 7), planned(9, 1, 2)];
        assert!(map.apply(&MapChange::Move(Arc::from(moves))));
        assert_eq!(map.moves, [planned(0, 1, 2)]);
        let moved = MapChange::Moved { symbol: SymbolId(0), to: GroupId(2) };
        assert!(!map.apply(&moved), "it has not begun");
        assert!(map.apply(&MapChange::Begin(SymbolId(0))) && map.apply(&moved));
        assert_eq!((map.owner(SymbolId(0)), map.moves.len()), (Some(GroupId(2)), 0));
        assert!(!map.apply(&moved), "a word that comes late or twice changes nothing");
    }

    #[test]
    fn what_was_begun_goes_on_whatever_is_planned_meanwhile() {
        let mut map = map();
        let plan = |symbol: u16, from: u16, to: u16| {
            let planned = SymbolMove { symbol: SymbolId(symbol), from: GroupId(from), to: GroupId(to) };
            MapChange::Move(Arc::from([planned]))
        };
        assert!(map.apply(&plan(0, 1, 2)) && map.apply(&MapChange::Begin(SymbolId(0))));
        assert!(!map.apply(&MapChange::Begin(SymbolId(0))), "it has begun");
        assert_eq!(map.under_way[0].epoch, map.epoch, "its name is the epoch that it made");
        assert!(!map.apply(&MapChange::Stay), "nothing waits any more");
        assert!(!map.apply(&plan(0, 1, 2)), "it is on its way there");
        assert!(map.apply(&plan(0, 2, 1)) && !map.apply(&MapChange::Begin(SymbolId(0))), "back again, but later");
        assert!(map.apply(&MapChange::Moved { symbol: SymbolId(0), to: GroupId(2) }));
        assert!(map.apply(&MapChange::Begin(SymbolId(0))), "now");
        assert_eq!((map.owner(SymbolId(0)), map.heir(SymbolId(0))), (Some(GroupId(2)), Some(GroupId(1))));
    }

    fn venue() -> VenueState {
        let latency = crate::domain::time::SimDuration::from_micros(200);
        VenueState::new(crate::domain::venue::Venue { fee_millionths: 100, latency, step_ticks: 1 })
    }

    #[test]
    fn the_last_word_on_a_door_stands_whenever_it_is_heard() {
        let mut map = ClusterMap { venues: vec![venue(); 2], ..map() };
        let door = |turn, open| MapChange::Door { venue: VenueId(1), open, turn };
        assert!(map.apply(&door(2, true)) && !map.apply(&door(1, false)) && !map.apply(&door(2, true)));
        assert!(map.venues[1].open);
        assert!(map.apply(&door(3, false)));
        assert!(!map.venues[1].open);
        assert!(map.venues[0].open && !map.apply(&MapChange::Door { venue: VenueId(2), open: false, turn: 9 }));
    }

    #[test]
    fn every_field_is_in_the_digest() {
        let plain = map().digest();
        let mut changed = [map(), map(), map(), map(), map(), map(), map(), map(), map()];
        changed[8].venues.push(venue());
        changed[7].placing = Placing::Settled;
        changed[0].epoch = Epoch(2);
        changed[1].groups[2].push(NodeId(2));
        changed[2].owners[0] = GroupId(2);
        changed[3].leaving.push(NodeId(1));
        changed[4].moves.push(SymbolMove { symbol: SymbolId(0), from: GroupId(1), to: GroupId(2) });
        changed[5].strategy = PartitionStrategy::Range;
        let begun = Shipment { symbol: SymbolId(0), from: GroupId(1), to: GroupId(2), epoch: Epoch(1) };
        changed[6].under_way.push(begun);
        assert!(changed.iter().all(|map| map.digest() != plain));
    }
}
