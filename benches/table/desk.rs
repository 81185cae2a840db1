//! The desk of the whole way, as fast as it goes: for the figure of the budget, and for how it grows.
//!
//! Shape: a burst offers 64 orders each 50 virtual us; processors and disks are modelled as fast, else virtual time would
//! be measured, not ours.

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Burst, Control};
use chaosdesk::domain::settings::{
    ClusterSettings, DiskSettings, GatewaySettings, LinkSettings, LoadSettings, RaftSettings, Settings,
};
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::runtime::world::World;

/// Orders that travel together, and how often they leave.
const BATCH: u64 = 64;
const BATCH_EVERY: SimDuration = SimDuration::from_micros(50);

/// What a run of orders came to.
pub struct Run {
    /// Processor time an order.
    pub nanos: f64,
    /// Scheduler events an order.
    pub events: f64,
}

/// A desk of so many nodes and partitions, three replicas each.
pub fn fast(nodes: usize, partitions: usize, batch_records_max: usize) -> Settings {
    Settings {
        cluster: ClusterSettings { nodes, partitions, replication_factor: 3, ..ClusterSettings::default() },
        raft: RaftSettings { batch_records_max, apply_cost: SimDuration::ZERO, ..RaftSettings::default() },
        link: LinkSettings { in_flight_max: 65_536, ..LinkSettings::default() },
        disk: DiskSettings {
            fsync: SimDuration::from_micros(100),
            fsync_jitter: SimDuration::from_micros(20),
            ..DiskSettings::default()
        },
        gateway: GatewaySettings {
            service_times: vec![SimDuration::ZERO],
            capacities: vec![65_536],
            queue_max: 65_536,
            ..GatewaySettings::default()
        },
        load: LoadSettings { on: false, ..LoadSettings::default() },
        ..Settings::default()
    }
}

/// Sends so many orders the whole way.
pub fn whole_way(settings: &Arc<Settings>, orders: u64) -> Run {
    let mut world = desk::open(settings, 1);
    world.run_until(SimTime::from_millis(500));
    let (over, before) = (BATCH_EVERY.times(orders / BATCH), world.event_count());
    world.control(Control::Burst(Burst { orders, over, in_flight_max: Some(60_000) }));
    let until = world.now() + over + SimDuration::from_millis(500);
    let (took, ()) = super::timed(|| world.run_until(until));
    assert_all_well(&world, orders);
    let events = world.event_count() - before;
    Run { nanos: took.as_nanos() as f64 / orders as f64, events: events as f64 / orders as f64 }
}

fn assert_all_well(world: &World, orders: u64) {
    let view = world.view();
    let ledger = &view.ledger;
    assert_eq!((ledger.acknowledged, ledger.rejected, ledger.unknown), (orders, 0, 0), "every order has its promise");
    assert_eq!((ledger.lost, ledger.duplicated, ledger.untracked), (0, 0, 0), "and none is lost");
    assert!(view.invariants.iter().all(|invariant| invariant.violations == 0), "and nothing is broken");
}
