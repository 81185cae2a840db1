//! The door into the scheduler for those who are not nodes: clients, balancer, schedules; and for probes.
//!
//! Idea: an actor is a `step` like a node: input in, effects out, no clock, no channel. The scheduler owns it, wakes
//! it, and clones it with the world. A probe is told facts and events, and may only speak (events), never act.

use serde::{Deserialize, Serialize};

use super::control::Control;
use super::event::{Event, EventKind};
use super::fact::Fact;
use super::ids::{ActorId, Address, GroupId, NodeId};
use super::order::DeskMessage;
use super::time::SimTime;
use super::view::ClusterView;
use super::why::Why;

/// What an actor is told.
#[derive(Clone, Debug)]
pub enum ActorInput {
    /// The run begins.
    Start,
    /// The time that it asked to be woken at has come.
    Wake,
    /// A message.
    Receive {
        /// From whom.
        from: Address,
        /// What.
        message: DeskMessage,
    },
    /// Somebody outside changed something; every actor hears every control.
    Control(Control),
    /// A notable event, for actors that said they listen.
    Event(Event),
    /// A node joined, is leaving, or left: every actor hears it.
    Member(NodeId, Membership),
}

/// Where a node stands with the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// It belongs to it.
    #[default]
    Member,
    /// It has been started and is not a member yet.
    Joining,
    /// It is on its way out.
    Leaving,
    /// It is a member no longer.
    Gone,
}

/// What an actor does.
#[derive(Clone, Debug)]
pub enum ActorEffect {
    /// Sends a message; it takes the link's latency to a node, none to another actor.
    Send {
        /// To whom.
        to: Address,
        /// What.
        message: DeskMessage,
    },
    /// Asks to be woken then; an earlier request of the same actor stays.
    WakeAt(SimTime),
    /// Changes something, as a schedule of faults does.
    Control(Control),
    /// Tells the probes.
    State(Fact),
    /// Tells everybody.
    Tell(Draft),
}

/// An event before it has its number, time and cause.
#[derive(Clone, Debug)]
pub struct Draft {
    /// On which node.
    pub node: Option<NodeId>,
    /// In which group.
    pub group: Option<GroupId>,
    /// What.
    pub kind: EventKind,
}

/// Someone beside the nodes who takes part.
pub trait Actor: Send {
    /// Takes one input; pushes what it does.
    fn step(&mut self, now: SimTime, input: ActorInput, out: &mut Vec<ActorEffect>);

    /// Why it would refuse this control, if it heard it now: the judgement of its `step`, without its effects.
    fn refusal(&self, _now: SimTime, _control: &Control) -> Option<Why> {
        None
    }

    /// Whether `ActorInput::Event` should be delivered to it.
    fn listens(&self) -> bool {
        false
    }

    /// Writes its part of what the screen shows.
    fn contribute(&self, now: SimTime, view: &mut ClusterView);

    /// About what a copy takes, in bytes; 0 if it is small whatever happens.
    fn size_bytes(&self) -> u64 {
        0
    }

    /// A copy for a checkpoint.
    fn boxed_clone(&self) -> Box<dyn Actor>;
}

/// Someone who watches.
pub trait Probe: Send {
    /// Hears a fact; pushes events if it has something to say.
    fn observe(&mut self, now: SimTime, fact: &Fact, out: &mut Vec<Draft>);

    /// Hears an event (its own too); pushes more if it has something to say.
    fn hear(&mut self, event: &Event, out: &mut Vec<Draft>);

    /// Writes its part of what the screen shows.
    fn contribute(&self, now: SimTime, view: &mut ClusterView);

    /// About what a copy takes, in bytes; 0 if it is small whatever happens.
    fn size_bytes(&self) -> u64 {
        0
    }

    /// A copy for a checkpoint.
    fn boxed_clone(&self) -> Box<dyn Probe>;
}

/// The actors of the desk have fixed numbers.
impl ActorId {
    /// The balancer, which every request and answer passes.
    pub const BALANCER: Self = Self(0);
    /// The client sessions.
    pub const CLIENTS: Self = Self(1);
    /// Runs faults that take several steps, such as a rolling restart.
    pub const CHAOS: Self = Self(2);
    /// The source of market data.
    pub const TICKS: Self = Self(3);
    /// The reader of trades.
    pub const TAPE: Self = Self(4);
}

impl From<NodeId> for Address {
    fn from(node: NodeId) -> Self {
        Self::Node(node)
    }
}

impl From<ActorId> for Address {
    fn from(actor: ActorId) -> Self {
        Self::Actor(actor)
    }
}
