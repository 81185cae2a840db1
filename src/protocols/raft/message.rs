//! What goes into a Raft replica and what comes out of it: inputs, messages, effects.
//!
//! Idea: `Effect::Persist` yields a token. A `Send` marked `after` that token waits for its fsync, everything else goes
//! at once, so a slow disk never silences heartbeats. That is the whole contract with the driver.
//! Sources: Ongaro & Ousterhout 2014 figure 2; Ongaro 2014 §3.10 (transfer), §6.4 (reads), §9.6 (pre-vote).

use crate::domain::event::EventKind;
use crate::domain::fact::ReplicaFact;
use crate::domain::ids::{LogIndex, NodeId, PersistToken, ReadToken, Term};
use crate::domain::log::{DiskWrite, Entry, RaftSnapshot};
use crate::domain::membership::ConfigChange;
use crate::domain::rules::Rules;
use crate::domain::why::Why;

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
        entries: Vec<Entry>,
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

/// What a replica is told.
#[derive(Clone, Debug)]
pub enum Input {
    /// `Raft::deadline` has come: an election timeout, or a leader's check of its quorum.
    Deadline,
    /// The node's heartbeat timer: leaders beat.
    Beat,
    /// A message of the same group.
    Receive {
        /// From whom.
        from: NodeId,
        /// What.
        message: Message,
    },
    /// Everything up to this token is on disk.
    Persisted(PersistToken),
    /// A linearisable read wants to know how far it must wait.
    Read(ReadToken),
    /// Hand leadership to this voter, or to the best.
    Transfer(Option<NodeId>),
    /// Stand for election now, by order.
    Campaign,
    /// The node made a snapshot of its applied state.
    Compact {
        /// The snapshot.
        snapshot: RaftSnapshot,
        /// Entries after this stay.
        keep_after: LogIndex,
    },
    /// Change who belongs to the group.
    ChangeConfig(ConfigChange),
    /// Rules were switched.
    SetRules(Rules),
}

/// What a replica wants done, in order.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Write this, and say `Persisted(token)` when it is synced. Tokens of one replica grow by one.
    Persist {
        /// The token.
        token: PersistToken,
        /// What.
        write: DiskWrite,
    },
    /// Send this.
    Send {
        /// To whom.
        to: NodeId,
        /// What.
        message: Message,
        /// Not before this is synced.
        after: Option<PersistToken>,
    },
    /// Replace the state machine by this snapshot's.
    Install(RaftSnapshot),
    /// A read may be served once this index is applied.
    ReadReady {
        /// Which.
        token: ReadToken,
        /// The index.
        index: LogIndex,
    },
    /// A read can't be served here.
    ReadRefused {
        /// Which.
        token: ReadToken,
        /// Why.
        why: Why,
    },
    /// A notable event.
    Tell(EventKind),
    /// A fact for the auditor.
    State(ReplicaFact),
}
