//! The live run: the thread behind the dashboard.
//!
//! Idea: the screen and the cluster never wait for one another. Commands go in through a bounded channel and are looked at
//! every few milliseconds of wall time, whatever load runs; views come out through a slot where the latest wins, and each
//! control that was handed in is answered.
//! Shape: `Live` is the handle on the screen's side. The thread owns a `LiveRun` (engine, pacer, hook). The rooms to the
//! right steer it through a `Hook`.
//! Bound: [`COMMANDS_MAX`] commands; one more is refused and the sender told. One view. [`ANSWERS_MAX`] answers; the oldest
//! goes.
//! Errors: a thread that can't be started; a panic of the scheduler itself shows as `Live::is_over`.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;

use super::beat::Beat;
use super::live_run::{Flow, Hook, LiveRun, Shown};
use super::pacer::{OnFault, WallClock};
use crate::domain::command::Command;
use crate::domain::engine::{Answered, Engine};
use crate::domain::event::Event;
use crate::domain::view::ClusterView;

/// Commands that wait.
pub const COMMANDS_MAX: usize = 256;
/// Answers that nobody has taken.
pub const ANSWERS_MAX: usize = COMMANDS_MAX;
/// The time between two views while something moves: 30 a second.
const FRAME: Duration = Duration::from_millis(33);
/// The time between two views while the load is off and nothing notable happens.
const FRAME_AT_REST: Duration = Duration::from_millis(250);

/// What a live run begins with.
pub struct LiveSetup<E> {
    /// The cluster.
    pub engine: E,
    /// The lesson that steers it.
    pub hook: Option<Box<dyn Hook>>,
    /// Whether time slows by itself on a fault.
    pub on_fault: OnFault,
    /// Says an event in a sentence, for the program's log.
    pub narrate: Narrate,
}

/// Says an event in a sentence: the words belong to the rooms to the right.
pub type Narrate = Box<dyn Fn(&Event) -> String + Send>;

/// A cluster that runs in a thread of its own.
pub struct Live<E> {
    shared: Arc<Shared>,
    commands: SyncSender<Command>,
    thread: JoinHandle<E>,
}

#[derive(Default)]
struct Shared {
    view: Mutex<Arc<ClusterView>>,
    version: AtomicU64,
    answers: Mutex<VecDeque<Answered>>,
}

impl Shared {
    fn show(&self, view: ClusterView) {
        *self.view.lock() = Arc::new(view);
        self.version.fetch_add(1, Ordering::Release);
    }

    fn answer(&self, answered: Answered) {
        let mut answers = self.answers.lock();
        if answers.len() == ANSWERS_MAX {
            answers.pop_front();
        }
        answers.push_back(answered);
    }
}

/// Why a command was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// Too many wait.
    #[error("{COMMANDS_MAX} commands wait already")]
    Full,
    /// Nobody is there any more.
    #[error("the run is over")]
    Over,
}

impl<E: Engine + 'static> Live<E> {
    /// Starts the thread. The first view is there when this returns.
    ///
    /// # Errors
    /// The thread can't be started.
    pub fn start(setup: LiveSetup<E>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        *shared.view.lock() = Arc::new(setup.engine.view());
        let (commands, inbox) = mpsc::sync_channel(COMMANDS_MAX);
        let slot = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("cluster".to_owned()).spawn(move || {
            let clock = WallClock::start();
            let run = LiveRun::new(setup, clock.elapsed());
            Loop { run, clock, shared: &slot, shown: Shown::default(), loaded: true }.run(&inbox)
        })?;
        Ok(Self { shared, commands, thread })
    }

    /// The latest view.
    pub fn view(&self) -> Arc<ClusterView> {
        Arc::clone(&self.shared.view.lock())
    }

    /// Grows with every view; an unchanged version means that there is nothing new to draw.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// The answers to controls since this was asked last, in the order of the controls.
    pub fn take_answers(&self) -> Vec<Answered> {
        self.shared.answers.lock().drain(..).collect()
    }

    /// Hands a command in. It never waits.
    ///
    /// # Errors
    /// Too many wait, or the run is over.
    pub fn send(&self, command: Command) -> Result<(), Refused> {
        self.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => Refused::Full,
            TrySendError::Disconnected(_) => Refused::Over,
        })
    }

    /// Whether the thread has ended, by a `Quit` or by a panic of its own.
    pub fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// Ends the run and answers with its engine; `None` if the thread itself panicked.
    pub fn stop(self) -> Option<E> {
        // Without a sender the thread ends too, so a full channel does not matter.
        drop(self.commands);
        self.thread.join().ok()
    }
}

/// The thread's loop: commands, time, view, rest.
struct Loop<'s, E> {
    run: LiveRun<E>,
    clock: WallClock,
    shared: &'s Shared,
    /// What the latest view showed.
    shown: Shown,
    /// Whether the load was on in it.
    loaded: bool,
}

impl<E: Engine> Loop<'_, E> {
    fn run(mut self, inbox: &Receiver<Command>) -> E {
        let mut beat = Beat::default();
        loop {
            let mut touched = false;
            loop {
                match inbox.try_recv() {
                    Ok(command) => {
                        touched = true;
                        if self.obey(command) == Flow::End {
                            return self.run.leave();
                        }
                    }
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return self.run.leave(),
                }
            }
            let flow = self.run.advance(&self.clock);
            let (now, frame) = (self.clock.elapsed(), self.frame());
            if touched || beat.is_due(now, frame) {
                beat.drew(now, frame);
                self.show();
            }
            // Rest until the next view is due or a command comes. A run that is behind rests only as long as it takes to
            // look at the commands.
            let rest = match flow {
                Flow::Busy => continue,
                // What stands is shown once more if it moved since the last view, and then costs nothing.
                Flow::Stand if self.shown == self.run.shown() => None,
                Flow::Rest | Flow::Stand => Some(beat.wait(self.clock.elapsed(), self.frame(), true)),
                Flow::End => return self.run.leave(),
            };
            self.run.rest(rest.unwrap_or_default());
            match listen(inbox, rest) {
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.run.leave(),
                Ok(command) => {
                    if self.obey(command) == Flow::End {
                        return self.run.leave();
                    }
                    beat = Beat::default();
                }
            }
        }
    }

    fn show(&mut self) {
        self.shown = self.run.shown();
        let view = self.run.view();
        self.loaded = view.flow.load_on;
        self.shared.show(view);
    }

    fn obey(&mut self, command: Command) -> Flow {
        let control = match command {
            Command::Control(control) => Some(control),
            _ => None,
        };
        let (flow, answer) = self.run.obey(command, &self.clock);
        if let (Some(control), Some(answer)) = (control, answer) {
            self.shared.answer(Answered { control, answer });
        }
        flow
    }

    /// Between two views.
    fn frame(&self) -> Duration {
        let news = self.run.shown().position.notable != self.shown.position.notable;
        if self.loaded || news { FRAME } else { FRAME_AT_REST }
    }
}

/// The next command; without a limit if nothing else can happen.
fn listen(inbox: &Receiver<Command>, rest: Option<Duration>) -> Result<Command, RecvTimeoutError> {
    match rest {
        Some(rest) => inbox.recv_timeout(rest),
        None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulation::Simulation;
    use super::super::testbed::world;
    use super::*;
    use crate::domain::command::PaceCommand;
    use crate::domain::control::{Control, ControlAnswer, Target};
    use crate::domain::engine::scripted::ScriptedEngine;
    use crate::domain::engine::{Capabilities, Capability, Focus};
    use crate::domain::ids::{NodeId, SymbolId};
    use crate::domain::view::{NodeTruth, Speed, Text};
    use crate::domain::why::Why;
    use crate::runtime::replay::{Replay, replay};

    fn live() -> Live<Simulation> {
        let engine = Simulation::new(Box::new(|_, seed| world(seed)), Arc::default(), 5).with_tasks().unwrap();
        let setup = LiveSetup {
            engine: engine.with_record(None),
            hook: None,
            on_fault: OnFault::GoOn,
            narrate: Box::new(|_| String::new()),
        };
        Live::start(setup).unwrap()
    }

    /// Waits for a view, without a clock: the test's own time limit is the runner's.
    fn wait(live: &Live<Simulation>, over: impl Fn(&ClusterView) -> bool) -> Arc<ClusterView> {
        loop {
            let view = live.view();
            if over(&view) {
                return view;
            }
            assert!(!live.is_over(), "the run ended");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_live_run_takes_commands_shows_views_and_replays() {
        let live = live();
        live.send(Command::Pace(PaceCommand::Set(Speed::Times(20)))).unwrap();
        wait(&live, |view| view.run.now.as_millis() > 200);
        live.send(Command::Control(Control::Crash(Target::Node(NodeId(3))))).unwrap();
        wait(&live, |view| view.nodes[2].truth == NodeTruth::Down && view.groups[1].leader == Some(NodeId(1)));
        live.send(Command::Control(Control::RecoverAll)).unwrap();
        wait(&live, |view| view.nodes[2].truth == NodeTruth::Up);
        assert!(live.version() > 3);
        let recording = live.stop().unwrap().leave().unwrap().recording;
        assert_eq!(recording.controls.len(), 2);
        assert_eq!(
            replay(world(5), &recording, &mut |_| {}),
            Replay::Same(recording.end),
            "live and headless are one run"
        );
    }

    #[test]
    fn any_engine_is_driven_and_each_control_is_answered() {
        let lack = Text { en: "it runs in real time".to_owned(), ru: String::new() };
        let capabilities = Capabilities::default().without(Capability::Pause, lack);
        let refused = Control::Crash(Target::Node(NodeId(1)));
        let refuses = vec![(refused, Why::NodeDown)];
        let engine = ScriptedEngine { capabilities, refuses, ..ScriptedEngine::default() };
        let live = Live::start(LiveSetup {
            engine,
            hook: None,
            on_fault: OnFault::GoOn,
            narrate: Box::new(|_| String::new()),
        })
        .unwrap();
        let controls = [refused, Control::RecoverAll];
        for control in controls {
            live.send(Command::Control(control)).unwrap();
        }
        live.send(Command::Look(SymbolId(3))).unwrap();
        let mut answers = Vec::new();
        while answers.len() < 2 {
            answers.extend(live.take_answers());
        }
        let done = [ControlAnswer::Refused(Why::NodeDown), ControlAnswer::Done];
        assert_eq!(
            answers.iter().map(|said| (said.control, said.answer)).collect::<Vec<_>>(),
            [(controls[0], done[0]), (controls[1], done[1])]
        );
        while live.version() == 0 {
            std::thread::yield_now();
        }
        assert!(live.view().run.capabilities.lack(Capability::Pause).is_some());
        let engine = live.stop().unwrap();
        assert_eq!((engine.done.len(), engine.focus.as_slice()), (1, [Focus::Book(SymbolId(3))].as_slice()));
    }

    #[test]
    fn commands_are_heard_while_time_runs_free() {
        let live = live();
        live.send(Command::Pace(PaceCommand::Set(Speed::Free))).unwrap();
        wait(&live, |view| view.run.now.as_millis() > 5_000);
        live.send(Command::Pace(PaceCommand::Pause)).unwrap();
        let paused = wait(&live, |view| view.run.pace.paused);
        live.send(Command::Reset { seed: Some(8) }).unwrap();
        let fresh = wait(&live, |view| view.run.seed == 8);
        assert!(fresh.run.now < paused.run.now);
        live.send(Command::Quit).unwrap();
        while !live.is_over() {
            std::thread::yield_now();
        }
        assert_eq!(live.send(Command::Quit), Err(Refused::Over));
    }
}
