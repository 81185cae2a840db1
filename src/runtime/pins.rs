//! Pins: what copies of the world share, counted once, however many hold it.
//!
//! Idea: whatever is shared is numbered and only grows at its end: the entries of a group's log, the lists of each replica's and
//! each disk's log, packed blocks of trades, snapshots. So what a copy holds of it is a stretch of numbers, and what many copies
//! hold is the union of their stretches: nothing has to be walked entry by entry.
//! Units: bytes are estimates from counts, spread evenly over a stretch.
//! Left out: a tail that was overturned by another leader and lives on in an older copy; it is short.

use std::collections::BTreeMap;

use crate::domain::ids::{GroupId, NodeId};
use crate::domain::log::{SHARED_BYTES, SharedLog};
use crate::market::exchange::Exchange;
use crate::market::time_windows::archive::tree_bytes;

use super::world::World;

/// What is shared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Of {
    /// Entries of a group: all its replicas have the same.
    Entries(GroupId),
    /// The lists of a replica's log, in memory and on disk.
    Memory(NodeId, GroupId),
    Disk(NodeId, GroupId),
    /// The state in a snapshot on a disk.
    Snapshot(NodeId, GroupId),
    /// Packed trades.
    Archive(NodeId, GroupId),
}

/// A stretch of numbers, the first not included, and the bytes of all of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Stretch {
    after: u64,
    upto: u64,
    bytes: u64,
}

/// What one copy of the world shares with others.
#[derive(Clone, Default, Debug)]
pub(super) struct Pins(Vec<(Of, Stretch)>);

impl Pins {
    fn add(&mut self, of: Of, (after, upto): (u64, u64), bytes: u64) {
        if upto > after {
            self.0.push((of, Stretch { after, upto, bytes }));
        }
    }

    fn add_log(&mut self, lists: Of, group: GroupId, log: &SharedLog) {
        let stretch = (log.base().index.0, log.end().index.0);
        self.add(Of::Entries(group), stretch, log.entries_bytes());
        self.add(lists, stretch, log.chunks_bytes());
    }

    /// What the packed trades take.
    pub fn archives(&self) -> u64 {
        let archives = self.0.iter().filter(|(of, _)| matches!(of, Of::Archive(..)));
        archives.map(|(_, stretch)| stretch.bytes).sum()
    }

    /// What all these hold, each thing once.
    pub fn bytes<'p>(all: impl IntoIterator<Item = &'p Self>) -> u64 {
        let mut stretches: BTreeMap<Of, Vec<Stretch>> = BTreeMap::new();
        for (of, stretch) in all.into_iter().flat_map(|pins| &pins.0) {
            stretches.entry(*of).or_default().push(*stretch);
        }
        stretches.into_values().map(union_bytes).sum()
    }
}

fn union_bytes(mut stretches: Vec<Stretch>) -> u64 {
    stretches.sort_unstable();
    let (mut upto, mut bytes) = (0, 0);
    for stretch in stretches {
        let length = stretch.upto - stretch.after;
        let fresh = stretch.upto.saturating_sub(stretch.after.max(upto));
        bytes += (u128::from(stretch.bytes) * u128::from(fresh) / u128::from(length)) as u64;
        upto = upto.max(stretch.upto);
    }
    bytes
}

impl World {
    /// What a copy of this world would share with it.
    pub(super) fn pins(&self) -> Pins {
        let mut pins = Pins::default();
        for slot in &self.nodes {
            for (group, log) in slot.node.iter().flat_map(|node| node.logs()) {
                pins.add_log(Of::Memory(slot.id, group), group, log);
            }
            for (group, image) in slot.disk.images() {
                pins.add_log(Of::Disk(slot.id, *group), *group, &image.log);
                if let Some(snapshot) = &image.snapshot {
                    let state = snapshot.image.state.downcast_ref::<Exchange>();
                    let bytes = state.map_or(snapshot.image.size_bytes, Exchange::copied_bytes);
                    pins.add(Of::Snapshot(slot.id, *group), (snapshot.index.prev().0, snapshot.index.0), bytes);
                }
                if let Some((last, _)) = image.archive.last_key_value() {
                    let blocks = image.archive.values().map(|block| (SHARED_BYTES + block.len()) as u64);
                    pins.add(Of::Archive(slot.id, *group), (last - image.archive.len() as u64, *last), blocks.sum());
                }
            }
        }
        pins
    }

    /// About what the lists of packed trades take on the disks: a copy has its own as soon as a block comes.
    pub(super) fn archive_list_bytes(&self) -> u64 {
        let images = self.nodes.iter().flat_map(|slot| slot.disk.images().values());
        images.map(|image| tree_bytes(image.archive.len(), size_of::<(u64, std::sync::Arc<[u8]>)>())).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_hold_is_counted_once() {
        let of = Of::Entries(GroupId(1));
        let pins = |stretches: &[(u64, u64)]| {
            let mut pins = Pins::default();
            stretches.iter().for_each(|(after, upto)| pins.add(of, (*after, *upto), (upto - after) * 8));
            pins
        };
        for (all, held) in [
            (vec![pins(&[(0, 10)])], 10),
            (vec![pins(&[(0, 10)]), pins(&[(0, 10)])], 10),
            (vec![pins(&[(0, 10)]), pins(&[(5, 20)]), pins(&[(18, 19)])], 20),
            (vec![pins(&[(0, 10), (30, 40)]), pins(&[(35, 45)])], 25),
            (vec![pins(&[(7, 7)])], 0),
        ] {
            assert_eq!(Pins::bytes(&all), held * 8, "{all:?}");
        }
    }
}
