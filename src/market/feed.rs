//! Where the mid price is: each instrument walks along a real series, there and back.
//!
//! Idea: clients price their orders around a mid that all of them know, as a desk knows the prices of other venues. It is
//! a pure function of (symbol, virtual time): no state, so a branched or replayed run sees the same market.
//! Units: prices are parsed into millionths of a dollar, by integer arithmetic only, then divided by the tick size.
//! Shape: between two rows the price goes straight. A row lasts [`ROW_MIN`] at least, and longer where the price would move
//! too fast for a desk that trades around it: by more than [`TICKS_PER_S_MAX`], which is as fast as market makers can follow,
//! or in ten seconds by more than its class allows ([`percent_in_10_s_max`]). At the end of the series the walk turns round, so that
//! it never jumps. An instrument begins at its `series_offset`.
//! Bound: rows below [`MID_MIN`] ticks are left out, since one tick would be too big a step there: the walk of Bitcoin
//! begins in 2017. The highest row is far below the end of the ladder. Both are tested.

use std::sync::OnceLock;

use super::ladder::PRICE_MAX;
use crate::domain::ids::SymbolId;
use crate::domain::instrument::{AssetClass, INSTRUMENTS, Instrument, Series};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::Price;

/// The lowest mid, in ticks: one tick is at most a thousandth of the price.
pub const MID_MIN: Price = Price(1_000);
/// The highest mid, in ticks: half the ladder, so that orders above it still have room.
pub const MID_MAX: Price = Price(PRICE_MAX as i64 / 2);

const SERIES: [(Series, &str); 3] = [
    (Series::BtcUsd, include_str!("../../assets/feeds/BTCUSD.csv")),
    (Series::EurUsd, include_str!("../../assets/feeds/EURUSD.csv")),
    (Series::Goog, include_str!("../../assets/feeds/GOOG.csv")),
];

/// How long the mid takes from one row of a series to the next, at least.
pub const ROW_MIN: SimDuration = SimDuration::from_secs(60);
/// How far the mid moves in a second, at most.
pub const TICKS_PER_S_MAX: i64 = 10;

/// By how much of a hundred a price of this class moves within ten seconds, at most.
pub const fn percent_in_10_s_max(class: AssetClass) -> i64 {
    match class {
        AssetClass::Crypto => 3,
        AssetClass::Forex | AssetClass::Equity => 1,
    }
}

/// The mid price of a symbol at a point in time. A symbol that is not in the table stands at [`MID_MIN`].
pub fn mid(symbol: SymbolId, at: SimTime) -> Price {
    let Some(instrument) = symbol.instrument() else { return MID_MIN };
    in_ticks(walk(instrument.series).at(instrument.series_offset, at), instrument)
}

/// A series with the time at which each of its rows is reached.
#[derive(Debug)]
struct Walk {
    closes: Vec<i64>,
    reached: Vec<SimDuration>,
}

impl Walk {
    /// A walk along these closing prices, in which an instrument like this one takes its time.
    fn new(closes: Vec<i64>, instrument: &Instrument) -> Self {
        let mut time = SimDuration::ZERO;
        let steps = closes.windows(2).map(|pair| row_length(pair[0], pair[1], instrument));
        let reached = std::iter::once(SimDuration::ZERO).chain(steps.map(|length| {
            time = time + length;
            time
        }));
        Self { reached: reached.collect(), closes }
    }

    /// Where it stands at a time, if it began so many rows in. On the way back it takes the same steps.
    fn at(&self, offset: usize, at: SimTime) -> i64 {
        let (Some(&first), Some(&all)) = (self.closes.first(), self.reached.last()) else { return 0 };
        if all == SimDuration::ZERO {
            return first;
        }
        let (last, there_and_back) = (self.closes.len() - 1, 2 * all.0);
        let offset = offset % (2 * last);
        let began =
            if offset <= last { self.reached[offset].0 } else { there_and_back - self.reached[2 * last - offset].0 };
        let turned = began.wrapping_add(at.0 % there_and_back) % there_and_back;
        let time = SimDuration(turned.min(there_and_back - turned));
        let next = self.reached.partition_point(|reached| *reached <= time).min(last);
        let (from, since) = (self.closes[next - 1], self.reached[next - 1]);
        along(from, self.closes[next], (time - since, self.reached[next] - since))
    }
}

/// How long this instrument's mid takes from one close to the next, in whole seconds.
fn row_length(from: i64, to: i64, instrument: &Instrument) -> SimDuration {
    let way = (to - from).abs();
    let by_ticks = seconds(way, instrument.tick_micros * TICKS_PER_S_MAX);
    // So many percent in ten seconds are so many thousandths in one.
    let by_percent = seconds(way.saturating_mul(1_000), from.min(to) * percent_in_10_s_max(instrument.class));
    ROW_MIN.max(SimDuration::from_secs(by_ticks.max(by_percent)))
}

/// How many whole seconds a way takes.
fn seconds(way: i64, per_second: i64) -> u64 {
    way.unsigned_abs().div_ceil(per_second.unsigned_abs().max(1))
}

/// The price on a straight way, so much of so much time after it was left.
fn along(from: i64, to: i64, (gone, length): (SimDuration, SimDuration)) -> i64 {
    let way = (i128::from(to) - i128::from(from)) * i128::from(gone.0) / i128::from(length.0.max(1));
    from + way as i64
}

/// Where a walk along these rows stands at a time, if each lasts so long: it turns round at both ends.
pub(super) fn evenly(rows: &[i64], length: SimDuration, at: SimTime) -> i64 {
    let step = at.0 / length.0;
    along(row(rows, step), row(rows, step + 1), (SimDuration(at.0 % length.0), length))
}

/// The row at this step of a walk that turns round at both ends.
fn row(rows: &[i64], step: u64) -> i64 {
    let last = rows.len().saturating_sub(1) as u64;
    let there_and_back = step % (2 * last).max(1);
    let place = if there_and_back <= last { there_and_back } else { 2 * last - there_and_back };
    rows.get(place as usize).copied().unwrap_or(0)
}

/// To the nearest tick, inside the bounds.
pub(super) fn in_ticks(micros: i64, instrument: &Instrument) -> Price {
    to_ticks(micros, instrument).clamp(MID_MIN, MID_MAX)
}

/// To the nearest tick, wherever that is.
pub(super) fn to_ticks(micros: i64, instrument: &Instrument) -> Price {
    Price(micros.saturating_add(instrument.tick_micros / 2) / instrument.tick_micros)
}

/// The walk of a series, without the rows that are too low for the tick of its instruments, which all of them share.
fn walk(series: Series) -> &'static Walk {
    static WALKS: OnceLock<[Walk; 3]> = OnceLock::new();
    let walks = WALKS.get_or_init(|| {
        SERIES.map(|(series, text)| {
            let mut instruments = INSTRUMENTS.iter().filter(|instrument| instrument.series == series);
            let Some(instrument) = instruments.next() else { return Walk { closes: Vec::new(), reached: Vec::new() } };
            let lowest = instrument.tick_micros * MID_MIN.0;
            Walk::new(closes(text).filter(|close| *close >= lowest).collect(), instrument)
        })
    });
    &walks[series as usize]
}

fn closes(text: &str) -> impl Iterator<Item = i64> {
    text.lines().skip(1).filter_map(|line| micros(line.split(',').nth(4)?))
}

/// A decimal number in millionths; more than six decimals are cut.
fn micros(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let mut micros = whole.parse::<i64>().ok()?.checked_mul(1_000_000)?;
    let mut worth = 100_000;
    for digit in part.chars() {
        micros += i64::from(digit.to_digit(10)?) * worth;
        worth /= 10;
    }
    Some(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_millionths() {
        for (text, expected) in
            [("1.07219", Some(1_072_190)), ("100", Some(100_000_000)), ("0.1234567", Some(123_456)), ("x", None)]
        {
            assert_eq!(micros(text), expected, "{text}");
        }
    }

    #[test]
    fn every_row_of_every_file_is_read() {
        for (series, text) in SERIES {
            assert_eq!(closes(text).count(), text.lines().count() - 1, "{series:?}");
            assert_eq!(SERIES[series as usize].0, series, "the table is in the order of the enum");
        }
    }

    #[test]
    fn a_walk_is_long_enough_for_every_offset() {
        for symbol in SymbolId::all() {
            let instrument = symbol.instrument().unwrap();
            assert!(walk(instrument.series).closes.len() > instrument.series_offset, "{}", instrument.name);
        }
    }

    #[test]
    fn the_mid_is_the_closing_price_at_the_whole_row() {
        let goog = SymbolId::named("GOOG").unwrap();
        assert_eq!(mid(goog, SimTime::ZERO), Price(10_034), "2004-08-19 closed at 100.34");
        // 797 ticks at ten a second: the row takes 80 s.
        assert_eq!(mid(goog, SimTime::from_millis(80_000)), Price(10_831), "2004-08-20 closed at 108.31");
        assert_eq!(mid(goog, SimTime::from_millis(40_000)), Price(10_433), "half way, to the nearest tick");
    }

    #[test]
    fn a_row_lasts_a_minute_and_longer_where_the_price_would_move_too_fast() {
        for (series, _) in SERIES {
            let instruments = INSTRUMENTS.iter().filter(|instrument| instrument.series == series);
            assert_eq!(
                instruments.map(|i| i.tick_micros).collect::<std::collections::BTreeSet<_>>().len(),
                1,
                "one tick"
            );
            let Walk { closes, reached } = walk(series);
            assert!(closes.len() == reached.len() && closes.len() > 50, "{series:?}");
            assert!(reached.windows(2).all(|pair| pair[1] - pair[0] >= ROW_MIN), "{series:?}");
        }
    }

    #[test]
    fn within_ten_seconds_an_equity_moves_by_a_percent_at_most_and_a_coin_by_three() {
        for symbol in SymbolId::all() {
            let instrument = symbol.instrument().unwrap();
            let percent = percent_in_10_s_max(instrument.class);
            let Walk { reached, .. } = walk(instrument.series);
            let there_and_back = 2 * reached.last().unwrap().as_millis();
            let mut fastest = 0;
            for at in (0..there_and_back).step_by(2_500) {
                let [now, then] = [at, at + 10_000].map(|ms| mid(symbol, SimTime::from_millis(ms)).0);
                assert!((MID_MIN.0..=MID_MAX.0).contains(&now), "{} at {at} ms: {now}", instrument.name);
                let moved = (then - now).abs();
                // Both are rounded to whole ticks, so they can differ by one more.
                assert!(
                    (moved - 1) * 100 <= now.max(then) * percent,
                    "{} at {at} ms: from {now} to {then}",
                    instrument.name
                );
                assert!(moved <= 10 * TICKS_PER_S_MAX + 1, "{} at {at} ms: from {now} to {then}", instrument.name);
                fastest = fastest.max(moved);
            }
            assert!(fastest >= 10, "{} moves: {fastest} ticks in ten seconds at most", instrument.name);
        }
    }

    #[test]
    fn a_walk_that_begins_on_the_way_back_goes_on_from_there() {
        let walk = Walk::new(vec![10_000_000, 11_000_000, 12_000_000], &INSTRUMENTS[6]);
        let began = |offset| walk.at(offset, SimTime::ZERO);
        // 100 ticks take ten seconds by the ticks and a hundred by the percent.
        assert_eq!(walk.reached.iter().map(|time| time.as_millis() / 1_000).collect::<Vec<_>>(), [0, 100, 191]);
        assert_eq!([0, 1, 2, 3, 4].map(began), [10_000_000, 11_000_000, 12_000_000, 11_000_000, 10_000_000]);
        let at = |ms| walk.at(3, SimTime::from_millis(ms));
        assert_eq!([50_000, 100_000, 150_000].map(at), [10_500_000, 10_000_000, 10_500_000], "down, and up again");
    }

    #[test]
    fn the_walk_turns_round_at_both_ends() {
        let rows = [10, 20, 30];
        let walked: Vec<_> = (0..9).map(|step| row(&rows, step)).collect();
        assert_eq!(walked, [10, 20, 30, 20, 10, 20, 30, 20, 10]);
        assert_eq!(row(&[7], 5), 7, "one row is a walk too");
    }

    #[test]
    fn instruments_of_one_class_differ() {
        let at = SimTime::from_millis(12_345);
        let mids: std::collections::BTreeSet<_> = SymbolId::all().map(|symbol| mid(symbol, at)).collect();
        assert_eq!(mids.len(), SymbolId::all().count());
    }
}
