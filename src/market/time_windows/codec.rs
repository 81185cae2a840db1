//! Trades as bytes: differences, and few bytes for small numbers.
//!
//! Idea: in a block that is sorted by symbol and time, a trade differs little from the one before it. Each field is the
//! difference from the last trade, zigzag-coded so that small negative ones stay small, in a varint (LEB128). A general
//! compressor then finds what repeats; it does better on these bytes than on rows of 48.
//! Layout of a trade: `symbol difference << 1 | side`, `time`, `id`, `price` (zigzag differences), `quantity` (plain).
//! Differences wrap, so that any two numbers have one and every value survives.
//! Bound: at most [`TRADE_BYTES_MAX`] bytes a trade.
//! Errors: outside bytes may say anything: a cut, an endless varint, a symbol out of range and bytes left over are typed
//! errors, never a panic, and nothing is allocated on their word alone.
//! Sources: the varint is that of Protocol Buffers.

use super::window::{Deal, TapeTrade, TradeNumber};
use crate::domain::ids::SymbolId;
use crate::domain::order::Side;
use crate::domain::time::SimTime;
use crate::domain::units::{Price, Quantity};

/// Bytes that one trade takes at most: 3 of symbol and side, 10 for each of four numbers.
pub const TRADE_BYTES_MAX: usize = 43;

/// Why bytes are no trades.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CodecError {
    /// They end inside a trade.
    #[error("the bytes end inside trade {trade}")]
    CutOff {
        /// Counted from 0.
        trade: u32,
    },
    /// A number is longer than any number can be.
    #[error("a number of trade {trade} is too long")]
    Overlong {
        /// Counted from 0.
        trade: u32,
    },
    /// A symbol is beyond the range of symbols.
    #[error("trade {trade} has a symbol out of range")]
    Symbol {
        /// Counted from 0.
        trade: u32,
    },
    /// Bytes are left over.
    #[error("{bytes} bytes are left over after the last trade")]
    LeftOver {
        /// How many.
        bytes: usize,
    },
}

const FIRST: TapeTrade = TapeTrade {
    id: TradeNumber(0),
    deal: Deal { at: SimTime::ZERO, symbol: SymbolId(0), side: Side::Buy, price: Price(0), quantity: Quantity::ZERO },
};

/// The bytes of trades that are sorted by symbol.
pub fn encode(trades: &[TapeTrade]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(trades.len() * 10);
    let mut last = FIRST;
    for trade in trades {
        let (deal, before) = (&trade.deal, &last.deal);
        assert!(deal.symbol >= before.symbol, "a block is sorted by symbol");
        put(&mut bytes, u64::from(deal.symbol.0 - before.symbol.0) << 1 | deal.side as u64);
        put(&mut bytes, zigzag(deal.at.0.wrapping_sub(before.at.0) as i64));
        put(&mut bytes, zigzag(trade.id.0.wrapping_sub(last.id.0) as i64));
        put(&mut bytes, zigzag(deal.price.0.wrapping_sub(before.price.0)));
        put(&mut bytes, deal.quantity.0);
        last = *trade;
    }
    bytes
}

/// So many trades from their bytes, each shown to `see`.
///
/// # Errors
/// These bytes are not so many trades.
pub fn decode(bytes: &[u8], trades: u32, mut see: impl FnMut(TapeTrade)) -> Result<(), CodecError> {
    let mut rest = bytes;
    let mut last = FIRST;
    for trade in 0..trades {
        let mut number = || take(&mut rest, trade);
        let (symbol, at, id, price) = (number()?, unzigzag(number()?), unzigzag(number()?), unzigzag(number()?));
        let quantity = Quantity(number()?);
        let side = if symbol & 1 == 0 { Side::Buy } else { Side::Sell };
        let symbol = u64::from(last.deal.symbol.0).checked_add(symbol >> 1).and_then(|sum| u16::try_from(sum).ok());
        let symbol = SymbolId(symbol.ok_or(CodecError::Symbol { trade })?);
        let at = SimTime(last.deal.at.0.wrapping_add(at as u64));
        let price = Price(last.deal.price.0.wrapping_add(price));
        last = TapeTrade {
            id: TradeNumber(last.id.0.wrapping_add(id as u64)),
            deal: Deal { at, symbol, side, price, quantity },
        };
        see(last);
    }
    if rest.is_empty() { Ok(()) } else { Err(CodecError::LeftOver { bytes: rest.len() }) }
}

const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(rest: &mut &[u8], trade: u32) -> Result<u64, CodecError> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let Some((byte, after)) = rest.split_first() else { return Err(CodecError::CutOff { trade }) };
        *rest = after;
        // The tenth byte holds the last bit of 64.
        if shift == 63 && *byte > 1 {
            break;
        }
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Ok(number);
        }
    }
    Err(CodecError::Overlong { trade })
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(bytes: &[u8], trades: u32) -> Result<Vec<TapeTrade>, CodecError> {
        let mut all = Vec::new();
        decode(bytes, trades, |trade| all.push(trade)).map(|()| all)
    }

    /// Any trades at all, sorted as a block is.
    pub fn any_trades() -> impl Strategy<Value = Vec<TapeTrade>> {
        let one = (any::<u64>(), any::<u16>(), any::<bool>(), any::<i64>(), any::<u64>(), any::<u64>());
        prop::collection::vec(one, 0..200).prop_map(|drawn| {
            let trade = |(at, symbol, sells, price, quantity, id)| TapeTrade {
                id: TradeNumber(id),
                deal: Deal {
                    at: SimTime(at),
                    symbol: SymbolId(symbol),
                    side: if sells { Side::Sell } else { Side::Buy },
                    price: Price(price),
                    quantity: Quantity(quantity),
                },
            };
            let mut trades: Vec<_> = drawn.into_iter().map(trade).collect();
            trades.sort_unstable_by_key(TapeTrade::by_symbol);
            trades
        })
    }

    #[test]
    fn neighbours_take_few_bytes() {
        let trade = |n: u64| TapeTrade {
            id: TradeNumber(1_000 + n),
            deal: Deal {
                at: SimTime(5_000_000_000 + n * 400_000),
                price: Price(10_000 + n as i64 % 3),
                quantity: Quantity(7),
                ..FIRST.deal
            },
        };
        let trades: Vec<_> = (0..100).map(trade).collect();
        assert!(encode(&trades).len() <= 100 * 8, "{} bytes", encode(&trades).len());
    }

    #[test]
    fn each_kind_of_damage_has_its_name() {
        assert_eq!(decoded(&[0, 0, 0, 0], 1), Err(CodecError::CutOff { trade: 0 }));
        assert_eq!(decoded(&[0, 0, 0, 0, 0, 9], 1), Err(CodecError::LeftOver { bytes: 1 }));
        assert_eq!(decoded(&[0xff; 20], 1), Err(CodecError::Overlong { trade: 0 }));
        let mut wide = Vec::new();
        put(&mut wide, 0x20000);
        wide.extend([0, 0, 0, 0]);
        assert_eq!(decoded(&wide, 1), Err(CodecError::Symbol { trade: 0 }));
    }

    proptest! {
        #[test]
        fn any_trades_survive(trades in any_trades()) {
            let bytes = encode(&trades);
            prop_assert!(bytes.len() <= trades.len() * TRADE_BYTES_MAX);
            prop_assert_eq!(decoded(&bytes, trades.len() as u32), Ok(trades));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), trades in 0_u32..80) {
            if let Ok(read) = decoded(&bytes, trades) {
                prop_assert_eq!(read.len() as u32, trades);
            }
        }
    }
}
