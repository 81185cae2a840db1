//! `--history`: an engine whose clients' history goes into a file as the run goes on.
//!
//! Idea: it is an engine around an engine, so neither the dashboard nor the runner knows of it.
//! Bound: time passes in stretches of a tenth of a second, after each of which the history is taken and written.
//! Errors: the first write that fails is told at the end; the run goes on.

use std::io::{self, BufWriter};
use std::path::Path;

use crate::domain::control::{Control, ControlAnswer};
use crate::domain::engine::{Advance, Capabilities, Engine, Focus, Position, Restart};
use crate::domain::event::Event;
use crate::domain::history::HistoryEntry;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::ClusterView;
use crate::report::history::HistoryWriter;

use super::exit::Trouble;
use super::output::{Input, Output, Over, Sink};

/// The time between two writes at most.
const STRETCH: SimDuration = SimDuration::from_millis(100);

/// Whether a file that begins so is an earlier history.
fn is_history(head: &str) -> bool {
    head.starts_with("{\"process\":")
}

/// Opens the file of a history: not one that the program reads, nor one that holds something else.
///
/// # Errors
/// It cannot be opened, or holds something that may not be written over.
pub fn open(path: &Path, inputs: &[Input], force: bool) -> Result<Output, Trouble> {
    if path.as_os_str() == "-" {
        let said = "--history: the standard output has the summary; a history needs a file, such as h.jsonl";
        return Err(Trouble::Usage(said.to_owned()));
    }
    Output::open("--history", path, inputs, Over::Own(is_history).or_forced(force))
}

/// An engine with its history on the way into a file, if there is one.
pub struct WithHistory<E> {
    engine: E,
    writer: Option<HistoryWriter<BufWriter<Sink>>>,
}

impl<E: Engine> WithHistory<E> {
    /// This engine, which keeps its history if there is a file.
    pub fn new(engine: E, file: Option<Sink>) -> Self {
        Self { engine, writer: file.map(|file| HistoryWriter::new(BufWriter::new(file))) }
    }

    /// The engine, and how many operations the file forgot.
    ///
    /// # Errors
    /// The file is not whole.
    pub fn finish(mut self) -> (E, io::Result<u64>) {
        self.write();
        (self.engine, self.writer.map_or(Ok(0), HistoryWriter::finish))
    }

    fn write(&mut self) {
        if let Some(writer) = &mut self.writer {
            writer.append(&self.engine.take_history());
        }
    }
}

impl<E: Engine> Engine for WithHistory<E> {
    fn capabilities(&self) -> Capabilities {
        self.engine.capabilities()
    }

    fn position(&self) -> Position {
        self.engine.position()
    }

    fn view(&self) -> ClusterView {
        self.engine.view()
    }

    fn focus(&mut self, focus: Focus) {
        self.engine.focus(focus);
    }

    fn control(&mut self, control: Control) -> ControlAnswer {
        self.engine.control(control)
    }

    fn restart(&mut self, restart: Restart) -> ControlAnswer {
        self.write();
        self.engine.restart(restart)
    }

    fn advance(&mut self, until: SimTime, enough: &mut dyn FnMut() -> bool) -> Advance {
        if self.writer.is_none() {
            return self.engine.advance(until, enough);
        }
        loop {
            let stretch = until.min(self.position().now + STRETCH);
            let advance = self.engine.advance(stretch, enough);
            self.write();
            if advance != Advance::Reached || stretch == until {
                return advance;
            }
            if enough() {
                return Advance::Enough;
            }
        }
    }

    fn step(&mut self) {
        self.engine.step();
    }

    fn take_events(&mut self) -> Vec<Event> {
        self.engine.take_events()
    }

    /// It is in the file.
    fn take_history(&mut self) -> Vec<HistoryEntry> {
        Vec::new()
    }

    fn led_by(&self, node: NodeId) -> Vec<GroupId> {
        self.engine.led_by(node)
    }
}
