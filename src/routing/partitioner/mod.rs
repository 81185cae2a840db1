//! The partitioner: which partition owns a key.
//!
//! Idea: five answers to one question, over any key that is bytes (the name of an instrument, the id of a trade), so
//! that they can be laid side by side on the same data: how even they are ([`compare`]) and how many keys move when
//! something changes ([`movement`]).
//!
//! | strategy | the owner is | N -> N + 1 moves | neighbours |
//! |---|---|---|---|
//! | `hash` | the hash, stretched over N by a multiplication | 1/2 | apart |
//! | `modulo` | the hash modulo N: the naive one | N/(N + 1) | apart |
//! | `range` | between two split points of the sorted keys | what the points say | together |
//! | `list` | as written; what is missing by hash, once | nothing | as written |
//! | `consistent-hash` | the next point on a ring | 1/(N + 1) | apart |
//!
//! Shape: [`Partitioner`] is a value; two of them, before and after, are what a change is. The answer for instruments is
//! written into the cluster map and read there ever after, so a partitioner is asked when something changes, not when an
//! order comes.
//! Load is not asked about here: what to do about one hot key is [`split`].
//! Bound: [`list::ENTRIES_MAX`] remembered keys; up to 512 partitions.
//! Left out: composite keys, secondary indexes.
//! Sources: Karger et al. 1997 for the ring; Lemire 2016 for the multiplication; Kleppmann 2017, chapter 6.

pub mod compare;
pub mod hash;
pub mod keys;
pub mod list;
pub mod movement;
pub mod range;
pub mod split;

use self::list::List;
use self::range::Ranges;
use super::ring::Ring;
use crate::domain::ids::{GroupId, PartitionId, SymbolId};
use crate::domain::instrument::INSTRUMENTS;
use crate::domain::rules::PartitionStrategy;
use crate::domain::settings::PartitionSettings;

/// A way to divide keys among so many partitions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partitioner {
    partitions: usize,
    scheme: Scheme,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Scheme {
    Hash,
    Modulo,
    Range(Ranges),
    List(List),
    Ring { ring: Ring<PartitionId>, virtual_nodes: u16 },
}

impl Partitioner {
    /// The strategy of these settings over so many partitions, at least one.
    ///
    /// Ranges begin with the alphabet cut into equal parts; a list begins with the first ten instruments, dealt in turn.
    pub fn new(settings: &PartitionSettings, partitions: usize) -> Self {
        let partitions = partitions.max(1);
        let scheme = match settings.strategy {
            PartitionStrategy::Hash => Scheme::Hash,
            PartitionStrategy::Modulo => Scheme::Modulo,
            PartitionStrategy::Range => Scheme::Range(Ranges::of_letters(partitions)),
            PartitionStrategy::List => {
                Scheme::List(List::dealt(INSTRUMENTS.iter().map(|instrument| instrument.name), partitions))
            }
            PartitionStrategy::ConsistentHash => {
                let members = (0..partitions).map(PartitionId::from_index);
                let virtual_nodes = settings.virtual_nodes.max(1);
                Scheme::Ring { ring: Ring::with_virtual_nodes(members, virtual_nodes), virtual_nodes }
            }
        };
        Self { partitions, scheme }
    }

    /// This strategy, whichever the settings name, over so many partitions.
    pub fn of(settings: &PartitionSettings, strategy: PartitionStrategy, partitions: usize) -> Self {
        Self::new(&PartitionSettings { strategy, ..settings.clone() }, partitions)
    }

    /// Ranges with these split points.
    pub const fn of_ranges(ranges: Ranges, partitions: usize) -> Self {
        Self { partitions, scheme: Scheme::Range(ranges) }
    }

    /// This list.
    pub const fn of_list(list: List, partitions: usize) -> Self {
        Self { partitions, scheme: Scheme::List(list) }
    }

    /// Which strategy it is.
    pub const fn strategy(&self) -> PartitionStrategy {
        match self.scheme {
            Scheme::Hash => PartitionStrategy::Hash,
            Scheme::Modulo => PartitionStrategy::Modulo,
            Scheme::Range(_) => PartitionStrategy::Range,
            Scheme::List(_) => PartitionStrategy::List,
            Scheme::Ring { .. } => PartitionStrategy::ConsistentHash,
        }
    }

    /// Among how many it divides.
    pub const fn partitions(&self) -> usize {
        self.partitions
    }

    /// The partition of a key; for a key that is missing from a list, the one that it would be assigned to.
    pub fn owner(&self, key: &[u8]) -> PartitionId {
        match &self.scheme {
            Scheme::Hash => hash::stretched(hash::of_key(key), self.partitions),
            Scheme::Modulo => hash::modulo(hash::of_key(key), self.partitions),
            Scheme::Range(ranges) => ranges.owner(key),
            Scheme::List(list) => list.owner(key, self.partitions),
            Scheme::Ring { ring, .. } => ring.owner(hash::on_ring(key)).unwrap_or(const { PartitionId::from_index(0) }),
        }
    }

    /// The partition of a key, which a list then remembers.
    pub fn assign(&mut self, key: &[u8]) -> PartitionId {
        match &mut self.scheme {
            Scheme::List(list) => list.assign(key, self.partitions),
            _ => self.owner(key),
        }
    }

    /// The same strategy over another number of partitions, at least one.
    ///
    /// A list keeps what it remembers, save what belonged to partitions that go. Ranges are cut again, evenly: a single
    /// split that moves no more than it must is [`Ranges::split`].
    #[must_use]
    pub fn resized(&self, partitions: usize) -> Self {
        let partitions = partitions.max(1);
        let scheme = match &self.scheme {
            Scheme::Hash => Scheme::Hash,
            Scheme::Modulo => Scheme::Modulo,
            Scheme::Range(_) => Scheme::Range(Ranges::of_letters(partitions)),
            Scheme::List(list) => Scheme::List(list.resized(partitions)),
            Scheme::Ring { virtual_nodes, .. } => {
                let members = (0..partitions).map(PartitionId::from_index);
                let ring = Ring::with_virtual_nodes(members, *virtual_nodes);
                Scheme::Ring { ring, virtual_nodes: *virtual_nodes }
            }
        };
        Self { partitions, scheme }
    }

    /// The group of each of the first so many instruments, as the cluster map holds them.
    pub fn owners(&mut self, instruments: usize) -> Vec<GroupId> {
        let names = SymbolId::first(instruments).filter_map(SymbolId::instrument).map(|instrument| instrument.name);
        names.map(|name| GroupId::of(self.assign(name.as_bytes()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partitioner(strategy: PartitionStrategy, partitions: usize) -> Partitioner {
        Partitioner::new(&PartitionSettings { strategy, ..PartitionSettings::default() }, partitions)
    }

    #[test]
    fn the_ten_stay_where_recordings_have_them() {
        let owners = |partitions| {
            let owners = partitioner(PartitionStrategy::Hash, partitions).owners(10);
            owners.iter().map(|group| group.0).collect::<Vec<_>>()
        };
        assert_eq!(owners(4), OWNERS_OF_FOUR);
        assert_eq!(owners(16), OWNERS_OF_SIXTEEN);
    }

    const OWNERS_OF_FOUR: [u16; 10] = [4, 2, 1, 3, 3, 2, 2, 4, 3, 1];
    const OWNERS_OF_SIXTEEN: [u16; 10] = [13, 5, 2, 12, 11, 6, 8, 16, 10, 4];

    #[test]
    fn a_symbol_stays_where_it_is_when_the_table_grows() {
        for &strategy in PartitionStrategy::ALL {
            let few = partitioner(strategy, 7).owners(10);
            let many = partitioner(strategy, 7).owners(2_000);
            assert_eq!(many.len(), 2_000);
            assert_eq!(many[..10], few, "{}", strategy.name());
        }
    }

    #[test]
    fn any_key_has_a_place_among_any_number() {
        for &strategy in PartitionStrategy::ALL {
            for partitions in [1, 2, 3, 26, 27, 100, 512] {
                let mut partitioner = partitioner(strategy, partitions);
                for key in ["", "GOOG", "a very long name of an instrument that nobody trades", "Ж", "\u{10ffff}"] {
                    let owner = partitioner.assign(key.as_bytes());
                    assert!(owner.index() < partitions, "{} puts {key:?} on {owner}", strategy.name());
                    assert_eq!(partitioner.owner(key.as_bytes()), owner, "asking changes nothing");
                }
            }
        }
    }

    #[test]
    fn every_partition_owns_one_of_the_ten_and_none_owns_many() {
        for partitions in 1..=10 {
            let owners = partitioner(PartitionStrategy::Hash, partitions).owners(10);
            for partition in 0..partitions {
                let group = GroupId::of(PartitionId::from_index(partition));
                assert!(owners.contains(&group), "{partitions} partitions: {group} owns none of {owners:?}");
            }
        }
    }

    #[test]
    fn a_strategy_is_what_it_was_made_as() {
        for &strategy in PartitionStrategy::ALL {
            let made = partitioner(strategy, 5);
            assert_eq!((made.strategy(), made.partitions()), (strategy, 5));
            assert_eq!((made.resized(6).strategy(), made.resized(6).partitions()), (strategy, 6));
            assert_eq!(made.resized(6).resized(5).owners_of_names(), made.owners_of_names(), "{}", strategy.name());
        }
    }

    impl Partitioner {
        fn owners_of_names(&self) -> Vec<GroupId> {
            self.clone().owners(10)
        }
    }
}
