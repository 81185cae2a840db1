//! A price that is far from the market: a slip of the finger, more often than not.
//!
//! Idea: the form warns and sends all the same, because an order at a distance is allowed. A book without an order on the
//! side in question is measured by its last trade; one that has never traded says nothing.

use super::Flaw;
use crate::domain::units::Price;
use crate::domain::view::BookLine;

/// A price that is so many percent beyond the best of the book is far.
const FAR_PERCENT: i64 = 20;

/// How far a price is above the sellers or below the buyers, if it is far.
pub(super) fn far(price: Price, line: &BookLine) -> Option<Flaw> {
    let percent_of = |best: Option<Price>| {
        let best = best.or_else(|| line.last()).filter(|best| best.0 > 0)?;
        Some(price.0.saturating_mul(100) / best.0)
    };
    match (percent_of(line.bid)?, percent_of(line.ask)?) {
        (_, above) if above >= 200 => Some(Flaw::new("form-far-times").with("n", above / 100)),
        (_, above) if above >= 100 + FAR_PERCENT => Some(Flaw::new("form-far-above").with("n", above - 100)),
        (below, _) if below <= 100 - FAR_PERCENT => Some(Flaw::new("form-far-below").with("n", 100 - below)),
        _ => None,
    }
}
