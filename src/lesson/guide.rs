//! The guide: a lesson in front of a class, beside the cluster's thread.
//!
//! Idea: the director is the same as without a screen, and acts on the same engine; where a step speaks or asks, it
//! waits for the teacher.
//! Shape: a hook of `runtime::live_run`. A control that the teacher gives by hand is shown to the director, so that a step
//! which waits for just that is not done twice.

use std::sync::Arc;

use crate::domain::command::{LessonCommand, PaceCommand};
use crate::domain::control::{Control, ControlAnswer};
use crate::domain::engine::{Engine, Restart};
use crate::domain::event::Event;
use crate::domain::time::SimTime;
use crate::domain::view::ClusterView;
use crate::runtime::live_run::Hook;

use super::run::{Audience, Director, Stage};
use super::script::Script;

/// Finds a script by name or file.
pub type Finder = Box<dyn Fn(&str) -> Option<Script> + Send>;

/// Leads a class through a lesson.
pub struct Guide {
    find: Finder,
    lesson: Option<Lesson>,
}

struct Lesson {
    script: Arc<Script>,
    director: Director,
}

impl Guide {
    /// A guide without a lesson.
    pub const fn new(find: Finder) -> Self {
        Self { find, lesson: None }
    }

    /// Begins a lesson on a cluster of its own, if the engine gives it one.
    fn start(&mut self, script: Arc<Script>, stage: &mut Stage<'_>) {
        let restart = Restart { settings: Some(Arc::new(script.settings.clone())), seed: Some(script.seed) };
        if stage.engine.restart(restart) == ControlAnswer::Done {
            let director = Director::new(Arc::clone(&script), Audience::Class, stage.now());
            self.lesson = Some(Lesson { script, director });
            stage.pace(PaceCommand::Normal);
        }
    }
}

impl Hook for Guide {
    fn after_advance(&mut self, engine: &mut dyn Engine, new: &[Event], pace: &mut Vec<PaceCommand>) {
        if let Some(lesson) = &mut self.lesson {
            lesson.director.poll(new, &mut Stage { engine, pace });
        }
    }

    fn due(&self, now: SimTime) -> SimTime {
        self.lesson.as_ref().map_or(SimTime::NEVER, |lesson| lesson.director.due(now))
    }

    fn given(&mut self, control: &Control, engine: &mut dyn Engine, pace: &mut Vec<PaceCommand>) {
        if let Some(lesson) = &mut self.lesson {
            let view = engine.view();
            lesson.director.seen(control, &view, &mut Stage { engine, pace });
        }
    }

    fn command(&mut self, command: LessonCommand, engine: &mut dyn Engine, pace: &mut Vec<PaceCommand>) {
        let mut stage = Stage { engine, pace };
        match command {
            LessonCommand::Start(name) => {
                if let Some(script) = (self.find)(&name) {
                    self.start(Arc::new(script), &mut stage);
                }
            }
            LessonCommand::Restart => {
                if let Some(script) = self.lesson.as_ref().map(|lesson| Arc::clone(&lesson.script)) {
                    self.start(script, &mut stage);
                }
            }
            LessonCommand::Leave => self.lesson = None,
            other => {
                if let Some(lesson) = &mut self.lesson {
                    lesson.director.command(&other, &mut stage);
                    lesson.director.poll(&[], &mut stage);
                }
            }
        }
    }

    fn reset(&mut self) {
        self.lesson = None;
    }

    fn fill(&self, view: &mut ClusterView) {
        view.lesson = self.lesson.as_ref().map(|lesson| lesson.director.view());
    }
}
