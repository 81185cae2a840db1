//! The sharding lab: what its keys mean now.
//!
//! Idea: each key does the step that a lesson takes next (one node more, the next strategy, the symbol in view runs hot);
//! whoever wants another one types it.

use super::faults;
use super::refusal::Refusal;
use crate::domain::control::{Control, Target};
use crate::domain::rules::PartitionStrategy;
use crate::domain::view::{ClusterView, NodeTruth};
use crate::ui::state::UiState;

/// Of a hundred orders, so many are for the symbol that a key makes hot.
const HOT_PERCENT: u8 = 60;

/// Symbols divided by the next strategy.
pub(in crate::ui) fn divide_by_the_next(_: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let all = PartitionStrategy::ALL;
    let place = all.iter().position(|strategy| *strategy == view.data.strategy);
    Ok(Control::Divide(all[place.map_or(0, |place| (place + 1) % all.len())]))
}

/// The symbol in view takes most of the orders, or no longer.
pub(in crate::ui) fn toggle_hot(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let symbol = state.market.symbol;
    let is_hot = view.flow.hot.is_some_and(|(hot, _)| hot == symbol);
    Ok(Control::HotSymbol { symbol, percent: if is_hot { 0 } else { HOT_PERCENT } })
}

/// The selected node leaves for good; what a dead one held is placed elsewhere.
pub(in crate::ui) fn decommission(state: &UiState, view: &ClusterView) -> Result<Control, Refusal> {
    let node = faults::member(view, state.selected)?;
    let target = Target::Node(node.id);
    Ok(match node.truth {
        NodeTruth::Down | NodeTruth::Halted => Control::Replace(target),
        _ => Control::Decommission(target),
    })
}
