//! Appending on a follower: the consistency check, the cut of a tail that contradicts the leader, and the answer.
//!
//! Idea: if the batch before the new ones is of the same index and term, the logs agree up to there (log matching, §5.3).
//! What already agrees is skipped, so that a late or doubled message never cuts anything; the first batch that
//! contradicts cuts the tail.
//! Shape: `on_append` decides, `take` writes. The answer waits for the write that covers it.
//! Left out: a batch that contradicts what is committed is dropped, not asserted: with a rule switched off it can come,
//! and the auditor shall show it.
//! Sources: Ongaro & Ousterhout 2014 §5.3, figure 2 (AppendEntries RPC).

use std::sync::Arc;

use crate::domain::event::EventKind;
use crate::domain::fact::LogFact;
use crate::domain::ids::{LogIndex, NodeId, Term};
use crate::domain::log::{DiskWrite, Entry, LogPoint};
use crate::domain::time::Now;
use crate::protocols::message::Effect;

use super::hint;
use super::message::Body;
use super::replica::Raft;
use super::role::Role;

impl Raft {
    /// A message that only a leader of this term sends: follow it. False if this replica leads the term itself, which
    /// takes two leaders in a term and thus a rule that is off.
    pub(super) fn hear_leader(&mut self, now: Now, from: NodeId) -> bool {
        if matches!(self.role, Role::Leader(_)) {
            return false;
        }
        self.role = Role::Follower;
        self.leader = Some(from);
        self.contact.with = Some(from);
        self.contact.at = now.mono;
        self.restart_timer(now);
        true
    }

    pub(super) fn on_append(
        &mut self,
        from: NodeId,
        (prev_index, prev_term): (LogIndex, Term),
        mut entries: Vec<Arc<Entry>>,
        leader_commit: LogIndex,
        out: &mut Vec<Effect>,
    ) {
        let matched = entries.last().map_or(prev_index, |entry| entry.last());
        if matched <= self.commit {
            // An old message: everything in it is committed, and thus agreed on.
            self.verified = self.verified.max(matched);
            self.answer_match(from, matched, out);
            return;
        }
        if !self.agrees_at(prev_index, prev_term) {
            let hint = hint::last_at_most(&self.image.log, prev_index.min(self.image.log.end().index), prev_term);
            let body = Body::AppendRefused { prev_index, hint_index: hint.index, hint_term: hint.term };
            self.send(from, body, None, out);
            return;
        }
        let known = entries.iter().take_while(|entry| self.holds(entry)).count();
        entries.drain(..known);
        if let Some(first) = entries.first() {
            if first.first <= self.commit {
                return;
            }
            self.take(entries, out);
        }
        self.verified = self.verified.max(matched);
        self.commit_to(leader_commit.min(matched), None, out);
        self.answer_match(from, matched, out);
    }

    /// Whether a batch that ends just at `index` is of this term; what the snapshot or the commit covers agrees.
    fn agrees_at(&self, index: LogIndex, term: Term) -> bool {
        index <= self.image.log.base().index || self.image.log.point_at(index).is_some_and(|point| point.term == term)
    }

    /// Whether the log holds this batch, or has it in its snapshot.
    fn holds(&self, entry: &Entry) -> bool {
        let last = entry.last();
        last <= self.image.log.base().index || self.image.log.point_at(last).is_some_and(|p| p.term == entry.term)
    }

    /// Appends batches that continue the log, in place of a tail that contradicts them.
    fn take(&mut self, fresh: Vec<Arc<Entry>>, out: &mut Vec<Effect>) {
        let end = self.image.log.end().index;
        let Some(first) = fresh.first().map(|entry| entry.first) else { return };
        if first <= end {
            let records = end.since(first.prev());
            out.push(Effect::Tell(EventKind::Truncated { from: first, records }));
            out.push(Effect::State(LogFact::Truncated(first).into()));
            if self.membership.cut(first) {
                out.push(Effect::Tell(EventKind::ConfigReverted { config: self.membership.current() }));
            }
        }
        fresh.iter().for_each(|entry| self.membership.append(entry));
        out.push(Effect::State(LogFact::Appended(fresh.iter().map(|entry| point_after(entry)).collect()).into()));
        let token = self.persist(DiskWrite::Append(fresh), out);
        self.disk.log_written(token, first.prev(), self.image.log.end().index);
    }

    /// Tells the leader how far the logs match, once that is on disk.
    pub(super) fn answer_match(&self, to: NodeId, matched: LogIndex, out: &mut Vec<Effect>) {
        let after = self.answer_after(self.disk.covering(matched));
        self.send(to, Body::Appended { matched }, after, out);
    }

    /// The leader lives. The answer also repeats how far this log got, so that a lost message costs one beat.
    pub(super) fn on_beat(&mut self, from: NodeId, commit: LogIndex, round: u64, out: &mut Vec<Effect>) {
        self.commit_to(commit.min(self.image.log.end().index), None, out);
        let matched = self.verified.min(self.own_match());
        self.send(
            from,
            Body::BeatAnswer { round, received: self.verified, matched, applied: self.applied.upto() },
            None,
            out,
        );
    }
}

pub(super) fn point_after(entry: &Entry) -> LogPoint {
    LogPoint { index: entry.last(), term: entry.term, chain: entry.chain }
}
