//! How replicas agree: state machines without IO, one folder a protocol.
//!
//! Idea: a protocol is a `step`: an input comes with the time, effects go out in order. Nothing here knows a clock, a
//! channel, a disk or a random source; all of them are handed in (DESIGN: "protocols as step").
//! Shape: `replication` is what a node asks of a protocol, `message` what goes in and out, `registry` the list of protocols.

pub mod ack;
pub mod failure_detector;
#[cfg(test)]
pub(crate) mod fixed_primary;
pub mod message;
pub mod raft;
pub mod registry;
pub mod replication;
