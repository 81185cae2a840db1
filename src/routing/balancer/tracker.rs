//! The tracker: at which worker each unanswered request is, so that every request is counted once and back once.
//!
//! Idea: a request may be answered twice (promise, then verdict) and sent twice (a retry), so counting messages would
//! drift. A dense ring of two bytes a request per session remembers the worker of the latest send; the first answer
//! from that worker empties the place.
//! Bound: `SPAN` places a session, which no session exceeds (its own span is smaller), and `SESSIONS_MAX` sessions;
//! a collision beyond would be a count that the next probe puts right.

use super::worker::Life;
use crate::domain::ids::{NodeId, RequestId};

/// Places of a session.
pub(super) const SPAN: usize = 1_024;

/// Sessions with a ring of their own.
const SESSIONS_MAX: usize = 4_096;

/// A place: node number (0 is nobody) and life.
type Place = (u8, Life);

/// Where unanswered requests are.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracker {
    sessions: Vec<Vec<Place>>,
}

impl Tracker {
    /// The request is sent to this worker now. Where it was before, if it was sent before and not answered.
    pub(super) fn put(&mut self, id: RequestId, node: NodeId, life: Life) -> Option<(NodeId, Life)> {
        let session = Self::session(id);
        if session >= self.sessions.len() {
            self.sessions.resize(session + 1, Vec::new());
        }
        let ring = &mut self.sessions[session];
        if ring.is_empty() {
            ring.resize(SPAN, (0, Life::default()));
        }
        Self::known(std::mem::replace(&mut ring[Self::place(id)], (node.0, life)))
    }

    /// An answer to the request came from this worker. Who is to be counted back, if it is the first.
    pub(super) fn answered(&mut self, id: RequestId, from: NodeId) -> Option<(NodeId, Life)> {
        let place = self.sessions.get_mut(Self::session(id))?.get_mut(Self::place(id))?;
        if place.0 != from.0 {
            return None;
        }
        Self::known(std::mem::take(place))
    }

    const fn session(id: RequestId) -> usize {
        id.client.0 as usize % SESSIONS_MAX
    }

    const fn place(id: RequestId) -> usize {
        id.sequence.0 as usize % SPAN
    }

    fn known((node, life): Place) -> Option<(NodeId, Life)> {
        (node != 0).then_some((NodeId(node), life))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClientId, Sequence};

    #[test]
    fn a_request_is_counted_back_once_and_by_its_latest_worker() {
        let mut tracker = Tracker::default();
        let id = ClientId(3).request(Sequence(2_000));
        let (first, second, life) = (NodeId(1), NodeId(2), Life::default());
        assert_eq!(tracker.put(id, first, life), None);
        assert_eq!(tracker.put(id, second, life), Some((first, life)));
        assert_eq!(tracker.answered(id, first), None);
        assert_eq!(tracker.answered(id, second), Some((second, life)));
        assert_eq!(tracker.answered(id, second), None);
    }
}
