//! The guide: a lesson in front of a class, beside the cluster's thread.
//!
//! Idea: the director is the same as without a screen; only its stage differs. What it wants done goes back to the
//! thread as wishes (`Steer`), and where a step speaks or asks, it waits for the teacher.
//! Shape: a hook of `runtime::live`. A control that the teacher gives by hand is shown to the director, so that a step
//! which waits for just that is not done twice.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::desk;
use crate::domain::command::{LessonCommand, PaceCommand};
use crate::domain::control::Control;
use crate::domain::event::Event;
use crate::domain::time::SimTime;
use crate::domain::view::ClusterView;
use crate::runtime::engine::{Hook, Steer};
use crate::runtime::world::World;

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
    /// Controls of the run that were looked at.
    looked_at: usize,
    /// Controls that the director gave and that were not carried out when last looked.
    own: VecDeque<Control>,
}

/// The stage of one call.
struct LiveStage<'a> {
    world: &'a World,
    steer: &'a mut Steer,
    own: &'a mut VecDeque<Control>,
}

impl Stage for LiveStage<'_> {
    fn now(&self) -> SimTime {
        self.world.now()
    }

    fn view(&mut self) -> Arc<ClusterView> {
        Arc::new(self.world.view())
    }

    fn control(&mut self, control: Control) {
        self.own.push_back(control);
        self.steer.controls.push(control);
    }

    fn pace(&mut self, command: PaceCommand) {
        self.steer.pace.push(command);
    }
}

impl Guide {
    /// A guide without a lesson.
    pub const fn new(find: Finder) -> Self {
        Self { find, lesson: None }
    }

    fn start(&mut self, script: Arc<Script>, steer: &mut Steer) {
        let world = desk::open(&Arc::new(script.settings.clone()), script.seed);
        let director = Director::new(Arc::clone(&script), Audience::Class, world.now());
        self.lesson = Some(Lesson { script, director, looked_at: 0, own: VecDeque::new() });
        steer.world = Some(Box::new(world));
        steer.pace.push(PaceCommand::Normal);
    }
}

impl Lesson {
    /// Shows the director what the teacher did by hand since the last look.
    fn look(&mut self, world: &World, steer: &mut Steer) {
        let done = &world.controls()[self.looked_at.min(world.controls().len())..];
        self.looked_at = world.controls().len();
        for recorded in done {
            if self.own.front() == Some(&recorded.control) {
                self.own.pop_front();
                continue;
            }
            let view = world.view();
            let mut stage = LiveStage { world, steer, own: &mut self.own };
            self.director.seen(&recorded.control, &view, &mut stage);
        }
    }

    fn poll(&mut self, events: &[Event], world: &World, steer: &mut Steer) {
        let mut stage = LiveStage { world, steer, own: &mut self.own };
        self.director.poll(events, &mut stage);
    }
}

impl Hook for Guide {
    fn after_advance(&mut self, world: &World, new: &[Event], steer: &mut Steer) {
        if let Some(lesson) = &mut self.lesson {
            lesson.look(world, steer);
            lesson.poll(new, world, steer);
        }
    }

    fn command(&mut self, command: LessonCommand, world: &World, steer: &mut Steer) {
        match command {
            LessonCommand::Start(name) => {
                if let Some(script) = (self.find)(&name) {
                    self.start(Arc::new(script), steer);
                }
            }
            LessonCommand::Restart => {
                if let Some(script) = self.lesson.as_ref().map(|lesson| Arc::clone(&lesson.script)) {
                    self.start(script, steer);
                }
            }
            LessonCommand::Leave => self.lesson = None,
            other => {
                if let Some(lesson) = &mut self.lesson {
                    let mut stage = LiveStage { world, steer, own: &mut lesson.own };
                    lesson.director.command(&other, &mut stage);
                    lesson.poll(&[], world, steer);
                }
            }
        }
    }

    fn reset(&mut self, _: &World) {
        self.lesson = None;
    }

    fn fill(&self, view: &mut ClusterView) {
        view.lesson = self.lesson.as_ref().map(|lesson| lesson.director.view());
    }
}
