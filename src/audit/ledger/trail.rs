//! The applied log of one group as the ledger remembers it: which batch stands where, and who has applied it.
//!
//! Idea: the first replica to apply a batch decides where its orders stand; every further one only counts towards the
//! majority, a bit for a whole batch. That is what keeps the ledger at a few nanoseconds an order.
//! A batch of a later term than what stands at its index *overturns* all from there on: the earlier was applied by replicas
//! that have forgotten it (a rule was off), and its orders are gone. For that the trail keeps the term of every index,
//! long after it has let the batch go. Replicas that forget their term and their votes (the same rule) elect a
//! leader of a term that was there before, or of a lower one: what it writes over what stood before it was elected
//! overturns that likewise.
//! Bound: agreed batches go from the front above [`RECORDS_KEPT`] records; any batch goes above [`RECORDS_MAX`]. Terms: the
//! last [`TERMS_MAX`]; what stands below them is taken for what it was.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::audit::last_of;
use crate::domain::digest::Digest;
use crate::domain::fact::{Applied, Executed};
use crate::domain::ids::{LogIndex, NodeId, NodeSet, RequestId, Term};
use crate::domain::membership::GroupConfig;
use crate::domain::order::{Batch, Record};
use crate::domain::recent::count_before;
use crate::domain::time::SimTime;

/// Records of agreed batches that a trail keeps, to recognise who applies them late.
pub const RECORDS_KEPT: u64 = 16_384;
/// Records that a trail keeps at most: as many as a leader's log may hold that are not committed.
pub const RECORDS_MAX: u64 = 1 << 20;
/// Terms whose first index is known.
pub const TERMS_MAX: usize = 4_096;
/// Terms whose latest leader is known; no replica applies a batch of an older term any more.
const LEADS_MAX: usize = 64;

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
    pub short: Option<Arc<Vec<RequestId>>>,
    /// Who has applied it.
    by: NodeSet,
    agreed: bool,
    /// Since when.
    since: SimTime,
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
    /// It stands at this place already, and a later leader of its term has written it again: what stands behind it is
    /// overturned.
    Again(usize),
    /// It is of a later term than what stands at its index, or of a later leader of that term, and takes it.
    Overturns,
    /// It contradicts what stands there, and which of the two prevails cannot be known.
    Contested,
    /// It contradicts what stands there and does not prevail, or it is what was let go.
    Aside,
}

/// The latest leader that was elected, and how it found the trail.
#[derive(Clone, Copy, Debug)]
struct Leading {
    /// Its term.
    term: Term,
    /// Its node.
    node: NodeId,
    /// When it was elected.
    since: SimTime,
    /// The end of its log then: what it has written lies behind.
    end: LogIndex,
    /// Another leader of this term led on when it was elected.
    rival: bool,
    /// It leads no more.
    over: bool,
    /// What the trail had let go then.
    forgotten_to: LogIndex,
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
    /// The latest leader of each of the last terms, the latest last.
    leads: VecDeque<Leading>,
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

    /// A leader was elected, whose log ends here.
    pub fn led(&mut self, now: SimTime, node: NodeId, term: Term, end: LogIndex) {
        let rival = self.leads.iter().any(|known| known.term == term && !known.over);
        self.leads.retain(|known| known.term != term);
        if self.leads.len() == LEADS_MAX {
            self.leads.pop_front();
        }
        let forgotten_to = self.forgotten_to;
        self.leads.push_back(Leading { term, node, since: now, end, rival, over: false, forgotten_to });
    }

    /// This node leads no more.
    pub fn ended(&mut self, node: NodeId) {
        self.leads.iter_mut().filter(|known| known.node == node).for_each(|known| known.over = true);
    }

    /// The leader that has written this index in this term, if the trail held another's words of that term before.
    fn writer(&self, term: Term, index: LogIndex) -> Option<&Leading> {
        self.leads.iter().rev().find(|led| led.term == term && led.end < index)
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
            let writer = self.writer(applied.term, applied.first).filter(|led| trace.since < led.since && !led.rival);
            return if writer.is_some() { Standpoint::Again(at) } else { Standpoint::Known(at) };
        }
        match self.term_at(applied.first).map(|term| applied.term.cmp(&term)) {
            Some(Ordering::Greater) => Standpoint::Overturns,
            Some(order) => self.place_of_no_later_term(applied, order),
            None => Standpoint::Aside,
        }
    }

    /// A batch of no later term than what stands at its index, and not that: of a leader of a term that came again, of two
    /// leaders of one term, or long let go.
    fn place_of_no_later_term(&self, applied: &Applied, order: Ordering) -> Standpoint {
        let writer = self.writer(applied.term, applied.first);
        let rivals = order == Ordering::Equal && writer.is_some_and(|led| led.rival);
        let led = writer.filter(|led| !led.rival);
        let stood = self.find(applied.first).map(|(_, trace)| trace.since);
        match (led, stood) {
            (Some(led), Some(since)) if since < led.since => Standpoint::Overturns,
            (Some(led), None) if applied.first <= led.forgotten_to => Standpoint::Overturns,
            (_, Some(_)) if order == Ordering::Equal => Standpoint::Contested,
            // What the first of the two wrote here was let go long ago.
            (_, None) if rivals => Standpoint::Contested,
            _ => Standpoint::Aside,
        }
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
    pub fn push(&mut self, now: SimTime, applied: &Applied) {
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
            since: now,
        };
        self.records += trace.len();
        self.traces.push_back(trace);
    }

    /// Where the last batch stands.
    pub fn last_place(&self) -> usize {
        self.traces.len().saturating_sub(1)
    }

    /// A later leader has written the batch at this place again; what stands behind it begins here, if anything does.
    pub fn written_again(&mut self, now: SimTime, at: usize) -> Option<LogIndex> {
        let end = self.end();
        let trace = self.traces.get_mut(at)?;
        trace.since = now;
        (trace.last < end).then(|| trace.last.next())
    }

    /// Everything from this index on is gone; the batches that it still held, oldest first.
    pub fn overturn(&mut self, from: LogIndex) -> Vec<Trace> {
        let at = count_before(self.traces.len(), |at| self.traces[at].last < from);
        let gone: Vec<_> = self.traces.drain(at..).collect();
        self.records -= gone.iter().map(Trace::len).sum::<u64>();
        self.forgotten_to = self.forgotten_to.min(LogIndex(from.0.saturating_sub(1)));
        while self.terms.pop_back_if(|(first, _)| *first >= from).is_some() {}
        self.term = self.terms.back().map_or(Term(0), |(_, term)| *term);
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
