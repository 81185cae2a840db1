//! Settings that come from no file of ours: whether they are what a configuration could have said.
//!
//! Idea: the ranges stand once, beside their keys, in the code that reads a file (`settings`). Where a file is silent, the
//! reader looks at what it leaves as it was; so an empty file holds the settings of a recording to the same ranges as those
//! of a configuration, and a key that has no range cannot be read at all.

use std::ops::RangeInclusive;

use crate::domain::ids::NodeId;
use crate::domain::settings::Settings;
use crate::domain::time::SimDuration;

use super::problem::{Complaint, Place, Reading};
use super::reader::Reader;
use super::settings::NODES_MAX;
use super::{reader, settings};

/// What no configuration could say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutOfRange {
    /// The table that it is in; `None` if several do not work together.
    pub table: Option<&'static str>,
    /// What was found, and what is allowed.
    pub complaint: Complaint,
}

/// Checks that these settings could stand in a configuration.
///
/// # Errors
/// The first that could not.
pub fn check(found: &Settings) -> Result<(), OutOfRange> {
    // A head for each table: its line tells which one the problem is in. Line 1 is nobody's.
    let silent: String = settings::TABLES.iter().map(|table| format!("\n[{table}]")).collect();
    reader::read("settings", &silent, |root| settings::read(root, found)).map(|_| ()).map_err(|problem| {
        let table = problem.line.checked_sub(2).and_then(|table| settings::TABLES.get(table).copied());
        let complaint = Complaint::new(0..0, problem.found.clone());
        let complaint = problem.allowed.iter().fold(complaint, |complaint, allowed| complaint.allow(allowed.clone()));
        OutOfRange { table, complaint }
    })
}

/// A number that stands in a list of a file, in the unit of its key.
pub(super) trait Listed: Copy {
    /// Of this number.
    fn of(number: u64) -> Self;
    /// The numbers that a range must hold for this one to be inside.
    fn ends(self) -> [u64; 2];
}

impl Listed for u32 {
    fn of(number: u64) -> Self {
        Self::try_from(number).unwrap_or(Self::MAX)
    }

    fn ends(self) -> [u64; 2] {
        [self.into(); 2]
    }
}

/// Written in microseconds.
impl Listed for SimDuration {
    fn of(number: u64) -> Self {
        Self::from_micros(number)
    }

    fn ends(self) -> [u64; 2] {
        [self.as_nanos() / 1_000, self.as_nanos().div_ceil(1_000)]
    }
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

    /// A whole number within a range, or a list of such with at least one: they are dealt out in turn.
    ///
    /// # Errors
    /// It is something else, or one is outside.
    pub(super) fn list_of<T: Listed>(
        &mut self,
        key: &'static str,
        range: &RangeInclusive<u64>,
        base: &[T],
    ) -> Reading<Vec<T>> {
        if let Some(item) = self.optional(key) {
            return Ok(item.integers(key, range.clone())?.into_iter().map(T::of).collect());
        }
        if base.is_empty() {
            return Err(empty(&self.place(), key, range));
        }
        for number in base.iter().flat_map(|value| value.ends()) {
            self.within(key, range, number)?;
        }
        Ok(base.to_vec())
    }

    /// Nodes that hold where the file is silent.
    ///
    /// # Errors
    /// One of them is none.
    pub(super) fn nodes_within(&self, key: &str, nodes: &[NodeId]) -> Reading<()> {
        match nodes.iter().find(|node| !(1..=NODES_MAX).contains(&node.0.into())) {
            None => Ok(()),
            Some(node) => {
                let found = format!("`{key}`{} names {node}", self.inside());
                Err(self.place().problem(found).allow(format!("n1 to n{NODES_MAX}")))
            }
        }
    }
}

/// The problem with a list of numbers that has none.
pub(super) fn empty(place: &Place, key: &str, range: &RangeInclusive<u64>) -> Box<super::problem::Problem> {
    let allowed = format!("a whole number from {} to {}, or a list of such", range.start(), range.end());
    place.problem(format!("`{key}` is empty")).allow(allowed)
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
            check(&settings).unwrap_err().complaint.to_string()
        };
        for (change, found, allowed) in [
            (
                (|s| s.cluster.nodes = 0) as fn(&mut Settings),
                "`nodes` in [cluster] is 0, out of range",
                "(allowed: a whole number from 1 to 100)",
            ),
            (|s| s.raft.heartbeat = SimDuration::ZERO, "`heartbeat_ms` in [raft] is 0", "1 to 600000"),
            (|s| s.raft.snapshot_every_records = 1, "`snapshot_every_records` in [raft] is 1", "100 to 100000000"),
            (|s| s.gateway.capacities.clear(), "`capacities` is empty", "1 to 1000000"),
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
