//! Routing: which worker takes a request, which partition owns a symbol, which nodes hold a partition.
//!
//! Idea: three questions, three answers. The partitioner and the ring are pure arithmetic over a hash that never
//! changes; the balancer decides again with every request, from what it has been told.

pub mod aged_queue;
pub mod assignment;
pub mod balancer;
pub mod drain;
pub mod latencies;
pub mod partitioner;
pub mod placement;
pub mod rate;
pub mod rebalancer;
pub mod ring;
