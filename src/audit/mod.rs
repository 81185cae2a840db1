//! The auditor: watches every promise and every replica, and says what it saw.
//!
//! Idea: it is told facts in the order of events and feeds nothing back, so a run with it and without it is the same
//! run, but for the events that it adds. All that it knows is in the `ClusterView`: the ledger, the lamps, the failovers.
//! Shape: [`probes`] makes them all. `clerks` keeps the ledger and the stopwatch, which needs the ledger's knowledge of
//! which group an order belongs to; `probes/` holds one safety property a file.
//! Bound: every part says its own; none grows with the length of a run.
//! Left out: checking reads against real time order, which comes with the quorum store.

pub mod clerks;
pub mod lamp;
pub mod ledger;
pub mod points;
mod probes;
#[cfg(test)]
mod stage;
pub mod stopwatch;

use crate::domain::actor::Probe;
use crate::domain::fact::Applied;
use crate::domain::ids::LogIndex;
use crate::domain::map::ClusterMap;
use crate::domain::settings::Settings;

/// Everybody who watches a cluster of these settings.
pub fn probes(settings: &Settings, map: &ClusterMap) -> Vec<Box<dyn Probe>> {
    let mut probes: Vec<Box<dyn Probe>> = vec![Box::new(clerks::Clerks::new(settings, map))];
    probes.extend(probes::all(map));
    probes
}

/// The index of the last record of an applied batch; an entry without orders covers one index.
pub fn last_of(applied: &Applied) -> LogIndex {
    let records = applied.batch.as_ref().map_or(1, |batch| batch.len().max(1) as u64);
    LogIndex(applied.first.0 + records - 1)
}
