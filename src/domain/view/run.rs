//! The run on the screen: clock, seed, hash, pace, faults in force.

use std::sync::Arc;

use crate::domain::control::Control;
use crate::domain::digest::Digest;
use crate::domain::engine::Capabilities;
use crate::domain::ids::NodeId;
use crate::domain::settings::Settings;
use crate::domain::time::{SimDuration, SimTime};

/// The run and how fast it goes.
#[derive(Clone, Debug, Default)]
pub struct RunView {
    /// Virtual time.
    pub now: SimTime,
    /// The seed.
    pub seed: u64,
    /// The running hash over everything that happened.
    pub hash: Digest,
    /// Scheduler events so far.
    pub events: u64,
    /// Notable events so far, the ring's forgotten ones too.
    pub notable: u64,
    /// What the run began with, and what was switched since.
    pub settings: Arc<Settings>,
    /// How time passes.
    pub pace: PaceView,
    /// The faults in force.
    pub faults: Vec<FaultView>,
    /// What the engine can do.
    pub capabilities: Capabilities,
    /// Who leads `meta`.
    pub controller: Option<NodeId>,
    /// What is kept to look back, if anything is.
    pub history: Option<HistoryView>,
    /// The recording that is played, or was.
    pub playback: Option<PlaybackView>,
}

/// What is kept to look back, and the memory that it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HistoryView {
    /// Bytes that it takes.
    pub used_bytes: u64,
    /// Bytes that it may take.
    pub bytes_max: u64,
    /// Copies of the run to go back to.
    pub checkpoints: usize,
    /// The virtual time between two of them.
    pub spacing: SimDuration,
    /// How often every second copy went because the bound was reached.
    pub thinned: u64,
    /// Events and samples that went because thinning was not enough.
    pub dropped: u64,
    /// What the whole process has in memory, where the system says so.
    pub resident_bytes: Option<u64>,
}

/// A recording that is played in front of a screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlaybackView {
    /// Where it ends.
    pub end: SimTime,
    /// The recorded run came to its end there; else the recording was broken off, and this is its last mark.
    pub whole: bool,
    /// What came of it so far.
    pub state: PlaybackState,
}

/// Whether the run is the recorded one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlaybackState {
    /// It is under way, and every witness agreed.
    Plays,
    /// It ended, and was the same run.
    Same,
    /// At this time it was another run.
    Differs(SimTime),
}

/// How time passes.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct PaceView {
    /// Stands still.
    pub paused: bool,
    /// The speed that is asked for.
    pub speed: Speed,
    /// The speed that the machine reaches, in thousandths; 0 until measured.
    pub achieved_per_mille: u64,
    /// Slowed down by itself, because of a fault.
    pub slow_auto: bool,
    /// It stands on this scheduler event after a step.
    pub step: Option<u64>,
    /// The last step met nothing notable in this time.
    pub quiet: Option<SimDuration>,
}

/// Virtual time per wall time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speed {
    /// One in so many: slow motion.
    Slow(u32),
    /// So many times as fast; 1 is real time.
    Times(u32),
    /// As fast as the machine can.
    Free,
}

impl Default for Speed {
    fn default() -> Self {
        Self::Times(1)
    }
}

/// A fault in force.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FaultView {
    /// Since when.
    pub since: SimTime,
    /// What began it, with its target resolved.
    pub control: Control,
}
