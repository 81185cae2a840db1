//! The safety rules of Raft, each a named predicate with a switch.
//!
//! Idea: a rule that stands in one place by its own name can be taken away in a lesson, and a test can show what it was
//! for. Nothing else in the core asks whether a rule is on.
//! Left out: rules that nobody may switch (a read needs a commit of the leader's own term; a leader only appends).

use crate::domain::ids::{LogIndex, NodeId, PersistToken, Term};
use crate::domain::rules::Rule;
use crate::domain::time::{Now, SimDuration};
use crate::domain::why::Why;

use super::replica::Raft;
use super::role::Role;

impl Raft {
    /// `pre_vote`: who wants to stand asks first. Alone there is nobody to ask.
    pub(super) fn asks_before_standing(&self) -> bool {
        self.config.rules.on(Rule::PreVote) && !self.is_alone()
    }

    /// `check_quorum`: a leader that hears no majority steps down, and a voter stands by a leader that it hears.
    pub(super) fn quorum_is_checked(&self) -> bool {
        self.config.rules.on(Rule::CheckQuorum)
    }

    /// `log_freshness`: a vote goes only to a log at least as fresh (§5.4.1).
    pub(super) fn log_is_fresh(&self, last_term: Term, last_index: LogIndex) -> bool {
        let end = self.image.log.end();
        !self.config.rules.on(Rule::LogFreshness) || (last_term, last_index) >= (end.term, end.index)
    }

    /// `one_vote_per_term`: whom this replica is bound to, if the term's vote is given to another (§5.2).
    pub(super) fn vote_is_given(&self, candidate: NodeId) -> Option<NodeId> {
        self.image.hard.voted_for.filter(|given| *given != candidate && self.config.rules.on(Rule::OneVotePerTerm))
    }

    /// `commit_only_own_term`: whether an entry of this term may be committed by counting (§5.4.2).
    pub(super) fn commits_by_counting(&self, term: Term) -> bool {
        !self.config.rules.on(Rule::CommitOnlyOwnTerm) || term == self.image.hard.term
    }

    /// `persist_before_ack`: what is answered waits for its write (§5.1).
    pub(super) fn answer_after(&self, write: Option<PersistToken>) -> Option<PersistToken> {
        write.filter(|_| self.config.rules.on(Rule::PersistBeforeAck))
    }

    /// `persist_before_ack`: how far this replica's own log counts.
    pub(super) fn own_match(&self) -> LogIndex {
        if self.config.rules.on(Rule::PersistBeforeAck) { self.disk.synced() } else { self.image.log.end().index }
    }

    /// `lease_reads`: whether a leader may answer without asking, if its majority is fresh. It stands on voters that
    /// refuse others meanwhile, so it needs `check_quorum` too.
    pub(super) fn leases_are_given(&self) -> bool {
        self.config.rules.on(Rule::LeaseReads) && self.quorum_is_checked()
    }

    /// `joint_consensus`: voters change through a configuration in which both sets must agree (§6).
    pub(super) fn changes_in_two_steps(&self) -> bool {
        self.config.rules.on(Rule::JointConsensus)
    }

    /// Whether this voter stands by a leader: it heard one within the shortest election timeout (§6; Ongaro 2014 §9.6).
    /// A hand-over is the leader's own wish and passes. A process that just began may have forgotten a lease that it gave.
    pub(super) fn lease_forbids_vote(&self, now: Now, pre_vote: bool, transfer: bool) -> Option<Why> {
        let binds = pre_vote || self.quorum_is_checked();
        if transfer || !binds {
            return None;
        }
        if let Role::Leader(leadership) = &self.role {
            let quorum_at = self.quorum_heard_at(leadership, now);
            return (now.mono.since(quorum_at) < self.config.election_min).then_some(Why::LeaderAlive(self.config.me));
        }
        if now.mono.since(self.contact.at) >= self.config.election_min {
            return None;
        }
        match self.contact.with {
            Some(leader) => Some(Why::LeaderAlive(leader)),
            None => (self.contact.restarted && self.leases_are_given()).then_some(Why::JustStarted),
        }
    }

    /// How long a lease lasts from the moment its beat was sent: nine tenths of what a voter's clock counts. The tenth
    /// is the bound on the drift between two monotonic clocks; a lesson that bends them further breaks leases.
    pub(super) const fn lease_length(&self) -> SimDuration {
        SimDuration(self.config.election_min.0 / 10 * 9)
    }
}
