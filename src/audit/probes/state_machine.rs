//! State-machine safety: replicas that have applied the same index have applied the same.
//!
//! Idea: the state machine's chain runs over every record and its verdict, h(i) = hash(h(i-1), record, verdict), so
//! equal chains at equal indices mean equal books, accounts and answers. A replica that restarts applies again what its
//! snapshot lacks; the chains must agree then too.
//! Bound: the batches of [`Points`], ordered by index; lower ones are not checked any more.
//! Sources: Ongaro & Ousterhout 2014 §5.4.3, figure 3.

use crate::audit::last_of;
use crate::audit::points::Points;
use crate::domain::event::Invariant;
use crate::domain::fact::{LogFact, ReplicaFact};
use crate::domain::ids::{GroupId, NodeId, Term};
use crate::domain::log::LogPoint;
use crate::domain::map::ClusterMap;

use super::{Rule, Verdicts};

/// The chains of applied states.
#[derive(Clone, Debug)]
pub struct StateMachine {
    groups: Vec<Points>,
}

impl StateMachine {
    /// Nothing is applied yet.
    pub fn new(map: &ClusterMap) -> Self {
        Self { groups: vec![Points::default(); map.groups.len()] }
    }
}

impl Rule for StateMachine {
    const INVARIANT: Invariant = Invariant::StateMachineSafety;

    fn size_bytes(&self) -> u64 {
        self.groups.iter().map(Points::size_bytes).sum()
    }

    fn on_replica(&mut self, node: NodeId, group: GroupId, what: &ReplicaFact, verdicts: &mut Verdicts) {
        let ReplicaFact::Log(LogFact::Applied(applied)) = what else { return };
        let Some(points) = self.groups.get_mut(group.index()) else { return };
        // The index alone: two applied states at one index must agree, of whatever terms the entries are.
        let point = LogPoint { index: last_of(applied), term: Term::default(), chain: applied.chain };
        let Some(chain) = points.note(&point, None) else { return };
        verdicts.check(chain == applied.chain, || {
            format!("{group}: {node} applied {} to chain {}, another replica to {chain}", point.index, applied.chain)
        });
    }
}
