//! Venues on the screen.
//!
//! Bound: `VENUES_MAX` venues; none where there is no choice.

use crate::domain::venue::{Door, Venue, VenueCounts, VenueId};

/// The venues among which there is a choice.
#[derive(Clone, Debug, Default)]
pub struct VenuesView {
    /// In the order of the table.
    pub venues: Vec<VenueView>,
}

/// A venue.
#[derive(Clone, Copy, Debug)]
pub struct VenueView {
    /// Which.
    pub venue: VenueId,
    /// What it is like.
    pub terms: Venue,
    /// Whether it takes orders, by the map; draining until no group holds or takes any.
    pub door: Door,
    /// What it has done, over all groups.
    pub counts: VenueCounts,
    /// Orders that rest there.
    pub resting: u64,
    /// Requests on their way there, over all gateways.
    pub in_flight: u64,
}
