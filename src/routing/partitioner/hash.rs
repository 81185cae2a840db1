//! Hashes: one number for a key, the same for ever, and the two ways to make a partition of it.
//!
//! Idea: *stretching* takes the high bits: the circle of hashes is cut into N equal arcs, so N + 1 arcs share half of
//! their length with the N before. *Modulo* takes the low bits: nothing is shared but by accident, so nearly every key
//! moves. Both are equally even; they differ only on the day when N changes.
//! Sources: the hash is xxh3, by specification the same on every machine, which the standard hasher is not; stretching is
//! Lemire's multiply-shift (2016), exact and without a division.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::domain::ids::PartitionId;

/// Chosen among many so that the ten instruments leave no partition empty up to ten partitions (tested).
/// It may never change: a recording places its symbols by it.
const KEY_SEED: u64 = 0x6e4b;

/// Keeps the places of keys on a ring apart from all other uses of the hash.
const RING_SEED: u64 = 0x6b65_7973;

/// The hash of a key.
pub fn of_key(key: &[u8]) -> u64 {
    xxh3_64_with_seed(key, KEY_SEED)
}

/// Where a key stands on a ring of partitions.
pub fn on_ring(key: &[u8]) -> u64 {
    xxh3_64_with_seed(key, RING_SEED)
}

/// The hash, stretched over so many partitions.
pub const fn stretched(hash: u64, partitions: usize) -> PartitionId {
    PartitionId::from_index(((hash as u128 * partitions as u128) >> 64) as usize)
}

/// The hash modulo so many partitions, at least one.
pub const fn modulo(hash: u64, partitions: usize) -> PartitionId {
    PartitionId::from_index((hash % partitions as u64) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretching_reaches_both_ends() {
        for partitions in [1, 2, 7, 512] {
            assert_eq!(stretched(0, partitions), PartitionId(1));
            assert_eq!(stretched(u64::MAX, partitions), PartitionId(partitions as u16));
            assert_eq!(modulo(partitions as u64 - 1, partitions), PartitionId(partitions as u16));
            assert_eq!(modulo(partitions as u64, partitions), PartitionId(1));
        }
    }

    #[test]
    fn stretched_neighbours_stay_together_and_modulo_tears_them_apart() {
        assert_eq!(stretched(7, 4), stretched(8, 4));
        assert_ne!(modulo(7, 4), modulo(8, 4));
    }
}
