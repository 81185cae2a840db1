//! An engine of paper: events come at written times, controls are noted and answered as written.
//!
//! Idea: it has no node, no log and no scheduler, so whatever works on it needs nothing but the [`Engine`] trait.

use super::{Advance, Capabilities, Engine, Focus, Position, Restart};
use crate::domain::control::{Control, ControlAnswer, Target};
use crate::domain::event::{Event, EventKind};
use crate::domain::history::HistoryEntry;
use crate::domain::ids::{EventId, GroupId, NodeId, NodeSet, Term};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::ClusterView;
use crate::domain::why::Why;

/// The engine.
#[derive(Clone, Default)]
pub struct ScriptedEngine {
    /// What it can do.
    pub capabilities: Capabilities,
    /// The time, and how much has happened.
    pub position: Position,
    /// What will happen, of whom, and when.
    pub queue: Vec<(SimTime, GroupId, EventKind)>,
    /// What is seen; its time follows.
    pub view: ClusterView,
    /// Controls that were carried out, and when.
    pub done: Vec<(u64, Control)>,
    /// Controls that are refused.
    pub refuses: Vec<(Control, Why)>,
    /// Whether a crash is followed by an election of `p1`, 200 ms later.
    pub elects: bool,
    /// What was looked at.
    pub focus: Vec<Focus>,
    /// What clients did.
    pub history: Vec<HistoryEntry>,
    /// Events that were not taken.
    pub fresh: Vec<Event>,
}

/// A leader was elected.
pub fn elected() -> EventKind {
    EventKind::Elected { term: Term(2), votes: NodeSet::default(), voters: 5 }
}

impl Engine for ScriptedEngine {
    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn position(&self) -> Position {
        self.position
    }

    fn view(&self) -> ClusterView {
        let mut view = self.view.clone();
        view.run.now = self.position.now;
        view
    }

    fn focus(&mut self, focus: Focus) {
        self.focus.push(focus);
    }

    fn control(&mut self, control: Control) -> ControlAnswer {
        if let Some((_, why)) = self.refuses.iter().find(|(refused, _)| *refused == control) {
            return ControlAnswer::Refused(*why);
        }
        self.done.push((self.position.now.as_millis(), control));
        if let Control::Crash(Target::Leader(_) | Target::Node(_)) = control
            && self.elects
        {
            self.queue.push((self.position.now + SimDuration::from_millis(200), GroupId(1), elected()));
        }
        ControlAnswer::Done
    }

    fn restart(&mut self, _: Restart) -> ControlAnswer {
        self.position = Position { restarts: self.position.restarts + 1, ..Position::default() };
        self.queue.clear();
        ControlAnswer::Done
    }

    fn advance(&mut self, until: SimTime, _: &mut dyn FnMut() -> bool) -> Advance {
        let next = self.queue.iter().map(|(at, ..)| *at).min().unwrap_or(SimTime::NEVER);
        let now = until.min(next);
        if now != SimTime::NEVER {
            self.position.now = now.max(self.position.now);
        }
        let now = self.position.now;
        let (due, later) = std::mem::take(&mut self.queue).into_iter().partition(|(at, ..)| *at <= now);
        self.queue = later;
        let due: Vec<(SimTime, GroupId, EventKind)> = due;
        let advance = if due.is_empty() { Advance::Reached } else { Advance::News };
        for (at, group, kind) in due {
            self.position.notable += 1;
            let (id, node, group) = (EventId(self.position.notable), Some(NodeId(2)), Some(group));
            self.fresh.push(Event { id, at, node, group, kind, cause: None, repeated: 0 });
        }
        advance
    }

    fn step(&mut self) {}

    fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.fresh)
    }

    fn take_history(&mut self) -> Vec<HistoryEntry> {
        std::mem::take(&mut self.history)
    }

    fn led_by(&self, _: NodeId) -> Vec<GroupId> {
        Vec::new()
    }
}
