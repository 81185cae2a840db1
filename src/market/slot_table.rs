//! A hash table of our own: from a name to the slot where the named thing lives.
//!
//! Idea: open addressing with linear probing. An entry is one word: 32 bits of the name's hash, 32 bits of slot. The
//! name itself stays with the thing, so the caller says whether a slot is the right one, and a probe that meets a
//! stranger is turned away by the hash bits without touching the stranger's memory.
//! Shape: `find`, `insert`, `remove`. Removal shifts the rest of the run back (Knuth, algorithm 6.4R) instead of leaving
//! a marker, so a table that lives long does not silt up.
//! Bound: at most half full; it doubles, and never shrinks, so it is as large as its owner's bound allows.
//! Why not the standard map: its hasher is seeded by the machine, and nothing here may depend on the machine.
//! Sources: Knuth, TAOCP 3, 6.4; the mixing is the finaliser of MurmurHash3 (Appleby 2011).

use crate::domain::ids::{ClientId, RequestId};

/// Spreads 64 bits over 32, every bit on every other.
const fn spread(word: u64) -> u32 {
    let word = (word ^ (word >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let word = (word ^ (word >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (word >> 32) as u32
}

/// The hash of a request's name.
pub const fn hash_of_request(id: RequestId) -> u32 {
    spread((id.client.0 as u64).rotate_right(24) ^ id.sequence.0)
}

/// The hash of a session's name.
pub const fn hash_of_client(client: ClientId) -> u32 {
    spread(client.0 as u64)
}

const ENTRIES_AT_FIRST: usize = 16;

/// From names to slots.
#[derive(Clone, Debug)]
pub struct SlotTable {
    entries: Vec<u64>,
    len: usize,
}

/// 0 marks an empty entry, so the slot is kept one higher than it is.
const fn pack(hash: u32, slot: u32) -> u64 {
    (hash as u64) << 32 | (slot as u64 + 1)
}

impl Default for SlotTable {
    fn default() -> Self {
        Self { entries: vec![0; ENTRIES_AT_FIRST], len: 0 }
    }
}

impl SlotTable {
    /// How many names it knows.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it knows none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The slot of the name with this hash; `is_it` tells whether a slot carries that very name.
    pub fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.entries.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let entry = self.entries[at];
            if entry == 0 {
                return None;
            }
            let slot = (entry as u32).wrapping_sub(1);
            if (entry >> 32) as u32 == hash && is_it(slot) {
                return Some(slot);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a name, which must be new to the table.
    pub fn insert(&mut self, hash: u32, slot: u32) {
        if (self.len + 1) * 2 > self.entries.len() {
            self.double();
        }
        self.put(pack(hash, slot));
        self.len += 1;
    }

    /// Takes a name out, by its hash and its slot; nothing happens if it is not there.
    pub fn remove(&mut self, hash: u32, slot: u32) {
        let mask = self.entries.len() - 1;
        let wanted = pack(hash, slot);
        let mut hole = hash as usize & mask;
        while self.entries[hole] != wanted {
            if self.entries[hole] == 0 {
                return;
            }
            hole = (hole + 1) & mask;
        }
        let mut at = (hole + 1) & mask;
        while self.entries[at] != 0 {
            let home = (self.entries[at] >> 32) as usize & mask;
            // An entry may move back into the hole unless that would put it before its home.
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                self.entries[hole] = self.entries[at];
                hole = at;
            }
            at = (at + 1) & mask;
        }
        self.entries[hole] = 0;
        self.len -= 1;
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.entries.len() * size_of::<u64>()
    }

    fn put(&mut self, entry: u64) {
        let mask = self.entries.len() - 1;
        let mut at = (entry >> 32) as usize & mask;
        while self.entries[at] != 0 {
            at = (at + 1) & mask;
        }
        self.entries[at] = entry;
    }

    fn double(&mut self) {
        let wider = vec![0; self.entries.len() * 2];
        for entry in std::mem::replace(&mut self.entries, wider) {
            if entry != 0 {
                self.put(entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::chance::{Chance, Purpose};

    #[test]
    fn names_that_collide_are_told_apart_and_leave_no_gap() {
        for seed in 0..20 {
            let mut chance = Chance::stream(seed, Purpose::Orders, 4);
            let (mut table, mut model) = (SlotTable::default(), BTreeMap::new());
            for step in 0..3_000 {
                // The slot is the name here; its hash has few values, at the end of the table too, so that runs wrap.
                let name = chance.below(200) as u32;
                let hash = u32::MAX - name % 7;
                assert_eq!(
                    table.find(hash, |slot| slot == name),
                    model.get(&name).copied(),
                    "seed {seed}, step {step}"
                );
                if model.remove(&name).is_some() {
                    table.remove(hash, name);
                } else if model.len() < 60 {
                    table.insert(hash, name);
                    model.insert(name, name);
                }
                assert_eq!(table.len(), model.len(), "seed {seed}, step {step}");
                for name in model.keys() {
                    let found = table.find(u32::MAX - name % 7, |slot| slot == *name);
                    assert_eq!(found, Some(*name), "seed {seed}, step {step}");
                }
            }
        }
    }
}
