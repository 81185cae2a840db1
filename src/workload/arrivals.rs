//! Arrivals: when the steady load sends, a Poisson process.
//!
//! Idea: waits between arrivals are exponential, so arrivals clump as those of independent people do. Arrivals within
//! one window travel together: at a high rate a request then costs a share of a message, at a low one nothing changes
//! but up to 50 virtual us.
//! Units: rates per virtual second; times are kept in 1/1024 ns, so that a mean of a few hundred ns is not rounded.
//! Bound: `RATE_MAX`; a window holds a few hundred arrivals at most.

use crate::domain::chance::{Chance, Purpose};
use crate::domain::time::{SimDuration, SimTime};

/// Requests that arrive within this time are sent together.
pub const WINDOW: SimDuration = SimDuration::from_micros(50);

/// Requests per virtual second at most; a higher rate is taken as this one.
pub const RATE_MAX: u64 = 10_000_000;

/// Parts of a nanosecond, as a power of two.
const FINE_BITS: u32 = 10;

/// The end of the window that this time lies in: itself, if it is one.
pub const fn window_end(at: SimTime) -> SimTime {
    if at.0 == SimTime::NEVER.0 { at } else { SimTime(at.0.div_ceil(WINDOW.0) * WINDOW.0) }
}

/// The times at which requests arrive.
#[derive(Clone, Debug)]
pub struct Arrivals {
    chance: Chance,
    rate: u64,
    next: SimTime,
    /// What lies beyond the whole nanoseconds of `next`.
    fine: u64,
}

impl Arrivals {
    /// Arrivals at no rate: none.
    pub fn new(seed: u64) -> Self {
        Self { chance: Chance::stream(seed, Purpose::Arrivals, 0), rate: 0, next: SimTime::NEVER, fine: 0 }
    }

    /// From now on at this rate; 0 is none. The process has no memory, so the wait simply begins again.
    pub fn set_rate(&mut self, now: SimTime, rate: u64) {
        self.rate = rate.min(RATE_MAX);
        self.next = now;
        self.fine = 0;
        self.advance();
    }

    /// When the next window with an arrival ends.
    pub const fn next_window(&self) -> SimTime {
        window_end(self.next)
    }

    /// How many arrived up to now, since they were last taken.
    pub fn take(&mut self, now: SimTime) -> u64 {
        let mut count = 0;
        while self.next <= now {
            count += 1;
            self.advance();
        }
        count
    }

    fn advance(&mut self) {
        let Some(mean) = (1_000_000_000_u64 << FINE_BITS).checked_div(self.rate) else {
            self.next = SimTime::NEVER;
            return;
        };
        let wait = self.chance.exponential(SimDuration(mean)).0 + self.fine;
        self.next += SimDuration(wait >> FINE_BITS);
        self.fine = wait % (1 << FINE_BITS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_mean_and_the_variance_of_poisson() {
        for seed in 0..20 {
            for rate in [2_000, 100_000, 2_000_000] {
                let mut arrivals = Arrivals::new(seed);
                arrivals.set_rate(SimTime::ZERO, rate);
                let counts: Vec<u64> = (1..=200).map(|ms| arrivals.take(SimTime::from_millis(ms))).collect();
                let mean = rate as f64 / 1_000.0;
                let seen = counts.iter().sum::<u64>() as f64 / 200.0;
                // The mean of 200 draws lies within 5 standard errors; the variance is the mean, within half of it.
                let error = (mean / 200.0).sqrt();
                assert!((seen - mean).abs() < 5.0 * error, "seed {seed}: {seen} a ms at {rate}/s");
                let variance = counts.iter().map(|count| (*count as f64 - seen).powi(2)).sum::<f64>() / 199.0;
                assert!((variance / mean - 1.0).abs() < 0.5, "seed {seed}: variance {variance} at {rate}/s");
            }
        }
    }

    #[test]
    fn the_highest_rate_is_not_rounded() {
        for seed in 0..2 {
            let mut arrivals = Arrivals::new(seed);
            arrivals.set_rate(SimTime::ZERO, RATE_MAX);
            // 4,000,000 with a standard deviation of 2,000; cut to whole ns it would be 20,000 more.
            let count = arrivals.take(SimTime::from_millis(400));
            assert!(count.abs_diff(4_000_000) < 10_000, "seed {seed}: {count}");
        }
    }

    #[test]
    fn no_rate_is_no_arrival() {
        let mut arrivals = Arrivals::new(1);
        arrivals.set_rate(SimTime::ZERO, 1_000);
        arrivals.set_rate(SimTime::ZERO, 0);
        assert_eq!(arrivals.take(SimTime::from_millis(10_000)), 0);
        assert_eq!(arrivals.next_window(), SimTime::NEVER);
    }

    #[test]
    fn a_window_ends_at_or_after_its_arrival() {
        assert_eq!(window_end(SimTime(0)), SimTime(0));
        assert_eq!(window_end(SimTime(1)), SimTime(50_000));
        assert_eq!(window_end(SimTime(50_000)), SimTime(50_000));
    }
}
