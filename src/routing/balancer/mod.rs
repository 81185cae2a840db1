//! The balancer: every request passes it on the way in, every answer on the way out.
//!
//! Idea: it knows only what it was told. A worker (a gateway) is in rotation while it answers probes; how full it is,
//! is counted from requests and answers and put right by every probe. A dead gateway is found by its silence alone.
//! Shape: an actor; `strategy` picks, `tracker` counts, `worker` is what is known of one gateway.
//! Units: a round of probes every 50 virtual ms, two messages a worker.
//! Bound: it queues nothing. When no worker in rotation has room, the rest of a submission is refused (`NoWorker`);
//! counts never go below zero, and requests at a worker that is taken out are forgotten: their clients ask again.
//! Left out: priorities, more strategies (each one a file and an arm of `strategy::pick`).

mod least_connections;
mod round_robin;
pub mod strategy;
mod tracker;
pub mod worker;

use std::sync::Arc;

use self::tracker::Tracker;
use self::worker::Worker;
use crate::domain::actor::{Actor, ActorEffect, ActorInput, Draft, Membership};
use crate::domain::control::Control;
use crate::domain::event::EventKind;
use crate::domain::ids::{ActorId, Address, NodeId};
use crate::domain::order::{Answer, Batch, DeskMessage, GatewayLoad, Record, Submission};
use crate::domain::rules::Strategy;
use crate::domain::settings::Settings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{BalancerView, ClusterView};
use crate::domain::why::Why;

/// Between two rounds of probes.
pub const PROBE_EVERY: SimDuration = SimDuration::from_millis(50);

/// A worker that leaves this many probes in a row without an answer is out of rotation.
pub const PROBES_MISSED_MAX: u32 = 3;

/// The balancer.
#[derive(Clone, Debug)]
pub struct Balancer {
    strategy: Strategy,
    workers: Vec<Worker>,
    tracker: Tracker,
    /// Whom the last pick fell on: strategies go on behind it.
    last: usize,
    next_probe: SimTime,
    routed: u64,
    refused: u64,
}

impl Balancer {
    /// The balancer of a cluster with these settings; it assumes every worker to be there until probes say otherwise.
    pub fn new(settings: &Settings) -> Self {
        let workers: Vec<Worker> = NodeId::first(settings.cluster.nodes).map(Worker::new).collect();
        Self {
            strategy: settings.load.strategy,
            last: workers.len().saturating_sub(1),
            workers,
            tracker: Tracker::default(),
            next_probe: SimTime::ZERO,
            routed: 0,
            refused: 0,
        }
    }

    /// Takes requests in: forwards them, over several workers if one has no room for all.
    fn on_submit(&mut self, now: SimTime, from: Address, submission: &Submission, out: &mut Vec<ActorEffect>) {
        let mut done = 0;
        while done < submission.batch.len() {
            let Some(at) = strategy::pick(self.strategy, &self.workers, self.last) else {
                self.refuse(from, &submission.batch.records()[done..], out);
                return;
            };
            self.last = at;
            let end = submission.batch.len().min(done + self.workers[at].room() as usize);
            // The whole batch travels as it is, for a pointer; only a part costs a copy and a new digest.
            let whole = done == 0 && end == submission.batch.len();
            let batch =
                if whole { submission.batch.clone() } else { Batch::new(&submission.batch.records()[done..end]) };
            let part = Submission { batch, read_from: submission.read_from, deadline: submission.deadline };
            self.forward(now, at, part, out);
            done = end;
        }
    }

    fn forward(&mut self, now: SimTime, at: usize, submission: Submission, out: &mut Vec<ActorEffect>) {
        let worker = &mut self.workers[at];
        let life = worker.take(now, submission.batch.records());
        let node = worker.node;
        self.routed += submission.batch.len() as u64;
        for record in submission.batch.records() {
            // A request that is sent again no longer counts where it was before: its session waits for the new one.
            if let Some((node, life)) = self.tracker.put(record.id, node, life) {
                self.workers[node.index()].give_back(life);
            }
        }
        out.push(ActorEffect::Send { to: node.into(), message: DeskMessage::Submit(submission) });
    }

    fn refuse(&mut self, from: Address, records: &[Record], out: &mut Vec<ActorEffect>) {
        self.refused += records.len() as u64;
        let answers: Arc<[Answer]> = records.iter().map(|record| Answer::refused(record.id, Why::NoWorker)).collect();
        out.push(ActorEffect::Send { to: from, message: DeskMessage::Answers(answers) });
    }

    /// Passes answers on to the clients, and counts them.
    fn on_answers(&mut self, now: SimTime, from: NodeId, answers: Arc<[Answer]>, out: &mut Vec<ActorEffect>) {
        for answer in answers.iter() {
            if let Some((node, life)) = self.tracker.answered(answer.id, from) {
                self.workers[node.index()].give_back(life);
            }
        }
        if let Some(worker) = self.workers.get_mut(from.index()) {
            worker.measure(now, &answers);
        }
        out.push(ActorEffect::Send { to: ActorId::CLIENTS.into(), message: DeskMessage::Answers(answers) });
    }

    fn on_probe_answer(&mut self, from: NodeId, load: GatewayLoad, out: &mut Vec<ActorEffect>) {
        let Some(worker) = self.workers.get_mut(from.index()) else { return };
        if worker.heard(load) {
            out.push(rotation(from, EventKind::Rotation { back: true }));
        }
    }

    /// A gateway comes, is drained, or is gone for good.
    fn on_member(&mut self, node: NodeId, membership: Membership) {
        match membership {
            // The table goes by node numbers, and these only grow.
            Membership::Member | Membership::Joining => {
                let known = self.workers.len();
                self.workers.extend((known..=node.index()).map(|place| Worker::new(NodeId::from_index(place))));
            }
            Membership::Leaving | Membership::Gone => {
                if let Some(worker) = self.workers.get_mut(node.index()) {
                    worker.retire();
                }
            }
        }
    }

    /// A round of probes; who has missed too many goes out first.
    fn probe(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        for worker in &mut self.workers {
            if worker.missed() >= PROBES_MISSED_MAX && worker.take_out() {
                out.push(rotation(worker.node, EventKind::Rotation { back: false }));
            }
            worker.probed(now);
            out.push(ActorEffect::Send { to: worker.node.into(), message: DeskMessage::Probe });
        }
        self.next_probe = now + PROBE_EVERY;
        out.push(ActorEffect::WakeAt(self.next_probe));
    }
}

/// The event of a worker that goes out of rotation or comes back.
const fn rotation(node: NodeId, kind: EventKind) -> ActorEffect {
    ActorEffect::Tell(Draft { node: Some(node), group: None, kind })
}

impl Actor for Balancer {
    fn step(&mut self, now: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>) {
        match input {
            ActorInput::Start => self.probe(now, out),
            ActorInput::Wake if now >= self.next_probe => self.probe(now, out),
            ActorInput::Wake | ActorInput::Event(_) => {}
            ActorInput::Receive { from, message: DeskMessage::Submit(submission) } => {
                self.on_submit(now, from, &submission, out);
            }
            ActorInput::Receive { from: Address::Node(node), message: DeskMessage::Answers(answers) } => {
                self.on_answers(now, node, answers, out);
            }
            ActorInput::Receive { from: Address::Node(node), message: DeskMessage::ProbeAnswer(load) } => {
                self.on_probe_answer(node, load, out);
            }
            ActorInput::Receive { .. } => {}
            ActorInput::Control(Control::SetStrategy(strategy)) if strategy != self.strategy => {
                self.strategy = strategy;
                let kind = EventKind::StrategyChanged(strategy);
                out.push(ActorEffect::Tell(Draft { node: None, group: None, kind }));
            }
            ActorInput::Member(node, membership) => self.on_member(node, membership),
            ActorInput::Control(_) => {}
        }
    }

    fn contribute(&self, now: SimTime, view: &mut ClusterView) {
        view.balancer = BalancerView {
            strategy: self.strategy,
            routed: self.routed,
            refused: self.refused,
            workers: self.workers.iter().map(|worker| worker.view(now)).collect(),
        };
    }

    fn boxed_clone(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests;
