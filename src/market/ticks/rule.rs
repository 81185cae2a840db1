//! The rules by which a tick becomes a signal, one an asset class.
//!
//! - *Crypto*: buys min(bid size, 1 unit) at the ask while the spread is under 0.01 % of the bid: trading costs nearly nothing.
//! - *Forex*: buys 10,000 at the ask if the bid size is above 1.5 x the ask size, sells 10,000 at the bid in the mirror
//!   case: the heavier side is about to move the price.
//! - *Equity*: back to the average. If the mid lies more than 0.1 % below the VWAP of the sliding window *and* buyers are
//!   heavier (1.5 x, as in forex), it buys min(ask size, 100) at the ask; in the mirror case it sells min(bid size,
//!   100) at the bid. The distance alone would buy into every fall: the sizes say that the fall has met somebody.
//!
//! Idea: integers only. 0.01 % is `spread x 10,000 < bid`, 1.5 is `2 x bid > 3 x ask`, 0.1 % is `distance x 1,000 > VWAP`.
//! Shape: pure functions of a tick and what its lane knows; all are strict, so that equality is no signal.
//! Units: lots come from the instrument: one unit of a coin is 1,000 lots, 10,000 of a currency are 10.

use crate::domain::ids::SymbolId;
use crate::domain::instrument::{AssetClass, Instrument};
use crate::domain::order::Side;
use crate::domain::tick::{MarketTick, Signal};
use crate::domain::units::{Price, Quantity};

/// A rule with its figures for one instrument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    class: AssetClass,
    /// What one signal trades at most, in lots.
    lots_max: u32,
}

impl Rule {
    /// The rule of an instrument's class.
    pub const fn of(instrument: &Instrument) -> Self {
        let units = match instrument.class {
            AssetClass::Crypto => 1,
            AssetClass::Forex => 10_000,
            AssetClass::Equity => 100,
        };
        Self { class: instrument.class, lots_max: (units * 1_000_000 / instrument.lot_micros) as u32 }
    }

    /// The rule of a symbol; one that is not in the table has none.
    pub fn of_symbol(symbol: SymbolId) -> Option<Self> {
        symbol.instrument().map(Self::of)
    }

    /// What the tick says, given the VWAP of its symbol's sliding window (doubled; 0 while there is none).
    #[inline]
    pub fn judge(self, tick: &MarketTick, vwap_doubled: u64) -> Option<Signal> {
        let (side, lots) = match self.class {
            AssetClass::Crypto => (tight(tick).then_some(Side::Buy)?, tick.bid_size.min(self.lots_max)),
            AssetClass::Forex => (heavier(tick)?, self.lots_max),
            AssetClass::Equity => {
                let side = heavier(tick)?;
                if !astray(tick.mid_doubled(), vwap_doubled, side) {
                    return None;
                }
                let there = if side == Side::Buy { tick.ask_size } else { tick.bid_size };
                (side, there.min(self.lots_max))
            }
        };
        let price = if side == Side::Buy { tick.ask } else { tick.bid };
        (lots > 0).then_some(Signal {
            time: tick.time,
            symbol: tick.symbol,
            side,
            price: Price(i64::from(price)),
            quantity: Quantity(u64::from(lots)),
        })
    }
}

/// The spread is under 0.01 % of the bid.
const fn tight(tick: &MarketTick) -> bool {
    (tick.ask as u64).saturating_sub(tick.bid as u64) * 10_000 < tick.bid as u64
}

/// The side that a heavier other side pushes one to take: buy when the bid weighs more than 1.5 x the ask.
#[inline]
const fn heavier(tick: &MarketTick) -> Option<Side> {
    let (bid, ask) = (tick.bid_size as u64, tick.ask_size as u64);
    if 2 * bid > 3 * ask {
        Some(Side::Buy)
    } else if 2 * ask > 3 * bid {
        Some(Side::Sell)
    } else {
        None
    }
}

/// The mid lies more than 0.1 % of the VWAP on the cheap side of it for a buyer, on the dear one for a seller.
#[inline]
const fn astray(mid: u64, vwap: u64, side: Side) -> bool {
    let distance = match side {
        Side::Buy => vwap.saturating_sub(mid),
        Side::Sell => mid.saturating_sub(vwap),
    };
    vwap > 0 && distance * 1_000 > vwap
}

#[cfg(test)]
mod tests {
    use super::super::bar::tests::tick;
    use super::*;

    fn rule(name: &str) -> Rule {
        Rule::of_symbol(SymbolId::named(name).unwrap()).unwrap()
    }

    /// Side, price and lots of the signal, if there is one.
    fn said(rule: Rule, (bid, spread): (u32, u32), sizes: (u32, u32), vwap: u64) -> Option<(Side, i64, u64)> {
        let signal = rule.judge(&tick(7, (bid, spread), sizes), vwap)?;
        Some((signal.side, signal.price.0, signal.quantity.0))
    }

    #[test]
    fn crypto_buys_while_the_spread_is_under_a_ten_thousandth_of_the_bid() {
        let btc = rule("BTCUSD");
        for (quote, sizes, expected) in [
            ((30_001, 3), (400, 9), Some((Side::Buy, 30_004, 400))),
            ((30_000, 3), (400, 9), None),
            ((10_001, 1), (5_000, 9), Some((Side::Buy, 10_002, 1_000))),
            ((10_000, 1), (5_000, 9), None),
            ((50_000, 0), (1, 9), Some((Side::Buy, 50_000, 1))),
            ((50_000, 0), (0, 9), None),
        ] {
            assert_eq!(said(btc, quote, sizes, 0), expected, "{quote:?} {sizes:?}");
        }
    }

    #[test]
    fn forex_follows_the_side_that_is_half_as_heavy_again() {
        let eur = rule("EURUSD");
        for (sizes, expected) in [
            ((31, 20), Some((Side::Buy, 107_002, 10))),
            ((30, 20), None),
            ((20, 30), None),
            ((20, 31), Some((Side::Sell, 107_000, 10))),
            ((0, 0), None),
            ((1, 0), Some((Side::Buy, 107_002, 10))),
        ] {
            assert_eq!(said(eur, (107_000, 2), sizes, 0), expected, "{sizes:?}");
        }
    }

    #[test]
    fn equity_goes_back_to_its_average_when_the_sizes_agree() {
        let goog = rule("GOOG");
        // The mid is 10,000; 0.1 % of a VWAP of 10,010.01 is just less than the distance.
        let (below, just) = (20_022, 20_020);
        for (vwap, sizes, expected) in [
            (below, (40, 20), Some((Side::Buy, 10_001, 20))),
            (just, (40, 20), None),
            (below, (20, 40), None),
            (19_978, (200, 400), Some((Side::Sell, 9_999, 100))),
            (19_978, (400, 200), None),
            (0, (40, 20), None),
        ] {
            assert_eq!(said(goog, (9_999, 2), sizes, vwap), expected, "{vwap} {sizes:?}");
        }
    }
}
