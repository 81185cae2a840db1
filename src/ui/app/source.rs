//! What stands behind the screen: where views come from and commands go to.

use std::sync::Arc;

use crate::domain::command::Command;
use crate::domain::engine::Answered;
use crate::domain::view::ClusterView;

/// The queue of commands is full; nothing was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the cluster's thread has more commands waiting than it takes")]
pub struct Busy;

/// Where views come from and commands go to.
pub trait ViewSource {
    /// Grows with every view.
    fn version(&self) -> u64;
    /// The latest view.
    fn view(&self) -> Arc<ClusterView>;
    /// Asks for something, without waiting.
    fn send(&self, command: Command) -> Result<(), Busy>;
    /// The answers to the controls that were sent, since this was asked last; in the order of the controls.
    fn take_answers(&self) -> Vec<Answered>;
    /// Whether nobody makes views any more, though nobody was asked to stop.
    fn is_over(&self) -> bool;
}
