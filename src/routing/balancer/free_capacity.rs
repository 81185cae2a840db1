//! Weighted by free capacity: in turn, each as often as it has room.
//!
//! Idea: gateways are not of one size. A worker's weight is what it could still take, so the shares follow the sizes
//! while all are idle and shift away from whoever fills up. Smooth weighted round robin deals the turns: every worker
//! earns its weight with each request, and the richest is picked and pays for everybody. So a worker of weight 5
//! beside one of weight 1 gets `a a a b a a`, never five in a row and then one.
//! Units: credits are weight times requests. What a worker lately refused is taken off its weight (`Worker::burden`
//! says why); a weight is never below 1, or a worker could be in rotation and never be asked.
//! Bound: one number a worker. Credits of those that take part add up to what they came with, so none runs away.
//! Sources: Sysoev, nginx 1.3.1 (2012), "smooth weighted round-robin balancing".

use super::strategy::Question;

/// What the workers have earned.
#[derive(Clone, Debug)]
pub(super) struct FreeCapacity {
    credits: Vec<i64>,
}

impl FreeCapacity {
    /// Nobody has earned anything yet.
    pub(super) fn new(workers: usize) -> Self {
        Self { credits: vec![0; workers] }
    }

    /// The richest, once everybody has earned its weight.
    pub(super) fn pick(&mut self, question: &Question<'_>) -> Option<usize> {
        if self.credits.len() < question.workers.len() {
            self.credits.resize(question.workers.len(), 0);
        }
        let (mut all, mut richest) = (0, None);
        for at in 0..question.workers.len() {
            if !question.is_candidate(at) {
                continue;
            }
            let earned = i64::from(question.workers[at].weight()) * i64::from(question.count);
            all += earned;
            self.credits[at] += earned;
            if richest.is_none_or(|other: usize| self.credits[at] > self.credits[other]) {
                richest = Some(at);
            }
        }
        let richest = richest?;
        self.credits[richest] -= all;
        Some(richest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::worker::tests::{ask, workers};
    use super::*;

    fn picks(loads: &[(u32, u32)], count: usize) -> Vec<usize> {
        let workers = workers(loads);
        let mut strategy = FreeCapacity::new(workers.len());
        (0..count).map(|_| strategy.pick(&ask(&workers)).unwrap()).collect()
    }

    #[test]
    fn turns_are_dealt_by_what_is_free_and_not_by_size() {
        // 500, 1500 and 0 free: the largest is full.
        let picks = picks(&[(500, 1_000), (0, 1_500), (800, 800)], 1_000);
        let count = |at| picks.iter().filter(|pick| **pick == at).count();
        assert_eq!((count(0), count(1), count(2)), (250, 750, 0));
    }

    #[test]
    fn nobody_gets_its_turns_in_a_row() {
        assert_eq!(picks(&[(0, 5), (0, 1)], 6), [0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn a_batch_weighs_what_it_holds() {
        let workers = workers(&[(0, 100), (0, 100)]);
        let mut strategy = FreeCapacity::new(2);
        let mut given = [0_u32; 2];
        for count in [9, 1, 1, 1, 1, 1, 1, 1, 1, 1] {
            let mut question = ask(&workers);
            question.count = count;
            given[strategy.pick(&question).unwrap()] += count;
        }
        assert_eq!(given, [9, 9]);
    }
}
