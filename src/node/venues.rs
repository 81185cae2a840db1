//! A gateway and its venues: which of them each order is sent to, and the time that it takes to get there and back.
//!
//! Idea: the gateway is the router, as at a broker's. It knows prices from the books of its own node's replica, which may
//! be a little behind, and the load from what it has on its way to each venue itself. An order leaves for the leader of its
//! group when it has travelled to its venue, and its answer leaves for the client when it has travelled back: a distant
//! venue is late both ways, in virtual time. What an order meets there is decided when it is applied; a belief that was
//! wrong by then costs a price and never an order.
//! Where this node keeps no replica of the group it knows no prices: the order goes unrouted, the group chooses by its
//! own books, and the way counts as the farthest that it may be, so that nobody gains by knowing less.
//! Cancels and replaces travel to where their order rests; queries ask the cluster and not a venue.
//! Shape: [`Routed`] for a batch, [`Wire`] for what travels.
//! Bound: what travels out holds a place of the gateway's capacity; what travels back is at most what a gateway serves in
//! the time of the way. A crash loses both, as it loses everything that a gateway holds: clients ask again.
//! Left out: a limit that was moved to one venue's step is not moved back when the order is sent elsewhere.

use std::collections::BTreeMap;

use crate::domain::ids::GroupId;
use crate::domain::map::ClusterMap;
use crate::domain::order::{Batch, Command, OrderType, Record};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::venue::{VENUES_MAX, VenueId, VenueState};
use crate::market::exchange::Exchange;
use crate::market::venue::choose;

use super::gateway::{Directory, Wish};

/// A way to a venue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Way {
    pub(super) venue: VenueId,
    /// One way.
    pub(super) latency: SimDuration,
}

/// Where the records of a batch go together: the group, whether they only ask, the way.
pub(super) type Lane = (Option<GroupId>, bool, Option<Way>);

/// A batch with the way of each record.
pub(super) struct Routed {
    pub(super) batch: Batch,
    pub(super) lanes: Vec<Lane>,
}

impl Routed {
    /// Sends every order of a batch to a venue, if there is a choice; so many requests are on their way to each.
    pub(super) fn new(batch: &Batch, directory: &impl Directory, on_the_way: &[u32; VENUES_MAX]) -> Self {
        let map = directory.map();
        let lane = |record: &Record| (map.owner(record.command.symbol()), record.command.is_query(), None);
        let lanes = batch.records().iter().map(lane).collect();
        if map.venues.is_empty() {
            return Self { batch: batch.clone(), lanes };
        }
        let mut loads = *on_the_way;
        let mut routed = Self { batch: batch.clone(), lanes };
        let records = batch.records().iter().zip(&mut routed.lanes).map(|(record, lane)| {
            let exchange = lane.0.filter(|group| directory.hosts(*group)).and_then(|group| directory.exchange(group));
            let (command, venue) = send(record, exchange, map, &loads);
            lane.2 = venue.map(|venue| way(map, venue));
            if let Some(venue) = venue {
                loads[venue.index()] += 1;
            }
            Record { command, ..*record }
        });
        let records: Vec<_> = records.collect();
        routed.batch = Batch::new(records);
        routed
    }

    /// The lanes that there are, in order.
    pub(super) fn distinct(&self) -> Vec<Lane> {
        let mut lanes = self.lanes.clone();
        lanes.sort_unstable();
        lanes.dedup();
        lanes
    }

    /// What goes this way.
    pub(super) fn of(&self, lane: &Lane) -> Batch {
        let records = self.batch.records().iter().zip(&self.lanes).filter(|(_, other)| *other == lane);
        Batch::new(records.map(|(record, _)| *record).collect::<Vec<_>>())
    }
}

fn way(map: &ClusterMap, venue: VenueId) -> Way {
    let latency = map.venues.get(venue.index()).map_or(SimDuration::ZERO, |state| state.terms.latency);
    Way { venue, latency }
}

/// What is sent, and to which venue; `None` for what goes to none, or nobody knows to which.
fn send(
    record: &Record,
    exchange: Option<&Exchange>,
    map: &ClusterMap,
    loads: &[u32; VENUES_MAX],
) -> (Command, Option<VenueId>) {
    let command = record.command;
    let Some(exchange) = exchange else {
        let unrouted = match command {
            Command::Place { symbol, side, order_type, quantity, time_in_force, .. } => {
                Command::Place { symbol, side, order_type, quantity, time_in_force, venue: None }
            }
            other => other,
        };
        return (unrouted, farthest(&map.venues).filter(|_| !command.is_query()));
    };
    match command {
        Command::Place { symbol, side, order_type, quantity, time_in_force, .. } => {
            let limit = match order_type {
                OrderType::Limit(limit) => Some(limit),
                OrderType::Market => None,
            };
            let mut quotes = exchange.quotes(symbol, side);
            quotes.iter_mut().zip(loads).for_each(|(quote, load)| quote.load = *load);
            let route = choose(&map.venues, side, limit, &quotes);
            let order_type = route.and_then(|route| route.limit).map_or(order_type, OrderType::Limit);
            let venue = route.map(|route| route.venue);
            (Command::Place { symbol, side, order_type, quantity, time_in_force, venue }, venue)
        }
        Command::Replace { symbol, order, .. } | Command::Cancel { symbol, order } => {
            (command, exchange.venue_of(record.id.client.request(order), symbol))
        }
        Command::Spread { .. } => (command, Some(VenueId::HOME)),
        Command::Query { .. } => (command, None),
    }
}

/// The open venue that is farthest away.
fn farthest(venues: &[VenueState]) -> Option<VenueId> {
    let open = VenueId::first(venues.len()).zip(venues).filter(|(_, state)| state.open);
    open.max_by_key(|(venue, state)| (state.terms.latency, *venue)).map(|(venue, _)| venue)
}

/// What travels to venues and back, by the time when it arrives.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire {
    travelling: BTreeMap<(SimTime, u64), Wish>,
    sent: u64,
}

impl Wire {
    /// Something sets out, and arrives at this time.
    pub(super) fn push(&mut self, arrives: SimTime, wish: Wish) {
        self.sent += 1;
        self.travelling.insert((arrives, self.sent), wish);
    }

    /// What has arrived by now, one after the other.
    pub(super) fn pop(&mut self, now: SimTime) -> Option<Wish> {
        let first = self.travelling.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(first.remove())
    }

    /// When something arrives.
    pub(super) fn next(&self) -> SimTime {
        self.travelling.first_key_value().map_or(SimTime::NEVER, |((at, _), _)| *at)
    }

    /// How many messages are on it.
    pub(super) fn len(&self) -> usize {
        self.travelling.len()
    }
}

#[cfg(test)]
#[path = "venues_tests.rs"]
mod tests;
