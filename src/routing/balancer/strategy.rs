//! Strategies: which worker takes the next requests.
//!
//! Idea: a strategy is a pure function of what the balancer knows. It is given the workers and whom the last pick
//! fell on, and names one that is in rotation and has room; nobody, if there is none.
//! Shape: one small file a strategy, one arm here.

use super::worker::Worker;
use super::{least_connections, round_robin};
use crate::domain::rules::Strategy;

/// The 0-based place of the worker that takes the next requests.
pub fn pick(strategy: Strategy, workers: &[Worker], last: usize) -> Option<usize> {
    match strategy {
        Strategy::RoundRobin => round_robin::pick(workers, last),
        Strategy::LeastConnections => least_connections::pick(workers, last),
    }
}

/// The places of the workers that could take something, beginning behind the last one: so that nobody is preferred
/// for the number that it bears.
pub(super) fn candidates(workers: &[Worker], last: usize) -> impl Iterator<Item = usize> {
    let count = workers.len();
    (1..=count).map(move |step| (last + step) % count).filter(|at| workers[*at].room() > 0)
}
