//! What the balancer has done, for the screen and for reports.
//!
//! Idea: by class of urgency, since that is what waits apart; the workers' own figures are theirs. *Imbalance* is how full
//! the fullest worker is over how full they are on average, in shares of their capacities, so that gateways of different
//! sizes can be compared: 1000 is even, 2000 says that one carries twice its part. Who is out of rotation or drained
//! does not count now; over the whole run everybody counts who has not left.
//! Bound: a table of latencies a class; counts saturate.

use super::Balancer;
use super::reach::Lanes;
use super::worker::Worker;
use crate::domain::priority::Priority;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{BalancerView, ClassView};
use crate::routing::latencies::Latencies;

/// Counts by class.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    classes: [OfClass; Priority::COUNT],
    aged: u64,
    /// Requests that were answered by another worker than the one that was asked first.
    pub(super) elsewhere: u64,
}

#[derive(Clone, Debug, Default)]
struct OfClass {
    routed: u64,
    refused: u64,
    answers: Latencies,
}

impl Figures {
    /// A request was sent to a worker.
    pub(super) fn routed(&mut self, priority: Priority) {
        let routed = &mut self.classes[priority.index()].routed;
        *routed = routed.saturating_add(1);
    }

    /// A request was refused here.
    pub(super) fn refused(&mut self, priority: Priority) {
        let refused = &mut self.classes[priority.index()].refused;
        *refused = refused.saturating_add(1);
    }

    /// A request was served before a more urgent one.
    pub(super) fn aged(&mut self) {
        self.aged = self.aged.saturating_add(1);
    }

    /// So many requests were answered, so long after they came here.
    pub(super) fn answered(&mut self, now: SimTime, priority: Priority, latency: SimDuration, count: u64) {
        self.classes[priority.index()].answers.record_many(now, latency, count);
    }
}

impl Balancer {
    /// What the screen shows.
    pub(super) fn view(&self, now: SimTime) -> BalancerView {
        let queued_of = |priority: Priority| {
            let lanes = (0..Lanes::COUNT).filter(|lane| Lanes::priority(*lane) == priority);
            lanes.map(|lane| self.queue.len(lane) as u64).sum()
        };
        let classes = Priority::ALL.map(|priority| {
            let OfClass { routed, refused, answers } = &self.figures.classes[priority.index()];
            ClassView { queued: queued_of(priority), routed: *routed, refused: *refused, answers: answers.view(now) }
        });
        let sum = |of: fn(&ClassView) -> u64| classes.iter().map(of).fold(0, u64::saturating_add);
        let routed = sum(|class| class.routed);
        let now_full = self.workers.iter().filter(|worker| worker.serves());
        let now_full = now_full.map(|worker| u64::from(worker.utilisation_per_mille()));
        BalancerView {
            strategy: self.picker.strategy,
            routed,
            refused: sum(|class| class.refused),
            queued: sum(|class| class.queued),
            queue_max: self.queue_max as u64,
            aged: self.figures.aged,
            answered_elsewhere: self.figures.elsewhere,
            imbalance_per_mille: imbalance(now_full),
            imbalance_total_per_mille: imbalance(self.there().map(Worker::utilisation_in_all)),
            moved: self.homes.moved(),
            classes,
            workers: self.there().map(|worker| worker.view(now, routed)).collect(),
        }
    }
}

/// The greatest over the mean, in thousandths; even, where all are zero.
fn imbalance(shares: impl Iterator<Item = u64>) -> u32 {
    let (count, sum, most) = shares.fold((0_u128, 0_u128, 0_u128), |(count, sum, most), share| {
        (count + 1, sum + u128::from(share), most.max(u128::from(share)))
    });
    (most * count * 1_000).checked_div(sum).map_or(1_000, |share| u32::try_from(share).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imbalance_is_the_fullest_over_the_mean() {
        assert_eq!(imbalance([5, 5, 5].into_iter()), 1_000);
        assert_eq!(imbalance([0, 0, 9].into_iter()), 3_000);
        assert_eq!(imbalance([2, 4, 6].into_iter()), 1_500);
        assert_eq!(imbalance([0, 0].into_iter()), 1_000);
        assert_eq!(imbalance([].into_iter()), 1_000);
    }
}
