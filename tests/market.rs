//! The default desk is a market: its books have two sides and some depth, prices move so that orders can rest, and whoever
//! switches the load off switches all of it off.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::Control;
use chaosdesk::domain::hand::{HandOrder, HandRequest, HandWord};
use chaosdesk::domain::ids::{Sequence, SymbolId};
use chaosdesk::domain::order::{OrderStatus, OrderType, Side, TimeInForce, Verdict};
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::market::feed;
use chaosdesk::runtime::world::World;

fn opened(seed: u64) -> World {
    desk::open(&Arc::new(Settings::default()), seed)
}

/// Best prices and levels of both sides.
struct Seen {
    best: [Option<Price>; 2],
    levels: [usize; 2],
    lots: [u64; 2],
}

fn seen(world: &World, symbol: SymbolId) -> Seen {
    let ladder = world.books(symbol).ladder.expect("a replica runs");
    let sides = [&ladder.bids, &ladder.asks];
    Seen {
        best: sides.map(|side| side.first().map(|level| level.price)),
        levels: sides.map(Vec::len),
        lots: sides.map(|side| side.last().map_or(0, |level| level.cumulated.0)),
    }
}

#[test]
fn every_book_has_two_sides_a_narrow_spread_and_some_depth() {
    for seed in [1, 2] {
        let mut world = opened(seed);
        let (mut looks, mut one_sided, mut shallow, mut off) = (0, 0, 0, 0);
        let mut spreads = Vec::new();
        for moment in 0..270 {
            world.run_until(SimTime::from_millis(3_000 + 100 * moment));
            for symbol in SymbolId::all() {
                let Seen { best, levels, .. } = seen(&world, symbol);
                looks += 1;
                let [Some(bid), Some(ask)] = best else {
                    one_sided += 1;
                    continue;
                };
                spreads.push(ask.0 - bid.0);
                shallow += usize::from(levels.iter().any(|levels| *levels < 5));
                let mid = feed::mid(symbol, world.now()).0;
                off += usize::from(((bid.0 + ask.0) / 2 - mid).abs() > 10);
            }
        }
        spreads.sort_unstable();
        let share = |of: usize| (of * 1_000).div_ceil(looks);
        let [half, most] = [50, 95].map(|percent| spreads[spreads.len() * percent / 100]);
        println!("seed {seed}: one-sided {one_sided}, shallow {shallow}, off {off} of {looks}; spreads {half}, {most}");
        assert!(share(one_sided) <= 2, "seed {seed}: {one_sided} of {looks} books had one side");
        assert!(share(shallow) <= 20, "seed {seed}: {shallow} of {looks} books had fewer than five levels");
        assert!(share(off) <= 20, "seed {seed}: {off} of {looks} books were more than ten ticks off the mid");
        assert!(
            half <= 5 && most <= 12,
            "seed {seed}: half of the spreads are {half} ticks at most, of 95 in 100 {most}"
        );
    }
}

#[test]
fn without_makers_books_are_one_sided() {
    let mut world = desk::open(&Arc::new(Settings::without_market()), 1);
    let mut empty = 0;
    for moment in 0..270 {
        world.run_until(SimTime::from_millis(3_000 + 100 * moment));
        empty += SymbolId::all().filter(|symbol| seen(&world, *symbol).best.iter().any(Option::is_none)).count();
    }
    assert!(empty > 27, "it is the makers who are always there: {empty} of 2700");
}

/// The hand asks for something, and half a second passes.
fn ask(world: &mut World, request: HandRequest) {
    world.control(Control::Hand(request));
    world.run_until(SimTime(world.now().0 + 500_000_000));
}

fn order(world: &World, sequence: Sequence) -> HandOrder {
    world.view().hand.iter().find(|order| order.sequence == sequence).expect("it stands on the blotter").clone()
}

#[test]
fn an_order_at_a_distance_rests_and_is_replaced_and_cancelled_by_hand() {
    for (name, percent) in [("GOOG", 2), ("BTCUSD", 4), ("EURUSD", 1)] {
        let mut world = opened(3);
        let symbol = SymbolId::named(name).unwrap();
        world.run_until(SimTime::from_millis(2_000));
        let mid = feed::mid(symbol, world.now()).0;
        let (side, quantity, time_in_force) = (Side::Buy, Quantity(5), TimeInForce::GoodTillCancel);
        let order_type = OrderType::Limit(Price(mid - mid * percent / 100));
        ask(&mut world, HandRequest::Place { symbol, side, order_type, quantity, time_in_force });
        let sequence = world.view().hand.last().unwrap().sequence;
        let pending = |left| Verdict { status: OrderStatus::Pending, filled: Quantity(0), resting: Quantity(left) };
        assert_eq!(order(&world, sequence).verdict(), Some(pending(5)), "{name}");
        world.run_until(SimTime(world.now().0 + 9_000_000_000));
        assert_eq!(order(&world, sequence).verdict(), Some(pending(5)), "{name}: nobody trades there for ten seconds");
        let price = Price(mid - mid * (percent + 1) / 100);
        ask(&mut world, HandRequest::Replace { order: sequence, price, quantity: Quantity(3) });
        let replaced = order(&world, sequence);
        assert!(
            replaced.words.contains(&(replaced.words.last().unwrap().0, HandWord::Decided(pending(3)))),
            "{name}: {replaced:?}"
        );
        ask(&mut world, HandRequest::Cancel { order: sequence });
        let ended = order(&world, sequence).verdict().unwrap();
        assert_eq!((ended.status, ended.filled), (OrderStatus::Cancelled, Quantity(0)), "{name}");
    }
}

#[test]
fn what_is_swept_is_there_again_a_moment_later() {
    let mut world = opened(4);
    world.run_until(SimTime::from_millis(5_000));
    let symbol = SymbolId::named("GOOG").unwrap();
    let before = seen(&world, symbol).lots[Side::Sell as usize];
    let (side, order_type, time_in_force) = (Side::Buy, OrderType::Market, TimeInForce::GoodTillCancel);
    ask(&mut world, HandRequest::Place { symbol, side, order_type, quantity: Quantity(200), time_in_force });
    let sequence = world.view().hand.last().unwrap().sequence;
    assert_eq!(order(&world, sequence).verdict().unwrap().status, OrderStatus::Filled);
    world.run_until(SimTime(world.now().0 + 2_000_000_000));
    let after = seen(&world, symbol);
    assert!(
        after.lots[Side::Sell as usize] * 10 >= before * 7,
        "{before} lots before, {:?} two seconds later",
        after.lots
    );
    assert!(after.levels.iter().all(|levels| *levels >= 5), "{:?}", after.levels);
}

#[test]
fn market_data_comes_by_itself_and_ends_with_the_load() {
    let mut world = opened(5);
    world.run_until(SimTime::from_millis(5_000));
    let market = world.view().market;
    assert!(market.processed.abs_diff(1_000) < 20 && market.asked_per_s == 200, "{market:?}");
    let ticks_of = |world: &World| (world.view().market.sent, world.view().ledger.submitted);
    world.control(Control::SetLoad(false));
    world.run_until(SimTime::from_millis(6_500));
    let (off, events) = (ticks_of(&world), world.event_count());
    world.run_until(SimTime::from_millis(16_500));
    assert_eq!(ticks_of(&world), off, "nobody sends anything");
    let idle = world.event_count() - events;
    let mut never = desk::open(
        &Arc::new({
            let mut settings = Settings::without_market();
            settings.load.on = false;
            settings
        }),
        5,
    );
    never.run_until(SimTime::from_millis(6_500));
    let events = never.event_count();
    never.run_until(SimTime::from_millis(16_500));
    let alone = never.event_count() - events;
    assert!(idle <= alone + alone / 100, "{idle} events in ten seconds without load, {alone} without a market");
    world.control(Control::SetLoad(true));
    world.run_until(SimTime::from_millis(20_500));
    let market = world.view().market;
    assert!(market.processed.abs_diff(1_000 + 800) < 40, "it goes on with the load: {}", market.processed);
}
