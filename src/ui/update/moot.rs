//! What the cluster cannot do now, or has done already: told before it is sent, not after it was said to be done.
//!
//! Idea: how data are divided is decided by the controller, the leader of `meta`. While there is none, nobody takes it on; and
//! a division in force, or moves that nobody has planned, are nothing to decide. The cluster knows it too and drops the
//! command with an event. Members that come and go, and venues, are wishes that wait for a controller: they are sent.
//! Left out: what only the cluster can tell, such as a split that finds nothing to even out. Its event says so.

use super::faults;
use super::refusal::Refusal;
use crate::domain::control::Control;
use crate::domain::rules::PartitionStrategy;
use crate::domain::view::ClusterView;
use crate::routing::partitioner::Partitioner;

/// Why this control would change nothing, if the view tells.
pub(super) fn why(control: Control, view: &ClusterView) -> Option<Refusal> {
    if let Some(gone) = faults::gone(view).find(|node| control.names(node.id)) {
        return Some(Refusal::new("toast-gone").with("node", gone.id));
    }
    let by_controller =
        matches!(control, Control::Divide(_) | Control::Split | Control::MoveSymbol { .. } | Control::StopMoves);
    if by_controller && view.run.controller.is_none() {
        return Some(Refusal::new("toast-no-controller"));
    }
    match control {
        Control::Divide(strategy) if is_divided(strategy, view) => {
            Some(Refusal::new("toast-divided-already").with("strategy", strategy.name()))
        }
        Control::StopMoves if view.data.planned == 0 => Some(Refusal::new("toast-nothing-planned")),
        _ => None,
    }
}

/// Whether every symbol is where this strategy wants it, and stays there. One that was moved by hand is not.
fn is_divided(strategy: PartitionStrategy, view: &ClusterView) -> bool {
    if strategy != view.data.strategy || view.data.planned > 0 || view.data.under_way > 0 {
        return false;
    }
    let mut partitioner = Partitioner::of(&view.run.settings.partition, strategy, view.partitions().count());
    let owners = partitioner.owners(view.run.settings.market.instruments);
    view.books.lines.iter().all(|line| owners.get(usize::from(line.symbol.0)) == Some(&line.group))
}
