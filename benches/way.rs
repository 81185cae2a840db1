//! The whole way of an order: clients, balancer, gateway, leader, log, quorum, three books, answer, auditor.
//!
//! Idea: the real desk, as `desk::open` assembles it, run inline as fast as it goes. Orders a second of processor time
//! is what the machine can carry; the share of the settings of the house at their own load says how far time can run.
//! Shape: the settings of the budget: 3 nodes, factor 3, majority, one partition, every probe on, batches of 64 from the
//! clients to the log. How it grows with partitions and nodes: `growth`.
#![allow(clippy::unwrap_used, clippy::allow_attributes, missing_docs, reason = "a bench fails loudly")]

mod table;

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};

const RUNS: usize = 3;

fn main() {
    let orders = if table::is_brief() { 20_000 } else { 2_000_000 };
    for (what, partitions, batch_records_max) in [
        ("way: RF 3, majority, batches of 64", 1, 64),
        ("way: the same, the log batches to 512", 1, 512),
        ("way: the same, 4 partitions", 4, 512),
    ] {
        let settings = Arc::new(table::desk::fast(3, partitions, batch_records_max));
        table::row(what, "orders/s", "budget 2,000,000", || {
            table::median(RUNS, || 1e9 / table::desk::whole_way(&settings, orders).nanos)
        });
    }
    let seconds = if table::is_brief() { 1 } else { 60 };
    table::row("way: house settings, 2,000/s, factor 5", "x real", "no budget", || {
        table::median(RUNS, || steady(seconds))
    });
}

/// Virtual seconds a second.
fn steady(seconds: u64) -> f64 {
    let mut world = desk::open(&Arc::new(Settings::default()), 1);
    world.run_until(SimTime::from_millis(500));
    let until = world.now() + SimDuration::from_secs(seconds);
    let (took, ()) = table::timed(|| world.run_until(until));
    seconds as f64 / took.as_secs_f64()
}
