//! Events: what happened that a person would want to know, with its cause.
//!
//! Idea: an event says *what* as data; the caption is made by the screen, in its language. `cause` is the event that
//! led here along the messages and timers in between, so *why?* is a walk along causes.
//! Bound: the ring of events is bounded (`runtime`); what fell out of it can be made again from a checkpoint.

use serde::{Deserialize, Serialize};

mod desk;
mod kind;
mod parts;
mod spec;

pub use super::invariant::Invariant;
pub use desk::{AdmissionEvent, FeedEvent, MovesEvent, TradesEvent};
pub use kind::EventKind;
pub use parts::{FaultKind, Health, Loudness, Queue, StepDown};
pub use spec::{Class, EventName, Spec, Tone};

use super::ids::{EventId, GroupId, NodeId};
use super::time::SimTime;

/// Something notable.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Its number in the run.
    pub id: EventId,
    /// When.
    pub at: SimTime,
    /// On which node, if on one.
    pub node: Option<NodeId>,
    /// In which group, if in one.
    pub group: Option<GroupId>,
    /// What.
    pub kind: EventKind,
    /// What led to it.
    pub cause: Option<EventId>,
    /// How many like it were not told since the last that was (`runtime::repeats`).
    #[serde(default)]
    pub repeated: u64,
}
