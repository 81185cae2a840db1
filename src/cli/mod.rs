//! The command line: what is asked for, answered with a text and an exit code.
//!
//! Idea: commands are functions of their arguments and of a [`Wiring`], which `main` makes: it knows the rooms that
//! need a terminal, a thread or a disk. So every command but those is tested here without one.
//! Errors: one message on the error stream, and the exit codes of [`exit::Exit`].

pub mod args;
pub mod dashboard;
pub mod doctor;
pub mod exit;
pub mod feeds;
pub mod find;
pub mod history;
pub mod house;
pub mod input;
pub mod keys;
pub mod matching;
pub mod output;
pub mod replaying;
pub mod scripts;
pub mod sessions;
pub mod wrong_args;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use clap::CommandFactory;

use crate::document::config::{Config, Names, REFERENCE};
use crate::document::problem::{Problem, printable};
use crate::domain::view::ClusterView;
use crate::lesson::run::Outcome;
use crate::lesson::script::Script;
use crate::locale::Locale;
use crate::report::{Comparison, RunResult};

pub use args::{Cli, Command, ConfigCommand, DashboardFlags, MatchFlags, ReplayFlags, RunFlags, Stepping};
pub use exit::{Exit, Trouble};
use find::Found;
use output::{Input, Output, Over, Sink};
use wrong_args::Unread;

/// What came of a run whose history was written: its last view, its outcome, and the file's.
pub type Written = (Arc<ClusterView>, Outcome, io::Result<u64>);

/// What `main` puts together out of the rooms that are not reached from here.
pub trait Wiring {
    /// What the dashboard knows by name: themes, contexts, actions, keys.
    fn names(&self) -> &dyn Names;

    /// The keys in force with this configuration, as text.
    ///
    /// # Errors
    /// Two actions want one key.
    fn keys(&self, config: &Config) -> Result<String, Trouble>;

    /// Opens the dashboard (or its plain twin) and returns when it is left.
    ///
    /// # Errors
    /// There is no usable terminal, or the run broke.
    fn dashboard(&self, config: Config, found: Found, flags: &DashboardFlags) -> Result<Exit, Trouble>;

    /// Carries a script out without a screen: the last view, and what came of it.
    ///
    /// # Errors
    /// The run broke.
    fn perform(&self, script: Arc<Script>, stepping: Stepping) -> Result<(Arc<ClusterView>, Outcome), Trouble>;

    /// The same, with the history of clients written into this file; and whether it is whole, with the number of operations
    /// that it forgot.
    ///
    /// # Errors
    /// The run broke.
    fn perform_into(&self, script: Arc<Script>, stepping: Stepping, history: Sink) -> Result<Written, Trouble>;

    /// Opens the dashboard on a recording, which plays in it.
    ///
    /// # Errors
    /// It is no recording, there is no usable terminal, or the run broke.
    fn watch(&self, config: Config, found: Found, flags: &DashboardFlags, file: &Path) -> Result<Exit, Trouble>;
}

/// Does what the command line asks for; `out` and `err` are the two streams.
pub fn run(cli: &Cli, wiring: &dyn Wiring, out: &mut dyn Write, err: &mut dyn Write) -> Exit {
    let done = match &cli.command {
        // A file that is named and has no say would be a broken promise.
        Some(command) if cli.dashboard.config.is_some() && brings_its_own(command) => Err(Trouble::Usage(
            "`--config` has no say here: a scenario, a recording and a file of orders bring their own settings"
                .to_owned(),
        )),
        None => dashboard(&cli.dashboard, wiring, err),
        Some(Command::Run(flags)) => perform(flags, wiring, out, err),
        Some(Command::Replay(flags)) => replaying::run(flags, &cli.dashboard, wiring, out),
        Some(Command::Match(flags)) => matching::run(flags, out, err),
        Some(Command::Lessons) => lessons(&cli.dashboard, wiring, out, err),
        Some(Command::Keys) => load(&cli.dashboard, wiring)
            .and_then(|(config, _)| wiring.keys(&config))
            .and_then(|text| say(out, &text))
            .map(|()| Exit::Well),
        Some(Command::Config { command }) => config(command, &cli.dashboard, wiring, out),
        Some(Command::Completions { shell }) => completions(*shell, out),
        Some(Command::Doctor) => {
            say(out, &doctor::report(&doctor::Surroundings::gather(&cli.dashboard))).map(|()| Exit::Well)
        }
    };
    done.unwrap_or_else(|trouble| {
        tell(err, &trouble);
        trouble.exit()
    })
}

/// Ends the program with what is wrong in its arguments, or with the help that they ask for.
pub fn refuse(unread: &Unread) -> ! {
    match unread {
        Unread::Asked(error) => error.exit(),
        Unread::Wrong(trouble) => {
            tell(&mut io::stderr(), trouble);
            std::process::exit(i32::from(trouble.exit().code()))
        }
    }
}

/// Says something on the error stream. What it quotes commands no terminal.
fn tell(err: &mut dyn Write, said: &dyn std::fmt::Display) {
    // Nobody is left to tell if the error stream is closed.
    let _ = writeln!(err, "chaosdesk: {}", printable(&said.to_string()));
}

/// Whether a command takes its settings from what it is given, and none from a configuration.
const fn brings_its_own(command: &Command) -> bool {
    match command {
        // In the dashboard it is the recording's cluster under the reader's own keys and colours.
        Command::Replay(flags) => !flags.watch,
        Command::Run(_) | Command::Match(_) => true,
        _ => false,
    }
}

fn say(out: &mut dyn Write, text: &str) -> Result<(), Trouble> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // `chaosdesk keys | head` has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| Trouble::Running(format!("cannot write: {error}"))),
    }
}

fn load(flags: &DashboardFlags, wiring: &dyn Wiring) -> Result<(Config, Found), Trouble> {
    let found = find::find(flags.config.as_deref())?;
    let config = found.read()?;
    config.check(wiring.names()).map_err(|problem| Trouble::Usage(problem.to_string()))?;
    // Names that are right one by one may still want the same key.
    wiring.keys(&config)?;
    Ok((config, found))
}

fn lessons(
    flags: &DashboardFlags,
    wiring: &dyn Wiring,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let (mut config, _) = load(flags, wiring)?;
    flags.over(&mut config.ui);
    let (language, note) = house::language(config.ui.locale);
    note.iter().for_each(|note| tell(err, note));
    let text = scripts::list(&Locale::new(language))?;
    say(out, &text).map(|()| Exit::Well)
}

fn dashboard(flags: &DashboardFlags, wiring: &dyn Wiring, err: &mut dyn Write) -> Result<Exit, Trouble> {
    let (mut config, found) = load(flags, wiring)?;
    flags.over(&mut config.ui);
    if let Some(theme) = &flags.theme {
        let themes = wiring.names().themes();
        if !themes.contains(theme) && !theme.ends_with(".toml") {
            return Err(Trouble::unknown("theme", theme, &themes));
        }
    }
    if flags.lesson.as_deref() == Some("-") {
        let said = "--lesson: the standard input is the keyboard; a lesson needs a name or a file";
        return Err(Trouble::Usage(said.to_owned()));
    }
    let lesson = flags.lesson.as_deref().map(scripts::open).transpose()?;
    if let Some(feed) = &flags.feed {
        feeds::open(feed, &mut config.settings)?;
    }
    let complaints = feeds::complaints(&config.settings);
    let exit = wiring.dashboard(config, found, flags)?;
    complaints.iter().for_each(|complaint| tell(err, complaint));
    warn(lesson.iter().flat_map(|lesson| &lesson.warnings), err);
    Ok(exit)
}

/// Says what the author of a script should know.
fn warn<'w>(warnings: impl Iterator<Item = &'w Problem>, err: &mut dyn Write) {
    warnings.for_each(|warning| tell(err, &format_args!("warning: {warning}")));
}

fn perform(flags: &RunFlags, wiring: &dyn Wiring, out: &mut dyn Write, err: &mut dyn Write) -> Result<Exit, Trouble> {
    let mut script = scripts::open(&flags.script)?;
    warn(script.warnings.iter(), err);
    script.seed = flags.seed.unwrap_or(script.seed);
    if let Some(feed) = &flags.feed {
        feeds::open(feed, &mut script.settings)?;
    }
    let output = json_output(flags, &script)?;
    let history = history_output(flags, &script)?;
    feeds::complaints(&script.settings).iter().for_each(|complaint| tell(err, complaint));
    let mut written = Ok(0);
    let (text, json, well) = if script.compare.is_empty() {
        let script = Arc::new(script);
        let (view, outcome) = match history {
            None => wiring.perform(Arc::clone(&script), flags.stepping())?,
            Some(output) => {
                let file = output.begin_with(Ok)?;
                let (view, outcome, file) = wiring.perform_into(Arc::clone(&script), flags.stepping(), file)?;
                written = file;
                (view, outcome)
            }
        };
        let result = RunResult::of(&view, Some((&script.name, &outcome)));
        feeds::unsent(&view).iter().for_each(|unsent| tell(err, unsent));
        (result.to_string(), result.to_json(), result.well)
    } else {
        let comparison = compare(&script, wiring, flags.stepping())?;
        (comparison.to_string(), comparison.to_json(), comparison.well)
    };
    let json = json.map_err(|error| Trouble::Running(error.to_string()));
    match (&flags.json, output) {
        (Some(_), None) => say(out, &json?)?,
        (_, output) => {
            // The summary first: it is there even if the file fails.
            say(out, &printable(&text))?;
            output.map_or(Ok(()), |output| output.write(&json?))?;
        }
    }
    history_written(written, flags.history.as_deref(), err)?;
    Ok(if well { Exit::Well } else { Exit::Failed })
}

/// Says what became of a history, once everything else is said.
fn history_written(written: io::Result<u64>, path: Option<&Path>, err: &mut dyn Write) -> Result<(), Trouble> {
    let path = path.unwrap_or_else(|| Path::new("")).display();
    match written {
        Ok(0) => Ok(()),
        Ok(forgotten) => {
            tell(err, &format_args!("warning: {path} lacks the ends of {forgotten} operations"));
            Ok(())
        }
        Err(error) => Err(Trouble::Running(format!("cannot write {path}: {error}"))),
    }
}

/// The file that the history goes to, opened before the run.
fn history_output(flags: &RunFlags, script: &Script) -> Result<Option<Output>, Trouble> {
    let Some(path) = &flags.history else { return Ok(None) };
    if !script.compare.is_empty() {
        let said = "--history: a comparison runs several clusters, and a history is that of one";
        return Err(Trouble::Usage(said.to_owned()));
    }
    let mut inputs = vec![Input::new("the script", &flags.script)];
    inputs.extend(feeds::input(&script.settings));
    inputs.extend(flags.json.iter().map(|json| Input::new("the result", json)));
    history::open(path, &inputs, flags.force).map(Some)
}

/// The file that the result goes to, opened before the run; `None` without one, and for the standard output.
fn json_output(flags: &RunFlags, script: &Script) -> Result<Option<Output>, Trouble> {
    let Some(path) = flags.json.as_deref().filter(|path| path.as_os_str() != "-") else { return Ok(None) };
    let mut inputs = vec![Input::new("the script", &flags.script)];
    inputs.extend(feeds::input(&script.settings));
    let over = Over::Own(is_result).or_forced(flags.force);
    Output::open("--json", path, &inputs, over).map(Some)
}

/// Whether a file that begins so is a result of an earlier run.
fn is_result(head: &str) -> bool {
    let mut parts = head.split_whitespace();
    parts.next() == Some("{") && parts.next() == Some("\"scenario\":")
}

/// Runs a script on each cluster of its comparison.
///
/// # Errors
/// A run broke.
pub fn compare(script: &Script, wiring: &dyn Wiring, stepping: Stepping) -> Result<Comparison, Trouble> {
    let mut runs = Vec::new();
    for variant in script.variants() {
        let (view, outcome) = wiring.perform(Arc::new(variant), stepping)?;
        let result = RunResult::of(&view, Some((&script.name, &outcome)));
        runs.push((view, result));
    }
    let runs = runs.iter().map(|(view, result)| (view.as_ref(), result.clone())).collect();
    Ok(Comparison::of(&script.name, &script.compare, runs))
}

fn completions(shell: clap_complete::Shell, out: &mut dyn Write) -> Result<Exit, Trouble> {
    // Into memory first: the generator panics where its stream is closed (`completions bash | head -1`).
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "chaosdesk", &mut script);
    say(out, &String::from_utf8_lossy(&script)).map(|()| Exit::Well)
}

fn config(
    command: &ConfigCommand,
    flags: &DashboardFlags,
    wiring: &dyn Wiring,
    out: &mut dyn Write,
) -> Result<Exit, Trouble> {
    let text = match command {
        ConfigCommand::Default => REFERENCE.to_owned(),
        ConfigCommand::Path => format!("{}\n", find::find(flags.config.as_deref())?),
        ConfigCommand::Print => find::find(flags.config.as_deref())?.text,
        ConfigCommand::Check => {
            let (_, found) = load(flags, wiring)?;
            printable(&format!("{found}: well\n")).into_owned()
        }
    };
    say(out, &text).map(|()| Exit::Well)
}

#[cfg(test)]
mod tests;
