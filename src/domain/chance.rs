//! Chance: one seeded stream a concern, so that a new draw in one place shifts no other.
//!
//! Idea: a stream is named by what it is for (purpose, node, group). Two runs of one seed draw the same numbers, on any
//! machine: the generator is PCG-64 (O'Neill 2014) and the mapping to ranges is integer arithmetic.
//! Shape: a small `Clone` value that is passed in; nothing here is global.

use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg64;

use super::digest::Digest;
use super::time::SimDuration;

/// What a stream of chance is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Election timeouts.
    Election = 1,
    /// Jitter of links.
    Link = 2,
    /// Jitter of fsync.
    Disk = 3,
    /// When clients send.
    Arrivals = 4,
    /// What clients send.
    Orders = 5,
    /// Back-off of retries.
    Retry = 6,
    /// Targets drawn at random.
    Target = 7,
    /// Faults drawn by a storm.
    Storm = 8,
    /// Quotes of the tick source.
    Ticks = 9,
    /// Whom the balancer looks at.
    Balance = 10,
    /// What market makers do.
    Makers = 11,
}

/// A seeded stream of random numbers.
#[derive(Clone, Debug)]
pub struct Chance(Pcg64);

impl Chance {
    /// The stream of this purpose; `scope` tells streams of one purpose apart (a node, a node and a group, ...).
    pub fn stream(seed: u64, purpose: Purpose, scope: u64) -> Self {
        let key = Digest(seed).mix(purpose as u64).mix(scope);
        let mut bytes = [0; 32];
        let mut word = key;
        for chunk in bytes.chunks_exact_mut(8) {
            word = word.mix(1);
            chunk.copy_from_slice(&word.0.to_le_bytes());
        }
        Self(Pcg64::from_seed(bytes))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`, 0 if `bound` is 0 (Lemire's multiply-shift; its bias is below 2^-64 x bound).
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low).saturating_add(1))
    }

    /// True `numerator` times of `denominator`.
    pub fn ratio(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    /// A length from `middle - spread` to `middle + spread`, uniformly.
    pub fn around(&mut self, middle: SimDuration, spread: SimDuration) -> SimDuration {
        let low = middle - spread;
        SimDuration(self.between(low.0, (middle + spread).0))
    }

    /// A waiting time of a Poisson process with this mean (inversion; `libm` so that every platform draws the same).
    pub fn exponential(&mut self, mean: SimDuration) -> SimDuration {
        let uniform = ((self.bits() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        SimDuration((-libm::log(uniform) * mean.0 as f64) as u64)
    }
}
