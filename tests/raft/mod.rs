//! A small world for Raft alone: replicas, disks, links and checkers, driven by one queue of events.
//!
//! Idea: what the stories and the storms run is the very core that the desk runs; only the world around it is small
//! enough to read in one sitting.

pub mod checker;
pub mod machine;
pub mod print;
pub mod world;
