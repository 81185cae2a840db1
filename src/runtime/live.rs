//! The live run: the thread behind the dashboard.
//!
//! Idea: the screen and the cluster never wait for one another. Commands go in through a bounded channel and are looked at
//! every few milliseconds of wall time, whatever load runs; views come out through a slot where the latest wins.
//! Shape: `Live` is the handle on the screen's side. The thread owns an `Engine` (world, pacer, recorder, hook) and a
//! tokio runtime of its own where the nodes' tasks live. The rooms to the right steer it through a `Hook`.
//! Bound: [`COMMANDS_MAX`] commands; one more is refused and the sender told. One view.
//! Errors: a thread that can't be started; a panic of the scheduler itself shows as `Live::is_over`.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::beat::Beat;
use super::engine::{Engine, Flow, Hook, Standing};
use super::pacer::{OnFault, WallClock};
use super::recorder::Recording;
use super::recording_file::RecordingFile;
use super::world::World;
use crate::domain::command::Command;
use crate::domain::view::ClusterView;

/// Commands that wait.
pub const COMMANDS_MAX: usize = 256;
/// The time between two views while something moves: 30 a second.
const FRAME: Duration = Duration::from_millis(33);
/// The time between two views while the load is off and nothing notable happens.
const FRAME_AT_REST: Duration = Duration::from_millis(250);

/// What a live run begins with.
pub struct LiveSetup {
    /// Makes the world of this seed; asked again for a reset.
    pub factory: Box<dyn FnMut(u64) -> World + Send>,
    /// The first seed.
    pub seed: u64,
    /// Whoever steers from the right: the lesson.
    pub hook: Option<Box<dyn Hook>>,
    /// Whether time slows by itself on a fault.
    pub on_fault: OnFault,
    /// Where the run is recorded as it goes on.
    pub recording: Option<RecordingFile>,
}

/// What a run leaves.
#[derive(Debug)]
pub struct Left {
    /// The run.
    pub recording: Recording,
    /// Why the file of the recording is not whole, if there is one and it is not.
    pub failed: Option<io::Error>,
}

/// A cluster that runs in a thread of its own.
pub struct Live {
    shared: Arc<Shared>,
    commands: mpsc::Sender<Command>,
    thread: JoinHandle<Left>,
}

#[derive(Default)]
struct Shared {
    view: Mutex<Arc<ClusterView>>,
    version: AtomicU64,
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

impl Live {
    /// Starts the thread. The first view is there when this returns.
    pub fn start(mut setup: LiveSetup) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let world = (setup.factory)(setup.seed);
        *shared.view.lock() = Arc::new(world.view());
        let (commands, inbox) = mpsc::channel(COMMANDS_MAX);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let slot = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("cluster".to_owned()).spawn(move || {
            let clock = WallClock::start();
            let engine = Engine::new(world, setup, clock.elapsed());
            runtime.block_on(run(engine, clock, inbox, &slot))
        })?;
        Ok(Self { shared, commands, thread })
    }

    /// The latest view.
    pub fn view(&self) -> Arc<ClusterView> {
        Arc::clone(&self.shared.view.lock())
    }

    /// Grows with every view: whoever drew this one has nothing to do.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// Hands a command in. It never waits.
    pub fn send(&self, command: Command) -> Result<(), Refused> {
        self.commands.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Refused::Full,
            mpsc::error::TrySendError::Closed(_) => Refused::Over,
        })
    }

    /// Whether the thread has ended, by a `Quit` or by a panic of its own.
    pub fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// Ends the run and answers what it leaves; `None` if the thread itself panicked.
    pub fn stop(self) -> Option<Left> {
        // Without a sender the thread ends too, so a full channel does not matter.
        drop(self.commands);
        self.thread.join().ok()
    }
}

/// The thread's loop: commands, time, view, rest.
async fn run(mut engine: Engine, clock: WallClock, mut inbox: mpsc::Receiver<Command>, shared: &Shared) -> Left {
    let (mut beat, mut place) = (Beat::default(), Standing::default());
    loop {
        let mut touched = false;
        loop {
            match inbox.try_recv() {
                Ok(command) => {
                    touched = true;
                    if engine.obey(command, &clock).await == Flow::End {
                        return engine.leave();
                    }
                }
                Err(mpsc::error::TryRecvError::Empty) => break,
                Err(mpsc::error::TryRecvError::Disconnected) => return engine.leave(),
            }
        }
        let flow = engine.advance(&clock).await;
        let (now, frame) = (clock.elapsed(), frame(&engine, place));
        if touched || beat.is_due(now, frame) {
            beat.drew(now, frame);
            place = engine.place();
            *shared.view.lock() = Arc::new(engine.view());
            shared.version.fetch_add(1, Ordering::Release);
        }
        // Rest until the next view is due or somebody speaks. A run that is behind rests only as long as it takes to
        // look at the commands.
        let rest = match flow {
            Flow::Busy => continue,
            // What stands is shown once more if it moved since the last view, and then costs nothing.
            Flow::Stand if place == engine.place() => Duration::MAX,
            Flow::Rest | Flow::Stand => beat.wait(clock.elapsed(), self::frame(&engine, place), true),
            Flow::End => return engine.leave(),
        };
        let spoken = tokio::select! {
            biased;
            command = inbox.recv() => Some(command),
            () = doze(rest) => None,
        };
        match spoken {
            None => {}
            Some(None) => return engine.leave(),
            Some(Some(command)) => {
                if engine.obey(command, &clock).await == Flow::End {
                    return engine.leave();
                }
                beat = Beat::default();
            }
        }
    }
}

fn frame(engine: &Engine, shown: Standing) -> Duration {
    let news = engine.place().notable != shown.notable;
    if engine.world().settings().load.on || news { FRAME } else { FRAME_AT_REST }
}

async fn doze(rest: Duration) {
    if rest == Duration::MAX {
        std::future::pending::<()>().await;
    } else {
        // tokio's timers count milliseconds, rounded up: good enough for frames, and never for the run.
        tokio::time::sleep(rest).await;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testbed::world;
    use super::*;
    use crate::domain::command::PaceCommand;
    use crate::domain::control::{Control, Target};
    use crate::domain::ids::NodeId;
    use crate::domain::view::{NodeTruth, Speed};
    use crate::runtime::recorder::{Replay, replay};

    fn live() -> Live {
        let setup =
            LiveSetup { factory: Box::new(world), seed: 5, hook: None, on_fault: OnFault::GoOn, recording: None };
        Live::start(setup).unwrap()
    }

    /// Waits for a view, without a clock: the test's own time limit is the runner's.
    fn wait(live: &Live, over: impl Fn(&ClusterView) -> bool) -> Arc<ClusterView> {
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
        let recording = live.stop().unwrap().recording;
        assert_eq!(recording.controls.len(), 2);
        assert_eq!(replay(world(5), &recording), Replay::Same(recording.end), "live and headless are one run");
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
