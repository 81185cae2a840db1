//! What a run keeps, counted: the price of a checkpoint, and the proof that memory stays flat.
//!
//! Idea: every part has a bound of its own; here they are added up, so that a test can hold a long run against a short
//! one, and a store of checkpoints knows what a copy costs. What a copy shares with the world is counted by `pins`.
//! Units: bytes are estimates from counts, not what the allocator says; `tests/lookback.rs` holds them against that.
//! Left out: small tables whose size is fixed by the settings.

use crate::domain::event::Event;

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

    /// About what a copy takes beside what it shares.
    pub(super) fn copied_bytes(&self) -> u64 {
        let machines: u64 =
            self.nodes.iter().filter_map(|slot| slot.node.as_ref()).map(|node| node.copied_bytes()).sum();
        let planned = (self.queue.len() * size_of::<Scheduled>()) as u64;
        let tables = self.groups.size_bytes() + self.archive_list_bytes();
        machines + self.cast.size_bytes() + planned + tables + self.lookback_bytes()
    }

    /// What of a world is there to look back: events, samples, controls.
    pub(super) fn lookback_bytes(&self) -> u64 {
        let controls = size_of_val(self.controls()) as u64;
        self.journal.size_bytes() + self.sampler.size_bytes() + controls
    }
}

impl super::journal::Journal {
    /// About what its events take in memory.
    pub fn size_bytes(&self) -> u64 {
        (self.len() * size_of::<Event>()) as u64
    }
}
