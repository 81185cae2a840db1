//! The stage: what a director needs of a run, and what comes back from a performance.
//!
//! Idea: the lesson room knows no scheduler, only an [`Engine`]. Without a screen [`perform`] drives it; in front of a
//! class the thread of the live run does, and how time passes is said in `pace`.

use std::sync::Arc;

use crate::domain::command::PaceCommand;
use crate::domain::control::{Control, ControlAnswer};
use crate::domain::engine::Engine;
use crate::domain::event::Event;
use crate::domain::time::SimTime;
use crate::domain::view::{CheckView, ClusterView};

use super::expression::Expression;
use super::run::Director;
use super::script::Script;

/// What a director acts on.
pub struct Stage<'s> {
    /// The cluster.
    pub engine: &'s mut dyn Engine,
    /// How time should pass from now on; nobody listens without a screen.
    pub pace: &'s mut Vec<PaceCommand>,
}

impl Stage<'_> {
    /// The time of the run.
    pub fn now(&self) -> SimTime {
        self.engine.position().now
    }

    /// The run as it is now; built when it is asked for.
    pub fn view(&self) -> Arc<ClusterView> {
        Arc::new(self.engine.view())
    }

    /// Changes the run, now.
    pub fn control(&mut self, control: Control) -> ControlAnswer {
        self.engine.control(control)
    }

    /// Lets time pass otherwise.
    pub fn pace(&mut self, command: PaceCommand) {
        self.pace.push(command);
    }
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

/// Runs a script without a screen, to its end, on an engine that stands where the script begins.
pub fn perform(script: &Arc<Script>, engine: &mut dyn Engine) -> Outcome {
    let mut director = Director::new(Arc::clone(script), Audience::Nobody, engine.position().now);
    let mut events = Vec::new();
    loop {
        let mut unheard = Vec::new();
        match director.poll(&events, &mut Stage { engine, pace: &mut unheard }) {
            Progress::Going { due } => events = run_until(engine, due),
            Progress::Waits | Progress::Through => return director.outcome(),
        }
    }
}

/// Runs up to `until`, or to the end of the first instant in which something notable happened, whichever is first;
/// yields what happened. A script's controls fall on the same nanosecond so in every run of a seed.
fn run_until(engine: &mut dyn Engine, until: SimTime) -> Vec<Event> {
    loop {
        let events = engine.take_events();
        if !events.is_empty() || engine.position().now >= until {
            return events;
        }
        engine.advance(until, &mut || false);
    }
}
