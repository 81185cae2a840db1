//! What replicas of a Raft group say to each other.
//!
//! Shape: every message carries its sender's term; what goes in and out besides is that of every protocol
//! (`protocols::message`).
//! Sources: Ongaro & Ousterhout 2014 figure 2; Ongaro 2014 §3.10 (transfer), §6.4 (reads), §9.6 (pre-vote).

use std::sync::Arc;

use crate::domain::digest::Digest;
use crate::domain::ids::{LogIndex, Term};
use crate::domain::log::{Entry, RaftSnapshot};
use crate::domain::view::MessageKind;
use crate::domain::why::Why;
use crate::protocols::message::PeerMessage;

/// What replicas of one group say to each other.
#[derive(Clone, Debug)]
pub struct Message {
    /// The sender's term; of a pre-vote request the term that it *would* stand in, which nobody adopts.
    pub term: Term,
    /// What it says.
    pub body: Body,
}

/// The kinds of messages.
#[derive(Clone, Debug)]
pub enum Body {
    /// Asks for a vote, or (pre-vote) whether it would get one.
    RequestVote {
        /// The end of the candidate's log.
        last_index: LogIndex,
        /// The term of that index.
        last_term: Term,
        /// Only asks.
        pre_vote: bool,
        /// Ordered by the leader itself (transfer): the voter's lease does not count.
        transfer: bool,
    },
    /// Answers it.
    Vote {
        /// The refusal, if it is one.
        refused: Option<Why>,
        /// It answers a pre-vote.
        pre_vote: bool,
    },
    /// Carries entries; without any it probes for the match.
    Append {
        /// The index before the first entry.
        prev_index: LogIndex,
        /// The term of that index.
        prev_term: Term,
        /// Whole batches, in order.
        entries: Vec<Arc<Entry>>,
        /// The leader's commit index.
        commit: LogIndex,
    },
    /// The follower's log matches the leader's up to here, on disk.
    Appended {
        /// The index.
        matched: LogIndex,
    },
    /// The append did not fit.
    AppendRefused {
        /// The `prev_index` that did not fit.
        prev_index: LogIndex,
        /// Where the leader should try next: an index that may match (§5.3, the hint by terms).
        hint_index: LogIndex,
        /// The term at that index.
        hint_term: Term,
    },
    /// The leader lives; how far the follower may commit; and the round of reads that it confirms.
    Beat {
        /// At most the follower's match index.
        commit: LogIndex,
        /// Reads up to this round are confirmed by the answer.
        round: u64,
    },
    /// Answers it.
    BeatAnswer {
        /// The round of the beat.
        round: u64,
        /// How far the leader's appends have arrived: a hole shows that one was lost.
        received: LogIndex,
        /// How much of that is on disk: it repeats an `Appended` that may have been lost.
        matched: LogIndex,
        /// How far it has applied its log.
        applied: LogIndex,
    },
    /// The log is too short: here is the state.
    Snapshot(RaftSnapshot),
    /// Stand for election now (§3.10).
    TimeoutNow,
    /// The receiver's term is higher than the message's: silence would leave it stuck for ever.
    Stale,
}

impl PeerMessage for Message {
    fn is_beat(&self) -> bool {
        matches!(self.body, Body::Beat { .. } | Body::BeatAnswer { .. })
    }

    fn is_of_leader(&self) -> bool {
        matches!(self.body, Body::Append { .. } | Body::Beat { .. } | Body::Snapshot(_))
    }

    fn kind(&self) -> Option<MessageKind> {
        Some(match &self.body {
            Body::RequestVote { pre_vote: true, .. } => MessageKind::PreVote(self.term),
            Body::RequestVote { pre_vote: false, .. } => MessageKind::Vote(self.term),
            Body::Vote { refused, .. } => MessageKind::VoteAnswer { granted: refused.is_none() },
            Body::Append { prev_index, entries, .. } => MessageKind::Append {
                first: prev_index.next(),
                last: entries.last().map_or(*prev_index, |entry| entry.last()),
            },
            Body::Appended { matched } => MessageKind::AppendAnswer { matched: Some(*matched) },
            Body::AppendRefused { .. } => MessageKind::AppendAnswer { matched: None },
            Body::Beat { commit, .. } => MessageKind::Beat(*commit),
            Body::BeatAnswer { .. } => MessageKind::BeatAnswer,
            Body::Snapshot(snapshot) => MessageKind::Snapshot(snapshot.index),
            Body::TimeoutNow => MessageKind::TimeoutNow,
            Body::Stale => return None,
        })
    }

    fn mix_into(&self, digest: Digest) -> Digest {
        let head = |kind: u64, what: u64| kind << 32 | what;
        let digest = digest.mix(self.term.0);
        match &self.body {
            Body::RequestVote { last_index, last_term, pre_vote, transfer } => {
                let flags = u64::from(*pre_vote) << 1 | u64::from(*transfer);
                digest.mix(head(1, flags)).mix(last_index.0).mix(last_term.0)
            }
            Body::Vote { refused, pre_vote } => {
                digest.mix(head(2, u64::from(*pre_vote))).mix(refused.map_or(0, |why| u64::from(why.code())))
            }
            Body::Append { prev_index, entries, commit, .. } => {
                let end = entries.last().map_or(0, |entry| entry.chain.0);
                digest.mix(head(3, prev_index.0)).mix(commit.0).mix(end)
            }
            Body::Appended { matched } => digest.mix(head(4, matched.0)),
            Body::AppendRefused { prev_index, hint_index, .. } => digest.mix(head(5, prev_index.0)).mix(hint_index.0),
            Body::Beat { commit, round } => digest.mix(head(6, *round)).mix(commit.0),
            Body::BeatAnswer { round, received, matched, applied } => {
                digest.mix(head(7, *round)).mix(received.0).mix(matched.0).mix(applied.0)
            }
            Body::Snapshot(snapshot) => digest.mix(head(8, snapshot.index.0)).mix(snapshot.image.digest.0),
            Body::TimeoutNow => digest.mix(9),
            Body::Stale => digest.mix(10),
        }
    }
}
