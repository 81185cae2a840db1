//! The dashboard, put together: configuration and flags become a look, a live run and a loop.
//!
//! Idea: this is the one place that knows the terminal's environment (language, colours, light or dark) and the
//! cluster's thread at once. It decides nothing else.
//! Errors: no terminal is exit code 3 with a sentence; a theme that is wrong names its line.

mod opening;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::desk;
use crate::document::choice::Choice;
use crate::document::config::{self, Config, UiSettings};
use crate::domain::command::{Command, LessonCommand, PaceCommand};
use crate::domain::engine::{Answered, Engine};
use crate::domain::view::ClusterView;
use crate::lesson::guide::Guide;
use crate::lesson::library;
use crate::locale::{Language, Locale};
use crate::runtime::live::{Live, LiveSetup};
use crate::runtime::pacer::{OnFault, WallClock};
use crate::runtime::recorder::Recording;
use crate::runtime::recording_file::RecordingFile;
use crate::runtime::simulation::{Left, Simulation};
use crate::ui::app::signals::{Listener, Signals, Told};
use crate::ui::app::{self, Busy, Ending, Setup, ViewSource};
use crate::ui::caption;
use crate::ui::depth::Depth;
use crate::ui::glyphs::Glyphs;
use crate::ui::ground::{self, Grounds};
use crate::ui::logging;
use crate::ui::look::Look;
use crate::ui::painter::{Artist, Notes};
use crate::ui::plain::Plain;
use crate::ui::terminal::{self, TerminalError};
use crate::ui::theme::{Appearance, Theme};

use super::args::DashboardFlags;
use super::exit::{Exit, Trouble};
use super::find::Found;
use super::history::WithHistory;
use super::house::{self, language};
use super::output::{Input, Output, Over, Sink};
use super::replaying::{self, Opened};
use super::{feeds, find, input, keys, scripts, sessions};
use opening::Opening;

/// The seed of a run that names none: the first lesson of a class goes as the teacher tried it the evening before.
const SEED: u64 = 1;
/// Between two looks at the run in plain mode.
const PLAIN_EVERY: Duration = Duration::from_millis(50);

/// The cluster's thread, as the loop sees it.
struct Source<E>(Live<E>);

impl<E: Engine + 'static> ViewSource for Source<E> {
    fn version(&self) -> u64 {
        self.0.version()
    }

    fn view(&self) -> Arc<ClusterView> {
        self.0.view()
    }

    fn send(&self, command: Command) -> Result<(), Busy> {
        self.0.send(command).map_err(|_| Busy)
    }

    fn take_answers(&self) -> Vec<Answered> {
        self.0.take_answers()
    }

    fn is_over(&self) -> bool {
        self.0.is_over()
    }
}

/// Opens the dashboard, or its plain twin, and returns when it is left.
///
/// # Errors
/// There is no usable terminal, a theme is wrong, or the run broke.
pub fn open(config: &Config, found: &Found, flags: &DashboardFlags) -> Result<Exit, Trouble> {
    run(config, found, flags, None)
}

/// The same for a recording, whose settings and seed take the place of those of the configuration.
///
/// # Errors
/// It is no recording, there is no usable terminal, or the run broke.
pub fn watch(mut config: Config, found: &Found, flags: &DashboardFlags, file: &Path) -> Result<Exit, Trouble> {
    let Opened { recording, .. } = replaying::open(file)?;
    config.settings = recording.header.settings.clone();
    run(&config, found, flags, Some(recording))
}

fn run(config: &Config, found: &Found, flags: &DashboardFlags, watched: Option<Recording>) -> Result<Exit, Trouble> {
    let has_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    if !flags.plain && !has_terminal {
        let why = "the dashboard needs a terminal; `chaosdesk --plain` prints events, `chaosdesk run` runs scenarios";
        return Err(Trouble::NoTerminal(why.to_owned()));
    }
    if !flags.plain
        && let Some(why) = house::useless(std::env::var("TERM").ok().as_deref())
    {
        return Err(Trouble::NoTerminal(why));
    }
    let (look, note) = look(&config.ui)?;
    if let Some(note) = note {
        // Before the screen is taken, so that it stands there when the screen is given back.
        let _ = writeln!(io::stderr(), "chaosdesk: {note}");
    }
    // The library minds NO_COLOR by itself, and knows of no flag.
    crossterm::style::force_color_output(look.depth != Depth::None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)?;
    // Both are looked at before either is emptied: what is refused has destroyed nothing.
    let recording = flags.record.as_deref().map(|file| recording(file, config, found, flags)).transpose()?;
    let history = flags.history.as_deref().map(|file| history(file, config, found, flags)).transpose()?;
    let recording = recording.map(|output| output.begin_with(|file| RecordingFile::new(Box::new(file)))).transpose()?;
    let history = history.map(|output| output.begin_with(Ok)).transpose()?;
    let (recording, unkept) = match recording {
        // A recording that is watched is a file already.
        None if watched.is_none() => sessions::open(),
        recording => (recording, None),
    };
    let words = Locale::new(look.locale.language());
    let opening = match (&watched, &flags.lesson) {
        (Some(_), _) => Opening::Recording,
        (None, Some(_)) => Opening::Lesson,
        (None, None) => Opening::Desk,
    };
    let tapes = Tapes { recording, history, watched };
    let source = Source(start(config, flags, words, tapes).map_err(broken)?);
    let ending = if flags.plain {
        runtime.block_on(plain(&source, &look.locale)).map_err(broken)?
    } else {
        let notes = Notes { recording: flags.record.is_some(), config: found.path.as_deref().map(show) };
        runtime.block_on(screen(config, opening, look, notes, &source))?
    };
    if let Some((engine, written)) = source.0.stop().map(WithHistory::finish) {
        if let (Some(file), Some(left)) = (&flags.record, engine.leave()) {
            tell(left, file)?;
        }
        super::history_written(written, flags.history.as_deref(), &mut io::stderr())?;
    }
    if let Some(unkept) = unkept {
        // The screen is given back by now; nobody is left to tell if the stream is closed.
        let _ = writeln!(io::stderr(), "chaosdesk: this session was not kept: {unkept}");
    }
    Ok(match ending {
        Ending::Quit => Exit::Well,
        Ending::Signal(number) => Exit::Signal(number),
        // A terminal that goes away is what SIGHUP tells.
        Ending::Gone => Exit::Signal(1),
        Ending::Broken => {
            let said = terminal::panic_behind().unwrap_or_else(|| "its thread ended".to_owned());
            return Err(Trouble::Running(format!("the run broke: {said}")));
        }
    })
}

/// What a dashboard writes, and what it plays.
struct Tapes {
    recording: Option<RecordingFile>,
    history: Option<Sink>,
    watched: Option<Recording>,
}

fn broken(error: impl std::fmt::Display) -> Trouble {
    Trouble::Running(error.to_string())
}

fn show(path: &Path) -> String {
    path.display().to_string()
}

/// Opens the file of the recording, before the first frame: not one that the program reads, nor one that holds something.
fn recording(file: &Path, config: &Config, found: &Found, flags: &DashboardFlags) -> Result<Output, Trouble> {
    if file.as_os_str() == "-" {
        let said = "--record: the standard output has the dashboard; a recording needs a file, such as class.rec";
        return Err(Trouble::Usage(said.to_owned()));
    }
    let inputs = inputs(config, found, flags);
    Output::open("--record", file, &inputs, Over::Nothing.or_forced(flags.force))
}

/// Opens the file of the history likewise.
fn history(file: &Path, config: &Config, found: &Found, flags: &DashboardFlags) -> Result<Output, Trouble> {
    let mut inputs = inputs(config, found, flags);
    inputs.extend(flags.record.iter().map(|record| Input::new("the recording", record)));
    super::history::open(file, &inputs, flags.force)
}

/// The files that the dashboard reads.
fn inputs(config: &Config, found: &Found, flags: &DashboardFlags) -> Vec<Input> {
    let themes = [&config.ui.theme.dark, &config.ui.theme.light].into_iter().filter_map(|name| theme_file(name));
    let mut inputs: Vec<Input> = themes.map(|file| Input::new("the theme", file)).collect();
    inputs.extend(found.path.iter().map(|path| Input::new("the configuration", path)));
    inputs.extend(flags.lesson.iter().map(|name| Input::new("the lesson", name)));
    inputs.extend(feeds::input(&config.settings));
    let lesson = flags.lesson.as_deref().and_then(|name| scripts::open(name).ok());
    inputs.extend(lesson.and_then(|script| feeds::input(&script.settings)));
    inputs
}

/// Says what was recorded, and what became of the file.
fn tell(left: Left, file: &Path) -> Result<(), Trouble> {
    let Left { recording, failed } = left;
    let (end, hash) = (recording.end.at, recording.end.hash);
    let said = match &failed {
        None => format!("recorded {end} s into {}, hash {hash}", show(file)),
        Some(_) => format!("ran {end} s, hash {hash}; the recording {} breaks off before that", show(file)),
    };
    // The screen is given back by now; nobody is left to tell if the stream is closed.
    let _ = writeln!(io::stderr(), "{said}");
    failed.map_or(Ok(()), |error| Err(Trouble::Running(format!("cannot write {}: {error}", show(file)))))
}

/// Starts the cluster's thread.
fn start(
    config: &Config,
    flags: &DashboardFlags,
    words: Locale,
    tapes: Tapes,
) -> io::Result<Live<WithHistory<Simulation>>> {
    let Tapes { recording, history, watched } = tapes;
    let seed = watched.as_ref().map_or_else(|| flags.seed.unwrap_or(SEED), |recording| recording.header.seed);
    let engine = desk::simulation(Arc::new(config.settings.clone()), seed);
    let engine = engine.with_tasks()?.with_record(recording).with_lookback(config.limits.history_bytes());
    let engine = match watched {
        Some(recording) => engine.with_playback(recording),
        None => engine,
    };
    let engine = if history.is_some() { engine.with_history() } else { engine };
    let guide = Guide::new(Box::new(|name| scripts::open(name).ok()));
    let live = Live::start(LiveSetup {
        engine: WithHistory::new(engine, history),
        hook: Some(Box::new(guide)),
        on_fault: if config.time.slow_on_fault && !flags.plain { OnFault::Slow } else { OnFault::GoOn },
        narrate: Box::new(move |event| caption::caption(event, &[], &words)),
    })?;
    let mut first = vec![Command::Pace(PaceCommand::Set(config.time.speed))];
    first.extend(config.time.start_paused.then_some(Command::Pace(PaceCommand::Pause)));
    first.extend(flags.lesson.iter().map(|name| Command::Lesson(LessonCommand::Start(name.clone()))));
    for command in first {
        live.send(command).map_err(io::Error::other)?;
    }
    Ok(live)
}

async fn screen(
    config: &Config,
    opening: Opening,
    look: Look,
    notes: Notes,
    source: &dyn ViewSource,
) -> Result<Ending, Trouble> {
    logging::init::<io::Empty>(tracing_subscriber::filter::LevelFilter::INFO, None).map_err(broken)?;
    let clock = WallClock::start();
    let setup = Setup {
        keymap: keys::keymap(config)?,
        lessons: library::lessons_first().into_iter().map(str::to_owned).collect(),
        fps: config.ui.fps,
        state: opening.state(config, &look),
        grounds: grounds(&config.ui, look.depth),
        clock: Arc::new(move || clock.elapsed()),
    };
    let depth = look.depth;
    let themes = Box::new(move |name: &str| theme(name, depth).ok());
    let mut artist = Artist::new(look, themes, notes);
    app::run(setup, source, &mut artist).await.map_err(|error| match error {
        TerminalError::NotATerminal { .. } => Trouble::NoTerminal(error.to_string()),
        other => broken(other),
    })
}

/// What the environment and the configuration make of the screen.
fn look(ui: &UiSettings) -> Result<(Look, Option<String>), Trouble> {
    let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let characters = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(environment).unwrap_or_default();
    let term = environment("TERM").unwrap_or_default();
    let (locale, note) = language(ui.locale);
    let glyphs = match Glyphs::named(ui.glyphs.word(), &characters, &term).unwrap_or_default() {
        // Who asks for Russian where nothing is said of letters knows that they are shown.
        Glyphs::SevenBit if locale == Language::Russian => Glyphs::Ascii,
        glyphs => glyphs,
    };
    let depth = depth(ui, Depth::detect(&io::stdout()));
    let ground = environment("COLORFGBG").and_then(|value| Appearance::from_colorfgbg(&value)).unwrap_or_default();
    let (this, other) = match (themes(ui, depth), ground) {
        (Grounds { dark, light }, Appearance::Dark) => (dark, light),
        (Grounds { dark, light }, Appearance::Light) => (light, dark),
    };
    // The other may be needed as soon as the terminal answers: what is wrong in it is said now.
    self::theme(&other, depth)?;
    let theme = theme(&this, depth)?;
    Ok((Look { theme, glyphs, locale: Locale::new(locale), depth }, note))
}

/// The themes on a dark and on a light ground. A terminal of sixteen colours or none gets the theme that was made for
/// it, unless another was asked for.
fn themes(ui: &UiSettings, depth: Depth) -> Grounds {
    if ui.theme == UiSettings::default().theme {
        let [dark, light] = [Appearance::Dark, Appearance::Light].map(|ground| Look::default_theme(ground, depth));
        return Grounds { dark: dark.to_owned(), light: light.to_owned() };
    }
    Grounds { dark: ui.theme.dark.clone(), light: ui.theme.light.clone() }
}

/// The themes between which the terminal's answer decides, if there is something to decide and it can be asked.
fn grounds(ui: &UiSettings, depth: Depth) -> Option<Grounds> {
    let themes = themes(ui, depth);
    let term = std::env::var("TERM").unwrap_or_default();
    let asks = depth != Depth::None && themes.dark != themes.light && ground::can_be_asked(&term);
    asks.then_some(themes)
}

/// How many colours the screen has: what was asked for, else what was detected.
pub(super) fn depth(ui: &UiSettings, detected: Depth) -> Depth {
    match (ui.color, ui.color_depth) {
        (config::ColorWhen::Never, _) => Depth::None,
        (config::ColorWhen::Auto, _) if detected == Depth::None => Depth::None,
        (_, config::ColorDepth::Auto) => match detected {
            Depth::None => Depth::Ansi16,
            depth => depth,
        },
        (_, named) => Depth::named(named.word()).unwrap_or(Depth::Ansi16),
    }
}

/// The file of a theme: by its path, else in `./themes` or the user's own; `None` for a built-in one.
fn theme_file(name: &str) -> Option<PathBuf> {
    let own = find::own_folder().map(|folder| folder.join("themes"));
    let beside = |folder: &Path| folder.join(format!("{name}.toml"));
    if Path::new(name).extension().is_some_and(|end| end == "toml") {
        return Some(PathBuf::from(name));
    }
    [Some(PathBuf::from("themes")), own].into_iter().flatten().map(|f| beside(&f)).find(|file| file.is_file())
}

/// A theme, of a file or a built-in one.
fn theme(name: &str, depth: Depth) -> Result<Theme, Trouble> {
    let file = theme_file(name);
    let Some(file) = file else {
        let known: Vec<&str> = Theme::names().collect();
        return Theme::named(name, depth).ok_or_else(|| Trouble::unknown("theme", name, &known));
    };
    let text = input::read(&file)?;
    Theme::from_text(name, &show(&file), &text, depth).map_err(|problem| Trouble::Usage(problem.to_string()))
}

/// Events as they happen, a line each, until a signal comes or the reader goes away.
async fn plain(source: &dyn ViewSource, locale: &Locale) -> io::Result<Ending> {
    let mut lines = Plain::new(io::stdout());
    // A reader that stops reading holds us in a write, where only the thread of the signals still hears anything.
    let mut signals = Signals::new(Listener::Lines)?;
    loop {
        let view = source.view();
        match lines.append(&view, |event| caption::caption(event, &view.events, locale)) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Ending::Quit),
            written => written?,
        }
        if source.is_over() {
            return Ok(Ending::Broken);
        }
        tokio::select! {
            biased;
            told = signals.next() => if let Told::End(number) = told {
                return Ok(Ending::Signal(number));
            },
            () = tokio::time::sleep(PLAIN_EVERY) => {}
        }
    }
}
