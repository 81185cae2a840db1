//! Moments: the names by which a step waits for something to happen.
//!
//! Idea: `when = "leader_elected"` is an event by name, in any group and on any node unless the step says which;
//! `when = "node.n3.lag >= 50k"` is a state of affairs, looked at again and again.

use crate::document::problem::Complaint;
use crate::domain::event::{Event, EventKind, Health, MovesEvent};
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::venue::VenueNews;
use crate::domain::view::ClusterView;

use super::expression::{self, Expression};
use super::words::Context;

/// What a step waits for.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// An event.
    Happens(Pattern),
    /// A state of affairs.
    Holds(Expression),
}

/// Which events are meant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pattern {
    /// The name of the event, out of [`NAMES`].
    pub name: &'static str,
    /// In this group only.
    pub group: Option<GroupId>,
    /// On this node only.
    pub node: Option<NodeId>,
}

type Test = fn(&EventKind) -> bool;

/// Every event that can be waited for.
pub const NAMES: &[(&str, Test)] = &[
    ("node_crashed", |kind| matches!(kind, EventKind::Crashed { .. })),
    ("node_recovered", |kind| matches!(kind, EventKind::Recovered { .. })),
    ("caught_up", |kind| matches!(kind, EventKind::CaughtUp { .. })),
    ("node_frozen", |kind| matches!(kind, EventKind::Frozen)),
    ("node_thawed", |kind| matches!(kind, EventKind::Thawed { .. })),
    ("node_halted", |kind| matches!(kind, EventKind::Halted { .. })),
    ("peer_degraded", |kind| matches!(kind, EventKind::Believes { health: Health::Degraded, .. })),
    ("peer_failed", |kind| matches!(kind, EventKind::Believes { health: Health::Failed, .. })),
    ("peer_healthy", |kind| matches!(kind, EventKind::Believes { health: Health::Healthy, .. })),
    ("election_timeout", |kind| matches!(kind, EventKind::TimedOut { .. })),
    ("candidate_stands", |kind| matches!(kind, EventKind::Stands { .. })),
    ("vote_granted", |kind| matches!(kind, EventKind::Voted { .. })),
    ("vote_refused", |kind| matches!(kind, EventKind::VoteRefused { .. })),
    ("leader_elected", |kind| matches!(kind, EventKind::Elected { .. })),
    ("leader_stepped_down", |kind| matches!(kind, EventKind::SteppedDown { .. })),
    ("first_commit", |kind| matches!(kind, EventKind::FirstCommit { .. })),
    ("first_answer", |kind| matches!(kind, EventKind::FirstAnswer { .. })),
    ("transfer_failed", |kind| matches!(kind, EventKind::TransferFailed { .. })),
    ("tail_truncated", |kind| matches!(kind, EventKind::Truncated { .. })),
    ("snapshot_sent", |kind| matches!(kind, EventKind::SnapshotSent { .. })),
    ("snapshot_installed", |kind| matches!(kind, EventKind::SnapshotInstalled { .. })),
    ("gap_found", |kind| matches!(kind, EventKind::GapFound { .. })),
    ("rebuilt", |kind| matches!(kind, EventKind::Rebuilt { .. })),
    ("snapshot_taken", |kind| matches!(kind, EventKind::SnapshotTaken { .. })),
    ("burst_ended", |kind| matches!(kind, EventKind::BurstEnded { .. })),
    ("queue_full", |kind| matches!(kind, EventKind::Overloaded { .. })),
    ("symbol_assigned", |kind| matches!(kind, EventKind::SymbolAssigned { .. })),
    ("worker_drained", |kind| matches!(kind, EventKind::Drained)),
    ("moves_done", |kind| matches!(kind, EventKind::Moves(MovesEvent::Done { .. }))),
    ("rolling_restart_done", |kind| matches!(kind, EventKind::RollingRestart { done: true })),
    ("control_refused", |kind| matches!(kind, EventKind::ControlRefused { .. })),
    ("orders_lost", |kind| matches!(kind, EventKind::OrdersLost { .. })),
    ("invariant_violated", |kind| matches!(kind, EventKind::Violated { .. })),
    ("node_joined", |kind| matches!(kind, EventKind::NodeJoined)),
    ("node_leaving", |kind| matches!(kind, EventKind::NodeLeaving)),
    ("node_left", |kind| matches!(kind, EventKind::NodeLeft)),
    ("replica_placed", |kind| matches!(kind, EventKind::ReplicaPlaced { .. })),
    ("venue_closed", |kind| matches!(kind, EventKind::Venue(VenueNews::Closed(_)))),
    ("venue_drained", |kind| matches!(kind, EventKind::Venue(VenueNews::Drained { .. }))),
    ("venue_opened", |kind| matches!(kind, EventKind::Venue(VenueNews::Opened(_)))),
    ("rebalanced", |kind| matches!(kind, EventKind::Rebalanced { .. })),
];

/// Reads a condition: the name of an event, or an expression.
///
/// # Errors
/// It is neither.
pub fn parse(text: &str, context: &Context) -> Result<Condition, Complaint> {
    if expression::looks_like_one(text) {
        return expression::parse(text, context).map(Condition::Holds);
    }
    match NAMES.iter().find(|(name, _)| *name == text) {
        Some((name, _)) => Ok(Condition::Happens(Pattern { name, group: None, node: None })),
        None => {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            let found = Complaint::new(0..text.len(), format!("no event is called `{text}`")).among(text, &names);
            Err(found
                .clone()
                .allow(format!("{}, or a comparison such as `orders.lost = 0`", found.allowed.unwrap_or_default())))
        }
    }
}

impl Condition {
    /// Whether this event is it.
    pub fn met_by(&self, event: &Event) -> bool {
        match self {
            Self::Holds(_) => false,
            Self::Happens(pattern) => {
                NAMES.iter().any(|(name, test)| *name == pattern.name && test(&event.kind))
                    && pattern.group.is_none_or(|group| event.group == Some(group))
                    && pattern.node.is_none_or(|node| event.node == Some(node))
            }
        }
    }

    /// Whether the state of affairs is there.
    pub fn met_in(&self, view: &ClusterView) -> bool {
        match self {
            Self::Happens(_) => false,
            Self::Holds(expression) => expression.holds(view),
        }
    }

    /// Whether it must be looked at again and again.
    pub const fn is_looked_at(&self) -> bool {
        matches!(self, Self::Holds(_))
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Holds(expression) => f.write_str(&expression.text),
            Self::Happens(pattern) => {
                f.write_str(pattern.name)?;
                if let Some(group) = pattern.group {
                    write!(f, " in {group}")?;
                }
                pattern.node.map_or(Ok(()), |node| write!(f, " on {node}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_names_every_event_and_figure() {
        let docs = include_str!("../../docs/scenarios.md");
        for (name, _) in NAMES {
            assert!(docs.contains(&format!("`{name}`")), "{name}");
        }
        for (path, ..) in super::super::measure::WHOLE {
            let last = path.rsplit('.').next().unwrap_or_default();
            assert!(docs.contains(&format!("`{path}`")) || docs.contains(&format!("`{last}`")), "{path}");
        }
    }
}
