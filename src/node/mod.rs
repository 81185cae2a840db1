//! One node.

pub mod message;
pub mod node;
