//! A symbol moves between two groups under load, and a leader crashes at every step of it.
//!
//! The world is a value: it runs until the move is planned, and at every so many scheduler events from there to its end it is
//! cloned, the leader of the source, of the target or of `meta` is crashed in the clone, and the clone runs on. However it
//! went, one group owns the symbol in the end, the map names it, no order is lost or executed twice, and every unit of cash
//! and every lot is in one group or on its way.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::ids::{GroupId, NodeId, SymbolId};
use chaosdesk::domain::invariant::Invariant;
use chaosdesk::domain::moving::{Goods, Shipment};
use chaosdesk::domain::order::Side;
use chaosdesk::domain::rules::PartitionStrategy;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::domain::units::{Cash, Price, Quantity};
use chaosdesk::routing::partitioner::Partitioner;
use chaosdesk::runtime::world::World;

const GOOG: SymbolId = SymbolId(6);

/// A desk under load, and a move of GOOG that has just been asked for.
fn asked() -> (World, GroupId, GroupId) {
    let mut world = desk::open(&Arc::new(Settings::without_market()), 11);
    world.run_until(SimTime::from_millis(1_500));
    let from = world.newest_map().owner(GOOG).unwrap();
    let to = GroupId(from.0 % 4 + 1);
    world.control(Control::MoveSymbol { symbol: GOOG, to });
    (world, from, to)
}

/// Counts what every account has in every group, and what is on its way with a symbol: together it is what all were given.
fn count_money(world: &World, story: &str) {
    let (mut cash, mut lots) = (0, 0);
    for (group, exchange) in world.exchanges().filter(|(group, _)| *group != GroupId::META) {
        assert!(exchange.audit_money(), "{story}: the sums of {group} are wrong");
        let accounts = exchange.accounts();
        let given: i128 = accounts.iter().map(|(account, _)| accounts.opening().cash(account).0).sum();
        cash += accounts.iter().map(|(_, purse)| purse.free + purse.reserved).sum::<i128>() - given;
        let travels =
            |shipment: &Shipment| world.exchange(shipment.to).is_none_or(|target| target.shipments().is_news(shipment));
        let leaving = exchange.shipments().leaving().iter().filter(|leaving| travels(&leaving.shipment));
        for leaving in leaving {
            for goods in leaving.parts.iter().flat_map(|part| part.goods()) {
                match goods {
                    Goods::Order(order) if order.side == Side::Buy => {
                        let (price, left) = (Price(order.price.into()), Quantity(order.left.into()));
                        cash += leaving.shipment.symbol.instrument().unwrap().notional(price, left).0;
                    }
                    Goods::Holding(holding) => lots += holding.free + holding.reserved,
                    _ => {}
                }
            }
        }
    }
    let transfers = world.view().accounts.transfers;
    if transfers.begun == 0 {
        assert_eq!((cash, lots), (0, transfers.lots_in_transit), "{story}: made or lost");
    }
}

/// What must be true when everything has come to rest.
fn judge(world: &mut World, story: &str) {
    world.control(Control::SetLoad(false));
    let at = world.now();
    world.run_until(at + SimDuration::from_secs(3));
    let view = world.view();
    let broken: Vec<_> = view.invariants.iter().filter(|lamp| lamp.violations > 0).collect();
    assert!(broken.is_empty(), "{story}: {broken:?}");
    let money = view.invariants.iter().find(|lamp| lamp.invariant == Invariant::MoneyConserved);
    assert!(money.is_some_and(|lamp| lamp.checked > 0), "{story}: money was never counted");
    count_money(world, story);
    let transfers = view.accounts.transfers;
    let left = (transfers.in_transit(), transfers.lots_in_transit, transfers.waiting);
    assert_eq!(left, (Cash(0), 0, 0), "{story}: {transfers:?}");
    let ledger = view.ledger;
    assert_eq!((ledger.lost, ledger.duplicated, ledger.waiting), (0, 0, 0), "{story}: {ledger:?}");
    assert_eq!(view.data.held_requests, 0, "{story}: requests are held for ever");
    assert!(view.data.moves.is_empty(), "{story}: {:?}", view.data.moves);
    for (place, owner) in world.newest_map().owners.iter().enumerate() {
        let symbol = SymbolId(place as u16);
        for group in world.newest_map().group_ids().skip(1) {
            let serves = world.exchange(group).expect("a replica runs").serves(symbol).is_ok();
            assert_eq!(serves, group == *owner, "{story}: {} in {group}, the map says {owner}", symbol.name());
        }
    }
    for group in &view.groups {
        let chains: Vec<_> = group.replicas.iter().map(|replica| (replica.applied, replica.chain)).collect();
        assert!(chains.windows(2).all(|pair| pair[0] == pair[1]), "{story}: {} differ: {chains:?}", group.id);
    }
}

#[test]
fn a_symbol_moves_under_load_and_nobody_is_refused() {
    let (mut world, _, to) = asked();
    let at = world.now();
    world.run_until(at + SimDuration::from_millis(400));
    assert_eq!(world.newest_map().owner(GOOG), Some(to));
    judge(&mut world, "no fault");
    let ledger = world.view().ledger;
    assert_eq!((ledger.rejected, ledger.unknown), (0, 0), "{ledger:?}");
    assert!(world.exchange(to).unwrap().book(GOOG).unwrap().tape().count() > 0, "its trades came along");
}

#[test]
fn a_symbol_on_its_way_says_how_long_it_has_been_frozen_whoever_crashes() {
    let (mut world, from, to) = asked();
    let seen = |world: &World| world.view().data.moves.first().and_then(|planned| planned.frozen_at);
    let frozen = |world: &World| !world.exchange(from).expect("a replica runs").shipments().leaving().is_empty();
    while !frozen(&world) {
        assert_eq!(seen(&world), None, "it trades still");
        assert!(world.step_one());
    }
    let at = world.now();
    assert_eq!(seen(&world), Some(at));
    // Nobody owns it while its heir has no leader, and those who come back freeze it again as they replay their logs.
    for group in [to, from] {
        world.control(Control::Crash(Target::Leader(group)));
    }
    while seen(&world).is_some() && world.now() < at + SimDuration::from_secs(2) {
        assert_eq!(seen(&world), Some(at), "as long as somebody shows it");
        world.run_until(world.now() + SimDuration::from_millis(50));
        world.control(Control::RecoverAll);
    }
    assert!(world.now() >= at + SimDuration::from_millis(100), "the crash held it up");
}

/// How many events lie between two crashes; the campaign takes 1, every step.
fn stride() -> usize {
    std::env::var("MOVE_STRIDE").ok().and_then(|text| text.parse().ok()).unwrap_or(47)
}

/// Crashes the leader that is picked at every so many events, from the asking until the source has dropped its copy.
fn crash_at_every_step(pick: impl Fn(GroupId, GroupId) -> GroupId) {
    let (mut world, from, to) = asked();
    let mut step = 0;
    let mut clones = 0;
    let over = |world: &World| world.newest_map().moved > 0 && world.view().data.moves.is_empty();
    while step < 20_000 && world.step_one() {
        step += 1;
        if step % stride() != 0 {
            continue;
        }
        count_money(&world, &format!("after {step} events"));
        let mut broken = world.clone();
        let story = format!("crash of {} after {step} events", pick(from, to));
        broken.control(Control::Crash(Target::Leader(pick(from, to))));
        let at = broken.now();
        broken.run_until(at + SimDuration::from_millis(1_500));
        broken.control(Control::RecoverAll);
        broken.run_until(at + SimDuration::from_millis(2_500));
        assert_eq!(broken.newest_map().owner(GOOG), Some(to), "{story}");
        judge(&mut broken, &story);
        clones += 1;
        if over(&world) {
            break;
        }
    }
    assert!(clones > 5 && over(&world), "the move took its steps: {clones} clones, {step} events");
}

#[test]
fn the_leader_of_the_source_crashes_at_every_step() {
    crash_at_every_step(|from, _| from);
}

#[test]
fn the_leader_of_the_target_crashes_at_every_step() {
    crash_at_every_step(|_, to| to);
}

#[test]
fn the_controller_crashes_at_every_step() {
    crash_at_every_step(|_, _| GroupId::META);
}

/// Two thousand instruments on eight partitions.
fn wide() -> Settings {
    let mut settings = Settings::without_market();
    settings.cluster.partitions = 8;
    settings.cluster.replication_factor = 3;
    settings.market.instruments = 2_000;
    settings.partition.moves_at_once = 16;
    settings
}

fn owners(settings: &Settings, strategy: PartitionStrategy) -> Vec<GroupId> {
    let partition = chaosdesk::domain::settings::PartitionSettings { strategy, ..settings.partition.clone() };
    Partitioner::new(&partition, settings.cluster.partitions).owners(settings.market.instruments)
}

#[test]
fn two_thousand_instruments_are_divided_again_three_times_under_load() {
    let settings = wide();
    let mut world = desk::open(&Arc::new(settings.clone()), 5);
    world.run_until(SimTime::from_millis(1_000));
    let mut before = owners(&settings, PartitionStrategy::Hash);
    let mut moved = 0;
    for strategy in [PartitionStrategy::Modulo, PartitionStrategy::ConsistentHash, PartitionStrategy::Range] {
        let after = owners(&settings, strategy);
        let differ = before.iter().zip(&after).filter(|(before, after)| before != after).count() as u64;
        world.control(Control::Divide(strategy));
        for _ in 0..600 {
            let at = world.now();
            world.run_until(at + SimDuration::from_millis(100));
            let map = world.newest_map();
            if map.strategy == strategy && map.moves.is_empty() && map.under_way.is_empty() {
                break;
            }
        }
        moved += differ;
        assert_eq!(world.newest_map().moved, moved, "{}: {differ} keys are to move", strategy.name());
        assert_eq!(world.newest_map().owners, after, "{}", strategy.name());
        before = after;
    }
    judge(&mut world, "three switches");
    let view = world.view();
    assert_eq!((view.ledger.unknown, view.ledger.rejected, view.data.held_refused), (0, 0, 0), "{:?}", view.ledger);
    assert!(view.nodes.iter().all(|node| node.id >= NodeId(1)));
}
