//! One node of the cluster: gateway, heart, replicas, put together; still without IO.
//!
//! Idea: DESIGN calls protocols `step` functions; a node is a `step` made of steps. The scheduler in `runtime` owns
//! it, hands it inputs one at a time and carries out what it wants done, in a tokio task or inline, with one result.
//! Shape: `message` is the contract with the scheduler. `gateway` takes requests and `tickets` numbers them, `replica` holds what
//! keeps a group's log, whichever protocol that is (`protocols::replication`), and its state machine (`machine`, applied in turns of the
//! `processor`), `proposals` and `reads` remember who waits for what, `heart` beats and believes, `market_data` takes ticks, `out`
//! collects effects, `views` shows it all. What concerns two groups, or takes a leader many records, is a leader task
//! ([`tasks`]): transactions, symbols that move, trades that go where their ids belong, venues. Gateways hold (`held`) what
//! comes for a symbol that moves. When nodes come and go the `steward` of the controller plans, and the leaders move their
//! groups (`moving`).

mod admission;
mod archive;
mod gateway;
mod gateway_admission;
mod gateway_declined;
mod heart;
mod held;
mod leveller;
mod machine;
mod map;
mod market_data;
pub mod message;
mod meter;
mod moving;
#[expect(clippy::module_inception, reason = "the node is the concept, the rest are its parts")]
mod node;
mod out;
mod pacing;
mod processor;
mod proposals;
mod reads;
mod replica;
mod replicas;
#[cfg(test)]
mod seam_tests;
mod steward;
pub mod tasks;
mod tickets;
mod upkeep;
mod venues;
mod views;

pub use node::{Node, NodeBoot};
pub use views::cells;
