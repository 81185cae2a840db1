//! Spread: how evenly a thing is divided, in the figures of a table.
//!
//! Idea: one row of numbers says whether a strategy does its work: the fullest part over the emptiest, and how far the
//! parts lie from their mean. A part that is empty makes the first of them infinite, and the type says so: a 0 there
//! would read as the best of all.
//! Units: counts are what was counted (keys, orders); ratios and means are in thousandths. All is integer arithmetic,
//! rounded down, so that the figures are the same everywhere.
//! Left out: percentiles of parts; a histogram shows more.

use std::fmt;

/// The fullest part over the emptiest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Imbalance {
    /// This ratio, in thousandths; 1,000 is even.
    Finite(u64),
    /// A part is empty.
    Infinite,
}

impl Imbalance {
    /// Nothing is fuller than anything else.
    pub const EVEN: Self = Self::Finite(1_000);

    /// The ratio of these two.
    pub const fn of(max: u64, min: u64) -> Self {
        if min == 0 { Self::Infinite } else { Self::Finite((max as u128 * 1_000 / min as u128) as u64) }
    }
}

/// `1.25`, or `inf`.
impl fmt::Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finite(thousandths) => f.pad(&format!("{}.{:02}", thousandths / 1_000, thousandths % 1_000 / 10)),
            Self::Infinite => f.pad("inf"),
        }
    }
}

/// How evenly something is divided among parts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Spread {
    /// How many parts.
    pub parts: u64,
    /// What all of them have together.
    pub total: u64,
    /// What the emptiest has.
    pub min: u64,
    /// What the fullest has.
    pub max: u64,
    /// The mean, in thousandths.
    pub mean_millis: u64,
    /// The standard deviation (of all parts, not of a sample), in thousandths.
    pub deviation_millis: u64,
    /// The coefficient of variation: the deviation in thousandths of the mean; 0 where there is nothing.
    pub variation_per_mille: u64,
    /// The fullest over the emptiest.
    pub imbalance: Imbalance,
}

impl Spread {
    /// The spread of these counts; of no parts at all it is that of one empty part.
    pub fn of(counts: &[u64]) -> Self {
        let parts = counts.len().max(1) as u128;
        let sum = counts.iter().map(|count| u128::from(*count)).sum::<u128>();
        let squares = counts.iter().map(|count| u128::from(*count).pow(2)).sum::<u128>();
        // n² times the variance is n * sum(x²) - sum(x)²: whole numbers as long as they can be.
        let scaled = (parts * squares).saturating_sub(sum * sum).saturating_mul(1_000_000).isqrt();
        let min = counts.iter().copied().min().unwrap_or(0);
        let max = counts.iter().copied().max().unwrap_or(0);
        Self {
            parts: counts.len() as u64,
            total: sum as u64,
            min,
            max,
            mean_millis: (sum * 1_000 / parts) as u64,
            deviation_millis: (scaled / parts) as u64,
            variation_per_mille: scaled.checked_div(sum).unwrap_or(0) as u64,
            imbalance: Imbalance::of(max, min),
        }
    }
}

/// The spread of nothing.
impl Default for Spread {
    fn default() -> Self {
        Self::of(&[])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_part_is_infinitely_uneven() {
        assert_eq!(Spread::of(&[3, 0, 5]).imbalance, Imbalance::Infinite);
        assert_eq!(Spread::of(&[0, 0]).imbalance, Imbalance::Infinite, "nothing anywhere is no balance either");
        assert!(Imbalance::Infinite > Imbalance::Finite(u64::MAX), "no finite ratio is worse");
        assert_eq!(Imbalance::Infinite.to_string(), "inf");
    }

    #[test]
    fn the_figures_of_a_known_row() {
        let spread = Spread::of(&[2, 4, 4, 4, 5, 5, 7, 9]);
        assert_eq!((spread.parts, spread.total, spread.min, spread.max), (8, 40, 2, 9));
        assert_eq!((spread.mean_millis, spread.deviation_millis, spread.variation_per_mille), (5_000, 2_000, 400));
        assert_eq!(spread.imbalance, Imbalance::Finite(4_500));
        assert_eq!(spread.imbalance.to_string(), "4.50");
        assert_eq!(Spread::of(&[7, 7, 7]).imbalance, Imbalance::EVEN);
    }

    proptest! {
        #[test]
        fn the_figures_agree_with_floating_point(counts in prop::collection::vec(0_u64..2_000_000, 1..600)) {
            let spread = Spread::of(&counts);
            let mean = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
            let variance = counts.iter().map(|x| (*x as f64 - mean).powi(2)).sum::<f64>() / counts.len() as f64;
            prop_assert!((spread.mean_millis as f64 / 1e3 - mean).abs() <= 0.001 + mean * 1e-12);
            let deviation = variance.sqrt();
            prop_assert!((spread.deviation_millis as f64 / 1e3 - deviation).abs() <= 0.002 + deviation * 1e-9);
            if mean > 0.0 {
                let variation = deviation / mean;
                prop_assert!((spread.variation_per_mille as f64 / 1e3 - variation).abs() <= 0.0011);
            }
        }
    }
}
