//! The processor of a node: applying records and taking ticks costs virtual time, and is done in turns.
//!
//! Idea: a catch-up shall be watched, so applying a record takes a while, and one node has one processor for all its
//! groups and for its market data: a turn begins when the one before it ends.
//! Shape: a replica books a turn for what it may apply; the node asks whose turn has ended.
//! Bound: market data has one turn at a time, of one batch; a group has one turn at a time, of at most [`APPLY_RECORDS_MAX`] records; a turn whose replica took over a snapshot
//! meanwhile ends in vain.

use std::collections::VecDeque;

use crate::domain::ids::GroupId;
use crate::domain::settings::RaftSettings;
use crate::domain::time::{SimDuration, SimTime};

/// Records that one turn of the processor applies at most.
pub(super) const APPLY_RECORDS_MAX: u64 = 512;

/// Whose turn it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// A group applies.
    Apply(GroupId),
    /// Ticks go into their windows.
    Ticks,
}

/// The turns that are booked, in the order in which they end.
#[derive(Clone, Debug, Default)]
pub(super) struct Processor {
    busy_until: SimTime,
    turns: VecDeque<(SimTime, Turn)>,
}

impl Processor {
    /// When the turn that is on ends.
    pub(super) fn next(&self) -> SimTime {
        self.turns.front().map_or(SimTime::NEVER, |(at, _)| *at)
    }

    /// The turn that has ended.
    pub(super) fn due(&mut self, now: SimTime) -> Option<Turn> {
        self.turns.pop_front_if(|(at, _)| *at <= now).map(|(_, turn)| turn)
    }

    /// Books a turn for so many records.
    pub(super) fn book(&mut self, now: SimTime, group: GroupId, records: u64, settings: &RaftSettings) {
        self.book_turn(now, Turn::Apply(group), settings.apply_cost.times(records));
    }

    /// Books a turn of this length.
    pub(super) fn book_turn(&mut self, now: SimTime, turn: Turn, length: SimDuration) {
        self.busy_until = self.busy_until.max(now) + length;
        self.turns.push_back((self.busy_until, turn));
    }
}
