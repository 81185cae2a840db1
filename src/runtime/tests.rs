//! Tests of the world as a whole: controls, lives, causes, and that a run is its seed and its controls.

use super::queue::What;
use super::tasks::TaskStepper;
use super::testbed::{ms, world, world_with};
use super::world::World;
use crate::domain::control::{Control, Target};
use crate::domain::digest::Digest;
use crate::domain::event::{Event, EventKind, Health};
use crate::domain::ids::{GroupId, LogIndex, NodeId};
use crate::domain::rules::{AckRule, Rule};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{CELLS_MAX, IN_FLIGHT_MAX, MessageKind, NodeTruth, Reach, SAMPLES_MAX};
use crate::domain::why::Why;

const N1: NodeId = NodeId(1);
const N2: NodeId = NodeId(2);
const P1: GroupId = GroupId(1);

/// A run with one of every fault that it can come back from.
fn story(world: &mut World, from_ms: u64) {
    for (at, control) in STORY.into_iter().filter(|(at, _)| *at >= from_ms) {
        world.run_until(ms(at));
        world.control(control);
    }
    world.run_until(ms(3_000));
}

const STORY: [(u64, Control); 9] = [
    (100, Control::Crash(Target::Leader(P1))),
    (700, Control::Freeze(Target::Random)),
    (900, Control::Recover(Target::Node(N1))),
    (1_000, Control::RecoverAll),
    (1_200, Control::Cut { from: Target::Node(N2), to: Target::Node(NodeId(3)) }),
    (1_300, Control::SlowDisk { node: Target::Random, slow: true }),
    (1_500, Control::Poison(Target::Node(NodeId(4)))),
    (1_900, Control::HealAll),
    (2_000, Control::Recover(Target::Node(NodeId(4)))),
];

fn hash_of_story(seed: u64) -> Digest {
    let mut world = world(seed);
    story(&mut world, 0);
    world.hash()
}

fn kinds(world: &World) -> impl Iterator<Item = (Option<NodeId>, &EventKind)> {
    world.events().iter().map(|event| (event.node, &event.kind))
}

fn find(world: &World, over: impl Fn(&Event) -> bool) -> Event {
    world.events().iter().find(|event| over(event)).cloned().unwrap_or_else(|| panic!("{:#?}", world.events()))
}

#[test]
fn one_seed_and_one_list_of_controls_are_one_run() {
    assert_eq!(hash_of_story(5), hash_of_story(5));
    assert_ne!(hash_of_story(5), hash_of_story(6), "the seed matters");
}

#[test]
fn a_control_more_is_another_run() {
    let mut world = world(5);
    world.run_until(ms(50));
    world.control(Control::SetRate(1));
    story(&mut world, 0);
    assert_ne!(world.hash(), hash_of_story(5));
}

#[test]
fn a_copy_runs_on_to_the_same_end() {
    let mut straight = world(5);
    straight.run_until(ms(100));
    straight.control(Control::Crash(Target::Leader(P1)));
    straight.run_until(ms(650));
    let mut copy = straight.clone();
    story(&mut straight, 700);
    story(&mut copy, 700);
    assert_eq!(straight.hash(), copy.hash());
    assert_eq!(straight.events(), copy.events());
    assert_eq!(straight.hash(), hash_of_story(5), "nor does it matter that it was copied");
}

#[test]
fn how_a_run_is_cut_into_stretches_does_not_matter() {
    let mut world = world(5);
    for at in 0..100 {
        world.run_until(ms(at));
    }
    for _ in 0..50 {
        let next = world.next_at().unwrap();
        if next > ms(100) {
            break;
        }
        world.step_one();
    }
    story(&mut world, 0);
    assert_eq!(world.hash(), hash_of_story(5));
}

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
    assert_eq!(world.nodes[1].held.messages(), super::HELD_MAX as u64);
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

#[test]
fn what_cannot_be_done_is_refused_with_its_reason() {
    let mut world = world(5);
    world.run_until(ms(200));
    let n9 = Target::Node(NodeId(9));
    let n3 = Target::Node(NodeId(3));
    world.control(Control::Crash(n3));
    let table = [
        (Control::Crash(n3), Why::AlreadySo),
        (Control::Crash(n9), Why::NoTarget),
        (Control::Recover(Target::Node(N1)), Why::AlreadySo),
        (Control::Freeze(n3), Why::NodeDown),
        (Control::Thaw(Target::Node(N1)), Why::AlreadySo),
        (Control::Poison(n3), Why::NodeDown),
        (Control::Cut { from: n3, to: n3 }, Why::NoTarget),
        (Control::Heal { from: n3, to: Target::Node(N1) }, Why::AlreadySo),
        (Control::HealAll, Why::AlreadySo),
        (Control::Rejoin(n3), Why::AlreadySo),
        (Control::SlowDisk { node: n3, slow: false }, Why::AlreadySo),
        (Control::Transfer { group: P1, to: Some(NodeId(3)) }, Why::NodeDown),
        (Control::Transfer { group: P1, to: Some(NodeId(9)) }, Why::NotVoter),
        (Control::Transfer { group: P1, to: Some(N1) }, Why::AlreadySo),
        (Control::Transfer { group: GroupId(7), to: None }, Why::NoLeader),
        (Control::SetAck(AckRule::Majority), Why::AlreadySo),
        (Control::Crash(Target::Leader(GroupId(7))), Why::NoLeader),
    ];
    for (control, why) in table {
        world.take_new_events();
        world.control(control);
        let told = world.take_new_events();
        assert_eq!(told.last().map(|event| &event.kind), Some(&EventKind::ControlRefused { control, why }));
    }
}

#[test]
fn targets_by_role_mean_whoever_has_the_role_now() {
    let mut world = world(5);
    world.run_until(ms(300));
    world.control(Control::Crash(Target::Leader(P1)));
    world.run_until(ms(1_000));
    world.control(Control::Crash(Target::Leader(P1)));
    world.run_until(ms(2_000));
    world.control(Control::Crash(Target::Follower(P1)));
    let dead: Vec<_> = kinds(&world).filter(|(_, kind)| matches!(kind, EventKind::Crashed { .. })).collect();
    let dead: Vec<_> = dead.iter().map(|(node, _)| node.unwrap()).collect();
    let elected = kinds(&world).filter(|(_, kind)| matches!(kind, EventKind::Elected { .. }));
    let led: Vec<_> = elected.map(|(node, _)| node.unwrap()).collect();
    assert!(dead[..2].iter().all(|node| led.contains(node)), "two led: {dead:?} of {led:?}");
    assert!(!dead[..2].contains(&dead[2]), "the third followed: {dead:?}");
    let lost = kinds(&world).any(|(_, kind)| matches!(kind, EventKind::OrdersLost { .. }));
    assert!(lost, "what a probe says becomes an event");
    assert_eq!(world.faults.len(), 3);
    world.control(Control::RecoverAll);
    assert!(world.faults.is_empty());
}

#[test]
fn switches_are_remembered_for_nodes_that_begin_later() {
    let mut world = world(5);
    world.run_until(ms(100));
    world.control(Control::SetAck(AckRule::All));
    world.control(Control::SetRule { rule: Rule::PreVote, on: false });
    assert_eq!(world.settings().cluster.ack, AckRule::All);
    assert!(!world.settings().cluster.rules.on(Rule::PreVote));
}

#[test]
fn cut_links_pass_nothing_and_rejoining_heals_them_all() {
    let mut world = world(5);
    world.run_until(ms(300));
    world.control(Control::Isolate(Target::Node(NodeId(5))));
    world.control(Control::Mute(Target::Node(NodeId(4))));
    world.run_until(ms(1_000));
    let failed = |world: &World, by: NodeId, peer: NodeId| {
        world.events().iter().any(|event| {
            event.node == Some(by)
                && matches!(event.kind, EventKind::Believes { peer: p, health: Health::Failed, .. } if p == peer)
        })
    };
    assert!(failed(&world, N1, NodeId(5)) && failed(&world, NodeId(5), N1));
    assert!(failed(&world, N1, NodeId(4)) && !failed(&world, NodeId(4), N1), "a mute node still hears");
    world.control(Control::Rejoin(Target::Node(NodeId(5))));
    world.control(Control::HealAll);
    assert!(world.network.cuts().is_empty() && world.faults.is_empty());
}

#[test]
fn tasks_and_inline_steps_are_one_run() {
    let mut inline = world(5);
    let mut tasks = world(5);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut stepper = TaskStepper::default();
        for (at, control) in STORY {
            inline.run_until(ms(at));
            tasks.run_until_tasks(&mut stepper, ms(at)).await;
            assert_eq!(inline.hash(), tasks.hash(), "before {control:?}");
            inline.control(control);
            tasks.control(control);
            tasks.bury_tasks(&mut stepper);
        }
        inline.run_until(ms(3_000));
        tasks.run_until_tasks(&mut stepper, ms(3_000)).await;
    });
    assert_eq!(inline.events(), tasks.events());
    assert_eq!(inline.hash(), tasks.hash());
    assert!(inline.events().iter().any(|event| matches!(event.kind, EventKind::Halted { .. })), "a task panicked");
}

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
