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
use crate::domain::time::SimTime;
use crate::node::machine::Wealth;
use crate::node::message::{NodeEffect, Ticket};
use crate::node::out::Exit;
use crate::node::pacing::{PATIENCE, PATIENCE_SECOND};
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
