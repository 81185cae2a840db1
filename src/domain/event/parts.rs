//! What events are made of: how a node failed, what a peer is believed to be, why a leader stepped down, which queue is full.

use serde::{Deserialize, Serialize};

use crate::domain::ids::Term;

/// How a node failed, for the stopwatch and the captions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The process died.
    Crash,
    /// The process stands still.
    Freeze,
    /// Links are cut.
    Cut,
    /// A link is slower than configured.
    Delay,
    /// The process panicked.
    Panic,
    /// Leadership was handed over on purpose.
    Transfer,
}

impl FaultKind {
    /// Whether the leader that it befell may be back as it was.
    pub const fn may_end(self) -> bool {
        match self {
            Self::Cut | Self::Delay | Self::Freeze => true,
            Self::Crash | Self::Panic | Self::Transfer => false,
        }
    }
}

/// What a failure detector believes of a peer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Heartbeats come.
    #[default]
    Healthy,
    /// They are late.
    Degraded,
    /// None for too long.
    Failed,
}

/// Why a leader stepped down.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum StepDown {
    /// It met a higher term.
    HigherTerm(Term),
    /// It heard no majority for an election timeout (check-quorum).
    NoQuorum,
    /// The configuration that is committed has no vote for it.
    Removed,
}

/// The bounded queues of the desk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// Requests at the balancer.
    Balancer,
    /// Requests at a gateway.
    Gateway,
    /// Records that wait in a leader for the next batch.
    Proposals,
    /// Messages on a link.
    Link,
    /// Messages that wait for a frozen node.
    Held,
    /// Queries that wait in a leader for a quorum.
    Reads,
    /// Places of the clients' sessions: what finds none is never handed in.
    Clients,
    /// Ticks that wait for a node's processor.
    Ticks,
    /// Requests that could only be answered after their deadline.
    Admission,
}

/// How loud an event is on the screen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Loudness {
    /// Background: shown in the list only.
    Quiet,
    /// A step of a story.
    Notable,
    /// A fault, an election, a loss: a mark on the time line.
    Loud,
}
