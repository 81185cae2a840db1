//! The recorder: a run as a file, and the proof that a replay is the same run.
//!
//! Idea: a run is its seed, its settings and its controls with their places; everything else follows. Hashes along the way
//! are witnesses: a replay that differs is caught in the stretch where it began to differ.
//! Shape: a text file of lines. The first is `chaosdesk-recording 1`, the second the header as JSON, then a control or a
//! mark each, in order, and the end. A file without an end was cut off (its program was killed): it is played up to its last
//! mark, and one without a mark is refused.
//! Units: a place in a run is its virtual time and how many scheduler events came before.
//! Bound: [`MARKS_MAX`] marks; when full, every second one goes and the spacing doubles.
//! Errors: `RecordingError`; all of them mean that the input is unusable (exit code 2).

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::document::settings::{LATENCY_US_MAX, MOVES_AT_ONCE_MAX, NODES_MAX, PARTITIONS_MAX, VIRTUAL_NODES_MAX};
use crate::domain::control::RecordedControl;
use crate::domain::digest::Digest;
use crate::domain::event::Event;
use crate::domain::settings::Settings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::universe::INSTRUMENTS_MAX;

use super::world::World;

/// The first line of every recording.
pub const FIRST_LINE: &str = "chaosdesk-recording 1";
/// What the first line of every version begins with.
const FAMILY: &str = "chaosdesk-recording ";
/// Marks that a recording keeps.
pub const MARKS_MAX: usize = 4_096;
/// The first spacing of marks.
const SPACING: SimDuration = SimDuration::from_secs(1);

/// What a run began with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RecordingHeader {
    /// Its seed.
    pub seed: u64,
    /// Its settings, as they were at time 0.
    pub settings: Settings,
    /// The text of the scenario that ran, if one did: its steps are part of the world, not of the controls.
    pub scenario: Option<String>,
}

/// A witness: what the hash was at a place in the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// Virtual time.
    pub at: SimTime,
    /// Scheduler events before it.
    pub events: u64,
    /// The controls before it.
    pub controls: usize,
    /// The running hash.
    pub hash: Digest,
}

impl Mark {
    /// Where this world stands.
    pub fn of(world: &World) -> Self {
        Self { at: world.now(), events: world.event_count(), controls: world.controls().len(), hash: world.hash() }
    }
}

/// A run that can be played again.
#[derive(Clone, PartialEq, Debug)]
pub struct Recording {
    /// What it began with.
    pub header: RecordingHeader,
    /// What was done to it.
    pub controls: Vec<RecordedControl>,
    /// Witnesses, in order.
    pub marks: Vec<Mark>,
    /// Where it ended.
    pub end: Mark,
    /// The run came to its end; of one whose program was killed the last witness is the end.
    pub whole: bool,
}

/// Takes witnesses while a run goes on.
#[derive(Clone, Debug)]
pub struct Recorder {
    header: RecordingHeader,
    marks: Vec<Mark>,
    spacing: SimDuration,
}

/// A line of a recording, after the header.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    Control(RecordedControl),
    Mark(Mark),
    End(Mark),
}

impl Recorder {
    /// Begins with a run: its world must be at time 0.
    pub const fn new(header: RecordingHeader) -> Self {
        Self { header, marks: Vec::new(), spacing: SPACING }
    }

    /// What the run began with.
    pub const fn header(&self) -> &RecordingHeader {
        &self.header
    }

    /// Takes a mark if one is due, and answers it. Any moment between two steps will do.
    pub fn observe(&mut self, world: &World) -> Option<Mark> {
        if self.marks.last().is_some_and(|last| world.now().since(last.at) < self.spacing) {
            return None;
        }
        if self.marks.len() == MARKS_MAX {
            let mut place = 0;
            self.marks.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.spacing = self.spacing.times(2);
        }
        let mark = Mark::of(world);
        self.marks.push(mark);
        Some(mark)
    }

    /// The recording of the run up to here.
    pub fn finish(&self, world: &World) -> Recording {
        Recording {
            header: self.header.clone(),
            controls: world.controls().to_vec(),
            marks: self.marks.clone(),
            end: Mark::of(world),
            whole: true,
        }
    }
}

impl Recording {
    /// Writes it as a file.
    pub fn save(&self, path: &Path) -> Result<(), RecordingError> {
        let write = || -> io::Result<()> {
            let mut file = io::BufWriter::new(fs::File::create(path)?);
            writeln!(file, "{FIRST_LINE}")?;
            writeln!(file, "{}", serde_json::to_string(&self.header)?)?;
            for control in &self.controls {
                writeln!(file, "{}", serde_json::to_string(&Line::Control(*control))?)?;
            }
            for mark in &self.marks {
                writeln!(file, "{}", serde_json::to_string(&Line::Mark(*mark))?)?;
            }
            writeln!(file, "{}", serde_json::to_string(&Line::End(self.end))?)?;
            file.flush()
        };
        write().map_err(|source| RecordingError::Io { path: path.to_owned(), source })
    }

    /// Reads it from a file.
    pub fn load(path: &Path) -> Result<Self, RecordingError> {
        let text = fs::read_to_string(path).map_err(|source| RecordingError::Io { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Reads it from its text.
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        let mut lines = text.lines().enumerate().map(|(place, text)| (place + 1, text));
        match lines.next() {
            Some((_, FIRST_LINE)) => {}
            Some((_, other)) if other.starts_with(FAMILY) => {
                return Err(RecordingError::Version { found: other[FAMILY.len()..].to_owned() });
            }
            first => {
                let found = first.map_or("", |(_, text)| text).chars().take(40).collect();
                return Err(RecordingError::NotARecording { found });
            }
        }
        // A line that is not whole was being written as the program was killed.
        let torn = (!text.ends_with('\n')).then(|| text.lines().count());
        let mut recording: Option<Self> = None;
        while let Some((line, text)) = lines.next() {
            match (Self::run(line, text, &mut lines, torn), recording.take()) {
                // A run that was cut off before its first mark: the one before it is what there is.
                (Err(RecordingError::CutOff), before) => recording = before,
                (run, _) => recording = Some(run?),
            }
        }
        recording.ok_or(RecordingError::CutOff)
    }

    /// Reads a run: its header, and its lines up to where the next one begins.
    fn run<'a>(
        line: usize,
        text: &str,
        lines: &mut impl Iterator<Item = (usize, &'a str)>,
        torn: Option<usize>,
    ) -> Result<Self, RecordingError> {
        let header: RecordingHeader = match serde_json::from_str(text) {
            Ok(header) => header,
            Err(source) if torn == Some(line) && source.is_eof() => return Err(RecordingError::CutOff),
            Err(source) => return Err(RecordingError::Line { line, source }),
        };
        can_be_built(&header.settings)?;
        let (mut controls, mut marks, mut end) = (Vec::new(), Vec::new(), None);
        for (line, text) in lines.take_while(|(_, text)| *text != FIRST_LINE) {
            match serde_json::from_str(text) {
                Ok(Line::Control(control)) => controls.push(control),
                Ok(Line::Mark(mark)) => marks.push(mark),
                Ok(Line::End(mark)) => end = Some(mark),
                Err(_) if torn == Some(line) => break,
                Err(source) => return Err(RecordingError::Line { line, source }),
            }
        }
        let whole = end.is_some();
        let end = end.or(marks.last().copied()).ok_or(RecordingError::CutOff)?;
        Ok(Self { header, controls, marks, end, whole })
    }
}

/// No world can be made of some settings; a file may hold any.
fn can_be_built(settings: &Settings) -> Result<(), RecordingError> {
    let cluster = &settings.cluster;
    let slowest = settings.gateway.service_times.iter().map(|time| time.as_nanos().div_ceil(1_000)).max().unwrap_or(0);
    let table = [
        ("nodes", cluster.nodes as u64, NODES_MAX),
        ("partitions", cluster.partitions as u64, PARTITIONS_MAX),
        ("replication_factor", cluster.replication_factor as u64, cluster.nodes as u64),
        ("instruments", settings.market.instruments as u64, INSTRUMENTS_MAX as u64),
        ("virtual_nodes", u64::from(settings.partition.virtual_nodes), VIRTUAL_NODES_MAX),
        ("moves_at_once", settings.partition.moves_at_once as u64, MOVES_AT_ONCE_MAX),
        // A gateway that takes no time can be built, too.
        ("service_us", slowest.max(1), LATENCY_US_MAX),
    ];
    match table.into_iter().find(|(_, found, max)| !(1..=*max).contains(found)) {
        Some((key, found, max)) => Err(RecordingError::Settings { key, found, max }),
        None => Ok(()),
    }
}

/// Why a file can't be played again.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file can't be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It is some other file.
    #[error("not a recording: the first line should be `{FIRST_LINE}` and is `{found}`")]
    NotARecording {
        /// How it begins.
        found: String,
    },
    /// It is a recording of another version of the format.
    #[error("a recording of format {found}; this program reads format 1")]
    Version {
        /// Which.
        found: String,
    },
    /// A line makes no sense.
    #[error("line {line} of the recording: {source}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// No such cluster can be.
    #[error("line 2 of the recording: `{key}` is {found}, allowed: 1 to {max}")]
    Settings {
        /// Which.
        key: &'static str,
        /// What the file says.
        found: u64,
        /// What is possible.
        max: u64,
    },
    /// It has no end, and nothing to check it by.
    #[error("the recording is cut off: it has no line `end` and no mark")]
    CutOff,
}

/// What came of playing a recording again.
#[derive(Clone, PartialEq, Debug)]
pub enum Replay {
    /// It was the same run.
    Same(Mark),
    /// It differs.
    Differs(Box<Difference>),
}

/// Where a replay differs.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// The last witness that agreed.
    pub after: Option<Mark>,
    /// The first that did not, as recorded.
    pub recorded: Mark,
    /// What the replay had there.
    pub replayed: Mark,
    /// The notable events of the replay in between, oldest first; at most [`Difference::EVENTS_MAX`].
    pub events: Vec<Event>,
}

impl Difference {
    /// Notable events that it names.
    pub const EVENTS_MAX: usize = 32;
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (recorded, replayed) = (&self.recorded, &self.replayed);
        match &self.after {
            Some(mark) => writeln!(f, "the same up to {} s ({} events), then it differs", mark.at, mark.events)?,
            None => writeln!(f, "it differs from the beginning")?,
        }
        writeln!(f, "recorded {} s: {} events, hash {}", recorded.at, recorded.events, recorded.hash)?;
        write!(f, "replayed {} s: {} events, hash {}", replayed.at, replayed.events, replayed.hash)?;
        if let Some(event) = self.events.first() {
            let node = event.node.map_or_else(String::new, |node| format!(" {node}"));
            write!(f, "\nthe first notable event after that: {} s{node} {:?}", event.at, event.kind)?;
        }
        Ok(())
    }
}

/// Plays a recording in a fresh world, which must be made as the recorded one was, and compares at every witness.
pub fn replay(mut world: World, recording: &Recording) -> Replay {
    let mut agreed = None;
    for mark in recording.marks.iter().chain([&recording.end]) {
        world.take_new_events();
        let due = recording.controls.len().min(mark.controls);
        for recorded in &recording.controls[world.controls().len().min(due)..due] {
            world.run_to_place(recorded.at, recorded.after_events);
            world.control(recorded.control);
        }
        world.run_to_place(mark.at, mark.events);
        let here = Mark::of(&world);
        if here != *mark {
            let mut events = world.take_new_events();
            events.truncate(Difference::EVENTS_MAX);
            return Replay::Differs(Box::new(Difference { after: agreed, recorded: *mark, replayed: here, events }));
        }
        agreed = Some(here);
    }
    Replay::Same(recording.end)
}

/// Runs two worlds side by side and answers the first scheduler event after which their hashes differ, with its time.
pub fn first_difference(one: &mut World, other: &mut World, until: SimTime) -> Option<(u64, SimTime)> {
    loop {
        let went_on = [one.step_once(until), other.step_once(until)];
        if one.hash() != other.hash() || went_on[0] != went_on[1] {
            return Some((one.event_count(), one.now()));
        }
        if !went_on[0] {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testbed::{ms, world};
    use super::*;
    use crate::domain::control::{Control, Target};
    use crate::domain::ids::NodeId;

    fn record() -> Recording {
        let mut world = world(3);
        let settings = (**world.settings()).clone();
        let mut recorder = Recorder::new(RecordingHeader { seed: 3, settings, scenario: None });
        for second in 1..=8_u64 {
            world.run_until(ms(second * 700));
            recorder.observe(&world);
            // A control between two events of one instant, as a raw step leaves room for.
            world.step_one();
            world.control(if second % 2 == 1 { Control::Crash(Target::Random) } else { Control::RecoverAll });
        }
        world.run_until(ms(6_000));
        recorder.finish(&world)
    }

    #[test]
    fn a_recording_survives_its_file_and_replays_to_the_same_hash() {
        let recording = record();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.rec");
        recording.save(&path).unwrap();
        let loaded = Recording::load(&path).unwrap();
        assert_eq!(loaded, recording);
        assert!(loaded.marks.len() >= 4);
        assert_eq!(replay(world(3), &loaded), Replay::Same(recording.end));
    }

    #[test]
    fn a_replay_that_differs_names_the_stretch_where_it_began() {
        let mut recording = record();
        let changed = recording.controls[4].at;
        recording.controls[4].control = Control::Isolate(Target::Node(NodeId(2)));
        let Replay::Differs(difference) = replay(world(3), &recording) else { panic!("it should differ") };
        assert!(difference.after.unwrap().at <= changed && difference.recorded.at > changed, "{difference:?}");
        assert_eq!(difference.events.first().unwrap().node, Some(NodeId(2)), "{difference:?}");
        let Replay::Differs(difference) = replay(world(4), &recording) else { panic!("another seed differs") };
        assert_eq!(difference.after, None);
    }

    #[test]
    fn a_recording_that_was_cut_anywhere_is_played_up_to_its_last_mark() {
        use super::super::recording_file::RecordingFile;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.rec");
        let mut file = RecordingFile::new(fs::File::create(&path).unwrap()).unwrap();
        let mut other = world(4);
        let header = |world: &World| RecordingHeader {
            seed: world.seed(),
            settings: (**world.settings()).clone(),
            scenario: None,
        };
        // Another run came before, and was given up.
        file.begin(&header(&other));
        other.run_until(ms(50));
        file.append(&other, Some(Mark::of(&other)));
        let mut world = world(3);
        file.begin(&header(&world));
        for second in 1..=4_u64 {
            world.run_until(ms(second * 700));
            world.control(if second % 2 == 1 { Control::Crash(Target::Random) } else { Control::RecoverAll });
            file.append(&world, None);
        }
        world.run_until(ms(3_500));
        assert!(file.end(&world).is_none());
        let whole = Recording::load(&path).unwrap();
        assert_eq!((whole.whole, whole.controls.len(), whole.marks.len()), (true, 4, 4));
        assert_eq!(replay(super::super::testbed::world(3), &whole), Replay::Same(whole.end));
        let text = fs::read_to_string(&path).unwrap();
        let (mut played, mut places) = (0, Vec::new());
        for cut in (0..text.len() - 1).step_by(7) {
            match Recording::parse(&text[..cut]) {
                Ok(cut) => {
                    assert!(!cut.whole);
                    if places.last() != Some(&cut.end) {
                        places.push(cut.end);
                        let again = super::super::testbed::world(cut.header.seed);
                        assert_eq!(replay(again, &cut), Replay::Same(cut.end));
                    }
                    played += 1;
                }
                Err(error) => {
                    let early = matches!(error, RecordingError::CutOff | RecordingError::NotARecording { .. });
                    assert!(early && played == 0, "{cut}: {error}");
                }
            }
        }
        assert_eq!(places.len(), 5, "{places:?}");
    }

    #[test]
    fn a_recording_whose_places_do_not_fit_differs_and_does_no_harm() {
        let mut recording = record();
        recording.controls[2].after_events = 1;
        recording.controls[5].after_events = u64::MAX;
        assert!(matches!(replay(world(3), &recording), Replay::Differs(_)));
    }

    #[test]
    fn the_first_event_that_differs_is_found() {
        let (mut one, mut other) = (world(3), world(3));
        other.run_until(ms(100));
        one.run_until(ms(100));
        assert_eq!(first_difference(&mut one, &mut other, ms(200)), None);
        other.control(Control::Crash(Target::Node(NodeId(1))));
        let (events, at) = first_difference(&mut one, &mut other, ms(300)).unwrap();
        assert!(events > 0 && at > ms(100), "{events} {at}");
    }

    #[test]
    fn a_file_that_is_no_recording_says_what_is_wrong() {
        let text = {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("run.rec");
            record().save(&path).unwrap();
            fs::read_to_string(path).unwrap()
        };
        let cut: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
        let with_times = |times: &str| {
            assert!(text.contains(r#""service_time":40000,"#), "{text}");
            text.replacen(r#""service_time":40000,"#, &format!(r#""service_time":{times},"#), 1)
        };
        for times in ["0", "[40000]", "[1500000,2000000,1200000]"] {
            assert!(Recording::parse(&with_times(times)).is_ok(), "{times}");
        }
        let (slow, none) = (with_times("[40000,10000000001]"), with_times("[]"));
        assert!(Recording::parse(&none).unwrap_err().to_string().contains("`service_time` is an empty list"));
        let table = [
            (slow.as_str(), "line 2 of the recording: `service_us` is 10000001, allowed: 1 to 10000000"),
            ("", "not a recording: the first line should be `chaosdesk-recording 1` and is ``"),
            ("[package]\nname", "not a recording: the first line should be `chaosdesk-recording 1` and is `[package]`"),
            ("chaosdesk-recording 2\n{}", "a recording of format 2; this program reads format 1"),
            ("chaosdesk-recording 1\n", "the recording is cut off: it has no line `end` and no mark"),
            ("chaosdesk-recording 1\n{}", "line 2 of the recording: missing field `seed` at line 1 column 2"),
            (&cut, "the recording is cut off: it has no line `end` and no mark"),
        ];
        for (text, message) in table {
            assert_eq!(Recording::parse(text).unwrap_err().to_string(), message);
        }
        let path = Path::new("/nowhere/run.rec");
        assert!(Recording::load(path).unwrap_err().to_string().starts_with("/nowhere/run.rec: "));
    }
}
