//! What the auditor costs an order: every probe on, three replicas, majority, batches of 64 and of 1.
//!
//! Budget: ledger and chain are 10 % of the whole way at 2 M orders/s, 50 ns an order. The facts are those that an order
//! causes on its way: handed in, appended thrice, committed thrice, applied thrice, answered.

use std::sync::Arc;

use chaosdesk::audit;
use chaosdesk::domain::actor::{Draft, Probe};
use chaosdesk::domain::digest::Digest;
use chaosdesk::domain::fact::{Applied, ClientFact, Executed, Fact, LogFact, Money, ReplicaFact};
use chaosdesk::domain::ids::{ClientId, GroupId, LogIndex, NodeId, Sequence, SymbolId, Term};
use chaosdesk::domain::log::LogPoint;
use chaosdesk::domain::map::ClusterMap;
use chaosdesk::domain::order::{Answer, Batch, Command, OrderStatus, OrderType, Promise, Record, Reply, Side, Verdict};
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::domain::units::Quantity;

const ORDERS: u64 = 64 * 1_024;
const SESSIONS: u64 = 64;

fn main() {
    divan::main();
}

fn probes() -> Vec<Box<dyn Probe>> {
    let voters: Vec<_> = NodeId::first(3).collect();
    let groups = vec![voters.clone(), voters.clone()];
    audit::probes(
        &Settings::default(),
        &ClusterMap { nodes: voters, groups, owners: vec![GroupId(1)], ..ClusterMap::default() },
    )
}

/// The `number`th order of the run; the sessions take turns.
fn order(number: u64) -> Record {
    let client = ClientId((number % SESSIONS) as u32);
    let command = Command::place(SymbolId(0), Side::Buy, OrderType::Market, Quantity(1));
    let sequence = Sequence(number / SESSIONS + 1);
    Record { id: client.request(sequence), floor: sequence, command }
}

/// The facts of one batch on its whole way.
fn facts_of(first: u64, size: u64) -> Vec<Fact> {
    let batch = Batch::new((first..first + size).map(order).collect::<Vec<_>>());
    let point = LogPoint { index: LogIndex(first + size), term: Term(1), chain: Digest(first) };
    let replica = |node, what| Fact::Replica { node, group: GroupId(1), what };
    let mut facts = vec![Fact::Client(ClientFact::Submitted(batch.clone()))];
    facts.extend(NodeId::first(3).map(|node| replica(node, ReplicaFact::Log(LogFact::Appended(vec![point])))));
    for node in NodeId::first(3) {
        let leading = (node == NodeId(1)).then_some(Term(1));
        facts.push(replica(node, ReplicaFact::Log(LogFact::Committed { to: point, leading })));
        let applied = Applied {
            first: LogIndex(first + 1),
            term: Term(1),
            batch: Some(batch.clone()),
            executed: Executed::All,
            short: None,
            chain: Digest(first),
            sound: true,
            money: Money::STILL,
        };
        facts.push(replica(node, ReplicaFact::Log(LogFact::Applied(applied))));
    }
    let verdict = Verdict { status: OrderStatus::Filled, filled: Quantity(1), resting: Quantity::ZERO };
    let answers: Arc<[_]> = batch
        .records()
        .iter()
        .enumerate()
        .map(|(place, record)| {
            let promise = Promise { group: GroupId(1), term: Term(1), index: LogIndex(first + 1 + place as u64) };
            (Answer { id: record.id, reply: Reply::Verdict(promise, verdict) }, SimDuration::from_millis(3))
        })
        .collect();
    facts.push(Fact::Client(ClientFact::Answered(answers)));
    facts
}

#[divan::bench(args = [1, 64])]
fn whole_way(bencher: divan::Bencher, batch_size: u64) {
    let facts: Vec<Fact> =
        (0..ORDERS / batch_size).flat_map(|batch| facts_of(batch * batch_size, batch_size)).collect();
    bencher.counter(divan::counter::ItemsCount::new(ORDERS)).with_inputs(probes).bench_local_values(|mut probes| {
        let mut told: Vec<Draft> = Vec::new();
        for fact in &facts {
            probes.iter_mut().for_each(|probe| probe.observe(SimTime::from_millis(5), fact, &mut told));
        }
        assert!(told.is_empty(), "a sound run breaks nothing");
        probes
    });
}
