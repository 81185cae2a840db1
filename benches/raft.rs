//! Records a second through the Raft core: 3 and 5 replicas in memory, one at a time (64 outstanding) and in batches.
//!
//! Idea: replicas, their disks and nothing else: messages go through a queue without latency, an fsync is done as soon
//! as it is asked for. Every record is appended on every replica's log and on every replica's disk.
//! `cargo bench --bench raft`; with `--test` it only runs briefly.
#![expect(clippy::unwrap_used, reason = "a bench may stop")]

mod table;

use std::collections::VecDeque;
use std::sync::Arc;

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::ids::{ClientId, LogIndex, NodeId, PersistToken, Sequence, SymbolId};
use chaosdesk::domain::log::{GroupImage, Payload, RaftSnapshot, StateImage};
use chaosdesk::domain::order::{Batch, Command, OrderType, Record, Side};
use chaosdesk::domain::rules::Rules;
use chaosdesk::domain::settings::RaftSettings;
use chaosdesk::domain::time::Now;
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::protocols::message::{Effect, Input};
use chaosdesk::protocols::raft::{Raft, RaftConfig};
use chaosdesk::protocols::registry::Message;
use chaosdesk::protocols::replication::Replication;

const OUTSTANDING: u64 = 64;
const COMPACT_EVERY: u64 = 100_000;
const RUNS: usize = 5;

struct Group {
    rafts: Vec<Raft>,
    disks: Vec<GroupImage>,
    wire: VecDeque<(NodeId, NodeId, Message)>,
    parked: Vec<VecDeque<(PersistToken, NodeId, Message)>>,
    out: Vec<Effect>,
}

impl Group {
    fn new(replicas: usize) -> Self {
        let voters: Vec<NodeId> = NodeId::first(replicas).collect();
        let raft = |me: NodeId| {
            let config = RaftConfig::new(me, voters.clone(), &RaftSettings::default(), Rules::default());
            Raft::new(config, GroupImage::default(), Now::default(), Chance::stream(1, Purpose::Election, me.0.into()))
        };
        let mut group = Self {
            rafts: voters.iter().map(|me| raft(*me)).collect(),
            disks: vec![GroupImage::default(); replicas],
            wire: VecDeque::new(),
            parked: vec![VecDeque::new(); replicas],
            out: Vec::new(),
        };
        group.step(NodeId(1), Input::Campaign);
        group.settle();
        assert!(group.rafts[0].leads(), "the first node leads");
        group
    }

    fn step(&mut self, node: NodeId, input: Input) {
        self.rafts[node.index()].step(Now::default(), input, &mut self.out);
        self.obey(node);
    }

    fn obey(&mut self, node: NodeId) {
        let mut synced = None;
        let mut out = std::mem::take(&mut self.out);
        for effect in out.drain(..) {
            match effect {
                Effect::Persist { token, write } => {
                    self.disks[node.index()].apply(&write);
                    synced = Some(token);
                }
                Effect::Send { to, message, after: Some(token) } => {
                    self.parked[node.index()].push_back((token, to, message));
                }
                Effect::Send { to, message, after: None } => self.wire.push_back((node, to, message)),
                _ => {}
            }
        }
        self.out = out;
        if let Some(token) = synced {
            while self.parked[node.index()].front().is_some_and(|parked| parked.0 <= token) {
                let (_, to, message) = self.parked[node.index()].pop_front().unwrap();
                self.wire.push_back((node, to, message));
            }
            self.step(node, Input::Persisted(token));
        }
    }

    fn settle(&mut self) {
        while let Some((from, to, message)) = self.wire.pop_front() {
            self.step(to, Input::Receive { from, message });
        }
    }

    fn propose(&mut self, payload: Payload) {
        self.rafts[0].propose(Now::default(), payload, &mut self.out).unwrap();
        self.obey(NodeId(1));
    }

    fn compact(&mut self) {
        self.step(NodeId(1), Input::Beat);
        self.settle();
        for node in NodeId::first(self.rafts.len()) {
            let raft = &self.rafts[node.index()];
            let Some(point) = raft.log().point_at(raft.commit_index()) else { continue };
            let image = StateImage { state: Arc::new(()), digest: point.chain, size_bytes: 0 };
            let config = Arc::new(raft.group_config_at(point.index));
            let snapshot = RaftSnapshot { index: point.index, term: point.term, chain: point.chain, config, image };
            let keep_after = LogIndex(point.index.0.saturating_sub(20_000));
            self.step(node, Input::Compact { snapshot, keep_after });
        }
    }
}

fn batch(records: u64) -> Batch {
    let record = |n| Record {
        id: ClientId(1).request(Sequence(n)),
        floor: Sequence(0),
        command: Command::place(SymbolId(0), Side::Buy, OrderType::Limit(Price(100)), Quantity(1)),
    };
    Batch::new((1..=records).map(record).collect::<Vec<_>>())
}

fn measure(replicas: usize, records_a_batch: u64, records: u64) -> f64 {
    let mut group = Group::new(replicas);
    let batch = batch(records_a_batch);
    let (mut done, mut compacted) = (0, 0);
    let (took, ()) = table::timed(|| {
        while done < records {
            for _ in 0..OUTSTANDING {
                group.propose(Payload::Orders(batch.clone()));
            }
            done += OUTSTANDING * records_a_batch;
            group.settle();
            if done - compacted >= COMPACT_EVERY {
                compacted = done;
                group.compact();
            }
        }
    });
    let rate = done as f64 / took.as_secs_f64();
    let committed = group.rafts[0].commit_index().0;
    assert_eq!(committed, done + 1, "everything is committed, and the no-op");
    rate
}

fn main() {
    for replicas in [3, 5] {
        for (records_a_batch, budget) in [(1, "1,000,000"), (64, "15,000,000")] {
            let records = if table::is_brief() { 10_000 } else { 1_000_000 * records_a_batch.min(16) };
            let rate = table::median(RUNS, || measure(replicas, records_a_batch, records));
            let what = format!("raft: {replicas} replicas, batches of {records_a_batch}");
            let budget = if replicas == 3 { format!("budget {budget}") } else { "no budget".to_owned() };
            table::line(&what, rate, "records/s", &budget);
        }
    }
}
