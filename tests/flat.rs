//! Memory is flat: a run of three minutes keeps no more than one of one minute.
//!
//! Idea: counted, not weighed. Every part of a world states what it keeps; with small snapshots every bound is reached
//! within the first minute, so whatever still grows afterwards has none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::allow_attributes, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Burst, Control, Target};
use chaosdesk::domain::ids::{GroupId, SymbolId};
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::runtime::sizes::Sizes;
use chaosdesk::runtime::world::World;

/// Records between two snapshots, and those that stay: reached every few seconds.
const SNAPSHOT_EVERY: u64 = 1_000;
const KEEP: u64 = 200;

/// What a partition keeps of packed trades: reached within a quarter of a minute.
const ARCHIVE_BYTES: u64 = 16 * 1_024;

fn small() -> Settings {
    let mut settings = Settings::default();
    settings.cluster.nodes = 3;
    settings.cluster.replication_factor = 3;
    settings.raft.snapshot_every_records = SNAPSHOT_EVERY;
    settings.raft.snapshot_keep_records = KEEP;
    settings.trades.archive_bytes = ARCHIVE_BYTES;
    settings
}

fn world() -> World {
    desk::open(&Arc::new(small()), 3)
}

/// The most of each count that stood at the end of a second between these two.
fn peak(world: &mut World, from_s: u64, to_s: u64) -> Sizes {
    let mut peak = Sizes::default();
    for second in from_s + 1..=to_s {
        world.run_until(SimTime::from_millis(second * 1_000));
        // As a screen does: whatever nobody takes is kept for it, up to a bound.
        world.take_new_events();
        let now = world.sizes();
        peak = Sizes {
            planned: peak.planned.max(now.planned),
            events: peak.events.max(now.events),
            open: peak.open.max(now.open),
            log_records: peak.log_records.max(now.log_records),
            disk_records: peak.disk_records.max(now.disk_records),
            machine_bytes: peak.machine_bytes.max(now.machine_bytes),
            cast_bytes: peak.cast_bytes.max(now.cast_bytes),
        };
    }
    peak
}

#[test]
fn a_long_run_keeps_no_more_than_a_short_one() {
    let mut world = world();
    let replicas = 3 * 4;
    let early = peak(&mut world, 0, 60);
    world.control(Control::Crash(Target::Leader(GroupId(1))));
    world.run_until(SimTime::from_millis(61_000));
    world.control(Control::RecoverAll);
    let late = peak(&mut world, 61, 180);
    let ledger = world.view().ledger;
    assert!(ledger.acknowledged > 200_000, "the run carried something: {ledger:?}");
    assert_eq!((ledger.lost, ledger.untracked), (0, 0));
    // A log is cut at a snapshot, at the border of a batch, and then grows to the next.
    let log_max = replicas * (SNAPSHOT_EVERY + KEEP + 600);
    assert!(late.log_records <= log_max && late.disk_records <= log_max, "{late:?}");
    stays_flat(&early, &late);
}

/// Whatever is counted has grown by a third at most.
fn stays_flat(early: &Sizes, late: &Sizes) {
    let a_third_more = |early: u64| early + early / 3;
    assert!(late.planned as u64 <= a_third_more(early.planned as u64) + 64, "{early:?} {late:?}");
    assert!(late.open <= a_third_more(early.open) + 64, "{early:?} {late:?}");
    assert!(late.machine_bytes <= a_third_more(early.machine_bytes), "{early:?} {late:?}");
    assert!(late.cast_bytes <= a_third_more(early.cast_bytes), "{early:?} {late:?}");
}

/// Most orders are for one symbol of 200; its partition is split, and split again.
#[test]
fn a_hot_symbol_keeps_no_more_than_in_its_first_half() {
    let mut settings = small();
    settings.market.instruments = 200;
    settings.load.skew_per_mille = 1_000;
    let mut world = desk::open(&Arc::new(settings), 5);
    world.control(Control::HotSymbol { symbol: SymbolId(7), percent: 60 });
    let early = peak(&mut world, 0, 60);
    world.control(Control::Split);
    let late = peak(&mut world, 60, 120);
    world.control(Control::Split);
    let later = peak(&mut world, 120, 150);
    let ledger = world.view().ledger;
    assert!(ledger.acknowledged > 150_000 && world.view().data.moved > 0, "{ledger:?}");
    assert_eq!((ledger.lost, ledger.duplicated, ledger.untracked), (0, 0, 0));
    stays_flat(&early, &late);
    stays_flat(&early, &later);
}

#[test]
fn a_burst_of_a_million_keeps_no_more_than_its_first_half() {
    let mut world = world();
    let burst = Burst { orders: 1_000_000, over: SimDuration::from_secs(20), in_flight_max: Some(2_048) };
    world.control(Control::Burst(burst));
    let left = |world: &World| world.view().flow.burst.map_or(0, |(left, _)| left);
    let mut second = 1;
    let mut early = Sizes::default();
    while left(&world) > 500_000 || second < 3 {
        early = peak(&mut world, second, second + 1);
        second += 1;
    }
    let mut late = early;
    while left(&world) > 0 && second < 1_000 {
        late = peak(&mut world, second, second + 1);
        println!("{second} s: {late:?}");
        stays_flat(&early, &late);
        second += 1;
    }
    let ledger = world.view().ledger;
    assert!(ledger.acknowledged > 900_000, "the burst went through: {ledger:?}");
    assert_eq!((ledger.lost, ledger.duplicated, ledger.untracked), (0, 0, 0));
    let log_max = 3 * 4 * (SNAPSHOT_EVERY + KEEP + 4_096);
    assert!(late.log_records <= log_max && late.disk_records <= log_max, "{late:?}");
}
