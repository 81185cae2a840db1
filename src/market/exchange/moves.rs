//! Moves: how a symbol leaves a group and how it comes to one, as records of the two logs.
//!
//! Idea: *freeze* packs all that belongs to the symbol, once, as a value: whoever leads later ships the same parts. *Own*
//! unpacks them. Between the two nobody carries out orders of the symbol; what was answered before is answered alike by
//! the old owner and by the new one, since the answers travel along.
//! Shape: `shift` for every record. Each may come twice, or late; what is of an older move changes nothing.
//! Sources: ADR-0003.

use std::sync::Arc;

use super::{Exchange, Listing};
use crate::domain::digest::Digest;
use crate::domain::ids::SymbolId;
use crate::domain::moving::{Goods, Moving, PART_GOODS_MAX, Parcel, Shipment};
use crate::domain::venue::VenueId;
use crate::domain::why::Why;
use crate::market::book::Book;
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

    /// A step of a move is applied; what it came to, and whether the book that it touched is sound.
    pub fn shift(&mut self, moving: &Moving) -> (Moved, bool) {
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
        self.chain = self.chain.mix(Digest(word).mix(moving.digest().0).0);
        (moved, self.place_of(symbol).map_or(true, |place| self.listings[place].is_sound()))
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
        for (venue, book) in self.listings[place].books() {
            if venue != VenueId::HOME {
                goods.push(Goods::Venue(venue));
            }
            book.pack(&mut goods);
        }
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
        let mut listing = Listing::new(shipment.symbol);
        let mut venue = VenueId::HOME;
        for goods in parts.iter().flat_map(|part| part.goods()) {
            match goods {
                Goods::Venue(next) => venue = *next,
                Goods::Book(figures) => *listing.at(venue) = Book::unpack(figures),
                Goods::Order(order) => listing.at(venue).unpack_order(order),
                Goods::Trade { price, quantity, side } => listing.at(venue).unpack_trade(*price, *quantity, *side),
                Goods::Ending { id, status, filled } => self.finished.push(*id, shipment.symbol, *status, *filled),
                Goods::Floor { client, floor } => self.sessions.unpack_floor(*client, *floor),
                Goods::Answer { id, verdict } => self.sessions.unpack_answer(*id, *verdict),
            }
        }
        debug_assert!(listing.books().all(|(_, book)| book.audit()), "a book that was unpacked adds up");
        self.list(listing);
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
