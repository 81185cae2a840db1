//! Which reads wait, for what, and what becomes of them when nobody answers.

use super::super::message::NodeEffect;
use super::super::out::Exit;
use super::*;
use crate::domain::ids::{ClientId, Sequence, SymbolId};
use crate::domain::map::{ClusterMap, Epoch};
use crate::domain::order::Record;
use crate::domain::settings::Settings;
use crate::node::machine::Wealth;

fn query(ticket: u64, deadline_ms: u64) -> Proposal {
    let command = Command::Query { symbol: SymbolId(0), order: Sequence(1) };
    let record = Record { id: ClientId(1).request(Sequence(ticket + 1)), floor: Sequence(1), command };
    let (group, epoch, deadline) = (GroupId(1), Epoch(1), SimTime::from_millis(deadline_ms));
    Proposal { ticket: Ticket(ticket), group, epoch, batch: Batch::new(vec![record]), deadline }
}

/// Tickets that were answered, and those that were declined.
fn heard(act: impl FnOnce(&mut Out<'_>)) -> (Vec<u64>, Vec<(u64, Why)>) {
    let mut effects = Vec::new();
    act(&mut Out { me: NodeId(1), effects: &mut effects, exit: &mut Exit::default() });
    let (mut answered, mut declined) = (Vec::new(), Vec::new());
    for effect in effects {
        match effect {
            NodeEffect::Send { message: NodeMessage::Answers { ticket, .. }, .. } => answered.push(ticket.0),
            NodeEffect::Send { message: NodeMessage::Declined { ticket, why, .. }, .. } => {
                declined.push((ticket.0, why));
            }
            _ => {}
        }
    }
    (answered, declined)
}

/// Tickets that may be answered once so much is applied.
fn serve(reads: &mut Reads, applied: u64) -> Vec<u64> {
    std::iter::from_fn(|| reads.due(LogIndex(applied))).map(|asked| asked.ticket.0).collect()
}

fn owner_of_all() -> ClusterMap {
    ClusterMap { owners: vec![GroupId(1); 10], ..ClusterMap::default() }
}

#[test]
fn a_read_waits_for_its_index_and_then_until_that_is_applied() {
    let mut reads = Reads::default();
    let tokens: Vec<_> = (0..3).map(|n| reads.offer(NodeId(2), &query(n, 1_000)).unwrap()).collect();
    assert!(serve(&mut reads, 9).is_empty(), "Raft has not said how far");
    reads.ready(tokens[0], LogIndex(5));
    reads.ready(tokens[1], LogIndex(7));
    assert!(serve(&mut reads, 4).is_empty());
    assert_eq!(serve(&mut reads, 6), [0]);
    reads.ready(tokens[2], LogIndex(7));
    assert_eq!(serve(&mut reads, 7), [1, 2]);
    assert!(reads.is_empty());
}

#[test]
fn a_leader_that_goes_names_the_next_and_a_refusal_is_passed_on() {
    let mut reads = Reads::default();
    let first = reads.offer(NodeId(2), &query(0, 1_000)).unwrap();
    reads.offer(NodeId(2), &query(1, 1_000)).unwrap();
    let (_, declined) = heard(|out| reads.refused(first, Why::TermNotCommitted, out));
    assert_eq!(declined, [(0, Why::TermNotCommitted)]);
    let (_, declined) = heard(|out| reads.abandon(Some(NodeId(3)), out));
    assert_eq!(declined, [(1, Why::NotLeader(Some(NodeId(3))))]);
}

#[test]
fn reads_that_raft_never_answers_fill_their_queue_until_nobody_waits_for_them() {
    let mut reads = Reads::default();
    for n in 0..READS_MAX as u64 {
        reads.offer(NodeId(2), &query(n, 1_000)).unwrap();
    }
    assert_eq!(reads.offer(NodeId(2), &query(9, 2_000)), Err(Why::Overloaded));
    assert_eq!(reads.refused_for_room(), 1);
    reads.forget_expired(SimTime::from_millis(1_000));
    assert!(reads.is_empty());
    let token = reads.offer(NodeId(2), &query(9, 2_000)).unwrap();
    reads.ready(token, LogIndex(1));
    assert_eq!(serve(&mut reads, 1), [9]);
}

#[test]
fn a_reading_says_how_many_committed_records_it_had_not_applied() {
    let machine = Machine::new(GroupId(1), &Arc::new(owner_of_all()), &Wealth::of(&Settings::default()));
    let point =
        ReadPoint { group: GroupId(1), by: NodeId(4), applied: LogIndex(10), commit: LogIndex(13), current: false };
    let Said { answers, elsewhere } = read(point, &query(0, 1_000).batch, &machine);
    assert!(elsewhere.is_empty());
    let Reply::Reading(reading) = answers[0].reply else { panic!("{answers:?}") };
    assert_eq!((reading.by, reading.index, reading.behind, reading.order), (NodeId(4), LogIndex(10), 3, None));
}

#[test]
fn a_query_of_a_symbol_that_is_elsewhere_goes_back_to_its_gateway() {
    let machine = Machine::new(GroupId(1), &Arc::new(ClusterMap::default()), &Wealth::of(&Settings::default()));
    let point =
        ReadPoint { group: GroupId(1), by: NodeId(4), applied: LogIndex(10), commit: LogIndex(13), current: false };
    let Said { answers, elsewhere } = read(point, &query(0, 1_000).batch, &machine);
    assert!(answers.is_empty(), "an empty reading would be a lie: {answers:?}");
    assert_eq!(elsewhere.len(), 1);
    assert_eq!(elsewhere[0].0, Why::NotOwner);
}
