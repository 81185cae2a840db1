//! Update: the only writer of what the dashboard remembers.
//!
//! Idea: an action, the state and the view go in; the state changes and requests come out. Nothing here draws, waits,
//! or reads a clock: time stands in `state.wall`. So every rule of the keyboard is a table test.
//! Shape: rows of the registry carry their functions, which live in the modules below, one concern each.

pub mod answers;
pub mod faults;
pub(super) mod focus;
pub(super) mod lab;
pub(super) mod lesson;
pub(super) mod list;
pub(super) mod market;
pub(super) mod order;
pub(super) mod overlay;
pub mod refusal;
pub(super) mod screens;
pub(super) mod time;
pub mod toast;
pub mod undo;

use super::action::{Action, ActionSpec, Function, Way};
use super::hits::Hits;
use super::keymap::Keymap;
use super::registry;
use super::state::{Overlay, Question, UiState};
use super::words::Words;
use crate::domain::command::{Command, LessonCommand, PaceCommand};
use crate::domain::control::Control;
use crate::domain::engine::Capability;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::view::ClusterView;
use refusal::Refusal;

pub(crate) use overlay::list_mut;

/// What `update` may look at.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The cluster as it was last seen.
    pub view: &'a ClusterView,
    /// The language.
    pub words: &'a dyn Words,
    /// The keys in force.
    pub keymap: &'a Keymap,
    /// What lay where in the last frame.
    pub hits: &'a Hits,
    /// The lessons that can be begun, by name.
    pub lessons: &'a [String],
}

/// Something that only the loop can do.
#[derive(Clone, PartialEq, Debug)]
pub enum Request {
    /// Ask the thread of the cluster.
    Command(Command),
    /// Take the mouse, or give it back to the terminal, as `presenter.mouse_off` says.
    Mouse,
    /// Draw everything again.
    Redraw,
    /// Pause and stop the process until it is called back.
    Suspend,
    /// End.
    Quit,
    /// End as an interrupt from outside does.
    QuitNow,
    /// End, and leave the last frame on the terminal.
    QuitKeep,
}

impl From<Control> for Request {
    fn from(control: Control) -> Self {
        Self::Command(Command::Control(control))
    }
}

impl From<PaceCommand> for Request {
    fn from(pace: PaceCommand) -> Self {
        Self::Command(Command::Pace(pace))
    }
}

impl From<LessonCommand> for Request {
    fn from(lesson: LessonCommand) -> Self {
        Self::Command(Command::Lesson(lesson))
    }
}

/// Carries an action out: changes the state, returns what only others can do.
pub fn update(state: &mut UiState, given: &Given<'_>, action: &Action) -> Vec<Request> {
    let mut out = Vec::new();
    if state.presenter.locked && changes(action) {
        toast::refuse(state, given, &Refusal::new("toast-locked"));
        return out;
    }
    let done = match action {
        Action::Do(id) => match registry::spec(*id) {
            Some(spec) => perform(state, given, spec, &mut out),
            None => Ok(()),
        },
        Action::Control(Control::ReadTrades(query)) => order::ask_for_trades(state, *query, &mut out),
        Action::Control(Control::FindTrade(id)) => {
            state.overlay = Overlay::Trade(*id);
            out.push(Control::FindTrade(*id).into());
            Ok(())
        }
        Action::Control(control) => undo::change(state, given, *control, &mut out),
        Action::Pace(pace) => can(given, pace.needs()).map(|()| out.push((*pace).into())),
        Action::Select(node) => select_node(state, given, *node),
        Action::Group(group) => show_group(state, given, *group),
        Action::Account(account) => market::watch(state, given, *account, &mut out),
        Action::Reset(seed) => can(given, seed.map(|_| Capability::Seed)).map(|()| {
            state.overlay = Overlay::Confirm(seed.map_or(Question::Reset, Question::ResetTo));
        }),
        Action::Theme(name) => screens::pick_theme(state, given, name),
        Action::Lesson(name) => lesson::start_named(state, given, name, &mut out),
        Action::Filter(text) => {
            list::filter(state, given, text);
            Ok(())
        }
    };
    if let Err(refusal) = done {
        toast::refuse(state, given, &refusal);
    }
    out
}

/// Whether the lock holds it back.
fn changes(action: &Action) -> bool {
    match action {
        Action::Do(id) => registry::spec(*id).is_some_and(|spec| spec.effect.mutates()),
        Action::Control(_) | Action::Reset(_) => true,
        _ => false,
    }
}

fn perform(state: &mut UiState, given: &Given<'_>, spec: &ActionSpec, out: &mut Vec<Request>) -> Result<(), Refusal> {
    can(given, spec.needs)?;
    match spec.function {
        Function::Control(plan) => undo::change(state, given, plan(state, given.view)?, out),
        Function::Run(run) => run(state, given, out),
        Function::Ask => overlay::ask_for_arguments(state, given, spec),
    }
}

/// Refuses what the engine can't do, with its reason.
fn can(given: &Given<'_>, needs: Option<Capability>) -> Result<(), Refusal> {
    let lack = needs.and_then(|needs| given.view.run.capabilities.lack(needs));
    lack.map_or(Ok(()), |reason| Err(Refusal::new("toast-lacks").with("reason", given.words.pick(reason))))
}

/// The element after this one, or before it, round and round; the first if it is not there.
fn neighbour<T: Copy + PartialEq>(all: &[T], current: T, way: Way) -> T {
    let count = all.len();
    let place = all.iter().position(|item| *item == current);
    let next = match (place, way) {
        (None, _) => 0,
        (Some(place), Way::On) => (place + 1) % count,
        (Some(place), Way::Back) => (place + count - 1) % count,
    };
    all.get(next).copied().unwrap_or(current)
}

/// Selects this node.
pub(super) fn select<const NUMBER: u8>(
    state: &mut UiState,
    given: &Given<'_>,
    _: &mut Vec<Request>,
) -> Result<(), Refusal> {
    select_node(state, given, NodeId(NUMBER))
}

fn select_node(state: &mut UiState, given: &Given<'_>, node: NodeId) -> Result<(), Refusal> {
    faults::member(given.view, node)?;
    // The same digit again asks for more of the same.
    state.overlay = match state.overlay {
        Overlay::Details(shown) if shown == node => Overlay::None,
        Overlay::Details(_) => Overlay::Details(node),
        Overlay::None if state.selected == node => Overlay::Details(node),
        _ => Overlay::None,
    };
    state.selected = node;
    Ok(())
}

/// Selects the next node, or the one before.
pub(super) fn select_next(state: &mut UiState, given: &Given<'_>, way: Way) -> Result<(), Refusal> {
    step_through_nodes(state, given, way);
    Ok(())
}

fn step_through_nodes(state: &mut UiState, given: &Given<'_>, way: Way) {
    // The one that has left is where the step begins, and nowhere else a step leads to.
    let here = |id: NodeId| id == state.selected || faults::member(given.view, id).is_ok();
    let nodes: Vec<NodeId> = given.view.nodes.iter().map(|node| node.id).filter(|id| here(*id)).collect();
    state.selected = neighbour(&nodes, state.selected, way);
}

/// Selects the first node if the selected one is none of this run; true if it did. One that has left stays selected, and its
/// keys are refused, until somebody selects another: a selection that moved by itself would turn the next key against a
/// node that nobody chose.
pub(super) fn leave_the_unknown(state: &mut UiState, view: &ClusterView) -> bool {
    if faults::node(view, state.selected).is_some() {
        return false;
    }
    let Some(first) = faults::members(view).next() else { return false };
    state.selected = first.id;
    if matches!(state.overlay, Overlay::Details(_)) {
        state.overlay = Overlay::Details(first.id);
    }
    true
}

/// The next group in view.
pub(super) fn show_next_group(state: &mut UiState, given: &Given<'_>, _: &mut Vec<Request>) -> Result<(), Refusal> {
    let groups: Vec<GroupId> = given.view.groups.iter().map(|group| group.id).collect();
    state.group = neighbour(&groups, state.group, Way::On);
    Ok(())
}

fn show_group(state: &mut UiState, given: &Given<'_>, group: GroupId) -> Result<(), Refusal> {
    if !given.view.groups.iter().any(|other| other.id == group) {
        return Err(Refusal::new("toast-no-group").with("group", group));
    }
    state.group = group;
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
