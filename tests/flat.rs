//! Memory is flat: a run of three minutes keeps no more than one of one minute.
//!
//! Idea: counted, not weighed. Every part of a world states what it keeps; with small snapshots every bound is reached
//! within the first minute, so whatever still grows afterwards has none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::allow_attributes, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::ids::GroupId;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::runtime::sizes::Sizes;
use chaosdesk::runtime::world::World;

/// Records between two snapshots, and those that stay: reached every few seconds.
const SNAPSHOT_EVERY: u64 = 1_000;
const KEEP: u64 = 200;

fn world() -> World {
    let mut settings = Settings::default();
    settings.cluster.nodes = 3;
    settings.cluster.replication_factor = 3;
    settings.raft.snapshot_every_records = SNAPSHOT_EVERY;
    settings.raft.snapshot_keep_records = KEEP;
    desk::open(&Arc::new(settings), 3)
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
    let a_third_more = |early: u64| early + early / 3;
    assert!(late.planned as u64 <= a_third_more(early.planned as u64) + 64, "{early:?} {late:?}");
    assert!(late.open <= a_third_more(early.open) + 64, "{early:?} {late:?}");
    assert!(late.machine_bytes <= a_third_more(early.machine_bytes), "{early:?} {late:?}");
    assert!(late.cast_bytes <= a_third_more(early.cast_bytes), "{early:?} {late:?}");
}
