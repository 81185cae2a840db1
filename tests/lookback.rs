//! What is kept to look back is counted as the allocator counts it, and going back works as far as it reaches.
//!
//! Idea: a store that believes itself smaller than it is fills a machine over night. So what dropping it frees is weighed by a
//! counting allocator and held against what it believes. The count is the thread's own: other tests do not disturb it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::allow_attributes, reason = "a test says what it expects")]

use std::sync::Arc;

use allocation_counter::measure;
use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::ids::NodeId;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::runtime::checkpoints::Checkpoints;
use chaosdesk::runtime::world::World;

/// Room for every checkpoint of these runs.
const ROOMY: u64 = 1 << 32;

/// A run of so many seconds with its checkpoints; a node is away for a third of it.
fn run(settings: Settings, seconds: u64, bytes_max: u64) -> (World, Checkpoints) {
    let mut world = desk::open(&Arc::new(settings), 7);
    let mut store = Checkpoints::default();
    for second in 0..seconds {
        world.run_until(SimTime::from_millis(second * 1_000));
        world.take_new_events();
        let taken = store.offer(&world, bytes_max);
        assert!(!taken || store.bytes(&world) <= bytes_max, "{} of {bytes_max} at {second} s", store.bytes(&world));
        if second == seconds / 3 {
            world.control(Control::Crash(Target::Node(NodeId(4))));
        } else if second == seconds * 2 / 3 {
            world.control(Control::RecoverAll);
        }
    }
    (world, store)
}

/// Logs are cut within the run, so that older checkpoints are alone with what they hold.
fn with_snapshots() -> Settings {
    let mut settings = Settings::default();
    settings.raft.snapshot_every_records = 8_000;
    settings.raft.snapshot_keep_records = 1_000;
    settings.trades.archive_bytes = 64 * 1_024;
    settings
}

#[test]
fn what_dropping_the_checkpoints_frees_is_what_they_believe() {
    for (name, settings, seconds) in [("as shipped", Settings::default(), 60), ("with snapshots", with_snapshots(), 90)]
    {
        let (world, store) = run(settings, seconds, ROOMY);
        let (believed, count) = (store.bytes(&world), store.len());
        let freed = measure(move || drop(store)).bytes_current.unsigned_abs();
        println!("{name}: {count} checkpoints believe {believed} bytes, dropping them frees {freed}");
        assert!(count > 6, "{count} checkpoints");
        assert!(believed.abs_diff(freed) * 5 <= freed, "{name}: believed {believed}, freed {freed}: over 20 % apart");
    }
}

#[test]
fn a_bounded_store_stays_within_its_bound_and_reaches_back_to_the_beginning() {
    let (world, roomy) = run(with_snapshots(), 60, ROOMY);
    let bound = roomy.bytes(&world) / 3;
    drop(roomy);
    let (world, store) = run(with_snapshots(), 60, bound);
    assert!(store.thinned() > 0, "{} checkpoints in {bound} bytes", store.len());
    assert_eq!(store.times().next(), Some(SimTime::ZERO));
    let again = store.at(world.now(), world.controls()).unwrap();
    assert_eq!((again.hash(), again.event_count()), (world.hash(), world.event_count()));
}
