//! What an order costs: the book beside a naive one and a crate's on the same orders, and the whole exchange on top.
//!
//! Idea: 30 % cancels, 25 % crossing orders, the rest passive, over deep queues. The orders are drawn once, against a
//! book that stays about as deep; then each contender runs them all. Equal fills, or the figure is worth nothing.
//! Units: wall nanoseconds an order; the median of several runs.
//! Run: `cargo bench --bench book`. As a test (`cargo test --benches`) it runs a short stream once.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/common/lobster_book.rs"]
mod lobster_book;
#[path = "../tests/common/naive_book.rs"]
mod naive_book;
mod table;

use std::hint::black_box;
use std::time::Duration;

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::digest::Digest;
use chaosdesk::domain::ids::{AccountId, ClientId, RequestId, Sequence, SymbolId};
use chaosdesk::domain::order::{Batch, Command, OrderType, Record, Side};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::market::book::{Book, BookEvent, Fill, Incoming};
use chaosdesk::market::exchange::Exchange;
use lobster_book::LobsterBook;
use naive_book::NaiveBook;

const CLIENTS: u64 = 64;
/// How far a client is ahead of its floor.
const WINDOW: u64 = 256;
const SYMBOL: SymbolId = SymbolId(0);
const MID: i64 = 40_000;

#[derive(Clone, Copy)]
enum Step {
    Place(Incoming),
    Cancel { id: RequestId, order: RequestId },
}

/// The steps: the first `depth` fill the book, the others are the mixed flow.
struct Flow {
    steps: Vec<Step>,
    depth: usize,
}

/// Draws the steps against a book of its own, which tells what lives and where the touch is.
struct Draw {
    chance: Chance,
    book: Book,
    live: Vec<RequestId>,
    last: [u64; CLIENTS as usize],
}

impl Draw {
    fn id(&mut self, client: usize) -> RequestId {
        self.last[client] += 1;
        ClientId(client as u32).request(Sequence(self.last[client]))
    }

    fn passive(&mut self) -> Step {
        let side = if self.chance.ratio(1, 2) { Side::Buy } else { Side::Sell };
        // Near the touch more often than far: the smaller of two draws.
        let away = 1 + self.chance.below(250).min(self.chance.below(250)) as i64;
        let price = if side == Side::Buy { MID - away } else { MID + away };
        self.order(side, OrderType::Limit(Price(price)))
    }

    /// Meets the touch and reaches three ticks beyond it. Each takes a little more than the average maker has, so that
    /// the book stays as deep as it is.
    fn crossing(&mut self) -> Step {
        let side = if self.chance.ratio(1, 2) { Side::Buy } else { Side::Sell };
        match self.book.best(side.opposite()) {
            Some(_) if self.chance.ratio(1, 5) => self.order(side, OrderType::Market),
            Some(Price(best)) if side == Side::Buy => self.order(side, OrderType::Limit(Price(best + 3))),
            Some(Price(best)) => self.order(side, OrderType::Limit(Price(best - 3))),
            None => self.passive(),
        }
    }

    fn order(&mut self, side: Side, order_type: OrderType) -> Step {
        let client = self.chance.below(CLIENTS) as usize;
        let id = self.id(client);
        let quantity = Quantity(self.chance.between(1, 20));
        // Every order has an owner of its own: the question of self-trades is asked, and the answer is always no, since
        // the crate does not know it.
        let owner = AccountId(self.last.iter().sum::<u64>() as u32);
        Step::Place(Incoming { owner, ..Incoming::good_till_cancel(id, side, order_type, quantity) })
    }

    fn cancel(&mut self) -> Step {
        while !self.live.is_empty() {
            let at = self.chance.below(self.live.len() as u64) as usize;
            let order = self.live.swap_remove(at);
            if self.book.status(order).is_some() {
                let id = self.id(order.client.0 as usize);
                return Step::Cancel { id, order };
            }
        }
        self.passive()
    }

    fn done(&mut self, step: Step) -> Step {
        match step {
            Step::Place(order) if !self.book.place(&order, |_| {}).resting.is_zero() => self.live.push(order.id),
            Step::Place(_) => {}
            Step::Cancel { order, .. } => {
                self.book.cancel(order);
            }
        }
        step
    }
}

fn draw(depth: usize, orders: usize) -> Flow {
    let chance = Chance::stream(7, Purpose::Orders, 0);
    let mut draw = Draw { chance, book: Book::default(), live: Vec::new(), last: [0; CLIENTS as usize] };
    let mut steps = Vec::with_capacity(depth + orders);
    for at in 0..depth + orders {
        let step = match draw.chance.below(100) {
            _ if at < depth => draw.passive(),
            0..30 => draw.cancel(),
            30..55 => draw.crossing(),
            _ => draw.passive(),
        };
        steps.push(draw.done(step));
    }
    Flow { steps, depth }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn on_chain(chain: &mut Digest, fill: &Fill) {
    *chain = chain.mix(fill.maker.sequence.0 ^ fill.taker.sequence.0 << 32).mix(fill.quantity.0);
}

/// Runs the flow over a contender; nanoseconds an order of the mixed part, and the digest of its fills.
macro_rules! contender {
    ($flow:expr, $runs:expr, $book:ty) => {{
        let mut digest = Digest::default();
        let times = (0..$runs).map(|_| {
            let mut book = <$book>::default();
            let (mut fills, mut chain) = (0_u64, Digest::default());
            let mut run = |steps: &[Step], chain: &mut Digest| {
                for step in steps {
                    match step {
                        Step::Place(order) => {
                            black_box(book.place(order, |event| {
                                if let BookEvent::Fill(fill) = event {
                                    fills += 1;
                                    on_chain(chain, fill);
                                }
                            }));
                        }
                        Step::Cancel { order, .. } => {
                            black_box(book.cancel(*order));
                        }
                    }
                }
            };
            run(&$flow.steps[..$flow.depth], &mut chain);
            let (time, ()) = table::timed(|| run(&$flow.steps[$flow.depth..], &mut chain));
            digest = chain.mix(fills);
            time
        });
        let time = median(times.collect());
        (time.as_nanos() as f64 / ($flow.steps.len() - $flow.depth) as f64, digest)
    }};
}

fn records(flow: &Flow) -> Vec<Batch> {
    let record = |step: &Step| {
        let (id, command) = match *step {
            Step::Place(Incoming { id, side, order_type, quantity, time_in_force, .. }) => {
                (id, Command::Place { symbol: SYMBOL, side, order_type, quantity, time_in_force, venue: None })
            }
            Step::Cancel { id, order } => (id, Command::Cancel { symbol: SYMBOL, order: order.sequence }),
        };
        Record { id, floor: Sequence(id.sequence.0.saturating_sub(WINDOW)), command }
    };
    let records: Vec<_> = flow.steps.iter().map(record).collect();
    records.chunks(64).map(Batch::new).collect()
}

/// The whole state machine: sessions, book, endings, chain.
fn exchange(flow: &Flow, runs: usize) -> (f64, Exchange) {
    let batches = records(flow);
    let before = flow.depth / 64;
    let mut last = Exchange::new([SYMBOL]);
    let times = (0..runs).map(|_| {
        let mut exchange = Exchange::new([SYMBOL]);
        let mut verdicts = Vec::new();
        let mut run = |batches: &[Batch]| {
            for batch in batches {
                verdicts.clear();
                assert!(exchange.apply(batch, &mut verdicts).sound, "the flow is sound");
            }
        };
        run(&batches[..before]);
        let (time, ()) = table::timed(|| run(&batches[before..]));
        last = exchange;
        time
    });
    let time = median(times.collect());
    (time.as_nanos() as f64 / (flow.steps.len() - before * 64) as f64, last)
}

fn main() {
    let (depth, orders, runs) = if table::is_brief() { (500, 5_000, 1) } else { (20_000, 1_000_000, 5) };
    let flow = draw(depth, orders);
    let (ladder, digest) = contender!(flow, runs, Book);
    let (naive, expected) = contender!(flow, runs.min(3), NaiveBook);
    let (lobster, theirs) = contender!(flow, runs.min(3), LobsterBook);
    assert_eq!((digest, digest), (expected, theirs), "all books trade alike");
    table::line("book: 30 % cancels, 25 % crossing, 20,000 resting", ladder, "ns/order", "budget 60");
    table::line("book: a naive one on the same orders", naive, "ns/order", "measured elsewhere: 280");
    table::line("book: lobster 0.7 on the same orders", lobster, "ns/order", "measured elsewhere: 733");
    table::line("book: the naive one costs", naive / ladder, "times", "");
    table::line("book: lobster costs", lobster / ladder, "times", "");
    let (whole, exchange) = exchange(&flow, runs);
    table::line("exchange: sessions, book, endings, chain", whole, "ns/record", "");
    let clone = table::median(runs, || table::nanos_each(|| drop(black_box(exchange.clone()))));
    table::line("exchange: a clone", clone / 1e3, "us", "");
}
