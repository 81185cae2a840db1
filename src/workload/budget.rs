//! The retry budget of a session: how many times it may ask again.
//!
//! Idea: retries are for the rare request that goes astray. When many do, asking again only adds to what keeps them waiting:
//! so a retry must be earned by requests that were answered. A fault that hits few is forgiven out of what was saved;
//! one that hits all costs a tenth more load at most.
//! Units: hundredths of a retry, integers.
//! Bound: `SAVED_MAX`, with which a session begins.
//! Sources: Beyer et al. 2016, ch. 21 ("per-client retry budget"); Finagle's `RetryBudget`.

/// A retry, in the units of the bucket.
const RETRY: u32 = 100;

/// What a session saves at most: ten retries.
const SAVED_MAX: u32 = 10 * RETRY;

/// What a session has saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget(u32);

impl Budget {
    /// A full bucket.
    pub const FULL: Self = Self(SAVED_MAX);

    /// A request was answered: it earns this many hundredths of a retry.
    pub fn earn(&mut self, percent: u32) {
        self.0 = (self.0 + percent).min(SAVED_MAX);
    }

    /// Takes a retry out, if there is one. Where nothing is ever earned, nothing is ever spent.
    #[must_use]
    pub const fn spend(&mut self, percent: u32) -> bool {
        let may = percent > 0 && self.0 >= RETRY;
        if may {
            self.0 -= RETRY;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_are_saved_and_ten_answers_earn_one() {
        let mut budget = Budget::FULL;
        assert_eq!((0..20).filter(|_| budget.spend(10)).count(), 10);
        (0..9).for_each(|_| budget.earn(10));
        assert!(!budget.spend(10));
        budget.earn(10);
        assert!(budget.spend(10) && !budget.spend(10));
        (0..1_000).for_each(|_| budget.earn(10));
        assert_eq!((0..20).filter(|_| budget.spend(10)).count(), 10, "no more than ten are saved");
    }

    #[test]
    fn a_budget_of_nothing_is_no_retries() {
        assert!(!Budget::FULL.clone().spend(0));
    }
}
