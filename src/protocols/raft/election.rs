//! Leader election: how replicas agree that one of them may order commands.
//!
//! Idea: a vote is a durable promise, one a term; two majorities share a voter, so a term has one leader. Who wants to
//! stand asks first whether it could win (pre-vote), so that a node that was cut off does not raise everybody's term.
//! Shape: timeout -> ask (pre-vote) -> stand (term + 1, own vote) -> lead. A request for votes waits for the
//! candidate's own vote to be on disk: sent earlier, a candidate that crashed could stand again in the same term with a
//! shorter log, and be elected by votes that were given to the longer one.
//! Units: `deadline` is on the node's monotonic clock.
//! Sources: Ongaro & Ousterhout 2014 §5.2, §5.4.1; Ongaro 2014 §9.6 (pre-vote), §3.10 (transfer).

use crate::domain::event::EventKind;
use crate::domain::fact::ElectionFact;
use crate::domain::ids::{LogIndex, NodeId, PersistToken, Term};
use crate::domain::time::Now;
use crate::domain::why::Why;
use crate::protocols::message::Effect;
use crate::protocols::replication::Replication;

use super::message::{Body, Message};
use super::replica::Raft;
use super::role::{Poll, Role};

/// A request for a vote.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ballot {
    pub candidate: NodeId,
    pub last_index: LogIndex,
    pub last_term: Term,
    pub pre_vote: bool,
}

/// Why a replica stands for election.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cause {
    /// It heard no leader.
    Timeout,
    /// Somebody at the desk said so.
    Order,
    /// Its leader said so.
    Transfer,
}

impl Raft {
    pub(super) fn on_deadline(&mut self, now: Now, out: &mut Vec<Effect>) {
        if now.mono < self.deadline() {
            return;
        }
        if matches!(self.role, Role::Leader(_)) {
            self.on_leader_deadline(now, out);
            return;
        }
        if !self.may_campaign() {
            return;
        }
        let asks = self.asks_before_standing();
        let (silent, timeout) = (now.mono.since(self.contact.at), self.timer.drawn);
        out.push(Effect::Tell(EventKind::TimedOut { term: self.term().next(), silent, timeout, pre_vote: asks }));
        if asks {
            self.ask(now, out);
        } else {
            self.stand(now, Cause::Timeout, out);
        }
    }

    pub(super) fn on_campaign(&mut self, now: Now, out: &mut Vec<Effect>) {
        if self.may_stand() {
            self.stand(now, Cause::Order, out);
        }
    }

    pub(super) fn on_timeout_now(&mut self, now: Now, out: &mut Vec<Effect>) {
        if self.may_stand() {
            self.stand(now, Cause::Transfer, out);
        }
    }

    fn may_stand(&self) -> bool {
        self.may_campaign() && !matches!(self.role, Role::Leader(_))
    }

    /// Asks whether it could win, without entering the term.
    fn ask(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.leader = None;
        let mut poll = Poll::default();
        poll.votes.insert(self.config.me);
        self.role = Role::PreCandidate(poll);
        self.restart_timer(now);
        let term = self.term().next();
        let heard_at = self.contact.at;
        out.push(Effect::State(ElectionFact::Campaigns { term, pre_vote: true, heard_at }.into()));
        self.request_votes(term, Cause::Timeout, None, out);
    }

    /// Enters the next term and votes for itself.
    fn stand(&mut self, now: Now, cause: Cause, out: &mut Vec<Effect>) {
        let term = self.term().next();
        let lease = self.lease_forbids_vote(now, false, false);
        self.enter_term(term, Some(self.config.me));
        let heard_at = self.contact.at;
        out.push(Effect::State(ElectionFact::Campaigns { term, pre_vote: false, heard_at }.into()));
        out.push(Effect::Tell(EventKind::Stands { term, forced: cause != Cause::Timeout }));
        let write = self.flush_hard(out);
        // An order can come while this voter stands by a leader that reads under a lease: that binds its own vote, too.
        let bound = cause == Cause::Order && lease.is_some();
        let own_vote = write.filter(|_| !bound);
        self.role = Role::Candidate { poll: Poll::default(), own_vote };
        self.restart_timer(now);
        let after = self.answer_after(write);
        self.request_votes(term, cause, after, out);
        if let Some(token) = own_vote.filter(|_| after.is_none()) {
            self.count_own_vote(now, token, out);
        }
    }

    fn request_votes(&self, term: Term, cause: Cause, after: Option<PersistToken>, out: &mut Vec<Effect>) {
        let end = self.image.log.end();
        let pre_vote = matches!(self.role, Role::PreCandidate(_));
        let transfer = cause == Cause::Transfer;
        let me = self.config.me;
        for to in self.membership.current().electorate().iter().filter(|to| *to != me) {
            let body = Body::RequestVote { last_index: end.index, last_term: end.term, pre_vote, transfer };
            out.push(Effect::Send { to, message: Message { term, body }.into(), after });
        }
    }

    /// A candidate's own vote counts once it is on disk.
    pub(super) fn count_own_vote(&mut self, now: Now, token: PersistToken, out: &mut Vec<Effect>) {
        if let Role::Candidate { poll, own_vote: Some(own_vote) } = &mut self.role
            && *own_vote <= token
        {
            poll.votes.insert(self.config.me);
            self.count_votes(now, out);
        }
    }

    pub(super) fn on_request_vote(&mut self, now: Now, term: Term, ballot: Ballot, out: &mut Vec<Effect>) {
        let Ballot { candidate, last_index, last_term, pre_vote } = ballot;
        // The vote of the own term may be given; that of a later one (a pre-vote asks about it) is free.
        let given = if term == self.term() { self.vote_is_given(candidate) } else { None };
        let refused = match given {
            Some(other) => Some(Why::AlreadyVoted(other)),
            None if !self.log_is_fresh(last_term, last_index) => Some(Why::LogBehind),
            // With one vote a term switched off a leader could elect its rival; it still does not vote itself out.
            None if matches!(self.role, Role::Leader(_)) && !pre_vote => Some(Why::AlreadyVoted(self.config.me)),
            None => None,
        };
        if let Some(why) = refused {
            self.tell_refusal(candidate, term, why, pre_vote, out);
            self.send(candidate, Body::Vote { refused, pre_vote }, None, out);
            return;
        }
        let mut after = None;
        if !pre_vote {
            after = self.promise(now, candidate, out);
        }
        let body = Body::Vote { refused: None, pre_vote };
        out.push(Effect::Send { to: candidate, message: Message { term, body }.into(), after });
    }

    /// Gives the vote of the term, and names the write that the answer waits for.
    fn promise(&mut self, now: Now, candidate: NodeId, out: &mut Vec<Effect>) -> Option<PersistToken> {
        let term = self.term();
        if self.image.hard.voted_for != Some(candidate) {
            self.image.hard.voted_for = Some(candidate);
            self.disk.hard_dirty = true;
            out.push(Effect::Tell(EventKind::Voted { candidate, term }));
        }
        self.role = Role::Follower;
        self.restart_timer(now);
        let write = match self.flush_hard(out) {
            Some(token) => Some(token),
            // Asked again: the first write may still be on its way. A token of its own is after it.
            None => {
                self.disk.hard_dirty = true;
                self.flush_hard(out)
            }
        };
        self.answer_after(write)
    }

    /// Refuses without looking at the log. A refusal for a living leader speaks of the term that was asked for: in its
    /// own, older term the candidate would not hear it.
    pub(super) fn refuse_vote(&self, candidate: NodeId, message: &Message, why: Why, out: &mut Vec<Effect>) {
        let Body::RequestVote { pre_vote, .. } = message.body else { return };
        self.tell_refusal(candidate, message.term, why, pre_vote, out);
        let term = match why {
            Why::StaleTerm(own) => own,
            _ if pre_vote => self.term(),
            _ => message.term,
        };
        let body = Body::Vote { refused: Some(why), pre_vote };
        out.push(Effect::Send { to: candidate, message: Message { term, body }.into(), after: None });
    }

    fn tell_refusal(&self, candidate: NodeId, term: Term, why: Why, pre_vote: bool, out: &mut Vec<Effect>) {
        out.push(Effect::Tell(EventKind::VoteRefused { candidate, term, why, pre_vote }));
    }

    pub(super) fn on_vote(
        &mut self,
        now: Now,
        from: NodeId,
        term: Term,
        (refused, pre_vote): (Option<Why>, bool),
        out: &mut Vec<Effect>,
    ) {
        if !self.votes_now(from) {
            return;
        }
        let current = self.term();
        let poll = match &mut self.role {
            Role::PreCandidate(poll) if pre_vote => poll,
            Role::Candidate { poll, .. } if !pre_vote && term == current => poll,
            _ => return,
        };
        if refused.is_some() {
            poll.refusals.insert(from);
        } else {
            poll.votes.insert(from);
            self.count_votes(now, out);
        }
    }

    fn count_votes(&mut self, now: Now, out: &mut Vec<Effect>) {
        let config = self.membership.current();
        match &self.role {
            Role::PreCandidate(poll) if config.is_quorum(poll.votes) => self.stand(now, Cause::Timeout, out),
            Role::Candidate { poll, .. } if config.is_quorum(poll.votes) => {
                self.lead(now, poll.votes.common(config.electorate()), out);
            }
            _ => {}
        }
    }
}
