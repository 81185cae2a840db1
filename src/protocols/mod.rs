//! How replicas agree: state machines without IO, one folder a protocol.
//!
//! Idea: a protocol is a `step`: an input comes with the time, effects go out in order. Nothing here knows a clock, a
//! channel, a disk or a random source; all of them are handed in (DESIGN: "protocols as step").

pub mod ack;
pub mod failure_detector;
pub mod raft;
