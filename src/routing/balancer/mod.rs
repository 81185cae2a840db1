//! The balancer: every request passes it on the way in, every answer on the way out.
//!
//! Idea: it knows only what it was told. A worker (a gateway) is in rotation while it answers probes; how full it is,
//! is counted from requests and answers and put right by every probe. A dead gateway is found by its silence alone.
//! Shape: an actor. `reach` says whom a request may go to, `strategy` picks one of them, `worker` is what is known of a
//! gateway, `tracker` counts; `intake` takes requests in and keeps those that must wait.
//! Units: a round of probes every 50 virtual ms, two messages a worker.
//! Bound: `balancer.queue_max` requests of each class wait here while all whom they may go to are full; the newest above
//! that are refused (`Overloaded`). Where nobody is in rotation nobody waits: all are refused (`NoWorker`). Counts
//! never go below zero nor wrap; requests at a worker that is taken out are forgotten: their clients ask again. A node
//! that has left the cluster keeps its place in the table, and is neither probed nor asked nor shown.

mod bounded_hash;
mod figures;
mod free_capacity;
mod homes;
mod intake;
mod least_connections;
mod lowest_latency;
mod pace;
mod reach;
mod round_robin;
pub mod strategy;
mod symbol_modulo;
mod tracker;
mod two_choices;
pub mod worker;

use std::sync::Arc;

use self::figures::Figures;
use self::homes::Homes;
use self::intake::Waiting;
use self::reach::Lanes;
use self::strategy::Picker;
use self::tracker::Tracker;
use self::worker::Worker;
use super::aged_queue::AgedQueue;
use super::drain::Drain;
use crate::domain::actor::{Actor, ActorEffect, ActorInput, Draft, Membership};
use crate::domain::control::{Control, Target};
use crate::domain::event::EventKind;
use crate::domain::ids::{ActorId, Address, NodeId};
use crate::domain::order::{Answer, DeskMessage, GatewayLoad, Reply};
use crate::domain::priority::Classes;
use crate::domain::runs::Runs;
use crate::domain::settings::Settings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{ClusterView, Duty};
use crate::domain::why::Why;

/// A worker that leaves this many probes in a row without an answer is out of rotation.
pub const PROBES_MISSED_MAX: u32 = 3;

/// The balancer.
#[derive(Clone, Debug)]
pub struct Balancer {
    picker: Picker,
    lanes: Lanes,
    workers: Vec<Worker>,
    tracker: Tracker,
    queue: AgedQueue<Waiting>,
    queue_max: usize,
    /// The queue has refused since it was last empty.
    told_full: bool,
    /// Between two rounds of probes.
    probe_every: SimDuration,
    next_probe: SimTime,
    /// How fast the queue empties.
    drain: Drain,
    /// What cannot be answered in time is refused.
    admission: bool,
    figures: Figures,
    homes: Homes,
}

impl Balancer {
    /// The balancer of a cluster with these settings; it assumes every worker to be there until probes say otherwise.
    pub fn new(settings: &Settings, seed: u64) -> Self {
        let workers: Vec<Worker> = NodeId::first(settings.cluster.nodes).map(Worker::new).collect();
        let homes = Homes::new(settings.market.instruments, &workers);
        let members = workers.iter().map(|worker| worker.node).collect();
        let lanes = (0..Lanes::COUNT).map(Lanes::priority);
        let classes = Classes::new(&settings.client, &settings.balancer.priority_by_type);
        Self {
            picker: Picker::new(settings.load.strategy, workers.len(), seed),
            lanes: Lanes::new(classes, &settings.balancer, members),
            workers,
            tracker: Tracker::default(),
            queue: AgedQueue::new(lanes, settings.balancer.ageing),
            queue_max: settings.balancer.queue_max,
            told_full: false,
            probe_every: settings.balancer.probe,
            next_probe: SimTime::ZERO,
            drain: Drain::default(),
            admission: settings.admission.on,
            figures: Figures::default(),
            homes,
        }
    }

    /// Passes answers on to the clients, and counts them.
    fn on_answers(&mut self, now: SimTime, from: NodeId, answers: Arc<[Answer]>, out: &mut Vec<ActorEffect>) {
        let (mut refused, mut weighing, mut answered, mut waited) = (0, 0, 0, 0_u64);
        let (mut at_worker, mut in_all) = (Runs::default(), Runs::default());
        for answer in answers.iter().filter(|answer| !matches!(answer.reply, Reply::Notice(_))) {
            let is_refusal = matches!(answer.reply, Reply::Refused(_));
            refused += u64::from(is_refusal);
            weighing += u64::from(matches!(answer.reply, Reply::Refused(why) if weighs(why)));
            let Some(known) = self.tracker.answered(now, answer.id, from) else { continue };
            let Some(worker) = self.workers.get_mut(from.index()) else { continue };
            worker.give_back(known.life);
            if !is_refusal {
                if let Some((latency, count)) = at_worker.add(known.at_worker) {
                    worker.answered(now, latency, count);
                }
                if let Some(((priority, latency), count)) = in_all.add((known.priority, known.in_all)) {
                    self.figures.answered(now, priority, latency, count);
                }
                self.figures.elsewhere += u64::from(known.elsewhere);
                answered += 1;
                waited += known.at_worker.0;
            }
        }
        if let Some(((priority, latency), count)) = in_all.end() {
            self.figures.answered(now, priority, latency, count);
        }
        if let Some(worker) = self.workers.get_mut(from.index()) {
            if let Some((latency, count)) = at_worker.end() {
                worker.answered(now, latency, count);
            }
            worker.refused(now, refused, weighing);
            if let Some(mean) = waited.checked_div(answered) {
                worker.measured(now, SimDuration(mean));
            }
        }
        out.push(ActorEffect::Send { to: ActorId::CLIENTS.into(), message: DeskMessage::Answers(answers) });
        self.go_on(now, out);
    }

    fn on_probe_answer(&mut self, now: SimTime, from: NodeId, load: GatewayLoad, out: &mut Vec<ActorEffect>) {
        let Some(worker) = self.workers.get_mut(from.index()) else { return };
        if worker.heard(load) {
            out.push(about(from, EventKind::Rotation { back: true }));
            self.note_homes();
        }
        self.go_on(now, out);
    }

    /// Something may have become free.
    fn go_on(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        for worker in &mut self.workers {
            if worker.has_emptied() {
                out.push(about(worker.node, EventKind::Drained));
            }
        }
        self.serve_queue(now, out);
    }

    /// A gateway comes, is drained, or is gone for good.
    fn on_member(&mut self, node: NodeId, membership: Membership) {
        match membership {
            // The table goes by node numbers, and these only grow.
            Membership::Member | Membership::Joining => {
                let known = self.workers.len();
                self.workers.extend((known..=node.index()).map(|place| Worker::new(NodeId::from_index(place))));
                self.picker.follow(self.workers.len());
                self.lanes.follow(self.there().map(|worker| worker.node).collect());
            }
            Membership::Leaving => {
                if let Some(worker) = self.workers.get_mut(node.index()) {
                    worker.set_duty(Duty::Draining);
                }
            }
            // Its place in the table stays empty.
            Membership::Gone => {
                if let Some(worker) = self.workers.get_mut(node.index()) {
                    worker.leave();
                }
                self.lanes.follow(self.there().map(|worker| worker.node).collect());
            }
        }
        self.note_homes();
    }

    /// The workers whose nodes have not left.
    fn there(&self) -> impl Iterator<Item = &Worker> {
        self.workers.iter().filter(|worker| !worker.has_left())
    }

    /// A round of probes; who has missed too many goes out first.
    fn probe(&mut self, now: SimTime, out: &mut Vec<ActorEffect>) {
        for worker in self.workers.iter_mut().filter(|worker| !worker.has_left()) {
            if worker.missed() >= PROBES_MISSED_MAX && worker.take_out() {
                out.push(about(worker.node, EventKind::Rotation { back: false }));
            }
            worker.probed(now);
            out.push(ActorEffect::Send { to: worker.node.into(), message: DeskMessage::Probe });
        }
        self.note_homes();
        self.next_probe = now + self.probe_every;
        out.push(ActorEffect::WakeAt(self.next_probe));
        self.refuse_late(now, out);
        self.go_on(now, out);
    }

    // --- controls

    fn on_control(&mut self, now: SimTime, control: Control, out: &mut Vec<ActorEffect>) {
        match control {
            Control::SetStrategy(strategy) if strategy != self.picker.strategy => {
                self.picker.strategy = strategy;
                self.homes.forget();
                let kind = EventKind::StrategyChanged(strategy);
                out.push(ActorEffect::Tell(Draft { node: None, group: None, kind }));
            }
            Control::SetAdmission(on) => self.admission = on,
            Control::Drain(Target::Node(node)) => self.set_duty(node, Duty::Draining, control, out),
            Control::Undrain(Target::Node(node)) => self.set_duty(node, Duty::Serving, control, out),
            _ => return,
        }
        self.go_on(now, out);
    }

    fn set_duty(&mut self, node: NodeId, duty: Duty, control: Control, out: &mut Vec<ActorEffect>) {
        let refusal = self.refusal_of_duty(node, duty);
        if let (None, Some(worker)) = (refusal, self.workers.get_mut(node.index())) {
            worker.set_duty(duty);
            self.note_homes();
        }
        let kind = refusal.map_or(EventKind::Draining { on: duty != Duty::Serving }, |why| EventKind::ControlRefused {
            control,
            why,
        });
        out.push(about(node, kind));
    }

    fn refusal_of_duty(&self, node: NodeId, duty: Duty) -> Option<Why> {
        match self.workers.get(node.index()) {
            None => Some(Why::NoTarget),
            Some(worker) if worker.has_left() => Some(Why::NoTarget),
            Some(worker) => (!worker.would_change(duty)).then_some(Why::AlreadySo),
        }
    }
}

/// The event of a worker.
const fn about(node: NodeId, kind: EventKind) -> ActorEffect {
    ActorEffect::Tell(Draft { node: Some(node), group: None, kind })
}

impl Actor for Balancer {
    fn step(&mut self, now: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>) {
        match input {
            ActorInput::Start => self.probe(now, out),
            ActorInput::Wake if now >= self.next_probe => self.probe(now, out),
            ActorInput::Wake | ActorInput::Event(_) => {}
            ActorInput::Receive { message: DeskMessage::Submit(submission), .. } => {
                self.on_submit(now, submission, out);
            }
            ActorInput::Receive { from: Address::Node(node), message: DeskMessage::Answers(answers) } => {
                self.on_answers(now, node, answers, out);
            }
            ActorInput::Receive { from: Address::Node(node), message: DeskMessage::ProbeAnswer(load) } => {
                self.on_probe_answer(now, node, load, out);
            }
            ActorInput::Receive { .. } => {}
            ActorInput::Member(node, membership) => self.on_member(node, membership),
            ActorInput::Control(control) => self.on_control(now, control, out),
        }
    }

    fn refusal(&self, _: SimTime, control: &Control) -> Option<Why> {
        match control {
            Control::Drain(Target::Node(node)) => self.refusal_of_duty(*node, Duty::Draining),
            Control::Undrain(Target::Node(node)) => self.refusal_of_duty(*node, Duty::Serving),
            _ => None,
        }
    }

    fn contribute(&self, now: SimTime, view: &mut ClusterView) {
        view.balancer = self.view(now);
    }

    fn size_bytes(&self) -> u64 {
        self.tracker.size_bytes()
    }

    fn boxed_clone(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}

/// Whether a refusal says something of the gateway that it came through. A voter that is missing is missing for all: nodes that
/// were up meanwhile would look loaded, and the one that comes back would draw every request.
const fn weighs(why: Why) -> bool {
    !matches!(why, Why::NotAcknowledgeable(_))
}

#[cfg(test)]
mod tests;
