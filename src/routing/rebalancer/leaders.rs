//! The last part of a plan: who should lead.
//!
//! Idea: leading is the work, and handing it over is cheap, so leaders are balanced after replicas, over what will be
//! there. First nobody leads who should not; then chains of exchanges take one group from a node to another that leads
//! two fewer, until there is none.

use std::collections::VecDeque;

use super::{Draft, Placed, Planned, Reason, Standing, Step};
use crate::domain::ids::{NodeId, NodeSet};

impl Draft<'_> {
    pub(super) fn hand_over(&mut self) {
        self.relieve_leavers();
        while self.has_room() {
            let Some(chain) = self.flattening_chain() else { return };
            for (at, planned) in chain {
                if !self.has_room() {
                    return;
                }
                self.take(at, planned);
            }
        }
    }

    /// A node that drains leads nothing, even where its replicas cannot go anywhere.
    fn relieve_leavers(&mut self) {
        for at in 0..self.groups.len() {
            let from = self.groups[at].leader.filter(|leader| self.standing(*leader) == Standing::Draining);
            if let Some(step) = from.and_then(|from| self.farewell(at, from)).filter(|_| self.has_room()) {
                self.take(at, Planned { step, reason: Reason::Draining });
            }
        }
    }

    /// How a leader that goes hands over: to the replica that leads least. `None` if it does not lead the group, is dead,
    /// or has nobody to hand over to.
    pub(super) fn farewell(&self, at: usize, from: NodeId) -> Option<Step> {
        let Placed { group, replicas, leader, .. } = &self.groups[at];
        if *leader != Some(from) || self.standing(from) == Standing::Dead {
            return None;
        }
        let leads = self.leads();
        let heirs = replicas.iter().copied();
        let heirs = heirs.filter(|node| *node != from && self.may_lead(*node));
        let to = heirs.min_by_key(|node| (leads[node.index()], *node))?;
        Some(Step::Lead { group: *group, from, to })
    }

    /// Leadership is handed to members that are up, and to no others.
    fn may_lead(&self, node: NodeId) -> bool {
        self.seat(node).is_some_and(|seat| seat.standing == Standing::Member && seat.up)
    }

    /// Groups that each node leads.
    fn leads(&self) -> Vec<usize> {
        let mut leads = vec![0; self.held.len()];
        self.groups.iter().filter_map(|placed| placed.leader).for_each(|leader| {
            if let Some(count) = leads.get_mut(leader.index()) {
                *count += 1;
            }
        });
        leads
    }

    /// Hand-overs that take one group from who leads most to somebody who leads at least two fewer.
    fn flattening_chain(&self) -> Option<Vec<(usize, Planned)>> {
        let leads = self.leads();
        let mut nodes: Vec<NodeId> = self.members().map(|seat| seat.node).collect();
        nodes.sort_unstable_by_key(|node| (std::cmp::Reverse(leads[node.index()]), *node));
        nodes.into_iter().find_map(|from| self.chain_from(from, &leads))
    }

    /// Such a chain that begins at this node: breadth first over "leads a group that the other also holds", heavy
    /// groups first, so that of chains of one length the one that moves more load is found.
    fn chain_from(&self, from: NodeId, leads: &[usize]) -> Option<Vec<(usize, Planned)>> {
        let mut came_by: Vec<Option<(usize, NodeId)>> = vec![None; leads.len()];
        let mut met = NodeSet::from_iter([from]);
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            let mut own: Vec<_> = (0..self.groups.len()).filter(|at| self.groups[*at].leader == Some(node)).collect();
            own.sort_unstable_by_key(|at| (std::cmp::Reverse(self.groups[*at].load), *at));
            for at in own {
                for &next in &self.groups[at].replicas {
                    if !self.may_lead(next) || !met.insert(next) {
                        continue;
                    }
                    came_by[next.index()] = Some((at, node));
                    if leads[next.index()] + 2 <= leads[from.index()] {
                        let reason = Reason::LeadsMore { leads: leads[from.index()], other: leads[next.index()] };
                        return Some(self.walk_back(&came_by, next, reason));
                    }
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// The chain from its end: the last hand-over first, so that nobody leads more than before on the way.
    fn walk_back(&self, came_by: &[Option<(usize, NodeId)>], end: NodeId, reason: Reason) -> Vec<(usize, Planned)> {
        let mut chain = Vec::new();
        let mut to = end;
        while let Some((at, from)) = came_by[to.index()] {
            chain.push((at, Planned { step: Step::Lead { group: self.groups[at].group, from, to }, reason }));
            to = from;
        }
        chain
    }
}
