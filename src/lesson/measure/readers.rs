//! Readers: what a figure is read from a view by.
//!
//! Idea: a row of a table names a figure and one of these; none of them knows a path.

use crate::domain::event::Invariant;
use crate::domain::ids::NodeId;
use crate::domain::spread::{Imbalance, Spread};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::trades::{Heat, Holdings, TradesAnswer};
use crate::domain::units::Cash;
use crate::domain::view::{
    ClusterView, FailoverView, GroupView, LatencyView, NodeTruth, NodeView, SpreadsView, WorkerView,
};

use super::{UNIT, Value};

/// The phases of a failover; each begins where the one before it ended, so they add up to the whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Phases {
    /// From the fault to the first election timer that ran out.
    pub detect: Option<SimDuration>,
    /// From there to the election.
    pub elect: Option<SimDuration>,
    /// From there to the first commit of the new term.
    pub first_commit: Option<SimDuration>,
    /// From there to the first answer to a client; nothing at all where the rule lets a leader promise before it commits.
    pub first_answer: Option<SimDuration>,
}

impl Phases {
    /// The phases of this failover; one that is not over is missing.
    pub fn of(failover: &FailoverView) -> Self {
        let moments = &failover.moments;
        let since = |end: Option<SimTime>, start: Option<SimTime>| Some(end?.since(start?));
        // A leader that hands over is not suspected: its successor stands at once.
        let suspected = moments.suspected.or(moments.vote_requested);
        Self {
            detect: since(suspected, Some(moments.fault)),
            elect: since(moments.elected, suspected),
            first_commit: since(moments.first_commit, moments.elected),
            first_answer: since(moments.first_answer, moments.first_commit),
        }
    }
}

/// The word for the condition of a node.
pub const fn condition(truth: NodeTruth) -> &'static str {
    match truth {
        NodeTruth::Up => "up",
        NodeTruth::Slow => "slow",
        NodeTruth::Frozen => "frozen",
        NodeTruth::Down => "down",
        NodeTruth::Halted => "halted",
        NodeTruth::Sync => "sync",
        NodeTruth::Gone => "gone",
    }
}

/// Records that the node's worst replica is behind.
pub fn node_lag(view: &ClusterView, node: NodeId) -> u64 {
    view.groups.iter().filter_map(|group| group.replica(node)).map(|replica| replica.lag_records).max().unwrap_or(0)
}

/// Whether all living replicas of a group have applied the same: equal index, equal chain.
pub fn equal(group: &GroupView) -> bool {
    let mut living =
        group.replicas.iter().filter(|replica| replica.alive).map(|replica| (replica.applied, replica.chain));
    living.next().is_some_and(|first| living.all(|other| other == first))
}

/// The node's gateway as the balancer sees it.
pub(super) fn worker<'v>(view: &'v ClusterView, node: &NodeView) -> Option<&'v WorkerView> {
    view.balancer.workers.iter().find(|worker| worker.node == node.id)
}

/// What all gateways cost in an hour, in thousandths of a dollar.
pub(super) fn cost(view: &ClusterView) -> i64 {
    let gateway = &view.run.settings.gateway;
    let cost = view.nodes.iter().map(|node| gateway.cost(node.id)).fold(0, u64::saturating_add);
    i64::try_from(cost).unwrap_or(i64::MAX)
}

/// How many more nodes may fail before some partition takes no writes; nothing where one takes none already.
pub(super) fn tolerates(view: &ClusterView) -> Option<Value> {
    let margins: Option<Vec<u8>> = view.partitions().map(GroupView::margin).collect();
    count(margins?.into_iter().min()?.into())
}

/// The fullest part over the emptiest.
pub(super) fn imbalance(spread: &Spread) -> Option<Value> {
    match spread.imbalance {
        Imbalance::Finite(ratio) => thousandths(ratio),
        Imbalance::Infinite => Some(Value::INFINITE),
    }
}

/// A figure that is in thousandths already.
pub(super) fn thousandths(number: u64) -> Option<Value> {
    Some(Value::Number(i64::try_from(number).unwrap_or(i64::MAX)))
}

pub(super) fn picked(
    view: &ClusterView,
    which: Option<Invariant>,
) -> impl Iterator<Item = &crate::domain::view::InvariantView> {
    view.invariants.iter().filter(move |row| which.is_none_or(|which| row.invariant == which))
}

/// Failovers on their way: neither through, nor overtaken by the next, nor left alone because nobody asks.
pub(super) fn open_failovers(view: &ClusterView) -> u64 {
    view.failovers.iter().filter(|failover| failover.end.is_none()).count() as u64
}

/// The median of the failovers that are over; of two in the middle, the worse.
pub(super) fn median(view: &ClusterView) -> Option<SimDuration> {
    let mut totals: Vec<SimDuration> = view.failovers.iter().filter_map(FailoverView::total).collect();
    totals.sort_unstable();
    totals.get(totals.len() / 2).copied()
}

pub(super) fn latency(view: &ClusterView, pick: fn(&crate::domain::view::LatencyView) -> SimDuration) -> Option<Value> {
    let total = &view.flow.latency_total;
    (total.count > 0).then(|| pick(total)).and_then(ms)
}

pub(super) fn queries(view: &ClusterView, pick: fn(&crate::domain::view::LatencyView) -> SimDuration) -> Option<Value> {
    let total = &view.flow.query_latency;
    (total.count > 0).then(|| pick(total)).and_then(ms)
}

pub(super) fn recent(view: &ClusterView, pick: fn(&crate::domain::view::LatencyView) -> SimDuration) -> Option<Value> {
    let recent = &view.flow.latency;
    (recent.count > 0).then(|| pick(recent)).and_then(ms)
}

/// The latency that 99 of 100 are below; nothing where nothing was measured.
pub(super) fn p99(measured: &LatencyView) -> Option<Value> {
    (measured.count > 0).then_some(measured.p99).and_then(ms)
}

/// The p99 of ticks on the node where it is worst.
pub(super) fn slowest_ticks(view: &ClusterView) -> Option<SimDuration> {
    let measured = view.nodes.iter().map(|node| node.ticks.latency).filter(|latency| latency.count > 0);
    measured.map(|latency| latency.p99).max()
}

pub(super) fn count(number: u64) -> Option<Value> {
    Some(Value::Number(i64::try_from(number).unwrap_or(i64::MAX).saturating_mul(UNIT)))
}

/// Milliseconds in thousandths are microseconds.
pub(super) fn ms(length: SimDuration) -> Option<Value> {
    Some(Value::Number(i64::try_from(length.as_micros()).unwrap_or(i64::MAX)))
}

pub(super) fn node(node: Option<NodeId>) -> Option<Value> {
    Some(Value::Word(node.map_or_else(|| "none".to_owned(), |node| node.to_string())))
}

pub(super) fn yes_no(yes: bool) -> Option<Value> {
    Some(Value::Word(if yes { "yes" } else { "no" }.to_owned()))
}

/// A figure of spreads, over all groups.
pub(super) fn spreads(view: &ClusterView, pick: fn(&SpreadsView) -> u64) -> Option<Value> {
    if view.is_whole() { count(view.groups.iter().map(|group| pick(&group.spreads)).sum()) } else { None }
}

/// A figure of the trades, over all partitions.
pub(super) fn trades(view: &ClusterView, figure: fn(&Holdings) -> u64) -> Option<Value> {
    if view.is_whole() { count(view.groups.iter().map(|group| figure(&group.trades)).sum()) } else { None }
}

/// What packed trades take, in thousandths of what they would take in memory.
pub(super) fn packed_per_mille(view: &ClusterView) -> Option<Value> {
    let sum = |figure: fn(&Holdings) -> u64| view.groups.iter().map(|group| figure(&group.trades)).sum::<u64>();
    (sum(|t| t.cold_packed_bytes) * 1_000).checked_div(sum(|t| t.cold_plain_bytes)).and_then(count)
}

/// Windows that an answer was read from in the archive.
pub(super) fn cold(answer: &TradesAnswer) -> u64 {
    answer.touched().filter(|(_, touch)| touch.heat == Heat::Cold).count() as u64
}

/// Replicas whose machines have stopped before a change that does not follow.
pub(super) fn gaps(view: &ClusterView) -> Option<Value> {
    count(view.groups.iter().flat_map(|group| &group.replicas).filter(|replica| replica.gap.is_some()).count() as u64)
}

/// Cash in thousandths of a dollar; what is finer is cut off.
pub(super) fn dollars(cash: Cash) -> Option<Value> {
    i64::try_from(cash.0 / 1_000).ok().map(Value::Number)
}

/// Cash in millionths of a dollar, however it is signed: to the last unit.
pub(super) fn units(cash: Cash) -> Option<Value> {
    count(u64::try_from(cash.0.unsigned_abs()).unwrap_or(u64::MAX))
}
