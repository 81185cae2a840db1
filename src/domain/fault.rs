//! How nodes fail, what is believed of them, and why leaders step down.
//!
//! Idea: a fault is a fact that somebody caused; health is a belief that a peer came to by silence. The two need not agree.

use serde::{Deserialize, Serialize};

use super::ids::Term;

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
    /// The process panicked.
    Panic,
    /// Leadership was handed over on purpose.
    Transfer,
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
