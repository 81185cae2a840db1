//! The processor of a node: applying records, answering queries and taking ticks costs virtual time, and is done in turns.
//!
//! Idea: a catch-up should be visible, so applying a record takes time, and a node has one processor for all its groups
//! and for its market data: a turn begins when the one before it ends.
//! Shape: a replica books a turn for what it may apply and one for each read; the node asks whose turn has ended.
//! Bound: market data has one turn at a time, of one batch; a group has one turn at a time, of at most [`APPLY_RECORDS_MAX`] records; a turn whose replica took over a snapshot
//! meanwhile ends in vain.

use std::collections::VecDeque;

use crate::domain::ids::GroupId;
use crate::domain::settings::RaftSettings;
use crate::domain::time::{SimDuration, SimTime};
use crate::routing::drain::Drain;

use super::meter::Meter;

/// Records that one turn of the processor applies at most.
pub(super) const APPLY_RECORDS_MAX: u64 = 512;
/// How long a turn takes at most, unless one batch takes longer.
const APPLY_TURN_MAX: SimDuration = SimDuration::from_millis(20);
/// A batch is applied in one piece, and takes such a part of the time that its most urgent order has left.
const BATCH_PARTS: u64 = 4;
/// A read is not accepted if its turn would end after more than this part of the time that its client still waits: the
/// answer has to travel, and what is applied must not wait behind reads for as long as a client does.
const READ_PARTS: u64 = 4;
/// The share of its time that ticks and queries are believed to take at most.
const BESIDES_PER_MILLE_MAX: u64 = 900;

/// Whose turn it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// A group applies.
    Apply(GroupId),
    /// A group answers the queries that have waited the longest.
    Read(GroupId),
    /// Ticks go into their windows.
    Ticks,
}

/// The turns that are booked, in the order in which they end.
#[derive(Clone, Debug, Default)]
pub(super) struct Processor {
    busy_until: SimTime,
    turns: VecDeque<(SimTime, Turn)>,
    /// How fast it applies, while it does.
    pace: Drain,
    /// Ticks and queries: work that applying shares the time with.
    besides: Meter,
    /// All that it does.
    work: Meter,
    /// Records that its groups have in their logs, or wait to put there, and have not applied.
    backlog: u64,
    /// How many groups have some.
    groups: u64,
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

    /// Books a turn for so many records; those of housekeeping can cost more than an order.
    pub(super) fn book(&mut self, now: SimTime, group: GroupId, (cost, records): (u64, u64), settings: &RaftSettings) {
        let length = settings.apply_cost.times(cost);
        self.pace.add(length, records);
        self.book_turn(now, Turn::Apply(group), length);
    }

    /// Whether a turn for so many queries would end too late for clients that wait until this deadline.
    pub(super) fn is_too_late(&self, now: SimTime, deadline: SimTime, queries: u64, settings: &RaftSettings) -> bool {
        let end = self.busy_until.max(now) + settings.read_cost.times(queries);
        end.since(now) > SimDuration(deadline.since(now).0 / READ_PARTS)
    }

    /// Books a turn for so many queries.
    pub(super) fn book_reads(&mut self, now: SimTime, group: GroupId, queries: u64, settings: &RaftSettings) {
        let length = settings.read_cost.times(queries);
        self.besides.add(now, length);
        self.book_turn(now, Turn::Read(group), length);
    }

    /// Books a turn of ticks.
    pub(super) fn book_ticks(&mut self, now: SimTime, length: SimDuration) {
        self.besides.add(now, length);
        self.book_turn(now, Turn::Ticks, length);
    }

    /// How many records one turn takes at most: none is so long that the other groups wait for it.
    pub(super) fn turn_max(settings: &RaftSettings) -> u64 {
        let fit = APPLY_TURN_MAX.0.checked_div(settings.apply_cost.0).unwrap_or(APPLY_RECORDS_MAX);
        fit.clamp(1, APPLY_RECORDS_MAX)
    }

    /// How many records a batch may hold when its most urgent order has this much time left: no order of a batch is answered
    /// before all of it is applied. Never fewer than the processor applies in a `round`, or it would wait for the next batch.
    pub(super) fn batch_max(left: SimDuration, round: SimDuration, settings: &RaftSettings) -> usize {
        let length = round.0.max(left.0 / BATCH_PARTS);
        let urgent = length.checked_div(settings.apply_cost.0).unwrap_or(u64::MAX);
        let urgent = usize::try_from(urgent.max(Self::turn_max(settings))).unwrap_or(usize::MAX);
        urgent.min(settings.batch_records_max)
    }

    /// The share of the last second that it worked, in thousandths.
    pub(super) fn busy_per_mille(&self, now: SimTime) -> u32 {
        self.work.per_mille(now)
    }

    /// A group has another number of records to apply than before.
    pub(super) fn note_backlog(&mut self, before: u64, after: u64) {
        self.backlog = self.backlog + after - before;
        self.groups = self.groups + u64::from(after > 0) - u64::from(before > 0);
    }

    /// How many records it applies in a second, as measured.
    pub(super) fn per_second(&self) -> Option<u64> {
        self.pace.per_second()
    }

    /// Whether so many records of one group, next to those of the others that have some, take it longer than this.
    pub(super) fn takes_longer(&self, records: u64, length: SimDuration) -> bool {
        let done = self.pace.left_in(length).unwrap_or(u64::MAX);
        records.saturating_mul(self.groups.max(1)).min(self.backlog.max(records)) > done
    }

    /// How many more records of a group, which has so many to apply already, are applied within this time; `None` before
    /// the first turn. Groups take turns, so what one has beyond the others' share makes none but itself wait.
    pub(super) fn fit(&self, now: SimTime, group: u64, within: SimDuration, settings: &RaftSettings) -> Option<usize> {
        if self.busy_until.since(now) >= within {
            return Some(0);
        }
        let groups = self.groups.max(1);
        let shared = (group + Self::turn_max(settings)).saturating_mul(groups);
        let ahead = self.backlog.max(group).min(shared);
        let free = 1_000 - u64::from(self.besides.per_mille(now)).min(BESIDES_PER_MILLE_MAX);
        // In so long the processor applies so many, next to ticks and queries.
        let within = u128::from(within.0) * u128::from(free) / 1_000;
        let done = self.pace.left_in(SimDuration(within as u64))?;
        Some((done.saturating_sub(ahead) / groups) as usize)
    }

    fn book_turn(&mut self, now: SimTime, turn: Turn, length: SimDuration) {
        self.work.add(now, length);
        self.busy_until = self.busy_until.max(now) + length;
        self.turns.push_back((self.busy_until, turn));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_what_its_most_urgent_order_can_wait_for_or_what_a_round_needs() {
        let settings =
            |cost_us| RaftSettings { apply_cost: SimDuration::from_micros(cost_us), ..RaftSettings::default() };
        let ms = SimDuration::from_millis;
        let max = |left, round, cost_us| Processor::batch_max(ms(left), ms(round), &settings(cost_us));
        assert_eq!(max(400, 2, 1_000), 100, "a quarter of 400 ms");
        assert_eq!(max(10, 2, 1_000), 20, "as many as a turn takes");
        assert_eq!(max(10, 300, 1_000), 300, "the next batch comes in 300 ms, and the processor must not run dry");
        assert_eq!((max(1_000, 2, 5), max(0, 0, 0)), (512, 512), "a fast processor is no reason to cut");
        assert_eq!(max(10, 0, 10_000_000), 1);
    }
}
