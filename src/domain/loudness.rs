//! How loud an event is: what the screen puts on its time line, and what it only lists.
//!
//! Idea: loudness is a property of the kind, stated once, so that time line, list and slow motion agree.

use super::event::EventKind;

/// How loud an event is on the screen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Loudness {
    /// Background: shown in the list only.
    Quiet,
    /// A step of a story.
    Notable,
    /// A fault, an election, a loss: a mark on the time line.
    Loud,
}

impl EventKind {
    /// How loud it is.
    pub const fn loudness(&self) -> Loudness {
        match self {
            Self::Crashed { .. }
            | Self::Frozen
            | Self::Halted { .. }
            | Self::LinkCut { .. }
            | Self::Isolated
            | Self::Muted
            | Self::Elected { .. }
            | Self::Violated { .. }
            | Self::OrdersLost { .. } => Loudness::Loud,
            Self::Believes { .. }
            | Self::SnapshotTaken { .. }
            | Self::Voted { .. }
            | Self::VoteRefused { .. }
            | Self::SymbolFrozen { .. }
            | Self::SymbolMoved { .. } => Loudness::Quiet,
            _ => Loudness::Notable,
        }
    }
}
