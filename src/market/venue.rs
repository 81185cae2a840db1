//! Venues: to which of them an order goes.
//!
//! Idea: the same instrument is traded in two places that differ in fee, in distance and in the size of a price step.
//! What counts for the client is what it pays or gets *after* the fee; only where that is equal does the load decide, and
//! then the distance. What can trade at once goes before what would rest; what would rest goes where its limit keeps most
//! of its worth, then to the lower fee.
//! Who asks: a gateway, by the books of its own node's replica, which may be a little old, and by what it has on its way to
//! each venue (`node::venues`); and the group itself, by its books as they are, for an order that nobody has sent anywhere,
//! or that finds its venue closed (`exchange::venues`). Both books of a symbol belong to one group, so whichever venue an
//! order is sent to, first or when it is sent again, it meets the same session, and counts once (ADR-0005).
//! Units: prices in ticks of the instrument; a venue's own step is a whole number of them. Fees in millionths of the
//! notional, rounded against the client: a fee is never less than it is.
//! Shape: [`choose`] is a pure function of doors, quotes and loads. The chosen venue's price is the order's limit, moved to
//! that venue's step *inwards* (down for a buyer, up for a seller): never worse than asked.
//! Bound: [`VENUES_MAX`] venues.
//! Left out: splitting one order over two venues; how much there is at the best price.

use crate::domain::order::Side;
use crate::domain::units::{Price, Quantity};
pub use crate::domain::venue::{Door, VENUES_MAX, Venue, VenueId, VenueState};

/// One million: a fee is so many of these of the notional.
const MILLIONTHS: i128 = 1_000_000;

/// What is known of a venue when an order is routed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Quote {
    /// The best price on the order's other side, and how much there is of it; nothing if that side is empty.
    pub best: Option<(Price, Quantity)>,
    /// How busy it is: orders sent there and not answered yet, or whatever else whoever asks can count.
    pub load: u32,
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

/// Where an order goes: to the best price after the fee, then to the lighter load, then to the nearer venue, then to the
/// first. `quotes` are in the order of the table. Nowhere, if no venue is open or no limit fits.
pub fn choose(venues: &[VenueState], side: Side, limit: Option<Price>, quotes: &[Quote]) -> Option<Route> {
    let open = VenueId::first(venues.len()).zip(venues).zip(quotes).filter(|((_, state), _)| state.open);
    let routes = open.filter_map(|((id, VenueState { terms: venue, .. }), quote)| {
        let here = limit.map(|limit| on_step(limit, side, venue.step_ticks));
        if here.is_some_and(|here| here.0 <= 0) {
            return None;
        }
        let within = |price: Price| here.is_none_or(|here| reaches(side, here, price));
        let best = quote.best.map(|(price, _)| price).filter(|price| within(*price));
        // What trades now goes before what would rest; of what would rest, what keeps most of its limit.
        let lost = limit.zip(here).map_or(0, |(limit, here)| limit.0.abs_diff(here.0));
        let resting = (i128::from(lost) * MILLIONTHS, i128::from(venue.fee_millionths));
        let cost = best.map_or(resting, |price| (cost(side, price, venue.fee_millionths), 0));
        let route = Route { venue: id, limit: here, trades: best.is_some() };
        Some(((best.is_none(), cost, quote.load, venue.latency, id), route))
    });
    routes.min_by_key(|(key, _)| *key).map(|(_, route)| route)
}

/// Whether a limit stands on a venue's step.
pub const fn is_on_step(limit: Price, step_ticks: u32) -> bool {
    limit.0 % step_ticks as i64 == 0
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
    use proptest::prelude::*;

    use super::*;
    use crate::domain::time::SimDuration;

    const NEAR: Venue = Venue { fee_millionths: 300, latency: SimDuration::from_micros(200), step_ticks: 1 };
    const CHEAP: Venue = Venue { fee_millionths: 100, latency: SimDuration::from_micros(900), step_ticks: 5 };

    fn table(venues: [Venue; 2]) -> [VenueState; 2] {
        venues.map(VenueState::new)
    }

    fn quote(price: i64, load: u32) -> Quote {
        Quote { best: Some((Price(price), Quantity(9))), load }
    }

    const EMPTY: Quote = Quote { best: None, load: 0 };

    fn to(
        venues: &[VenueState],
        side: Side,
        limit: Option<i64>,
        quotes: [Quote; 2],
    ) -> Option<(u8, Option<i64>, bool)> {
        let route = choose(venues, side, limit.map(Price), &quotes)?;
        Some((route.venue.0, route.limit.map(|limit| limit.0), route.trades))
    }

    #[test]
    fn the_price_counts_after_the_fee() {
        let venues = table([NEAR, CHEAP]);
        for (what, side, near, cheap, expected) in [
            ("a tick dearer, and dearer with the fee", Side::Buy, 10_000, 10_010, 0),
            ("a tick dearer, and cheaper with the fee", Side::Buy, 10_000, 10_001, 1),
            ("the better bid by more than the fee", Side::Sell, 10_003, 10_000, 0),
            ("the better bid by less than the fee", Side::Sell, 10_001, 10_000, 1),
        ] {
            let quotes = [quote(near, 0), quote(cheap, 9)];
            assert_eq!(to(&venues, side, None, quotes), Some((expected, None, true)), "{what}");
        }
    }

    #[test]
    fn then_the_load_and_then_the_distance() {
        let far = Venue { latency: SimDuration::from_micros(500), ..NEAR };
        let venues = table([far, NEAR]);
        assert_eq!(to(&venues, Side::Buy, None, [quote(100, 3), quote(100, 4)]), Some((0, None, true)));
        assert_eq!(to(&venues, Side::Buy, None, [quote(100, 4), quote(100, 4)]), Some((1, None, true)));
    }

    #[test]
    fn what_trades_goes_before_what_would_rest() {
        let venues = table([NEAR, CHEAP]);
        assert_eq!(to(&venues, Side::Buy, Some(100), [quote(100, 0), quote(101, 0)]), Some((0, Some(100), true)));
        let rests = to(&venues, Side::Buy, Some(99), [quote(100, 0), EMPTY]);
        assert_eq!(rests, Some((0, Some(99), false)), "a lower limit is no better price");
        let on_both = to(&venues, Side::Buy, Some(95), [quote(100, 0), EMPTY]);
        assert_eq!(on_both, Some((1, Some(95), false)), "at the same limit the lower fee");
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
            let venues = table([CHEAP; 2]);
            assert_eq!(to(&venues[..1], side, Some(limit), [EMPTY; 2]), expected, "{side:?} {limit}");
        }
        assert!(is_on_step(Price(105), 5) && !is_on_step(Price(104), 5));
    }

    #[test]
    fn a_closed_venue_gets_nothing() {
        let mut venues = table([NEAR, CHEAP]);
        let quotes = [quote(200, 9), quote(100, 0)];
        assert_eq!(to(&venues, Side::Buy, None, quotes), Some((1, None, true)));
        venues[1].open = false;
        assert_eq!(to(&venues, Side::Buy, None, quotes), Some((0, None, true)));
        venues[0].open = false;
        assert_eq!(to(&venues, Side::Buy, None, quotes), None, "nobody is open");
    }

    #[test]
    fn a_fee_is_rounded_up() {
        for (notional, millionths, expected) in [(1_000_000, 300, 300), (1, 1, 1), (0, 300, 0), (1_000_001, 1, 2)] {
            assert_eq!(fee(notional, millionths), expected, "{notional}");
        }
    }

    proptest! {
        /// Held against every other open venue, one by one.
        #[test]
        fn no_open_venue_would_have_been_better(
            terms in proptest::collection::vec((0_u32..500, 0_u64..3, 1_u32..7, any::<bool>()), 1..=VENUES_MAX),
            prices in proptest::collection::vec((1_i64..60, 0_u32..3, any::<bool>()), VENUES_MAX),
            buys in any::<bool>(),
            limit in proptest::option::of(1_i64..60),
        ) {
            let side = if buys { Side::Buy } else { Side::Sell };
            let venues: Vec<_> = terms
                .iter()
                .map(|(fee_millionths, latency, step_ticks, open)| VenueState {
                    open: *open,
                    ..VenueState::new(Venue {
                        fee_millionths: *fee_millionths * 100,
                        latency: SimDuration(*latency),
                        step_ticks: *step_ticks,
                    })
                })
                .collect();
            let quotes: Vec<_> = prices
                .iter()
                .map(|(price, load, some)| Quote { best: some.then_some((Price(*price), Quantity(1))), load: *load })
                .collect();
            let chosen = choose(&venues, side, limit.map(Price), &quotes);
            let alone = |place: usize| {
                let only: Vec<_> =
                    venues.iter().enumerate().map(|(at, v)| VenueState { open: v.open && at == place, ..*v }).collect();
                choose(&only, side, limit.map(Price), &quotes)
            };
            let others: Vec<_> = (0..venues.len()).filter_map(alone).collect();
            let Some(chosen) = chosen else { prop_assert!(others.is_empty()); return Ok(()) };
            prop_assert!(venues[chosen.venue.index()].open);
            if let (Some(asked), Some(got)) = (limit, chosen.limit) {
                prop_assert!(if buys { got.0 <= asked } else { got.0 >= asked }, "never worse than asked");
                prop_assert!(is_on_step(got, venues[chosen.venue.index()].terms.step_ticks));
            }
            let paid = |route: &Route| {
                let (price, _) = quotes[route.venue.index()].best.unwrap();
                cost(side, price, venues[route.venue.index()].terms.fee_millionths)
            };
            for other in &others {
                prop_assert!(chosen.trades || !other.trades);
                if chosen.trades && other.trades {
                    prop_assert!(paid(&chosen) <= paid(other), "{chosen:?} {other:?}");
                    let load = |route: &Route| quotes[route.venue.index()].load;
                    prop_assert!(paid(&chosen) < paid(other) || load(&chosen) <= load(other));
                }
            }
        }
    }
}
