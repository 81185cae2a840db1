//! Actions: everything that a person can ask of the dashboard, by name.
//!
//! Idea: a key, a click, a line of the palette and a step of a lesson all end in an `Action`. The registry gives each
//! its id, keys, context and text; `update` carries it out. Nothing else names keys.
//! Shape: `ActionId` is the stable name (`node.kill`) that configuration, lessons and documents use; `Action` is what
//! to do, with its arguments; `ActionSpec` ties the two together and is the row of the registry.

mod context;
mod lab;
mod topic;
mod trade;

use std::fmt;

pub use context::Context;
pub use lab::LabKey;
pub use trade::TradeKey;

use super::state::Screen;
use crate::domain::command::PaceCommand;
use crate::domain::control::Control;
use crate::domain::ids::{AccountId, GroupId, NodeId};

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

/// A row of the registry.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ActionSpec {
    /// Its stable name.
    pub id: ActionId,
    /// What it does.
    pub action: ActionKind,
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
}

/// The beginning of a row: a view action with keys everywhere; the methods say what differs.
pub(super) const fn row(id: &'static str, action: ActionKind, keys: &'static [&'static str]) -> ActionSpec {
    let (context, effect, topic) = (Context::Global, Effect::View, Topic::App);
    ActionSpec { id: ActionId(id), action, keys, context, effect, topic, hint: None, args: "" }
}

impl ActionSpec {
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

    pub(super) const fn under(self, topic: Topic) -> Self {
        Self { topic, ..self }
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

/// What a row of the registry does: an action whose arguments `update` takes from what is selected and in view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ActionKind {
    /// Kill the selected node.
    Kill,
    /// Kill the leader of the group in view.
    KillLeader,
    /// Bring the selected node back.
    Recover,
    /// Bring every node back.
    RecoverAll,
    /// Hand leadership over to the selected node, or to the best follower.
    Failover,
    /// Force an election.
    ForceElection,
    /// Cut the selected node off, or let it back in.
    Isolate,
    /// Slow the selected node's disk down, or give it its speed back.
    Degrade,
    /// Heal every link.
    HealAll,
    /// Freeze the selected node, or wake it.
    Freeze,
    /// Mute the selected node: it hears, and nobody hears it.
    Mute,
    /// The selected node panics.
    Poison,
    /// Give the selected node's gateway nothing new, or let it take part again.
    Drain,
    /// The last venue takes no more orders, or takes them again.
    Venue,
    /// Crash and recover one node after the other.
    RollingRestart,
    /// Cut the leader of the group in view off.
    LeaderAlone,
    /// Take the last change back.
    Undo,
    /// Do again what was taken back.
    Redo,
    /// A burst of orders.
    Burst,
    /// The steady load on or off.
    Load,
    /// The steady load's rate; only in the palette.
    Rate,
    /// The next acknowledgement rule.
    Ack,
    /// The next strategy of the balancer.
    Strategy,
    /// Reads from the leader, or from a replica.
    ReadFrom,
    /// A rule of Raft on or off; only in the palette.
    Rule,
    /// A burst of ticks.
    TickBurst,
    /// Something that is typed with its arguments; only in the palette.
    Typed,
    /// Orders by hand: the form and the blotter.
    Trade(TradeKey),
    /// Select the node of this number.
    Select(NodeId),
    /// Select the next node, or the one before.
    SelectNext(Way),
    /// The next group in view.
    NextGroup,
    /// Something with nodes that come and go, or with how symbols are divided.
    Lab(LabKey),
    /// This group in view; only in the palette.
    Group,
    /// Time.
    Pace(PaceCommand),
    /// On to the next notable event of the group in view.
    Step,
    /// Slow down by itself on a fault, or not.
    SlowOnFault,
    /// To this screen.
    Go(Screen),
    /// To the next screen, or to the one before.
    NextScreen(Way),
    /// The next panel, or the one before.
    Focus(Way),
    /// The panel at this side.
    FocusSide(Side),
    /// The focused panel fills the screen.
    Zoom,
    /// The next density.
    Density,
    /// Details, or why.
    Enter,
    /// Back, close, clear.
    Back,
    /// Move in the list.
    Move(Way, Leap),
    /// Type a filter.
    Filter,
    /// The next match, or the one before.
    Match(Way),
    /// The lesson goes on.
    LessonNext,
    /// The lesson's step before.
    LessonBack,
    /// Begin a lesson.
    LessonStart,
    /// Leave the lesson; only in the palette.
    LessonLeave,
    /// A hand for this option, 0-based.
    Vote(usize),
    /// A hand less for the option that got the last one.
    Unvote,
    /// Close the question.
    Reveal,
    /// Dim everything but the focus.
    Spotlight,
    /// Show keys as they are pressed.
    KeyCast,
    /// The latest loud event in a banner.
    Caption,
    /// The next theme.
    NextTheme,
    /// Pick a theme.
    PickTheme,
    /// Lock what changes the cluster.
    Lock,
    /// The mouse is ours, or the terminal's.
    Mouse,
    /// The palette.
    Palette,
    /// Help.
    Help,
    /// Begin anew.
    Reset,
    /// Quit; asks if something would be lost.
    Quit,
    /// Quit and leave the last frame on the terminal.
    QuitKeep,
    /// Quit at once.
    QuitNow,
    /// Stop the process until it is called back.
    Suspend,
    /// Draw everything again.
    Redraw,
    /// Complete what is typed.
    Complete,
    /// Type where a symbol is to move.
    MoveSymbol,
    /// Yes.
    Yes,
    /// No.
    No,
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
    /// Begin anew with this seed, or with the same.
    Reset(Option<u64>),
    /// This theme.
    Theme(String),
    /// Begin this lesson.
    Lesson(String),
    /// Filter the events.
    Filter(String),
}
