//! The applied log of one group as the ledger remembers it: which batch stands where, and who has applied it.
//!
//! Idea: the first replica to apply a batch decides where its orders stand; every further one only counts towards the
//! majority, a bit for a whole batch. That is what keeps the ledger at a few nanoseconds an order.
//! A batch of a later term that stands where another batch stood *overturns* all from there on: the earlier one was
//! applied by replicas that have forgotten it (a rule was off), and its orders are gone.
//! Bound: agreed batches go from the front above [`RECORDS_KEPT`] records; any batch goes above [`RECORDS_MAX`].

use std::collections::VecDeque;

use crate::audit::last_of;
use crate::domain::digest::Digest;
use crate::domain::fact::{Applied, Executed};
use crate::domain::ids::{LogIndex, NodeId, NodeSet, Term};
use crate::domain::membership::GroupConfig;
use crate::domain::order::Batch;
use crate::domain::recent::count_before;

/// Records of agreed batches that a trail keeps, to recognise that they are overturned.
pub const RECORDS_KEPT: u64 = 16_384;
/// Records that a trail keeps at most.
pub const RECORDS_MAX: u64 = 262_144;

/// A batch where it stands.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The index of its first record.
    pub first: LogIndex,
    /// The index of its last record.
    pub last: LogIndex,
    /// Its term.
    pub term: Term,
    /// The chain over what was applied up to its end.
    pub chain: Digest,
    /// Its orders.
    pub batch: Option<Batch>,
    /// What became of them.
    pub executed: Executed,
    /// Who has applied it.
    by: NodeSet,
    agreed: bool,
}

/// What an applied batch is to the trail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standpoint {
    /// It comes after everything.
    Fresh,
    /// It stands at this place already.
    Known(usize),
    /// It is of a later term than what stands at this place, and takes it.
    Overturns(usize),
    /// It contradicts what stands there and does not prevail, or lies before the trail.
    Aside,
}

/// The applied log of a group.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    traces: VecDeque<Trace>,
    records: u64,
    forgotten_to: LogIndex,
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
        self.traces.len() * size_of::<Trace>()
    }

    /// What this batch is to it.
    pub fn place(&self, applied: &Applied) -> Standpoint {
        if applied.first > self.end() {
            return Standpoint::Fresh;
        }
        if applied.first <= self.forgotten_to {
            return Standpoint::Aside;
        }
        let at = count_before(self.traces.len(), |at| self.traces[at].last < applied.first);
        match self.traces.get(at) {
            Some(trace) if trace.chain == applied.chain && trace.last == last_of(applied) => Standpoint::Known(at),
            Some(trace) if applied.term > trace.term => Standpoint::Overturns(at),
            _ => Standpoint::Aside,
        }
    }

    /// Adds a batch at the end.
    pub fn push(&mut self, applied: &Applied) {
        let last = last_of(applied);
        assert!(applied.first > self.end(), "a batch is added behind the trail");
        self.records += last.0 - applied.first.0 + 1;
        self.term = self.term.max(applied.term);
        self.traces.push_back(Trace {
            first: applied.first,
            last,
            term: applied.term,
            chain: applied.chain,
            batch: applied.batch.clone(),
            executed: applied.executed.clone(),
            by: NodeSet::default(),
            agreed: false,
        });
    }

    /// Where the last batch stands.
    pub fn last_place(&self) -> usize {
        self.traces.len().saturating_sub(1)
    }

    /// Takes everything from this place on, oldest first.
    pub fn overturn(&mut self, at: usize) -> Vec<Trace> {
        let gone: Vec<_> = self.traces.drain(at..).collect();
        self.records -= gone.iter().map(|trace| trace.last.0 - trace.first.0 + 1).sum::<u64>();
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

    /// Forgets from the front what the bounds say; says how many records went though nobody had agreed on them.
    pub fn trim(&mut self) -> u64 {
        let mut forced = 0;
        while self.records > RECORDS_KEPT {
            let Some(front) = self.traces.front() else { break };
            if !front.agreed && self.records <= RECORDS_MAX {
                break;
            }
            let records = front.last.0 - front.first.0 + 1;
            forced += if front.agreed { 0 } else { records };
            self.records -= records;
            self.forgotten_to = front.last;
            self.traces.pop_front();
        }
        forced
    }
}
