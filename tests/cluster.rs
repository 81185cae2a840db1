//! The desk as a whole, broken on purpose: each story of the cluster names what it holds the desk to.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chaosdesk::desk;
use chaosdesk::domain::actor::{Actor, ActorEffect, ActorInput};
use chaosdesk::domain::control::{Control, ControlAnswer, Target};
use chaosdesk::domain::event::{Event, EventKind, Health};
use chaosdesk::domain::fact::ClientFact;
use chaosdesk::domain::history::HistoryEntry;
use chaosdesk::domain::ids::{ActorId, ClientId, GroupId, NodeId, Sequence, SymbolId};
use chaosdesk::domain::order::{
    Answer, Batch, Command, DeskMessage, OrderType, Promise, ReadFrom, Record, Reply, Side, Submission, Verdict,
};
use chaosdesk::domain::rules::{AckRule, Strategy};
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::view::{ClusterView, NodeTruth, Reach};
use chaosdesk::domain::why::Why;
use chaosdesk::routing::placement::initial_map;
use chaosdesk::runtime::world::{World, WorldSetup};

const P1: GroupId = GroupId(1);
const LEADER: Target = Target::Leader(P1);

fn open(seed: u64, change: impl FnOnce(&mut Settings)) -> World {
    let mut settings = Settings::without_market();
    change(&mut settings);
    desk::open(&Arc::new(settings), seed)
}

fn run(world: &mut World, ms: u64) {
    world.run_until(world.now() + SimDuration::from_millis(ms));
}

/// Orders that wait in leaders for their answers.
fn waiting(world: &World) -> u64 {
    let groups = world.view().groups;
    groups.iter().flat_map(|group| &group.replicas).map(|replica| replica.unanswered).sum()
}

fn refused(world: &World) -> u64 {
    world.view().flow.refused_per_s
}

fn acknowledged(world: &World) -> u64 {
    world.view().ledger.acknowledged
}

fn last(world: &World, over: impl Fn(&Event) -> bool) -> Event {
    world.events().iter().rev().find(|event| over(event)).cloned().expect("it happened")
}

/// Heals everything, lets the desk settle with the load off, and holds it to every invariant.
fn settle(world: &mut World) -> ClusterView {
    world.control(Control::HealAll);
    world.control(Control::RecoverAll);
    run(world, 1_500);
    world.control(Control::SetLoad(false));
    run(world, 2_500);
    let view = world.view();
    let broken: Vec<_> = view.invariants.iter().filter(|lamp| lamp.violations > 0).collect();
    assert!(broken.is_empty(), "seed {}: {broken:?}", world.seed());
    assert_eq!(view.ledger.duplicated, 0);
    view
}

/// The names of an event and of everything behind it.
fn story(world: &World, event: &Event) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = Some(event.clone());
    while let Some(event) = at {
        let debug = format!("{:?}", event.kind);
        names.push(debug.split([' ', '(', '{']).next().unwrap_or_default().to_owned());
        at = event.cause.and_then(|cause| world.event(cause)).cloned();
    }
    names
}

#[test]
fn a_first_answer_is_a_story_that_leads_back_to_the_crash() {
    for seed in 1..=3 {
        let mut world = open(seed, |_| {});
        run(&mut world, 600 + 13 * seed);
        world.control(Control::Crash(LEADER));
        run(&mut world, 800);
        let answer = last(&world, |e| e.group == Some(P1) && matches!(e.kind, EventKind::FirstAnswer { .. }));
        let story = story(&world, &answer);
        let steps: Vec<&str> = story.iter().map(String::as_str).filter(|name| *name != "VoteRefused").collect();
        let expected = ["FirstAnswer", "FirstCommit", "Elected", "Voted", "Stands", "TimedOut", "Crashed"];
        assert_eq!(steps, expected, "seed {seed}");
    }
}

#[test]
fn every_size_of_cluster_works() {
    for (nodes, factor, partitions) in [(1, 1, 4), (2, 2, 1), (3, 3, 4), (9, 3, 16), (25, 5, 8), (5, 5, 256)] {
        let mut world = open(3, |settings| {
            settings.cluster.nodes = nodes;
            settings.cluster.replication_factor = factor;
            settings.cluster.partitions = partitions;
        });
        run(&mut world, 400);
        world.control(Control::SetLoad(false));
        run(&mut world, 1_200);
        let view = world.view();
        let what = format!("{nodes} nodes, {partitions} partitions by {factor}");
        assert!(view.groups.iter().all(|group| group.leader.is_some()), "{what}: every group has a leader");
        assert!(view.ledger.acknowledged > 200, "{what}: {:?}", view.ledger);
        assert_eq!((view.ledger.lost, view.ledger.unknown), (0, 0), "{what}: {:?}", view.ledger);
    }
}

#[test]
fn hundreds_of_groups_cost_no_more_messages_than_a_few() {
    let sent = |partitions| {
        let mut world = open(3, |settings| {
            settings.cluster.partitions = partitions;
            settings.load.on = false;
        });
        run(&mut world, 600);
        let before = world.view().net.sent;
        run(&mut world, 1_000);
        world.view().net.sent - before
    };
    // 20 directions, 20 periods a second; each time a beat, and one message of answers if the other leads something.
    let (few, many, most) = (sent(4), sent(100), sent(256));
    let beats = 20 * 20;
    for (groups, messages) in [(4, few), (100, many), (256, most)] {
        assert!((beats..=2 * beats).contains(&messages), "{groups} groups: {messages} messages a second");
    }
    assert_eq!((many, most), (2 * beats, 2 * beats), "every node leads something: the bound is met, not passed");
}

#[test]
fn one_fsync_carries_the_writes_of_many_groups() {
    let mut world = open(3, |settings| {
        settings.cluster.nodes = 3;
        settings.cluster.replication_factor = 3;
        settings.cluster.partitions = 10;
        settings.load.orders_per_s = 8_000;
        settings.load.query_percent = 0;
    });
    run(&mut world, 500);
    let disk = world.view().nodes[0].disk;
    run(&mut world, 500);
    let after = world.view().nodes[0].disk;
    let (records, fsyncs) = (after.synced - disk.synced, after.fsyncs - disk.fsyncs);
    assert!(fsyncs <= 625, "an fsync takes 0.8 ms at least, whoever writes: {fsyncs}");
    assert!(records > 4 * fsyncs, "{records} records of ten groups in {fsyncs} fsyncs");
}

#[test]
fn under_all_one_dead_voter_stops_the_answers_until_it_is_back_or_the_rule_is_another() {
    let mut world = open(5, |settings| settings.cluster.ack = AckRule::All);
    run(&mut world, 500);
    assert!(acknowledged(&world) > 300);
    world.control(Control::Crash(Target::Node(NodeId(5))));
    run(&mut world, 400);
    let stopped = acknowledged(&world);
    run(&mut world, 600);
    assert!(acknowledged(&world) < stopped + 5, "nothing is acknowledged without n5");
    let before = waiting(&world);
    world.control(Control::SetAck(AckRule::Majority));
    run(&mut world, 0);
    assert!(waiting(&world) < before / 10, "what waited is answered at once, not with the next beat");
    run(&mut world, 5);
    assert!(acknowledged(&world) > stopped + 100);
    world.control(Control::SetAck(AckRule::All));
    run(&mut world, 300);
    let stopped = acknowledged(&world);
    world.control(Control::Recover(Target::Node(NodeId(5))));
    run(&mut world, 600);
    assert!(acknowledged(&world) > stopped + 300);
    assert_eq!(settle(&mut world).ledger.lost, 0);
}

#[test]
fn under_all_what_waits_for_a_dead_voter_does_not_grow_for_ever() {
    // With admission new orders are refused as soon as one has waited in vain.
    let mut world = open(5, |settings| (settings.cluster.ack, settings.admission.on) = (AckRule::All, false));
    run(&mut world, 300);
    world.control(Control::Crash(Target::Node(NodeId(5))));
    run(&mut world, 2_500);
    let once = waiting(&world);
    run(&mut world, 2_500);
    let later = waiting(&world);
    assert!(once > 100 && later < 2 * once, "{once}, and {later} later");
}

#[test]
fn a_leader_that_promises_alone_loses_what_it_promised_and_the_ledger_counts_it() {
    let mut world = open(5, |settings| {
        settings.cluster.ack = AckRule::Leader;
        // Its own gateway goes on bringing orders to the leader that is cut off.
        settings.load.strategy = Strategy::RoundRobin;
    });
    run(&mut world, 500);
    world.control(Control::Isolate(LEADER));
    let old = world.leader(P1).unwrap();
    run(&mut world, 100);
    let at_risk = world.view().ledger.at_risk;
    world.control(Control::Crash(Target::Node(old)));
    run(&mut world, 1_500);
    let lost = settle(&mut world).ledger.lost;
    assert!(lost > 0 && lost <= at_risk + 50, "{lost} lost, {at_risk} at risk before the crash");
}

#[test]
fn a_majority_never_loses_what_it_promised() {
    let mut world = open(5, |_| {});
    run(&mut world, 500);
    world.control(Control::Isolate(LEADER));
    let old = world.leader(P1).unwrap();
    run(&mut world, 100);
    world.control(Control::Crash(Target::Node(old)));
    run(&mut world, 1_500);
    let ledger = settle(&mut world).ledger;
    assert_eq!((ledger.lost, ledger.in_doubt), (0, 0));
    assert!(ledger.acknowledged > 3_000, "{ledger:?}");
}

#[test]
fn the_more_disks_a_promise_waits_for_the_longer_it_takes() {
    let median = |ack| {
        let mut world = open(5, |settings| settings.cluster.ack = ack);
        run(&mut world, 1_200);
        world.view().flow.latency_total.p50
    };
    let (leader, majority, all) = (median(AckRule::Leader), median(AckRule::Majority), median(AckRule::All));
    assert!(leader < majority && majority <= all, "{leader:?} {majority:?} {all:?}");
}

#[test]
fn a_node_that_is_decommissioned_in_order_leaves_no_client_without_a_replica() {
    for read_from in [ReadFrom::Leader, ReadFrom::Fallback, ReadFrom::Replica] {
        // More queries than the processors have time for, so that some wait in every replica at any moment.
        let mut world = open(5, |settings| {
            (settings.cluster.nodes, settings.cluster.partitions, settings.cluster.replication_factor) = (5, 8, 1);
            settings.raft.read_cost = SimDuration::from_millis(2);
            (settings.load.query_percent, settings.load.read_from) = (80, read_from);
            (settings.load.orders_per_s, settings.load.strategy) = (3_000, Strategy::RoundRobin);
        });
        world.keep_history();
        run(&mut world, 1_000);
        for node in [3, 2, 4] {
            world.control(Control::Decommission(Target::Node(NodeId(node))));
            run(&mut world, 4_000);
            let told = refusals(&mut world);
            assert!(!told.contains_key("NoReplica"), "{read_from:?} of n{node}: {told:?}");
        }
    }
}

/// How often clients were refused, by the reason.
fn refusals(world: &mut World) -> BTreeMap<String, usize> {
    let mut told = BTreeMap::new();
    for HistoryEntry { fact, .. } in world.take_history() {
        let ClientFact::Answered(answers) = fact else { continue };
        for (answer, _) in answers.iter() {
            if let Reply::Refused(why) = answer.reply {
                *told.entry(format!("{why:?}")).or_default() += 1;
            }
        }
    }
    told
}

/// A client that hears nothing of the first answer and asks again, at another gateway, after the leader is gone.
#[derive(Clone, Default)]
struct Deaf {
    verdicts: Arc<Mutex<Vec<(Promise, Verdict)>>>,
}

impl Deaf {
    fn ask(to: u8, now: SimTime, out: &mut Vec<ActorEffect>) {
        let command = Command::place(SymbolId(0), Side::Buy, OrderType::Limit(Price(10)), Quantity(3));
        let record = Record { id: ClientId(1).request(Sequence(1)), floor: Sequence(1), command };
        let deadline = now + SimDuration::from_secs(1);
        let submission = Submission { batch: Batch::new(vec![record]), read_from: ReadFrom::Leader, deadline };
        out.push(ActorEffect::Send { to: NodeId(to).into(), message: DeskMessage::Submit(submission) });
    }
}

impl Actor for Deaf {
    fn step(&mut self, now: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>) {
        match input {
            ActorInput::Start => out.extend([300, 1_200].map(|ms| ActorEffect::WakeAt(SimTime::from_millis(ms)))),
            ActorInput::Wake => Self::ask(if now < SimTime::from_millis(1_000) { 4 } else { 5 }, now, out),
            ActorInput::Receive { message: DeskMessage::Answers(answers), .. } => {
                let verdict = |answer: &Answer| match answer.reply {
                    Reply::Verdict(promise, verdict) => Some((promise, verdict)),
                    _ => None,
                };
                self.verdicts.lock().unwrap().extend(answers.iter().filter_map(verdict));
            }
            _ => {}
        }
    }

    fn contribute(&self, _: SimTime, _: &mut ClusterView) {}

    fn boxed_clone(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}

#[test]
fn an_order_that_is_asked_for_again_at_the_next_leader_is_carried_out_once_with_the_same_verdict() {
    let mut settings = Settings::without_market();
    settings.cluster.partitions = 1;
    let map = Arc::new(initial_map(&settings));
    let probes = chaosdesk::audit::probes(&settings, &map);
    let client = Deaf::default();
    let verdicts = Arc::clone(&client.verdicts);
    let actors: Vec<(ActorId, Box<dyn Actor>)> = vec![(ActorId::BALANCER, Box::new(client))];
    let mut world = World::new(WorldSetup { settings: Arc::new(settings), map, seed: 5, actors, probes });
    world.run_until(SimTime::from_millis(400));
    let first_leader = world.leader(P1);
    world.control(Control::Crash(LEADER));
    world.run_until(SimTime::from_millis(1_500));
    assert_ne!(world.leader(P1), first_leader);
    let verdicts = verdicts.lock().unwrap();
    let [(first, said), (again, repeated)] = verdicts[..] else { panic!("{verdicts:?}") };
    assert_eq!(said, repeated);
    assert!(again.term > first.term && again.index > first.index, "it stands in the log twice: {verdicts:?}");
    let view = world.view();
    assert_eq!(view.groups[1].resting, Some(1), "and in the book once");
    assert_eq!(view.ledger.duplicated, 0);
}

#[test]
fn leader_after_leader_may_die_and_every_order_is_carried_out_once() {
    // A crash takes answers with it whose orders are committed; their clients ask again.
    for seed in 1..=4 {
        let mut world = open(seed, |settings| settings.load.query_percent = 0);
        run(&mut world, 500);
        for _ in 0..3 {
            world.control(Control::Crash(LEADER));
            run(&mut world, 450);
            world.control(Control::RecoverAll);
            run(&mut world, 250);
        }
        let ledger = settle(&mut world).ledger;
        assert!(ledger.retried > 0, "seed {seed}: {ledger:?}");
        assert_eq!((ledger.lost, ledger.duplicated), (0, 0), "seed {seed}: {ledger:?}");
    }
}

#[test]
fn a_frozen_leader_that_wakes_finds_that_it_leads_no_longer() {
    let mut world = open(7, |_| {});
    run(&mut world, 500);
    let zombie = world.leader(P1).unwrap();
    world.control(Control::Freeze(LEADER));
    run(&mut world, 700);
    let heir = world.leader(P1).expect("the others elected one");
    assert_ne!(heir, zombie);
    world.control(Control::Thaw(Target::Node(zombie)));
    run(&mut world, 100);
    let down = last(&world, |e| e.node == Some(zombie) && matches!(e.kind, EventKind::SteppedDown { .. }));
    assert_eq!(down.at, SimTime::from_millis(1_200), "with the first message that waited for it");
    assert_eq!(world.leader(P1), Some(heir));
    let believed_wrongly = world.events().iter().any(|event| {
        event.node == Some(zombie)
            && event.at >= SimTime::from_millis(1_200)
            && matches!(event.kind, EventKind::Believes { health: Health::Failed, .. })
    });
    assert!(!believed_wrongly, "it does not take its own absence for that of the others");
    assert_eq!(settle(&mut world).ledger.lost, 0);
}

#[test]
fn an_isolated_node_believes_that_everybody_failed_and_everybody_that_of_it() {
    let mut world = open(7, |_| {});
    run(&mut world, 300);
    world.control(Control::Isolate(Target::Node(NodeId(4))));
    run(&mut world, 500);
    let view = world.view();
    let n4 = &view.nodes[3];
    assert_eq!(n4.beliefs.iter().filter(|health| **health == Health::Failed).count(), 4);
    assert_eq!(n4.believed, [0, 0, 4]);
    assert_eq!(view.nodes[0].beliefs[1], Health::Healthy);
    world.control(Control::Rejoin(Target::Node(NodeId(4))));
    run(&mut world, 200);
    assert_eq!(world.view().nodes[3].believed, [4, 0, 0]);
}

#[test]
fn a_leader_that_is_cut_off_one_way_is_replaced_and_nothing_is_lost() {
    for cut in [Control::Mute(LEADER), Control::Isolate(LEADER)] {
        let mut world = open(7, |_| {});
        run(&mut world, 500);
        let old = world.leader(P1).unwrap();
        world.control(cut);
        run(&mut world, 900);
        assert_ne!(world.leader(P1), Some(old), "{cut:?}");
        assert_eq!(settle(&mut world).ledger.lost, 0, "{cut:?}");
    }
}

#[test]
fn a_forced_election_and_a_hand_over_lose_nothing_and_end_with_a_leader() {
    let mut world = open(7, |_| {});
    run(&mut world, 500);
    let term = world.view().groups[1].term;
    world.control(Control::ForceElection(P1));
    run(&mut world, 700);
    let forced = &world.view().groups[1];
    assert!(forced.leader.is_some() && forced.term > term, "{:?} {:?}", forced.leader, forced.term);
    let before = forced.leader.unwrap();
    run(&mut world, 1_000);
    world.control(Control::Transfer { group: P1, to: None });
    run(&mut world, 100);
    assert!(world.leader(P1).is_some_and(|leader| leader != before));
    assert!(refused(&world) < 20, "orders wait for the hand-over: {}", refused(&world));
    assert_eq!(settle(&mut world).ledger.lost, 0);
}

#[test]
fn orders_wait_for_a_hand_over_and_go_on_if_it_fails() {
    let mut world = open(7, |settings| settings.cluster.partitions = 1);
    run(&mut world, 500);
    let leader = world.leader(P1).unwrap();
    let to = NodeId::first(5).find(|node| *node != leader).unwrap();
    world.control(Control::Cut { from: LEADER, to: Target::Node(to) });
    run(&mut world, 5);
    world.control(Control::Transfer { group: P1, to: Some(to) });
    run(&mut world, 200);
    assert!(waiting(&world) > 50, "the target hears nothing, and orders wait: {}", waiting(&world));
    run(&mut world, 200);
    let failed = last(&world, |event| matches!(event.kind, EventKind::TransferFailed { .. }));
    assert_eq!(failed.node, Some(leader));
    assert_eq!((world.leader(P1), waiting(&world) < 50), (Some(leader), true), "the leader goes on");
    assert_eq!(settle(&mut world).ledger.lost, 0);
}

#[test]
fn a_node_that_missed_more_than_the_log_keeps_comes_back_by_a_snapshot_even_if_it_dies_on_the_way() {
    let mut world = open(7, |settings| {
        settings.cluster.partitions = 1;
        settings.raft.snapshot_every_records = 500;
        settings.raft.snapshot_keep_records = 100;
    });
    run(&mut world, 300);
    world.control(Control::Crash(Target::Node(NodeId(5))));
    run(&mut world, 1_500);
    world.control(Control::Recover(Target::Node(NodeId(5))));
    while !world.events().iter().any(|event| matches!(event.kind, EventKind::SnapshotInstalled { .. })) {
        assert!(world.step_one() && world.now() < SimTime::from_millis(4_000), "a snapshot comes");
    }
    world.control(Control::Crash(Target::Node(NodeId(5))));
    world.control(Control::Recover(Target::Node(NodeId(5))));
    run(&mut world, 1_500);
    let caught_up = last(&world, |event| matches!(event.kind, EventKind::CaughtUp { .. }));
    assert_eq!(story(&world, &caught_up)[..2], ["CaughtUp", "Recovered"]);
    let told = world
        .events()
        .iter()
        .filter(|e| e.node == Some(NodeId(1)) && matches!(e.kind, EventKind::SnapshotTaken { .. }));
    let mut taken: Vec<_> = told.map(|event| format!("{:?} {:?}", event.group, event.kind)).collect();
    let count = taken.len();
    taken.dedup();
    assert_eq!(taken.len(), count, "a snapshot is told of once");
    assert_eq!(settle(&mut world).ledger.lost, 0);
}

#[test]
fn a_node_that_panics_halts_alone() {
    let mut world = open(7, |_| {});
    run(&mut world, 500);
    let poisoned = world.leader(P1).unwrap();
    world.control(Control::Poison(LEADER));
    run(&mut world, 700);
    let view = world.view();
    assert_eq!(view.nodes[poisoned.index()].truth, NodeTruth::Halted);
    assert!(view.nodes[poisoned.index()].halted.is_some());
    assert_eq!(view.nodes.iter().filter(|node| node.truth.runs()).count(), 4);
    assert!(view.groups.iter().all(|group| group.leader.is_some()));
    assert_eq!(settle(&mut world).ledger.lost, 0);
}

#[test]
fn reads_from_a_replica_are_near_and_a_lonely_replica_still_answers_them() {
    let mut world = open(7, |settings| {
        settings.load.query_percent = 100;
        settings.load.read_from = ReadFrom::Replica;
    });
    run(&mut world, 1_500);
    let near = world.view().flow.queries_per_s;
    assert!(near > 1_000, "{near}");
    for node in 1..=3 {
        world.control(Control::Crash(Target::Node(NodeId(node))));
    }
    run(&mut world, 2_000);
    assert!(world.view().flow.queries_per_s > 1_000, "no quorum, and reads go on, as stale as they are");
    world.control(Control::SetReadFrom(ReadFrom::Leader));
    run(&mut world, 2_500);
    assert!(world.view().flow.queries_per_s < 50, "a linearisable read needs a quorum");
}

#[test]
fn the_view_shows_what_a_leader_knows_of_its_followers_and_what_rests() {
    let mut world = open(7, |_| {});
    run(&mut world, 800);
    let view = world.view();
    for group in view.groups.iter().filter(|group| group.id != GroupId::META) {
        let leader = group.leader.unwrap();
        assert!(group.replica(leader).unwrap().progress.is_none());
        let followers = group.replicas.iter().filter(|replica| replica.node != leader);
        assert!(followers.clone().all(|replica| replica.progress.is_some_and(|p| p.matched <= replica.last)));
        assert_eq!(followers.count(), 4);
    }
    assert!(view.partitions().filter_map(|group| group.resting).sum::<u64>() > 50);
    assert!(view.groups.iter().map(|group| group.symbols).sum::<u16>() == 10);
}

#[test]
fn a_gateway_without_a_replica_finds_the_leader_past_a_voter_that_is_cut_off() {
    let mut world = open(7, |settings| {
        settings.cluster.replication_factor = 3;
        settings.cluster.partitions = 1;
        // Least connections would send nearly everything to the gateway that refuses fastest.
        settings.load.strategy = Strategy::RoundRobin;
    });
    run(&mut world, 300);
    let voters = world.map().voters(P1).to_vec();
    // The first voter loses its peers, but not those who hold no replica and would ask it first.
    for other in &voters[1..] {
        world.control(Control::Cut { from: Target::Node(voters[0]), to: Target::Node(*other) });
        world.control(Control::Cut { from: Target::Node(*other), to: Target::Node(voters[0]) });
    }
    run(&mut world, 1_000);
    assert!(world.leader(P1).is_some_and(|leader| leader != voters[0]));
    let before = acknowledged(&world);
    run(&mut world, 1_000);
    assert!(acknowledged(&world) > before + 1_000, "{}", acknowledged(&world) - before);
    // One gateway in five, that of the lonely voter, still believes in nobody.
    assert!(refused(&world) < 800, "{}", refused(&world));
    assert_eq!(settle(&mut world).ledger.lost, 0);
}

#[test]
fn a_gateway_that_can_only_refuse_does_not_draw_the_load() {
    let mut world = open(4, |settings| settings.load.strategy = Strategy::LeastConnections);
    run(&mut world, 1_000);
    world.control(Control::Isolate(LEADER));
    run(&mut world, 4_000);
    let view = world.view();
    let cut_off = view.nodes.iter().find(|node| node.reach == Reach::Isolated).expect("one is isolated").id;
    let workers = &view.balancer.workers;
    let most = workers.iter().filter(|worker| worker.node != cut_off).map(|worker| worker.routed_per_s).max();
    let share = workers[cut_off.index()].routed_per_s;
    assert!(Some(share) <= most, "{share} a second, the busiest of the others {most:?}");
}

#[test]
fn clients_never_hear_of_a_control_that_is_refused() {
    let mut world = open(5, |_| {});
    run(&mut world, 300);
    let ack = world.view().flow.ack;
    let asked = world.control(Control::SetAck(AckRule::Count(6)));
    assert_eq!(asked, ControlAnswer::Refused(Why::TooFewReplicas));
    run(&mut world, 10);
    assert_eq!(world.view().flow.ack, ack);
}
