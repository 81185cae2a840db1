//! A feed: prices or orders that somebody brought in a file, as a run plays them.
//!
//! Idea: a run is its settings, its seed and its controls, so a feed belongs to the settings. What is recorded is where it was
//! read and the digest over its text; the rows themselves are shared and never written, since a replay reads the file again
//! and refuses another one.
//! Shape: [`FeedSettings`] in `Settings::feed`; reading is `market::feed_file`, opening files is the command line's.
//! Units: closes are exact: whole numbers of `10^-places` dollars, with as many places as a series needs; times are of the run.
//! Errors: [`FeedError`], the first line that is wrong; what came before it is played.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::SymbolId;
use super::order::{OrderType, Side};
use super::time::SimTime;
use super::units::Quantity;

/// A file that is played.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FeedSettings {
    /// Where it was read.
    pub path: String,
    /// The digest over its text.
    pub digest: Digest,
    /// The instrument that a series moves; `None`: all of them. The name of the file says which.
    pub symbol: Option<SymbolId>,
    /// What was in it; not part of a recording.
    #[serde(skip)]
    pub rows: FeedRows,
    /// The line at which reading stopped; not part of a recording.
    #[serde(skip)]
    pub wrong: Option<FeedError>,
    /// Rows whose price no book has room for: they are played at the nearest that it has. Not part of a recording.
    #[serde(skip)]
    pub bent: u64,
}

/// The rows of a file.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum FeedRows {
    /// Not read yet: a recording knows only the digest.
    #[default]
    Unread,
    /// Closing prices.
    Series(PriceSeries),
    /// Orders, in the order of their times.
    Orders(Arc<[FeedOrder]>),
}

impl FeedRows {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Unread => 0,
            Self::Series(series) => series.closes().len(),
            Self::Orders(orders) => orders.len(),
        }
    }

    /// Whether there is nothing to play.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Settings are printed in messages of tests; ten million rows are not.
impl fmt::Debug for FeedRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Unread => "Unread",
            Self::Series(_) => "Series",
            Self::Orders(_) => "Orders",
        };
        f.debug_tuple(kind).field(&self.len()).finish()
    }
}

/// An order of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FeedOrder {
    /// When it is sent.
    pub at: SimTime,
    /// The instrument.
    pub symbol: SymbolId,
    /// Buy or sell.
    pub side: Side,
    /// Limit or market.
    pub order_type: OrderType,
    /// How many lots.
    pub quantity: Quantity,
}

/// A line that is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{said}")]
pub struct FeedError {
    /// Which, counted from 1.
    pub line: usize,
    /// What its reader says of it.
    pub said: String,
}

/// Decimal places of a price at most.
pub const PLACES_MAX: u32 = 18;
/// Decimal places of a series that needs no more.
const PLACES_MIN: u32 = 6;

/// Closing prices of a series, exact.
#[derive(Clone, PartialEq, Eq)]
pub struct PriceSeries {
    closes: Arc<[i64]>,
    places: u32,
}

/// Settings are printed in messages of tests; their rows are not.
impl fmt::Debug for PriceSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} closes", self.closes.len())
    }
}

impl PriceSeries {
    /// The highest close, in units of `10^-PLACES_MAX` dollars: in millionths it has room to spare.
    pub const CLOSE_MAX: i128 = (i64::MAX / 4) as i128 * 10_i128.pow(PLACES_MAX - PLACES_MIN);

    /// Of closes in units of `10^-PLACES_MAX` dollars, with as many places as they need and fit; what lies beyond is cut.
    pub fn of(closes: impl Iterator<Item = i128> + Clone) -> Self {
        let most = closes.clone().max().unwrap_or(0);
        let (mut places, mut unit) = (PLACES_MAX, 1);
        while places > PLACES_MIN
            && (most / unit > i128::from(i64::MAX / 4) || closes.clone().all(|close| close % (10 * unit) == 0))
        {
            (places, unit) = (places - 1, 10 * unit);
        }
        let close = |close: i128| i64::try_from(close / unit).unwrap_or(i64::MAX / 4);
        Self { closes: closes.map(close).collect(), places }
    }

    /// The closes, in units of `10^-places` dollars.
    pub fn closes(&self) -> &[i64] {
        &self.closes
    }

    /// A number of these units in millionths of a dollar.
    pub const fn micros(&self, units: i64) -> i64 {
        units / 10_i64.pow(self.places - PLACES_MIN)
    }
}

/// Closes in millionths of a dollar.
impl From<&[i64]> for PriceSeries {
    fn from(micros: &[i64]) -> Self {
        Self { closes: micros.into(), places: PLACES_MIN }
    }
}

impl<const N: usize> From<[i64; N]> for PriceSeries {
    fn from(micros: [i64; N]) -> Self {
        Self::from(micros.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_keeps_every_place_that_fits() {
        let one = 10_i128.pow(PLACES_MAX);
        let of = |closes: &[i128]| {
            let series = PriceSeries::of(closes.iter().copied());
            (series.closes().to_vec(), series.places)
        };
        assert_eq!(of(&[one, one / 4]), (vec![1_000_000, 250_000], 6));
        assert_eq!(of(&[one / 100_000_000 * 812, one / 100_000_000 * 899]), (vec![812, 899], 8));
        assert_eq!(of(&[40_000 * one, 1]), (vec![400_000_000_000_000_000, 0], 13), "cut where the highest has no room");
        assert_eq!(of(&[PriceSeries::CLOSE_MAX]).0, [i64::MAX / 4]);
        assert_eq!(PriceSeries::of([812 * one / 100_000_000].into_iter()).micros(812), 8);
    }
}
