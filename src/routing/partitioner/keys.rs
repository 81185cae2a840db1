//! Key sets: the two kinds of data that the desk divides.
//!
//! Idea: instruments (books) have names that crowd together in the alphabet; trades have ids that all begin alike and
//! only count up. A strategy that is good for one can be the worst for the other, so figures always say of which.
//! Shape: a set can be walked, again and again, in one order and without memory of its own.

use crate::domain::ids::{GroupId, SymbolId};
use crate::domain::stored::TradeId;
use crate::domain::universe::INSTRUMENTS_MAX;

/// A set of keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeySet {
    /// The names of the first so many instruments.
    Instruments(usize),
    /// The ids of the first so many trades of a partition.
    Trades(u64),
}

impl KeySet {
    /// Every instrument that there is.
    pub const ALL_INSTRUMENTS: Self = Self::Instruments(INSTRUMENTS_MAX);

    /// How many keys.
    pub const fn len(self) -> u64 {
        match self {
            Self::Instruments(count) if count > INSTRUMENTS_MAX => INSTRUMENTS_MAX as u64,
            Self::Instruments(count) => count as u64,
            Self::Trades(count) => count,
        }
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Shows every key, in order.
    pub fn for_each(self, mut see: impl FnMut(&[u8])) {
        match self {
            Self::Instruments(count) => {
                let names = SymbolId::first(count).filter_map(SymbolId::instrument);
                names.for_each(|instrument| see(instrument.name.as_bytes()));
            }
            Self::Trades(count) => (1..=count).for_each(|number| see(&TradeId::new(GroupId(1), number).key())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_shows_as_many_keys_as_it_says_all_different() {
        for set in [KeySet::Instruments(0), KeySet::Instruments(10), KeySet::Instruments(9_999), KeySet::Trades(1_000)]
        {
            let mut keys = std::collections::BTreeSet::new();
            set.for_each(|key| assert!(keys.insert(key.to_vec()), "a key is shown once"));
            assert_eq!(keys.len() as u64, set.len(), "{set:?}");
            assert_eq!(set.is_empty(), keys.is_empty());
        }
        assert_eq!(KeySet::ALL_INSTRUMENTS.len(), 2_000);
    }
}
