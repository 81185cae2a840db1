//! chaosdesk: a replicated trading desk in one process, made to be broken in front of a class.
//!
//! # The map
//!
//! A run is a *world*: nodes, disks, network, clients and probes under one scheduler in virtual time. The world is a
//! value: it is cloned for checkpoints, and one seed gives one run, bit for bit. The dashboard, the headless runner and
//! the tests drive the same world through the same three doors: `Control` in, `ClusterView` and `Event` out.
//!
//! | room | what it knows |
//! |---|---|
//! | [`domain`] | plain data that everybody speaks: ids, units, orders, logs, events, views |
//! | [`document`] | TOML from outside, read with one clear error: line, column, what is allowed, nearest spelling |
//! | [`market`] | what is replicated: price-time books, sessions, the exchange of a partition |
//! | [`protocols`] | how replicas agree: what a node asks of a protocol, Raft without IO, acknowledgement rules, the failure detector |
//! | [`routing`] | which worker, which partition, which nodes: balancer, ring, placement |
//! | [`storage`] | what a disk keeps when its node dies |
//! | [`node`] | gateway, heart and replicas put together, still without IO |
//! | [`runtime`] | the world: scheduler, network, tasks, checkpoints, recordings, the pacer and the cluster's thread |
//! | [`workload`] | client sessions: open-loop load, bursts, retries, deadlines |
//! | [`chaos`] | faults that take several steps |
//! | [`audit`] | the ledger of promises, the invariants, the failover stopwatch |
//! | [`desk`] | all of it assembled into a run |
//! | [`lesson`] | scenarios and lessons: files that drive a run and say what must be true |
//! | [`report`] | what a run came to, as JSON and as text |
//! | [`ui`] | the dashboard: keys, actions, themes, languages, panels |
//! | [`cli`] | the command line |
//!
//! Dependencies point one way, from the bottom of this table to its top; `tests/tidy.rs` fails the build otherwise.
//! `docs/architecture.md` is the guided tour.
#![forbid(unsafe_code)]

pub mod audit;
pub mod chaos;
pub mod cli;
pub mod desk;
pub mod document;
pub mod domain;
pub mod lesson;
pub mod locale;
pub mod market;
pub mod node;
pub mod protocols;
pub mod report;
pub mod routing;
pub mod runtime;
pub mod storage;
pub mod ui;
pub mod workload;
