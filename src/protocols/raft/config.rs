//! What a replica is told about itself and its group before it begins.
//!
//! Shape: plain values. `RaftConfig::new` takes the settings of the house; tests and storms write the fields.

use crate::domain::ids::NodeId;
use crate::domain::rules::Rules;
use crate::domain::settings::RaftSettings;
use crate::domain::time::SimDuration;

/// The identity, the group and the timers of a replica.
#[derive(Clone, Debug)]
pub struct RaftConfig {
    /// This node.
    pub me: NodeId,
    /// The voters of the group. A replica that is not among them follows and never stands.
    pub voters: Vec<NodeId>,
    /// The shortest election timeout; also how long a voter stands by a leader that it heard (the lease).
    pub election_min: SimDuration,
    /// The longest election timeout; also how long a leader goes on without a majority, and a transfer may take.
    pub election_max: SimDuration,
    /// Records that one message carries, unless a single batch is longer.
    pub append_records_max: u64,
    /// Messages with entries on their way to one follower.
    pub batches_in_flight_max: usize,
    /// The rules that are on.
    pub rules: Rules,
}

impl RaftConfig {
    /// The configuration of a replica under these settings.
    pub fn new(me: NodeId, voters: Vec<NodeId>, settings: &RaftSettings, rules: Rules) -> Self {
        Self {
            me,
            voters,
            election_min: settings.election_min,
            election_max: settings.election_max,
            append_records_max: settings.batch_records_max as u64,
            batches_in_flight_max: settings.batches_in_flight_max,
            rules,
        }
    }

    /// Whether a node votes in this group.
    pub fn is_voter(&self, node: NodeId) -> bool {
        self.voters.contains(&node)
    }

    /// How many voters are a majority.
    pub fn majority(&self) -> usize {
        self.voters.len() / 2 + 1
    }

    /// The other voters.
    pub(super) fn peers(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.voters.iter().copied().filter(|voter| *voter != self.me)
    }
}
