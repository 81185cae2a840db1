//! Measures: every figure of a run that an expectation can name, by its path.
//!
//! Idea: a path is checked when the file is read, so that a misspelt figure is a mistake in the file and never an
//! expectation that silently holds. Paths are those of the JSON result where it has the figure too; `report` tests that
//! they agree.
//! Units: numbers are thousandths in an `i64`, so that `12.5` ms is exact and no float decides anything.

use crate::document::problem::{Complaint, listed};
use crate::domain::event::Invariant;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::time::{SimDuration, SimTime};
use crate::domain::units::Cash;
use crate::domain::view::{ClusterView, FailoverView, GroupView, NodeTruth, NodeView};

use super::words::{self, Context, Word};

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
pub const CONDITIONS: [&str; 6] = ["up", "slow", "frozen", "down", "halted", "sync"];

type Whole = fn(&ClusterView) -> Option<Value>;
type OfNode = fn(&ClusterView, &NodeView) -> Option<Value>;
type OfGroup = fn(&GroupView) -> Option<Value>;
type OfInvariant = fn(&ClusterView, Option<Invariant>) -> Option<Value>;

#[derive(Clone, Copy)]
enum Read {
    Whole(Whole),
    Node(NodeId, OfNode),
    Group(GroupId, OfGroup),
    Invariant(Option<Invariant>, OfInvariant),
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
    ("orders.waiting", Kind::Number, |v| count(v.ledger.waiting)),
    ("latency_ms.p50", Kind::Number, |v| latency(v, |l| l.p50)),
    ("latency_ms.p99", Kind::Number, |v| latency(v, |l| l.p99)),
    ("latency_ms.max", Kind::Number, |v| latency(v, |l| l.max)),
    ("recent_latency_ms.p50", Kind::Number, |v| recent(v, |l| l.p50)),
    ("recent_latency_ms.p99", Kind::Number, |v| recent(v, |l| l.p99)),
    ("flow.acked_per_s", Kind::Number, |v| count(v.flow.acked_per_s)),
    ("flow.queries_per_s", Kind::Number, |v| count(v.flow.queries_per_s)),
    ("flow.refused_per_s", Kind::Number, |v| count(v.flow.refused_per_s)),
    ("flow.peak_per_s", Kind::Number, |v| count(v.flow.peak_per_s)),
    ("flow.burst_left", Kind::Number, |v| count(v.flow.burst.map_or(0, |(left, _)| left))),
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
    ("transfers.committed", Kind::Number, |v| count(v.accounts.transfers.committed)),
    ("transfers.waiting", Kind::Number, |v| count(v.accounts.transfers.waiting)),
    ("transfers.in_transit", Kind::Number, |v| count(v.accounts.transfers.in_transit().0.unsigned_abs() as u64)),
    ("hand.cash", Kind::Number, |v| dollars(v.accounts.shown.first()?.cash)),
    ("hand.reserved", Kind::Number, |v| dollars(v.accounts.shown.first()?.reserved)),
    ("hand.realised", Kind::Number, |v| dollars(v.accounts.shown.first()?.realised)),
    ("hand.unrealised", Kind::Number, |v| dollars(v.accounts.shown.first()?.unrealised)),
    ("replicas.gaps", Kind::Number, |v| {
        count(v.groups.iter().flat_map(|g| &g.replicas).filter(|r| r.gap.is_some()).count() as u64)
    }),
    ("controller", Kind::Node, |v| node(v.run.controller)),
];

/// Figures of a node: `node.n3.` and one of these.
pub const OF_NODE: &[(&str, Kind, OfNode)] = &[
    ("state", Kind::Condition, |_, n| Some(Value::Word(condition(n.truth).to_owned()))),
    ("lag", Kind::Number, |v, n| count(node_lag(v, n.id))),
    ("leads", Kind::Number, |_, n| count(u64::from(n.leads))),
    ("incarnation", Kind::Number, |_, n| count(u64::from(n.incarnation))),
    ("believed_failed", Kind::Number, |_, n| count(u64::from(n.believed[2]))),
    ("taken", Kind::Number, |_, n| count(n.gateway.taken)),
    ("refused", Kind::Number, |_, n| count(n.gateway.refused)),
    ("fsyncs", Kind::Number, |_, n| count(n.disk.fsyncs)),
    ("ticks", Kind::Number, |_, n| count(n.ticks.processed)),
    ("ticks_per_s", Kind::Number, |_, n| count(n.ticks.per_s)),
    ("unsynced", Kind::Number, |_, n| count(n.disk.written.saturating_sub(n.disk.synced))),
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
    ("violations", |v, which| count(picked(v, which).map(|i| i.violations).sum())),
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
            Read::Invariant(which, read) => read(view, which),
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
    living.next().is_none_or(|first| living.all(|other| other == first))
}

fn picked(view: &ClusterView, which: Option<Invariant>) -> impl Iterator<Item = &crate::domain::view::InvariantView> {
    view.invariants.iter().filter(move |row| which.is_none_or(|which| row.invariant == which))
}

/// Failovers on their way: neither through, nor overtaken by the next, nor left alone because nobody asks.
fn open_failovers(view: &ClusterView) -> u64 {
    view.failovers.iter().filter(|failover| failover.end.is_none()).count() as u64
}

/// The median of the failovers that are over; of two in the middle, the worse.
fn median(view: &ClusterView) -> Option<SimDuration> {
    let mut totals: Vec<SimDuration> = view.failovers.iter().filter_map(FailoverView::total).collect();
    totals.sort_unstable();
    totals.get(totals.len() / 2).copied()
}

fn latency(view: &ClusterView, pick: fn(&crate::domain::view::LatencyView) -> SimDuration) -> Option<Value> {
    let total = &view.flow.latency_total;
    (total.count > 0).then(|| pick(total)).and_then(ms)
}

fn recent(view: &ClusterView, pick: fn(&crate::domain::view::LatencyView) -> SimDuration) -> Option<Value> {
    let recent = &view.flow.latency;
    (recent.count > 0).then(|| pick(recent)).and_then(ms)
}

/// The p99 of ticks on the node where it is worst.
fn slowest_ticks(view: &ClusterView) -> Option<SimDuration> {
    let measured = view.nodes.iter().map(|node| node.ticks.latency).filter(|latency| latency.count > 0);
    measured.map(|latency| latency.p99).max()
}

fn count(number: u64) -> Option<Value> {
    Some(Value::Number(i64::try_from(number).unwrap_or(i64::MAX).saturating_mul(UNIT)))
}

/// Milliseconds in thousandths are microseconds.
/// Cash in thousandths of a dollar; what is finer is cut off.
fn dollars(cash: Cash) -> Option<Value> {
    i64::try_from(cash.0 / 1_000).ok().map(Value::Number)
}

fn ms(length: SimDuration) -> Option<Value> {
    Some(Value::Number(i64::try_from(length.as_micros()).unwrap_or(i64::MAX)))
}

fn node(node: Option<NodeId>) -> Option<Value> {
    Some(Value::Word(node.map_or_else(|| "none".to_owned(), |node| node.to_string())))
}

fn yes_no(yes: bool) -> Option<Value> {
    Some(Value::Word(if yes { "yes" } else { "no" }.to_owned()))
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
