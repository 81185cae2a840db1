//! A worker: what the balancer knows of one gateway.
//!
//! Idea: three sources. Its own count of what it sent and what came back; probes, which put the count right; and the
//! time of every answer (`pace`), which tells strategies and the screen how fast the gateway is.
//! Putting it right: links keep order, so a probe's answer knows of everything sent before the probe and of nothing
//! sent after it. The count becomes what the gateway said plus what was sent since.
//! Duty: a worker that is drained gets nothing new and finishes what it has; it stays in rotation, since it answers.
//! Bound: capacity is what the gateway says; before its first word it is assumed small. Counts saturate.

use super::pace::Pace;
use crate::domain::ids::NodeId;
use crate::domain::order::GatewayLoad;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{Duty, WorkerView};
use crate::routing::rate::Rate;

/// What a worker is trusted with before it has said how much it takes.
pub const CAPACITY_ASSUMED: u32 = 64;

/// Each probe forgets this fraction of the refusals (1/16): half of them in about half a second.
const REFUSALS_FADE_PARTS: u32 = 16;

/// Which life of a worker a request was sent in; taking it out of rotation ends one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Life(pub u8);

/// Whether it is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rotation {
    /// It answers probes.
    In,
    /// It does not; it may come back.
    Out,
    /// Its node has left the cluster and never comes back: its number is not given to another.
    Left,
}

/// What is known of a gateway.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Its node.
    pub node: NodeId,
    rotation: Rotation,
    duty: Duty,
    life: Life,
    in_flight: u32,
    /// What it said of itself last.
    load: GatewayLoad,
    missed: u32,
    /// Requests sent since the last probe was.
    since_probe: u32,
    sent: Counts,
    pace: Pace,
    answered: Rate,
    refusals: Rate,
    /// Refused requests, decaying with each probe: roughly those of the last second. They count immediately; otherwise the
    /// worker that refuses fastest would look idle until the next probe and attract all the traffic.
    refused_lately: u32,
}

/// What was sent to it.
#[derive(Clone, Debug, Default)]
struct Counts {
    routed: u64,
    rate: Rate,
    /// Its utilisation at each round of probes, in thousandths, added up.
    utilisation: u64,
}

impl Worker {
    /// A worker of which nothing is known yet.
    pub fn new(node: NodeId) -> Self {
        Self {
            node,
            rotation: Rotation::In,
            duty: Duty::Serving,
            life: Life::default(),
            in_flight: 0,
            load: GatewayLoad { capacity: CAPACITY_ASSUMED, ..GatewayLoad::default() },
            missed: 0,
            since_probe: 0,
            sent: Counts::default(),
            pace: Pace::default(),
            answered: Rate::default(),
            refusals: Rate::default(),
            refused_lately: 0,
        }
    }

    /// Requests sent to it and not answered.
    pub const fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// What weighs on it: requests in flight, and those that it lately sent back undone. A gateway that is cut off from
    /// the leaders refuses at once; by its connections alone it would look like the fastest of all and draw every request.
    pub const fn burden(&self) -> u32 {
        self.in_flight.saturating_add(self.refused_lately)
    }

    /// What it is worth where turns are dealt by free capacity; what it lately refused counts against it.
    pub const fn weight(&self) -> u32 {
        let free = self.room().saturating_sub(self.refused_lately);
        if free == 0 { 1 } else { free }
    }

    /// Its smoothed answer time; nothing as long as none was taken.
    pub const fn latency(&self) -> SimDuration {
        self.pace.smoothed()
    }

    /// Whether it is asked at all: in rotation, and not drained.
    pub const fn serves(&self) -> bool {
        matches!(self.rotation, Rotation::In) && matches!(self.duty, Duty::Serving)
    }

    /// How many more it could take now: none while it is out of rotation or drained.
    pub const fn room(&self) -> u32 {
        if self.serves() { self.load.capacity.saturating_sub(self.in_flight) } else { 0 }
    }

    /// How full it is, in thousandths of its capacity.
    pub(super) fn utilisation_per_mille(&self) -> u32 {
        (u64::from(self.in_flight) * 1_000 / u64::from(self.load.capacity.max(1))).min(u64::from(u32::MAX)) as u32
    }

    /// Its utilisation over the run, for comparison with that of others.
    pub(super) const fn utilisation_in_all(&self) -> u64 {
        self.sent.utilisation
    }

    /// Probes in a row that it has left without an answer.
    pub(super) const fn missed(&self) -> u32 {
        self.missed
    }

    /// Counts requests that are sent to it.
    pub fn take(&mut self, now: SimTime, count: u32) {
        self.in_flight = self.in_flight.saturating_add(count);
        self.since_probe = self.since_probe.saturating_add(count);
        self.sent.routed = self.sent.routed.saturating_add(u64::from(count));
        self.sent.rate.add(now, u64::from(count));
    }

    /// The life that it is in.
    pub(super) const fn life(&self) -> Life {
        self.life
    }

    /// Counts a request back, if it was sent in this life.
    pub(super) fn give_back(&mut self, life: Life) {
        if life == self.life {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
    }

    /// `count` requests came back undone; `weighing` of them count against this worker.
    pub(super) fn refused(&mut self, now: SimTime, count: u64, weighing: u64) {
        self.refusals.add(now, count);
        self.refused_lately = self.refused_lately.saturating_add(u32::try_from(weighing).unwrap_or(u32::MAX));
    }

    /// So many requests were answered after this time.
    pub(super) fn answered(&mut self, now: SimTime, latency: SimDuration, count: u64) {
        self.pace.record(now, latency, count);
        self.answered.add(now, count);
    }

    /// A message of answers came; this is the mean of their times.
    pub fn measured(&mut self, now: SimTime, latency: SimDuration) {
        self.pace.measured(now, latency);
    }

    /// A probe goes out to it.
    pub(super) fn probed(&mut self, now: SimTime) {
        self.refused_lately -= self.refused_lately.div_ceil(REFUSALS_FADE_PARTS);
        self.missed = self.missed.saturating_add(1);
        self.since_probe = 0;
        self.pace.fade(now);
        self.sent.utilisation = self.sent.utilisation.saturating_add(u64::from(self.utilisation_per_mille()));
    }

    /// It answered a probe. True if that brings it back into rotation.
    pub fn heard(&mut self, load: GatewayLoad) -> bool {
        if self.has_left() {
            return false;
        }
        // Only the answer to the last probe says how much was sent since; a late one would count too little.
        if self.missed <= 1 {
            self.in_flight = load.in_flight.saturating_add(load.queued).saturating_add(self.since_probe);
        }
        self.load = load;
        self.missed = 0;
        std::mem::replace(&mut self.rotation, Rotation::In) == Rotation::Out
    }

    /// Takes it out of rotation and forgets what was sent to it. True if it was in.
    pub(super) fn take_out(&mut self) -> bool {
        let was_in = self.rotation == Rotation::In;
        if was_in {
            self.rotation = Rotation::Out;
            self.life = Life(self.life.0.wrapping_add(1));
            self.in_flight = 0;
        }
        was_in
    }

    /// Its node has left the cluster: nothing is asked of it any more, and nothing expected.
    pub(super) fn leave(&mut self) {
        self.take_out();
        (self.rotation, self.duty) = (Rotation::Left, Duty::Drained);
    }

    /// Whether its node has left the cluster.
    pub(super) const fn has_left(&self) -> bool {
        matches!(self.rotation, Rotation::Left)
    }

    /// Whether this duty would change anything: a worker that drains and one that has drained take nothing alike.
    pub(super) fn would_change(&self, duty: Duty) -> bool {
        (self.duty == Duty::Serving) != (duty == Duty::Serving)
    }

    /// It gets nothing new, or takes part again.
    pub(super) fn set_duty(&mut self, duty: Duty) {
        if self.would_change(duty) {
            self.duty = duty;
        }
    }

    /// Whether it has just finished what it had when it was drained: true once.
    pub(super) fn has_emptied(&mut self) -> bool {
        let emptied = self.duty == Duty::Draining && self.in_flight == 0;
        if emptied {
            self.duty = Duty::Drained;
        }
        emptied
    }

    /// What the screen shows of it, of so many requests that were routed in all.
    pub(super) fn view(&self, now: SimTime, routed: u64) -> WorkerView {
        WorkerView {
            node: self.node,
            in_rotation: self.rotation == Rotation::In,
            duty: self.duty,
            in_flight: self.in_flight,
            capacity: self.load.capacity,
            utilisation_per_mille: self.utilisation_per_mille(),
            queued: self.load.queued_by_class,
            routed: self.sent.routed,
            routed_per_s: self.sent.rate.per_second(now),
            answered_per_s: self.answered.per_second(now),
            share_per_mille: (u128::from(self.sent.routed) * 1_000 / u128::from(routed.max(1))) as u32,
            refused_per_s: self.refusals.per_second(now),
            latency: self.pace.smoothed(),
            answers: self.pace.latencies().view(now),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::strategy::Question;
    use super::*;
    use crate::domain::ids::{NodeSet, SymbolId};

    /// Workers with so many in flight of such a capacity.
    pub(in super::super) fn workers(loads: &[(u32, u32)]) -> Vec<Worker> {
        let mut workers: Vec<Worker> = NodeId::first(loads.len()).map(Worker::new).collect();
        for (worker, (in_flight, capacity)) in workers.iter_mut().zip(loads) {
            worker.heard(GatewayLoad { in_flight: *in_flight, capacity: *capacity, ..GatewayLoad::default() });
        }
        workers
    }

    /// Who takes one request that may go anywhere?
    pub(in super::super) fn ask(workers: &[Worker]) -> Question<'_> {
        let reach: NodeSet = workers.iter().map(|worker| worker.node).collect();
        Question { workers, reach, symbol: SymbolId(0), count: 1 }
    }

    #[test]
    fn a_probe_puts_the_count_right_and_keeps_what_was_sent_since() {
        let mut worker = Worker::new(NodeId(1));
        worker.take(SimTime::ZERO, 3);
        worker.probed(SimTime::ZERO);
        worker.take(SimTime::ZERO, 1);
        worker.heard(GatewayLoad { in_flight: 1, capacity: 10, queued: 1, ..GatewayLoad::default() });
        assert_eq!((worker.in_flight(), worker.room()), (3, 7));
    }

    #[test]
    fn refusals_weigh_at_once_and_fade() {
        let mut worker = Worker::new(NodeId(1));
        worker.refused(SimTime::from_millis(10), 32, 32);
        assert_eq!((worker.in_flight(), worker.burden(), worker.weight()), (0, 32, CAPACITY_ASSUMED - 32));
        (1..=10).for_each(|probe| worker.probed(SimTime::from_millis(50 * probe)));
        assert!((10..=16).contains(&worker.burden()), "{}", worker.burden());
        (11..=40).for_each(|probe| worker.probed(SimTime::from_millis(50 * probe)));
        assert_eq!(worker.burden(), 0);
    }

    #[test]
    fn what_it_sends_back_undone_is_no_answer() {
        let mut worker = Worker::new(NodeId(1));
        worker.take(SimTime::from_millis(10), 12);
        worker.refused(SimTime::from_millis(20), 8, 8);
        worker.answered(SimTime::from_millis(20), SimDuration::from_millis(2), 4);
        let view = worker.view(SimTime::from_millis(500), 12);
        assert_eq!((view.routed_per_s, view.answered_per_s, view.refused_per_s), (12, 4, 8));
    }

    #[test]
    fn a_count_never_wraps() {
        let mut worker = Worker::new(NodeId(1));
        worker.take(SimTime::ZERO, 1);
        (0..5).for_each(|_| worker.give_back(worker.life()));
        assert_eq!(worker.in_flight(), 0);
        worker.take(SimTime::ZERO, u32::MAX);
        worker.take(SimTime::ZERO, u32::MAX);
        assert_eq!((worker.in_flight(), worker.room()), (u32::MAX, 0));
        assert_eq!(worker.sent.routed, 1 + 2 * u64::from(u32::MAX));
    }

    #[test]
    fn a_drained_worker_is_asked_no_more_and_says_once_when_it_is_empty() {
        let mut worker = Worker::new(NodeId(1));
        worker.take(SimTime::ZERO, 1);
        assert!(worker.would_change(Duty::Draining));
        worker.set_duty(Duty::Draining);
        assert!(!worker.would_change(Duty::Draining), "it is drained already");
        assert_eq!((worker.room(), worker.has_emptied()), (0, false));
        worker.give_back(worker.life());
        assert!(worker.has_emptied() && !worker.has_emptied());
        assert!(!worker.would_change(Duty::Draining), "it is still drained");
        worker.set_duty(Duty::Serving);
        assert!(worker.room() > 0);
    }
}
