//! A price that is far from the market: a slip of the finger, more often than not.
//!
//! Idea: the form warns and sends all the same, because an order at a distance is allowed. A book without an order on the
//! side in question is measured by its last trade; one that has never traded says nothing.

use super::Flaw;
use crate::domain::units::Price;
use crate::domain::view::BookLine;

/// A price that is so many percent beyond the best of the book is far.
const FAR_PERCENT: i64 = 20;
const BELOW_PERCENT: i64 = -FAR_PERCENT;

/// How far a price is above the sellers or below the buyers, if it is far.
pub(super) fn far(price: Price, line: &BookLine) -> Option<Flaw> {
    // By how many percent of the best it is above that; below it the figure is negative.
    let above = |best: Option<Price>| {
        let best = best.or_else(|| line.last()).filter(|best| best.0 > 0)?;
        Some((price.0 - best.0).saturating_mul(100) / best.0)
    };
    match (above(line.bid)?, above(line.ask)?) {
        (_, percent @ 100..) => Some(Flaw::new("form-far-times").with("n", percent / 100 + 1)),
        (_, percent @ FAR_PERCENT..) => Some(Flaw::new("form-far-above").with("n", percent)),
        (percent @ ..=BELOW_PERCENT, _) => Some(Flaw::new("form-far-below").with("n", -percent)),
        _ => None,
    }
}
