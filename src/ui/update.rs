//! Update: the only writer of what the dashboard remembers.
//!
//! Idea: an action, the state and the view go in; the state changes and requests come out. Nothing here draws, waits,
//! or reads a clock: time stands in `state.wall`. So every rule of the keyboard is a table test.
//! Shape: `update` dispatches by the kind of action to the modules below; each knows one concern.

pub mod faults;
mod focus;
mod lab;
mod list;
pub(crate) mod market;
mod moot;
pub(crate) mod order;
mod overlay;
pub mod refusal;
pub mod toast;
pub mod undo;

use super::action::{Action, ActionKind, ActionSpec, Way};
use super::hits::Hits;
use super::keymap::Keymap;
use super::registry;
use super::state::{Density, Overlay, Panel, Question, Screen, UiState};
use super::words::Words;
use crate::domain::command::{Command, LessonCommand, PaceCommand};
use crate::domain::control::{Burst, Control};
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::tick::TickBurst;
use crate::domain::view::ClusterView;
use crate::lesson::library::{self, Named};
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
        Action::Pace(pace) => {
            out.push((*pace).into());
            Ok(())
        }
        Action::Select(node) => select(state, given, *node),
        Action::Group(group) => show_group(state, given, *group),
        Action::Account(account) => market::watch(state, given, *account, &mut out),
        Action::Reset(seed) => {
            state.overlay = Overlay::Confirm(seed.map_or(Question::Reset, Question::ResetTo));
            Ok(())
        }
        Action::Theme(name) => pick_theme(state, given, name),
        Action::Lesson(name) => start_lesson(state, given, name, &mut out),
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
    use ActionKind as Kind;
    match spec.action {
        Kind::Undo => undo::undo(state, given, out)?,
        Kind::Redo => undo::redo(state, given, out)?,
        Kind::Burst => undo::change(state, given, Control::Burst(Burst::KEY), out)?,
        Kind::TickBurst => undo::change(state, given, Control::TickBurst(TickBurst::KEY), out)?,
        Kind::Pace(pace) => out.push(pace.into()),
        Kind::Step => out.push(PaceCommand::Step(state.group).into()),
        Kind::Select(node) => select(state, given, node)?,
        Kind::SelectNext(way) => select_next(state, given, way),
        Kind::Move(way, leap) if market::takes(state) => market::go(state, given, way, leap, out),
        Kind::NextGroup => next_group(state, given),
        Kind::Reset => state.overlay = Overlay::Confirm(Question::Reset),
        Kind::LessonNext
        | Kind::LessonBack
        | Kind::LessonStart
        | Kind::LessonLeave
        | Kind::Vote(_)
        | Kind::Unvote
        | Kind::Reveal => lesson(state, given, spec.action, out)?,
        Kind::Rate | Kind::Rule | Kind::Typed | Kind::Group | Kind::SlowOnFault => {
            overlay::ask_for_arguments(state, given, spec);
        }
        Kind::Trade(key) => order::perform(state, given, key, out)?,
        kind if spec.effect.mutates() => undo::change(state, given, faults::plan(kind, state, given.view)?, out)?,
        kind => look(state, given, kind, out),
    }
    Ok(())
}

/// What changes only what is seen.
fn look(state: &mut UiState, given: &Given<'_>, kind: ActionKind, out: &mut Vec<Request>) {
    use ActionKind as Kind;
    let presenter = &mut state.presenter;
    match kind {
        Kind::Go(screen) => go(state, screen),
        Kind::NextScreen(way) => go(state, neighbour(&Screen::ALL, state.screen, way)),
        Kind::Focus(way) => focus::next(state, way),
        Kind::FocusSide(side) => focus::towards(state, given, side),
        Kind::Zoom => state.zoom = !state.zoom,
        Kind::Density => {
            let all = [Density::Normal, Density::Large, Density::Compact];
            presenter.density = neighbour(&all, presenter.density, Way::On);
        }
        Kind::Spotlight => presenter.spotlight = !presenter.spotlight,
        Kind::Caption => presenter.caption = !presenter.caption,
        Kind::KeyCast => {
            presenter.key_cast = !presenter.key_cast;
            presenter.keys.clear();
        }
        Kind::Lock => {
            presenter.locked = !presenter.locked;
            let text = if presenter.locked { "toast-now-locked" } else { "toast-now-unlocked" };
            toast::say(state, given, text, &[]);
        }
        Kind::Mouse => {
            presenter.mouse_off = !presenter.mouse_off;
            let text = if presenter.mouse_off { "toast-mouse-off" } else { "toast-mouse-on" };
            toast::say(state, given, text, &[]);
            out.push(Request::Mouse);
        }
        Kind::NextTheme => {
            let themes = &mut presenter.themes;
            themes.current = (themes.current + 1) % themes.names.len().max(1);
            let name = themes.name().unwrap_or_default().to_owned();
            toast::say(state, given, "toast-theme", &[("name", &name)]);
        }
        Kind::Move(way, leap) => list::go(state, given, way, leap),
        Kind::Match(way) => list::next_match(state, given, way),
        Kind::Redraw => out.push(Request::Redraw),
        Kind::Suspend => out.extend([PaceCommand::Pause.into(), Request::Suspend]),
        Kind::QuitNow => out.push(Request::QuitNow),
        Kind::QuitKeep => out.push(Request::QuitKeep),
        kind => overlay::perform(state, given, kind, out),
    }
}

/// Whether hands were raised for a question that nobody closed yet.
fn unsaved(view: &ClusterView) -> bool {
    let question = view.lesson.as_ref().and_then(|lesson| lesson.question.as_ref());
    question.is_some_and(|question| !question.closed && question.hands.iter().any(|hands| *hands > 0))
}

/// Shows a screen.
pub(crate) fn show(state: &mut UiState, screen: Screen) {
    go(state, screen);
}

fn go(state: &mut UiState, screen: Screen) {
    state.screen = screen;
    state.zoom = false;
    // A field that is not on the screen takes no keys.
    state.events.editing = false;
    state.market.editing = false;
    // Always the panel that the screen is about: one that the last screen left the focus on could push another out.
    state.focus = screen.panels().first().copied().unwrap_or(Panel::Nodes);
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

fn select(state: &mut UiState, given: &Given<'_>, node: NodeId) -> Result<(), Refusal> {
    if !given.view.nodes.iter().any(|other| other.id == node) {
        return Err(Refusal::new("toast-no-node").with("node", node));
    }
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

fn select_next(state: &mut UiState, given: &Given<'_>, way: Way) {
    let nodes: Vec<NodeId> = given.view.nodes.iter().map(|node| node.id).collect();
    state.selected = neighbour(&nodes, state.selected, way);
}

fn next_group(state: &mut UiState, given: &Given<'_>) {
    let groups: Vec<GroupId> = given.view.groups.iter().map(|group| group.id).collect();
    state.group = neighbour(&groups, state.group, Way::On);
}

fn show_group(state: &mut UiState, given: &Given<'_>, group: GroupId) -> Result<(), Refusal> {
    if !given.view.groups.iter().any(|other| other.id == group) {
        return Err(Refusal::new("toast-no-group").with("group", group));
    }
    state.group = group;
    Ok(())
}

fn pick_theme(state: &mut UiState, given: &Given<'_>, name: &str) -> Result<(), Refusal> {
    let themes = &mut state.presenter.themes;
    let place = themes.names.iter().position(|known| known == name);
    themes.current = place.ok_or_else(|| {
        let near = super::keymap::nearest(name, themes.names.iter().map(String::as_str));
        Refusal::new("toast-no-theme").with("name", name).with("near", near.unwrap_or_default())
    })?;
    toast::say(state, given, "toast-theme", &[("name", name)]);
    Ok(())
}

/// A lesson by its name, by the one beginning or end of a name that is meant, or by its file.
fn start_lesson(state: &mut UiState, given: &Given<'_>, name: &str, out: &mut Vec<Request>) -> Result<(), Refusal> {
    let known = || given.lessons.iter().map(String::as_str);
    let name = match library::named(name, known()) {
        Named::One(name) => name,
        Named::None if name.ends_with(".toml") => name,
        Named::Several(names) => {
            return Err(Refusal::new("toast-no-script").with("name", name).with("near", names.join(", ")));
        }
        Named::None => {
            let near = super::keymap::nearest(name, known()).unwrap_or_default();
            return Err(Refusal::new("toast-no-script").with("name", name).with("near", near));
        }
    };
    out.push(LessonCommand::Start(name.to_owned()).into());
    state.presenter.last_vote = None;
    go(state, Screen::Lesson);
    Ok(())
}

fn lesson(state: &mut UiState, given: &Given<'_>, kind: ActionKind, out: &mut Vec<Request>) -> Result<(), Refusal> {
    let running = given.view.lesson.as_ref();
    let command = match (kind, running) {
        (ActionKind::LessonStart, None) => {
            state.overlay = Overlay::Lessons(super::state::ListState::default());
            return Ok(());
        }
        (_, None) => return Err(Refusal::no_lesson(given.keymap)),
        (ActionKind::LessonStart, Some(_)) => LessonCommand::Restart,
        (ActionKind::LessonBack, Some(_)) => return Err(Refusal::new("toast-no-way-back")),
        (ActionKind::LessonLeave, Some(_)) if unsaved(given.view) => {
            state.overlay = Overlay::Confirm(Question::LeaveLesson);
            return Ok(());
        }
        (ActionKind::LessonLeave, Some(_)) => LessonCommand::Leave,
        (ActionKind::Vote(choice), Some(lesson)) => {
            let options = lesson.question.as_ref().map_or(0, |question| question.options.len());
            if choice >= options {
                return Err(Refusal::new("toast-no-option").with("option", choice + 1));
            }
            state.presenter.last_vote = Some(choice);
            LessonCommand::Vote(choice)
        }
        (ActionKind::Unvote, Some(_)) => match state.presenter.last_vote {
            Some(choice) => LessonCommand::Unvote(choice),
            None => return Err(Refusal::new("toast-no-hand")),
        },
        (ActionKind::Reveal, Some(_)) => {
            state.presenter.last_vote = None;
            LessonCommand::Reveal
        }
        (ActionKind::LessonNext, Some(lesson)) if !lesson.waits => {
            let done = lesson.current >= lesson.steps.len();
            return Err(Refusal::new(if done { "toast-lesson-done" } else { "toast-lesson-waits" }));
        }
        (_, Some(_)) => LessonCommand::Next,
    };
    out.push(command.into());
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
