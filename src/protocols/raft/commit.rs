//! Committing: when a record can no longer be lost.
//!
//! Idea: a leader commits what a majority of the voters has on disk, if it is of the leader's own term; everything
//! before it is committed with it. Counting replicas of an older term proves nothing: figure 8 of the paper shows such
//! an entry overwritten.
//! Sources: Ongaro & Ousterhout 2014 §5.3, §5.4.2.

use crate::domain::event::EventKind;
use crate::domain::fact::ReplicaFact;
use crate::domain::ids::{LogIndex, Term};
use crate::domain::rules::AckRule;
use crate::domain::time::Now;
use crate::protocols::ack;

use super::message::Effect;
use super::replica::Raft;
use super::role::{Leadership, Role};

impl Raft {
    /// A leader counts again: a match index or its own disk moved.
    pub(super) fn advance_commit(&mut self, now: Now, out: &mut Vec<Effect>) {
        let Role::Leader(leadership) = &self.role else { return };
        let counted = self.quorum_match(leadership);
        let opened_at = leadership.opened_at;
        if counted <= self.commit || !self.image.log.term_at(counted).is_some_and(|term| self.commits_by_counting(term))
        {
            return;
        }
        let term = self.term();
        let opens = self.commit < opened_at && opened_at <= counted;
        self.commit_to(counted, Some(term), out);
        if opens {
            out.push(Effect::Tell(EventKind::FirstCommit { term, index: opened_at }));
        }
        self.hand_over_if_ready(now, out);
    }

    /// The highest index that a majority has on disk.
    fn quorum_match(&self, leadership: &Leadership) -> LogIndex {
        ack::reached_by(self.voter_matches(leadership), self.config.majority())
    }

    fn voter_matches<'a>(&'a self, leadership: &'a Leadership) -> impl Iterator<Item = LogIndex> + 'a {
        let own = self.config.is_voter(self.config.me).then(|| self.own_match());
        own.into_iter().chain(leadership.progress.iter().map(|progress| progress.matched))
    }

    /// Up to where a leader's records are acknowledged under this rule; its commit index where it does not lead.
    pub fn acked_index(&self, rule: AckRule) -> LogIndex {
        let Role::Leader(leadership) = &self.role else { return self.commit };
        let followers = leadership.progress.iter().map(|progress| progress.matched);
        ack::acknowledged(rule, self.own_match(), followers, self.commit)
    }

    /// Moves the commit index on; it never goes back.
    pub(super) fn commit_to(&mut self, index: LogIndex, leading: Option<Term>, out: &mut Vec<Effect>) {
        if index <= self.commit {
            return;
        }
        // Only a rule that is off can bring an index inside a batch: then the batch is not yet committed.
        let Some(to) = self.image.log.point_at(index) else { return };
        self.commit = index;
        out.push(Effect::State(ReplicaFact::Committed { to, leading }));
    }
}
