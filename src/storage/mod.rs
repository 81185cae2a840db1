//! Where a node's promises survive its process.
//!
//! Idea: a disk is what a crash leaves behind. Everything above it may be forgotten; what it synced may not.

pub mod memory_disk;
