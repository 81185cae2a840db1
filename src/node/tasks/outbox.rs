//! The outbox: where messages between groups are addressed.
//!
//! Idea: a message names a group, and the outbox finds the node that leads it: by the own replica of that group, if there
//! is one, else by the node that last spoke for it, else by a voter that is alive. An address may be out of date; then the
//! message is passed on, and if nobody knows, lost. What a step has to say to a node travels together.
//! Bound: the messages of one step; one hint a group.

use std::collections::BTreeMap;

use crate::domain::ids::{GroupId, NodeId};

use super::message::{GroupMessage, HOPS_MAX, Header};
use crate::node::gateway::Directory;
use crate::node::message::{NodeEffect, NodeMessage};

/// Messages of the step that is on, and who last spoke for each group.
#[derive(Clone, Debug, Default)]
pub(in crate::node) struct Outbox {
    messages: Vec<GroupMessage>,
    hints: Vec<Option<NodeId>>,
}

impl Outbox {
    /// A message is to be sent.
    pub(in crate::node) fn push(&mut self, message: GroupMessage) {
        self.messages.push(message);
    }

    /// A message came from this node: it leads the group that speaks, if nobody passed it on.
    pub(in crate::node) fn note(&mut self, header: &Header, from: NodeId) {
        if header.hops > 0 {
            return;
        }
        let place = header.from.index();
        if self.hints.len() <= place {
            self.hints.resize(place + 1, None);
        }
        self.hints[place] = Some(from);
    }

    /// Passes a message on that should have gone to another node; after [`HOPS_MAX`] times it is lost.
    pub(in crate::node) fn pass_on(&mut self, mut message: GroupMessage) {
        if message.header.hops < HOPS_MAX {
            message.header.hops += 1;
            self.messages.push(message);
        }
    }

    /// Sends what there is. A message without an address is lost: its sender will send again.
    pub(in crate::node) fn flush(&mut self, me: NodeId, directory: &impl Directory, effects: &mut Vec<NodeEffect>) {
        if self.messages.is_empty() {
            return;
        }
        let mut bundles: BTreeMap<NodeId, Vec<GroupMessage>> = BTreeMap::new();
        for message in std::mem::take(&mut self.messages) {
            let Header { to, hops, .. } = message.header;
            // A node that passes a message on does not lead; to pass it to itself would be a circle.
            let to = self.address(me, to, directory).filter(|to| hops == 0 || *to != me);
            if let Some(to) = to {
                bundles.entry(to).or_default().push(message);
            }
        }
        let sends = bundles.into_iter().map(|(to, bundle)| (to, NodeMessage::Groups(bundle)));
        effects.extend(sends.map(|(to, message)| NodeEffect::Send { to, message }));
    }

    fn address(&self, me: NodeId, group: GroupId, directory: &impl Directory) -> Option<NodeId> {
        if directory.hosts(group) {
            return directory.leader(group);
        }
        let alive = |node: &NodeId| !directory.given_up(*node);
        let hint = self.hints.get(group.index()).copied().flatten().filter(alive);
        // A node that spoke for the group before the group moved away may know nothing of it now; its voters do.
        let voters = directory.map().voters(group);
        let voter = || voters.iter().copied().find(|node| alive(node) && *node != me);
        hint.filter(|node| voters.contains(node)).or_else(voter).or(hint)
    }
}
