//! A two-leg spread, and a crash at every step of it: both legs trade or neither, and nothing is locked for ever.
//!
//! The world is a value: it runs until the spread is on its way, and at every scheduler event from there to its end it is
//! cloned, a leader of one of the two groups is crashed in the clone (or both are), and the clone runs on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::{Control, Target};
use chaosdesk::domain::hand::HandRequest;
use chaosdesk::domain::ids::{GroupId, SymbolId};
use chaosdesk::domain::order::{OrderStatus, Side};
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::work::Leg;
use chaosdesk::runtime::world::World;

const LOTS: Quantity = Quantity(3);

/// Two symbols of two groups, the first one's group being the coordinator.
fn pair(world: &World) -> [(SymbolId, GroupId); 2] {
    let owner = |symbol| (symbol, world.map().owner(symbol).expect("every symbol has a group"));
    let first = owner(SymbolId::named("GOOG").unwrap());
    let second = SymbolId::all().map(owner).find(|(_, group)| *group != first.1).expect("there are two groups");
    [first, second]
}

/// What has traded in the books of the two symbols.
fn traded(world: &World) -> [u64; 2] {
    pair(world).map(|(symbol, group)| {
        let book = world.exchange(group).and_then(|exchange| exchange.book(symbol)).expect("a replica runs");
        assert!(book.is_sound());
        book.flow(Side::Buy).traded
    })
}

/// A quiet desk with deep books, and a spread that has just been asked for: it sells the first and buys the second at any price.
fn asked() -> (World, [u64; 2]) {
    let mut world = desk::open(&Arc::new(Settings::without_market()), 11);
    world.run_until(SimTime::from_millis(2_000));
    world.control(Control::SetLoad(false));
    world.run_until(SimTime::from_millis(3_500));
    let before = traded(&world);
    let [(first, _), (second, _)] = pair(&world);
    let legs = [Leg::new(first, Side::Sell, Price(1), LOTS), Leg::new(second, Side::Buy, Price(1_000_000), LOTS)];
    world.control(Control::Hand(HandRequest::Spread { legs }));
    (world, before)
}

/// Runs on until the spread must have ended; whether it traded.
fn end(mut world: World, before: [u64; 2], story: &str) -> bool {
    let at = world.now();
    world.run_until(at + SimDuration::from_secs(2));
    world.control(Control::RecoverAll);
    world.run_until(at + SimDuration::from_secs(5));
    let after = traded(&world);
    let grown = [after[0] - before[0], after[1] - before[1]];
    let view = world.view();
    let locked: u16 = view.groups.iter().map(|group| group.spreads.open + group.spreads.held).sum();
    assert_eq!(locked, 0, "{story}: something is locked for ever");
    assert!(grown == [LOTS.0; 2] || grown == [0; 2], "{story}: a half done spread, {grown:?} lots");
    let broken: Vec<_> = view.invariants.iter().filter(|lamp| lamp.violations > 0).collect();
    assert!(broken.is_empty(), "{story}: {broken:?}");
    assert_eq!((view.ledger.lost, view.ledger.duplicated), (0, 0), "{story}");
    let told = view.hand[0].verdict().map(|verdict| verdict.status);
    let done = grown[0] > 0;
    match told {
        Some(OrderStatus::Filled) => assert!(done, "{story}: the hand was told that it traded"),
        Some(OrderStatus::Rejected(_)) => assert!(!done, "{story}: the hand was told that it did not trade"),
        // Its question may have met a group without a leader; that the books agree is what counts.
        _ => {}
    }
    done
}

#[test]
fn a_spread_trades_both_legs_and_the_hand_is_told() {
    let (mut world, before) = asked();
    let at = world.now();
    world.run_until(at + SimDuration::from_millis(500));
    assert_eq!(world.view().hand[0].verdict().unwrap().status, OrderStatus::Filled);
    assert!(end(world, before, "no fault"));
}

#[test]
fn a_spread_that_cannot_trade_leaves_both_books_as_they_were() {
    let (mut world, _) = asked();
    let at = world.now();
    world.run_until(at + SimDuration::from_millis(500));
    let before = traded(&world);
    let [(first, _), (second, _)] = pair(&world);
    // The first leg could trade at once; the second asks for a price that nobody offers.
    let legs = [Leg::new(first, Side::Sell, Price(1), LOTS), Leg::new(second, Side::Buy, Price(1), LOTS)];
    world.control(Control::Hand(HandRequest::Spread { legs }));
    let at = world.now();
    world.run_until(at + SimDuration::from_millis(1_000));
    assert_eq!(traded(&world), before);
    let status = world.view().hand[1].verdict().unwrap().status;
    assert!(matches!(status, OrderStatus::Rejected(_)), "{status:?}");
}

/// Crashes these leaders at every so many events from the asking to the end.
fn crash_at_every_step(stride: usize, whom: &[usize]) -> [usize; 2] {
    let (mut world, before) = asked();
    let groups = pair(&world).map(|(_, group)| group);
    let until = world.now() + SimDuration::from_millis(40);
    let mut outcomes = [0, 0];
    let mut step = 0;
    while world.now() < until && world.step_one() {
        step += 1;
        if step % stride != 0 {
            continue;
        }
        let mut broken = world.clone();
        for place in whom {
            broken.control(Control::Crash(Target::Leader(groups[*place])));
        }
        outcomes[usize::from(end(broken, before, &format!("crash of {whom:?} after {step} events")))] += 1;
    }
    outcomes
}

/// How many events lie between two crashes; the campaign takes 1, every step.
fn stride() -> usize {
    std::env::var("SPREAD_STRIDE").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

#[test]
fn the_coordinator_crashes_at_every_step() {
    let [neither, both] = crash_at_every_step(stride(), &[0]);
    assert!(neither + both > 20, "the spread took its steps: {neither} + {both}");
}

#[test]
fn the_participant_crashes_at_every_step() {
    let [neither, both] = crash_at_every_step(stride(), &[1]);
    assert!(both > 0 && neither + both > 20, "{neither} + {both}");
}

#[test]
fn both_leaders_crash_at_every_step() {
    let [neither, both] = crash_at_every_step(stride() * 2, &[0, 1]);
    assert!(neither + both > 10, "{neither} + {both}");
}
