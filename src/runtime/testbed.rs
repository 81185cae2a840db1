//! What the tests of this room share: a small cluster, a client that sends orders, a probe that counts.

use std::sync::Arc;

use crate::domain::actor::{Actor, ActorEffect, ActorInput, Draft, Probe};
use crate::domain::control::Control;
use crate::domain::event::{Event, EventKind};
use crate::domain::fact::Fact;
use crate::domain::ids::{ActorId, ClientId, GroupId, NodeId, Sequence, SymbolId};
use crate::domain::map::ClusterMap;
use crate::domain::order::{Batch, Command, DeskMessage, OrderType, ReadFrom, Record, Side, Submission};
use crate::domain::settings::Settings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::{Price, Quantity};
use crate::domain::view::ClusterView;

use super::world::{World, WorldSetup};

/// Sends one order to each node in turn, and stops on `SetLoad(false)`.
#[derive(Clone)]
pub struct Client {
    pub every: SimDuration,
    pub nodes: usize,
    pub sent: u64,
    pub answered: u64,
    pub heard: Vec<Control>,
    pub on: bool,
}

impl Actor for Client {
    fn step(&mut self, now: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>) {
        match input {
            ActorInput::Start => out.push(ActorEffect::WakeAt(now + self.every)),
            ActorInput::Wake => {
                out.push(ActorEffect::WakeAt(now + self.every));
                if !self.on {
                    return;
                }
                self.sent += 1;
                let to = NodeId::from_index(self.sent as usize % self.nodes);
                let command = Command::place(SymbolId(0), Side::Buy, OrderType::Limit(Price(10)), Quantity(1));
                let id = ClientId(1).request(Sequence(self.sent));
                let batch = Batch::new([Record { id, floor: Sequence(1), command }]);
                let deadline = now + SimDuration::from_secs(1);
                let submission = Submission { batch, read_from: ReadFrom::Leader, deadline };
                out.push(ActorEffect::Send { to: to.into(), message: DeskMessage::Submit(submission) });
            }
            ActorInput::Receive { message: DeskMessage::Answers(answers), .. } => self.answered += answers.len() as u64,
            ActorInput::Control(control) => {
                self.heard.push(control);
                if let Control::SetLoad(on) = control {
                    self.on = on;
                }
            }
            _ => {}
        }
    }

    fn contribute(&self, _now: SimTime, view: &mut ClusterView) {
        (view.ledger.submitted, view.ledger.acknowledged) = (self.sent, self.answered);
        view.balancer.routed = self.heard.len() as u64;
    }

    fn boxed_clone(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}

/// Counts facts, and says something once to the third crash that it hears of.
#[derive(Clone, Default)]
pub struct Counter {
    pub facts: u64,
    pub crashes: u64,
}

impl Probe for Counter {
    fn observe(&mut self, _now: SimTime, _fact: &Fact, _out: &mut Vec<Draft>) {
        self.facts += 1;
    }

    fn hear(&mut self, event: &Event, out: &mut Vec<Draft>) {
        if let EventKind::Crashed { .. } = event.kind {
            self.crashes += 1;
            if self.crashes == 3 {
                out.push(Draft { node: None, group: None, kind: EventKind::OrdersLost { orders: 3 } });
            }
        }
    }

    fn contribute(&self, _now: SimTime, view: &mut ClusterView) {
        view.ledger.settled = self.facts;
    }

    fn boxed_clone(&self) -> Box<dyn Probe> {
        Box::new(self.clone())
    }
}

/// Every group on every node; symbols to `p1`; `n1` is the first that would lead.
pub fn map(settings: &Settings) -> Arc<ClusterMap> {
    let nodes: Vec<NodeId> = NodeId::first(settings.cluster.nodes).collect();
    Arc::new(ClusterMap {
        groups: vec![nodes.clone(); settings.cluster.partitions + 1],
        owners: SymbolId::all().map(|_| GroupId(1)).collect(),
        nodes,
        ..ClusterMap::default()
    })
}

/// A cluster of five with one partition, an order every millisecond, and a probe.
pub fn world(seed: u64) -> World {
    world_with(seed, |_| {})
}

/// The same with other settings.
pub fn world_with(seed: u64, change: impl FnOnce(&mut Settings)) -> World {
    let mut settings = Settings::default();
    settings.cluster.partitions = 1;
    change(&mut settings);
    let map = map(&settings);
    world_of(seed, settings, map)
}

/// The same over another map.
pub fn world_of(seed: u64, settings: Settings, map: Arc<ClusterMap>) -> World {
    let client = Client {
        every: SimDuration::from_millis(1),
        nodes: settings.cluster.nodes,
        sent: 0,
        answered: 0,
        heard: Vec::new(),
        on: settings.load.on,
    };
    World::new(WorldSetup {
        map,
        settings: Arc::new(settings),
        seed,
        actors: vec![(ActorId::CLIENTS, Box::new(client))],
        probes: vec![Box::<Counter>::default()],
    })
}

/// So many virtual milliseconds into the run.
pub const fn ms(ms: u64) -> SimTime {
    SimTime::from_millis(ms)
}
