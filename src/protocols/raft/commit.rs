//! Committing: when a record can no longer be lost.
//!
//! Idea: a leader commits what a majority of the voters has on disk, if it is of the leader's own term; everything
//! before it is committed with it. Counting replicas of an older term proves nothing: figure 8 of the paper shows such
//! an entry overwritten.
//! Sources: Ongaro & Ousterhout 2014 §5.3, §5.4.2.

use crate::domain::event::EventKind;
use crate::domain::fact::LogFact;
use crate::domain::ids::{LogIndex, Term};
use crate::domain::time::Now;
use crate::protocols::message::Effect;
use crate::protocols::replication::Replication;

use super::replica::Raft;
use super::role::Role;

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
        let (term, before) = (self.term(), self.commit);
        let opens = self.commit < opened_at && opened_at <= counted;
        self.commit_to(counted, Some(term), out);
        if opens {
            out.push(Effect::Tell(EventKind::FirstCommit { term, index: opened_at }));
        }
        self.hand_over_if_ready(now, out);
        self.go_on_with_change(now, before, out);
    }

    /// Moves the commit index on; it never goes back.
    pub(super) fn commit_to(&mut self, index: LogIndex, leading: Option<Term>, out: &mut Vec<Effect>) {
        if index <= self.commit {
            return;
        }
        // Only a rule that is off can bring an index inside a batch: then the batch is not yet committed.
        let Some(to) = self.image.log.point_at(index) else { return };
        self.commit = index;
        out.push(Effect::State(LogFact::Committed { to, leading }.into()));
    }
}
