//! A recording as it is written, while the run goes on.
//!
//! Idea: what a class did is in the file as soon as it was done, so that a process that is killed leaves a recording that
//! replays. Each control goes in at once, with a witness behind it, and so does each mark; the line `end` only says that the
//! run ended by itself. A run that begins again begins again in the file: the beginning's line stands in it twice, and the
//! last run is the one that is played.
//! Bound: [`INPUT_BYTES_MAX`], which is what a replay reads; what would go beyond is not written, as if it had failed.
//! Errors: the first write that fails ends the writing, not the run; it is told at the end.

use std::io::{self, ErrorKind, Write};

use super::recorder::{Mark, RecordingHeader};
use super::recording_seal::Sealer;
use super::recording_text::{FIRST_LINE, Line, Witness};
use super::world::World;
use crate::document::INPUT_BYTES_MAX;

/// The file of a run.
pub struct RecordingFile {
    file: Box<dyn Write + Send>,
    /// Bytes that are in it.
    bytes: u64,
    /// A run has begun in it.
    begun: bool,
    /// Controls of this run that are in it.
    controls: usize,
    /// The latest mark that is in it, and how many there are of this run.
    marked: Option<Mark>,
    marks: u64,
    sealer: Sealer,
    failed: Option<io::Error>,
}

impl RecordingFile {
    /// Begins to write, so that a file that takes nothing is found out before the run.
    ///
    /// # Errors
    /// The file takes nothing.
    pub fn new(mut file: Box<dyn Write + Send>) -> io::Result<Self> {
        writeln!(file, "{FIRST_LINE}")?;
        file.flush()?;
        let bytes = FIRST_LINE.len() as u64 + 1;
        let mut sealer = Sealer::default();
        sealer.pass(FIRST_LINE);
        Ok(Self { file, bytes, begun: false, controls: 0, marked: None, marks: 0, sealer, failed: None })
    }

    /// The run is given up here, to begin again.
    pub(super) fn give_up(&mut self, world: &World) {
        self.append(world, None);
        self.put_lines(&[Line::Again(self.closing(world))]);
    }

    /// The run begins; or another one does, instead of the one that was given up.
    pub(super) fn begin(&mut self, header: &RecordingHeader) {
        let first = self.begun.then(|| FIRST_LINE.to_owned());
        (self.begun, self.controls, self.marked, self.marks) = (true, 0, None, 0);
        let lines = serde_json::to_string(header).map(|header| first.into_iter().chain([header]).collect::<Vec<_>>());
        for line in lines.iter().flatten() {
            self.sealer.pass(line);
        }
        self.put(lines);
    }

    /// Writes what is new: controls with a witness behind them, and the mark that was taken.
    pub(super) fn append(&mut self, world: &World, mark: Option<Mark>) {
        let controls = world.controls();
        let fresh = &controls[self.controls.min(controls.len())..];
        let mark = if fresh.is_empty() { mark } else { Some(Mark::of(world)) };
        let Some(mark) = mark.filter(|mark| self.marked != Some(*mark)) else { return };
        self.marks += 1;
        let witness = Line::Mark(Witness { number: self.marks, mark });
        let lines: Vec<_> = fresh.iter().map(|control| Line::Control(*control)).chain([witness]).collect();
        self.put_lines(&lines);
        (self.controls, self.marked) = (controls.len(), Some(mark));
    }

    /// The run ended here. Answers why the file is not whole, if it is not.
    pub(super) fn end(mut self, world: &World) -> Option<io::Error> {
        self.append(world, None);
        self.put_lines(&[Line::End(self.closing(world))]);
        self.failed
    }

    fn closing(&self, world: &World) -> Witness {
        Witness { number: self.marks + 1, mark: Mark::of(world) }
    }

    fn put_lines(&mut self, lines: &[Line<Witness>]) {
        let lines = lines.iter().map(|line| self.sealer.write(line)).collect();
        self.put(lines);
    }

    /// In one write, so that a line is there or is not.
    fn put(&mut self, lines: serde_json::Result<Vec<String>>) {
        if self.failed.is_some() {
            return;
        }
        if let Err(error) = lines.map_err(io::Error::from).and_then(|lines| self.write(&lines)) {
            tracing::error!(target: "cluster", "the recording cannot be written on: {error}");
            self.failed = Some(error);
        }
    }

    fn write(&mut self, lines: &[String]) -> io::Result<()> {
        let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        self.bytes += text.len() as u64;
        if self.bytes > INPUT_BYTES_MAX {
            let full = "a recording of this length could not be read again";
            return Err(io::Error::new(ErrorKind::FileTooLarge, full));
        }
        self.file.write_all(text.as_bytes())
    }
}
