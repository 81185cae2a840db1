//! Measures: every figure of a run that an expectation can name, by its path.
//!
//! Idea: a path is checked when the file is read, so that a misspelt figure is a mistake in the file and never an
//! expectation that silently holds. Paths are those of the JSON result where it has the figure too; `report` tests that
//! they agree.
//! Units: numbers are thousandths in an `i64`, so that `12.5` ms is exact and no float decides anything.

mod readers;
mod venues;
mod whole;

use crate::document::problem::{Complaint, listed};
use crate::domain::event::Invariant;
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::priority::Priority;
use crate::domain::venue::VenueId;
use crate::domain::view::{ClassView, ClusterView, Duty, GroupView, NodeView};

use super::words::{self, Context, Word};
use readers::{count, ms, node, p99, picked, worker, yes_no};
use venues::OfVenue;

pub use readers::{Phases, condition, equal, node_lag};
pub use venues::OF_VENUE;
pub use whole::WHOLE;

/// A measured value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// A number, in thousandths.
    Number(i64),
    /// A word: a node, a condition, yes or no.
    Word(String),
}

impl Value {
    /// A ratio to nothing: larger than every number.
    pub const INFINITE: Self = Self::Number(i64::MAX);
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

/// Figures of a node: `node.n3.` and one of these.
pub const OF_NODE: &[(&str, Kind, OfNode)] = &[
    ("state", Kind::Condition, |_, n| Some(Value::Word(condition(n.truth).to_owned()))),
    ("lag", Kind::Number, |v, n| count(node_lag(v, n.id))),
    ("leads", Kind::Number, |_, n| count(u64::from(n.leads))),
    ("busy_percent", Kind::Number, |_, n| count(u64::from(n.admission.busy_per_mille + 5) / 10)),
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
    ("p99_ms", |c| p99(&c.answers)),
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
    ("cold_p99_ms", Kind::Number, |g| p99(&g.cold)),
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
            &Self::INFINITE => f.write_str("inf"),
            Self::Number(thousandths) => {
                let (whole, part) = (thousandths / UNIT, thousandths.rem_euclid(UNIT));
                let digits = format!("{part:03}");
                let digits = digits.trim_end_matches('0');
                if digits.is_empty() { write!(f, "{whole}") } else { write!(f, "{whole}.{digits}") }
            }
        }
    }
}
