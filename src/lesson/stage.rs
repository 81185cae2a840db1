//! The stage: what a director needs of a run, and what comes back from a performance.
//!
//! Idea: the lesson room knows no scheduler. Whoever puts a run together implements [`Stage`]; without a screen also
//! [`FreeStage`], and [`perform`] does the rest.

use std::sync::Arc;

use crate::domain::command::PaceCommand;
use crate::domain::control::Control;
use crate::domain::event::Event;
use crate::domain::time::SimTime;
use crate::domain::view::{CheckView, ClusterView};

use super::expression::Expression;
use super::run::Director;
use super::script::Script;

/// What a director needs of a run.
pub trait Stage {
    /// Virtual time.
    fn now(&self) -> SimTime;
    /// The run as it is now; built when it is asked for.
    fn view(&mut self) -> Arc<ClusterView>;
    /// Carries a control out, now.
    fn control(&mut self, control: Control);
    /// Lets time pass otherwise; a run without a screen may ignore it.
    fn pace(&mut self, command: PaceCommand);
}

/// A stage without a screen.
pub trait FreeStage: Stage {
    /// Runs up to `until`, or to the end of the first instant in which something notable happened, whichever is first;
    /// yields what happened. `now` is then that time.
    fn run_until(&mut self, until: SimTime) -> Vec<Event>;
}

/// Who watches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    /// Nobody: no step waits, and the run ends after the script's length.
    Nobody,
    /// A class: steps that speak or ask wait for the teacher.
    Class,
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// On its way; call again at this time, or when something happened.
    Going {
        /// When at the latest.
        due: SimTime,
    },
    /// Waits for the teacher.
    Waits,
    /// Through.
    Through,
}

/// What came of a script.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The expectations, each decided.
    pub checks: Vec<CheckView>,
    /// What went wrong with steps, each a sentence with its line.
    pub failures: Vec<String>,
    /// What the script expects.
    pub expectations: Vec<Expression>,
}

impl Outcome {
    /// Whether the script expects a figure that should be 0 to be above it, and this value agrees.
    pub fn allows(&self, figure: &str, value: u64) -> bool {
        self.expectations.iter().any(|expression| expression.allows(figure, value))
    }

    /// Whether everything came as expected.
    pub fn is_well(&self) -> bool {
        self.failures.is_empty() && self.checks.iter().all(|check| check.met == Some(true))
    }
}

/// Runs a script without a screen, to its end.
pub fn perform(script: &Arc<Script>, stage: &mut impl FreeStage) -> Outcome {
    let mut director = Director::new(Arc::clone(script), Audience::Nobody, stage.now());
    let mut events = Vec::new();
    loop {
        match director.poll(&events, stage) {
            Progress::Going { due } => events = stage.run_until(due),
            Progress::Waits | Progress::Through => return director.outcome(),
        }
    }
}
