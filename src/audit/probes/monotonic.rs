//! Monotonic: terms never go back, commit and applied index not within one life.
//!
//! Idea: the term is on disk before it is used, so it survives a crash; commit and applied index are memory and begin
//! again with the process.
//! Bound: three numbers a replica.
//! Sources: Ongaro & Ousterhout 2014 figure 2 ("latest term server has seen ... increases monotonically").

use crate::audit::last_of;
use crate::domain::event::Invariant;
use crate::domain::fact::{ElectionFact, LogFact, ReplicaFact};
use crate::domain::ids::{GroupId, LogIndex, NodeId, Term};
use crate::domain::map::ClusterMap;

use super::{PerReplica, Rule, Verdicts};

/// How far each replica was.
#[derive(Clone, Debug)]
pub struct Monotonic {
    replicas: PerReplica<Progress>,
}

#[derive(Clone, Copy, Default, Debug)]
struct Progress {
    term: Term,
    commit: LogIndex,
    applied: LogIndex,
}

impl Monotonic {
    /// Every replica is at the beginning.
    pub fn new(map: &ClusterMap) -> Self {
        Self { replicas: PerReplica::new(map) }
    }
}

impl Rule for Monotonic {
    const INVARIANT: Invariant = Invariant::Monotonic;

    fn on_replica(&mut self, node: NodeId, group: GroupId, what: &ReplicaFact, verdicts: &mut Verdicts) {
        let Some(progress) = self.replicas.at(group, node) else { return };
        let before = *progress;
        match what {
            ReplicaFact::Election(
                ElectionFact::Term(term) | ElectionFact::Leads { term, .. } | ElectionFact::Follows { term },
            ) => {
                progress.term = before.term.max(*term);
                verdicts.check(*term >= before.term, || {
                    format!("{group}: {node} went back from {} to {term}", before.term)
                });
            }
            ReplicaFact::Log(LogFact::Committed { to, .. }) => {
                progress.commit = before.commit.max(to.index);
                verdicts.check(to.index >= before.commit, || {
                    format!("{group}: the commit index of {node} went back from {} to {}", before.commit, to.index)
                });
            }
            ReplicaFact::Log(LogFact::Applied(applied)) => {
                progress.applied = before.applied.max(last_of(applied));
                verdicts.check(applied.first > before.applied, || {
                    format!("{group}: {node} applied {} again, it was at {}", applied.first, before.applied)
                });
            }
            ReplicaFact::Log(LogFact::Installed { base, .. }) => progress.applied = before.applied.max(base.index),
            ReplicaFact::Log(LogFact::Retired) => *progress = Progress::default(),
            _ => {}
        }
    }

    fn on_life(&mut self, node: NodeId) {
        for progress in self.replicas.of(node) {
            progress.commit = LogIndex::ORIGIN;
            progress.applied = LogIndex::ORIGIN;
        }
    }
}
