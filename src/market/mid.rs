//! Mids: where the price of a symbol stands at a time, by the house's own series or by a series that somebody brought.
//!
//! Idea: a mid is a pure function of (symbol, virtual time), whoever supplies it, so a branched or replayed run sees the
//! same market. It is a value: two pointers wide, and a copy shares the series.
//! Shape: a file moves the instrument that it is named after, to the tick. A file of another name moves all: each keeps its
//! own price and goes up and down by the same ratio, so that what costs a dollar and what costs forty thousand both move.
//! Units: a row of a file lasts [`ROW_LENGTH`] of the run; between two rows the price goes straight, and at the end of the
//! series the walk turns round.

use std::sync::Arc;

use super::feed;
use crate::domain::feed::{FeedRows, FeedSettings};
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
        /// Closing prices, in millionths of a dollar; at least one.
        closes: Arc<[i64]>,
    },
}

impl Mid {
    /// The mids of a run that plays this feed, or none.
    pub fn of(feed: Option<&FeedSettings>) -> Self {
        match feed {
            Some(FeedSettings { symbol, rows: FeedRows::Series(closes), .. }) if !closes.is_empty() => {
                Self::Series { symbol: *symbol, closes: Arc::clone(closes) }
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
                let close = feed::evenly(closes, ROW_LENGTH, at);
                let Some(instrument) = symbol.instrument() else { return feed::MID_MIN };
                if moved.is_some() {
                    return feed::in_ticks(close, instrument);
                }
                let began = feed::mid(symbol, SimTime::ZERO);
                let first = i128::from(closes.first().copied().unwrap_or(1).max(1));
                let price = i128::from(began.0) * i128::from(close) / first;
                Price(i64::try_from(price).unwrap_or(i64::MAX)).clamp(feed::MID_MIN, feed::MID_MAX)
            }
        }
    }
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
    fn without_a_series_the_house_s_own_is_walked() {
        assert!(matches!(Mid::of(None), Mid::Of(_)));
        assert!(matches!(mid("GOOG", &[]), Mid::Of(_)), "a file without rows moves nothing");
    }
}
