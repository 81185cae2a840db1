//! The balancer against gateways that the test plays.

use super::*;
use crate::domain::ids::{ClientId, RequestId, Sequence, SymbolId};
use crate::domain::order::{Batch, Command, ReadFrom, Record, Reply, Submission};
use crate::domain::rules::Strategy;
use crate::domain::view::BalancerView;

/// A balancer of three gateways, and the gateways' half of the talk.
struct Desk {
    balancer: Balancer,
    now: SimTime,
    out: Vec<ActorEffect>,
}

fn records(client: u32, sequences: std::ops::Range<u64>) -> Vec<Record> {
    let command = Command::Query { symbol: SymbolId(0), order: Sequence(1) };
    let record = |sequence| Record { id: ClientId(client).request(Sequence(sequence)), floor: Sequence(1), command };
    sequences.map(record).collect()
}

impl Desk {
    fn new(strategy: Strategy) -> Self {
        Self::with(|settings| settings.load.strategy = strategy)
    }

    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        settings.cluster.nodes = 3;
        change(&mut settings);
        let mut desk = Self { balancer: Balancer::new(&settings, 1), now: SimTime::ZERO, out: Vec::new() };
        desk.step(ActorInput::Start);
        (1..=3).for_each(|node| desk.probe_answer(node, 0, 100));
        desk.out.clear();
        desk
    }

    fn step(&mut self, input: ActorInput) {
        self.balancer.step(self.now, input, &mut self.out);
    }

    fn receive(&mut self, from: Address, message: DeskMessage) {
        self.step(ActorInput::Receive { from, message });
    }

    fn submit(&mut self, records: Vec<Record>) {
        let batch = Batch::new(records);
        let submission = Submission { batch, read_from: ReadFrom::Leader, deadline: SimTime::NEVER };
        self.receive(ActorId::CLIENTS.into(), DeskMessage::Submit(submission));
    }

    fn reply(&mut self, node: u8, ids: impl IntoIterator<Item = RequestId>, why: Why) {
        let answers: Vec<Answer> = ids.into_iter().map(|id| Answer { id, reply: Reply::Refused(why) }).collect();
        self.receive(NodeId(node).into(), DeskMessage::Answers(answers.into()));
    }

    fn probe_answer(&mut self, node: u8, in_flight: u32, capacity: u32) {
        let load = GatewayLoad { in_flight, capacity, ..GatewayLoad::default() };
        self.receive(NodeId(node).into(), DeskMessage::ProbeAnswer(load));
    }

    /// Lets probe rounds pass that only these nodes answer, all idle.
    fn rounds(&mut self, count: usize, answering: &[u8]) {
        for _ in 0..count {
            self.now += SimDuration::from_millis(50);
            self.step(ActorInput::Wake);
            for node in answering {
                self.probe_answer(*node, 0, 100);
            }
        }
    }

    /// Requests sent to each node, and refused, since this was last asked.
    fn taken(&mut self) -> ([usize; 3], usize) {
        let (mut sent, mut refused) = ([0; 3], 0);
        for effect in self.out.drain(..) {
            match effect {
                ActorEffect::Send { to: Address::Node(node), message: DeskMessage::Submit(submission) } => {
                    sent[node.index()] += submission.batch.len();
                }
                ActorEffect::Send { to: Address::Actor(actor), message: DeskMessage::Answers(answers) } => {
                    assert_eq!(actor, ActorId::CLIENTS);
                    let here = |why| matches!(why, Why::NoWorker | Why::Overloaded);
                    let is_ours = |answer: &&Answer| matches!(answer.reply, Reply::Refused(why) if here(why));
                    refused += answers.iter().filter(is_ours).count();
                }
                _ => {}
            }
        }
        (sent, refused)
    }

    fn rotations(&self) -> Vec<(u8, bool)> {
        let rotation = |effect: &ActorEffect| match effect {
            ActorEffect::Tell(Draft { node: Some(node), kind: EventKind::Rotation { back }, .. }) => {
                Some((node.0, *back))
            }
            _ => None,
        };
        self.out.iter().filter_map(rotation).collect()
    }

    fn view(&self) -> BalancerView {
        let mut view = ClusterView::default();
        self.balancer.contribute(self.now, &mut view);
        view.balancer
    }

    fn in_flight(&self) -> Vec<u32> {
        self.view().workers.iter().map(|worker| worker.in_flight).collect()
    }
}

#[test]
fn round_robin_goes_round_and_least_connections_to_the_idlest() {
    let mut desk = Desk::new(Strategy::RoundRobin);
    desk.submit(records(1, 0..10));
    desk.submit(records(1, 10..11));
    desk.submit(records(1, 11..12));
    desk.submit(records(1, 12..13));
    assert_eq!(desk.taken(), ([11, 1, 1], 0));
    desk.step(ActorInput::Control(Control::SetStrategy(Strategy::LeastConnections)));
    desk.submit(records(1, 13..17));
    desk.submit(records(1, 17..18));
    desk.submit(records(1, 18..19));
    assert_eq!(desk.taken(), ([0, 4, 2], 0));
    assert_eq!(desk.view().routed, 19);
}

#[test]
fn a_submission_that_fits_nowhere_whole_is_split_and_the_rest_waits_and_above_the_bound_is_refused() {
    let mut desk = Desk::with(|settings| settings.balancer.queue_max = 20);
    desk.submit(records(1, 0..250));
    assert_eq!(desk.taken(), ([83, 84, 83], 0));
    desk.submit(records(2, 0..80));
    assert_eq!(desk.taken(), ([17, 16, 17], 10));
    let view = desk.view();
    assert_eq!((view.routed, view.queued, view.refused), (300, 20, 10));
}

#[test]
fn a_worker_is_out_after_three_silent_probes_and_back_when_it_answers() {
    let mut desk = Desk::new(Strategy::RoundRobin);
    desk.submit(records(1, 0..90));
    desk.out.clear();
    desk.rounds(3, &[2, 3]);
    assert_eq!(desk.rotations(), [], "the third probe may yet be answered");
    desk.rounds(1, &[2, 3]);
    assert_eq!(desk.rotations(), [(1, false)]);
    assert_eq!(desk.in_flight()[0], 0, "what it held is forgotten");
    desk.out.clear();
    (0..4).for_each(|k| desk.submit(records(2, k..k + 1)));
    assert_eq!(desk.taken().0, [0, 2, 2]);
    desk.rounds(5, &[2, 3]);
    assert_eq!(desk.rotations(), [], "it goes out once");
    desk.probe_answer(1, 0, 100);
    assert_eq!(desk.rotations(), [(1, true)]);
    desk.out.clear();
    (4..7).for_each(|k| desk.submit(records(2, k..k + 1)));
    assert_eq!(desk.taken().0, [1, 1, 1]);
}

#[test]
fn answers_of_a_former_life_do_not_count() {
    let mut desk = Desk::new(Strategy::RoundRobin);
    let old = records(1, 0..50);
    desk.submit(old.clone());
    desk.rounds(4, &[2, 3]);
    desk.probe_answer(1, 0, 100);
    let new = records(2, 0..7);
    // Whose turn it is, is not the matter here: the others are drained.
    [2, 3].into_iter().for_each(|node| desk.step(ActorInput::Control(Control::Drain(Target::Node(NodeId(node))))));
    desk.submit(new.clone());
    assert_eq!(desk.in_flight()[0], 7);
    desk.reply(1, old.iter().map(|record| record.id), Why::NoLeader);
    assert_eq!(desk.in_flight()[0], 7);
    desk.reply(1, new.iter().map(|record| record.id), Why::NoLeader);
    assert_eq!(desk.in_flight()[0], 0);
}

#[test]
fn a_request_counts_once_though_it_is_answered_twice_and_sent_twice() {
    let mut desk = Desk::new(Strategy::RoundRobin);
    let request = records(1, 0..1);
    let id = request[0].id;
    desk.submit(records(2, 0..5));
    desk.submit(request.clone());
    assert_eq!(desk.in_flight(), [5, 1, 0]);
    desk.submit(request);
    assert_eq!(desk.in_flight(), [5, 0, 1], "a retry counts where it is now");
    desk.reply(2, [id], Why::NoLeader);
    assert_eq!(desk.in_flight(), [5, 0, 1], "the first attempt is no longer counted");
    desk.reply(3, [id], Why::NoLeader);
    desk.reply(3, [id], Why::NoLeader);
    assert_eq!(desk.in_flight(), [5, 0, 0]);
}

#[test]
fn no_story_of_sends_answers_and_silence_wraps_a_count() {
    use crate::domain::chance::{Chance, Purpose};
    for seed in 0..50 {
        let mut chance = Chance::stream(seed, Purpose::Storm, 0);
        let mut desk = Desk::new(Strategy::LeastConnections);
        for step in 0..2_000_u64 {
            let node = 1 + chance.below(3) as u8;
            match chance.below(6) {
                0 | 1 => desk.submit(records(1, step..step + 1 + chance.below(20))),
                2 | 3 => {
                    let from = chance.below(step + 1);
                    let ids: Vec<_> = records(1, from..from + 20).iter().map(|record| record.id).collect();
                    desk.reply(node, ids, Why::NoLeader);
                }
                4 => desk.probe_answer(node, chance.below(100) as u32, 100),
                _ => desk.rounds(1, &[]),
            }
            let workers = desk.view().workers;
            assert!(workers.iter().all(|worker| worker.in_flight < 1_000), "seed {seed}, step {step}: {workers:?}");
            desk.out.clear();
        }
    }
}

#[test]
fn with_nobody_in_rotation_everything_is_refused() {
    let mut desk = Desk::new(Strategy::RoundRobin);
    desk.rounds(4, &[]);
    desk.out.clear();
    desk.submit(records(1, 0..3));
    assert_eq!(desk.taken(), ([0, 0, 0], 3));
}

#[test]
fn a_refusal_for_want_of_a_voter_says_nothing_of_the_gateway() {
    for (why, expected) in [(Why::NotAcknowledgeable(NodeId(3)), [10, 10, 10]), (Why::NotLeader(None), [0, 15, 15])] {
        let mut desk = Desk::new(Strategy::LeastConnections);
        desk.reply(1, records(9, 0..30).iter().map(|record| record.id), why);
        desk.out.clear();
        (0..30).for_each(|sequence| desk.submit(records(1, sequence..sequence + 1)));
        assert_eq!(desk.taken(), (expected, 0), "{why:?}");
    }
}

#[test]
fn an_idle_round_of_probes_is_one_message_a_worker_and_one_wake_up() {
    let mut desk = Desk::new(Strategy::RoundRobin);
    desk.rounds(1, &[]);
    assert_eq!(desk.out.len(), 4);
    // A wake-up before its time does nothing, so two that overlap do not become four.
    desk.step(ActorInput::Wake);
    assert_eq!(desk.out.len(), 4);
}

#[test]
fn those_who_wait_are_served_by_class_as_places_become_free() {
    let mut desk = Desk::with(|_| {});
    desk.submit(records(1, 0..300));
    desk.submit(records(100, 0..5));
    desk.submit(records(20, 0..5));
    desk.submit(records(2, 0..5));
    assert_eq!(desk.view().classes.map(|class| class.queued), [0, 5, 5, 5]);
    desk.out.clear();
    desk.reply(1, records(1, 0..300).iter().map(|record| record.id), Why::NoLeader);
    let order: Vec<u32> = desk.out.iter().flat_map(sent_to_nodes).collect();
    assert_eq!(order, [[2; 5], [20; 5], [100; 5]].concat(), "VIP, normal, bulk");
}

/// The clients of the requests that this effect sends to a node.
fn sent_to_nodes(effect: &ActorEffect) -> Vec<u32> {
    match effect {
        ActorEffect::Send { to: Address::Node(_), message: DeskMessage::Submit(submission) } => {
            submission.batch.records().iter().map(|record| record.id.client.0).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn a_retry_of_a_request_that_waits_here_keeps_its_place() {
    let mut desk = Desk::with(|_| {});
    desk.submit(records(1, 0..305));
    desk.submit(records(1, 300..305));
    assert_eq!(desk.view().queued, 5);
    desk.out.clear();
    desk.reply(2, records(1, 0..300).iter().map(|record| record.id), Why::NoLeader);
    assert_eq!(desk.taken().0.iter().sum::<usize>(), 5, "each is sent once");
}

#[test]
fn vip_clients_spill_over_and_nobody_spills_back() {
    let mut desk = Desk::with(|settings| settings.balancer.vip_nodes = vec![NodeId(1)]);
    desk.submit(records(1, 0..100));
    assert_eq!(desk.taken(), ([100, 0, 0], 0));
    desk.submit(records(1, 100..150));
    assert_eq!(desk.taken().0[0], 0, "its own node is full");
    desk.probe_answer(1, 0, 100);
    desk.submit(records(20, 0..400));
    assert_eq!(desk.taken().0[0], 0, "idle as it is");
    desk.rounds(4, &[1]);
    assert_eq!(desk.taken().0[0], 100, "when all others are gone it serves everybody");
}

#[test]
fn a_drained_worker_finishes_what_it_has_and_says_so() {
    let mut desk = Desk::new(Strategy::RoundRobin);
    desk.submit(records(1, 0..3));
    desk.step(ActorInput::Control(Control::Drain(Target::Node(NodeId(1)))));
    let told = |desk: &Desk| {
        let drained =
            |effect: &&ActorEffect| matches!(effect, ActorEffect::Tell(Draft { kind: EventKind::Drained, .. }));
        desk.out.iter().filter(drained).count()
    };
    desk.out.clear();
    (3..9).for_each(|k| desk.submit(records(1, k..k + 1)));
    assert_eq!((told(&desk), desk.view().workers[0].duty), (0, Duty::Draining));
    assert_eq!(desk.taken().0, [0, 3, 3]);
    desk.reply(1, records(1, 0..3).iter().map(|record| record.id), Why::NoLeader);
    assert_eq!((told(&desk), desk.view().workers[0].duty), (1, Duty::Drained));
    desk.step(ActorInput::Control(Control::Undrain(Target::Node(NodeId(1)))));
    desk.out.clear();
    (9..12).for_each(|k| desk.submit(records(1, k..k + 1)));
    assert_eq!(desk.taken().0, [1, 1, 1]);
}

#[test]
fn a_node_that_has_left_is_forgotten() {
    for &strategy in Strategy::ALL {
        let mut desk = Desk::new(strategy);
        desk.submit(records(1, 0..12));
        let leaves = NodeId(3);
        desk.step(ActorInput::Member(leaves, Membership::Leaving));
        assert_eq!(desk.view().workers.len(), 3, "{strategy:?}: it is drained and finishes what it has");
        desk.step(ActorInput::Member(leaves, Membership::Gone));
        desk.out.clear();
        // It misses probes by the dozen, and a late answer of it comes.
        desk.rounds(PROBES_MISSED_MAX as usize * 2, &[1, 2]);
        desk.probe_answer(leaves.0, 0, 100);
        desk.step(ActorInput::Control(Control::Undrain(Target::Node(leaves))));
        desk.rounds(1, &[1, 2]);
        let to_it = |effect: &&ActorEffect| matches!(effect, ActorEffect::Send { to, .. } if *to == leaves.into());
        assert_eq!(desk.out.iter().filter(to_it).count(), 0, "{strategy:?}: it is probed still");
        assert_eq!(desk.rotations(), [], "{strategy:?}: who has left is not missed");
        let nodes: Vec<u8> = desk.view().workers.iter().map(|worker| worker.node.0).collect();
        assert_eq!(nodes, [1, 2], "{strategy:?}");
        desk.out.clear();
        // A newcomer gets a number of its own, and does not bring it back.
        desk.step(ActorInput::Member(NodeId(4), Membership::Joining));
        for round in 0..20 {
            desk.submit(records(2, round * 3..round * 3 + 3));
        }
        assert_eq!(desk.out.iter().filter(to_it).count(), 0, "{strategy:?}: it is asked still");
        assert_eq!(desk.view().workers.len(), 3, "{strategy:?}");
    }
}

#[test]
fn probes_go_out_as_often_as_it_is_told() {
    let mut settings = Settings::default();
    settings.balancer.probe = SimDuration::from_millis(10);
    let mut balancer = Balancer::new(&settings, 1);
    let mut out = Vec::new();
    balancer.step(SimTime::ZERO, ActorInput::Start, &mut out);
    let wakes = |effect: &ActorEffect| matches!(effect, ActorEffect::WakeAt(at) if at.as_millis() == 10);
    assert!(out.iter().any(wakes), "{out:?}");
}

#[test]
fn a_gateway_that_goes_moves_a_fifth_of_the_symbols_on_the_ring_and_four_fifths_by_modulo() {
    for (strategy, low, high) in [(Strategy::SymbolHash, 160, 240), (Strategy::SymbolModulo, 770, 830)] {
        let mut settings = Settings::default();
        (settings.load.strategy, settings.market.instruments) = (strategy, 2_000);
        let mut balancer = Balancer::new(&settings, 1);
        assert_eq!(balancer.homes.moved(), None, "nobody has come or gone");
        balancer.on_control(SimTime::ZERO, Control::Drain(Target::Node(NodeId(3))), &mut Vec::new());
        let moved = balancer.homes.moved().and_then(|moved| moved.wave.per_mille()).unwrap();
        assert!((low..high).contains(&moved), "{strategy:?}: {moved} of 1,000");
        balancer.on_control(SimTime::ZERO, Control::Undrain(Target::Node(NodeId(3))), &mut Vec::new());
        assert_eq!(balancer.homes.moved().and_then(|moved| moved.wave.per_mille()), Some(moved), "they all go back");
        balancer.on_control(SimTime::ZERO, Control::SetStrategy(Strategy::RoundRobin), &mut Vec::new());
        assert_eq!(balancer.homes.moved(), None, "in turn, no symbol has a gateway");
    }
}

/// A probe that was late after a crash used to take the figure of the crash away.
#[test]
fn a_gateway_that_flaps_does_not_speak_for_one_that_is_dead() {
    let mut settings = Settings::default();
    (settings.load.strategy, settings.market.instruments) = (Strategy::SymbolHash, 2_000);
    let mut balancer = Balancer::new(&settings, 1);
    let mut turn = |node: u8, on: bool| {
        let target = Target::Node(NodeId(node));
        let control = if on { Control::Undrain(target) } else { Control::Drain(target) };
        balancer.on_control(SimTime::ZERO, control, &mut Vec::new());
        let moved = balancer.homes.moved().unwrap();
        (moved.gateway.0, moved.left, moved.wave)
    };
    let dead = turn(3, false);
    assert_eq!((dead.0, dead.1), (3, true));
    assert_eq!(turn(2, false), dead);
    assert_eq!(turn(2, true), dead, "n2 was out for a moment only");
    let flapped = turn(2, false);
    assert_eq!(flapped, dead);
    let (gateway, left, wave) = turn(3, true);
    assert_eq!((gateway, left), (2, true), "now n2 is the one that is out");
    assert!(wave != dead.2 && wave.moves > 0);
    let (gateway, left, _) = turn(2, true);
    assert_eq!((gateway, left), (2, false), "all serve: what came last");
}
