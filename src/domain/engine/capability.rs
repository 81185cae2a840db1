//! What an engine can do. What it can't is dim on the screen, with the reason that the engine gives.

use strum::VariantArray;

use crate::domain::view::Text;

/// Something that not every engine can do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, VariantArray)]
pub enum Capability {
    /// Its time stands still and goes slower when it is told to.
    Pause,
    /// It goes on by single events.
    Step,
    /// The same seed gives the same run.
    Seed,
    /// Its links can be cut and delayed.
    LinkFaults,
    /// It sees who votes for whom, and which leaders stand for election.
    Votes,
    /// It sees how much of a log each disk has synced.
    FsyncMarks,
    /// Probes see every replica, so that invariants are checked as it runs.
    Probes,
}

/// What an engine can do: everything but what it names.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Capabilities {
    lacks: Vec<(Capability, Text)>,
}

impl Capabilities {
    /// The same without this, and why.
    #[must_use]
    pub fn without(mut self, capability: Capability, reason: Text) -> Self {
        self.lacks.retain(|(lacked, _)| *lacked != capability);
        self.lacks.push((capability, reason));
        self
    }

    /// Why the engine can't do this; `None` if it can.
    pub fn lack(&self, capability: Capability) -> Option<&Text> {
        self.lacks.iter().find(|(lacked, _)| *lacked == capability).map(|(_, reason)| reason)
    }

    /// Whether it can.
    pub fn has(&self, capability: Capability) -> bool {
        self.lack(capability).is_none()
    }
}
