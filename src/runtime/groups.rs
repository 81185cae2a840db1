//! What is true of each group: who leads it, since when, and how far it has committed.
//!
//! Idea: nodes state facts as they act (`Leads`, `Follows`, `Committed`), so the truth costs a table, not a survey. The
//! leader in truth is the running replica of the highest term that says it leads; a frozen one leads nobody.
//! Units: log indices count records; `marks` pair a commit index with the time at which it was reached.
//! Bound: [`MARKS_MAX`] marks a group; when full, every second one of the older half goes, so the far past gets coarser.
//! One freeze a symbol.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::fact::{ElectionFact, LogFact, ReplicaFact};
use crate::domain::ids::{EventId, GroupId, LogIndex, NodeId, SymbolId, Term};
use crate::domain::map::Epoch;
use crate::domain::moving::Shipment;
use crate::domain::time::{SimDuration, SimTime};

/// Commit marks of a group.
pub const MARKS_MAX: usize = 4_096;
/// Two marks are at least this far apart: the grain of `lag_time`.
const MARK_SPACING: SimDuration = SimDuration::from_millis(1);

/// The truth of every group, `meta` first.
#[derive(Clone)]
pub(super) struct Groups {
    table: Vec<GroupTruth>,
}

/// The truth of one group.
#[derive(Clone, Default)]
pub(super) struct GroupTruth {
    claims: BTreeMap<NodeId, Term>,
    /// Who leads.
    pub leader: Option<NodeId>,
    /// Who led last, or leads.
    pub last_leader: Option<NodeId>,
    /// Since when that is so.
    pub since: SimTime,
    /// The highest index ever committed.
    pub commit: LogIndex,
    /// The event of the first commit of the latest leader that has one.
    pub first_commit: Option<EventId>,
    marks: VecDeque<(LogIndex, SimTime)>,
    /// When its first replica stopped trading a symbol: of each symbol the latest move.
    frozen: BTreeMap<SymbolId, (Shipment, SimTime)>,
}

impl Groups {
    /// Groups that nobody leads yet.
    pub fn new(count: usize) -> Self {
        Self { table: vec![GroupTruth::default(); count] }
    }

    /// One of them.
    pub fn get(&self, group: GroupId) -> Option<&GroupTruth> {
        self.table.get(group.index())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (GroupId, &GroupTruth)> {
        self.table.iter().enumerate().map(|(place, truth)| (GroupId(place as u16), truth))
    }

    /// About what they take in memory.
    pub fn size_bytes(&self) -> u64 {
        let marks: usize = self.table.iter().map(|truth| truth.marks.capacity()).sum();
        (marks * size_of::<(LogIndex, SimTime)>()) as u64
    }

    /// A replica said what it did. `runs` says who takes steps.
    pub fn hear(
        &mut self,
        now: SimTime,
        node: NodeId,
        group: GroupId,
        what: &ReplicaFact,
        runs: &dyn Fn(NodeId) -> bool,
    ) {
        let Some(truth) = self.table.get_mut(group.index()) else { return };
        match what {
            ReplicaFact::Election(ElectionFact::Leads { term, .. }) => {
                truth.claims.insert(node, *term);
                truth.settle(now, runs);
            }
            ReplicaFact::Election(ElectionFact::Follows { .. }) | ReplicaFact::Log(LogFact::Retired) => {
                truth.claims.remove(&node);
                truth.settle(now, runs);
            }
            ReplicaFact::Log(LogFact::Committed { to, .. }) => truth.commit_to(now, to.index),
            ReplicaFact::Log(LogFact::Froze(shipment)) => truth.freeze(now, *shipment),
            _ => {}
        }
    }

    /// A leader committed its first own entry, says this event.
    pub fn note_first_commit(&mut self, group: GroupId, event: EventId) {
        if let Some(truth) = self.table.get_mut(group.index()) {
            truth.first_commit = Some(event);
        }
    }

    /// A node's process ended: it claims nothing any more.
    pub fn forget(&mut self, now: SimTime, node: NodeId, runs: &dyn Fn(NodeId) -> bool) {
        for truth in &mut self.table {
            truth.claims.remove(&node);
            truth.settle(now, runs);
        }
    }

    /// A node froze or thawed.
    pub fn settle(&mut self, now: SimTime, runs: &dyn Fn(NodeId) -> bool) {
        self.table.iter_mut().for_each(|truth| truth.settle(now, runs));
    }

    /// The groups that a node leads, or led until a fault that nobody has made good yet.
    pub fn led_by(&self, node: NodeId) -> impl Iterator<Item = GroupId> {
        self.iter().filter(move |(_, truth)| truth.last_leader == Some(node)).map(|(group, _)| group)
    }
}

impl GroupTruth {
    fn settle(&mut self, now: SimTime, runs: &dyn Fn(NodeId) -> bool) {
        let claims = self.claims.iter().filter(|(node, _)| runs(**node));
        let leader = claims.max_by_key(|(_, term)| **term).map(|(node, _)| *node);
        if leader != self.leader {
            self.leader = leader;
            self.since = now;
            self.last_leader = leader.or(self.last_leader);
        }
    }

    /// Every replica applies the freeze, some of them again when they come back: the first of the latest move counts.
    fn freeze(&mut self, now: SimTime, shipment: Shipment) {
        let known = self.frozen.get(&shipment.symbol).map_or(Epoch::default(), |(known, _)| known.epoch);
        if shipment.epoch > known {
            self.frozen.insert(shipment.symbol, (shipment, now));
        }
    }

    /// Since when the symbol of this move has been traded here no longer; `None` as long as it is.
    pub fn frozen_since(&self, shipment: &Shipment) -> Option<SimTime> {
        self.frozen.get(&shipment.symbol).filter(|(known, _)| known == shipment).map(|(_, at)| *at)
    }

    fn commit_to(&mut self, now: SimTime, index: LogIndex) {
        if index <= self.commit {
            return;
        }
        self.commit = index;
        match self.marks.back_mut() {
            // The mark keeps its time: it says when the first index that it covers was reached.
            Some((last, at)) if now.since(*at) < MARK_SPACING => *last = index,
            _ => self.marks.push_back((index, now)),
        }
        if self.marks.len() > MARKS_MAX {
            let half = MARKS_MAX / 2;
            let kept = self.marks.iter().enumerate().filter(|(place, _)| *place >= half || place % 2 == 1);
            self.marks = kept.map(|(_, mark)| *mark).collect();
        }
    }

    /// When something was committed last: as exact as the marks are.
    pub fn committed_at(&self) -> SimTime {
        self.marks.back().map_or(SimTime::ZERO, |(_, at)| *at)
    }

    /// How long ago the first record after `applied` was committed; nothing if there is none.
    pub fn lag_time(&self, now: SimTime, applied: LogIndex) -> SimDuration {
        if applied >= self.commit {
            return SimDuration::ZERO;
        }
        let place = self.marks.partition_point(|(index, _)| *index <= applied);
        self.marks.get(place).map_or(SimDuration::ZERO, |(_, at)| now.since(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::log::LogPoint;

    fn leads(term: u64) -> ReplicaFact {
        ReplicaFact::Election(ElectionFact::Leads { term: Term(term), end: LogPoint::default() })
    }

    fn committed(index: u64) -> ReplicaFact {
        ReplicaFact::Log(LogFact::Committed {
            to: LogPoint { index: LogIndex(index), ..LogPoint::default() },
            leading: None,
        })
    }

    #[test]
    fn the_leader_is_the_running_claimant_of_the_highest_term() {
        let mut groups = Groups::new(1);
        let all = |_| true;
        groups.hear(SimTime(1), NodeId(1), GroupId(0), &leads(3), &all);
        groups.hear(SimTime(2), NodeId(2), GroupId(0), &leads(4), &all);
        assert_eq!(groups.get(GroupId(0)).unwrap().leader, Some(NodeId(2)));
        groups.settle(SimTime(3), &|node| node != NodeId(2));
        assert_eq!(groups.get(GroupId(0)).unwrap().leader, Some(NodeId(1)), "a frozen node leads nobody");
        groups.forget(SimTime(4), NodeId(1), &|node| node != NodeId(2));
        let truth = groups.get(GroupId(0)).unwrap();
        assert_eq!((truth.leader, truth.last_leader, truth.since), (None, Some(NodeId(1)), SimTime(4)));
    }

    #[test]
    fn lag_is_the_age_of_the_oldest_missing_record() {
        let mut groups = Groups::new(1);
        for n in 1..=10_000_u64 {
            groups.hear(SimTime::from_millis(2 * n), NodeId(1), GroupId(0), &committed(n), &|_| true);
        }
        let truth = groups.get(GroupId(0)).unwrap();
        let now = SimTime::from_millis(20_000);
        assert_eq!(truth.lag_time(now, LogIndex(10_000)), SimDuration::ZERO);
        assert_eq!(truth.lag_time(now, LogIndex(9_989)), SimDuration::from_millis(20));
        assert_eq!(truth.committed_at(), now);
        assert!(truth.marks.len() <= MARKS_MAX);
        assert!(truth.lag_time(now, LogIndex(0)) > SimDuration::from_secs(8), "old marks are coarser, not gone");
    }
}
