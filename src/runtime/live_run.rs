//! A live run: an engine, how time passes for it, and the lesson that steers it.
//!
//! Idea: one slice of running at a time, short enough that a key is never felt to wait. A slice ends as soon as something
//! notable happened, so that pacer and hook hear of it at its own moment, not a frame later.
//! Units: wall time is asked from the `WallClock` that is passed in.
//! Bound: a slice lasts [`SLICE`] of wall time; a step to the next event of a group looks [`STEP_SPAN`] ahead at most, and
//! runs in slices too: under heavy load it takes seconds, and a command such as *quit* must not wait for it.

use std::time::Duration;

use super::live::{LiveSetup, Narrate};
use super::pacer::{Pacer, Plan, WallClock};
use crate::domain::command::{Command, LessonCommand, PaceCommand};
use crate::domain::control::{Control, ControlAnswer};
use crate::domain::engine::{Advance, Engine, Focus, Position, Restart};
use crate::domain::event::{Event, Loudness};
use crate::domain::ids::GroupId;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::ClusterView;

/// The wall time of one slice: how long a key waits at most.
pub const SLICE: Duration = Duration::from_millis(4);
/// How far a step looks for the next event of a group.
pub const STEP_SPAN: SimDuration = SimDuration::from_secs(5);

/// Someone to the right who steers a live run: a lesson. It acts on the engine; how time should pass it says in `pace`.
pub trait Hook: Send {
    /// Time has passed; these notable events are new.
    fn after_advance(&mut self, engine: &mut dyn Engine, new: &[Event], pace: &mut Vec<PaceCommand>);

    /// The teacher gave this control, and it was carried out.
    fn given(&mut self, control: &Control, engine: &mut dyn Engine, pace: &mut Vec<PaceCommand>);

    /// The teacher asks something of the lesson.
    fn command(&mut self, command: LessonCommand, engine: &mut dyn Engine, pace: &mut Vec<PaceCommand>);

    /// The run began again, by a reset.
    fn reset(&mut self);

    /// When it has something to do if nothing happens before: time stops there, so that it acts at its own moment whatever
    /// the pace.
    fn due(&self, now: SimTime) -> SimTime;

    /// Writes its part of what the screen shows.
    fn fill(&self, view: &mut ClusterView);
}

/// What comes next for the loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flow {
    /// There is more to run at once.
    Busy,
    /// Nothing to do until wall time has passed.
    Rest,
    /// Nothing to do until a command comes.
    Stand,
    /// The run is over.
    End,
}

/// What the loop looks at to see whether a view is still true.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Shown {
    pub position: Position,
    pub paused: bool,
}

/// A live run.
pub(super) struct LiveRun<E> {
    engine: E,
    pacer: Pacer,
    hook: Option<Box<dyn Hook>>,
    /// A step on its way.
    seek: Option<Seek>,
    /// Restarts that the pacer knows of.
    restarts: u64,
    /// Says an event in a sentence.
    narrate: Narrate,
}

/// A step to the next event of a group, on its way. Any word on time ends it.
#[derive(Clone, Copy, Debug)]
struct Seek {
    group: GroupId,
    /// It looks no farther.
    until: SimTime,
}

impl<E: Engine> LiveRun<E> {
    /// Begins with this engine at this wall time.
    pub fn new(setup: LiveSetup<E>, wall: Duration) -> Self {
        let LiveSetup { engine, hook, on_fault, narrate } = setup;
        let Position { now, restarts, .. } = engine.position();
        Self { pacer: Pacer::new(wall, now, on_fault), engine, hook, seek: None, restarts, narrate }
    }

    /// What a view made now would show.
    pub fn shown(&self) -> Shown {
        Shown { position: self.engine.position(), paused: self.pacer.is_paused() }
    }

    /// Does what a command asks for; a control is answered.
    pub fn obey(&mut self, command: Command, clock: &WallClock) -> (Flow, Option<ControlAnswer>) {
        let mut answer = None;
        match command {
            Command::Quit => return (Flow::End, None),
            Command::Control(control) => {
                let said = self.engine.control(control);
                answer = Some(said);
                if said == ControlAnswer::Done {
                    self.with_hook(clock, |hook, engine, pace| hook.given(&control, engine, pace));
                }
            }
            Command::Pace(pace) => self.pace(pace, clock),
            Command::Lesson(lesson) => {
                self.with_hook(clock, |hook, engine, pace| hook.command(lesson, engine, pace));
            }
            Command::Look(symbol) => self.engine.focus(Focus::Book(symbol)),
            Command::Watch(account) => self.engine.focus(Focus::Account(account)),
            Command::Reset { seed } => {
                if self.engine.restart(Restart { settings: None, seed }) == ControlAnswer::Done
                    && let Some(hook) = &mut self.hook
                {
                    hook.reset();
                }
            }
        }
        self.begin_again(clock);
        self.spread_news(clock);
        (Flow::Rest, answer)
    }

    /// Runs one slice.
    pub fn advance(&mut self, clock: &WallClock) -> Flow {
        let wall = clock.elapsed();
        let (until, there) = match (self.seek, self.pacer.plan(wall, self.engine.position().now)) {
            (Some(seek), _) => (seek.until, Flow::Rest),
            (None, Plan::Stand) => return Flow::Stand,
            (None, Plan::RunTo(until)) => (until, Flow::Rest),
            (None, Plan::RunFree) => (SimTime::NEVER, Flow::Busy),
        };
        let now = self.engine.position().now;
        let due = self.hook.as_ref().map_or(SimTime::NEVER, |hook| hook.due(now));
        let (until, there) = if due < until { (due, Flow::Busy) } else { (until, there) };
        let flow = match self.engine.advance(until, &mut || clock.elapsed().saturating_sub(wall) >= SLICE) {
            Advance::Reached => there,
            Advance::News | Advance::Enough => Flow::Busy,
            Advance::Ended => {
                self.pacer.obey(PaceCommand::Pause, clock.elapsed(), self.engine.position().now);
                Flow::Rest
            }
        };
        let new = self.engine.take_events();
        if let Some(seek) = self.seek {
            self.look_for(seek, &new, flow);
        }
        self.tell(&new, clock);
        flow
    }

    /// The next slice comes after a rest of so long.
    pub fn rest(&mut self, length: Duration) {
        self.pacer.rest(length);
    }

    /// What the screen sees.
    pub fn view(&self) -> ClusterView {
        let mut view = self.engine.view();
        view.run.pace = self.pacer.view();
        view.run.capabilities = self.engine.capabilities();
        if let Some(hook) = &self.hook {
            hook.fill(&mut view);
        }
        view
    }

    /// The engine, at the end of the run.
    pub fn leave(self) -> E {
        self.engine
    }

    fn pace(&mut self, command: PaceCommand, clock: &WallClock) {
        let now = self.engine.position().now;
        self.pacer.obey(command, clock.elapsed(), now);
        self.seek = match command {
            PaceCommand::Step(group) => Some(Seek { group, until: now + STEP_SPAN }),
            _ => None,
        };
        if command == PaceCommand::StepRaw {
            self.engine.step();
            self.stand();
        }
    }

    /// Ends a step that met an event of its group, or of a node or link, among the new ones; and one that came to the end
    /// of its span without.
    fn look_for(&mut self, seek: Seek, new: &[Event], flow: Flow) {
        let concerns = |event: &Event| match event.group {
            Some(of) => of == seek.group,
            None => event.kind.loudness() >= Loudness::Notable,
        };
        let met = new.iter().any(concerns);
        if !met && flow == Flow::Busy {
            return;
        }
        self.seek = None;
        if !met {
            self.pacer.met_nothing(STEP_SPAN);
        }
        self.stand();
    }

    fn stand(&mut self) {
        self.pacer.stand_on(self.engine.position().events);
    }

    /// Tells pacer and hook what a command brought.
    fn spread_news(&mut self, clock: &WallClock) {
        let new = self.engine.take_events();
        self.tell(&new, clock);
    }

    fn tell(&mut self, new: &[Event], clock: &WallClock) {
        for event in new {
            self.log(event);
            self.pacer.hear(event, clock.elapsed(), |node| self.engine.led_by(node));
        }
        self.with_hook(clock, |hook, engine, pace| hook.after_advance(engine, new, pace));
    }

    /// Lets the hook act, and lets time pass as it wishes.
    fn with_hook(
        &mut self,
        clock: &WallClock,
        act: impl FnOnce(&mut dyn Hook, &mut dyn Engine, &mut Vec<PaceCommand>),
    ) {
        let mut pace = Vec::new();
        if let Some(hook) = &mut self.hook {
            act(hook.as_mut(), &mut self.engine, &mut pace);
        }
        self.begin_again(clock);
        for command in pace {
            self.pace(command, clock);
        }
    }

    /// The program's own log: what is loud, with its virtual time, since the log's own clock is the wall's.
    fn log(&self, event: &Event) {
        match event.kind.loudness() {
            Loudness::Loud => tracing::info!(target: "cluster", "{}", line(event, &*self.narrate)),
            Loudness::Notable => tracing::debug!(target: "cluster", "{}", line(event, &*self.narrate)),
            Loudness::Quiet => {}
        }
    }

    /// Another run has begun: time begins with it.
    fn begin_again(&mut self, clock: &WallClock) {
        let Position { now, restarts, .. } = self.engine.position();
        if restarts != self.restarts {
            self.restarts = restarts;
            self.pacer.jump(clock.elapsed(), now);
            self.seek = None;
        }
    }
}

/// A line of the log: when, of which group, what it is called, and the sentence.
fn line(event: &Event, narrate: &dyn Fn(&Event) -> String) -> String {
    let group = event.group.map_or_else(String::new, |group| format!(" {group}"));
    format!("vt={}{group} {}: {}", event.at, event.kind.name(), narrate(event))
}

#[cfg(test)]
mod tests {
    use super::super::pacer::OnFault;
    use super::super::simulation::Simulation;
    use super::super::testbed::{ms, world};
    use std::sync::Arc;

    use super::*;
    use crate::domain::control::Target;
    use crate::domain::event::EventKind;
    use crate::domain::ids::NodeId;
    use crate::domain::view::{LessonView, Speed};

    /// Crashes `n2` at the second election that it hears of, and pauses there.
    #[derive(Default)]
    struct Teacher {
        elections: usize,
        given: usize,
        /// It has something to do then, and was there.
        due: SimTime,
        was_there: bool,
    }

    impl Hook for Teacher {
        fn due(&self, now: SimTime) -> SimTime {
            if now < self.due { self.due } else { SimTime::NEVER }
        }

        fn after_advance(&mut self, engine: &mut dyn Engine, new: &[Event], pace: &mut Vec<PaceCommand>) {
            self.was_there |= engine.position().now == self.due;
            for _ in new.iter().filter(|event| matches!(event.kind, EventKind::Elected { .. })) {
                self.elections += 1;
                if self.elections == 3 {
                    engine.control(Control::Crash(Target::Node(NodeId(2))));
                    pace.push(PaceCommand::Pause);
                }
            }
        }

        fn given(&mut self, _: &Control, _: &mut dyn Engine, _: &mut Vec<PaceCommand>) {
            self.given += 1;
        }

        fn command(&mut self, _: LessonCommand, engine: &mut dyn Engine, _: &mut Vec<PaceCommand>) {
            engine.restart(Restart { seed: Some(77), ..Restart::default() });
        }

        fn reset(&mut self) {
            self.elections = 0;
        }

        fn fill(&self, view: &mut ClusterView) {
            let (current, checks_later) = (self.elections, self.given);
            view.lesson = Some(LessonView { current, checks_later, waits: self.was_there, ..LessonView::default() });
        }
    }

    fn run(hook: Option<Box<dyn Hook>>, clock: &WallClock) -> LiveRun<Simulation> {
        let engine = Simulation::new(Box::new(|_, seed| world(seed)), Arc::default(), 5).with_tasks().unwrap();
        let narrate = Box::new(|event: &Event| format!("a sentence on {}", event.kind.name()));
        let engine = engine.with_record(None);
        LiveRun::new(LiveSetup { engine, hook, on_fault: OnFault::Slow, narrate }, clock.elapsed())
    }

    fn now(run: &LiveRun<Simulation>) -> SimTime {
        run.engine.position().now
    }

    fn run_past(run: &mut LiveRun<Simulation>, clock: &WallClock, at: SimTime) {
        run.obey(Command::Pace(PaceCommand::Set(Speed::Free)), clock);
        while now(run) < at && !run.pacer.is_paused() {
            run.advance(clock);
        }
    }

    fn step(run: &mut LiveRun<Simulation>, group: GroupId, clock: &WallClock) {
        run.obey(Command::Pace(PaceCommand::Step(group)), clock);
        while run.seek.is_some() {
            run.advance(clock);
        }
    }

    #[test]
    fn a_step_goes_in_slices_and_a_word_on_time_ends_it() {
        let clock = WallClock::start();
        let mut run = run(None, &clock);
        run_past(&mut run, &clock, ms(300));
        let before = run.shown();
        // No group is called so: nothing of it ever happens, and the step would go its whole span.
        run.obey(Command::Pace(PaceCommand::Step(GroupId(99))), &clock);
        assert_eq!(
            run.shown().position.events,
            before.position.events,
            "a command is heard at once, whatever it asks for"
        );
        assert_ne!(run.advance(&clock), Flow::Stand);
        let began = run.shown();
        run.obey(Command::Pace(PaceCommand::Pause), &clock);
        assert_eq!(run.advance(&clock), Flow::Stand);
        assert_eq!((run.shown(), began.paused), (began, true));
        assert!(began.position.events > before.position.events, "the step had begun");
    }

    #[test]
    fn a_hook_hears_an_event_at_its_moment_and_steers() {
        let clock = WallClock::start();
        let mut run = run(Some(Box::<Teacher>::default()), &clock);
        run_past(&mut run, &clock, ms(100));
        run.obey(Command::Control(Control::Crash(Target::Node(NodeId(1)))), &clock);
        run_past(&mut run, &clock, ms(3_000));
        assert!(run.pacer.is_paused());
        let crashed = run.engine.world().events().iter().rev().find(|e| matches!(e.kind, EventKind::Crashed { .. }));
        let elected = run.engine.world().events().iter().rev().find(|e| matches!(e.kind, EventKind::Elected { .. }));
        let (crashed, elected) = (crashed.unwrap(), elected.unwrap());
        assert_eq!((crashed.node, crashed.at), (Some(NodeId(2)), elected.at), "at the very moment");
        let lesson = run.view().lesson.unwrap();
        assert!(lesson.current >= 3);
        assert_eq!(lesson.checks_later, 1, "it hears of the teacher's controls, not of its own");
        run.obey(Command::Control(Control::Crash(Target::Node(NodeId(1)))), &clock);
        assert_eq!(run.view().lesson.unwrap().checks_later, 1, "nor of what was refused");
        run.obey(Command::Lesson(LessonCommand::Next), &clock);
        assert_eq!((run.engine.world().seed(), run.engine.position().restarts), (77, 1));
    }

    #[test]
    fn a_hook_that_has_something_to_do_is_there_at_its_own_moment_and_not_a_frame_later() {
        let clock = WallClock::start();
        let due = SimTime(123_456_789);
        let mut run = run(Some(Box::new(Teacher { due, ..Teacher::default() })), &clock);
        run_past(&mut run, &clock, ms(300));
        assert!(run.view().lesson.unwrap().waits);
    }

    #[test]
    fn a_step_goes_to_the_next_event_of_its_group_and_a_raw_step_to_the_next_of_all() {
        let clock = WallClock::start();
        let mut run = run(None, &clock);
        run_past(&mut run, &clock, ms(300));
        run.obey(Command::Control(Control::Crash(Target::Node(NodeId(1)))), &clock);
        let group = GroupId(1);
        let mut seen = run.engine.world().notable();
        for _ in 0..50 {
            step(&mut run, group, &clock);
            let latest = run.engine.world().events().back().unwrap();
            assert!(run.engine.world().notable() > seen, "a step ends at something notable");
            seen = run.engine.world().notable();
            if matches!(latest.kind, EventKind::Elected { .. }) {
                break;
            }
        }
        assert!(matches!(run.engine.world().events().back().unwrap().kind, EventKind::Elected { .. }));
        assert_eq!(run.view().run.pace.quiet, None);
        for _ in 0..50 {
            if run.view().run.pace.quiet.is_some() {
                break;
            }
            step(&mut run, group, &clock);
        }
        assert_eq!(run.view().run.pace.quiet, Some(STEP_SPAN), "a step that met nothing says so");
        let before = run.engine.world().event_count();
        run.obey(Command::Pace(PaceCommand::StepRaw), &clock);
        assert_eq!(run.engine.world().event_count(), before + 1);
        assert_eq!(run.view().run.pace.step, Some(before + 1));
        assert!(run.view().run.pace.paused);
    }

    #[test]
    fn a_live_run_keeps_checkpoints_from_which_its_past_comes_back() {
        let clock = WallClock::start();
        let mut run = run(None, &clock);
        run_past(&mut run, &clock, ms(12_000));
        run.obey(Command::Control(Control::Crash(Target::Node(NodeId(3)))), &clock);
        run_past(&mut run, &clock, ms(35_000));
        let times: Vec<SimTime> = run.engine.checkpoints().unwrap().times().collect();
        assert_eq!(times[0], SimTime::ZERO);
        assert!(times.len() >= 4, "one every ten virtual seconds, or more often if much happens: {times:?}");
        let now =
            run.engine.checkpoints().unwrap().at(run.engine.world().now(), run.engine.world().controls()).unwrap();
        // A slice may end within an instant; a checkpoint runs on to the end of it.
        let mut world = run.engine.world().clone();
        world.run_until(world.now());
        assert_eq!(now.hash(), world.hash());
        run.obey(Command::Reset { seed: Some(9) }, &clock);
        assert_eq!(run.engine.checkpoints().unwrap().len(), 1, "a new run has a past of its own");
    }

    #[test]
    fn a_fault_on_a_leader_slows_time_by_itself() {
        let clock = WallClock::start();
        let mut run = run(None, &clock);
        run_past(&mut run, &clock, ms(300));
        run.obey(Command::Control(Control::Crash(Target::Node(NodeId(3)))), &clock);
        assert!(!run.view().run.pace.slow_auto, "n3 led nothing");
        run.obey(Command::Control(Control::Crash(Target::Leader(GroupId(1)))), &clock);
        assert!(run.view().run.pace.slow_auto);
        run.obey(Command::Pace(PaceCommand::Normal), &clock);
        assert!(!run.view().run.pace.slow_auto);
    }

    #[test]
    fn a_line_of_the_log_is_a_sentence() {
        use crate::domain::event::EventKind;
        use crate::domain::ids::{EventId, NodeId};
        let kind = EventKind::Crashed { unsynced: 2 };
        let (id, at, node, group) = (EventId(1), ms(3_592), Some(NodeId(3)), Some(GroupId(1)));
        let event = Event { id, at, node, group, kind, cause: None, repeated: 0 };
        assert_eq!(line(&event, &|_| "n3 is dead".to_owned()), "vt=3.592 p1 node_crashed: n3 is dead");
    }
}
