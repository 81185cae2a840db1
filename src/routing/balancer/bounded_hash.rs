//! Consistent hash by symbol with bounded load: a symbol stays with its worker, and no worker gets too much of it.
//!
//! Idea: a symbol's orders should meet at one gateway (its caches, its hints, their order); the ring gives each symbol
//! a worker, and one that leaves moves only its own symbols. But symbols are not equally hot. So nobody may hold more
//! than c times the mean: what would exceed that goes on to the next worker of the ring's walk. With c = 1.25 nobody is
//! ever more than a quarter above the mean, and few symbols are moved for it.
//! Units: with m requests on n workers, this one counted, a worker takes at most ceil(c m / n). Capacities bound it too: if
//! those who are below their share have no room, the least loaded of the others takes what is over.
//! Shape: one ring of all workers, made once. Who is out of rotation, full or out of reach is passed over on the walk, which
//! is the same as taking its points away.
//! Sources: Mirrokni, Thorup, Zadimoghaddam 2018, "Consistent Hashing with Bounded Loads", section 1 and theorem 2 (SODA '18).

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::strategy::{Pick, Question};
use crate::domain::ids::{NodeId, NodeSet, SymbolId};
use crate::routing::ring::Ring;

/// c = 5/4, as a ratio.
const BOUND: (u64, u64) = (5, 4);

/// Keeps the hashes of symbols here apart from all other uses of the hash.
const SYMBOL_SEED: u64 = 0x0062_616c_616e_6365;

/// The ring of the workers.
#[derive(Clone, Debug)]
pub(super) struct BoundedHash {
    ring: Ring,
    workers: usize,
}

impl BoundedHash {
    /// The ring of so many workers.
    pub(super) fn new(workers: usize) -> Self {
        Self { ring: Ring::new(NodeId::first(workers)), workers }
    }

    /// There are so many workers now.
    pub(super) fn follow(&mut self, workers: usize) {
        if self.workers != workers {
            *self = Self::new(workers);
        }
    }

    /// The first on the symbol's walk of those that serve.
    pub(super) fn home(&self, symbol: SymbolId, serving: NodeSet) -> Option<NodeId> {
        self.ring.walk(hash(symbol)).find(|node| serving.contains(*node))
    }

    /// The first on the symbol's walk that is below its share, for as many as it may then still take.
    pub(super) fn pick(&mut self, question: &Question<'_>) -> Option<Pick> {
        self.follow(question.workers.len());
        let share = share(question);
        let mut least: Option<usize> = None;
        for at in self.ring.walk(hash(question.symbol)).map(NodeId::index) {
            if !question.is_candidate(at) {
                continue;
            }
            let worker = &question.workers[at];
            let below = share.saturating_sub(worker.burden());
            if below > 0 {
                return Some(Pick { at, take: below.min(worker.room()) });
            }
            if least.is_none_or(|other| worker.burden() < question.workers[other].burden()) {
                least = Some(at);
            }
        }
        least.map(|at| Pick { at, take: 1 })
    }
}

/// The most that one worker may have on it, once these requests are placed: ceil(c m / n).
fn share(question: &Question<'_>) -> u32 {
    let there = question.workers.iter().filter(|worker| worker.serves() && question.reach.contains(worker.node));
    let (count, load) = there.fold((0_u64, u64::from(question.count)), |(count, load), worker| {
        (count + 1, load + u64::from(worker.burden()))
    });
    u32::try_from((load * BOUND.0).div_ceil((BOUND.1 * count).max(1))).unwrap_or(u32::MAX)
}

/// The hash by which a symbol finds its gateway.
pub(super) fn hash(symbol: SymbolId) -> u64 {
    xxh3_64_with_seed(&symbol.0.to_le_bytes(), SYMBOL_SEED)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::worker::Worker;
    use super::super::worker::tests::{ask, workers};
    use super::*;
    use crate::domain::time::SimTime;

    fn pick_of(strategy: &mut BoundedHash, workers: &[Worker], symbol: u16, count: u32) -> Pick {
        let question = Question { symbol: SymbolId(symbol), count, ..ask(workers) };
        strategy.pick(&question).unwrap()
    }

    /// Where each of these symbols goes, while nobody has anything to do.
    fn homes(workers: &[Worker], symbols: u16) -> Vec<usize> {
        let mut strategy = BoundedHash::new(workers.len());
        (0..symbols).map(|symbol| pick_of(&mut strategy, workers, symbol, 1).at).collect()
    }

    #[test]
    fn a_symbol_stays_with_its_worker_while_loads_are_even() {
        let mut workers = workers(&[(0, 9_000); 5]);
        let home = homes(&workers, 1)[0];
        let mut strategy = BoundedHash::new(5);
        for round in 0..1_000 {
            let at = pick_of(&mut strategy, &workers, 0, 1).at;
            assert_eq!(at, home, "round {round}");
            workers.iter_mut().for_each(|worker| worker.take(SimTime::ZERO, 1));
        }
    }

    #[test]
    fn a_worker_that_leaves_moves_its_own_symbols_and_no_others() {
        for nodes in [3_usize, 5, 10] {
            let mut workers = workers(&vec![(0, 100); nodes]);
            let before = homes(&workers, 2_000);
            workers[1].take_out();
            let after = homes(&workers, 2_000);
            assert!(before.iter().zip(&after).all(|(before, after)| before == after || *before == 1));
            let moved = before.iter().zip(&after).filter(|(before, after)| before != after).count();
            assert!(moved.abs_diff(2_000 / nodes) * 3 <= 2_000 / nodes, "{moved} of 2000 moved, {nodes} workers");
        }
    }

    #[test]
    fn a_batch_of_one_symbol_is_cut_where_the_share_ends() {
        let workers = workers(&[(0, 100); 3]);
        // ceil(1.25 * 12 / 3) = 5
        assert_eq!(pick_of(&mut BoundedHash::new(3), &workers, 0, 12).take, 5);
    }

    #[test]
    fn where_the_capacities_bind_the_least_loaded_takes_it() {
        let workers = workers(&[(8, 100), (9, 100), (0, 0), (0, 0), (0, 0)]);
        assert_eq!(pick_of(&mut BoundedHash::new(5), &workers, 0, 1), Pick { at: 0, take: 1 });
    }

    proptest! {
        #[test]
        fn no_worker_ever_exceeds_its_share(
            nodes in 2_usize..12,
            requests in proptest::collection::vec((0_u16..4, 1_u32..20), 1..200),
        ) {
            let mut workers = workers(&vec![(0, 1_000_000); nodes]);
            let mut strategy = BoundedHash::new(nodes);
            let mut all = 0_u64;
            for (symbol, count) in requests {
                let mut left = count;
                while left > 0 {
                    let pick = pick_of(&mut strategy, &workers, symbol, left);
                    let taken = pick.take.min(left);
                    workers[pick.at].take(SimTime::ZERO, taken);
                    left -= taken;
                }
                all += u64::from(count);
                let share = (all * 5).div_ceil(4 * nodes as u64);
                let worst = workers.iter().map(Worker::in_flight).max().unwrap();
                prop_assert!(u64::from(worst) <= share, "{} in flight, {} allowed of {}", worst, share, all);
            }
        }
    }
}
