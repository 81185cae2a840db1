//! What a gateway makes of a choice of venues: it goes by its own books, shares what is equal, and what travels is late.

use super::*;
use crate::domain::ids::{ClientId, NodeId, Sequence, SymbolId};
use crate::domain::map::Epoch;
use crate::domain::order::Side;
use crate::domain::units::{Price, Quantity};
use crate::domain::venue::Venue;

const GOOG: SymbolId = SymbolId(0);
const A: VenueId = VenueId(0);
const B: VenueId = VenueId(1);

struct Town {
    map: ClusterMap,
    books: Option<Exchange>,
}

impl Town {
    fn new(fees: [u32; 2]) -> Self {
        let venue = |fee_millionths, micros| {
            VenueState::new(Venue { fee_millionths, latency: SimDuration::from_micros(micros), step_ticks: 1 })
        };
        let venues = vec![venue(fees[0], 200), venue(fees[1], 800)];
        let books = Some(Exchange::new([GOOG]).with_venues(&venues));
        let (epoch, owners) = (Epoch(1), vec![GroupId(1)]);
        Self { map: ClusterMap { epoch, owners, venues, ..ClusterMap::default() }, books }
    }
}

impl Directory for Town {
    fn map(&self) -> &ClusterMap {
        &self.map
    }
    fn leader(&self, _: GroupId) -> Option<NodeId> {
        Some(NodeId(1))
    }
    fn hosts(&self, _: GroupId) -> bool {
        self.books.is_some()
    }
    fn given_up(&self, _: NodeId) -> bool {
        false
    }
    fn exchange(&self, _: GroupId) -> Option<&Exchange> {
        self.books.as_ref()
    }
}

fn record(sequence: u64, command: Command) -> Record {
    Record { id: ClientId(1).request(Sequence(sequence)), floor: Sequence(1), command }
}

fn buy(sequence: u64) -> Record {
    record(sequence, Command::place(GOOG, Side::Buy, OrderType::Limit(Price(100)), Quantity(1)))
}

fn sent_to(routed: &Routed) -> Vec<Option<u8>> {
    let venue = |record: &Record| match record.command {
        Command::Place { venue, .. } => venue.map(|venue| venue.0),
        _ => None,
    };
    routed.batch.records().iter().map(venue).collect()
}

fn ways(routed: &Routed) -> Vec<Option<u8>> {
    routed.lanes.iter().map(|(_, _, way)| way.map(|way| way.venue.0)).collect()
}

const IDLE: [u32; VENUES_MAX] = [0; VENUES_MAX];

#[test]
fn without_a_choice_a_batch_stays_as_it_is() {
    let mut town = Town::new([100, 100]);
    town.map.venues.clear();
    let batch = Batch::new([buy(1), buy(2)]);
    let routed = Routed::new(&batch, &town, &IDLE);
    assert_eq!((routed.batch.digest(), routed.distinct()), (batch.digest(), vec![(Some(GroupId(1)), false, None)]));
}

#[test]
fn where_all_is_equal_orders_go_in_turn_to_the_lighter_load() {
    let town = Town::new([100, 100]);
    let batch = Batch::new((1..=6).map(buy).collect::<Vec<_>>());
    let busy = [4, 0, 0, 0, 0, 0, 0, 0];
    let routed = Routed::new(&batch, &town, &busy);
    assert_eq!(sent_to(&routed), [1, 1, 1, 1, 0, 1].map(Some), "four behind, then the nearer first");
    assert_eq!((routed.distinct().len(), sent_to(&routed)), (2, ways(&routed)));
    let to_b = routed.of(&(Some(GroupId(1)), false, Some(way(&town.map, B))));
    assert_eq!(to_b.len(), 5);
}

#[test]
fn the_fee_goes_before_the_load_and_a_closed_venue_gets_nothing() {
    let mut town = Town::new([300, 100]);
    let batch = Batch::new([buy(1)]);
    let busy = [0, 900, 0, 0, 0, 0, 0, 0];
    assert_eq!(sent_to(&Routed::new(&batch, &town, &busy)), [Some(1)]);
    town.map.venues[1].open = false;
    assert_eq!(sent_to(&Routed::new(&batch, &town, &busy)), [Some(0)]);
    town.map.venues[0].open = false;
    let nowhere = Routed::new(&batch, &town, &IDLE);
    assert_eq!((sent_to(&nowhere), ways(&nowhere)), (vec![None], vec![None]), "the group says no");
}

#[test]
fn a_cancel_travels_to_where_its_order_rests_and_a_query_nowhere() {
    let mut town = Town::new([100, 100]);
    let books = town.books.as_mut().expect("it keeps a replica");
    let Command::Place { symbol, side, order_type, quantity, time_in_force, .. } = buy(1).command else { return };
    let rests = Command::Place { symbol, side, order_type, quantity, time_in_force, venue: Some(B) };
    books.apply(&Batch::new([record(1, rests)]), &mut Vec::new());
    let order = Sequence(1);
    let batch = Batch::new([
        record(2, Command::Cancel { symbol: GOOG, order }),
        record(3, Command::Query { symbol: GOOG, order }),
        record(4, Command::Cancel { symbol: GOOG, order: Sequence(77) }),
        record(5, Command::Replace { symbol: GOOG, order, price: Price(9), quantity: Quantity(1) }),
    ]);
    assert_eq!(ways(&Routed::new(&batch, &town, &IDLE)), [Some(1), None, None, Some(1)]);
}

#[test]
fn who_knows_no_prices_leaves_the_choice_and_counts_the_longest_way() {
    let mut town = Town::new([100, 100]);
    town.books = None;
    let batch = Batch::new([buy(1), record(2, Command::Query { symbol: GOOG, order: Sequence(1) })]);
    let routed = Routed::new(&batch, &town, &IDLE);
    assert_eq!((sent_to(&routed), ways(&routed)), (vec![None, None], vec![Some(1), None]));
    town.map.venues[1].open = false;
    assert_eq!(ways(&Routed::new(&batch, &town, &IDLE)), [Some(0), None]);
}

#[test]
fn what_travels_arrives_in_the_order_of_its_arrival_and_not_before() {
    let mut wire = Wire::default();
    let reply = || Wish::Reply(crate::domain::ids::ActorId::BALANCER, std::sync::Arc::from([]));
    let read = || Wish::ReadHere(Default::default(), GroupId(1), Batch::new([]), SimTime::NEVER);
    wire.push(SimTime(900), reply());
    wire.push(SimTime(300), read());
    assert_eq!((wire.next(), wire.len()), (SimTime(300), 2));
    assert!(wire.pop(SimTime(299)).is_none());
    assert!(matches!(wire.pop(SimTime(900)), Some(Wish::ReadHere(..))));
    assert!(matches!(wire.pop(SimTime(900)), Some(Wish::Reply(..))));
    assert_eq!((wire.next(), wire.len()), (SimTime::NEVER, 0));
}

#[test]
fn the_first_venue_is_a_way_like_any_other() {
    let town = Town::new([100, 100]);
    assert_eq!(way(&town.map, A), Way { venue: A, latency: SimDuration::from_micros(200) });
}
