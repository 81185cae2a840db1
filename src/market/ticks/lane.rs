//! A lane: all that is kept of one symbol.
//!
//! Idea: a tick touches the open pane and nothing else. When its time is past the pane, the pane closes first: it is
//! joined to the tumbling window that is open and pushed into the sliding one.
//! Units: a pane ends at a whole multiple of its length, a tumbling window at a whole multiple of its panes, so windows
//! of all symbols, and of all nodes, end together.
//! Bound: a silence of any length costs at most one sliding window of empty panes.

use crate::domain::tick::{MarketTick, Signal};
use crate::domain::time::{SimDuration, SimTime};

use super::bar::Bar;
use super::rule::Rule;
use super::sliding::Sliding;

/// How long the windows are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Windows {
    /// A pane: how fine the sliding window slides.
    pub pane: SimDuration,
    /// Panes of the sliding window.
    pub sliding_panes: usize,
    /// Panes of a tumbling window.
    pub tumbling_panes: u64,
}

impl Windows {
    /// Windows of these lengths; what is no whole number of panes is rounded up.
    pub fn new(pane: SimDuration, sliding: SimDuration, tumbling: SimDuration) -> Self {
        let pane = pane.max(SimDuration(1));
        let sliding_panes = sliding.0.div_ceil(pane.0).clamp(1, super::sliding::PANES_MAX as u64) as usize;
        Self { pane, sliding_panes, tumbling_panes: tumbling.0.div_ceil(pane.0).max(1) }
    }
}

impl Default for Windows {
    fn default() -> Self {
        Self::new(SimDuration::from_millis(100), SimDuration::from_secs(1), SimDuration::from_secs(1))
    }
}

/// What is kept of one symbol. What every tick touches stands first.
#[derive(Clone, Debug)]
pub struct Lane {
    pane: Bar,
    pane_begin: SimTime,
    pane_end: SimTime,
    /// Of the sliding window as it stood when the pane opened, doubled; 0 while there is none.
    vwap: u64,
    rule: Rule,
    last: Option<MarketTick>,
    windows: Windows,
    sliding: Sliding,
    tumbling: Bar,
    tumbled: Bar,
    late: u64,
}

impl Lane {
    /// A lane before its first tick.
    pub fn new(rule: Rule, windows: Windows) -> Self {
        Self {
            pane: Bar::EMPTY,
            pane_begin: SimTime::ZERO,
            pane_end: SimTime::ZERO,
            vwap: 0,
            rule,
            last: None,
            windows,
            sliding: Sliding::new(windows.sliding_panes),
            tumbling: Bar::EMPTY,
            tumbled: Bar::EMPTY,
            late: 0,
        }
    }

    /// Takes a tick; what its rule says of it.
    #[inline]
    pub fn take(&mut self, tick: &MarketTick) -> Option<Signal> {
        if tick.time >= self.pane_end {
            self.close(tick.time);
        }
        self.late += u64::from(tick.time < self.pane_begin);
        self.pane.add(tick);
        self.rule.judge(tick, self.vwap)
    }

    /// The latest tick of a batch, for the screen: once a batch, not once a tick.
    pub const fn note_last(&mut self, tick: MarketTick) {
        self.last = Some(tick);
    }

    /// Closes panes until the one that this time lies in is open.
    #[cold]
    fn close(&mut self, now: SimTime) {
        let Windows { pane, sliding_panes, tumbling_panes } = self.windows;
        let (open, wanted) = (self.pane_begin.0 / pane.0, now.0 / pane.0);
        let closed = std::mem::take(&mut self.pane);
        self.tumbling = self.tumbling.then(closed);
        if open / tumbling_panes != wanted / tumbling_panes {
            self.tumbled = std::mem::take(&mut self.tumbling);
        }
        let passed = wanted - open;
        if passed > sliding_panes as u64 {
            self.sliding.clear();
        } else {
            self.sliding.push(closed);
            (1..passed).for_each(|_| self.sliding.push(Bar::EMPTY));
        }
        self.vwap = self.sliding.bar().vwap_doubled().unwrap_or(0);
        self.pane_begin = SimTime(wanted * pane.0);
        self.pane_end = self.pane_begin + pane;
    }

    /// The sliding window, up to the last tick: its closed panes and the open one.
    pub fn sliding(&self) -> Bar {
        self.sliding.bar().then(self.pane)
    }

    /// The tumbling window that is open.
    pub fn tumbling(&self) -> Bar {
        self.tumbling.then(self.pane)
    }

    /// The tumbling window that closed last, empty before the first.
    pub const fn tumbled(&self) -> Bar {
        self.tumbled
    }

    /// The last tick.
    pub const fn last(&self) -> Option<MarketTick> {
        self.last
    }

    /// Ticks that came after their pane had closed; they count in the next one.
    pub const fn late(&self) -> u64 {
        self.late
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::bar::tests::{bar_of, tick};
    use super::*;
    use crate::domain::ids::SymbolId;

    fn lane(sliding: u64, tumbling: u64) -> Lane {
        let ns = SimDuration::from_nanos;
        Lane::new(Rule::of_symbol(SymbolId(6)).unwrap(), Windows::new(ns(10), ns(sliding), ns(tumbling)))
    }

    #[test]
    fn windows_end_at_whole_multiples_of_their_length() {
        let mut lane = lane(20, 30);
        for (time, bid) in [(3, 100), (12, 110), (29, 90), (31, 200)] {
            lane.take(&tick(time, (bid, 0), (1, 1)));
        }
        assert_eq!((lane.tumbled().open, lane.tumbled().low, lane.tumbled().close), (200, 180, 180));
        assert_eq!((lane.tumbling().open, lane.tumbling().ticks), (400, 1));
    }

    #[test]
    fn a_tick_that_comes_late_is_counted_and_kept() {
        let mut lane = lane(20, 30);
        lane.take(&tick(15, (100, 0), (1, 1)));
        lane.take(&tick(9, (100, 0), (1, 1)));
        assert_eq!((lane.late(), lane.tumbling().ticks), (1, 2));
    }

    #[test]
    fn the_equity_rule_sees_the_panes_before_its_own() {
        let mut lane = lane(20, 30);
        assert_eq!(lane.take(&tick(5, (10_000, 0), (30, 10))), None, "no window, no average");
        assert_eq!(lane.take(&tick(6, (9_000, 0), (30, 10))), None, "the open pane is not its own average");
        assert!(lane.take(&tick(11, (9_000, 0), (30, 10))).is_some());
    }

    proptest! {
        #[test]
        fn windows_are_the_bars_of_the_ticks_in_them(
            steps in proptest::collection::vec((0_u64..40, 1_u32..1_000, 1_u32..9), 1..80),
            (sliding, tumbling) in (1_u64..6, 1_u64..6),
        ) {
            let mut lane = lane(sliding * 10, tumbling * 10);
            let (mut now, mut all) = (0, Vec::new());
            for (wait, bid, size) in steps {
                now += wait;
                let tick = tick(now, (bid, 1), (size, 1));
                lane.take(&tick);
                all.push(tick);
                let among = |first: u64| -> Vec<_> { all.iter().filter(|tick| tick.time.0 / 10 >= first).copied().collect() };
                // The sliding window has its closed panes and the open one.
                prop_assert_eq!(lane.sliding(), bar_of(&among((now / 10).saturating_sub(sliding))));
                prop_assert_eq!(lane.tumbling(), bar_of(&among(now / 10 / tumbling * tumbling)));
            }
        }
    }
}
