//! Admission at a gateway: what would wait too long in its queue is refused on arrival.
//!
//! Idea: before a request come those of its class and the more urgent ones, at the pace of the gateway: its service time, and
//! where its places are full, the rate at which answers free them, as measured. Half of the time that is left is the
//! leader's.

use crate::domain::order::Batch;
use crate::domain::priority::Priority;
use crate::domain::time::SimTime;
use crate::routing::drain::MARGIN;

use super::gateway::Gateway;

impl Gateway {
    /// How many more of a class can be answered in time: more urgent ones are served before, and the leader wants its time.
    pub(super) fn in_time(&self, now: SimTime, lane: usize, deadline: SimTime) -> usize {
        let left = deadline.since(now);
        let ahead: usize = self.queued[..=lane].iter().map(|queued| *queued as usize).sum();
        if !self.admission || ahead == 0 {
            return usize::MAX;
        }
        let eldest = self.queue.front(lane).map(|(arrived, _)| *arrived);
        if self.drain.is_too_slow(now, ahead as u64, eldest, left) {
            return 0;
        }
        let served = (left.0 / MARGIN).checked_div(self.size.service_time.0);
        served.map_or(usize::MAX, |served| (served as usize).saturating_sub(ahead))
    }

    /// Whether requests that could only be answered too late are refused.
    pub(super) const fn set_admission(&mut self, on: bool) {
        self.admission = on;
    }

    /// The requests of a batch by class; the batch itself, if they are of one, as they mostly are.
    pub(super) fn by_class(&self, batch: Batch) -> Vec<(Priority, Batch)> {
        let mut classes = batch.records().iter().map(|record| self.classes.of(record));
        let Some(first) = classes.next() else { return Vec::new() };
        if classes.all(|class| class == first) {
            return vec![(first, batch)];
        }
        let of = |priority: Priority| {
            let records = batch.records().iter().copied().filter(|record| self.classes.of(record) == priority);
            (priority, Batch::new(records.collect::<Vec<_>>()))
        };
        Priority::ALL.into_iter().map(of).filter(|(_, batch)| !batch.is_empty()).collect()
    }

    /// Requests that it holds, and those that it refused because it held too many.
    pub(super) const fn held(&self) -> (u64, u64) {
        self.held.counts()
    }
}
