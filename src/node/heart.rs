//! A node's heart: one beat a peer for all groups, and what the node believes of its peers.
//!
//! Idea: heartbeats are a matter of nodes, not of groups. Every `heartbeat` the node tells each peer that it lives and
//! adds what the groups that it leads have to say; the same beat feeds the failure detector. Nodes beat out of phase.

use crate::domain::ids::NodeId;
use crate::domain::settings::Settings;
use crate::domain::time::{Now, SimTime};
use crate::protocols::failure_detector::FailureDetector;

/// When the node beats, and what it believes.
#[derive(Clone, Debug)]
pub(super) struct Heart {
    beat_at: SimTime,
    period: crate::domain::time::SimDuration,
    pub(super) detector: FailureDetector,
}

impl Heart {
    /// A heart that begins to beat within one period.
    pub(super) fn new(me: NodeId, peers: &[NodeId], settings: &Settings, now: Now) -> Self {
        let period = settings.raft.heartbeat;
        let phase = period.0 / (peers.len() as u64 + 1) * me.index() as u64 % period.0.max(1);
        let beat_at = now.mono + crate::domain::time::SimDuration(phase);
        Self {
            beat_at,
            period,
            detector: FailureDetector::new(me, peers.iter().copied(), settings.detector.clone(), now),
        }
    }

    /// When it next has something to do.
    pub(super) fn next(&self) -> SimTime {
        self.beat_at.min(self.detector.deadline())
    }

    /// Whether a beat is due. After a long sleep one beat is due, not all that were missed.
    pub(super) fn beats(&mut self, now: SimTime) -> bool {
        if now < self.beat_at {
            return false;
        }
        self.beat_at = now + self.period;
        true
    }
}
