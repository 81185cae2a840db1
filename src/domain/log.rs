//! The replicated log as data: entries, hard state, snapshots, and the shared log that holds them.
//!
//! Idea: an entry is a *batch* of records under one term; an index counts records, so an entry covers a range of
//! indices. Batches are never split: the leader that closed one ships it whole, so equal (last index, term) means
//! equal batch borders too.
//! Shape: an entry is made once, by its leader, and shared by everybody who holds it: all replicas, their disks, messages and
//! checkpoints. `SharedLog` is a list of `Arc` chunks of such entries, copied on write. A clone costs a pointer per 128
//! entries, which is what lets the whole world be a value.
//! Each entry carries `chain`, a digest over everything up to its end: two logs with equal (index, term) must have
//! equal chains (Ongaro & Ousterhout 2014 §5.3, log matching), and the auditor checks just that.

mod disk;

use std::any::Any;
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

pub use disk::{DiskWrite, GroupImage};

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

    /// About what it takes in memory beside itself.
    pub fn heap_bytes(&self) -> usize {
        match self {
            Self::Noop | Self::Map(_) | Self::Work(_) | Self::Venue(_) => 0,
            Self::Orders(batch) => SHARED_BYTES + size_of_val(batch.records()),
            Self::Config(_) => SHARED_BYTES + size_of::<GroupConfig>(),
            Self::Move(moving) => moving.heap_bytes(),
            Self::Store(storing) => storing.heap_bytes(),
        }
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

    /// About what it takes in memory, once for all who share it.
    pub fn size_bytes(&self) -> usize {
        SHARED_BYTES + size_of::<Self>() + self.payload.heap_bytes()
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
    chunks: Vec<Arc<Vec<Arc<Entry>>>>,
    /// What its entries take in memory.
    bytes: u64,
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
/// The two counters of whatever is shared.
pub const SHARED_BYTES: usize = 2 * size_of::<usize>();

impl SharedLog {
    /// An empty log that continues after `base`.
    pub const fn after(base: LogPoint) -> Self {
        Self { base, chunks: Vec::new(), bytes: 0 }
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
        self.chunks.last().and_then(|chunk| chunk.last()).map(Arc::as_ref)
    }

    /// Makes the entry that would come next.
    pub fn next_entry(&self, term: Term, payload: Payload) -> Arc<Entry> {
        let end = self.end();
        let chain = end.chain.mix(term.0).mix(payload.digest().0);
        Arc::new(Entry { first: end.index.next(), term, payload, chain })
    }

    /// Appends an entry, which must continue the log.
    pub fn push(&mut self, entry: Arc<Entry>) {
        assert_eq!(entry.first, self.end().index.next(), "a log has no gap");
        self.bytes += entry.size_bytes() as u64;
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
        self.chunks[chunk].get(place).map(Arc::as_ref)
    }

    /// The chunk, and the place in it, of the last entry that begins at or before this index.
    fn place_of(&self, index: LogIndex) -> Option<(usize, usize)> {
        let begins = |entry: &Entry| entry.first <= index;
        let chunks = count_before(self.chunks.len(), |at| self.chunks[at].first().is_some_and(|entry| begins(entry)));
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
    pub fn entries_from(&self, from: LogIndex) -> impl Iterator<Item = &Arc<Entry>> {
        let from = from.max(self.base.index.next());
        let (chunk, place) = self.place_of(from).unwrap_or_default();
        // Beyond the end the last entry is found, which does not hold it.
        self.chunks[chunk..].iter().flat_map(|chunk| chunk.iter()).skip(place).skip_while(move |e| e.last() < from)
    }

    /// Cuts the log so that it ends before `index`, at the border of a batch.
    pub fn truncate_from(&mut self, index: LogIndex) {
        assert!(index > self.base.index, "a log is never cut into its snapshot");
        while let Some(chunk) = self.chunks.pop_if(|chunk| chunk.first().is_none_or(|e| e.first >= index)) {
            self.bytes -= bytes_of(&chunk);
        }
        if let Some(chunk) = self.chunks.last_mut() {
            let keep = chunk.partition_point(|entry| entry.first < index);
            if keep < chunk.len() {
                self.bytes -= bytes_of(&chunk[keep..]);
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
            self.bytes -= self.chunks.drain(..whole).map(|chunk| bytes_of(&chunk)).sum::<u64>();
        }
        let Some(chunk) = self.chunks.first_mut() else { return };
        let drop = chunk.partition_point(|entry| entry.last() <= index);
        if drop > 0 {
            self.bytes -= bytes_of(&chunk[..drop]);
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

    /// About what its entries take in memory; all logs of a group share them.
    pub const fn entries_bytes(&self) -> u64 {
        self.bytes
    }

    /// About what its lists of entries take; copies of this log share them.
    pub const fn chunks_bytes(&self) -> u64 {
        let chunk = SHARED_BYTES + size_of::<Vec<Arc<Entry>>>() + CHUNK_ENTRIES * size_of::<Arc<Entry>>();
        (self.chunks.len() * chunk) as u64
    }
}

fn bytes_of(entries: &[Arc<Entry>]) -> u64 {
    entries.iter().map(|entry| entry.size_bytes() as u64).sum()
}
