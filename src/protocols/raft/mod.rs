//! Raft.

pub mod message;
