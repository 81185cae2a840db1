//! Where the mid price is: each instrument walks along a real series, there and back.
//!
//! Idea: clients price their orders around a mid that all of them know, as a desk knows the prices of other venues. It is
//! a pure function of (symbol, virtual time): no state, so a branched or replayed run sees the same market.
//! Units: prices are parsed into millionths of a dollar, by integer arithmetic only, then divided by the tick size.
//! Shape: a row lasts as long as [`row_length`] says; between two rows the price goes straight. At the end of the series the
//! walk turns round, so that it never jumps. An instrument begins at its `series_offset`.
//! Bound: rows below [`MID_MIN`] ticks are left out, since one tick would be too big a step there: the walk of Bitcoin
//! begins in 2017. The highest row is far below the end of the ladder. Both are tested.

use std::sync::OnceLock;

use super::ladder::PRICE_MAX;
use crate::domain::ids::SymbolId;
use crate::domain::instrument::{Instrument, Series};
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

/// How long the mid takes from one row of a series to the next: a month of Bitcoin is given more time than an hour of
/// the euro, or the book could not follow.
pub const fn row_length(series: Series) -> SimDuration {
    match series {
        Series::BtcUsd => SimDuration::from_secs(10),
        Series::EurUsd => SimDuration::from_secs(1),
        Series::Goog => SimDuration::from_secs(2),
    }
}

/// The mid price of a symbol at a point in time. A symbol that is not in the table stands at [`MID_MIN`].
pub fn mid(symbol: SymbolId, at: SimTime) -> Price {
    let Some(instrument) = symbol.instrument() else { return MID_MIN };
    let rows = walk(instrument.series);
    in_ticks(along(rows, instrument.series_offset as u64, row_length(instrument.series), at), instrument)
}

/// Where a walk along these rows stands at a time, if it began so many rows in.
pub(super) fn along(rows: &[i64], offset: u64, length: SimDuration, at: SimTime) -> i64 {
    let length = length.as_nanos();
    let step = offset.saturating_add(at.0 / length);
    let (here, next) = (row(rows, step), row(rows, step + 1));
    let way = (i128::from(next) - i128::from(here)) * i128::from(at.0 % length) / i128::from(length);
    here + way as i64
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

/// The closing prices of a series, in millionths, without those that are too low for the tick of its instruments.
fn walk(series: Series) -> &'static [i64] {
    static WALKS: OnceLock<[Vec<i64>; 3]> = OnceLock::new();
    let walks = WALKS.get_or_init(|| {
        SERIES.map(|(series, text)| {
            let lowest = crate::domain::instrument::INSTRUMENTS
                .iter()
                .filter(|instrument| instrument.series == series)
                .map(|instrument| instrument.tick_micros * MID_MIN.0)
                .max();
            closes(text).filter(|close| Some(*close) >= lowest).collect()
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
            assert!(walk(instrument.series).len() > instrument.series_offset, "{}", instrument.name);
        }
    }

    #[test]
    fn the_mid_is_the_closing_price_at_the_whole_row() {
        let goog = SymbolId::named("GOOG").unwrap();
        assert_eq!(mid(goog, SimTime::ZERO), Price(10_034), "2004-08-19 closed at 100.34");
        assert_eq!(mid(goog, SimTime::from_millis(2_000)), Price(10_831), "2004-08-20 closed at 108.31");
        assert_eq!(mid(goog, SimTime::from_millis(1_000)), Price(10_433), "half way, to the nearest tick");
    }

    #[test]
    fn the_mid_stays_inside_the_ladder_and_never_jumps() {
        for symbol in SymbolId::all() {
            let mut before = mid(symbol, SimTime::ZERO);
            for tenth in 1..40_000 {
                let now = mid(symbol, SimTime::from_millis(tenth * 100));
                assert!((MID_MIN..=MID_MAX).contains(&now), "{symbol:?} at {tenth}: {now:?}");
                let step = (now.0 - before.0).abs();
                assert!(step * 100 <= before.0 * 2, "{symbol:?} at {tenth}: from {before:?} to {now:?}");
                before = now;
            }
        }
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
