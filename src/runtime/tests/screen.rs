//! What the view shows of the world.

use super::*;

#[test]
fn the_view_shows_truth_beside_belief() {
    let mut world = world(5);
    world.run_until(ms(500));
    world.control(Control::Crash(Target::Node(N1)));
    world.control(Control::Isolate(Target::Node(NodeId(5))));
    world.control(Control::SlowDisk { node: Target::Node(N2), slow: true });
    world.control(Control::Freeze(Target::Node(NodeId(4))));
    world.run_until(ms(1_500));
    let view = world.view();
    let truths: Vec<_> = view.nodes.iter().map(|node| node.truth).collect();
    use NodeTruth::{Down, Frozen, Slow, Up};
    assert_eq!(truths, [Down, Slow, Up, Frozen, Up]);
    assert_eq!(view.nodes[0].believed, [0, 0, 3], "n2, n3 and n5 run, and each believes n1 failed");
    assert_eq!(view.nodes[4].reach, Reach::Isolated);
    assert!(view.nodes[..4].iter().all(|node| node.reach == Reach::All), "one node is isolated, not five");
    assert!(view.nodes[3].beliefs.is_empty() && view.nodes[3].held > 0);
    let p1 = &view.groups[1];
    assert_eq!((p1.leader, p1.connected, p1.quorum, p1.margin()), (None, 2, 3, None), "n2 and n3 are too few");
    let dead = p1.replica(N1).unwrap();
    assert!(!dead.alive && dead.last > LogIndex::ORIGIN && dead.cells.len() == CELLS_MAX);
    assert_eq!(dead.cells.last().unwrap().last, dead.last);
    assert_eq!(view.run.faults.len(), 4);
    assert!(view.net.cuts.len() == 8 && view.ledger.submitted > 1_000 && view.ledger.settled > 0);
    assert_eq!(view.run.controller, p1.leader);
}

#[test]
fn the_view_shows_a_node_catching_up_and_its_lag() {
    let mut world = world_with(5, |settings| settings.link.latency = SimDuration::from_millis(20));
    world.run_until(ms(500));
    world.control(Control::Crash(Target::Node(NodeId(3))));
    world.run_until(ms(1_000));
    let lag = |world: &World| world.view().groups[1].replica(NodeId(3)).map(|r| (r.lag_records, r.lag_time)).unwrap();
    let (records, time) = lag(&world);
    assert!(records > 50 && time > SimDuration::from_millis(400), "{records} {time:?}");
    world.control(Control::Recover(Target::Node(NodeId(3))));
    world.run_until(ms(1_010));
    let node = world.node_view(NodeId(3)).unwrap();
    assert_eq!(node.truth, NodeTruth::Sync);
    assert!(node.catch_up.unwrap() > 50);
    world.run_until(ms(2_000));
    assert_eq!(world.node_view(NodeId(3)).unwrap().truth, NodeTruth::Up);
    assert!(lag(&world).0 < 30, "{:?}", lag(&world));
}

#[test]
fn samples_are_as_even_as_time_and_bounded() {
    let mut world = world(5);
    world.run_until(ms(7_013));
    let samples = world.view().samples;
    assert_eq!(samples.len(), SAMPLES_MAX);
    assert!(samples.windows(2).all(|pair| pair[1].at.since(pair[0].at) == SimDuration::from_millis(20)));
    assert_eq!(samples.last().unwrap().at, ms(7_000));
    assert_eq!(samples.last().unwrap().lag_by_group[0].len(), 2);
    assert!(world.view().groups[1].applied_per_s > 100);
}

#[test]
fn messages_in_flight_are_named_soonest_first() {
    let mut world = world_with(5, |settings| settings.link.latency = SimDuration::from_millis(20));
    world.run_until(ms(500));
    let net = world.view().net;
    assert_eq!(net.in_flight.len(), IN_FLIGHT_MAX);
    assert!(net.in_flight.windows(2).all(|pair| pair[0].arrives_in <= pair[1].arrives_in));
    assert!(net.in_flight.iter().any(|message| matches!(message.kind, MessageKind::Append { .. })));
    assert!(net.on_the_wire >= 32);
}
