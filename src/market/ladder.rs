//! The price ladder: from a price to its level, and from a level to the next one that holds anything.
//!
//! Idea: a tree of bit sets, 64 wide and four tiers deep. A price is a number of four digits in base 64; each digit
//! picks a child, and a bit set in a node says which children exist. The next level above or below is two or three
//! bit scans away, however empty the prices between, so the work is constant.
//! Why not an array around the touch: it must be re-centred when prices wander, and one old order far away pins it. The
//! tree has no centre. Nor does it hold empty levels, so that a clone costs what the book holds.
//! One ladder serves both sides: since a book is never crossed, all levels up to the best bid are bids and all above
//! are asks.
//! Units: prices in ticks.
//! Bound: prices from 1 up to [`PRICE_MAX`]; at most three nodes a level, freed when empty.
//! Sources: van Emde Boas 1975 for the thought; the same shape drives the timer wheels of kernels.

const DIGIT_BITS: u32 = 6;
const FAN: usize = 1 << DIGIT_BITS;
const TIERS: usize = 4;
const LEAF: usize = TIERS - 1;

/// The highest price of the ladder, in ticks. An order beyond it is refused as `BadPrice`.
pub const PRICE_MAX: u32 = (1 << (DIGIT_BITS * TIERS as u32)) - 1;

/// The root is never anybody's child, so its number says "none".
const ROOT: u32 = 0;
const NONE: u32 = 0;

#[derive(Clone, Debug)]
struct Node {
    bits: u64,
    child: [u32; FAN],
}

const EMPTY: Node = Node { bits: 0, child: [0; FAN] };

/// The levels by price.
#[derive(Clone, Debug)]
pub struct Ladder {
    nodes: Vec<Node>,
    free: u32,
}

impl Default for Ladder {
    fn default() -> Self {
        Self { nodes: vec![EMPTY], free: NONE }
    }
}

const fn digit(price: u32, tier: usize) -> usize {
    (price >> (DIGIT_BITS * (LEAF - tier) as u32)) as usize & (FAN - 1)
}

impl Ladder {
    /// The level at this price.
    pub fn find(&self, price: u32) -> Option<u32> {
        let mut node = &self.nodes[ROOT as usize];
        for tier in 0..LEAF {
            let digit = digit(price, tier);
            if node.bits >> digit & 1 == 0 {
                return None;
            }
            node = &self.nodes[node.child[digit] as usize];
        }
        let digit = digit(price, LEAF);
        (node.bits >> digit & 1 == 1).then(|| node.child[digit])
    }

    /// Puts a level at a price that has none.
    pub fn insert(&mut self, price: u32, level: u32) {
        let mut node = ROOT;
        for tier in 0..LEAF {
            let digit = digit(price, tier);
            if self.nodes[node as usize].bits >> digit & 1 == 0 {
                let fresh = self.allocate();
                let parent = &mut self.nodes[node as usize];
                parent.bits |= 1 << digit;
                parent.child[digit] = fresh;
            }
            node = self.nodes[node as usize].child[digit];
        }
        let digit = digit(price, LEAF);
        let leaf = &mut self.nodes[node as usize];
        leaf.bits |= 1 << digit;
        leaf.child[digit] = level;
    }

    /// Takes the level at this price out, which must be there, and frees what is empty then.
    pub fn remove(&mut self, price: u32) {
        let (path, depth) = self.path(price);
        assert!(depth == LEAF, "only a level that is there is taken out");
        for tier in (0..TIERS).rev() {
            let node = &mut self.nodes[path[tier] as usize];
            node.bits &= !(1 << digit(price, tier));
            if node.bits != 0 || tier == 0 {
                break;
            }
            node.child[0] = self.free;
            self.free = path[tier];
        }
    }

    /// The lowest level above this price.
    pub fn above(&self, price: u32) -> Option<u32> {
        let (path, depth) = self.path(price);
        (0..=depth).rev().find_map(|tier| {
            let beyond = self.nodes[path[tier] as usize].bits & (!1 << digit(price, tier));
            (beyond != 0).then(|| self.descend(path[tier], tier, beyond, u64::trailing_zeros))
        })
    }

    /// The highest level below this price.
    pub fn below(&self, price: u32) -> Option<u32> {
        let (path, depth) = self.path(price);
        (0..=depth).rev().find_map(|tier| {
            let beyond = self.nodes[path[tier] as usize].bits & ((1 << digit(price, tier)) - 1);
            (beyond != 0).then(|| self.descend(path[tier], tier, beyond, |bits| bits.ilog2()))
        })
    }

    /// What it takes in memory.
    pub fn size_bytes(&self) -> usize {
        self.nodes.len() * size_of::<Node>()
    }

    /// The nodes on the way to a price, and the tier of the last that exists.
    fn path(&self, price: u32) -> ([u32; TIERS], usize) {
        let mut path = [ROOT; TIERS];
        for tier in 0..LEAF {
            let node = &self.nodes[path[tier] as usize];
            let digit = digit(price, tier);
            if node.bits >> digit & 1 == 0 {
                return (path, tier);
            }
            path[tier + 1] = node.child[digit];
        }
        (path, LEAF)
    }

    fn descend(&self, mut node: u32, tier: usize, beyond: u64, pick: impl Fn(u64) -> u32) -> u32 {
        node = self.nodes[node as usize].child[pick(beyond) as usize];
        for _ in tier..LEAF {
            let next = &self.nodes[node as usize];
            node = next.child[pick(next.bits) as usize];
        }
        node
    }

    fn allocate(&mut self) -> u32 {
        if self.free == NONE {
            self.nodes.push(EMPTY);
            return (self.nodes.len() - 1) as u32;
        }
        let node = self.free;
        self.free = self.nodes[node as usize].child[0];
        node
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::chance::{Chance, Purpose};

    #[test]
    fn the_ladder_finds_what_a_sorted_map_finds() {
        for seed in 0..20 {
            let mut chance = Chance::stream(seed, Purpose::Orders, 3);
            let (mut ladder, mut model) = (Ladder::default(), BTreeMap::new());
            // Wide streams meet every tier, narrow ones meet full leaves.
            let wide = [100, 5_000, 300_000, u64::from(PRICE_MAX)][seed as usize % 4];
            for at in 0..2_000 {
                let price = chance.between(1, wide) as u32;
                if model.remove(&price).is_some() {
                    ladder.remove(price);
                } else {
                    ladder.insert(price, at);
                    model.insert(price, at);
                }
                let probe = chance.between(0, wide) as u32;
                let above = model.range(probe + 1..).next().map(|(_, level)| *level);
                let below = model.range(..probe).next_back().map(|(_, level)| *level);
                assert_eq!(ladder.find(probe), model.get(&probe).copied(), "seed {seed}, step {at}, find {probe}");
                assert_eq!(ladder.above(probe), above, "seed {seed}, step {at}, above {probe}");
                assert_eq!(ladder.below(probe), below, "seed {seed}, step {at}, below {probe}");
            }
        }
    }
}
