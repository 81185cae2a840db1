//! What a client makes of answers, refusals and silence.

use super::*;
use crate::domain::hand::HandWord;
use crate::domain::order::Side;

#[test]
fn silence_is_met_by_two_retries_further_and_further_apart_and_then_given_up() {
    for seed in 0..10 {
        let mut driver = Driver::new(&settings(60), seed, Box::new(|_, _| Vec::new()));
        driver.run_to(1_000);
        driver.control(Control::SetLoad(false));
        driver.run_to(3_000);
        assert_balanced(&driver, seed);
        let mut sent: BTreeMap<RequestId, Vec<u64>> = BTreeMap::new();
        driver.submitted().iter().chain(&driver.retried()).for_each(|(at, record)| {
            sent.entry(record.id).or_default().push(at.as_millis());
        });
        for times in sent.values() {
            // 200 then 400 ms, each give or take a quarter, looked at on a grid of 2 ms; the third would be too late.
            assert_eq!(times.len(), 3, "seed {seed}: {times:?}");
            let waits: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!((149..=253).contains(&waits[0]), "seed {seed}: {waits:?}");
            assert!((299..=503).contains(&waits[1]), "seed {seed}: {waits:?}");
        }
        let first: BTreeMap<RequestId, SimTime> = driver.submitted().iter().map(|(at, r)| (r.id, *at)).collect();
        assert_eq!(driver.gave_up().len(), first.len());
        for (at, record) in driver.gave_up() {
            let waited = at.since(first[&record.id]);
            assert!(waited >= SimDuration::from_secs(1) && waited <= SimDuration::from_millis(1_003), "{waited:?}");
        }
        assert_eq!(driver.flow().retried, driver.retried().len() as u64);
        assert!(driver.answered().is_empty());
    }
}

#[test]
fn a_request_that_is_refused_for_now_is_asked_again_and_its_latency_counts_from_the_first_time() {
    let refuse_first = Box::new({
        let mut seen = BTreeSet::new();
        move |_: SimTime, record: &Record| {
            let first = seen.insert(record.id);
            vec![(MS_3, if first { Reply::Refused(Why::NoLeader) } else { granted(record) })]
        }
    });
    let mut driver = Driver::new(&settings(150), 1, refuse_first);
    driver.run_to(1_000);
    driver.control(Control::SetLoad(false));
    driver.run_to(3_000);
    assert_balanced(&driver, 1);
    let answered = driver.answered();
    assert_eq!(answered.len(), driver.submitted().len());
    assert_eq!(driver.retried().len(), driver.submitted().len());
    assert!(answered.iter().all(|(answer, _)| !matches!(answer.reply, Reply::Refused(_))));
    assert!(answered.iter().all(|(_, latency)| (150..260).contains(&latency.as_millis())));
}

#[test]
fn a_refusal_without_doubt_is_final_when_no_try_is_left() {
    let mut driver = Driver::new(&settings(500), 2, Box::new(|_, _| vec![(MS_3, Reply::Refused(Why::NoWorker))]));
    driver.run_to(1_000);
    driver.control(Control::SetLoad(false));
    driver.run_to(3_000);
    assert_balanced(&driver, 2);
    assert_eq!(driver.answered().len(), driver.submitted().len());
    assert!(driver.gave_up().is_empty(), "nobody gives up what was refused each time");
}

#[test]
fn a_refusal_after_a_silent_attempt_leaves_the_request_unknown() {
    let silent_then_refuse = Box::new({
        let mut seen = BTreeSet::new();
        move |_: SimTime, record: &Record| {
            if seen.insert(record.id) { Vec::new() } else { vec![(MS_3, Reply::Refused(Why::NoLeader))] }
        }
    });
    let mut driver = Driver::new(&settings(500), 2, silent_then_refuse);
    driver.run_to(500);
    driver.control(Control::SetLoad(false));
    driver.run_to(3_000);
    assert_balanced(&driver, 2);
    assert_eq!(driver.gave_up().len(), driver.submitted().len());
    assert!(driver.answered().is_empty());
}

/// The first try may have arrived: that the second was refused is not the end of the request, and the desk is not told so.
#[test]
fn the_hand_is_not_told_that_its_order_is_refused_while_an_earlier_try_may_have_arrived() {
    let silent_then_refuse = Box::new({
        let mut seen = BTreeSet::new();
        move |_: SimTime, record: &Record| {
            if seen.insert(record.id) { Vec::new() } else { vec![(MS_3, Reply::Refused(Why::NoLeader))] }
        }
    });
    let mut driver = Driver::new(&settings(0), 2, silent_then_refuse);
    let place = HandRequest::Place {
        symbol: SymbolId(0),
        side: Side::Buy,
        order_type: OrderType::Limit(Price(100)),
        quantity: Quantity(1),
        time_in_force: TimeInForce::GoodTillCancel,
    };
    driver.control(Control::Hand(place));
    driver.run_to(3_000);
    let mut view = ClusterView::default();
    driver.clients.contribute(driver.now, &mut view);
    let words = &view.hand.last().unwrap().words;
    assert!(words.iter().any(|(_, word)| *word == HandWord::TryRefused(Why::NoLeader)), "{words:?}");
    assert!(!words.iter().any(|(_, word)| matches!(word, HandWord::Refused(_))), "{words:?}");
    assert_eq!(words.last().unwrap().1, HandWord::Unknown, "{words:?}");
}

#[test]
fn what_becomes_of_a_query_is_always_told_and_of_the_cancel_of_an_order_that_has_ended_it_is_not() {
    let only_the_first_is_answered = Box::new(|_: SimTime, record: &Record| match record.command {
        Command::Place { .. } => vec![(MS_3, verdict(0))],
        _ => Vec::new(),
    });
    let mut driver = Driver::new(&settings(0), 2, only_the_first_is_answered);
    let unknown = |driver: &Driver| {
        let mut view = ClusterView::default();
        driver.clients.contribute(driver.now, &mut view);
        let order = view.hand.last().unwrap().clone();
        (order.sequence, order.words.iter().filter(|(_, word)| *word == HandWord::Unknown).count())
    };
    let order_type = OrderType::Limit(Price(100));
    let (symbol, side, quantity) = (SymbolId(0), Side::Buy, Quantity(1));
    let time_in_force = TimeInForce::GoodTillCancel;
    driver.control(Control::Hand(HandRequest::Place { symbol, side, order_type, quantity, time_in_force }));
    driver.run_to(100);
    let (order, told) = unknown(&driver);
    assert_eq!(told, 0, "it is filled");
    driver.control(Control::Hand(HandRequest::Cancel { order }));
    driver.run_to(3_000);
    assert_eq!(unknown(&driver).1, 0, "no news");
    driver.control(Control::Hand(HandRequest::Query { order }));
    driver.run_to(6_000);
    assert_eq!(unknown(&driver).1, 1, "somebody asked, and nobody answered");
}

#[test]
fn attempts_that_were_all_refused_leave_no_doubt_however_late() {
    // Gateways that hold requests of a moving symbol answer late, and then both refuse.
    let late = SimDuration::from_millis(950);
    let hold_then_refuse = Box::new({
        let mut first = BTreeMap::new();
        move |now: SimTime, record: &Record| {
            let sent = *first.entry(record.id).or_insert(now);
            vec![(SimDuration(late.0 - now.since(sent).0), Reply::Refused(Why::Moving))]
        }
    });
    let mut driver = Driver::new(&settings(500), 2, hold_then_refuse);
    driver.run_to(500);
    driver.control(Control::SetLoad(false));
    driver.run_to(3_000);
    assert_balanced(&driver, 2);
    assert!(driver.retried().len() > driver.submitted().len(), "each was retried before its first answer");
    assert!(driver.gave_up().is_empty(), "none is in doubt");
    assert_eq!(driver.answered().len(), driver.submitted().len());
}

#[test]
fn a_leader_that_was_lost_leaves_a_doubt() {
    let mut driver = Driver::new(&settings(500), 4, Box::new(|_, _| vec![(MS_3, Reply::Refused(Why::LeaderLost))]));
    driver.run_to(500);
    driver.control(Control::SetLoad(false));
    driver.run_to(3_000);
    assert_eq!(driver.gave_up().len(), driver.submitted().len());
}

#[test]
fn a_final_refusal_is_not_asked_again() {
    let mut driver = Driver::new(&settings(500), 5, Box::new(|_, _| vec![(MS_3, Reply::Refused(Why::BadPrice))]));
    driver.run_to(2_000);
    assert_balanced(&driver, 5);
    assert!(driver.retried().is_empty());
    assert!(driver.answered().len() > 900);
}

#[test]
fn a_promise_and_a_later_verdict_are_one_acknowledgement() {
    let twice: Desk = Box::new(|_, record| match record.command {
        Command::Query { .. } => vec![(MS_3, granted(record))],
        _ => vec![(MS_3, Reply::Accepted(PROMISE)), (SimDuration::from_millis(9), verdict(0))],
    });
    let mut driver = Driver::new(&settings(2_000), 6, twice);
    driver.run_to(1_000);
    driver.control(Control::SetLoad(false));
    driver.run_to(2_000);
    assert_balanced(&driver, 6);
    let orders = driver.submitted().iter().filter(|(_, record)| !record.command.is_query()).count();
    assert_eq!(driver.flow().latency_total.count, orders as u64);
    assert!(driver.answered().iter().all(|(answer, _)| !matches!(answer.reply, Reply::Verdict(..))));
    // What the verdicts said is known nevertheless: nothing rests, so nothing is left to be cancelled.
    assert!(driver.clients.sessions.iter().all(|session| session.open.is_empty()));
}

#[test]
fn the_floor_in_a_record_is_never_above_what_waits() {
    for seed in 0..10 {
        // One in ten is not answered, the others late and out of order.
        let mut chance = Chance::stream(seed, Purpose::Link, 0);
        let desk: Desk = Box::new(move |_, record| {
            if chance.ratio(1, 10) {
                return Vec::new();
            }
            vec![(SimDuration(chance.below(90_000_000)), granted(record))]
        });
        let mut driver = Driver::new(&settings(3_000), seed, desk);
        driver.run_to(3_000);
        assert_balanced(&driver, seed);
        let mut waits: BTreeMap<ClientId, BTreeSet<Sequence>> = BTreeMap::new();
        for (_, fact) in &driver.facts {
            match fact {
                Fact::Client(ClientFact::Submitted(batch) | ClientFact::Retried(batch)) => {
                    for record in batch.records() {
                        let waiting = waits.entry(record.id.client).or_default();
                        waiting.insert(record.id.sequence);
                        assert!(Some(&record.floor) <= waiting.first(), "seed {seed}: {record:?} {waiting:?}");
                    }
                }
                Fact::Client(ClientFact::GaveUp(batch)) => batch.records().iter().for_each(|record| {
                    waits.get_mut(&record.id.client).map(|waiting| waiting.remove(&record.id.sequence));
                }),
                Fact::Client(ClientFact::Answered(list)) => list.iter().for_each(|(answer, _)| {
                    waits.get_mut(&answer.id.client).map(|waiting| waiting.remove(&answer.id.sequence));
                }),
                _ => {}
            }
        }
    }
}

#[test]
fn a_cancel_that_was_not_done_is_tried_again_as_a_new_one() {
    // No cancel ever comes through, and everything rests: each session runs into its bound and stays there.
    let desk: Desk = Box::new(|_, record| match record.command {
        Command::Cancel { .. } => vec![(MS_3, Reply::Refused(Why::BadQuantity))],
        _ => vec![(MS_3, granted(record))],
    });
    let mut driver = Driver::new(&settings(50_000), 2, desk);
    driver.run_to(2_000);
    let open = driver.clients.sessions.iter().map(|session| session.open.len()).sum::<usize>();
    let submitted = driver.submitted();
    let resting = submitted.iter().filter(|(_, record)| may_rest(&record.command));
    let on_the_way = driver.flow().waiting as usize;
    assert!(open + on_the_way >= resting.count(), "what rests is not forgotten");
    assert!(open < 64 * 80, "and nothing more is placed");
}

#[test]
fn a_budget_bounds_what_silence_is_met_with() {
    for (percent, most) in [(0, 0), (10, 10)] {
        let mut settings = settings(2_000);
        settings.client.retry_budget_percent = percent;
        let sessions = settings.client.steady_sessions() as usize;
        let mut driver = Driver::new(&settings, 3, Box::new(|_, _| Vec::new()));
        driver.run_to(1_000);
        driver.control(Control::SetLoad(false));
        driver.run_to(3_000);
        assert_eq!(driver.retried().len(), most * sessions, "{percent} %: nothing is earned, ten were saved");
        assert_eq!(driver.gave_up().len(), driver.submitted().len());
    }
}

#[test]
fn an_order_that_is_refused_at_every_try_is_turned_away_once() {
    let mut driver = Driver::new(&settings(150), 1, Box::new(|_, _| vec![(MS_3, Reply::Refused(Why::Overloaded))]));
    driver.run_to(1_000);
    driver.control(Control::SetLoad(false));
    driver.run_to(4_000);
    let mut view = ClusterView::default();
    driver.clients.contribute(driver.now, &mut view);
    let requests = driver.submitted().len() as u64;
    assert_eq!(view.admission.turned_away, requests);
    assert!(view.admission.refused > requests, "it was tried {} times", view.admission.refused);
}

#[test]
fn sent_and_unanswered_count_orders_and_each_once() {
    let mut driver = Driver::new(&settings(1_000), 1, Box::new(|_, _| Vec::new()));
    driver.run_to(2_500);
    let now = driver.now;
    let orders = |records: Vec<(SimTime, Record)>, from: u64, to: u64| {
        let of_second =
            |(at, record): &&(SimTime, Record)| !record.command.is_query() && (from..to).contains(&at.as_millis());
        records.iter().filter(of_second).count() as u64
    };
    let flow = driver.flow();
    assert_eq!(flow.sent_per_s, orders(driver.submitted(), 1_500, 2_500), "at {now}");
    assert_eq!(flow.unanswered_per_s, orders(driver.gave_up(), 1_500, 2_500));
    assert!(flow.is_silent() && flow.unanswered_per_s > 500);
}
