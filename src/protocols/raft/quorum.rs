//! Counting: what the voters of the configuration that holds agree on.
//!
//! Idea: every decision of the protocol (a vote, a commit, a confirmed round of beats, a quorum that was heard) is the
//! same question: how far is a majority, in each set of voters? In a joint configuration both sets must say so, hence the
//! lower of the two answers. Learners, and those who leave, are never counted; nor is a leader that has no vote.
//! Shape: `agreed` asks it of any figure that grows; sets of votes ask `GroupConfig::is_quorum`.
//! Sources: Ongaro & Ousterhout 2014 §6 ("agreement requires separate majorities"); Ongaro 2014 §4.3.

use crate::domain::ids::{LogIndex, NodeId, NodeSet};
use crate::domain::rules::AckRule;
use crate::domain::time::{Now, SimDuration};
use crate::protocols::ack::{self, Own};

use super::progress::Progress;
use super::replica::Raft;
use super::role::{Leadership, Role};

impl Raft {
    /// The highest figure that a majority has reached, of each set of voters; `own` is this replica's.
    pub(super) fn agreed(&self, leadership: &Leadership, own: u64, of: impl Fn(&Progress) -> u64) -> u64 {
        let me = self.config.me;
        let reached = |set: NodeSet| {
            let own = set.contains(me).then_some(LogIndex(own));
            let others = leadership.progress.iter().filter(|progress| set.contains(progress.peer));
            ack::reached_by(own.into_iter().chain(others.map(|progress| LogIndex(of(progress)))), set.majority()).0
        };
        self.membership.current().sets().map(reached).min().unwrap_or(0)
    }

    /// The highest index that a quorum has on disk.
    pub(super) fn quorum_match(&self, leadership: &Leadership) -> LogIndex {
        LogIndex(self.agreed(leadership, self.own_match().0, |progress| progress.matched.0))
    }

    /// Whether this replica is a quorum by itself.
    pub(super) fn is_alone(&self) -> bool {
        self.membership.current().is_quorum([self.config.me].into_iter().collect())
    }

    /// Whether a node votes, in one set or in both.
    pub(super) fn votes_now(&self, node: NodeId) -> bool {
        self.membership.current().electorate().contains(node)
    }

    /// Whether this replica may stand for election: it votes, or it only lost its vote to a configuration that may not be
    /// committed. Then it may be the only one whose log is fresh enough to win, and it is needed until the commit; its
    /// own vote is not counted (Ongaro 2014 §4.2.2).
    pub(super) fn may_campaign(&self) -> bool {
        let me = self.config.me;
        let before = || self.membership.at(self.membership.since().prev()).electorate();
        self.votes_now(me) || self.membership.since() > self.commit && before().contains(me)
    }

    /// Up to where a leader's records are acknowledged under this rule; its commit index where it does not lead. In a
    /// joint configuration the rule must be met in both sets: nobody's promise is weaker for a change of voters.
    pub fn acked_index(&self, rule: AckRule) -> LogIndex {
        let Role::Leader(leadership) = &self.role else { return self.commit };
        if rule == AckRule::Majority {
            return self.commit;
        }
        let (me, own) = (self.config.me, self.own_match());
        let acked = |set: NodeSet| {
            let followers = leadership.progress.iter().filter(|progress| set.contains(progress.peer));
            let own = if set.contains(me) { Own::Voter(own) } else { Own::Guest(own) };
            ack::acknowledged_in(rule, own, set.len(), followers.map(|progress| progress.matched), self.commit)
        };
        self.membership.current().sets().map(acked).min().unwrap_or(self.commit)
    }

    /// The voters without which nothing can be acknowledged under this rule: those that were silent for so long, if the
    /// others are too few. None where it does not lead.
    pub fn missing_for(&self, now: Now, rule: AckRule, silent: SimDuration) -> NodeSet {
        let Role::Leader(leadership) = &self.role else { return NodeSet::default() };
        let me: NodeSet = [self.config.me].into_iter().collect();
        let heard = leadership.progress.iter().filter(|progress| now.mono.since(progress.heard_at) <= silent);
        let present = heard.map(|progress| progress.peer).chain([self.config.me]).collect::<NodeSet>();
        let short = |set: NodeSet| {
            // A leader without a vote is enough for the rule that names the leader.
            let voters = if rule == AckRule::Leader { set.union(me) } else { set };
            let here = voters.common(present);
            (here.len() < rule.needed(set.len())).then(|| voters.minus(present))
        };
        self.membership.current().sets().find_map(short).unwrap_or_default()
    }

    /// Whether a promise under this rule is always committed before it is given.
    pub fn ack_covers_commit(&self, rule: AckRule) -> bool {
        rule.always_covers_commit() || self.membership.current().sets().all(|set| rule.covers_commit(set.len()))
    }
}
