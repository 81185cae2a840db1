//! What a run keeps, counted: the price of a checkpoint, and the proof that memory stays flat.
//!
//! Idea: every part has a bound of its own; here they are added up, so that a test can hold a long run against a short
//! one, and a store of checkpoints knows about what a copy costs.
//! Units: bytes are estimates from counts, not what the allocator says. What is shared by `Arc` (records, images) is
//! counted as records, once a log.
//! Left out: small tables whose size is fixed by the settings.

use crate::domain::event::Event;
use crate::domain::ids::LogIndex;
use crate::domain::order::Record;

use super::queue::Scheduled;
use super::world::World;

/// What a world keeps.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sizes {
    /// What is planned.
    pub planned: usize,
    /// Notable events in the ring, and those that nobody has taken.
    pub events: usize,
    /// Requests that gateways hold.
    pub open: u64,
    /// Records in the logs of all replicas.
    pub log_records: u64,
    /// Records in the logs on all disks.
    pub disk_records: u64,
    /// Bytes of all state machines.
    pub machine_bytes: u64,
    /// Bytes of those who act beside the nodes and of those who watch.
    pub cast_bytes: u64,
}

impl Sizes {
    /// About what a copy takes that shares nothing but records and images.
    pub const fn copied_bytes(&self) -> u64 {
        let listed = self.planned * size_of::<Scheduled>() + self.events * size_of::<Event>();
        self.machine_bytes + self.cast_bytes + listed as u64
    }
}

impl World {
    /// What it keeps now.
    pub fn sizes(&self) -> Sizes {
        let nodes = || self.nodes.iter().filter_map(|slot| slot.node.as_ref());
        let images = self.nodes.iter().flat_map(|slot| slot.disk.images().values());
        Sizes {
            planned: self.queue.len(),
            events: self.journal.len(),
            open: nodes().map(|node| node.open_requests()).sum(),
            log_records: nodes().map(|node| node.log_records()).sum(),
            disk_records: images.map(|image| image.log.len()).sum(),
            machine_bytes: nodes().map(|node| node.machine_bytes()).sum(),
            cast_bytes: self.cast.size_bytes(),
        }
    }

    /// Bytes of the records that this world's logs hold and an older one's do not.
    pub(super) fn fresh_record_bytes(&self, older: &Self) -> u64 {
        let raft = &self.basis.settings.raft;
        let log_max = raft.snapshot_every_records + raft.snapshot_keep_records;
        let records = self.groups.iter().map(|(group, truth)| {
            let before = older.groups.get(group).map_or(LogIndex::ORIGIN, |truth| truth.commit);
            truth.commit.since(before).min(log_max)
        });
        records.sum::<u64>() * size_of::<Record>() as u64
    }
}
