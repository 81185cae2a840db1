//! What a gateway promises: a bound on what it keeps open, a place in the queue, a refusal, and a hint followed.

use super::*;
use crate::domain::ids::{ClientId, Sequence, SymbolId};
use crate::domain::map::Epoch;
use crate::domain::order::{Command, OrderType, Side};
use crate::domain::time::SimDuration;
use crate::domain::units::{Price, Quantity};

struct Town {
    map: ClusterMap,
    leader: Option<NodeId>,
}

impl Town {
    fn led_by(leader: Option<NodeId>) -> Self {
        let groups =
            vec![vec![NodeId(1)], vec![NodeId(1), NodeId(2), NodeId(3)], vec![NodeId(1), NodeId(2), NodeId(3)]];
        let owners = vec![GroupId(1), GroupId(2)];
        Self { map: ClusterMap { epoch: Epoch(1), nodes: NodeId::first(3).collect(), groups, owners }, leader }
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
        true
    }
    fn given_up(&self, _: NodeId) -> bool {
        false
    }
}

fn order(sequence: u64, symbol: u16) -> Record {
    let (side, order_type) = (Side::Buy, OrderType::Limit(Price(100)));
    let command = Command::Place { symbol: SymbolId(symbol), side, order_type, quantity: Quantity(1) };
    Record { id: ClientId(1).request(Sequence(sequence)), floor: Sequence(1), command }
}

fn submission(records: Vec<Record>) -> Submission {
    Submission { batch: Batch::new(records), read_from: ReadFrom::Leader, deadline: SimTime::from_millis(1_000) }
}

fn gateway(capacity: u32, queue_max: usize) -> Gateway {
    let service_time = SimDuration::from_micros(40);
    Gateway::new(NodeId(1), &GatewaySettings { service_time, capacities: vec![capacity], queue_max }, 3)
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
    assert_eq!(gateway.load(), GatewayLoad { in_flight: 2, capacity: 2, queued: 3 });
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
    for (round, hint) in [2, 3, 2, 3].into_iter().enumerate() {
        wishes.clear();
        let why = Why::NotLeader(Some(NodeId(hint)));
        gateway.declined(SimTime::from_millis(2), Ticket(0), why, &town.map, &mut wishes);
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
