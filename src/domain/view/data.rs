//! What there is to see of the data: how it is divided, and what moves. What each strategy would make of the keys depends on
//! nothing that happens, so the screen works it out by itself (`ui::strategies`).
//!
//! Units: trades by id are counted once, wherever they are; loads are requests of clients that a partition applied in the
//! last second; shares are in thousandths.
//! Bound: [`MOVES_SHOWN`] moves, those that are under way first; the histograms have a column a partition.

use crate::domain::ids::{GroupId, NodeId, SymbolId};
use crate::domain::rules::PartitionStrategy;
use crate::domain::spread::Spread;
use crate::domain::time::SimTime;

/// Moves in a view.
pub const MOVES_SHOWN: usize = 64;

/// How far a move has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum MoveStage {
    /// It waits for its turn.
    #[default]
    Planned,
    /// The controller has begun it; the source still trades, until nothing is held for a spread.
    Begun,
    /// The source has frozen the symbol and ships it.
    Shipping,
    /// The target owns it, and the cluster map does not say so yet.
    Owned,
    /// The map says so; the source has not dropped its copy yet.
    Mapped,
}

/// A symbol that changes its partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MoveView {
    /// Which.
    pub symbol: SymbolId,
    /// Whose it is.
    pub from: GroupId,
    /// Whose it will be.
    pub to: GroupId,
    /// How far it has come.
    pub stage: MoveStage,
    /// Parts that the target has logged.
    pub parts_done: u32,
    /// Parts in all; 0 until it is frozen.
    pub parts: u32,
    /// Since when nobody carries out its orders; `None` until the source has frozen it.
    pub frozen_at: Option<SimTime>,
}

/// How many of how many move.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wave {
    /// Keys that are there.
    pub all: u64,
    /// Of them, those that another partition owns afterwards.
    pub moves: u64,
}

impl Wave {
    /// One key more.
    pub fn note(&mut self, moves: bool) {
        self.all += 1;
        self.moves += u64::from(moves);
    }

    /// The share that moves, in thousandths; nothing where there is nothing.
    pub const fn per_mille(self) -> Option<u64> {
        (self.moves * 1_000 + self.all / 2).checked_div(self.all)
    }
}

/// Symbols that went to another gateway because of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HomesMoved {
    /// Which one left or came.
    pub gateway: NodeId,
    /// It left.
    pub left: bool,
    /// What moved.
    pub wave: Wave,
}

/// The last change of strategy: what of all that was there had to move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SwitchView {
    /// From this strategy
    pub from: PartitionStrategy,
    /// to this one.
    pub to: PartitionStrategy,
    /// Symbols.
    pub symbols: Wave,
    /// Trades by id.
    pub trades: Wave,
    /// The share that should move by theory, in thousandths; `None` where only the keys can tell.
    pub theory: Option<u64>,
}

/// Trades by id, in all partitions together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StoreView {
    /// Trades of those that are kept that are somewhere.
    pub kept: u64,
    /// Of them, those that are in two places, being on their way.
    pub twice: u64,
    /// Trades that should be kept and that no running replica has.
    pub nowhere: u64,
    /// Trades that are not where they belong, as the leaders know.
    pub away: u64,
    /// Trades that came from one keeper to another.
    pub moved: u64,
    /// Trades that grew too old.
    pub forgotten: u64,
    /// The last change of strategy.
    pub switch: Option<SwitchView>,
}

/// How the data is divided, and what moves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DataView {
    /// The strategy in force.
    pub strategy: PartitionStrategy,
    /// Moves under way, then those that wait, in their order; at most [`MOVES_SHOWN`].
    pub moves: Vec<MoveView>,
    /// How many are under way.
    pub under_way: u32,
    /// How many wait.
    pub planned: u32,
    /// How many symbols have moved in this run.
    pub moved: u64,
    /// Requests that gateways hold because their symbol moves.
    pub held_requests: u64,
    /// Requests that gateways refused because they held too many.
    pub held_refused: u64,
    /// Trades by id.
    pub store: StoreView,
    /// Symbols in each partition.
    pub symbols: Vec<u64>,
    /// How even that is.
    pub symbols_spread: Spread,
    /// Requests of clients that each partition applied in the last second.
    pub load: Vec<u64>,
    /// How even that is.
    pub load_spread: Spread,
}
