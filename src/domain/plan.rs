//! Plans: which replica should move and which leader should change, and why.
//!
//! Idea: a plan is data, so that a screen can show what is going to happen before it does. Who makes it is
//! `routing::rebalancer`; who carries it out is the controller (`node::steward`).

use serde::{Deserialize, Serialize};

use super::ids::{GroupId, NodeId};

/// A region, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Region(pub u8);

/// Why a step is proposed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Reason {
    /// The group has so many replicas, fewer than it should.
    BelowFactor {
        /// How many.
        replicas: usize,
    },
    /// The group has so many replicas, more than it should.
    AboveFactor {
        /// How many.
        replicas: usize,
    },
    /// The node is dead.
    NodeDead,
    /// The node should be empty soon.
    Draining,
    /// So many replicas of the group are in this region, and another could have one of them.
    RegionShared {
        /// Which.
        region: Region,
        /// How many.
        replicas: usize,
    },
    /// The node holds so many replicas, the other so many fewer.
    Crowded {
        /// The one.
        holds: usize,
        /// The other.
        other: usize,
    },
    /// The node leads so many groups, the one that gains at the end of the chain so many fewer.
    LeadsMore {
        /// The one.
        leads: usize,
        /// The other.
        other: usize,
    },
    /// A controller that is gone decided so; why, only it knew.
    Inherited,
}

/// A step of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Step {
    /// A replica comes: it learns, catches up, and is then a voter.
    Add {
        /// Of which group.
        group: GroupId,
        /// Where.
        to: NodeId,
    },
    /// A replica goes.
    Remove {
        /// Of which group.
        group: GroupId,
        /// Where.
        from: NodeId,
    },
    /// A replica comes, and when it is a voter another goes.
    Replace {
        /// Of which group.
        group: GroupId,
        /// Which goes.
        from: NodeId,
        /// Which comes.
        to: NodeId,
    },
    /// Leadership is handed over.
    Lead {
        /// Of which group.
        group: GroupId,
        /// By whom.
        from: NodeId,
        /// To whom.
        to: NodeId,
    },
}

/// A step with its reason.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Planned {
    /// What.
    pub step: Step,
    /// Why.
    pub reason: Reason,
}

impl Step {
    /// Of which group it is.
    pub const fn group(&self) -> GroupId {
        match *self {
            Self::Add { group, .. }
            | Self::Remove { group, .. }
            | Self::Replace { group, .. }
            | Self::Lead { group, .. } => group,
        }
    }
}
