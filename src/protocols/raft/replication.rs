//! Replication on a leader: appending, sending ahead, finding the match again when something was lost.
//!
//! Idea: the leader only appends. To each follower it sends batches in order and ahead of the answers; a refusal or a
//! hole seen by a beat makes it probe for the match. A beat goes to every follower whatever its disk is doing.
//! Bound: `batches_in_flight_max` messages a follower, [`UNCOMMITTED_RECORDS_MAX`] records a leader; when full, a
//! proposal is refused (`Overloaded`) and the log waits.
//! Sources: Ongaro & Ousterhout 2014 §5.3; Ongaro 2014 §10.2 (batching and pipelining).

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::event::EventKind;
use crate::domain::fact::{ElectionFact, LogFact};
use crate::domain::ids::{LogIndex, NodeId, NodeSet, Term};
use crate::domain::log::{DiskWrite, Entry, LogPoint, Payload};
use crate::domain::time::Now;
use crate::domain::view::ProgressMode;
use crate::domain::why::Why;
use crate::protocols::message::Effect;
use crate::protocols::replication::{Proposed, Replication};

use super::append::point_after;
use super::hint;
use super::message::Body;
use super::progress::Progress;
use super::replica::Raft;
use super::role::{Leadership, Role};

/// Records that a leader appends beyond its commit index; one more is refused.
pub const UNCOMMITTED_RECORDS_MAX: u64 = 1 << 20;

/// Records of one message to a follower that is behind by more than its window, or more.
const CATCH_UP_RECORDS: u64 = 512;
/// A follower that lacks fewer records than this is not catching up, however small its window.
const CATCH_UP_FROM: u64 = 8;

impl Raft {
    /// Appends records to the log of the group, if this replica leads it.
    pub fn propose(&mut self, now: Now, payload: Payload, out: &mut Vec<Effect>) -> Result<Proposed, Why> {
        let Role::Leader(leadership) = &self.role else { return Err(self.not_leader()) };
        if leadership.transfer.is_some() {
            return Err(Why::TransferRunning);
        }
        let end = self.image.log.end().index;
        if end.since(self.commit) + payload.len() > UNCOMMITTED_RECORDS_MAX {
            return Err(Why::Overloaded);
        }
        let last = self.append_own(payload, out).index;
        self.fill_all(now, out);
        self.check_invariants();
        Ok(Proposed { first: end.next(), last, term: self.term() })
    }

    /// Takes over the term: everybody is probed, and a no-op opens it (§5.4.2, §8).
    pub(super) fn lead(&mut self, now: Now, votes: NodeSet, out: &mut Vec<Effect>) {
        let (term, end) = (self.term(), self.image.log.end());
        let config = self.membership.current();
        let voters = u8::try_from(config.electorate().len()).unwrap_or(u8::MAX);
        let (me, peers) = (self.config.me, config.members());
        out.push(Effect::Tell(EventKind::Elected { term, votes, voters }));
        out.push(Effect::State(ElectionFact::Leads { term, end }.into()));
        self.leader = Some(self.config.me);
        self.role = Role::Leader(Box::new(Leadership {
            progress: peers
                .iter()
                .filter(|peer| *peer != me)
                .map(|peer| Progress::new(peer, end.index, now.mono))
                .collect(),
            opened_at: end.index.next(),
            round: 0,
            rounds_sent: VecDeque::new(),
            reads: VecDeque::new(),
            check_at: now.mono + self.config.election_max,
            transfer: None,
            lease_broken: false,
        }));
        self.append_own(Payload::Noop, out);
        self.fill_all(now, out);
    }

    pub(super) fn append_own(&mut self, payload: Payload, out: &mut Vec<Effect>) -> LogPoint {
        let before = self.image.log.end().index;
        let entry = self.image.log.next_entry(self.term(), payload);
        self.membership.append(&entry);
        let point = point_after(&entry);
        out.push(Effect::State(LogFact::Appended(vec![point]).into()));
        let token = self.persist(DiskWrite::Append(vec![entry]), out);
        self.disk.log_written(token, before, point.index);
        point
    }

    pub(super) fn fill_all(&mut self, now: Now, out: &mut Vec<Effect>) {
        let Role::Leader(leadership) = &self.role else { return };
        for place in 0..leadership.progress.len() {
            self.fill(place, out);
        }
        // Where nothing waits for the disk, a leader alone commits as it appends.
        self.advance_commit(now, out);
    }

    /// The same as `fill`, of a follower whose place may have changed: a commit can change the configuration.
    fn fill_peer(&mut self, peer: NodeId, out: &mut Vec<Effect>) {
        let Role::Leader(leadership) = &self.role else { return };
        if let Some(place) = leadership.place_of(peer) {
            self.fill(place, out);
        }
    }

    /// Sends a follower what it lacks, as far as its window allows.
    pub(super) fn fill(&mut self, place: usize, out: &mut Vec<Effect>) {
        let Self { role: Role::Leader(leadership), image, config, commit, .. } = self else { return };
        let (log, term, round) = (&image.log, image.hard.term, leadership.round);
        let progress = &mut leadership.progress[place];
        let end = log.end().index;
        while progress.has_room(config.batches_in_flight_max)
            && (progress.next <= end || progress.mode == ProgressMode::Probe)
        {
            if progress.next <= log.base().index {
                self.send_snapshot(place, out);
                return;
            }
            // A follower that lacks more than its window holds is catching up: small messages would keep it behind for good.
            let window = config.append_records_max.saturating_mul(config.batches_in_flight_max as u64);
            let behind = end.since(progress.next.prev()) > window.max(CATCH_UP_FROM);
            let records_max =
                if behind { config.append_records_max.max(CATCH_UP_RECORDS) } else { config.append_records_max };
            let entries = gather(log.entries_from(progress.next), records_max);
            let prev_index = entries.first().map_or(end, |entry| entry.first.prev());
            let Some(prev_term) = log.term_at(prev_index) else { return };
            let last = entries.last().map_or(prev_index, |entry| entry.last());
            progress.sent(last, round);
            let body = Body::Append { prev_index, prev_term, entries, commit: *commit };
            let message = super::message::Message { term, body }.into();
            out.push(Effect::Send { to: progress.peer, message, after: None });
        }
    }

    pub(super) fn on_appended(&mut self, now: Now, from: NodeId, matched: LogIndex, out: &mut Vec<Effect>) {
        let end = self.image.log.end().index;
        let Some((place, progress)) = self.heard_follower(now, from) else { return };
        // Beyond our end: only another leader of this term could have sent it.
        if matched > end {
            return;
        }
        if progress.match_to(matched) {
            self.note_catch_up(now, place, out);
            self.advance_commit(now, out);
            self.hand_over_if_ready(now, out);
        }
        self.fill_peer(from, out);
    }

    pub(super) fn on_append_refused(
        &mut self,
        now: Now,
        from: NodeId,
        prev_index: LogIndex,
        (hint_index, hint_term): (LogIndex, Term),
        out: &mut Vec<Effect>,
    ) {
        let agreed = self.may_agree_at(prev_index, hint_index, hint_term);
        let Some((place, progress)) = self.heard_follower(now, from) else { return };
        match progress.mode {
            // The match itself is refused: the follower lost what it had answered for (`persist_before_ack` was off).
            ProgressMode::Probe if prev_index == progress.next.prev() && prev_index == progress.matched => {
                progress.matched = progress.matched.min(agreed);
            }
            ProgressMode::Probe if prev_index == progress.next.prev() => {}
            ProgressMode::Replicate if prev_index >= progress.matched => {}
            // An old refusal: its question was answered since.
            _ => return,
        }
        let next = agreed.max(progress.matched).next();
        progress.probe(next);
        self.fill(place, out);
    }

    /// Where a follower that refused `prev_index` may agree with this log, by its hint; before the log's base if only
    /// a snapshot helps.
    fn may_agree_at(&self, prev_index: LogIndex, hint_index: LogIndex, hint_term: Term) -> LogIndex {
        let base = self.image.log.base();
        if hint_index < base.index || hint_term < base.term || prev_index <= base.index {
            return base.index.prev();
        }
        let point = hint::last_at_most(&self.image.log, hint_index, hint_term);
        // Not before what was refused: not a log like ours (a rule is off). Step back anyway, so that the search ends.
        if point.index < prev_index { point.index } else { prev_index.prev() }
    }

    /// The follower, if it is one of ours; its message shows that it lives.
    pub(super) fn heard_follower(&mut self, now: Now, from: NodeId) -> Option<(usize, &mut Progress)> {
        let Role::Leader(leadership) = &mut self.role else { return None };
        let place = leadership.place_of(from)?;
        let progress = &mut leadership.progress[place];
        progress.heard_at = now.mono;
        Some((place, progress))
    }

    pub(super) fn on_beat_answer(
        &mut self,
        now: Now,
        from: NodeId,
        round: u64,
        (received, matched, applied): (LogIndex, LogIndex, LogIndex),
        out: &mut Vec<Effect>,
    ) {
        let end = self.image.log.end().index;
        let Some((place, progress)) = self.heard_follower(now, from) else { return };
        progress.answered_round = progress.answered_round.max(round);
        // Less than before, if its process began again.
        progress.applied = applied;
        let news = matched <= end && progress.match_to(matched);
        if progress.has_lost(round, received) {
            match progress.mode {
                ProgressMode::Probe => progress.in_flight.clear(),
                ProgressMode::Replicate | ProgressMode::Snapshot => progress.probe(progress.matched.next()),
            }
        }
        if news {
            self.note_catch_up(now, place, out);
            self.advance_commit(now, out);
            self.hand_over_if_ready(now, out);
        }
        self.fill_peer(from, out);
        self.confirm_reads(now, out);
    }
}

/// Whole batches in order, of at most so many records; at least one, if there is one.
fn gather<'a>(entries: impl Iterator<Item = &'a Arc<Entry>>, records_max: u64) -> Vec<Arc<Entry>> {
    let mut records = 0;
    entries
        .take_while(|entry| {
            let first = records == 0;
            records += entry.payload.len();
            first || records <= records_max
        })
        .cloned()
        .collect()
}
