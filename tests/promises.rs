//! Promises counted one by one: clients of a few known orders, so that what is lost, stale or late is known beforehand.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::{Arc, Mutex};

use chaosdesk::domain::actor::{Actor, ActorEffect, ActorInput};
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::event::Invariant;
use chaosdesk::domain::fact::{ClientFact, Fact};
use chaosdesk::domain::ids::{ActorId, ClientId, GroupId, LogIndex, NodeId, Sequence, SymbolId};
use chaosdesk::domain::order::{
    Answer, Batch, Command, DeskMessage, OrderType, ReadFrom, Reading, Record, Reply, Side, Submission,
};
use chaosdesk::domain::rules::AckRule;
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::view::{ClusterView, FailoverEnd, InvariantView, LedgerView};
use chaosdesk::routing::placement::initial_map;
use chaosdesk::runtime::world::{World, WorldSetup};

const P1: GroupId = GroupId(1);
const CLIENT: ClientId = ClientId(1);

/// What a client sends: when, to whose gateway, which requests, read from where.
#[derive(Clone)]
struct Errand {
    at: SimTime,
    to: NodeId,
    commands: Vec<(u64, Command)>,
    read_from: ReadFrom,
}

/// A client that runs errands, asks nothing twice, and swears to what it heard.
#[derive(Clone)]
struct Errands {
    list: Vec<Errand>,
    next: usize,
    heard: Arc<Mutex<Vec<Answer>>>,
}

fn order() -> Command {
    let (side, order_type) = (Side::Buy, OrderType::Limit(Price(10)));
    Command::place(SymbolId(0), side, order_type, Quantity(1))
}

fn query(order: u64) -> Command {
    Command::Query { symbol: SymbolId(0), order: Sequence(order) }
}

fn orders(ms: u64, to: NodeId, numbers: std::ops::RangeInclusive<u64>) -> Errand {
    let commands = numbers.map(|number| (number, order())).collect();
    Errand { at: SimTime::from_millis(ms), to, commands, read_from: ReadFrom::Leader }
}

impl Actor for Errands {
    fn step(&mut self, now: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>) {
        match input {
            ActorInput::Start => out.extend(self.list.iter().map(|errand| ActorEffect::WakeAt(errand.at))),
            ActorInput::Wake => {
                let Errand { to, commands, read_from, .. } = self.list[self.next].clone();
                self.next += 1;
                let record =
                    |(number, command)| Record { id: CLIENT.request(Sequence(number)), floor: Sequence(1), command };
                let batch = Batch::new(commands.into_iter().map(record).collect::<Vec<_>>());
                out.push(ActorEffect::State(Fact::Client(ClientFact::Submitted(batch.clone()))));
                let submission = Submission { batch, read_from, deadline: now + SimDuration::from_secs(1) };
                out.push(ActorEffect::Send { to: to.into(), message: DeskMessage::Submit(submission) });
            }
            ActorInput::Receive { message: DeskMessage::Answers(answers), .. } => {
                self.heard.lock().unwrap().extend(answers.iter().copied());
                let sworn = answers.iter().map(|answer| (*answer, SimDuration::ZERO)).collect();
                out.push(ActorEffect::State(Fact::Client(ClientFact::Answered(sworn))));
            }
            _ => {}
        }
    }

    fn contribute(&self, _: SimTime, _: &mut ClusterView) {}

    fn boxed_clone(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}

/// A desk of one partition with this client alone.
fn world(ack: AckRule, list: Vec<Errand>) -> (World, Arc<Mutex<Vec<Answer>>>) {
    let mut settings = Settings::without_market();
    settings.cluster.partitions = 1;
    settings.cluster.ack = ack;
    let map = Arc::new(initial_map(&settings));
    let probes = chaosdesk::audit::probes(&settings, &map);
    let heard = Arc::<Mutex<Vec<Answer>>>::default();
    let client = Errands { list, next: 0, heard: Arc::clone(&heard) };
    let actors: Vec<(ActorId, Box<dyn Actor>)> = vec![(ActorId::BALANCER, Box::new(client))];
    (World::new(WorldSetup { settings: Arc::new(settings), map, seed: 5, actors, probes }), heard)
}

/// Who leads p1 once the desk stands: the same in every world of these settings.
fn first_leader() -> NodeId {
    let (mut scout, _) = world(AckRule::Majority, Vec::new());
    scout.run_until(SimTime::from_millis(200));
    scout.leader(P1).unwrap()
}

fn until(world: &mut World, ms: u64) {
    world.run_until(SimTime::from_millis(ms));
}

/// `safe` orders while all is well, then `alone` orders at a leader that is cut off; it dies with them. The ledger
/// before the crash, before the next leader, and at the end.
fn crash_with_unreplicated(ack: AckRule, safe: u64, alone: u64) -> [LedgerView; 3] {
    let leader = first_leader();
    let list = vec![orders(300, leader, 1..=safe), orders(400, leader, safe + 1..=safe + alone)];
    let (mut world, _) = world(ack, list);
    until(&mut world, 390);
    assert_eq!(world.view().ledger.acknowledged, safe, "{ack}: all is well at first");
    world.control(Control::Isolate(Target::Node(leader)));
    until(&mut world, 430);
    let before = world.view().ledger;
    world.control(Control::Crash(Target::Node(leader)));
    until(&mut world, 440);
    let doubt = world.view().ledger;
    until(&mut world, 1_500);
    assert_ne!(world.leader(P1), Some(leader));
    world.control(Control::HealAll);
    world.control(Control::RecoverAll);
    until(&mut world, 3_000);
    let broken = world.view().invariants.iter().map(|lamp| lamp.violations).sum::<u64>();
    assert_eq!(broken, 0, "{ack}: what this rule may lose breaks no invariant");
    [before, doubt, world.view().ledger]
}

#[test]
fn the_ledger_counts_exactly_what_a_lonely_leader_had_promised() {
    for (safe, alone) in [(5, 1), (1, 7), (40, 64)] {
        let [before, doubt, end] = crash_with_unreplicated(AckRule::Leader, safe, alone);
        assert_eq!((before.acknowledged, before.in_doubt, before.lost), (safe + alone, 0, 0), "it promised them all");
        assert!(before.at_risk >= alone, "a crash now can lose {alone}, and the screen says {}", before.at_risk);
        assert_eq!((doubt.in_doubt, doubt.lost), (alone, 0), "nobody knows before the next leader has spoken");
        assert_eq!((end.in_doubt, end.lost, end.duplicated), (0, alone, 0), "{safe} safe, {alone} alone");
    }
}

#[test]
fn under_majority_a_lonely_leader_promises_nothing_and_loses_nothing() {
    let [before, doubt, end] = crash_with_unreplicated(AckRule::Majority, 5, 64);
    assert_eq!((before.acknowledged, before.lost), (5, 0), "it had nobody to promise with");
    assert_eq!((doubt.in_doubt, doubt.lost), (0, 0));
    assert_eq!((end.acknowledged, end.in_doubt, end.lost), (5, 0, 0));
}

#[test]
fn a_replica_reads_what_it_has_and_is_behind_by_what_the_screen_says_and_a_leader_never_is() {
    let leader = first_leader();
    let stale = NodeId::first(5).find(|node| *node != leader).unwrap();
    let other = NodeId::first(5).find(|node| *node != leader && *node != stale).unwrap();
    let mut list = Vec::new();
    for turn in 0..20_u64 {
        let ms = 300 + 100 * turn;
        list.push(orders(ms, leader, 1 + turn..=1 + turn));
        for (to, read_from, name) in [(stale, ReadFrom::Replica, 100), (other, ReadFrom::Leader, 200)] {
            let commands = vec![(name + turn, query(1 + turn))];
            list.push(Errand { at: SimTime::from_millis(ms + 50), to, commands, read_from });
        }
    }
    let (mut world, heard) = world(AckRule::Majority, list);
    // Nothing of the leader reaches this replica after four orders.
    until(&mut world, 690);
    let cut = Control::Cut { from: Target::Node(leader), to: Target::Node(stale) };
    world.control(cut);
    let mut behind_most = 0;
    for turn in 0..20_u64 {
        until(&mut world, (300 + 100 * turn + 49).max(690));
        let view = world.view();
        let group = view.groups.iter().find(|group| group.id == P1).unwrap();
        let lag = group.replica(stale).unwrap().lag_records;
        until(&mut world, (300 + 100 * turn + 90).max(690));
        let reading = |name: u64| -> Reading {
            let answers = heard.lock().unwrap();
            let answer = answers.iter().find(|answer| answer.id == CLIENT.request(Sequence(name))).expect("answered");
            let Reply::Reading(reading) = answer.reply else { panic!("{answer:?}") };
            reading
        };
        let (near, sure) = (reading(100 + turn), reading(200 + turn));
        assert_eq!((near.by, sure.by), (stale, leader));
        if turn < 4 {
            assert!(near.order.is_some() || near.index < sure.index, "turn {turn}");
        } else {
            assert_eq!(group.commit.since(near.index), lag, "turn {turn}: the screen says how far it is behind");
            assert_eq!(lag, turn - 3, "turn {turn}");
            assert_eq!(near.order, None, "turn {turn}: an order that it has not heard of");
            assert_eq!(near.behind, 0, "turn {turn}: it can't know what it has not heard");
            behind_most = behind_most.max(lag);
            assert!(sure.index >= group.commit && sure.index > LogIndex(0), "turn {turn}: a leader is never behind");
        }
        assert!(sure.order.is_some(), "turn {turn}: the leader knows every order that was acknowledged");
    }
    assert_eq!(behind_most, 16);
}

#[test]
fn under_the_rule_leader_the_first_answer_may_come_before_the_first_commit() {
    let mut early = 0;
    for seed in 1..=6 {
        let mut settings = Settings::without_market();
        settings.cluster.ack = AckRule::Leader;
        settings.link.latency = SimDuration::from_millis(8);
        settings.raft.election_min = SimDuration::from_millis(300);
        settings.raft.election_max = SimDuration::from_millis(600);
        let mut world = chaosdesk::desk::open(&Arc::new(settings), seed);
        until(&mut world, 1_000);
        world.control(Control::Crash(Target::Leader(P1)));
        until(&mut world, 4_000);
        let view = world.view();
        for failover in view.failovers.iter().filter(|failover| failover.end == Some(FailoverEnd::Through)) {
            let moments = failover.moments;
            let (Some(answer), Some(commit)) = (moments.first_answer, moments.first_commit) else { continue };
            assert!(answer > moments.elected.unwrap(), "seed {seed}: nobody answers before it leads");
            assert_eq!(failover.total(), Some(answer.since(moments.fault)), "seed {seed}: it ends with the answer");
            early += u32::from(answer < commit);
        }
    }
    assert!(early > 0, "a promise needs one disk, a commit three and the way between them");
}

#[test]
fn a_hundred_nodes_come_up_serve_and_survive_a_crash() {
    let mut settings = Settings::without_market();
    settings.cluster.nodes = 100;
    settings.cluster.partitions = 24;
    settings.load.orders_per_s = 500;
    let mut world = chaosdesk::desk::open(&Arc::new(settings), 3);
    until(&mut world, 700);
    let leading = |world: &World| world.view().groups.iter().filter(|group| group.leader.is_some()).count();
    assert_eq!(leading(&world), 25, "24 partitions and meta");
    let served = world.view().ledger.acknowledged;
    assert!(served > 50, "{served}");
    let old = world.leader(P1);
    world.control(Control::Crash(Target::Leader(P1)));
    until(&mut world, 1_300);
    assert_eq!(leading(&world), 25);
    assert_ne!(world.leader(P1), old);
    world.control(Control::SetLoad(false));
    until(&mut world, 2_400);
    let view = world.view();
    assert!(view.ledger.acknowledged > served + 100, "{:?}", view.ledger);
    assert_eq!((view.ledger.lost, view.ledger.duplicated, view.ledger.in_doubt), (0, 0, 0), "{:?}", view.ledger);
    // This run has no transaction between groups and no final refusal.
    let dark = [Invariant::AtomicCommit, Invariant::NoRefusedFill];
    let open = |row: &InvariantView| dark.contains(&row.invariant) || row.checked > 0;
    assert!(view.invariants.iter().all(|row| open(row) && row.violations == 0));
}
