//! Shipments: what a group remembers of symbols that leave it and of symbols that come.
//!
//! Idea: two short lists, part of the replicated state, and a mark a symbol. *Leaving* symbols are frozen here and packed;
//! *arriving* ones are parcels that are not complete. The mark is the epoch of the last move of the symbol that this group
//! took part in: whatever speaks of an older one is a straggler and changes nothing.
//! Shape: plain tables; `exchange` fills them, `node::tasks::symbol_migration` reads them.
//! Bound: the controller has only so many moves under way (`partition.moves_at_once`), so the lists are as short.
//! Sources: ADR-0003.

use std::sync::Arc;

use crate::domain::ids::SymbolId;
use crate::domain::map::Epoch;
use crate::domain::moving::{Parcel, Shipment};

/// A symbol that is frozen here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaving {
    /// Its move.
    pub shipment: Shipment,
    /// All that goes with it.
    pub parts: Vec<Arc<Parcel>>,
}

/// A symbol of which some parts are here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arriving {
    /// Its move.
    pub shipment: Shipment,
    /// How many parts there are in all.
    pub of: u32,
    /// Those that are here, from the first.
    pub parts: Vec<Arc<Parcel>>,
}

impl Arriving {
    /// Whether every part is here.
    pub const fn is_complete(&self) -> bool {
        self.parts.len() == self.of as usize
    }
}

/// What a record of a move came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moved {
    /// The symbol is frozen.
    Frozen,
    /// It is not: a spread holds something of it, or waits for it.
    Busy,
    /// So many parts are here.
    Taken(u32),
    /// The symbol is this group's.
    Owned,
    /// It is gone from here.
    Dropped,
    /// The record was a straggler, or had been done before.
    Nothing,
}

/// The tables of a group.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shipments {
    leaving: Vec<Leaving>,
    arriving: Vec<Arriving>,
    /// By symbol number.
    marks: Vec<Epoch>,
    dropped: Epoch,
}

impl Shipments {
    /// Symbols that are frozen here.
    pub fn leaving(&self) -> &[Leaving] {
        &self.leaving
    }

    /// Symbols of which some parts are here.
    pub fn arriving(&self) -> &[Arriving] {
        &self.arriving
    }

    /// Whether a symbol is frozen here.
    pub fn freezes(&self, symbol: SymbolId) -> bool {
        self.leaving.iter().any(|leaving| leaving.shipment.symbol == symbol)
    }

    /// Whether somebody who routes by a map of this epoch may be wrong about a symbol of this group.
    pub fn may_mislead(&self, epoch: Epoch) -> bool {
        !self.leaving.is_empty() || epoch < self.dropped
    }

    /// The last move of a symbol that this group took part in.
    pub fn mark(&self, symbol: SymbolId) -> Epoch {
        self.marks.get(usize::from(symbol.0)).copied().unwrap_or_default()
    }

    /// A move is not older than what is known of its symbol, and not the last one either.
    pub fn is_news(&self, shipment: &Shipment) -> bool {
        shipment.epoch > self.mark(shipment.symbol)
    }

    /// How many parts of a move are here.
    pub fn taken(&self, shipment: &Shipment) -> u32 {
        let arriving = self.arriving.iter().find(|arriving| arriving.shipment == *shipment);
        arriving.map_or(0, |arriving| arriving.parts.len() as u32)
    }

    pub(super) fn freeze(&mut self, shipment: Shipment, parts: Vec<Arc<Parcel>>) {
        self.mark_now(&shipment);
        self.leaving.push(Leaving { shipment, parts });
    }

    /// Stores the next part; how many are here then.
    pub(super) fn take(&mut self, parcel: &Arc<Parcel>) -> u32 {
        let shipment = parcel.shipment;
        self.arriving.retain(|other| other.shipment.symbol != shipment.symbol || other.shipment == shipment);
        let place = self.arriving.iter().position(|arriving| arriving.shipment == shipment);
        let place = place.unwrap_or_else(|| {
            self.arriving.push(Arriving { shipment, of: parcel.of, parts: Vec::new() });
            self.arriving.len() - 1
        });
        let parts = &mut self.arriving[place].parts;
        if parts.len() == parcel.part as usize {
            parts.push(Arc::clone(parcel));
        }
        parts.len() as u32
    }

    /// Takes a complete arrival out; the symbol is this group's.
    pub(super) fn own(&mut self, shipment: &Shipment) -> Option<Vec<Arc<Parcel>>> {
        let arrived = |arriving: &Arriving| arriving.shipment == *shipment && arriving.is_complete();
        let place = self.arriving.iter().position(arrived)?;
        self.mark_now(shipment);
        Some(self.arriving.remove(place).parts)
    }

    /// A symbol that was frozen for this move is gone; false if it was not.
    pub(super) fn drop(&mut self, shipment: &Shipment, known: Epoch) -> bool {
        let before = self.leaving.len();
        self.leaving.retain(|leaving| leaving.shipment != *shipment);
        let dropped = self.leaving.len() < before;
        if dropped {
            self.dropped = self.dropped.max(known);
        }
        dropped
    }

    fn mark_now(&mut self, shipment: &Shipment) {
        let place = usize::from(shipment.symbol.0);
        if self.marks.len() <= place {
            self.marks.resize(place + 1, Epoch::default());
        }
        self.marks[place] = shipment.epoch;
    }

    /// What they take in memory.
    pub fn size_bytes(&self) -> usize {
        let goods = |parts: &[Arc<Parcel>]| parts.iter().map(|part| part.goods().len()).sum::<usize>();
        let leaving: usize = self.leaving.iter().map(|leaving| goods(&leaving.parts)).sum();
        let arriving: usize = self.arriving.iter().map(|arriving| goods(&arriving.parts)).sum();
        (leaving + arriving) * size_of::<crate::domain::moving::Goods>() + self.marks.len() * size_of::<Epoch>()
    }
}
