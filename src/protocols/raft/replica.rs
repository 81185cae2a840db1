//! A replica of one group: its state, and the one verb that changes it.
//!
//! Idea: `step` takes an input with the time and pushes effects. What must survive a crash is in `image`, changed only
//! together with the `Persist` that says so; everything else may be lost.
//! Shape: each chapter of the protocol is an `impl Raft` in its own file; here are the type, the dispatch, and the two
//! doors through which effects leave (`send`, `persist`).
//! Errors: none; what we compute ourselves is asserted after each step.
//! Sources: Ongaro & Ousterhout 2014 figure 2.

use crate::domain::chance::Chance;
use crate::domain::fact::ElectionFact;
use crate::domain::ids::{LogIndex, NodeId, PersistToken, Term};
use crate::domain::log::{DiskWrite, GroupImage};
use crate::domain::membership::GroupConfig;
use crate::domain::rules::Rules;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::why::Why;
use crate::protocols::message::{Effect, Input};

use super::admit::Admit;
use super::applied::Applied;
use super::config::RaftConfig;
use super::durability::Durability;
use super::membership::Membership;
use super::message::{Body, Message};
use super::role::Role;

/// A replica of a group.
#[derive(Clone, Debug)]
pub struct Raft {
    pub(super) config: RaftConfig,
    /// What the disk holds once every write that was asked for is done.
    pub(super) image: GroupImage,
    pub(super) disk: Durability,
    /// Who belongs to the group, by the log in the image.
    pub(super) membership: Membership,
    pub(super) role: Role,
    pub(super) leader: Option<NodeId>,
    pub(super) commit: LogIndex,
    /// How far the leader of this term has verified this log.
    pub(super) verified: LogIndex,
    pub(super) timer: ElectionTimer,
    pub(super) contact: Contact,
    pub(super) applied: Applied,
}

/// The election timer: it is drawn again each time it starts.
#[derive(Clone, Debug)]
pub(super) struct ElectionTimer {
    pub from: SimTime,
    pub drawn: SimDuration,
    pub chance: Chance,
}

/// When this replica last heard a leader: the lease that it gave, and the silence that the screen shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contact {
    pub with: Option<NodeId>,
    /// At the start of the process, if no leader was heard since.
    pub at: SimTime,
    /// The process began on a disk that had seen elections: it may have forgotten a lease.
    pub restarted: bool,
}

impl Raft {
    /// A replica that starts, from nothing or from what its disk holds. Its applied state is the snapshot's.
    pub fn new(config: RaftConfig, image: GroupImage, now: Now, chance: Chance) -> Self {
        assert!(config.election_min.0 > 0 && config.election_min <= config.election_max, "a timeout has a range");
        let commit = image.snapshot.as_ref().map_or(LogIndex::ORIGIN, |snapshot| snapshot.index);
        assert!(image.log.base().index <= commit, "what is not in the log is in the snapshot");
        let restarted = image.hard.term > Term::default();
        let mut raft = Self {
            applied: Applied::new(now.mono, commit),
            disk: Durability::new(image.log.end().index),
            membership: Membership::of(&image, GroupConfig::of(config.voters.iter().copied())),
            role: Role::Follower,
            leader: None,
            commit,
            verified: LogIndex::ORIGIN,
            timer: ElectionTimer { from: now.mono, drawn: SimDuration::ZERO, chance },
            contact: Contact { with: None, at: now.mono, restarted },
            config,
            image,
        };
        raft.restart_timer(now);
        raft
    }

    /// Takes an input; what is to be done about it is pushed to `out`, in order.
    pub fn step(&mut self, now: Now, input: Input, out: &mut Vec<Effect>) {
        match input {
            Input::Receive { from, message } => {
                // What speaks another protocol is a stranger.
                if let Some(message) = message.raft() {
                    self.admit_and_receive(now, from, message, out);
                }
            }
            Input::Persisted(token) => self.on_persisted(now, token, out),
            Input::Beat => self.on_beat_timer(now, out),
            Input::Deadline => self.on_deadline(now, out),
            Input::Read(token) => self.on_read(now, token, out),
            Input::Transfer(to) => self.on_transfer(now, to, out),
            Input::Campaign => self.on_campaign(now, out),
            Input::Compact { snapshot, keep_after } => self.on_compact(snapshot, keep_after, out),
            Input::ChangeConfig(change) => self.on_change_config(now, change, out),
            Input::SetRules(rules) => self.on_set_rules(now, rules, out),
        }
        self.flush_hard(out);
        self.check_invariants();
    }

    fn admit_and_receive(&mut self, now: Now, from: NodeId, message: Message, out: &mut Vec<Effect>) {
        match self.admit(now, &message) {
            Admit::Current => self.receive(now, from, message, out),
            Admit::Adopt(term) => {
                self.adopt_term(now, term, out);
                self.receive(now, from, message, out);
            }
            Admit::Refuse(why) => self.refuse_vote(from, &message, why, out),
            Admit::Stale => self.send(from, Body::Stale, None, out),
            Admit::Drop => {}
        }
    }

    fn receive(&mut self, now: Now, from: NodeId, message: Message, out: &mut Vec<Effect>) {
        match message.body {
            Body::RequestVote { last_index, last_term, pre_vote, .. } => {
                let ballot = super::election::Ballot { candidate: from, last_index, last_term, pre_vote };
                self.on_request_vote(now, message.term, ballot, out);
            }
            Body::Vote { refused, pre_vote } => self.on_vote(now, from, message.term, (refused, pre_vote), out),
            Body::Append { prev_index, prev_term, entries, commit } => {
                if self.hear_leader(now, from) {
                    self.on_append(from, (prev_index, prev_term), entries, commit, out);
                }
            }
            Body::Appended { matched } => self.on_appended(now, from, matched, out),
            Body::AppendRefused { prev_index, hint_index, hint_term } => {
                self.on_append_refused(now, from, prev_index, (hint_index, hint_term), out);
            }
            Body::Beat { commit, round } => {
                if self.hear_leader(now, from) {
                    self.on_beat(from, commit, round, out);
                }
            }
            Body::BeatAnswer { round, received, matched, applied } => {
                self.on_beat_answer(now, from, round, (received, matched, applied), out);
            }
            Body::Snapshot(snapshot) => {
                if self.hear_leader(now, from) {
                    self.on_snapshot(from, snapshot, out);
                }
            }
            Body::TimeoutNow => self.on_timeout_now(now, out),
            Body::Stale => {}
        }
    }

    fn on_persisted(&mut self, now: Now, token: PersistToken, out: &mut Vec<Effect>) {
        let moved = self.disk.persisted(token);
        while let Some(term) = self.disk.term_persisted(token) {
            out.push(Effect::State(ElectionFact::Term(term).into()));
        }
        self.count_own_vote(now, token, out);
        if moved {
            self.advance_commit(now, out);
        }
    }

    fn on_set_rules(&mut self, now: Now, rules: Rules, out: &mut Vec<Effect>) {
        self.config.rules = rules;
        if let Role::Leader(leadership) = &mut self.role {
            leadership.check_at = now.mono + self.config.election_max;
        }
        self.advance_commit(now, out);
    }

    /// Sends in the replica's own term.
    pub(super) fn send(&self, to: NodeId, body: Body, after: Option<PersistToken>, out: &mut Vec<Effect>) {
        let message = Message { term: self.image.hard.term, body };
        out.push(Effect::Send { to, message: message.into(), after });
    }

    /// Changes what the disk holds, and asks for it to be written. Term and vote go before anything else.
    pub(super) fn persist(&mut self, write: DiskWrite, out: &mut Vec<Effect>) -> PersistToken {
        self.flush_hard(out);
        self.image.apply(&write);
        let token = self.disk.issue();
        out.push(Effect::Persist { token, write });
        token
    }

    /// Asks for term and vote to be written, if they changed since. Once a step, so that a vote costs one write.
    pub(super) fn flush_hard(&mut self, out: &mut Vec<Effect>) -> Option<PersistToken> {
        if !std::mem::take(&mut self.disk.hard_dirty) {
            return None;
        }
        let token = self.disk.issue();
        out.push(Effect::Persist { token, write: DiskWrite::Hard(self.image.hard) });
        let term = self.image.hard.term;
        if self.answer_after(Some(token)).is_none() {
            // Acted upon before it is durable: the auditor shall see it go back after a crash.
            out.push(Effect::State(ElectionFact::Term(term).into()));
        } else {
            self.disk.term_written(token, term);
        }
        Some(token)
    }

    /// Enters a higher term, with or without a vote.
    pub(super) fn enter_term(&mut self, term: Term, vote: Option<NodeId>) {
        assert!(term > self.image.hard.term, "a term never goes back");
        self.image.hard.term = term;
        self.image.hard.voted_for = vote;
        self.disk.hard_dirty = true;
        self.leader = None;
        self.verified = LogIndex::ORIGIN;
    }

    pub(super) fn restart_timer(&mut self, now: Now) {
        let (low, high) = (self.config.election_min.0, self.config.election_max.0);
        self.timer.from = now.mono;
        self.timer.drawn = SimDuration(self.timer.chance.between(low, high));
    }

    /// Why a client of this replica is not served, where it does not lead.
    pub(super) const fn not_leader(&self) -> Why {
        Why::NotLeader(self.leader)
    }

    /// What must hold after every step, whatever came in.
    pub(super) fn check_invariants(&self) {
        let end = self.image.log.end().index;
        assert!(self.commit <= end, "what is committed is in the log");
        assert!(self.image.log.base().index <= self.commit, "what is compacted is committed");
        assert!(self.disk.synced() <= end, "what is synced is in the log");
        assert!(!self.disk.hard_dirty, "a step leaves no vote unwritten");
        assert!(self.membership.since() <= end, "a configuration is in the log or in the snapshot");
        let config = self.membership.current();
        assert!(config.learners.common(config.electorate()).is_empty(), "a learner has no vote");
        match &self.role {
            Role::Follower => {}
            Role::PreCandidate(_) => assert!(self.leader.is_none(), "who asks for votes follows nobody"),
            Role::Candidate { .. } => {
                assert!(self.leader.is_none(), "who stands for election follows nobody");
                assert!(self.image.hard.voted_for == Some(self.config.me), "a candidate votes for itself");
            }
            Role::Leader(leadership) => {
                assert!(self.leader == Some(self.config.me), "a leader knows that it leads");
                assert!(!config.voters.is_empty(), "who leads has voters");
                for progress in &leadership.progress {
                    assert!(progress.matched < progress.next, "what matches is not sent again");
                    assert!(
                        progress.in_flight.len() <= self.config.batches_in_flight_max.max(1),
                        "the window is bounded"
                    );
                }
            }
        }
    }
}
