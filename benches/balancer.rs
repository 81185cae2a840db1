//! A decision of the balancer: who takes the next request, by each strategy, among 3, 10 and 100 workers.
//!
//! Idea: the pick alone, with loads that differ and change: the one that is picked takes the request, and now and then
//! somebody is done. What a batch costs besides (its records are noted one by one) is in the whole way (`way`).
//! Shape: gateways of three sizes, a third to two thirds full; ten symbols in turn.
#![allow(clippy::unwrap_used, clippy::allow_attributes, missing_docs, reason = "a bench fails loudly")]

mod table;

use std::hint::black_box;

use chaosdesk::domain::ids::{NodeId, NodeSet, SymbolId};
use chaosdesk::domain::order::GatewayLoad;
use chaosdesk::domain::rules::Strategy;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::routing::balancer::strategy::{Picker, Question};
use chaosdesk::routing::balancer::worker::Worker;

fn main() {
    for strategy in Strategy::ALL {
        for count in [3, 10, 100] {
            let name = format!("balancer: {}, {count} workers", strategy.name());
            table::line(&name, decision(strategy, count), "ns", "no budget");
        }
    }
}

fn decision(strategy: Strategy, count: usize) -> f64 {
    let mut workers: Vec<Worker> = NodeId::first(count).map(Worker::new).collect();
    (0..count).for_each(|at| refill(&mut workers, at));
    let reach: NodeSet = NodeId::first(count).collect();
    let mut picker = Picker::new(strategy, count, 1);
    let mut turn = 0_usize;
    table::nanos_each(|| {
        let question = Question { workers: &workers, reach, symbol: SymbolId((turn % 10) as u16), count: 1 };
        let at = black_box(picker.pick(&question)).unwrap().at;
        workers[at].take(SimTime::ZERO, 1);
        turn += 1;
        if turn.is_multiple_of(64) {
            refill(&mut workers, turn / 64 % count);
        }
    })
}

/// Puts a worker back to where it began.
fn refill(workers: &mut [Worker], at: usize) {
    let capacity = [100_000, 150_000, 80_000][at % 3];
    // A new worker: nobody probes this one, so what it was sent would count for ever.
    workers[at] = Worker::new(NodeId::from_index(at));
    workers[at].measured(SimTime::ZERO, SimDuration::from_micros(900 + 37 * at as u64));
    workers[at].heard(GatewayLoad { in_flight: capacity / 3 + at as u32, capacity, ..GatewayLoad::default() });
}
