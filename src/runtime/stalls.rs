//! Who hears whom in a group, and whether that is enough to answer anybody.
//!
//! Idea: truth, not belief. The world knows which voters run and which links pass; the rule of acknowledgement and the
//! quorum say how many of them it takes. Two things only the leader knows of a voter that runs: that it is silent, and that
//! it has not stored what the orders wait for. The latter counts once nothing was acknowledged for a second:
//! a slow disk is no stall as long as it gets somewhere.
//! Units: counts of voters. In a joint configuration the set that is nearest to silence counts.

use crate::domain::ids::{GroupId, NodeId, NodeSet};
use crate::domain::membership::GroupConfig;
use crate::domain::rules::AckRule;
use crate::domain::time::Now;
use crate::domain::view::{Absence, Reach, StallView};
use crate::node::Node;

use super::groups::GroupTruth;
use super::slot::Status;
use super::world::World;

/// Voters of a set: how many hear each other, how many make a quorum, and how many it takes to go on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Support {
    pub connected: u8,
    pub quorum: u8,
    /// The quorum, or what the rule of acknowledgement asks for if that is more.
    pub must: u8,
}

impl World {
    /// The support of the set of voters that is nearest to silence.
    pub(super) fn support(&self, leader: Option<NodeId>, config: &GroupConfig) -> Support {
        let rule = self.basis.settings.cluster.ack;
        let figures = config.sets().map(|set| {
            let quorum = set.majority();
            let must = quorum.max(rule.needed(set.len()));
            Support { connected: self.near(leader, set).len() as u8, quorum: quorum as u8, must: must as u8 }
        });
        figures.min_by_key(|of| i16::from(of.connected) - i16::from(of.must)).unwrap_or_default()
    }

    /// Why the group answers nobody; `None` if it can, or if an election is all that it needs.
    pub(super) fn stall(&self, group: GroupId, truth: &GroupTruth, config: &GroupConfig) -> Option<StallView> {
        let rule = self.basis.settings.cluster.ack;
        let leader = truth.leader.and_then(|leader| self.nodes[leader.index()].node.as_ref());
        let silent = leader.map(|leader| leader.missing(group)).unwrap_or_default();
        let late = leader.map(|leader| self.late(leader, group, rule)).unwrap_or_default();
        // What the leader has not stored itself it has sent to nobody, or may not promise alone.
        let own: NodeSet = truth.leader.into_iter().collect();
        let own_disk = !own.is_empty() && late.common(own) == own && (rule == AckRule::Leader || late == own);
        config.sets().find_map(|set| {
            // A leader that may promise by itself needs no quorum to answer; without a leader one must be elected.
            let must = match truth.leader {
                Some(_) => rule.needed(set.len()),
                None => set.majority().max(rule.needed(set.len())),
            };
            let near = self.near(truth.leader, set);
            // Cut off from the others, it is the leader that is missing: they could go on.
            let others = self.near(None, set);
            let is_outside = truth.leader.is_some_and(|leader| !others.contains(leader));
            let answers = near.minus(silent);
            let waits_for_own_disk = own_disk && set.common(own) == own;
            let led_by_one_cut_off = near.len() < must && others.len() > near.len() && is_outside;
            let here = match () {
                () if led_by_one_cut_off => others,
                () if waits_for_own_disk && near.len() >= must => set.minus(own),
                () => answers.minus(late),
            };
            let absence = |node| {
                if late.contains(node) && answers.contains(node) { Absence::Late } else { self.absence(node, silent) }
            };
            (here.len() < must || led_by_one_cut_off || waits_for_own_disk).then(|| StallView {
                must: must as u8,
                of: set.len() as u8,
                missing: set.minus(here).iter().map(|node| (node, absence(node))).collect(),
            })
        })
    }

    /// The voters that have not stored what the orders wait for. A slow disk lets some orders through now and then: the group
    /// is no less stalled for that.
    fn late(&self, leader: &Node, group: GroupId, rule: AckRule) -> NodeSet {
        let now = Now::exact(self.clock.now);
        let late = leader.late(now, group, rule);
        if !late.is_empty() {
            return late;
        }
        let is_slow = |node: &NodeId| self.nodes[node.index()].disk.view().slow;
        leader.late_before(now, group).iter().filter(is_slow).collect()
    }

    fn absence(&self, node: NodeId, silent: NodeSet) -> Absence {
        match self.nodes[node.index()].status {
            Status::Down | Status::Halted(_) | Status::Gone => Absence::Dead,
            Status::Frozen => Absence::Frozen,
            Status::Up if silent.contains(node) && self.reaches_all(node) => Absence::Silent,
            Status::Up => Absence::CutOff,
        }
    }

    fn reaches_all(&self, node: NodeId) -> bool {
        self.network.reach(node, |other| self.nodes[other.index()].runs()) == Reach::All
    }

    /// Running voters that hear each other both ways with the leader, or, without one, with whoever has most of them.
    fn near(&self, leader: Option<NodeId>, voters: NodeSet) -> NodeSet {
        let running = |node: &NodeId| self.nodes[node.index()].runs();
        let round = |centre: NodeId| -> NodeSet {
            voters.iter().filter(running).filter(|node| self.network.both_ways(centre, *node)).collect()
        };
        match leader {
            Some(leader) => round(leader),
            None => voters.iter().filter(running).map(round).max_by_key(|near| near.len()).unwrap_or_default(),
        }
    }
}
