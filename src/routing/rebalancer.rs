//! The rebalancer: which replica should move and which leader should change, and why.
//!
//! Idea: a plan is a short list of steps with their reasons, as data, so that a screen can show what is going to happen
//! before it does and a test can hold it against its rules. It is a proposal from one picture of the cluster; whoever
//! carries it out looks again and plans again. When there is nothing to do the plan is empty.
//! What is put right, in this order of urgency:
//! 1. a group with fewer replicas than its factor gets one ([`Reason::BelowFactor`]); a replica on a dead or leaving node
//!    moves away ([`Reason::NodeDead`], [`Reason::Draining`]); one too many goes ([`Reason::AboveFactor`]);
//! 2. replicas of a group that share a region while another region has none are spread ([`Reason::RegionShared`]);
//! 3. a node that holds at least two more than another gives one away ([`Reason::Crowded`]), along a chain of nodes where
//!    regions forbid the straight way;
//! 4. leadership leaves nodes that should not lead, then flows along chains of exchanges from who leads two more to who
//!    leads two fewer ([`Reason::LeadsMore`]), groups with more load first among equals.
//!
//! Hysteresis: a difference of one is balance, since moving it would only turn it round; so is a region that has no free
//! node. Each balancing step makes the sum of squares smaller, so planning again and again ends.
//! Safety: a step never takes a group below its factor: [`Step::Replace`] adds before it removes, and [`Step::Remove`] is
//! planned only where there are more than enough. Surplus replicas on nodes that are down go first: the group needs the
//! others.
//! Bound: [`STEPS_MAX`] steps a plan; what is left comes with the next.
//! Left out: weights of nodes; the size of what a replica move copies.
//! Sources: chains of exchanges are the cost-reducing paths of semi-matchings (Harvey et al. 2003): where none is left the
//! leads are as even as the placement of replicas allows, and the replicas as even as the regions do.

mod crowds;
mod leaders;

use std::collections::BTreeSet;

use crate::domain::ids::{GroupId, NodeId, NodeSet};
pub use crate::domain::plan::{Planned, Reason, Region, Step};

/// Steps of one plan at most.
pub const STEPS_MAX: usize = 256;

/// Whether a node should hold anything.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Standing {
    /// It works; a node that has just joined does too, and holds nothing yet.
    #[default]
    Member,
    /// It works, and should be empty soon.
    Draining,
    /// It does not, and will not again.
    Dead,
}

/// A node as the planner sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seat {
    /// Which.
    pub node: NodeId,
    /// Where it stands.
    pub region: Region,
    /// What it should hold.
    pub standing: Standing,
    /// Whether it is believed to run. A node that is down may come back: it keeps what it holds, and is given nothing.
    pub up: bool,
}

/// A group as the planner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Which.
    pub group: GroupId,
    /// Who holds a replica.
    pub replicas: Vec<NodeId>,
    /// Who leads it, if anybody does.
    pub leader: Option<NodeId>,
    /// How many replicas it should have.
    pub factor: usize,
    /// What its leader does, in any unit that all groups share.
    pub load: u64,
}

/// Plans at most `steps_max` steps for these nodes and groups.
pub fn plan(seats: &[Seat], groups: &[Placed], steps_max: usize) -> Vec<Planned> {
    let mut draft = Draft::new(seats, groups, steps_max.min(STEPS_MAX));
    draft.mend();
    draft.spread_regions();
    while draft.has_room() && draft.relieve_a_node() {}
    draft.hand_over();
    draft.steps
}

/// Plans hand-overs only: replicas stay where they are.
pub fn level(seats: &[Seat], groups: &[Placed], steps_max: usize) -> Vec<Planned> {
    let mut draft = Draft::new(seats, groups, steps_max.min(STEPS_MAX));
    draft.hand_over();
    draft.steps
}

/// The cluster as it will be after the steps so far.
struct Draft<'a> {
    seats: &'a [Seat],
    /// The same by node number: a plan asks for them a million times.
    by_node: Vec<Option<&'a Seat>>,
    groups: Vec<Placed>,
    /// Partitions by node, in order; `meta` does not count, since it is pinned where it is.
    held: Vec<BTreeSet<usize>>,
    steps: Vec<Planned>,
    steps_max: usize,
}

impl<'a> Draft<'a> {
    fn new(seats: &'a [Seat], groups: &[Placed], steps_max: usize) -> Self {
        let places = seats.iter().map(|seat| seat.node.index() + 1);
        let named = groups.iter().flat_map(|placed| placed.replicas.iter().map(|node| node.index() + 1));
        let mut held = vec![BTreeSet::new(); places.chain(named).max().unwrap_or(0)];
        for (at, placed) in groups.iter().enumerate().filter(|(_, placed)| placed.group != GroupId::META) {
            for node in &placed.replicas {
                held[node.index()].insert(at);
            }
        }
        let mut by_node = vec![None; held.len()];
        seats.iter().for_each(|seat| by_node[seat.node.index()] = Some(seat));
        Self { seats, by_node, groups: groups.to_vec(), held, steps: Vec::new(), steps_max }
    }

    /// How many partitions a node holds.
    fn holds(&self, node: NodeId) -> usize {
        self.held[node.index()].len()
    }

    fn has_room(&self) -> bool {
        self.steps.len() < self.steps_max
    }

    fn seat(&self, node: NodeId) -> Option<&'a Seat> {
        self.by_node.get(node.index()).copied().flatten()
    }

    /// Whether the node should hold what it holds. A node that nobody knows is as good as dead.
    fn standing(&self, node: NodeId) -> Standing {
        self.seat(node).map_or(Standing::Dead, |seat| seat.standing)
    }

    fn members(&self) -> impl Iterator<Item = &'a Seat> + use<'a> {
        self.seats.iter().filter(|seat| seat.standing == Standing::Member)
    }

    // --- the factor, and nodes that go

    fn mend(&mut self) {
        for at in 0..self.groups.len() {
            while self.has_room() && self.mend_one(at) {}
        }
    }

    /// One step that brings a group nearer to its factor on nodes that stay; `false` if none is needed or possible.
    fn mend_one(&mut self, at: usize) -> bool {
        let Placed { group, ref replicas, factor, .. } = self.groups[at];
        let count = replicas.len();
        let gone = |standing| replicas.iter().copied().find(|node| self.standing(*node) == standing);
        let (dead, draining) = (gone(Standing::Dead), gone(Standing::Draining));
        let home = self.best_home(at);
        let leaving = dead.map(|node| (node, Reason::NodeDead)).or(draining.map(|node| (node, Reason::Draining)));
        if let Some(from) = self.surplus_down(at) {
            let (step, reason) = (Step::Remove { group, from }, Reason::AboveFactor { replicas: count });
            self.take(at, Planned { step, reason });
            return true;
        }
        let (step, reason) = match (leaving, home) {
            (Some((from, reason)), _) if count > factor => (Step::Remove { group, from }, reason),
            (Some((from, reason)), Some(to)) if count == factor => (Step::Replace { group, from, to }, reason),
            (_, Some(to)) if count < factor => (Step::Add { group, to }, Reason::BelowFactor { replicas: count }),
            (None, _) if count > factor => {
                let Some(from) = self.one_too_many(at) else { return false };
                (Step::Remove { group, from }, Reason::AboveFactor { replicas: count })
            }
            _ => return false,
        };
        self.take(at, Planned { step, reason });
        true
    }

    /// A replica on a member that is down, if the members alone hold more than the factor.
    fn surplus_down(&self, at: usize) -> Option<NodeId> {
        let Placed { replicas, factor, .. } = &self.groups[at];
        let staying = || self.members().filter(|seat| replicas.contains(&seat.node));
        let down = staying().filter(|seat| !seat.up).map(|seat| seat.node);
        down.max_by_key(|node| (self.holds(*node), *node)).filter(|_| staying().count() > *factor)
    }

    /// The member that should get a replica: one that runs if there is one, in the region that has fewest of the group, of
    /// those who hold fewest.
    fn best_home(&self, at: usize) -> Option<NodeId> {
        let replicas: NodeSet = self.groups[at].replicas.iter().copied().collect();
        let free = self.members().filter(|seat| !replicas.contains(seat.node));
        free.min_by_key(|seat| (!seat.up, self.in_region(at, seat.region), self.holds(seat.node), seat.node))
            .map(|seat| seat.node)
    }

    /// The replica that is missed least: in the region that has most, of those who hold most; not the leader, if
    /// another will do.
    fn one_too_many(&self, at: usize) -> Option<NodeId> {
        let Placed { replicas, leader, .. } = &self.groups[at];
        let worth = |node: &NodeId| {
            let crowd = self.seat(*node).map_or(usize::MAX, |seat| self.in_region(at, seat.region));
            (crowd, Some(*node) != *leader, self.holds(*node), *node)
        };
        replicas.iter().copied().max_by_key(worth)
    }

    /// Replicas of the group in a region, on nodes that stay.
    fn in_region(&self, at: usize, region: Region) -> usize {
        let here = |node: &&NodeId| {
            self.seat(**node).is_some_and(|seat| seat.region == region && seat.standing == Standing::Member)
        };
        self.groups[at].replicas.iter().filter(here).count()
    }

    // --- regions and nodes

    /// Moves replicas out of regions that have two more of their group than another with a free node. One pass: what is
    /// done for a group later never undoes it.
    fn spread_regions(&mut self) {
        for at in 0..self.groups.len() {
            while self.has_room() {
                let Some(planned) = self.spread_one(at) else { break };
                self.take(at, planned);
            }
        }
    }

    fn spread_one(&self, at: usize) -> Option<Planned> {
        let to = self.best_home(at)?;
        let fewest = self.in_region(at, self.seat(to)?.region);
        let staying = self.groups[at].replicas.iter().filter_map(|node| self.seat(*node));
        let from = staying
            .filter(|seat| seat.standing == Standing::Member)
            .max_by_key(|seat| (self.in_region(at, seat.region), self.holds(seat.node), seat.node))?;
        let replicas = self.in_region(at, from.region);
        let step = Step::Replace { group: self.groups[at].group, from: from.node, to };
        let reason = Reason::RegionShared { region: from.region, replicas };
        (replicas >= fewest + 2).then_some(Planned { step, reason })
    }

    /// Carries a step out on the draft. A leader whose replica goes hands over first, if there is somebody.
    fn take(&mut self, at: usize, planned: Planned) {
        if let Step::Remove { from, .. } | Step::Replace { from, .. } = planned.step
            && let Some(step) = self.farewell(at, from)
        {
            self.carry_out(at, Planned { step, reason: planned.reason });
            if !self.has_room() {
                return;
            }
        }
        self.carry_out(at, planned);
    }

    fn carry_out(&mut self, at: usize, planned: Planned) {
        let (comes, goes) = match planned.step {
            Step::Add { to, .. } => (Some(to), None),
            Step::Remove { from, .. } => (None, Some(from)),
            Step::Replace { from, to, .. } => (Some(to), Some(from)),
            Step::Lead { to, .. } => {
                self.groups[at].leader = Some(to);
                (None, None)
            }
        };
        let placed = &mut self.groups[at];
        let counts = placed.group != GroupId::META;
        if let Some(to) = comes {
            placed.replicas.push(to);
            counts.then(|| self.held[to.index()].insert(at));
        }
        if let Some(from) = goes {
            placed.replicas.retain(|node| *node != from);
            counts.then(|| self.held[from.index()].remove(&at));
            if placed.leader == Some(from) {
                // Who will lead then is for the group to decide; the next plan sees it.
                placed.leader = None;
            }
        }
        self.steps.push(planned);
    }
}

#[cfg(test)]
mod tests;
