//! The recorder: a run as a file, and the proof that a replay is the same run.
//!
//! Idea: a run is its seed, its settings and its controls with their places; everything else follows. Hashes along the way
//! are witnesses: a replay that differs is caught in the stretch where it began to differ.
//! Shape: `recording_file` writes it as text and `recording_text` reads it; `replay` plays it.
//! Units: a place in a run is its virtual time and how many scheduler events came before.
//! Bound: a run that is recorded goes no farther than to the next mark before it is taken. [`MARKS_MAX`] marks; when full, every second one goes and the spacing doubles.

use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::domain::control::RecordedControl;
use crate::domain::digest::Digest;
use crate::domain::settings::Settings;
use crate::domain::time::{SimDuration, SimTime};

use super::recording_text;
use super::world::World;

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

impl Recorder {
    /// Begins with a run: its world must be at time 0.
    pub const fn new(header: RecordingHeader) -> Self {
        Self { header, marks: Vec::new(), spacing: SPACING }
    }

    /// When the next mark is due.
    pub fn due(&self) -> SimTime {
        self.marks.last().map_or(SimTime::ZERO, |last| last.at + self.spacing)
    }

    /// How far a run goes without a mark after one at this time. The spacing doubles only when [`MARKS_MAX`] marks are that
    /// far apart.
    pub fn gap_max(marked: SimTime) -> SimDuration {
        SPACING.max(SimDuration(marked.0 / (MARKS_MAX as u64 / 2 - 1)))
    }

    /// What the run began with.
    pub const fn header(&self) -> &RecordingHeader {
        &self.header
    }

    /// About what its marks take in memory.
    pub const fn size_bytes(&self) -> u64 {
        (self.marks.capacity() * size_of::<Mark>()) as u64
    }

    /// Takes a mark if one is due, and answers it. Any moment between two steps will do.
    pub fn observe(&mut self, world: &World) -> Option<Mark> {
        if world.now() < self.due() {
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
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        fs::write(path, recording_text::write(self)?)
    }
}
