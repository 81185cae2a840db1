//! A node's place in the world: its process if it has one, its disk, and what the scheduler owes it.
//!
//! Idea: the slot outlives the process. `incarnation` names a life of it; whatever was planned for another life is void.
//! Shape: the `Node` is taken out while a step runs and comes back with the effects; a step that panics never brings it
//! back.
//! Bound: [`HELD_MAX`] messages wait for a frozen node; one more is dropped and counted.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::domain::actor::Membership;
use crate::domain::ids::{EventId, GroupId, LogIndex, NodeId, PersistToken};
use crate::domain::map::ClusterMap;
use crate::domain::time::SimTime;
use crate::node::Node;
use crate::node::message::NodeInput;
use crate::storage::memory_disk::MemoryDisk;

/// Messages that wait for a frozen node.
pub const HELD_MAX: usize = 4_096;

/// A node's place.
#[derive(Clone)]
pub(super) struct NodeSlot {
    pub id: NodeId,
    pub status: Status,
    /// Since when `status` is so.
    pub since: SimTime,
    /// How often its process has begun.
    pub incarnation: u32,
    /// The process, unless it is dead or out for a step.
    pub node: Option<Box<Node>>,
    /// When the earliest planned wake is.
    pub armed: Option<SimTime>,
    pub disk: MemoryDisk,
    pub held: Held,
    pub catch_up: Option<CatchUp>,
    /// The last fault that hit it or its links: the cause of silence.
    pub last_fault: Option<EventId>,
    /// Why its writes that are not yet followed up were made.
    pub writes: WriteCauses,
    /// Messages that found no room to wait while it was frozen.
    pub held_dropped: u64,
    /// Where it stands with the cluster.
    pub membership: Membership,
    /// The map that it had heard of when its last process ended: a small file beside the logs.
    pub map: Option<Arc<ClusterMap>>,
}

/// What caused each write of a process, until what waited for it has been done.
///
/// An fsync ends by itself, and for many groups at once. Whatever it sets free is a consequence of a write that it
/// covers, not of the fsync; without this the story of an election would break at every vote.
#[derive(Clone, Default, Debug)]
pub(super) struct WriteCauses {
    open: VecDeque<(PersistToken, GroupId, Option<EventId>)>,
}

impl WriteCauses {
    /// A write was asked for; tokens grow.
    pub fn note(&mut self, token: PersistToken, group: GroupId, cause: Option<EventId>) {
        self.open.push_back((token, group, cause));
    }

    /// The cause of the newest write up to this token that has one: of this group, or of any.
    pub fn newest(&self, upto: PersistToken, of: Option<GroupId>) -> Option<EventId> {
        let done = self.open.partition_point(|(token, ..)| *token <= upto);
        let concerns = |group: &GroupId| of.is_none_or(|of| of == *group);
        self.open.range(..done).rev().filter(|(_, group, _)| concerns(group)).find_map(|(.., cause)| *cause)
    }

    /// Everything that waited for writes up to this token has been done.
    pub fn forget(&mut self, upto: PersistToken) {
        let done = self.open.partition_point(|(token, ..)| *token <= upto);
        self.open.drain(..done);
    }
}

/// What a process does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Status {
    Up,
    Frozen,
    Down,
    Halted(String),
    /// Switched off for good.
    Gone,
}

/// What waits for a frozen node.
#[derive(Clone, Default)]
pub(super) struct Held {
    inputs: VecDeque<(NodeInput, Option<EventId>)>,
    messages: u64,
    told_full: bool,
}

/// What became of something that was to be held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hold {
    Kept,
    Dropped { news: bool },
}

/// A recovered node on its way back.
#[derive(Clone, Debug)]
pub(super) struct CatchUp {
    pub since: SimTime,
    /// The event that says that it began.
    pub told: Option<EventId>,
    /// The end of each log on its disk as it began.
    pub ends: BTreeMap<GroupId, LogIndex>,
    /// What its groups had committed by then.
    pub targets: BTreeMap<GroupId, LogIndex>,
}

impl NodeSlot {
    pub fn new(id: NodeId, disk: MemoryDisk) -> Self {
        Self {
            id,
            status: Status::Down,
            since: SimTime::ZERO,
            incarnation: 0,
            node: None,
            armed: None,
            disk,
            held: Held::default(),
            catch_up: None,
            last_fault: None,
            writes: WriteCauses::default(),
            held_dropped: 0,
            membership: Membership::Member,
            map: None,
        }
    }

    /// Whether its process takes steps.
    pub fn runs(&self) -> bool {
        self.status == Status::Up
    }

    /// Whether it has a process at all, standing still or not.
    pub fn lives(&self) -> bool {
        matches!(self.status, Status::Up | Status::Frozen)
    }
}

impl Held {
    /// Keeps an input for later. Only messages count against the bound: completions and orders are few by nature.
    pub fn hold(&mut self, input: NodeInput, cause: Option<EventId>) -> Hold {
        if matches!(input, NodeInput::Receive { .. } | NodeInput::Client { .. }) {
            if self.messages >= HELD_MAX as u64 {
                return Hold::Dropped { news: !std::mem::replace(&mut self.told_full, true) };
            }
            self.messages += 1;
        }
        self.inputs.push_back((input, cause));
        Hold::Kept
    }

    /// How many messages wait.
    pub const fn messages(&self) -> u64 {
        self.messages
    }

    /// Hands everything out, in order.
    pub fn release(&mut self) -> VecDeque<(NodeInput, Option<EventId>)> {
        std::mem::take(self).inputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ActorId;
    use crate::domain::order::DeskMessage;

    fn message() -> NodeInput {
        NodeInput::Client { from: ActorId(0), message: DeskMessage::Probe }
    }

    #[test]
    fn messages_are_held_to_the_bound_and_completions_beyond_it() {
        let mut held = Held::default();
        for _ in 0..HELD_MAX {
            assert_eq!(held.hold(message(), None), Hold::Kept);
        }
        assert_eq!(held.hold(message(), None), Hold::Dropped { news: true });
        assert_eq!(held.hold(message(), None), Hold::Dropped { news: false });
        assert_eq!(held.hold(NodeInput::Persisted(PersistToken(1)), None), Hold::Kept);
        assert_eq!(held.messages(), HELD_MAX as u64);
        assert_eq!(held.release().len(), HELD_MAX + 1);
        assert_eq!(held.messages(), 0);
    }
    #[test]
    fn what_an_fsync_sets_free_is_of_the_newest_story_among_its_own_groups_writes() {
        let (p1, p2) = (GroupId(1), GroupId(2));
        let mut writes = WriteCauses::default();
        for (token, group, cause) in [(1, p1, Some(7)), (2, p2, Some(8)), (3, p1, None), (4, p1, Some(9))] {
            writes.note(PersistToken(token), group, cause.map(EventId));
        }
        let newest = |writes: &WriteCauses, upto, of| writes.newest(PersistToken(upto), of).map(|id: EventId| id.0);
        assert_eq!(newest(&writes, 1, Some(p1)), Some(7));
        assert_eq!(newest(&writes, 3, Some(p1)), Some(7), "an order in between is nobody's story");
        assert_eq!(newest(&writes, 3, Some(p2)), Some(8));
        assert_eq!((newest(&writes, 3, None), newest(&writes, 4, None)), (Some(8), Some(9)));
        writes.forget(PersistToken(3));
        assert_eq!(newest(&writes, 3, None), None);
        assert_eq!(newest(&writes, 9, Some(p1)), Some(9));
    }
}
