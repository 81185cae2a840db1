//! The applied log of one group as the ledger remembers it: which batch stands where, and who has applied it.
//!
//! Idea: the first replica to apply a batch decides where its orders stand; every further one only counts towards the
//! majority, a bit for a whole batch. That is what keeps the ledger at a few nanoseconds an order.
//! A batch of a later term than what stands at its index *overturns* all from there on: the earlier was applied by replicas
//! that have forgotten it (a rule was off), and its orders are gone. For that the trail keeps the term of every index,
//! long after it has let the batch go.
//! Bound: agreed batches go from the front above [`RECORDS_KEPT`] records; any batch goes above [`RECORDS_MAX`]. Terms: the
//! last [`TERMS_MAX`]; what stands below them is taken for what it was.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::audit::last_of;
use crate::domain::digest::Digest;
use crate::domain::fact::{Applied, Executed};
use crate::domain::ids::{LogIndex, NodeId, NodeSet, RequestId, Term};
use crate::domain::membership::GroupConfig;
use crate::domain::order::{Batch, Record};
use crate::domain::recent::count_before;

/// Records of agreed batches that a trail keeps, to recognise who applies them late.
pub const RECORDS_KEPT: u64 = 16_384;
/// Records that a trail keeps at most: as many as a leader's log may hold that are not committed.
pub const RECORDS_MAX: u64 = 1 << 20;
/// Terms whose first index is known.
pub const TERMS_MAX: usize = 4_096;

/// A batch where it stands.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The index of its first record.
    pub first: LogIndex,
    /// The index of its last record.
    pub last: LogIndex,
    /// The chain over what was applied up to its end.
    pub chain: Digest,
    /// Its orders.
    pub batch: Option<Batch>,
    /// What became of them.
    pub executed: Executed,
    /// Which orders ended by it unexecuted, for want of cash or of room.
    pub short: Option<Arc<[RequestId]>>,
    /// Who has applied it.
    by: NodeSet,
    agreed: bool,
}

impl Trace {
    /// Its orders.
    pub fn records(&self) -> &[Record] {
        self.batch.as_ref().map_or(&[][..], Batch::records)
    }

    const fn len(&self) -> u64 {
        self.last.0 - self.first.0 + 1
    }
}

/// What an applied batch is to the trail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standpoint {
    /// It comes after everything.
    Fresh,
    /// It stands at this place already.
    Known(usize),
    /// It is of a later term than what stands at its index, and takes it.
    Overturns,
    /// It contradicts what stands there and does not prevail, or it is what was let go.
    Aside,
}

/// The applied log of a group.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    traces: VecDeque<Trace>,
    records: u64,
    forgotten_to: LogIndex,
    /// From which index on which term, oldest first.
    terms: VecDeque<(LogIndex, Term)>,
    term: Term,
}

impl Trail {
    /// How far anybody has applied.
    pub fn end(&self) -> LogIndex {
        self.traces.back().map_or(self.forgotten_to, |trace| trace.last)
    }

    /// The highest term of an applied batch.
    pub const fn term(&self) -> Term {
        self.term
    }

    /// How many records it holds.
    #[cfg(test)]
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// What it takes in memory beside the records.
    pub fn size_bytes(&self) -> usize {
        self.traces.len() * size_of::<Trace>() + self.terms.len() * size_of::<(LogIndex, Term)>()
    }

    /// What this batch is to it.
    pub fn place(&self, applied: &Applied) -> Standpoint {
        if applied.first > self.end() {
            return Standpoint::Fresh;
        }
        if let Some((at, trace)) = self.find(applied.first)
            && trace.chain == applied.chain
            && trace.last == last_of(applied)
        {
            return Standpoint::Known(at);
        }
        let later = self.term_at(applied.first).is_some_and(|term| applied.term > term);
        if later { Standpoint::Overturns } else { Standpoint::Aside }
    }

    /// The batch that stands at this index, if it was not let go, and its place.
    pub fn find(&self, index: LogIndex) -> Option<(usize, &Trace)> {
        let at = count_before(self.traces.len(), |at| self.traces[at].last < index);
        let trace = self.traces.get(at).filter(|trace| trace.first <= index)?;
        Some((at, trace))
    }

    fn term_at(&self, index: LogIndex) -> Option<Term> {
        let after = count_before(self.terms.len(), |at| self.terms[at].0 <= index);
        Some(self.terms.get(after.checked_sub(1)?)?.1)
    }

    /// Adds a batch at the end.
    pub fn push(&mut self, applied: &Applied) {
        let last = last_of(applied);
        assert!(applied.first > self.end(), "a batch is added behind the trail");
        if self.terms.back().is_none_or(|(_, term)| *term != applied.term) {
            self.terms.push_back((applied.first, applied.term));
            if self.terms.len() > TERMS_MAX {
                self.terms.pop_front();
            }
        }
        self.term = self.term.max(applied.term);
        let trace = Trace {
            first: applied.first,
            last,
            chain: applied.chain,
            batch: applied.batch.clone(),
            executed: applied.executed.clone(),
            short: applied.short.clone(),
            by: NodeSet::default(),
            agreed: false,
        };
        self.records += trace.len();
        self.traces.push_back(trace);
    }

    /// Where the last batch stands.
    pub fn last_place(&self) -> usize {
        self.traces.len().saturating_sub(1)
    }

    /// Everything from this index on is gone; the batches that it still held, oldest first.
    pub fn overturn(&mut self, from: LogIndex) -> Vec<Trace> {
        let at = count_before(self.traces.len(), |at| self.traces[at].last < from);
        let gone: Vec<_> = self.traces.drain(at..).collect();
        self.records -= gone.iter().map(Trace::len).sum::<u64>();
        self.forgotten_to = self.forgotten_to.min(LogIndex(from.0.saturating_sub(1)));
        while self.terms.pop_back_if(|(first, _)| *first >= from).is_some() {}
        gone
    }

    /// This node has applied the batch at this place; the batch, if that makes it agreed.
    pub fn confirm(&mut self, at: usize, node: NodeId, config: &GroupConfig) -> Option<Trace> {
        let trace = self.traces.get_mut(at)?;
        trace.by.insert(node);
        if trace.agreed || !config.is_quorum(trace.by) {
            return None;
        }
        trace.agreed = true;
        Some(trace.clone())
    }

    /// This node took over a state that holds everything up to here; the batches that this makes agreed.
    pub fn confirm_to(&mut self, to: LogIndex, node: NodeId, config: &GroupConfig) -> Vec<Trace> {
        let end = self.traces.partition_point(|trace| trace.last <= to);
        (0..end).filter_map(|at| self.confirm(at, node, config)).collect()
    }

    /// Others count from now on; the batches that this makes agreed.
    pub fn agree_by(&mut self, config: &GroupConfig) -> Vec<Trace> {
        let fresh = self.traces.iter_mut().filter(|trace| !trace.agreed && config.is_quorum(trace.by));
        let agree = |trace: &mut Trace| {
            trace.agreed = true;
            trace.clone()
        };
        fresh.map(agree).collect()
    }

    /// Lets the oldest batch go, if the bounds say so; `Some` where nobody had agreed on it yet.
    pub fn trim(&mut self) -> Option<Option<Trace>> {
        let front = self
            .traces
            .front()
            .filter(|front| self.records > RECORDS_MAX || self.records > RECORDS_KEPT && front.agreed)?;
        self.records -= front.len();
        self.forgotten_to = front.last;
        Some(self.traces.pop_front().filter(|trace| !trace.agreed))
    }
}
