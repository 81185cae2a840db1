//! Controls of a node and its disk: it dies, comes back, freezes, goes on, or its disk is slow.
//!
//! Errors: a refusal says why nothing would change.

use crate::domain::control::{Control, Target};
use crate::domain::event::EventKind;
use crate::domain::ids::{EventId, NodeId};
use crate::domain::why::Why;
use crate::storage::memory_disk::DiskPace;

use super::slot::Status;
use super::world::World;

type Cause = Option<EventId>;

impl World {
    pub(super) fn control_crash(&mut self, target: Target, cause: Cause) -> Result<(), Why> {
        let node = self.resolve(target)?;
        if !self.nodes[node.index()].lives() {
            return Err(Why::AlreadySo);
        }
        self.forget_faults(|fault| *fault == Control::Freeze(Target::Node(node)));
        self.crash(node, cause);
        self.note_fault(Control::Crash(Target::Node(node)));
        Ok(())
    }

    pub(super) fn control_recover(&mut self, target: Target, cause: Cause) -> Result<(), Why> {
        let node = self.resolve(target)?;
        match self.nodes[node.index()].status {
            Status::Up => return Err(Why::NodeRuns),
            Status::Frozen => return Err(Why::Frozen),
            Status::Down | Status::Halted(_) | Status::Gone => {}
        }
        let meant = Target::Node(node);
        self.forget_faults(|fault| [Control::Crash(meant), Control::Poison(meant)].contains(fault));
        self.recover(node, cause);
        Ok(())
    }

    pub(super) fn recover_all(&mut self, cause: Cause) -> Result<(), Why> {
        let nodes: Vec<NodeId> =
            self.nodes.iter().filter(|slot| !slot.runs() && slot.status != Status::Gone).map(|slot| slot.id).collect();
        if nodes.is_empty() {
            return Err(Why::AlreadySo);
        }
        for node in nodes {
            if self.nodes[node.index()].status == Status::Frozen {
                self.control_thaw(Target::Node(node), cause)?;
            } else {
                self.control_recover(Target::Node(node), cause)?;
            }
        }
        Ok(())
    }

    pub(super) fn control_freeze(&mut self, target: Target, cause: Cause) -> Result<(), Why> {
        let node = self.resolve(target)?;
        let panics = self.panics(node);
        match self.nodes[node.index()].status {
            Status::Up if panics => Err(Why::NodeDown),
            Status::Up => {
                self.freeze(node, cause);
                self.note_fault(Control::Freeze(Target::Node(node)));
                Ok(())
            }
            Status::Frozen => Err(Why::AlreadySo),
            Status::Down | Status::Halted(_) | Status::Gone => Err(Why::NodeDown),
        }
    }

    pub(super) fn control_thaw(&mut self, target: Target, cause: Cause) -> Result<(), Why> {
        let node = self.resolve(target)?;
        match self.nodes[node.index()].status {
            Status::Frozen => {
                self.forget_faults(|fault| *fault == Control::Freeze(Target::Node(node)));
                self.thaw(node, cause);
                Ok(())
            }
            Status::Up => Err(Why::NotFrozen),
            Status::Down | Status::Halted(_) | Status::Gone => Err(Why::NodeDown),
        }
    }

    pub(super) fn slow_disk(&mut self, target: Target, pace: DiskPace, cause: Cause) -> Result<(), Why> {
        let node = self.resolve(target)?;
        if !self.nodes[node.index()].disk.set_pace(pace) {
            return Err(Why::AlreadySo);
        }
        let slow = pace == DiskPace::Slow;
        let meant = Control::SlowDisk { node: Target::Node(node), slow: true };
        if slow {
            self.note_fault(meant);
        } else {
            self.forget_faults(|fault| *fault == meant);
        }
        self.tell_of(Some(node), EventKind::DiskSlow { slow }, cause);
        Ok(())
    }
}
