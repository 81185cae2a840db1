//! Placement on the screen: who holds and who leads how much, and what is planned about it.

use crate::domain::map::Placing;
use crate::domain::plan::{Reason, Step};

/// Steps of a plan in a view.
pub const PLAN_ROWS_MAX: usize = 64;

/// Who holds what, and where it is going.
#[derive(Clone, Debug, Default)]
pub struct PlacementView {
    /// Whether groups are on their way to other nodes.
    pub placing: Placing,
    /// What the controller is doing and what it will do next; at most [`PLAN_ROWS_MAX`] rows. Empty without a controller.
    pub plan: Vec<PlanRow>,
    /// Groups that each node leads, in node order.
    pub leaders: Vec<u16>,
    /// Replicas with a vote that each node holds, in node order.
    pub replicas: Vec<u16>,
    /// By how many groups the busiest member leads more than the idlest; members that leave do not count.
    pub imbalance: u16,
}

/// A step of the plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlanRow {
    /// What.
    pub step: Step,
    /// Why.
    pub reason: Reason,
    /// How far it is.
    pub progress: StepProgress,
}

/// How far a step is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StepProgress {
    /// Others come first.
    Waits,
    /// A new replica learns: records to go.
    Learns(u64),
    /// The voters change.
    Votes,
    /// Leadership is being handed over.
    HandsOver,
}
