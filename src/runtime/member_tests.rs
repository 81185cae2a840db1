//! A group that moves while it works: nodes that held nothing of it learn, vote, and lead.

use std::sync::Arc;

use super::testbed::{map, ms, world_of};
use super::world::World;
use crate::domain::control::{Control, Target};
use crate::domain::event::EventKind;
use crate::domain::ids::{GroupId, NodeId, NodeSet};
use crate::domain::membership::{ConfigChange, GroupConfig};
use crate::domain::settings::Settings;
use crate::node::message::{NodeInput, NodeOrder};

const P1: GroupId = GroupId(1);

/// Five nodes, of which the first three hold the partition.
fn world(seed: u64) -> World {
    let mut settings = Settings::default();
    settings.cluster.partitions = 1;
    let mut map = (*map(&settings)).clone();
    map.groups[P1.index()].truncate(3);
    world_of(seed, settings, Arc::new(map))
}

fn set(nodes: &[u8]) -> NodeSet {
    nodes.iter().copied().map(NodeId).collect()
}

/// Asks the leader of the moment for a change.
fn change(world: &mut World, change: ConfigChange) {
    let leader = world.leader(P1).unwrap();
    let change = Box::new(change);
    world.plan_inside(leader, NodeInput::Order(NodeOrder::ChangeConfig { group: P1, change }), None);
    let end = world.now() + crate::domain::time::SimDuration::from_millis(500);
    world.run_until(end);
}

#[test]
fn a_group_moves_to_nodes_that_held_nothing_of_it() {
    let mut world = world(7);
    world.run_until(ms(500));
    change(&mut world, ConfigChange::AddLearner(NodeId(4)));
    change(&mut world, ConfigChange::AddLearner(NodeId(5)));
    let group = &world.view().groups[P1.index()];
    assert_eq!(group.config, GroupConfig { learners: set(&[4, 5]), ..GroupConfig::of(set(&[1, 2, 3]).iter()) });
    assert_eq!((group.quorum, group.replicas.len()), (2, 5), "a learner is shown and not counted");
    let ready = |event: &EventKind| matches!(event, EventKind::LearnerReady { .. });
    assert_eq!(world.events().iter().filter(|event| ready(&event.kind)).count(), 2);

    change(&mut world, ConfigChange::Voters(set(&[3, 4, 5])));
    let answered = world.view().ledger.acknowledged;
    let end = world.now() + crate::domain::time::SimDuration::from_secs(1);
    world.run_until(end);
    let view = world.view();
    let group = &view.groups[P1.index()];
    assert_eq!(group.config, GroupConfig::of(set(&[3, 4, 5]).iter()));
    assert!(group.leader.is_some_and(|leader| group.config.voters.contains(leader)), "{:?} leads", group.leader);
    assert!(view.ledger.acknowledged > answered + 500, "orders are answered: {answered} before");
}

#[test]
fn a_replica_that_joined_later_survives_a_crash() {
    let mut world = world(8);
    world.run_until(ms(500));
    change(&mut world, ConfigChange::AddLearner(NodeId(4)));
    change(&mut world, ConfigChange::Voters(set(&[1, 2, 4])));
    world.control(Control::Crash(Target::Node(NodeId(4))));
    let down = world.now() + crate::domain::time::SimDuration::from_millis(300);
    world.run_until(down);
    let shown = |world: &World| world.view().groups[P1.index()].replica(NodeId(4)).map(|r| (r.alive, r.config));
    assert_eq!(shown(&world), Some((false, GroupConfig::of(set(&[1, 2, 4]).iter()))), "its disk knows");
    world.control(Control::Recover(Target::Node(NodeId(4))));
    world.control(Control::Crash(Target::Node(NodeId(2))));
    let up = world.now() + crate::domain::time::SimDuration::from_secs(1);
    world.run_until(up);
    assert_eq!(shown(&world), Some((true, GroupConfig::of(set(&[1, 2, 4]).iter()))));
    let group = &world.view().groups[P1.index()];
    assert!(group.leader.is_some(), "n1 and n4 are a majority");
    assert!(group.commit > group.replica(NodeId(2)).unwrap().last, "and commit without n2");
}
