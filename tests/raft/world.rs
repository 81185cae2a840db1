//! The queue of events and the replicas that it drives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::digest::Digest;
use chaosdesk::domain::event::Invariant;
use chaosdesk::domain::fact::{ElectionFact, LogFact, ReplicaFact};
use chaosdesk::domain::ids::{ClientId, LogIndex, NodeId, PersistToken, ReadToken, Sequence, SymbolId};
use chaosdesk::domain::log::{LogPoint, Payload, RaftSnapshot, StateImage};
use chaosdesk::domain::membership::ConfigChange;
use chaosdesk::domain::order::{Batch, Command, OrderType, Record, Side};
use chaosdesk::domain::rules::{Rule, Rules};
use chaosdesk::domain::time::{Now, SimDuration, SimTime};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::why::Why;
use chaosdesk::protocols::message::{Effect, Input};
use chaosdesk::protocols::raft::message::{Body, Message};
use chaosdesk::protocols::raft::{Raft, RaftConfig};
use chaosdesk::protocols::replication::{Proposed, Replication};

use super::checker::Checker;
use super::machine::Machine;
use super::print;

/// How the links and the disks behave, and how the replicas are set up.
#[derive(Clone, Debug)]
pub struct Setup {
    pub seed: u64,
    pub nodes: usize,
    pub voters: usize,
    pub rules: Rules,
    pub window: usize,
    pub records_max: u64,
    pub latency: SimDuration,
    /// Added at random: with it messages overtake each other.
    pub jitter: SimDuration,
    pub fsync: SimDuration,
    pub loss_per_mille: u64,
    pub double_per_mille: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            seed: 1,
            nodes: 3,
            voters: 3,
            rules: Rules::default(),
            window: 64,
            records_max: 512,
            latency: SimDuration::from_micros(500),
            jitter: SimDuration::ZERO,
            fsync: SimDuration::from_millis(1),
            loss_per_mille: 0,
            double_per_mille: 0,
        }
    }
}

pub const BEAT_EVERY: SimDuration = SimDuration::from_millis(50);

#[derive(Clone, Debug)]
enum Event {
    Deliver { from: NodeId, to: NodeId, message: Message },
    Synced { node: NodeId, incarnation: u64, token: PersistToken },
}

/// Whether timers fire while events are worked off.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Timers {
    Run,
    Stand,
}

/// Replicas, disks, links, time.
#[derive(Clone, Debug)]
pub struct World {
    pub setup: Setup,
    pub now: SimTime,
    sequence: u64,
    queue: BTreeMap<(SimTime, u64), Event>,
    pub machines: Vec<Machine>,
    pub cuts: BTreeSet<(NodeId, NodeId)>,
    next_beat: SimTime,
    chance: Chance,
    pub checker: Checker,
    pub reads: BTreeMap<ReadToken, LogIndex>,
    pub reads_served: u64,
    pub trace: Vec<String>,
    pub tracing: bool,
    /// The appends with entries that a story told of, for it to send them again.
    pub appends: Vec<(NodeId, NodeId, Message)>,
    records_made: u64,
    pub new_leader: Option<NodeId>,
}

impl World {
    pub fn new(setup: Setup) -> Self {
        let chance = Chance::stream(setup.seed, Purpose::Link, 0);
        let machines = NodeId::first(setup.nodes).map(Machine::new).collect();
        let mut world = Self {
            setup,
            now: SimTime::ZERO,
            sequence: 0,
            queue: BTreeMap::new(),
            machines,
            cuts: BTreeSet::new(),
            next_beat: SimTime::ZERO + BEAT_EVERY,
            chance,
            checker: Checker::default(),
            reads: BTreeMap::new(),
            reads_served: 0,
            trace: Vec::new(),
            tracing: false,
            appends: Vec::new(),
            records_made: 0,
            new_leader: None,
        };
        NodeId::first(world.setup.nodes).for_each(|node| world.start(node));
        world
    }

    pub fn machine(&mut self, node: NodeId) -> &mut Machine {
        &mut self.machines[node.index()]
    }

    pub fn raft(&self, node: NodeId) -> Option<&Raft> {
        self.machines[node.index()].raft.as_ref()
    }

    fn clock(&self, node: NodeId) -> Now {
        Now::exact(self.now + self.machines[node.index()].ahead)
    }

    /// Starts a process from what its disk holds.
    pub fn start(&mut self, node: NodeId) {
        let setup = &self.setup;
        let config = RaftConfig {
            me: node,
            voters: NodeId::first(setup.voters).filter(|_| node.index() < setup.voters).collect(),
            election_min: SimDuration::from_millis(150),
            election_max: SimDuration::from_millis(300),
            append_records_max: setup.records_max,
            batches_in_flight_max: setup.window,
            rules: setup.rules,
        };
        let now = self.clock(node);
        let machine = &mut self.machines[node.index()];
        let scope = u64::from(node.0) << 32 | machine.incarnation;
        let chance = Chance::stream(setup.seed, Purpose::Election, scope);
        let raft = Raft::new(config, machine.disk.clone(), now, chance);
        machine.applied = raft.commit_index();
        self.checker.began(node, raft.commit_index());
        machine.raft = Some(raft);
    }

    /// A process dies; of its unsynced writes the first few may have reached the disk.
    pub fn crash(&mut self, node: NodeId, survivors: usize) {
        self.machine(node).crash(survivors);
    }

    pub fn thaw(&mut self, node: NodeId) {
        self.machine(node).frozen = false;
        let held = std::mem::take(&mut self.machine(node).held);
        held.into_iter().for_each(|input| self.step(node, input));
    }

    /// Gives a replica an input, or keeps it for a frozen one.
    pub fn step(&mut self, node: NodeId, input: Input) {
        let now = self.clock(node);
        let machine = &mut self.machines[node.index()];
        if machine.frozen {
            machine.held.push_back(input);
            return;
        }
        let Some(raft) = machine.raft.as_mut() else { return };
        let mut out = Vec::new();
        raft.step(now, input, &mut out);
        self.obey(node, out);
    }

    pub fn propose(&mut self, node: NodeId, records: u64) -> Result<Proposed, Why> {
        let payload = self.payload(records);
        let now = self.clock(node);
        let machine = &mut self.machines[node.index()];
        let Some(raft) = machine.raft.as_mut().filter(|_| !machine.frozen) else { return Err(Why::NodeDown) };
        let mut out = Vec::new();
        let proposed = raft.propose(now, payload, &mut out);
        self.obey(node, out);
        proposed
    }

    /// Asks a replica to change who belongs to the group.
    pub fn change(&mut self, node: NodeId, change: ConfigChange) -> Result<Proposed, Why> {
        let now = self.clock(node);
        let machine = &mut self.machines[node.index()];
        let Some(raft) = machine.raft.as_mut().filter(|_| !machine.frozen) else { return Err(Why::NodeDown) };
        let mut out = Vec::new();
        let proposed = raft.propose_config(now, change, &mut out);
        self.obey(node, out);
        proposed
    }

    pub fn read(&mut self, node: NodeId) -> ReadToken {
        let token = ReadToken(self.reads.len() as u64 + 1);
        let committed = self.checker.committed();
        self.reads.insert(token, committed);
        self.step(node, Input::Read(token));
        token
    }

    /// Makes a snapshot of everything that a replica committed, and keeps the last `keep` records before it.
    pub fn compact(&mut self, node: NodeId, keep: u64) {
        let Some(raft) = self.raft(node) else { return };
        let commit = raft.commit_index();
        let Some(point) = raft.log().point_at(commit).filter(|point| point.index > raft.log().base().index) else {
            return;
        };
        let image = StateImage { state: Arc::new(()), digest: point.chain, size_bytes: 1 };
        let config = Arc::new(raft.group_config_at(point.index));
        let snapshot = RaftSnapshot { index: point.index, term: point.term, chain: point.chain, config, image };
        let keep_after = LogIndex(commit.0.saturating_sub(keep));
        self.step(node, Input::Compact { snapshot, keep_after });
    }

    fn payload(&mut self, records: u64) -> Payload {
        let made = self.records_made;
        self.records_made += records;
        let record = |n: u64| Record {
            id: ClientId(1).request(Sequence(made + n)),
            floor: Sequence(0),
            command: Command::place(SymbolId(0), Side::Buy, OrderType::Limit(Price(1)), Quantity(1)),
        };
        Payload::Orders(Batch::new((1..=records).map(record).collect::<Vec<_>>()))
    }

    fn obey(&mut self, node: NodeId, out: Vec<Effect>) {
        for effect in out {
            match effect {
                Effect::Persist { token, write } => self.machine(node).unsynced.push_back((token, write)),
                Effect::Send { to, message, after } => {
                    let message = message.raft().unwrap();
                    match after {
                        Some(token) => self.machine(node).parked.push_back((token, to, message)),
                        None => self.send(node, to, &message),
                    }
                }
                Effect::Tell(kind) => {
                    if let Some(line) = self.tracing.then(|| print::event(&kind)) {
                        self.trace.push(format!("{node} {line}"));
                    }
                }
                Effect::State(fact) => {
                    let raft = self.machines[node.index()].raft.as_ref().unwrap();
                    if matches!(fact, ReplicaFact::Election(ElectionFact::Leads { .. })) {
                        self.new_leader = Some(node);
                    }
                    let before = self.checker.violations.len();
                    self.checker.fact(node, raft, &fact);
                    if let ReplicaFact::Log(LogFact::Committed { to, leading: Some(_) }) = &fact {
                        self.check_quorum_of(node, *to);
                    }
                    for (invariant, detail) in &self.checker.violations[before..] {
                        self.trace.push(format!("VIOLATED {}: {detail}", invariant.name()));
                    }
                }
                Effect::Install(snapshot) => self.trace_line(|| format!("{node} installs {}", snapshot.index)),
                Effect::ReadReady { token, index } => {
                    self.reads_served += 1;
                    let must_see = self.reads[&token];
                    self.trace_line(|| format!("{node} read {} may be served at {index}", token.0));
                    if index < must_see {
                        let detail = format!("read {} sees {index}, {must_see} was committed before it", token.0);
                        self.trace.push(format!("STALE READ: {detail}"));
                        self.checker.violations.push((Invariant::NoLostAck, detail));
                    }
                }
                Effect::ReadRefused { token, why } => {
                    self.trace_line(|| format!("{node} read {} is refused: {why:?}", token.0));
                }
            }
        }
        self.begin_sync(node);
    }

    /// What a leader commits is on the disks of a quorum: of the configuration that it goes by, or of the one before, if
    /// the commit itself made it append another.
    fn check_quorum_of(&mut self, leader: NodeId, to: LogPoint) {
        if !self.setup.rules.on(Rule::PersistBeforeAck) {
            return;
        }
        let holds = |machine: &&Machine| {
            let disk = &machine.disk;
            let compacted = disk.log.base().index >= to.index;
            compacted || disk.log.point_at(to.index).is_some_and(|point| point.chain == to.chain)
        };
        let holders = self.machines.iter().filter(holds).map(|machine| machine.id).collect();
        let Some(raft) = self.raft(leader) else { return };
        let (now, before) = (raft.group_config(), raft.group_config_at(raft.group_config_since().prev()));
        if !now.is_quorum(holders) && !before.is_quorum(holders) {
            let detail = format!("{leader} committed {} on {holders} of {now}", to.index);
            self.checker.violations.push((Invariant::LeaderCompleteness, detail));
        }
    }

    fn trace_line(&mut self, line: impl FnOnce() -> String) {
        if self.tracing {
            self.trace.push(line());
        }
    }

    fn schedule(&mut self, at: SimTime, event: Event) {
        self.sequence += 1;
        self.queue.insert((at, self.sequence), event);
    }

    /// One fsync at a time; the next covers all that was written meanwhile (group commit).
    pub fn begin_sync(&mut self, node: NodeId) {
        let at = self.now + self.setup.fsync;
        let machine = self.machine(node);
        if machine.syncing || machine.disk_held {
            return;
        }
        let Some((token, _)) = machine.unsynced.back() else { return };
        let event = Event::Synced { node, incarnation: machine.incarnation, token: *token };
        machine.syncing = true;
        self.schedule(at, event);
    }

    pub fn send(&mut self, from: NodeId, to: NodeId, message: &Message) {
        let cut = self.cuts.contains(&(from, to));
        let lost = cut || self.chance.ratio(self.setup.loss_per_mille, 1_000);
        if self.tracing {
            let mark = if lost { " (lost)" } else { "" };
            self.trace.push(format!("{from}->{to} {}{mark}", print::message(message)));
            if matches!(&message.body, Body::Append { entries, .. } if !entries.is_empty()) {
                self.appends.push((from, to, message.clone()));
            }
        }
        if lost {
            return;
        }
        let copies = if self.chance.ratio(self.setup.double_per_mille, 1_000) { 2 } else { 1 };
        for _ in 0..copies {
            let jitter = SimDuration(self.chance.below(self.setup.jitter.0 + 1));
            let at = self.now + self.setup.latency + jitter;
            self.schedule(at, Event::Deliver { from, to, message: message.clone() });
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Deliver { from, to, message } => self.step(to, Input::Receive { from, message: message.into() }),
            Event::Synced { node, incarnation, token } => {
                let machine = self.machine(node);
                if machine.incarnation != incarnation || machine.disk_held {
                    return;
                }
                machine.syncing = false;
                let free = machine.sync(token);
                free.into_iter().for_each(|(to, message)| self.send(node, to, &message));
                self.step(node, Input::Persisted(token));
                self.begin_sync(node);
            }
        }
    }

    fn next_wake(&self) -> Option<(SimTime, NodeId)> {
        let alive = self.machines.iter().filter(|machine| machine.alive() && !machine.frozen);
        let wake = |machine: &Machine| {
            let due = machine.raft.as_ref().map_or(SimTime::NEVER, Raft::deadline);
            (SimTime(due.0.saturating_sub(machine.ahead.0)).max(self.now), machine.id)
        };
        alive.map(wake).min().filter(|(at, _)| *at < SimTime::NEVER)
    }

    /// Works off one event before `end`; false if there is none.
    pub fn advance(&mut self, timers: Timers, end: SimTime) -> bool {
        let mut next = self.queue.first_key_value().map_or(SimTime::NEVER, |((at, _), _)| *at);
        if timers == Timers::Run {
            let wake = self.next_wake();
            let wake_at = wake.map_or(SimTime::NEVER, |(at, _)| at);
            if self.next_beat.min(wake_at) < next.min(end) {
                next = self.next_beat.min(wake_at);
                self.now = self.now.max(next);
                if next == self.next_beat {
                    self.next_beat += BEAT_EVERY;
                    NodeId::first(self.setup.nodes).for_each(|node| self.beat(node));
                } else if let Some((_, node)) = wake {
                    self.step(node, Input::Deadline);
                }
                return true;
            }
        }
        if next > end {
            return false;
        }
        let Some((_, event)) = self.queue.pop_first() else { return false };
        self.now = self.now.max(next);
        self.happen(event);
        true
    }

    fn beat(&mut self, node: NodeId) {
        if self.machine(node).alive() && !self.machine(node).frozen {
            self.step(node, Input::Beat);
        }
    }

    pub fn run_for(&mut self, length: SimDuration) {
        let end = self.now + length;
        self.next_beat = self.next_beat.max(self.now);
        while self.advance(Timers::Run, end) {}
        self.now = end;
    }

    /// Works off messages and fsyncs until nothing is on its way; no timer fires.
    pub fn settle(&mut self) {
        while self.advance(Timers::Stand, SimTime::NEVER) {}
    }

    pub fn leader(&self) -> Option<NodeId> {
        let leaders = self.machines.iter().filter(|machine| machine.raft.as_ref().is_some_and(Raft::leads));
        leaders.max_by_key(|machine| machine.raft.as_ref().map(Raft::term)).map(|machine| machine.id)
    }

    /// The chain at the end of a replica's log.
    pub fn chain(&self, node: NodeId) -> Option<Digest> {
        self.raft(node).map(|raft| raft.end().chain)
    }
}
