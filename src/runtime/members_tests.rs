//! Nodes that come and go in a whole world: placed, caught up, spread, and switched off.

use std::sync::Arc;

use super::testbed::{ms, world_of};
use super::world::World;
use crate::domain::control::{Control, Target};
use crate::domain::event::EventKind;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::map::Placing;
use crate::domain::settings::Settings;
use crate::domain::time::SimDuration;
use crate::domain::view::NodeTruth;
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
    assert!(view.placement.imbalance <= 1, "{:?}", view.placement);
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
