//! What the screen Market shows is what the groups hold: an account over all of them, and the books of two venues as one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::control::Control;
use chaosdesk::domain::hand::HandRequest;
use chaosdesk::domain::ids::SymbolId;
use chaosdesk::domain::order::{OrderType, Side, TimeInForce};
use chaosdesk::domain::settings::Settings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::domain::units::{Cash, Price, Quantity};
use chaosdesk::domain::venue::VenueId;
use chaosdesk::runtime::world::World;

fn opened() -> World {
    let mut settings = Settings::default();
    settings.venues.count = 2;
    settings.venues.steps = vec![1];
    settings.venues.fees = vec![100];
    let mut world = desk::open(&Arc::new(settings), 11);
    world.run_until(SimTime::from_millis(3_000));
    world
}

fn buy(world: &mut World, symbol: SymbolId, order_type: OrderType, lots: u64) {
    let (side, quantity, time_in_force) = (Side::Buy, Quantity(lots), TimeInForce::GoodTillCancel);
    world.control(Control::Hand(HandRequest::Place { symbol, side, order_type, quantity, time_in_force }));
}

#[test]
fn an_account_shows_what_an_order_put_aside_what_a_trade_brought_and_where_the_rest_waits() {
    let mut world = opened();
    // Nobody trades any more but the hand, with whoever still offers something.
    world.control(Control::SetLoad(false));
    world.run_until(SimTime::from_millis(4_000));
    let symbol = SymbolId::first(10).find(|symbol| world.books(*symbol).line(*symbol).unwrap().ask.is_some()).unwrap();
    let (limit, instrument) = (Price(100), symbol.instrument().unwrap());
    let before = world.account_view(None, symbol);
    assert_eq!((before.cash, before.reserved, before.billed), (Cash(100_000 * 1_000_000), Cash(0), Cash(0)));
    buy(&mut world, symbol, OrderType::Limit(limit), 15);
    buy(&mut world, symbol, OrderType::Market, 1);
    world.run_until(SimTime::from_millis(4_500));
    let after = world.account_view(None, symbol);
    let aside = instrument.notional(limit, Quantity(15));
    assert_eq!(after.reserved, aside);
    let [resting] = after.resting[..] else { panic!("one order rests: {:?}", after.resting) };
    assert_eq!((resting.side, resting.price, resting.left), (Side::Buy, limit, Quantity(15)));
    let position = |view: &chaosdesk::domain::view::AccountView| {
        *view.positions.iter().find(|position| position.symbol == symbol).expect("it is near the symbol in view")
    };
    let (was, is) = (position(&before), position(&after));
    assert_eq!(is.lots.0, was.lots.0 + 1, "the market order traded");
    let paid = is.cost.0 - was.cost.0;
    assert!(paid > 0 && after.billed.0 > 0 && after.billed.0 < paid / 5_000, "the fee is about a basis point");
    assert_eq!(after.cash.0, before.cash.0 - aside.0 - paid, "cash went there, and fees are on the bill");
    let parts: Vec<i128> = after.by_partition.iter().filter_map(|cash| Some((*cash)?.0)).collect();
    assert_eq!((parts.len(), parts.iter().sum::<i128>()), (after.by_partition.len(), after.cash.0));
    assert_eq!(is.unrealised.0, instrument.notional(is.mark.unwrap(), is.lots).0 - is.cost.0);
}

#[test]
fn the_ladder_adds_the_books_of_all_venues_up_and_the_tape_has_their_trades() {
    let mut world = opened();
    let (mut shared, mut away) = (0, 0);
    for moment in 0..20 {
        world.run_until(SimTime::from_millis(3_000 + 50 * moment));
        for symbol in SymbolId::first(10) {
            let counts = ladder_of(&world, symbol);
            (shared, away) = (shared + counts.0, away + counts.1);
        }
    }
    assert!(shared > 0 && away > 0, "prices are quoted at both venues, and both trade: {shared}, {away}");
}

/// Holds the ladder of a symbol against its books; how many prices stand at both venues, and trades at the second.
fn ladder_of(world: &World, symbol: SymbolId) -> (usize, usize) {
    let books = world.books(symbol);
    let (line, ladder) = (books.line(symbol).unwrap(), books.ladder.as_ref().unwrap());
    let exchange = world.exchange(line.group).unwrap();
    let all = [0, 1].map(|venue| exchange.book_at(symbol, VenueId(venue)).expect("both venues have a book"));
    let mut shared = 0;
    for (side, levels) in [(Side::Buy, &ladder.bids), (Side::Sell, &ladder.asks)] {
        let mut sum = 0;
        for level in levels {
            let at = |venue: usize| all[venue].depth(side).find(|found| found.price == level.price);
            let found: Vec<_> = [0, 1].into_iter().filter_map(at).map(|found| found.quantity.0).collect();
            sum += found.iter().sum::<u64>();
            shared += found.len() - 1;
            assert_eq!((level.quantity.0, level.cumulated.0), (found.iter().sum(), sum), "{side:?} {:?}", level.price);
            assert!([0, 1].iter().all(|venue| level.venues.has(VenueId(*venue)) == at((*venue).into()).is_some()));
        }
        let best = all.iter().filter_map(|book| book.best(side));
        let (best, shown) = if side == Side::Buy { (best.max(), line.bid) } else { (best.min(), line.ask) };
        assert_eq!(best, shown);
    }
    assert_eq!(line.resting, all.iter().map(|book| u64::from(book.resting())).sum::<u64>());
    assert_eq!(line.trades, all.iter().map(|book| book.tape().count()).sum::<u64>());
    assert_eq!(ladder.tape.first().map(|trade| trade.number), Some(line.trades));
    (shared, ladder.tape.iter().filter(|trade| trade.venue == VenueId(1)).count())
}
