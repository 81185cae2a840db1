//! Moving: what a group logs when a symbol changes its partition, and what travels with it.
//!
//! Idea: a move is four records in two logs. The source *freezes* the symbol and packs all that belongs to it; the target
//! *takes* the parcel part by part, and *owns* the symbol when it has them all; the source *drops* its copy once the
//! cluster map names the target. At every moment one group at most carries out orders of the symbol.
//! A move is named by the epoch in which the controller began it. A symbol's moves follow each other, so of two that speak
//! of one symbol the one with the higher epoch is the later: whatever is of an older one is a straggler.
//! Shape: a [`Parcel`] is one part: a list of [`Goods`] of at most [`PART_GOODS_MAX`]. What a group comes to keep for a
//! symbol besides gets a variant of `Goods` of its own and travels with the rest.
//! Money: who has how many lots is goods. The cash that a bid may cost is not: it is the bid's price times what is left of
//! it, so the order carries it, and source and target cannot disagree about how much that is.
//! Units: prices in ticks, quantities in lots, cash in millionths of a dollar.
//! Sources: ADR-0003, "a move"; the sessions travel as in Ongaro 2014 §6.3, for a request must count once wherever it goes.

use std::sync::Arc;

use super::digest::{self, Digest};
use super::ids::{AccountId, ClientId, GroupId, RequestId, Sequence, SymbolId};
use super::log::SHARED_BYTES;
use super::map::Epoch;
use super::order::{OrderStatus, OrderType, SelfTrade, Side, TimeInForce, Verdict};
use super::units::{Cash, Quantity};
use super::venue::VenueId;

/// Goods in one part at most: a turn of the processor.
pub const PART_GOODS_MAX: usize = 256;
/// So many things of a parcel are the work of one order: they are put away as they are, and matched with nothing.
const GOODS_PER_ORDER: usize = 16;

/// A move that was begun.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Shipment {
    /// Which symbol.
    pub symbol: SymbolId,
    /// Whose it was.
    pub from: GroupId,
    /// Whose it will be.
    pub to: GroupId,
    /// The epoch in which it was begun: its name.
    pub epoch: Epoch,
}

impl Shipment {
    /// What it adds to a chain.
    pub const fn digest(&self, digest: Digest) -> Digest {
        let Self { symbol, from, to, epoch } = *self;
        digest.mix((symbol.0 as u64) << 32 | (from.0 as u64) << 16 | to.0 as u64).mix(epoch.0)
    }
}

/// The figures of a book that are no orders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BookGoods {
    /// What happens where two orders of one account would trade.
    pub self_trade: SelfTrade,
    /// The most orders that rest.
    pub resting_max: u32,
    /// How many orders have ever rested: the stamp of the last.
    pub arrived: u64,
    /// Lots that were let in, traded and cancelled: of buyers, of sellers.
    pub flow: [[u64; 3]; 2],
    /// How many trades there ever were.
    pub trades: u64,
}

/// A resting order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OrderGoods {
    /// Its name.
    pub id: RequestId,
    /// Its owner.
    pub owner: AccountId,
    /// Its side.
    pub side: Side,
    /// Its price.
    pub price: u32,
    /// Its place in time.
    pub arrival: u64,
    /// What still waits to trade.
    pub left: u32,
    /// What has traded.
    pub filled: u32,
}

/// What an account has of the symbol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HoldingGoods {
    /// Which account.
    pub account: AccountId,
    /// Lots that may be sold.
    pub free: u64,
    /// Lots that resting sells offer.
    pub reserved: u64,
    /// What all of these have cost.
    pub cost: Cash,
    /// What sales have earned beyond the cost of what was sold.
    pub realised: Cash,
}

/// A buy that waits for cash of another group: at its new home it asks again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WaitingGoods {
    /// Its name.
    pub id: RequestId,
    /// Its limit, if it has one.
    pub order_type: OrderType,
    /// How much it asks for.
    pub quantity: Quantity,
    /// What becomes of what does not trade at once.
    pub time_in_force: TimeInForce,
    /// Where it will be placed.
    pub venue: VenueId,
}

/// One thing of a parcel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goods {
    /// The book's figures.
    Book(BookGoods),
    /// An order of the book: buyers first, each side in the order in which it would trade.
    Order(OrderGoods),
    /// A trade of the tape, oldest first.
    Trade {
        /// At this price.
        price: u32,
        /// So many lots.
        quantity: u32,
        /// The taker's side.
        side: Side,
    },
    /// How an order of the symbol ended, oldest first.
    Ending {
        /// Which order.
        id: RequestId,
        /// How.
        status: OrderStatus,
        /// How much of it had traded.
        filled: Quantity,
    },
    /// A session has its answers below this.
    Floor {
        /// Whose.
        client: ClientId,
        /// The floor.
        floor: Sequence,
    },
    /// What was answered, or the tombstone of an order whose cancel came first.
    Answer {
        /// To which request.
        id: RequestId,
        /// The verdict; nothing for a tombstone.
        verdict: Option<Verdict>,
    },
    /// A position.
    Holding(HoldingGoods),
    /// An order that waits for cash, in the order in which they came.
    Waiting(WaitingGoods),
    /// What follows of books is of this venue's; before the first of these, of the first venue's.
    Venue(VenueId),
}

impl Goods {
    fn digest(&self, digest: Digest) -> Digest {
        let name = |digest: Digest, id: RequestId| digest.mix(u64::from(id.client.0)).mix(id.sequence.0);
        let said = |status, filled| Verdict { status, filled, resting: Quantity::ZERO };
        match self {
            Self::Book(book) => {
                let head = digest.mix(1 | (book.self_trade as u64) << 8 | u64::from(book.resting_max) << 32);
                let sums = book.flow.iter().flatten().fold(head, |digest, sum| digest.mix(*sum));
                sums.mix(book.arrived).mix(book.trades)
            }
            Self::Order(order) => {
                let head = name(digest.mix(2 | (order.side as u64) << 8 | u64::from(order.price) << 32), order.id);
                head.mix(u64::from(order.owner.0))
                    .mix(order.arrival)
                    .mix(u64::from(order.left) << 32 | u64::from(order.filled))
            }
            Self::Trade { price, quantity, side } => {
                digest.mix(3 | (*side as u64) << 8).mix(u64::from(*price) << 32 | u64::from(*quantity))
            }
            Self::Ending { id, status, filled } => {
                digest::of_verdict(name(digest.mix(4), *id), &said(*status, *filled))
            }
            Self::Floor { client, floor } => digest.mix(5 | u64::from(client.0) << 32).mix(floor.0),
            Self::Venue(venue) => digest.mix(10 | u64::from(venue.0) << 32),
            Self::Answer { id, verdict: None } => name(digest.mix(6), *id),
            Self::Answer { id, verdict: Some(verdict) } => digest::of_verdict(name(digest.mix(7), *id), verdict),
            Self::Holding(HoldingGoods { account, free, reserved, cost, realised }) => {
                let lots = digest.mix(8 | u64::from(account.0) << 32).mix(*free).mix(*reserved);
                [cost, realised].into_iter().fold(lots, |digest, cash| wide(digest, cash.0))
            }
            Self::Waiting(WaitingGoods { id, order_type, quantity, time_in_force, venue }) => {
                let limit = match order_type {
                    OrderType::Market => 0,
                    OrderType::Limit(price) => 1 | (price.0 as u64) << 1,
                };
                name(digest.mix(9 | (*time_in_force as u64) << 8 | u64::from(venue.0) << 16), *id)
                    .mix(limit)
                    .mix(quantity.0)
            }
        }
    }
}

/// Both halves of a wide number.
const fn wide(digest: Digest, number: i128) -> Digest {
    digest.mix((number >> 64) as u64).mix(number as u64)
}

/// One part of what moves with a symbol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parcel {
    /// Of which move.
    pub shipment: Shipment,
    /// The how-manieth part, from 0.
    pub part: u32,
    /// Of how many.
    pub of: u32,
    goods: Arc<[Goods]>,
    digest: Digest,
}

impl Parcel {
    /// Everything that moves, in parts of so many goods; at least one part.
    pub fn parts(shipment: Shipment, goods: &[Goods], each: usize) -> Vec<Arc<Self>> {
        let each = each.clamp(1, PART_GOODS_MAX);
        let of = goods.len().div_ceil(each).max(1);
        let part = |place: usize| {
            let goods: Arc<[Goods]> = goods.iter().skip(place * each).take(each).copied().collect();
            let (part, of) = (place as u32, of as u32);
            let head = shipment.digest(Digest(0x7061)).mix(u64::from(part) << 32 | u64::from(of));
            let digest = goods.iter().fold(head, |digest, one| one.digest(digest));
            Arc::new(Self { shipment, part, of, goods, digest })
        };
        (0..of).map(part).collect()
    }

    /// What is in it, in order.
    pub fn goods(&self) -> &[Goods] {
        &self.goods
    }

    /// The digest over all of it, computed when it was packed.
    pub const fn digest(&self) -> Digest {
        self.digest
    }
}

/// A record of a move, one index each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Moving {
    /// The source takes no more orders of the symbol, and packs what belongs to it.
    Freeze(Shipment),
    /// The target stores a part.
    Take(Arc<Parcel>),
    /// The target unpacks all parts and takes orders from here on.
    Own(Shipment),
    /// The source forgets the symbol.
    Drop {
        /// Which move is done.
        shipment: Shipment,
        /// A map of this epoch knew the new owner: who routes by an older one may still ask here.
        known: Epoch,
    },
}

impl Moving {
    /// About what it takes in memory beside itself.
    pub fn heap_bytes(&self) -> usize {
        match self {
            Self::Take(parcel) => 2 * SHARED_BYTES + size_of::<Parcel>() + size_of_val(parcel.goods()),
            Self::Freeze(_) | Self::Own(_) | Self::Drop { .. } => 0,
        }
    }

    /// Which move it belongs to.
    pub fn shipment(&self) -> Shipment {
        match self {
            Self::Freeze(shipment) | Self::Own(shipment) | Self::Drop { shipment, .. } => *shipment,
            Self::Take(parcel) => parcel.shipment,
        }
    }

    /// How many records' work it is for the processor.
    pub fn cost(&self) -> u64 {
        match self {
            Self::Take(parcel) => parcel.goods().len().div_ceil(GOODS_PER_ORDER).max(1) as u64,
            Self::Freeze(_) | Self::Own(_) | Self::Drop { .. } => 1,
        }
    }

    /// Its digest for the log's chain.
    pub fn digest(&self) -> Digest {
        match self {
            Self::Freeze(shipment) => shipment.digest(Digest(0x6d01)),
            Self::Take(parcel) => Digest(0x6d02).mix(parcel.digest().0),
            Self::Own(shipment) => shipment.digest(Digest(0x6d03)),
            Self::Drop { shipment, known } => shipment.digest(Digest(0x6d04)).mix(known.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOVE: Shipment = Shipment { symbol: SymbolId(3), from: GroupId(1), to: GroupId(2), epoch: Epoch(9) };

    #[test]
    fn a_parcel_is_cut_into_parts_and_nothing_is_left_out() {
        let floor = |n: u64| Goods::Floor { client: ClientId(n as u32), floor: Sequence(n) };
        for count in [0, 1, 7, 8, 9, 100] {
            let goods: Vec<_> = (0..count).map(floor).collect();
            let parts = Parcel::parts(MOVE, &goods, 8);
            let unpacked: Vec<_> = parts.iter().flat_map(|part| part.goods().iter().copied()).collect();
            assert_eq!(unpacked, goods);
            assert!(!parts.is_empty() && parts.iter().all(|part| part.goods().len() <= 8));
            assert!(parts.iter().enumerate().all(|(at, part)| (part.part, part.of) == (at as u32, parts.len() as u32)));
        }
    }

    #[test]
    fn a_digest_tells_moves_parts_and_goods_apart() {
        let answer = |verdict| vec![Goods::Answer { id: ClientId(1).request(Sequence(2)), verdict }];
        let cancelled = Verdict { status: OrderStatus::Cancelled, filled: Quantity(1), resting: Quantity::ZERO };
        let digest = |shipment, goods: &[Goods]| Parcel::parts(shipment, goods, 8)[0].digest();
        let all = [
            digest(MOVE, &answer(None)),
            digest(MOVE, &answer(Some(cancelled))),
            digest(MOVE, &[]),
            digest(Shipment { epoch: Epoch(10), ..MOVE }, &[]),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(all[place + 1..].iter().all(|other| other != one));
        }
    }
}
