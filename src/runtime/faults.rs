//! Faults in force: what the screen lists until it is taken back.
//!
//! Bound: a cluster has so many nodes and links.

use crate::domain::control::Control;
use crate::domain::ids::NodeId;
use crate::domain::view::FaultView;

use super::world::World;

impl World {
    pub(super) fn note_fault(&mut self, control: Control) {
        self.faults.push(FaultView { since: self.clock.now, control });
    }

    /// A node that is gone has no faults.
    pub(super) fn forget_faults_of(&mut self, node: NodeId) {
        self.forget_faults(|fault| fault.names(node));
    }

    pub(super) fn forget_faults(&mut self, over: impl Fn(&Control) -> bool) {
        self.faults.retain(|fault| !over(&fault.control));
    }
}
