//! What goes into a replica and what comes out of it: inputs, effects, and what a node asks of a message.
//!
//! Idea: `Effect::Persist` yields a token. A `Send` marked `after` that token waits for its fsync, everything else goes
//! at once, so a slow disk never silences heartbeats. That is the whole contract with the driver.
//! Shape: inputs and effects are the same for every protocol; a [`Message`] is in the words of its own. What the node, the
//! network's panel and the hash of a run ask of a message is the trait [`PeerMessage`].

use crate::domain::digest::Digest;
use crate::domain::event::EventKind;
use crate::domain::fact::ReplicaFact;
use crate::domain::ids::{LogIndex, NodeId, PersistToken, ReadToken};
use crate::domain::log::{DiskWrite, RaftSnapshot};
use crate::domain::membership::ConfigChange;
use crate::domain::rules::Rules;
use crate::domain::view::MessageKind;
use crate::domain::why::Why;

use super::registry::Message;

/// What a replica is told.
#[derive(Clone, Debug)]
pub enum Input {
    /// `Replication::deadline` has come.
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
    /// The node made a snapshot of its applied state.
    Compact {
        /// The snapshot.
        snapshot: RaftSnapshot,
        /// Entries after this stay.
        keep_after: LogIndex,
    },
    /// Rules were switched.
    SetRules(Rules),
    /// Stand for election now, by order. Without elections: nothing.
    Campaign,
    /// Hand leadership to this voter, or to the best.
    Transfer(Option<NodeId>),
    /// Change who belongs to the group.
    ChangeConfig(ConfigChange),
}

impl Input {
    /// What is told where the protocol has no such thing; `None` where no answer is expected.
    pub fn refusal(&self, me: NodeId) -> Option<Effect> {
        let why = Why::Unsupported;
        match self {
            Self::Transfer(to) => Some(Effect::Tell(EventKind::TransferFailed { to: to.unwrap_or(me), why })),
            Self::ChangeConfig(_) => Some(Effect::Tell(EventKind::ConfigRefused { why })),
            Self::Read(token) => Some(Effect::ReadRefused { token: *token, why }),
            _ => None,
        }
    }
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

/// What replicas of one group say to each other, as far as others need to know it.
pub trait PeerMessage {
    /// Whether it is a heartbeat or the answer to one. The node gathers them: one message a peer for all groups.
    fn is_beat(&self) -> bool;

    /// Whether only a leader says this. A node that holds no replica of the group opens an empty one for it.
    fn is_of_leader(&self) -> bool;

    /// What the screen shows of it; nothing, if it is not worth a look.
    fn kind(&self) -> Option<MessageKind>;

    /// The running hash with this message on it: numbers that are stable for ever, since recordings carry hashes.
    fn mix_into(&self, digest: Digest) -> Digest;
}
