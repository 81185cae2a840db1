//! Log matching: logs that agree on the index and term of an entry agree on everything up to it.
//!
//! Idea: every entry carries a chain over all that lies before it, so the property is one comparison: equal (index,
//! term), equal chain.
//! Bound: the points of [`Points`]; lower ones are not checked any more.
//! Sources: Ongaro & Ousterhout 2014 §5.3, figure 3.

use crate::audit::points::Points;
use crate::domain::event::Invariant;
use crate::domain::fact::{ElectionFact, LogFact, ReplicaFact};
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::log::LogPoint;
use crate::domain::map::ClusterMap;

use super::{Rule, Verdicts};

/// The chains that were seen.
#[derive(Clone, Debug)]
pub struct LogMatching {
    groups: Vec<Points>,
}

impl LogMatching {
    /// No log has an entry yet.
    pub fn new(map: &ClusterMap) -> Self {
        Self { groups: vec![Points::default(); map.groups.len()] }
    }
}

impl Rule for LogMatching {
    const INVARIANT: Invariant = Invariant::LogMatching;

    fn size_bytes(&self) -> u64 {
        self.groups.iter().map(Points::size_bytes).sum()
    }

    fn on_replica(&mut self, node: NodeId, group: GroupId, what: &ReplicaFact, verdicts: &mut Verdicts) {
        let seen: &[LogPoint] = match what {
            ReplicaFact::Log(LogFact::Appended(points)) => points,
            ReplicaFact::Election(ElectionFact::Leads { end, .. }) => std::slice::from_ref(end),
            ReplicaFact::Log(LogFact::Committed { to, .. }) => std::slice::from_ref(to),
            ReplicaFact::Log(LogFact::Installed { base, .. }) => std::slice::from_ref(base),
            _ => return,
        };
        let Some(points) = self.groups.get_mut(group.index()) else { return };
        for point in seen {
            let Some(chain) = points.note(point, None) else { continue };
            verdicts.check(chain == point.chain, || {
                let LogPoint { index, term, chain: own } = point;
                format!("{group}: the log of {node} has chain {own} at {index} in {term}, another has {chain}")
            });
        }
    }
}
