//! A leader whose state lags behind its log.
//!
//! Idea: Raft elects by logs alone, so a replica that has just replayed a long one may win, and then answers nobody until
//! its state is where its log is. It hands over instead, to the voter that has applied most.
//! Bound: asked with each heartbeat; it hands over only what takes its processor, which all groups of the node share, a second or
//! more, and only to a replica
//! with half as much to do, so that leadership does not go to and fro.

use crate::domain::ids::{LogIndex, NodeId};
use crate::domain::time::{Now, SimDuration};

use super::{Desk, Replica};

/// What takes its processor longer than this is too far behind: nobody waits much longer for an answer.
const LAG_MAX: SimDuration = SimDuration::from_secs(1);

impl Replica {
    /// The voter to which this leader hands over, its own state being too far behind to answer anything in time. Nobody, if no
    /// other state is much further.
    pub(super) fn who_is_ahead(&self, now: Now, desk: &Desk<'_>) -> Option<NodeId> {
        let behind = |applied: LogIndex| self.raft.commit_index().since(applied);
        let busy = self.raft.transfer_target_now().is_some() || self.raft.config_change_runs();
        if !self.raft.leads() || busy || !desk.processor.takes_longer(behind(self.applied), LAG_MAX) {
            return None;
        }
        let (node, applied) = self.raft.most_applied(now)?;
        (behind(applied) * 2 <= behind(self.applied)).then_some(node)
    }
}
