//! Actions: everything that a person can ask of the dashboard, by name.
//!
//! Idea: a key, a click, a line of the palette and a step of a lesson all end in an `Action`. The registry gives each
//! its id, keys, context, text and the function that does it. Nothing else names keys.
//! Shape: `ActionId` is the stable name (`node.kill`) that configuration, lessons and documents use; `Action` is what
//! to do, with its arguments; `ActionSpec` is the row of the registry.

mod context;
mod topic;

use std::fmt;

pub use context::Context;

use super::state::UiState;
use super::update::refusal::Refusal;
use super::update::{Given, Request};
use crate::domain::command::PaceCommand;
use crate::domain::control::{Control, Verb};
use crate::domain::engine::Capability;
use crate::domain::ids::{AccountId, GroupId, NodeId};
use crate::domain::view::ClusterView;
use crate::lesson::action;

pub use topic::Topic;

/// The stable name of an action.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ActionId(pub &'static str);

impl ActionId {
    /// The locale text that says what it does: `action-node-kill`.
    pub fn text_id(self) -> String {
        format!("action-{}", self.0.replace('.', "-"))
    }

    /// The locale text of its hint, one or two words: `hint-node-kill`.
    pub fn hint_id(self) -> String {
        format!("hint-{}", self.0.replace('.', "-"))
    }
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// What an action does to the cluster: what the lock, the repeat guard and the hints need to know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Only what is seen.
    View,
    /// How time passes, or how the lesson goes on.
    Pace,
    /// The cluster, and it can be taken back with `u`.
    Undoable,
    /// The cluster, for good.
    Final,
}

impl Effect {
    /// Whether the cluster changes: locked by `L`, and guarded against a held key.
    pub const fn mutates(self) -> bool {
        matches!(self, Self::Undoable | Self::Final)
    }
}

/// Which control a row means, given what is selected and in view; or why it means none now.
pub type Plan = fn(&UiState, &ClusterView) -> Result<Control, Refusal>;
/// What a row does to the dashboard; what only others can do, it asks for.
pub type Run = fn(&mut UiState, &Given<'_>, &mut Vec<Request>) -> Result<(), Refusal>;
/// Whether a row would do something now.
pub type Ready = fn(&UiState, &Given<'_>) -> bool;
/// Whom a row would hit now, in a word of its hint.
pub type Subject = fn(&UiState, &ClusterView) -> Option<String>;

/// What a row does.
#[derive(Clone, Copy, Debug)]
pub enum Function {
    /// It changes the cluster by one control: told, remembered for `u`, and dim where the plan is a refusal.
    Control(Plan),
    /// Anything else.
    Run(Run),
    /// It needs arguments: the palette opens with its command begun.
    Ask,
}

/// A row of the registry.
#[derive(Clone, Copy, Debug)]
pub struct ActionSpec {
    /// Its stable name.
    pub id: ActionId,
    /// What it does.
    pub function: Function,
    /// The keys that it has before anybody configured some; a sequence has a space in it (`g o`).
    pub keys: &'static [&'static str],
    /// Where they work.
    pub context: Context,
    /// What it does to the cluster.
    pub effect: Effect,
    /// Under which heading help shows it.
    pub topic: Topic,
    /// Its place in the hint bar, lowest first; `None` stays out.
    pub hint: Option<u8>,
    /// What may follow its name in the palette: `N`, `pN`, `leader|majority|all`; empty if nothing.
    pub args: &'static str,
    /// The verb that says the same with arguments: what is typed after it in the palette.
    pub verb: Option<Verb>,
    /// Whether it would do something now; a control asks its plan instead.
    pub ready: Ready,
    /// Whom it would hit, for its hint.
    pub subject: Subject,
    /// What it needs of the engine; what it lacks dims the row.
    pub needs: Option<Capability>,
    /// It ends or suspends the program, so no beginning of its name runs it.
    pub ends: bool,
    /// A key that is held down does it again and again.
    pub repeats: bool,
    /// The palette lists it on every screen, wherever its keys work.
    pub listed_everywhere: bool,
}

/// A row that changes the cluster by one control, which can be taken back; the methods say what differs.
pub(super) const fn control(id: &'static str, plan: Plan, keys: &'static [&'static str]) -> ActionSpec {
    ActionSpec { effect: Effect::Undoable, ..row(id, Function::Control(plan), keys) }
}

/// A row that changes what is seen.
pub(super) const fn run(id: &'static str, run: Run, keys: &'static [&'static str]) -> ActionSpec {
    row(id, Function::Run(run), keys)
}

/// A row that is typed with its arguments.
pub(super) const fn ask(id: &'static str) -> ActionSpec {
    row(id, Function::Ask, &[])
}

const fn row(id: &'static str, function: Function, keys: &'static [&'static str]) -> ActionSpec {
    ActionSpec {
        id: ActionId(id),
        function,
        keys,
        context: Context::Global,
        effect: Effect::View,
        topic: Topic::App,
        hint: None,
        args: "",
        verb: None,
        ready: |_, _| true,
        subject: |_, _| None,
        needs: None,
        ends: false,
        repeats: false,
        listed_everywhere: false,
    }
}

impl ActionSpec {
    /// What may follow its name in the palette: what the grammar says of its verb, or what its row says.
    pub fn usage(&self) -> &'static str {
        match self.verb {
            Some(verb) => action::form(verb).strip_prefix(verb.text()).unwrap_or_default().trim_start(),
            None => self.args,
        }
    }

    pub(super) const fn within(self, context: Context) -> Self {
        Self { context, ..self }
    }

    pub(super) const fn doing(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    pub(super) const fn hinted(self, place: u8) -> Self {
        Self { hint: Some(place), ..self }
    }

    pub(super) const fn taking(self, args: &'static str) -> Self {
        Self { args, ..self }
    }

    pub(super) const fn spelled(self, verb: Verb) -> Self {
        Self { verb: Some(verb), ..self }
    }

    pub(super) const fn under(self, topic: Topic) -> Self {
        Self { topic, ..self }
    }

    pub(super) const fn when(self, ready: Ready) -> Self {
        Self { ready, ..self }
    }

    pub(super) const fn naming(self, subject: Subject) -> Self {
        Self { subject, ..self }
    }

    pub(super) const fn needing(self, capability: Capability) -> Self {
        Self { needs: Some(capability), ..self }
    }

    pub(super) const fn ending(self) -> Self {
        Self { ends: true, ..self }
    }

    pub(super) const fn repeating(self) -> Self {
        Self { repeats: true, ..self }
    }

    pub(super) const fn everywhere(self) -> Self {
        Self { listed_everywhere: true, ..self }
    }

    /// Whether it would do something now: what dims a hint, and what refuses the key.
    pub fn is_enabled(&self, state: &UiState, given: &Given<'_>) -> bool {
        if self.effect.mutates() && state.presenter.locked {
            return false;
        }
        let capabilities = &given.view.run.capabilities;
        if self.needs.is_some_and(|needs| !capabilities.has(needs)) {
            return false;
        }
        match self.function {
            Function::Control(plan) => {
                plan(state, given.view).is_ok_and(|control| control.needs().is_none_or(|needs| capabilities.has(needs)))
            }
            Function::Run(_) | Function::Ask => (self.ready)(state, given),
        }
    }
}

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Up, or back.
    Back,
    /// Down, or on.
    On,
}

/// How far a list moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leap {
    /// One row.
    Row,
    /// Half of what is seen.
    HalfPage,
    /// All of what is seen.
    Page,
    /// To the end.
    End,
}

/// A side of the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Left.
    Left,
    /// Right.
    Right,
    /// Up.
    Up,
    /// Down.
    Down,
}

/// Something to do, with its arguments.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// A row of the registry.
    Do(ActionId),
    /// A change of the cluster, spelled out.
    Control(Control),
    /// A change of how time passes, spelled out.
    Pace(PaceCommand),
    /// Select this node.
    Select(NodeId),
    /// This group in view.
    Group(GroupId),
    /// This account in view; nobody's number means the hand's.
    Account(Option<AccountId>),
    /// Begin again with this seed, or with the same.
    Reset(Option<u64>),
    /// This theme.
    Theme(String),
    /// Begin this lesson.
    Lesson(String),
    /// Filter the events.
    Filter(String),
}
