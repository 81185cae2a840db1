//! How fast a worker answers: one smoothed figure to decide by, and percentiles to look at.
//!
//! Idea: the smoothed time (EWMA) moves by an eighth of the way towards each new one, as TCP's does. Answers come many
//! to a message, and those of one message have waited together: a message counts as one measurement, its mean.
//! Fading: a worker that is avoided for its slowness is never measured again, and would be avoided for ever. A figure
//! that nobody has renewed for a second loses an eighth with every round of probes, until it is worth another try.
//! Units: integers, in ns of virtual time. Refusals are quick and are no answers: they are not measured.
//! Sources: RFC 6298 section 2 for the smoothing.

use crate::domain::time::{SimDuration, SimTime};
use crate::routing::latencies::Latencies;

/// The smoothed time moves by one part in so many towards each new one.
const PARTS: u64 = 8;

/// A figure that is older fades.
const FRESH_FOR: SimDuration = SimDuration::from_secs(1);

/// How fast a worker answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    smoothed: SimDuration,
    measured_at: SimTime,
    latencies: Latencies,
}

impl Pace {
    /// The smoothed answer time; nothing as long as none was taken.
    pub(super) const fn smoothed(&self) -> SimDuration {
        self.smoothed
    }

    /// Percentiles of the last seconds.
    pub(super) const fn latencies(&self) -> &Latencies {
        &self.latencies
    }

    /// So many answers came after this time; for the percentiles.
    pub(super) fn record(&mut self, now: SimTime, latency: SimDuration, count: u64) {
        self.latencies.record_many(now, latency, count);
    }

    /// A measurement.
    pub(super) fn measured(&mut self, now: SimTime, latency: SimDuration) {
        let (old, new) = (self.smoothed.0, latency.0);
        self.smoothed = SimDuration(if old == 0 { new } else { (old * (PARTS - 1) + new) / PARTS });
        self.measured_at = now;
    }

    /// A round of probes goes by.
    pub(super) fn fade(&mut self, now: SimTime) {
        if now.since(self.measured_at) > FRESH_FOR {
            self.smoothed = SimDuration(self.smoothed.0 - self.smoothed.0.div_ceil(PARTS));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smoothed_time_moves_an_eighth_of_the_way() {
        let mut pace = Pace::default();
        pace.measured(SimTime::ZERO, SimDuration::from_millis(8));
        assert_eq!(pace.smoothed(), SimDuration::from_millis(8));
        pace.measured(SimTime::ZERO, SimDuration::from_millis(16));
        assert_eq!(pace.smoothed(), SimDuration::from_millis(9));
    }

    #[test]
    fn a_figure_that_nobody_renews_fades_away() {
        let mut pace = Pace::default();
        pace.measured(SimTime::ZERO, SimDuration::from_millis(8));
        pace.fade(SimTime::from_millis(1_000));
        assert_eq!(pace.smoothed(), SimDuration::from_millis(8), "it is fresh for a second");
        pace.fade(SimTime::from_millis(1_050));
        assert_eq!(pace.smoothed(), SimDuration::from_millis(7));
        (0..1_000).for_each(|_| pace.fade(SimTime::from_millis(2_000)));
        assert_eq!(pace.smoothed(), SimDuration::ZERO);
    }
}
