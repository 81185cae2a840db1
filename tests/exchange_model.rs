//! The exchange against a naive one that remembers everything, and against itself under other batch cuts.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/naive_book.rs"]
mod naive_book;

use std::collections::{BTreeMap, BTreeSet};

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::ids::{ClientId, RequestId, Sequence, SymbolId};
use chaosdesk::domain::order::{Batch, Command, OrderStatus, OrderType, Record, Side, TimeInForce, Verdict};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::why::Why;
use chaosdesk::market::book::{BookEvent, Incoming};
use chaosdesk::market::exchange::Exchange;
use chaosdesk::market::finished::FINISHED_MAX;
use chaosdesk::market::sessions::KEPT_MAX;
use naive_book::NaiveBook;

const OWNED: [SymbolId; 3] = [SymbolId(0), SymbolId(4), SymbolId(6)];
const CLIENTS: u64 = 6;

/// Sessions that send, lose answers, send again, cancel, and raise their floors: late, early and out of order.
struct Clients {
    chance: Chance,
    /// By client: what was sent and is not known to be answered.
    open: Vec<BTreeMap<Sequence, Command>>,
    last: Vec<u64>,
    everything: Vec<(RequestId, Command)>,
}

impl Clients {
    fn new(seed: u64) -> Self {
        let chance = Chance::stream(seed, Purpose::Orders, 1);
        let clients = CLIENTS as usize;
        Self { chance, open: vec![BTreeMap::new(); clients], last: vec![0; clients], everything: Vec::new() }
    }

    fn next(&mut self) -> Record {
        let client = self.chance.below(CLIENTS) as usize;
        // One client is slow to raise its floor, so that its session fills up.
        if self.chance.ratio(if client == 0 { 1 } else { 400 }, if client == 0 { 3_000 } else { 1_000 }) {
            let answered = self.chance.between(1, 1 + self.open[client].len() as u64);
            for _ in 0..answered {
                self.open[client].pop_first();
            }
        }
        let (sequence, command) = match self.chance.below(10) {
            0 if !self.everything.is_empty() => {
                let any = self.chance.below(self.everything.len() as u64) as usize;
                let (id, command) = self.everything[any];
                return Record { id, floor: self.floor(id.client.0 as usize), command };
            }
            _ => self.fresh(client),
        };
        self.open[client].insert(sequence, command);
        let id = ClientId(client as u32).request(sequence);
        self.everything.push((id, command));
        Record { id, floor: self.floor(client), command }
    }

    fn fresh(&mut self, client: usize) -> (Sequence, Command) {
        let chance = &mut self.chance;
        // Requests of a session that go to other groups leave gaps here.
        self.last[client] += chance.between(1, 3);
        let last = self.last[client];
        let symbol = match chance.below(50) {
            0 => SymbolId(1),
            1 => SymbolId(60_000),
            n => OWNED[n as usize % 3],
        };
        let command = if chance.ratio(3, 10) {
            // Sometimes of an order that is still to come.
            let order = Sequence((last + chance.below(4)).saturating_sub(chance.below(40)));
            if chance.ratio(1, 3) {
                let price = Price(chance.between(985, 1_015) as i64);
                Command::Replace { symbol, order, price, quantity: Quantity(chance.below(16)) }
            } else {
                Command::Cancel { symbol, order }
            }
        } else {
            let side = if chance.ratio(1, 2) { Side::Buy } else { Side::Sell };
            let order_type = match chance.below(12) {
                0 => OrderType::Market,
                _ => OrderType::Limit(Price(chance.between(990, 1_010) as i64)),
            };
            let time_in_force = match chance.below(10) {
                0 => TimeInForce::ImmediateOrCancel,
                1 => TimeInForce::FillOrKill,
                _ => TimeInForce::GoodTillCancel,
            };
            let quantity = Quantity(chance.below(12));
            Command::Place { symbol, side, order_type, quantity, time_in_force, venue: None }
        };
        (Sequence(last), command)
    }

    fn floor(&self, client: usize) -> Sequence {
        self.open[client].first_key_value().map_or(Sequence(self.last[client] + 1), |(sequence, _)| *sequence)
    }
}

/// Remembers every answer of every session, and looks at all of it each time.
#[derive(Default)]
struct NaiveExchange {
    books: BTreeMap<SymbolId, NaiveBook>,
    floors: BTreeMap<ClientId, Sequence>,
    kept: BTreeMap<RequestId, Option<Verdict>>,
    ended: Vec<(RequestId, SymbolId, Verdict)>,
    executed: BTreeSet<RequestId>,
}

impl NaiveExchange {
    fn apply(&mut self, record: &Record) -> (Verdict, bool) {
        let Record { id, floor, command } = *record;
        let known = self.floors.entry(id.client).or_default();
        *known = floor.max(*known);
        let floor = *known;
        self.kept.retain(|kept, _| kept.client != id.client || kept.sequence >= floor);
        let kept = self.kept.keys().filter(|kept| kept.client == id.client).count();
        let remembered = self.kept.get(&id).copied();
        match remembered {
            _ if id.sequence < floor => return (Verdict::rejected(Why::BelowFloor), false),
            Some(Some(verdict)) => return (verdict, false),
            None if kept >= KEPT_MAX => return (Verdict::rejected(Why::SessionFull), false),
            _ => {}
        }
        let symbol = command.symbol();
        if !OWNED.contains(&symbol) {
            let why = if symbol.instrument().is_none() { Why::UnknownSymbol } else { Why::NotOwner };
            return (Verdict::rejected(why), false);
        }
        let verdict = match command {
            Command::Place { .. } if remembered == Some(None) => {
                let verdict = Verdict::rejected(Why::CancelledBefore);
                self.ended.push((id, symbol, verdict));
                verdict
            }
            Command::Place { side, order_type, quantity, time_in_force, .. } => {
                let owner = id.client.account();
                self.place(symbol, &Incoming { id, owner, side, order_type, quantity, time_in_force })
            }
            Command::Replace { order, price, quantity, .. } => {
                self.replace(symbol, id.client.request(order), price, quantity)
            }
            Command::Cancel { order, .. } => {
                let order = id.client.request(order);
                if let Some(verdict) = self.books.entry(symbol).or_default().cancel(order) {
                    self.ended.push((order, symbol, verdict));
                    verdict
                } else if order.sequence < floor || matches!(self.kept.get(&order), Some(Some(_))) {
                    Verdict::rejected(Why::UnknownOrder)
                } else if kept + 2 > KEPT_MAX {
                    return (Verdict::rejected(Why::SessionFull), false);
                } else {
                    self.kept.insert(order, None);
                    Verdict { status: OrderStatus::Cancelled, filled: Quantity::ZERO, resting: Quantity::ZERO }
                }
            }
            Command::Spread { .. } => unreachable!("spreads have tests of their own"),
            Command::Query { .. } => unreachable!("no client of this test sends one into the log"),
        };
        self.kept.insert(id, Some(verdict));
        assert!(self.executed.insert(id), "the model itself executes once");
        (verdict, true)
    }

    fn place(&mut self, symbol: SymbolId, order: &Incoming) -> Verdict {
        let mut events = Vec::new();
        let verdict = self.books.entry(symbol).or_default().place(order, |event| events.push(*event));
        self.remember(symbol, &events);
        if verdict.resting.is_zero() {
            self.ended.push((order.id, symbol, verdict));
        }
        verdict
    }

    fn replace(&mut self, symbol: SymbolId, order: RequestId, price: Price, quantity: Quantity) -> Verdict {
        let mut events = Vec::new();
        let book = self.books.entry(symbol).or_default();
        let verdict = book.replace(order, price, quantity, |event| events.push(*event));
        self.remember(symbol, &events);
        match verdict {
            None => Verdict::rejected(Why::UnknownOrder),
            Some(verdict) => {
                if !matches!(verdict.status, OrderStatus::Rejected(_)) && verdict.resting.is_zero() {
                    self.ended.push((order, symbol, verdict));
                }
                verdict
            }
        }
    }

    fn remember(&mut self, symbol: SymbolId, events: &[BookEvent]) {
        for event in events {
            let (id, status, filled, left) = match event {
                BookEvent::Fill(fill) => (fill.maker, OrderStatus::Filled, fill.maker_filled, fill.maker_left),
                BookEvent::Stopped(stopped) => {
                    (stopped.id, OrderStatus::Stopped(Why::SelfTrade), stopped.filled, stopped.left)
                }
                BookEvent::Returns(_) | BookEvent::Rests(_) => unreachable!("nothing is held for legs here"),
            };
            if left.is_zero() {
                self.ended.push((id, symbol, Verdict { status, filled, resting: Quantity::ZERO }));
            }
        }
    }
}

fn seeds(count: u64) -> std::ops::Range<u64> {
    match std::env::var("SIM_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..count,
    }
}

fn batches(records: &[Record], chance: &mut Chance, most: u64) -> Vec<Batch> {
    let mut rest = records;
    let mut batches = Vec::new();
    while !rest.is_empty() {
        let (cut, after) = rest.split_at((chance.between(1, most) as usize).min(rest.len()));
        batches.push(Batch::new(cut));
        rest = after;
    }
    batches
}

#[test]
fn the_exchange_decides_as_one_that_remembers_everything() {
    let mut seen = BTreeSet::new();
    for seed in seeds(12) {
        let replay = format!("replay: SIM_SEED={seed} cargo test --test exchange_model");
        let mut clients = Clients::new(seed);
        let (mut exchange, mut naive) = (Exchange::new(OWNED), NaiveExchange::default());
        let records: Vec<_> = (0..9_000).map(|_| clients.next()).collect();
        for batch in batches(&records, &mut Chance::stream(seed, Purpose::Orders, 2), 64) {
            let mut verdicts = Vec::new();
            let outcome = exchange.apply(&batch, &mut verdicts);
            assert!(outcome.sound, "{replay}");
            assert_eq!(verdicts.len(), batch.len(), "one verdict a record");
            for (at, record) in batch.records().iter().enumerate() {
                let (verdict, executed) = naive.apply(record);
                assert_eq!(verdicts[at], verdict, "{record:?}\n{replay}");
                assert_eq!(outcome.executed.at(at), executed, "{record:?}: {verdict:?}\n{replay}");
                let repeated = !executed && !matches!(verdict.status, OrderStatus::Rejected(_));
                seen.insert(match verdict.status {
                    OrderStatus::Rejected(why) => format!("{why:?}"),
                    _ if repeated => "Repeated".to_owned(),
                    status => format!("{status:?}"),
                });
            }
        }
        let latest = &naive.ended[naive.ended.len().saturating_sub(FINISHED_MAX)..];
        for (at, (id, symbol, verdict)) in latest.iter().enumerate() {
            if latest[at + 1..].iter().all(|(later, ..)| later != id) {
                assert_eq!(exchange.query(*id, *symbol), Some(*verdict), "{id}\n{replay}");
            }
        }
        let resting: usize = naive.books.values().map(|book| book.names.len()).sum();
        assert_eq!(exchange.resting(), resting as u64, "{replay}");
    }
    for status in ["BelowFloor", "SessionFull", "CancelledBefore", "NotOwner", "UnknownSymbol", "UnknownOrder"] {
        assert!(seen.contains(status), "the clients never met {status}: {seen:?}");
    }
    for status in ["Repeated", "PartiallyFilled", "Filled", "NotFillable", "SelfTrade", "Stopped(SelfTrade)"] {
        assert!(seen.contains(status), "the clients never met {status}: {seen:?}");
    }
}

#[test]
fn the_chain_does_not_know_how_the_log_was_cut() {
    for seed in seeds(10) {
        let mut clients = Clients::new(seed);
        let records: Vec<_> = (0..3_000).map(|_| clients.next()).collect();
        let run = |most| {
            let mut exchange = Exchange::new(OWNED);
            let mut verdicts = Vec::new();
            for batch in batches(&records, &mut Chance::stream(seed, Purpose::Orders, most), most) {
                let outcome = exchange.apply(&batch, &mut verdicts);
                assert_eq!(outcome.chain, exchange.chain());
            }
            (exchange.chain(), verdicts)
        };
        let [one, some, many] = [run(1), run(7), run(512)];
        assert!(one == some && some == many, "replay: SIM_SEED={seed} cargo test --test exchange_model");
    }
}

#[test]
fn a_snapshot_goes_on_as_its_origin_does() {
    for seed in seeds(5) {
        let mut clients = Clients::new(seed);
        let records: Vec<_> = (0..4_000).map(|_| clients.next()).collect();
        let (first, second) = records.split_at(2_000);
        let mut origin = Exchange::new(OWNED);
        origin.apply(&Batch::new(first), &mut Vec::new());
        let image = origin.image();
        assert_eq!(image.digest, origin.chain());
        let (mut expected, mut verdicts) = (Vec::new(), Vec::new());
        origin.apply(&Batch::new(second), &mut expected);
        let mut copy = Exchange::from_image(&image).unwrap();
        copy.apply(&Batch::new(second), &mut verdicts);
        assert_eq!((copy.chain(), verdicts), (origin.chain(), expected), "SIM_SEED={seed}");
    }
}

#[test]
fn one_other_record_makes_another_chain() {
    let mut clients = Clients::new(1);
    let records: Vec<_> = (0..200).map(|_| clients.next()).collect();
    let chain = |records: &[Record]| {
        let mut exchange = Exchange::new(OWNED);
        exchange.apply(&Batch::new(records), &mut Vec::new()).chain
    };
    let whole = chain(&records);
    for at in 0..records.len() {
        let mut without = records.clone();
        without.remove(at);
        assert_ne!(chain(&without), whole, "record {at} is not on the chain");
    }
    let mut swapped = records;
    swapped.swap(50, 51);
    assert_ne!(chain(&swapped), whole, "the order is not on the chain");
}

#[test]
fn an_image_of_something_else_is_not_an_exchange() {
    let mut image = Exchange::new(OWNED).image();
    assert!(Exchange::from_image(&image).is_some());
    image.state = std::sync::Arc::new(7_u8);
    assert!(Exchange::from_image(&image).is_none());
}

#[test]
fn old_endings_are_forgotten_in_their_turn() {
    let mut exchange = Exchange::new(OWNED);
    let cancelled = |at: u64, exchange: &mut Exchange| {
        let place = Command::place(OWNED[0], Side::Buy, OrderType::Limit(Price(5)), Quantity(1));
        let cancel = Command::Cancel { symbol: OWNED[0], order: Sequence(2 * at) };
        let record = |at, command| Record {
            id: ClientId(1).request(Sequence(at)),
            floor: Sequence(at.saturating_sub(2)),
            command,
        };
        exchange.apply(&Batch::new([record(2 * at, place), record(2 * at + 1, cancel)]), &mut Vec::new());
    };
    for at in 1..=3 * FINISHED_MAX as u64 {
        cancelled(at, &mut exchange);
        let known = |at: u64| exchange.query(ClientId(1).request(Sequence(2 * at)), OWNED[0]).is_some();
        assert!(known(at), "{at}");
        assert!(at < FINISHED_MAX as u64 || known(at + 1 - FINISHED_MAX as u64), "{at}: the oldest that is kept");
        assert!(at <= FINISHED_MAX as u64 || !known(at - FINISHED_MAX as u64), "{at}: the youngest that is not");
    }
}
