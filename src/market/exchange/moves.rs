//! Moves: how a symbol leaves a group and how it comes to one, as records of the two logs.
//!
//! Idea: *freeze* packs all that belongs to the symbol, once, as a value: whoever leads later ships the same parts. *Own*
//! unpacks them. Between the two nobody carries out orders of the symbol; what was answered before is answered alike by
//! the old owner and by the new one, since the answers travel along.
//! Money: with *freeze* all lots of the symbol and the cash put aside for its bids leave this group, and count as sent; with
//! *own* they arrive, and count as received. Meanwhile they are in no purse and in no stock: they are on their way, as
//! cash is that another group lends, and no group can spend them twice. Each record is one change of one group's sums,
//! so a crash between any two of them changes nothing.
//! An order that waits for cash moves along and asks again at its new home; the transfer that it had asked for goes on, and what it brings
//! is free cash here.
//! Shape: `shift` for every record. Each may come twice, or late; what is of an older move changes nothing.
//! Sources: ADR-0003.

use std::sync::Arc;

use super::Exchange;
use super::listing::Listing;
use crate::domain::digest::Digest;
use crate::domain::fact::Money;
use crate::domain::ids::{AccountId, SymbolId};
use crate::domain::moving::{Goods, Moving, OrderGoods, PART_GOODS_MAX, Parcel, Shipment, WaitingGoods};
use crate::domain::order::Side;
use crate::domain::units::{Price, Quantity};
use crate::domain::venue::{VENUES_MAX, VenueId};
use crate::domain::why::Why;
use crate::market::accounts::Stock;
use crate::market::book::{Book, Incoming};
use crate::market::shipments::{Moved, Shipments};

impl Exchange {
    /// Symbols that leave and symbols that come.
    pub const fn shipments(&self) -> &Shipments {
        &self.shipments
    }

    /// Whether it carries out orders of a symbol.
    ///
    /// # Errors
    /// The symbol is on its way, belongs to another group, or does not exist.
    pub fn serves(&self, symbol: SymbolId) -> Result<(), Why> {
        self.place_of(symbol)?;
        if self.shipments.freezes(symbol) { Err(Why::Moving) } else { Ok(()) }
    }

    /// A step of a move is applied; what it came to, whether the book that it touched is sound, and the money.
    pub fn shift(&mut self, moving: &Moving) -> (Moved, bool, Money) {
        let symbol = moving.shipment().symbol;
        let moved = match moving {
            Moving::Freeze(shipment) => self.freeze(*shipment),
            Moving::Take(parcel) => self.take(parcel),
            Moving::Own(shipment) => self.own(shipment),
            Moving::Drop { shipment, known } => {
                if self.shipments.drop(shipment, *known) {
                    self.delist(shipment.symbol);
                    Moved::Dropped
                } else {
                    Moved::Nothing
                }
            }
        };
        let word = match moved {
            Moved::Nothing => 0,
            Moved::Frozen => 1,
            Moved::Busy => 2,
            Moved::Owned => 3,
            Moved::Dropped => 4,
            Moved::Taken(parts) => 5 | u64::from(parts) << 8,
        };
        self.chain = self.chain.mix(Digest(word).mix(moving.digest().0).0 ^ self.accounts.trace());
        self.version = self.version.next();
        let touched = self.place_of(symbol).ok().map(|place| &self.listings[place]);
        let sound = touched.is_none_or(|listing| listing.books.is_sound());
        let balanced = touched.is_none_or(Listing::is_covered) && self.is_balanced();
        (moved, sound, self.money(balanced))
    }

    fn freeze(&mut self, shipment: Shipment) -> Moved {
        let symbol = shipment.symbol;
        let Ok(place) = self.place_of(symbol) else { return Moved::Nothing };
        if self.shipments.freezes(symbol) || !self.shipments.is_news(&shipment) {
            return Moved::Nothing;
        }
        if self.transactions.concerns(symbol) {
            return Moved::Busy;
        }
        let mut goods = Vec::new();
        let Listing { books, stock, .. } = &self.listings[place];
        for (venue, book) in books.iter() {
            if venue != VenueId::HOME {
                goods.push(Goods::Venue(venue));
            }
            book.pack(&mut goods);
        }
        stock.pack(&mut goods);
        for (owner, cash) in goods.iter().filter_map(|goods| owed(stock, goods)) {
            self.accounts.ship(owner, cash);
        }
        self.accounts.ship_lots(stock.lots());
        self.room.pack(symbol, &mut goods);
        let endings = self.finished.of_symbol(symbol);
        goods.extend(endings.map(|(id, status, filled)| Goods::Ending { id, status, filled }));
        self.sessions.pack(&mut goods);
        self.shipments.freeze(shipment, Parcel::parts(shipment, &goods, PART_GOODS_MAX));
        Moved::Frozen
    }

    fn take(&mut self, parcel: &Arc<Parcel>) -> Moved {
        let shipment = parcel.shipment;
        if !self.shipments.is_news(&shipment) {
            return Moved::Nothing;
        }
        // It comes back before this group has heard that it was gone: whoever sends it owned it meanwhile.
        let stale =
            self.shipments.leaving().iter().map(|leaving| leaving.shipment).find(|of| of.symbol == shipment.symbol);
        if let Some(gone) = stale {
            self.shipments.drop(&gone, shipment.epoch);
            self.delist(shipment.symbol);
        }
        if self.place_of(shipment.symbol) != Err(Why::NotOwner) {
            return Moved::Nothing;
        }
        Moved::Taken(self.shipments.take(parcel))
    }

    fn own(&mut self, shipment: &Shipment) -> Moved {
        if self.place_of(shipment.symbol) != Err(Why::NotOwner) {
            return Moved::Nothing;
        }
        let Some(parts) = self.shipments.own(shipment) else { return Moved::Nothing };
        let symbol = shipment.symbol;
        let opening = *self.accounts.opening();
        let mut listing = Listing::new(symbol);
        let (mut waiting, mut venue) = (Vec::new(), VenueId::HOME);
        for goods in parts.iter().flat_map(|part| part.goods()) {
            if let Some((owner, cash)) = owed(&listing.stock, goods) {
                let brought = self.accounts.unship(owner, cash);
                assert!(brought.is_ok(), "who has an account in one group may have one in every group");
            }
            match goods {
                Goods::Venue(next) => venue = *next,
                Goods::Book(figures) => *listing.books.at(venue) = Book::unpack(figures),
                Goods::Order(order) => listing.books.at(venue).unpack_order(order),
                Goods::Trade { price, quantity, side } => {
                    listing.books.at(venue).unpack_trade(*price, *quantity, *side);
                }
                Goods::Ending { id, status, filled } => self.finished.restore(*id, symbol, *status, *filled),
                Goods::Floor { client, floor } => self.sessions.unpack_floor(*client, *floor),
                Goods::Answer { id, verdict } => self.sessions.unpack_answer(*id, *verdict),
                Goods::Holding(holding) => listing.stock.unpack(holding, &opening),
                Goods::Waiting(order) => waiting.push((order.venue, buy(order))),
            }
        }
        debug_assert!(listing.books.audit() && listing.stock.audit(&opening), "what was unpacked adds up");
        VenueId::first(VENUES_MAX).for_each(|venue| listing.books.note(venue));
        self.accounts.unship_lots(listing.stock.lots());
        self.list(listing);
        for (venue, order) in waiting {
            self.try_again((symbol, venue), order, 0);
        }
        Moved::Owned
    }

    /// A symbol joins those that it owns.
    fn list(&mut self, listing: Listing) {
        let place = self.listings.partition_point(|other| other.symbol < listing.symbol);
        self.listings.insert(place, listing);
        self.number_from(place);
    }

    /// A symbol leaves those that it owns.
    fn delist(&mut self, symbol: SymbolId) {
        let Ok(place) = self.place_of(symbol) else { return };
        self.listings.remove(place);
        self.places[usize::from(symbol.0)] = None;
        self.room.forget(symbol);
        self.number_from(place);
    }

    fn number_from(&mut self, first: usize) {
        for (place, listing) in self.listings.iter().enumerate().skip(first) {
            let number = usize::from(listing.symbol.0);
            if self.places.len() <= number {
                self.places.resize(number + 1, None);
            }
            self.places[number] = Some(place as u16);
        }
    }
}

/// Who owns an order, and the cash that goes with it: what a bid may cost, and nothing for an offer, whose lots go with its
/// owner's position.
fn owed(stock: &Stock, goods: &Goods) -> Option<(AccountId, i128)> {
    let Goods::Order(OrderGoods { owner, side, price, left, .. }) = *goods else { return None };
    let cash = match side {
        Side::Buy => stock.notional(Price(i64::from(price)), Quantity(u64::from(left))),
        Side::Sell => 0,
    };
    Some((owner, cash))
}

/// Only a buy waits for cash.
const fn buy(goods: &WaitingGoods) -> Incoming {
    let WaitingGoods { id, order_type, quantity, time_in_force, .. } = *goods;
    Incoming { id, owner: id.client.account(), side: Side::Buy, order_type, quantity, time_in_force }
}
