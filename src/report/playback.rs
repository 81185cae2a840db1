//! A replay as JSON lines: what happened, what was done, and which witnesses agreed, in the order of the run.
//!
//! Shape: an object a line, told apart by `type`: `control`, `event`, `mark`, and one `end`, which says whether it was the
//! same run. docs/results.md has the fields.
//! Units: `time_ns` is virtual time; `events` counts scheduler events; hashes are 16 hexadecimal digits.

use serde::Serialize;

use crate::domain::control::ControlAnswer;
use crate::domain::event::EventKind;
use crate::runtime::recorder::{Mark, Recording};
use crate::runtime::replay::{Met, Replay};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Control {
        time_ns: u64,
        events: u64,
        control: String,
        /// `null` if it was carried out.
        refused: Option<&'static str>,
    },
    Event {
        time_ns: u64,
        id: u64,
        name: String,
        node: Option<String>,
        group: Option<String>,
        cause: Option<u64>,
        repeated: u64,
        what: &'a EventKind,
    },
    Mark(Point),
    End {
        same: bool,
        /// The run came to its own end; otherwise its program was killed.
        whole: bool,
        #[serde(flatten)]
        recorded: Point,
        replayed: Option<Point>,
        /// The place of a control that the run never has.
        impossible: Option<String>,
    },
}

#[derive(Serialize)]
struct Point {
    time_ns: u64,
    events: u64,
    controls: usize,
    hash: String,
}

impl From<&Mark> for Point {
    fn from(mark: &Mark) -> Self {
        let Mark { at, events, controls, hash } = *mark;
        Self { time_ns: at.0, events, controls, hash: hash.to_string() }
    }
}

/// What a replay met, as a line.
///
/// # Errors
/// None that the types allow.
pub fn line(met: &Met) -> Result<String, serde_json::Error> {
    written(&match met {
        Met::Control(recorded, answer) => Line::Control {
            time_ns: recorded.at.0,
            events: recorded.after_events,
            control: recorded.control.words().to_string(),
            refused: match answer {
                ControlAnswer::Done => None,
                ControlAnswer::Refused(why) => Some(why.name()),
            },
        },
        Met::Event(event) => Line::Event {
            time_ns: event.at.0,
            id: event.id.0,
            name: event.kind.spec().name.to_string(),
            node: event.node.map(|node| node.to_string()),
            group: event.group.map(|group| group.to_string()),
            cause: event.cause.map(|cause| cause.0),
            repeated: event.repeated,
            what: &event.kind,
        },
        Met::Agreed(mark) => Line::Mark(mark.into()),
    })
}

/// How a replay of this recording ended, as the last line.
///
/// # Errors
/// None that the types allow.
pub fn end(recording: &Recording, replay: &Replay) -> Result<String, serde_json::Error> {
    let (recorded, replayed, impossible) = match replay {
        Replay::Same(mark) => (mark, None, None),
        Replay::Differs(difference) => (&difference.recorded, Some((&difference.replayed).into()), None),
        Replay::Misplaced(misplaced) => (&recording.end, None, Some(misplaced.to_string())),
    };
    let same = matches!(replay, Replay::Same(_));
    written(&Line::End { same, whole: recording.whole, recorded: recorded.into(), replayed, impossible })
}

fn written(line: &Line<'_>) -> Result<String, serde_json::Error> {
    serde_json::to_string(line).map(|text| text + "\n")
}
