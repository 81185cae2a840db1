//! Where two logs may still agree: the hint that spares a leader from stepping back index by index (§5.3).
//!
//! Idea: terms never fall along a log. If the follower's entry at some index is of a lower term than the leader's, the
//! logs can only agree further back, at an index where the terms are no higher. Each side skips whole terms.
//! Shape: one search, used by the follower to find its hint and by the leader to follow it. O(log² n).

use crate::domain::ids::{LogIndex, Term};
use crate::domain::log::{LogPoint, SharedLog};

/// The last border of a batch at or before `index` whose term is at most `term`; the log's base if there is none.
pub(super) fn last_at_most(log: &SharedLog, index: LogIndex, term: Term) -> LogPoint {
    let end = log.end();
    if end.index <= index && end.term <= term {
        return end;
    }
    let base = log.base();
    // Invariant: everything up to `low` is of a term at most `term`, everything from `high` on is beyond.
    let (mut low, mut high) = (base.index, index.min(end.index).next());
    while low.next() < high {
        let middle = LogIndex(low.0 + (high.0 - low.0) / 2);
        match log.term_at(middle) {
            Some(found) if found <= term => low = middle,
            _ => high = middle,
        }
    }
    // Round down to a border of this log.
    match log.entry_at(low) {
        Some(entry) if entry.last() <= low => log.point_at(low).unwrap_or(base),
        Some(entry) => log.point_at(entry.first.prev()).unwrap_or(base),
        None => base,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chance::{Chance, Purpose};
    use crate::domain::log::Payload;

    fn log_of(terms: impl IntoIterator<Item = u64>) -> SharedLog {
        let mut log = SharedLog::default();
        for term in terms {
            let entry = log.next_entry(Term(term), Payload::Noop);
            log.push(entry);
        }
        log
    }

    /// The rounds of refusals until a leader's probe fits a follower, as the two sides play it.
    fn rounds(leader: &SharedLog, follower: &SharedLog) -> (LogIndex, usize) {
        let mut prev = leader.end();
        for round in 0.. {
            if follower.point_at(prev.index).is_some_and(|point| point.term == prev.term) {
                return (prev.index, round);
            }
            let hint = last_at_most(follower, prev.index.min(follower.end().index), prev.term);
            let next = last_at_most(leader, hint.index, hint.term);
            assert!(next.index < prev.index, "the search goes back");
            prev = next;
        }
        unreachable!("it ends at the origin")
    }

    #[test]
    fn the_hint_skips_a_whole_term() {
        let leader = log_of([1, 1, 4, 4, 5, 5, 6, 6]);
        let follower = log_of([1, 1, 2, 2, 2, 3, 3, 3, 3]);
        assert_eq!(rounds(&leader, &follower), (LogIndex(2), 1));
    }

    #[test]
    fn hints_find_the_longest_common_prefix_in_few_rounds() {
        for seed in 0..500 {
            let mut chance = Chance::stream(seed, Purpose::Storm, 1);
            let common = chance.below(30);
            let grow = |tail: u64, step: u64, chance: &mut Chance| {
                let mut term = 1;
                let mut terms: Vec<u64> = (0..common).map(|place| 1 + place / 7).collect();
                term += terms.last().copied().unwrap_or(0);
                // Leaders of different terms wrote the two tails: odd terms here, even terms there.
                term = term * 2 + step;
                for _ in 0..tail {
                    term += 2 * chance.below(2);
                    terms.push(term);
                }
                log_of(terms)
            };
            let (one, other) = (chance.below(30), chance.below(30));
            let leader = grow(one, 0, &mut chance);
            let follower = grow(other, 1, &mut chance);
            let (found, rounds) = rounds(&leader, &follower);
            assert_eq!(found, LogIndex(common), "seed {seed}");
            assert!(rounds <= 32, "seed {seed}: {rounds} rounds");
        }
    }
}
