//! Raft: one leader a term orders the commands of a group, and a majority remembers them.
//!
//! Idea: the protocol of Ongaro & Ousterhout 2014 as a state machine without IO. An input comes with the time, effects
//! go out in order; the driver obeys them and never interprets them.
//! Units: log indices count records from 1; time is the node's own monotonic clock in ns.
//! Shape: `protocols::replication` is the contract; `observe` meets it. `message` is what replicas say to each other. `replica` holds the type and its `step`; `admit` is the one place that compares
//! terms; `rules` holds each safety rule as a named predicate with its switch. `election`, `append` (followers),
//! `replication` and `commit` (leaders), `reads`, `transfer` and `install` (snapshots) are the chapters of the paper.
//! `membership` knows which configuration holds, `quorum` counts by it, `change` is the way from one to another.
//! `durability` knows what the disk has finished, `progress` what a leader knows of a follower.
//! Bound: reads that wait, beats that are remembered, batches on their way and records not yet committed have a
//! `_MAX`; what exceeds it is refused with a `Why`.
//! Errors: none. Stale requests are answered, stale answers dropped; what we compute ourselves is asserted.
//! Left out: filtering by the configuration: who is a stranger here may have joined by an entry that is still on its way.
//! Sources: Ongaro & Ousterhout 2014; Ongaro 2014 §3.10, §4, §6.2, §6.4, §9.6; docs/raft.md maps claims to tests.

mod admit;
mod append;
mod applied;
mod change;
mod commit;
mod config;
mod durability;
mod election;
mod hint;
mod install;
mod membership;
pub mod message;
mod observe;
mod progress;
mod quorum;
mod reads;
mod replica;
mod replication;
mod role;
mod rules;
mod transfer;

pub use config::RaftConfig;
pub use reads::READS_WAITING_MAX;
pub use replica::Raft;
pub use replication::UNCOMMITTED_RECORDS_MAX;
