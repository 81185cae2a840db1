//! The whole way of an order: clients, balancer, gateway, leader, log, quorum, three books, answer, auditor.
//!
//! Idea: the real desk, as `desk::open` assembles it, run inline as fast as it goes. Orders a second of processor time
//! is what the machine can carry; the share of the settings of the house at their own load says how far time can run.
//! Shape: the settings of the budget: 3 nodes, factor 3, majority, one partition, every probe on. A burst offers 64
//! orders each 50 virtual us, so that batches of 64 travel from the clients to the log; processors and disks are
//! modelled as fast, else virtual time would be measured, not ours.
#![allow(clippy::unwrap_used, clippy::allow_attributes, missing_docs, reason = "a bench fails loudly")]

mod table;

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Burst, Control};
use chaosdesk::domain::settings::{
    ClusterSettings, DiskSettings, GatewaySettings, LinkSettings, LoadSettings, RaftSettings, Settings,
};
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::runtime::world::World;

const RUNS: usize = 3;
/// Orders that travel together, and how often they leave.
const BATCH: u64 = 64;
const BATCH_EVERY: SimDuration = SimDuration::from_micros(50);

fn main() {
    let orders = if table::is_brief() { 20_000 } else { 2_000_000 };
    let budget = "budget 2,000,000";
    for (what, partitions, batch_records_max) in [
        ("way: RF 3, majority, batches of 64", 1, 64),
        ("way: the same, the log batches to 512", 1, 512),
        ("way: the same, 4 partitions", 4, 512),
    ] {
        let settings = fast(partitions, batch_records_max);
        table::row(what, "orders/s", budget, || table::median(RUNS, || whole_way(&settings, orders)));
    }
    let seconds = if table::is_brief() { 1 } else { 60 };
    table::row("way: house settings, 2,000/s, factor 5", "x real", "no budget", || {
        table::median(RUNS, || steady(seconds))
    });
}

fn fast(partitions: usize, batch_records_max: usize) -> Arc<Settings> {
    Arc::new(Settings {
        cluster: ClusterSettings { nodes: 3, partitions, replication_factor: 3, ..ClusterSettings::default() },
        raft: RaftSettings { batch_records_max, apply_cost: SimDuration::ZERO, ..RaftSettings::default() },
        link: LinkSettings { in_flight_max: 65_536, ..LinkSettings::default() },
        disk: DiskSettings {
            fsync: SimDuration::from_micros(100),
            fsync_jitter: SimDuration::from_micros(20),
            ..DiskSettings::default()
        },
        gateway: GatewaySettings {
            service_time: SimDuration::ZERO,
            capacities: vec![65_536],
            queue_max: 65_536,
            ..GatewaySettings::default()
        },
        load: LoadSettings { on: false, ..LoadSettings::default() },
        ..Settings::default()
    })
}

/// Orders a second.
fn whole_way(settings: &Arc<Settings>, orders: u64) -> f64 {
    let mut world = desk::open(settings, 1);
    world.run_until(SimTime::from_millis(500));
    let over = BATCH_EVERY.times(orders / BATCH);
    world.control(Control::Burst(Burst { orders, over, in_flight_max: Some(60_000) }));
    let until = world.now() + over + SimDuration::from_millis(500);
    let (took, ()) = table::timed(|| world.run_until(until));
    assert_all_well(&world, orders);
    orders as f64 / took.as_secs_f64()
}

/// Virtual seconds a second.
fn steady(seconds: u64) -> f64 {
    let mut world = desk::open(&Arc::new(Settings::default()), 1);
    world.run_until(SimTime::from_millis(500));
    let until = world.now() + SimDuration::from_secs(seconds);
    let (took, ()) = table::timed(|| world.run_until(until));
    seconds as f64 / took.as_secs_f64()
}

fn assert_all_well(world: &World, orders: u64) {
    let view = world.view();
    let ledger = &view.ledger;
    assert_eq!((ledger.acknowledged, ledger.rejected, ledger.unknown), (orders, 0, 0), "every order has its promise");
    assert_eq!((ledger.lost, ledger.duplicated, ledger.untracked), (0, 0, 0), "and none is lost");
    assert!(view.invariants.iter().all(|invariant| invariant.violations == 0), "and nothing is broken");
}
