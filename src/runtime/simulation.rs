//! The simulation: the world as an [`Engine`].
//!
//! Idea: a world is a value and knows nobody; this is what gives it to the dashboard and to the runner of scenarios. It
//! steps nodes inline or as tasks (both give one hash), keeps the recorder and the checkpoints of a run in front of
//! a screen, and can begin again. All of a run's probes live in the world, so every capability is there.
//! Bound: that of the world's journal, and of recorder and checkpoints.
//! Errors: the runtime of the tasks can't be made; a recording that can't be written is told at the end.

use std::io;
use std::sync::Arc;

use super::lookback::{self, Lookback};
use super::recorder::{Mark, Recorder, Recording, RecordingHeader};
use super::recording_file::RecordingFile;
use super::replay::{Playback, Replay};
use super::tasks::TaskStepper;
use super::world::World;
use crate::domain::control::{Control, ControlAnswer};
use crate::domain::engine::{Advance, Capabilities, Engine, Focus, Position, Restart};
use crate::domain::event::Event;
use crate::domain::history::HistoryEntry;
use crate::domain::ids::{AccountId, GroupId, NodeId, SymbolId};
use crate::domain::settings::Settings;
use crate::domain::time::SimTime;
use crate::domain::view::{ClusterView, FIRST_LOOK, PlaybackState, PlaybackView};
use crate::domain::why::Why;

/// Scheduler events between two questions whether it is enough.
const ASK_EVERY: u32 = 32;

/// Makes a world of these settings from this seed.
pub type Opener = Box<dyn Fn(&Arc<Settings>, u64) -> World + Send>;

/// A world, and how it is stepped, watched and begun again.
pub struct Simulation {
    world: World,
    opener: Opener,
    /// The settings that it was made with.
    settings: Arc<Settings>,
    restarts: u64,
    steps: Steps,
    record: Option<Record>,
    /// Whether the history of clients is kept.
    history: bool,
    /// The symbol whose book is shown in depth.
    book: SymbolId,
    /// The account that is shown; `None` shows the hand's.
    account: Option<AccountId>,
    /// A recording that is played, or was.
    playing: Option<Playing>,
}

/// A recording in front of a screen.
struct Playing {
    playback: Playback,
    state: PlaybackState,
}

/// How nodes take their steps.
enum Steps {
    /// In the thread that drives the engine.
    Inline,
    /// As tasks, of which one that panics takes only its node along.
    Tasks(Box<Tasks>),
}

struct Tasks {
    runtime: tokio::runtime::Runtime,
    stepper: TaskStepper,
}

/// The past of a run in front of a screen.
struct Record {
    recorder: Recorder,
    /// To go back.
    lookback: Lookback,
    file: Option<RecordingFile>,
}

/// What a run leaves.
#[derive(Debug)]
pub struct Left {
    /// The run.
    pub recording: Recording,
    /// Why the file of the recording is not whole, if there is one and it is not.
    pub failed: Option<io::Error>,
}

impl Simulation {
    /// A run of these settings from this seed, at time 0, stepped inline.
    pub fn new(opener: Opener, settings: Arc<Settings>, seed: u64) -> Self {
        let world = opener(&settings, seed);
        let (book, account) = (FIRST_LOOK, None);
        let (steps, record, playing) = (Steps::Inline, None, None);
        Self { world, opener, settings, restarts: 0, steps, record, history: false, book, account, playing }
    }

    /// The same with nodes that step as tasks.
    ///
    /// # Errors
    /// The runtime of the tasks can't be made.
    pub fn with_tasks(mut self) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        self.steps = Steps::Tasks(Box::new(Tasks { runtime, stepper: TaskStepper::default() }));
        Ok(self)
    }

    /// The same with a recorder, checkpoints, and a file for the recording if there is one.
    #[must_use]
    pub fn with_record(mut self, file: Option<RecordingFile>) -> Self {
        self.record = Some(Record::of(&mut self.world, file, Lookback::new(lookback::BYTES_MAX)));
        self
    }

    /// The same, where what is kept to look back takes so many bytes at most.
    #[must_use]
    pub fn with_lookback(mut self, bytes_max: u64) -> Self {
        if let Some(record) = &mut self.record {
            record.lookback = Lookback::new(bytes_max);
            record.lookback.observe(&mut self.world, &record.recorder);
        }
        self
    }

    /// The same with the history of clients, which must be taken as the run goes on.
    #[must_use]
    pub fn with_history(mut self) -> Self {
        self.history = true;
        self.world.keep_history();
        self
    }

    /// The same, which plays this recording of a run that began as this one did, and stands at its end.
    #[must_use]
    pub fn with_playback(mut self, recording: Recording) -> Self {
        self.playing = Some(Playing { playback: Playback::new(recording), state: PlaybackState::Plays });
        self
    }

    /// The world, between two steps.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// The checkpoints of a run that is watched.
    #[cfg(test)]
    pub(super) fn checkpoints(&self) -> Option<&super::checkpoints::Checkpoints> {
        self.record.as_ref().map(|record| record.lookback.checkpoints())
    }

    /// The run up to here, which is its end; `None` without a recorder.
    pub fn leave(self) -> Option<Left> {
        let Record { recorder, file, .. } = self.record?;
        let failed = file.and_then(|file| file.end(&self.world));
        Some(Left { recording: recorder.finish(&self.world), failed })
    }

    /// Lets the next scheduler event happen; false if there is none by then.
    async fn step_tasks(world: &mut World, stepper: &mut TaskStepper, until: SimTime, run: &mut Run<'_>) -> Advance {
        while world.step_once_tasks(stepper, until).await {
            if let Some(advance) = run.is_over(world) {
                return advance;
            }
        }
        Advance::Reached
    }

    /// Lets time pass until then, or until so many scheduler events have happened in the run.
    fn pass(&mut self, until: SimTime, events: u64, enough: &mut dyn FnMut() -> bool) -> Advance {
        let Self { world, steps, .. } = self;
        let mut run = Run { notable: world.notable(), asked: 0, events, enough };
        let advance = match steps {
            _ if world.event_count() >= events => Advance::Reached,
            Steps::Inline => world.run_while(until, |world| run.is_over(world)),
            Steps::Tasks(tasks) => {
                let Tasks { runtime, stepper } = &mut **tasks;
                let advance = runtime.block_on(Self::step_tasks(world, stepper, until, &mut run));
                world.bury_tasks(stepper);
                advance
            }
        };
        if advance == Advance::Reached {
            // Of a stretch that ends by its events, what is left to happen by then has not.
            world.pass_time(world.next_at().map_or(until, |next| next.min(until)));
        }
        advance
    }

    /// The next place of the recording that plays.
    fn next_place(&self) -> Option<(SimTime, u64)> {
        self.playing.as_ref().filter(|playing| playing.state == PlaybackState::Plays)?.playback.next()
    }

    /// Plays on until then.
    fn play(&mut self, until: SimTime, enough: &mut dyn FnMut() -> bool) -> Advance {
        while let Some((at, events)) = self.next_place() {
            let advance = self.pass(until.min(at), events, enough);
            if advance != Advance::Reached || until < at {
                return advance;
            }
            if self.meet() == PlaybackState::Plays {
                continue;
            }
            return Advance::Ended;
        }
        self.pass(until, u64::MAX, enough)
    }

    /// Does or compares what stands at this place of the recording.
    fn meet(&mut self) -> PlaybackState {
        let Some(playing) = &mut self.playing else { return PlaybackState::Same };
        if let Some(ended) = playing.playback.pass(&mut self.world, &[], &mut |_| {}) {
            playing.state = match ended {
                Replay::Same(_) => PlaybackState::Same,
                Replay::Differs(difference) => PlaybackState::Differs(difference.recorded.at),
                Replay::Misplaced(misplaced) => PlaybackState::Differs(misplaced.recorded.0),
            };
        }
        playing.state
    }

    /// Keeps what a run that is watched keeps of itself.
    fn observe(&mut self) {
        if let Some(record) = &mut self.record {
            let mark = record.recorder.observe(&self.world);
            record.append(&self.world, mark);
            record.lookback.observe(&mut self.world, &record.recorder);
        }
    }
}

/// A stretch of running: when it is over.
struct Run<'e> {
    /// Notable events before it.
    notable: u64,
    asked: u32,
    /// Scheduler events of the run after which it is over.
    events: u64,
    enough: &'e mut dyn FnMut() -> bool,
}

impl Run<'_> {
    fn is_over(&mut self, world: &World) -> Option<Advance> {
        if world.notable() != self.notable && world.next_at().is_none_or(|next| next > world.now()) {
            return Some(Advance::News);
        }
        if world.event_count() >= self.events {
            return Some(Advance::Reached);
        }
        self.asked += 1;
        (self.asked.is_multiple_of(ASK_EVERY) && (self.enough)()).then_some(Advance::Enough)
    }
}

impl Record {
    fn of(world: &mut World, file: Option<RecordingFile>, lookback: Lookback) -> Self {
        let header = RecordingHeader { seed: world.seed(), settings: (**world.settings()).clone(), scenario: None };
        let mut record = Self { recorder: Recorder::new(header), lookback, file };
        record.lookback.observe(world, &record.recorder);
        if let Some(file) = &mut record.file {
            file.begin(record.recorder.header());
        }
        record
    }

    /// Writes what is new.
    fn append(&mut self, world: &World, mark: Option<Mark>) {
        if let Some(file) = &mut self.file {
            file.append(world, mark);
        }
    }
}

impl Engine for Simulation {
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    fn position(&self) -> Position {
        let world = &self.world;
        let (now, events, notable) = (world.now(), world.event_count(), world.notable());
        Position { now, events, notable, restarts: self.restarts }
    }

    fn view(&self) -> ClusterView {
        let mut view = self.world.view();
        if let Some(record) = &self.record {
            view.run.history = Some(record.lookback.view());
            view.books = self.world.books(self.book);
            view.accounts.watched = Some(self.world.account_view(self.account, self.book));
        }
        view.run.playback = self.playing.as_ref().map(|Playing { playback, state }| PlaybackView {
            end: playback.end(),
            whole: playback.is_whole(),
            state: *state,
        });
        view
    }

    fn focus(&mut self, focus: Focus) {
        match focus {
            Focus::Book(symbol) => self.book = symbol,
            Focus::Account(account) => self.account = Some(account),
        }
    }

    fn control(&mut self, control: Control) -> ControlAnswer {
        if self.next_place().is_some() {
            return ControlAnswer::Refused(Why::RecordingPlays);
        }
        let answer = self.world.control(control);
        if let Some(record) = &mut self.record {
            record.append(&self.world, None);
        }
        answer
    }

    fn restart(&mut self, restart: Restart) -> ControlAnswer {
        let settings = restart.settings.unwrap_or_else(|| Arc::clone(&self.settings));
        if let Some(file) = self.record.as_mut().and_then(|record| record.file.as_mut()) {
            file.give_up(&self.world);
        }
        self.world = (self.opener)(&settings, restart.seed.unwrap_or(self.world.seed()));
        self.restarts += 1;
        self.playing = None;
        if self.history {
            self.world.keep_history();
        }
        if let Steps::Tasks(tasks) = &mut self.steps {
            tasks.stepper = TaskStepper::default();
        }
        self.record =
            self.record.take().map(|record| Record::of(&mut self.world, record.file, record.lookback.restarted()));
        ControlAnswer::Done
    }

    fn advance(&mut self, until: SimTime, enough: &mut dyn FnMut() -> bool) -> Advance {
        loop {
            let stop =
                self.record.as_ref().map_or(until, |record| until.min(record.recorder.due().max(self.world.now())));
            let advance = self.play(stop, enough);
            self.observe();
            if advance != Advance::Reached || stop >= until {
                return advance;
            }
            if enough() {
                return Advance::Enough;
            }
        }
    }

    fn step(&mut self) {
        // What stands here in the recording comes before the next event.
        while let Some((at, events)) = self.next_place()
            && self.world.event_count() >= events
        {
            self.world.pass_time(self.world.next_at().map_or(at, |next| next.min(at)));
            self.meet();
        }
        // Marks are due in a stretch without events, too.
        while let Some(due) = self.record.as_ref().map(|record| record.recorder.due())
            && self.world.next_at().is_some_and(|next| next > due)
        {
            self.world.pass_time(due);
            self.observe();
        }
        match &mut self.steps {
            Steps::Inline => {
                self.world.step_one();
            }
            Steps::Tasks(tasks) => {
                let Tasks { runtime, stepper } = &mut **tasks;
                runtime.block_on(self.world.step_once_tasks(stepper, SimTime::NEVER));
            }
        }
    }

    fn take_events(&mut self) -> Vec<Event> {
        self.world.take_new_events()
    }

    fn take_history(&mut self) -> Vec<HistoryEntry> {
        self.world.take_history()
    }

    fn led_by(&self, node: NodeId) -> Vec<GroupId> {
        self.world.led_by(node)
    }
}
