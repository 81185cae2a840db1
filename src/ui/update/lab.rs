//! The sharding lab: what its keys mean now.
//!
//! Idea: each key does the step that a lesson takes next (one node more, the next strategy, the symbol in view runs hot);
//! whoever wants another one types it.

use super::refusal::Refusal;
use super::{Given, faults};
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
    Ok(Control::hot((!is_hot).then_some((symbol, HOT_PERCENT))))
}

/// What is said of a symbol that was made hot: also how busy the leader is that decides on it. So a class sees why nothing
/// becomes slow on a desk that has little to do.
pub(super) fn with_the_leader(said: String, done: Control, given: &Given<'_>) -> String {
    let Control::HotSymbol { symbol, percent: 1.. } = done else { return said };
    let line = given.view.books.line(symbol);
    let group = line.and_then(|line| given.view.group(line.group));
    let leader = group.and_then(|group| given.view.nodes.iter().find(|node| Some(node.id) == group.leader));
    let (Some(group), Some(leader)) = (group, leader) else { return said };
    let busy = (leader.admission.busy_per_mille + 5) / 10;
    let args = [("group", group.id.to_string()), ("node", leader.id.to_string()), ("busy", busy.to_string())];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    given.words.text("toast-hot", &[&[("what", said.as_str())], &args[..]].concat())
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
