//! Figures of the whole run, by path.
//!
//! Shape: one row a figure; `report` tests that the JSON result has those that it shares under the same path.
//! Units: in the name; shares are in thousandths where it ends in `per_mille`.

use crate::domain::map::Placing;
use crate::domain::spread::Spread;
use crate::domain::time::SimTime;
use crate::domain::view::{AccountView, ClusterView, FailoverView, StoreView};

use super::readers::{
    cold, cost, count, dollars, gaps, imbalance, latency, median, ms, node, open_failovers, p99, packed_per_mille,
    queries, recent, slowest_ticks, spreads, thousandths, tolerates, trades, units, yes_no,
};
use super::{Kind, Phases, Value, Whole, equal, node_lag};

/// Figures of the whole run.
pub const WHOLE: &[(&str, Kind, Whole)] = &[
    ("virtual_ms", Kind::Number, |v| ms(v.run.now.since(SimTime::ZERO))),
    ("events", Kind::Number, |v| count(v.run.events)),
    ("orders.submitted", Kind::Number, |v| count(v.ledger.submitted)),
    ("orders.acknowledged", Kind::Number, |v| count(v.ledger.acknowledged)),
    ("orders.rejected", Kind::Number, |v| count(v.ledger.rejected)),
    ("orders.retried", Kind::Number, |v| count(v.ledger.retried)),
    ("orders.lost", Kind::Number, |v| count(v.ledger.lost)),
    ("orders.duplicated", Kind::Number, |v| count(v.ledger.duplicated)),
    ("orders.unknown", Kind::Number, |v| count(v.ledger.unknown)),
    ("orders.in_doubt", Kind::Number, |v| count(v.ledger.in_doubt)),
    ("orders.at_risk", Kind::Number, |v| count(v.ledger.at_risk)),
    ("orders.revoked", Kind::Number, |v| count(v.ledger.revoked)),
    ("orders.untracked", Kind::Number, |v| count(v.ledger.untracked)),
    ("orders.waiting", Kind::Number, |v| count(v.ledger.waiting)),
    ("latency_ms.p50", Kind::Number, |v| latency(v, |l| l.p50)),
    ("latency_ms.p99", Kind::Number, |v| latency(v, |l| l.p99)),
    ("latency_ms.max", Kind::Number, |v| latency(v, |l| l.max)),
    ("query_latency_ms.p50", Kind::Number, |v| queries(v, |l| l.p50)),
    ("query_latency_ms.p99", Kind::Number, |v| queries(v, |l| l.p99)),
    ("recent_latency_ms.p50", Kind::Number, |v| recent(v, |l| l.p50)),
    ("recent_latency_ms.p99", Kind::Number, |v| recent(v, |l| l.p99)),
    ("flow.sent_per_s", Kind::Number, |v| count(v.flow.sent_per_s)),
    ("flow.unanswered_per_s", Kind::Number, |v| count(v.flow.unanswered_per_s)),
    ("flow.acked_per_s", Kind::Number, |v| count(v.flow.acked_per_s)),
    ("flow.queries_per_s", Kind::Number, |v| count(v.flow.queries_per_s)),
    ("flow.queries_answered", Kind::Number, |v| count(v.flow.queries_answered)),
    ("flow.replica_reads", Kind::Number, |v| count(v.flow.replica_reads)),
    ("flow.noticed", Kind::Number, |v| count(v.flow.noticed)),
    ("flow.refused_per_s", Kind::Number, |v| count(v.flow.refused_per_s)),
    ("flow.hot_p99_ms", Kind::Number, |v| p99(&v.flow.hot_latency)),
    ("flow.peak_per_s", Kind::Number, |v| count(v.flow.peak_per_s)),
    ("flow.burst_left", Kind::Number, |v| count(v.flow.burst.map_or(0, |(left, _)| left))),
    ("admission.on", Kind::YesNo, |v| yes_no(v.admission.on)),
    ("admission.capacity_per_s", Kind::Number, |v| count(v.admission.capacity_per_s?)),
    ("admission.refused", Kind::Number, |v| count(v.admission.refused)),
    ("admission.turned_away", Kind::Number, |v| count(v.admission.turned_away)),
    ("admission.not_acknowledgeable", Kind::Number, |v| count(v.admission.not_acknowledgeable)),
    ("admission.expired", Kind::Number, |v| count(v.admission.expired)),
    ("admission.retries_denied", Kind::Number, |v| count(v.admission.retries_denied)),
    ("admission.stalled", Kind::Number, |v| count(v.admission.stalled.len() as u64)),
    ("failovers.count", Kind::Number, |v| count(v.failovers.len() as u64)),
    ("failovers.open", Kind::Number, |v| count(open_failovers(v))),
    ("failovers.rounds_max", Kind::Number, |v| v.failovers.iter().map(|f| u64::from(f.rounds)).max().and_then(count)),
    ("failovers.total_ms_max", Kind::Number, |v| v.failovers.iter().filter_map(FailoverView::total).max().and_then(ms)),
    ("failovers.total_ms_median", Kind::Number, |v| median(v).and_then(ms)),
    ("failover.detect_ms", Kind::Number, |v| Phases::of(v.failovers.last()?).detect.and_then(ms)),
    ("failover.elect_ms", Kind::Number, |v| Phases::of(v.failovers.last()?).elect.and_then(ms)),
    ("failover.first_commit_ms", Kind::Number, |v| Phases::of(v.failovers.last()?).first_commit.and_then(ms)),
    ("failover.first_answer_ms", Kind::Number, |v| Phases::of(v.failovers.last()?).first_answer.and_then(ms)),
    ("failover.total_ms", Kind::Number, |v| v.failovers.last()?.total().and_then(ms)),
    ("nodes.up", Kind::Number, |v| count(v.nodes.iter().filter(|n| n.truth.runs()).count() as u64)),
    ("nodes.lag_max", Kind::Number, |v| v.nodes.iter().map(|n| node_lag(v, n.id)).max().and_then(count)),
    ("replicas.equal", Kind::YesNo, |v| yes_no(v.groups.iter().all(equal))),
    ("net.sent", Kind::Number, |v| count(v.net.sent)),
    ("net.dropped", Kind::Number, |v| count(v.net.dropped)),
    ("balancer.routed", Kind::Number, |v| count(v.balancer.routed)),
    ("balancer.refused", Kind::Number, |v| count(v.balancer.refused)),
    ("ticks.sent", Kind::Number, |v| count(v.market.sent)),
    ("ticks.processed", Kind::Number, |v| count(v.market.processed)),
    ("ticks.per_s", Kind::Number, |v| count(v.market.per_s)),
    ("ticks.shed", Kind::Number, |v| count(v.market.shed)),
    ("ticks.held_back", Kind::Number, |v| count(v.market.held_back)),
    ("ticks.given_up", Kind::Number, |v| count(v.market.given_up)),
    ("ticks.queued_max", Kind::Number, |v| v.nodes.iter().map(|n| n.ticks.queued).max().and_then(count)),
    ("ticks.p99_ms_max", Kind::Number, |v| slowest_ticks(v).and_then(ms)),
    ("signals.count", Kind::Number, |v| count(v.market.signals)),
    ("signals.orders", Kind::Number, |v| count(v.market.orders)),
    ("spreads.begun", Kind::Number, |v| spreads(v, |of| of.begun)),
    ("spreads.committed", Kind::Number, |v| spreads(v, |of| of.committed)),
    ("spreads.aborted", Kind::Number, |v| spreads(v, |of| of.aborted)),
    ("spreads.open", Kind::Number, |v| spreads(v, |of| u64::from(of.open))),
    ("spreads.held", Kind::Number, |v| spreads(v, |of| u64::from(of.held))),
    ("balancer.queued", Kind::Number, |v| count(v.balancer.queued)),
    ("balancer.aged", Kind::Number, |v| count(v.balancer.aged)),
    ("balancer.answered_elsewhere", Kind::Number, |v| count(v.balancer.answered_elsewhere)),
    ("balancer.imbalance", Kind::Number, |v| Some(Value::Number(v.balancer.imbalance_total_per_mille.into()))),
    ("balancer.moved_per_mille", Kind::Number, |v| count(v.balancer.moved?.wave.per_mille()?)),
    ("cost_per_hour", Kind::Number, |v| Some(Value::Number(cost(v)))),
    ("tolerates", Kind::Number, tolerates),
    ("trades.hot", Kind::Number, |v| trades(v, |t| t.hot_trades)),
    ("trades.cold", Kind::Number, |v| trades(v, |t| t.cold_trades)),
    ("trades.cold_windows", Kind::Number, |v| trades(v, |t| t.cold_windows)),
    ("trades.plain_bytes", Kind::Number, |v| trades(v, |t| t.cold_plain_bytes)),
    ("trades.packed_bytes", Kind::Number, |v| trades(v, |t| t.cold_packed_bytes)),
    ("trades.packed_per_mille", Kind::Number, packed_per_mille),
    ("trades.forgotten", Kind::Number, |v| trades(v, |t| t.forgotten)),
    ("trades.late", Kind::Number, |v| trades(v, |t| t.late)),
    ("read.found", Kind::Number, |v| count(v.trades.as_ref()?.found())),
    ("read.opened", Kind::Number, |v| count(v.trades.as_ref()?.opened())),
    ("read.passed", Kind::Number, |v| count(v.trades.as_ref()?.passed())),
    ("read.bytes", Kind::Number, |v| count(v.trades.as_ref()?.bytes_read())),
    ("read.cold", Kind::Number, |v| count(cold(v.trades.as_ref()?))),
    ("controller", Kind::Node, |v| node(v.run.controller)),
    ("data.moved", Kind::Number, |v| count(v.data.moved)),
    ("data.under_way", Kind::Number, |v| count(u64::from(v.data.under_way))),
    ("data.planned", Kind::Number, |v| count(u64::from(v.data.planned))),
    ("data.held_refused", Kind::Number, |v| count(v.data.held_refused)),
    ("data.hottest_percent", Kind::Number, hottest),
    ("data.min", Kind::Number, |v| count(v.data.symbols_spread.min)),
    ("data.max", Kind::Number, |v| count(v.data.symbols_spread.max)),
    ("data.mean", Kind::Number, |v| thousandths(v.data.symbols_spread.mean_millis)),
    ("data.std_dev", Kind::Number, |v| thousandths(v.data.symbols_spread.deviation_millis)),
    ("data.imbalance", Kind::Number, |v| imbalance(&v.data.symbols_spread)),
    ("data.switch_per_mille", Kind::Number, |v| count(v.data.store.switch?.symbols.per_mille()?)),
    ("store.kept", Kind::Number, |v| stored(v, |of| of.kept)),
    ("store.away", Kind::Number, |v| stored(v, |of| of.away)),
    ("store.twice", Kind::Number, |v| stored(v, |of| of.twice)),
    ("store.nowhere", Kind::Number, |v| stored(v, |of| of.nowhere)),
    ("store.moved", Kind::Number, |v| stored(v, |of| of.moved)),
    ("store.forgotten", Kind::Number, |v| stored(v, |of| of.forgotten)),
    ("store.fullest", Kind::Number, |v| count(by_id(v)?.into_iter().max()?)),
    ("store.emptiest", Kind::Number, |v| count(by_id(v)?.into_iter().min()?)),
    ("store.mean", Kind::Number, |v| thousandths(trades_spread(v)?.mean_millis)),
    ("store.std_dev", Kind::Number, |v| thousandths(trades_spread(v)?.deviation_millis)),
    ("store.imbalance", Kind::Number, |v| imbalance(&trades_spread(v)?)),
    ("store.switch_per_mille", Kind::Number, |v| count(v.data.store.switch?.trades.per_mille()?)),
    ("store.theory_per_mille", Kind::Number, |v| count(v.data.store.switch?.theory?)),
    ("placement.imbalance", Kind::Number, |v| count(u64::from(v.placement.imbalance))),
    ("placement.settled", Kind::YesNo, |v| yes_no(v.placement.placing != Placing::Moving)),
    ("transfers.committed", Kind::Number, |v| count(v.accounts.transfers.committed)),
    ("transfers.waiting", Kind::Number, |v| count(v.accounts.transfers.waiting)),
    ("transfers.in_transit", Kind::Number, |v| units(v.accounts.transfers.in_transit())),
    ("transfers.lots_in_transit", Kind::Number, |v| count(v.accounts.transfers.lots_in_transit)),
    ("hand.cash", Kind::Number, |v| dollars(whole_hand(v)?.cash)),
    ("hand.reserved", Kind::Number, |v| dollars(whole_hand(v)?.reserved)),
    ("hand.realised", Kind::Number, |v| dollars(whole_hand(v)?.realised)),
    ("hand.unrealised", Kind::Number, |v| dollars(whole_hand(v)?.unrealised)),
    ("replicas.gaps", Kind::Number, gaps),
];

/// The hand's account, if all of it is known: what lies in a group of which no replica runs is not nothing.
fn whole_hand(view: &ClusterView) -> Option<&AccountView> {
    view.accounts.hand.as_ref().filter(|account| account.is_whole())
}

/// Trades by id in all partitions together, if all are known.
fn stored(view: &ClusterView, figure: fn(&StoreView) -> u64) -> Option<Value> {
    if view.is_whole() { count(figure(&view.data.store)) } else { None }
}

/// Trades by id in each partition, if all are known.
fn by_id(view: &ClusterView) -> Option<Vec<u64>> {
    view.partitions().map(|group| group.by_id).collect()
}

/// How evenly trades by id are divided among the partitions.
fn trades_spread(view: &ClusterView) -> Option<Spread> {
    by_id(view).map(|trades| Spread::of(&trades))
}

/// The share of the partition that does the most.
fn hottest(view: &ClusterView) -> Option<Value> {
    let spread = view.data.load_spread;
    (spread.max * 100).checked_div(spread.total).and_then(count)
}
