//! The journal: notable events, numbered, the latest of them kept.
//!
//! Idea: an event gets its number, its time and its cause here and nowhere else. `cause` is the latest notable event
//! told in the step that sent what led here; a step that told nothing passes on the cause of its own input.
//! Bound: [`KEPT_MAX`] events in the ring, or fewer while what is kept to look back has no room for them ([`Journal::halve`], [`Journal::grow`]), and
//! [`FRESH_MAX`] that nobody has taken yet; older ones are dropped and counted, and can be made again from a checkpoint.

use std::collections::VecDeque;

use crate::domain::actor::Draft;
use crate::domain::event::Event;
use crate::domain::ids::EventId;
use crate::domain::time::SimTime;
use crate::domain::view::EVENTS_MAX;

use super::repeats::{News, Repeats};

/// Events that the ring keeps.
pub const KEPT_MAX: usize = 16_384;
/// Events that wait to be taken by `take_new_events`.
pub const FRESH_MAX: usize = 65_536;

/// The events of a run.
#[derive(Clone)]
pub(super) struct Journal {
    kept: VecDeque<Event>,
    kept_max: usize,
    fresh: VecDeque<Event>,
    total: u64,
    dropped: u64,
    fresh_dropped: u64,
    repeats: Repeats,
}

impl Default for Journal {
    fn default() -> Self {
        let (kept, fresh, repeats) = (VecDeque::new(), VecDeque::new(), Repeats::default());
        Self { kept, kept_max: KEPT_MAX, fresh, total: 0, dropped: 0, fresh_dropped: 0, repeats }
    }
}

impl Journal {
    /// The older half goes, and no more are kept until there is room; how many went. The last [`EVENTS_MAX`] always stay.
    pub fn halve(&mut self) -> u64 {
        let keep = (self.kept.len() / 2).max(EVENTS_MAX).min(self.kept.len());
        let gone = self.kept.len() - keep;
        if gone > 0 {
            self.kept.drain(..gone);
            self.kept.shrink_to_fit();
            self.kept_max = keep;
            self.dropped += gone as u64;
        }
        gone as u64
    }

    /// There is room again for twice as many, up to [`KEPT_MAX`]; false if nothing is to be had by it.
    pub fn grow(&mut self) -> bool {
        let is_full = self.kept.len() == self.kept_max && self.kept_max < KEPT_MAX;
        if is_full {
            self.kept_max = (self.kept_max * 2).min(KEPT_MAX);
        }
        is_full
    }

    /// The number of the next event.
    pub const fn next_id(&self) -> EventId {
        EventId(self.total + 1)
    }

    /// Whether what happened now is worth an event of its own.
    pub fn news(&mut self, now: SimTime, draft: &Draft) -> News {
        self.repeats.hear(now, self.next_id(), draft)
    }

    /// Writes an event down, which must have the next number.
    pub fn push(&mut self, event: Event) {
        assert_eq!(event.id, self.next_id(), "events are numbered without a gap");
        self.total += 1;
        if self.kept.len() >= self.kept_max {
            self.kept.pop_front();
            self.dropped += 1;
        }
        if self.fresh.len() == FRESH_MAX {
            self.fresh.pop_front();
            self.fresh_dropped += 1;
        }
        self.fresh.push_back(event.clone());
        self.kept.push_back(event);
    }

    /// How many events it holds, those that nobody has taken counted apart.
    pub fn len(&self) -> usize {
        self.kept.len() + self.fresh.len()
    }

    /// The events that are kept, oldest first.
    pub const fn kept(&self) -> &VecDeque<Event> {
        &self.kept
    }

    /// The event of this number, if it is kept.
    pub fn get(&self, id: EventId) -> Option<&Event> {
        let first = self.kept.front()?.id;
        self.kept.get(usize::try_from(id.0.checked_sub(first.0)?).ok()?)
    }

    /// The events since this was asked last, oldest first.
    pub fn take_fresh(&mut self) -> Vec<Event> {
        self.fresh.drain(..).collect()
    }

    /// How many events there were.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// How many fell out of the ring.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many were never taken in time.
    pub const fn fresh_dropped(&self) -> u64 {
        self.fresh_dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventKind;

    fn event(id: EventId) -> Event {
        Event { id, at: SimTime::ZERO, node: None, group: None, kind: EventKind::AllHealed, cause: None, repeated: 0 }
    }

    #[test]
    fn the_ring_keeps_the_latest_and_counts_the_rest() {
        let mut journal = Journal::default();
        for _ in 0..KEPT_MAX + 3 {
            journal.push(event(journal.next_id()));
        }
        assert_eq!((journal.kept().len(), journal.dropped(), journal.total()), (KEPT_MAX, 3, KEPT_MAX as u64 + 3));
        assert_eq!(journal.get(EventId(3)), None);
        assert_eq!(journal.get(EventId(4)).map(|event| event.id), Some(EventId(4)));
        assert_eq!(journal.take_fresh().len(), KEPT_MAX + 3);
        assert!(journal.take_fresh().is_empty());
    }

    #[test]
    fn a_ring_without_room_keeps_the_newer_half_and_never_less_than_a_screen() {
        let mut journal = Journal::default();
        for _ in 0..3 * EVENTS_MAX {
            journal.push(event(journal.next_id()));
        }
        assert_eq!(journal.halve(), (3 * EVENTS_MAX / 2) as u64);
        assert_eq!(journal.halve(), (EVENTS_MAX / 2) as u64);
        assert_eq!(journal.halve(), 0);
        journal.push(event(journal.next_id()));
        assert_eq!((journal.kept().len(), journal.dropped()), (EVENTS_MAX, 2 * EVENTS_MAX as u64 + 1));
        assert_eq!(journal.get(journal.next_id()), None);
        let last = EventId(journal.total());
        assert_eq!(journal.get(last).map(|event| event.id), Some(last), "events are found by their numbers");
    }
}
