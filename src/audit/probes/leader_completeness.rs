//! Leader completeness: what is committed stays in the log of every later leader.
//!
//! Idea: a log is named by its end, and each point knows the one before it. A new leader's log must pass the highest
//! committed point; a commit must build on the one before it; and what a deposed leader still commits must be in the
//! log with which its successor was elected.
//! Shape: one set of points a group; the end of each replica's log tells what a new point comes after.
//! Bound: the points of [`Points`]. A log whose way to the committed point is forgotten is not checked.
//! Sources: Ongaro & Ousterhout 2014 §5.4, figure 3.

use crate::audit::points::{Holds, Place, Points, place_of};
use crate::domain::event::Invariant;
use crate::domain::fact::{ElectionFact, LogFact, ReplicaFact};
use crate::domain::ids::{GroupId, LogIndex, NodeId, Term};
use crate::domain::log::LogPoint;
use crate::domain::map::ClusterMap;

use super::{PerReplica, Rule, Verdicts};

/// What is committed, and what leaders began with.
#[derive(Clone, Debug)]
pub struct LeaderCompleteness {
    groups: Vec<Group>,
    ends: PerReplica<Option<Place>>,
}

#[derive(Clone, Debug, Default)]
struct Group {
    points: Points,
    committed: LogPoint,
    /// The latest leader: its term and the log that it was elected with.
    elected: Option<(Term, LogPoint)>,
}

impl LeaderCompleteness {
    /// Nothing is committed yet.
    pub fn new(map: &ClusterMap) -> Self {
        Self { groups: vec![Group::default(); map.groups.len()], ends: PerReplica::new(map) }
    }
}

impl Rule for LeaderCompleteness {
    const INVARIANT: Invariant = Invariant::LeaderCompleteness;

    fn size_bytes(&self) -> u64 {
        self.groups.iter().map(|group| group.points.size_bytes()).sum()
    }

    fn on_replica(&mut self, node: NodeId, id: GroupId, what: &ReplicaFact, verdicts: &mut Verdicts) {
        let Some(group) = self.groups.get_mut(id.index()) else { return };
        let Some(end) = self.ends.at(id, node) else { return };
        match what {
            ReplicaFact::Log(LogFact::Appended(points)) => {
                for point in points {
                    // A log that was cut, or read from a disk, has an end that we do not know; a follower's points are
                    // known from the leader that made them.
                    let before = end.filter(|before| before.0 < point.index);
                    group.points.note(point, before);
                    *end = Some(place_of(point));
                }
            }
            ReplicaFact::Log(LogFact::Truncated(_) | LogFact::Retired) => *end = None,
            ReplicaFact::Log(LogFact::Installed { base, .. }) => *end = Some(place_of(base)),
            ReplicaFact::Election(ElectionFact::Leads { term, end: log }) => {
                group.points.note(log, None);
                *end = Some(place_of(log));
                group.elect(id, node, *term, *log, verdicts);
            }
            ReplicaFact::Log(LogFact::Committed { to, leading }) => group.commit(id, node, *to, *leading, verdicts),
            _ => {}
        }
    }

    fn on_life(&mut self, node: NodeId) {
        self.ends.of(node).for_each(|end| *end = None);
    }
}

impl Group {
    fn elect(&mut self, id: GroupId, node: NodeId, term: Term, log: LogPoint, verdicts: &mut Verdicts) {
        if self.elected.is_none_or(|(known, _)| known < term) {
            self.elected = Some((term, log));
        }
        // A leader elected before that commit is none of "every later leader".
        if self.committed.index > LogIndex::ORIGIN && self.committed.term < term {
            let committed = self.committed;
            self.demand(&log, &committed, verdicts, || {
                format!(
                    "{id}: {node} leads {term} without {} of {}, which is committed",
                    committed.index, committed.term
                )
            });
        }
    }

    fn commit(&mut self, id: GroupId, node: NodeId, to: LogPoint, leading: Option<Term>, verdicts: &mut Verdicts) {
        let before = self.committed;
        if to.index < before.index {
            return;
        }
        if to.index == before.index {
            verdicts.check(to.chain == before.chain, || format!("{id}: {node} commits another log up to {}", to.index));
            return;
        }
        if before.index > LogIndex::ORIGIN {
            self.demand(&to, &before, verdicts, || {
                format!("{id}: {node} commits {} without {}, which is committed", to.index, before.index)
            });
        }
        if let Some((term, log)) = self.elected
            && leading.is_some_and(|leading| leading < term)
        {
            self.demand(&log, &to, verdicts, || {
                format!("{id}: {node} commits {} in an old term, the leader of {term} lacks it", to.index)
            });
        }
        self.committed = to;
    }

    fn demand(&self, log: &LogPoint, point: &LogPoint, verdicts: &mut Verdicts, detail: impl FnOnce() -> String) {
        match self.points.holds(place_of(log), point) {
            Holds::Yes => verdicts.check(true, detail),
            Holds::No => verdicts.check(false, detail),
            Holds::Forgotten => {}
        }
    }
}
