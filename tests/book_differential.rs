//! The book against engines that others wrote, or that were written from the rules alone: the same orders must give the
//! same trades, to the last lot, in the same order.
//!
//! `lobster` 0.7, a book of the registry, knows limit and market orders and cancels: a million of those. Our own second
//! engine (`common/plain_engine.rs`) knows everything, by looking at every order each time: a million over all rules of
//! self-trade prevention. And the same through the program: lines in, trades out.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/lobster_book.rs"]
mod lobster_book;
#[path = "common/plain_engine.rs"]
mod plain_engine;

use std::fmt::Write as _;
use std::process::Command;

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::ids::{AccountId, ClientId, RequestId, Sequence};
use chaosdesk::domain::order::{OrderStatus, OrderType, SelfTrade, Side, TimeInForce, Verdict};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::why::Why;
use chaosdesk::market::book::{Book, BookEvent, BookRules, Incoming};
use lobster_book::LobsterBook;
use plain_engine::{Ask, Deal, End, PlainEngine, Told, Wait};

const ORDERS: u64 = 1_000_000;
const MID: i64 = 10_000;

const RULES: [(SelfTrade, &str); 5] = [
    (SelfTrade::Allow, "allow"),
    (SelfTrade::CancelIncoming, "cancel-incoming"),
    (SelfTrade::CancelResting, "cancel-resting"),
    (SelfTrade::CancelBoth, "cancel-both"),
    (SelfTrade::Decrement, "decrement"),
];

const fn name(id: u64) -> RequestId {
    ClientId(1).request(Sequence(id))
}

const fn side(buy: bool) -> Side {
    if buy { Side::Buy } else { Side::Sell }
}

/// Orders in balance: half of what is placed crosses, three of ten take something back.
struct Draw {
    chance: Chance,
    last: u64,
}

impl Draw {
    fn new(seed: u64) -> Self {
        Self { chance: Chance::stream(seed, Purpose::Orders, 9), last: 0 }
    }

    /// An order of the last thousand, which may still rest.
    fn known(&mut self) -> u64 {
        self.last.saturating_sub(self.chance.below(1_000)).max(1)
    }

    /// Half of the prices rest on their side of the mid, the others reach as far to the other side.
    fn price(&mut self, buy: bool) -> i64 {
        let away = self.chance.between(1, 40) as i64;
        if buy == self.chance.ratio(1, 2) { MID + away } else { MID - away }
    }

    fn new_order(&mut self, wait: Wait, any_price: bool) -> Ask {
        self.last += 1;
        let buy = self.chance.ratio(1, 2);
        let price = if any_price { None } else { Some(self.price(buy)) };
        let (owner, quantity) = (self.chance.below(20) as u32, self.chance.between(1, 20));
        Ask::New { id: self.last, owner, buy, price, quantity, wait }
    }

    /// What both engines know.
    fn simple(&mut self) -> Ask {
        match self.chance.below(100) {
            0..45 => Ask::Cancel { id: self.known() },
            45..55 => self.new_order(Wait::Rest, true),
            _ => self.new_order(Wait::Rest, false),
        }
    }

    /// Everything.
    fn any(&mut self) -> Ask {
        match self.chance.below(100) {
            0..33 => Ask::Cancel { id: self.known() },
            33..43 => {
                let (id, buy) = (self.known(), self.chance.ratio(1, 2));
                Ask::Replace { id, price: self.price(buy), quantity: self.chance.between(1, 25) }
            }
            43..48 => self.new_order(Wait::Rest, true),
            48..50 => self.new_order(Wait::AllNow, true),
            50..56 => self.new_order(Wait::Now, false),
            56..62 => self.new_order(Wait::AllNow, false),
            _ => self.new_order(Wait::Rest, false),
        }
    }
}

/// The book does what is asked.
fn take(book: &mut Book, ask: Ask, deals: &mut Vec<Deal>) -> Option<Verdict> {
    let mut on_event = |event: &BookEvent| {
        if let BookEvent::Fill(fill) = event {
            deals.push(Deal {
                maker: fill.maker.sequence.0,
                taker: fill.taker.sequence.0,
                price: fill.price.0,
                quantity: fill.quantity.0,
                taker_buys: fill.side == Side::Buy,
            });
        }
    };
    match ask {
        Ask::Cancel { id } => book.cancel(name(id)),
        Ask::Replace { id, price, quantity } => book.replace(name(id), Price(price), Quantity(quantity), &mut on_event),
        Ask::New { .. } => Some(book.place(&incoming(ask), &mut on_event)),
    }
}

fn incoming(ask: Ask) -> Incoming {
    let Ask::New { id, owner, buy, price, quantity, wait } = ask else { panic!("only a new order comes in") };
    let order_type = price.map_or(OrderType::Market, |price| OrderType::Limit(Price(price)));
    let time_in_force = match wait {
        Wait::Rest => TimeInForce::GoodTillCancel,
        Wait::Now => TimeInForce::ImmediateOrCancel,
        Wait::AllNow => TimeInForce::FillOrKill,
    };
    let (id, owner, quantity) = (name(id), AccountId(owner), Quantity(quantity));
    Incoming { id, owner, side: side(buy), order_type, quantity, time_in_force }
}

fn told(verdict: Option<Verdict>) -> Told {
    let verdict = verdict.unwrap_or(Verdict::rejected(Why::UnknownOrder));
    let end = match verdict.status {
        OrderStatus::Pending | OrderStatus::PartiallyFilled => End::Rests,
        OrderStatus::Filled => End::Filled,
        OrderStatus::Cancelled => End::Cancelled,
        OrderStatus::Stopped(Why::SelfTrade) => End::StoppedByOwn,
        OrderStatus::Rejected(Why::UnknownOrder) => End::Refused("UnknownOrder"),
        OrderStatus::Rejected(Why::NoLiquidity) => End::Refused("NoLiquidity"),
        OrderStatus::Rejected(Why::NotFillable) => End::Refused("NotFillable"),
        OrderStatus::Rejected(Why::SelfTrade) => End::Refused("SelfTrade"),
        status => panic!("no order of this test ends so: {status:?}"),
    };
    Told { end, filled: verdict.filled.0, left: verdict.resting.0 }
}

fn seed() -> u64 {
    std::env::var("SIM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

#[test]
fn a_million_orders_trade_as_in_the_crate_lobster() {
    let replay = format!("replay: SIM_SEED={} cargo test --test book_differential", seed());
    let mut draw = Draw::new(seed());
    // Lobster has no bound, so ours must not be met.
    let mut book = Book::new(BookRules { self_trade: SelfTrade::Allow, resting_max: 1 << 24 });
    let mut other = LobsterBook::default();
    let (mut ours, mut theirs, mut trades) = (Vec::new(), Vec::new(), 0);
    for at in 0..ORDERS {
        let ask = draw.simple();
        ours.clear();
        theirs.clear();
        take(&mut book, ask, &mut ours);
        match ask {
            Ask::Cancel { id } => other.cancel(name(id)),
            _ => other.place(&incoming(ask), |event| {
                let BookEvent::Fill(fill) = event else { return };
                theirs.push(Deal {
                    maker: fill.maker.sequence.0,
                    taker: fill.taker.sequence.0,
                    price: fill.price.0,
                    quantity: fill.quantity.0,
                    taker_buys: fill.side == Side::Buy,
                });
            }),
        }
        assert_eq!(ours, theirs, "order {at}, {ask:?}\n{replay}");
        trades += ours.len();
    }
    assert!(trades as u64 > ORDERS / 4, "only {trades} trades: the orders do not meet");
    assert!(book.resting() > 100, "only {} orders rest: the book is empty most of the time", book.resting());
    println!("{ORDERS} orders, {trades} trades, {} rest", book.resting());
}

#[test]
fn a_million_orders_of_all_kinds_trade_as_in_an_engine_that_looks_at_everything() {
    for (place, (self_trade, rule)) in RULES.into_iter().enumerate() {
        let replay = format!("{rule}; replay: SIM_SEED={} cargo test --test book_differential", seed());
        let mut draw = Draw::new(seed() * 100 + place as u64);
        let mut book = Book::new(BookRules { self_trade, ..BookRules::default() });
        let mut other = PlainEngine::new(rule);
        let (mut ours, mut trades) = (Vec::new(), 0);
        for at in 0..ORDERS / RULES.len() as u64 {
            let ask = draw.any();
            ours.clear();
            other.deals.clear();
            let verdict = take(&mut book, ask, &mut ours);
            assert_eq!(told(verdict), other.take(ask), "order {at}, {ask:?}, {replay}");
            assert_eq!(ours, other.deals, "order {at}, {ask:?}, {replay}");
            assert!(book.is_sound(), "order {at}, {ask:?}, {replay}");
            trades += ours.len() as u64;
        }
        assert_eq!(book.resting() as usize, other.resting(), "{replay}");
        assert!(trades > ORDERS / 20 && book.resting() > 50, "{trades} trades, {} rest, {replay}", book.resting());
        println!("{rule}: {trades} trades, {} rest", book.resting());
    }
}

/// An order as a line, its price with two places: what `match --tick 0.01` reads.
fn line(ask: Ask) -> String {
    let decimal = |price: i64| format!("{}.{:02}", price / 100, price % 100);
    match ask {
        Ask::Cancel { id } => format!("cancel,{id}"),
        Ask::Replace { id, price, quantity } => format!("replace,{id},,,,{},{quantity}", decimal(price)),
        Ask::New { id, owner, buy, price, quantity, wait } => {
            let side = if buy { "buy" } else { "sell" };
            let kind = match (wait, price) {
                (Wait::Rest, Some(_)) => "limit",
                (Wait::Rest, None) => "market",
                (Wait::Now, _) => "ioc",
                (Wait::AllNow, _) => "fok",
            };
            format!("new,{id},owner-{owner},{side},{kind},{},{quantity}", price.map(decimal).unwrap_or_default())
        }
    }
}

#[test]
fn the_program_writes_the_trades_of_the_other_engine() {
    let dir = tempfile::tempdir().unwrap();
    for (_, rule) in RULES {
        let mut draw = Draw::new(seed());
        let mut other = PlainEngine::new(rule);
        let (mut orders, mut expected) = (String::new(), String::new());
        for _ in 0..20_000 {
            let ask = draw.any();
            writeln!(orders, "{}", line(ask)).unwrap();
            other.take(ask);
        }
        expected += "trade,maker_order_id,taker_order_id,price,quantity,taker_side\n";
        for (at, deal) in other.deals.iter().enumerate() {
            let Deal { maker, taker, price, quantity, taker_buys } = deal;
            let side = if *taker_buys { "buy" } else { "sell" };
            writeln!(expected, "{},{maker},{taker},{}.{:02},{quantity},{side}", at + 1, price / 100, price % 100)
                .unwrap();
        }
        let file = dir.path().join("orders.csv");
        std::fs::write(&file, orders).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_chaosdesk"));
        program.args(["match", "--tick", "0.01", "--self-trade", rule]).arg(&file);
        let ran = program.output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        assert!(String::from_utf8(ran.stdout).unwrap() == expected, "{rule}: other trades; SIM_SEED={}", seed());
    }
}
