//! Two books a symbol: which of them an order meets, what is refused, what a drain takes, and what travels when a symbol moves.

use std::sync::Arc;

use super::*;
use crate::domain::ids::{ClientId, GroupId, Sequence};
use crate::domain::map::Epoch;
use crate::domain::moving::{Moving, Shipment};
use crate::domain::order::{Batch, Command, Record, TimeInForce};
use crate::domain::time::SimDuration;
use crate::domain::units::Quantity;
use crate::domain::venue::Venue;
use crate::domain::work::{Decision, Half, Leg, Part, Prepare, TxId, Work, Worked};
use crate::market::shipments::Moved;

const GOOG: SymbolId = SymbolId(6);
const ACME: SymbolId = SymbolId(7);
const A: VenueId = VenueId(0);
const B: VenueId = VenueId(1);

fn table() -> Vec<VenueState> {
    let venue = |fee_millionths, micros, step_ticks| {
        VenueState::new(Venue { fee_millionths, latency: SimDuration::from_micros(micros), step_ticks })
    };
    vec![venue(120, 200, 1), venue(100, 800, 5)]
}

fn exchange() -> Exchange {
    Exchange::new([GOOG, ACME]).with_venues(&table())
}

fn id(sequence: u64) -> RequestId {
    ClientId(1 + sequence as u32 % 7).request(Sequence(sequence))
}

fn say(exchange: &mut Exchange, sequence: u64, command: Command) -> Verdict {
    let record = Record { id: id(sequence), floor: Sequence(1), command };
    let mut verdicts = Vec::new();
    let outcome = exchange.apply(&Batch::new([record]), &mut verdicts);
    assert!(outcome.sound && outcome.money.balanced && audit(exchange));
    verdicts[0]
}

fn limit(symbol: SymbolId, side: Side, price: i64, lots: u64, venue: Option<VenueId>) -> Command {
    let (order_type, quantity) = (OrderType::Limit(Price(price)), Quantity(lots));
    Command::Place { symbol, side, order_type, quantity, time_in_force: TimeInForce::GoodTillCancel, venue }
}

fn audit(exchange: &Exchange) -> bool {
    exchange.listings.iter().all(|listing| listing.books.audit()) && exchange.audit_money()
}

fn close(exchange: &mut Exchange, venue: VenueId, turn: u32) -> Stepped {
    exchange.step_venue(&VenueStep::Door { venue, open: false, turn }).0
}

fn rests(exchange: &Exchange) -> [u64; 2] {
    [A, B].map(|venue| exchange.resting_at(venue))
}

#[test]
fn an_order_meets_the_book_that_it_was_sent_to() {
    let mut exchange = exchange();
    say(&mut exchange, 1, limit(GOOG, Side::Sell, 100, 5, Some(B)));
    assert_eq!(rests(&exchange), [0, 1]);
    let other = say(&mut exchange, 2, limit(GOOG, Side::Buy, 100, 5, Some(A)));
    assert_eq!(other.status, OrderStatus::Pending, "the two books do not meet");
    let same = say(&mut exchange, 3, limit(GOOG, Side::Buy, 100, 5, Some(B)));
    assert_eq!(same.status, OrderStatus::Filled);
    let counts = exchange.venue_counts(B);
    assert_eq!((counts.orders, counts.fills, counts.lots), (2, 1, 5));
    let notional = GOOG.instrument().expect("a symbol").notional(Price(100), Quantity(5)).0;
    assert_eq!(counts.fees, Cash(2 * fee(notional, 100)), "both sides pay");
    assert_eq!(exchange.fees(), counts.fees);
}

#[test]
fn what_nobody_sent_anywhere_goes_to_the_best_price() {
    let mut exchange = exchange();
    say(&mut exchange, 1, limit(GOOG, Side::Sell, 101, 5, Some(A)));
    say(&mut exchange, 2, limit(GOOG, Side::Sell, 100, 5, Some(B)));
    let verdict = say(&mut exchange, 3, limit(GOOG, Side::Buy, 103, 5, None));
    assert_eq!((verdict.status, rests(&exchange)), (OrderStatus::Filled, [1, 0]));
    say(&mut exchange, 4, limit(GOOG, Side::Buy, 93, 5, None));
    assert_eq!(rests(&exchange), [2, 0], "where its limit keeps its worth");
}

#[test]
fn a_price_that_is_not_on_the_step_is_refused_and_a_replace_leaves_its_order_alone() {
    let mut exchange = exchange();
    let verdict = say(&mut exchange, 1, limit(GOOG, Side::Buy, 99, 5, Some(B)));
    assert_eq!(verdict, Verdict::rejected(Why::OffStep));
    assert_eq!(exchange.query(id(1), GOOG), Some(Verdict::rejected(Why::OffStep)), "it is remembered");
    say(&mut exchange, 2, limit(GOOG, Side::Buy, 95, 5, Some(B)));
    let client = id(2).client;
    let replace =
        |price| Command::Replace { symbol: GOOG, order: Sequence(2), price: Price(price), quantity: Quantity(5) };
    let mut ask = |sequence, command| {
        let record = Record { id: client.request(Sequence(sequence)), floor: Sequence(1), command };
        let mut verdicts = Vec::new();
        exchange.apply(&Batch::new([record]), &mut verdicts);
        verdicts[0]
    };
    assert_eq!(ask(3, replace(96)), Verdict::rejected(Why::OffStep));
    assert_eq!(ask(4, replace(90)).status, OrderStatus::Pending);
    assert_eq!(ask(5, Command::Cancel { symbol: GOOG, order: Sequence(2) }).status, OrderStatus::Cancelled);
    assert_eq!(rests(&exchange), [0, 0]);
}

#[test]
fn an_order_that_finds_its_venue_closed_goes_to_another_and_one_that_finds_none_is_refused() {
    let mut exchange = exchange();
    close(&mut exchange, B, 1);
    let verdict = say(&mut exchange, 1, limit(GOOG, Side::Buy, 97, 5, Some(B)));
    assert_eq!((verdict.status, rests(&exchange)), (OrderStatus::Pending, [1, 0]));
    assert_eq!((exchange.venue_counts(B).rerouted, exchange.venue_counts(A).orders), (1, 1));
    close(&mut exchange, A, 1);
    let verdict = say(&mut exchange, 2, limit(GOOG, Side::Buy, 97, 5, Some(B)));
    assert_eq!(verdict, Verdict::rejected(Why::VenueClosed));
    assert_eq!(
        say(&mut exchange, 2, limit(GOOG, Side::Buy, 97, 5, Some(A))),
        verdict,
        "said again, whoever asks again"
    );
}

#[test]
fn a_door_goes_by_turns_and_a_late_word_changes_nothing() {
    let mut exchange = exchange();
    close(&mut exchange, B, 3);
    exchange.step_venue(&VenueStep::Door { venue: B, open: true, turn: 2 });
    assert_eq!(exchange.door(B), Door::Closed);
    exchange.step_venue(&VenueStep::Door { venue: B, open: true, turn: 4 });
    assert_eq!(exchange.door(B), Door::Open);
    say(&mut exchange, 1, limit(GOOG, Side::Buy, 95, 5, Some(B)));
    let (late, _, _) = exchange.step_venue(&VenueStep::Drain { venue: B });
    assert_eq!((late, rests(&exchange)), (Stepped::default(), [0, 1]), "it opened before the drain was applied");
}

#[test]
fn a_drain_takes_so_many_a_record_and_says_when_it_is_through() {
    let mut exchange = exchange();
    let orders = DRAIN_ORDERS_MAX as u64 + 40;
    for n in 1..=orders {
        let symbol = if n.is_multiple_of(2) { GOOG } else { ACME };
        say(&mut exchange, n, limit(symbol, Side::Buy, 5 * (1 + n as i64 % 9), 3, Some(B)));
    }
    say(&mut exchange, 9_000, limit(GOOG, Side::Sell, 45, 1, Some(B)));
    assert_eq!(close(&mut exchange, B, 1), Stepped::default());
    assert_eq!(exchange.door(B), Door::Draining);
    let (first, _, _) = exchange.step_venue(&VenueStep::Drain { venue: B });
    assert_eq!((first.ended.len(), first.drained), (DRAIN_ORDERS_MAX, None));
    let (last, sound, _) = exchange.step_venue(&VenueStep::Drain { venue: B });
    assert_eq!((last.ended.len(), last.drained, sound), (40, Some(orders), true));
    assert!(!exchange.is_drainable(B) && exchange.door(B) == Door::Closed && audit(&exchange));
    let (again, _, _) = exchange.step_venue(&VenueStep::Drain { venue: B });
    assert_eq!(again, Stepped::default());
    for (order, verdict) in first.ended.iter().chain(&last.ended) {
        assert_eq!((verdict.status, verdict.resting), (OrderStatus::Stopped(Why::VenueClosed), Quantity::ZERO));
        let symbol = if order.sequence.0.is_multiple_of(2) { GOOG } else { ACME };
        assert_eq!(exchange.query(*order, symbol), Some(*verdict), "a query tells what became of it");
    }
    let filled = last.ended.iter().chain(&first.ended).filter(|(_, verdict)| !verdict.filled.is_zero());
    assert_eq!(filled.count(), 1, "what had traded has traded");
}

#[test]
fn replicas_that_apply_the_same_steps_have_the_same_chain() {
    let (mut one, mut other) = (exchange(), exchange());
    for exchange in [&mut one, &mut other] {
        say(exchange, 1, limit(GOOG, Side::Buy, 95, 5, Some(B)));
        close(exchange, B, 1);
        exchange.step_venue(&VenueStep::Drain { venue: B });
    }
    assert_eq!(one.chain(), other.chain());
    other.step_venue(&VenueStep::Drain { venue: B });
    assert_ne!(one.chain(), other.chain());
}

#[test]
fn what_is_held_for_a_spread_is_drained_when_that_is_decided() {
    let mut exchange = exchange();
    say(&mut exchange, 1, limit(GOOG, Side::Sell, 100, 5, Some(A)));
    let name = |number| TxId { coordinator: GroupId(1), number };
    let leg = Leg::new(GOOG, Side::Buy, Price(100), Quantity(2));
    let part = Part::Leg { leg, order: ClientId(9).request(Sequence(1)) };
    let (tx, half, term, floor) = (name(1), Half::First, crate::domain::ids::Term(1), 1);
    exchange.work(&Work::Prepare(Prepare { tx, half, part, term, floor }));
    close(&mut exchange, A, 1);
    assert!(!exchange.is_drainable(A) && exchange.door(A) == Door::Draining);
    assert_eq!(exchange.step_venue(&VenueStep::Drain { venue: A }).0.ended.len(), 0);
    exchange.work(&Work::Finish { tx, half, decision: Decision::Abort(Why::Deadline), floor });
    assert!(exchange.is_drainable(A));
    assert_eq!(exchange.step_venue(&VenueStep::Drain { venue: A }).0.drained, Some(1));
    let (worked, ..) = exchange.work(&Work::Prepare(Prepare { tx: name(2), half, part, term, floor }));
    assert_eq!(worked, Worked::Voted(Err(Why::VenueClosed)));
}

#[test]
fn a_symbol_that_moves_takes_its_books_of_all_venues_along_and_is_drained_where_it_arrives() {
    let (mut source, mut target) = (exchange(), Exchange::new([]).with_venues(&table()));
    say(&mut source, 1, limit(GOOG, Side::Sell, 101, 5, Some(A)));
    say(&mut source, 2, limit(GOOG, Side::Sell, 105, 7, Some(B)));
    say(&mut source, 3, limit(GOOG, Side::Buy, 105, 3, Some(B)));
    let shipment = Shipment { symbol: GOOG, from: GroupId(1), to: GroupId(2), epoch: Epoch(5) };
    assert_eq!(source.shift(&Moving::Freeze(shipment)).0, Moved::Frozen);
    close(&mut source, B, 1);
    assert!(!source.is_drainable(B), "a frozen symbol is not drained here: its parcel is packed");
    assert_eq!(source.step_venue(&VenueStep::Drain { venue: B }).0.ended.len(), 0);
    let parts: Vec<_> = source.shipments().leaving()[0].parts.iter().map(Arc::clone).collect();
    for part in parts {
        target.shift(&Moving::Take(part));
    }
    assert_eq!(target.shift(&Moving::Own(shipment)).0, Moved::Owned);
    assert_eq!(rests(&target), [1, 1]);
    assert_eq!(target.book_at(GOOG, B).map(|book| book.tape().count()), Some(1));
    assert!(audit(&target));
    close(&mut target, B, 1);
    let (drained, _, _) = target.step_venue(&VenueStep::Drain { venue: B });
    let stopped =
        Verdict { status: OrderStatus::Stopped(Why::VenueClosed), filled: Quantity(3), resting: Quantity::ZERO };
    assert_eq!(drained.ended, [(id(2), stopped)]);
}

#[test]
fn where_there_is_no_choice_a_word_on_a_venue_changes_nothing() {
    let (mut plain, mut told) = (Exchange::new([GOOG]), Exchange::new([GOOG]));
    for sequence in 1..20 {
        let (side, price) = if sequence % 2 == 0 { (Side::Buy, 101) } else { (Side::Sell, 99 + sequence as i64 % 5) };
        let first = say(&mut plain, sequence, limit(GOOG, side, price, sequence, None));
        let second = say(&mut told, sequence, limit(GOOG, side, price, sequence, Some(B)));
        assert_eq!(first, second);
    }
    assert_eq!((plain.resting(), plain.fees()), (told.resting(), Cash(0)));
}

#[test]
fn fees_are_billed_to_both_sides_and_what_was_put_aside_comes_back_with_a_drain() {
    let mut exchange = exchange();
    let purse = |exchange: &Exchange, sequence| exchange.accounts().purse(id(sequence).client.account());
    say(&mut exchange, 1, limit(GOOG, Side::Buy, 100, 8, Some(B)));
    say(&mut exchange, 2, limit(GOOG, Side::Sell, 100, 3, Some(B)));
    let notional = GOOG.instrument().unwrap().notional(Price(100), Quantity(3)).0;
    let fee = fee(notional, 100);
    assert!(fee > 0);
    assert_eq!([1, 2].map(|sequence| purse(&exchange, sequence).billed), [fee, fee]);
    assert_eq!((exchange.fees(), exchange.accounts().totals().billed), (Cash(2 * fee), 2 * fee));
    let before = purse(&exchange, 1);
    let aside = GOOG.instrument().unwrap().notional(Price(100), Quantity(5)).0;
    assert_eq!(before.reserved, aside);
    close(&mut exchange, B, 1);
    let (_, sound, money) = exchange.step_venue(&VenueStep::Drain { venue: B });
    assert!(sound && money.balanced && audit(&exchange));
    let after = purse(&exchange, 1);
    assert_eq!((after.reserved, after.free), (0, before.free + aside));
}
