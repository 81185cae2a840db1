//! Points of the logs of one group: which chain stands at which (index, term), and what came before it.
//!
//! Idea: a log is named by its end. Each point knows the point before it, as the leader that made it appended it, so
//! "does this log hold that point" is a walk along those links; all replicas share one set of points.
//! Shape: a queue ordered by (index, term): new points nearly always come at the back.
//! Bound: [`POINTS_MAX`] a group; the lowest are forgotten. A question about a forgotten point has no answer.

use std::collections::VecDeque;

use crate::domain::digest::Digest;
use crate::domain::ids::{LogIndex, Term};
use crate::domain::log::LogPoint;
use crate::domain::recent::count_before;

/// Points that are remembered of one group.
pub const POINTS_MAX: usize = 8_192;

/// A place in a log: an index and its term.
pub type Place = (LogIndex, Term);

#[derive(Clone, Copy, Debug)]
struct Known {
    place: Place,
    chain: Digest,
    parent: Option<Place>,
}

/// The points of a group.
#[derive(Clone, Debug, Default)]
pub struct Points {
    known: VecDeque<Known>,
}

/// The answer to "does the log that ends there hold this point".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// The points in between are forgotten.
    Forgotten,
}

/// Where a point stands.
pub const fn place_of(point: &LogPoint) -> Place {
    (point.index, point.term)
}

impl Points {
    /// Notes a point, after the one before it if that is known. Returns the chain that was known there before.
    pub fn note(&mut self, point: &LogPoint, parent: Option<Place>) -> Option<Digest> {
        let place = place_of(point);
        match self.find(place) {
            Ok(at) => {
                let known = &mut self.known[at];
                known.parent = known.parent.or(parent);
                Some(known.chain)
            }
            Err(at) => {
                self.known.insert(at, Known { place, chain: point.chain, parent });
                if self.known.len() > POINTS_MAX {
                    self.known.pop_front();
                }
                None
            }
        }
    }

    /// Whether the log that ends at `end` holds `point`.
    pub fn holds(&self, end: Place, point: &LogPoint) -> Holds {
        let mut at = end;
        while at.0 > point.index {
            let parent = self.find(at).ok().and_then(|place| self.known[place].parent);
            let Some(parent) = parent else { return Holds::Forgotten };
            assert!(parent.0 < at.0, "what comes before has a lower index");
            at = parent;
        }
        if at == place_of(point) { Holds::Yes } else { Holds::No }
    }

    /// How many are known.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.known.len()
    }

    /// What they take in memory.
    pub fn size_bytes(&self) -> u64 {
        (self.known.len() * size_of::<Known>()) as u64
    }

    fn find(&self, place: Place) -> Result<usize, usize> {
        let at = count_before(self.known.len(), |at| self.known[at].place < place);
        if self.known.get(at).is_some_and(|known| known.place == place) { Ok(at) } else { Err(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(index: u64, term: u64) -> LogPoint {
        LogPoint { index: LogIndex(index), term: Term(term), chain: Digest(index * 100 + term) }
    }

    #[test]
    fn a_log_holds_what_its_chain_of_points_passes() {
        let mut points = Points::default();
        points.note(&point(5, 1), None);
        points.note(&point(9, 1), Some((LogIndex(5), Term(1))));
        points.note(&point(7, 2), Some((LogIndex(5), Term(1))));
        assert_eq!(points.holds((LogIndex(9), Term(1)), &point(5, 1)), Holds::Yes);
        assert_eq!(points.holds((LogIndex(7), Term(2)), &point(5, 1)), Holds::Yes);
        assert_eq!(points.holds((LogIndex(9), Term(1)), &point(7, 2)), Holds::No);
        assert_eq!(points.holds((LogIndex(5), Term(1)), &point(7, 2)), Holds::No, "a shorter log");
        assert_eq!(points.holds((LogIndex(5), Term(1)), &point(2, 1)), Holds::Forgotten);
    }

    #[test]
    fn a_known_point_answers_with_its_chain() {
        let mut points = Points::default();
        assert_eq!(points.note(&point(3, 1), None), None);
        assert_eq!(points.note(&LogPoint { chain: Digest(9), ..point(3, 1) }, None), Some(Digest(301)));
    }

    #[test]
    fn the_lowest_points_are_forgotten() {
        let mut points = Points::default();
        for index in 1..=POINTS_MAX as u64 * 2 {
            points.note(&point(index, 1), index.checked_sub(1).map(|before| (LogIndex(before), Term(1))));
        }
        assert_eq!(points.len(), POINTS_MAX);
    }
}
