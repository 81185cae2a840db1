//! A queue by class in which nobody starves: the more urgent go first, and whoever has waited long enough goes before them.
//!
//! Idea: a request that has waited for `ageing` counts as one class more urgent than it came, after twice that as two.
//! Two requests that wait keep their order for ever then: of one class the elder is first, and a class of difference
//! is worth exactly `ageing`. So the order is that of `arrival + class x ageing`, a number that never changes, and
//! each lane's best is its eldest.
//! Shape: lanes, each first in, first out and of one class. Whoever takes from the queue may close lanes to itself, since
//! not everybody can serve every lane; among those that are open the best goes first.
//! Bound: what comes `3 x ageing` or more after a request of the lowest class goes behind it, however urgent. So it waits
//! until the queue has served what came before that: `3 x ageing`, and then at most what the queue holds. Without ageing
//! (zero) it waits for as long as somebody more urgent is there.
//! Left out: the bound on how many wait is the caller's, who must answer those that it turns away.

use std::collections::VecDeque;

use crate::domain::priority::Priority;
use crate::domain::time::{SimDuration, SimTime};

/// A queue by class.
#[derive(Clone, Debug)]
pub struct AgedQueue<T> {
    lanes: Vec<Lane<T>>,
    ageing: SimDuration,
}

#[derive(Clone, Debug)]
struct Lane<T> {
    priority: Priority,
    items: VecDeque<(SimTime, T)>,
}

/// Who is next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Next {
    /// Its lane.
    pub lane: usize,
    /// Somebody of a more urgent class waits behind it: its age put it first.
    pub aged: bool,
}

impl<T> AgedQueue<T> {
    /// An empty queue with a lane for each of these classes.
    pub fn new(lanes: impl IntoIterator<Item = Priority>, ageing: SimDuration) -> Self {
        let lanes = lanes.into_iter().map(|priority| Lane { priority, items: VecDeque::new() });
        Self { lanes: lanes.collect(), ageing }
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.lanes.iter().all(|lane| lane.items.is_empty())
    }

    /// How many lanes there are.
    pub const fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// How many items wait in a lane.
    pub fn len(&self, lane: usize) -> usize {
        self.lanes[lane].items.len()
    }

    /// The class of a lane.
    pub fn priority(&self, lane: usize) -> Priority {
        self.lanes[lane].priority
    }

    /// Puts an item at the end of its lane.
    pub fn push(&mut self, lane: usize, arrived: SimTime, item: T) {
        self.lanes[lane].items.push_back((arrived, item));
    }

    /// Puts an item back that was taken from the front of its lane.
    pub fn put_back(&mut self, lane: usize, arrived: SimTime, item: T) {
        self.lanes[lane].items.push_front((arrived, item));
    }

    /// Who is next, of the lanes that are open.
    pub fn next(&self, open: impl Fn(usize) -> bool) -> Option<Next> {
        let waiting = |(place, lane): (usize, &Lane<T>)| {
            let (arrived, _) = lane.items.front()?;
            Some((self.key(lane.priority, *arrived), place, lane.priority))
        };
        let waiting = self.lanes.iter().enumerate().filter(|(place, _)| open(*place)).filter_map(waiting);
        let mut urgent = Priority::Bulk;
        let best = waiting.inspect(|(_, _, priority)| urgent = urgent.min(*priority)).min()?;
        Some(Next { lane: best.1, aged: urgent < best.2 })
    }

    /// The first of a lane.
    pub fn front(&self, lane: usize) -> Option<&(SimTime, T)> {
        self.lanes[lane].items.front()
    }

    /// The last of a lane.
    pub fn last(&self, lane: usize) -> Option<&(SimTime, T)> {
        self.lanes[lane].items.back()
    }

    /// Takes the first of a lane.
    pub fn pop(&mut self, lane: usize) -> Option<(SimTime, T)> {
        self.lanes[lane].items.pop_front()
    }

    /// Takes the last of a lane: whoever came last is turned away first.
    pub fn pop_last(&mut self, lane: usize) -> Option<(SimTime, T)> {
        self.lanes[lane].items.pop_back()
    }

    /// Takes out of a lane whatever is like this, in its order.
    pub fn take_where(&mut self, lane: usize, is_meant: impl Fn(&T) -> bool) -> Vec<T> {
        let items = &mut self.lanes[lane].items;
        if !items.iter().any(|(_, item)| is_meant(item)) {
            return Vec::new();
        }
        let (meant, left): (Vec<_>, Vec<_>) = items.drain(..).partition(|(_, item)| is_meant(item));
        items.extend(left);
        meant.into_iter().map(|(_, item)| item).collect()
    }

    /// Empties a lane.
    pub fn drain(&mut self, lane: usize) -> impl Iterator<Item = T> + '_ {
        self.lanes[lane].items.drain(..).map(|(_, item)| item)
    }

    /// The order of service: whole classes first where nobody ages, else the arrival put off by the class.
    fn key(&self, priority: Priority, arrived: SimTime) -> (usize, SimTime, Priority) {
        if self.ageing == SimDuration::ZERO {
            (priority.index(), arrived, priority)
        } else {
            (0, arrived + self.ageing.times(priority.index() as u64), priority)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGEING: SimDuration = SimDuration::from_millis(100);

    fn queue(ageing: SimDuration) -> AgedQueue<u64> {
        AgedQueue::new(Priority::ALL, ageing)
    }

    fn take(queue: &mut AgedQueue<u64>) -> Option<(Priority, u64, bool)> {
        let next = queue.next(|_| true)?;
        queue.pop(next.lane).map(|(_, item)| (queue.priority(next.lane), item, next.aged))
    }

    #[test]
    fn the_more_urgent_go_first_and_of_one_class_the_eldest() {
        let mut queue = queue(AGEING);
        for (place, priority) in [3, 2, 1, 0, 2, 0].into_iter().enumerate() {
            queue.push(priority, SimTime::from_millis(place as u64), place as u64);
        }
        let order: Vec<u64> = std::iter::from_fn(|| take(&mut queue)).map(|(_, item, _)| item).collect();
        assert_eq!(order, [3, 5, 2, 1, 4, 0]);
    }

    #[test]
    fn a_class_of_difference_is_worth_just_the_ageing() {
        let mut queue = queue(AGEING);
        queue.push(Priority::Bulk.index(), SimTime::from_millis(1_000), 1);
        queue.push(Priority::Normal.index(), SimTime::from_millis(1_100), 2);
        queue.push(Priority::Normal.index(), SimTime::from_millis(1_101), 3);
        assert_eq!(take(&mut queue), Some((Priority::Normal, 2, false)), "of two that are equal the more urgent");
        assert_eq!(take(&mut queue), Some((Priority::Bulk, 1, true)));
        assert_eq!(take(&mut queue), Some((Priority::Normal, 3, false)));
    }

    #[test]
    fn a_closed_lane_is_passed_over() {
        let mut queue = queue(AGEING);
        queue.push(0, SimTime::ZERO, 1);
        queue.push(3, SimTime::ZERO, 2);
        assert_eq!(queue.next(|lane| lane != 0), Some(Next { lane: 3, aged: false }));
        assert_eq!(queue.next(|_| false), None);
    }

    /// A server that takes one a ms, while emergencies come two a ms for ever: how long a bulk request waits.
    fn wait_of_bulk(ageing: SimDuration, for_ms: u64) -> Option<u64> {
        let mut queue = queue(ageing);
        queue.push(Priority::Bulk.index(), SimTime::ZERO, 0);
        (0..for_ms).find(|ms| {
            (0..2).for_each(|_| queue.push(Priority::Emergency.index(), SimTime::from_millis(*ms), 1));
            take(&mut queue).is_some_and(|(priority, _, _)| priority == Priority::Bulk)
        })
    }

    #[test]
    fn under_a_permanent_overload_bulk_is_served_within_the_bound_and_starves_without_ageing() {
        // What comes in three times the ageing is served before it: 601 emergencies at one a ms.
        let wait = wait_of_bulk(AGEING, 10_000);
        assert!(wait.is_some_and(|ms| (600..=602).contains(&ms)), "{wait:?}");
        assert_eq!(wait_of_bulk(SimDuration::ZERO, 10_000), None);
    }
}
