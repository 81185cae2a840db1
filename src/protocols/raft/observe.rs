//! Raft behind the seam: what its node drives it with, and may know of it.
//!
//! Shape: accessors stand here; what a chapter of the protocol does is passed on to it.

use std::sync::Arc;

use crate::domain::ids::{LogIndex, NodeId, NodeSet, Term};
use crate::domain::log::{LogPoint, Payload, RaftSnapshot, SharedLog};
use crate::domain::membership::{ConfigChange, GroupConfig};
use crate::domain::rules::AckRule;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::view::{ProgressView, RoleView};
use crate::domain::why::Why;
use crate::protocols::message::{Effect, Input};
use crate::protocols::replication::{ElectionView, Proposed, Replication};

use super::replica::Raft;
use super::role::{Poll, Role};

impl Replication for Raft {
    fn step(&mut self, now: Now, input: Input, out: &mut Vec<Effect>) {
        Self::step(self, now, input, out);
    }

    fn propose(&mut self, now: Now, payload: Payload, out: &mut Vec<Effect>) -> Result<Proposed, Why> {
        Self::propose(self, now, payload, out)
    }

    fn archive(&mut self, number: u64, image: Arc<[u8]>, first: u64, out: &mut Vec<Effect>) {
        Self::archive(self, number, image, first, out);
    }

    fn me(&self) -> NodeId {
        self.config.me
    }

    fn role(&self) -> RoleView {
        match &self.role {
            Role::Follower => RoleView::Follower,
            Role::PreCandidate(_) => RoleView::PreCandidate,
            Role::Candidate { .. } => RoleView::Candidate,
            Role::Leader(_) => RoleView::Leader,
        }
    }

    fn leads(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }

    fn leader(&self) -> Option<NodeId> {
        self.leader
    }

    fn term(&self) -> Term {
        self.image.hard.term
    }

    fn log(&self) -> &SharedLog {
        &self.image.log
    }

    fn end(&self) -> LogPoint {
        self.image.log.end()
    }

    fn snapshot(&self) -> Option<&RaftSnapshot> {
        self.image.snapshot.as_ref()
    }

    fn synced_index(&self) -> LogIndex {
        self.disk.synced()
    }

    fn commit_index(&self) -> LogIndex {
        self.commit
    }

    fn acked_index(&self, rule: AckRule) -> LogIndex {
        Self::acked_index(self, rule)
    }

    fn ack_covers_commit(&self, rule: AckRule) -> bool {
        Self::ack_covers_commit(self, rule)
    }

    fn missing_for(&self, now: Now, rule: AckRule, silent: SimDuration) -> NodeSet {
        Self::missing_for(self, now, rule, silent)
    }

    /// An election timeout, a leader's look at its quorum, the end of a transfer.
    fn deadline(&self) -> SimTime {
        match &self.role {
            Role::Leader(leadership) => {
                let check = if self.quorum_is_checked() { leadership.check_at } else { SimTime::NEVER };
                leadership.transfer.map_or(check, |transfer| check.min(transfer.until))
            }
            _ if !self.may_campaign() => SimTime::NEVER,
            _ => self.timer.from + self.timer.drawn,
        }
    }

    /// The latest configuration in its log, committed or not: it holds at once.
    fn group_config(&self) -> GroupConfig {
        self.membership.current()
    }

    fn progress(&self) -> Vec<(NodeId, ProgressView)> {
        let progress = match &self.role {
            Role::Leader(leadership) => leadership.progress.as_slice(),
            _ => &[],
        };
        progress.iter().map(|progress| (progress.peer, progress.view())).collect()
    }

    fn election(&self, now: Now) -> ElectionView {
        let (votes, refusals) = match self.role {
            Role::PreCandidate(Poll { votes, refusals }) => (votes, refusals),
            Role::Candidate { poll: Poll { votes, refusals }, .. } => (votes, refusals),
            Role::Follower | Role::Leader(_) => Default::default(),
        };
        let timer = match self.role {
            Role::Leader(_) => None,
            _ => Some(((self.timer.from + self.timer.drawn).since(now.mono), self.timer.drawn)),
        };
        ElectionView { voted_for: self.voted_for(), votes, refusals, timer }
    }

    fn transferring_to(&self) -> Option<NodeId> {
        match &self.role {
            Role::Leader(leadership) => leadership.transfer.map(|transfer| transfer.to),
            _ => None,
        }
    }

    fn note_applied(&mut self, now: Now, upto: LogIndex) {
        Self::note_applied(self, now, upto);
    }

    fn most_applied(&self, now: Now) -> Option<(NodeId, LogIndex)> {
        Self::most_applied(self, now)
    }

    fn is_close_behind(&self, now: Now, node: NodeId) -> bool {
        Self::is_close_behind(self, now, node)
    }

    fn propose_config(&mut self, now: Now, change: ConfigChange, out: &mut Vec<Effect>) -> Result<Proposed, Why> {
        Self::propose_config(self, now, change, out)
    }

    fn config_change_runs(&self) -> bool {
        Self::config_change_runs(self)
    }

    fn config_is_committed(&self) -> bool {
        self.membership.since() <= self.commit
    }

    fn group_config_at(&self, index: LogIndex) -> GroupConfig {
        self.membership.at(index)
    }

    fn keeps_up(&self, now: Now, node: NodeId) -> bool {
        Self::keeps_up(self, now, node)
    }

    fn reads_waiting(&self) -> usize {
        match &self.role {
            Role::Leader(leadership) => leadership.reads.len(),
            _ => 0,
        }
    }
}

impl Raft {
    /// Where the configuration that holds stands in the log, or the snapshot that it came with.
    pub fn group_config_since(&self) -> LogIndex {
        self.membership.since()
    }

    /// Its vote in its term.
    pub const fn voted_for(&self) -> Option<NodeId> {
        self.image.hard.voted_for
    }
}
