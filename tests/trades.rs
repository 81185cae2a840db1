//! Trades by time on the cluster: every replica packs the same blocks, and they outlive their node.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::event::{EventKind, TradesEvent};
use chaosdesk::domain::ids::{GroupId, NodeId, SymbolId};
use chaosdesk::domain::rules::PartitionStrategy;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::stored::TradeId;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::domain::trades::{Heat, TradesAnswer, TradesQuery};
use chaosdesk::runtime::world::World;

fn settings() -> Settings {
    let mut settings = Settings::without_market();
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

/// Four partitions under load; every leader loses a change again and again while the strategy changes. What is on its way in
/// the same turn is applied and nobody is told of it.
#[test]
fn trades_come_home_though_their_leaders_miss_what_was_applied() {
    let mut settings = Settings::without_market();
    settings.cluster.partitions = 4;
    settings.market.instruments = 100;
    settings.load.orders_per_s = 6_000;
    settings.raft.apply_cost = SimDuration::from_micros(20);
    let mut world = desk::open(&Arc::new(settings), 11);
    let strategies = [PartitionStrategy::Modulo, PartitionStrategy::ConsistentHash, PartitionStrategy::Hash];
    for round in 0..30_u64 {
        at(&mut world, 3_000 + round * 337);
        for group in (1..=4).map(GroupId) {
            world.control(Control::LoseChange { node: Target::Leader(group), group });
        }
        if round % 4 == 3 {
            world.control(Control::Divide(strategies[round as usize / 4 % 3]));
        }
    }
    at(&mut world, 14_000);
    world.control(Control::SetLoad(false));
    at(&mut world, 18_000);
    let store = world.view().data.store;
    assert_eq!((store.away, store.twice, store.nowhere), (0, 0, 0), "{store:?}");
    assert!(store.kept > 10_000 && store.moved > 10_000, "{store:?}");
    assert_eq!(world.view().failovers.len(), 0, "no new leader has begun again");
}

#[test]
fn a_trade_is_found_by_its_id_wherever_it_is_kept() {
    let mut settings = Settings::without_market();
    settings.cluster.partitions = 4;
    let mut world = desk::open(&Arc::new(settings), 3);
    at(&mut world, 3_000);
    let found = |world: &mut World, id: TradeId| {
        world.control(Control::FindTrade(id));
        let view = world.view();
        view.events.iter().rev().find_map(|event| match event.kind {
            EventKind::Trades(TradesEvent::Found { id: of, copies, .. }) if of == id => Some((event.group, copies)),
            _ => None,
        })
    };
    let id = TradeId::new(GroupId(2), 5);
    let (before, copies) = found(&mut world, id).expect("it happened in the first seconds");
    assert_eq!(copies, 1);
    world.control(Control::Divide(PartitionStrategy::Range));
    at(&mut world, 6_000);
    let (after, _) = found(&mut world, id).expect("it is kept still");
    let fullest = world.view().groups.iter().max_by_key(|group| group.by_id).map(|group| group.id);
    assert_eq!(after, fullest, "all ids begin alike");
    assert!(before.is_some() && found(&mut world, TradeId::new(GroupId(2), 999_999)).is_none());
}
