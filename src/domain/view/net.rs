//! The network on the screen: cuts, counts, messages on the wire.

use crate::domain::ids::{GroupId, LogIndex, NodeId, Term};
use crate::domain::time::SimDuration;

/// The network.
#[derive(Clone, Debug, Default)]
pub struct NetView {
    /// Directed links that are cut.
    pub cuts: Vec<(NodeId, NodeId)>,
    /// Messages sent between nodes so far.
    pub sent: u64,
    /// Messages lost: to cuts, to chance, to full links, to dead nodes.
    pub dropped: u64,
    /// Of those, lost because a link was full.
    pub overflowed: u64,
    /// Messages on the wire now.
    pub on_the_wire: u64,
    /// Some of them, soonest first: those of groups (not heartbeats without content); at most [`IN_FLIGHT_MAX`](super::IN_FLIGHT_MAX).
    pub in_flight: Vec<MessageView>,
}

/// A message on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageView {
    /// From.
    pub from: NodeId,
    /// To.
    pub to: NodeId,
    /// In which group.
    pub group: GroupId,
    /// What.
    pub kind: MessageKind,
    /// It will arrive in.
    pub arrives_in: SimDuration,
}

/// What a message is, for the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MessageKind {
    /// Asks whether it could win.
    PreVote(Term),
    /// Asks for a vote.
    Vote(Term),
    /// Says yes or no.
    VoteAnswer {
        /// Yes.
        granted: bool,
    },
    /// Carries entries.
    Append {
        /// From.
        first: LogIndex,
        /// To.
        last: LogIndex,
    },
    /// Answers an append.
    AppendAnswer {
        /// The log matches up to here, or the append was refused.
        matched: Option<LogIndex>,
    },
    /// A heartbeat with this commit index.
    Beat(LogIndex),
    /// Answers one.
    BeatAnswer,
    /// Carries a snapshot.
    Snapshot(LogIndex),
    /// Hands leadership over.
    TimeoutNow,
}
