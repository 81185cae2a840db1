//! The post of a node: letters between groups, and whom they are sent to.
//!
//! Idea: a letter goes to whoever is believed to lead the group: the own replica's belief, else whoever wrote for that group
//! last and is among its voters, else the first voter that is not given up. A wrong guess costs a hop or a letter, never the truth.
//! Bound: a hint a group; letters leave with the step that wrote them.

use crate::domain::ids::{GroupId, NodeId};

use super::gateway::Directory;
use super::letter::{HOPS_MAX, Letter};
use super::message::{NodeEffect, NodeMessage};

/// Letters of the step that is on, and who wrote last for each group.
#[derive(Clone, Debug, Default)]
pub(super) struct Post {
    letters: Vec<Letter>,
    hints: Vec<Option<NodeId>>,
}

impl Post {
    /// A letter is written.
    pub(super) fn write(&mut self, letter: Letter) {
        self.letters.push(letter);
    }

    /// A letter came from this node: it leads the group that wrote, if nobody passed it on.
    pub(super) fn note(&mut self, letter: &Letter, from: NodeId) {
        if letter.hops > 0 {
            return;
        }
        let place = letter.from.index();
        if self.hints.len() <= place {
            self.hints.resize(place + 1, None);
        }
        self.hints[place] = Some(from);
    }

    /// Passes a letter on that should have gone to somebody else; after [`HOPS_MAX`] times it is lost.
    pub(super) fn pass_on(&mut self, letter: Letter) {
        if letter.hops < HOPS_MAX {
            let hops = letter.hops + 1;
            self.letters.push(Letter { hops, ..letter });
        }
    }

    /// Sends what was written. A letter of which nobody knows where to is lost: its writer will write again.
    pub(super) fn flush(&mut self, me: NodeId, directory: &impl Directory, effects: &mut Vec<NodeEffect>) {
        for letter in std::mem::take(&mut self.letters) {
            // Who passes a letter on does not lead; to pass it to oneself would be a circle.
            let to = self.address(me, letter.to, directory).filter(|to| letter.hops == 0 || *to != me);
            if let Some(to) = to {
                effects.push(NodeEffect::Send { to, message: NodeMessage::Letter(letter) });
            }
        }
    }

    fn address(&self, me: NodeId, group: GroupId, directory: &impl Directory) -> Option<NodeId> {
        if directory.hosts(group) {
            return directory.leader(group);
        }
        let alive = |node: &NodeId| !directory.given_up(*node);
        let hint = self.hints.get(group.index()).copied().flatten().filter(alive);
        // Who wrote for the group before it moved away may know nothing of it any more; its voters know their leader.
        let voters = directory.map().voters(group);
        let voter = || voters.iter().copied().find(|node| alive(node) && *node != me);
        hint.filter(|node| voters.contains(node)).or_else(voter).or(hint)
    }
}
