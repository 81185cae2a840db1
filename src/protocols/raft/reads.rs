//! Linearisable reads without the log: ReadIndex and leases.
//!
//! Idea: a read may be served by a state that holds everything committed when it came. The leader notes its commit index
//! and makes sure that it still led at that time: by a round of beats that a majority answers (ReadIndex), or by a
//! majority that answered so recently that no voter may have elected another (lease). Until the leader committed an
//! entry of its own term it does not know what is committed, and refuses.
//! Shape: one round serves every read that came before it; while it is on its way the next ones wait for the next.
//! Bound: [`READS_WAITING_MAX`] reads wait; one more is refused (`Overloaded`). Rounds are remembered while unconfirmed,
//! at most `ROUNDS_MAX`; an older one can still confirm reads, not a lease.
//! Sources: Ongaro 2014 §6.4 (ReadIndex), §6.4.1 (leases).

use crate::domain::ids::{LogIndex, NodeId, ReadToken};
use crate::domain::time::{Now, SimTime};
use crate::domain::why::Why;
use crate::protocols::message::Effect;

use super::message::Body;
use super::replica::Raft;
use super::role::{Leadership, Role, WaitingRead};

/// Reads that wait for a round in one group; one more is refused.
pub const READS_WAITING_MAX: usize = 4_096;

const ROUNDS_MAX: usize = 64;

impl Raft {
    pub(super) fn on_read(&mut self, now: Now, token: ReadToken, out: &mut Vec<Effect>) {
        let refused = match &self.role {
            Role::Leader(leadership) if self.commit < leadership.opened_at => Some(Why::TermNotCommitted),
            Role::Leader(leadership) if leadership.reads.len() >= READS_WAITING_MAX => Some(Why::Overloaded),
            Role::Leader(_) => None,
            _ => Some(self.not_leader()),
        };
        if let Some(why) = refused {
            out.push(Effect::ReadRefused { token, why });
            return;
        }
        let index = self.commit;
        if self.lease_valid(now) || self.is_alone() {
            out.push(Effect::ReadReady { token, index });
            return;
        }
        let Role::Leader(leadership) = &mut self.role else { return };
        let round = leadership.round + 1;
        let under_way = leadership.reads.front().is_some_and(|read| read.round < round);
        leadership.reads.push_back(WaitingRead { token, index, round });
        if !under_way {
            self.start_round(now, out);
        }
    }

    /// The node's heartbeat timer.
    pub(super) fn on_beat_timer(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.start_round(now, out);
    }

    /// Beats to every follower, under a new number.
    fn start_round(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.see_off(now);
        let Role::Leader(leadership) = &mut self.role else { return };
        leadership.round += 1;
        if leadership.rounds_sent.len() >= ROUNDS_MAX {
            leadership.rounds_sent.pop_front();
        }
        leadership.rounds_sent.push_back((leadership.round, now.mono));
        let round = leadership.round;
        let beats: Vec<(NodeId, LogIndex)> =
            leadership.progress.iter().map(|progress| (progress.peer, progress.matched.min(self.commit))).collect();
        for (to, commit) in beats {
            self.send(to, Body::Beat { commit, round }, None, out);
        }
    }

    /// A follower answered a round: serve what a majority has confirmed, and begin the round that the rest waits for.
    pub(super) fn confirm_reads(&mut self, now: Now, out: &mut Vec<Effect>) {
        let Role::Leader(leadership) = &self.role else { return };
        let confirmed = self.confirmed_round(leadership);
        let Role::Leader(leadership) = &mut self.role else { return };
        while leadership.rounds_sent.front().is_some_and(|(round, _)| *round < confirmed) {
            leadership.rounds_sent.pop_front();
        }
        while let Some(read) = leadership.reads.front().filter(|read| read.round <= confirmed) {
            out.push(Effect::ReadReady { token: read.token, index: read.index });
            leadership.reads.pop_front();
        }
        if leadership.reads.front().is_some_and(|read| read.round > leadership.round) {
            self.start_round(now, out);
        }
    }

    /// Whether this replica leads and may answer a read from its own state: a majority answered a beat that was sent
    /// less than a lease ago.
    pub fn lease_valid(&self, now: Now) -> bool {
        let Role::Leader(leadership) = &self.role else { return false };
        if !self.leases_are_given() || leadership.lease_broken || leadership.transfer.is_some() {
            return false;
        }
        let confirmed = self.confirmed_round(leadership);
        let sent_at = leadership.rounds_sent.iter().find(|(round, _)| *round == confirmed).map(|(_, at)| *at);
        let alone = self.is_alone();
        self.commit >= leadership.opened_at && (alone || sent_at.is_some_and(|at| now.mono < at + self.lease_length()))
    }

    /// When the leader last heard a quorum, itself included if it votes.
    pub(super) fn quorum_heard_at(&self, leadership: &Leadership, now: Now) -> SimTime {
        SimTime(self.agreed(leadership, now.mono.0, |progress| progress.heard_at.0))
    }

    /// The latest round that a quorum answered; the leader answers its own at once.
    fn confirmed_round(&self, leadership: &Leadership) -> u64 {
        self.agreed(leadership, leadership.round, |progress| progress.answered_round)
    }
}
