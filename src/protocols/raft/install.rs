//! Snapshots: compacting the own log, and sending or taking over a state where the log is too short (§7).
//!
//! Idea: the node makes a snapshot of its applied state; the log before it is forgotten but for a tail, kept for followers
//! that are a little late. A follower that needs more gets the snapshot, and its log begins after it.
//! Sources: Ongaro & Ousterhout 2014 §7.

use std::sync::Arc;

use crate::domain::event::EventKind;
use crate::domain::fact::LogFact;
use crate::domain::ids::{LogIndex, NodeId};
use crate::domain::log::{DiskWrite, LogPoint, RaftSnapshot};
use crate::domain::view::ProgressMode;
use crate::protocols::message::Effect;

use super::message::Body;
use super::replica::Raft;
use super::role::Role;

impl Raft {
    pub(super) fn on_compact(&mut self, snapshot: RaftSnapshot, keep_after: LogIndex, out: &mut Vec<Effect>) {
        assert!(snapshot.index <= self.commit, "a snapshot holds only what is committed");
        assert!(keep_after <= snapshot.index, "what is forgotten is in the snapshot");
        let older = self.image.snapshot.as_ref().is_some_and(|held| held.index >= snapshot.index);
        if older {
            return;
        }
        assert!(*snapshot.config == self.membership.at(snapshot.index), "a snapshot carries its configuration");
        self.membership.compact(&snapshot);
        out.push(Effect::Tell(EventKind::SnapshotTaken { index: snapshot.index }));
        self.persist(DiskWrite::Snapshot { snapshot, keep_after }, out);
    }

    /// The state machine has packed something that its disk shall keep beside the log.
    pub fn archive(&mut self, number: u64, image: Arc<[u8]>, first: u64, out: &mut Vec<Effect>) {
        self.persist(DiskWrite::Archive { number, image, first }, out);
    }

    /// The log no longer holds what this follower needs.
    pub(super) fn send_snapshot(&mut self, place: usize, out: &mut Vec<Effect>) {
        let Some(snapshot) = self.image.snapshot.clone() else { return };
        let index = snapshot.index;
        let Role::Leader(leadership) = &mut self.role else { return };
        let round = leadership.round;
        let progress = &mut leadership.progress[place];
        progress.probe(index.next());
        progress.mode = ProgressMode::Snapshot;
        progress.sent(index, round);
        let to = progress.peer;
        out.push(Effect::Tell(EventKind::SnapshotSent { to, index }));
        self.send(to, Body::Snapshot(snapshot), None, out);
    }

    pub(super) fn on_snapshot(&mut self, from: NodeId, snapshot: RaftSnapshot, out: &mut Vec<Effect>) {
        let (index, term) = (snapshot.index, snapshot.term);
        let held = self.image.log.point_at(index).is_some_and(|point| point.term == term);
        self.verified = self.verified.max(index);
        if index <= self.commit || held {
            // The log has it all: no state needs to be replaced.
            self.commit_to(index, None, out);
            self.answer_match(from, index, out);
            return;
        }
        let agreed = self.commit;
        let base = LogPoint { index, term, chain: snapshot.chain };
        out.push(Effect::State(LogFact::Installed { base, state: snapshot.image.digest }.into()));
        out.push(Effect::Tell(EventKind::SnapshotInstalled { index }));
        out.push(Effect::Install(snapshot.clone()));
        self.membership.install(&snapshot);
        let token = self.persist(DiskWrite::Snapshot { snapshot, keep_after: index }, out);
        self.disk.log_written(token, agreed, self.image.log.end().index);
        self.commit = index;
        self.answer_match(from, index, out);
    }
}
