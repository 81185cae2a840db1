//! One node.

pub mod message;
