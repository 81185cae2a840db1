//! A recording as text: what a program wrote, read back with a clear word for everything that cannot be.
//!
//! Idea: a replay that says *the same* must have read the whole file. So nothing is skipped: marks are numbered, each counts
//! the controls above it, places only go on, and behind the end there is nothing.
//! Shape: the first line is [`FIRST_LINE`], the second the header as JSON, then a control or a mark each, in order, and the
//! end. A run that was begun again begins with the first line once more; the last run counts. A file without an end was cut
//! off (its program was killed): it is played up to its last mark, and one without a mark is refused.
//! Errors: a `Problem` with line and column; all of them mean that the input is unusable (exit code 2).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::document::problem::{Place, Problem, Reading, Source};
use crate::document::ranges;
use crate::domain::control::RecordedControl;
use crate::domain::time::SimTime;

use super::recorder::{Mark, Recording, RecordingHeader};

/// The first line of every recording.
pub const FIRST_LINE: &str = "chaosdesk-recording 2";
/// What the first line of every version begins with.
const FAMILY: &str = "chaosdesk-recording ";
/// Characters of a foreign first line that are quoted.
const QUOTED: usize = 40;

/// A line of a recording, after the header.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    Control(RecordedControl),
    Mark(Witness),
    End(Witness),
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
    let (mut written, mut number) = (0, 0);
    for (mark, is_end) in recording.marks.iter().map(|mark| (mark, false)).chain([(&recording.end, true)]) {
        for control in &recording.controls[written..mark.controls] {
            lines.push(serde_json::to_string(&Line::Control(*control))?);
        }
        number += 1;
        let witness = Witness { number, mark: *mark };
        lines.push(serde_json::to_string(&if is_end { Line::End(witness) } else { Line::Mark(witness) })?);
        written = mark.controls;
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// Reads a recording; `name` is what messages call the file.
///
/// # Errors
/// The first thing wrong.
pub fn read(name: &str, text: &str) -> Reading<Recording> {
    let source = Arc::new(Source { name: name.to_owned(), text: text.to_owned() });
    let mut lines = Lines { source: &source, at: 0 };
    let first = lines.next();
    let found = first.as_ref().map_or("", Place::text);
    if found != FIRST_LINE {
        let place = first.as_ref().map_or_else(|| Place::new(&source, 0..0), Clone::clone);
        return Err(match found.strip_prefix(FAMILY) {
            Some(format) => place.problem(format!("a recording of format {}", format.escape_debug())),
            None => {
                let quoted: String = found.chars().take(QUOTED).collect();
                place.problem(format!("not a recording: it begins with `{}`", quoted.escape_debug()))
            }
        }
        .allow(format!("`{FIRST_LINE}`")));
    }
    // A line that is not whole was being written as the program was killed.
    let torn = !text.ends_with('\n');
    let mut recording = None;
    while let Some(header) = lines.next() {
        match Run::read(&header, &mut lines, torn)? {
            // A run that was cut off before its first mark: the one before it is what there is.
            None => {}
            Some(run) => recording = Some(run),
        }
    }
    recording.ok_or_else(|| {
        let end = Place::new(&source, text.len()..text.len());
        end.problem("the recording is cut off: it has no line `end` and no mark")
    })
}

/// What is wrong with a control whose place the replay could not reach: the line of the control of this number, from 0, in
/// the last run of the text.
pub fn misplaced(name: &str, text: &str, control: usize, found: String) -> Box<Problem> {
    let source = Arc::new(Source { name: name.to_owned(), text: text.to_owned() });
    let mut controls = Vec::new();
    for place in (Lines { source: &source, at: 0 }) {
        if place.text() == FIRST_LINE {
            controls.clear();
        } else if matches!(serde_json::from_str(place.text()), Ok(Line::Control(_))) {
            controls.push(place);
        }
    }
    let place = controls.into_iter().nth(control).unwrap_or_else(|| Place::new(&source, 0..0));
    place.problem(found)
}

/// The lines of a source, each with its place.
struct Lines<'s> {
    source: &'s Arc<Source>,
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        let rest = self.source.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').unwrap_or(rest.len());
        let from = self.at;
        self.at += length + 1;
        Some(Place::new(self.source, from..from + length))
    }
}

impl Lines<'_> {
    fn is_over(&self) -> bool {
        self.at >= self.source.text.len()
    }
}

/// A run that is being read, and how far it has come.
#[derive(Default)]
struct Run {
    controls: Vec<RecordedControl>,
    marks: Vec<Mark>,
    end: Option<Mark>,
    /// The place of the last line: nothing behind it lies before it.
    reached: (SimTime, u64),
}

impl Run {
    /// Reads a run: its header, and its lines up to where the next one begins. `None` if there is nothing to check it by.
    fn read(header: &Place, lines: &mut Lines<'_>, torn: bool) -> Reading<Option<Recording>> {
        let parsed: RecordingHeader = match serde_json::from_str(header.text()) {
            Ok(header) => header,
            Err(error) if torn && lines.is_over() && error.is_eof() => return Ok(None),
            Err(error) => return Err(not_json(header, &error)),
        };
        // No world can be made of some settings; a file may hold any.
        ranges::check(&parsed.settings).map_err(|wrong| {
            let problem = header.problem(wrong.found);
            wrong.allowed.iter().fold(problem, |problem, allowed| problem.allow(allowed.clone()))
        })?;
        let mut run = Self::default();
        while let Some(place) = lines.next() {
            if place.text() == FIRST_LINE {
                if run.end.is_some() {
                    return Err(place.problem("a second recording begins behind the end of the first"));
                }
                break;
            }
            if run.end.is_some() {
                return Err(place.problem("the recording has ended above").allow("nothing behind the line `end`"));
            }
            match serde_json::from_str(place.text()) {
                Ok(line) => run.take(&line, &place)?,
                Err(_) if torn && lines.is_over() => break,
                Err(error) => return Err(not_json(&place, &error)),
            }
        }
        let whole = run.end.is_some();
        let Some(end) = run.end.or(run.marks.last().copied()) else { return Ok(None) };
        Ok(Some(Recording { header: parsed, controls: run.controls, marks: run.marks, end, whole }))
    }

    fn take(&mut self, line: &Line, place: &Place) -> Reading<()> {
        match line {
            Line::Control(control) => {
                self.go_on(place, "control", (control.at, control.after_events))?;
                self.controls.push(*control);
            }
            Line::Mark(witness) => {
                self.testify(place, *witness)?;
                self.marks.push(witness.mark);
            }
            Line::End(witness) => {
                self.testify(place, *witness)?;
                self.end = Some(witness.mark);
            }
        }
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
        self.go_on(place, "mark", (mark.at, mark.events))
    }

    /// Time and events only grow.
    fn go_on(&mut self, place: &Place, what: &str, (at, events): (SimTime, u64)) -> Reading<()> {
        let (before, earlier) = self.reached;
        if at < before || events < earlier {
            let found = format!("impossible place: the {what} is at {at} s after {events} events");
            let allowed = format!("{before} s and {earlier} events or later, as the line above");
            return Err(place.problem(found).allow(allowed));
        }
        self.reached = (at, events);
        Ok(())
    }
}

/// The problem with a line that serde cannot read, at the column that it names.
fn not_json(line: &Place, error: &serde_json::Error) -> Box<Problem> {
    // Its own place is the column in a text of one line; the line is known better here.
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default().to_owned();
    line.inner(error.column().saturating_sub(1)).problem(words)
}
