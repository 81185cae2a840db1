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
