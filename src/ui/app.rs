//! The loop of the dashboard: input, view, frame.
//!
//! Idea: the thread of the screen and the thread of the cluster never wait for one another. The loop looks whether a
//! newer view lies in the slot, never asks for one; a command goes into a bounded queue or is refused. A frame is drawn
//! when something changed, at most `fps` times a second, four times with the load off, and never while time stands still
//! and nobody touches anything.
//! Units: wall time comes from a closure; the loop itself reads no clock.
//! Errors: a terminal that refuses ends the loop; the guard gives the terminal back.

mod answers;
mod screen;
pub mod signals;
mod source;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event;
use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::{Frame, Terminal};

use super::ground::{self, Grounds};
use super::hits::Hits;
use super::input::Input;
use super::keymap::Keymap;
use super::state::UiState;
use super::terminal::{self, MouseCapture, Out, TerminalError, TerminalGuard};
use super::tty::{Chunk, Clock, Reader, Scanner};
use super::update::{Given, Request, toast};
use super::words::Words;
use crate::domain::command::{Command, PaceCommand};
use crate::domain::view::ClusterView;
use crate::runtime::beat::{Beat, LOOK};
use screen::{fits, open_screen, print};
use signals::{Listener, Resized, Signals, Told};
pub use source::{Busy, ViewSource};

/// Between two looks at the view while nothing moves, and between two frames with the load off.
const CALM: Duration = Duration::from_millis(250);
/// Bytes of input that are taken before the next frame; the rest waits for the one after.
const INPUT_MAX: usize = 1 << 14;

/// Everything that a painter may look at.
#[derive(Clone, Copy)]
pub struct Scenery<'a> {
    /// The cluster.
    pub view: &'a ClusterView,
    /// Where the eyes are.
    pub state: &'a UiState,
    /// What `update` is given: rows and hints are worked out from it.
    pub given: Given<'a>,
}

/// Draws a frame, and knows the language.
pub trait Painter {
    /// Makes ready for what the state asks for, such as another theme. Called before each frame.
    fn prepare(&mut self, state: &UiState, view: &ClusterView);
    /// Draws; notes what lies where.
    fn paint(&self, frame: &mut Frame<'_>, scenery: &Scenery<'_>, hits: &mut Hits);
    /// The language of the screen.
    fn words(&self) -> &dyn Words;
}

/// What the loop is told once.
pub struct Setup {
    /// The keys in force.
    pub keymap: Keymap,
    /// The lessons that can be begun, by name.
    pub lessons: Vec<String>,
    /// Frames a second at most.
    pub fps: u32,
    /// What the dashboard begins with.
    pub state: UiState,
    /// The themes between which the terminal's ground decides; `None` does not ask for it.
    pub grounds: Option<Grounds>,
    /// Wall time since the dashboard began.
    pub clock: Clock,
}

/// Why the loop ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Somebody wanted it.
    Quit,
    /// A signal, by its number.
    Signal(u8),
    /// The terminal went away.
    Gone,
    /// The cluster's thread ended by itself.
    Broken,
}

impl Ending {
    /// The exit code of the program.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(number) => 128 + number,
            Self::Gone => 129,
            Self::Broken => 4,
        }
    }
}

/// Runs the dashboard until somebody quits. Takes the terminal and gives it back.
pub async fn run(setup: Setup, source: &dyn ViewSource, painter: &mut dyn Painter) -> Result<Ending, TerminalError> {
    let mouse = if setup.state.presenter.mouse_off { MouseCapture::Off } else { MouseCapture::On };
    // Before the terminal is taken: a signal in between would leave it taken. After it is given back: that may hang.
    let mut signals = Signals::new(Listener::Screen)?;
    let guard = terminal::enter(mouse)?;
    let screen = open_screen()?;
    let view = source.view();
    let stirred = Duration::ZERO;
    let (input, scanner, hits, seen) = (Input::default(), Scanner::default(), Hits::default(), source.version());
    let desk = Desk { input, scanner, asked: false, hits, view, seen, stirred, setup };
    let mut app = App { desk, guard, screen, last: None };
    let ending = app.run(source, painter, &mut signals).await;
    let App { guard, last, desk, .. } = app;
    drop(guard);
    if let (Some(frame), true) = (last, matches!(ending, Ok((_, Keep::Frame)))) {
        print(&frame)?;
    }
    let _ = source.send(Command::Quit);
    drop((desk, signals));
    match ending {
        Ok((ending, _)) => Ok(ending),
        // Whoever closes the window takes the terminal away: that is an end, not a failure.
        Err(error) if error.is_gone() => Ok(Ending::Gone),
        Err(error) => Err(error),
    }
}

/// Whether the last frame stays on the terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Keep {
    Nothing,
    Frame,
}

/// Everything but the terminal.
struct Desk {
    input: Input,
    scanner: Scanner,
    /// The terminal was asked for its ground, and has not answered.
    asked: bool,
    hits: Hits,
    view: Arc<ClusterView>,
    seen: u64,
    /// When a command was sent last: its effect is looked for at once, however calm the run is.
    stirred: Duration,
    setup: Setup,
}

/// The loop's own things.
struct App {
    desk: Desk,
    guard: TerminalGuard,
    screen: Terminal<CrosstermBackend<Out>>,
    last: Option<Buffer>,
}

impl App {
    async fn run(
        &mut self,
        source: &dyn ViewSource,
        painter: &mut dyn Painter,
        signals: &mut Signals,
    ) -> Result<(Ending, Keep), TerminalError> {
        // The first frame goes out before anything else is set up: it is what a person waits for.
        self.paint(painter)?;
        self.ask()?;
        let mut reader = Reader::open(Arc::clone(&self.desk.setup.clock))?;
        let mut resized = Resized::new()?;
        let mut beat = Beat::new(self.wall());
        let mut dirty = false;
        loop {
            let wait = self.wait(beat, dirty);
            let mut chunks: Vec<Chunk> = Vec::new();
            tokio::select! {
                biased;
                told = signals.next() => match told {
                    Told::End(number) => return Ok((Ending::Signal(number), Keep::Nothing)),
                    Told::Suspend => {
                        let _ = source.send(Command::Pace(PaceCommand::Pause));
                        self.suspend()?;
                        dirty = true;
                    }
                    Told::Continued => {
                        // Whoever stopped it (SIGSTOP cannot be caught) may have left the terminal to a shell.
                        self.guard.retake()?;
                        self.clear()?;
                        dirty = true;
                    }
                },
                read = reader.next() => match read {
                    Some(read) => chunks.push(read),
                    None => return Ok((Ending::Gone, Keep::Nothing)),
                },
                () = resized.next() => {}
                () = tokio::time::sleep(wait) => {}
            }
            while chunks.iter().map(|chunk| chunk.bytes.len()).sum::<usize>() < INPUT_MAX
                && let Some(more) = reader.ready()
            {
                chunks.push(more);
            }
            self.desk.setup.state.wall = self.wall();
            let events = self.desk.scan(&chunks, &mut dirty);
            if let Some(end) = self.take(&events, source, painter, &mut dirty)? {
                return Ok(end);
            }
            if source.is_over() {
                // A picture that stands still for ever would look like a cluster that does.
                return Ok((Ending::Broken, Keep::Nothing));
            }
            // A resize that came together with a key may never be told.
            if !fits(&mut self.screen)? {
                self.clear()?;
                dirty = true;
            }
            let news = self.desk.look(source, painter.words()) | self.desk.hear(source, painter.words());
            dirty |= news | self.desk.tick(painter.words());
            let now = self.wall();
            let frame = self.desk.frame();
            // What somebody did is shown at once, and so is what came of it where nothing else moves.
            let answers = !events.is_empty() || news && self.desk.is_stirred() && !self.desk.is_moving();
            if dirty && (answers || beat.is_due(now, frame)) {
                self.paint(painter)?;
                beat.drew(now, frame);
                dirty = false;
            }
        }
    }

    /// Asks the terminal for its ground. Nobody waits: the answer comes among the keys, and is taken out.
    fn ask(&mut self) -> io::Result<()> {
        if self.desk.setup.grounds.is_some() {
            self.desk.asked = true;
            execute!(io::stdout(), Print(ground::QUESTION))?;
        }
        Ok(())
    }

    /// Takes what was typed; some of it ends the loop.
    fn take(
        &mut self,
        events: &[Event],
        source: &dyn ViewSource,
        painter: &dyn Painter,
        dirty: &mut bool,
    ) -> Result<Option<(Ending, Keep)>, TerminalError> {
        for event in events {
            *dirty = true;
            if matches!(event, Event::Resize(..)) {
                self.clear()?;
            }
            for request in self.desk.on_event(event, painter.words()) {
                match request {
                    Request::Command(command) => self.desk.send(source, command, painter.words()),
                    Request::Mouse if self.desk.setup.state.presenter.mouse_off => {
                        self.guard.set_mouse(MouseCapture::Off)?;
                    }
                    Request::Mouse => self.guard.set_mouse(MouseCapture::On)?,
                    Request::Redraw => self.clear()?,
                    Request::Suspend => self.suspend()?,
                    Request::Quit => return Ok(Some((Ending::Quit, Keep::Nothing))),
                    Request::QuitNow => return Ok(Some((Ending::Signal(2), Keep::Nothing))),
                    Request::QuitKeep => return Ok(Some((Ending::Quit, Keep::Frame))),
                }
            }
        }
        Ok(None)
    }

    /// How long nothing has to be done: until the next frame may be drawn, or the next toast goes.
    fn wait(&self, beat: Beat, dirty: bool) -> Duration {
        let (now, frame) = (self.wall(), self.desk.frame());
        let frame = match self.desk.is_moving() {
            false if !dirty && self.desk.is_stirred() => LOOK,
            _ if dirty || frame < CALM => beat.wait(now, frame, dirty),
            _ => frame,
        };
        let Desk { input, scanner, setup, .. } = &self.desk;
        let tick = input.next_tick(&setup.state).into_iter().chain(scanner.next_tick()).filter(|_| !dirty).min();
        tick.map_or(frame, |tick| frame.min(tick.saturating_sub(now)))
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.guard.suspend()?;
        self.clear()
    }

    /// Forgets what was drawn. Not ratatui's `clear`: it asks the terminal where the cursor is, and the answer would be
    /// eaten by the stream of keys.
    fn clear(&mut self) -> io::Result<()> {
        execute!(io::stdout(), Clear(ClearType::All))?;
        self.screen = open_screen()?;
        Ok(())
    }

    fn wall(&self) -> Duration {
        (self.desk.setup.clock)()
    }

    fn paint(&mut self, painter: &mut dyn Painter) -> io::Result<()> {
        let mut hits = Hits::default();
        execute!(io::stdout(), BeginSynchronizedUpdate)?;
        let desk = &self.desk;
        painter.prepare(&desk.setup.state, &desk.view);
        let painter = &*painter;
        let frame = self.screen.draw(|frame| {
            let given = desk.given(painter.words());
            let scenery = Scenery { view: &desk.view, state: &desk.setup.state, given };
            painter.paint(frame, &scenery, &mut hits);
        });
        let frame = frame.map(|frame| frame.buffer.clone());
        execute!(io::stdout(), EndSynchronizedUpdate)?;
        self.last = Some(frame?);
        self.desk.hits = hits;
        Ok(())
    }
}

impl Desk {
    fn given<'b>(&'b self, words: &'b dyn Words) -> Given<'b> {
        let Self { hits, view, setup, .. } = self;
        Given { view, words, keymap: &setup.keymap, hits, lessons: &setup.lessons }
    }

    fn on_event(&mut self, event: &Event, words: &dyn Words) -> Vec<Request> {
        let Self { input, hits, view, setup, .. } = self;
        let Setup { keymap, lessons, state, .. } = setup;
        let given = Given { view, words, keymap, hits, lessons };
        input.on_event(state, &given, event)
    }

    /// What was pressed; what the terminal answered is none of it, and chooses the theme.
    fn scan(&mut self, chunks: &[Chunk], dirty: &mut bool) -> Vec<Event> {
        let Self { scanner, asked, setup, .. } = self;
        let mut pressed = Vec::new();
        chunks.iter().for_each(|chunk| scanner.feed(&chunk.bytes, chunk.at, &mut pressed));
        scanner.release(setup.state.wall, &mut pressed);
        for answer in scanner.answers() {
            if let (Some(ground), Some(grounds), true) = (ground::answer(&answer), &setup.grounds, *asked) {
                *asked = false;
                *dirty |= setup.state.presenter.themes.settle(grounds, ground);
            }
        }
        pressed
    }

    fn tick(&mut self, words: &dyn Words) -> bool {
        let Self { input, hits, view, setup, .. } = self;
        let Setup { keymap, lessons, state, .. } = setup;
        let given = Given { view, words, keymap, hits, lessons };
        input.tick(state, &given)
    }

    /// Takes the latest view; true if it is a new one.
    fn look(&mut self, source: &dyn ViewSource, words: &dyn Words) -> bool {
        let version = source.version();
        if version == self.seen {
            return false;
        }
        self.seen = version;
        let before = std::mem::replace(&mut self.view, source.view());
        let Self { hits, view, setup: Setup { keymap, lessons, state, .. }, .. } = self;
        toast::hear(state, &Given { view, words, keymap, hits, lessons }, &before.run);
        true
    }

    /// Whether the cluster moves by itself.
    fn is_moving(&self) -> bool {
        self.view.flow.load_on && !self.view.run.pace.paused
    }

    /// Whether a command was sent a moment ago.
    fn is_stirred(&self) -> bool {
        self.stirred != Duration::ZERO && (self.setup.clock)() < self.stirred + CALM
    }

    /// Between two frames.
    fn frame(&self) -> Duration {
        let quick = self.is_moving() || self.is_stirred();
        if quick { Duration::from_secs(1) / self.setup.fps.max(1) } else { CALM }
    }
}
