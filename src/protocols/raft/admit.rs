//! The term check: the one place that compares terms (§5.1).
//!
//! Idea: a higher term is adopted, whoever brings it; a request of an older term is answered, because silence would
//! leave its sender stuck behind; an answer of an older term is dropped. Three exceptions, each for its own reason:
//! a pre-vote request carries a term that nobody is in yet (Ongaro 2014 §9.6); so does a pre-vote that was granted; and a
//! voter that hears a living leader neither adopts a candidate's term nor votes (§6, the disruptive server).

use crate::domain::event::{EventKind, StepDown};
use crate::domain::fact::ElectionFact;
use crate::domain::ids::Term;
use crate::domain::time::Now;
use crate::domain::why::Why;
use crate::protocols::message::Effect;

use super::message::{Body, Message};
use super::replica::{Contact, Raft};
use super::role::Role;

/// What becomes of a message before its content is looked at.
pub(super) enum Admit {
    /// It is of the replica's term.
    Current,
    /// The replica enters this term first.
    Adopt(Term),
    /// A vote is refused out of hand.
    Refuse(Why),
    /// Its sender must hear of the higher term.
    Stale,
    /// Nobody waits for an answer.
    Drop,
}

impl Raft {
    pub(super) fn admit(&self, now: Now, message: &Message) -> Admit {
        let own = self.image.hard.term;
        match message.body {
            Body::RequestVote { pre_vote, transfer, .. } => {
                if message.term < own {
                    Admit::Refuse(Why::StaleTerm(own))
                } else if let Some(why) = self.lease_forbids_vote(now, pre_vote, transfer) {
                    Admit::Refuse(why)
                } else if message.term > own && !pre_vote {
                    Admit::Adopt(message.term)
                } else {
                    Admit::Current
                }
            }
            // A granted pre-vote carries the term that was asked about: current if we still ask about that one.
            Body::Vote { refused: None, pre_vote: true } if message.term == own.next() => Admit::Current,
            Body::Vote { refused: None, pre_vote: true } => Admit::Drop,
            Body::Append { .. } | Body::Beat { .. } | Body::Snapshot(_) | Body::TimeoutNow if message.term < own => {
                Admit::Stale
            }
            _ if message.term < own => Admit::Drop,
            _ if message.term > own => Admit::Adopt(message.term),
            _ => Admit::Current,
        }
    }

    /// Follows into a higher term.
    pub(super) fn adopt_term(&mut self, now: Now, term: Term, out: &mut Vec<Effect>) {
        let led = matches!(self.role, Role::Leader(_));
        if led {
            self.step_down(now, StepDown::HigherTerm(term), out);
        }
        self.role = Role::Follower;
        self.enter_term(term, None);
    }

    /// Leads no longer; what waited for it is refused.
    pub(super) fn step_down(&mut self, now: Now, why: StepDown, out: &mut Vec<Effect>) {
        let term = self.image.hard.term;
        let Role::Leader(leadership) = std::mem::replace(&mut self.role, Role::Follower) else { return };
        self.leader = None;
        // Its own leadership was the contact that it had.
        self.contact = Contact { with: None, at: now.mono, restarted: false };
        let refusal = match why {
            StepDown::HigherTerm(_) => self.not_leader(),
            StepDown::NoQuorum => Why::QuorumNotReached,
            StepDown::Removed => Why::NotLeader(None),
        };
        out.push(Effect::Tell(EventKind::SteppedDown { term, why }));
        out.push(Effect::State(ElectionFact::Follows { term }.into()));
        out.extend(leadership.reads.iter().map(|read| Effect::ReadRefused { token: read.token, why: refusal }));
        self.restart_timer(now);
    }
}
