//! A disk in memory: writes, fsyncs that take virtual time, and a crash that forgets what was not synced.
//!
//! Idea: a write is a promise only once an fsync that *began after it* has ended. One fsync runs at a time and covers
//! all that was written before it began, whoever wrote it: that is group commit, and it is why one slow disk can carry
//! many groups.
//! Units: virtual time in ns; amounts in records, as the log counts them.
//! Shape: `write` queues, `begin_sync` says when the fsync will be through, `end_sync` makes its writes durable and says
//! up to which token. The scheduler calls all three; the disk holds no timer.
//! Bound: what waits unsynced is bounded by what its node keeps in flight; the node stops writing when it waits for acks.
//! Left out: torn writes, flipped bits, a full disk: they come with the palette of faults, on this same type.
//! Sources: Hagmann 1987 (group commit).

use std::collections::{BTreeMap, VecDeque};

use crate::domain::chance::{Chance, Purpose};
use crate::domain::ids::{GroupId, NodeId, PersistToken};
use crate::domain::log::{DiskWrite, GroupImage};
use crate::domain::settings::DiskSettings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::DiskView;

/// The disk of one node.
#[derive(Clone, Debug)]
pub struct MemoryDisk {
    settings: DiskSettings,
    chance: Chance,
    pace: DiskPace,
    images: BTreeMap<GroupId, GroupImage>,
    unsynced: VecDeque<PendingWrite>,
    syncing: Option<Fsync>,
    counters: DiskCounters,
}

/// How fast a disk is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum DiskPace {
    /// As the settings say.
    #[default]
    Usual,
    /// `slow_factor` times as long.
    Slow,
}

/// Written, and lost if the process dies now.
#[derive(Clone, Debug)]
struct PendingWrite {
    token: PersistToken,
    group: GroupId,
    write: DiskWrite,
}

/// An fsync on its way.
#[derive(Clone, Copy, Debug)]
struct Fsync {
    covers: usize,
    took: SimDuration,
}

#[derive(Clone, Copy, Default, Debug)]
struct DiskCounters {
    written: u64,
    synced: u64,
    fsyncs: u64,
    last_fsync: SimDuration,
}

impl MemoryDisk {
    /// The empty disk of this node; its jitter comes from the run's seed.
    pub fn new(seed: u64, node: NodeId, settings: DiskSettings) -> Self {
        Self {
            settings,
            chance: Chance::stream(seed, Purpose::Disk, u64::from(node.0)),
            pace: DiskPace::Usual,
            images: BTreeMap::new(),
            unsynced: VecDeque::new(),
            syncing: None,
            counters: DiskCounters::default(),
        }
    }

    /// Takes a write. It is not durable before an fsync that begins from now on has ended.
    pub fn write(&mut self, token: PersistToken, group: GroupId, write: DiskWrite) {
        self.counters.written += write.records();
        self.unsynced.push_back(PendingWrite { token, group, write });
    }

    /// Begins an fsync over everything written, and says when it will be through; `None` if there is nothing to sync or
    /// one is running already.
    pub fn begin_sync(&mut self, now: SimTime) -> Option<SimTime> {
        if self.syncing.is_some() || self.unsynced.is_empty() {
            return None;
        }
        let usual = self.chance.around(self.settings.fsync, self.settings.fsync_jitter);
        let took = match self.pace {
            DiskPace::Usual => usual,
            DiskPace::Slow => usual.times(self.settings.slow_factor),
        };
        self.syncing = Some(Fsync { covers: self.unsynced.len(), took });
        Some(now + took)
    }

    /// The fsync is through: its writes are durable. Answers the last token that it covered.
    pub fn end_sync(&mut self) -> Option<PersistToken> {
        let fsync = self.syncing.take()?;
        let mut last = None;
        for pending in self.unsynced.drain(..fsync.covers) {
            self.images.entry(pending.group).or_default().apply(&pending.write);
            self.counters.synced += pending.write.records();
            last = Some(pending.token);
        }
        self.counters.fsyncs += 1;
        self.counters.last_fsync = fsync.took;
        last
    }

    /// The process died: what was not synced is gone. Answers how many records and votes that were.
    pub fn crash(&mut self) -> u64 {
        self.syncing = None;
        let lost = self.unsynced.drain(..).map(|pending| match pending.write {
            DiskWrite::Hard(_) => 1,
            write => write.records(),
        });
        let lost = lost.sum();
        self.counters.written = self.counters.synced;
        lost
    }

    /// Makes it slow, or as it was; true if that is a change. An fsync on its way keeps its length.
    pub fn set_pace(&mut self, pace: DiskPace) -> bool {
        std::mem::replace(&mut self.pace, pace) != pace
    }

    /// How fast it is.
    pub const fn pace(&self) -> DiskPace {
        self.pace
    }

    /// What is durable, by group: what a restart begins with.
    pub const fn images(&self) -> &BTreeMap<GroupId, GroupImage> {
        &self.images
    }

    /// What is durable of one group.
    pub fn image(&self, group: GroupId) -> Option<&GroupImage> {
        self.images.get(&group)
    }

    /// Durable records over all groups, those in snapshots counted too.
    pub fn records(&self) -> u64 {
        self.images.values().map(|image| image.log.end().index.0).sum()
    }

    /// What the screen shows of it. After a crash `written` falls back to `synced`, as the disk itself did.
    pub fn view(&self) -> DiskView {
        DiskView {
            written: self.counters.written,
            synced: self.counters.synced,
            fsyncs: self.counters.fsyncs,
            last_fsync: self.counters.last_fsync,
            syncing: self.syncing.is_some(),
            slow: self.pace == DiskPace::Slow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{LogIndex, Term};
    use crate::domain::log::{HardState, Payload, SharedLog};

    const GROUP: GroupId = GroupId(1);

    fn disk() -> MemoryDisk {
        MemoryDisk::new(7, NodeId(1), DiskSettings::default())
    }

    /// Appends of one index each, as a log would number them.
    fn noops(count: usize) -> Vec<DiskWrite> {
        let mut log = SharedLog::default();
        let mut next = || {
            let entry = log.next_entry(Term(1), Payload::Noop);
            log.push(entry.clone());
            DiskWrite::Append(vec![entry])
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn an_fsync_covers_what_was_written_before_it_began_and_nothing_else() {
        let mut disk = disk();
        let mut writes = noops(3).into_iter();
        disk.write(PersistToken(1), GROUP, writes.next().unwrap());
        disk.write(PersistToken(2), GROUP, writes.next().unwrap());
        assert!(disk.begin_sync(SimTime::ZERO).is_some());
        disk.write(PersistToken(3), GROUP, writes.next().unwrap());
        assert_eq!(disk.begin_sync(SimTime::ZERO), None, "one fsync at a time");
        assert_eq!(disk.end_sync(), Some(PersistToken(2)));
        assert_eq!(disk.image(GROUP).unwrap().log.end().index, LogIndex(2));
        assert_eq!((disk.view().written, disk.view().synced, disk.view().fsyncs), (3, 2, 1));
        assert!(disk.begin_sync(SimTime::ZERO).is_some());
        assert_eq!(disk.end_sync(), Some(PersistToken(3)));
        assert_eq!(disk.records(), 3);
    }

    #[test]
    fn a_crash_forgets_what_no_fsync_has_ended_for() {
        let mut disk = disk();
        let mut writes = noops(2).into_iter();
        disk.write(PersistToken(1), GROUP, writes.next().unwrap());
        disk.begin_sync(SimTime::ZERO);
        disk.end_sync();
        disk.write(PersistToken(2), GROUP, writes.next().unwrap());
        disk.write(PersistToken(3), GROUP, DiskWrite::Hard(HardState { term: Term(4), voted_for: None }));
        disk.begin_sync(SimTime::ZERO);
        assert_eq!(disk.crash(), 2, "a record and a vote");
        assert_eq!(disk.image(GROUP).unwrap().log.end().index, LogIndex(1));
        assert_eq!(disk.image(GROUP).unwrap().hard.term, Term(0));
        assert_eq!(disk.end_sync(), None, "its fsync is void");
        assert_eq!(disk.view().written, 1);
    }

    #[test]
    fn an_fsync_takes_its_time_with_jitter_and_a_slow_disk_takes_longer() {
        let settings = DiskSettings::default();
        let mut disk = disk();
        let mut seen = Vec::new();
        for (token, write) in noops(40).into_iter().enumerate() {
            disk.set_pace(if token < 20 { DiskPace::Usual } else { DiskPace::Slow });
            disk.write(PersistToken(token as u64), GROUP, write);
            seen.push(disk.begin_sync(SimTime::ZERO).unwrap().since(SimTime::ZERO));
            disk.end_sync();
        }
        let (usual, slow) = seen.split_at(20);
        let (low, high) = (settings.fsync - settings.fsync_jitter, settings.fsync + settings.fsync_jitter);
        assert!(usual.iter().all(|took| (low..=high).contains(took)), "{usual:?}");
        assert!(usual.iter().any(|took| took != &usual[0]), "there is jitter");
        let factor = settings.slow_factor;
        assert!(slow.iter().all(|took| (low.times(factor)..=high.times(factor)).contains(took)), "{slow:?}");
    }
}
