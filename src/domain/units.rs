//! Money and quantities as fixed-point integers: nothing on the desk is ever rounded.
//!
//! Idea: a price counts *ticks* of its instrument and a quantity counts *lots*, so that a price ladder is indexed by
//! the number itself; `Instrument` says what a tick and a lot are worth. One tick times one lot is a whole number
//! of cash units, so a notional is exact.
//! Units: `Cash` is in millionths of the account's currency (micro-dollars); products are computed in `i128`.

use serde::{Deserialize, Serialize};

/// A price in ticks of its instrument, above zero where it is an order's limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price(pub i64);

/// A quantity in lots of its instrument.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(pub u64);

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Whether nothing is left.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// An amount of money in millionths of the account's currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cash(pub i128);
