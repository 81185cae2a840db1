//! The archive: packed blocks of trades, each with a checksum and with what it holds written on it.
//!
//! Idea: a block is what a disk writes at once and a question reads at once. Its header names the window, the symbols and
//! the times inside, so that a reader passes over it without opening it; its checksum covers header and content, so
//! that a flipped bit is an error that names the window, never a wrong price.
//! Layout: `"TWB1" | crc32 of what follows | window u64 | first time u64 | last time u64 | trades u32 | plain bytes u32 |
//! first symbol u16 | last symbol u16 | packed trades`, all little-endian. Packed is LZ4 over [`codec`].
//! Shape: blocks are immutable and shared, so a checkpoint costs pointers. They have serial numbers; a disk remembers the
//! last that it wrote and asks for those [`since`](Archive::since). [`Archive::restore`] reads them back.
//! Bound: [`BLOCK_TRADES_MAX`] trades a block; its owner bounds the archive (`super`).
//! Errors: [`BlockError`], with what is wrong.
//! Left out: writing to a disk; that is the node's.
//! Sources: LZ4 block format; CRC-32 (IEEE 802.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codec::{self, CodecError, TRADE_BYTES_MAX};
use super::window::{TapeTrade, WindowId};
use crate::domain::ids::SymbolId;
use crate::domain::time::SimTime;

/// Trades of a block at most.
pub const BLOCK_TRADES_MAX: usize = 4_096;

const MAGIC: &[u8; 4] = b"TWB1";
/// Where the part begins that the checksum covers.
const SUMMED_FROM: usize = 8;
const HEADER_BYTES: usize = 44;

/// Why a block cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BlockError {
    /// It is shorter than a header.
    #[error("{bytes} bytes are no block")]
    CutOff {
        /// How many there are.
        bytes: usize,
    },
    /// It begins with something else.
    #[error("it does not begin as a block does")]
    NotABlock,
    /// Its bytes are not those that were written.
    #[error("checksum {found:08x}, written as {written:08x}")]
    Checksum {
        /// As computed now.
        found: u32,
        /// As it was when the block was written.
        written: u32,
    },
    /// The header says what cannot be.
    #[error("the header says {trades} trades in {plain_bytes} bytes")]
    Header {
        /// Trades.
        trades: u32,
        /// Bytes before packing.
        plain_bytes: u32,
    },
    /// The checksum is right, and the content cannot be unpacked: it was written wrong.
    #[error("the content cannot be unpacked")]
    Unpack,
    /// The checksum is right, and the content is no trades: it was written wrong.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// What is written on a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label {
    /// Its window.
    pub window: WindowId,
    /// The time of the earliest trade.
    pub first_at: SimTime,
    /// The time of the latest.
    pub last_at: SimTime,
    /// How many trades.
    pub trades: u32,
    /// The lowest symbol.
    pub first_symbol: SymbolId,
    /// The highest.
    pub last_symbol: SymbolId,
    plain_bytes: u32,
}

/// Trades of one window, packed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    label: Label,
    image: Arc<[u8]>,
}

impl Block {
    /// Packs trades that are sorted by symbol, at least one and at most [`BLOCK_TRADES_MAX`].
    pub fn pack(window: WindowId, trades: &[TapeTrade]) -> Self {
        assert!((1..=BLOCK_TRADES_MAX).contains(&trades.len()), "a block holds some trades, and not too many");
        let plain = codec::encode(trades);
        let times = || trades.iter().map(|trade| trade.deal.at);
        let symbol = |trade: Option<&TapeTrade>| trade.map_or(SymbolId(0), |trade| trade.deal.symbol);
        let label = Label {
            window,
            first_at: times().min().unwrap_or(SimTime::ZERO),
            last_at: times().max().unwrap_or(SimTime::ZERO),
            trades: trades.len() as u32,
            first_symbol: symbol(trades.first()),
            last_symbol: symbol(trades.last()),
            plain_bytes: plain.len() as u32,
        };
        let mut image = label.header();
        image.extend(lz4_flex::block::compress(&plain));
        let sum = crc32fast::hash(&image[SUMMED_FROM..]);
        image[MAGIC.len()..SUMMED_FROM].copy_from_slice(&sum.to_le_bytes());
        Self { label, image: image.into() }
    }

    /// A block from its bytes.
    ///
    /// # Errors
    /// They are not, or no longer, those of a block.
    pub fn open(image: Arc<[u8]>) -> Result<Self, BlockError> {
        let label = Label::read(&image)?;
        Ok(Self { label, image })
    }

    /// Shows its trades, in the order of the block. The checksum is looked at each time: memory and disks rot.
    ///
    /// # Errors
    /// It is damaged.
    pub fn trades(&self, see: impl FnMut(TapeTrade)) -> Result<(), BlockError> {
        let Label { trades, plain_bytes, .. } = Label::read(&self.image)?;
        let plain = lz4_flex::block::decompress(&self.image[HEADER_BYTES..], plain_bytes as usize);
        codec::decode(&plain.map_err(|_| BlockError::Unpack)?, trades, see).map_err(BlockError::Codec)
    }

    /// What is written on it.
    pub const fn label(&self) -> &Label {
        &self.label
    }

    /// Its window.
    pub const fn window(&self) -> WindowId {
        self.label.window
    }

    /// Its bytes, as a disk keeps them.
    pub const fn image(&self) -> &Arc<[u8]> {
        &self.image
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> u64 {
        self.image.len() as u64
    }

    /// The checksum that was written on it.
    pub fn checksum(&self) -> u32 {
        self.image.get(MAGIC.len()..).and_then(<[u8]>::first_chunk).map_or(0, |sum| u32::from_le_bytes(*sum))
    }
}

impl Label {
    fn header(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + self.plain_bytes as usize / 2);
        bytes.extend(MAGIC);
        bytes.extend([0; 4]);
        [self.window.0, self.first_at.0, self.last_at.0].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        [self.trades, self.plain_bytes].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        [self.first_symbol.0, self.last_symbol.0].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        bytes
    }

    /// Reads the header of a block whose bytes are whole.
    fn read(image: &[u8]) -> Result<Self, BlockError> {
        let Some((header, _)) = image.split_first_chunk::<HEADER_BYTES>() else {
            return Err(BlockError::CutOff { bytes: image.len() });
        };
        if !header.starts_with(MAGIC) {
            return Err(BlockError::NotABlock);
        }
        let mut rest = &header[MAGIC.len()..];
        let written = u32::from_le_bytes(next(&mut rest));
        let found = crc32fast::hash(&image[SUMMED_FROM..]);
        if written != found {
            return Err(BlockError::Checksum { found, written });
        }
        let label = Self {
            window: WindowId(u64::from_le_bytes(next(&mut rest))),
            first_at: SimTime(u64::from_le_bytes(next(&mut rest))),
            last_at: SimTime(u64::from_le_bytes(next(&mut rest))),
            trades: u32::from_le_bytes(next(&mut rest)),
            plain_bytes: u32::from_le_bytes(next(&mut rest)),
            first_symbol: SymbolId(u16::from_le_bytes(next(&mut rest))),
            last_symbol: SymbolId(u16::from_le_bytes(next(&mut rest))),
        };
        let Self { trades, plain_bytes, .. } = label;
        // So that nobody allocates gigabytes on the word of a file.
        let fits = trades as usize <= BLOCK_TRADES_MAX && plain_bytes as usize <= trades as usize * TRADE_BYTES_MAX;
        if fits { Ok(label) } else { Err(BlockError::Header { trades, plain_bytes }) }
    }
}

/// The next bytes of a header, which is long enough for all that are asked for.
fn next<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    match rest.split_first_chunk() {
        Some((word, after)) => {
            *rest = after;
            *word
        }
        None => [0; N],
    }
}

/// About what a tree takes that was filled in the order of its keys: its nodes have room for eleven and are left with six.
pub const fn tree_bytes(count: usize, each: usize) -> u64 {
    (count * each * 11 / 6) as u64
}

/// Blocks by window and number.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    /// Shared with snapshots and checkpoints, copied when a block comes.
    blocks: Arc<BTreeMap<(WindowId, u64), Block>>,
    /// The number of the last block.
    last: u64,
    windows: usize,
    trades: u64,
    bytes: u64,
}

impl Archive {
    /// One more block.
    pub fn put(&mut self, block: Block) {
        self.last += 1;
        let first = self.of(block.window()).next().is_none();
        self.windows += usize::from(first);
        self.trades += u64::from(block.label.trades);
        self.bytes += block.bytes();
        Arc::make_mut(&mut self.blocks).insert((block.window(), self.last), block);
    }

    /// The archive of these images, in the order in which they were written; those that cannot be read are told of
    /// with their places, and left out.
    pub fn restore(images: impl IntoIterator<Item = Arc<[u8]>>) -> (Self, Vec<(usize, BlockError)>) {
        let (mut archive, mut damaged) = (Self::default(), Vec::new());
        for (place, image) in images.into_iter().enumerate() {
            match Block::open(image) {
                Ok(block) => archive.put(block),
                Err(error) => damaged.push((place, error)),
            }
        }
        (archive, damaged)
    }

    /// The blocks of a window, in the order in which they were packed.
    pub fn of(&self, window: WindowId) -> impl Iterator<Item = &Block> {
        self.blocks.range((window, 0)..=(window, u64::MAX)).map(|(_, block)| block)
    }

    /// The windows from this one to that, both included, that have blocks.
    pub fn windows_between(&self, from: WindowId, to: WindowId) -> impl Iterator<Item = WindowId> {
        let mut last = None;
        let range = (from <= to).then(|| self.blocks.range((from, 0)..=(to, u64::MAX)));
        let windows = range.into_iter().flatten().map(|((window, _), _)| *window);
        windows.filter(move |window| last.replace(*window) != Some(*window))
    }

    /// Blocks with a number above this one, with their numbers, by window: what a disk that knows up to there has to write.
    pub fn since(&self, number: u64) -> impl Iterator<Item = (u64, &Block)> {
        self.blocks.iter().filter(move |((_, own), _)| *own > number).map(|((_, own), block)| (*own, block))
    }

    /// The lowest number that a block has.
    pub fn first(&self) -> Option<u64> {
        self.blocks.keys().map(|(_, number)| *number).min()
    }

    /// The blocks are those that a disk holds under their numbers, read again and not looked into: one that rotted there
    /// is found by whoever asks for it. The number up to which none is missing there.
    pub fn replace(&mut self, disk: &BTreeMap<u64, Arc<[u8]>>) -> u64 {
        let mut missing = u64::MAX;
        for ((_, number), block) in Arc::make_mut(&mut self.blocks) {
            match disk.get(number) {
                Some(image) => block.image = Arc::clone(image),
                None => missing = missing.min(*number),
            }
        }
        self.last.min(missing.saturating_sub(1))
    }

    /// The number of the last block; 0 before the first.
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// How many windows have blocks.
    pub const fn windows(&self) -> usize {
        self.windows
    }

    /// How many trades are packed.
    pub const fn trades(&self) -> u64 {
        self.trades
    }

    /// How many bytes they take.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many blocks there are.
    pub fn len(&self) -> u64 {
        self.blocks.len() as u64
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// About what the list of the blocks takes: a copy has one of its own as soon as a block comes.
    pub fn list_bytes(&self) -> u64 {
        tree_bytes(self.blocks.len(), size_of::<((WindowId, u64), Block)>())
    }

    /// Takes the oldest window out; how many trades it held.
    pub fn forget_oldest(&mut self) -> u64 {
        let Some((oldest, _)) = self.blocks.keys().next().copied() else { return 0 };
        let blocks = Arc::make_mut(&mut self.blocks);
        let later = blocks.split_off(&(WindowId(oldest.0.saturating_add(1)), 0));
        let gone = std::mem::replace(blocks, later);
        let trades = gone.values().map(|block| u64::from(block.label.trades)).sum();
        self.windows -= 1;
        self.trades -= trades;
        self.bytes -= gone.values().map(Block::bytes).sum::<u64>();
        trades
    }

    /// Turns a bit of a block of this window round, as a bad disk does.
    #[cfg(test)]
    pub(super) fn rot(&mut self, window: WindowId, byte: usize) {
        if let Some((_, block)) = Arc::make_mut(&mut self.blocks).range_mut((window, 0)..).next() {
            let mut image = block.image.to_vec();
            image[byte] ^= 0x10;
            block.image = image.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::codec::tests::any_trades;
    use super::*;

    fn read(block: &Block) -> Result<Vec<TapeTrade>, BlockError> {
        let mut all = Vec::new();
        block.trades(|trade| all.push(trade)).map(|()| all)
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_back_with_its_label(trades in any_trades(), window: u64) {
            prop_assume!(!trades.is_empty());
            let block = Block::pack(WindowId(window), &trades);
            let opened = Block::open(Arc::clone(block.image())).unwrap();
            prop_assert_eq!(&opened, &block);
            prop_assert_eq!((opened.window(), opened.label().trades as usize), (WindowId(window), trades.len()));
            prop_assert_eq!(read(&opened).unwrap(), trades);
        }

        #[test]
        fn any_flipped_bit_is_found(trades in any_trades(), at: prop::sample::Index, bit in 0_u8..8) {
            prop_assume!(!trades.is_empty());
            let block = Block::pack(WindowId(3), &trades);
            let mut image = block.image().to_vec();
            let at = at.index(image.len());
            image[at] ^= 1 << bit;
            let error = Block::open(image.into()).unwrap_err();
            let expected = if at < MAGIC.len() { matches!(error, BlockError::NotABlock) } else { matches!(error, BlockError::Checksum { .. }) };
            prop_assert!(expected, "byte {}: {}", at, error);
        }

        #[test]
        fn any_bytes_are_no_block_or_a_whole_one(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Block::open(bytes.into()).is_err());
        }
    }

    #[test]
    fn a_restored_archive_has_all_but_what_is_damaged() {
        let trade = |at| TapeTrade {
            id: super::super::window::TradeNumber(at),
            deal: super::super::window::Deal {
                at: SimTime(at),
                symbol: SymbolId(1),
                side: crate::domain::order::Side::Sell,
                price: crate::domain::units::Price(5),
                quantity: crate::domain::units::Quantity(1),
            },
        };
        let mut archive = Archive::default();
        (0..4).for_each(|window| archive.put(Block::pack(WindowId(window / 2), &[trade(window)])));
        let mut images: Vec<Arc<[u8]>> = archive.since(0).map(|(_, block)| Arc::clone(block.image())).collect();
        images[2] = images[2][..30].into();
        let (restored, damaged) = Archive::restore(images);
        assert_eq!(damaged, [(2, BlockError::CutOff { bytes: 30 })]);
        assert_eq!((restored.windows(), restored.trades(), restored.since(0).count()), (2, 3, 3));
        assert_eq!(archive.windows_between(WindowId(0), WindowId(9)).collect::<Vec<_>>(), [WindowId(0), WindowId(1)]);
        assert_eq!(archive.windows_between(WindowId(1), WindowId(0)).count(), 0);
        assert_eq!((archive.last(), archive.since(3).count()), (4, 1));
        assert_eq!((archive.forget_oldest(), archive.windows(), archive.trades()), (2, 1, 2));
    }
}
