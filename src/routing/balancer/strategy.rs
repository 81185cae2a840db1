//! Strategies: which worker takes the next requests.
//!
//! Idea: a strategy answers a question, "of these workers, who takes the next so many requests?", from what the
//! balancer knows and from nothing else. It names one that is within reach, in rotation and has room; nobody, if there
//! is none. What it keeps from one pick to the next (whose turn it is, a stream of chance, a ring) is its own.
//! Shape: one small file a strategy, one arm here. All are kept at the ready, so that a switch takes effect with the
//! next request and a strategy goes on where it was left.
//! Bound: a pick looks at each worker at most a few times; `benches/balancer.rs` says what that comes to.

use super::bounded_hash::BoundedHash;
use super::free_capacity::FreeCapacity;
use super::two_choices::TwoChoices;
use super::worker::Worker;
use super::{least_connections, lowest_latency, round_robin, symbol_modulo};
use crate::domain::ids::{NodeId, NodeSet, SymbolId};
use crate::domain::rules::Strategy;

/// Who takes the next requests, and how many of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pick {
    /// The 0-based place of the worker.
    pub at: usize,
    /// How many requests it may be given, at least one.
    pub take: u32,
}

/// What a strategy is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The workers, in node order.
    pub workers: &'a [Worker],
    /// Whom these requests may go to.
    pub reach: NodeSet,
    /// The instrument of the first of them, or of all where the strategy goes by it.
    pub symbol: SymbolId,
    /// How many requests go together.
    pub count: u32,
}

/// Picks workers.
#[derive(Clone, Debug)]
pub struct Picker {
    /// By which strategy.
    pub strategy: Strategy,
    /// Whom the last pick fell on: strategies go on behind it.
    last: usize,
    free_capacity: FreeCapacity,
    bounded_hash: BoundedHash,
    two_choices: TwoChoices,
}

impl Picker {
    /// One that picks by this strategy among so many workers.
    pub fn new(strategy: Strategy, workers: usize, seed: u64) -> Self {
        Self {
            strategy,
            last: workers.saturating_sub(1),
            free_capacity: FreeCapacity::new(workers),
            bounded_hash: BoundedHash::new(workers),
            two_choices: TwoChoices::new(seed),
        }
    }

    /// Who takes the next requests.
    pub fn pick(&mut self, question: &Question<'_>) -> Option<Pick> {
        let pick = match self.strategy {
            Strategy::RoundRobin => question.whole(round_robin::pick(question, self.last)),
            Strategy::LeastConnections => question.whole(least_connections::pick(question, self.last)),
            Strategy::FreeCapacity => question.whole(self.free_capacity.pick(question)),
            Strategy::LowestLatency => question.whole(lowest_latency::pick(question, self.last)),
            Strategy::SymbolHash => self.bounded_hash.pick(question),
            Strategy::TwoChoices => question.whole(self.two_choices.pick(question)),
            Strategy::SymbolModulo => symbol_modulo::pick(question),
        }?;
        self.last = pick.at;
        Some(pick)
    }

    /// There are so many workers now.
    pub(super) fn follow(&mut self, workers: usize) {
        self.bounded_hash.follow(workers);
    }

    /// The gateway that a symbol belongs to while these serve; none under a strategy that does not go by the symbol.
    pub(super) fn home(&self, symbol: SymbolId, serving: NodeSet) -> Option<NodeId> {
        match self.strategy {
            Strategy::SymbolHash => self.bounded_hash.home(symbol, serving),
            Strategy::SymbolModulo => symbol_modulo::home(symbol, serving),
            _ => None,
        }
    }
}

impl Question<'_> {
    /// Whether the worker at this place may be asked to take something.
    pub(super) fn is_candidate(&self, at: usize) -> bool {
        let worker = &self.workers[at];
        worker.room() > 0 && self.reach.contains(worker.node)
    }

    /// The places of all that could take something, beginning behind the last one: so that nobody is preferred for the
    /// number that it bears.
    pub(super) fn candidates(&self, last: usize) -> impl Iterator<Item = usize> + '_ {
        let count = self.workers.len();
        let first = if last + 1 < count { last + 1 } else { 0 };
        (first..count).chain(0..first).filter(|at| self.is_candidate(*at))
    }

    /// A pick of this worker for all that it has room for.
    fn whole(&self, at: Option<usize>) -> Option<Pick> {
        at.map(|at| Pick { at, take: self.workers[at].room() })
    }
}
