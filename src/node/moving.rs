//! Groups on their way: how a leader brings its group to where the map wants it, and how a node frees what is not.
//!
//! Idea: the map is the order. Whoever leads a group compares the voters that it has with those of the map and takes the
//! next step of the way there: a learner is added, caught up with the log or a snapshot, given its vote through a joint
//! configuration; who is not wanted goes. A new leader goes on where the log says its group is.
//! Shape: `bring` for the leader's beat, `retire` for replicas that nobody wants, `follow` for a newer map, `oversee` for
//! the controller.
//! Safety of freeing: a replica that forgets everything forgets its vote, too. It goes only when it knows the committed
//! configuration without it, or when the map says that all groups have arrived (`Placing::Settled`, logged after every
//! leader said so). Who is made a learner again later begins as a stranger.
//! Bound: one step a beat and group.
//! Sources: Ongaro 2014 §4.2.1 (learners), §4.2.2 (leaders that leave), §4.3 (joint consensus).

use std::sync::Arc;

use crate::domain::event::EventKind;
use crate::domain::fact::LogFact;
use crate::domain::ids::{GroupId, NodeId, NodeSet};
use crate::domain::map::{ClusterMap, Placing};
use crate::domain::membership::ConfigChange;
use crate::domain::time::Now;
use crate::domain::view::PlanRow;
use crate::protocols::message::Input;
use crate::protocols::replication::Replication;

use super::Node;
use super::message::NodeEffect;
use super::replica::Replica;
use super::steward::{Deed, Scene};
use super::tasks::Division;
use super::tasks::message::{Body, GroupMessage, Report};

impl Node {
    /// What it plans as the controller, and how far that is; nothing if it is none.
    pub fn plan(&self) -> Vec<PlanRow> {
        let leads = self.replicas.get(GroupId::META).is_some_and(|replica| replica.core.leads());
        if leads { self.steward.rows() } else { Vec::new() }
    }

    /// Goes by a newer map from now on.
    pub(super) fn follow(&mut self, now: Now, map: Arc<ClusterMap>) {
        if map.epoch > self.map.epoch {
            self.heart.detector.follow(self.me, &map.nodes, now);
            if !self.division.fits(&map) {
                self.division = Division::of(&map, &self.birth.settings.partition);
            }
            let before = std::mem::replace(&mut self.map, map);
            self.gateway.map_changed(&before);
        }
    }

    /// The leader's beat: reports on the group, and takes the next step to where the map wants it.
    pub(super) fn bring(&mut self, now: Now, group: GroupId, effects: &mut Vec<NodeEffect>) {
        if self.map.placing != Placing::Moving {
            return;
        }
        let wanted = self.wanted(group);
        self.with_replica(group, effects, |replica, desk, out| {
            if let Some(change) = replica.next_change(now, wanted) {
                // Refused now may be taken with the next beat.
                let _refused = replica.change_config(now, change, desk, out);
            }
        });
        self.report(group, effects);
    }

    fn wanted(&self, group: GroupId) -> NodeSet {
        self.map.voters(group).iter().copied().collect()
    }

    /// Tells the controller how far a group is that this node leads.
    fn report(&mut self, group: GroupId, effects: &mut Vec<NodeEffect>) {
        let (me, epoch, wanted) = (self.me, self.map.epoch, self.wanted(group));
        self.with_replica(group, effects, |replica, _, out| {
            out.send_to_group(group, GroupId::META, epoch, Body::Report(replica.report(me, epoch, wanted)));
        });
    }

    /// A message about placement.
    pub(super) fn on_placement(&mut self, now: Now, message: &GroupMessage, effects: &mut Vec<NodeEffect>) {
        let GroupMessage { header, body } = message;
        match body {
            Body::Report(report) => self.steward.hear(now.mono, header.from, *report),
            Body::HandOver(to) => {
                let close = |replica: &Replica| replica.core.is_close_behind(now, *to);
                // A node that is far behind would hold the group up; the controller asks again.
                if self.replicas.get(header.to).is_some_and(close) {
                    self.tell_core(now, header.to, Input::Transfer(Some(*to)), effects);
                }
            }
            Body::Call => self.report(header.to, effects),
            Body::Transaction(_) | Body::Move(_) | Body::Trades(_) => {}
        }
    }

    /// The controller looks at what is to be done, once it has applied all that its log holds.
    pub(super) fn oversee(&mut self, now: Now, effects: &mut Vec<NodeEffect>) {
        let ready = |replica: &&Replica| replica.core.leads() && replica.applied == replica.core.end().index;
        let Some(meta) = self.replicas.get(GroupId::META).filter(ready) else { return };
        let Some(map) = meta.machine.map() else { return };
        let (detector, me) = (&self.heart.detector, self.me);
        let health = |node: NodeId| {
            let silent = if node == me { Default::default() } else { detector.silent(node, now) };
            (detector.health(node), silent)
        };
        let (settings, term) = (&self.birth.settings, meta.core.term());
        let epoch = map.epoch;
        let deeds = self.steward.look(&Scene { now: now.mono, term, map, settings, health: &health });
        for deed in deeds {
            match deed {
                Deed::Log(change) => self.with_replica(GroupId::META, effects, |replica, desk, out| {
                    replica.propose_map(now, change, desk, out);
                }),
                Deed::HandOver(group, to) => {
                    self.out(effects).send_to_group(GroupId::META, group, epoch, Body::HandOver(to));
                }
                Deed::Call(group) => self.out(effects).send_to_group(GroupId::META, group, epoch, Body::Call),
                Deed::Tell(group, kind) => self.out(effects).tell(group, kind),
            }
        }
    }

    /// Frees the replicas that their groups have no use for.
    pub(super) fn retire(&mut self, effects: &mut Vec<NodeEffect>) {
        let (me, map) = (self.me, Arc::clone(&self.map));
        if map.placing == Placing::Begun {
            return;
        }
        for group in self.replicas.groups().filter(|group| !map.voters(*group).contains(&me)) {
            let knows = |replica: &Replica| map.placing == Placing::Settled || replica.is_out(me);
            if !self.replicas.get(group).is_some_and(|replica| !replica.core.leads() && knows(replica)) {
                continue;
            }
            self.with_replica(group, effects, |replica, desk, out| replica.give_up(&map, desk, out));
            self.replicas.close(group);
            let mut out = self.out(effects);
            out.forget(group);
            out.state(group, LogFact::Retired);
            out.tell(Some(group), EventKind::ReplicaRetired);
        }
    }
}

impl Replica {
    /// The next step from the configuration that holds to these voters.
    fn next_change(&self, now: Now, wanted: NodeSet) -> Option<ConfigChange> {
        let config = self.core.group_config();
        if self.core.config_change_runs() || self.core.transferring_to().is_some() {
            return None;
        }
        let stranger = wanted.minus(config.members()).iter().next();
        let surplus = config.learners.minus(wanted).iter().next();
        let mut coming = wanted.minus(config.voters).iter();
        if let Some(node) = stranger {
            Some(ConfigChange::AddLearner(node))
        } else if let Some(node) = surplus {
            Some(ConfigChange::DropLearner(node))
        } else {
            let ready = config.voters != wanted && coming.all(|node| self.core.keeps_up(now, node));
            ready.then_some(ConfigChange::Voters(wanted))
        }
    }

    fn report(&self, leader: NodeId, epoch: crate::domain::map::Epoch, wanted: NodeSet) -> Report {
        let config = self.core.group_config();
        let settled = !self.core.config_change_runs() && config.voters == wanted && config.learners.is_empty();
        let end = self.core.end().index;
        let learners = self.core.progress().into_iter().filter(|(peer, _)| config.learners.contains(*peer));
        let behind = learners.map(|(_, progress)| end.since(progress.matched)).max().unwrap_or(0);
        Report { leader, term: self.core.term(), epoch, settled, behind }
    }

    /// Whether it knows that the group goes on without this node.
    fn is_out(&self, me: NodeId) -> bool {
        let config = self.core.group_config();
        self.core.config_is_committed() && !config.is_joint() && !config.members().contains(me)
    }
}
