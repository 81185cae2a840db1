//! `chaosdesk replay`: a recording is played again, in silence, as JSON lines, or in the dashboard.
//!
//! Errors: what is no recording, or was changed, is wrong usage (2), with file, line and column; a run that comes out another
//! one is a failure (1).

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use crate::desk;
use crate::document::problem::Complaint;
use crate::document::settings::NODES_MAX;
use crate::domain::control::Control;
use crate::domain::settings::Settings;
use crate::lesson::action::{self, Context};
use crate::locale::Languages;
use crate::report::playback;
use crate::runtime::recorder::{Mark, Recording};
use crate::runtime::recording_text;
use crate::runtime::replay::{self, Difference, Met, Replay};
use crate::ui::caption;

use super::args::{DashboardFlags, ReplayFlags};
use super::exit::{Exit, Trouble};
use super::output::{Input, Output, Over, Sink};
use super::{Wiring, feeds, input};

/// A recording that was read, with what its messages need.
pub struct Opened {
    /// The recording, whose feed is read again.
    pub recording: Recording,
    name: String,
    text: String,
}

/// Opens a recording, and the feed that it names.
///
/// # Errors
/// It cannot be read, is none, or was changed.
pub fn open(file: &Path) -> Result<Opened, Trouble> {
    let name = input::name_of(file);
    let text = input::read(file)?;
    let recording = recording_text::read(&name, &text, &admit);
    let mut recording = recording.map_err(|problem| Trouble::Usage(problem.to_string()))?;
    feeds::reopen(&mut recording.header.settings, file)?;
    Ok(Opened { recording, name, text })
}

/// Whether a control of a recording could have been typed, or stand in a scenario.
fn admit(control: &Control, nodes: usize, settings: &Settings) -> Result<(), Complaint> {
    let nodes = nodes.min(NODES_MAX as usize);
    action::check(control, &Context::of_file(nodes, settings.cluster.partitions).trading(settings.market.instruments))
}

/// Plays it again, and answers how that ended, with a text for people.
///
/// # Errors
/// A control stands at a place that the run never has.
pub fn play(opened: &Opened, meet: &mut dyn FnMut(Met)) -> Result<(String, Replay), Trouble> {
    let recording = &opened.recording;
    let world = desk::open(&Arc::new(recording.header.settings.clone()), recording.header.seed);
    let ended = replay::replay(world, recording, meet);
    let text = match &ended {
        Replay::Same(mark) => {
            format!("the same run: {} events, {} s, hash {}\n", mark.events, mark.at, mark.hash)
        }
        Replay::Differs(difference) => differs(difference),
        Replay::Misplaced(found) => {
            let problem = recording_text::misplaced(&opened.name, &opened.text, found.control, found.to_string());
            return Err(Trouble::Usage(problem.to_string()));
        }
    };
    let end = [("end", recording.end.at.to_string().into())];
    // The dashboard says the same.
    let said = || Languages::shared().english.say("toast-broken-off", &end) + "\n";
    let broken_off = if recording.whole { String::new() } else { said() };
    Ok((text + &broken_off, ended))
}

/// Where a replay became another run, and what it did there.
fn differs(difference: &Difference) -> String {
    let Difference { after, recorded, replayed, events } = difference;
    let began = match after {
        Some(mark) => format!("the same up to {} s ({} events), then it differs", mark.at, mark.events),
        None => "another run: it differs from the beginning".to_owned(),
    };
    let point = |mark: &Mark| format!("{} events and hash {} at {} s", mark.events, mark.hash, mark.at);
    let mut text = format!("{began}\nrecorded: {}\nreplayed: {}\n", point(recorded), point(replayed));
    if let Some(event) = events.first() {
        let said = caption::caption(event, &[], &Languages::shared().english);
        text += &format!("the first event of the replay after that: {} s: {said}\n", event.at);
    }
    text
}

/// Does what `replay` is asked for.
///
/// # Errors
/// It is no recording, the JSON cannot be written, or there is no terminal to watch it in.
pub fn run(
    flags: &ReplayFlags,
    dashboard: &DashboardFlags,
    wiring: &dyn Wiring,
    out: &mut dyn Write,
) -> Result<Exit, Trouble> {
    if flags.watch {
        let (mut config, found) = super::load(dashboard, wiring)?;
        dashboard.over(&mut config.ui);
        return wiring.watch(config, found, dashboard, &flags.file);
    }
    let opened = open(&flags.file)?;
    let Some(path) = &flags.json else {
        let (text, ended) = play(&opened, &mut |_| {})?;
        return super::say(out, &text).map(|()| exit(&ended));
    };
    let file = json_file(path, flags, &opened)?;
    let is_stream = file.is_none();
    let mut lines = Lines {
        out: file.map_or_else(|| Box::new(&mut *out) as Box<dyn Write + '_>, |file| Box::new(file)),
        failed: None,
    };
    let played = play(&opened, &mut |met| lines.write(playback::line(&met)));
    if let Ok((_, ended)) = &played {
        lines.write(playback::end(&opened.recording, ended));
    }
    let written = lines.finish();
    let (text, ended) = played?;
    if !is_stream {
        super::say(out, &text)?;
    }
    match written {
        // `chaosdesk replay class.rec --json - | head` has seen enough.
        Err(error) if is_stream && error.kind() == ErrorKind::BrokenPipe => {}
        Err(error) => return Err(Trouble::Running(format!("cannot write {}: {error}", path.display()))),
        Ok(()) => {}
    }
    Ok(exit(&ended))
}

const fn exit(ended: &Replay) -> Exit {
    match ended {
        Replay::Same(_) => Exit::Well,
        Replay::Differs(_) | Replay::Misplaced(_) => Exit::Failed,
    }
}

/// The file of the lines, opened before the run; `None` for the standard output.
fn json_file(path: &Path, flags: &ReplayFlags, opened: &Opened) -> Result<Option<BufWriter<Sink>>, Trouble> {
    if path.as_os_str() == "-" {
        return Ok(None);
    }
    let mut inputs = vec![Input::new("the recording", &flags.file)];
    inputs.extend(feeds::input(&opened.recording.header.settings));
    let over = Over::Own(is_replay).or_forced(flags.force);
    let output = Output::open("--json", path, &inputs, over)?;
    output.begin_with(|file| Ok(Some(BufWriter::new(file))))
}

/// Whether a file that begins so holds the lines of an earlier replay.
fn is_replay(head: &str) -> bool {
    ["control", "event", "mark", "end"].iter().any(|word| head.starts_with(&format!("{{\"type\":\"{word}\"")))
}

/// Writes lines; the first that fails is told at the end, and the replay goes on.
struct Lines<'o> {
    out: Box<dyn Write + 'o>,
    failed: Option<io::Error>,
}

impl Lines<'_> {
    fn write(&mut self, line: Result<String, serde_json::Error>) {
        if self.failed.is_none() {
            let written = line.map_err(io::Error::from).and_then(|line| self.out.write_all(line.as_bytes()));
            self.failed = written.err();
        }
    }

    fn finish(mut self) -> io::Result<()> {
        self.failed.map_or_else(|| self.out.flush(), Err)
    }
}

#[cfg(test)]
mod tests;
