//! What goes into a node and what comes out of it: the contract between a node and the scheduler that runs it.
//!
//! Idea: a node is a `step`, like the protocols that it is composed of. The scheduler delivers inputs, obeys effects
//! in order, and asks `next_wake` after each step. Persist tokens here are the node's own, over all its groups, so
//! that one fsync covers what every group wrote (group commit).

use std::sync::Arc;

use crate::domain::actor::Draft;
use crate::domain::fact::Fact;
use crate::domain::ids::{ActorId, GroupId, NodeId, PersistToken};
use crate::domain::log::DiskWrite;
use crate::domain::map::{ClusterMap, Epoch, MapChange};
use crate::domain::membership::ConfigChange;
use crate::domain::order::{Answer, Batch, DeskMessage};
use crate::domain::rules::{AckRule, Rules};
use crate::domain::time::SimTime;
use crate::domain::trades::TradesQuestion;
use crate::domain::why::Why;
use crate::protocols::registry::Message;

use super::tasks::message::GroupMessage;

/// What nodes say to each other.
#[derive(Clone, Debug)]
pub enum NodeMessage {
    /// The heartbeat of a node: one message a pair for all groups. It feeds the failure detector.
    Beat {
        /// The sender's cluster map, by version.
        epoch: Epoch,
        /// The beats (or answers to beats) of the groups that have something to say.
        groups: Vec<(GroupId, Message)>,
    },
    /// Answers to the beats of groups.
    BeatAnswers(Vec<(GroupId, Message)>),
    /// A message between replicas of one group.
    Replica {
        /// Which.
        group: GroupId,
        /// What, in the words of the group's protocol.
        message: Message,
    },
    /// A gateway hands orders (or queries) to the node that it believes to lead the group.
    Propose(Proposal),
    /// Answers to some requests of a proposal.
    Answers {
        /// The gateway's number of the proposal.
        ticket: Ticket,
        /// What is said of each.
        answers: Arc<[Answer]>,
    },
    /// These requests of a proposal were not taken: nothing was promised, nothing is in the log.
    Declined {
        /// The gateway's number of the proposal.
        ticket: Ticket,
        /// Which: all of it, or what a leader had not yet put in a batch.
        batch: Batch,
        /// Why.
        why: Why,
    },
    /// The cluster map, to a node with an older one.
    Map(Arc<ClusterMap>),
    /// From leaders of groups to leaders of others.
    Groups(Vec<GroupMessage>),
}

/// A gateway's number of a proposal, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Ticket(pub u64);

/// Requests of one group on their way to its leader.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The gateway's number of it, for the answers.
    pub ticket: Ticket,
    /// The group.
    pub group: GroupId,
    /// The map that the gateway routed by.
    pub epoch: Epoch,
    /// The requests: orders, or queries, never both.
    pub batch: Batch,
    /// After this nobody waits any more.
    pub deadline: SimTime,
}

impl Proposal {
    /// Whether it is of queries, which read and change nothing.
    pub fn asks_only(&self) -> bool {
        self.batch.records().iter().all(|record| record.command.is_query())
    }
}

/// What a node is told.
#[derive(Clone, Debug)]
pub enum NodeInput {
    /// Its process begins.
    Start,
    /// `next_wake` has come (or an earlier one: waking a node too often is harmless).
    Wake,
    /// A message from another node.
    Receive {
        /// From whom.
        from: NodeId,
        /// What.
        message: NodeMessage,
    },
    /// A message from outside the cluster.
    Client {
        /// From whom.
        from: ActorId,
        /// What.
        message: DeskMessage,
    },
    /// Everything up to this token is on disk.
    Persisted(PersistToken),
    /// Somebody switches something.
    Order(NodeOrder),
}

/// What the scheduler tells a node on behalf of a control.
#[derive(Clone, Debug)]
pub enum NodeOrder {
    /// The next batch of orders of a group does not reach its machine: a fault.
    LoseChange(GroupId),
    /// Hand leadership of a group over, to this node or to the best follower.
    Transfer {
        /// Of which group.
        group: GroupId,
        /// To whom.
        to: Option<NodeId>,
    },
    /// Change who belongs to a group that this node leads.
    ChangeConfig {
        /// Which.
        group: GroupId,
        /// How: boxed, being rare and wide.
        change: Box<ConfigChange>,
    },
    /// Change the cluster map, if this node leads `meta`: shared, being rare and wide.
    ChangeMap(Arc<MapChange>),
    /// Stand for election in a group, now.
    Campaign(GroupId),
    /// Somebody asks for trades.
    ReadTrades(GroupId, TradesQuestion),
    /// Acknowledge by this rule.
    SetAck(AckRule),
    /// Refuse what cannot be answered in time, or take it all the same.
    SetAdmission(bool),
    /// Follow these rules.
    SetRules(Rules),
    /// Somebody at the desk wants the map changed: whoever leads `meta` does it.
    Wish(MapChange),
    /// Panic, as by a bug.
    Panic,
}

/// What a node wants done, in order.
#[derive(Clone, Debug)]
pub enum NodeEffect {
    /// Send to a node; to itself it arrives at once, after this step.
    Send {
        /// To whom.
        to: NodeId,
        /// What.
        message: NodeMessage,
    },
    /// Send to somebody outside.
    Reply {
        /// To whom.
        to: ActorId,
        /// What.
        message: DeskMessage,
    },
    /// Write this to the node's disk, and say `Persisted(token)` when it is synced.
    Persist {
        /// The node's token; they grow by one.
        token: PersistToken,
        /// For which group.
        group: GroupId,
        /// What.
        write: DiskWrite,
    },
    /// What follows comes of this group's writes up to this token, which are on disk now: whatever caused them caused
    /// it. (One fsync ends for many groups, each with a story of its own.)
    Synced {
        /// Which group.
        group: GroupId,
        /// The node's token.
        upto: PersistToken,
    },
    /// A notable event.
    Tell(Draft),
    /// A fact for the auditor.
    State(Fact),
}
