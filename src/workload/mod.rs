//! The workload: client sessions that place, cancel and ask, steadily and in bursts.
//!
//! Idea: an open loop. Clients send when their time has come, whether or not the desk keeps up: that is how overload
//! shows. Each session numbers its requests, waits with patience, asks again, and gives up at the deadline.

pub mod arrivals;
pub mod budget;
pub mod burst;
pub mod capacity;
pub mod clients;
pub mod figures;
pub mod makers;
pub mod orders;
pub mod patience;
pub mod popularity;
pub mod session;
pub mod steady;
pub mod tape;
pub mod ticks;
