//! The tracker: at which worker each unanswered request is and since when, so that every request is counted once and
//! back once, and its time is taken.
//!
//! Idea: a request may be answered twice (promise, then verdict) and sent twice (a retry), so counting messages would
//! drift. A dense ring of a few bytes a request per session remembers the worker of the latest send; the first answer
//! from that worker empties the place.
//! Units: 12 bytes a request; times are the low 32 bits of the microseconds, which is right for an hour of waiting.
//! Bound: `SPAN` places a session, which no session exceeds (its own span is smaller), and `SESSIONS_MAX` sessions;
//! a collision beyond would be a count that the next probe puts right.

use super::worker::Life;
use crate::domain::ids::{NodeId, RequestId};
use crate::domain::priority::Priority;
use crate::domain::time::{SimDuration, SimTime};

/// Places of a session.
pub(super) const SPAN: usize = 1_024;

/// Sessions with a ring of their own.
const SESSIONS_MAX: usize = 4_096;

/// The number that stands for the balancer's own queue; no node has it.
const QUEUE: u8 = u8::MAX;

/// A request that was sent on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Sent {
    /// To which worker.
    pub node: NodeId,
    /// In which of its lives.
    pub life: Life,
    /// How urgent it is.
    pub priority: Priority,
    /// When it came to the balancer.
    pub arrived: SimTime,
    /// When it went to the worker.
    pub sent: SimTime,
}

/// What came of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Known {
    /// The worker that is to be counted back.
    pub node: NodeId,
    /// In which of its lives the request was sent to it.
    pub life: Life,
    /// How urgent the request is.
    pub priority: Priority,
    /// How long the worker had it.
    pub at_worker: SimDuration,
    /// How long the balancer and the worker had it.
    pub in_all: SimDuration,
    /// It had been sent to another worker before, which had not answered.
    pub elsewhere: bool,
}

/// A place of a ring; node number 0 is nobody.
#[derive(Clone, Copy, Default, Debug)]
struct Place {
    arrived: u32,
    sent: u32,
    node: u8,
    life: Life,
    priority: Priority,
    trip: Trip,
}

/// Which request of those that share a place is in it, in the low bits, and whether it was at another worker before. One that
/// was never answered leaves its place to the next one, [`SPAN`] requests later, and nothing else.
#[derive(Clone, Copy, Default, Debug)]
struct Trip(u8);

/// Where unanswered requests are.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracker {
    sessions: Vec<Vec<Place>>,
}

impl Tracker {
    /// The request is sent to this worker now. Where it was before, if it was sent before and not answered.
    pub(super) fn put(&mut self, id: RequestId, sent: Sent) -> Option<(NodeId, Life)> {
        let Sent { node, life, priority, .. } = sent;
        let before = *self.place_mut(id);
        let trip = Trip::of(id).after(&before, Some(node));
        let (arrived, sent) = (micros(sent.arrived), micros(sent.sent));
        *self.place_mut(id) = Place { arrived, sent, node: node.0, life, priority, trip };
        at_worker(&before).then_some((NodeId(before.node), before.life))
    }

    /// The request waits here from now on. Where it was before, as for `put`.
    pub(super) fn put_here(&mut self, id: RequestId) -> Option<(NodeId, Life)> {
        let before = *self.place_mut(id);
        *self.place_mut(id) = Place { node: QUEUE, trip: Trip::of(id).after(&before, None), ..Place::default() };
        at_worker(&before).then_some((NodeId(before.node), before.life))
    }

    /// Whether the request waits here.
    pub(super) fn is_here(&self, id: RequestId) -> bool {
        let ring = self.sessions.get(session(id));
        ring.and_then(|ring| ring.get(place(id))).is_some_and(|place| place.node == QUEUE)
    }

    /// The request waits here no longer, nor anywhere else.
    pub(super) fn forget(&mut self, id: RequestId) {
        *self.place_mut(id) = Place::default();
    }

    /// An answer to the request came from this worker. Who is to be counted back, if it is the first.
    pub(super) fn answered(&mut self, now: SimTime, id: RequestId, from: NodeId) -> Option<Known> {
        let place = self.sessions.get_mut(session(id))?.get_mut(place(id))?;
        if place.node != from.0 || !place.trip.is_of(id) {
            return None;
        }
        let Place { arrived, sent, life, priority, trip, .. } = std::mem::take(place);
        let since = |then: u32| SimDuration::from_micros(u64::from(micros(now).wrapping_sub(then)));
        Some(Known {
            node: from,
            life,
            priority,
            at_worker: since(sent),
            in_all: since(arrived),
            elsewhere: trip.elsewhere(),
        })
    }

    /// What the rings take in memory.
    pub(super) fn size_bytes(&self) -> u64 {
        self.sessions.iter().map(|ring| (ring.len() * size_of::<Place>()) as u64).sum()
    }

    fn place_mut(&mut self, id: RequestId) -> &mut Place {
        let session = session(id);
        if session >= self.sessions.len() {
            self.sessions.resize(session + 1, Vec::new());
        }
        let ring = &mut self.sessions[session];
        if ring.is_empty() {
            ring.resize(SPAN, Place::default());
        }
        &mut ring[place(id)]
    }
}

impl Trip {
    const ELSEWHERE: u8 = 0x80;

    const fn of(id: RequestId) -> Self {
        Self((id.sequence.0 / SPAN as u64) as u8 & !Self::ELSEWHERE)
    }

    const fn is_of(self, id: RequestId) -> bool {
        self.0 & !Self::ELSEWHERE == Self::of(id).0
    }

    const fn elsewhere(self) -> bool {
        self.0 & Self::ELSEWHERE != 0
    }

    /// The same request, which was there before and goes to this worker now; nowhere yet, if it waits here.
    fn after(self, before: &Place, to: Option<NodeId>) -> Self {
        let is_same = before.trip.0 & !Self::ELSEWHERE == self.0;
        let left = at_worker(before) && to.is_none_or(|to| before.node != to.0);
        if is_same && (before.trip.elsewhere() || left) { Self(self.0 | Self::ELSEWHERE) } else { self }
    }
}

const fn at_worker(place: &Place) -> bool {
    place.node != 0 && place.node != QUEUE
}

const fn session(id: RequestId) -> usize {
    id.client.0 as usize % SESSIONS_MAX
}

const fn place(id: RequestId) -> usize {
    id.sequence.0 as usize % SPAN
}

const fn micros(time: SimTime) -> u32 {
    (time.0 / 1_000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClientId, Sequence};

    fn sent(node: NodeId, arrived: SimTime, sent: SimTime) -> Sent {
        Sent { node, life: Life::default(), priority: Priority::Vip, arrived, sent }
    }

    #[test]
    fn a_request_that_was_never_answered_says_nothing_of_the_next_one_at_its_place() {
        let mut tracker = Tracker::default();
        let of = |number| ClientId(7).request(Sequence(number));
        let (dead, next) = (of(3), of(3 + SPAN as u64));
        tracker.put(dead, sent(NodeId(1), SimTime::ZERO, SimTime::ZERO));
        assert_eq!(
            tracker.put(next, sent(NodeId(2), SimTime::ZERO, SimTime::ZERO)),
            Some((NodeId(1), Life::default()))
        );
        assert_eq!(tracker.answered(SimTime::ZERO, dead, NodeId(2)), None, "too late, and not its place any more");
        assert_eq!(tracker.answered(SimTime::ZERO, next, NodeId(2)).map(|known| known.elsewhere), Some(false));
        assert_eq!(size_of::<Place>(), 12);
    }

    #[test]
    fn a_request_is_counted_back_once_and_by_its_latest_worker() {
        let mut tracker = Tracker::default();
        let id = ClientId(3).request(Sequence(2_000));
        let (first, second) = (NodeId(1), NodeId(2));
        assert_eq!(tracker.put(id, sent(first, SimTime::ZERO, SimTime::ZERO)), None);
        assert_eq!(tracker.put(id, sent(second, SimTime::ZERO, SimTime::ZERO)), Some((first, Life::default())));
        assert_eq!(tracker.answered(SimTime::ZERO, id, first), None);
        let known = tracker.answered(SimTime::ZERO, id, second).expect("it was sent there");
        assert_eq!((known.node, known.elsewhere), (second, true));
        assert_eq!(tracker.answered(SimTime::ZERO, id, second), None);
    }

    #[test]
    fn a_request_that_its_worker_answers_at_the_second_try_was_not_elsewhere() {
        let mut tracker = Tracker::default();
        let id = ClientId(3).request(Sequence(7));
        for _ in 0..2 {
            tracker.put(id, sent(NodeId(1), SimTime::ZERO, SimTime::ZERO));
        }
        assert_eq!(tracker.answered(SimTime::ZERO, id, NodeId(1)).map(|known| known.elsewhere), Some(false));
    }

    #[test]
    fn times_are_right_though_the_counter_of_microseconds_goes_round() {
        let mut tracker = Tracker::default();
        let id = ClientId(1).request(Sequence(1));
        let hour = u64::from(u32::MAX) * 1_000 - 500_000;
        tracker.put(id, sent(NodeId(1), SimTime(hour), SimTime(hour + 300_000)));
        let known = tracker.answered(SimTime(hour + 2_000_000), id, NodeId(1)).unwrap();
        assert_eq!((known.in_all.as_micros(), known.at_worker.as_micros()), (2_000, 1_700));
        assert_eq!(known.priority, Priority::Vip);
    }

    #[test]
    fn a_request_that_waits_here_is_at_no_worker() {
        let mut tracker = Tracker::default();
        let id = ClientId(1).request(Sequence(1));
        tracker.put(id, sent(NodeId(1), SimTime::ZERO, SimTime::ZERO));
        assert_eq!(tracker.put_here(id), Some((NodeId(1), Life::default())));
        assert!(tracker.is_here(id));
        assert_eq!(tracker.answered(SimTime::ZERO, id, NodeId(1)), None);
        assert_eq!(tracker.put(id, sent(NodeId(2), SimTime::ZERO, SimTime::ZERO)), None);
        assert!(!tracker.is_here(id));
        tracker.forget(id);
        assert_eq!(tracker.answered(SimTime::ZERO, id, NodeId(2)), None);
    }
}
