//! What a leader owes to gateways: every record gets its word, in parts, once; what was not logged is handed back.

use super::super::message::NodeEffect;
use super::super::out::Exit;
use super::*;
use crate::domain::ids::{ClientId, Sequence, SymbolId};
use crate::domain::map::Epoch;
use crate::domain::order::{Command, OrderStatus};
use crate::domain::units::Quantity;

const P1: GroupId = GroupId(1);
const N2: NodeId = NodeId(2);

fn proposal(ticket: u64, sequences: std::ops::RangeInclusive<u64>, deadline_ms: u64) -> Proposal {
    let command = Command::Cancel { symbol: SymbolId(0), order: Sequence(1) };
    let record = |n| Record { id: ClientId(1).request(Sequence(n)), floor: Sequence(1), command };
    let batch = Batch::new(sequences.map(record).collect::<Vec<_>>());
    let deadline = SimTime::from_millis(deadline_ms);
    Proposal { ticket: Ticket(ticket), group: P1, epoch: Epoch(1), batch, deadline }
}

/// What was said, a line a message: ticket, what, sequences.
fn said<T>(act: impl FnOnce(&mut Out<'_>) -> T) -> Vec<String> {
    let mut effects = Vec::new();
    act(&mut Out { me: NodeId(1), effects: &mut effects, exit: &mut Exit::default() });
    let line = |effect: NodeEffect| match effect {
        NodeEffect::Send { message: NodeMessage::Answers { ticket, answers }, .. } => {
            let what = match answers[0].reply {
                Reply::Accepted(_) => "accepted",
                Reply::Verdict(..) => "verdict",
                Reply::Reading(_) => "reading",
                Reply::Refused(_) => "refused",
                Reply::Notice(_) => "notice",
            };
            let sequences: Vec<u64> = answers.iter().map(|answer| answer.id.sequence.0).collect();
            format!("{} {what} {sequences:?}", ticket.0)
        }
        NodeEffect::Send { message: NodeMessage::Declined { ticket, batch, why }, .. } => {
            let sequences: Vec<u64> = batch.records().iter().map(|record| record.id.sequence.0).collect();
            format!("{} declined {why:?} {sequences:?}", ticket.0)
        }
        other => format!("{other:?}"),
    };
    effects.into_iter().map(line).collect()
}

fn verdicts(count: usize) -> Vec<Verdict> {
    let (filled, resting) = (Quantity::ZERO, Quantity::ZERO);
    vec![Verdict { status: OrderStatus::Cancelled, filled, resting }; count]
}

/// Logs the next batch, which begins at this index.
fn log(proposals: &mut Proposals, first: u64, records_max: usize) -> usize {
    let (batch, parts) = proposals.close(SimTime::ZERO, |_| records_max).unwrap();
    let count = batch.len();
    proposals.sent(LogIndex(first), Term(1), batch, parts);
    count
}

#[test]
fn batches_are_cut_at_their_bound_and_every_part_gets_its_own_word() {
    let mut proposals = Proposals::default();
    proposals.offer(SimTime::ZERO, N2, &proposal(0, 1..=3, 1_000)).unwrap();
    proposals.offer(SimTime::ZERO, N2, &proposal(1, 4..=6, 1_000)).unwrap();
    assert_eq!((log(&mut proposals, 1, 4), log(&mut proposals, 5, 4)), (4, 2));
    assert_eq!((proposals.open_records(), proposals.unanswered()), (0, 6));
    proposals.applied(LogIndex(1), Term(1), &verdicts(4), &crate::domain::fact::Executed::All);
    proposals.applied(LogIndex(5), Term(1), &verdicts(2), &crate::domain::fact::Executed::All);
    let answer =
        |proposals: &mut Proposals, acked| said(|out| proposals.answer(P1, LogIndex(acked), Early::Never, out));
    assert!(answer(&mut proposals, 3).is_empty(), "half a batch is no batch");
    assert_eq!(answer(&mut proposals, 4), ["0 verdict [1, 2, 3]", "1 verdict [4]"]);
    assert_eq!(answer(&mut proposals, 6), ["1 verdict [5, 6]"]);
    assert_eq!(proposals.unanswered(), 0);
}

#[test]
fn a_batch_is_no_larger_than_its_most_urgent_order_can_wait_for() {
    let mut proposals = Proposals::default();
    for (ticket, deadline) in [1_000, 100, 1_000].into_iter().enumerate() {
        proposals.offer(SimTime::ZERO, N2, &proposal(ticket as u64, 1..=10, deadline)).unwrap();
    }
    // A record for each ten milliseconds.
    let mut next = || {
        let (batch, parts) = proposals.close(SimTime::ZERO, |left| (left.0 / 10_000_000) as usize).unwrap();
        (batch.len(), parts.iter().map(|part| part.ticket.0).collect::<Vec<_>>())
    };
    assert_eq!(next(), (10, vec![0]), "the urgent ones would wait for the others");
    assert_eq!(next(), (10, vec![1]));
    assert_eq!(next(), (10, vec![2]));
}

#[test]
fn under_a_fast_rule_the_promise_comes_first_and_the_verdict_follows_once() {
    let mut proposals = Proposals::default();
    proposals.offer(SimTime::ZERO, N2, &proposal(0, 1..=2, 1_000)).unwrap();
    log(&mut proposals, 1, 9);
    let answer = |proposals: &mut Proposals, early| said(|out| proposals.answer(P1, LogIndex(2), early, out));
    assert_eq!(answer(&mut proposals, Early::Promise), ["0 accepted [1, 2]"]);
    assert!(answer(&mut proposals, Early::Promise).is_empty());
    assert!(answer(&mut proposals, Early::Never).is_empty(), "the rule was switched; nothing is applied yet");
    proposals.applied(LogIndex(1), Term(1), &verdicts(2), &crate::domain::fact::Executed::All);
    assert_eq!(answer(&mut proposals, Early::Never), ["0 verdict [1, 2]"]);
}

#[test]
fn a_leader_that_steps_down_hands_back_exactly_what_it_never_logged() {
    let mut proposals = Proposals::default();
    proposals.offer(SimTime::ZERO, N2, &proposal(0, 1..=3, 1_000)).unwrap();
    proposals.offer(SimTime::ZERO, N2, &proposal(1, 4..=5, 1_000)).unwrap();
    log(&mut proposals, 1, 4);
    let lines = said(|out| proposals.abandon(LogIndex::ORIGIN, Some(NodeId(3)), out));
    let expected = ["0 refused [1, 2, 3]", "1 refused [4]", "1 declined NotLeader(Some(NodeId(3))) [5]"];
    assert_eq!(lines, expected, "what is in a log may yet be done, and is not to be handed on");
    assert_eq!(proposals.unanswered(), 0);
}

#[test]
fn promised_orders_are_left_to_the_log_when_their_leader_goes() {
    let mut proposals = Proposals::default();
    proposals.offer(SimTime::ZERO, N2, &proposal(0, 1..=1, 1_000)).unwrap();
    proposals.offer(SimTime::ZERO, N2, &proposal(1, 2..=2, 1_000)).unwrap();
    log(&mut proposals, 1, 1);
    log(&mut proposals, 2, 1);
    said(|out| proposals.answer(P1, LogIndex(1), Early::Promise, out));
    assert_eq!(said(|out| proposals.abandon(LogIndex::ORIGIN, None, out)), ["1 refused [2]"]);
}

/// Three batches of one order each; the rule, which covers the commit, has acknowledged the first `acked`.
fn three_of_which_are_acknowledged(acked: u64) -> Proposals {
    let mut proposals = Proposals::default();
    for ticket in 0..3 {
        proposals.offer(SimTime::ZERO, N2, &proposal(ticket, ticket + 1..=ticket + 1, 1_000)).unwrap();
        log(&mut proposals, ticket + 1, 1);
    }
    assert!(said(|out| proposals.answer(P1, LogIndex(acked), Early::Never, out)).is_empty());
    proposals
}

#[test]
fn what_was_committed_is_answered_by_who_led_then() {
    let mut proposals = three_of_which_are_acknowledged(2);
    assert_eq!(said(|out| proposals.abandon(LogIndex(2), None, out)), ["2 refused [3]"]);
    assert_eq!((proposals.unanswered(), proposals.unacknowledged().0), (2, 0));
    let answer = |proposals: &mut Proposals| said(|out| proposals.answer(P1, LogIndex(9), Early::Never, out));
    assert!(answer(&mut proposals).is_empty(), "it is not applied yet");
    for first in 1..=3 {
        proposals.applied(LogIndex(first), Term(1), &verdicts(1), &crate::domain::fact::Executed::All);
    }
    assert_eq!(answer(&mut proposals), ["0 verdict [1]", "1 verdict [2]"]);
    assert_eq!(proposals.unanswered(), 0);
}

#[test]
fn a_batch_of_another_term_at_the_same_index_is_no_verdict() {
    let mut proposals = three_of_which_are_acknowledged(1);
    said(|out| proposals.abandon(LogIndex(1), None, out));
    proposals.applied(LogIndex(1), Term(2), &verdicts(1), &crate::domain::fact::Executed::All);
    assert!(said(|out| proposals.answer(P1, LogIndex(9), Early::Never, out)).is_empty());
}

#[test]
fn what_waits_for_a_rule_beyond_the_commit_or_is_not_committed_is_in_doubt() {
    // Committed, and not yet on every voter as the rule asks.
    let mut proposals = three_of_which_are_acknowledged(1);
    assert_eq!(said(|out| proposals.abandon(LogIndex(3), None, out)), ["1 refused [2]", "2 refused [3]"]);
    // Acknowledged, and another leader may write there.
    let mut proposals = three_of_which_are_acknowledged(3);
    assert_eq!(said(|out| proposals.abandon(LogIndex(1), None, out)), ["1 refused [2]", "2 refused [3]"]);
    // A snapshot brings what it was, and no verdicts.
    assert_eq!(said(|out| proposals.overtaken(LogIndex(1), out)), ["0 refused [1]"]);
    assert_eq!(proposals.unanswered(), 0);
}

#[test]
fn what_raft_does_not_take_goes_back_by_its_parts() {
    let mut proposals = Proposals::default();
    proposals.offer(SimTime::ZERO, N2, &proposal(0, 1..=3, 1_000)).unwrap();
    let (batch, parts) = proposals.close(SimTime::ZERO, |_| 2).unwrap();
    let lines = said(|out| Proposals::decline(&batch, &parts, Why::Overloaded, out));
    assert_eq!(lines, ["0 declined Overloaded [1, 2]"]);
    assert_eq!(proposals.open_records(), 1, "the rest still waits for a batch");
}

#[test]
fn what_nobody_waits_for_any_more_is_forgotten_and_makes_room() {
    let mut proposals = Proposals::default();
    let full: u64 = (UNANSWERED_MAX / 512) as u64;
    for ticket in 0..full {
        proposals.offer(SimTime::ZERO, N2, &proposal(ticket, 1..=512, 1_000 + ticket)).unwrap();
        log(&mut proposals, 1 + 512 * ticket, 512);
    }
    assert_eq!(proposals.offer(SimTime::ZERO, N2, &proposal(full, 1..=512, 9_000)), Err(Why::Overloaded));
    assert_eq!(proposals.refused(), 512);
    proposals.forget_expired(SimTime::from_millis(1_000));
    assert_eq!(proposals.offer(SimTime::ZERO, N2, &proposal(full, 1..=512, 9_000)), Ok(()));
    proposals.forget_expired(SimTime::from_millis(8_999));
    assert_eq!(proposals.unanswered(), 512);
    proposals.forget_expired(SimTime::from_millis(9_000));
    assert_eq!((proposals.unanswered(), proposals.open_records()), (0, 0));
}
