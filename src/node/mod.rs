//! One node.

pub mod message;
#[expect(clippy::module_inception, reason = "the room and the thing in it have one name")]
pub mod node;
