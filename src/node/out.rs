//! Where a step's effects go: the one list that the scheduler reads, with the bookkeeping that every part shares.
//!
//! Idea: parts of a node (replicas, gateway, heart) never see each other; they see `Out`. Beats of many groups to one
//! peer are gathered here and leave as one message, which is what keeps hundreds of groups cheap.
//! Shape: `Tokens` maps the node's persist tokens to those of its groups. A fsync covers what all groups wrote before
//! it began, so the node's tokens complete in order.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::actor::Draft;
use crate::domain::event::EventKind;
use crate::domain::fact::{Fact, ReplicaFact};
use crate::domain::ids::{GroupId, NodeId, PersistToken};
use crate::domain::log::DiskWrite;
use crate::domain::map::Epoch;
use crate::protocols::message::{Effect, PeerMessage};
use crate::protocols::registry::Message;

use super::message::{NodeEffect, NodeMessage};
use super::tasks::Outbox;
use super::tasks::message::{Body as GroupBody, GroupMessage, Header};

/// The node's persist tokens, and whose they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    last: PersistToken,
    open: VecDeque<(PersistToken, GroupId, PersistToken)>,
}

impl Tokens {
    fn open(&mut self, group: GroupId, token: PersistToken) -> PersistToken {
        self.last = PersistToken(self.last.0 + 1);
        self.open.push_back((self.last, group, token));
        self.last
    }

    /// The node's token of a write of a group that is still on its way; the last one, if it is none.
    pub(super) fn of_node(&self, group: GroupId, token: PersistToken) -> PersistToken {
        // Nearly always the write of this very step.
        let known = self.open.iter().rev().find(|(_, of, own)| *of == group && *own <= token);
        known.map_or(self.last, |(known, ..)| *known)
    }

    /// Nobody waits for writes of this group any more: its replica is gone, and the next one counts again.
    fn forget(&mut self, group: GroupId) {
        self.open.retain(|(_, of, _)| *of != group);
    }

    /// Takes out what is on disk now: the last token of each group, its own and the node's. It stands for all before it.
    pub(super) fn close(&mut self, upto: PersistToken) -> BTreeMap<GroupId, (PersistToken, PersistToken)> {
        let done = self.open.partition_point(|(token, ..)| *token <= upto);
        self.open.drain(..done).map(|(token, group, own)| (group, (own, token))).collect()
    }
}

/// Beats and their answers, gathered by peer while a step is on.
#[derive(Clone, Debug, Default)]
pub(super) struct Beats {
    by_peer: Vec<Vec<(GroupId, Message)>>,
    peers: Vec<NodeId>,
}

impl Beats {
    /// Takes what was gathered for a peer.
    pub(super) fn take(&mut self, peer: NodeId) -> Vec<(GroupId, Message)> {
        self.by_peer.get_mut(peer.index()).map(std::mem::take).unwrap_or_default()
    }

    /// Whether nothing was gathered.
    pub(super) fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }

    /// Takes all that was gathered, in the order in which it came up.
    pub(super) fn take_all(&mut self) -> Vec<(NodeId, Vec<(GroupId, Message)>)> {
        let peers = std::mem::take(&mut self.peers);
        peers.into_iter().map(|peer| (peer, self.take(peer))).filter(|(_, groups)| !groups.is_empty()).collect()
    }

    fn push(&mut self, peer: NodeId, group: GroupId, message: Message) {
        if self.by_peer.len() <= peer.index() {
            self.by_peer.resize_with(peer.index() + 1, Vec::new);
        }
        let gathered = &mut self.by_peer[peer.index()];
        if gathered.is_empty() {
            self.peers.push(peer);
        }
        gathered.push((group, message));
    }
}

/// What leaves a node and is kept track of: writes, beats, messages between groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Exit {
    pub(super) tokens: Tokens,
    pub(super) beats: Beats,
    pub(super) outbox: Outbox,
    /// An empty buffer for the effects of a core, kept for the next one: a step has a few, and allocating cost as much as they.
    pub(super) buffer: Vec<Effect>,
}

/// The effects of the step that is on.
pub(super) struct Out<'a> {
    pub(super) me: NodeId,
    pub(super) effects: &'a mut Vec<NodeEffect>,
    pub(super) exit: &'a mut Exit,
}

impl Out<'_> {
    /// Sends to a node.
    pub(super) fn send(&mut self, to: NodeId, message: NodeMessage) {
        self.effects.push(NodeEffect::Send { to, message });
    }

    /// Sends a message within a group; beats are gathered.
    pub(super) fn send_within(&mut self, group: GroupId, to: NodeId, message: Message) {
        if message.is_beat() {
            self.exit.beats.push(to, group, message);
        } else {
            self.send(to, NodeMessage::Replica { group, message });
        }
    }

    /// Sends from one group to another, by the map of this epoch.
    pub(super) fn send_to_group(&mut self, from: GroupId, to: GroupId, epoch: Epoch, body: GroupBody) {
        self.exit.outbox.push(GroupMessage { header: Header { to, from, epoch, hops: 0 }, body });
    }

    /// Writes for a group.
    pub(super) fn persist(&mut self, group: GroupId, token: PersistToken, write: DiskWrite) {
        let token = self.exit.tokens.open(group, token);
        self.effects.push(NodeEffect::Persist { token, group, write });
    }

    /// Frees what the disk holds of a group.
    pub(super) fn forget(&mut self, group: GroupId) {
        self.exit.tokens.forget(group);
        self.persist(group, PersistToken::default(), DiskWrite::Forget);
    }

    /// What follows comes of this group's writes up to the node's token.
    pub(super) fn synced(&mut self, group: GroupId, upto: PersistToken) {
        self.effects.push(NodeEffect::Synced { group, upto });
    }

    /// Tells everybody.
    pub(super) fn tell(&mut self, group: Option<GroupId>, kind: EventKind) {
        self.effects.push(NodeEffect::Tell(Draft { node: Some(self.me), group, kind }));
    }

    /// Tells the auditor.
    pub(super) fn state(&mut self, group: GroupId, what: impl Into<ReplicaFact>) {
        self.effects.push(NodeEffect::State(Fact::Replica { node: self.me, group, what: what.into() }));
    }
}
