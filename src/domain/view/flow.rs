//! Orders on the screen: the balancer's workers, rates, latencies, and the ledger of promises.

use std::sync::Arc;

use crate::domain::feed::FeedSettings;
use crate::domain::ids::{GroupId, NodeId, SymbolId};
use crate::domain::order::ReadFrom;
use crate::domain::priority::Priority;
use crate::domain::rules::{AckRule, Strategy};
use crate::domain::time::SimDuration;

use super::HomesMoved;

/// The balancer.
#[derive(Clone, Debug, Default)]
pub struct BalancerView {
    /// How it picks.
    pub strategy: Strategy,
    /// Requests routed so far.
    pub routed: u64,
    /// Requests refused, no gateway having room.
    pub refused: u64,
    /// Requests that wait here for a gateway with room.
    pub queued: u64,
    /// Requests of each class that may wait here; one more is refused.
    pub queue_max: u64,
    /// Requests that were served before more urgent ones for their age, so far.
    pub aged: u64,
    /// Requests that were answered by another gateway than the one that had them first, so far.
    pub answered_elsewhere: u64,
    /// How full the fullest gateway is over how full they are on average, in thousandths: 1000 is even.
    pub imbalance_per_mille: u32,
    /// The same over the whole run.
    pub imbalance_total_per_mille: u32,
    /// Symbols that went to another gateway as one left or came; nothing where symbols have no gateway.
    pub moved: Option<HomesMoved>,
    /// What it has done by class of urgency, the most urgent first.
    pub classes: [ClassView; Priority::COUNT],
    /// Its workers, in node order.
    pub workers: Vec<WorkerView>,
}

/// Requests of one class of urgency at the balancer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClassView {
    /// Requests that wait here for a gateway with room.
    pub queued: u64,
    /// Requests routed so far.
    pub routed: u64,
    /// Requests refused here so far.
    pub refused: u64,
    /// From the arrival here to the answer, over the last seconds.
    pub answers: LatencyView,
}

/// Whether a worker is given requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Duty {
    /// It is.
    #[default]
    Serving,
    /// It gets nothing new, and still has something to finish.
    Draining,
    /// It gets nothing new and has nothing left.
    Drained,
}

/// A worker of the balancer, as the balancer sees it.
#[derive(Clone, Copy, Debug)]
pub struct WorkerView {
    /// The gateway's node.
    pub node: NodeId,
    /// It is in rotation: it answers probes.
    pub in_rotation: bool,
    /// Whether it is given requests.
    pub duty: Duty,
    /// Requests sent to it and not answered, by the balancer's own count.
    pub in_flight: u32,
    /// The most that it takes.
    pub capacity: u32,
    /// The one over the other, in thousandths.
    pub utilisation_per_mille: u32,
    /// Requests that wait at the gateway by class of urgency, as it said last.
    pub queued: [u32; Priority::COUNT],
    /// Requests routed to it so far.
    pub routed: u64,
    /// Requests routed to it in the last second.
    pub routed_per_s: u64,
    /// Requests that it answered in the last second; what it sent back undone is no answer.
    pub answered_per_s: u64,
    /// Its share of all that were routed so far, in thousandths.
    pub share_per_mille: u32,
    /// Requests that it sent back undone in the last second.
    pub refused_per_s: u64,
    /// Smoothed answer time (EWMA).
    pub latency: SimDuration,
    /// Its answer times over the last seconds.
    pub answers: LatencyView,
}

impl BalancerView {
    /// Whether no gateway is given orders: each is drained, or out of rotation.
    pub fn is_closed(&self) -> bool {
        !self.workers.is_empty() && !self.workers.iter().any(WorkerView::serves)
    }
}

impl WorkerView {
    /// Whether it is given requests.
    pub fn serves(&self) -> bool {
        self.in_rotation && self.duty == Duty::Serving
    }

    /// A worker in rotation that has done nothing yet.
    pub fn idle(node: NodeId) -> Self {
        Self {
            node,
            in_rotation: true,
            duty: Duty::Serving,
            in_flight: 0,
            capacity: 0,
            utilisation_per_mille: 0,
            queued: [0; Priority::COUNT],
            routed: 0,
            routed_per_s: 0,
            answered_per_s: 0,
            share_per_mille: 0,
            refused_per_s: 0,
            latency: SimDuration::ZERO,
            answers: LatencyView::default(),
        }
    }
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
    /// Orders handed in in the last second, each once.
    pub sent_per_s: u64,
    /// Orders that nobody answered by their deadline, in the last second.
    pub unanswered_per_s: u64,
    /// Orders acknowledged in the last second.
    pub acked_per_s: u64,
    /// Queries answered in the last second.
    pub queries_per_s: u64,
    /// Queries answered so far.
    pub queries_answered: u64,
    /// Latency of queries over the whole run, first send to answer.
    pub query_latency: LatencyView,
    /// Queries answered by a replica that did not vouch for being up to date, so far.
    pub replica_reads: u64,
    /// Clients heard so often, unasked, that an order of theirs was cancelled because its venue closed.
    pub noticed: u64,
    /// The highest second so far.
    pub peak_per_s: u64,
    /// Refusals in the last second.
    pub refused_per_s: u64,
    /// Requests that found no session with a place for them, so far: never handed in, and part of no total.
    pub not_sent: u64,
    /// Requests that wait for an answer.
    pub waiting: u64,
    /// Requests sent again so far.
    pub retried: u64,
    /// Latency of acknowledgements over the last seconds, first send to answer.
    pub latency: LatencyView,
    /// Latency of acknowledgements over the whole run.
    pub latency_total: LatencyView,
    /// Latency of acknowledgements of orders for the hot symbol over the last seconds.
    pub hot_latency: LatencyView,
    /// The group that decides on the hot symbol, as the last answer said.
    pub hot_group: Option<GroupId>,
    /// The group that did before the symbol moved, if it has moved since it is hot.
    pub hot_before: Option<GroupId>,
    /// Counts of the last seconds by latency: below 1, 5, 20, 100 ms, and above.
    pub buckets: [u64; 5],
    /// The burst that runs: orders to go, of how many.
    pub burst: Option<(u64, u64)>,
    /// The file that is played.
    pub feed: Option<FeedFileView>,
}

/// A file that is played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedFileView {
    /// Where it was read.
    pub path: Arc<str>,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them were sent as orders; `None`: they are prices.
    pub sent: Option<u64>,
    /// The line at which reading stopped, counted from 1.
    pub wrong_line: Option<u64>,
    /// Rows whose price no book has room for.
    pub bent: u64,
}

impl FlowView {
    /// Orders are handed in, and nobody has had an answer for a second.
    pub const fn is_silent(&self) -> bool {
        self.sent_per_s > 0 && self.acked_per_s == 0
    }
}

impl FeedFileView {
    /// Of a file of which nothing was played yet.
    pub fn of(feed: &FeedSettings) -> Self {
        Self {
            path: feed.path.as_str().into(),
            rows: feed.rows.len() as u64,
            sent: None,
            wrong_line: feed.wrong.as_ref().map(|wrong| wrong.line as u64),
            bent: feed.bent,
        }
    }
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

/// The ledger of promises. Every order that was handed in is acknowledged, refused, unknown or waiting.
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
    /// No answer by the deadline, or the auditor has no room to follow it.
    pub unknown: u64,
    /// Acknowledged by a leader that is gone, and the new one has not shown yet what it holds.
    pub in_doubt: u64,
    /// Acknowledged and not yet on a majority's disks: what a crash now could lose, at most.
    pub at_risk: u64,
    /// Still waiting for their answer.
    pub waiting: u64,
    /// Answered, and applied by a majority under one chain: settled and forgotten.
    pub settled: u64,
    /// Acknowledged, and ended unexecuted for want of cash or of room.
    pub revoked: u64,
    /// Beyond the auditor's memory: orders of which it can say nothing, its bounds being met.
    pub untracked: u64,
}

impl LedgerView {
    /// So many orders that nobody has answered are followed no longer: what becomes of them is unknown.
    pub const fn lose_sight(&mut self, orders: u64) {
        self.untracked += orders;
        self.unknown += orders;
    }
}
