//! Changing who belongs to the group: learners first, then votes, through a joint configuration.
//!
//! Idea: a new server first receives the log without a vote, so that it can't stop commits while it is behind. When it
//! keeps up, the leader appends the joint configuration, which holds at once; when that is committed, the leader appends
//! the one without the old voters by itself. A leader that is no voter of it goes on until it is committed, not
//! counting itself, and then hands over. Whoever leads next goes on with what its log says; nobody else needs to know.
//! Shape: `propose_config` refuses or appends; `go_on_with_change` is what a commit makes possible; `reconfigure` fits the
//! leader's followers to the configuration that holds. `quorum` counts.
//! Safety: a leader proposes a configuration only while it hears a majority of its voters. It would hold at once, and without
//! that majority nothing could commit, not even the way back (etcd calls this its strict reconfiguration check).
//! Bound: one change at a time. Who leaves is told so for at most one election timeout after the commit.
//! Sources: Ongaro & Ousterhout 2014 §6; Ongaro 2014 §4.2.1 (catching up), §4.2.2 (a leader that leaves), §4.3.

use std::sync::Arc;

use crate::domain::event::{EventKind, StepDown};
use crate::domain::ids::{LogIndex, NodeId, NodeSet};
use crate::domain::log::Payload;
use crate::domain::membership::{ConfigChange, GroupConfig};
use crate::domain::time::Now;
use crate::domain::why::Why;
use crate::protocols::message::Effect;
use crate::protocols::replication::{Proposed, Replication};

use super::progress::{Leaving, Progress};
use super::replica::Raft;
use super::role::{Role, Transfer};

/// Records that a follower may lack and still take over: more than a busy group has on its way to it.
const CLOSE_RECORDS: u64 = 1_024;

impl Raft {
    /// Begins a change of the configuration, if this replica leads and none is going on.
    pub fn propose_config(&mut self, now: Now, change: ConfigChange, out: &mut Vec<Effect>) -> Result<Proposed, Why> {
        let config = self.changed(now, change)?;
        let proposed = self.append_config(now, config, out);
        self.check_invariants();
        Ok(proposed)
    }

    /// The same, as an input: a refusal is told.
    pub(super) fn on_change_config(&mut self, now: Now, change: ConfigChange, out: &mut Vec<Effect>) {
        if let Err(why) = self.propose_config(now, change, out) {
            out.push(Effect::Tell(EventKind::ConfigRefused { why }));
        }
    }

    /// The configuration that a change leads to next, or why it must not begin.
    fn changed(&self, now: Now, change: ConfigChange) -> Result<GroupConfig, Why> {
        let Role::Leader(leadership) = &self.role else { return Err(self.not_leader()) };
        if leadership.transfer.is_some() {
            return Err(Why::TransferRunning);
        }
        if self.commit < leadership.opened_at {
            return Err(Why::TermNotCommitted);
        }
        if self.config_change_runs() {
            return Err(Why::ConfigChangeRunning);
        }
        let mut config = self.membership.current();
        match change {
            ConfigChange::AddLearner(node) => {
                if config.members().contains(node) {
                    return Err(Why::AlreadySo);
                }
                config.learners.insert(node);
            }
            ConfigChange::DropLearner(node) => {
                if !config.learners.remove(node) {
                    return Err(Why::NotLearner);
                }
            }
            ConfigChange::Voters(voters) => {
                self.may_vote(now, voters)?;
                config = config.toward(voters);
                if !self.changes_in_two_steps() {
                    config = config.settled();
                }
            }
        }
        Ok(config)
    }

    /// Whether these may become the voters.
    fn may_vote(&self, now: Now, voters: NodeSet) -> Result<(), Why> {
        let config = self.membership.current();
        if voters.is_empty() {
            return Err(Why::NoVoters);
        }
        if voters == config.voters {
            return Err(Why::AlreadySo);
        }
        for node in voters.minus(config.voters).iter() {
            if !config.learners.contains(node) {
                return Err(Why::NotLearner);
            }
            if !self.keeps_up(now, node) {
                return Err(Why::LearnerBehind);
            }
        }
        // From the moment it is appended nothing commits without a majority of them, not even the way back.
        let heard = voters.iter().filter(|node| *node == self.config.me || self.heard_lately(now, *node));
        if heard.count() <= voters.len() / 2 { Err(Why::QuorumNotReached) } else { Ok(()) }
    }

    /// Whether a change of the configuration is going on: the latest one is not committed, or joint.
    pub fn config_change_runs(&self) -> bool {
        self.membership.since() > self.commit || self.membership.current().is_joint()
    }

    fn append_config(&mut self, now: Now, config: GroupConfig, out: &mut Vec<Effect>) -> Proposed {
        let first = self.image.log.end().index.next();
        let last = self.append_own(Payload::Config(Arc::new(config)), out).index;
        out.push(Effect::Tell(EventKind::ConfigAppended { config }));
        self.reconfigure(now, last);
        self.fill_all(now, out);
        Proposed { first, last, term: self.term() }
    }

    /// The configuration changed at this index: whoever is new is probed, whoever is gone is only told so.
    fn reconfigure(&mut self, now: Now, at: LogIndex) {
        let members = self.membership.current().members();
        let (me, end) = (self.config.me, self.image.log.end().index);
        let Role::Leader(leadership) = &mut self.role else { return };
        // Who comes back while it leaves may have forgotten everything: nothing is known of it.
        leadership.progress.retain(|progress| progress.leaving.is_none() || !members.contains(progress.peer));
        for peer in members.iter().filter(|peer| *peer != me) {
            if leadership.place_of(peer).is_none() {
                leadership.progress.push(Progress::new(peer, end, now.mono));
            }
        }
        for progress in &mut leadership.progress {
            if !members.contains(progress.peer) && progress.leaving.is_none() {
                progress.leaving = Some(Leaving::at(at));
            }
        }
        leadership.progress.sort_by_key(|progress| progress.peer);
    }

    /// The commit index moved from `before`: a configuration may be settled by that, and the next step be due.
    pub(super) fn go_on_with_change(&mut self, now: Now, before: LogIndex, out: &mut Vec<Effect>) {
        let (config, since) = (self.membership.current(), self.membership.since());
        let until = now.mono + self.config.election_max;
        let (me, commit) = (self.config.me, self.commit);
        let Role::Leader(leadership) = &mut self.role else { return };
        if since > commit {
            return;
        }
        if since > before {
            leadership.progress.iter_mut().filter_map(|progress| progress.leaving.as_mut()).for_each(|leaving| {
                leaving.until = leaving.until.min(until);
            });
            out.push(Effect::Tell(EventKind::ConfigCommitted { config }));
        }
        // A target that was told to stand shall not find a log that grew meanwhile; whoever leads then goes on.
        if leadership.transfer.is_some() {
            return;
        }
        if config.is_joint() {
            self.append_config(now, config.settled(), out);
        } else if !config.voters.contains(me) {
            self.bow_out(now, out);
        }
    }

    /// A leader without a vote has done its work: it hands over to the best voter, or just steps down.
    fn bow_out(&mut self, now: Now, out: &mut Vec<Effect>) {
        match self.transfer_target(now, None) {
            Ok(to) => {
                let until = now.mono + self.config.election_max;
                if let Role::Leader(leadership) = &mut self.role {
                    leadership.transfer = Some(Transfer { to, until, told: false });
                }
                out.push(Effect::Tell(EventKind::TransferBegan { to }));
                self.hand_over_if_ready(now, out);
            }
            Err(_) => self.step_down(now, StepDown::Removed, out),
        }
    }

    /// Whether a committed configuration has no vote for this leader.
    pub(super) fn is_voted_out(&self) -> bool {
        let config = self.membership.current();
        self.membership.since() <= self.commit && !config.electorate().contains(self.config.me)
    }

    /// A learner's match moved: one of its rounds may be over.
    pub(super) fn note_catch_up(&mut self, now: Now, place: usize, out: &mut Vec<Effect>) {
        let (end, limit) = (self.image.log.end().index, self.config.election_min);
        let learners = self.membership.current().learners;
        let Role::Leader(leadership) = &mut self.role else { return };
        let progress = &mut leadership.progress[place];
        if learners.contains(progress.peer) && progress.catch_up.matched(progress.matched, end, now.mono, limit) {
            out.push(Effect::Tell(EventKind::LearnerReady { learner: progress.peer }));
        }
    }

    /// The host has applied the log this far.
    pub fn note_applied(&mut self, now: Now, upto: LogIndex) {
        self.applied.note(now.mono, upto, self.config.election_max);
    }

    /// Whether a follower has applied what this replica had applied a while ago.
    fn applies(&self, progress: &Progress) -> bool {
        progress.applied >= self.applied.earlier()
    }

    /// Whether a follower keeps up, so that its vote would not hold up the group (Ongaro 2014 §4.2.1). False where this
    /// replica does not lead.
    pub fn keeps_up(&self, now: Now, node: NodeId) -> bool {
        let Role::Leader(leadership) = &self.role else { return false };
        let limit = self.config.election_min;
        leadership.place_of(node).map(|place| &leadership.progress[place]).is_some_and(|progress| {
            let heard = now.mono.since(progress.heard_at) < self.config.election_max;
            heard && self.applies(progress) && progress.catch_up.keeps_up(progress.matched, now.mono, limit)
        })
    }

    /// Whether a follower answered within the longest election timeout.
    fn heard_lately(&self, now: Now, node: NodeId) -> bool {
        let Role::Leader(leadership) = &self.role else { return false };
        let place = leadership.place_of(node);
        place.is_some_and(|place| now.mono.since(leadership.progress[place].heard_at) < self.config.election_max)
    }

    /// Whether a follower could take over at once: it was heard lately, and lacks no more than is on its way at any time.
    /// False where this replica does not lead.
    pub fn is_close_behind(&self, now: Now, node: NodeId) -> bool {
        let Role::Leader(leadership) = &self.role else { return false };
        leadership.place_of(node).map(|place| &leadership.progress[place]).is_some_and(|progress| {
            let heard = now.mono.since(progress.heard_at) < self.config.election_max;
            heard && self.applies(progress) && self.image.log.end().index.since(progress.matched) <= CLOSE_RECORDS
        })
    }

    /// The voter that could take over at once and has applied most of the log, with how much that is; the leader itself left
    /// out. `None` if this replica does not lead, or no voter could.
    pub fn most_applied(&self, now: Now) -> Option<(NodeId, LogIndex)> {
        let Role::Leader(leadership) = &self.role else { return None };
        let config = self.membership.current();
        let able = leadership
            .progress
            .iter()
            .filter(|progress| config.voters.contains(progress.peer) && self.is_close_behind(now, progress.peer));
        able.max_by_key(|progress| (progress.applied, std::cmp::Reverse(progress.peer)))
            .map(|progress| (progress.peer, progress.applied))
    }

    /// Forgets those who left and know it, or who had their time to hear it.
    pub(super) fn see_off(&mut self, now: Now) {
        let (commit, me) = (self.commit, self.config.me);
        let Role::Leader(leadership) = &mut self.role else { return };
        let next_round = leadership.round + 1;
        debug_assert!(leadership.place_of(me).is_none(), "a leader does not follow itself");
        leadership.progress.retain_mut(|progress| {
            let (matched, answered) = (progress.matched, progress.answered_round);
            progress.leaving.as_mut().is_none_or(|leaving| {
                let hears_it = leaving.at <= commit.min(matched);
                if hears_it && leaving.told_in.is_none() {
                    leaving.told_in = Some(next_round);
                }
                now.mono < leaving.until && leaving.told_in.is_none_or(|round| answered < round)
            })
        });
    }
}
