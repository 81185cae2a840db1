//! How costs grow: with orders that rest, with ticks to a batch, with partitions, with nodes; and where they bend.
//!
//! Idea: a cost may grow with what causes it and with nothing else. An order's match must not grow with the book, a
//! decision of the balancer grows with the workers that it compares, an idle second with the groups that beat. The whole
//! way of an order may grow only because its batch falls apart; how many scheduler events an order takes and what an event
//! costs are shown apart, so that the two causes can be told apart.
//! Shape: a row a cost, a column a size, and the exponent of the steepest step: 0 flat, 1 linear, 2 quadratic. All figures
//! are of one run, so ratios hold on a busy machine too.
//! Units: as the rows say; processor time. 2,000 instruments asked for evenly, three replicas each, majority.
//! Run: `cargo bench --bench growth`; words after `--` name the rows that are wanted.
#![allow(clippy::unwrap_used, clippy::allow_attributes, missing_docs, reason = "a bench fails loudly")]

mod table;

use std::hint::black_box;
use std::sync::Arc;

use chaosdesk::desk;
use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::ids::{AccountId, ClientId, GroupId, NodeId, Sequence, SymbolId};
use chaosdesk::domain::order::{OrderType, Side};
use chaosdesk::domain::rules::{PartitionStrategy, Strategy};
use chaosdesk::domain::settings::{PartitionSettings, Settings};
use chaosdesk::domain::time::{SimDuration, SimTime};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::market::accounts::{Accounts, Opening, Stock, Trade};
use chaosdesk::market::book::{Book, Incoming};
use chaosdesk::market::feed;
use chaosdesk::market::ticks::lane::Windows;
use chaosdesk::market::ticks::processor::Processor;
use chaosdesk::market::ticks::quotes::Quotes;
use chaosdesk::routing::partitioner::Partitioner;
use chaosdesk::routing::partitioner::keys::KeySet;
use chaosdesk::routing::rebalancer::{Placed, Region, STEPS_MAX, Seat, Standing, plan};
use chaosdesk::runtime::world::World;
use table::series;

const PARTITIONS: [usize; 5] = [1, 4, 16, 64, 256];
const NODES: [usize; 5] = [3, 5, 9, 25, 100];
/// What stays as it is while the other grows.
const NODES_FIXED: usize = 5;
const PARTITIONS_FIXED: usize = 16;
const INSTRUMENTS: usize = 2_000;

fn main() {
    in_the_market();
    by_partitions();
    by_nodes();
}

// --- the market: a book that is deeper, a batch that is larger

fn in_the_market() {
    let resting = [100, 1_000, 10_000, 60_000];
    series::header("orders that rest in the book", &resting);
    series::row("book: one in, one out, every fourth trades", "ns/order", &resting, book);
    let accounts = [64, 1_000, 10_000, 60_000];
    series::header("accounts", &accounts);
    series::row("portfolio: check, put aside, trade, position", "ns/order", &accounts, portfolio);
    let ticks = [1, 16, 256, 4_096];
    series::header("ticks to a batch", &ticks);
    series::row("ticks: through windows and signals", "ns/tick", &ticks, ticks_of_a_batch);
}

/// An order of a book that stays as deep: the oldest is taken back, another comes; every fourth crosses.
fn book(resting: usize) -> f64 {
    let mut chance = Chance::stream(7, Purpose::Orders, 0);
    let mut book = Book::default();
    let id = |number: u64| ClientId((number % 64) as u32).request(Sequence(number / 64 + 1));
    let mut passive = |number: u64| {
        let side = if number.is_multiple_of(2) { Side::Buy } else { Side::Sell };
        let away = 1 + chance.below(500) as i64;
        let price = Price(40_000 + if side == Side::Buy { -away } else { away });
        Incoming::good_till_cancel(id(number), side, OrderType::Limit(price), Quantity(5))
    };
    let mut number = 0_u64;
    while (book.resting() as usize) < resting {
        book.place(&passive(number), |_| {});
        number += 1;
    }
    let mut oldest = 0_u64;
    table::nanos_each(|| {
        if number.is_multiple_of(4) {
            let order = passive(number);
            black_box(book.place(&Incoming { order_type: OrderType::Market, ..order }, |_| {}));
        } else if book.resting() as usize > resting {
            // What traded meanwhile is not found, which is work too.
            black_box(book.cancel(id(oldest)));
            oldest += 1;
        } else {
            black_box(book.place(&passive(number), |_| {}));
        }
        number += 1;
    })
}

/// A bid is checked and put aside, a sale meets it, and both have their positions: one of every two orders rests.
fn portfolio(count: usize) -> f64 {
    let mut chance = Chance::stream(7, Purpose::Orders, 1);
    let mut accounts = Accounts::new(Opening::PLENTY);
    let mut stock = Stock::new(SymbolId(6));
    (0..count as u32).for_each(|number| accounts.open(AccountId(number)).unwrap());
    let (price, quantity) = (Price(10_000), Quantity(5));
    let trade = Trade { side: Side::Sell, price, quantity };
    let cost = stock.notional(price, quantity);
    let both = table::nanos_each(|| {
        let [maker, taker] = [(); 2].map(|()| AccountId(chance.below(count as u64) as u32));
        accounts.check(&mut stock, maker, Side::Buy, (cost, quantity)).unwrap();
        accounts.reserve(&mut stock, maker, Side::Buy, (price, quantity));
        accounts.check(&mut stock, taker, Side::Sell, (0, quantity)).unwrap();
        accounts.trade(&mut stock, maker, taker, &trade);
    });
    assert!(accounts.totals().is_conserved(), "nothing is made or lost");
    both / 2.0
}

fn ticks_of_a_batch(size: usize) -> f64 {
    let mut quotes = Quotes::new(Chance::stream(7, Purpose::Ticks, 0));
    let count = if table::is_brief() { 4_096 } else { 1 << 20 };
    let tick = |place: u64| {
        let time = SimTime(place * 1_000);
        let symbol = quotes.symbol();
        quotes.draw(time, symbol, feed::mid(symbol, time))
    };
    let ticks: Vec<_> = (0..count).map(tick).collect();
    table::median(3, || {
        let mut processor = Processor::new(Windows::default());
        let mut said = 0;
        let run = || ticks.chunks(size).for_each(|batch| processor.take(batch, |_| said += 1));
        let (took, ()) = table::timed(run);
        black_box((&processor, said));
        took.as_nanos() as f64 / count as f64
    })
}

// --- partitions

fn by_partitions() {
    series::header("partitions, on 5 nodes", &PARTITIONS);
    for &strategy in PartitionStrategy::ALL {
        let what = format!("partitioner: a key, {}", strategy.name());
        series::row(&what, "ns/key", &PARTITIONS, |partitions| owner(strategy, partitions));
    }
    worlds("partitions", &PARTITIONS, |partitions| (NODES_FIXED, partitions));
}

fn owner(strategy: PartitionStrategy, partitions: usize) -> f64 {
    let set = KeySet::ALL_INSTRUMENTS;
    let mut partitioner = Partitioner::new(&PartitionSettings { strategy, ..PartitionSettings::default() }, partitions);
    set.for_each(|key| {
        partitioner.assign(key);
    });
    let round = || set.for_each(|key| assert!(black_box(partitioner.owner(key)).0 > 0, "partitions count from 1"));
    table::nanos_each(round) / set.len() as f64
}

// --- nodes

fn by_nodes() {
    series::header("nodes, of 16 partitions", &NODES);
    for &strategy in Strategy::ALL {
        let what = format!("balancer: a decision, {}", strategy.name());
        series::row(&what, "ns", &NODES, |nodes| table::decision::decision(strategy, nodes));
    }
    series::row("rebalancer: a plan for 256 groups", "us", &NODES, rebalance);
    worlds("nodes", &NODES, |nodes| (nodes, PARTITIONS_FIXED));
}

/// How to balance groups that stand badly.
fn rebalance(nodes: usize) -> f64 {
    let seats: Vec<Seat> = NodeId::first(nodes)
        .map(|node| Seat { node, region: Region(node.0 % 3), standing: Standing::Member, up: true })
        .collect();
    let groups: Vec<Placed> = (1..=256_u16)
        .map(|group| {
            let crowded = (nodes * 9 / 10).max(3) as u16;
            let replicas: Vec<NodeId> = (0..3).map(|nth| NodeId(((group * 7 + nth) % crowded + 1) as u8)).collect();
            Placed { group: GroupId(group), leader: replicas.first().copied(), replicas, factor: 3, load: 1 }
        })
        .collect();
    table::nanos_each(|| drop(black_box(plan(&seats, &groups, STEPS_MAX)))) / 1e3
}

// --- whole desks

/// The rows that both sweeps have.
fn worlds(of: &str, sizes: &[usize], shape: impl Fn(usize) -> (usize, usize)) {
    let desk_of = |size: usize| {
        let (nodes, partitions) = shape(size);
        let mut settings = table::desk::fast(nodes, partitions, 64);
        settings.market.instruments = INSTRUMENTS;
        Arc::new(settings)
    };
    whole_way(of, sizes, desk_of);
    let quiet = |size: usize| {
        let mut world = desk::open(&desk_of(size), 1);
        world.run_until(SimTime::from_millis(2_000));
        world
    };
    series::row(&format!("{of}: a virtual second without load"), "us", sizes, |size| idle(quiet(size)));
    series::row(&format!("{of}: a checkpoint"), "us", sizes, |size| {
        let world = quiet(size);
        table::nanos_each(|| drop(black_box(world.clone()))) / 1e3
    });
    series::row(&format!("{of}: a view for the screen"), "us", sizes, |size| {
        let world = quiet(size);
        table::nanos_each(|| drop(black_box(world.view()))) / 1e3
    });
}

/// An order's way, the events that it takes, and what one of these costs.
fn whole_way(of: &str, sizes: &[usize], desk_of: impl Fn(usize) -> Arc<Settings>) {
    let what = format!("{of}: the whole way of an order");
    if !table::wants(&what) {
        return;
    }
    let orders = if table::is_brief() { 2_000 } else { 300_000 };
    let runs: Vec<_> = sizes.iter().map(|size| table::desk::whole_way(&desk_of(*size), orders)).collect();
    let [mut nanos, mut events, mut each] = [const { Vec::new() }; 3];
    for run in runs {
        nanos.push(run.nanos);
        events.push(run.events);
        each.push(run.nanos / run.events);
    }
    series::print(&what, "ns/order", sizes, &nanos);
    series::print(&format!("{of}: scheduler events an order takes"), "events", sizes, &events);
    series::print(&format!("{of}: a scheduler event of that way"), "ns", sizes, &each);
}

/// A virtual second of a world in which nobody orders anything.
fn idle(mut world: World) -> f64 {
    let seconds = if table::is_brief() { 1 } else { 20 };
    let until = world.now() + SimDuration::from_secs(seconds);
    let (took, ()) = table::timed(|| world.run_until(until));
    took.as_nanos() as f64 / 1e3 / seconds as f64
}
