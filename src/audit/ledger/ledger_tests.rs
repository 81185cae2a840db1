//! The ledger, story by story.

use std::sync::Arc;

use super::*;
use crate::audit::stage::{P1, P2, Stage, applied, n, orders, point};
use crate::domain::event::Invariant;
use crate::domain::fact::{Applied, ClientFact, Executed, Fact, Fate, LogFact, ReplicaFact};
use crate::domain::ids::SymbolId;
use crate::domain::order::{Answer, Batch, OrderStatus, Promise, Reply, Side, Verdict};
use crate::domain::settings::Settings;
use crate::domain::time::SimDuration;
use crate::domain::units::{Cash, Price, Quantity};
use crate::domain::why::Why;
use crate::domain::work::{Decision, Half, Leg, Part, Prepare, Work, Worked};

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
    stage.fact(&Fact::Client(ClientFact::Submitted(crate::domain::order::Batch::new(vec![record]))));
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
fn a_refusal_is_a_promise_that_nothing_is_executed() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=3).refuse(1, 1, Why::Overloaded);
    let seen = |stage: &Stage| {
        let lamp = stage.lamp(Invariant::NoRefusedFill);
        (lamp.checked, lamp.violations)
    };
    assert_eq!(seen(&stage), (1, 0));
    stage.apply(1, 1, 1, orders(1, 1..=2)).apply(2, 1, 1, orders(1, 1..=2));
    assert_eq!(seen(&stage), (1, 1), "the first was refused before, the second only waits");
    stage.refuse(1, 2, Why::Moving).refuse(1, 3, Why::Moving);
    assert_eq!(seen(&stage), (3, 2), "the second is refused after");
}

#[test]
fn executing_an_order_in_two_groups_is_seen() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, [1]).apply(1, 1, 1, orders(1, [1]));
    let what = ReplicaFact::Log(LogFact::Applied(applied(1, 1, Some(orders(1, [1])))));
    stage.fact(&Fact::Replica { node: n(1), group: P2, what });
    assert_eq!(counts(&stage).duplicated, 1);
}

#[test]
fn a_repetition_that_was_recognised_is_no_duplicate() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=2).apply(1, 1, 1, orders(1, [1]));
    let flags = Executed::Some(std::sync::Arc::new([Fate::Repeated, Fate::Executed]));
    let again = Applied { executed: flags, ..applied(1, 2, Some(orders(1, 1..=2))) };
    stage.replica(1, LogFact::Applied(again));
    assert_eq!(counts(&stage).duplicated, 0);
    assert_eq!(stage.lamp(Invariant::NoDoubleFill).violations, 0);
}

#[test]
fn an_overturned_repetition_takes_nothing_from_the_original() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, [1]).apply(1, 1, 1, orders(1, [1])).apply(2, 1, 1, orders(1, [1])).verdict(1, 1, 1, 1);
    let again = Applied { executed: Executed::Some([Fate::Repeated].into()), ..applied(1, 2, Some(orders(1, [1]))) };
    stage.replica(1, LogFact::Applied(again)).leads(3, 2, point(1, 1)).apply_noop(3, 2, 2);
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
    stage.replica(2, LogFact::Installed { base: point(2, 1), state: crate::domain::digest::Digest(1) });
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
        ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Submitted(floored(1, sequence))), &mut out);
        ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::GaveUp(floored(1, sequence))), &mut out);
    }
    assert!(ledger.sessions[1].len() <= 2 * session::LINGER, "{} slots", ledger.sessions[1].len());
    assert_eq!(ledger.view().untracked, 0);
}

#[test]
fn a_bound_that_is_met_shows() {
    let mut ledger = Ledger::new(&map(), AckRule::Majority);
    let mut out = Vec::new();
    for sequence in 1..=session::SLOTS_MAX as u64 + 5 {
        ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Submitted(orders(1, [sequence]))), &mut out);
    }
    ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Submitted(orders(SESSIONS_MAX as u32, [1]))), &mut out);
    assert_eq!(ledger.view().untracked, 6);
    // What nobody follows any more is unknown: the totals still add up to what was handed in.
    assert_eq!((ledger.view().unknown, ledger.view().submitted), (6, session::SLOTS_MAX as u64 + 6));
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
        ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Submitted(batch.clone())), &mut out);
        for node in 1..=3 {
            let what = ReplicaFact::Log(LogFact::Applied(applied(1, index, Some(batch.clone()))));
            ledger.observe(SimTime::ZERO, &Fact::Replica { node: n(node), group: P1, what }, &mut out);
        }
        let accepted = |place: usize| {
            let promise = Promise { group: P1, term: Term(1), index: LogIndex(index + place as u64) };
            Answer { id: batch.records()[place].id, reply: Reply::Accepted(promise) }
        };
        let answers: Vec<_> = (0..50).map(|place| (accepted(place), SimTime::ZERO.since(SimTime::ZERO))).collect();
        ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Answered(answers.into())), &mut out);
    }
    assert!(out.is_empty());
    ledger
}

/// A record of p1 that is turned away, or decided against, for want of cash or room.
fn short(term: u64, first: u64, batch: Batch, fate: Fate) -> Applied {
    let ids: Vec<_> = batch.records().iter().map(|record| record.id).collect();
    let executed = Executed::Some(vec![fate; ids.len()].into());
    Applied { executed, short: Some(Arc::new(ids)), ..applied(term, first, Some(batch)) }
}

#[test]
fn a_copy_that_is_refused_is_no_presence() {
    let mut stage = stage(AckRule::Leader);
    stage.submit(1, [1]).accept(1, 1, 1, 1).leads(2, 2, point(0, 0)).apply_noop(2, 2, 1);
    assert_eq!(counts(&stage).lost, 1);
    let below_floor = Executed::Some([Fate::Refused].into());
    let late = Applied { executed: below_floor, ..applied(2, 2, Some(orders(1, [1]))) };
    stage.replica(2, LogFact::Applied(late.clone())).replica(3, LogFact::Applied(late));
    assert_eq!((counts(&stage).lost, counts(&stage).settled), (1, 0), "it is gone for good");
    stage.replica(2, LogFact::Applied(short(2, 3, orders(1, [1]), Fate::Refused)));
    assert_eq!(
        (counts(&stage).lost, counts(&stage).revoked),
        (1, 0),
        "and a copy for which there is no room says nothing"
    );
}

#[test]
fn what_was_settled_long_ago_is_lost_with_its_log() {
    // Far beyond the trail and the rings of the sessions: one order of each batch is even older than its session's ring.
    let mut ledger = flat_run(300_000);
    let mut out = Vec::new();
    let mut observe = |ledger: &mut Ledger, node, applied| {
        ledger.observe(
            SimTime::ZERO,
            &Fact::Replica { node: n(node), group: P1, what: ReplicaFact::Log(LogFact::Applied(applied)) },
            &mut out,
        );
    };
    // A replica that applies late what everybody has forgotten contradicts nothing.
    observe(&mut ledger, 3, applied(1, 101, Some(orders(2, 1..51))));
    assert_eq!((ledger.view().lost, ledger.view().settled), (0, 300_000));
    observe(&mut ledger, 3, applied(2, 101, None));
    let view = ledger.view();
    assert_eq!((view.lost, view.settled, view.untracked, view.in_doubt), (300_000 - 100, 100, 0, 0));
    // What the new term settles is safe.
    let batch = orders(9, 1..=3);
    ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Submitted(batch.clone())), &mut Vec::new());
    observe(&mut ledger, 3, applied(2, 102, Some(batch.clone())));
    observe(&mut ledger, 2, applied(2, 102, Some(batch.clone())));
    let promise = |index| Promise { group: P1, term: Term(2), index: LogIndex(index) };
    let verdict = Verdict { status: OrderStatus::Filled, filled: Quantity(1), resting: Quantity::ZERO };
    let answer = |place: usize| Answer { id: batch.records()[place].id, reply: Reply::Verdict(promise(102), verdict) };
    let answers: Vec<_> = (0..3).map(|place| (answer(place), SimDuration::ZERO)).collect();
    ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Answered(answers.into())), &mut Vec::new());
    assert_eq!((ledger.view().lost, ledger.view().settled), (300_000 - 100, 103));
}

#[test]
fn a_log_that_is_overturned_below_the_window_leaves_orders_untracked() {
    let mut group = Group::new(&[n(1)]);
    let mut slot = Slot::waiting(P1);
    for index in [5, SETTLED_MAX + 100, SETTLED_MAX + 200] {
        slot.promise(P1, LogIndex(index));
        group.let_go(&slot);
    }
    assert_eq!(group.settled_below, 1, "the first is below the window now");
    let mut ledger = Ledger::new(&map(), AckRule::Majority);
    ledger.groups[1] = group;
    ledger.counts.settled = 3;
    ledger.groups[1].trail.push(SimTime::ZERO, &applied(1, SETTLED_MAX + 300, None));
    let mut out = Vec::new();
    let what = ReplicaFact::Log(LogFact::Applied(applied(2, SETTLED_MAX + 300, None)));
    ledger.observe(SimTime::ZERO, &Fact::Replica { node: n(1), group: P1, what }, &mut out);
    assert_eq!((ledger.view().lost, ledger.view().untracked), (0, 0), "what is not overturned is safe");
}

#[test]
fn an_order_that_is_older_than_its_ring_is_not_executed_twice_unseen() {
    let mut stage = stage(AckRule::Majority);
    let many = session::LINGER as u64 * 3;
    for first in (1..many).step_by(64) {
        let batch = || orders(1, first..first + 64);
        stage.submit(1, first..first + 64).apply(1, 1, first, batch()).apply(2, 1, first, batch());
        (first..first + 64).for_each(|order| {
            stage.verdict(1, order, 1, order);
        });
    }
    let view = counts(&stage);
    assert_eq!((view.settled, view.duplicated, view.untracked), (many, 0, 0));
    stage.apply(1, 1, many + 1, orders(1, [7])).apply(2, 1, many + 1, orders(1, [7]));
    let view = counts(&stage);
    assert_eq!((view.duplicated, view.untracked), (1, 0), "once, however many replicas do it");
    let lamp = stage.lamp(Invariant::NoDoubleFill);
    assert_eq!(lamp.violations, 1);
    assert!(lamp.first.is_some_and(|(_, line)| line.contains("c1/7")));
}

#[test]
fn a_leg_that_trades_twice_is_seen() {
    use crate::domain::work::TxId;
    let mut stage = stage(AckRule::Majority);
    let order = ClientId(1).request(crate::domain::ids::Sequence(1));
    let leg = Leg::new(SymbolId(0), Side::Buy, Price(5), Quantity(1));
    let tx = |number| TxId { coordinator: P1, number };
    let prepare = |number, half| {
        Work::Prepare(Prepare { tx: tx(number), half, part: Part::Leg { leg, order }, term: Term(1), floor: 1 })
    };
    let finish = |number, half| Work::Finish { tx: tx(number), half, decision: Decision::Commit, floor: 1 };
    let mut at = 0;
    let mut works = |stage: &mut Stage, work, worked| {
        at += 1;
        for node in 1..=3 {
            stage.replica(node, LogFact::Worked { at: LogIndex(at), work, worked }).apply_noop(node, 1, at);
        }
    };
    let voted = Worked::Voted(Ok(Cash(0)));
    stage.submit(1, [1]);
    for half in Half::BOTH {
        works(&mut stage, prepare(1, half), voted);
        works(&mut stage, finish(1, half), Worked::Finished);
        works(&mut stage, finish(1, half), Worked::FinishedBefore);
    }
    works(&mut stage, Work::Forget { tx: tx(1) }, Worked::Forgotten);
    assert_eq!(counts(&stage).duplicated, 0, "each leg once, whoever applies it and however often it is asked for");
    works(&mut stage, prepare(1, Half::Second), voted);
    works(&mut stage, finish(1, Half::Second), Worked::Finished);
    assert_eq!(counts(&stage).duplicated, 1);
    let lamp = stage.lamp(Invariant::NoDoubleFill);
    assert!(lamp.first.is_some_and(|(_, line)| line.contains("leg 2 of spread c1/1 trades again")));
}

#[test]
fn a_promise_that_ends_for_want_of_cash_or_room_is_revoked() {
    // Promised, then turned away where it was promised, whichever comes first.
    let mut stage = stage(AckRule::Leader);
    stage.submit(1, 1..=2).accept(1, 1, 1, 1);
    stage.replica(1, LogFact::Applied(short(1, 1, orders(1, 1..=2), Fate::Refused)));
    assert_eq!((counts(&stage).revoked, counts(&stage).lost), (1, 0));
    stage.accept(1, 2, 1, 2);
    assert_eq!((counts(&stage).revoked, counts(&stage).lost, counts(&stage).in_doubt), (2, 0, 0));
    stage.replica(2, LogFact::Applied(short(1, 1, orders(1, 1..=2), Fate::Refused)));
    assert_eq!((counts(&stage).revoked, counts(&stage).settled), (2, 2), "a majority agrees that it ended so");
    // A copy that was still on its way is executed after all.
    stage.apply(1, 1, 3, orders(1, [1]));
    assert_eq!((counts(&stage).revoked, counts(&stage).duplicated), (1, 0));
}

#[test]
fn an_order_that_waited_for_cash_in_vain_is_revoked() {
    let mut stage = stage(AckRule::Majority);
    let pending = Verdict { status: OrderStatus::Pending, filled: Quantity::ZERO, resting: Quantity(1) };
    let promise = Promise { group: P1, term: Term(1), index: LogIndex(1) };
    stage.submit(1, [1]).apply(1, 1, 1, orders(1, [1])).answer(1, 1, Reply::Verdict(promise, pending));
    let id = ClientId(1).request(crate::domain::ids::Sequence(1));
    let ended = Applied { short: Some(Arc::new(vec![id])), ..applied(1, 2, None) };
    stage.replica(1, LogFact::Applied(ended.clone())).replica(2, LogFact::Applied(ended));
    assert_eq!((counts(&stage).revoked, counts(&stage).untracked), (1, 0));
    // Where the record that ended it is overturned, it goes on.
    stage.replica(3, LogFact::Applied(applied(2, 2, None)));
    assert_eq!((counts(&stage).revoked, counts(&stage).lost), (0, 0));
}

#[test]
fn promise_and_refusal_in_one_word_revoke_nothing() {
    let mut stage = stage(AckRule::Majority);
    let said = |index, why| {
        Reply::Verdict(Promise { group: P1, term: Term(1), index: LogIndex(index) }, Verdict::rejected(why))
    };
    stage.submit(1, 1..=2);
    stage.replica(1, LogFact::Applied(short(1, 1, orders(1, [1]), Fate::Executed)));
    stage.replica(1, LogFact::Applied(short(1, 2, orders(1, [2]), Fate::Refused)));
    stage.answer(1, 1, said(1, Why::InsufficientFunds)).answer(1, 2, said(2, Why::SessionFull));
    let view = counts(&stage);
    assert_eq!((view.revoked, view.lost, view.in_doubt), (0, 0, 0));
    stage.leads(2, 2, point(0, 0)).apply_noop(2, 2, 1);
    assert_eq!(counts(&stage).lost, 1, "only the one that was decided is missing from the next log");
}

#[test]
fn orders_of_a_session_that_left_are_untracked_once() {
    let mut ledger = Ledger::new(&map(), AckRule::Majority);
    let mut out = Vec::new();
    let batch = orders(SESSIONS_MAX as u32, 1..=2);
    ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Submitted(batch.clone())), &mut out);
    let what = ReplicaFact::Log(LogFact::Applied(applied(1, 1, Some(batch.clone()))));
    ledger.observe(SimTime::ZERO, &Fact::Replica { node: n(1), group: P1, what }, &mut out);
    let promise = Promise { group: P1, term: Term(1), index: LogIndex(1) };
    let answers: Vec<_> = batch
        .records()
        .iter()
        .map(|record| (Answer { id: record.id, reply: Reply::Accepted(promise) }, SimDuration::ZERO))
        .collect();
    ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Answered(answers.into())), &mut out);
    ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::GaveUp(batch)), &mut out);
    let view = ledger.view();
    assert_eq!((view.submitted, view.untracked, view.acknowledged, view.lost), (2, 2, 0, 0));
    assert!(out.is_empty());
}

#[test]
fn promises_beyond_the_bound_are_untracked_and_never_lost_in_silence() {
    let mut ledger = Ledger::new(&map(), AckRule::Leader);
    ledger.groups[1].promises = promises::Promises::full();
    let mut out = Vec::new();
    ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Submitted(orders(1, [1]))), &mut out);
    let promise = Promise { group: P1, term: Term(1), index: LogIndex(9) };
    let answer = Answer { id: ClientId(1).request(crate::domain::ids::Sequence(1)), reply: Reply::Accepted(promise) };
    ledger.observe(SimTime::ZERO, &Fact::Client(ClientFact::Answered([(answer, SimDuration::ZERO)].into())), &mut out);
    assert_eq!((ledger.view().acknowledged, ledger.view().untracked), (1, 1));
    let what = ReplicaFact::Log(LogFact::Applied(applied(2, 9, None)));
    ledger.observe(SimTime::ZERO, &Fact::Replica { node: n(2), group: P1, what }, &mut out);
    assert_eq!((ledger.view().lost, ledger.view().untracked), (0, 1));
}

#[test]
fn a_second_leader_of_one_term_overturns_what_stood_before_it() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=2).apply(1, 1, 1, orders(1, 1..=2)).verdict(1, 1, 1, 1).verdict(1, 2, 1, 2);
    stage.apply(2, 1, 1, orders(1, 1..=2));
    assert_eq!(counts(&stage).settled, 2);
    // All of them die without a synced disk: log, term and votes are gone, and the term comes again.
    stage.fact(&Fact::Died(n(1)));
    stage.at(20).leads(2, 1, point(0, 0)).apply_noop(2, 1, 1);
    assert_eq!((counts(&stage).lost, counts(&stage).settled), (2, 0));
    stage.submit(1, [3]).apply(2, 1, 2, orders(1, [3])).apply(3, 1, 2, orders(1, [3])).verdict(1, 3, 1, 2);
    assert_eq!((counts(&stage).lost, counts(&stage).settled), (2, 1), "what it has written itself is safe");
    assert_eq!(counts(&stage).untracked, 0);
}

#[test]
fn a_second_leader_of_one_term_that_begins_with_the_same_entry_lacks_what_stood_behind() {
    let mut stage = stage(AckRule::Majority);
    stage.apply_noop(1, 1, 1).submit(1, 1..=2).apply(1, 1, 2, orders(1, 1..=2));
    stage.verdict(1, 1, 1, 2).verdict(1, 2, 1, 3).apply(2, 1, 2, orders(1, 1..=2));
    stage.fact(&Fact::Died(n(1)));
    // The first entry of a term is the same, whichever leader writes it.
    stage.at(20).leads(2, 1, point(0, 0)).apply_noop(2, 1, 1);
    assert_eq!((counts(&stage).lost, counts(&stage).settled), (2, 0));
    stage.apply_noop(3, 1, 1);
    assert_eq!(counts(&stage).lost, 2, "once");
}

#[test]
fn what_two_leaders_of_one_term_write_at_one_place_is_untracked() {
    let mut stage = stage(AckRule::Majority);
    stage.submit(1, 1..=2).apply(1, 1, 1, orders(1, [1])).verdict(1, 1, 1, 1);
    stage.at(20).leads(2, 1, point(0, 0)).apply(2, 1, 1, orders(1, [2])).verdict(1, 2, 1, 1);
    assert_eq!(counts(&stage).untracked, 2, "nobody can say whose log prevails");
}

#[test]
fn what_the_second_of_two_leaders_writes_over_what_was_let_go_is_untracked_and_not_lost() {
    let mut stage = stage(AckRule::Majority);
    let many = super::trail::RECORDS_KEPT * 2;
    for first in (1..many).step_by(64) {
        for node in [1, 2] {
            stage.apply(node, 1, first, orders(1, first..first + 64));
        }
    }
    stage.at(20).leads(3, 1, point(0, 0)).submit(2, [1]).apply(3, 1, 1, orders(2, [1])).verdict(2, 1, 1, 1);
    let view = counts(&stage);
    assert_eq!((view.lost, view.untracked, view.acknowledged), (0, 1, 1));
}

#[test]
fn a_leader_of_a_lower_term_overturns_what_stood_before_it() {
    let mut stage = stage(AckRule::Majority);
    stage.leads(1, 5, point(0, 0)).submit(1, 1..=2).apply(1, 5, 1, orders(1, 1..=2));
    stage.verdict(1, 1, 5, 1).verdict(1, 2, 5, 2).apply(2, 5, 1, orders(1, 1..=2));
    // The term is forgotten with all else.
    stage.fact(&Fact::Died(n(1)));
    stage.at(20).leads(2, 2, point(0, 0)).apply_noop(2, 2, 1);
    assert_eq!(counts(&stage).lost, 2);
    stage.submit(1, [3]).verdict(1, 3, 2, 2);
    assert_eq!((counts(&stage).lost, counts(&stage).in_doubt), (2, 0), "a promise of the leader that there is");
}

#[test]
fn clients_and_what_is_applied_are_enough() {
    // No leader, commit index or death is told: as from a log that is read back.
    let mut stage = Stage::new(&Settings::default());
    stage.submit(1, 1..=3).accept(1, 1, 1, 1).accept(1, 2, 1, 2).give_up(1, 3);
    for node in [1, 2] {
        stage.apply(node, 1, 1, orders(1, [1]));
    }
    stage.apply_noop(2, 2, 2);
    let view = counts(&stage);
    assert_eq!((view.acknowledged, view.unknown, view.settled, view.lost), (2, 1, 1, 1));
}
