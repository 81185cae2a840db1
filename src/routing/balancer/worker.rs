//! A worker: what the balancer knows of one gateway.
//!
//! Idea: three sources. Its own count of what it sent and what came back; probes, which put the count right; and the
//! time of one request in a while, smoothed (EWMA), which tells the screen how fast the gateway answers.
//! Putting it right: links keep order, so a probe's answer knows of everything sent before the probe and of nothing
//! sent after it. The count becomes what the gateway said plus what was sent since.
//! Bound: capacity is what the gateway says; before its first word it is assumed small. Counts saturate.

use crate::domain::ids::{NodeId, RequestId};
use crate::domain::order::{Answer, GatewayLoad, Record, Reply};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::WorkerView;
use crate::routing::rate::Rate;

/// What a worker is trusted with before it has said how much it takes.
pub const CAPACITY_ASSUMED: u32 = 64;

/// The smoothed time moves by one part in so many towards each new one (as TCP's does, RFC 6298).
const EWMA_PARTS: u64 = 8;

/// A request whose time is being taken is given up after this: its answer is lost.
const SAMPLE_AGE_MAX: SimDuration = SimDuration::from_secs(1);

/// Which life of a worker a request was sent in; taking it out of rotation ends one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Life(pub u8);

/// What is known of a gateway.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Its node.
    pub node: NodeId,
    in_rotation: bool,
    /// Its node leaves: it gets nothing any more, and what it has it may finish.
    leaves: bool,
    life: Life,
    in_flight: u32,
    capacity: u32,
    missed: u32,
    /// Requests sent since the last probe was.
    since_probe: u32,
    routed: u64,
    rate: Rate,
    latency: SimDuration,
    sample: Option<(RequestId, SimTime)>,
    refusals: Rate,
    /// Requests that came back refused within the second before the last probe.
    refused_lately: u32,
}

impl Worker {
    /// A worker of which nothing is known yet.
    pub(super) fn new(node: NodeId) -> Self {
        Self {
            node,
            in_rotation: true,
            leaves: false,
            life: Life::default(),
            in_flight: 0,
            capacity: CAPACITY_ASSUMED,
            missed: 0,
            since_probe: 0,
            routed: 0,
            rate: Rate::default(),
            latency: SimDuration::ZERO,
            sample: None,
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

    /// How many more it could take now: none while it is out of rotation.
    pub const fn room(&self) -> u32 {
        if self.in_rotation && !self.leaves { self.capacity.saturating_sub(self.in_flight) } else { 0 }
    }

    /// Probes in a row that it has left without an answer.
    pub(super) const fn missed(&self) -> u32 {
        self.missed
    }

    /// Counts requests that are sent to it.
    pub(super) fn take(&mut self, now: SimTime, records: &[Record]) -> Life {
        let count = records.len() as u32;
        self.in_flight = self.in_flight.saturating_add(count);
        self.since_probe = self.since_probe.saturating_add(count);
        self.routed += u64::from(count);
        self.rate.add(now, u64::from(count));
        if self.sample.is_none_or(|(_, sent)| now.since(sent) > SAMPLE_AGE_MAX) {
            self.sample = records.first().map(|record| (record.id, now));
        }
        self.life
    }

    /// Counts a request back, if it was sent in this life.
    pub(super) fn give_back(&mut self, life: Life) {
        if life == self.life {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
    }

    /// Counts refusals, and takes the time of the one request that is watched, if its answer is among these.
    pub(super) fn measure(&mut self, now: SimTime, answers: &[Answer]) {
        let refused = answers.iter().filter(|answer| matches!(answer.reply, Reply::Refused(_))).count() as u64;
        self.refusals.add(now, refused);
        let Some((id, sent)) = self.sample else { return };
        if !answers.iter().any(|answer| answer.id == id) {
            return;
        }
        self.sample = None;
        let (old, new) = (self.latency.0, now.since(sent).0);
        let smoothed = if old == 0 { new } else { (old * (EWMA_PARTS - 1) + new) / EWMA_PARTS };
        self.latency = SimDuration(smoothed);
    }

    /// A probe goes out to it.
    pub(super) fn probed(&mut self, now: SimTime) {
        self.refused_lately = u32::try_from(self.refusals.per_second(now)).unwrap_or(u32::MAX);
        self.missed = self.missed.saturating_add(1);
        self.since_probe = 0;
    }

    /// It answered a probe. True if that brings it back into rotation.
    pub(super) fn heard(&mut self, load: GatewayLoad) -> bool {
        // Only the answer to the last probe says how much was sent since; a late one would count too little.
        if self.missed <= 1 {
            self.in_flight = load.in_flight.saturating_add(load.queued).saturating_add(self.since_probe);
        }
        self.capacity = load.capacity;
        self.missed = 0;
        !std::mem::replace(&mut self.in_rotation, true)
    }

    /// Its node leaves.
    pub(super) const fn retire(&mut self) {
        self.leaves = true;
    }

    /// Takes it out of rotation and forgets what was sent to it. True if it was in.
    pub(super) fn take_out(&mut self) -> bool {
        let was_in = std::mem::replace(&mut self.in_rotation, false);
        if was_in {
            self.life = Life(self.life.0.wrapping_add(1));
            self.in_flight = 0;
            self.sample = None;
        }
        was_in
    }

    /// What the screen shows of it.
    pub(super) fn view(&self, now: SimTime) -> WorkerView {
        WorkerView {
            node: self.node,
            in_rotation: self.in_rotation && !self.leaves,
            in_flight: self.in_flight,
            capacity: self.capacity,
            routed: self.routed,
            routed_per_s: self.rate.per_second(now),
            latency: self.latency,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::ids::{ClientId, Sequence, SymbolId};
    use crate::domain::order::Command;
    use crate::domain::why::Why;

    /// Workers with so many in flight of such a capacity.
    pub(in super::super) fn workers(loads: &[(u32, u32)]) -> Vec<Worker> {
        let mut workers: Vec<Worker> = NodeId::first(loads.len()).map(Worker::new).collect();
        for (worker, (in_flight, capacity)) in workers.iter_mut().zip(loads) {
            worker.heard(GatewayLoad { in_flight: *in_flight, capacity: *capacity, queued: 0 });
        }
        workers
    }

    fn record(sequence: u64) -> Record {
        let id = ClientId(1).request(Sequence(sequence));
        Record { id, floor: Sequence(1), command: Command::Query { symbol: SymbolId(0), order: Sequence(1) } }
    }

    #[test]
    fn a_probe_puts_the_count_right_and_keeps_what_was_sent_since() {
        let mut worker = Worker::new(NodeId(1));
        worker.take(SimTime::ZERO, &[record(1), record(2), record(3)]);
        worker.probed(SimTime::ZERO);
        worker.take(SimTime::ZERO, &[record(4)]);
        worker.heard(GatewayLoad { in_flight: 1, capacity: 10, queued: 1 });
        assert_eq!((worker.in_flight(), worker.room()), (3, 7));
    }

    #[test]
    fn the_smoothed_time_moves_an_eighth_of_the_way() {
        let mut worker = Worker::new(NodeId(1));
        let answer_after = |worker: &mut Worker, sequence: u64, ms: u64| {
            worker.take(SimTime::ZERO, &[record(sequence)]);
            let answer = Answer { id: record(sequence).id, reply: Reply::Refused(Why::NoLeader) };
            worker.measure(SimTime::from_millis(ms), &[answer]);
            worker.latency
        };
        assert_eq!(answer_after(&mut worker, 1, 8), SimDuration::from_millis(8));
        assert_eq!(answer_after(&mut worker, 2, 16), SimDuration::from_millis(9));
    }

    #[test]
    fn refusals_weigh_for_a_second_and_are_then_forgotten() {
        let mut worker = Worker::new(NodeId(1));
        let refused = |sequence| Answer { id: record(sequence).id, reply: Reply::Refused(Why::NoLeader) };
        worker.measure(SimTime::from_millis(10), &[refused(1), refused(2)]);
        worker.probed(SimTime::from_millis(100));
        assert_eq!((worker.in_flight(), worker.burden()), (0, 2));
        worker.probed(SimTime::from_millis(1_200));
        assert_eq!(worker.burden(), 0);
    }

    #[test]
    fn a_count_never_wraps() {
        let mut worker = Worker::new(NodeId(1));
        let life = worker.take(SimTime::ZERO, &[record(1)]);
        (0..5).for_each(|_| worker.give_back(life));
        assert_eq!(worker.in_flight(), 0);
    }
}
