//! A replica that leads, and whose queries nobody confirms.

use std::sync::Arc;

use super::*;
use crate::domain::chance::{Chance, Purpose};
use crate::domain::ids::{ClientId, Sequence, SymbolId, Term};
use crate::domain::log::GroupImage;
use crate::domain::map::{ClusterMap, Epoch};
use crate::domain::moving::Shipment;
use crate::domain::order::{Command, Record};
use crate::domain::rules::{Rule, Rules};
use crate::domain::settings::Settings;
use crate::domain::time::{SimDuration, SimTime};
use crate::node::machine::Wealth;
use crate::node::message::{NodeEffect, Ticket};
use crate::node::out::Exit;
use crate::node::pacing::{PATIENCE, PATIENCE_SECOND};
use crate::node::processor::Turn;
use crate::node::reads::Asked;
use crate::protocols::raft::message::{Body, Message};
use crate::protocols::registry::ReplicaBoot;
use crate::protocols::replication::Replication;

const P1: GroupId = GroupId(1);

/// A leader of three, at its first commit, without leases: every query waits for a round that nobody answers.
struct Lonely {
    replica: Replica,
    settings: Settings,
    processor: Processor,
    exit: Exit,
    effects: Vec<NodeEffect>,
}

impl Lonely {
    fn new() -> Self {
        let settings = Settings::default();
        let rules = Rules::default().with(Rule::LeaseReads, false);
        let voters: Vec<_> = NodeId::first(3).collect();
        let boot = ReplicaBoot {
            me: NodeId(1),
            voters: &voters,
            settings: &settings,
            rules,
            image: GroupImage::default(),
            now: at(0),
            chance: Chance::stream(1, Purpose::Election, 0),
        };
        let machine = Machine::new(P1, &Arc::new(ClusterMap::default()), &Wealth::of(&settings));
        let replica = Replica::boot(P1, Replicator::new(boot), machine, &BTreeMap::new());
        let (processor, exit) = Default::default();
        let mut lonely = Self { replica, settings, processor, exit, effects: Vec::new() };
        lonely.act(|replica, desk, out| replica.input(at(1), Input::Campaign, desk, out));
        lonely.persisted(1);
        lonely.hear(Body::Vote { refused: None, pre_vote: false });
        lonely.persisted(2);
        lonely.hear(Body::Appended { matched: LogIndex(1) });
        assert_eq!(lonely.replica.core.commit_index(), LogIndex(1), "it leads");
        lonely
    }

    fn act(&mut self, act: impl FnOnce(&mut Replica, &mut Desk<'_>, &mut Out<'_>)) {
        let Self { replica, settings, processor, exit, effects } = self;
        let division = Division::of(&ClusterMap::default(), &settings.partition);
        let mut desk = Desk {
            settings: &settings.raft,
            ack: AckRule::Majority,
            moves_at_once: 2,
            division: &division,
            processor,
            replicas: 1,
            admission: true,
        };
        act(replica, &mut desk, &mut Out { me: NodeId(1), effects, exit });
    }

    fn persisted(&mut self, token: u64) {
        let tokens = (PersistToken(token), PersistToken(token));
        self.act(|replica, desk, out| replica.persisted(at(1), tokens, desk, out));
    }

    fn hear(&mut self, body: Body) {
        let input = Input::Receive { from: NodeId(2), message: Message { term: Term(1), body }.into() };
        self.act(|replica, desk, out| replica.input(at(1), input, desk, out));
    }

    fn ask(&mut self, ms: u64, number: u64, deadline_ms: u64) {
        let command = Command::Query { symbol: SymbolId(0), order: Sequence(1) };
        let record = Record { id: ClientId(1).request(Sequence(number)), floor: Sequence(1), command };
        let proposal = Proposal {
            ticket: Ticket(number),
            group: P1,
            epoch: crate::domain::map::Epoch(1),
            batch: Batch::new(vec![record]),
            deadline: SimTime::from_millis(deadline_ms),
        };
        self.act(|replica, desk, out| replica.propose(at(ms), NodeId(2), &proposal, desk, out));
    }

    /// What it declined, and how many queries of it; not that a symbol is elsewhere, which is an answer.
    fn declined(&self) -> Vec<(Why, usize)> {
        let declined = |effect: &NodeEffect| match effect {
            NodeEffect::Send { message: NodeMessage::Declined { why, batch, .. }, .. } => Some((*why, batch.len())),
            _ => None,
        };
        self.effects.iter().filter_map(declined).filter(|(why, _)| *why != Why::NotOwner).collect()
    }

    /// How many queries it answered, if only with where to ask.
    fn answered(&self) -> u64 {
        let answered = |effect: &NodeEffect| match effect {
            NodeEffect::Send { message: NodeMessage::Answers { answers, .. }, .. } => answers.len(),
            NodeEffect::Send { message: NodeMessage::Declined { why: Why::NotOwner, batch, .. }, .. } => batch.len(),
            _ => 0,
        };
        self.effects.iter().map(answered).sum::<usize>() as u64
    }

    fn told(&self) -> Vec<Queue> {
        let queue = |effect: &NodeEffect| match effect {
            NodeEffect::Tell(draft) => match draft.kind {
                EventKind::Overloaded { queue } => Some(queue),
                _ => None,
            },
            _ => None,
        };
        self.effects.iter().filter_map(queue).collect()
    }
}

fn at(ms: u64) -> Now {
    Now::exact(SimTime::from_millis(ms))
}

#[test]
fn full_reads_are_told_once_until_none_wait() {
    let mut lonely = Lonely::new();
    let max = super::super::reads::READS_MAX as u64;
    (0..max).for_each(|n| lonely.ask(2, n, 100));
    assert_eq!(lonely.told(), [], "so many may wait");
    (0..3).for_each(|n| lonely.ask(3, max + n, 100));
    assert_eq!(lonely.told(), [Queue::Reads], "told once");
    // At 100 ms nobody waits any more, but Raft has not heard of that: its own queue is as long.
    (0..3).for_each(|n| lonely.ask(101, max + 10 + n, 200));
    assert_eq!(lonely.told(), [Queue::Reads], "it is the same crowd");
    for round in 1..=2 {
        lonely.hear(Body::BeatAnswer { round, received: LogIndex(1), matched: LogIndex(1), applied: LogIndex(1) });
    }
    (0..=max).for_each(|n| lonely.ask(102, 2 * max + n, 200));
    assert_eq!(lonely.told(), [Queue::Reads, Queue::Reads], "and this is another");
}

/// What is asked of a replica that answers from what it has applied, in so many queries.
fn near(number: u64, queries: usize) -> Asked {
    let command = Command::Query { symbol: SymbolId(0), order: Sequence(1) };
    let record = Record { id: ClientId(1).request(Sequence(number)), floor: Sequence(1), command };
    let batch = Batch::new(vec![record; queries]);
    let deadline = SimTime::from_millis(100);
    Asked { gateway: NodeId(2), ticket: Ticket(number), batch, deadline, current: false }
}

#[test]
fn a_query_takes_its_time_of_the_processor_and_what_would_be_answered_late_is_declined() {
    let mut lonely = Lonely::new();
    lonely.settings.raft.read_cost = SimDuration::from_millis(1);
    lonely.effects.clear();
    assert!(lonely.processor.due(at(2).mono).is_some(), "the first entry of the term is applied");
    assert_eq!(lonely.processor.due(at(2).mono), None);
    (0..3).for_each(|n| lonely.act(|replica, desk, out| replica.read(at(2), &near(n, 10), desk, out)));
    let answers = |lonely: &Lonely| {
        let is_answer = |effect: &&NodeEffect| {
            matches!(
                effect,
                NodeEffect::Send { message: NodeMessage::Answers { .. } | NodeMessage::Declined { .. }, .. }
            )
        };
        lonely.effects.iter().filter(is_answer).count()
    };
    // Two turns of 10 ms end within a quarter of the 98 ms that the clients wait; a third does not.
    assert_eq!((answers(&lonely), lonely.told()), (1, vec![Queue::Reads]), "the third is declined at once");
    assert_eq!(lonely.processor.next(), SimTime::from_millis(12));
    assert!(lonely.processor.due(SimTime::from_millis(11)).is_none());
    for (ms, heard) in [(12, 2), (22, 3)] {
        assert_eq!(lonely.processor.due(SimTime::from_millis(ms)), Some(Turn::Read(P1)));
        assert_eq!(lonely.processor.due(SimTime::from_millis(ms)), None);
        lonely.act(|replica, _, out| replica.read_turn_ended(at(ms), out));
        assert_eq!(answers(&lonely), heard, "{ms} ms");
    }
    lonely.settings.raft.read_cost = SimDuration::ZERO;
    lonely.act(|replica, desk, out| replica.read(at(30), &near(9, 10), desk, out));
    assert_eq!(answers(&lonely), 4, "what costs nothing is answered at once");
}

#[test]
fn of_a_batch_that_is_too_long_what_fits_is_answered_turn_by_turn() {
    let mut lonely = Lonely::new();
    lonely.settings.raft.read_cost = SimDuration::from_millis(1);
    while lonely.processor.due(at(2).mono).is_some() {}
    lonely.effects.clear();
    // 398 ms are left, so the answers may take 99: four turns of 20 queries, and nothing of the fifth.
    let asked = Asked { deadline: SimTime::from_millis(400), ..near(1, 200) };
    lonely.act(|replica, desk, out| replica.read(at(2), &asked, desk, out));
    assert_eq!(lonely.declined(), vec![(Why::Overloaded, 120)]);
    for turn in 1..=4 {
        let ends = SimTime::from_millis(2 + turn * 20);
        assert_eq!((lonely.processor.next(), lonely.processor.due(ends)), (ends, Some(Turn::Read(P1))));
        lonely.act(|replica, _, out| replica.read_turn_ended(at(2 + turn * 20), out));
        assert_eq!((lonely.answered(), lonely.processor.due(ends)), (turn * 20, None));
    }
}

#[test]
fn a_replica_that_is_given_up_declines_what_waits_and_the_next_one_is_not_served_in_its_turns() {
    let mut lonely = Lonely::new();
    lonely.settings.raft.read_cost = SimDuration::from_millis(1);
    while lonely.processor.due(at(2).mono).is_some() {}
    lonely.effects.clear();
    (0..2).for_each(|n| lonely.act(|replica, desk, out| replica.read(at(2), &near(n, 10), desk, out)));
    lonely.act(|replica, desk, out| replica.give_up(&Arc::default(), desk, out));
    assert_eq!(lonely.declined(), vec![(Why::NoReplica, 10), (Why::NoReplica, 10)]);
    let first = lonely.effects.iter().find_map(|effect| match effect {
        NodeEffect::Send { to, message } => Some((*to, matches!(message, NodeMessage::Map(_)))),
        _ => None,
    });
    assert_eq!(first, Some((NodeId(2), true)), "the gateway hears first where the group is now");
    // What was on is finished first, for nobody.
    lonely.act(|replica, desk, out| replica.read(at(2), &near(3, 5), desk, out));
    assert_eq!(lonely.processor.due(SimTime::from_millis(12)), None);
    assert_eq!(lonely.processor.next(), SimTime::from_millis(17));
}

#[test]
fn a_query_whose_client_has_given_up_is_not_answered() {
    let mut lonely = Lonely::new();
    lonely.settings.raft.read_cost = SimDuration::from_millis(1);
    while lonely.processor.due(at(2).mono).is_some() {}
    lonely.effects.clear();
    (0..2).for_each(|n| lonely.act(|replica, desk, out| replica.read(at(2), &near(n, 10), desk, out)));
    // A node that froze is late for both: one client waits until 100 ms.
    lonely.act(|replica, _, out| replica.read_turn_ended(at(99), out));
    lonely.act(|replica, _, out| replica.read_turn_ended(at(100), out));
    assert_eq!((lonely.answered(), lonely.declined()), (10, vec![]));
}

#[test]
fn a_move_waits_for_the_processor_a_while_and_longer_behind_another() {
    let shipment =
        |symbol| Shipment { symbol: SymbolId(symbol), from: P1, to: GroupId(2), epoch: Epoch(symbol.into()) };
    // How long a move is put off, in hundredths of a second, on a processor that is always busy or always idle.
    let waits = |busy: bool, first: Shipment| {
        let mut lonely = Lonely::new();
        let map = ClusterMap { under_way: vec![first], ..ClusterMap::default() };
        (0..1_000).find(|tick| {
            let now = at(2 + tick * 10);
            let mut put_off = false;
            lonely.act(|replica, desk, _| {
                while desk.processor.due(now.mono).is_some() {}
                if busy {
                    let cost = 30_000_000 / desk.settings.apply_cost.0;
                    desk.processor.book(now.mono, P1, (cost, cost), desk.settings);
                }
                put_off = replica.puts_off(now, &shipment(1), &map, desk);
            });
            !put_off
        })
    };
    assert_eq!(waits(false, shipment(1)), Some(0));
    assert_eq!(waits(true, shipment(1)), Some(PATIENCE.as_millis() / 10));
    assert_eq!(waits(false, shipment(9)), Some(0), "an idle processor has room for a second move");
    assert_eq!(waits(true, shipment(9)), Some(PATIENCE_SECOND.as_millis() / 10));
}
