//! Round robin: each in turn, whatever it has to do.
//!
//! Idea: fair by count, blind to load. A slow worker gets as much as a fast one, until it has no room.

use super::strategy::Question;

/// The next one behind the last.
pub(super) fn pick(question: &Question<'_>, last: usize) -> Option<usize> {
    question.candidates(last).next()
}

#[cfg(test)]
mod tests {
    use super::super::worker::tests::{ask, workers};
    use super::*;

    #[test]
    fn each_is_picked_in_turn_and_a_full_one_is_passed_over() {
        let workers = workers(&[(0, 9), (9, 9), (5, 9)]);
        let mut last = 2;
        let picks: Vec<_> = (0..4)
            .map(|_| {
                last = pick(&ask(&workers), last).unwrap();
                last
            })
            .collect();
        assert_eq!(picks, [0, 2, 0, 2]);
    }

    #[test]
    fn nobody_is_picked_where_nobody_has_room() {
        assert_eq!(pick(&ask(&workers(&[(9, 9), (4, 4)])), 0), None);
        assert_eq!(pick(&ask(&[]), 0), None);
    }

    #[test]
    fn nobody_out_of_reach_is_picked() {
        let workers = workers(&[(0, 9), (0, 9), (0, 9)]);
        let mut question = ask(&workers);
        question.reach.remove(workers[1].node);
        assert_eq!(pick(&question, 0), Some(2));
        assert_eq!(pick(&question, 2), Some(0));
    }
}
