//! A list: who owns what, written out; and a memory for what nobody wrote.
//!
//! Idea: an explicit entry says where a key is, for reasons that no hash knows. A key that is missing is assigned by hash
//! *once* and remembered, so it stays where its data is although the number of partitions changes.
//! Bound: [`ENTRIES_MAX`] entries. A key that comes when the list is full is assigned by hash each time, which is the
//! same answer until the number of partitions changes; such keys are counted ([`List::overflowed`]).

use std::collections::BTreeMap;

use super::hash;
use crate::domain::ids::PartitionId;

/// Entries that a list keeps at most, written and remembered.
pub const ENTRIES_MAX: usize = 65_536;

/// Keys and their owners.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct List {
    entries: BTreeMap<Box<[u8]>, PartitionId>,
    overflowed: u64,
}

impl List {
    /// These names, dealt to so many partitions in turn.
    pub fn dealt<'a>(names: impl IntoIterator<Item = &'a str>, partitions: usize) -> Self {
        let places = (0..partitions.max(1)).map(PartitionId::from_index).cycle();
        Self::of(names.into_iter().zip(places))
    }

    /// These entries; of two for one name the later counts.
    pub fn of<'a>(entries: impl IntoIterator<Item = (&'a str, PartitionId)>) -> Self {
        let entries = entries.into_iter().take(ENTRIES_MAX).map(|(name, owner)| (name.as_bytes().into(), owner));
        Self { entries: entries.collect(), overflowed: 0 }
    }

    /// The owner of a key, or the one that it would be assigned to among so many partitions.
    pub fn owner(&self, key: &[u8], partitions: usize) -> PartitionId {
        self.entries.get(key).copied().unwrap_or_else(|| hash::stretched(hash::of_key(key), partitions))
    }

    /// The owner of a key, remembered from now on.
    pub fn assign(&mut self, key: &[u8], partitions: usize) -> PartitionId {
        if let Some(owner) = self.entries.get(key) {
            return *owner;
        }
        let owner = hash::stretched(hash::of_key(key), partitions);
        if self.entries.len() < ENTRIES_MAX {
            self.entries.insert(key.into(), owner);
        } else {
            self.overflowed += 1;
        }
        owner
    }

    /// The list for another number of partitions: what belonged to one that goes is assigned by hash again.
    #[must_use]
    pub fn resized(&self, partitions: usize) -> Self {
        let entries = self.entries.iter().map(|(key, owner)| {
            let stays = owner.index() < partitions;
            (key.clone(), if stays { *owner } else { hash::stretched(hash::of_key(key), partitions) })
        });
        Self { entries: entries.collect(), overflowed: self.overflowed }
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How often a key was assigned and, for want of room, not remembered.
    pub const fn overflowed(&self) -> u64 {
        self.overflowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_counts_and_what_is_missing_is_remembered() {
        let mut list = List::of([("GOOG", PartitionId(3)), ("ACME", PartitionId(1))]);
        assert_eq!(list.assign(b"GOOG", 4), PartitionId(3));
        assert_eq!(list.len(), 2);
        let first = list.assign(b"MISSING", 4);
        assert_eq!((list.len(), list.assign(b"MISSING", 4), list.len()), (3, first, 3));
        // Among a hundred partitions the hash alone says otherwise: it is memory that keeps the key in its place.
        assert_ne!(List::default().owner(b"MISSING", 100), first);
        assert_eq!(list.assign(b"MISSING", 100), first);
    }

    #[test]
    fn only_what_belonged_to_a_partition_that_goes_is_assigned_again() {
        let names: Vec<String> = (0..400).map(|n| format!("key {n}")).collect();
        let mut list = List::default();
        for name in &names {
            list.assign(name.as_bytes(), 8);
        }
        let fewer = list.resized(7);
        for name in &names {
            let (was, is) = (list.owner(name.as_bytes(), 8), fewer.owner(name.as_bytes(), 7));
            assert!(is.index() < 7);
            assert!(was == is || was == PartitionId(8), "{name} moved from {was} to {is}");
        }
    }

    #[test]
    fn a_full_list_forgets_and_says_so() {
        let mut list = List::default();
        for key in 0..ENTRIES_MAX as u32 + 3 {
            list.assign(&key.to_le_bytes(), 4);
        }
        assert_eq!((list.len(), list.overflowed()), (ENTRIES_MAX, 3));
    }
}
