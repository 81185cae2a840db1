//! Trades by time on the cluster: every replica packs the same blocks, and they outlive their node.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::event::EventKind;
use chaosdesk::domain::ids::{GroupId, NodeId, SymbolId};
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::domain::trades::{Heat, TradesAnswer, TradesQuery};
use chaosdesk::runtime::world::World;

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.cluster.partitions = 1;
    settings.cluster.nodes = 3;
    settings.cluster.replication_factor = 3;
    settings.load.query_percent = 0;
    settings.load.orders_per_s = 3_000;
    settings.raft.snapshot_every_records = 2_000;
    settings.raft.snapshot_keep_records = 200;
    settings.trades.hot = 1;
    settings
}

fn at(world: &mut World, ms: u64) {
    world.run_until(SimTime::from_millis(ms));
}

/// The trades of these seconds, as the leader tells them.
fn read(world: &mut World, seconds: std::ops::Range<u64>) -> Arc<TradesAnswer> {
    let symbol = SymbolId::named("GOOG").unwrap();
    let time = |second: u64| SimTime::from_millis(second * 1_000);
    world.control(Control::ReadTrades(TradesQuery { symbol, from: time(seconds.start), until: time(seconds.end) }));
    let later = world.now() + SimDuration::from_millis(20);
    world.run_until(later);
    world.view().trades.expect("an answer")
}

#[test]
fn what_was_archived_outlives_every_node_and_is_told_by_any_leader() {
    for seed in [1, 2, 3] {
        let mut world = desk::open(&Arc::new(settings()), seed);
        at(&mut world, 6_000);
        let before = read(&mut world, 1..4);
        assert!(before.found() > 20, "seed {seed}: {before:?}");
        assert!(before.touched().all(|(_, touch)| touch.heat == Heat::Cold), "seed {seed}: {before:?}");
        assert_eq!((before.opened(), before.damaged()), (3, None), "seed {seed}: {before:?}");
        for node in 1..=3 {
            world.control(Control::Crash(Target::Node(NodeId(node))));
        }
        at(&mut world, 6_500);
        for node in 1..=3 {
            world.control(Control::Recover(Target::Node(NodeId(node))));
        }
        at(&mut world, 8_500);
        let after = read(&mut world, 1..4);
        let told = |answer: &TradesAnswer| {
            (answer.found(), answer.shown(), answer.touched().map(|(_, touch)| *touch).collect::<Vec<_>>())
        };
        assert_eq!(told(&after), told(&before), "seed {seed}: read from disks and replayed logs");
        let leader = after.parts[0].node;
        world.control(Control::Crash(Target::Node(leader)));
        at(&mut world, 10_000);
        let other = read(&mut world, 1..4);
        assert_ne!(other.parts[0].node, leader, "seed {seed}");
        assert_eq!(told(&other), told(&before), "seed {seed}: every replica packs the same blocks");
    }
}

#[test]
fn a_replica_that_comes_back_by_snapshot_has_the_whole_archive() {
    let mut world = desk::open(&Arc::new(settings()), 5);
    at(&mut world, 1_000);
    world.control(Control::Crash(Target::Node(NodeId(3))));
    at(&mut world, 6_000);
    world.control(Control::Recover(Target::Node(NodeId(3))));
    at(&mut world, 8_000);
    let installed = |kind: &EventKind| matches!(kind, EventKind::SnapshotInstalled { .. });
    assert!(world.view().events.iter().any(|event| event.node == Some(NodeId(3)) && installed(&event.kind)));
    let before = read(&mut world, 0..6);
    world.control(Control::Transfer { group: before.parts[0].group, to: Some(NodeId(3)) });
    at(&mut world, 9_000);
    let after = read(&mut world, 0..6);
    assert_eq!(
        (after.parts[0].node, after.found(), &after.parts[0].touched),
        (NodeId(3), before.found(), &before.parts[0].touched)
    );
    world.control(Control::Crash(Target::Node(NodeId(3))));
    world.control(Control::Recover(Target::Node(NodeId(3))));
    at(&mut world, 11_000);
    world.control(Control::Transfer { group: before.parts[0].group, to: Some(NodeId(3)) });
    at(&mut world, 12_000);
    let again = read(&mut world, 0..6);
    assert_eq!(
        (again.parts[0].node, again.found(), &again.parts[0].touched),
        (NodeId(3), before.found(), &before.parts[0].touched)
    );
}

#[test]
fn what_is_kept_is_bounded_however_long_the_run() {
    let mut settings = settings();
    settings.trades.archive_bytes = 16 << 10;
    let mut world = desk::open(&Arc::new(settings), 1);
    for second in 1..=12 {
        at(&mut world, second * 1_000);
        let view = world.view();
        let kept = view.groups.last().unwrap().trades;
        assert!(kept.cold_packed_bytes <= 16 << 10, "{kept:?}");
        assert_eq!(kept.late, 0);
    }
    let kept = world.view().groups.last().unwrap().trades;
    assert!(kept.forgotten > 0 && kept.hot_windows <= 1, "{kept:?}");
}

#[test]
fn trades_of_a_symbol_that_moved_are_found_where_they_happened() {
    let mut settings = settings();
    settings.cluster.partitions = 3;
    let mut world = desk::open(&Arc::new(settings), 7);
    at(&mut world, 3_000);
    let symbol = SymbolId::named("GOOG").unwrap();
    let home = world.newest_map().owner(symbol).unwrap();
    let before = read(&mut world, 0..3);
    assert_eq!(before.parts.iter().filter(|part| part.found > 0).map(|part| part.group).collect::<Vec<_>>(), [home]);
    let to = GroupId(if home == GroupId(1) { 2 } else { 1 });
    world.control(Control::MoveSymbol { symbol, to });
    at(&mut world, 6_000);
    assert_eq!(world.newest_map().owner(symbol), Some(to));
    let after = read(&mut world, 0..6);
    assert!(after.is_complete() && after.parts.len() == 3, "{after:?}");
    let found = |group| after.parts.iter().find(|part| part.group == group).map_or(0, |part| part.found);
    assert!(found(home) >= before.found() && found(to) > 0, "both homes have some: {after:?}");
    let shown = after.shown();
    assert!(shown.is_sorted_by_key(|trade| trade.at), "in the order of time");
}
