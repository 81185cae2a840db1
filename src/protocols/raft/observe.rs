//! What others may know of a replica: its node, the screen, tests.
//!
//! Shape: accessors only; nothing here changes anything.

use crate::domain::ids::{LogIndex, NodeId, NodeSet, Term};
use crate::domain::log::{LogPoint, RaftSnapshot, SharedLog};
use crate::domain::membership::GroupConfig;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::view::{ProgressView, RoleView};

use super::config::RaftConfig;
use super::replica::Raft;
use super::role::{Poll, Role};

impl Raft {
    /// When `Input::Deadline` is due, on the node's monotonic clock: an election timeout, a leader's look at its quorum,
    /// the end of a transfer.
    pub fn deadline(&self) -> SimTime {
        match &self.role {
            Role::Leader(leadership) => {
                let check = if self.quorum_is_checked() { leadership.check_at } else { SimTime::NEVER };
                leadership.transfer.map_or(check, |transfer| check.min(transfer.until))
            }
            _ if !self.may_campaign() => SimTime::NEVER,
            _ => self.timer.from + self.timer.drawn,
        }
    }

    /// The election timer: what is left of it, and what it was drawn as. `None` for a leader.
    pub fn timer(&self, now: Now) -> Option<(SimDuration, SimDuration)> {
        match self.role {
            Role::Leader(_) => None,
            _ => Some(((self.timer.from + self.timer.drawn).since(now.mono), self.timer.drawn)),
        }
    }

    /// What it was told about its group.
    pub const fn config(&self) -> &RaftConfig {
        &self.config
    }

    /// The configuration that holds: the latest in its log, committed or not.
    pub fn group_config(&self) -> GroupConfig {
        self.membership.current()
    }

    /// Where the configuration that holds stands in the log, or the snapshot that it came with.
    pub fn group_config_since(&self) -> LogIndex {
        self.membership.since()
    }

    /// The configuration at an index, which is not before the latest snapshot.
    pub fn group_config_at(&self, index: LogIndex) -> GroupConfig {
        self.membership.at(index)
    }

    /// Its role.
    pub const fn role(&self) -> RoleView {
        match &self.role {
            Role::Follower => RoleView::Follower,
            Role::PreCandidate(_) => RoleView::PreCandidate,
            Role::Candidate { .. } => RoleView::Candidate,
            Role::Leader(_) => RoleView::Leader,
        }
    }

    /// Whether it leads.
    pub const fn leads(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }

    /// Its term.
    pub const fn term(&self) -> Term {
        self.image.hard.term
    }

    /// Its vote in that term.
    pub const fn voted_for(&self) -> Option<NodeId> {
        self.image.hard.voted_for
    }

    /// Whom it believes to lead.
    pub const fn leader(&self) -> Option<NodeId> {
        self.leader
    }

    /// The last index that it knows to be committed.
    pub const fn commit_index(&self) -> LogIndex {
        self.commit
    }

    /// Where its log ends in memory.
    pub fn end(&self) -> LogPoint {
        self.image.log.end()
    }

    /// The index up to which its log is on disk.
    pub const fn synced_index(&self) -> LogIndex {
        self.disk.synced()
    }

    /// Its log from the snapshot on.
    pub const fn log(&self) -> &SharedLog {
        &self.image.log
    }

    /// Its latest snapshot.
    pub const fn snapshot(&self) -> Option<&RaftSnapshot> {
        self.image.snapshot.as_ref()
    }

    /// Who said yes and who said no in the round that it runs; nobody, if it runs none.
    pub fn votes(&self) -> (NodeSet, NodeSet) {
        match self.role {
            Role::PreCandidate(Poll { votes, refusals }) => (votes, refusals),
            Role::Candidate { poll: Poll { votes, refusals }, .. } => (votes, refusals),
            Role::Follower | Role::Leader(_) => Default::default(),
        }
    }

    /// When it last heard from a leader (or began, or led).
    pub const fn heard_at(&self) -> SimTime {
        self.contact.at
    }

    /// What it knows of each follower; nothing, if it does not lead.
    pub fn progress(&self) -> impl Iterator<Item = (NodeId, ProgressView)> + '_ {
        let progress = match &self.role {
            Role::Leader(leadership) => leadership.progress.as_slice(),
            _ => &[],
        };
        progress.iter().map(|progress| (progress.peer, progress.view()))
    }

    /// The target of a hand-over that is going on.
    pub fn transfer_target_now(&self) -> Option<NodeId> {
        match &self.role {
            Role::Leader(leadership) => leadership.transfer.map(|transfer| transfer.to),
            _ => None,
        }
    }

    /// Reads that wait for a majority.
    pub fn reads_waiting(&self) -> usize {
        match &self.role {
            Role::Leader(leadership) => leadership.reads.len(),
            _ => 0,
        }
    }
}
