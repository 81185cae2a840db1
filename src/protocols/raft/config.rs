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
    /// The voters that the group began with: they hold until the log or a snapshot names others. Nobody, for a replica that
    /// joins later: it follows, and never stands before its log gives it a vote.
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
}
