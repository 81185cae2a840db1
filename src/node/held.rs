//! Requests that a gateway holds because their symbol is on its way from one group to another.
//!
//! Idea: a client shall see a move as a little latency and not as a refusal. A held request is tried again when a newer map
//! comes, and after [`AGAIN_AFTER`] in any case. Where a move takes longer than its client waits, it is refused shortly before:
//! whoever hears nothing would not know whether it was done.
//! Bound: [`HELD_MAX`] requests; one more is refused with `Overloaded`, and counted.

use std::collections::VecDeque;

use crate::domain::time::{SimDuration, SimTime};

use super::gateway::Waiting;
use super::venues::Wire;

/// Requests that a gateway holds at most.
pub(super) const HELD_MAX: usize = 4_096;
/// What is held is tried again after this.
pub(super) const AGAIN_AFTER: SimDuration = SimDuration::from_millis(5);
/// What has less time left than this is refused while its client still listens: it was in no log.
pub(super) const LAST_CALL: SimDuration = SimDuration::from_millis(20);

/// What is held, the oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    queue: VecDeque<(SimTime, Waiting)>,
    requests: usize,
    refused: u64,
    /// What travels to venues and back.
    pub(super) wire: Wire,
}

impl Held {
    /// Holds requests.
    ///
    /// # Errors
    /// They do not fit, and come back.
    pub(super) fn push(&mut self, now: SimTime, waiting: Waiting) -> Result<(), Waiting> {
        let requests = self.requests + waiting.batch.len();
        if requests > HELD_MAX {
            self.refused += waiting.batch.len() as u64;
            return Err(waiting);
        }
        self.requests = requests;
        self.queue.push_back((now + AGAIN_AFTER, waiting));
        Ok(())
    }

    /// The next that are to be tried again.
    pub(super) fn pop(&mut self, now: SimTime) -> Option<Waiting> {
        let (_, waiting) = self.queue.pop_front_if(|(at, _)| *at <= now)?;
        self.requests -= waiting.batch.len();
        Some(waiting)
    }

    /// A newer map has come: all are tried again.
    pub(super) fn release(&mut self) {
        self.queue.iter_mut().for_each(|(at, _)| *at = SimTime::ZERO);
    }

    /// When something is to be tried again.
    pub(super) fn next(&self) -> SimTime {
        self.queue.front().map_or(SimTime::NEVER, |(at, _)| *at).min(self.wire.next())
    }

    /// How many requests are held, and how many were refused for want of room.
    pub(super) const fn counts(&self) -> (u64, u64) {
        (self.requests as u64, self.refused)
    }
}
