//! The engine of a live run: a world, how time passes for it, its recorder, and whoever steers it.
//!
//! Idea: one slice of running at a time, short enough that a key is never felt to wait. A slice ends as soon as something
//! notable happens, so that pacer and hook hear of it at its own moment, not a frame later.
//! Units: wall time is asked from the `WallClock` that is passed in.
//! Checkpoints are taken between slices, where no node is out for a step.
//! Bound: a slice lasts [`SLICE`] of wall time; a step to the next event of a group looks [`STEP_SPAN`] ahead at most, and
//! is run in slices too: under a heavy load its way is seconds long, and whoever wants to leave is heard on it.

use std::time::Duration;

use super::checkpoints::Checkpoints;
use super::live::{Left, LiveSetup};
use super::pacer::{Pacer, Plan, WallClock};
use super::recorder::{Mark, Recorder, RecordingHeader};
use super::tasks::TaskStepper;
use super::world::World;
use crate::domain::command::{Command, LessonCommand, PaceCommand};
use crate::domain::control::Control;
use crate::domain::event::{Event, Loudness};
use crate::domain::ids::{AccountId, GroupId, SymbolId};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{ClusterView, FIRST_LOOK};

/// The wall time of one slice: how long a key waits at most.
pub const SLICE: Duration = Duration::from_millis(4);
/// How far a step looks for the next event of a group.
pub const STEP_SPAN: SimDuration = SimDuration::from_secs(5);
/// Scheduler events between two looks at the clock.
const LOOK_EVERY: u32 = 32;

/// Someone to the right who steers a live run: a lesson. It is told what happens and may act through `Steer`.
pub trait Hook: Send {
    /// The world moved on; these notable events are new.
    fn after_advance(&mut self, world: &World, new: &[Event], steer: &mut Steer);

    /// The teacher asks something of the lesson.
    fn command(&mut self, command: LessonCommand, world: &World, steer: &mut Steer);

    /// The run began anew, by a reset.
    fn reset(&mut self, world: &World);

    /// Writes its part of what the screen shows.
    fn fill(&self, view: &mut ClusterView);
}

/// What a hook wants done, in this order: another world, then controls, then time.
#[derive(Default)]
pub struct Steer {
    /// A world to go on with instead.
    pub world: Option<Box<World>>,
    /// The text of its scenario, for the recording.
    pub scenario: Option<String>,
    /// Controls to carry out.
    pub controls: Vec<Control>,
    /// How time should pass.
    pub pace: Vec<PaceCommand>,
}

/// What comes next for the loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flow {
    /// There is more to run at once.
    Busy,
    /// Nothing to do until wall time has passed.
    Rest,
    /// Nothing to do until somebody speaks.
    Stand,
    /// The run is over.
    End,
}

/// Where a live run stands, to see whether a view is still true.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Standing {
    pub events: u64,
    pub notable: u64,
    pub paused: bool,
}

/// A live run.
pub(super) struct Engine {
    world: World,
    stepper: TaskStepper,
    pacer: Pacer,
    recorder: Recorder,
    /// The run's past, to go back to.
    checkpoints: Checkpoints,
    setup: LiveSetup,
    /// The symbol whose book is shown in depth.
    looked: SymbolId,
    /// The account that is shown; the hand's until somebody says.
    watched: Option<AccountId>,
    /// A step on its way.
    seek: Option<Seek>,
}

/// A step to the next event of a group, on its way. Any word on time ends it.
#[derive(Clone, Copy, Debug)]
struct Seek {
    group: GroupId,
    /// It looks no farther.
    until: SimTime,
}

impl Engine {
    /// Begins with this world at this wall time.
    pub fn new(world: World, mut setup: LiveSetup, wall: Duration) -> Self {
        let pacer = Pacer::new(wall, world.now(), setup.on_fault);
        let recorder = recorder_of(&world, None);
        if let Some(file) = &mut setup.recording {
            file.begin(recorder.header());
        }
        let checkpoints = begun_with(&world);
        Self {
            stepper: TaskStepper::default(),
            pacer,
            recorder,
            checkpoints,
            setup,
            looked: FIRST_LOOK,
            watched: None,
            seek: None,
            world,
        }
    }

    /// The world, between two slices.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Where it stands.
    pub const fn place(&self) -> Standing {
        Standing { events: self.world.event_count(), notable: self.world.notable(), paused: self.pacer.is_paused() }
    }

    /// Does what a command asks for.
    pub async fn obey(&mut self, command: Command, clock: &WallClock) -> Flow {
        match command {
            Command::Quit => return Flow::End,
            Command::Control(control) => self.world.control(control),
            Command::Pace(pace) => self.pace(pace, clock).await,
            Command::Lesson(lesson) => {
                let mut steer = Steer::default();
                if let Some(hook) = &mut self.setup.hook {
                    hook.command(lesson, &self.world, &mut steer);
                }
                self.steer(steer, clock).await;
            }
            Command::Look(symbol) => self.looked = symbol,
            Command::Watch(account) => self.watched = Some(account),
            Command::Reset { seed } => {
                let world = (self.setup.factory)(seed.unwrap_or(self.world.seed()));
                self.replace(world, None, clock);
                if let Some(hook) = &mut self.setup.hook {
                    hook.reset(&self.world);
                }
            }
        }
        self.spread_news(clock).await;
        self.record(None);
        Flow::Rest
    }

    /// Runs one slice.
    pub async fn advance(&mut self, clock: &WallClock) -> Flow {
        let wall = clock.elapsed();
        let (until, there) = match (self.seek, self.pacer.plan(wall, self.world.now())) {
            (Some(seek), _) => (seek.until, Flow::Rest),
            (None, Plan::Stand) => return Flow::Stand,
            (None, Plan::RunTo(until)) => (until, Flow::Rest),
            (None, Plan::RunFree) => (SimTime::NEVER, Flow::Busy),
        };
        let mut looks = 0_u32;
        let notable = self.world.notable();
        let flow = loop {
            if !self.world.step_once_tasks(&mut self.stepper, until).await {
                self.world.pass_time(until);
                break there;
            }
            looks += 1;
            let news = self.world.notable() != notable;
            if news || looks.is_multiple_of(LOOK_EVERY) && clock.elapsed().saturating_sub(wall) >= SLICE {
                break Flow::Busy;
            }
        };
        if let Some(seek) = self.seek {
            self.look_for(seek, self.world.notable() - notable, flow);
        }
        self.world.bury_tasks(&mut self.stepper);
        let mark = self.recorder.observe(&self.world);
        self.record(mark);
        self.checkpoints.offer(&self.world);
        self.spread_news(clock).await;
        self.record(None);
        flow
    }

    /// Writes what is new into the file of the recording.
    fn record(&mut self, mark: Option<Mark>) {
        if let Some(file) = &mut self.setup.recording {
            file.append(&self.world, mark);
        }
    }

    /// What the screen sees.
    pub fn view(&self) -> ClusterView {
        let mut view = self.world.view();
        view.run.pace = self.pacer.view();
        view.books = self.world.books(self.looked);
        view.accounts.watched = Some(self.world.account_view(self.watched, self.looked));
        if let Some(hook) = &self.setup.hook {
            hook.fill(&mut view);
        }
        view
    }

    /// The run up to here, which is its end.
    pub fn leave(mut self) -> Left {
        let failed = self.setup.recording.take().and_then(|file| file.end(&self.world));
        Left { recording: self.recorder.finish(&self.world), failed }
    }

    async fn pace(&mut self, command: PaceCommand, clock: &WallClock) {
        self.pacer.obey(command, clock.elapsed(), self.world.now());
        self.seek = match command {
            PaceCommand::Step(group) => Some(Seek { group, until: self.world.now() + STEP_SPAN }),
            _ => None,
        };
        if command == PaceCommand::StepRaw {
            self.world.step_once_tasks(&mut self.stepper, SimTime::NEVER).await;
            self.pacer.stand_on(self.world.event_count());
        }
    }

    /// Ends a step that met an event of its group, or of a node or link, among the `fresh` ones of this slice; and one that
    /// came to the end of its span without.
    fn look_for(&mut self, seek: Seek, fresh: u64, flow: Flow) {
        let concerns = |event: &Event| match event.group {
            Some(of) => of == seek.group,
            None => event.kind.loudness() >= Loudness::Notable,
        };
        let met = self.world.events().iter().rev().take(fresh as usize).any(concerns);
        if !met && flow == Flow::Busy {
            return;
        }
        self.seek = None;
        if !met {
            self.pacer.met_nothing(STEP_SPAN);
        }
        self.pacer.stand_on(self.world.event_count());
    }

    /// Tells pacer and hook what is new, and does what the hook wants done; that may be news again.
    async fn spread_news(&mut self, clock: &WallClock) {
        let new = self.world.take_new_events();
        for event in &new {
            log(event);
            self.pacer.hear(event, clock.elapsed(), |node| self.world.led_by(node));
        }
        let mut steer = Steer::default();
        if let Some(hook) = &mut self.setup.hook {
            hook.after_advance(&self.world, &new, &mut steer);
        }
        self.steer(steer, clock).await;
    }

    async fn steer(&mut self, steer: Steer, clock: &WallClock) {
        if let Some(world) = steer.world {
            self.replace(*world, steer.scenario, clock);
        }
        for control in steer.controls {
            self.world.control(control);
        }
        for pace in steer.pace {
            self.pace(pace, clock).await;
        }
    }

    fn replace(&mut self, world: World, scenario: Option<String>, clock: &WallClock) {
        self.recorder = recorder_of(&world, scenario);
        if let Some(file) = &mut self.setup.recording {
            file.begin(self.recorder.header());
        }
        self.checkpoints = begun_with(&world);
        self.stepper = TaskStepper::default();
        self.pacer.jump(clock.elapsed(), world.now());
        self.seek = None;
        self.world = world;
    }
}

/// A store of checkpoints whose first is the beginning of this run.
fn begun_with(world: &World) -> Checkpoints {
    let mut checkpoints = Checkpoints::default();
    checkpoints.offer(world);
    checkpoints
}

/// The program's own log: what is loud, with its virtual time, since the log's own clock is the wall's.
fn log(event: &Event) {
    let (vt, kind) = (event.at, &event.kind);
    let node = event.node.map_or_else(String::new, |node| format!(" {node}"));
    let group = event.group.map_or_else(String::new, |group| format!(" {group}"));
    match kind.loudness() {
        Loudness::Loud => tracing::info!(target: "cluster", "vt={vt}{node}{group} {kind:?}"),
        Loudness::Notable => tracing::debug!(target: "cluster", "vt={vt}{node}{group} {kind:?}"),
        Loudness::Quiet => {}
    }
}

fn recorder_of(world: &World, scenario: Option<String>) -> Recorder {
    Recorder::new(RecordingHeader { seed: world.seed(), settings: (**world.settings()).clone(), scenario })
}

#[cfg(test)]
mod tests {
    use super::super::pacer::OnFault;
    use super::super::testbed::{ms, world};
    use super::*;
    use crate::domain::control::Target;
    use crate::domain::event::EventKind;
    use crate::domain::ids::NodeId;
    use crate::domain::view::{LessonView, Speed};

    /// Crashes `n2` at the second election that it hears of, and pauses there.
    #[derive(Default)]
    struct Teacher {
        elections: usize,
        commands: usize,
    }

    impl Hook for Teacher {
        fn after_advance(&mut self, _world: &World, new: &[Event], steer: &mut Steer) {
            for _ in new.iter().filter(|event| matches!(event.kind, EventKind::Elected { .. })) {
                self.elections += 1;
                if self.elections == 3 {
                    steer.controls.push(Control::Crash(Target::Node(NodeId(2))));
                    steer.pace.push(PaceCommand::Pause);
                }
            }
        }

        fn command(&mut self, _command: LessonCommand, _world: &World, steer: &mut Steer) {
            self.commands += 1;
            steer.world = Some(Box::new(world(77)));
        }

        fn reset(&mut self, _world: &World) {
            self.elections = 0;
        }

        fn fill(&self, view: &mut ClusterView) {
            view.lesson = Some(LessonView { current: self.elections, ..LessonView::default() });
        }
    }

    fn engine(hook: Option<Box<dyn Hook>>, clock: &WallClock) -> Engine {
        let setup = LiveSetup { factory: Box::new(world), seed: 5, hook, on_fault: OnFault::Slow, recording: None };
        Engine::new(world(5), setup, clock.elapsed())
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    async fn run_past(engine: &mut Engine, clock: &WallClock, at: SimTime) {
        engine.obey(Command::Pace(PaceCommand::Set(Speed::Free)), clock).await;
        while engine.world().now() < at && !engine.pacer.is_paused() {
            engine.advance(clock).await;
        }
    }

    async fn step(engine: &mut Engine, group: GroupId, clock: &WallClock) {
        engine.obey(Command::Pace(PaceCommand::Step(group)), clock).await;
        while engine.seek.is_some() {
            engine.advance(clock).await;
        }
    }

    #[test]
    fn a_step_goes_in_slices_and_a_word_on_time_ends_it() {
        block_on(async {
            let clock = WallClock::start();
            let mut engine = engine(None, &clock);
            run_past(&mut engine, &clock, ms(300)).await;
            let before = engine.place();
            // No group is called so: nothing of it ever happens, and the step would go its whole span.
            engine.obey(Command::Pace(PaceCommand::Step(GroupId(99))), &clock).await;
            assert_eq!(engine.place().events, before.events, "a command is heard at once, whatever it asks for");
            assert_ne!(engine.advance(&clock).await, Flow::Stand);
            let began = engine.place();
            engine.obey(Command::Pace(PaceCommand::Pause), &clock).await;
            assert_eq!(engine.advance(&clock).await, Flow::Stand);
            assert_eq!((engine.place(), began.paused), (began, true));
            assert!(began.events > before.events, "the step had begun");
        });
    }

    #[test]
    fn a_hook_hears_an_event_at_its_moment_and_steers() {
        block_on(async {
            let clock = WallClock::start();
            let mut engine = engine(Some(Box::<Teacher>::default()), &clock);
            run_past(&mut engine, &clock, ms(100)).await;
            engine.obey(Command::Control(Control::Crash(Target::Node(NodeId(1)))), &clock).await;
            run_past(&mut engine, &clock, ms(3_000)).await;
            assert!(engine.pacer.is_paused());
            let crashed = engine.world().events().iter().rev().find(|e| matches!(e.kind, EventKind::Crashed { .. }));
            let elected = engine.world().events().iter().rev().find(|e| matches!(e.kind, EventKind::Elected { .. }));
            let (crashed, elected) = (crashed.unwrap(), elected.unwrap());
            assert_eq!((crashed.node, crashed.at), (Some(NodeId(2)), elected.at), "at the very moment");
            assert!(engine.view().lesson.unwrap().current >= 3);
            engine.obey(Command::Lesson(LessonCommand::Next), &clock).await;
            assert_eq!((engine.world().seed(), engine.recorder.header().seed), (77, 77));
        });
    }

    #[test]
    fn a_step_goes_to_the_next_event_of_its_group_and_a_raw_step_to_the_next_of_all() {
        block_on(async {
            let clock = WallClock::start();
            let mut engine = engine(None, &clock);
            run_past(&mut engine, &clock, ms(300)).await;
            engine.obey(Command::Control(Control::Crash(Target::Node(NodeId(1)))), &clock).await;
            let group = GroupId(1);
            let mut seen = engine.world().notable();
            for _ in 0..50 {
                step(&mut engine, group, &clock).await;
                let latest = engine.world().events().back().unwrap();
                assert!(engine.world().notable() > seen, "a step ends at something notable");
                seen = engine.world().notable();
                if matches!(latest.kind, EventKind::Elected { .. }) {
                    break;
                }
            }
            assert!(matches!(engine.world().events().back().unwrap().kind, EventKind::Elected { .. }));
            assert_eq!(engine.view().run.pace.quiet, None);
            for _ in 0..50 {
                if engine.view().run.pace.quiet.is_some() {
                    break;
                }
                step(&mut engine, group, &clock).await;
            }
            assert_eq!(engine.view().run.pace.quiet, Some(STEP_SPAN), "a step that met nothing says so");
            let before = engine.world().event_count();
            engine.obey(Command::Pace(PaceCommand::StepRaw), &clock).await;
            assert_eq!(engine.world().event_count(), before + 1);
            assert_eq!(engine.view().run.pace.step, Some(before + 1));
            assert!(engine.view().run.pace.paused);
        });
    }

    #[test]
    fn a_live_run_keeps_checkpoints_from_which_its_past_comes_back() {
        block_on(async {
            let clock = WallClock::start();
            let mut engine = engine(None, &clock);
            run_past(&mut engine, &clock, ms(12_000)).await;
            engine.obey(Command::Control(Control::Crash(Target::Node(NodeId(3)))), &clock).await;
            run_past(&mut engine, &clock, ms(35_000)).await;
            let times: Vec<SimTime> = engine.checkpoints.times().collect();
            assert_eq!(times[0], SimTime::ZERO);
            assert!(times.len() >= 4, "one every ten virtual seconds, or more often if much happens: {times:?}");
            let now = engine.checkpoints.at(engine.world().now(), engine.world().controls()).unwrap();
            // A slice may end within an instant; a checkpoint runs on to the end of it.
            let mut world = engine.world().clone();
            world.run_until(world.now());
            assert_eq!(now.hash(), world.hash());
            engine.obey(Command::Reset { seed: Some(9) }, &clock).await;
            assert_eq!(engine.checkpoints.len(), 1, "a new run has a past of its own");
        });
    }

    #[test]
    fn a_fault_on_a_leader_slows_time_by_itself() {
        block_on(async {
            let clock = WallClock::start();
            let mut engine = engine(None, &clock);
            run_past(&mut engine, &clock, ms(300)).await;
            engine.obey(Command::Control(Control::Crash(Target::Node(NodeId(3)))), &clock).await;
            assert!(!engine.view().run.pace.slow_auto, "n3 led nothing");
            engine.obey(Command::Control(Control::Crash(Target::Leader(GroupId(1)))), &clock).await;
            assert!(engine.view().run.pace.slow_auto);
            engine.obey(Command::Pace(PaceCommand::Normal), &clock).await;
            assert!(!engine.view().run.pace.slow_auto);
        });
    }
}
