//! What dividing costs: a key by each strategy, a comparison table, a plan, a trade by windows of time, a question.
//!
//! Idea: a key is placed when something changes, not with every order, and a trade is stored with every fill; the first
//! may cost some tens of nanoseconds, the second should be small beside the 60 of a match.
//! Units: nanoseconds of a key or a trade, microseconds of a table, a plan or a question.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a bench that cannot begin should stop")]

mod table;

use std::hint::black_box;

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::ids::{GroupId, NodeId, PartitionId, SymbolId};
use chaosdesk::domain::order::Side;
use chaosdesk::domain::rules::PartitionStrategy;
use chaosdesk::domain::settings::PartitionSettings;
use chaosdesk::domain::time::SimTime;
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::market::time_windows::query::{ANSWER_TRADES_MAX, TapeQuery};
use chaosdesk::market::time_windows::window::Deal;
use chaosdesk::market::time_windows::{TimeWindows, WindowRules};
use chaosdesk::routing::partitioner::keys::KeySet;
use chaosdesk::routing::partitioner::split::{SplitRules, SymbolLoad, flatten};
use chaosdesk::routing::partitioner::{Partitioner, compare};
use chaosdesk::routing::rebalancer::{Placed, Region, STEPS_MAX, Seat, Standing, plan};

const PARTITIONS: usize = 16;

/// Placing every instrument, by each strategy.
fn keys(runs: usize) {
    let set = KeySet::ALL_INSTRUMENTS;
    for &strategy in PartitionStrategy::ALL {
        let settings = PartitionSettings { strategy, ..PartitionSettings::default() };
        let mut partitioner = Partitioner::new(&settings, PARTITIONS);
        set.for_each(|key| {
            partitioner.assign(key);
        });
        let whole = table::median(runs, || {
            table::nanos_each(|| {
                set.for_each(|key| assert!(black_box(partitioner.owner(key)).0 > 0, "partitions count from 1"));
            })
        });
        table::line(
            &format!("partitioner: {}, 16 partitions", strategy.name()),
            whole / set.len() as f64,
            "ns/key",
            "",
        );
    }
    let settings = PartitionSettings::default();
    let tables =
        table::median(runs, || table::nanos_each(|| drop(black_box(compare::table(set, &settings, PARTITIONS)))));
    table::line("partitioner: the comparison table of 2,000 instruments", tables / 1e3, "us", "");
}

/// What to move off a hot partition, and how to balance a hundred nodes.
fn plans(runs: usize) {
    let owner = |symbol: u16| PartitionId(symbol % PARTITIONS as u16 + 1);
    let symbols: Vec<SymbolLoad> = (0..2_000)
        .map(|symbol| SymbolLoad {
            symbol: SymbolId(symbol),
            owner: owner(symbol),
            load: 1_000_000 / (u64::from(symbol) + 1),
        })
        .collect();
    let split = table::median(runs, || {
        table::nanos_each(|| drop(black_box(flatten(&symbols, PARTITIONS, &SplitRules::default()))))
    });
    table::line("split: a plan for 2,000 symbols by Zipf", split / 1e3, "us", "");
    let seats: Vec<Seat> = NodeId::first(100)
        .map(|node| Seat { node, region: Region(node.0 % 3), standing: Standing::Member, up: true })
        .collect();
    let groups: Vec<Placed> = (1..=256_u16)
        .map(|group| {
            let replicas: Vec<NodeId> = (0..3).map(|nth| NodeId(((group * 7 + nth * 31) % 90 + 1) as u8)).collect();
            Placed { group: GroupId(group), leader: replicas.first().copied(), replicas, factor: 3, load: 1 }
        })
        .collect();
    let balance = table::median(runs, || table::nanos_each(|| drop(black_box(plan(&seats, &groups, STEPS_MAX)))));
    table::line("rebalancer: a plan for 256 groups on 100 nodes", balance / 1e3, "us", "");
}

/// Trades as a busy desk makes them, and questions to them.
fn tape(trades: u64, runs: usize) {
    let mut chance = Chance::stream(11, Purpose::Orders, 0);
    let deals: Vec<Deal> = (0..trades)
        .map(|n| Deal {
            at: SimTime(n * 10_000),
            symbol: SymbolId(chance.below(200) as u16),
            side: if chance.ratio(1, 2) { Side::Buy } else { Side::Sell },
            price: Price(10_000 + chance.below(200) as i64),
            quantity: Quantity(1 + chance.below(20)),
        })
        .collect();
    let fill = || {
        let mut windows = TimeWindows::new(WindowRules::default());
        deals.iter().for_each(|deal| assert!(windows.record(*deal).is_ok(), "time goes on"));
        windows
    };
    let stored = table::median(runs, || table::timed(|| black_box(fill())).0.as_nanos() as f64);
    table::line("time windows: a trade stored, packing included", stored / trades as f64, "ns/trade", "");
    let windows = fill();
    let held = windows.holdings();
    let ratio = held.cold_plain_bytes as f64 / held.cold_packed_bytes.max(1) as f64;
    table::line("time windows: memory over archive", ratio, "times", "");
    table::line(
        "time windows: bytes of an archived trade",
        held.cold_packed_bytes as f64 / held.cold_trades.max(1) as f64,
        "bytes",
        "",
    );
    let second = |from: u64, symbol: Option<u16>| TapeQuery {
        symbol: symbol.map(SymbolId),
        from: SimTime::from_millis(from),
        until: SimTime::from_millis(from + 1_000),
        limit: ANSWER_TRADES_MAX,
    };
    let newest = (trades / 100).saturating_sub(1_000);
    for (what, query) in [
        ("time windows: one symbol of a cold second", second(1_000, Some(7))),
        ("time windows: all of a cold second", second(1_000, None)),
        ("time windows: one symbol of a hot second", second(newest, Some(7))),
    ] {
        let nanos = table::median(runs, || table::nanos_each(|| drop(black_box(windows.query(&query).unwrap()))));
        table::line(what, nanos / 1e3, "us", "100,000 trades/s");
    }
}

fn main() {
    let (trades, runs) = if table::is_brief() { (20_000, 1) } else { (2_000_000, 5) };
    keys(runs);
    plans(runs);
    tape(trades, runs);
}
