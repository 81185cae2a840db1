//! A node crashes and comes back: leaders go back to balance, gently, and nothing is lost by it.
//!
//! The default desk with sixteen partitions on five nodes, under load. Every hundredth of a second the world is looked at, so
//! that each hand-over can be held against what was true just before it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::event::EventKind;
use chaosdesk::domain::ids::{EventId, NodeId};
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::runtime::world::World;

/// Runs on, and counts the hand-overs that began; each with every group led just before.
fn watch(world: &mut World, span: SimDuration, story: &str) -> Vec<SimTime> {
    let (end, mut begun) = (world.now() + span, Vec::new());
    let mut seen = world.events().back().map_or(EventId(0), |event| event.id);
    while world.now() < end {
        let all_led = world.view().groups.iter().all(|group| group.leader.is_some());
        world.run_until(world.now() + SimDuration::from_millis(10));
        for event in world.events().iter().filter(|event| event.id > seen) {
            if matches!(event.kind, EventKind::TransferBegan { .. }) {
                assert!(all_led, "{story}: {event:?} while a group has no leader");
                begun.push(event.at);
            }
        }
        seen = world.events().back().map_or(seen, |event| event.id);
    }
    begun
}

#[test]
fn leaders_go_back_to_balance_after_a_crash_without_a_storm() {
    for seed in [1, 2, 3] {
        for victim in [NodeId(2), NodeId(1)] {
            let story = format!("seed {seed}, {victim}");
            let mut settings = Settings::without_market();
            settings.cluster.partitions = 16;
            let mut world = desk::open(&Arc::new(settings), seed);
            let quiet = watch(&mut world, SimDuration::from_secs(2), &story);
            assert_eq!(quiet, [], "{story}: nothing to put right");
            world.control(Control::Crash(Target::Node(victim)));
            let away = watch(&mut world, SimDuration::from_secs(3), &story);
            assert_eq!(away, [], "{story}: who is away may come back");
            world.control(Control::Recover(Target::Node(victim)));
            assert!(world.view().placement.imbalance >= 2, "{story}: who comes back leads nothing");
            let begun = watch(&mut world, SimDuration::from_secs(6), &story);
            let placement = world.view().placement;
            assert!(placement.imbalance <= 1, "{story}: {placement:?}");
            assert!((2..=8).contains(&begun.len()), "{story}: {begun:?}");
            let gentle = begun.windows(2).all(|pair| pair[1].since(pair[0]) >= SimDuration::from_millis(200));
            assert!(gentle, "{story}: {begun:?}");
            let rest = watch(&mut world, SimDuration::from_secs(3), &story);
            assert_eq!(rest, [], "{story}: what is even stays so");
            let ledger = world.view().ledger;
            assert_eq!((ledger.lost, ledger.duplicated), (0, 0), "{story}: {ledger:?}");
        }
    }
}

#[test]
fn whoever_hands_a_group_over_by_hand_is_not_contradicted() {
    let mut world = desk::open(&Arc::new(Settings::without_market()), 4);
    world.run_until(SimTime::from_millis(1_000));
    let target = world.view().groups[1].leader.unwrap();
    for group in world.newest_map().group_ids().skip(2).collect::<Vec<_>>() {
        world.control(Control::Transfer { group, to: Some(target) });
    }
    let story = "by hand";
    watch(&mut world, SimDuration::from_secs(1), story);
    assert!(world.view().placement.imbalance >= 3, "{:?}", world.view().placement);
    assert_eq!(watch(&mut world, SimDuration::from_secs(4), story), [], "nobody came back");
}
