//! Time: how it passes, as keys ask for it.

use super::refusal::Refusal;
use super::{Given, Request};
use crate::domain::command::PaceCommand;
use crate::ui::state::UiState;

/// Asks for this pace.
pub(in crate::ui) fn pace(command: PaceCommand, out: &mut Vec<Request>) -> Result<(), Refusal> {
    out.push(command.into());
    Ok(())
}

/// On to the next notable event of the group in view.
pub(in crate::ui) fn step(state: &mut UiState, _: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    pace(PaceCommand::Step(state.group), out)
}

/// Stops the process until it is called back; the cluster is paused meanwhile.
pub(in crate::ui) fn suspend(_: &mut UiState, _: &Given<'_>, out: &mut Vec<Request>) -> Result<(), Refusal> {
    out.extend([PaceCommand::Pause.into(), Request::Suspend]);
    Ok(())
}
