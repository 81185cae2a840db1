//! The replicated log as data: entries, hard state, snapshots, and the shared log that holds them.
//!
//! Idea: an entry is a *batch* of records under one term; an index counts records, so an entry covers a range of
//! indices. Batches are never split: the leader that closed one ships it whole, so equal (last index, term) means
//! equal batch borders too.
//! Shape: `SharedLog` is a list of `Arc` chunks, copied on write. A clone costs a pointer per 128 entries, which is what
//! lets the whole world be a value; a replica's memory, its disk and every checkpoint share the chunks.
//! Each entry carries `chain`, a digest over everything up to its end: two logs with equal (index, term) must have
//! equal chains (Ongaro & Ousterhout 2014 §5.3, log matching), and the auditor checks just that.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::digest::Digest;
use super::ids::{LogIndex, NodeId, Term};
use super::map::MapChange;
use super::membership::GroupConfig;
use super::moving::Moving;
use super::order::Batch;
use super::recent::count_before;
use super::stored::Storing;
use super::venue::VenueStep;
use super::work::Work;

/// What an entry carries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Payload {
    /// A new leader's first entry: commits what came before it (§5.4.2). One index, no record.
    Noop,
    /// Orders, in a partition's group.
    Orders(Batch),
    /// A change of the cluster map, in `meta`. One index.
    Map(MapChange),
    /// A step of something that concerns two groups, in a partition's group. One index.
    Work(Work),
    /// Who belongs to the group, from this entry on: it holds as soon as it is appended (§6). One index. Shared, so that
    /// the rare entry does not widen all others.
    Config(Arc<GroupConfig>),
    /// A step of a symbol's move, in a partition's group. One index.
    Move(Moving),
    /// A step about a venue, in a partition's group. One index.
    Venue(VenueStep),
    /// Trades come to be kept by id, or have gone to be kept elsewhere, in a partition's group. One index.
    Store(Storing),
}

impl Payload {
    /// How many indices it covers; never 0.
    pub fn len(&self) -> u64 {
        match self {
            Self::Orders(batch) => batch.len() as u64,
            _ => 1,
        }
    }

    /// How many records' work it is for the processor.
    pub fn cost(&self) -> u64 {
        match self {
            Self::Move(moving) => moving.cost(),
            Self::Venue(step) => step.cost(),
            Self::Store(storing) => storing.cost(),
            _ => self.len(),
        }
    }

    /// A payload always covers an index.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// What it adds to a chain.
    pub fn digest(&self) -> Digest {
        match self {
            Self::Noop => Digest(1),
            Self::Orders(batch) => batch.digest(),
            Self::Map(change) => change.digest(),
            Self::Work(work) => work.digest(),
            Self::Config(config) => config.digest(),
            Self::Move(moving) => moving.digest(),
            Self::Venue(step) => step.digest(),
            Self::Store(storing) => storing.digest(),
        }
    }
}

/// A batch in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The index of its first record.
    pub first: LogIndex,
    /// The term of the leader that made it.
    pub term: Term,
    /// The records.
    pub payload: Payload,
    /// The digest of the log up to and with this entry.
    pub chain: Digest,
}

impl Entry {
    /// The index of its last record.
    pub fn last(&self) -> LogIndex {
        LogIndex(self.first.0 + self.payload.len() - 1)
    }
}

/// What a replica must never forget (§5.1): written before it is acted upon.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct HardState {
    /// The latest term that this replica has seen.
    pub term: Term,
    /// Whom it voted for in that term.
    pub voted_for: Option<NodeId>,
}

/// A state machine's state at an index, shared; opaque here, known to the node that made it.
#[derive(Clone)]
pub struct StateImage {
    /// The state itself.
    pub state: Arc<dyn Any + Send + Sync>,
    /// Its digest, equal on every replica at the same index.
    pub digest: Digest,
    /// What it would take on a wire or a disk.
    pub size_bytes: u64,
}

impl std::fmt::Debug for StateImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StateImage({}, {} bytes)", self.digest, self.size_bytes)
    }
}

/// The applied state up to an index, which replaces the log before it (§7).
#[derive(Clone, Debug)]
pub struct RaftSnapshot {
    /// The last index that it contains.
    pub index: LogIndex,
    /// The term of that index.
    pub term: Term,
    /// The log's chain at that index.
    pub chain: Digest,
    /// The configuration of the group at that index; shared, so that messages stay small.
    pub config: Arc<GroupConfig>,
    /// The applied state.
    pub image: StateImage,
}

/// The log of a replica from its snapshot on.
#[derive(Clone, Debug, Default)]
pub struct SharedLog {
    base: LogPoint,
    chunks: Vec<Arc<Vec<Entry>>>,
}

/// A position in a log with its term and the chain up to it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LogPoint {
    /// The last index up to here.
    pub index: LogIndex,
    /// The term of that index.
    pub term: Term,
    /// The chain up to it.
    pub chain: Digest,
}

const CHUNK_ENTRIES: usize = 128;

impl SharedLog {
    /// An empty log that continues after `base`.
    pub const fn after(base: LogPoint) -> Self {
        Self { base, chunks: Vec::new() }
    }

    /// Where the log begins: what lies before is in a snapshot.
    pub const fn base(&self) -> LogPoint {
        self.base
    }

    /// Where the log ends.
    pub fn end(&self) -> LogPoint {
        self.last_entry().map_or(self.base, |entry| LogPoint {
            index: entry.last(),
            term: entry.term,
            chain: entry.chain,
        })
    }

    fn last_entry(&self) -> Option<&Entry> {
        self.chunks.last().and_then(|chunk| chunk.last())
    }

    /// Makes the entry that would come next.
    pub fn next_entry(&self, term: Term, payload: Payload) -> Entry {
        let end = self.end();
        let chain = end.chain.mix(term.0).mix(payload.digest().0);
        Entry { first: end.index.next(), term, payload, chain }
    }

    /// Appends an entry, which must continue the log.
    pub fn push(&mut self, entry: Entry) {
        assert_eq!(entry.first, self.end().index.next(), "a log has no gap");
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK_ENTRIES => Arc::make_mut(chunk).push(entry),
            _ => {
                let mut chunk = Vec::with_capacity(CHUNK_ENTRIES);
                chunk.push(entry);
                self.chunks.push(Arc::new(chunk));
            }
        }
    }

    /// The entry that holds this index.
    pub fn entry_at(&self, index: LogIndex) -> Option<&Entry> {
        if index <= self.base.index || index > self.end().index {
            return None;
        }
        let (chunk, place) = self.place_of(index)?;
        self.chunks[chunk].get(place)
    }

    /// The chunk, and the place in it, of the last entry that begins at or before this index.
    fn place_of(&self, index: LogIndex) -> Option<(usize, usize)> {
        let begins = |entry: &Entry| entry.first <= index;
        let chunks = count_before(self.chunks.len(), |at| self.chunks[at].first().is_some_and(begins));
        let chunk = chunks.checked_sub(1)?;
        let entries = &self.chunks[chunk];
        Some((chunk, count_before(entries.len(), |at| begins(&entries[at])).checked_sub(1)?))
    }

    /// The term at this index, if the log still knows it.
    pub fn term_at(&self, index: LogIndex) -> Option<Term> {
        if index == self.base.index { Some(self.base.term) } else { self.entry_at(index).map(|entry| entry.term) }
    }

    /// The position at this index, if an entry ends just there.
    pub fn point_at(&self, index: LogIndex) -> Option<LogPoint> {
        if index == self.base.index {
            return Some(self.base);
        }
        let entry = self.entry_at(index).filter(|entry| entry.last() == index)?;
        Some(LogPoint { index, term: entry.term, chain: entry.chain })
    }

    /// The entries from the one that holds `from`, in order, without copying their records.
    pub fn entries_from(&self, from: LogIndex) -> impl Iterator<Item = &Entry> {
        let from = from.max(self.base.index.next());
        let (chunk, place) = self.place_of(from).unwrap_or_default();
        // Beyond the end the last entry is found, which does not hold it.
        self.chunks[chunk..].iter().flat_map(|chunk| chunk.iter()).skip(place).skip_while(move |e| e.last() < from)
    }

    /// Cuts the log so that it ends before `index`, at the border of a batch.
    pub fn truncate_from(&mut self, index: LogIndex) {
        assert!(index > self.base.index, "a log is never cut into its snapshot");
        while self.chunks.last().is_some_and(|chunk| chunk.first().is_none_or(|e| e.first >= index)) {
            self.chunks.pop();
        }
        if let Some(chunk) = self.chunks.last_mut() {
            let keep = chunk.partition_point(|entry| entry.first < index);
            if keep < chunk.len() {
                Arc::make_mut(chunk).truncate(keep);
            }
        }
        assert!(self.end().index < index, "a log is cut at the border of a batch");
    }

    /// Forgets whole entries up to `index`; the one that holds it stays if it reaches beyond.
    pub fn compact_to(&mut self, index: LogIndex) {
        let whole = self.chunks.partition_point(|chunk| chunk.last().is_some_and(|entry| entry.last() <= index));
        if let Some(entry) = self.chunks[..whole].last().and_then(|chunk| chunk.last()) {
            self.base = LogPoint { index: entry.last(), term: entry.term, chain: entry.chain };
            self.chunks.drain(..whole);
        }
        let Some(chunk) = self.chunks.first_mut() else { return };
        let drop = chunk.partition_point(|entry| entry.last() <= index);
        if drop > 0 {
            let entry = &chunk[drop - 1];
            self.base = LogPoint { index: entry.last(), term: entry.term, chain: entry.chain };
            Arc::make_mut(chunk).drain(..drop);
        }
    }

    /// How many records the log holds.
    pub fn len(&self) -> u64 {
        self.end().index.since(self.base.index)
    }

    /// Whether nothing came after the base.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }
}

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
    Append(Vec<Entry>),
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
        let of_entry = |entry: &Entry| match &entry.payload {
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
                entries.iter().for_each(|entry| self.log.push(entry.clone()));
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
