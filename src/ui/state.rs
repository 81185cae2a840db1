//! What the dashboard remembers between two frames: where the eyes are, never what the cluster does.
//!
//! Idea: `update(&mut UiState, Action) -> Requests` is the only writer, drawing only reads. One enum for
//! overlays and one for screens, so that states which make no sense cannot be said.
//! Units: `wall` is time since the dashboard began, handed in by the loop; nothing here reads a clock.

mod asked;
mod market;
mod prompt;

use std::collections::VecDeque;
use std::time::Duration;

pub use asked::{Act, Asked};
pub use market::MarketState;
pub use prompt::Prompt;

use super::form::OrderForm;
use super::ground::Grounds;
use super::theme::Appearance;
use crate::domain::control::Control;
use crate::domain::event::Event;
use crate::domain::ids::{EventId, GroupId, NodeId, Sequence};
use crate::domain::stored::TradeId;
use crate::domain::time::SimTime;
use crate::domain::trades::TradesQuery;

/// The screens: one question each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Screen {
    /// How is the desk?
    #[default]
    Overview,
    /// How do they agree?
    Cluster,
    /// Who holds what, who does the work?
    Data,
    /// What is traded?
    Market,
    /// What shall I see?
    Lesson,
    /// What happened?
    Events,
}

impl Screen {
    /// In the order of the tab bar.
    pub const ALL: [Self; 6] = [Self::Overview, Self::Cluster, Self::Data, Self::Market, Self::Lesson, Self::Events];

    /// The panels of a screen in the order of `w`, the first having the focus on arrival. A small screen may not have
    /// room for all of them; the one with the focus is always drawn.
    pub const fn panels(self) -> &'static [Panel] {
        match self {
            Self::Overview => &[
                Panel::Nodes,
                Panel::Lag,
                Panel::Balancer,
                Panel::Partitions,
                Panel::Flow,
                Panel::Failover,
                Panel::Lamps,
                Panel::Events,
            ],
            Self::Cluster => &[Panel::Raft, Panel::Nodes, Panel::Lanes, Panel::Beliefs, Panel::Disks, Panel::Events],
            Self::Data => &[
                Panel::Matrix,
                Panel::Workers,
                Panel::Division,
                Panel::Moves,
                Panel::Consistency,
                Panel::Feeds,
                Panel::Nodes,
                Panel::Events,
            ],
            Self::Market => market::PANELS,
            Self::Lesson => &[Panel::Lesson, Panel::Nodes, Panel::Failover, Panel::Events],
            Self::Events => &[Panel::Events, Panel::Log],
        }
    }
}

/// The panels that can have the focus and be zoomed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Panel {
    /// The table of nodes.
    #[default]
    Nodes,
    /// Replication lag.
    Lag,
    /// The balancer.
    Balancer,
    /// Partitions.
    Partitions,
    /// Order flow and ledger.
    Flow,
    /// The last failover.
    Failover,
    /// Lamps and margin.
    Lamps,
    /// The list of events.
    Events,
    /// Raft: log cells, votes, timers, messages.
    Raft,
    /// Who believes what.
    Beliefs,
    /// What is written, synced, applied.
    Disks,
    /// Messages between nodes over time.
    Lanes,
    /// The lesson's card.
    Lesson,
    /// The program's own log.
    Log,
    /// Which node holds which partition.
    Matrix,
    /// How evenly the partitions divide the work, and how other strategies would.
    Division,
    /// What is on its way from one partition or node to another.
    Moves,
    /// The balancer's workers, in full.
    Workers,
    /// Whether the replicas of the group in view agree, and how far each has come.
    Consistency,
    /// Market data of each node.
    Feeds,
    /// Every symbol in a line.
    Symbols,
    /// The book of the symbol in view, by level.
    Ladder,
    /// Its last trades.
    Tape,
    /// The orders of the hand.
    Blotter,
    /// Market data: feeds, windows, signals.
    Ticks,
    /// Spreads between partitions.
    Spreads,
    /// Cash, positions and resting orders of an account.
    Account,
    /// The venues among which there is a choice.
    Venues,
}

/// What lies over the screen.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The card of the first run.
    Welcome,
    /// The searchable help.
    Help(ListState),
    /// The command palette.
    Palette(ListState),
    /// The keys that may follow a prefix.
    WhichKey(char),
    /// Everything about the selected node.
    Details(NodeId),
    /// Why an event happened: itself, then cause after cause.
    Why(EventId),
    /// The order form.
    Order(Box<OrderForm>),
    /// Everything that was said of an order of the hand.
    History(Sequence),
    /// Trades by time: what was asked.
    Trades(TradesQuery),
    /// A trade by its id.
    Trade(TradeId),
    /// A question with a dangerous yes.
    Confirm(Question),
    /// The themes to pick from.
    Themes(ListState),
    /// The lessons to pick from.
    Lessons(ListState),
}

/// The dangerous questions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// Quit with a recording open.
    Quit,
    /// Begin again from a clean start.
    Reset,
    /// Begin again with this seed.
    ResetTo(u64),
    /// Leave a lesson with answers in it.
    LeaveLesson,
}

/// A list with a text field over it: help, palette, pickers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ListState {
    /// What was typed.
    pub text: String,
    /// The row that is selected, 0-based, among those shown.
    pub selected: usize,
    /// The text is being typed: letters are text. Always so in the palette.
    pub editing: bool,
    /// The row was picked by hand, with the arrows or a click, and not only because it is the first.
    pub picked: bool,
}

impl ListState {
    /// A list whose text field is open.
    pub fn typing() -> Self {
        Self { editing: true, ..Self::default() }
    }
}

/// Characters in a text field at most; more are dropped.
pub const TEXT_MAX: usize = 256;

/// A list of events that follows, or stands still where the reader scrolled.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EventList {
    /// The event at the bottom; `None` follows the newest.
    pub bottom: Option<EventId>,
    /// The selected event.
    pub selected: Option<EventId>,
    /// The filter as typed: `kind:election node:4 !kind:belief`, or words.
    pub filter: String,
    /// The field of the filter.
    pub prompt: Prompt,
    /// What was said of the filter, because it shows nothing.
    pub said: Option<String>,
}

/// A short message at the right of the tab bar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Toast {
    /// What it says, in the language of the screen.
    pub text: String,
    /// It is an error.
    pub error: bool,
    /// Shown since.
    pub since: Duration,
    /// How often it was said.
    pub count: u32,
}

/// How dense the screen is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Density {
    /// As much as fits well.
    #[default]
    Normal,
    /// Big digits, few panels.
    Large,
    /// Everything.
    Compact,
}

/// What the presenter switched on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Presenter {
    /// How dense the screen is.
    pub density: Density,
    /// Faults are locked.
    pub locked: bool,
    /// Everything but the focus is dimmed.
    pub spotlight: bool,
    /// Keys are shown as they are pressed.
    pub key_cast: bool,
    /// The last keys with the names of their actions and when, oldest first; at most 3.
    pub keys: Vec<(String, String, Duration)>,
    /// The latest loud event stands in a banner.
    pub caption: bool,
    /// The mouse belongs to the terminal, so that text can be selected.
    pub mouse_off: bool,
    /// The themes to choose from, and the one in use.
    pub themes: Themes,
    /// The option that got the last hand, which `-` takes off again.
    pub last_vote: Option<usize>,
    /// The lesson whose group was brought into view.
    pub lesson: Option<String>,
}

/// The themes to choose from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Themes {
    /// Their names, in the order of `t`.
    pub names: Vec<String>,
    /// The one in use, 0-based.
    pub current: usize,
}

impl Themes {
    /// The name of the one in use; `None` if nobody named any.
    pub fn name(&self) -> Option<&str> {
        self.names.get(self.current).map(String::as_str)
    }

    /// Takes the theme for this ground, unless another was chosen meanwhile; true if it is another than before.
    pub fn settle(&mut self, grounds: &Grounds, ground: Appearance) -> bool {
        let wanted = grounds.theme(ground);
        let ours = self.name().is_some_and(|name| name == grounds.dark || name == grounds.light);
        if !ours || self.name() == Some(wanted) {
            return false;
        }
        self.current = self.names.iter().position(|name| name == wanted).unwrap_or_else(|| {
            self.names.push(wanted.to_owned());
            self.names.len() - 1
        });
        true
    }
}

/// A change that can be taken back.
#[derive(Clone, PartialEq, Debug)]
pub struct Undo {
    /// What was done, its targets resolved: doing it again means the same node.
    pub done: Control,
    /// What takes it back, in order: healing four links is four controls.
    pub inverse: Vec<Control>,
    /// When it was asked for, in virtual time: a view from soon after cannot show it yet.
    pub at: SimTime,
    /// Nodes that there were; those behind them joined later.
    pub nodes: usize,
}

/// Everything that the dashboard remembers.
#[derive(Clone, PartialEq, Debug)]
pub struct UiState {
    /// Which screen.
    pub screen: Screen,
    /// Which panel has the focus.
    pub focus: Panel,
    /// The focused panel fills the screen.
    pub zoom: bool,
    /// What lies over it.
    pub overlay: Overlay,
    /// The selected node.
    pub selected: NodeId,
    /// The group in view.
    pub group: GroupId,
    /// The list of events.
    pub events: EventList,
    /// The symbol in view and the order that is selected.
    pub market: MarketState,
    /// Toasts, oldest first; at most 2 are shown.
    pub toasts: Vec<Toast>,
    /// What the presenter switched on.
    pub presenter: Presenter,
    /// Faults that can be taken back, and those that were.
    pub undo: UndoList,
    /// What the cluster has not answered yet.
    pub asked: VecDeque<Asked>,
    /// Time since the dashboard began.
    pub wall: Duration,
}

/// Undo and redo.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct UndoList {
    /// Done, latest last.
    pub done: Vec<Undo>,
    /// Taken back, latest last.
    pub undone: Vec<Undo>,
}

impl UndoList {
    /// Faults that are remembered; the oldest is forgotten.
    pub const MAX: usize = 64;
}

impl Default for UiState {
    fn default() -> Self {
        Self {
            screen: Screen::Overview,
            focus: Panel::Nodes,
            zoom: false,
            overlay: Overlay::None,
            selected: NodeId::from_index(0),
            group: GroupId(1),
            events: EventList::default(),
            market: MarketState::default(),
            toasts: Vec::new(),
            presenter: Presenter::default(),
            undo: UndoList::default(),
            asked: VecDeque::new(),
            wall: Duration::ZERO,
        }
    }
}

/// An event with the events that led to it, latest first: what `Overlay::Why` shows.
pub fn causes(events: &[Event], id: EventId) -> Vec<&Event> {
    let find = |id: EventId| events.binary_search_by_key(&id, |event| event.id).ok().map(|place| &events[place]);
    std::iter::successors(find(id), |event| event.cause.and_then(find)).collect()
}
