//! The steward: what the controller does when nodes come and go.
//!
//! Idea: it reconciles. The map says who is a member and where each group is wanted; the leaders of the groups report how
//! far they are; the planner (`routing::rebalancer`) says what should be next. All that must outlive a controller
//! stands in the map (`Placing`, `leaving`, the voters of each group) or in the groups' own logs. What is in here can be
//! forgotten: the next controller hears the same reports, asks the same planner, and goes on.
//! Shape: `look` returns deeds: changes to log, hand-overs to ask for. The leader of a group brings its group to where the
//! map wants it by itself (`moving`); the steward never touches another group's log.
//! Bound: at most `placement.moves_at_once` groups are on their way, and as many leaders; a report older than
//! [`REPORT_AGE_MAX`] says nothing; a hand-over is asked for again after [`HAND_OVER_WITHIN`]; a wish is kept for
//! [`WISH_FOR`].
//! Safety: a step is taken only if a majority of the voters that it leads to is up, and one that merely rebalances only if
//! all voters are. The controller may be wrong about that; the leader of the group checks again (`raft::change`).
//! Hysteresis: the planner leaves differences of one alone, and once everything is settled the steward rests until
//! somebody joins or leaves. Replicas do not move for a crash; leaders do, when who crashed has come back (`leveller`).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::event::{EventKind, Health};
use crate::domain::ids::{GroupId, NodeId, NodeSet, Term};
use crate::domain::map::{ClusterMap, Epoch, MapChange, Placing};
use crate::domain::plan::{Planned, Reason, Step};
use crate::domain::settings::Settings;
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::view::{PLAN_ROWS_MAX, PlanRow, StepProgress};
use crate::routing::rebalancer::{self, Placed, STEPS_MAX, Seat, Standing};

use super::leveller::Leveller;
use super::tasks::message::Report;

/// A report that is older says nothing any more.
const REPORT_AGE_MAX: SimDuration = SimDuration::from_millis(500);
/// A hand-over that has not happened by then is asked for again.
const HAND_OVER_WITHIN: SimDuration = SimDuration::from_millis(600);
/// How long a node remembers what somebody at the desk wished for.
const WISH_FOR: SimDuration = SimDuration::from_secs(30);

/// What the controller wants done.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Deed {
    /// Change the map.
    Log(MapChange),
    /// Ask the leader of this group to hand over to this node.
    HandOver(GroupId, NodeId),
    /// Ask the leader of this group to report.
    Call(GroupId),
    /// Tell everybody.
    Tell(Option<GroupId>, EventKind),
}

/// What the controller sees.
pub(super) struct Scene<'a> {
    pub(super) now: SimTime,
    pub(super) term: Term,
    pub(super) map: &'a ClusterMap,
    pub(super) settings: &'a Settings,
    /// What the controller believes of each member, and how long it heard nothing.
    pub(super) health: &'a dyn Fn(NodeId) -> (Health, SimDuration),
}

impl Scene<'_> {
    /// Whether the controller believes that the node runs.
    fn runs(&self, node: NodeId) -> bool {
        (self.health)(node).0 != Health::Failed
    }
}

/// The memory of a controller.
#[derive(Clone, Debug, Default)]
pub(super) struct Steward {
    wishes: Vec<(SimTime, MapChange)>,
    term: Term,
    /// Reports by an older map are of no use to this leadership.
    since: Epoch,
    reports: BTreeMap<GroupId, (SimTime, Report)>,
    /// Groups on their way, with the step and the epoch from which a report counts.
    moving: BTreeMap<GroupId, (Planned, Epoch)>,
    handed: BTreeMap<GroupId, (SimTime, Planned)>,
    /// What comes next, for the screen.
    plan: Vec<Planned>,
    leveller: Leveller,
}

impl Steward {
    /// Somebody at the desk wishes for a change.
    pub(super) fn wish(&mut self, now: SimTime, change: MapChange) {
        if !self.wishes.iter().any(|(_, known)| *known == change) {
            self.wishes.push((now, change));
        }
    }

    /// A leader reports; an older leader's word does not count against a newer one's.
    pub(super) fn hear(&mut self, now: SimTime, group: GroupId, report: Report) {
        let stale = self.reports.get(&group).is_some_and(|(_, known)| known.term > report.term);
        if !stale {
            self.reports.insert(group, (now, report));
        }
    }

    /// What to do now. Only a controller that has applied its whole log may ask.
    pub(super) fn look(&mut self, scene: &Scene<'_>) -> Vec<Deed> {
        if self.term != scene.term {
            let wishes = std::mem::take(&mut self.wishes);
            let leveller = Leveller::begin(scene.now, scene.term);
            *self = Self { wishes, term: scene.term, since: scene.map.epoch, leveller, ..Self::default() };
        }
        self.leveller.watch(scene.now, gone(scene));
        let mut deeds = self.granted(scene);
        deeds.extend(presumed_dead(scene));
        if scene.map.placing != Placing::Moving {
            self.level(scene, &mut deeds);
            return deeds;
        }
        if !deeds.is_empty() {
            return deeds;
        }
        self.forget_what_is_done(scene);
        self.plan = rebalancer::plan(&seats(scene), &self.placed(scene), STEPS_MAX);
        self.begin_steps(scene, &mut deeds);
        self.see_off(scene, &mut deeds);
        deeds
    }

    /// Wishes that the map does not fulfil yet.
    fn granted(&mut self, scene: &Scene<'_>) -> Vec<Deed> {
        self.wishes.retain(|(at, _)| scene.now.since(*at) < WISH_FOR);
        let open = |(_, change): &&(SimTime, MapChange)| scene.map.clone().apply(change);
        let deeds: Vec<Deed> = self.wishes.iter().filter(open).map(|(_, change)| Deed::Log(change.clone())).collect();
        if deeds.is_empty() {
            self.wishes.clear();
        }
        deeds
    }

    /// Leaders go back to balance, if somebody has come back and nothing else is to be done.
    fn level(&mut self, scene: &Scene<'_>, deeds: &mut Vec<Deed>) {
        self.moving.clear();
        self.plan.clear();
        if !deeds.is_empty() || !self.leveller.due(scene.now) {
            self.handed.clear();
            return;
        }
        if self.leveller.calls(scene.now) {
            deeds.extend(scene.map.group_ids().map(Deed::Call));
        }
        // A group without a leader answers no roll: then nobody else hands over either.
        let heard =
            |group: GroupId| self.reports.get(&group).is_some_and(|(at, _)| scene.now.since(*at) < REPORT_AGE_MAX);
        if !scene.map.group_ids().all(heard) {
            return;
        }
        self.forget_hand_overs(scene);
        let seats: Vec<Seat> = seats(scene).into_iter().filter(|seat| !self.leveller.misses(seat.node)).collect();
        self.plan = rebalancer::level(&seats, &self.placed(scene), STEPS_MAX);
        if !self.handed.is_empty() {
            return;
        }
        let Some(planned @ Planned { step: Step::Lead { group, to, .. }, .. }) = self.plan.first().copied() else {
            if self.leveller.rest() {
                deeds.push(Deed::Tell(None, EventKind::Rebalanced { imbalance: self.imbalance(scene) }));
            }
            return;
        };
        if self.leveller.hands_over(scene.now, scene.map.groups.len()) {
            self.handed.insert(group, (scene.now, planned));
            let Planned { step, reason } = planned;
            deeds.push(Deed::Tell(Some(group), EventKind::ReplicaPlaced { step, reason }));
            deeds.push(Deed::HandOver(group, to));
        }
    }

    /// The report of a group that still counts.
    fn report(&self, scene: &Scene<'_>, group: GroupId) -> Option<Report> {
        let from = self.moving.get(&group).map_or(self.since, |(_, epoch)| *epoch);
        let (at, report) = self.reports.get(&group)?;
        (scene.now.since(*at) < REPORT_AGE_MAX && report.epoch >= from).then_some(*report)
    }

    fn is_settled(&self, scene: &Scene<'_>, group: GroupId) -> bool {
        self.report(scene, group).is_some_and(|report| report.settled)
    }

    fn forget_what_is_done(&mut self, scene: &Scene<'_>) {
        let done: Vec<GroupId> = self.moving.keys().copied().filter(|group| self.is_settled(scene, *group)).collect();
        for group in done {
            // From here on a report by the same map is good enough.
            self.moving.remove(&group);
        }
        // Everything that was logged is applied by now: what the map does not know was not taken.
        self.moving.retain(|_, (_, from)| *from <= scene.map.epoch);
        self.forget_hand_overs(scene);
        // A controller that has just begun finds groups on their way that another one sent there.
        for group in scene.map.group_ids() {
            let inherited = self.report(scene, group).is_some_and(|report| !report.settled);
            if inherited && !self.moving.contains_key(&group) {
                let to = scene.map.voters(group).first().copied().unwrap_or(NodeId(1));
                let planned = Planned { step: Step::Add { group, to }, reason: Reason::Inherited };
                self.moving.insert(group, (planned, self.since));
            }
        }
    }

    fn forget_hand_overs(&mut self, scene: &Scene<'_>) {
        let led_by = |group: &GroupId| self.reports.get(group).map(|(_, report)| report.leader);
        self.handed.retain(|group, (at, planned)| {
            let Step::Lead { to, .. } = planned.step else { return false };
            led_by(group) != Some(to) && scene.now.since(*at) < HAND_OVER_WITHIN
        });
    }

    /// The groups as they will be when what is on its way has arrived.
    fn placed(&self, scene: &Scene<'_>) -> Vec<Placed> {
        let staying = scene.map.nodes.len() - scene.map.leaving.len();
        let one = |group: GroupId| {
            let replicas = scene.map.voters(group).to_vec();
            let factor = scene.settings.cluster.voters_of(group, staying);
            let leader = self.reports.get(&group).map(|(_, report)| report.leader);
            let leader = leader.filter(|leader| replicas.contains(leader));
            Placed { group, replicas, leader, factor, load: 1 }
        };
        scene.map.group_ids().map(one).collect()
    }

    /// Begins what the plan says, as far as the bounds allow: one step a group, in the order of the plan.
    fn begin_steps(&mut self, scene: &Scene<'_>, deeds: &mut Vec<Deed>) {
        let at_once = scene.settings.placement.moves_at_once;
        let mut met: Vec<GroupId> = Vec::new();
        for planned in self.plan.clone() {
            let group = planned.step.group();
            if met.contains(&group) {
                continue;
            }
            met.push(group);
            match planned.step {
                Step::Lead { to, .. } => {
                    let free = self.is_settled(scene, group) && !self.handed.contains_key(&group);
                    if free && scene.runs(to) && self.handed.len() < at_once {
                        self.handed.insert(group, (scene.now, planned));
                        deeds.push(Deed::HandOver(group, to));
                    }
                }
                Step::Add { to, .. } | Step::Replace { to, .. } if !scene.runs(to) => {}
                _ if !self.can_spare(scene, planned) => {}
                step => {
                    let room = self.moving.len() < at_once || self.moving.contains_key(&group);
                    if room && self.may_move(scene, group) {
                        let voters = self.voters_after(scene, step);
                        // Who is told so by a map of the next epoch may say that it is there.
                        let logged = deeds.iter().filter(|deed| matches!(deed, Deed::Log(_))).count();
                        let from = Epoch(scene.map.epoch.0 + 1 + logged as u64);
                        self.moving.insert(group, (planned, from));
                        deeds.push(Deed::Log(MapChange::Place { group, voters }));
                        let Planned { step, reason } = planned;
                        deeds.push(Deed::Tell(Some(group), EventKind::ReplicaPlaced { step, reason }));
                    }
                }
            }
        }
    }

    /// Whether a majority of the new voters runs: else the group could write nothing more. A step that merely rebalances waits
    /// until all present voters run, for until then the group needs each of those that do.
    fn can_spare(&self, scene: &Scene<'_>, Planned { step, reason }: Planned) -> bool {
        let running = |voters: &[NodeId]| voters.iter().filter(|node| scene.runs(**node)).count();
        let (before, after) = (scene.map.voters(step.group()), self.voters_after(scene, step));
        let repairs = !matches!(reason, Reason::Crowded { .. } | Reason::RegionShared { .. });
        running(&after) > after.len() / 2 && (repairs || running(before) == before.len())
    }

    /// A group moves again when it has arrived, or when it waits for somebody who will never come.
    fn may_move(&self, scene: &Scene<'_>, group: GroupId) -> bool {
        let waits_in_vain = || scene.map.voters(group).iter().any(|node| scene.map.leaving.contains(node));
        self.is_settled(scene, group) || self.report(scene, group).is_some() && waits_in_vain()
    }

    /// Who shall vote then; the leader of the moment is named first, if it stays.
    fn voters_after(&self, scene: &Scene<'_>, step: Step) -> Arc<[NodeId]> {
        let group = step.group();
        let mut voters = scene.map.voters(group).to_vec();
        match step {
            Step::Add { to, .. } => voters.push(to),
            Step::Remove { from, .. } => voters.retain(|node| *node != from),
            Step::Replace { from, to, .. } => {
                voters.iter_mut().filter(|node| **node == from).for_each(|node| *node = to);
            }
            Step::Lead { .. } => {}
        }
        let leader = self.reports.get(&group).map(|(_, report)| report.leader);
        if let Some(place) = voters.iter().position(|node| Some(*node) == leader) {
            voters[..=place].rotate_right(1);
        }
        Arc::from(voters)
    }

    /// Who leaves and holds nothing any more has left; when nobody leaves and nothing is planned, all is settled.
    fn see_off(&self, scene: &Scene<'_>, deeds: &mut Vec<Deed>) {
        let all_settled = || scene.map.group_ids().all(|group| self.is_settled(scene, group));
        if !deeds.is_empty() || !self.moving.is_empty() || !all_settled() {
            return;
        }
        let holds = |node: &NodeId| scene.map.groups.iter().any(|voters| voters.contains(node));
        if let Some(node) = scene.map.leaving.iter().copied().find(|node| !holds(node)) {
            deeds.push(Deed::Log(MapChange::Left(node)));
        } else if scene.map.leaving.is_empty() && self.plan.is_empty() && self.handed.is_empty() {
            deeds.push(Deed::Log(MapChange::Settle));
            deeds.push(Deed::Tell(None, EventKind::Rebalanced { imbalance: self.imbalance(scene) }));
        }
    }

    fn imbalance(&self, scene: &Scene<'_>) -> u16 {
        let leads = |node: &NodeId| self.reports.values().filter(|(_, report)| report.leader == *node).count();
        let staying = || scene.map.nodes.iter().filter(|node| !scene.map.leaving.contains(node)).map(leads);
        (staying().max().unwrap_or(0) - staying().min().unwrap_or(0)) as u16
    }

    /// The plan as the screen shows it: what is under way first, then what waits.
    pub(super) fn rows(&self) -> Vec<PlanRow> {
        let row = |Planned { step, reason }: Planned, progress| PlanRow { step, reason, progress };
        let moving = self.moving.iter().map(|(group, (planned, _))| {
            let behind = self.reports.get(group).map_or(0, |(_, report)| report.behind);
            row(*planned, if behind > 0 { StepProgress::Learns(behind) } else { StepProgress::Votes })
        });
        let handed = self.handed.values().map(|(_, planned)| row(*planned, StepProgress::HandsOver));
        let begun = |planned: &&Planned| {
            self.handed.values().any(|(_, other)| other == *planned)
                || self.moving.values().any(|(other, _)| other == *planned)
        };
        let waits =
            self.plan.iter().filter(|planned| !begun(planned)).map(|planned| row(*planned, StepProgress::Waits));
        moving.chain(handed).chain(waits).take(PLAN_ROWS_MAX).collect()
    }
}

/// The members as the planner sees them. A member that is down may come back: it is neither dead nor draining.
fn seats(scene: &Scene<'_>) -> Vec<Seat> {
    let seat = |node: NodeId| {
        let leaving = scene.map.leaving.contains(&node);
        let standing = match (leaving, (scene.health)(node).0) {
            (false, _) => Standing::Member,
            (true, Health::Failed) => Standing::Dead,
            (true, _) => Standing::Draining,
        };
        Seat { node, region: scene.settings.cluster.region(node), standing, up: scene.runs(node) }
    };
    scene.map.nodes.iter().copied().map(seat).collect()
}

/// The members that are not believed well of and are not on their way out. A crash that is over before anybody believes
/// a node to be gone may have cost it its groups all the same.
fn gone(scene: &Scene<'_>) -> NodeSet {
    let staying = scene.map.nodes.iter().copied().filter(|node| !scene.map.leaving.contains(node));
    staying.filter(|node| (scene.health)(*node).0 != Health::Healthy).collect()
}

/// Members that were silent for longer than the settings allow: they leave without being asked.
fn presumed_dead(scene: &Scene<'_>) -> Option<Deed> {
    let limit = scene.settings.placement.replace_dead_after?;
    let staying = |node: &NodeId| !scene.map.leaving.contains(node);
    let silent = |node: &NodeId| staying(node) && (scene.health)(*node).1 >= limit;
    let others = scene.map.nodes.iter().filter(|node| staying(node)).count();
    let dead = scene.map.nodes.iter().copied().find(silent).filter(|_| others > 1)?;
    Some(Deed::Log(MapChange::Leave(dead)))
}

#[cfg(test)]
#[path = "steward_tests.rs"]
mod tests;
