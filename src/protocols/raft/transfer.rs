//! Handing leadership over, and a leader's own deadlines.
//!
//! Idea: the leader brings the target up to its end, taking no proposals meanwhile, and tells it to stand at once
//! (`TimeoutNow`). That candidacy passes pre-vote and the voters' lease, being the leader's own wish. The attempt is bounded
//! by an election timeout; after it the leader goes on, but without leases for the rest of its term, because the
//! message may still arrive.
//! Sources: Ongaro 2014 §3.10 (transfer), §6.2 (check-quorum), §6.4.1 (transfer ends the lease).

use crate::domain::event::{EventKind, StepDown};
use crate::domain::ids::NodeId;
use crate::domain::time::Now;
use crate::domain::why::Why;
use crate::protocols::message::Effect;

use super::message::Body;
use super::replica::Raft;
use super::role::{Role, Transfer};

impl Raft {
    pub(super) fn on_transfer(&mut self, now: Now, to: Option<NodeId>, out: &mut Vec<Effect>) {
        let me = self.config.me;
        match self.transfer_target(now, to) {
            Err(why) => out.push(Effect::Tell(EventKind::TransferFailed { to: to.unwrap_or(me), why })),
            Ok(to) => {
                let until = now.mono + self.config.election_max;
                if let Role::Leader(leadership) = &mut self.role {
                    leadership.transfer = Some(Transfer { to, until, told: false });
                }
                out.push(Effect::Tell(EventKind::TransferBegan { to }));
                self.hand_over_if_ready(now, out);
            }
        }
    }

    /// The node that was asked for, or the follower that is furthest among those that were heard lately.
    pub(super) fn transfer_target(&self, now: Now, to: Option<NodeId>) -> Result<NodeId, Why> {
        let Role::Leader(leadership) = &self.role else { return Err(self.not_leader()) };
        if leadership.transfer.is_some() {
            return Err(Why::TransferRunning);
        }
        // In a joint configuration only to those that stay.
        let voters = self.membership.current().voters;
        match to {
            Some(node) if node == self.config.me => Err(Why::AlreadySo),
            Some(node) if !voters.contains(node) => Err(Why::NotVoter),
            Some(node) => Ok(node),
            None => leadership
                .progress
                .iter()
                .filter(|progress| voters.contains(progress.peer))
                .filter(|progress| now.mono.since(progress.heard_at) < self.config.election_min)
                .rev()
                .max_by_key(|progress| progress.matched)
                .map(|progress| progress.peer)
                .ok_or(Why::NoTarget),
        }
    }

    /// Tells the target to stand, once it holds everything.
    pub(super) fn hand_over_if_ready(&mut self, now: Now, out: &mut Vec<Effect>) {
        // A leader that leaves takes nothing uncommitted with it: its successor's votes never pass by here.
        let leaves = self.is_voted_out();
        if leaves && self.commit < self.image.log.end().index {
            return;
        }
        let end = self.image.log.end().index;
        let Role::Leader(leadership) = &mut self.role else { return };
        let Some(transfer) = leadership.transfer.as_mut().filter(|transfer| !transfer.told) else { return };
        let ready = leadership.progress.iter().any(|p| p.peer == transfer.to && p.matched == end);
        if ready {
            transfer.told = true;
            leadership.lease_broken = true;
            let to = transfer.to;
            self.send(to, Body::TimeoutNow, None, out);
            if leaves {
                self.step_down(now, StepDown::Removed, out);
            }
        }
    }

    /// A transfer ran out of time, or the quorum is to be looked at.
    pub(super) fn on_leader_deadline(&mut self, now: Now, out: &mut Vec<Effect>) {
        let checks = self.quorum_is_checked();
        let longest = self.config.election_max;
        let Role::Leader(leadership) = &mut self.role else { return };
        if let Some(transfer) = leadership.transfer.filter(|transfer| transfer.until <= now.mono) {
            leadership.transfer = None;
            out.push(Effect::Tell(EventKind::TransferFailed { to: transfer.to, why: Why::TransferTimeout }));
            if self.is_voted_out() {
                self.step_down(now, StepDown::Removed, out);
                return;
            }
            // A step of a change may have waited for the end of this.
            self.go_on_with_change(now, self.commit, out);
        }
        let Role::Leader(leadership) = &self.role else { return };
        if !checks || leadership.check_at > now.mono {
            return;
        }
        let heard_at = self.quorum_heard_at(leadership, now);
        if now.mono.since(heard_at) >= longest {
            self.step_down(now, StepDown::NoQuorum, out);
        } else if let Role::Leader(leadership) = &mut self.role {
            leadership.check_at = heard_at + longest;
        }
    }
}
