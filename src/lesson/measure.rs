//! Measures: every figure of a run that an expectation can name, by its path.
//!
//! Idea: a path is checked when the file is read, so that a misspelt figure is a mistake in the file and never an
//! expectation that silently holds. Paths are those of the JSON result where it has the figure too; `report` tests that
//! they agree.
//! Units: numbers are thousandths in an `i64`, so that `12.5` ms is exact and no float decides anything.

mod readers;
mod venues;

use crate::document::problem::{Complaint, listed};
use crate::domain::event::Invariant;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::map::Placing;
use crate::domain::priority::Priority;
use crate::domain::time::SimTime;
use crate::domain::venue::VenueId;
use crate::domain::view::{ClassView, ClusterView, Duty, FailoverView, GroupView, NodeView};

use super::words::{self, Context, Word};
use readers::{
    cold, cost, count, dollars, gaps, latency, median, ms, node, open_failovers, packed_per_mille, picked, recent,
    slowest_ticks, spreads, trades, units, worker, yes_no,
};
use venues::OfVenue;

pub use readers::{Phases, condition, equal, node_lag};
pub use venues::OF_VENUE;

/// A measured value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// A number, in thousandths.
    Number(i64),
    /// A word: a node, a condition, yes or no.
    Word(String),
}

/// What a measure yields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A number.
    Number,
    /// A node, or `none`.
    Node,
    /// The condition of a node.
    Condition,
    /// `yes` or `no`.
    YesNo,
}

/// Thousandths in one.
pub const UNIT: i64 = 1_000;

/// The words for the condition of a node.
pub const CONDITIONS: [&str; 7] = ["up", "slow", "frozen", "down", "halted", "sync", "gone"];

type Whole = fn(&ClusterView) -> Option<Value>;
type OfNode = fn(&ClusterView, &NodeView) -> Option<Value>;
type OfClass = fn(&ClassView) -> Option<Value>;
type OfGroup = fn(&GroupView) -> Option<Value>;
type OfInvariant = fn(&ClusterView, Option<Invariant>) -> Option<Value>;

#[derive(Clone, Copy)]
enum Read {
    Whole(Whole),
    Node(NodeId, OfNode),
    Group(GroupId, OfGroup),
    Class(Priority, OfClass),
    Invariant(Option<Invariant>, OfInvariant),
    Venue(VenueId, OfVenue),
}

/// A figure by its path.
#[derive(Clone)]
pub struct Measure {
    /// Its path, as written.
    pub path: String,
    /// What it yields.
    pub kind: Kind,
    read: Read,
}

impl std::fmt::Debug for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Measure({})", self.path)
    }
}

/// Two measures are one if they are written alike: the path says everything.
impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

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
    ("recent_latency_ms.p50", Kind::Number, |v| recent(v, |l| l.p50)),
    ("recent_latency_ms.p99", Kind::Number, |v| recent(v, |l| l.p99)),
    ("flow.sent_per_s", Kind::Number, |v| count(v.flow.sent_per_s)),
    ("flow.unanswered_per_s", Kind::Number, |v| count(v.flow.unanswered_per_s)),
    ("flow.acked_per_s", Kind::Number, |v| count(v.flow.acked_per_s)),
    ("flow.queries_per_s", Kind::Number, |v| count(v.flow.queries_per_s)),
    ("flow.replica_reads", Kind::Number, |v| count(v.flow.replica_reads)),
    ("flow.noticed", Kind::Number, |v| count(v.flow.noticed)),
    ("flow.refused_per_s", Kind::Number, |v| count(v.flow.refused_per_s)),
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
    ("balancer.imbalance", Kind::Number, |v| Some(Value::Number(v.balancer.imbalance_total_per_mille.into()))),
    ("cost_per_hour", Kind::Number, |v| Some(Value::Number(cost(v)))),
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
    ("data.switch_per_mille", Kind::Number, |v| count(v.data.store.switch?.symbols.per_mille()?)),
    ("store.kept", Kind::Number, |v| count(v.data.store.kept)),
    ("store.away", Kind::Number, |v| count(v.data.store.away)),
    ("store.twice", Kind::Number, |v| count(v.data.store.twice)),
    ("store.nowhere", Kind::Number, |v| count(v.data.store.nowhere)),
    ("store.moved", Kind::Number, |v| count(v.data.store.moved)),
    ("store.forgotten", Kind::Number, |v| count(v.data.store.forgotten)),
    ("store.fullest", Kind::Number, |v| count(by_id(v).max()?)),
    ("store.emptiest", Kind::Number, |v| count(by_id(v).min()?)),
    ("store.switch_per_mille", Kind::Number, |v| count(v.data.store.switch?.trades.per_mille()?)),
    ("store.theory_per_mille", Kind::Number, |v| count(v.data.store.switch?.theory?)),
    ("placement.imbalance", Kind::Number, |v| count(u64::from(v.placement.imbalance))),
    ("placement.settled", Kind::YesNo, |v| yes_no(v.placement.placing != Placing::Moving)),
    ("transfers.committed", Kind::Number, |v| count(v.accounts.transfers.committed)),
    ("transfers.waiting", Kind::Number, |v| count(v.accounts.transfers.waiting)),
    ("transfers.in_transit", Kind::Number, |v| units(v.accounts.transfers.in_transit())),
    ("transfers.lots_in_transit", Kind::Number, |v| count(v.accounts.transfers.lots_in_transit)),
    ("hand.cash", Kind::Number, |v| dollars(v.accounts.hand.as_ref()?.cash)),
    ("hand.reserved", Kind::Number, |v| dollars(v.accounts.hand.as_ref()?.reserved)),
    ("hand.realised", Kind::Number, |v| dollars(v.accounts.hand.as_ref()?.realised)),
    ("hand.unrealised", Kind::Number, |v| dollars(v.accounts.hand.as_ref()?.unrealised)),
    ("replicas.gaps", Kind::Number, gaps),
];

/// Trades by id in each partition.
fn by_id(view: &ClusterView) -> impl Iterator<Item = u64> {
    view.partitions().map(|group| group.by_id)
}

/// The share of the partition that does the most.
fn hottest(view: &ClusterView) -> Option<Value> {
    let spread = view.data.load_spread;
    (spread.max * 100).checked_div(spread.total).and_then(count)
}

/// Figures of a node: `node.n3.` and one of these.
pub const OF_NODE: &[(&str, Kind, OfNode)] = &[
    ("state", Kind::Condition, |_, n| Some(Value::Word(condition(n.truth).to_owned()))),
    ("lag", Kind::Number, |v, n| count(node_lag(v, n.id))),
    ("leads", Kind::Number, |_, n| count(u64::from(n.leads))),
    ("incarnation", Kind::Number, |_, n| count(u64::from(n.incarnation))),
    ("believed_failed", Kind::Number, |_, n| count(u64::from(n.believed[2]))),
    ("taken", Kind::Number, |_, n| count(n.gateway.taken)),
    ("refused", Kind::Number, |_, n| count(n.gateway.refused)),
    ("routed", Kind::Number, |v, n| count(worker(v, n)?.routed)),
    ("in_flight", Kind::Number, |v, n| count(u64::from(worker(v, n)?.in_flight))),
    ("drained", Kind::YesNo, |v, n| yes_no(worker(v, n)?.duty == Duty::Drained)),
    ("fsyncs", Kind::Number, |_, n| count(n.disk.fsyncs)),
    ("ticks", Kind::Number, |_, n| count(n.ticks.processed)),
    ("ticks_per_s", Kind::Number, |_, n| count(n.ticks.per_s)),
    ("replicas", Kind::Number, |_, n| count(u64::from(n.replicas))),
    ("unsynced", Kind::Number, |_, n| count(n.disk.written.saturating_sub(n.disk.synced))),
];

/// Figures of a class of urgency: `class.vip.` and one of these.
pub const OF_CLASS: &[(&str, OfClass)] = &[
    ("routed", |c| count(c.routed)),
    ("refused", |c| count(c.refused)),
    ("queued", |c| count(c.queued)),
    ("p50_ms", |c| (c.answers.count > 0).then_some(c.answers.p50).and_then(ms)),
    ("p99_ms", |c| (c.answers.count > 0).then_some(c.answers.p99).and_then(ms)),
];

/// Figures of a group: `group.p1.` and one of these.
pub const OF_GROUP: &[(&str, Kind, OfGroup)] = &[
    ("leader", Kind::Node, |g| node(g.leader)),
    ("term", Kind::Number, |g| count(g.term.0)),
    ("commit", Kind::Number, |g| count(g.commit.0)),
    ("connected", Kind::Number, |g| count(u64::from(g.connected))),
    ("quorum", Kind::Number, |g| count(u64::from(g.quorum))),
    ("writable", Kind::YesNo, |g| yes_no(g.leader.is_some() && g.margin().is_some())),
    ("lag_max", Kind::Number, |g| count(g.replicas.iter().map(|r| r.lag_records).max().unwrap_or(0))),
    ("equal", Kind::YesNo, |g| yes_no(equal(g))),
];

/// Figures of invariants: `invariants.` (all) or `invariant.NAME.`, and one of these.
pub const OF_INVARIANT: &[(&str, OfInvariant)] = &[
    ("checked", |v, which| count(picked(v, which).map(|i| i.checked).sum())),
    // An invariant that was never checked has no violations to count, not even none.
    ("violations", |v, which| {
        let seen = picked(v, which).any(|i| i.checked > 0 || i.violations > 0);
        seen.then(|| picked(v, which).map(|i| i.violations).sum()).and_then(count)
    }),
];

impl Measure {
    /// Reads a path.
    ///
    /// # Errors
    /// No figure has it.
    pub fn read(word: &Word<'_>, context: &Context) -> Result<Self, Complaint> {
        let path = word.text;
        let found = |kind, read| Ok(Self { path: path.to_owned(), kind, read });
        if let Some((_, kind, whole)) = WHOLE.iter().find(|(name, ..)| *name == path) {
            return found(*kind, Read::Whole(*whole));
        }
        let mut parts = parts(word).into_iter();
        match (parts.next().map(|part| part.text), parts.next(), parts.next(), parts.next()) {
            (Some("node"), Some(who), Some(what), None) => {
                let id = words::node(&who, context)?;
                let (kind, of) = row(OF_NODE.iter().map(|(name, kind, of)| (*name, (*kind, *of))), &what)?;
                found(kind, Read::Node(id, of))
            }
            (Some("group"), Some(who), Some(what), None) => {
                let id = words::group(&who, context)?;
                let (kind, of) = row(OF_GROUP.iter().map(|(name, kind, of)| (*name, (*kind, *of))), &what)?;
                found(kind, Read::Group(id, of))
            }
            (Some("class"), Some(who), Some(what), None) => {
                let class = row(Priority::ALL.iter().map(|class| (class.name(), *class)), &who)?;
                found(Kind::Number, Read::Class(class, row(OF_CLASS.iter().copied(), &what)?))
            }
            (Some("venue"), Some(who), Some(what), None) => {
                let (kind, venue, of) = venues::read(&who, &what)?;
                found(kind, Read::Venue(venue, of))
            }
            (Some("invariants"), Some(what), None, None) => {
                found(Kind::Number, Read::Invariant(None, row(OF_INVARIANT.iter().copied(), &what)?))
            }
            (Some("invariant"), Some(who), Some(what), None) => {
                let which = row(Invariant::ALL.iter().map(|which| (which.name(), *which)), &who)?;
                found(Kind::Number, Read::Invariant(Some(which), row(OF_INVARIANT.iter().copied(), &what)?))
            }
            _ => {
                let names: Vec<&str> = WHOLE.iter().map(|(name, ..)| *name).collect();
                let all =
                    format!("{}, node.n1.lag (and so on), group.p1.leader, invariants.violations", listed(&names));
                Err(word.complain(format!("no figure is called `{path}`")).among(path, &names).allow(all))
            }
        }
    }

    /// Its value, counted from what it was in `base` if it is a number and a base is given.
    pub fn since(&self, view: &ClusterView, base: Option<&ClusterView>) -> Option<Value> {
        match (self.of(view)?, base) {
            (Value::Number(now), Some(base)) => match self.of(base) {
                Some(Value::Number(then)) => Some(Value::Number(now - then)),
                _ => Some(Value::Number(now)),
            },
            (value, _) => Some(value),
        }
    }

    /// Its value now; nothing where nothing was measured.
    pub fn of(&self, view: &ClusterView) -> Option<Value> {
        match self.read {
            Read::Whole(read) => read(view),
            Read::Node(id, read) => read(view, view.nodes.iter().find(|node| node.id == id)?),
            Read::Group(id, read) => read(view.groups.iter().find(|group| group.id == id)?),
            Read::Class(class, read) => read(&view.balancer.classes[class.index()]),
            Read::Invariant(which, read) => read(view, which),
            Read::Venue(venue, read) => venues::of(view, venue, read),
        }
    }
}

fn parts<'t>(word: &Word<'t>) -> Vec<Word<'t>> {
    let mut start = word.span.start;
    let part = |text: &'t str| {
        let span = start..start + text.len();
        start = span.end + 1;
        Word { text, span }
    };
    word.text.split('.').map(part).collect()
}

fn row<T>(mut rows: impl Iterator<Item = (&'static str, T)>, word: &Word<'_>) -> Result<T, Complaint> {
    let mut names = Vec::new();
    let hit = rows.find_map(|(name, value)| {
        names.push(name);
        (name == word.text).then_some(value)
    });
    hit.ok_or_else(|| word.complain(format!("no figure is called `{}` here", word.text)).among(word.text, &names))
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Number(thousandths) => {
                let (whole, part) = (thousandths / UNIT, thousandths.rem_euclid(UNIT));
                let digits = format!("{part:03}");
                let digits = digits.trim_end_matches('0');
                if digits.is_empty() { write!(f, "{whole}") } else { write!(f, "{whole}.{digits}") }
            }
        }
    }
}
