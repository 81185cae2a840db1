//! The result of a run, in the order and under the names of its JSON.
//!
//! Units: `_ms` are virtual milliseconds with three decimals (a microsecond is the last digit); the hash is 16 hex
//! digits, since JSON numbers lose the last bits of 64. What was not measured is `null`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::domain::event::{FaultKind, Invariant};
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::time::SimDuration;
use crate::domain::view::{ClusterView, FailoverEnd, FailoverView, GroupView, NodeView};
use crate::lesson::measure::{self, Phases};
use crate::lesson::run::Outcome;

/// What came of a run.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RunResult {
    /// The scenario, if one was run.
    pub scenario: Option<String>,
    /// Whether every expectation held and no invariant was broken.
    pub well: bool,
    /// How it ran.
    #[serde(flatten)]
    pub run: RunFigures,
    /// The ledger of promises.
    pub orders: OrderFigures,
    /// From a client's first send to its acknowledgement.
    pub latency_ms: LatencyFigures,
    /// Overload.
    pub admission: AdmissionFigures,
    /// Every failover, oldest first.
    pub failovers: Vec<FailoverFigures>,
    /// Every invariant.
    pub invariants: Vec<InvariantFigures>,
    /// The nodes at the end, by name.
    #[serde(serialize_with = "by_name")]
    pub node: Vec<(String, NodeFigures)>,
    /// The groups at the end, by name, `meta` first.
    #[serde(serialize_with = "by_name")]
    pub group: Vec<(String, GroupFigures)>,
    /// The expectations of the scenario.
    pub expectations: Vec<ExpectationFigures>,
    /// What went wrong with its steps.
    pub failures: Vec<String>,
}

/// How it ran.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RunFigures {
    /// The seed.
    pub seed: u64,
    /// How long it was.
    pub virtual_ms: f64,
    /// Scheduler events.
    pub events: u64,
    /// The hash over everything that happened.
    pub hash: String,
    /// How many nodes there were.
    pub nodes: usize,
    /// How many partitions.
    pub partitions: usize,
    /// Replicas of each.
    pub replication_factor: usize,
}

/// Overload.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct AdmissionFigures {
    /// The capacity that was found, in requests a virtual second.
    pub capacity_per_s: Option<u64>,
    /// Refusals for overload that clients heard.
    pub refused: u64,
    /// Refusals that clients heard because a voter is missing that the rule of acknowledgement needs.
    pub not_acknowledgeable: u64,
    /// Orders that were not logged because their deadline had passed.
    pub expired: u64,
    /// Retries that a session's budget did not allow.
    pub retries_denied: u64,
    /// Groups that wait for a voter.
    pub stalled: u64,
}

/// The ledger of promises.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct OrderFigures {
    /// Handed in.
    pub submitted: u64,
    /// Acknowledged.
    pub acknowledged: u64,
    /// Refused for good.
    pub rejected: u64,
    /// Sent again at least once.
    pub retried: u64,
    /// Acknowledged, and gone for good.
    pub lost: u64,
    /// Applied twice.
    pub duplicated: u64,
    /// Without an answer by their deadline.
    pub unknown: u64,
    /// Acknowledged, and it is not known yet whether they are lost.
    pub in_doubt: u64,
    /// Still waiting.
    pub waiting: u64,
    /// Acknowledged, and ended unexecuted for want of cash or of room.
    pub revoked: u64,
    /// Beyond the bounds of the ledger: it can say nothing of these.
    pub untracked: u64,
}

/// Percentiles.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LatencyFigures {
    /// Half were faster.
    pub p50: Option<f64>,
    /// 99 of 100 were faster.
    pub p99: Option<f64>,
    /// The slowest.
    pub max: Option<f64>,
}

/// A failover; each phase begins where the one before it ended.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FailoverFigures {
    /// Of which group.
    pub group: String,
    /// What happened to the old leader.
    pub fault: FaultKind,
    /// The old leader.
    pub from: String,
    /// The new one.
    pub to: Option<String>,
    /// From the fault to suspicion.
    pub detect_ms: Option<f64>,
    /// From suspicion to election.
    pub elect_ms: Option<f64>,
    /// From election to the first commit.
    pub first_commit_ms: Option<f64>,
    /// From the first commit to the first answer.
    pub first_answer_ms: Option<f64>,
    /// From the fault to the first answer.
    pub total_ms: Option<f64>,
    /// Election rounds that it took.
    pub rounds: u32,
    /// How it ended; `None` if it runs on.
    pub end: Option<FailoverEnd>,
}

/// An invariant.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct InvariantFigures {
    /// Which.
    pub name: &'static str,
    /// How often it was checked.
    pub checked: u64,
    /// How often it was broken.
    pub violations: u64,
    /// The first time, in a line.
    pub first: Option<String>,
}

/// A node at the end.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct NodeFigures {
    /// Its condition.
    pub state: &'static str,
    /// Records that its worst replica is behind.
    pub lag: u64,
    /// Groups that it leads.
    pub leads: u16,
    /// How often its process has begun.
    pub incarnation: u32,
    /// Requests that its gateway took.
    pub taken: u64,
    /// Requests that its gateway refused.
    pub refused: u64,
    /// Fsyncs of its disk.
    pub fsyncs: u64,
}

/// A group at the end.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct GroupFigures {
    /// Its leader.
    pub leader: Option<String>,
    /// Its term.
    pub term: u64,
    /// Its commit index.
    pub commit: u64,
    /// Records that its worst replica is behind.
    pub lag_max: u64,
    /// Whether its living replicas have applied the same.
    pub equal: bool,
}

/// An expectation.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ExpectationFigures {
    /// As it stands in the file.
    pub that: String,
    /// Whether it held; `null` if its step never came.
    pub met: Option<bool>,
    /// What was measured.
    pub measured: String,
}

impl RunResult {
    /// The result of a run whose last view is this; with what came of the scenario, if one was run.
    pub fn of(view: &ClusterView, scenario: Option<(&str, &Outcome)>) -> Self {
        let outcome = scenario.map(|(_, outcome)| outcome.clone()).unwrap_or_default();
        let surprises = surprises(view, &outcome);
        Self {
            scenario: scenario.map(|(name, _)| name.to_owned()),
            well: outcome.is_well() && surprises.is_empty(),
            run: run(view),
            orders: orders(view),
            latency_ms: latency(view),
            admission: admission(view),
            failovers: view.failovers.iter().map(failover).collect(),
            invariants: view.invariants.iter().map(invariant).collect(),
            node: view.nodes.iter().map(|node| (node.id.to_string(), self::node(view, node))).collect(),
            group: view.groups.iter().map(|group| (group.id.to_string(), self::group(group))).collect(),
            expectations: outcome.checks.into_iter().map(expectation).collect(),
            failures: outcome.failures.into_iter().chain(surprises).collect(),
        }
    }

    /// The JSON, indented, with a newline at its end.
    ///
    /// # Errors
    /// None that is known of; the encoder's type is passed on.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

/// What is wrong although no expectation says so: broken invariants, and orders that were revoked or that the ledger has
/// forgotten. A script that expects such a figure to be above 0 judges it itself.
fn surprises(view: &ClusterView, outcome: &Outcome) -> Vec<String> {
    let ledger = &view.ledger;
    let all: u64 = view.invariants.iter().map(|row| row.violations).sum();
    let broken = view.invariants.iter().map(|row| {
        let figure = format!("invariant.{}.violations", row.invariant.name());
        let lost = row.invariant == Invariant::NoLostAck && outcome.allows("orders.lost", ledger.lost);
        (figure, row.violations, lost || outcome.allows("invariants.violations", all))
    });
    let counted = [("orders.revoked", ledger.revoked), ("orders.untracked", ledger.untracked)];
    let counted = counted.map(|(figure, count)| (figure.to_owned(), count, false));
    broken
        .chain(counted)
        .filter(|(figure, count, allowed)| *count > 0 && !allowed && !outcome.allows(figure, *count))
        .map(|(figure, count, _)| format!("{figure} is {count}, which is not expected"))
        .collect()
}

fn run(view: &ClusterView) -> RunFigures {
    let cluster = &view.run.settings.cluster;
    RunFigures {
        seed: view.run.seed,
        virtual_ms: ms(SimDuration(view.run.now.0)),
        events: view.run.events,
        hash: view.run.hash.to_string(),
        nodes: cluster.nodes,
        partitions: cluster.partitions,
        replication_factor: cluster.replication_factor,
    }
}

fn orders(view: &ClusterView) -> OrderFigures {
    let ledger = &view.ledger;
    OrderFigures {
        submitted: ledger.submitted,
        acknowledged: ledger.acknowledged,
        rejected: ledger.rejected,
        retried: ledger.retried,
        lost: ledger.lost,
        duplicated: ledger.duplicated,
        unknown: ledger.unknown,
        in_doubt: ledger.in_doubt,
        waiting: ledger.waiting,
        revoked: ledger.revoked,
        untracked: ledger.untracked,
    }
}

fn admission(view: &ClusterView) -> AdmissionFigures {
    let admission = &view.admission;
    AdmissionFigures {
        capacity_per_s: admission.capacity_per_s,
        refused: admission.refused,
        not_acknowledgeable: admission.not_acknowledgeable,
        expired: admission.expired,
        retries_denied: admission.retries_denied,
        stalled: admission.stalled.len() as u64,
    }
}

fn latency(view: &ClusterView) -> LatencyFigures {
    let total = &view.flow.latency_total;
    let measured = |length| (total.count > 0).then(|| ms(length));
    LatencyFigures { p50: measured(total.p50), p99: measured(total.p99), max: measured(total.max) }
}

fn failover(failover: &FailoverView) -> FailoverFigures {
    let phases = Phases::of(failover);
    FailoverFigures {
        group: name(failover.group),
        fault: failover.fault,
        from: failover.from.to_string(),
        to: failover.to.as_ref().map(NodeId::to_string),
        detect_ms: phases.detect.map(ms),
        elect_ms: phases.elect.map(ms),
        first_commit_ms: phases.first_commit.map(ms),
        first_answer_ms: phases.first_answer.map(ms),
        total_ms: failover.total().map(ms),
        rounds: failover.rounds,
        end: failover.end,
    }
}

fn name(group: GroupId) -> String {
    group.to_string()
}

fn invariant(row: &crate::domain::view::InvariantView) -> InvariantFigures {
    InvariantFigures {
        name: row.invariant.name(),
        checked: row.checked,
        violations: row.violations,
        first: row.first.as_ref().map(|(at, line)| format!("{at} s: {line}")),
    }
}

fn node(view: &ClusterView, node: &NodeView) -> NodeFigures {
    NodeFigures {
        state: measure::condition(node.truth),
        lag: measure::node_lag(view, node.id),
        leads: node.leads,
        incarnation: node.incarnation,
        taken: node.gateway.taken,
        refused: node.gateway.refused,
        fsyncs: node.disk.fsyncs,
    }
}

fn group(group: &GroupView) -> GroupFigures {
    GroupFigures {
        leader: group.leader.as_ref().map(NodeId::to_string),
        term: group.term.0,
        commit: group.commit.0,
        lag_max: group.replicas.iter().map(|replica| replica.lag_records).max().unwrap_or(0),
        equal: measure::equal(group),
    }
}

fn expectation(check: crate::domain::view::CheckView) -> ExpectationFigures {
    ExpectationFigures { that: check.text, met: check.met, measured: check.measured }
}

/// Milliseconds to the microsecond: for people and plots, never for a decision.
fn ms(length: SimDuration) -> f64 {
    length.as_micros() as f64 / 1_000.0
}

fn by_name<S: Serializer, T: Serialize>(rows: &[(String, T)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(rows.len()))?;
    for (name, row) in rows {
        map.serialize_entry(name, row)?;
    }
    map.end()
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::domain::digest::Digest;
    use crate::domain::ids::{LogIndex, Term};
    use crate::domain::time::SimTime;
    use crate::domain::view::{FailoverMoments, InvariantView, LatencyView};
    use crate::lesson::expression;
    use crate::lesson::measure::{Measure, OF_INVARIANT, Value, WHOLE};
    use crate::lesson::words::{Context, Word};

    /// A view with a different number in every figure of the result.
    pub(crate) fn view() -> ClusterView {
        let at = |ms: u64| Some(SimTime::from_millis(ms));
        let mut view = ClusterView::default();
        view.run.now = SimTime(12_345_678_000);
        view.run.seed = 7;
        (view.run.events, view.run.hash) = (99_001, Digest(0xabc));
        let ledger = &mut view.ledger;
        (ledger.submitted, ledger.acknowledged, ledger.rejected, ledger.retried) = (101, 102, 103, 104);
        (ledger.lost, ledger.duplicated, ledger.unknown, ledger.in_doubt, ledger.waiting) = (105, 106, 107, 108, 109);
        (ledger.revoked, ledger.untracked) = (110, 111);
        view.flow.latency_total = LatencyView {
            count: 5,
            p50: SimDuration::from_micros(1_500),
            p99: SimDuration::from_micros(12_345),
            max: SimDuration::from_millis(80),
        };
        let moments = FailoverMoments {
            fault: SimTime::from_millis(1_000),
            last_heartbeat: at(990),
            suspected: at(1_170),
            vote_requested: at(1_172),
            elected: at(1_175),
            first_commit: at(1_178),
            first_answer: at(1_190),
        };
        let failover = FailoverView {
            group: GroupId(1),
            fault: FaultKind::Crash,
            from: NodeId(3),
            to: Some(NodeId(2)),
            term: Some(Term(4)),
            moments,
            refused: 3,
            retried: 2,
            lost: 0,
            rounds: 1,
            end: Some(FailoverEnd::Through),
        };
        view.failovers.push(failover);
        view.invariants = Invariant::ALL
            .iter()
            .enumerate()
            .map(|(place, invariant)| InvariantView {
                invariant: *invariant,
                checked: 1_000 + place as u64,
                violations: place as u64,
                first: None,
            })
            .collect();
        view.groups.push(GroupView {
            id: GroupId(1),
            leader: Some(NodeId(2)),
            term: Term(4),
            since: SimTime::ZERO,
            connected: 3,
            quorum: 3,
            must: 3,
            stall: None,
            config: Default::default(),
            commit: LogIndex(4_711),
            committed_at: SimTime::ZERO,
            replicas: Vec::new(),
            symbols: 0,
            resting: None,
            applied_per_s: 0,
            spreads: crate::domain::view::SpreadsView::default(),
            trades: Default::default(),
            by_id: None,
            cold: Default::default(),
        });
        view
    }

    fn json() -> Json {
        serde_json::from_str(&RunResult::of(&view(), None).to_json().unwrap()).unwrap()
    }

    #[test]
    fn the_names_of_the_interface_are_there() {
        let json = json();
        for key in [
            "seed",
            "virtual_ms",
            "events",
            "hash",
            "orders",
            "latency_ms",
            "failovers",
            "invariants",
            "nodes",
            "partitions",
        ] {
            assert!(!json[key].is_null(), "{key}");
        }
        for key in ["submitted", "acknowledged", "rejected", "retried", "lost", "duplicated", "unknown"] {
            assert!(json["orders"][key].is_u64(), "{key}");
        }
        let failover = &json["failovers"][0];
        assert_eq!(
            (&failover["group"], &failover["from"], &failover["to"]),
            (&"p1".into(), &"n3".into(), &"n2".into())
        );
        let phases =
            ["detect_ms", "elect_ms", "first_commit_ms", "first_answer_ms"].map(|key| failover[key].as_f64().unwrap());
        assert_eq!(phases, [170.0, 5.0, 3.0, 12.0]);
        assert_eq!(phases.iter().sum::<f64>(), failover["total_ms"].as_f64().unwrap());
        assert_eq!(json["hash"], "0000000000000abc");
    }

    #[test]
    fn a_figure_that_is_expected_is_the_figure_that_is_written() {
        let (json, view) = (json(), view());
        let context = Context::of_file(5, 4);
        let mut paths: Vec<String> = WHOLE.iter().map(|(path, ..)| (*path).to_owned()).collect();
        paths.extend(["term", "commit", "lag_max", "leader"].map(|name| format!("group.p1.{name}")));
        let mut compared = 0;
        for path in paths {
            let written = path.split('.').fold(&json, |json, key| &json[key]);
            let measure = Measure::read(&Word { text: &path, span: 0..path.len() }, &context).unwrap();
            match (measure.of(&view), written) {
                (_, Json::Null | Json::Array(_) | Json::Object(_)) => continue,
                (Some(Value::Number(thousandths)), number) => {
                    assert_eq!(thousandths as f64 / 1_000.0, number.as_f64().unwrap(), "{path}");
                }
                (Some(Value::Word(word)), text) => assert_eq!(word, text.as_str().unwrap(), "{path}"),
                (None, _) => panic!("{path} is written but cannot be expected"),
            }
            compared += 1;
        }
        assert!(compared >= 15, "only {compared} figures stand in both");
        for (name, _) in OF_INVARIANT {
            let sum: u64 = json["invariants"].as_array().unwrap().iter().map(|row| row[name].as_u64().unwrap()).sum();
            let path = format!("invariants.{name}");
            let measure = Measure::read(&Word { text: &path, span: 0..path.len() }, &context).unwrap();
            assert_eq!(measure.of(&view), Some(Value::Number(sum as i64 * 1_000)), "{path}");
        }
    }

    /// A script that expects this, and found it so.
    fn outcome(text: &str) -> Outcome {
        let expectations = vec![expression::parse(text, &Context::of_file(5, 4)).unwrap()];
        Outcome { expectations, ..Outcome::default() }
    }

    /// The same with nothing that a script would have to expect.
    fn kept() -> ClusterView {
        let mut view = view();
        (view.ledger.revoked, view.ledger.untracked) = (0, 0);
        view.invariants.iter_mut().for_each(|row| row.violations = 0);
        view
    }

    #[test]
    fn what_is_revoked_or_beyond_memory_must_be_expected() {
        let passed = |view: &ClusterView, text| RunResult::of(view, Some(("x", &outcome(text)))).well;
        let (mut revoked, mut untracked) = (kept(), kept());
        (revoked.ledger.revoked, untracked.ledger.untracked) = (3, 1);
        assert!(passed(&kept(), "orders.lost = 0"));
        assert!(passed(&revoked, "orders.revoked = 3") && !passed(&revoked, "orders.untracked = 0"));
        assert!(passed(&untracked, "orders.untracked < 2") && !passed(&untracked, "orders.revoked = 0"));
        // What was so for a while, or is always so, expects nothing.
        assert!(!passed(&revoked, "orders.revoked = 0") && !passed(&revoked, "orders.revoked >= 0"));
        assert!(!passed(&revoked, "orders.revoked < 3"), "it was so for a while");
        let told = RunResult::of(&revoked, None).failures;
        assert_eq!(told, ["orders.revoked is 3, which is not expected"]);
        assert!(!RunResult::of(&revoked, None).well && !RunResult::of(&untracked, None).well);
    }

    #[test]
    fn only_a_script_that_expects_losses_may_lose() {
        let mut lossy = kept();
        lossy.invariants.iter_mut().for_each(|row| row.violations = u64::from(row.invariant == Invariant::NoLostAck));
        assert!(RunResult::of(&lossy, Some(("x", &outcome("orders.lost > 0")))).well);
        assert!(!RunResult::of(&lossy, Some(("x", &outcome("orders.unknown = 0")))).well);
        assert!(RunResult::of(&lossy, Some(("x", &outcome("invariant.no_lost_ack.violations > 0")))).well);
        lossy.invariants.iter_mut().for_each(|row| row.violations = 1);
        assert!(!RunResult::of(&lossy, Some(("x", &outcome("orders.lost > 0")))).well);
        assert!(!RunResult::of(&lossy, Some(("x", &outcome("invariant.no_lost_ack.violations > 0")))).well);
        assert!(!RunResult::of(&lossy, Some(("x", &outcome("invariants.violations = 0")))).well);
        assert!(RunResult::of(&lossy, Some(("x", &outcome("invariants.violations > 0")))).well);
    }

    #[test]
    fn without_a_script_every_lamp_must_be_green() {
        assert!(!RunResult::of(&view(), None).well);
        assert!(RunResult::of(&kept(), None).well);
    }
}
