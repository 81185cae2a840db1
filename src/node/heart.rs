//! A node's heart: one beat a peer for all groups, and what the node believes of its peers.
//!
//! Idea: heartbeats are a matter of nodes, not of groups. Every `heartbeat` the node tells each peer that it lives and
//! adds what the groups that it leads have to say; the same beat feeds the failure detector. Nodes beat out of phase.
//!
//! Bound: two messages per direction and period between two nodes, however many groups they share: the beat, and one
//! message with the answers of all groups to the other's beat.
//! Left out: answers that wait for the next own beat, which would make it one message. That beat is up to a period away,
//! and three promises pay for the wait. A lease counts from the moment its beat was sent: of its 135 ms some 134 are
//! left when an answer comes at once, and 34 in the worst case when it waits; with slower links none, and every read
//! then costs a round of its own. A lost append is found by the answer to a beat: it would take two periods to find. And a
//! leader's look at its quorum would see followers up to a period older than they are, against a timeout of six. Half of
//! so few messages is not worth that; hundreds of groups share them already.
//! Sources: Ongaro 2014 §6.2, §6.4.1 (what the answers are for).

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
