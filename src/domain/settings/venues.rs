//! The settings of venues: where instruments are traded.
//!
//! Idea: with one venue there is no choice, and so no fee, no distance and no step but the instrument's own: the plain desk.
//! With two or more, what they are like is dealt out in turn, as capacities are to gateways.

use serde::{Deserialize, Serialize};

use crate::domain::time::SimDuration;
use crate::domain::venue::{VENUES_MAX, Venue};

/// Where instruments are traded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VenueSettings {
    /// How many venues trade every instrument, 1 to [`VENUES_MAX`].
    pub count: usize,
    /// What each takes of the notional, of each side, in millionths; dealt out in turn.
    pub fees: Vec<u32>,
    /// How far away each is, one way; dealt out in turn.
    pub latencies: Vec<SimDuration>,
    /// The price step of each, in ticks of the instrument; dealt out in turn.
    pub steps: Vec<u32>,
}

impl VenueSettings {
    /// The venues among which there is a choice; nothing if there is none.
    pub fn table(&self) -> Vec<Venue> {
        if self.count < 2 {
            return Vec::new();
        }
        let venue = |place: usize| Venue {
            fee_millionths: dealt(&self.fees, place).unwrap_or(0),
            latency: dealt(&self.latencies, place).unwrap_or(SimDuration::ZERO),
            step_ticks: dealt(&self.steps, place).unwrap_or(1).max(1),
        };
        (0..self.count.min(VENUES_MAX)).map(venue).collect()
    }
}

fn dealt<T: Copy>(values: &[T], place: usize) -> Option<T> {
    values.get(place % values.len().max(1)).copied()
}

impl Default for VenueSettings {
    fn default() -> Self {
        Self {
            count: 1,
            fees: vec![120, 100],
            latencies: vec![SimDuration::from_micros(200), SimDuration::from_micros(800)],
            steps: vec![1, 2],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_venue_is_no_choice_and_more_are_dealt_out_in_turn() {
        let plain = VenueSettings::default();
        assert!(plain.table().is_empty());
        let three = VenueSettings { count: 3, ..plain };
        let table = three.table();
        assert_eq!((table.len(), table[0], table[1].step_ticks), (3, table[2], 2));
        let bare = VenueSettings { count: 99, fees: Vec::new(), latencies: Vec::new(), steps: vec![0] };
        assert!(bare.table().iter().all(|venue| venue.fee_millionths == 0 && venue.step_ticks == 1));
        assert_eq!(bare.table().len(), VENUES_MAX);
    }
}
