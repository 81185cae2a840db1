//! Engines: a cluster as the dashboard and the runner of scenarios know it, whatever it is made of.
//!
//! Idea: views come out, controls go in and each is answered with *done* or a refusal, events and the history of clients
//! come out, and an engine says what it cannot do. The simulated world (`runtime::simulation`) is one engine; processes
//! on real disks and sockets can be another, and screens, scenarios and the ledger stay as they are.
//! Units: time is the engine's own, in ns since its run began: virtual time in a simulation.
//! Shape: an engine is driven from one thread and never waits for the screen; its driver asks for time.
//! Bound: an engine keeps events and history until they are taken, each up to a bound of its own that drops the oldest.
//! Errors: a control that can't be carried out is refused; what an engine can't do at all, [`Capabilities`] say.

mod capability;
#[cfg(test)]
pub(crate) mod scripted;

use std::sync::Arc;

use super::control::{Control, ControlAnswer};
use super::event::Event;
use super::history::HistoryEntry;
use super::ids::{AccountId, GroupId, NodeId, SymbolId};
use super::settings::Settings;
use super::time::SimTime;
use super::view::ClusterView;

pub use capability::{Capabilities, Capability};

/// Where a run has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position {
    /// The time of the run.
    pub now: SimTime,
    /// Scheduler events so far; 0 for an engine without a scheduler.
    pub events: u64,
    /// Notable events so far.
    pub notable: u64,
    /// How often the run began again.
    pub restarts: u64,
}

/// Why time stopped passing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Advance {
    /// The time that was asked for has come.
    Reached,
    /// Something notable happened; its instant is over.
    News,
    /// Whoever drives the engine had enough.
    Enough,
    /// A recording that was played has come to its end. Time stands there until it is let go on; then it is a run like any.
    Ended,
}

/// What a view shows in depth from now on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    /// The book of this symbol.
    Book(SymbolId),
    /// This account.
    Account(AccountId),
}

/// How a run begins again.
#[derive(Clone, Debug, Default)]
pub struct Restart {
    /// With these settings; `None` takes those that the engine was made with.
    pub settings: Option<Arc<Settings>>,
    /// From this seed; `None` takes that of the present run.
    pub seed: Option<u64>,
}

/// A control that was handed in, and what the engine said to it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Answered {
    /// The control.
    pub control: Control,
    /// The answer.
    pub answer: ControlAnswer,
}

/// A cluster.
pub trait Engine: Send {
    /// What it can do, and why not.
    fn capabilities(&self) -> Capabilities;

    /// Where its run has come.
    fn position(&self) -> Position;

    /// What there is to see now; built when it is asked for.
    fn view(&self) -> ClusterView;

    /// Shows something in depth from now on.
    fn focus(&mut self, focus: Focus);

    /// Changes the run, now.
    fn control(&mut self, control: Control) -> ControlAnswer;

    /// Begins again. Events and history that were not taken are dropped.
    fn restart(&mut self, restart: Restart) -> ControlAnswer;

    /// Lets time pass up to `until`, or to the end of the first instant in which something notable happens, or until
    /// `enough` says so, which is asked every few events.
    fn advance(&mut self, until: SimTime, enough: &mut dyn FnMut() -> bool) -> Advance;

    /// Lets one scheduler event happen. An engine that lacks [`Capability::Step`] does nothing.
    fn step(&mut self);

    /// Notable events since this was asked last, oldest first.
    fn take_events(&mut self) -> Vec<Event>;

    /// What clients did and heard since this was asked last, oldest first; nothing, unless the engine was made to keep it.
    fn take_history(&mut self) -> Vec<HistoryEntry>;

    /// The groups whose last leader is this node.
    fn led_by(&self, node: NodeId) -> Vec<GroupId>;
}
