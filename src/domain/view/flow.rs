//! Orders on the screen: the balancer's workers, rates, latencies, and the ledger of promises.

use crate::domain::ids::{NodeId, SymbolId};
use crate::domain::order::ReadFrom;
use crate::domain::rules::{AckRule, Strategy};
use crate::domain::time::SimDuration;

/// The balancer.
#[derive(Clone, Debug, Default)]
pub struct BalancerView {
    /// How it picks.
    pub strategy: Strategy,
    /// Requests routed so far.
    pub routed: u64,
    /// Requests refused, no gateway having room.
    pub refused: u64,
    /// Its workers, in node order.
    pub workers: Vec<WorkerView>,
}

/// A worker of the balancer, as the balancer sees it.
#[derive(Clone, Copy, Debug)]
pub struct WorkerView {
    /// The gateway's node.
    pub node: NodeId,
    /// It is in rotation.
    pub in_rotation: bool,
    /// Requests sent to it and not answered, by the balancer's own count.
    pub in_flight: u32,
    /// The most that it takes.
    pub capacity: u32,
    /// Requests routed to it so far.
    pub routed: u64,
    /// Requests routed to it in the last second.
    pub routed_per_s: u64,
    /// Smoothed answer time (EWMA).
    pub latency: SimDuration,
}

/// Orders in, answers out.
#[derive(Clone, Debug, Default)]
pub struct FlowView {
    /// The steady load runs.
    pub load_on: bool,
    /// Its rate, per second.
    pub rate: u64,
    /// Share of queries, percent.
    pub query_percent: u32,
    /// Who serves queries.
    pub read_from: ReadFrom,
    /// When orders are acknowledged.
    pub ack: AckRule,
    /// The exponent of Zipf by which instruments are asked for, in thousandths; 0 is evenly.
    pub skew_per_mille: u32,
    /// The hot symbol, and how many of a hundred orders it gets.
    pub hot: Option<(SymbolId, u8)>,
    /// Orders acknowledged in the last second.
    pub acked_per_s: u64,
    /// Queries answered in the last second.
    pub queries_per_s: u64,
    /// Queries answered by a replica that did not vouch for being up to date, so far.
    pub replica_reads: u64,
    /// The highest second so far.
    pub peak_per_s: u64,
    /// Refusals in the last second.
    pub refused_per_s: u64,
    /// Requests that wait for an answer.
    pub waiting: u64,
    /// Requests sent again so far.
    pub retried: u64,
    /// Latency of acknowledgements over the last seconds, first send to answer.
    pub latency: LatencyView,
    /// Latency of acknowledgements over the whole run.
    pub latency_total: LatencyView,
    /// Counts of the last seconds by latency: below 1, 5, 20, 100 ms, and above.
    pub buckets: [u64; 5],
    /// The burst that runs: orders to go, of how many.
    pub burst: Option<(u64, u64)>,
}

/// Percentiles.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LatencyView {
    /// How many were measured.
    pub count: u64,
    /// Half are faster.
    pub p50: SimDuration,
    /// 99 of 100 are faster.
    pub p99: SimDuration,
    /// The slowest.
    pub max: SimDuration,
}

/// The ledger of promises.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LedgerView {
    /// Orders handed in.
    pub submitted: u64,
    /// Orders acknowledged.
    pub acknowledged: u64,
    /// Orders refused for good.
    pub rejected: u64,
    /// Orders sent again at least once.
    pub retried: u64,
    /// Acknowledged, and gone for good.
    pub lost: u64,
    /// Applied twice.
    pub duplicated: u64,
    /// No answer by the deadline.
    pub unknown: u64,
    /// Acknowledged by a leader that is gone, and the new one has not shown yet what it holds.
    pub in_doubt: u64,
    /// Acknowledged and not yet on a majority's disks: what a crash now could lose, at most.
    pub at_risk: u64,
    /// Still waiting for their answer.
    pub waiting: u64,
    /// Answered, and applied by a majority under one chain: settled and forgotten.
    pub settled: u64,
    /// Beyond the auditor's memory: orders that it could not follow, its bounds being met. 0 in any sound run.
    pub untracked: u64,
}
