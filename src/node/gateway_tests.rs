//! What a gateway promises: a bound on what it keeps open, a place in the queue, a refusal, and a hint followed.

use super::*;
use crate::domain::ids::{ClientId, Sequence, SymbolId};
use crate::domain::map::{Epoch, Placing};
use crate::domain::order::{Command, OrderType, Side};
use crate::domain::settings::GatewaySettings;
use crate::domain::time::SimDuration;
use crate::domain::units::{Price, Quantity};
use crate::node::gateway_declined::{Declined, REDIRECTS_MAX};

struct Town {
    map: ClusterMap,
    leader: Option<NodeId>,
    hosts: bool,
    given_up: bool,
}

impl Town {
    fn led_by(leader: Option<NodeId>) -> Self {
        let groups =
            vec![vec![NodeId(1)], vec![NodeId(1), NodeId(2), NodeId(3)], vec![NodeId(1), NodeId(2), NodeId(3)]];
        let owners = vec![GroupId(1), GroupId(2)];
        Self {
            map: ClusterMap {
                epoch: Epoch(1),
                nodes: NodeId::first(3).collect(),
                groups,
                owners,
                ..ClusterMap::default()
            },
            leader,
            hosts: true,
            given_up: false,
        }
    }
}

impl Directory for Town {
    fn map(&self) -> &ClusterMap {
        &self.map
    }
    fn leader(&self, _: GroupId) -> Option<NodeId> {
        self.leader
    }
    fn hosts(&self, _: GroupId) -> bool {
        self.hosts
    }
    fn given_up(&self, _: NodeId) -> bool {
        self.given_up
    }
}

fn order(sequence: u64, symbol: u16) -> Record {
    let command = Command::place(SymbolId(symbol), Side::Buy, OrderType::Limit(Price(100)), Quantity(1));
    Record { id: ClientId(1).request(Sequence(sequence)), floor: Sequence(1), command }
}

fn submission(records: Vec<Record>) -> Submission {
    Submission { batch: Batch::new(records), read_from: ReadFrom::Leader, deadline: SimTime::from_millis(1_000) }
}

fn gateway(capacity: u32, queue_max: usize) -> Gateway {
    let service_times = vec![SimDuration::from_micros(40)];
    let gateway =
        GatewaySettings { service_times, capacities: vec![capacity], queue_max, ..GatewaySettings::default() };
    Gateway::new(NodeId(1), 0, &Settings { gateway, ..Settings::default() }, 3)
}

/// Some requests that a node did not take.
fn from(by: u8, batch: Batch, why: Why) -> Declined {
    Declined { by: NodeId(by), batch, why }
}

fn forwards(wishes: &[Wish]) -> Vec<(NodeId, u16, usize)> {
    let forward = |wish: &Wish| match wish {
        Wish::Forward(to, proposal) => Some((*to, proposal.group.0, proposal.batch.len())),
        _ => None,
    };
    wishes.iter().filter_map(forward).collect()
}

fn refusals(wishes: &[Wish]) -> Vec<Why> {
    let refused = |wish: &Wish| match wish {
        Wish::Reply(_, answers) => answers.iter().map(|answer| answer.reply).collect(),
        _ => vec![],
    };
    let why = |reply: Reply| if let Reply::Refused(why) = reply { Some(why) } else { None };
    wishes.iter().flat_map(refused).filter_map(why).collect()
}

#[test]
fn a_request_costs_its_service_time_and_goes_to_the_leader_of_its_group() {
    let mut gateway = gateway(10, 10);
    let mut wishes = Vec::new();
    let town = Town::led_by(Some(NodeId(2)));
    gateway.submit(
        SimTime::ZERO,
        ActorId::BALANCER,
        submission(vec![order(1, 0), order(2, 1), order(3, 0)]),
        &mut wishes,
    );
    assert_eq!(gateway.next(), SimTime(120_000), "three requests of 40 us");
    gateway.wake(SimTime(119_999), &town, &mut wishes);
    assert_eq!(forwards(&wishes), []);
    gateway.wake(SimTime(120_000), &town, &mut wishes);
    assert_eq!(forwards(&wishes), [(NodeId(2), 1, 2), (NodeId(2), 2, 1)]);
    assert_eq!(gateway.load().in_flight, 3);
}

#[test]
fn beyond_capacity_requests_queue_and_beyond_the_queue_they_are_refused() {
    let mut gateway = gateway(2, 3);
    let mut wishes = Vec::new();
    let records: Vec<_> = (1..=7).map(|sequence| order(sequence, 0)).collect();
    let full = gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission(records), &mut wishes);
    assert!(full);
    assert_eq!(refusals(&wishes), [Why::Overloaded; 2], "2 places, 3 in the queue, 2 too many");
    gateway.wake(SimTime::from_millis(1), &Town::led_by(Some(NodeId(1))), &mut wishes);
    assert_eq!(gateway.load(), GatewayLoad { in_flight: 2, capacity: 2, queued: 3, queued_by_class: [0, 3, 0, 0] });
}

#[test]
fn without_a_leader_the_client_hears_so_at_once() {
    let mut gateway = gateway(10, 10);
    let mut wishes = Vec::new();
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission(vec![order(1, 0)]), &mut wishes);
    gateway.wake(SimTime::from_millis(1), &Town::led_by(None), &mut wishes);
    assert_eq!(refusals(&wishes), [Why::NoLeader]);
    assert_eq!(gateway.load().in_flight, 0);
}

#[test]
fn a_hint_is_followed_a_few_times_and_then_the_client_decides() {
    let mut gateway = gateway(10, 10);
    let town = Town::led_by(Some(NodeId(1)));
    let mut wishes = Vec::new();
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission(vec![order(1, 0)]), &mut wishes);
    gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
    for (round, (by, hint)) in [(1, 2), (2, 3), (3, 2), (2, 3)].into_iter().enumerate() {
        wishes.clear();
        let why = Why::NotLeader(Some(NodeId(hint)));
        let batch = Batch::new(vec![order(1, 0)]);
        gateway.declined(SimTime::from_millis(2), Ticket(0), from(by, batch, why), &town, &mut wishes);
        let followed = round < usize::from(REDIRECTS_MAX);
        assert_eq!(forwards(&wishes).len(), usize::from(followed), "round {round}");
        assert_eq!(refusals(&wishes).is_empty(), followed, "round {round}");
    }
    assert_eq!(gateway.load().in_flight, 0);
}

#[test]
fn what_nobody_answers_is_forgotten_at_its_deadline() {
    let mut gateway = gateway(10, 10);
    let town = Town::led_by(Some(NodeId(1)));
    let mut wishes = Vec::new();
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission(vec![order(1, 0)]), &mut wishes);
    gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
    assert_eq!((gateway.load().in_flight, gateway.next()), (1, SimTime::from_millis(1_000)));
    gateway.wake(SimTime::from_millis(1_000), &town, &mut wishes);
    assert_eq!((gateway.load().in_flight, gateway.next()), (0, SimTime::NEVER));
}

#[test]
fn an_answer_frees_its_place_once() {
    let mut gateway = gateway(10, 10);
    let town = Town::led_by(Some(NodeId(1)));
    let mut wishes = Vec::new();
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission(vec![order(1, 0), order(2, 0)]), &mut wishes);
    gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
    let answers = || refuse(&[order(1, 0), order(2, 0)], Why::Overloaded);
    for _ in 0..2 {
        gateway.answered(SimTime::from_millis(2), Ticket(0), answers(), &mut wishes);
        assert_eq!(gateway.load().in_flight, 0, "a verdict after the promise changes nothing");
    }
}

#[test]
fn a_node_without_a_replica_asks_one_voter_after_the_other_and_remembers_who_knew() {
    let mut gateway = gateway(10, 10);
    let town = Town { hosts: false, ..Town::led_by(None) };
    let mut wishes = Vec::new();
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission(vec![order(1, 0)]), &mut wishes);
    gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
    assert_eq!(forwards(&wishes), [(NodeId(1), 1, 1)]);
    let decline = |gateway: &mut Gateway, by, hint: Option<u8>| {
        let (mut wishes, batch) = (Vec::new(), Batch::new(vec![order(1, 0)]));
        let why = Why::NotLeader(hint.map(NodeId));
        gateway.declined(SimTime::from_millis(2), Ticket(0), from(by, batch, why), &town, &mut wishes);
        forwards(&wishes)
    };
    assert_eq!(decline(&mut gateway, 1, None), [(NodeId(2), 1, 1)], "the next voter may know more");
    assert_eq!(decline(&mut gateway, 2, Some(3)), [(NodeId(3), 1, 1)]);
    wishes.clear();
    gateway.submit(SimTime::from_millis(3), ActorId::BALANCER, submission(vec![order(2, 0)]), &mut wishes);
    gateway.wake(SimTime::from_millis(4), &town, &mut wishes);
    assert_eq!(forwards(&wishes), [(NodeId(3), 1, 1)]);
}

#[test]
fn a_request_that_was_routed_by_an_old_map_is_routed_again_by_the_new_one() {
    let mut gateway = gateway(10, 10);
    let mut town = Town::led_by(Some(NodeId(2)));
    let mut wishes = Vec::new();
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission(vec![order(1, 0)]), &mut wishes);
    gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
    let batch = Batch::new(vec![order(1, 0)]);
    town.map.epoch = Epoch(2);
    town.map.owners = vec![GroupId(2), GroupId(2)];
    wishes.clear();
    gateway.declined(SimTime::from_millis(2), Ticket(0), from(2, batch.clone(), Why::StaleEpoch), &town, &mut wishes);
    assert_eq!((forwards(&wishes), gateway.load().in_flight), (vec![(NodeId(2), 2, 1)], 1));
    wishes.clear();
    gateway.declined(SimTime::from_millis(3), Ticket(1), from(2, batch, Why::StaleEpoch), &town, &mut wishes);
    assert_eq!((refusals(&wishes), gateway.load().in_flight), (vec![Why::StaleEpoch], 0), "there is no newer map");
}

#[test]
fn only_the_part_that_was_declined_is_sent_on_or_refused() {
    let mut gateway = gateway(10, 10);
    let town = Town::led_by(Some(NodeId(1)));
    let mut wishes = Vec::new();
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission(vec![order(1, 0), order(2, 0)]), &mut wishes);
    gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
    wishes.clear();
    let rest = Batch::new(vec![order(2, 0)]);
    gateway.declined(SimTime::from_millis(2), Ticket(0), from(1, rest, Why::Overloaded), &town, &mut wishes);
    assert_eq!((refusals(&wishes).len(), gateway.load().in_flight), (1, 1));
}

#[test]
fn a_full_queue_is_news_once_until_it_was_empty() {
    let mut gateway = gateway(1, 1);
    let town = Town::led_by(Some(NodeId(1)));
    let mut news = Vec::new();
    for n in 0..4 {
        let records = (0..3).map(|k| order(10 * n + k + 1, 0)).collect();
        news.push(gateway.submit(SimTime::from_millis(n), ActorId::BALANCER, submission(records), &mut Vec::new()));
        gateway.wake(SimTime::from_millis(n), &town, &mut Vec::new());
    }
    assert_eq!(news, [true, false, false, false]);
    gateway.wake(SimTime::from_millis(1_000), &town, &mut Vec::new());
    gateway.wake(SimTime::from_millis(2_000), &town, &mut Vec::new());
    let records = (0..3).map(|k| order(90 + k, 0)).collect();
    assert!(gateway.submit(SimTime::from_millis(2_001), ActorId::BALANCER, submission(records), &mut Vec::new()));
}

#[test]
fn the_more_urgent_of_those_who_wait_are_served_first() {
    let mut desk = gateway(1, 100);
    let mut wishes = Vec::new();
    let one = |client: u32| {
        let command = Command::Query { symbol: SymbolId(0), order: Sequence(1) };
        let record = Record { id: ClientId(client).request(Sequence(1)), floor: Sequence(1), command };
        Submission { batch: Batch::new(vec![record]), read_from: ReadFrom::Leader, deadline: SimTime::NEVER }
    };
    // The first is served at once; then bulk, normal and VIP wait in this order.
    for client in [20, 100, 21, 1] {
        desk.submit(SimTime::ZERO, ActorId::BALANCER, one(client), &mut wishes);
    }
    assert_eq!(desk.load().queued_by_class, [0, 1, 1, 1]);
    let order: Vec<usize> = std::iter::from_fn(|| {
        let next = desk.queue.next(|_| true)?;
        desk.queue.pop(next.lane).map(|_| next.lane)
    })
    .collect();
    assert_eq!(order, [1, 2, 3]);
}

fn query(sequence: u64) -> Record {
    let command = Command::Query { symbol: SymbolId(0), order: Sequence(1) };
    Record { command, ..order(sequence, 0) }
}

/// What a gateway of this town does with a query that may fall back, and with one that wants the leader.
fn fates(town: &Town) -> [&'static str; 2] {
    [ReadFrom::Fallback, ReadFrom::Leader].map(|read_from| {
        let (mut gateway, mut wishes) = (gateway(10, 10), Vec::new());
        let submission = Submission { read_from, ..submission(vec![query(2)]) };
        gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission, &mut wishes);
        gateway.wake(SimTime::from_millis(1), town, &mut wishes);
        fate(&wishes)
    })
}

fn fate(wishes: &[Wish]) -> &'static str {
    match wishes {
        [Wish::Forward(..)] => "forwarded",
        [Wish::ReadHere(..)] => "read here",
        [Wish::Reply(..)] => "refused",
        _ => "something else",
    }
}

#[test]
fn a_query_that_may_fall_back_is_read_here_only_where_there_is_no_leader() {
    let led = || Town::led_by(Some(NodeId(1)));
    assert_eq!(fates(&led()), ["forwarded", "forwarded"]);
    assert_eq!(fates(&Town::led_by(None)), ["read here", "refused"]);
    assert_eq!(fates(&Town { given_up: true, ..led() }), ["read here", "forwarded"], "a leader that is silent");
    assert_eq!(fates(&Town { hosts: false, given_up: true, ..led() }), ["refused", "refused"], "no replica here");
}

#[test]
fn a_query_that_the_leader_declines_falls_back_and_keeps_its_place_until_it_is_answered() {
    for (read_from, wanted, open) in [(ReadFrom::Fallback, "read here", 1), (ReadFrom::Leader, "refused", 0)] {
        let (mut gateway, mut wishes) = (gateway(10, 10), Vec::new());
        let town = Town::led_by(Some(NodeId(1)));
        let submission = Submission { read_from, ..submission(vec![query(2)]) };
        gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission, &mut wishes);
        gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
        wishes.clear();
        let batch = Batch::new(vec![query(2)]);
        gateway.declined(SimTime::from_millis(2), Ticket(0), from(1, batch, Why::NotLeader(None)), &town, &mut wishes);
        assert_eq!((fate(&wishes), gateway.load().in_flight), (wanted, open), "{read_from:?}");
    }
}

#[test]
fn the_own_replica_is_asked_once_and_what_it_declines_is_refused() {
    for read_from in [ReadFrom::Fallback, ReadFrom::Replica] {
        let (mut gateway, mut wishes) = (gateway(10, 10), Vec::new());
        let town = Town::led_by(None);
        let submission = Submission { read_from, ..submission(vec![query(2)]) };
        gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission, &mut wishes);
        gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
        assert_eq!(fate(&wishes), "read here", "{read_from:?}");
        wishes.clear();
        let batch = Batch::new(vec![query(2)]);
        gateway.declined(SimTime::from_millis(2), Ticket(0), from(1, batch, Why::Overloaded), &town, &mut wishes);
        assert_eq!((fate(&wishes), gateway.load().in_flight), ("refused", 0), "{read_from:?}");
    }
}

/// A town in which this node keeps no replica any more, and the first partition is on one other node.
fn moved_to(node: u8) -> Town {
    let mut town = Town { hosts: false, ..Town::led_by(None) };
    town.map.groups[1] = vec![NodeId(node)];
    town
}

/// A gateway whose own replica was asked for these queries.
fn reading_here(queries: u64) -> (Gateway, Batch) {
    let (mut gateway, mut wishes) = (gateway(10, 10), Vec::new());
    let batch = Batch::new((1..=queries).map(query).collect::<Vec<_>>());
    let submission = Submission { read_from: ReadFrom::Replica, ..submission(batch.records().to_vec()) };
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission, &mut wishes);
    gateway.wake(SimTime::from_millis(1), &Town::led_by(Some(NodeId(1))), &mut wishes);
    assert_eq!(fate(&wishes), "read here");
    (gateway, batch)
}

#[test]
fn what_the_own_replica_leaves_behind_goes_to_the_node_that_has_the_group_now_whichever_that_is() {
    for node in [1, 2, 3] {
        let mut wishes = Vec::new();
        let (mut gateway, batch) = reading_here(2);
        // This gateway is node 3 of its town here, so that node 1 is another.
        let (by, now) = (if node == 3 { 1 } else { 3 }, SimTime::from_millis(2));
        gateway.declined(now, Ticket(0), from(by, batch, Why::NoReplica), &moved_to(node), &mut wishes);
        assert_eq!((forwards(&wishes), refusals(&wishes)), (vec![(NodeId(node), 1, 2)], vec![]));
    }
}

#[test]
fn each_part_that_a_replica_leaves_behind_is_sent_on_however_many_there_are() {
    let (mut gateway, batch) = reading_here(6);
    let mut wishes = Vec::new();
    for record in batch.records() {
        let part = Batch::new(vec![*record]);
        gateway.declined(SimTime::from_millis(2), Ticket(0), from(3, part, Why::NoReplica), &moved_to(1), &mut wishes);
    }
    assert_eq!((forwards(&wishes), refusals(&wishes)), (vec![(NodeId(1), 1, 1); 6], vec![]));
    assert_eq!(gateway.load().in_flight, 6, "each keeps its place");
}

#[test]
fn a_query_does_not_fall_back_on_a_replica_that_was_retired_meanwhile() {
    let (mut gateway, mut wishes) = (gateway(10, 10), Vec::new());
    let submission = Submission { read_from: ReadFrom::Fallback, ..submission(vec![query(2)]) };
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission, &mut wishes);
    gateway.wake(SimTime::from_millis(1), &Town::led_by(Some(NodeId(2))), &mut wishes);
    wishes.clear();
    let batch = Batch::new(vec![query(2)]);
    let town = moved_to(2);
    gateway.declined(SimTime::from_millis(2), Ticket(0), from(2, batch, Why::NotLeader(None)), &town, &mut wishes);
    assert_eq!((fate(&wishes), gateway.load().in_flight), ("refused", 0));
}

#[test]
fn a_query_that_may_fall_back_is_answered_here_while_the_only_other_node_opens_its_replica() {
    let (mut gateway, mut wishes) = (gateway(10, 10), Vec::new());
    let mut town = Town { hosts: true, leader: Some(NodeId(2)), ..moved_to(2) };
    town.map.placing = Placing::Moving;
    let submission = Submission { read_from: ReadFrom::Fallback, ..submission(vec![query(2)]) };
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission, &mut wishes);
    gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
    wishes.clear();
    let batch = Batch::new(vec![query(2)]);
    gateway.declined(SimTime::from_millis(2), Ticket(0), from(2, batch, Why::NoReplica), &town, &mut wishes);
    assert_eq!(fate(&wishes), "read here");
}

#[test]
fn a_group_that_is_to_move_is_asked_for_where_it_was_until_that_node_knows_better() {
    let (mut gateway, mut wishes) = (gateway(10, 10), Vec::new());
    gateway.map_changed(&moved_to(3).map);
    let town = moved_to(2);
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission(vec![order(1, 0)]), &mut wishes);
    gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
    assert_eq!(forwards(&wishes), [(NodeId(3), 1, 1)]);
    wishes.clear();
    let batch = Batch::new(vec![order(1, 0)]);
    gateway.declined(SimTime::from_millis(2), Ticket(0), from(3, batch, Why::NoReplica), &town, &mut wishes);
    assert_eq!(forwards(&wishes), [(NodeId(2), 1, 1)], "it has left: whom the map names is asked");
}

#[test]
fn a_request_waits_for_the_only_node_that_is_to_have_its_group() {
    let (mut gateway, mut wishes) = (gateway(10, 10), Vec::new());
    let mut town = moved_to(2);
    town.map.placing = Placing::Moving;
    gateway.submit(SimTime::ZERO, ActorId::BALANCER, submission(vec![order(1, 0)]), &mut wishes);
    gateway.wake(SimTime::from_millis(1), &town, &mut wishes);
    wishes.clear();
    let batch = Batch::new(vec![order(1, 0)]);
    gateway.declined(SimTime::from_millis(2), Ticket(0), from(2, batch, Why::NoReplica), &town, &mut wishes);
    assert!(wishes.is_empty(), "{wishes:?}");
    gateway.wake(SimTime::from_millis(7), &town, &mut wishes);
    assert_eq!((forwards(&wishes), refusals(&wishes)), (vec![(NodeId(2), 1, 1)], vec![]), "it is asked again");
}
