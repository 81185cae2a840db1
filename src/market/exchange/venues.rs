//! Venues in a group: a book each, doors, the fees of their trades, and the drain of one that closes.
//!
//! Idea: a symbol's books at all venues are in one state machine, so an order that comes to a closed door is sent on to
//! the best open one by the same record that would have placed it: nothing has to travel back, and no replica can decide
//! otherwise. A door is a record (`VenueStep::Door`); what rests behind a closed one is cancelled by further records
//! (`Drain`), a bounded number each, in the order of symbols, buyers first, best price first, oldest first. A leader logs
//! them for as long as it finds something to cancel, so one that dies in the middle leaves the rest to the next.
//! The rule of the drain: *cancelled, with notice*. What rested was priced for its venue's step and its place in that
//! queue; to put it elsewhere would be a new order that its owner did not give. Orders still on their way have no place
//! to lose: they are rerouted.
//! What waits: an order of which a spread holds a part is left until that is decided; a symbol that is on its way to
//! another group (`moves`) is drained there, or its parcel would bring back what was cancelled here.
//! Units: fees in cash of the account's currency, of each side, rounded up once a trade and side.
//! Bound: `VENUES_MAX` books a symbol, all but the first made when something comes to them.
//! Left out: legs of spreads at other venues than the first.

use super::Exchange;
use super::listing::Listing;
use crate::domain::digest::Digest;
use crate::domain::fact::Money;
use crate::domain::ids::{RequestId, SymbolId};
use crate::domain::order::{OrderStatus, OrderType, Side, Verdict};
use crate::domain::units::{Cash, Price, Quantity};
use crate::domain::venue::{DRAIN_ORDERS_MAX, Door, Stepped, VenueCounts, VenueId, VenueState, VenueStep};
use crate::domain::why::Why;
use crate::market::book::{Book, Incoming};
use crate::market::venue::{Quote, choose, fee, is_on_step};

/// The venues of a group; none if there is no choice.
#[derive(Clone, Debug, Default)]
pub(super) struct Venues {
    states: Vec<VenueState>,
    tills: Vec<Till>,
}

/// What a venue has taken, and how far its drain is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Till {
    counts: VenueCounts,
    fee_millionths: u32,
    /// Orders cancelled since it closed.
    drained: u64,
}

impl Till {
    /// A trade: what each of its sides is billed.
    pub(super) const fn take(&mut self, notional: i128, quantity: Quantity) -> i128 {
        let fee = fee(notional, self.fee_millionths);
        self.counts.fills += 1;
        self.counts.lots += quantity.0;
        self.counts.fees.0 += 2 * fee;
        fee
    }
}

impl Venues {
    /// The till of a venue, where fees are taken.
    pub(super) fn till(&mut self, venue: VenueId) -> Option<&mut Till> {
        self.tills.get_mut(venue.index())
    }

    /// How many there are to choose from.
    pub(super) const fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether orders are taken there; where there is no choice they always are.
    pub(super) fn takes(&self, venue: VenueId) -> bool {
        self.states.get(venue.index()).is_none_or(|state| state.open)
    }

    fn step_ticks(&self, venue: VenueId) -> u32 {
        self.states.get(venue.index()).map_or(1, |state| state.terms.step_ticks)
    }
}

impl Exchange {
    /// With these venues to choose from, as they were when the cluster began.
    #[must_use]
    pub fn with_venues(self, states: &[VenueState]) -> Self {
        let till = |state: &VenueState| Till { fee_millionths: state.terms.fee_millionths, ..Till::default() };
        Self { venues: Venues { states: states.to_vec(), tills: states.iter().map(till).collect() }, ..self }
    }

    /// The venues as this group knows them.
    pub fn venues(&self) -> &[VenueState] {
        &self.venues.states
    }

    /// What a venue has done here.
    pub fn venue_counts(&self, venue: VenueId) -> VenueCounts {
        self.venues.tills.get(venue.index()).map(|till| till.counts).unwrap_or_default()
    }

    /// How many orders rest at a venue.
    pub fn resting_at(&self, venue: VenueId) -> u64 {
        let at = self.listings.iter().filter_map(|listing| listing.books.get(venue));
        at.map(|book| u64::from(book.resting())).sum()
    }

    /// Whether a venue takes orders here, and whether it still holds some.
    pub fn door(&self, venue: VenueId) -> Door {
        match self.venues.states.get(venue.index()) {
            Some(state) if state.open => Door::Open,
            Some(_) if self.resting_at(venue) > 0 => Door::Draining,
            _ => Door::Closed,
        }
    }

    /// The best price of a symbol's other side at each venue, for an order of this side.
    pub fn quotes(&self, symbol: SymbolId, side: Side) -> Vec<Quote> {
        let Ok(place) = self.place_of(symbol) else { return vec![Quote::default(); self.venues.len()] };
        let books = &self.listings[place].books;
        let quote = |venue| books.get(venue).map_or(Quote::default(), |book| quote(book, side));
        VenueId::first(self.venues.len()).map(quote).collect()
    }

    /// The book of a symbol at a venue, if something has ever come there.
    pub fn book_at(&self, symbol: SymbolId, venue: VenueId) -> Option<&Book> {
        self.listings[self.place_of(symbol).ok()?].books.get(venue)
    }

    /// The venue at which an order rests.
    pub fn venue_of(&self, order: RequestId, symbol: SymbolId) -> Option<VenueId> {
        self.listings[self.place_of(symbol).ok()?].books.venue_of(order)
    }

    /// To which venue a new order goes: where it was sent, if that is open, else to the best that is.
    ///
    /// # Errors
    /// Nothing is open, or its price is on no step.
    pub(super) fn admit_to(
        &mut self,
        place: usize,
        sent_to: Option<VenueId>,
        order: &mut Incoming,
    ) -> Result<VenueId, Why> {
        if self.venues.len() == 0 {
            return Ok(VenueId::HOME);
        }
        let sent_to = sent_to.filter(|venue| venue.index() < self.venues.len());
        let venue = match sent_to.filter(|venue| self.venues.takes(*venue)) {
            Some(venue) => self.on_step(venue, order.order_type).map(|()| venue),
            None => self.reroute(place, order),
        };
        let told = venue.unwrap_or(sent_to.unwrap_or(VenueId::HOME));
        if let Some(till) = self.venues.tills.get_mut(told.index()) {
            till.counts.orders += u64::from(venue.is_ok());
            till.counts.refused += u64::from(venue.is_err());
        }
        if let Some(till) =
            sent_to.filter(|sent| venue.is_ok_and(|venue| venue != *sent)).and_then(|v| self.venues.till(v))
        {
            till.counts.rerouted += 1;
        }
        venue
    }

    /// Where an order that waited goes: where it was to go, if that is still open, else to the best that is.
    pub(super) fn still_to(&self, place: usize, venue: VenueId, order: &mut Incoming) -> Result<VenueId, Why> {
        if self.venues.takes(venue) { Ok(venue) } else { self.reroute(place, order) }
    }

    fn on_step(&self, venue: VenueId, order_type: OrderType) -> Result<(), Why> {
        match order_type {
            OrderType::Limit(limit) if !is_on_step(limit, self.venues.step_ticks(venue)) => Err(Why::OffStep),
            OrderType::Limit(_) | OrderType::Market => Ok(()),
        }
    }

    /// The best open venue by the books as they are; the order's limit moves to its step.
    fn reroute(&self, place: usize, order: &mut Incoming) -> Result<VenueId, Why> {
        if self.venues.states.iter().all(|state| !state.open) {
            return Err(Why::VenueClosed);
        }
        let limit = match order.order_type {
            OrderType::Limit(limit) => Some(limit),
            OrderType::Market => None,
        };
        let quotes = self.quotes(self.listings[place].symbol, order.side);
        let route = choose(&self.venues.states, order.side, limit, &quotes).ok_or(Why::OffStep)?;
        if let Some(limit) = route.limit {
            order.order_type = OrderType::Limit(limit);
        }
        Ok(route.venue)
    }

    /// Whether an order that rests at a venue may get this price there.
    pub(super) fn may_replace(&self, venue: VenueId, price: Price) -> Result<(), Why> {
        if self.venues.takes(venue) { self.on_step(venue, OrderType::Limit(price)) } else { Err(Why::VenueClosed) }
    }

    /// Whether a closed venue holds something here that can be cancelled now.
    pub fn is_drainable(&self, venue: VenueId) -> bool {
        !self.venues.takes(venue) && !self.to_drain(venue, 1).is_empty()
    }

    /// The first orders at a venue that nothing is held of and whose symbol stays.
    fn to_drain(&self, venue: VenueId, most: usize) -> Vec<(usize, RequestId)> {
        let orders = self.listings.iter().enumerate().flat_map(|(place, listing)| {
            let holds = |book: &&Book| book.resting() > 0 && !self.shipments.freezes(listing.symbol);
            let book = listing.books.get(venue).filter(holds);
            let orders = book.into_iter().flat_map(|book| {
                let both = [Side::Buy, Side::Sell].into_iter().flat_map(|side| book.orders(side));
                both.map(|(_, order)| order.id()).filter(|id| book.held(*id).is_zero())
            });
            orders.map(move |order| (place, order))
        });
        orders.take(most).collect()
    }

    /// A record about a venue is applied; what it came to, whether the books are sound, and the money.
    pub fn step_venue(&mut self, step: &VenueStep) -> (Stepped, bool, Money) {
        let mut stepped = Stepped::default();
        let (venue, was) = match *step {
            VenueStep::Door { venue, .. } | VenueStep::Drain { venue } => (venue, self.door(venue)),
        };
        match *step {
            VenueStep::Door { open, turn, .. } => {
                let newer = self.venues.states.get_mut(venue.index()).filter(|state| turn > state.turn);
                if let Some(state) = newer {
                    (state.open, state.turn) = (open, turn);
                    if let Some(till) = self.venues.till(venue) {
                        till.drained = 0;
                    }
                }
            }
            VenueStep::Drain { .. } => stepped.ended = self.drain(venue),
        }
        let shut = was != Door::Closed && self.door(venue) == Door::Closed;
        stepped.drained = self.venues.till(venue).map(|till| till.drained).filter(|_| shut);
        let ended = stepped.ended.iter().fold(Digest(stepped.ended.len() as u64), |digest, (id, verdict)| {
            let name = digest.mix(u64::from(id.client.0)).mix(id.sequence.0);
            crate::domain::digest::of_verdict(name, verdict)
        });
        self.chain = self.chain.mix(step.digest().mix(ended.0).0 ^ self.accounts.trace());
        self.version = self.version.next();
        let sound = self.listings.iter().all(|listing| listing.books.is_sound());
        let balanced = self.listings.iter().all(Listing::is_covered) && self.is_balanced();
        (stepped, sound, self.money(balanced))
    }

    /// Cancels the first orders at a closed venue.
    fn drain(&mut self, venue: VenueId) -> Vec<(RequestId, Verdict)> {
        if self.venues.takes(venue) {
            return Vec::new(); // It opened again before this record was applied.
        }
        let mut ended = Vec::new();
        for (place, order) in self.to_drain(venue, DRAIN_ORDERS_MAX) {
            let &mut Listing { symbol, ref mut books, ref mut stock } = &mut self.listings[place];
            let Some((Verdict { filled, resting, .. }, Some(was))) = books.at(venue).take_back(order) else { continue };
            self.accounts.release(stock, was.owner, was.side, (was.price, was.quantity));
            let status = OrderStatus::Stopped(Why::VenueClosed);
            self.finished.push(order, symbol, status, filled);
            ended.push((order, Verdict { status, filled, resting }));
        }
        if let Some(till) = self.venues.till(venue) {
            till.drained += ended.len() as u64;
            till.counts.drained += ended.len() as u64;
        }
        ended
    }

    /// What all venues took here.
    pub fn fees(&self) -> Cash {
        Cash(self.venues.tills.iter().map(|till| till.counts.fees.0).sum())
    }
}

fn quote(book: &Book, side: Side) -> Quote {
    let best = book.depth(side.opposite()).next().map(|level| (level.price, level.quantity));
    Quote { best, load: book.resting() }
}

#[cfg(test)]
#[path = "venues_tests.rs"]
mod tests;
