//! Acknowledgement: up to which index a leader may tell its clients "accepted".
//!
//! Idea: acknowledging is counting disks, and apart from committing. `leader` counts the leader's own, `W of N` the
//! leader's and W-1 others, `majority` is what Raft commits, `all` every voter's. A rule that covers commit never
//! promises what is not committed; one below it may promise what an election takes back, and the ledger counts that.
//! Shape: pure functions over match indices; raft and primary-backup share them.
//! Sources: Ongaro & Ousterhout 2014 §5.3 (majority); Gifford 1979 (W of N).

use crate::domain::ids::{LogIndex, NodeSet};
use crate::domain::rules::AckRule;

/// The highest index that at least `needed` of these have reached; the origin if there are fewer.
pub fn reached_by(indices: impl Iterator<Item = LogIndex>, needed: usize) -> LogIndex {
    let mut top = [LogIndex::ORIGIN; NodeSet::NODES_MAX];
    let mut count = 0;
    for index in indices.take(NodeSet::NODES_MAX) {
        // Insertion into a short sorted list, highest first: groups have 3 or 5 voters.
        let mut place = count;
        while place > 0 && top[place - 1] < index {
            top[place] = top[place - 1];
            place -= 1;
        }
        top[place] = index;
        count += 1;
    }
    match needed.checked_sub(1) {
        Some(place) if place < count => top[place],
        _ => LogIndex::ORIGIN,
    }
}

/// Up to where a leader's records are acknowledged: `own` is how far its own disk got, `followers` the other voters'
/// match indices, `commit` its commit index.
pub fn acknowledged(
    rule: AckRule,
    own: LogIndex,
    followers: impl ExactSizeIterator<Item = LogIndex>,
    commit: LogIndex,
) -> LogIndex {
    acknowledged_in(rule, Own::Voter(own), followers.len() + 1, followers, commit)
}

/// How far a leader's own disk got, and whether it votes in the set that is counted.
#[derive(Clone, Copy, Debug)]
pub enum Own {
    /// It is one of the voters.
    Voter(LogIndex),
    /// It leads without a vote (it is leaving the group): the voters must do without it.
    Guest(LogIndex),
}

/// The same in one set of `voters`, of which `followers` are those that follow.
pub fn acknowledged_in(
    rule: AckRule,
    own: Own,
    voters: usize,
    followers: impl Iterator<Item = LogIndex>,
    commit: LogIndex,
) -> LogIndex {
    let needed = rule.needed(voters);
    let reached = match (rule, own) {
        (AckRule::Majority, _) => return commit,
        // The rule names the leader, not a number of voters.
        (AckRule::Leader, Own::Voter(own) | Own::Guest(own)) => own,
        (_, Own::Voter(own)) if needed == 1 => own,
        (_, Own::Voter(own)) => own.min(reached_by(followers, needed - 1)),
        (_, Own::Guest(_)) => reached_by(followers, needed),
    };
    if rule.covers_commit(voters) { reached.min(commit) } else { reached }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ack(rule: AckRule, own: u64, followers: &[u64], commit: u64) -> u64 {
        acknowledged(rule, LogIndex(own), followers.iter().map(|i| LogIndex(*i)), LogIndex(commit)).0
    }

    #[test]
    fn a_rule_covers_the_commit_always_or_not_for_some_number_of_voters() {
        for rule in [AckRule::Leader, AckRule::Count(1), AckRule::Count(3), AckRule::Majority, AckRule::All] {
            let covers = (1..=NodeSet::NODES_MAX).all(|voters| rule.covers_commit(voters));
            assert_eq!(rule.always_covers_commit(), covers, "{rule}");
        }
    }

    #[test]
    fn each_rule_counts_the_disks_that_it_names() {
        let followers = [40, 30, 20, 10];
        for (rule, expected) in [
            (AckRule::Leader, 50),
            (AckRule::Count(1), 50),
            (AckRule::Count(2), 40),
            (AckRule::Count(3), 30),
            (AckRule::Majority, 30),
            (AckRule::Count(4), 20),
            (AckRule::All, 10),
            (AckRule::Count(9), 10),
        ] {
            assert_eq!(ack(rule, 50, &followers, 30), expected, "{rule}");
        }
    }

    #[test]
    fn the_leader_itself_is_always_counted() {
        assert_eq!(ack(AckRule::Leader, 5, &[9, 9], 9), 5);
        assert_eq!(ack(AckRule::Count(2), 5, &[9, 9], 9), 5, "two faster followers do not stand in for the leader");
    }

    #[test]
    fn a_rule_that_covers_commit_promises_nothing_uncommitted() {
        assert_eq!(ack(AckRule::All, 50, &[50, 50], 20), 20, "entries of an older term wait for the leader's own");
        assert_eq!(ack(AckRule::Leader, 50, &[50, 50], 20), 50);
    }

    #[test]
    fn a_group_of_one_acknowledges_by_its_own_disk() {
        assert_eq!(ack(AckRule::All, 7, &[], 7), 7);
        assert_eq!(ack(AckRule::Leader, 7, &[], 7), 7);
    }

    #[test]
    fn a_leader_without_a_vote_is_not_counted() {
        let ack = |rule| {
            let followers = [40, 30, 20].into_iter().map(LogIndex);
            acknowledged_in(rule, Own::Guest(LogIndex(50)), 3, followers, LogIndex(30)).0
        };
        for (rule, expected) in [
            (AckRule::Leader, 50),
            (AckRule::Count(1), 40),
            (AckRule::Count(2), 30),
            (AckRule::Majority, 30),
            (AckRule::All, 20),
        ] {
            assert_eq!(ack(rule), expected, "{rule}");
        }
    }

    #[test]
    fn what_nobody_needs_to_reach_is_not_reached() {
        assert_eq!(reached_by([LogIndex(3)].into_iter(), 0), LogIndex::ORIGIN);
        assert_eq!(reached_by([LogIndex(3)].into_iter(), 2), LogIndex::ORIGIN);
    }
}
