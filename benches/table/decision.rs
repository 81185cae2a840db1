//! A decision of the balancer, for the table of strategies and for how it grows.

use std::hint::black_box;

use chaosdesk::domain::ids::{NodeId, NodeSet, SymbolId};
use chaosdesk::domain::order::GatewayLoad;
use chaosdesk::domain::rules::Strategy;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::routing::balancer::strategy::{Picker, Question};
use chaosdesk::routing::balancer::worker::Worker;

use super::nanos_each;

/// A pick among workers of three sizes, a third to two thirds full, whose loads change, ns.
pub fn decision(strategy: Strategy, count: usize) -> f64 {
    let mut workers: Vec<Worker> = NodeId::first(count).map(Worker::new).collect();
    (0..count).for_each(|at| refill(&mut workers, at));
    let reach: NodeSet = NodeId::first(count).collect();
    let mut picker = Picker::new(strategy, count, 1);
    let mut turn = 0_usize;
    nanos_each(|| {
        let question = Question { workers: &workers, reach, symbol: SymbolId((turn % 10) as u16), count: 1 };
        let Some(pick) = black_box(picker.pick(&question)) else { panic!("somebody has room") };
        workers[pick.at].take(SimTime::ZERO, 1);
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
