//! The configuration of a group: who votes, who only listens, and, while the voters change, who voted before.
//!
//! Idea: a configuration is an entry of the log and holds from the moment it is appended. To get from one set of voters
//! to another the group passes through a *joint* configuration, in which every decision needs a majority of both sets; no
//! moment exists in which two disjoint majorities could each decide. A learner hears everything and decides nothing.
//! Shape: three sets. `outgoing` is empty but in a joint configuration. `ConfigChange` is what somebody may ask for.
//! Sources: Ongaro & Ousterhout 2014 §6; Ongaro 2014 §4.2.1 (learners), §4.3 (joint consensus).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::{NodeId, NodeSet};

/// Who belongs to a group, and as what.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Debug, Serialize, Deserialize)]
pub struct GroupConfig {
    /// Who votes. Nobody, where a replica has not yet heard of any configuration.
    pub voters: NodeSet,
    /// Who voted before: empty, but in a joint configuration.
    pub outgoing: NodeSet,
    /// Who receives the log without a vote.
    pub learners: NodeSet,
}

impl GroupConfig {
    /// A configuration of voters only: how a group begins.
    pub fn of(voters: impl IntoIterator<Item = NodeId>) -> Self {
        Self { voters: voters.into_iter().collect(), ..Self::default() }
    }

    /// Whether two sets of voters must agree.
    pub const fn is_joint(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// The sets of voters, each of which must agree by a majority.
    pub fn sets(&self) -> impl Iterator<Item = NodeSet> + use<> {
        std::iter::once(self.voters).chain((!self.outgoing.is_empty()).then_some(self.outgoing))
    }

    /// Everybody who has a vote, in one set or in both.
    pub const fn electorate(&self) -> NodeSet {
        self.voters.union(self.outgoing)
    }

    /// Everybody who receives the log.
    pub const fn members(&self) -> NodeSet {
        self.electorate().union(self.learners)
    }

    /// Whether these are a majority, of both sets if there are two.
    pub fn is_quorum(&self, yes: NodeSet) -> bool {
        self.sets().all(|set| set.common(yes).len() >= set.majority())
    }

    /// The joint configuration on the way from here to these voters.
    #[must_use]
    pub const fn toward(&self, voters: NodeSet) -> Self {
        Self { voters, outgoing: self.voters, learners: self.learners.minus(voters) }
    }

    /// The configuration after the joint one: the old voters are gone.
    #[must_use]
    pub const fn settled(&self) -> Self {
        Self { outgoing: NodeSet::NOBODY, ..*self }
    }

    /// Its digest for the log's chain.
    pub fn digest(&self) -> Digest {
        let mix = |digest: Digest, set: NodeSet| {
            set.iter().fold(digest.mix(set.len() as u64), |digest, node| digest.mix(u64::from(node.0)))
        };
        [self.voters, self.outgoing, self.learners].into_iter().fold(Digest(2), mix)
    }
}

impl fmt::Display for GroupConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.voters)?;
        if self.is_joint() {
            write!(f, " and {}", self.outgoing)?;
        }
        if !self.learners.is_empty() {
            write!(f, " +{}", self.learners)?;
        }
        Ok(())
    }
}

/// A change of a group's configuration.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ConfigChange {
    /// The node shall receive the log, without a vote.
    AddLearner(NodeId),
    /// The learner shall no longer receive it.
    DropLearner(NodeId),
    /// These shall vote, and nobody else. Who did not vote before must be a learner that caught up.
    Voters(NodeSet),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(nodes: &[u8]) -> NodeSet {
        nodes.iter().copied().map(NodeId).collect()
    }

    #[test]
    fn a_joint_configuration_needs_a_majority_of_both_sets() {
        let config = GroupConfig::of([NodeId(1), NodeId(2), NodeId(3)]).toward(set(&[3, 4, 5]));
        for (yes, expected) in [
            (&[1, 2][..], false),
            (&[4, 5], false),
            (&[1, 2, 4, 5], true),
            (&[1, 3, 4], true),
            (&[2, 3], false),
            (&[1, 2, 3], false),
        ] {
            assert_eq!(config.is_quorum(set(yes)), expected, "{yes:?}");
        }
    }

    #[test]
    fn nobody_is_no_quorum_of_nobody() {
        assert!(!GroupConfig::default().is_quorum(NodeSet::default()));
        assert!(!GroupConfig::default().is_quorum(set(&[1, 2, 3])));
    }

    #[test]
    fn a_promoted_learner_is_a_learner_no_longer() {
        let before = GroupConfig { learners: set(&[4, 5]), ..GroupConfig::of([NodeId(1)]) };
        let joint = before.toward(set(&[1, 4]));
        assert_eq!((joint.voters, joint.outgoing, joint.learners), (set(&[1, 4]), set(&[1]), set(&[5])));
        assert_eq!(joint.settled(), GroupConfig { learners: set(&[5]), ..GroupConfig::of([NodeId(1), NodeId(4)]) });
        assert_eq!(joint.members(), set(&[1, 4, 5]));
    }

    #[test]
    fn equal_members_in_other_roles_have_another_digest() {
        let one = GroupConfig { learners: set(&[2]), ..GroupConfig::of([NodeId(1)]) };
        let other = GroupConfig { outgoing: set(&[2]), ..GroupConfig::of([NodeId(1)]) };
        assert_ne!(one.digest(), other.digest());
        assert_ne!(one.digest(), GroupConfig::of([NodeId(1), NodeId(2)]).digest());
    }
}
