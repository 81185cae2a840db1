//! The part of a plan that makes replicas even: who holds two more than another gives one away.
//!
//! Idea: where the two nodes stand in regions that a group may not change between, the replica cannot go straight: it goes
//! to a third node, which gives one of another group on. So chains are looked for, breadth first, as for leaders; most
//! are one step long.
//! Safety: a group stands in a chain once at most, so each step keeps what it has of regions; the last step comes first,
//! so nobody on the way holds more than before.

use std::collections::VecDeque;

use super::{Draft, Placed, Planned, Reason, Seat, Step};
use crate::domain::ids::{NodeId, NodeSet};

/// A replica that goes: of which group (its place in the draft), from whom.
type Link = (usize, NodeId);

impl Draft<'_> {
    /// Moves replicas along one chain, if there is one.
    pub(super) fn relieve_a_node(&mut self) -> bool {
        let mut givers: Vec<&Seat> = self.members().collect();
        givers.sort_unstable_by_key(|seat| (std::cmp::Reverse(self.holds(seat.node)), seat.node));
        let Some(chain) = givers.iter().find_map(|giver| self.crowd_chain(giver, &givers)) else { return false };
        for (at, planned) in chain {
            if !self.has_room() {
                break;
            }
            self.take(at, planned);
        }
        true
    }

    /// The shortest chain from this node to one that holds at least two fewer; of those the one that holds least.
    fn crowd_chain(&self, from: &Seat, givers: &[&Seat]) -> Option<Vec<(usize, Planned)>> {
        let holds = |seat: &Seat| self.holds(seat.node);
        if givers.last().is_none_or(|last| holds(last) + 2 > holds(from)) {
            return None;
        }
        let mut came_by: Vec<Option<Link>> = vec![None; self.held.len()];
        let mut met = NodeSet::from_iter([from.node]);
        let mut queue = VecDeque::from([from]);
        while let Some(giver) = queue.pop_front() {
            for taker in givers.iter().rev().copied().filter(|taker| taker.node != from.node) {
                if met.contains(taker.node) {
                    continue;
                }
                let Some(at) = self.movable(giver, taker, &came_by) else { continue };
                met.insert(taker.node);
                came_by[taker.node.index()] = Some((at, giver.node));
                if holds(taker) + 2 <= holds(from) {
                    let reason = Reason::Crowded { holds: holds(from), other: holds(taker) };
                    return Some(self.chain_to(taker.node, &came_by, reason));
                }
                queue.push_back(taker);
            }
        }
        None
    }

    /// The chain from its end.
    fn chain_to(&self, end: NodeId, came_by: &[Option<Link>], reason: Reason) -> Vec<(usize, Planned)> {
        let mut chain = Vec::new();
        let mut to = end;
        while let Some((at, from)) = came_by[to.index()] {
            chain.push((at, Planned { step: Step::Replace { group: self.groups[at].group, from, to }, reason }));
            to = from;
        }
        chain
    }

    /// A group of the one that the other could hold as well, and that is not yet in the chain that leads here: one that it
    /// follows, if there is such, and light.
    fn movable(&self, from: &Seat, to: &Seat, came_by: &[Option<Link>]) -> Option<usize> {
        let links = std::iter::successors(came_by[from.node.index()], |(_, before)| came_by[before.index()]);
        let taken: Vec<usize> = links.map(|(at, _)| at).collect();
        let fits = |at: &usize| {
            let here = |region| self.in_region(*at, region);
            let spread = || from.region == to.region || here(to.region) < here(from.region);
            !self.groups[*at].replicas.contains(&to.node) && !taken.contains(at) && spread()
        };
        let cost = |at: &usize| {
            let Placed { leader, load, .. } = &self.groups[*at];
            (*leader == Some(from.node), *load, *at)
        };
        self.held[from.node.index()].iter().copied().filter(fits).min_by_key(cost)
    }
}
