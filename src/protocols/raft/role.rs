//! What a replica is, and the data that lives and dies with that.
//!
//! Idea: a role's data is inside the role, so that a follower with votes, or a leader without progress, can't be said.
//! All of it is lost on a crash (§5.1, figure 2: volatile state).

use std::collections::VecDeque;

use crate::domain::ids::{LogIndex, NodeId, NodeSet, PersistToken, ReadToken};
use crate::domain::time::SimTime;

use super::progress::Progress;

/// A replica's role.
#[derive(Clone, Debug)]
pub(super) enum Role {
    /// Answers leaders and candidates.
    Follower,
    /// Asks whether it could win (pre-vote), in its old term.
    PreCandidate(Poll),
    /// Stands for election. Its own vote counts once it is on disk, like anybody's.
    Candidate {
        /// Votes so far.
        poll: Poll,
        /// The write of its own vote; `None` if the vote does not count, being promised to a leader's lease.
        own_vote: Option<PersistToken>,
    },
    /// Orders the commands of the group.
    Leader(Box<Leadership>),
}

/// The answers to one round of requests.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Poll {
    /// Who said yes.
    pub votes: NodeSet,
    /// Who said no.
    pub refusals: NodeSet,
}

/// What only a leader keeps.
#[derive(Clone, Debug)]
pub(super) struct Leadership {
    /// Each other voter, in the order of the configuration.
    pub progress: Vec<Progress>,
    /// The index of the no-op that opened the term: once it is committed, so is all before it.
    pub opened_at: LogIndex,
    /// The latest round of beats.
    pub round: u64,
    /// When each unconfirmed round was sent, oldest first.
    pub rounds_sent: VecDeque<(u64, SimTime)>,
    /// Reads that wait for a round to be confirmed, oldest first.
    pub reads: VecDeque<WaitingRead>,
    /// The next look at the quorum.
    pub check_at: SimTime,
    /// A hand-over that is going on.
    pub transfer: Option<Transfer>,
    /// A `TimeoutNow` was sent in this term. It may arrive at any later time and passes the lease of voters, so leases
    /// are over for this leadership.
    pub lease_broken: bool,
}

/// A read that waits for its round.
#[derive(Clone, Copy, Debug)]
pub(super) struct WaitingRead {
    /// Which.
    pub token: ReadToken,
    /// The commit index when it came.
    pub index: LogIndex,
    /// A majority must answer this round, or a later one.
    pub round: u64,
}

/// A hand-over of leadership.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    /// To whom.
    pub to: NodeId,
    /// Given up at this time.
    pub until: SimTime,
    /// `TimeoutNow` was sent.
    pub told: bool,
}

impl Leadership {
    /// The progress of a peer, if it votes.
    pub fn place_of(&self, peer: NodeId) -> Option<usize> {
        self.progress.iter().position(|progress| progress.peer == peer)
    }
}
