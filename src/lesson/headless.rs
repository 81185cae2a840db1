//! A stage without a screen: a world that a script runs on as fast as the machine can.
//!
//! Idea: the director asks for time and gets the events of the first instant in which something notable happened, so a
//! script's controls fall on the same virtual nanosecond in every run of a seed.
//! Shape: nodes step inline or as tasks; both give one hash.

use std::io;
use std::sync::Arc;

use crate::domain::command::PaceCommand;
use crate::domain::control::Control;
use crate::domain::event::Event;
use crate::domain::time::SimTime;
use crate::domain::view::ClusterView;
use crate::runtime::tasks::TaskStepper;
use crate::runtime::world::World;

use super::run::{FreeStage, Stage};

/// How nodes take their steps.
enum Steps {
    Inline,
    Tasks(Box<(tokio::runtime::Runtime, TaskStepper)>),
}

/// A world that a script runs on.
pub struct WorldStage {
    world: World,
    steps: Steps,
}

impl WorldStage {
    /// Nodes step in the scheduler's own thread.
    pub const fn inline(world: World) -> Self {
        Self { world, steps: Steps::Inline }
    }

    /// Nodes step as tasks, as they do behind the dashboard.
    ///
    /// # Errors
    /// The runtime of the tasks can't be made.
    pub fn tasks(world: World) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let stepper = TaskStepper::default();
        Ok(Self { world, steps: Steps::Tasks(Box::new((runtime, stepper))) })
    }

    /// The world as it stands.
    pub const fn world(&self) -> &World {
        &self.world
    }

    fn advance(&mut self, until: SimTime) {
        match &mut self.steps {
            Steps::Inline => self.world.run_until(until),
            Steps::Tasks(tasks) => {
                let (runtime, stepper) = &mut **tasks;
                runtime.block_on(self.world.run_until_tasks(stepper, until));
            }
        }
    }
}

impl Stage for WorldStage {
    fn now(&self) -> SimTime {
        self.world.now()
    }

    fn view(&mut self) -> Arc<ClusterView> {
        Arc::new(self.world.view())
    }

    fn control(&mut self, control: Control) {
        self.world.control(control);
    }

    fn pace(&mut self, _: PaceCommand) {}
}

impl FreeStage for WorldStage {
    fn run_until(&mut self, until: SimTime) -> Vec<Event> {
        loop {
            let events = self.world.take_new_events();
            if !events.is_empty() || self.world.now() >= until {
                return events;
            }
            let next = self.world.next_at().map_or(until, |next| next.min(until));
            self.advance(next);
        }
    }
}
