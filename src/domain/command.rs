//! Commands: what the dashboard asks of the thread that runs the cluster.
//!
//! Idea: a control changes the run and is recorded; the other commands change what the watcher sees of it (how fast it
//! goes, which lesson runs, whether it begins again) and are not part of the run.
//! Bound: the queue of commands is bounded (`runtime::live`); when it is full the sender is told, the key does nothing.

use super::control::Control;
use super::engine::Capability;
use super::view::Speed;

/// Something that the dashboard asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Change the run.
    Control(Control),
    /// Change how time passes.
    Pace(PaceCommand),
    /// Steer the lesson.
    Lesson(LessonCommand),
    /// Begin again with the same settings; with this seed, or the same.
    Reset {
        /// The new seed.
        seed: Option<u64>,
    },
    /// Show this symbol's book in depth from now on.
    Look(super::ids::SymbolId),
    /// Show this account from now on.
    Watch(super::ids::AccountId),
    /// End.
    Quit,
}

/// How time should pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PaceCommand {
    /// Stop, or go on.
    TogglePause,
    /// Stop.
    Pause,
    /// Go on.
    Run,
    /// Stop, then run to the next notable event of this group.
    Step(super::ids::GroupId),
    /// Stop, then run one scheduler event.
    StepRaw,
    /// This speed; ends slowing down by itself.
    Set(Speed),
    /// The next slower speed of the ladder.
    Slower,
    /// The next faster speed of the ladder.
    Faster,
    /// Real time, running.
    Normal,
    /// Slow down by itself on a fault, or not.
    SlowOnFault(bool),
}

impl PaceCommand {
    /// What an engine must be able to do for it.
    pub const fn needs(self) -> Option<Capability> {
        match self {
            Self::Step(_) | Self::StepRaw => Some(Capability::Step),
            Self::Run | Self::Normal | Self::SlowOnFault(false) => None,
            Self::TogglePause | Self::Pause | Self::Set(_) | Self::Slower | Self::Faster | Self::SlowOnFault(true) => {
                Some(Capability::Pause)
            }
        }
    }
}

/// How the lesson should go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LessonCommand {
    /// Begin the lesson of this name, on a cluster of its own.
    Start(String),
    /// On to the next step.
    Next,
    /// Begin it again.
    Restart,
    /// Leave it; the cluster goes on.
    Leave,
    /// A hand for this option of the open question, 0-based.
    Vote(usize),
    /// A hand less for it.
    Unvote(usize),
    /// Close the question, run on and reveal.
    Reveal,
}
