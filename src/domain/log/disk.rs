//! The log on a disk: what is written, and what a restart finds.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Entry, HardState, LogPoint, Payload, RaftSnapshot, SharedLog};
use crate::domain::ids::LogIndex;
use crate::domain::membership::GroupConfig;

/// What a disk holds of one group: all that a restart begins with.
#[derive(Clone, Debug, Default)]
pub struct GroupImage {
    /// Term and vote.
    pub hard: HardState,
    /// The latest snapshot.
    pub snapshot: Option<RaftSnapshot>,
    /// The log after it.
    pub log: SharedLog,
    /// There was a replica here before, and it was freed: with whom the group began says nothing about this one.
    pub forgotten: bool,
    /// Blocks of the archive by number; shared, being many and rarely changed.
    pub archive: Arc<BTreeMap<u64, Arc<[u8]>>>,
}

/// A write that a node asks its disk for.
#[derive(Clone, Debug)]
pub enum DiskWrite {
    /// Replaces term and vote.
    Hard(HardState),
    /// Cuts the log before the first of these and appends them.
    Append(Vec<Arc<Entry>>),
    /// Stores a snapshot; the log up to `keep_after` is forgotten. A snapshot beyond the log's end, or at odds with it,
    /// replaces the log.
    Snapshot {
        /// The snapshot.
        snapshot: RaftSnapshot,
        /// The log keeps what comes after this index, at or below the snapshot's.
        keep_after: LogIndex,
    },
    /// The group has no use for this replica any more: nothing of it stays.
    Forget,
    /// Stores a block of the archive, which never changes; those before `first` are forgotten.
    Archive {
        /// Its number.
        number: u64,
        /// Its bytes, with a checksum of their own.
        image: Arc<[u8]>,
        /// The lowest number that is still kept.
        first: u64,
    },
}

impl DiskWrite {
    /// How many records it writes: what the disk is charged for.
    pub fn records(&self) -> u64 {
        match self {
            Self::Hard(_) | Self::Snapshot { .. } | Self::Forget | Self::Archive { .. } => 0,
            Self::Append(entries) => entries.iter().map(|entry| entry.payload.len()).sum(),
        }
    }
}

impl GroupImage {
    /// The latest configuration that it holds; `None` if the group never changed the one that it began with.
    pub fn config(&self) -> Option<GroupConfig> {
        let of_entry = |entry: &Arc<Entry>| match &entry.payload {
            Payload::Config(config) => Some(**config),
            _ => None,
        };
        let in_log = self.log.entries_from(LogIndex::ORIGIN).filter_map(of_entry).last();
        in_log.or_else(|| self.snapshot.as_ref().map(|snapshot| *snapshot.config))
    }

    /// Whether it holds nothing.
    pub fn is_blank(&self) -> bool {
        self.hard == HardState::default() && self.snapshot.is_none() && self.log.is_empty()
    }

    /// Carries out a write: the same code for a replica's memory of its disk and for the disk itself.
    pub fn apply(&mut self, write: &DiskWrite) {
        match write {
            DiskWrite::Hard(hard) => self.hard = *hard,
            DiskWrite::Forget => *self = Self { forgotten: true, ..Self::default() },
            DiskWrite::Append(entries) => {
                let Some(first) = entries.first().map(|entry| entry.first) else { return };
                if first <= self.log.end().index {
                    self.log.truncate_from(first);
                }
                entries.iter().for_each(|entry| self.log.push(Arc::clone(entry)));
            }
            DiskWrite::Snapshot { snapshot, keep_after } => {
                let agrees = self.log.point_at(snapshot.index).is_some_and(|point| point.chain == snapshot.chain);
                if agrees {
                    self.log.compact_to(*keep_after);
                } else {
                    let base = LogPoint { index: snapshot.index, term: snapshot.term, chain: snapshot.chain };
                    self.log = SharedLog::after(base);
                }
                self.snapshot = Some(snapshot.clone());
            }
            DiskWrite::Archive { number, image, first } => {
                let blocks = Arc::make_mut(&mut self.archive);
                blocks.insert(*number, Arc::clone(image));
                while blocks.first_key_value().is_some_and(|(oldest, _)| oldest < first) {
                    blocks.pop_first();
                }
            }
        }
    }
}
