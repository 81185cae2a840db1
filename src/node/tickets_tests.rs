//! What a ticket counts: a place until the first word, a life until the last, and both end at the deadline.

use super::*;
use crate::domain::ids::{ClientId, LogIndex, Sequence, Term};
use crate::domain::order::{Promise, Verdict};
use crate::domain::time::SimDuration;
use crate::domain::venue::VenueId;
use crate::domain::why::Why;

const ASKER: ActorId = ActorId(7);

fn open(requests: u32, deadline_ms: u64) -> Open {
    Open {
        fallback: false,
        from: ASKER,
        group: GroupId(1),
        epoch: Epoch(1),
        deadline: SimTime::from_millis(deadline_ms),
        redirects: 0,
        left: requests,
        unsaid: requests,
        way: None,
    }
}

fn say(requests: u64, reply: Reply) -> Vec<Answer> {
    (1..=requests).map(|n| Answer { id: ClientId(1).request(Sequence(n)), reply }).collect()
}

const PROMISE: Promise = Promise { group: GroupId(1), term: Term(1), index: LogIndex(1) };

#[test]
fn a_part_that_is_promised_and_then_decided_frees_its_places_once() {
    let mut tickets = Tickets::default();
    let ticket = tickets.open(open(10, 1_000));
    let verdict = Reply::Verdict(PROMISE, Verdict::rejected(Why::NoLiquidity));
    assert_eq!(tickets.answered(ticket, &say(4, Reply::Accepted(PROMISE))), Some(ASKER));
    assert_eq!(tickets.in_flight(), 6);
    tickets.answered(ticket, &say(4, verdict));
    assert_eq!(tickets.in_flight(), 6, "the other part still waits for its first word");
    tickets.answered(ticket, &say(6, Reply::Accepted(PROMISE)));
    assert_eq!((tickets.in_flight(), tickets.next()), (0, SimTime::from_millis(1_000)), "its verdict is still to come");
    assert_eq!(tickets.answered(ticket, &say(6, verdict)), Some(ASKER), "and reaches whoever asked");
    assert_eq!(tickets.next(), SimTime::NEVER);
}

#[test]
fn a_patient_request_keeps_no_place_of_an_impatient_one_behind_it() {
    let mut tickets = Tickets::default();
    tickets.open(open(3, 5_000));
    tickets.open(open(2, 1_000));
    tickets.forget_expired(SimTime::from_millis(1_000));
    assert_eq!((tickets.in_flight(), tickets.next()), (3, SimTime::from_millis(5_000)));
    tickets.forget_expired(SimTime::from_millis(5_000));
    assert_eq!(tickets.in_flight(), 0);
}

#[test]
fn a_word_on_a_ticket_that_is_over_concerns_nobody() {
    let mut tickets = Tickets::default();
    let ticket = tickets.open(open(1, 1_000));
    tickets.release(ticket, 1);
    assert_eq!(tickets.answered(ticket, &say(1, Reply::Refused(Why::LeaderLost))), None);
    let next = tickets.open(open(1, 1_000));
    assert!(next > ticket, "numbers are not given twice");
    assert_eq!(tickets.answered(Ticket(99), &say(1, Reply::Refused(Why::LeaderLost))), None);
    assert_eq!(tickets.in_flight(), 1);
}

#[test]
fn what_goes_to_a_venue_is_its_load_for_as_long_as_it_holds_a_place() {
    let mut tickets = Tickets::default();
    let way = Way { venue: VenueId(1), latency: SimDuration::from_micros(800) };
    let to_b = tickets.open(Open { way: Some(way), ..open(10, 1_000) });
    let late = tickets.open(Open { way: Some(way), ..open(3, 500) });
    let plain = tickets.open(open(7, 1_000));
    assert_eq!((tickets.to_venues()[0], tickets.to_venues()[1], tickets.in_flight()), (0, 13, 20));
    tickets.answered(to_b, &say(4, Reply::Accepted(PROMISE)));
    tickets.answered(plain, &say(7, Reply::Accepted(PROMISE)));
    assert_eq!(tickets.to_venues()[1], 9);
    tickets.release(to_b, 2);
    assert_eq!(tickets.to_venues()[1], 7);
    tickets.forget_expired(SimTime::from_millis(500));
    assert_eq!((tickets.to_venues()[1], tickets.get_mut(late).is_none()), (4, true));
    tickets.forget_expired(SimTime::from_millis(1_000));
    assert_eq!((tickets.to_venues()[1], tickets.in_flight()), (0, 0));
}

#[test]
fn an_answer_to_an_earlier_incarnation_closes_no_ticket_of_this_one() {
    let (mut before, mut now) = (Tickets::of_incarnation(1), Tickets::of_incarnation(2));
    let (old, new) = (before.open(open(3, 1_000)), now.open(open(3, 1_000)));
    assert_ne!(old, new);
    now.release(old, 3);
    assert_eq!(now.in_flight(), 3);
    now.release(new, 3);
    assert_eq!(now.in_flight(), 0);
}
