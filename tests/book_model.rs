//! The book against a naive one: the same orders must give the same fills in the same order, whatever comes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/naive_book.rs"]
mod naive_book;

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::ids::{ClientId, RequestId, Sequence};
use chaosdesk::domain::order::{OrderType, Side, Verdict};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::market::book::{Book, Incoming};
use chaosdesk::market::ladder::PRICE_MAX;
use naive_book::NaiveBook;

enum Step {
    Place(Incoming),
    Cancel(RequestId),
}

/// A stream of orders: mostly around a mid that wanders, some at the edges of the ladder, some that make no sense.
struct Stream {
    chance: Chance,
    mid: i64,
    spread: u64,
    placed: Vec<RequestId>,
}

impl Stream {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::stream(seed, Purpose::Orders, 0);
        let mid = [40, 5_000, 4_096 * 64, i64::from(PRICE_MAX) - 40][chance.below(4) as usize];
        let spread = [3, 30, 400][chance.below(3) as usize];
        Self { chance, mid, spread, placed: Vec::new() }
    }

    fn next(&mut self) -> Step {
        let chance = &mut self.chance;
        if chance.ratio(3, 10) && !self.placed.is_empty() {
            let recent = chance.below(self.placed.len() as u64 + 1) as usize;
            let unknown = ClientId(99).request(Sequence(1));
            return Step::Cancel(self.placed.get(recent).copied().unwrap_or(unknown));
        }
        self.mid += chance.between(0, 2) as i64 - 1;
        let side = if chance.ratio(1, 2) { Side::Buy } else { Side::Sell };
        let near = self.mid + chance.between(0, 2 * self.spread) as i64 - self.spread as i64;
        let edges = [0, -1, 1, i64::from(PRICE_MAX), i64::from(PRICE_MAX) + 1, i64::MIN, i64::MAX];
        let order_type = match chance.below(40) {
            0 => OrderType::Limit(Price(edges[chance.below(7) as usize])),
            1..4 => OrderType::Market,
            _ => OrderType::Limit(Price(near)),
        };
        let quantity = match chance.below(100) {
            0 => Quantity(0),
            1 => Quantity(u64::MAX),
            2 => Quantity(1_000_000_000),
            _ => Quantity(chance.between(1, 20)),
        };
        let client = ClientId(chance.below(5) as u32);
        let id = client.request(Sequence(self.placed.len() as u64 + 1));
        self.placed.push(id);
        Step::Place(Incoming { id, side, order_type, quantity })
    }
}

fn seeds(count: u64) -> std::ops::Range<u64> {
    match std::env::var("SIM_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..count,
    }
}

fn take(book: &mut Book, naive: &mut NaiveBook, step: &Step) -> (Option<Verdict>, Option<Verdict>, bool) {
    let (mut fills, mut expected) = (Vec::new(), Vec::new());
    let verdicts = match step {
        Step::Place(order) => {
            (Some(book.place(order, |fill| fills.push(*fill))), Some(naive.place(order, |fill| expected.push(*fill))))
        }
        Step::Cancel(id) => (book.cancel(*id), naive.cancel(*id)),
    };
    (verdicts.0, verdicts.1, fills == expected)
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

#[test]
fn the_book_trades_as_the_naive_book_does() {
    for seed in seeds(60) {
        let replay = format!("replay: SIM_SEED={seed} cargo test --test book_model");
        let mut stream = Stream::new(seed);
        let (mut book, mut naive) = (Book::default(), NaiveBook::default());
        for at in 0..4_000 {
            let step = stream.next();
            let (verdict, expected, same_fills) = take(&mut book, &mut naive, &step);
            assert_eq!(verdict, expected, "step {at}\n{replay}");
            assert!(same_fills, "step {at}: other fills\n{replay}");
            assert!(book.is_sound(), "step {at}: {book:?}\n{replay}");
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
}

#[test]
fn a_clone_goes_its_own_way_and_ends_the_same() {
    for seed in seeds(5) {
        let mut stream = Stream::new(seed);
        let (mut book, mut naive) = (Book::default(), NaiveBook::default());
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
    let order = |at: u64, price: u64| Incoming {
        id: ClientId(1).request(Sequence(at)),
        side: Side::Buy,
        order_type: OrderType::Limit(Price(price as i64)),
        quantity: Quantity(1),
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
