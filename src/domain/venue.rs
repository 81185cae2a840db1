//! Venues: the places where an instrument is traded, as far as everybody must speak of them.
//!
//! Idea: the same instrument is traded in two places that differ in fee, in distance and in the size of a price step. Which
//! of them are open stands in the cluster map, so that every gateway hears of it; what follows from it in the books of a
//! group is a [`VenueStep`], a record of that group's log.
//! Units: fees in millionths of the notional (100 = one basis point); steps in ticks of the instrument.
//! A door is opened and closed in *turns*, counted by venue: of two words on one door the one with the higher turn is the
//! later, whoever hears it when.
//! Bound: [`VENUES_MAX`] venues; a record cancels [`DRAIN_ORDERS_MAX`] orders at most.
//! Sources: ADR-0005.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::RequestId;
use super::order::Verdict;
use super::time::SimDuration;
use super::units::Cash;

/// Venues at most.
pub const VENUES_MAX: usize = 8;

/// Orders that one record of a drain cancels at most: a turn of the processor.
pub const DRAIN_ORDERS_MAX: usize = 256;

/// A venue, by its place in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VenueId(pub u8);

impl VenueId {
    /// The first: where everything is traded if there is but one, and where legs of spreads are.
    pub const HOME: Self = Self(0);

    /// The place in a table of venues.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The first `count` venues, in order.
    pub fn first(count: usize) -> impl DoubleEndedIterator<Item = Self> + Clone {
        (0..count.min(VENUES_MAX) as u8).map(Self)
    }

    /// The venue of this letter, in either case.
    pub fn named(name: &str) -> Option<Self> {
        let [letter] = name.as_bytes() else { return None };
        let place = letter.to_ascii_uppercase().checked_sub(b'A')?;
        (usize::from(place) < VENUES_MAX).then_some(Self(place))
    }
}

impl fmt::Display for VenueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(char::from(b'A' + self.0.min(VENUES_MAX as u8)).encode_utf8(&mut [0; 4]))
    }
}

/// Some of the venues.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct VenueSet(u8);

impl VenueSet {
    /// With this one.
    #[must_use]
    pub const fn with(self, venue: VenueId) -> Self {
        Self(self.0 | 1 << (venue.0 % VENUES_MAX as u8))
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether it is among them.
    pub const fn has(self, venue: VenueId) -> bool {
        self.0 & 1 << (venue.0 % VENUES_MAX as u8) != 0
    }
}

impl fmt::Display for VenueSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters: String =
            VenueId::first(VENUES_MAX).filter(|venue| self.has(*venue)).map(|v| v.to_string()).collect();
        f.pad(&letters)
    }
}

/// What a venue is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Venue {
    /// What it takes of the notional, of each side, in millionths.
    pub fee_millionths: u32,
    /// How far away it is, one way.
    pub latency: SimDuration,
    /// Its price step, in ticks of the instrument, from 1.
    pub step_ticks: u32,
}

/// A venue in the cluster map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VenueState {
    /// What it is like.
    pub terms: Venue,
    /// It takes orders.
    pub open: bool,
    /// How often its door was opened or closed.
    pub turn: u32,
}

impl VenueState {
    /// A venue that is open from the start.
    pub const fn new(terms: Venue) -> Self {
        Self { terms, open: true, turn: 0 }
    }

    /// What it adds to a chain.
    pub const fn digest(&self, digest: Digest) -> Digest {
        let Venue { fee_millionths, latency, step_ticks } = self.terms;
        let terms = digest.mix((fee_millionths as u64) << 32 | step_ticks as u64).mix(latency.0);
        terms.mix((self.turn as u64) << 1 | self.open as u64)
    }
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

/// A record about a venue, one index each, in the log of every partition's group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VenueStep {
    /// The group takes orders for the venue from here on, or takes none.
    Door {
        /// Which.
        venue: VenueId,
        /// It opens.
        open: bool,
        /// The turn of the door that the map knows of.
        turn: u32,
    },
    /// Orders that rest at a closed venue are cancelled, [`DRAIN_ORDERS_MAX`] at most.
    Drain {
        /// Which.
        venue: VenueId,
    },
}

impl VenueStep {
    /// How many records' work it is for the processor.
    pub const fn cost(&self) -> u64 {
        match self {
            Self::Door { .. } => 1,
            Self::Drain { .. } => DRAIN_ORDERS_MAX as u64,
        }
    }

    /// Its digest for the log's chain.
    pub const fn digest(&self) -> Digest {
        match *self {
            Self::Door { venue, open, turn } => {
                Digest(0x7601).mix((venue.0 as u64) << 1 | open as u64).mix(turn as u64)
            }
            Self::Drain { venue } => Digest(0x7602).mix(venue.0 as u64),
        }
    }
}

/// What is told of a venue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum VenueNews {
    /// It takes orders from now on.
    Opened(VenueId),
    /// It takes none any more.
    Closed(VenueId),
    /// Nothing rests there any more in the books of the event's group.
    Drained {
        /// Which.
        venue: VenueId,
        /// So many orders were cancelled.
        orders: u64,
    },
}

/// What a record about a venue came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stepped {
    /// Orders that it cancelled, and where they stand.
    pub ended: Vec<(RequestId, Verdict)>,
    /// With it the venue holds nothing here any more: so many orders were cancelled since it closed.
    pub drained: Option<u64>,
}

/// What a venue has done, in one group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct VenueCounts {
    /// Orders that came there.
    pub orders: u64,
    /// Trades.
    pub fills: u64,
    /// Lots traded.
    pub lots: u64,
    /// What both sides of its trades paid for them.
    pub fees: Cash,
    /// Resting orders that were cancelled because it closed.
    pub drained: u64,
    /// Orders on their way there that found it closed and went elsewhere.
    pub rerouted: u64,
    /// Orders that were refused: nothing is open, or their price is not on the step.
    pub refused: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_venue_is_called_by_a_letter() {
        for (place, name) in [(0, "A"), (1, "B"), (7, "H")] {
            assert_eq!(VenueId(place).to_string(), name);
            assert_eq!(VenueId::named(name), Some(VenueId(place)));
            assert_eq!(VenueId::named(&name.to_lowercase()), Some(VenueId(place)));
        }
        for wrong in ["", "I", "AB", "1", "ы"] {
            assert_eq!(VenueId::named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_digest_tells_steps_apart() {
        let (a, b) = (VenueId(0), VenueId(1));
        let steps = [
            VenueStep::Door { venue: a, open: false, turn: 1 },
            VenueStep::Door { venue: b, open: false, turn: 1 },
            VenueStep::Door { venue: a, open: true, turn: 1 },
            VenueStep::Door { venue: a, open: false, turn: 2 },
            VenueStep::Drain { venue: a },
            VenueStep::Drain { venue: b },
        ];
        for (place, step) in steps.iter().enumerate() {
            assert!(steps[place + 1..].iter().all(|other| other.digest() != step.digest()), "{step:?}");
        }
    }
}
