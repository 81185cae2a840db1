//! A small world for Raft alone: replicas, disks, links and checkers, driven by one queue of events.
//!
//! Idea: what the stories and the storms run is the very core that the desk runs; only the world around it is small
//! enough to read in one sitting.
#![allow(dead_code, reason = "stories and storms each use their part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy exempts only the bodies of tests")]

pub mod checker;
pub mod machine;
pub mod print;
pub mod world;
