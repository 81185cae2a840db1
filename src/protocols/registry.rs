//! The protocols that there are, a row each; nothing outside this room names one.
//!
//! Idea: one enum of replicas and one of messages, dispatched by a match. A world is cloned for each checkpoint, and a step asks
//! its replica dozens of small questions: an enum is `Clone`, and each question stays one load from memory.
//! Shape: a new protocol is a variant of [`Replicator`], one of [`Message`], a line in each match, and where
//! [`Replicator::new`] chooses it. A test holds the list of calls equal to the trait's, because a call that is not passed on would
//! silently get the default.

use std::sync::Arc;

use crate::domain::chance::Chance;
use crate::domain::digest::Digest;
use crate::domain::ids::{LogIndex, NodeId, NodeSet, Term};
use crate::domain::log::{GroupImage, LogPoint, Payload, RaftSnapshot, SharedLog};
use crate::domain::membership::{ConfigChange, GroupConfig};
use crate::domain::rules::{AckRule, Rules};
use crate::domain::settings::Settings;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::view::{MessageKind, ProgressView, RoleView};
use crate::domain::why::Why;

#[cfg(test)]
use super::fixed_primary;
use super::message::{Effect, Input, PeerMessage};
use super::raft;
use super::replication::{ElectionView, Proposed, Replication};

/// A replica of a group, under the protocol of that group.
#[derive(Clone, Debug)]
#[cfg_attr(test, expect(clippy::large_enum_variant, reason = "only tests have a small one"))]
pub enum Replicator {
    /// Raft.
    Raft(raft::Raft),
    /// The smallest protocol, for tests.
    #[cfg(test)]
    Fixed(fixed_primary::FixedPrimary),
}

/// A message between replicas of one group, in the words of their protocol.
#[derive(Clone, Debug)]
pub enum Message {
    /// Raft.
    Raft(raft::message::Message),
    /// The smallest protocol, for tests.
    #[cfg(test)]
    Fixed(fixed_primary::Message),
}

/// What a replica begins with, whatever its protocol.
#[derive(Debug)]
pub struct ReplicaBoot<'a> {
    /// The node that it is on.
    pub me: NodeId,
    /// The voters that the group began with; empty for a replica that joins later.
    pub voters: &'a [NodeId],
    /// The settings of the run: each protocol has a section of its own.
    pub settings: &'a Settings,
    /// The rules that are on.
    pub rules: Rules,
    /// What the disk holds.
    pub image: GroupImage,
    /// The node's clocks.
    pub now: Now,
    /// A stream of its own.
    pub chance: Chance,
}

impl Replicator {
    /// A replica as its disk has it. Here a group's protocol is chosen.
    pub fn new(boot: ReplicaBoot<'_>) -> Self {
        let ReplicaBoot { me, voters, settings, rules, image, now, chance } = boot;
        let config = raft::RaftConfig::new(me, voters.to_vec(), &settings.raft, rules);
        Self::Raft(raft::Raft::new(config, image, now, chance))
    }
}

impl Message {
    /// In the words of Raft; nothing, if it is of another protocol.
    pub fn raft(self) -> Option<raft::message::Message> {
        match self {
            Self::Raft(message) => Some(message),
            #[cfg(test)]
            Self::Fixed(_) => None,
        }
    }
}

impl From<raft::message::Message> for Message {
    fn from(message: raft::message::Message) -> Self {
        Self::Raft(message)
    }
}

/// Passes calls on to whichever protocol it is.
macro_rules! each {
    ($whole:expr, $one:ident => $call:expr) => {
        match $whole {
            Self::Raft($one) => $call,
            #[cfg(test)]
            Self::Fixed($one) => $call,
        }
    };
}

impl PeerMessage for Message {
    fn is_beat(&self) -> bool {
        each!(self, message => message.is_beat())
    }

    fn is_of_leader(&self) -> bool {
        each!(self, message => message.is_of_leader())
    }

    fn kind(&self) -> Option<MessageKind> {
        each!(self, message => message.kind())
    }

    fn mix_into(&self, digest: Digest) -> Digest {
        each!(self, message => message.mix_into(digest))
    }
}

impl Replication for Replicator {
    fn step(&mut self, now: Now, input: Input, out: &mut Vec<Effect>) {
        each!(self, one => one.step(now, input, out));
    }

    fn propose(&mut self, now: Now, payload: Payload, out: &mut Vec<Effect>) -> Result<Proposed, Why> {
        each!(self, one => one.propose(now, payload, out))
    }

    fn archive(&mut self, number: u64, image: Arc<[u8]>, first: u64, out: &mut Vec<Effect>) {
        each!(self, one => one.archive(number, image, first, out));
    }

    fn me(&self) -> NodeId {
        each!(self, one => one.me())
    }

    fn role(&self) -> RoleView {
        each!(self, one => one.role())
    }

    fn leads(&self) -> bool {
        each!(self, one => one.leads())
    }

    fn leader(&self) -> Option<NodeId> {
        each!(self, one => one.leader())
    }

    fn term(&self) -> Term {
        each!(self, one => one.term())
    }

    fn log(&self) -> &SharedLog {
        each!(self, one => one.log())
    }

    fn end(&self) -> LogPoint {
        each!(self, one => one.end())
    }

    fn snapshot(&self) -> Option<&RaftSnapshot> {
        each!(self, one => one.snapshot())
    }

    fn synced_index(&self) -> LogIndex {
        each!(self, one => one.synced_index())
    }

    fn commit_index(&self) -> LogIndex {
        each!(self, one => one.commit_index())
    }

    fn acked_index(&self, rule: AckRule) -> LogIndex {
        each!(self, one => one.acked_index(rule))
    }

    fn ack_covers_commit(&self, rule: AckRule) -> bool {
        each!(self, one => one.ack_covers_commit(rule))
    }

    fn missing_for(&self, now: Now, rule: AckRule, silent: SimDuration) -> NodeSet {
        each!(self, one => one.missing_for(now, rule, silent))
    }

    fn deadline(&self) -> SimTime {
        each!(self, one => one.deadline())
    }

    fn group_config(&self) -> GroupConfig {
        each!(self, one => one.group_config())
    }

    fn progress(&self) -> Vec<(NodeId, ProgressView)> {
        each!(self, one => one.progress())
    }

    fn election(&self, now: Now) -> ElectionView {
        each!(self, one => one.election(now))
    }

    fn transferring_to(&self) -> Option<NodeId> {
        each!(self, one => one.transferring_to())
    }

    fn note_applied(&mut self, now: Now, upto: LogIndex) {
        each!(self, one => one.note_applied(now, upto));
    }

    fn most_applied(&self, now: Now) -> Option<(NodeId, LogIndex)> {
        each!(self, one => one.most_applied(now))
    }

    fn is_close_behind(&self, now: Now, node: NodeId) -> bool {
        each!(self, one => one.is_close_behind(now, node))
    }

    fn propose_config(&mut self, now: Now, change: ConfigChange, out: &mut Vec<Effect>) -> Result<Proposed, Why> {
        each!(self, one => one.propose_config(now, change, out))
    }

    fn config_change_runs(&self) -> bool {
        each!(self, one => one.config_change_runs())
    }

    fn config_is_committed(&self) -> bool {
        each!(self, one => one.config_is_committed())
    }

    fn group_config_at(&self, index: LogIndex) -> GroupConfig {
        each!(self, one => one.group_config_at(index))
    }

    fn keeps_up(&self, now: Now, node: NodeId) -> bool {
        each!(self, one => one.keeps_up(now, node))
    }

    fn reads_waiting(&self) -> usize {
        each!(self, one => one.reads_waiting())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The functions that a source declares after a mark.
    fn calls<'a>(source: &'a str, mark: &str) -> BTreeSet<&'a str> {
        let from = source.find(mark).expect("the mark is there");
        let block = &source[from..from + source[from..].find("\n}\n").expect("a block ends")];
        block.lines().filter_map(|line| line.strip_prefix("    fn ")?.split('(').next()).collect()
    }

    #[test]
    fn every_call_is_passed_on() {
        let asked = calls(include_str!("replication.rs"), "pub trait Replication");
        assert!(asked.len() > 20, "the trait was found: {asked:?}");
        assert_eq!(calls(include_str!("registry.rs"), "impl Replication for Replicator"), asked);
        assert_eq!(calls(include_str!("raft/observe.rs"), "impl Replication for Raft"), asked, "Raft has everything");
    }
}
