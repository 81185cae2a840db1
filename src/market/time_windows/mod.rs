//! Time windows: trades by the second, minute or hour in which they happened; the young ones at hand, the old ones packed.
//!
//! Idea: nearly every question about trades is about a stretch of time, and nearly every one about the last few moments.
//! So time is the partition key: the newest windows are *hot* (plain rows in memory, append only), all older ones *cold*
//! (sorted, packed, checksummed blocks in an [`archive`]). A window grows cold by itself as time goes on. A question reads
//! the windows that its range overlaps, of those the blocks that can hold its symbol, and says which and how much.
//! Shape: [`TimeWindows::record`] and [`TimeWindows::advance`] in, [`TimeWindows::query`] out. Inside: [`window`] cuts time,
//! [`codec`] makes bytes of trades, [`archive`] keeps them, [`query`] reads them back.
//! Bound: [`WINDOWS_HOT_MAX`] hot windows of [`HOT_TRADES_MAX`] trades each (a fuller one packs what it has, and goes on);
//! [`WINDOWS_MAX`] cold windows and [`ARCHIVE_BYTES_MAX`] bytes (beyond them the oldest is forgotten, and counted).
//! Errors: a trade of a time whose window is cold already is refused ([`Late`]) and counted: what is archived is closed.
//! Deterministic: the same trades in the same order give the same bytes.
//! Left out: merging the small blocks of a thinly traded window; indexes by account.
//! Sources: the shape is that of LSM trees (O'Neil et al. 1996) with time as the key; row groups with the range of what is
//! in them are Parquet's.

pub mod archive;
pub mod codec;
pub mod query;
pub mod window;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::archive::{Archive, BLOCK_TRADES_MAX, Block};
use self::window::{Deal, TapeTrade, TradeNumber, WindowId, WindowLength};
use crate::domain::settings::TradesSettings;
use crate::domain::time::SimTime;
pub use crate::domain::trades::Holdings;

/// Hot windows at most.
pub const WINDOWS_HOT_MAX: usize = 64;
/// Cold windows at most; for one more the oldest is forgotten.
pub const WINDOWS_MAX: usize = 4_096;
/// Trades that a hot window holds unpacked.
pub const HOT_TRADES_MAX: usize = 16_384;
/// Bytes of the archive at most; for more the oldest window is forgotten.
pub const ARCHIVE_BYTES_MAX: u64 = 64 << 20;

/// How time is cut, and how much of it stays hot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WindowRules {
    /// How long a window is.
    pub length: WindowLength,
    /// How many windows stay hot, the newest included: 1 to [`WINDOWS_HOT_MAX`].
    pub hot: usize,
    /// Bytes of the archive at most, [`ARCHIVE_BYTES_MAX`] at the most; for more the oldest window is forgotten.
    pub archive_bytes: u64,
}

impl WindowRules {
    /// As the settings say.
    pub const fn of(settings: &TradesSettings) -> Self {
        Self { length: settings.window, hot: settings.hot, archive_bytes: settings.archive_bytes }
    }
}

impl Default for WindowRules {
    fn default() -> Self {
        Self::of(&TradesSettings::default())
    }
}

/// A trade came after its window was closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("window {window} is archived; the oldest that still takes trades is {open}")]
pub struct Late {
    /// The window of the trade.
    pub window: WindowId,
    /// The oldest one that is open.
    pub open: WindowId,
}

/// Trades by the window of time in which they happened.
#[derive(Clone, Debug)]
pub struct TimeWindows {
    rules: WindowRules,
    /// In the order in which they came.
    hot: BTreeMap<WindowId, Vec<TapeTrade>>,
    archive: Archive,
    /// Windows before this one are closed.
    open: WindowId,
    last: TradeNumber,
    late: u64,
    forgotten: u64,
}

impl TimeWindows {
    /// No trades yet.
    pub fn new(rules: WindowRules) -> Self {
        let rules = WindowRules {
            hot: rules.hot.clamp(1, WINDOWS_HOT_MAX),
            archive_bytes: rules.archive_bytes.min(ARCHIVE_BYTES_MAX),
            ..rules
        };
        Self {
            rules,
            hot: BTreeMap::new(),
            archive: Archive::default(),
            open: WindowId(0),
            last: TradeNumber(0),
            late: 0,
            forgotten: 0,
        }
    }

    /// A trade; it gets the next id.
    ///
    /// # Errors
    /// Its window is closed.
    pub fn record(&mut self, deal: Deal) -> Result<TradeNumber, Late> {
        let window = self.rules.length.window(deal.at);
        if window < self.open {
            self.late += 1;
            return Err(Late { window, open: self.open });
        }
        self.advance(deal.at);
        self.last = TradeNumber(self.last.0 + 1);
        let trades = self.hot.entry(window).or_default();
        trades.push(TapeTrade { id: self.last, deal });
        if trades.len() >= HOT_TRADES_MAX {
            let full = std::mem::take(trades);
            self.pack(window, full);
        }
        Ok(self.last)
    }

    /// Time goes on: windows that have become too old for memory are packed and closed. Time never goes back here.
    pub fn advance(&mut self, now: SimTime) {
        let newest = self.rules.length.window(now);
        let open = WindowId((newest.0 + 1).saturating_sub(self.rules.hot as u64));
        if open <= self.open {
            return;
        }
        self.open = open;
        let still_hot = self.hot.split_off(&open);
        let closed = std::mem::replace(&mut self.hot, still_hot);
        for (window, trades) in closed {
            self.pack(window, trades);
        }
    }

    /// What is kept.
    pub fn holdings(&self) -> Holdings {
        let cold_trades = self.archive.trades();
        Holdings {
            hot_windows: self.hot.values().filter(|trades| !trades.is_empty()).count() as u64,
            hot_trades: self.hot.values().map(|trades| trades.len() as u64).sum(),
            cold_windows: self.archive.windows() as u64,
            cold_trades,
            cold_plain_bytes: cold_trades * size_of::<TapeTrade>() as u64,
            cold_packed_bytes: self.archive.bytes(),
            late: self.late,
            forgotten: self.forgotten,
        }
    }

    /// What is packed: for the disk, which asks for the blocks that it has not written yet ([`Archive::since`]).
    pub const fn archive(&self) -> &Archive {
        &self.archive
    }

    /// The archive's blocks are those that a disk holds; the number of the last one up to which none is missing there.
    pub fn restore(&mut self, disk: &BTreeMap<u64, Arc<[u8]>>) -> u64 {
        self.archive.replace(disk)
    }

    /// How time is cut.
    pub const fn rules(&self) -> WindowRules {
        self.rules
    }

    /// The oldest window that takes trades.
    pub const fn open(&self) -> WindowId {
        self.open
    }

    /// About what it takes in memory.
    pub fn size_bytes(&self) -> u64 {
        let hot: usize = self.hot.values().map(|trades| trades.capacity() * size_of::<TapeTrade>()).sum();
        hot as u64 + self.archive.bytes()
    }

    /// Sorts by symbol, so that a block holds few symbols and their prices lie close, and puts it into the archive.
    fn pack(&mut self, window: WindowId, trades: Vec<TapeTrade>) {
        let trades = TapeTrade::sorted_by_symbol(trades);
        for part in trades.chunks(BLOCK_TRADES_MAX) {
            self.archive.put(Block::pack(window, part));
        }
        while self.archive.windows() > WINDOWS_MAX || self.archive.bytes() > self.rules.archive_bytes {
            self.forgotten += self.archive.forget_oldest();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SymbolId;
    use crate::domain::order::Side;
    use crate::domain::units::{Price, Quantity};

    fn deal(ms: u64, symbol: u16) -> Deal {
        Deal {
            at: SimTime::from_millis(ms),
            symbol: SymbolId(symbol),
            side: Side::Buy,
            price: Price(10_000 + ms as i64 % 7),
            quantity: Quantity(1 + ms % 20),
        }
    }

    #[test]
    fn windows_grow_cold_by_themselves() {
        let mut windows =
            TimeWindows::new(WindowRules { length: WindowLength::Second, hot: 2, ..WindowRules::default() });
        for ms in 0..5_000 {
            windows.record(deal(ms, 0)).unwrap();
        }
        let held = windows.holdings();
        assert_eq!((held.hot_windows, held.cold_windows, held.hot_trades, held.cold_trades), (2, 3, 2_000, 3_000));
        assert!(held.cold_packed_bytes * 4 < held.cold_plain_bytes, "{held:?}");
        windows.advance(SimTime::from_millis(60_000));
        let held = windows.holdings();
        assert_eq!((held.hot_windows, held.cold_windows, held.cold_trades), (0, 5, 5_000), "without any new trade");
        windows.advance(SimTime::ZERO);
        assert_eq!(windows.holdings(), held, "time does not go back");
    }

    #[test]
    fn a_trade_of_a_closed_window_is_refused_and_counted() {
        let mut windows =
            TimeWindows::new(WindowRules { length: WindowLength::Second, hot: 2, ..WindowRules::default() });
        windows.record(deal(10_000, 0)).unwrap();
        assert_eq!(windows.record(deal(9_500, 0)), Ok(TradeNumber(2)), "late, but its window is open");
        let late = windows.record(deal(8_999, 0)).unwrap_err();
        assert_eq!((late, windows.holdings().late), (Late { window: WindowId(8), open: WindowId(9) }, 1));
        assert_eq!(late.to_string(), "window w8 is archived; the oldest that still takes trades is w9");
    }

    #[test]
    fn a_hot_window_that_is_full_packs_what_it_has() {
        let mut windows =
            TimeWindows::new(WindowRules { length: WindowLength::Hour, hot: 1, ..WindowRules::default() });
        for n in 0..HOT_TRADES_MAX as u64 * 2 + 5 {
            windows.record(deal(n, (n % 10) as u16)).unwrap();
        }
        let held = windows.holdings();
        assert_eq!((held.hot_trades, held.cold_trades, held.cold_windows), (5, HOT_TRADES_MAX as u64 * 2, 1));
    }

    #[test]
    fn the_oldest_window_is_forgotten_when_the_archive_is_full() {
        let mut windows =
            TimeWindows::new(WindowRules { length: WindowLength::Second, hot: 1, ..WindowRules::default() });
        for second in 0..WINDOWS_MAX as u64 + 11 {
            windows.record(deal(second * 1_000, 0)).unwrap();
        }
        let held = windows.holdings();
        assert_eq!((held.cold_windows, held.forgotten, held.hot_windows), (WINDOWS_MAX as u64, 10, 1));
        assert_eq!(windows.archive().since(0).next().map(|(_, block)| block.window()), Some(WindowId(10)));
    }

    #[test]
    fn the_same_trades_give_the_same_bytes() {
        let run = || {
            let mut windows = TimeWindows::new(WindowRules::default());
            (0..20_000).for_each(|ms| assert!(windows.record(deal(ms, (ms % 13) as u16)).is_ok()));
            windows.archive().since(0).map(|(_, block)| block.image().to_vec()).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
    }
}
