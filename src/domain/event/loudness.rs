//! How loud an event is: background, a step of a story, or a mark on the time line.

use super::{EventKind, Loudness, MovesEvent};

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
            | Self::OrdersLost { .. }
            | Self::NodeJoined
            | Self::NodeLeft
            | Self::GapFound { .. } => Loudness::Loud,
            Self::Believes { .. }
            | Self::SnapshotTaken { .. }
            | Self::Voted { .. }
            | Self::VoteRefused { .. }
            | Self::Moves(MovesEvent::Frozen { .. })
            | Self::Moves(MovesEvent::Moved { .. }) => Loudness::Quiet,
            _ => Loudness::Notable,
        }
    }
}
