//! The partitioner: which partition owns a symbol.
//!
//! Idea: by the hash of its *name*, which no table order and no new instrument changes. The hash is spread over the
//! partitions by a multiplication (Lemire 2016), which is exact and needs no division.
//! Shape: a pure function. The answer is written into the cluster map once, and read there ever after.
//! Left out: moving a symbol by load; ranges.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::domain::ids::{GroupId, PartitionId, SymbolId};

/// Chosen among many so that the ten instruments leave no partition empty up to ten partitions (tested).
/// It may never change: a recording places its symbols by it.
const NAME_SEED: u64 = 0x6e4b;

/// The partition, of so many, that owns the symbol of this name.
pub fn partition_of(name: &str, partitions: usize) -> PartitionId {
    PartitionId::from_index(place(name, NAME_SEED, partitions))
}

/// The group of each symbol, in the order of the instrument table.
pub fn owners(partitions: usize) -> Vec<GroupId> {
    SymbolId::all()
        .filter_map(SymbolId::instrument)
        .map(|instrument| GroupId::of(partition_of(instrument.name, partitions)))
        .collect()
}

/// The 0-based place of a name among so many.
fn place(name: &str, seed: u64, places: usize) -> usize {
    let hash = xxh3_64_with_seed(name.as_bytes(), seed);
    ((u128::from(hash) * places as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instrument::INSTRUMENTS;

    fn spread(seed: u64, partitions: usize) -> Vec<usize> {
        let mut counts = vec![0; partitions];
        INSTRUMENTS.iter().for_each(|instrument| counts[place(instrument.name, seed, partitions)] += 1);
        counts
    }

    #[test]
    fn every_partition_owns_a_symbol_and_none_owns_many() {
        for partitions in 1..=10 {
            let counts = spread(NAME_SEED, partitions);
            assert!(counts.iter().all(|count| *count > 0), "{partitions} partitions: {counts:?}");
        }
        let mut four = spread(NAME_SEED, 4);
        four.sort_unstable();
        assert_eq!(four, [2, 2, 3, 3]);
    }

    #[test]
    fn a_symbol_stays_where_it_is_when_the_table_grows() {
        assert_eq!(owners(4).len(), INSTRUMENTS.len());
        for (symbol, group) in INSTRUMENTS.iter().zip(owners(4)) {
            assert_eq!(GroupId::of(partition_of(symbol.name, 4)), group);
        }
    }

    #[test]
    fn any_name_has_a_place_among_any_number() {
        for partitions in [1, 2, 3, 100, 512] {
            for name in ["", "GOOG", "a very long name of an instrument that nobody trades", "Ж"] {
                assert!(partition_of(name, partitions).index() < partitions);
            }
        }
    }
}
