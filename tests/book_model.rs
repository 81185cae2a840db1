//! The book against a naive one: the same orders must give the same fills in the same order, whatever comes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/naive_book.rs"]
mod naive_book;

use std::collections::BTreeSet;

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::ids::{AccountId, ClientId, RequestId, Sequence};
use chaosdesk::domain::order::{OrderStatus, OrderType, SelfTrade, Side, TimeInForce, Verdict};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::market::book::{Book, BookEvent, BookRules, Incoming};
use chaosdesk::market::ladder::PRICE_MAX;
use naive_book::NaiveBook;

const RULES: [SelfTrade; 5] = [
    SelfTrade::Allow,
    SelfTrade::CancelIncoming,
    SelfTrade::CancelResting,
    SelfTrade::CancelBoth,
    SelfTrade::Decrement,
];

#[derive(Debug)]
enum Step {
    Place(Incoming),
    Replace(RequestId, Price, Quantity),
    Cancel(RequestId),
}

/// A stream of orders of every kind: mostly around a mid that wanders, some at the edges of the ladder, some that make
/// no sense. Few accounts, so that they often meet themselves.
struct Stream {
    chance: Chance,
    mid: i64,
    spread: u64,
    accounts: u64,
    rules: BookRules,
    placed: Vec<RequestId>,
}

impl Stream {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::stream(seed, Purpose::Orders, 0);
        let mid = [40, 5_000, 4_096 * 64, i64::from(PRICE_MAX) - 40][chance.below(4) as usize];
        let spread = [3, 30, 400][chance.below(3) as usize];
        let accounts = [1, 2, 5, 50][chance.below(4) as usize];
        let self_trade = RULES[seed as usize % RULES.len()];
        let resting_max = [30, 300, 65_536][chance.below(3) as usize];
        Self { chance, mid, spread, accounts, rules: BookRules { self_trade, resting_max }, placed: Vec::new() }
    }

    fn price(&mut self) -> Price {
        let edges = [0, -1, 1, i64::from(PRICE_MAX), i64::from(PRICE_MAX) + 1, i64::MIN, i64::MAX];
        match self.chance.below(40) {
            0 => Price(edges[self.chance.below(7) as usize]),
            _ => Price(self.mid + self.chance.between(0, 2 * self.spread) as i64 - self.spread as i64),
        }
    }

    fn quantity(&mut self) -> Quantity {
        match self.chance.below(100) {
            0 => Quantity(0),
            1 => Quantity(u64::MAX),
            2 => Quantity(1_000_000_000),
            _ => Quantity(self.chance.between(1, 20)),
        }
    }

    /// Mostly one of the latest, which may still rest.
    fn known(&mut self) -> RequestId {
        let count = self.placed.len() as u64;
        let back = if self.chance.ratio(4, 5) { self.chance.below(count.min(40)) } else { self.chance.below(count) };
        self.placed[(count - 1 - back) as usize]
    }

    fn next(&mut self) -> Step {
        if self.chance.ratio(3, 10) && !self.placed.is_empty() {
            let order = match self.chance.below(50) {
                0 => ClientId(99).request(Sequence(1)),
                _ => self.known(),
            };
            return match self.chance.below(2) {
                0 => Step::Cancel(order),
                _ => Step::Replace(order, self.price(), self.quantity()),
            };
        }
        self.mid += self.chance.between(0, 2) as i64 - 1;
        let side = if self.chance.ratio(1, 2) { Side::Buy } else { Side::Sell };
        let order_type = match self.chance.below(10) {
            0 => OrderType::Market,
            _ => OrderType::Limit(self.price()),
        };
        let time_in_force = match self.chance.below(10) {
            0 => TimeInForce::ImmediateOrCancel,
            1 | 2 => TimeInForce::FillOrKill,
            _ => TimeInForce::GoodTillCancel,
        };
        // A session and the account that it trades for are two things.
        let client = ClientId(self.chance.below(5) as u32);
        let owner = AccountId(self.chance.below(self.accounts) as u32);
        let id = client.request(Sequence(self.placed.len() as u64 + 1));
        self.placed.push(id);
        Step::Place(Incoming { id, owner, side, order_type, quantity: self.quantity(), time_in_force })
    }
}

fn seeds(count: u64) -> std::ops::Range<u64> {
    match std::env::var("SIM_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..count,
    }
}

type Outcome = (Option<Verdict>, Vec<BookEvent>);

fn take(book: &mut Book, naive: &mut NaiveBook, step: &Step) -> [Outcome; 2] {
    let (mut events, mut expected) = (Vec::new(), Vec::new());
    let (verdict, naive_verdict) = match step {
        Step::Place(order) => {
            (Some(book.place(order, |event| events.push(*event))), Some(naive.place(order, |e| expected.push(*e))))
        }
        Step::Replace(id, price, quantity) => (
            book.replace(*id, *price, *quantity, |event| events.push(*event)),
            naive.replace(*id, *price, *quantity, |event| expected.push(*event)),
        ),
        Step::Cancel(id) => (book.cancel(*id), naive.cancel(*id)),
    };
    [(verdict, events), (naive_verdict, expected)]
}

fn same_orders(book: &Book, naive: &NaiveBook) -> bool {
    let flat = |side: Side| -> Vec<(i64, RequestId, u64, u64)> {
        let levels: Vec<_> = match side {
            Side::Buy => naive.sides[0].iter().rev().collect(),
            Side::Sell => naive.sides[1].iter().collect(),
        };
        let orders = levels.into_iter().flat_map(|(price, queue)| queue.iter().map(move |order| (price, order)));
        orders.map(|(price, order)| (*price, order.id, order.left, order.filled)).collect()
    };
    [Side::Buy, Side::Sell].into_iter().all(|side| {
        let resting = book.orders(side);
        let resting = resting.map(|(price, o)| (price.0, o.id(), u64::from(o.left), u64::from(o.filled)));
        resting.collect::<Vec<_>>() == flat(side)
    })
}

/// What a step came to, without its figures: every kind must have been met, or the test has tested less than it says.
fn kind_of(step: &Step, rules: &BookRules, verdict: Option<Verdict>) -> String {
    let kind = match step {
        Step::Place(Incoming { order_type: OrderType::Limit(_), time_in_force, .. }) => format!("{time_in_force:?}"),
        Step::Place(Incoming { time_in_force, .. }) => format!("Market {time_in_force:?}"),
        Step::Replace(..) => "Replace".to_owned(),
        Step::Cancel(_) => "Cancel".to_owned(),
    };
    match verdict.map(|verdict| verdict.status) {
        Some(OrderStatus::Stopped(_)) => format!("{kind} stopped by {:?}", rules.self_trade),
        Some(OrderStatus::Rejected(why)) => format!("{kind} {why:?}"),
        status => format!("{kind} {status:?}"),
    }
}

#[test]
fn the_book_trades_as_the_naive_book_does() {
    let mut met = BTreeSet::new();
    for seed in seeds(100) {
        let replay = format!("replay: SIM_SEED={seed} cargo test --test book_model");
        let mut stream = Stream::new(seed);
        let rules = stream.rules;
        let (mut book, mut naive) = (Book::new(rules), NaiveBook::new(rules));
        for at in 0..3_000 {
            let step = stream.next();
            let [(verdict, events), (expected, expected_events)] = take(&mut book, &mut naive, &step);
            assert_eq!(verdict, expected, "step {at}, {step:?}, {rules:?}\n{replay}");
            assert_eq!(events, expected_events, "step {at}, {step:?}, {rules:?}\n{replay}");
            assert!(book.is_sound(), "step {at}: {book:?}\n{replay}");
            met.insert(kind_of(&step, &rules, verdict));
            for side in [Side::Buy, Side::Sell] {
                assert_eq!(book.best(side).map(|price| price.0), naive.best(side), "step {at}\n{replay}");
            }
            assert_eq!(book.resting() as usize, naive.names.len(), "step {at}\n{replay}");
            if at % 64 == 0 {
                assert!(book.audit(), "step {at}: the sums are wrong\n{replay}");
                assert!(same_orders(&book, &naive), "step {at}: other orders rest\n{replay}");
            }
        }
    }
    if std::env::var("SIM_SEED").is_err() {
        let all = met.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        for kind in [
            "GoodTillCancel Some(PartiallyFilled)",
            "GoodTillCancel BookFull",
            "ImmediateOrCancel Some(Cancelled)",
            "ImmediateOrCancel stopped by Decrement",
            "FillOrKill Some(Filled)",
            "FillOrKill NotFillable",
            "FillOrKill SelfTrade",
            "Market FillOrKill Some(Filled)",
            "Market FillOrKill NotFillable",
            "Market ImmediateOrCancel Some(Cancelled)",
            "Market GoodTillCancel NoLiquidity",
            "GoodTillCancel stopped by CancelIncoming",
            "GoodTillCancel stopped by CancelBoth",
            "GoodTillCancel stopped by Decrement",
            "Replace None",
            "Replace Some(Pending)",
            "Replace Some(PartiallyFilled)",
            "Replace Some(Filled)",
            "Replace Some(Cancelled)",
            "Replace BadPrice",
            "Replace BadQuantity",
            "Replace stopped by CancelIncoming",
            "Cancel Some(Cancelled)",
            "Cancel None",
        ] {
            assert!(met.contains(kind), "never met: {kind}. Met: {all}");
        }
    }
}

#[test]
fn a_clone_goes_its_own_way_and_ends_the_same() {
    for seed in seeds(5) {
        let mut stream = Stream::new(seed);
        let (mut book, mut naive) = (Book::new(stream.rules), NaiveBook::new(stream.rules));
        let steps: Vec<_> = (0..2_000).map(|_| stream.next()).collect();
        for step in &steps[..1_000] {
            take(&mut book, &mut naive, step);
        }
        let (mut copy, mut naive_copy) = (book.clone(), naive.clone());
        for step in &steps[1_000..] {
            take(&mut book, &mut naive, step);
        }
        assert!(same_orders(&copy, &naive_copy), "SIM_SEED={seed}: the copy was touched");
        for step in &steps[1_000..] {
            take(&mut copy, &mut naive_copy, step);
        }
        assert!(same_orders(&copy, &naive), "SIM_SEED={seed}: the copy ended elsewhere");
    }
}

#[test]
fn a_book_that_empties_gives_its_memory_to_the_next_orders() {
    let mut book = Book::default();
    let order = |at: u64, price: u64| {
        let id = ClientId(1).request(Sequence(at));
        Incoming::good_till_cancel(id, Side::Buy, OrderType::Limit(Price(price as i64)), Quantity(1))
    };
    let mut size = 0;
    for round in 0..50_u64 {
        for at in 0..200 {
            book.place(&order(round * 200 + at, 1 + round * 7_000 + at * 64), |_| {});
        }
        for at in 0..200 {
            assert!(book.cancel(ClientId(1).request(Sequence(round * 200 + at))).is_some());
        }
        if round == 1 {
            size = book.size_bytes();
        }
    }
    assert_eq!(book.resting(), 0);
    assert!(book.audit());
    assert!(book.size_bytes() <= size + 4 * 264, "prices that wander leave nothing behind");
}

#[test]
fn prices_that_wander_for_a_million_steps_leave_no_memory_behind() {
    for seed in seeds(2) {
        let mut chance = Chance::stream(seed, Purpose::Orders, 2);
        let mut book = Book::default();
        let mut mid = i64::from(PRICE_MAX) / 2;
        let (mut lowest, mut highest) = (mid, mid);
        let mut resting = std::collections::VecDeque::new();
        let (mut settled, mut peak) = (0, 0);
        for at in 0..1_000_000_u64 {
            // A walk of long strides, which crosses thousands of nodes of the ladder; behind it 500 orders rest.
            mid += chance.between(0, 800) as i64 - 400;
            mid = mid.clamp(10_000, i64::from(PRICE_MAX) - 10_000);
            (lowest, highest) = (lowest.min(mid), highest.max(mid));
            let side = if chance.ratio(1, 2) { Side::Buy } else { Side::Sell };
            let id = ClientId(1).request(Sequence(at));
            let order_type = OrderType::Limit(Price(mid + chance.between(0, 2_000) as i64 - 1_000));
            let order = Incoming {
                owner: AccountId(at as u32),
                ..Incoming::good_till_cancel(id, side, order_type, Quantity(1))
            };
            if !book.place(&order, |_| {}).resting.is_zero() {
                resting.push_back(id);
            }
            if resting.len() > 500 {
                book.cancel(resting.pop_front().unwrap());
            }
            if at == 100_000 {
                settled = book.size_bytes();
            }
            peak = peak.max(book.size_bytes());
        }
        assert!(book.audit(), "SIM_SEED={seed}");
        assert!(highest - lowest > 200_000, "SIM_SEED={seed}: the mid went from {lowest} to {highest} only");
        // Each of 500 orders may stand alone in its leaf and its parent: 264 bytes a node, two nodes an order.
        assert!(peak < 512 * 1_024, "SIM_SEED={seed}: {peak} bytes at most");
        assert!(peak <= settled * 3 / 2, "SIM_SEED={seed}: {settled} bytes after a tenth of the way, {peak} at most");
    }
}
