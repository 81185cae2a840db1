//! Lowest latency: the worker that would answer soonest.
//!
//! Idea: what a request would wait is guessed as the worker's smoothed answer time for each request that is there, and
//! one more. The time alone would send everybody to the fastest until the news of its queue came back, a whole answer
//! later, and then everybody away from it; the count in flight knows of the queue at once.
//! Shape: the smoothed time (EWMA) is `Worker::latency`, integers throughout. One that was never measured counts as
//! fast, so that it is tried; a figure that nobody renews fades, so that one who was slow is tried again.
//! Sources: Linkerd and Finagle balance by the like ("peak EWMA", 2016), in floats and with a peak that ours leaves out.

use super::strategy::Question;
use crate::domain::time::SimDuration;

/// Added per recent refusal: a worker that only refuses has no latency to go by.
const REFUSAL: SimDuration = SimDuration::from_millis(1);

/// The one with the shortest wait to be expected; the first of them behind the last pick.
pub(super) fn pick(question: &Question<'_>, last: usize) -> Option<usize> {
    question.candidates(last).min_by_key(|at| {
        let worker = &question.workers[*at];
        let refused = u64::from(worker.burden() - worker.in_flight());
        let wait = worker.latency().0.max(1).saturating_mul(u64::from(worker.burden()) + 1);
        wait.saturating_add(REFUSAL.times(refused).0)
    })
}

#[cfg(test)]
mod tests {
    use super::super::worker::tests::{ask, workers};
    use super::*;
    use crate::domain::time::SimTime;

    #[test]
    fn the_slow_one_gets_its_share_of_the_speed() {
        let mut workers = workers(&[(0, 10_000), (0, 10_000)]);
        workers[0].measured(SimTime::ZERO, SimDuration::from_millis(9));
        workers[1].measured(SimTime::ZERO, SimDuration::from_millis(1));
        let (mut last, mut given) = (0, [0_u32; 2]);
        for _ in 0..1_000 {
            last = pick(&ask(&workers), last).unwrap();
            workers[last].take(SimTime::ZERO, 1);
            given[last] += 1;
        }
        assert_eq!(given, [100, 900]);
    }

    #[test]
    fn one_that_only_refuses_is_not_the_fastest() {
        let mut workers = workers(&[(0, 10), (0, 10)]);
        workers[0].measured(SimTime::ZERO, SimDuration::from_millis(5));
        workers[1].refused(SimTime::ZERO, 6, 6);
        assert_eq!(pick(&ask(&workers), 0), Some(0), "though nothing was measured of the other");
    }

    #[test]
    fn one_that_was_never_measured_is_tried() {
        let mut workers = workers(&[(0, 10), (3, 10)]);
        workers[0].measured(SimTime::ZERO, SimDuration::from_millis(1));
        assert_eq!(pick(&ask(&workers), 1), Some(1));
    }

    #[test]
    fn one_that_was_slow_long_ago_is_tried_again() {
        let mut workers = workers(&[(0, 10), (0, 10)]);
        workers[0].measured(SimTime::ZERO, SimDuration::from_millis(500));
        for ms in (0..10_000).step_by(50) {
            workers[0].probed(SimTime::from_millis(ms));
            workers[1].measured(SimTime::from_millis(ms), SimDuration::from_millis(2));
        }
        assert_eq!(pick(&ask(&workers), 1), Some(0));
    }
}
