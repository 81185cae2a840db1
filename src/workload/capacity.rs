//! The search for the capacity: the highest offered load at which nothing is refused and the answers come in time.
//!
//! Idea: rates are tried one after the other. A trial lets the load run until its queues have the length that belongs to
//! the rate, then looks at a stretch of it. While rates hold they double; after the first that does not, the
//! gap between the best that held and the least that did not is halved, until it is small. A long trial confirms the
//! rate that was found, since queues that grow slowly overflow late; if it fails, a slightly lower rate is tried. Before the next trial all that waits is answered or given up, so that no trial pays for the one before.
//! Units: requests a virtual second, queries included; virtual time.
//! Bound: `SHORT_MAX` trials, each of `SETTLE` and `WATCH`, and `CONFIRMS_MAX` of `SETTLE` and `WATCH_LONG`, with `REST_MAX`
//! before the next: under five minutes.
//! Left out: mixes. The figure is that of the load as it is: its queries, its skew, its rule of acknowledgement.

use crate::domain::time::{SimDuration, SimTime};

/// The first rate that is tried.
const FIRST: u64 = 100;
/// Until a trial is looked at.
const SETTLE: SimDuration = SimDuration::from_millis(1_500);
/// How long it is looked at.
const WATCH: SimDuration = SimDuration::from_millis(1_500);
/// How long a rate is looked at before it is called the capacity.
const WATCH_LONG: SimDuration = SimDuration::from_millis(8_000);
/// Between two trials at most; less, if nothing waits any more.
const REST_MAX: SimDuration = SimDuration::from_millis(2_000);
/// Between two looks at whether something waits.
const LOOK: SimDuration = SimDuration::from_millis(50);
/// The gap at which the search ends, as a part of the rate.
const GAP_PARTS: u64 = 24;
/// So many that wait, more or less, are chance.
const GROWTH_MIN: u64 = 16;
/// Short trials at most.
const SHORT_MAX: u32 = 32;
/// Long ones at most.
const CONFIRMS_MAX: u32 = 8;
/// Trials at most.
const TRIALS_MAX: u32 = SHORT_MAX + CONFIRMS_MAX;
/// Queues that grow by more than this part of what was answered meanwhile were not yet long enough to be refused at: no
/// desk holds that for long.
const GROWTH_PARTS: u64 = 24;

/// A rate of which nothing was late, and at most one in so many was refused, almost held: it is tried a second time.
const ALMOST_PARTS: u64 = 20;

/// A long trial may refuse one request in so many.
const CHANCE_PARTS: u64 = 50;

/// The first rate is tried so often before a lower one: a desk that was overloaded when the search began works off what it
/// has logged for clients that have given up, and nobody tells the search when it is through.
const FALSE_STARTS_MAX: u32 = 6;

/// What the clients have counted so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Requests that were answered.
    pub answered: u64,
    /// Refusals that were heard.
    pub refused: u64,
    /// Requests that were given up: an answer would have taken their whole time, or more.
    pub late: u64,
    /// Requests that wait.
    pub waiting: u64,
}

/// What the search wants next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Nothing before its time.
    Wait,
    /// The load at this rate; 0 is off. If a trial has ended, its rate and whether it held.
    Rate(u64, Option<(u64, bool)>),
    /// It is over: the trial that ended it, and the highest rate that held, if one did.
    Over((u64, bool), Option<u64>),
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// The queues take their length.
    Settle,
    /// From these counts on.
    Watch(Counts),
    /// What waits is finished with, until then.
    Rest(SimTime),
}

/// A search that is on.
#[derive(Clone, Debug)]
pub struct Search {
    held: Option<u64>,
    too_much: Option<u64>,
    rate: u64,
    rate_max: u64,
    trials: u32,
    /// The rate was tried before, and almost held.
    again: bool,
    /// Trials that failed before any held.
    false_starts: u32,
    /// Long trials so far; none while the search goes on.
    confirms: u32,
    phase: Phase,
    at: SimTime,
}

impl Search {
    /// A search that begins with the first rate now; no rate above this is tried.
    pub fn begin(now: SimTime, rate_max: u64) -> Self {
        let rate = FIRST.min(rate_max);
        Self {
            held: None,
            too_much: None,
            rate,
            rate_max,
            trials: 0,
            again: false,
            false_starts: 0,
            confirms: 0,
            phase: Phase::Settle,
            at: now + SETTLE,
        }
    }

    /// The rate that is tried.
    pub const fn rate(&self) -> u64 {
        self.rate
    }

    /// How many rates were tried, and how many are tried at most.
    pub const fn trials(&self) -> (u32, u32) {
        (self.trials, TRIALS_MAX)
    }

    /// When it is asked again.
    pub const fn next(&self) -> SimTime {
        self.at
    }

    /// What is to be done now.
    pub fn step(&mut self, now: SimTime, counts: Counts) -> Next {
        if now < self.at {
            return Next::Wait;
        }
        match self.phase {
            Phase::Settle => {
                let watch = if self.confirms > 0 { WATCH_LONG } else { WATCH };
                (self.phase, self.at) = (Phase::Watch(counts), now + watch);
                Next::Wait
            }
            Phase::Watch(before) => self.judge(now, before, counts),
            Phase::Rest(until) if counts.waiting > 0 && now < until => {
                self.at = (now + LOOK).min(until);
                Next::Wait
            }
            Phase::Rest(_) => {
                (self.phase, self.at) = (Phase::Settle, now + SETTLE);
                Next::Rate(self.rate, None)
            }
        }
    }

    fn judge(&mut self, now: SimTime, before: Counts, counts: Counts) -> Next {
        let trial = Trial::of(before, counts);
        self.trials += 1;
        if self.confirms > 0 {
            return self.confirmed(now, &trial);
        }
        let held = trial.holds();
        let tried = (self.rate, held);
        let false_start = !held && self.held.is_none() && self.false_starts < FALSE_STARTS_MAX;
        self.false_starts += u32::from(false_start);
        let again = false_start || !held && trial.almost_holds() && !std::mem::replace(&mut self.again, true);
        if again && self.trials < SHORT_MAX {
            return self.rest(now, tried);
        }
        self.again = false;
        if held {
            self.held = Some(self.rate);
        } else {
            self.too_much = Some(self.rate);
        }
        let low = self.held.unwrap_or(0);
        let next = self.too_much.map_or_else(|| (low * 2).min(self.rate_max), |high| u64::midpoint(low, high));
        let done = self.too_much.map_or(next == low, |high| high - low <= (low / GAP_PARTS).max(1));
        if done || self.trials == SHORT_MAX || next == 0 {
            if low == 0 {
                return Next::Over(tried, None);
            }
            (self.rate, self.confirms) = (low, 1);
            return self.rest(now, tried);
        }
        self.rate = next;
        if held {
            (self.phase, self.at) = (Phase::Settle, now + SETTLE);
            return Next::Rate(next, Some(tried));
        }
        self.rest(now, tried)
    }

    /// A long trial has ended.
    fn confirmed(&mut self, now: SimTime, trial: &Trial) -> Next {
        let held = trial.holds_long();
        let tried = (self.rate, held);
        let less = self.rate - (self.rate / GAP_PARTS).max(1);
        if held || less == 0 || self.confirms == CONFIRMS_MAX {
            return Next::Over(tried, held.then_some(self.rate));
        }
        (self.rate, self.confirms) = (less, self.confirms + 1);
        self.rest(now, tried)
    }

    fn rest(&mut self, now: SimTime, tried: (u64, bool)) -> Next {
        (self.phase, self.at) = (Phase::Rest(now + REST_MAX), now + LOOK);
        Next::Rate(0, Some(tried))
    }
}

/// What the clients counted in a trial.
struct Trial {
    answered: u64,
    refused: u64,
    late: u64,
    /// By how much the number of those that wait grew.
    growth: u64,
}

impl Trial {
    const fn of(before: Counts, after: Counts) -> Self {
        Self {
            answered: after.answered - before.answered,
            refused: after.refused - before.refused,
            late: after.late - before.late,
            growth: after.waiting.saturating_sub(before.waiting),
        }
    }

    /// Nothing was refused, and the answers came in time.
    fn holds(&self) -> bool {
        self.refused == 0 && self.keeps_up()
    }

    /// Over eight seconds a random burst may be refused in part.
    fn holds_long(&self) -> bool {
        self.refused * CHANCE_PARTS <= self.answered && self.keeps_up()
    }

    /// p99 is below the deadline (fewer than one of a hundred took all of it), and the queues did not grow.
    fn keeps_up(&self) -> bool {
        let Self { answered, late, growth, .. } = *self;
        let in_time = answered > 0 && late * 100 < answered + late;
        in_time && growth <= (answered / GROWTH_PARTS).max(GROWTH_MIN)
    }

    /// A desk learns how fast it is: what it refuses before that is no bound.
    fn almost_holds(&self) -> bool {
        self.answered > 0 && self.late == 0 && self.refused * ALMOST_PARTS <= self.answered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches a desk that refuses above so many a second; the figure, the trials and the virtual time that it took.
    fn search(capacity: u64, rate_max: u64) -> (Option<u64>, u32, SimDuration) {
        let (mut search, mut counts) = (Search::begin(SimTime::ZERO, rate_max), Counts::default());
        let mut rate = search.rate();
        let mut last = SimTime::ZERO;
        loop {
            let now = search.next();
            counts.answered += rate.min(capacity) * now.since(last).as_millis() / 1_000;
            counts.refused += rate.saturating_sub(capacity);
            last = now;
            match search.step(now, counts) {
                Next::Wait => {}
                Next::Rate(next, _) => rate = next,
                Next::Over(_, found) => return (found, search.trials().0, now.since(SimTime::ZERO)),
            }
        }
    }

    #[test]
    fn the_figure_is_within_a_gap_of_the_truth_and_found_in_bounded_time() {
        for capacity in [1, 7, 99, 100, 101, 1_666, 20_000, 333_333, 4_000_000] {
            let (found, trials, took) = search(capacity, 10_000_000);
            let found = found.unwrap_or_default();
            assert!(found <= capacity && capacity - found <= capacity / 20 + 1, "{capacity}: {found}");
            assert!(trials <= TRIALS_MAX && took < SimDuration::from_secs(170), "{capacity}: {trials} in {took:?}");
        }
        assert_eq!(search(0, 10_000_000).0, None, "not even one a second");
    }

    #[test]
    fn a_rate_that_almost_held_is_tried_once_more_and_one_that_did_not_is_not() {
        for (refused, tries) in [(5, 2), (6, 1)] {
            let (mut search, mut counts, mut trials) =
                (Search::begin(SimTime::ZERO, 10_000_000), Counts::default(), Vec::new());
            // Of the second trial this many in a hundred are refused, of the others none.
            while trials.len() < 3 {
                counts.answered += 100;
                counts.refused += if trials.len() == 1 { refused } else { 0 };
                if let Next::Rate(_, Some(trial)) = search.step(search.next(), counts) {
                    trials.push(trial);
                }
            }
            assert_eq!(trials[..2], [(FIRST, true), (2 * FIRST, false)]);
            let tried = trials.iter().filter(|(rate, _)| *rate == 2 * FIRST).count();
            assert_eq!(tried, tries, "{refused} of 100 were refused");
        }
    }

    #[test]
    fn a_desk_that_works_off_an_overload_is_waited_for() {
        let (mut search, mut counts) = (Search::begin(SimTime::ZERO, 10_000_000), Counts::default());
        let (mut failed, mut rate, mut last) = (0, search.rate(), SimTime::ZERO);
        let found = loop {
            let now = search.next();
            // Nothing is answered for twenty seconds.
            let answers = if now.as_millis() < 20_000 { 0 } else { rate.min(1_500) };
            counts.answered += answers * now.since(last).as_millis() / 1_000;
            counts.refused += rate.saturating_sub(answers);
            last = now;
            match search.step(now, counts) {
                Next::Wait => {}
                Next::Rate(next, trial) => {
                    rate = next;
                    failed += u32::from(trial.is_some_and(|(tried, held)| tried == FIRST && !held));
                }
                Next::Over(_, found) => break found,
            }
        };
        assert!(failed > 1 && found.is_some_and(|found| found > 1_400), "{found:?} after {failed} false starts");
    }

    #[test]
    fn a_rate_that_holds_for_a_while_only_is_not_the_capacity() {
        // A desk whose queues take 5 s to fill at 5 % too much: a short trial sees nothing of it.
        let (mut search, mut counts) = (Search::begin(SimTime::ZERO, 10_000_000), Counts::default());
        let (mut rate, mut last, mut since) = (search.rate(), SimTime::ZERO, SimTime::ZERO);
        let (capacity, bears) = (1_000, 1_060);
        let found = loop {
            let now = search.next();
            let fills = now.since(since) > SimDuration::from_secs(5);
            let bears = if fills { capacity } else { bears };
            counts.answered += rate.min(bears) * now.since(last).as_millis() / 1_000;
            counts.refused += rate.saturating_sub(bears) * now.since(last).as_millis() / 1_000;
            last = now;
            match search.step(now, counts) {
                Next::Wait => {}
                Next::Rate(next, _) => (rate, since) = (next, now),
                Next::Over(_, found) => break found,
            }
        };
        let found = found.unwrap();
        assert!((930..=capacity * 51 / 50).contains(&found), "{found}");
    }

    #[test]
    fn the_highest_rate_that_there_is_may_hold() {
        assert_eq!(search(50_000_000, 10_000_000).0, Some(10_000_000), "the highest rate that there is");
    }
}
