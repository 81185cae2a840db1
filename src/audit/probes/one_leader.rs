//! Election safety: at most one leader a term.
//!
//! Idea: whoever says "I lead in term t" is written down; a second name under the same term is a violation.
//! Bound: the last [`TERMS_MAX`] terms of each group.
//! Sources: Ongaro & Ousterhout 2014 §5.2, figure 3.

use std::collections::VecDeque;

use crate::domain::event::Invariant;
use crate::domain::fact::{ElectionFact, ReplicaFact};
use crate::domain::ids::{GroupId, NodeId, Term};
use crate::domain::map::ClusterMap;

use super::{Rule, Verdicts};

/// Terms whose leaders are remembered.
const TERMS_MAX: usize = 64;

/// Who led when.
#[derive(Clone, Debug)]
pub struct OneLeader {
    groups: Vec<VecDeque<(Term, NodeId)>>,
}

impl OneLeader {
    /// Nobody has led yet.
    pub fn new(map: &ClusterMap) -> Self {
        Self { groups: vec![VecDeque::new(); map.groups.len()] }
    }
}

impl Rule for OneLeader {
    const INVARIANT: Invariant = Invariant::OneLeaderPerTerm;

    fn on_replica(&mut self, node: NodeId, group: GroupId, what: &ReplicaFact, verdicts: &mut Verdicts) {
        let ReplicaFact::Election(ElectionFact::Leads { term, .. }) = what else { return };
        let Some(leaders) = self.groups.get_mut(group.index()) else { return };
        let known = leaders.iter().find(|(known, _)| known == term).map(|(_, leader)| *leader);
        verdicts.check(known.is_none_or(|leader| leader == node), || {
            let leader = known.unwrap_or(node);
            format!("{group}: {leader} and {node} both lead in {term}")
        });
        if known.is_none() {
            leaders.push_back((*term, node));
            if leaders.len() > TERMS_MAX {
                leaders.pop_front();
            }
        }
    }
}
