//! Nodes that come and go in a whole world: placed, caught up, spread, and switched off.

use std::sync::Arc;

use super::tasks::TaskStepper;
use super::testbed::{ms, world_of};
use super::world::World;
use crate::domain::control::{Control, Target};
use crate::domain::event::EventKind;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::map::Placing;
use crate::domain::settings::Settings;
use crate::domain::time::SimDuration;
use crate::domain::view::{NodeTruth, Reach};
use crate::routing::placement::initial_map;

/// So many nodes, four partitions on three of them each.
fn world(seed: u64, nodes: usize) -> World {
    let mut settings = Settings::default();
    (settings.cluster.nodes, settings.cluster.replication_factor) = (nodes, 3.min(nodes));
    let map = initial_map(&settings);
    world_of(seed, settings, Arc::new(map))
}

fn run_for(world: &mut World, span: SimDuration) {
    let end = world.now() + span;
    world.run_until(end);
}

/// Runs until all groups are where they are wanted; panics if that takes too long.
fn settle(world: &mut World, within: SimDuration) {
    let end = world.now() + within;
    while world.now() < end {
        run_for(world, SimDuration::from_millis(100));
        if world.map().placing == Placing::Settled && world.basis.wishes.is_empty() {
            run_for(world, SimDuration::from_millis(500));
            return;
        }
    }
    let view = world.view();
    let groups: Vec<String> = view.groups.iter().map(|g| format!("{} {:?} {}", g.id, g.leader, g.config)).collect();
    let last: Vec<String> =
        world.events().iter().rev().take(12).map(|e| format!("{:?} {:?} {:?}", e.at, e.node, e.kind)).collect();
    panic!("not settled at {:?}: {:?}\n{groups:#?}\n{:#?}\n{last:#?}", world.now(), world.map(), view.placement);
}

fn assert_well(world: &World) {
    assert_placed(world);
    let placement = world.view().placement;
    assert!(placement.imbalance <= 1, "{placement:?}");
}

/// Every group is where the map wants it, works, and is kept by nobody else.
fn assert_placed(world: &World) {
    let view = world.view();
    let map = world.map();
    for group in &view.groups {
        let wanted: Vec<NodeId> = {
            let mut voters = map.voters(group.id).to_vec();
            voters.sort_unstable();
            voters
        };
        assert_eq!(group.config.voters.iter().collect::<Vec<_>>(), wanted, "{}", group.id);
        assert!(!group.config.is_joint() && group.config.learners.is_empty(), "{}: {}", group.id, group.config);
        assert!(group.leader.is_some(), "{} has a leader", group.id);
    }
    for slot in &world.nodes {
        let held: Vec<GroupId> =
            slot.disk.images().iter().filter(|(_, image)| !image.is_blank()).map(|(group, _)| *group).collect();
        let placed: Vec<GroupId> = map.group_ids().filter(|group| map.voters(*group).contains(&slot.id)).collect();
        assert_eq!(held, placed, "{} keeps what it holds and nothing else", slot.id);
    }
}

#[test]
fn two_nodes_join_and_take_their_share() {
    let mut world = world(3, 5);
    world.run_until(ms(500));
    world.control(Control::AddNode);
    world.control(Control::AddNode);
    settle(&mut world, SimDuration::from_secs(20));
    assert_eq!(world.map().nodes, NodeId::first(7).collect::<Vec<_>>());
    assert_well(&world);
    let replicas = world.view().placement.replicas;
    assert!(replicas[5] > 0 && replicas[6] > 0, "{replicas:?}");
    let joined = world.events().iter().filter(|event| event.kind == EventKind::NodeJoined).count();
    assert_eq!(joined, 2);
}

#[test]
fn a_node_leaves_and_is_switched_off() {
    let mut world = world(4, 5);
    world.run_until(ms(500));
    world.control(Control::Decommission(Target::Node(NodeId(2))));
    settle(&mut world, SimDuration::from_secs(20));
    assert_well(&world);
    assert!(!world.map().nodes.contains(&NodeId(2)));
    assert_eq!(world.view().nodes[1].truth, NodeTruth::Gone);
    world.control(Control::Recover(Target::Node(NodeId(2))));
    assert_eq!(world.view().nodes[1].truth, NodeTruth::Gone, "what is gone does not come back");
}

#[test]
fn the_dead_are_replaced_by_whom_there_is() {
    let mut world = world(5, 5);
    world.run_until(ms(500));
    world.control(Control::Crash(Target::Node(NodeId(3))));
    run_for(&mut world, SimDuration::from_secs(1));
    world.control(Control::AddNode);
    world.control(Control::Replace(Target::Node(NodeId(3))));
    settle(&mut world, SimDuration::from_secs(20));
    assert_well(&world);
    assert_eq!(world.view().nodes[2].truth, NodeTruth::Gone);
}

#[test]
fn links_to_a_node_that_has_left_are_not_missed() {
    let mut world = world(5, 5);
    world.run_until(ms(500));
    let reach = |world: &World| world.view().nodes.iter().map(|node| node.reach).collect::<Vec<_>>();
    world.control(Control::Isolate(Target::Node(NodeId(3))));
    world.control(Control::Crash(Target::Node(NodeId(3))));
    assert_eq!([0, 1, 3, 4].map(|place| reach(&world)[place]), [Reach::All; 4], "the dead one is isolated, no other");
    world.control(Control::AddNode);
    world.control(Control::Replace(Target::Node(NodeId(3))));
    settle(&mut world, SimDuration::from_secs(20));
    assert_eq!(world.view().nodes[2].truth, NodeTruth::Gone);
    assert_eq!([0, 1, 3, 4, 5].map(|place| reach(&world)[place]), [Reach::All; 5]);
}

#[test]
fn the_controller_itself_may_leave_and_so_may_nearly_everybody() {
    let mut world = world(6, 5);
    world.run_until(ms(500));
    for node in [1, 4, 2, 5] {
        world.control(Control::Decommission(Target::Node(NodeId(node))));
        settle(&mut world, SimDuration::from_secs(20));
        assert_well(&world);
    }
    assert_eq!(world.map().nodes, [NodeId(3)]);
    world.control(Control::Decommission(Target::Node(NodeId(3))));
    let refused = world.events().back().map(|event| matches!(event.kind, EventKind::ControlRefused { .. }));
    assert_eq!(refused, Some(true), "the last one stays");
}

/// Who shall die while a change is on its way.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Controller,
    LeaderOf(GroupId),
    Node(NodeId),
}

/// From a world in the middle of a change, at every `step`-th scheduler event until it is over: copies it, kills the victim
/// there, lets it come back, and sees whether everything ends well.
fn crash_everywhere(mut world: World, step: u64, victim: Victim) {
    let mut places = 0;
    while world.map().placing != Placing::Settled {
        world.run_events(step);
        places += 1;
        assert!(places < 400, "the change without a crash comes to an end");
        let mut copy = world.clone();
        let node = match victim {
            Victim::Controller => copy.leader(GroupId::META),
            Victim::LeaderOf(group) => copy.leader(group),
            Victim::Node(node) => Some(node),
        };
        let Some(node) = node.filter(|node| copy.nodes[node.index()].lives()) else { continue };
        copy.control(Control::Crash(Target::Node(node)));
        run_for(&mut copy, SimDuration::from_millis(700));
        // Who was a member no longer is not there to come back.
        copy.control(Control::Recover(Target::Node(node)));
        settle(&mut copy, SimDuration::from_secs(30));
        let before = copy.view().ledger.acknowledged;
        run_for(&mut copy, SimDuration::from_secs(1));
        // Leaders that a crash moved about after the last step of the plan stay where they are: that is the hysteresis.
        assert_placed(&copy);
        let ledger = copy.view().ledger;
        assert!(ledger.acknowledged > before, "orders are answered again: {ledger:?}");
    }
    assert!(places >= 10, "{places} places are too few to say every");
}

/// Two nodes join a cluster of five; seen from the moment at which they are switched on.
fn joining(seed: u64) -> World {
    let mut world = world(seed, 5);
    world.run_until(ms(500));
    world.control(Control::AddNode);
    world.control(Control::AddNode);
    world
}

fn leaving(seed: u64) -> World {
    let mut world = world(seed, 5);
    world.run_until(ms(500));
    world.control(Control::Decommission(Target::Node(NodeId(2))));
    world
}

const STEP: u64 = 700;

#[test]
fn nodes_join_though_the_controller_dies_at_any_moment() {
    crash_everywhere(joining(11), STEP, Victim::Controller);
}

#[test]
fn nodes_join_though_a_leader_dies_at_any_moment() {
    crash_everywhere(joining(12), STEP, Victim::LeaderOf(GroupId(1)));
}

#[test]
fn nodes_join_though_one_of_them_dies_at_any_moment() {
    crash_everywhere(joining(13), STEP, Victim::Node(NodeId(6)));
}

#[test]
fn a_node_leaves_though_the_controller_dies_at_any_moment() {
    crash_everywhere(leaving(14), STEP, Victim::Controller);
}

#[test]
fn a_node_leaves_though_it_dies_at_any_moment() {
    crash_everywhere(leaving(15), STEP, Victim::Node(NodeId(2)));
}

#[test]
fn a_run_in_which_nodes_come_and_go_is_one_run() {
    let story = |world: &mut World, from: u64| {
        let story = [
            (500, Control::AddNode),
            (900, Control::Decommission(Target::Leader(GroupId(2)))),
            (1_300, Control::Crash(Target::Random)),
            (2_000, Control::RecoverAll),
            (2_400, Control::AddNode),
        ];
        for (at, control) in story.into_iter().filter(|(at, _)| *at >= from) {
            world.run_until(ms(at));
            world.control(control);
        }
        world.run_until(ms(6_000));
    };
    let mut straight = world(21, 5);
    story(&mut straight, 0);
    let mut copied = world(21, 5);
    copied.run_until(ms(500));
    copied.control(Control::AddNode);
    copied.run_until(ms(700));
    let mut copied = copied.clone();
    story(&mut copied, 900);
    assert_eq!((straight.hash(), straight.events()), (copied.hash(), copied.events()), "a copy goes the same way");
    // As a recording has it, stepped by tasks.
    let mut tasks = world(21, 5);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut stepper = TaskStepper::default();
        for recorded in straight.controls().to_vec() {
            tasks.run_until_tasks(&mut stepper, recorded.at).await;
            tasks.control(recorded.control);
            tasks.bury_tasks(&mut stepper);
        }
        tasks.run_until_tasks(&mut stepper, ms(6_000)).await;
    });
    assert_eq!(straight.hash(), tasks.hash());
    assert!(straight.map().nodes.len() >= 6, "{:?}", straight.map());
}
