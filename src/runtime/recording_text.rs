//! A recording as text: what a program wrote, read back with a clear word for everything that cannot be.
//!
//! Idea: a replay that says *the same* must have read the whole file, and must end. So nothing is skipped: marks are numbered,
//! each counts the controls above it, no control lacks one, places only go on, and none is farther from the last mark than
//! the recorder lets a run go; behind the end there is nothing. Settings and controls are held to the ranges of
//! configurations and scenarios.
//! Each mark seals every line above it, so that what a replay could not notice is noticed, too.
//! Shape: the first line is [`FIRST_LINE`] (or that of format 2, which has no seals), the second the header as JSON, then a
//! control or a mark each, in order, and the end. Where a run was begun again the line `again` ends it, and the first line
//! stands once more; the last run counts. A file without an end was broken off (its program was killed): its last run is played up to its last mark, and one without a mark
//! is refused.
//! Errors: a `Problem` with line and column; all of them mean that the input is unusable (exit code 2).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::document::problem::{Complaint, Place, Problem, Reading, Source};
use crate::document::ranges;
use crate::domain::control::{Control, RecordedControl};
use crate::domain::settings::Settings;
use crate::domain::time::SimTime;

use super::recorder::{Mark, Recorder, Recording, RecordingHeader};
use super::recording_line::{inside, is_torn, parse};
use super::recording_lines::Lines;
use super::recording_seal::Sealer;

/// The first line of every recording.
pub const FIRST_LINE: &str = "chaosdesk-recording 3";
/// The first line of those of format 2: they are read as well.
pub(super) const UNSEALED: &str = "chaosdesk-recording 2";
/// What the first line of every version begins with.
const FAMILY: &str = "chaosdesk-recording ";
/// Characters of a foreign first line that are quoted.
const QUOTED: usize = 40;

/// Whether a control could have been given: asked of each, with the nodes that there can be by then and the settings of its
/// run. The grammar of actions knows.
pub type Admit<'a> = &'a dyn Fn(&Control, usize, &Settings) -> Result<(), Complaint>;

/// A line of a recording, after the header. Witnesses are [`Sealed`] or not.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line<W> {
    Control(RecordedControl),
    Mark(W),
    /// The run was given up here, and another one begins below.
    Again(W),
    End(W),
}

impl<W: Copy> Line<W> {
    /// The same line with its witness as this makes it.
    pub(super) fn map<V>(&self, made: impl FnOnce(W) -> V) -> Line<V> {
        match self {
            Self::Control(control) => Line::Control(*control),
            Self::Mark(witness) => Line::Mark(made(*witness)),
            Self::Again(witness) => Line::Again(made(*witness)),
            Self::End(witness) => Line::End(made(*witness)),
        }
    }
}

/// A mark with its number in its run, from 1: the one that is missing leaves a gap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Witness {
    pub number: u64,
    #[serde(flatten)]
    pub mark: Mark,
}

/// The text of a recording. Each mark stands behind the controls that it counts.
///
/// # Errors
/// None that the types allow.
pub(super) fn write(recording: &Recording) -> Result<String, serde_json::Error> {
    let mut lines = vec![FIRST_LINE.to_owned(), serde_json::to_string(&recording.header)?];
    let mut sealer = Sealer::default();
    for line in &lines {
        sealer.pass(line);
    }
    let (mut written, mut number) = (0, 0);
    for (mark, is_end) in recording.marks.iter().map(|mark| (mark, false)).chain([(&recording.end, true)]) {
        for control in &recording.controls[written..mark.controls] {
            lines.push(sealer.write(&Line::Control(*control))?);
        }
        number += 1;
        let witness = Witness { number, mark: *mark };
        lines.push(sealer.write(&if is_end { Line::End(witness) } else { Line::Mark(witness) })?);
        written = mark.controls;
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// Reads a recording; `name` is what messages call the file. Each control passes `admit`.
///
/// # Errors
/// The first thing wrong.
pub fn read(name: &str, text: &str, admit: Admit<'_>) -> Reading<Recording> {
    let source = Arc::new(Source { name: name.to_owned(), text: text.to_owned() });
    let mut lines = Lines::of(&source);
    let first = lines.next().unwrap_or_else(|| Place::new(&source, 0..0));
    match first.text() {
        FIRST_LINE => lines.are_sealed(),
        UNSEALED => {}
        _ => return Err(foreign(&first)),
    }
    lines.pass(&first);
    let (mut last, mut is_begun_again) = (Read::Unmarked, false);
    while let Some(header) = lines.next() {
        last = Run::read(&header, &mut lines, admit)?;
        is_begun_again |= matches!(last, Read::GivenUp);
    }
    match last {
        Read::Run(recording) => Ok(*recording),
        Read::GivenUp | Read::Unmarked => Err(broken_off(&Place::new(&source, text.len()..text.len()), is_begun_again)),
    }
}

/// The first line is none that is read.
fn foreign(first: &Place) -> Box<Problem> {
    let found = first.text();
    let problem = match found.strip_prefix(FAMILY) {
        Some(format) => first.problem(format!("a recording of format {}", format.escape_debug())),
        None => {
            let quoted: String = found.chars().take(QUOTED).collect();
            first.problem(format!("not a recording: it begins with `{}`", quoted.escape_debug()))
        }
    };
    problem.allow(format!("`{FIRST_LINE}`, `{UNSEALED}`"))
}

/// Nothing of the last run can be played.
fn broken_off(end: &Place, is_begun_again: bool) -> Box<Problem> {
    if is_begun_again {
        let problem =
            end.problem("the recording is broken off: behind the line `again` it has no line `end` and no mark");
        return problem.noting("cut off before that line, it plays the run that was given up there");
    }
    end.problem("the recording is broken off: it has no line `end` and no mark")
}

/// What is wrong with a control whose place the replay could not reach: the line of the control of this number, from 0, in
/// the last run of the text.
pub fn misplaced(name: &str, text: &str, control: usize, found: String) -> Box<Problem> {
    let source = Arc::new(Source { name: name.to_owned(), text: text.to_owned() });
    let mut controls = Vec::new();
    for place in Lines::of(&source) {
        if place.text().starts_with(FAMILY) {
            controls.clear();
        } else if matches!(serde_json::from_str::<Line<Witness>>(place.text()), Ok(Line::Control(_))) {
            controls.push(place);
        }
    }
    let place = controls.into_iter().nth(control).unwrap_or_else(|| Place::new(&source, 0..0));
    place.problem(found)
}

/// A run that is being read, and how far it has come.
struct Run<'a> {
    /// The line that begins the next run.
    first: &'static str,
    settings: &'a Settings,
    admit: Admit<'a>,
    /// Nodes that there can be by now.
    nodes: usize,
    controls: Vec<RecordedControl>,
    marks: Vec<Mark>,
    /// How it ended, if it did.
    closed: Option<(Closing, Mark)>,
    /// The first control that no mark has counted yet.
    unmarked: Option<Place>,
    /// The place of the last line: nothing behind it lies before it.
    reached: (SimTime, u64),
}

/// What came of reading a run.
enum Read {
    Run(Box<Recording>),
    /// Another run was to follow.
    GivenUp,
    /// It has nothing to check it by.
    Unmarked,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    End,
    Again,
}

impl Run<'_> {
    /// Reads a run: its header, and its lines up to where the next one begins.
    fn read(header: &Place, lines: &mut Lines<'_>, admit: Admit<'_>) -> Reading<Read> {
        if lines.is_broken_off() && is_torn::<RecordingHeader>(header) {
            return Ok(Read::Unmarked);
        }
        let parsed: RecordingHeader = parse(header)?;
        check(&parsed, header)?;
        lines.pass(header);
        let (first, settings, nodes) = (lines.first(), &parsed.settings, parsed.settings.cluster.nodes);
        let (controls, marks, reached) = Default::default();
        let mut run = Run { first, settings, admit, nodes, controls, marks, closed: None, unmarked: None, reached };
        while let Some(place) = lines.next() {
            if place.text() == first {
                run.may_begin_again(&place)?;
                lines.pass(&place);
                break;
            }
            if lines.is_broken_off() && run.is_torn(&place) {
                // What was written at once with the line that is not whole goes with it.
                run.forget_unmarked();
                break;
            }
            run.must_be_open(&place)?;
            let line = lines.parse(&place)?;
            run.take(&line, &place)?;
            lines.hold(&line, &place)?;
        }
        if let Some(place) = run.unmarked {
            let found = "a control without a mark below it: the file was changed, or broken off in this very place";
            return Err(place.problem(found).noting("without this line the recording plays up to the mark above it"));
        }
        let (end, whole) = match (run.closed, run.marks.last()) {
            (Some((Closing::Again, _)), _) => return Ok(Read::GivenUp),
            (Some((Closing::End, mark)), _) => (mark, true),
            (None, Some(mark)) => (*mark, false),
            (None, None) => return Ok(Read::Unmarked),
        };
        let (controls, marks) = (run.controls, run.marks);
        Ok(Read::Run(Box::new(Recording { header: parsed, controls, marks, end, whole })))
    }

    /// Whether another run may begin at this line.
    fn may_begin_again(&self, place: &Place) -> Reading<()> {
        let found = match self.closed {
            Some((Closing::Again, _)) => return Ok(()),
            Some((Closing::End, _)) => "a second recording begins behind the end of the first",
            None => "another recording begins before this one has ended: two files were put together",
        };
        Err(place.problem(found))
    }

    /// Whether a line may follow.
    fn must_be_open(&self, place: &Place) -> Reading<()> {
        match self.closed {
            None => Ok(()),
            Some((Closing::End, _)) => {
                Err(place.problem("the recording has ended above").allow("nothing behind the line `end`"))
            }
            Some((Closing::Again, _)) => {
                Err(place.problem("another run must begin behind the line `again`").allow(format!("`{}`", self.first)))
            }
        }
    }

    /// Whether this is the beginning of a line that the program writes here.
    fn is_torn(&self, place: &Place) -> bool {
        let text = place.text();
        let begins = |opening: &str| opening.starts_with(text) || text.starts_with(opening);
        match self.closed {
            None => is_torn::<Line<Witness>>(place) && openings().iter().any(|opening| begins(opening)),
            Some((Closing::Again, _)) => self.first.starts_with(text),
            Some((Closing::End, _)) => false,
        }
    }

    fn forget_unmarked(&mut self) {
        self.controls.truncate(self.marks.last().map_or(0, |mark| mark.controls));
        self.unmarked = None;
    }

    fn take(&mut self, line: &Line<Witness>, place: &Place) -> Reading<()> {
        match line {
            Line::Control(control) => self.take_control(control, place),
            Line::Mark(witness) => {
                self.testify(place, *witness)?;
                self.marks.push(witness.mark);
                Ok(())
            }
            Line::Again(witness) => self.close(place, Closing::Again, *witness),
            Line::End(witness) => self.close(place, Closing::End, *witness),
        }
    }

    fn take_control(&mut self, recorded: &RecordedControl, place: &Place) -> Reading<()> {
        self.go_on(place, "control", (recorded.at, recorded.after_events))?;
        (self.admit)(&recorded.control, self.nodes, self.settings).map_err(|wrong| {
            let problem = inside(place, CONTROL).problem(format!("no such control can be given: {}", wrong.found));
            wrong.allowed.into_iter().fold(problem, |problem, allowed| problem.allow(allowed))
        })?;
        self.nodes += usize::from(recorded.control == Control::AddNode);
        self.unmarked.get_or_insert_with(|| place.clone());
        self.controls.push(*recorded);
        Ok(())
    }

    fn close(&mut self, place: &Place, closing: Closing, witness: Witness) -> Reading<()> {
        self.testify(place, witness)?;
        self.closed = Some((closing, witness.mark));
        Ok(())
    }

    fn testify(&mut self, place: &Place, witness: Witness) -> Reading<()> {
        let (expected, Witness { number, mark }) = (self.marks.len() as u64 + 1, witness);
        if number != expected {
            return Err(
                place.problem(format!("mark {number} stands where mark {expected} belongs: the file was changed"))
            );
        }
        let above = self.controls.len();
        if mark.controls != above {
            let found =
                format!("the mark counts {} controls, but {above} stand above it: the file was changed", mark.controls);
            return Err(place.problem(found));
        }
        self.unmarked = None;
        self.go_on(place, "mark", (mark.at, mark.events))
    }

    /// Time and events only grow, and time not far without a mark: one that a replay reached only after hours is an error of
    /// the file, not of the run.
    fn go_on(&mut self, place: &Place, what: &str, (at, events): (SimTime, u64)) -> Reading<()> {
        let (before, earlier) = self.reached;
        let found = || format!("impossible place: the {what} is at {at} s after {events} events");
        if at < before || events < earlier {
            let allowed = format!("{before} s and {earlier} events or later, as the line above");
            return Err(place.problem(found()).allow(allowed));
        }
        let marked = self.marks.last().map_or(SimTime::ZERO, |mark| mark.at);
        // Several times as far, so that a mark that was taken out is named as such.
        let farthest = marked + Recorder::gap_max(marked).times(4);
        if at > farthest {
            let allowed = format!("{farthest} s at most: the mark before it is at {marked} s");
            return Err(place.problem(found()).allow(allowed));
        }
        self.reached = (at, events);
        Ok(())
    }
}

/// Where the control stands in its line.
const CONTROL: &str = "\"control\":{\"";

/// Whether a world can be made of this header.
fn check(header: &RecordingHeader, place: &Place) -> Reading<()> {
    if header.scenario.is_some() {
        let place = inside(place, "\"scenario\":");
        return Err(place.problem("a recording cannot have the steps of a scenario").allow("`null`"));
    }
    ranges::check(&header.settings).map_err(|wrong| {
        let place = wrong.table.map_or_else(|| place.clone(), |table| inside(place, &format!("\"{table}\":")));
        let problem = place.problem(wrong.complaint.found);
        wrong.complaint.allowed.into_iter().fold(problem, |problem, allowed| problem.allow(allowed))
    })
}

/// How the lines begin that the program writes, up to their first number.
fn openings() -> Vec<String> {
    let mark = Mark { at: SimTime::ZERO, events: 0, controls: 0, hash: Default::default() };
    let witness = Witness { number: 0, mark };
    let control = RecordedControl { at: SimTime::ZERO, after_events: 0, control: Control::RecoverAll };
    let lines = [Line::Control(control), Line::Mark(witness), Line::Again(witness), Line::End(witness)];
    let opening = |line: &Line<Witness>| {
        let text = serde_json::to_string(line).unwrap_or_default();
        text.split(|char: char| char.is_ascii_digit()).next().unwrap_or_default().to_owned()
    };
    lines.iter().map(opening).collect()
}
