//! A fixed primary and its backups: the smallest protocol behind the seam. Only tests compile it.
//!
//! Idea: the first voter orders the records, for ever; what every voter has on disk is committed. There are no elections, so a dead
//! node stops the group. It shows what a protocol must bring that is not Raft, and that the defaults do for the rest.
//! Left out: lost messages, restarts, snapshots for those who lack something.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::domain::digest::Digest;
use crate::domain::fact::LogFact;
use crate::domain::ids::{LogIndex, NodeId, NodeSet, PersistToken, Term};
use crate::domain::log::{DiskWrite, Entry, GroupImage, LogPoint, Payload, RaftSnapshot, SharedLog};
use crate::domain::membership::GroupConfig;
use crate::domain::rules::AckRule;
use crate::domain::time::{Now, SimDuration, SimTime};
use crate::domain::view::{MessageKind, ProgressView, RoleView};
use crate::domain::why::Why;

use super::message::{Effect, Input, PeerMessage};
use super::registry;
use super::replication::{Proposed, Replication};

/// The only reign.
const REIGN: Term = Term(1);

/// What they say to each other.
#[derive(Clone, Debug)]
pub enum Message {
    /// The next entry: boxed, so that test builds have messages of the usual size.
    Append(Arc<Entry>),
    /// It is on the backup's disk up to here.
    Written(LogIndex),
    /// The primary lives, and this is committed.
    Beat(LogIndex),
}

impl PeerMessage for Message {
    fn is_beat(&self) -> bool {
        matches!(self, Self::Beat(_))
    }

    fn is_of_leader(&self) -> bool {
        !matches!(self, Self::Written(_))
    }

    fn kind(&self) -> Option<MessageKind> {
        Some(match self {
            Self::Append(entry) => MessageKind::Append { first: entry.first, last: entry.last() },
            Self::Written(index) => MessageKind::AppendAnswer { matched: Some(*index) },
            Self::Beat(commit) => MessageKind::Beat(*commit),
        })
    }

    fn mix_into(&self, digest: Digest) -> Digest {
        match self {
            Self::Append(entry) => digest.mix(1).mix(entry.chain.0),
            Self::Written(index) => digest.mix(2).mix(index.0),
            Self::Beat(commit) => digest.mix(3).mix(commit.0),
        }
    }
}

/// A replica.
#[derive(Clone, Debug)]
pub struct FixedPrimary {
    me: NodeId,
    /// The primary, then its backups.
    voters: Vec<NodeId>,
    image: GroupImage,
    issued: PersistToken,
    /// Writes of the log that are on their way to the disk, with where each ends.
    writing: VecDeque<(PersistToken, LogIndex)>,
    /// Up to where each voter's log is on disk; a backup knows only its own.
    written: BTreeMap<NodeId, LogIndex>,
    commit: LogIndex,
}

impl FixedPrimary {
    /// A replica with an empty log.
    pub fn new(me: NodeId, voters: &[NodeId]) -> Self {
        let written = voters.iter().map(|node| (*node, LogIndex::ORIGIN)).collect();
        let (image, issued, writing, commit) = Default::default();
        Self { me, voters: voters.to_vec(), image, issued, writing, written, commit }
    }

    fn persist(&mut self, write: DiskWrite, out: &mut Vec<Effect>) -> PersistToken {
        self.image.apply(&write);
        self.issued = PersistToken(self.issued.0 + 1);
        out.push(Effect::Persist { token: self.issued, write });
        self.issued
    }

    fn append(&mut self, entry: Arc<Entry>, out: &mut Vec<Effect>) -> PersistToken {
        let point = LogPoint { index: entry.last(), term: entry.term, chain: entry.chain };
        out.push(Effect::State(LogFact::Appended(vec![point]).into()));
        let token = self.persist(DiskWrite::Append(vec![entry]), out);
        self.writing.push_back((token, point.index));
        token
    }

    fn send(to: NodeId, message: Message, after: Option<PersistToken>, out: &mut Vec<Effect>) {
        out.push(Effect::Send { to, message: registry::Message::Fixed(message), after });
    }

    fn note_written(&mut self, node: NodeId, index: LogIndex, out: &mut Vec<Effect>) {
        self.written.insert(node, index);
        if let Some(all) = self.written.values().min().copied().filter(|_| self.leads()) {
            self.commit_to(all, out);
        }
    }

    fn commit_to(&mut self, index: LogIndex, out: &mut Vec<Effect>) {
        let index = index.min(self.end().index);
        if let Some(to) = self.image.log.point_at(index).filter(|_| index > self.commit) {
            self.commit = index;
            let leading = self.leads().then_some(REIGN);
            out.push(Effect::State(LogFact::Committed { to, leading }.into()));
        }
    }

    fn receive(&mut self, from: NodeId, message: Message, out: &mut Vec<Effect>) {
        match message {
            Message::Append(entry) => {
                let upto = entry.last();
                let token = self.append(entry, out);
                Self::send(from, Message::Written(upto), Some(token), out);
            }
            Message::Written(index) => self.note_written(from, index, out),
            Message::Beat(commit) => self.commit_to(commit, out),
        }
    }
}

impl Replication for FixedPrimary {
    fn step(&mut self, _now: Now, input: Input, out: &mut Vec<Effect>) {
        match input {
            Input::Receive { from, message: registry::Message::Fixed(message) } => self.receive(from, message, out),
            Input::Persisted(token) => {
                while let Some((_, index)) = self.writing.pop_front_if(|(written, _)| *written <= token) {
                    self.note_written(self.me, index, out);
                }
            }
            Input::Beat => {
                for backup in &self.voters[1..] {
                    Self::send(*backup, Message::Beat(self.commit), None, out);
                }
            }
            Input::Read(token) if self.leads() => out.push(Effect::ReadReady { token, index: self.commit }),
            Input::Compact { snapshot, keep_after } => {
                self.persist(DiskWrite::Snapshot { snapshot, keep_after }, out);
            }
            other => out.extend(other.refusal(self.me)),
        }
    }

    fn propose(&mut self, _now: Now, payload: Payload, out: &mut Vec<Effect>) -> Result<Proposed, Why> {
        if !self.leads() {
            return Err(Why::NotLeader(self.leader()));
        }
        let entry = self.image.log.next_entry(REIGN, payload);
        let proposed = Proposed { first: entry.first, last: entry.last(), term: REIGN };
        self.append(Arc::clone(&entry), out);
        for backup in &self.voters[1..] {
            Self::send(*backup, Message::Append(Arc::clone(&entry)), None, out);
        }
        Ok(proposed)
    }

    fn archive(&mut self, number: u64, image: Arc<[u8]>, first: u64, out: &mut Vec<Effect>) {
        self.persist(DiskWrite::Archive { number, image, first }, out);
    }

    fn me(&self) -> NodeId {
        self.me
    }

    fn role(&self) -> RoleView {
        if self.leader() == Some(self.me) { RoleView::Leader } else { RoleView::Follower }
    }

    fn leader(&self) -> Option<NodeId> {
        self.voters.first().copied()
    }

    fn term(&self) -> Term {
        REIGN
    }

    fn log(&self) -> &SharedLog {
        &self.image.log
    }

    fn snapshot(&self) -> Option<&RaftSnapshot> {
        self.image.snapshot.as_ref()
    }

    fn synced_index(&self) -> LogIndex {
        self.written.get(&self.me).copied().unwrap_or_default()
    }

    fn commit_index(&self) -> LogIndex {
        self.commit
    }

    /// Everybody's disk, whatever the rule.
    fn acked_index(&self, _rule: AckRule) -> LogIndex {
        self.commit
    }

    fn ack_covers_commit(&self, _rule: AckRule) -> bool {
        true
    }

    fn missing_for(&self, _now: Now, _rule: AckRule, _silent: SimDuration) -> NodeSet {
        NodeSet::default()
    }

    fn deadline(&self) -> SimTime {
        SimTime::NEVER
    }

    fn group_config(&self) -> GroupConfig {
        GroupConfig::of(self.voters.iter().copied())
    }

    fn progress(&self) -> Vec<(NodeId, ProgressView)> {
        Vec::new()
    }
}
