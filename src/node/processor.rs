//! The processor of a node: applying records, answering queries and taking ticks costs virtual time, and is done in turns.
//!
//! Idea: a catch-up should be visible, so applying a record takes time, and a node has one processor for all its groups
//! and for its market data. A replica books a turn for what it may apply and one for each read; the node asks whose turn
//! has ended.
//! Shares: orders, queries and ticks each have a queue, and the processor is shared fairly between those that have work
//! (start-time fair queueing): a flood of queries delays an order by a turn or two, and never keeps its group from
//! half of the processor. What one kind does not need the others have. A turn that has begun is finished; queries whose clients
//! have given up by the time that it would begin take none.
//! Bound: market data has one turn at a time, of one batch; a group applies in one turn at a time, of at most
//! [`APPLY_RECORDS_MAX`] records; reads are refused that would wait too long ([`READ_PARTS`]). A turn whose replica took
//! over a snapshot meanwhile ends in vain; those of a replica that is given up are forgotten.
//! Source: Goyal, Vin, Cheng 1996 (Start-Time Fair Queuing), section 2.

use std::collections::VecDeque;

use crate::domain::ids::GroupId;
use crate::domain::settings::RaftSettings;
use crate::domain::time::{SimDuration, SimTime};
use crate::routing::drain::Drain;

use super::meter::Meter;

/// Records that one turn of the processor applies at most.
pub(super) const APPLY_RECORDS_MAX: u64 = 512;
/// How long a turn takes at most, unless one batch takes longer.
const TURN_MAX: SimDuration = SimDuration::from_millis(20);
/// A batch is applied in one piece, and takes such a part of the time that its most urgent order has left.
const BATCH_PARTS: u64 = 4;
/// A read is not accepted if its turn would end after more than this part of the time that its client still waits: the
/// answer has to travel, and how much the processor has to do besides is an estimate.
const READ_PARTS: u64 = 4;

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

/// Work that shares the processor with work of other kinds; of two that are due at once the first goes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Apply,
    Read,
    Ticks,
}

/// A turn that is booked.
#[derive(Clone, Copy, Debug)]
struct Booked {
    turn: Turn,
    length: SimDuration,
    /// When nobody waits for it any more: if it has not begun by then, it takes no time.
    until: SimTime,
    /// When it would begin if each kind had a processor of its own, which slows down with the number of kinds that have work.
    start: u64,
}

/// Turns of one kind, in the order in which they were booked.
#[derive(Clone, Debug, Default)]
struct Line {
    waiting: VecDeque<Booked>,
    /// How long they take.
    length: SimDuration,
    /// When, in virtual service, the last one ends.
    finish: u64,
    /// What was done of late.
    work: Meter,
}

/// What the processor is at.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Nothing: what is booked begins at once.
    #[default]
    Idle,
    /// A turn, which ends then. It is nobody's once its replica is given up.
    Busy(SimTime, Option<Turn>),
    /// A turn has ended, and what follows from it may be booked before the next one is chosen.
    Between,
}

/// The turns that are booked.
#[derive(Clone, Debug, Default)]
pub(super) struct Processor {
    state: State,
    /// By kind.
    lines: [Line; Kind::ALL.len()],
    /// The start of the turn that was chosen last, in virtual service.
    service: u64,
    /// How fast it applies, while it does.
    pace: Drain,
    /// Records that its groups have in their logs, or wait to put there, and have not applied.
    backlog: u64,
    /// How many groups have some.
    groups: u64,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Apply, Self::Read, Self::Ticks];

    const fn index(self) -> usize {
        self as usize
    }
}

impl Turn {
    const fn kind(self) -> Kind {
        match self {
            Self::Apply(_) => Kind::Apply,
            Self::Read(_) => Kind::Read,
            Self::Ticks => Kind::Ticks,
        }
    }

    fn is_of(self, given_up: GroupId) -> bool {
        match self {
            Self::Apply(group) | Self::Read(group) => group == given_up,
            Self::Ticks => false,
        }
    }
}

impl Processor {
    /// When the turn that is on ends.
    pub(super) const fn next(&self) -> SimTime {
        match self.state {
            State::Busy(ends, _) => ends,
            State::Idle | State::Between => SimTime::NEVER,
        }
    }

    /// The turn that has ended. To be asked until there is none: then the next one is on.
    pub(super) fn due(&mut self, now: SimTime) -> Option<Turn> {
        loop {
            match self.state {
                State::Busy(ends, turn) if ends <= now => {
                    self.state = State::Between;
                    if turn.is_some() {
                        return turn;
                    }
                }
                State::Between => self.begin(now),
                State::Idle | State::Busy(..) => return None,
            }
        }
    }

    /// Books a turn for so many records; those of housekeeping can cost more than an order.
    pub(super) fn book(&mut self, now: SimTime, group: GroupId, (cost, records): (u64, u64), settings: &RaftSettings) {
        let length = settings.apply_cost.times(cost);
        self.pace.add(length, records);
        self.book_turn(now, Turn::Apply(group), length, SimTime::NEVER);
    }

    /// Whether a turn for so many queries would end too late for clients that wait until this deadline. Orders and ticks
    /// that are there come in between, in turn.
    pub(super) fn is_too_late(&self, now: SimTime, deadline: SimTime, queries: u64, settings: &RaftSettings) -> bool {
        let reads = self.lines[Kind::Read.index()].length + settings.read_cost.times(queries);
        let orders = settings.apply_cost.times(self.backlog);
        let between = orders.min(reads) + self.lines[Kind::Ticks.index()].length.min(reads);
        self.left(now) + reads + between > SimDuration(deadline.since(now).0 / READ_PARTS)
    }

    /// Books a turn for so many queries, whose clients wait until this deadline.
    pub(super) fn book_reads(
        &mut self,
        now: SimTime,
        group: GroupId,
        (queries, deadline): (u64, SimTime),
        settings: &RaftSettings,
    ) {
        self.book_turn(now, Turn::Read(group), settings.read_cost.times(queries), deadline);
    }

    /// Books a turn of ticks.
    pub(super) fn book_ticks(&mut self, now: SimTime, length: SimDuration) {
        self.book_turn(now, Turn::Ticks, length, SimTime::NEVER);
    }

    /// Forgets what a replica has booked that is given up. What is on is finished, for nobody.
    pub(super) fn forget(&mut self, group: GroupId) {
        let service = self.service;
        for line in self.lines.iter_mut().filter(|line| line.waiting.iter().any(|booked| booked.turn.is_of(group))) {
            let booked = std::mem::take(&mut line.waiting);
            line.finish = booked.front().map_or(line.finish, |first| first.start);
            line.length = SimDuration::ZERO;
            for Booked { turn, length, until, .. } in booked.into_iter().filter(|booked| !booked.turn.is_of(group)) {
                line.book(service, turn, length, until);
            }
        }
        if let State::Busy(_, turn) = &mut self.state {
            turn.take_if(|turn| turn.is_of(group));
        }
    }

    /// How many records one turn takes at most: none is so long that the other groups wait for it.
    pub(super) fn turn_max(settings: &RaftSettings) -> u64 {
        Self::in_a_turn(settings.apply_cost)
    }

    /// How many queries one turn answers at most.
    pub(super) fn reads_max(settings: &RaftSettings) -> usize {
        Self::in_a_turn(settings.read_cost) as usize
    }

    fn in_a_turn(cost: SimDuration) -> u64 {
        TURN_MAX.0.checked_div(cost.0).unwrap_or(APPLY_RECORDS_MAX).clamp(1, APPLY_RECORDS_MAX)
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
        self.lines.iter().map(|line| line.work.per_mille(now)).sum::<u32>().min(1_000)
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
        if self.left(now) + self.lines[Kind::Apply.index()].length >= within {
            return Some(0);
        }
        let groups = self.groups.max(1);
        let shared = (group + Self::turn_max(settings)).saturating_mul(groups);
        let ahead = self.backlog.max(group).min(shared);
        // In so long the processor applies so many, next to ticks and queries.
        let within = u128::from(within.0) * u128::from(self.share_of_orders(now)) / 1_000;
        let done = self.pace.left_in(SimDuration(within as u64))?;
        Some((done.saturating_sub(ahead) / groups) as usize)
    }

    /// What queries and ticks leave to orders, in thousandths: what they did not take in the last second, and a fair share
    /// in any case.
    fn share_of_orders(&self, now: SimTime) -> u64 {
        let others = [Kind::Read, Kind::Ticks].map(|kind| self.lines[kind.index()].work.per_mille(now));
        let sharers = 1 + others.iter().filter(|share| **share > 0).count() as u64;
        (1_000 / sharers).max(1_000_u64.saturating_sub(others.into_iter().map(u64::from).sum()))
    }

    /// How long the turn that is on still takes.
    const fn left(&self, now: SimTime) -> SimDuration {
        match self.state {
            State::Busy(ends, _) => ends.since(now),
            State::Idle | State::Between => SimDuration::ZERO,
        }
    }

    fn book_turn(&mut self, now: SimTime, turn: Turn, length: SimDuration, until: SimTime) {
        self.lines[turn.kind().index()].book(self.service, turn, length, until);
        if matches!(self.state, State::Idle) {
            self.begin(now);
        }
    }

    /// Begins the turn whose kind has had the least of the processor.
    fn begin(&mut self, now: SimTime) {
        let first = |kind: Kind| Some((self.lines[kind.index()].waiting.front()?.start, kind.index()));
        let next = Kind::ALL.into_iter().filter_map(first).min();
        let Some((booked, line)) = next.and_then(|(_, kind)| {
            let line = &mut self.lines[kind];
            Some((line.waiting.pop_front()?, line))
        }) else {
            // An idle processor owes nobody anything.
            self.service = self.lines.iter().map(|line| line.finish).max().unwrap_or_default();
            self.state = State::Idle;
            return;
        };
        line.length = line.length - booked.length;
        let length = if booked.until <= now { SimDuration::ZERO } else { booked.length };
        line.work.add(now, length);
        self.service = booked.start;
        self.state = State::Busy(now + length, Some(booked.turn));
    }
}

impl Line {
    fn book(&mut self, service: u64, turn: Turn, length: SimDuration, until: SimTime) {
        let start = self.finish.max(service);
        self.finish = start + length.0;
        self.length = self.length + length;
        self.waiting.push_back(Booked { turn, length, until, start });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P1: GroupId = GroupId(1);

    fn costs(apply_ms: u64, read_ms: u64) -> RaftSettings {
        let (apply_cost, read_cost) = (SimDuration::from_millis(apply_ms), SimDuration::from_millis(read_ms));
        RaftSettings { apply_cost, read_cost, ..RaftSettings::default() }
    }

    /// The turns that begin and end within so many milliseconds, where each that ends makes work for the next of its group.
    fn turns(orders: SimDuration, reads: usize, ms: u64) -> (SimDuration, SimDuration) {
        let settings =
            RaftSettings { apply_cost: orders, read_cost: SimDuration::from_millis(7), ..RaftSettings::default() };
        let mut processor = Processor::default();
        (0..reads).for_each(|_| processor.book_reads(SimTime::ZERO, P1, (1, SimTime::NEVER), &settings));
        if orders > SimDuration::ZERO {
            processor.book(SimTime::ZERO, P1, (1, 1), &settings);
        }
        let mut spent = (SimDuration::ZERO, SimDuration::ZERO);
        while processor.next() < SimTime::from_millis(ms) {
            let now = processor.next();
            while let Some(turn) = processor.due(now) {
                match turn {
                    Turn::Apply(group) => {
                        spent.0 = spent.0 + settings.apply_cost;
                        processor.book(now, group, (1, 1), &settings);
                    }
                    Turn::Read(_) => spent.1 = spent.1 + settings.read_cost,
                    Turn::Ticks => {}
                }
            }
        }
        spent
    }

    #[test]
    fn queries_and_orders_share_the_processor_fairly_and_one_has_what_the_other_does_not_need() {
        for orders_ms in [1, 4, 20] {
            let (orders, reads) = turns(SimDuration::from_millis(orders_ms), 1_000, 2_000);
            let share = orders.0 * 1_000 / (orders.0 + reads.0);
            assert!((480..=520).contains(&share), "{share} of 1,000 for orders of {orders_ms} ms");
        }
        assert_eq!(turns(SimDuration::ZERO, 100, 2_000).1, SimDuration::from_millis(700), "nobody else is there");
        assert!(turns(SimDuration::from_millis(4), 0, 2_000).0 > SimDuration::from_millis(1_990));
    }

    #[test]
    fn who_was_idle_has_no_claim_to_the_past() {
        let settings = costs(1, 1);
        let mut processor = Processor::default();
        (0..500).for_each(|_| processor.book_reads(SimTime::ZERO, P1, (1, SimTime::NEVER), &settings));
        let now = SimTime::from_millis(400);
        (1..=400).for_each(|ms| while processor.due(SimTime::from_millis(ms)).is_some() {});
        (0..20).for_each(|_| processor.book(now, P1, (1, 1), &settings));
        let mut turns = Vec::new();
        for ms in 401..=420 {
            while let Some(turn) = processor.due(SimTime::from_millis(ms)) {
                turns.push(turn);
            }
        }
        let orders = turns.iter().filter(|turn| **turn == Turn::Apply(P1)).count();
        assert_eq!((turns.len(), orders), (20, 10), "in turn: {turns:?}");
    }

    #[test]
    fn a_long_turn_that_left_the_processor_idle_is_no_debt() {
        let (mut processor, settings) = (Processor::default(), costs(1, 100));
        processor.book_reads(SimTime::ZERO, P1, (1, SimTime::NEVER), &settings);
        let now = SimTime::from_millis(100);
        while processor.due(now).is_some() {}
        (0..3).for_each(|_| processor.book(now, P1, (1, 1), &settings));
        processor.book_reads(now, P1, (1, SimTime::NEVER), &settings);
        while processor.due(SimTime::from_millis(101)).is_some() {}
        assert_eq!(processor.next(), SimTime::from_millis(201), "one of the orders, and then the query");
    }

    #[test]
    fn queries_whose_clients_have_given_up_take_no_time() {
        let settings = costs(0, 10);
        let (mut processor, ms) = (Processor::default(), SimTime::from_millis);
        (0..1_000).for_each(|_| processor.book_reads(SimTime::ZERO, P1, (1, ms(25)), &settings));
        processor.book_reads(ms(20), P1, (1, ms(500)), &settings);
        let mut ended = Vec::new();
        for at in (10..=50).step_by(10) {
            let turns = std::iter::from_fn(|| processor.due(ms(at))).count();
            ended.push((turns, processor.next()));
        }
        assert_eq!(ended, [(1, ms(20)), (1, ms(30)), (998, ms(40)), (1, SimTime::NEVER), (0, SimTime::NEVER)]);
        assert!(!processor.is_too_late(ms(50), ms(100), 1, &settings), "nothing waits");
    }

    #[test]
    fn what_is_forgotten_is_not_charged() {
        let settings = costs(1, 1);
        let (mut processor, two) = (Processor::default(), GroupId(2));
        (0..100).for_each(|n| {
            processor.book_reads(SimTime::ZERO, [P1, two][usize::from(n > 0)], (1, SimTime::NEVER), &settings);
        });
        processor.forget(two);
        (0..4).for_each(|_| processor.book(SimTime::ZERO, P1, (1, 1), &settings));
        (0..4).for_each(|_| processor.book_reads(SimTime::ZERO, P1, (1, SimTime::NEVER), &settings));
        let mut turns = Vec::new();
        for ms in 1..=9 {
            while let Some(turn) = processor.due(SimTime::from_millis(ms)) {
                turns.push(turn);
            }
        }
        let (apply, read) = (Turn::Apply(P1), Turn::Read(P1));
        assert_eq!(turns, [read, apply, apply, read, apply, read, apply, read, read]);
        assert_eq!(processor.next(), SimTime::NEVER);
    }

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
