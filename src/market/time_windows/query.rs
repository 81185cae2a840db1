//! Questions to the tape: the trades of a stretch of time, of one symbol or of all.
//!
//! Idea: the answer says not only what was found but what finding it took: which windows were opened, hot or cold, how
//! many blocks of each and how many bytes. That is what partitioning by time is for, so it must be seen.
//! Shape: windows are read from the oldest on, each whole; inside one the trades are put in the order of time. So a limit
//! cuts the end off, never holes into the middle.
//! Bound: [`ANSWER_TRADES_MAX`] trades an answer.
//! Errors: a damaged block fails the question and names its window; the other windows can still be asked for.

use super::TimeWindows;
use super::archive::{Block, BlockError};
use super::window::{TapeTrade, WindowId};
use crate::domain::ids::SymbolId;
use crate::domain::time::SimTime;
pub use crate::domain::trades::{Heat, Touch};

/// Trades that one answer holds at most.
pub const ANSWER_TRADES_MAX: usize = 65_536;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TapeQuery {
    /// Of this symbol, or of all.
    pub symbol: Option<SymbolId>,
    /// From this time on,
    pub from: SimTime,
    /// up to and without this one.
    pub until: SimTime,
    /// So many trades, [`ANSWER_TRADES_MAX`] at most.
    pub limit: usize,
}

/// Whether an answer is all there is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Completeness {
    /// All of it.
    Whole,
    /// The beginning; the limit cut the rest off, if there is more.
    Limited,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TapeAnswer {
    /// The trades, in the order of time.
    pub trades: Vec<TapeTrade>,
    /// The windows that were opened, the oldest first.
    pub touched: Vec<Touch>,
    /// Windows with trades that were not opened.
    pub passed: u64,
    /// Whether it is all.
    pub completeness: Completeness,
}

impl TapeAnswer {
    /// Bytes that were read.
    pub fn bytes_read(&self) -> u64 {
        self.touched.iter().map(|touch| touch.bytes).sum()
    }
}

/// A question that could not be answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("window {window}, block {block}: {source}")]
pub struct CorruptBlock {
    /// The window of the damaged block.
    pub window: WindowId,
    /// Which of its blocks, counted from 1.
    pub block: u32,
    /// What is wrong with it.
    #[source]
    pub source: BlockError,
}

impl TapeQuery {
    const fn wants(&self, trade: &TapeTrade) -> bool {
        let symbol = match self.symbol {
            Some(symbol) => symbol.0 == trade.deal.symbol.0,
            None => true,
        };
        symbol && self.from.0 <= trade.deal.at.0 && trade.deal.at.0 < self.until.0
    }

    fn may_be_in(&self, block: &Block) -> bool {
        let label = block.label();
        let symbol = self.symbol.is_none_or(|symbol| (label.first_symbol..=label.last_symbol).contains(&symbol));
        symbol && label.first_at < self.until && self.from <= label.last_at
    }
}

impl TimeWindows {
    /// Answers a question.
    ///
    /// # Errors
    /// A block that it needs is damaged.
    pub fn query(&self, query: &TapeQuery) -> Result<TapeAnswer, CorruptBlock> {
        let limit = query.limit.min(ANSWER_TRADES_MAX);
        let mut answer =
            TapeAnswer { trades: Vec::new(), touched: Vec::new(), passed: 0, completeness: Completeness::Whole };
        let windows = self.windows_of(query);
        let mut opened = 0;
        for window in &windows {
            if answer.trades.len() >= limit {
                answer.completeness = Completeness::Limited;
                break;
            }
            let before = (answer.trades.len(), answer.touched.len());
            self.read_cold(query, *window, &mut answer)?;
            self.read_hot(query, *window, &mut answer);
            answer.trades[before.0..].sort_unstable_by_key(TapeTrade::by_time);
            opened += u64::from(answer.touched.len() > before.1);
        }
        if answer.trades.len() > limit {
            answer.trades.truncate(limit);
            answer.completeness = Completeness::Limited;
        }
        answer.passed = self.windows_with_trades() - opened;
        Ok(answer)
    }

    /// The windows with trades that the range overlaps, the oldest first.
    fn windows_of(&self, query: &TapeQuery) -> Vec<WindowId> {
        if query.from >= query.until {
            return Vec::new();
        }
        let length = self.rules.length;
        let (from, to) = (length.window(query.from), length.window(SimTime(query.until.0 - 1)));
        let hot = self.hot.range(from..=to).filter(|(_, trades)| !trades.is_empty()).map(|(window, _)| *window);
        let mut windows: Vec<_> = self.archive.windows_between(from, to).chain(hot).collect();
        windows.sort_unstable();
        windows.dedup();
        windows
    }

    fn windows_with_trades(&self) -> u64 {
        let hot =
            self.hot.iter().filter(|(window, trades)| !trades.is_empty() && self.archive.of(**window).next().is_none());
        (self.archive.windows() + hot.count()) as u64
    }

    fn read_cold(&self, query: &TapeQuery, window: WindowId, answer: &mut TapeAnswer) -> Result<(), CorruptBlock> {
        let mut touch = Touch { window, heat: Heat::Cold, blocks: 0, blocks_passed: 0, bytes: 0 };
        for (block, number) in self.archive.of(window).zip(1..) {
            if !query.may_be_in(block) {
                touch.blocks_passed += 1;
                continue;
            }
            touch.blocks += 1;
            touch.bytes += block.bytes();
            let keep = |trade: TapeTrade| {
                if query.wants(&trade) {
                    answer.trades.push(trade);
                }
            };
            block.trades(keep).map_err(|source| CorruptBlock { window, block: number, source })?;
        }
        if touch.blocks > 0 {
            answer.touched.push(touch);
        }
        Ok(())
    }

    fn read_hot(&self, query: &TapeQuery, window: WindowId, answer: &mut TapeAnswer) {
        let Some(trades) = self.hot.get(&window).filter(|trades| !trades.is_empty()) else { return };
        answer.trades.extend(trades.iter().filter(|trade| query.wants(trade)));
        let bytes = size_of_val(trades.as_slice()) as u64;
        answer.touched.push(Touch { window, heat: Heat::Hot, blocks: 0, blocks_passed: 0, bytes });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::WindowRules;
    use super::super::window::{Deal, TradeNumber, WindowLength};
    use super::*;
    use crate::domain::order::Side;
    use crate::domain::time::SimDuration;
    use crate::domain::units::{Price, Quantity};

    const EVERYTHING: TapeQuery =
        TapeQuery { symbol: None, from: SimTime::ZERO, until: SimTime::NEVER, limit: ANSWER_TRADES_MAX };

    fn deal(at: SimTime, symbol: u16) -> Deal {
        let price = Price(10_000 + at.0 as i64 % 17);
        Deal { at, symbol: SymbolId(symbol), side: Side::Sell, price, quantity: Quantity(1 + at.0 % 5) }
    }

    /// Ten seconds of four symbols, a trade a millisecond; three windows are hot.
    fn ten_seconds() -> TimeWindows {
        let mut windows = TimeWindows::new(WindowRules::default());
        (0..10_000).for_each(|ms| assert!(windows.record(deal(SimTime::from_millis(ms), (ms % 4) as u16)).is_ok()));
        windows
    }

    #[test]
    fn only_the_windows_of_the_range_are_opened() {
        let windows = ten_seconds();
        let query = TapeQuery { from: SimTime::from_millis(2_500), until: SimTime::from_millis(4_000), ..EVERYTHING };
        let answer = windows.query(&query).unwrap();
        assert_eq!(answer.touched.iter().map(|touch| touch.window.0).collect::<Vec<_>>(), [2, 3]);
        assert!(answer.touched.iter().all(|touch| touch.heat == Heat::Cold && touch.blocks == 1 && touch.bytes > 0));
        assert_eq!((answer.trades.len(), answer.passed, answer.completeness), (1_500, 8, Completeness::Whole));

        let hot = windows.query(&TapeQuery { from: SimTime::from_millis(9_000), ..EVERYTHING }).unwrap();
        assert_eq!((hot.touched.len(), hot.touched[0].heat, hot.trades.len()), (1, Heat::Hot, 1_000));
        assert_eq!(hot.bytes_read(), 1_000 * size_of::<TapeTrade>() as u64);
        assert!(answer.touched[1].bytes * 4 < hot.bytes_read(), "packed it is a fraction: {answer:?}");
    }

    #[test]
    fn a_block_that_cannot_hold_the_symbol_is_passed_over() {
        let mut windows = TimeWindows::new(WindowRules { hot: 1, ..WindowRules::default() });
        let at = |n: u64| SimTime(n * 50_000);
        (0..16_000).for_each(|n| assert!(windows.record(deal(at(n), (n % 100) as u16)).is_ok()));
        windows.advance(SimTime::from_millis(5_000));
        let all = windows.query(&EVERYTHING).unwrap();
        let one = windows.query(&TapeQuery { symbol: Some(SymbolId(7)), ..EVERYTHING }).unwrap();
        assert_eq!((all.trades.len(), one.trades.len()), (16_000, 160));
        assert!(one.trades.iter().all(|trade| trade.deal.symbol == SymbolId(7)));
        let touch = one.touched[0];
        assert!(touch.blocks_passed > touch.blocks, "{touch:?}");
        assert!(one.bytes_read() * 2 < all.bytes_read());
    }

    #[test]
    fn the_first_moment_counts_and_the_last_does_not() {
        let windows = ten_seconds();
        // 2.999 s is the last trade of its block, 3.000 s the first of the next.
        let found = |from, until| {
            let (from, until) = (SimTime::from_millis(from), SimTime::from_millis(until));
            windows.query(&TapeQuery { from, until, ..EVERYTHING }).unwrap().trades.len()
        };
        assert_eq!([found(2_999, 3_000), found(2_999, 3_001), found(3_000, 3_001)], [1, 2, 1]);
    }

    #[test]
    fn a_damaged_block_is_named_and_the_others_can_be_read() {
        let mut windows = ten_seconds();
        windows.archive.rot(WindowId(4), 60);
        let error = windows.query(&EVERYTHING).unwrap_err();
        assert_eq!((error.window, error.block), (WindowId(4), 1));
        assert!(matches!(error.source, BlockError::Checksum { .. }));
        assert!(error.to_string().starts_with("window w4, block 1: checksum "), "{error}");
        let later = TapeQuery { from: SimTime::from_millis(5_000), ..EVERYTHING };
        assert_eq!(windows.query(&later).unwrap().trades.len(), 5_000);
    }

    #[test]
    fn an_empty_range_opens_nothing() {
        let windows = ten_seconds();
        for (from, until) in [(5_000, 5_000), (6_000, 5_000), (60_000, 70_000)] {
            let query =
                TapeQuery { from: SimTime::from_millis(from), until: SimTime::from_millis(until), ..EVERYTHING };
            let answer = windows.query(&query).unwrap();
            assert_eq!((answer.trades.len(), answer.touched.len(), answer.bytes_read()), (0, 0, 0));
        }
    }

    /// Trades whose times go on by up to two windows, and back by up to one.
    fn any_deals() -> impl Strategy<Value = Vec<Deal>> {
        let step = (0_u64..2_000, 0_u64..1_000, 0_u16..6);
        prop::collection::vec(step, 1..600).prop_map(|steps| {
            let mut now = SimTime::ZERO;
            let deal = |(on, back, symbol): (u64, u64, u16)| {
                now += SimDuration::from_millis(if on > 1_900 { on } else { on / 100 });
                deal(SimTime(now.0.saturating_sub(back * 1_000_000)), symbol)
            };
            steps.into_iter().map(deal).collect()
        })
    }

    proptest! {
        #[test]
        fn an_answer_is_what_a_plain_list_of_all_trades_gives(
            deals in any_deals(), hot in 1_usize..5, symbol in prop::option::of(0_u16..7),
            from in 0_u64..40_000, length in 0_u64..40_000, limit in 0_usize..400,
        ) {
            let mut windows = TimeWindows::new(WindowRules { length: WindowLength::Second, hot, ..WindowRules::default() });
            let mut all: Vec<TapeTrade> = Vec::new();
            for deal in deals {
                // A trade is refused just if its window is closed; else its id counts on.
                match windows.record(deal) {
                    Ok(id) => {
                        prop_assert_eq!(id, TradeNumber(all.len() as u64 + 1));
                        all.push(TapeTrade { id, deal });
                    }
                    Err(late) => prop_assert!(late.window < windows.open()),
                }
            }
            let query = TapeQuery {
                symbol: symbol.map(SymbolId),
                from: SimTime::from_millis(from),
                until: SimTime::from_millis(from + length),
                limit,
            };
            let mut expected: Vec<_> = all.iter().filter(|trade| {
                symbol.is_none_or(|symbol| trade.deal.symbol.0 == symbol)
                    && trade.deal.at >= query.from && trade.deal.at < query.until
            }).copied().collect();
            expected.sort_unstable_by_key(TapeTrade::by_time);
            let answer = windows.query(&query).unwrap();
            match answer.completeness {
                Completeness::Whole => prop_assert_eq!(&answer.trades, &expected),
                Completeness::Limited => {
                    prop_assert_eq!(answer.trades.len(), limit);
                    prop_assert_eq!(&answer.trades[..], &expected[..limit]);
                }
            }
            prop_assert!(answer.trades.len() <= limit);
            let begins = |touch: &Touch| WindowLength::Second.begins(touch.window);
            prop_assert!(answer.touched.iter().all(|touch| begins(touch) < query.until
                && begins(touch) + SimDuration::from_secs(1) > query.from), "{:?}", answer.touched);
            let held = windows.holdings();
            prop_assert_eq!(held.hot_trades + held.cold_trades, all.len() as u64);
        }
    }
}
