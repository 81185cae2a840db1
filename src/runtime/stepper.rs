//! Steps of nodes: what is handed to whoever runs them, and the one who runs them on the spot.
//!
//! Idea: the world never calls a node itself. It makes a `NodeJob`, which owns the node, the input and room for effects;
//! somebody steps it and hands it back. Inline that is a call; through tasks it is a journey (`tasks`). The job is the
//! same, so the run is the same.

use crate::domain::ids::NodeId;
use crate::domain::time::Now;
use crate::node::Node;
use crate::node::message::{NodeEffect, NodeInput};

use super::panic_guard;

/// A node on its way to take a step, and back.
pub struct NodeJob {
    pub(super) id: NodeId,
    pub(super) incarnation: u32,
    pub(super) node: Box<Node>,
    pub(super) now: Now,
    /// `None` once the step is taken.
    pub(super) input: Option<NodeInput>,
    pub(super) effects: Vec<NodeEffect>,
}

/// What became of a step.
pub enum NodeDone {
    /// The node is back with its effects.
    Stepped(NodeJob),
    /// It panicked and is gone; these were its words.
    Panicked(String),
}

impl NodeJob {
    /// Takes the step.
    pub(super) fn step(&mut self) {
        if let Some(input) = self.input.take() {
            self.node.step(self.now, input, &mut self.effects);
        }
    }
}

/// Takes a job's step here and now. A panic loses the node, and nothing else.
pub fn step_inline(mut job: NodeJob) -> NodeDone {
    let outcome = panic_guard::caught(move || {
        job.step();
        job
    });
    match outcome {
        Ok(job) => NodeDone::Stepped(job),
        Err(words) => NodeDone::Panicked(words),
    }
}
