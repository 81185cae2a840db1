//! Lives of nodes: crash, freeze, panic, and what of them outlives them.

use super::*;

#[test]
fn a_crash_forgets_memory_and_keeps_the_disk_and_recovery_catches_up() {
    let mut world = world(5);
    world.run_until(ms(500));
    world.control(Control::Crash(Target::Node(NodeId(3))));
    let synced = world.nodes[2].disk.records();
    assert!(synced > 50, "orders flow: {synced}");
    world.run_until(ms(900));
    assert_eq!(world.nodes[2].disk.records(), synced, "a dead disk stands still");
    world.control(Control::Recover(Target::Node(NodeId(3))));
    let recovered = find(&world, |event| matches!(event.kind, EventKind::Recovered { .. }));
    world.run_until(ms(1_500));
    let EventKind::Recovered { behind } = recovered.kind else { panic!() };
    assert!(behind > 50, "{behind}");
    let caught_up = find(&world, |event| matches!(event.kind, EventKind::CaughtUp { .. }));
    let EventKind::CaughtUp { after, records } = caught_up.kind else { panic!() };
    assert!(after > SimDuration::ZERO && records >= behind, "{after:?} {records}");
    assert_eq!(world.nodes[2].incarnation, 2);
}

#[test]
fn ten_seconds_of_isolation_are_told_ever_more_rarely_and_push_nothing_out_of_the_ring() {
    let mut world = world(5);
    world.run_until(ms(500));
    let lost = Target::Node(NodeId(5));
    world.control(Control::Isolate(lost));
    world.run_until(ms(10_500));
    let asks = |event: &&Event| event.node == Some(NodeId(5)) && matches!(event.kind, EventKind::TimedOut { .. });
    let asked: Vec<&Event> = world.events().iter().filter(asks).filter(|event| event.at > ms(600)).collect();
    let groups: std::collections::BTreeSet<_> = asked.iter().filter_map(|event| event.group).collect();
    assert!(!groups.is_empty(), "a node that is cut off asks");
    for group in groups {
        let told = asked.iter().filter(|event| event.group == Some(group));
        let (told, untold) = told.fold((0, 0), |(told, untold), event| (told + 1, untold + event.repeated));
        assert!((4..=5).contains(&told) && untold > 15, "{group:?}: {told} told, {untold} not");
    }
    let elected = find(&world, |event| matches!(event.kind, EventKind::Elected { .. }));
    assert!(world.view().events.contains(&elected), "the election is still to be seen");
    for event in &asked {
        let causes = std::iter::successors(Some(*event), |event| event.cause.and_then(|cause| world.event(cause)));
        assert!(causes.count() > 1, "why? has an answer: {event:?}");
    }
}

/// When the fsyncs of a node that are planned end, by the life that began them.
fn fsync_ends(world: &World, of: NodeId) -> Vec<(u32, SimTime)> {
    let ends = world.queue.iter().filter_map(|(at, _, scheduled)| match scheduled.what {
        What::FsyncEnd { node, incarnation } if node == of => Some((incarnation, at)),
        _ => None,
    });
    let mut ends: Vec<_> = ends.collect();
    ends.sort();
    ends
}

#[test]
fn an_fsync_of_the_life_that_ended_completes_nothing_in_the_next() {
    let mut world = world(5);
    world.run_until(ms(500));
    world.control(Control::SlowDisk { node: Target::Node(N2), slow: true });
    world.run_until(ms(515));
    world.control(Control::Crash(Target::Node(N2)));
    let crashed = find(&world, |event| matches!(event.kind, EventKind::Crashed { .. }));
    assert!(matches!(crashed.kind, EventKind::Crashed { unsynced: 1.. }), "{crashed:?}");
    world.control(Control::Recover(Target::Node(N2)));
    // The new life writes as soon as it hears from the leader.
    world.run_until(ms(525));
    let [(1, void), (2, own)] = fsync_ends(&world, N2)[..] else { panic!("the old life's fsync and the new life's") };
    assert!(void < own);
    let fsyncs = world.nodes[1].disk.view().fsyncs;
    world.run_until(void);
    assert!(world.nodes[1].disk.view().syncing, "the new life's fsync takes its own time");
    assert_eq!(world.nodes[1].disk.view().fsyncs, fsyncs);
    world.run_until(own);
    assert_eq!(world.nodes[1].disk.view().fsyncs, fsyncs + 1);
}

#[test]
fn messages_on_the_wire_outlive_their_sender() {
    let mut world = world_with(5, |settings| settings.link.latency = SimDuration::from_millis(20));
    world.run_until(ms(100));
    world.control(Control::Crash(Target::Node(N1)));
    world.control(Control::SetLoad(false));
    let on_the_wire = world.network.traffic().on_the_wire;
    let sent = world.network.traffic().sent;
    assert!(on_the_wire > 0);
    world.run_until(ms(140));
    assert!(world.network.traffic().dropped > 0, "what was sent to the dead node is lost");
    assert!(world.network.traffic().sent > sent, "the others answer what the dead node had sent");
}

#[test]
fn a_frozen_node_takes_no_step_and_gets_everything_in_order_when_it_thaws() {
    let mut world = world(5);
    world.run_until(ms(300));
    world.control(Control::Freeze(Target::Node(N2)));
    let before = world.nodes[1].node.as_ref().unwrap().commit(P1);
    world.run_until(ms(500));
    assert_eq!(world.nodes[1].node.as_ref().unwrap().commit(P1), before);
    let held = world.nodes[1].held.messages();
    assert!(held > 50, "{held}");
    world.control(Control::Thaw(Target::Node(N2)));
    let thawed = find(&world, |event| matches!(event.kind, EventKind::Thawed { .. }));
    assert_eq!(thawed.kind, EventKind::Thawed { after: SimDuration::from_millis(200), held });
    world.run_until(ms(600));
    assert!(world.nodes[1].node.as_ref().unwrap().commit(P1) > before);
}

#[test]
fn a_frozen_nodes_messages_are_held_to_a_bound() {
    let mut world = world_with(5, |settings| settings.load.on = true);
    world.run_until(ms(300));
    world.control(Control::Freeze(Target::Node(N2)));
    world.run_until(ms(40_000));
    assert_eq!(world.nodes[1].held.messages(), crate::runtime::HELD_MAX as u64);
    let told = kinds(&world).filter(|(_, kind)| matches!(kind, EventKind::Overloaded { .. })).count();
    assert_eq!(told, 1, "it is told once");
    assert!(world.network.traffic().dropped > 0);
}

#[test]
fn a_panic_loses_exactly_that_node_and_keeps_its_words() {
    let mut world = world(5);
    world.run_until(ms(300));
    world.control(Control::Poison(Target::Leader(P1)));
    world.run_until(ms(1_000));
    let halted = find(&world, |event| matches!(event.kind, EventKind::Halted { .. }));
    let message = "told to panic by a control".to_owned();
    assert_eq!((halted.node, halted.kind), (Some(N1), EventKind::Halted { message }));
    assert!(world.leader(P1).is_some_and(|leader| leader != N1), "the rest go on");
    world.control(Control::Recover(Target::Node(N1)));
    world.run_until(ms(2_000));
    assert!(world.faults.is_empty(), "{:?}", world.faults);
}

#[test]
fn silence_names_the_fault_behind_it() {
    let mut world = world(5);
    world.run_until(ms(300));
    world.control(Control::Crash(Target::Leader(P1)));
    let crash = find(&world, |event| matches!(event.kind, EventKind::Crashed { .. })).id;
    world.run_until(ms(1_000));
    let believes = find(&world, |event| {
        event.node == Some(N2) && matches!(event.kind, EventKind::Believes { health: Health::Failed, .. })
    });
    assert_eq!(believes.cause, Some(crash));
    let elected = find(&world, |event| event.id > crash && matches!(event.kind, EventKind::Elected { .. }));
    assert!(elected.cause > Some(crash), "an election has a cause after the crash: {elected:?}");
}
