//! Venues for the screen, and the control that opens and closes them.
//!
//! Idea: a control is a wish, as for members: whoever leads `meta` writes it into the map, now or after a failover, and the
//! leaders of the groups do what follows (`node::tasks::venue_control`). A wish carries the turn of the door that it asks for, so a later
//! one stands whichever is written first.
//! What the screen shows is summed over the most advanced replica of each group, and over all gateways.
//! Errors: a refusal is an event, as of every control.

use crate::domain::ids::EventId;
use crate::domain::map::MapChange;
use crate::domain::units::Cash;
use crate::domain::venue::{Door, VenueCounts, VenueId, VenueState};
use crate::domain::view::{VenueView, VenuesView};
use crate::domain::why::Why;
use crate::market::exchange::Exchange;

use super::world::World;

impl World {
    /// A venue opens, or closes.
    pub(super) fn set_venue(&mut self, venue: VenueId, open: bool, cause: Option<EventId>) -> Result<(), Why> {
        let known = self.newest_map().venues.get(venue.index()).ok_or(Why::UnknownVenue)?;
        let wished = self.basis.wishes.iter().filter_map(|wish| match wish {
            MapChange::Door { venue: other, open, turn } if *other == venue => Some((*turn, *open)),
            _ => None,
        });
        let (turn, is_open) = wished.chain([(known.turn, known.open)]).max().unwrap_or_default();
        if is_open == open {
            return Err(Why::AlreadySo);
        }
        self.wish(MapChange::Door { venue, open, turn: turn + 1 }, cause);
        Ok(())
    }

    /// The venues; none if there is no choice of them.
    pub fn venues_view(&self) -> VenuesView {
        let states = &self.newest_map().venues;
        if states.is_empty() {
            return VenuesView::default();
        }
        let ahead = self.groups.iter().filter_map(|(group, _)| self.most_advanced(group));
        let exchanges: Vec<&Exchange> = ahead.map(|(_, exchange)| exchange).collect();
        let rows = VenueId::first(states.len()).zip(states);
        VenuesView { venues: rows.map(|(venue, state)| self.venue_view(venue, state, &exchanges)).collect() }
    }

    fn venue_view(&self, venue: VenueId, state: &VenueState, exchanges: &[&Exchange]) -> VenueView {
        let resting = exchanges.iter().map(|exchange| exchange.resting_at(venue)).sum();
        let counts = exchanges.iter().map(|exchange| exchange.venue_counts(venue)).fold(VenueCounts::default(), sum);
        let nodes = self.nodes.iter().filter(|slot| slot.runs()).filter_map(|slot| slot.node.as_ref());
        let in_flight = nodes.map(|node| u64::from(node.to_venues()[venue.index()])).sum();
        let shut = exchanges.iter().all(|exchange| exchange.door(venue) != Door::Open);
        let door = match (state.open, resting) {
            (true, _) => Door::Open,
            (false, 0) if shut => Door::Closed,
            (false, _) => Door::Draining,
        };
        VenueView { venue, terms: state.terms, door, counts, resting, in_flight }
    }
}

fn sum(one: VenueCounts, other: VenueCounts) -> VenueCounts {
    VenueCounts {
        orders: one.orders + other.orders,
        fills: one.fills + other.fills,
        lots: one.lots + other.lots,
        fees: Cash(one.fees.0 + other.fees.0),
        drained: one.drained + other.drained,
        rerouted: one.rerouted + other.rerouted,
        refused: one.refused + other.refused,
    }
}
