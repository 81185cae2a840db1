//! Settings that come from no file of ours: whether they are what a configuration could have said.
//!
//! Idea: the ranges stand once, beside their keys, in the code that reads a file (`settings`). A file that has every table
//! and not one key leaves all settings as they are, and the reader looks at what it leaves; so a recording is held to the
//! same ranges as a configuration.
//! Left out: lists of venues and names of regions, which no range of one number describes.

use std::ops::RangeInclusive;

use crate::domain::settings::Settings;
use crate::domain::time::SimDuration;

use super::problem::{Complaint, Reading};
use super::reader::Reader;
use super::{reader, settings};

/// Checks that these settings could stand in a configuration.
///
/// # Errors
/// The first that could not, and what is allowed.
pub fn check(found: &Settings) -> Result<(), Complaint> {
    let silent: String = settings::TABLES.iter().map(|table| format!("[{table}]\n")).collect();
    reader::read("settings", &silent, |root| settings::read(root, found)).map(|_| ()).map_err(|problem| {
        let complaint = Complaint::new(0..0, problem.found.clone());
        problem.allowed.iter().fold(complaint, |complaint, allowed| complaint.allow(allowed.clone()))
    })
}

impl Reader<'_> {
    /// What holds where the file is silent, if it may hold at all.
    ///
    /// # Errors
    /// It is outside.
    pub(super) fn within(&self, key: &str, range: &RangeInclusive<u64>, value: u64) -> Reading<u64> {
        if range.contains(&value) {
            return Ok(value);
        }
        let found = format!("`{key}`{} is {value}, out of range", self.inside());
        Err(self.place().problem(found).allow(format!("a whole number from {} to {}", range.start(), range.end())))
    }

    /// The same of a length of time that is written in units of so many ns.
    ///
    /// # Errors
    /// It is outside.
    pub(super) fn lasts_within(
        &self,
        key: &str,
        range: &RangeInclusive<u64>,
        unit_ns: u64,
        length: SimDuration,
    ) -> Reading<SimDuration> {
        self.within(key, range, length.as_nanos() / unit_ns)?;
        self.within(key, range, length.as_nanos().div_ceil(unit_ns)).map(|_| length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_configuration_could_say_is_named_with_its_range() {
        assert_eq!(check(&Settings::default()), Ok(()));
        let of = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            check(&settings).unwrap_err().to_string()
        };
        for (change, found, allowed) in [
            (
                (|s| s.cluster.nodes = 0) as fn(&mut Settings),
                "`nodes` in [cluster] is 0, out of range",
                "(allowed: a whole number from 1 to 100)",
            ),
            (|s| s.raft.heartbeat = SimDuration::ZERO, "`heartbeat_ms` in [raft] is 0", "1 to 600000"),
            (|s| s.raft.snapshot_every_records = 1, "`snapshot_every_records` in [raft] is 1", "100 to 100000000"),
            (|s| s.gateway.capacities.clear(), "`capacities` in [gateway] is 0", "1 to 1000000"),
            (
                |s| s.gateway.service_times.push(SimDuration::from_micros(10_000_001)),
                "`service_us` in [gateway] is 10000001",
                "0 to 10000000",
            ),
            (|s| s.client.sessions = 0, "`sessions` in [client] is 0", "1 to 1024"),
            (|s| s.cluster.replication_factor = 9, "`replication_factor` is 9, but there are 5 nodes", "1 to 5"),
        ] {
            let said = of(change);
            assert!(said.contains(found) && said.contains(allowed), "{said}");
        }
    }
}
