//! What the view shows of the world.

use super::*;
use crate::domain::view::{Absence, StallView};

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

/// Why p1 answers nobody.
fn stall(world: &World) -> Option<StallView> {
    world.view().groups[1].stall.clone()
}

fn missing(must: u8, missing: &[(u8, Absence)]) -> Option<StallView> {
    let missing = missing.iter().map(|(node, absence)| (NodeId(*node), *absence)).collect();
    Some(StallView { must, of: 5, missing })
}

#[test]
fn a_group_that_answers_nobody_says_how_many_must_and_who_does_not() {
    let crash = |node| Control::Crash(Target::Node(NodeId(node)));
    let mut world = world(5);
    world.run_until(ms(500));
    assert_eq!(stall(&world), None);
    world.control(Control::SetAck(AckRule::All));
    world.run_until(ms(505));
    assert_eq!((stall(&world), world.view().groups[1].margin()), (None, Some(0)), "not one may fail");
    world.control(crash(5));
    world.run_until(ms(510));
    assert_eq!(
        stall(&world),
        missing(5, &[(5, Absence::Dead)]),
        "said at once, not when the first order has waited in vain"
    );
    assert_eq!(world.view().groups[1].margin(), None);
    world.control(Control::SetAck(AckRule::Majority));
    world.run_until(ms(1_000));
    assert_eq!(stall(&world), None, "four of five are enough for a majority");
    world.control(Control::Freeze(Target::Node(NodeId(4))));
    world.control(Control::Isolate(Target::Node(NodeId(3))));
    world.run_until(ms(3_000));
    let three = [(3, Absence::CutOff), (4, Absence::Frozen), (5, Absence::Dead)];
    assert_eq!(stall(&world), missing(3, &three));
}

#[test]
fn of_a_link_that_is_cut_one_way_the_end_that_is_not_the_leader_is_missing() {
    for cut_to_the_leader in [true, false] {
        let mut world = world(5);
        world.run_until(ms(500));
        let leader = world.leader(P1).unwrap();
        let other = NodeId::first(5).find(|node| *node != leader).unwrap();
        let (from, to) = if cut_to_the_leader { (other, leader) } else { (leader, other) };
        world.control(Control::SetAck(AckRule::All));
        world.control(Control::Cut { from: Target::Node(from), to: Target::Node(to) });
        world.run_until(ms(505));
        assert_eq!(stall(&world), missing(5, &[(other.0, Absence::CutOff)]), "{from} -> {to}");
    }
}

#[test]
fn a_leader_that_is_cut_off_is_the_one_that_is_missing() {
    let mut world = world(5);
    world.run_until(ms(500));
    let leader = world.leader(P1).unwrap();
    world.control(Control::Isolate(Target::Node(leader)));
    world.run_until(ms(501));
    assert_eq!(stall(&world), missing(3, &[(leader.0, Absence::CutOff)]));
    world.run_until(ms(2_000));
    assert_ne!(world.leader(P1), Some(leader));
    assert_eq!(stall(&world), None, "the others have elected another");
}

#[test]
fn voters_that_answer_and_store_nothing_are_named_once_a_client_has_waited_in_vain() {
    // A disk that takes 1.2 s for what takes 2 ms: answered votes and beats, and no order that is acknowledged in time.
    let mut world = world_with(5, |settings| settings.disk.slow_factor = 2_000);
    world.run_until(ms(500));
    world.control(Control::SetAck(AckRule::All));
    world.run_until(ms(1_000));
    world.control(Control::SlowDisk { node: Target::Node(NodeId(5)), slow: true });
    world.run_until(ms(1_500));
    assert_eq!(stall(&world), None, "a slow disk is no stall yet");
    world.run_until(ms(2_600));
    assert_eq!(stall(&world), missing(5, &[(5, Absence::Late)]));
    world.control(Control::SetAck(AckRule::Majority));
    world.run_until(ms(2_700));
    assert_eq!(stall(&world), None, "the other four are enough for a majority");
}

#[test]
fn a_leader_whose_own_disk_stands_still_is_the_one_that_is_named() {
    for rule in [AckRule::Majority, AckRule::Leader, AckRule::All] {
        let mut world = world_with(5, |settings| (settings.disk.slow_factor, settings.cluster.ack) = (10_000, rule));
        world.run_until(ms(1_000));
        let leader = world.leader(P1).unwrap();
        world.control(Control::SlowDisk { node: Target::Node(leader), slow: true });
        world.run_until(ms(3_400));
        assert_eq!(world.leader(P1), Some(leader));
        let stall = stall(&world).unwrap_or_else(|| panic!("{rule}"));
        assert_eq!(stall.missing, [(leader, Absence::Late)], "{rule}");
    }
}

#[test]
fn a_group_that_goes_on_in_fits_is_stalled_all_the_while_and_no_longer_once_it_is_quick() {
    for slow_factor in [1_200, 10_000] {
        let mut world = world_with(5, |settings| settings.disk.slow_factor = slow_factor);
        world.run_until(ms(1_000));
        let leader = world.leader(P1).unwrap();
        let others: Vec<_> = NodeId::first(5).filter(|node| *node != leader).take(3).collect();
        let make = |world: &mut World, slow| {
            others.iter().for_each(|node| {
                world.control(Control::SlowDisk { node: Target::Node(*node), slow });
            });
        };
        make(&mut world, true);
        let first = (1_000..9_000).step_by(50).find(|at| {
            world.run_until(ms(*at));
            stall(&world).is_some()
        });
        let (first, acknowledged) = (first.unwrap(), world.view().ledger.acknowledged);
        for at in (first..first + 9_000).step_by(50) {
            world.run_until(ms(at));
            assert!(stall(&world).is_some(), "{slow_factor} times: {at} ms");
        }
        assert!(world.view().ledger.acknowledged > acknowledged, "some come through");
        make(&mut world, false);
        world.run_until(ms(first + 16_000));
        assert_eq!(stall(&world), None);
    }
}

#[test]
fn a_leader_that_may_promise_by_itself_answers_without_a_quorum() {
    let mut world = world_with(5, |settings| settings.cluster.ack = AckRule::Leader);
    world.run_until(ms(500));
    let leader = world.leader(P1).unwrap();
    let others: Vec<_> = NodeId::first(5).filter(|node| *node != leader).take(3).collect();
    for node in others {
        world.control(Control::Crash(Target::Node(node)));
    }
    world.run_until(ms(501));
    assert_eq!((world.leader(P1), stall(&world)), (Some(leader), None));
    assert_eq!(world.view().groups[1].margin(), None, "but nothing is committed");
}

#[test]
fn a_node_that_comes_back_with_its_whole_log_is_not_behind() {
    let mut world = world(5);
    world.run_until(ms(3_000));
    let committed = world.view().groups[1].commit;
    for node in 1..=5 {
        world.control(Control::Crash(Target::Node(NodeId(node))));
    }
    world.run_until(ms(3_100));
    world.control(Control::RecoverAll);
    // Nobody leads yet, so nobody has told them what is committed.
    world.run_until(ms(3_140));
    let view = world.view();
    let p1 = &view.groups[1];
    assert_eq!(p1.leader, None);
    for replica in &p1.replicas {
        assert!(replica.alive && committed.since(replica.applied) > 500, "{replica:?}");
        assert!(replica.lag_records < 20, "its log lacks next to nothing: {replica:?}");
    }
    let sample = view.samples.last().unwrap();
    assert!(sample.lag_by_group.iter().all(|lags| lags[1].unwrap() < 20), "{:?}", sample.lag_by_group);
}

#[test]
fn the_ends_of_a_delayed_link_say_so() {
    let mut world = world(5);
    let (from, to) = (Target::Node(N1), Target::Node(N2));
    let delay = |latency| Control::Delay { from, to, latency, jitter: SimDuration::ZERO };
    world.control(delay(Some(SimDuration::from_millis(20))));
    world.run_until(ms(10));
    let reach = |world: &World| world.view().nodes.iter().map(|node| node.reach).collect::<Vec<_>>();
    use Reach::{All, Delayed};
    assert_eq!(reach(&world), [Delayed, Delayed, All, All, All]);
    world.control(delay(None));
    world.run_until(ms(20));
    assert_eq!(reach(&world), [All; 5]);
}
