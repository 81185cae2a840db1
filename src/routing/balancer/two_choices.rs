//! Power of two choices: two drawn at random, the less loaded one takes it.
//!
//! Idea: to compare all workers is dear when they are many, and makes several balancers with the same old news run after
//! the same worker. One drawn blindly leaves the worst with about ln n / ln ln n requests when n requests meet n workers;
//! a second draw leaves it with ln ln n / ln 2. That single comparison is nearly all there is to gain.
//! Shape: two different places are drawn; where one of them cannot take anything, the draw is made among those that can.
//! Units: loads are compared as they are (`Worker::burden`), not as shares of the capacity.
//! Sources: Mitzenmacher 2001, "The Power of Two Choices in Randomized Load Balancing"; Azar et al. 1994.

use super::strategy::Question;
use crate::domain::chance::{Chance, Purpose};

/// Draws.
#[derive(Clone, Debug)]
pub(super) struct TwoChoices {
    chance: Chance,
}

impl TwoChoices {
    /// With a stream of its own.
    pub(super) fn new(seed: u64) -> Self {
        Self { chance: Chance::stream(seed, Purpose::Balance, 0) }
    }

    /// The less loaded of two; the first drawn, if they are equal.
    pub(super) fn pick(&mut self, question: &Question<'_>) -> Option<usize> {
        let (one, other) = self.draw(question)?;
        let lighter = question.workers[other].burden() < question.workers[one].burden();
        Some(if lighter { other } else { one })
    }

    fn draw(&mut self, question: &Question<'_>) -> Option<(usize, usize)> {
        let (one, other) = self.places(question.workers.len())?;
        if question.is_candidate(one) && question.is_candidate(other) {
            return Some((one, other));
        }
        // Somebody is out, full or out of reach: among those that are left, every pair is as likely as any other.
        let count = question.candidates(0).count();
        let (one, other) = self.places(count)?;
        let place = |place: usize| question.candidates(0).nth(place);
        Some((place(one)?, place(other)?))
    }

    /// Two different places of so many; the same one twice, if there is only one.
    fn places(&mut self, count: usize) -> Option<(usize, usize)> {
        match count {
            0 => None,
            1 => Some((0, 0)),
            _ => {
                let one = self.chance.below(count as u64) as usize;
                let other = self.chance.below(count as u64 - 1) as usize;
                Some((one, if other < one { other } else { other + 1 }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::worker::tests::{ask, workers};
    use super::*;
    use crate::domain::time::SimTime;

    /// The fullest of so many workers, each request going where `pick` says.
    fn fullest(nodes: usize, mut pick: impl FnMut(&Question<'_>) -> usize) -> u32 {
        let mut workers = workers(&vec![(0, 1_000_000); nodes]);
        for _ in 0..nodes {
            let at = pick(&ask(&workers));
            workers[at].take(SimTime::ZERO, 1);
        }
        workers.iter().map(super::super::worker::Worker::in_flight).max().unwrap()
    }

    #[test]
    fn the_fullest_worker_has_less_than_under_one_blind_draw() {
        let (mut blind, mut two) = (0, 0);
        for seed in 0..50 {
            let mut chance = Chance::stream(seed, Purpose::Target, 0);
            blind += fullest(100, |question| chance.below(question.workers.len() as u64) as usize);
            let mut strategy = TwoChoices::new(seed);
            two += fullest(100, |question| strategy.pick(question).unwrap());
        }
        // A hundred requests on a hundred workers: about 4.2 for the fullest after a blind draw, 2.4 after a choice.
        assert!(two * 10 < blind * 7, "over 50 seeds: {two} with two choices, {blind} with one");
    }

    #[test]
    fn of_two_the_lighter_one_is_always_picked() {
        let workers = workers(&[(7, 100), (3, 100)]);
        let mut strategy = TwoChoices::new(1);
        assert!((0..100).all(|_| strategy.pick(&ask(&workers)) == Some(1)));
    }

    #[test]
    fn who_cannot_take_anything_is_never_picked_and_the_others_are_drawn_alike() {
        let workers = workers(&[(9, 9), (0, 9), (9, 9), (0, 9), (0, 9)]);
        let mut strategy = TwoChoices::new(3);
        let mut picks = [0_u32; 5];
        for _ in 0..3_000 {
            picks[strategy.pick(&ask(&workers)).unwrap()] += 1;
        }
        assert_eq!((picks[0], picks[2]), (0, 0));
        assert!([1, 3, 4].iter().all(|at| picks[*at].abs_diff(1_000) < 120), "{picks:?}");
        let one = super::super::worker::tests::workers(&[(9, 9), (0, 9)]);
        assert_eq!(strategy.pick(&ask(&one)), Some(1));
        assert_eq!(strategy.pick(&ask(&[])), None);
    }
}
