//! Mids: where the price of a symbol stands at a time, by the house's own series or by a series that somebody brought.
//!
//! Idea: a mid is a pure function of (symbol, virtual time), whoever supplies it, so a branched or replayed run sees the
//! same market. It is a value: two pointers wide, and a copy shares the series.
//! Shape: a file moves the instrument that it is named after, to the tick. A file of another name moves all: each keeps its
//! own price and goes up and down by the same ratio, so that what costs a dollar and what costs forty thousand both move.
//! Units: a row of a file lasts [`ROW_LENGTH`] of the run; between two rows the price goes straight, and at the end of the
//! series the walk turns round.

use super::feed;
use crate::domain::feed::{FeedRows, FeedSettings, PriceSeries};
use crate::domain::ids::SymbolId;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::Price;

/// How long the mid takes from one row of a file to the next.
pub const ROW_LENGTH: SimDuration = SimDuration::from_secs(1);

/// Where the mids come from.
#[derive(Clone, Debug)]
pub enum Mid {
    /// From this function: the house's own series, or a test's.
    Of(fn(SymbolId, SimTime) -> Price),
    /// From a file.
    Series {
        /// The instrument that it moves; `None`: all.
        symbol: Option<SymbolId>,
        /// Closing prices; at least one.
        closes: PriceSeries,
    },
}

impl Mid {
    /// The mids of a run that plays this feed, or none.
    pub fn of(feed: Option<&FeedSettings>) -> Self {
        match feed {
            Some(FeedSettings { symbol, rows: FeedRows::Series(closes), .. }) if !closes.closes().is_empty() => {
                Self::Series { symbol: *symbol, closes: closes.clone() }
            }
            _ => Self::Of(feed::mid),
        }
    }

    /// The mid of a symbol at a time.
    pub fn at(&self, symbol: SymbolId, at: SimTime) -> Price {
        match self {
            Self::Of(mid) => mid(symbol, at),
            Self::Series { symbol: Some(moved), .. } if *moved != symbol => feed::mid(symbol, at),
            Self::Series { symbol: moved, closes } => {
                let close = feed::evenly(closes.closes(), ROW_LENGTH, at);
                price(*moved, closes, symbol, close).clamp(feed::MID_MIN, feed::MID_MAX)
            }
        }
    }
}

/// What a close of a series is for a symbol that it moves, in its ticks: it may be outside of the book.
fn price(moved: Option<SymbolId>, closes: &PriceSeries, symbol: SymbolId, close: i64) -> Price {
    let Some(instrument) = symbol.instrument() else { return feed::MID_MIN };
    if moved.is_some() {
        return feed::to_ticks(closes.micros(close), instrument);
    }
    let began = feed::mid(symbol, SimTime::ZERO);
    let first = i128::from(closes.closes().first().copied().unwrap_or(1).max(1));
    let price = i128::from(began.0) * i128::from(close) / first;
    Price(i64::try_from(price).unwrap_or(i64::MAX))
}

/// The rows of a series whose price is outside of a book that it moves, on a desk that trades so many instruments.
pub fn bent(moved: Option<SymbolId>, closes: &PriceSeries, instruments: usize) -> u64 {
    let symbols: Vec<SymbolId> = moved.map_or_else(|| SymbolId::first(instruments).collect(), |symbol| vec![symbol]);
    let fits = |close: i64| {
        let prices = symbols.iter().map(|symbol| price(moved, closes, *symbol, close));
        prices.into_iter().all(|price| (feed::MID_MIN..=feed::MID_MAX).contains(&price))
    };
    // What fits between two that fit fits too: so a row is asked of the books only beyond the bounds that are known.
    let (mut lowest, mut highest) = (i64::MAX, i64::MIN);
    let mut bent = 0;
    for close in closes.closes() {
        if (lowest..=highest).contains(close) {
            continue;
        }
        if fits(*close) {
            (lowest, highest) = (lowest.min(*close), highest.max(*close));
        } else {
            bent += 1;
        }
    }
    bent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Digest;

    fn mid(name: &str, closes: &[i64]) -> Mid {
        Mid::of(Some(&FeedSettings {
            path: format!("{name}.csv"),
            digest: Digest(0),
            symbol: SymbolId::named(name),
            rows: FeedRows::Series(closes.into()),
            wrong: None,
            bent: 0,
        }))
    }

    fn at(mid: &Mid, name: &str, ms: u64) -> i64 {
        mid.at(SymbolId::named(name).unwrap(), SimTime::from_millis(ms)).0
    }

    #[test]
    fn a_file_named_after_an_instrument_moves_it_and_no_other() {
        let mid = mid("GOOG", &[50_000_000, 60_000_000]);
        assert_eq!([0, 500, 1_000, 2_000].map(|ms| at(&mid, "GOOG", ms)), [5_000, 5_500, 6_000, 5_000]);
        let bolt = SymbolId::named("BOLT").unwrap();
        assert_eq!(mid.at(bolt, SimTime(77)), feed::mid(bolt, SimTime(77)));
    }

    #[test]
    fn a_file_of_another_name_moves_all_by_the_same_ratio() {
        let mid = mid("mine", &[40, 50]);
        for name in ["BTCUSD", "EURUSD", "GOOG"] {
            let began = at(&mid, name, 0);
            assert_eq!(began, feed::mid(SymbolId::named(name).unwrap(), SimTime::ZERO).0, "{name}");
            assert_eq!(at(&mid, name, 1_000), began * 5 / 4, "{name}");
        }
    }

    #[test]
    fn no_series_leads_out_of_the_ladder() {
        let mid = mid("mine", &[1, i64::MAX]);
        assert_eq!(at(&mid, "GOOG", 1_000), feed::MID_MAX.0);
        let mid = self::mid("GOOG", &[1]);
        assert_eq!(at(&mid, "GOOG", 5_000), feed::MID_MIN.0, "one row stands still");
    }

    #[test]
    fn rows_outside_of_the_book_are_counted() {
        let of = |name: &str, closes: &[i64]| bent(SymbolId::named(name), &PriceSeries::from(closes), 10);
        assert_eq!(of("BTCUSD", &[4_990_000, 5_550_000, 40_000_000_000, 999_000_000, 1_000_000_000]), 3);
        assert_eq!(of("mine", &[40, 50, 39]), 0);
        assert_eq!(of("mine", &[40, 50, 1, i64::MAX / 4, 45]), 2);
    }

    #[test]
    fn without_a_series_the_house_s_own_is_walked() {
        assert!(matches!(Mid::of(None), Mid::Of(_)));
        assert!(matches!(mid("GOOG", &[]), Mid::Of(_)), "a file without rows moves nothing");
    }
}
