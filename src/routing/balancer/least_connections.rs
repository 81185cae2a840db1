//! Least connections: the worker with the fewest requests in flight.
//!
//! Idea: a slow worker answers late, so its requests pile up and it gets fewer: the count is a measure of speed that
//! nobody had to take. What a worker lately refused weighs like a request in flight (`Worker::burden`). Among equals
//! the next in turn, or an idle cluster would send everything to the first.

use super::strategy::Question;

/// The one with the least on it; the first of them behind the last pick.
pub(super) fn pick(question: &Question<'_>, last: usize) -> Option<usize> {
    question.candidates(last).min_by_key(|at| question.workers[*at].burden())
}

#[cfg(test)]
mod tests {
    use super::super::worker::tests::{ask, workers};
    use super::*;

    #[test]
    fn the_one_with_the_fewest_in_flight_is_picked() {
        assert_eq!(pick(&ask(&workers(&[(5, 100), (3, 100), (4, 100)])), 0), Some(1));
    }

    #[test]
    fn among_equals_the_next_in_turn_is_picked() {
        let workers = workers(&[(3, 100), (3, 100), (3, 100)]);
        assert_eq!(pick(&ask(&workers), 0), Some(1));
        assert_eq!(pick(&ask(&workers), 2), Some(0));
    }

    #[test]
    fn a_full_one_is_not_picked_though_it_has_the_fewest() {
        assert_eq!(pick(&ask(&workers(&[(2, 2), (50, 100)])), 0), Some(1));
    }
}
