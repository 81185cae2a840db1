//! Hash by symbol modulo the number of gateways: the naive way, to be compared with the ring of `symbol-hash`.
//!
//! Idea: the symbol's hash modulo the number of those that serve is the place of its gateway among them. That is even, and
//! needs no table. But when one of N leaves, the modulus changes and so does nearly every place: about (N - 1)/N of the
//! symbols go to another gateway, where the ring moves 1/N.
//! Shape: if the symbol's own gateway is full, the next ones in node order are tried.
//! Sources: Karger et al. 1997, section 1, names this weakness as the reason for consistent hashing.

use super::bounded_hash::hash;
use super::strategy::{Pick, Question};
use crate::domain::ids::{NodeId, NodeSet, SymbolId};

/// The symbol's gateway, or the next one with room.
pub(super) fn pick(question: &Question<'_>) -> Option<Pick> {
    let serving = question.workers.iter().filter(|worker| worker.serves()).map(|worker| worker.node);
    let serving: NodeSet = serving.filter(|node| question.reach.contains(*node)).collect();
    let first = home(question.symbol, serving)?.index();
    let round = (first..question.workers.len()).chain(0..first);
    let at = round.into_iter().find(|at| question.is_candidate(*at))?;
    Some(Pick { at, take: question.workers[at].room() })
}

/// The gateway of a symbol, of those that serve.
pub(super) fn home(symbol: SymbolId, serving: NodeSet) -> Option<NodeId> {
    let place = hash(symbol).checked_rem(serving.len() as u64)?;
    serving.iter().nth(place as usize)
}

#[cfg(test)]
mod tests {
    use super::super::worker::tests::{ask, workers};
    use super::*;

    #[test]
    fn symbols_are_dealt_evenly_and_each_stays_with_its_gateway() {
        let workers = workers(&[(0, 100); 5]);
        let at = |symbol| pick(&Question { symbol: SymbolId(symbol), ..ask(&workers) }).unwrap().at;
        let mut counts = [0_u32; 5];
        (0..2_000).for_each(|symbol| counts[at(symbol)] += 1);
        assert!(counts.iter().all(|count| count.abs_diff(400) < 80), "{counts:?}");
        assert_eq!(at(7), at(7));
    }

    #[test]
    fn a_full_gateway_is_passed_over_and_keeps_its_symbols() {
        let home = home(SymbolId(3), NodeId::first(3).collect()).unwrap().index();
        let mut loads = [(0, 100); 3];
        loads[home] = (100, 100);
        let workers = workers(&loads);
        let picked = pick(&Question { symbol: SymbolId(3), ..ask(&workers) }).unwrap().at;
        assert_eq!(picked, (home + 1) % 3);
    }

    #[test]
    fn nobody_serves_and_nobody_is_picked() {
        assert_eq!(home(SymbolId(3), NodeSet::default()), None);
    }
}
