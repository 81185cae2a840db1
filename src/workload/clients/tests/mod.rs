//! The clients against a desk that answers as each test wants.

mod answers;
mod feed;
mod load;
mod makers;
mod places;

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::digest::Digest;
use crate::domain::fact::Fact;
use crate::domain::ids::{Address, GroupId, LogIndex, NodeId, RequestId, Sequence, SymbolId, Term};
use crate::domain::order::{Answer, OrderStatus, OrderType, Promise, Reading, Reply, TimeInForce, Verdict};
use crate::domain::units::{Price, Quantity};
use crate::workload::session::SPAN_MAX;

/// What the desk says to a request, and after how long; it may say nothing, or several things.
type Desk = Box<dyn FnMut(SimTime, &Record) -> Vec<(SimDuration, Reply)>>;

/// A driver: a queue of wake-ups and answers, and everything that the clients said.
struct Driver {
    clients: Clients,
    desk: Desk,
    queue: BTreeMap<(SimTime, u64), ActorInput>,
    pushed: u64,
    steps: u64,
    now: SimTime,
    facts: Vec<(SimTime, Fact)>,
    events: Vec<EventKind>,
    in_flight_peak: u64,
    digest: Digest,
}

fn mid(symbol: SymbolId, _: SimTime) -> Price {
    Price(10_000 + i64::from(symbol.0))
}

const PROMISE: Promise = Promise { group: GroupId(1), term: Term(1), index: LogIndex(1) };

fn verdict(resting: u64) -> Reply {
    let status = if resting > 0 { OrderStatus::Pending } else { OrderStatus::Filled };
    Reply::Verdict(PROMISE, Verdict { status, filled: Quantity(0), resting: Quantity(resting) })
}

/// Whether an order of this kind rests if it does not trade.
fn may_rest(command: &Command) -> bool {
    let Command::Place { order_type: OrderType::Limit(_), time_in_force, .. } = command else { return false };
    *time_in_force == TimeInForce::GoodTillCancel
}

/// What a healthy desk says.
fn granted(record: &Record) -> Reply {
    match record.command {
        Command::Query { .. } => Reply::Reading(Reading {
            group: GroupId(1),
            by: NodeId(1),
            index: LogIndex(1),
            behind: 0,
            current: true,
            order: None,
        }),
        Command::Cancel { .. } => verdict(0),
        Command::Replace { .. } | Command::Spread { .. } => verdict(5),
        Command::Place { .. } => verdict(if may_rest(&record.command) { 5 } else { 0 }),
    }
}

const MS_3: SimDuration = SimDuration::from_millis(3);

fn healthy() -> Desk {
    Box::new(|_, record| vec![(MS_3, granted(record))])
}

fn settings(orders_per_s: u64) -> Settings {
    let mut settings = Settings::without_market();
    settings.load.orders_per_s = orders_per_s;
    settings.load.on = orders_per_s > 0;
    settings
}

impl Driver {
    fn new(settings: &Settings, seed: u64, desk: Desk) -> Self {
        let mut driver = Self {
            clients: Clients::new(settings, seed, Mid::Of(mid)),
            desk,
            queue: BTreeMap::new(),
            pushed: 0,
            steps: 0,
            now: SimTime::ZERO,
            facts: Vec::new(),
            events: Vec::new(),
            in_flight_peak: 0,
            digest: Digest::default(),
        };
        driver.step(ActorInput::Start);
        driver
    }

    fn push(&mut self, at: SimTime, input: ActorInput) {
        self.pushed += 1;
        self.queue.insert((at, self.pushed), input);
    }

    fn step(&mut self, input: ActorInput) {
        self.steps += 1;
        let mut out = Vec::new();
        self.clients.step(self.now, input, &mut out);
        for effect in out {
            match effect {
                ActorEffect::WakeAt(at) => self.push(at, ActorInput::Wake),
                ActorEffect::State(fact) => self.facts.push((self.now, fact)),
                ActorEffect::Tell(draft) => self.events.push(draft.kind),
                ActorEffect::Send { to, message: DeskMessage::Submit(submission) } => {
                    assert_eq!(to, Address::Actor(ActorId::BALANCER));
                    assert!(submission.batch.len() <= Batch::RECORDS_MAX);
                    self.digest = self.digest.mix(self.now.0).mix(submission.batch.digest().0);
                    self.answer(&submission.batch);
                }
                other => panic!("clients do not do {other:?}"),
            }
        }
        self.in_flight_peak = self.in_flight_peak.max(self.clients.figures.waiting);
    }

    fn answer(&mut self, batch: &Batch) {
        let mut by_time: BTreeMap<SimTime, Vec<Answer>> = BTreeMap::new();
        for record in batch.records() {
            for (after, reply) in (self.desk)(self.now, record) {
                by_time.entry(self.now + after).or_default().push(Answer { id: record.id, reply });
            }
        }
        for (at, answers) in by_time {
            let message = DeskMessage::Answers(answers.into());
            self.push(at, ActorInput::Receive { from: ActorId::BALANCER.into(), message });
        }
    }

    fn run_to(&mut self, ms: u64) {
        while let Some(((at, number), input)) = self.queue.pop_first() {
            if at > SimTime::from_millis(ms) {
                self.queue.insert((at, number), input);
                break;
            }
            assert!(at >= self.now, "nobody asks to be woken in the past");
            self.now = at;
            self.step(input);
        }
        self.now = SimTime::from_millis(ms);
    }

    fn control(&mut self, control: Control) {
        self.step(ActorInput::Control(control));
    }

    fn flow(&self) -> FlowView {
        let mut view = ClusterView::default();
        self.clients.contribute(self.now, &mut view);
        view.flow
    }

    fn records(&self, pick: fn(&Fact) -> Option<&Batch>) -> Vec<(SimTime, Record)> {
        let batches = self.facts.iter().filter_map(|(at, fact)| Some((*at, pick(fact)?)));
        batches.flat_map(|(at, batch)| batch.records().iter().map(move |record| (at, *record))).collect()
    }

    fn submitted(&self) -> Vec<(SimTime, Record)> {
        self.records(|fact| if let Fact::Client(ClientFact::Submitted(batch)) = fact { Some(batch) } else { None })
    }

    fn retried(&self) -> Vec<(SimTime, Record)> {
        self.records(|fact| if let Fact::Client(ClientFact::Retried(batch)) = fact { Some(batch) } else { None })
    }

    fn gave_up(&self) -> Vec<(SimTime, Record)> {
        self.records(|fact| if let Fact::Client(ClientFact::GaveUp(batch)) = fact { Some(batch) } else { None })
    }

    fn answered(&self) -> Vec<(Answer, SimDuration)> {
        let lists = self
            .facts
            .iter()
            .filter_map(|(_, f)| if let Fact::Client(ClientFact::Answered(list)) = f { Some(list) } else { None });
        lists.flat_map(|list| list.iter().copied()).collect()
    }
}

/// Every request is handed in once, and its wait ends once.
fn assert_balanced(driver: &Driver, seed: u64) {
    let mut waits = BTreeSet::new();
    for (_, fact) in &driver.facts {
        match fact {
            Fact::Client(ClientFact::Submitted(batch)) => {
                batch.records().iter().for_each(|r| assert!(waits.insert(r.id), "seed {seed}: {} twice", r.id));
            }
            Fact::Client(ClientFact::Retried(batch)) => {
                batch.records().iter().for_each(|r| assert!(waits.contains(&r.id), "seed {seed}: {} over", r.id));
            }
            Fact::Client(ClientFact::Answered(list)) => {
                list.iter().for_each(|(a, _)| assert!(waits.remove(&a.id), "seed {seed}: {} over", a.id));
            }
            Fact::Client(ClientFact::GaveUp(batch)) => {
                batch.records().iter().for_each(|r| assert!(waits.remove(&r.id), "seed {seed}: {} over", r.id));
            }
            Fact::Replica { .. } | Fact::Died(_) | Fact::Began(_) => {}
        }
    }
    assert_eq!(waits.len() as u64, driver.flow().waiting, "seed {seed}: what waits is what was not answered");
}
