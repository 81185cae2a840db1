//! Two venues: to which of them an order goes.
//!
//! Idea: the same instrument is traded in two places that differ in fee, in distance and in the size of a price step.
//! What counts for the client is what it pays or gets *after* the fee; only where that is equal does the load decide, and
//! then the distance. A venue that closes takes no new orders and is drained: its resting orders are cancelled, one
//! record each, so that every cancellation has its place in the log and its answer.
//! Units: prices in ticks of the instrument; a venue's own step is a whole number of them. Fees in hundredths of a
//! basis point (millionths of the notional), rounded against the client: a fee is never less than it is.
//! Shape: [`Router::choose`] is a pure function of quotes and loads; whoever knows them asks. The chosen venue's price is
//! the order's limit, moved to that venue's step *inwards* (down for a buyer, up for a seller): never worse than asked.
//! Bound: [`VENUES_MAX`] venues.
//! Left out: splitting one order over two venues.

use crate::domain::order::Side;
use crate::domain::time::SimDuration;
use crate::domain::units::{Price, Quantity};

/// Venues at most.
pub const VENUES_MAX: usize = 8;

/// One million: a fee is so many of these of the notional.
const MILLIONTHS: i128 = 1_000_000;

/// A venue, by its place in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct VenueId(pub u8);

/// What a venue is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Venue {
    /// What it takes of the notional, in millionths (100 = one basis point).
    pub fee_millionths: u32,
    /// How far away it is, one way.
    pub latency: SimDuration,
    /// Its price step, in ticks of the instrument, from 1.
    pub step_ticks: u32,
}

/// Whether a venue takes orders.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Door {
    /// It does.
    #[default]
    Open,
    /// It takes none and its resting orders are being cancelled.
    Draining,
    /// It takes none and holds none.
    Closed,
}

/// What is known of a venue when an order is routed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Quote {
    /// The best price on the order's other side, and how much there is of it; nothing if that side is empty.
    pub best: Option<(Price, Quantity)>,
    /// Orders sent there and not answered yet.
    pub in_flight: u32,
}

/// Where an order goes, and with which limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Route {
    /// The venue.
    pub venue: VenueId,
    /// The limit there; none for a market order.
    pub limit: Option<Price>,
    /// It may trade at once: the quote is within the limit.
    pub trades: bool,
}

/// The table of venues.
#[derive(Clone, Debug, Default)]
pub struct Router {
    venues: Vec<(Venue, Door, u32)>,
}

impl Router {
    /// These venues, all open and empty; what is beyond [`VENUES_MAX`] is left out.
    pub fn new(venues: impl IntoIterator<Item = Venue>) -> Self {
        let sound = |venue: Venue| Venue { step_ticks: venue.step_ticks.max(1), ..venue };
        Self { venues: venues.into_iter().take(VENUES_MAX).map(|venue| (sound(venue), Door::Open, 0)).collect() }
    }

    /// Where an order goes: to the best price after the fee, then to the lighter load, then to the nearer venue, then
    /// to the first. `quotes` are in the order of the table. Nowhere, if no venue is open or no limit fits.
    pub fn choose(&self, side: Side, limit: Option<Price>, quotes: &[Quote]) -> Option<Route> {
        let open = self.venues.iter().zip(quotes).enumerate().filter(|(_, ((_, door, _), _))| *door == Door::Open);
        let routes = open.filter_map(|(place, ((venue, ..), quote))| {
            let here = limit.map(|limit| on_step(limit, side, venue.step_ticks));
            if here.is_some_and(|here| here.0 <= 0) {
                return None;
            }
            let within = |price: Price| here.is_none_or(|here| reaches(side, here, price));
            let best = quote.best.map(|(price, _)| price).filter(|price| within(*price));
            // What trades now goes before what would rest; of what would rest, what keeps most of its limit.
            let resting = limit.zip(here).map_or(0, |(limit, here)| i128::from(limit.0.abs_diff(here.0)) * MILLIONTHS);
            let resting = resting + i128::from(venue.fee_millionths);
            let cost = best.map_or(resting, |price| cost(side, price, venue.fee_millionths));
            let route = Route { venue: VenueId(place as u8), limit: here, trades: best.is_some() };
            Some(((best.is_none(), cost, quote.in_flight, venue.latency, place), route))
        });
        routes.min_by_key(|(key, _)| *key).map(|(_, route)| route)
    }

    /// An order rests at a venue, or some no longer do.
    pub fn note_resting(&mut self, venue: VenueId, resting: u32) {
        if let Some((_, door, held)) = self.venues.get_mut(usize::from(venue.0)) {
            *held = resting;
            if *door == Door::Draining && resting == 0 {
                *door = Door::Closed;
            }
        }
    }

    /// The venue closes: no new orders from now on. How many resting ones must be cancelled.
    pub fn close(&mut self, venue: VenueId) -> u32 {
        let Some((_, door, held)) = self.venues.get_mut(usize::from(venue.0)) else { return 0 };
        if *door == Door::Open {
            *door = if *held == 0 { Door::Closed } else { Door::Draining };
        }
        *held
    }

    /// The venue opens again.
    pub fn open(&mut self, venue: VenueId) {
        if let Some((_, door, _)) = self.venues.get_mut(usize::from(venue.0)) {
            *door = Door::Open;
        }
    }

    /// Whether a venue takes orders; one that does not exist is closed.
    pub fn door(&self, venue: VenueId) -> Door {
        self.venues.get(usize::from(venue.0)).map_or(Door::Closed, |(_, door, _)| *door)
    }
}

/// What one lot costs a buyer, or minus what it brings a seller, in millionths of a tick: less is better.
fn cost(side: Side, price: Price, fee_millionths: u32) -> i128 {
    let (price, fee) = (i128::from(price.0), i128::from(fee_millionths));
    match side {
        Side::Buy => price * (MILLIONTHS + fee),
        Side::Sell => price * (fee - MILLIONTHS),
    }
}

/// The fee on a notional, in its own units, rounded up.
pub const fn fee(notional: i128, fee_millionths: u32) -> i128 {
    let exact = notional * fee_millionths as i128;
    exact / MILLIONTHS + (exact % MILLIONTHS > 0) as i128
}

/// The limit on a venue's step, never worse for the client than what it asked.
const fn on_step(limit: Price, side: Side, step: u32) -> Price {
    let below = limit.0 - limit.0.rem_euclid(step as i64);
    match side {
        Side::Buy => Price(below),
        Side::Sell if below == limit.0 => limit,
        Side::Sell => Price(below + step as i64),
    }
}

/// Whether a limit reaches a price on the other side.
const fn reaches(side: Side, limit: Price, price: Price) -> bool {
    match side {
        Side::Buy => price.0 <= limit.0,
        Side::Sell => price.0 >= limit.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEAR: Venue = Venue { fee_millionths: 300, latency: SimDuration::from_micros(200), step_ticks: 1 };
    const CHEAP: Venue = Venue { fee_millionths: 100, latency: SimDuration::from_micros(900), step_ticks: 5 };

    fn quote(price: i64, in_flight: u32) -> Quote {
        Quote { best: Some((Price(price), Quantity(9))), in_flight }
    }

    const EMPTY: Quote = Quote { best: None, in_flight: 0 };

    fn to(router: &Router, side: Side, limit: Option<i64>, quotes: [Quote; 2]) -> Option<(u8, Option<i64>, bool)> {
        let route = router.choose(side, limit.map(Price), &quotes)?;
        Some((route.venue.0, route.limit.map(|limit| limit.0), route.trades))
    }

    #[test]
    fn the_price_counts_after_the_fee() {
        let router = Router::new([NEAR, CHEAP]);
        for (what, side, near, cheap, expected) in [
            ("a tick dearer, and dearer with the fee", Side::Buy, 10_000, 10_010, 0),
            ("a tick dearer, and cheaper with the fee", Side::Buy, 10_000, 10_001, 1),
            ("the better bid by more than the fee", Side::Sell, 10_003, 10_000, 0),
            ("the better bid by less than the fee", Side::Sell, 10_001, 10_000, 1),
        ] {
            assert_eq!(
                to(&router, side, None, [quote(near, 0), quote(cheap, 9)]),
                Some((expected, None, true)),
                "{what}"
            );
        }
    }

    #[test]
    fn then_the_load_and_then_the_distance() {
        let far = Venue { latency: SimDuration::from_micros(500), ..NEAR };
        let router = Router::new([far, NEAR]);
        assert_eq!(to(&router, Side::Buy, None, [quote(100, 3), quote(100, 4)]), Some((0, None, true)));
        assert_eq!(to(&router, Side::Buy, None, [quote(100, 4), quote(100, 4)]), Some((1, None, true)));
    }

    #[test]
    fn what_trades_goes_before_what_would_rest() {
        let router = Router::new([NEAR, CHEAP]);
        assert_eq!(to(&router, Side::Buy, Some(100), [quote(100, 0), quote(101, 0)]), Some((0, Some(100), true)));
        assert_eq!(
            to(&router, Side::Buy, Some(99), [quote(100, 0), EMPTY]),
            Some((0, Some(99), false)),
            "a lower limit is no better price"
        );
    }

    #[test]
    fn a_limit_moves_to_the_step_of_its_venue_and_never_beyond_itself() {
        for (side, limit, expected) in [
            (Side::Buy, 104, Some((0, Some(100), false))),
            (Side::Buy, 105, Some((0, Some(105), false))),
            (Side::Sell, 104, Some((0, Some(105), false))),
            (Side::Sell, 105, Some((0, Some(105), false))),
            (Side::Buy, 4, None),
        ] {
            assert_eq!(to(&Router::new([CHEAP]), side, Some(limit), [EMPTY; 2]), expected, "{side:?} {limit}");
        }
    }

    #[test]
    fn a_closed_venue_gets_nothing_and_is_drained() {
        let mut router = Router::new([NEAR, CHEAP]);
        router.note_resting(VenueId(1), 2);
        assert_eq!(router.close(VenueId(1)), 2);
        assert_eq!(router.door(VenueId(1)), Door::Draining);
        assert_eq!(to(&router, Side::Buy, None, [quote(200, 9), quote(100, 0)]), Some((0, None, true)));
        router.note_resting(VenueId(1), 1);
        assert_eq!(router.door(VenueId(1)), Door::Draining);
        router.note_resting(VenueId(1), 0);
        assert_eq!(router.door(VenueId(1)), Door::Closed);
        router.close(VenueId(0));
        assert_eq!(to(&router, Side::Buy, None, [quote(200, 9), quote(100, 0)]), None, "nobody is open");
        router.open(VenueId(1));
        assert_eq!(to(&router, Side::Buy, None, [quote(200, 9), quote(100, 0)]), Some((1, None, true)));
    }

    #[test]
    fn a_fee_is_rounded_up() {
        for (notional, millionths, expected) in [(1_000_000, 300, 300), (1, 1, 1), (0, 300, 0), (1_000_001, 1, 2)] {
            assert_eq!(fee(notional, millionths), expected, "{notional}");
        }
    }
}
