//! A leader whose state lags behind its log.
//!
//! Idea: Raft elects by logs alone, so a restarted replica that is still replaying its log may win, and then cannot answer
//! until its state has caught up. It hands leadership over instead, to the voter that has applied most.
//! Bound: checked with each heartbeat. It hands over only if its processor, which all groups of the node share, needs a second
//! or more, and only to a replica with half as much to apply, so that leadership does not bounce.

use crate::domain::ids::{LogIndex, NodeId};
use crate::domain::time::{Now, SimDuration};
use crate::protocols::replication::Replication;

use super::{Desk, Replica};

/// A leader is too far behind if its processor needs longer than this to catch up: by then most deadlines have passed.
const LAG_MAX: SimDuration = SimDuration::from_secs(1);

impl Replica {
    /// The voter that this leader should hand over to, if its own state is too far behind and another is much further.
    pub(super) fn who_is_ahead(&self, now: Now, desk: &Desk<'_>) -> Option<NodeId> {
        let behind = |applied: LogIndex| self.core.commit_index().since(applied);
        let busy = self.core.transferring_to().is_some() || self.core.config_change_runs();
        if !self.core.leads() || busy || !desk.processor.takes_longer(behind(self.applied), LAG_MAX) {
            return None;
        }
        let (node, applied) = self.core.most_applied(now)?;
        (behind(applied) * 2 <= behind(self.applied)).then_some(node)
    }
}
