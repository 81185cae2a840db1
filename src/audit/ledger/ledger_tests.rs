//! The ledger, story by story.

use super::*;
use crate::audit::stage::{P1, P2, Stage, applied, n, orders, point};
use crate::domain::event::Invariant;
use crate::domain::fact::{Applied, Executed, Fate, ReplicaFact};
use crate::domain::settings::Settings;
use crate::domain::why::Why;

fn stage(rule: AckRule) -> Stage {
    let mut settings = Settings::default();
    settings.cluster.ack = rule;
    let mut stage = Stage::new(&settings);
    stage.at(10).leads(1, 1, point(0, 0));
    stage
}

/// Counts balance in every story: each order stands in one place.
fn counts(stage: &Stage) -> LedgerView {
    let counts = stage.ledger();
    assert_eq!(
        counts.submitted,
        counts.acknowledged + counts.rejected + counts.unknown + counts.waiting,
        "every order stands somewhere: {counts:?}"
    );
    assert!(counts.lost + counts.settled + counts.in_doubt <= counts.acknowledged, "{counts:?}");
    counts
}

fn losses(stage: &Stage) -> Vec<u64> {
    let lost = |draft: &Draft| match draft.kind {
        EventKind::OrdersLost { orders } => Some(orders),
        _ => None,
    };
    stage.told.iter().filter_map(lost).collect()
}

#[test]
fn an_order_is_settled_when_a_majority_has_applied_it() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=2);
    assert_eq!(counts(&stage), LedgerView { submitted: 2, waiting: 2, ..LedgerView::default() });
    stage.apply(1, 1, 1, orders(1, 1..=2)).verdict(1, 1, 1, 1).verdict(1, 2, 1, 2);
    assert_eq!(counts(&stage), LedgerView { submitted: 2, acknowledged: 2, ..LedgerView::default() });
    stage.apply(2, 1, 1, orders(1, 1..=2));
    let settled = LedgerView { submitted: 2, acknowledged: 2, settled: 2, ..LedgerView::default() };
    assert_eq!(counts(&stage), settled);
    stage.apply(3, 1, 1, orders(1, 1..=2));
    assert_eq!(counts(&stage), settled, "the third changes nothing");
    assert_eq!(stage.lamp(Invariant::NoLostAck).checked, 2);
    assert_eq!(stage.lamp(Invariant::NoDoubleFill).checked, 2);
    assert!(stage.told.is_empty());
}

#[test]
fn one_that_was_applied_before_its_answer_came_is_settled_by_the_answer() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, [1]).apply(1, 1, 1, orders(1, [1])).apply(2, 1, 1, orders(1, [1]));
    assert_eq!(counts(&stage).settled, 0);
    stage.verdict(1, 1, 1, 1);
    assert_eq!(counts(&stage).settled, 1);
}

#[test]
fn queries_are_no_orders() {
    let mut stage = stage(AckRule::Majority);
    let mut record = orders(1, [1]).records()[0];
    record.command = crate::domain::order::Command::Query {
        symbol: crate::domain::ids::SymbolId(0),
        order: crate::domain::ids::Sequence(1),
    };
    stage.fact(&Fact::Submitted(crate::domain::order::Batch::new(vec![record])));
    assert_eq!(counts(&stage), LedgerView::default());
}

#[test]
fn refusals_retries_and_silence_are_told_apart() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=4);
    stage.refuse(1, 1, Why::Overloaded).refuse(1, 2, Why::NoLeader).give_up(1, 3).refuse(1, 4, Why::LeaderLost);
    let expected = LedgerView { submitted: 4, rejected: 2, unknown: 2, ..LedgerView::default() };
    assert_eq!(counts(&stage), expected);
    stage.retry(1, 2).retry(1, 2);
    assert_eq!(counts(&stage), LedgerView { rejected: 1, retried: 1, waiting: 1, ..expected });
    stage.apply(1, 1, 1, orders(1, [2])).verdict(1, 2, 1, 1);
    assert_eq!(counts(&stage), LedgerView { rejected: 1, retried: 1, acknowledged: 1, ..expected });
    stage.refuse(1, 2, Why::Overloaded).give_up(1, 2);
    assert_eq!(counts(&stage).acknowledged, 1, "a promise once heard is never unheard");
}

#[test]
fn a_promise_of_a_dead_leader_is_in_doubt_until_the_next_has_applied_its_own_term() {
    let mut stage = stage(AckRule::Leader);
    stage.submit(1, 1..=3).accept(1, 1, 1, 1).accept(1, 2, 1, 2).accept(1, 3, 1, 3);
    assert_eq!((counts(&stage).at_risk, counts(&stage).in_doubt), (3, 0));
    stage.commits(1, point(1, 1), Some(1));
    assert_eq!((counts(&stage).at_risk, counts(&stage).in_doubt), (2, 0));
    stage.fact(&Fact::Died(n(1)));
    assert_eq!((counts(&stage).at_risk, counts(&stage).in_doubt), (0, 3));
    stage.leads(2, 2, point(1, 1));
    assert_eq!((counts(&stage).in_doubt, counts(&stage).lost), (3, 0), "it has shown nothing yet");
    stage.apply(2, 1, 1, orders(1, [1]));
    assert_eq!((counts(&stage).in_doubt, counts(&stage).lost), (2, 0), "an older term proves what is there");
    stage.apply_noop(2, 2, 2);
    assert_eq!((counts(&stage).in_doubt, counts(&stage).lost), (0, 2), "its own term proves what is not");
    assert_eq!(losses(&stage), [2]);
    assert_eq!(stage.lamp(Invariant::NoLostAck).violations, 0, "the rule did not promise more");
}

#[test]
fn losing_what_a_majority_promised_breaks_the_invariant() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=2).accept(1, 1, 1, 1).accept(1, 2, 1, 2);
    stage.fact(&Fact::Died(n(1))).leads(2, 2, point(0, 0)).apply_noop(2, 2, 1);
    assert_eq!(counts(&stage).lost, 2);
    assert_eq!(losses(&stage), [2]);
    let lamp = stage.lamp(Invariant::NoLostAck);
    assert_eq!((lamp.violations, lamp.checked), (2, 2));
    assert!(lamp.first.is_some_and(|(_, line)| line.contains("c1/1")));
}

#[test]
fn another_record_at_the_promised_index_shows_the_loss() {
    let mut stage = stage(AckRule::Leader);
    stage.submit(1, [1]).submit(2, [1]).accept(1, 1, 1, 1);
    stage.apply(2, 1, 1, orders(2, [1]));
    assert_eq!(counts(&stage).lost, 1);
}

#[test]
fn a_promise_that_arrives_after_its_log_is_gone_is_lost_at_once() {
    let mut stage = stage(AckRule::Leader);
    stage.submit(1, [1]).leads(2, 2, point(0, 0)).apply_noop(2, 2, 1).accept(1, 1, 1, 5);
    assert_eq!(counts(&stage).lost, 1);
    assert_eq!(losses(&stage), [1]);
}

#[test]
fn a_copy_that_was_on_its_way_undoes_a_loss() {
    let mut stage = stage(AckRule::Leader);
    stage.submit(1, [1]).retry(1, 1).accept(1, 1, 1, 1);
    stage.leads(2, 2, point(0, 0)).apply_noop(2, 2, 1);
    assert_eq!(counts(&stage).lost, 1);
    stage.apply(2, 2, 2, orders(1, [1])).apply(3, 2, 2, orders(1, [1]));
    let counts = counts(&stage);
    assert_eq!((counts.lost, counts.settled, counts.duplicated), (0, 1, 0));
}

#[test]
fn the_weaker_rule_counts_for_requests_older_than_the_switch() {
    let mut stage = stage(AckRule::Leader);
    stage.submit(1, 1..=2).at(20).event(None, None, EventKind::AckChanged(AckRule::Majority));
    stage.accept(1, 1, 1, 1).at(30).accept(1, 2, 1, 2);
    stage.leads(2, 2, point(0, 0)).apply_noop(2, 2, 1);
    assert_eq!(counts(&stage).lost, 2);
    assert_eq!(stage.lamp(Invariant::NoLostAck).violations, 1, "only the one that was asked under the new rule");
}

#[test]
fn a_verdict_is_final_under_every_rule() {
    let mut stage = stage(AckRule::Leader);
    stage.submit(1, [1]).accept(1, 1, 1, 1).apply(1, 1, 1, orders(1, [1])).verdict(1, 1, 1, 1);
    stage.leads(2, 2, point(0, 0)).apply_noop(2, 2, 1);
    assert_eq!(counts(&stage).lost, 1, "the applied batch was overturned");
    assert_eq!(stage.lamp(Invariant::NoLostAck).violations, 1);
}

#[test]
fn settled_orders_that_every_disk_forgot_are_lost() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=2).apply(1, 1, 1, orders(1, [1])).apply(2, 1, 1, orders(1, [1]));
    stage.apply(1, 1, 2, orders(1, [2])).apply(2, 1, 2, orders(1, [2])).verdict(1, 1, 1, 1).verdict(1, 2, 1, 2);
    assert_eq!(counts(&stage).settled, 2);
    for node in 1..=3 {
        stage.fact(&Fact::Died(n(node))).fact(&Fact::Began(n(node)));
    }
    stage.leads(3, 2, point(1, 1)).apply(3, 1, 1, orders(1, [1])).apply_noop(3, 2, 2);
    let counts = counts(&stage);
    assert_eq!((counts.settled, counts.lost), (1, 1));
}

#[test]
fn executing_an_order_at_two_indices_is_seen() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=2).apply(1, 1, 1, orders(1, 1..=2));
    assert_eq!(counts(&stage).duplicated, 0);
    stage.apply(1, 1, 3, orders(1, [1])).apply(2, 1, 1, orders(1, 1..=2)).apply(2, 1, 3, orders(1, [1]));
    assert_eq!(counts(&stage).duplicated, 1, "once, however many replicas do it");
    stage.apply(1, 1, 4, orders(1, [1]));
    assert_eq!(counts(&stage).duplicated, 1, "once, however often it is done");
    assert_eq!(stage.lamp(Invariant::NoDoubleFill).violations, 1);
}

#[test]
fn executing_an_order_in_two_groups_is_seen() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, [1]).apply(1, 1, 1, orders(1, [1]));
    let what = ReplicaFact::Applied(applied(1, 1, Some(orders(1, [1]))));
    stage.fact(&Fact::Replica { node: n(1), group: P2, what });
    assert_eq!(counts(&stage).duplicated, 1);
}

#[test]
fn a_repetition_that_was_recognised_is_no_duplicate() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=2).apply(1, 1, 1, orders(1, [1]));
    let flags = Executed::Some(std::sync::Arc::new([Fate::Repeated, Fate::Executed]));
    let again = Applied { executed: flags, ..applied(1, 2, Some(orders(1, 1..=2))) };
    stage.replica(1, ReplicaFact::Applied(again));
    assert_eq!(counts(&stage).duplicated, 0);
    assert_eq!(stage.lamp(Invariant::NoDoubleFill).violations, 0);
}

#[test]
fn an_overturned_repetition_takes_nothing_from_the_original() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, [1]).apply(1, 1, 1, orders(1, [1])).apply(2, 1, 1, orders(1, [1])).verdict(1, 1, 1, 1);
    let again = Applied { executed: Executed::Some([Fate::Repeated].into()), ..applied(1, 2, Some(orders(1, [1]))) };
    stage.replica(1, ReplicaFact::Applied(again)).leads(3, 2, point(1, 1)).apply_noop(3, 2, 2);
    assert_eq!((counts(&stage).lost, counts(&stage).settled), (0, 1));
}

#[test]
fn a_restart_that_applies_again_is_neither_duplicate_nor_second_vote() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=2).apply(1, 1, 1, orders(1, 1..=2)).verdict(1, 1, 1, 1).verdict(1, 2, 1, 2);
    stage.fact(&Fact::Died(n(1))).fact(&Fact::Began(n(1))).apply(1, 1, 1, orders(1, 1..=2));
    assert_eq!((counts(&stage).duplicated, counts(&stage).settled), (0, 0), "one replica is no majority");
    stage.apply(3, 1, 1, orders(1, 1..=2));
    assert_eq!(counts(&stage).settled, 2);
}

#[test]
fn a_snapshot_stands_for_the_batches_that_it_holds() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=2).apply(1, 1, 1, orders(1, 1..=2)).verdict(1, 1, 1, 1).verdict(1, 2, 1, 2);
    stage.replica(2, ReplicaFact::Installed { base: point(2, 1), state: crate::domain::digest::Digest(1) });
    assert_eq!(counts(&stage).settled, 2);
}

#[test]
fn memory_stays_flat_over_a_long_run() {
    let mut ledger = flat_run(300_000);
    let held: usize = ledger.sessions.iter().map(Session::len).sum();
    assert!(held <= 8 * (session::LINGER + 64), "{held} slots");
    assert!(ledger.groups[1].trail.records() <= trail::RECORDS_KEPT + 64);
    assert_eq!(ledger.groups[1].promises.iter().count(), 0);
    let view = ledger.view();
    assert_eq!((view.settled, view.acknowledged, view.untracked, view.waiting), (300_000, 300_000, 0, 0));
    // Unknown orders leave too, once their session has moved on.
    let mut out = Vec::new();
    for sequence in 37_501..77_501 {
        ledger.observe(SimTime::ZERO, &Fact::Submitted(floored(1, sequence)), &mut out);
        ledger.observe(SimTime::ZERO, &Fact::GaveUp(floored(1, sequence)), &mut out);
    }
    assert!(ledger.sessions[1].len() <= 2 * session::LINGER, "{} slots", ledger.sessions[1].len());
    assert_eq!(ledger.view().untracked, 0);
}

#[test]
fn a_bound_that_is_met_shows() {
    let mut ledger = Ledger::new(&map(), AckRule::Majority);
    let mut out = Vec::new();
    for sequence in 1..=session::SLOTS_MAX as u64 + 5 {
        ledger.observe(SimTime::ZERO, &Fact::Submitted(orders(1, [sequence])), &mut out);
    }
    ledger.observe(SimTime::ZERO, &Fact::Submitted(orders(SESSIONS_MAX as u32, [1])), &mut out);
    assert_eq!(ledger.view().untracked, 6);
    assert_eq!(ledger.view().waiting, session::SLOTS_MAX as u64);
    assert_eq!(ledger.sessions[1].len(), session::SLOTS_MAX);
}

fn map() -> ClusterMap {
    let voters: Vec<_> = NodeId::first(3).collect();
    ClusterMap {
        groups: vec![voters.clone(), voters.clone()],
        nodes: voters,
        owners: vec![P1],
        ..ClusterMap::default()
    }
}

fn floored(client: u32, sequence: u64) -> crate::domain::order::Batch {
    let mut record = orders(client, [sequence]).records()[0];
    record.floor = record.id.sequence;
    crate::domain::order::Batch::new(vec![record])
}

/// Eight sessions in batches of 50, applied by all three and answered.
fn flat_run(total: u64) -> Ledger {
    use crate::domain::order::{Answer, Batch, Promise, Reply};
    let mut ledger = Ledger::new(&map(), AckRule::Majority);
    let mut out = Vec::new();
    for round in 0..total / 50 {
        let (client, first) = ((round % 8) as u32, round / 8 * 50 + 1);
        let batch: Batch = orders(client, first..first + 50);
        let index = round * 50 + 1;
        ledger.observe(SimTime::ZERO, &Fact::Submitted(batch.clone()), &mut out);
        for node in 1..=3 {
            let what = ReplicaFact::Applied(applied(1, index, Some(batch.clone())));
            ledger.observe(SimTime::ZERO, &Fact::Replica { node: n(node), group: P1, what }, &mut out);
        }
        let accepted = |place: usize| {
            let promise = Promise { group: P1, term: Term(1), index: LogIndex(index + place as u64) };
            Answer { id: batch.records()[place].id, reply: Reply::Accepted(promise) }
        };
        let answers: Vec<_> = (0..50).map(|place| (accepted(place), SimTime::ZERO.since(SimTime::ZERO))).collect();
        ledger.observe(SimTime::ZERO, &Fact::Answered(answers.into()), &mut out);
    }
    assert!(out.is_empty());
    ledger
}
