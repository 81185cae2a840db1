//! Accounts against a model that counts everything again: what is reserved is looked up in the book, what was paid is
//! added up trade by trade.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/naive_book.rs"]
mod naive_book;

use std::collections::{BTreeMap, BTreeSet};

use chaosdesk::domain::chance::{Chance, Purpose};
use chaosdesk::domain::ids::{AccountId, ClientId, GroupId, RequestId, Sequence, SymbolId};
use chaosdesk::domain::order::{Batch, Command, OrderStatus, OrderType, Record, Side, TimeInForce, Verdict};
use chaosdesk::domain::settings::AccountSettings;
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::domain::why::Why;
use chaosdesk::market::accounts::Opening;
use chaosdesk::market::book::{BookEvent, Incoming};
use chaosdesk::market::exchange::Exchange;
use naive_book::NaiveBook;

const GOOG: SymbolId = SymbolId(6);
const CLIENTS: u32 = 5;
/// Cash of a lot at a price of one tick.
const UNIT: i128 = 10_000;

fn opening() -> Opening {
    let settings = AccountSettings { cash: 600, lots: 40, member_times: 1 };
    Opening { group: GroupId(1), partitions: 1, settings, members_to: AccountId(0) }
}

/// What an account has done so far.
#[derive(Clone, Copy)]
struct Row {
    cash: i128,
    lots: i128,
    cost: i128,
    realised: i128,
}

struct Model {
    book: NaiveBook,
    rows: BTreeMap<AccountId, Row>,
}

impl Model {
    fn new() -> Self {
        let first = Exchange::open(opening(), [GOOG]).stock(GOOG).unwrap().holding(AccountId(1), &opening());
        let row = Row { cash: 600_000_000, lots: 40, cost: first.cost, realised: 0 };
        Self { book: NaiveBook::default(), rows: (1..=CLIENTS).map(|number| (AccountId(number), row)).collect() }
    }

    /// What the resting orders of an account may cost, and how many lots they offer.
    fn reserved(&self, account: AccountId) -> (i128, i128) {
        let of = |side: Side| {
            let levels = self.book.sides[side as usize].iter();
            levels.flat_map(|(price, queue)| queue.iter().map(move |order| (*price, order)))
        };
        let own = |side| of(side).filter(move |(_, order)| order.owner == account);
        let cash = own(Side::Buy).map(|(price, order)| i128::from(price) * i128::from(order.left) * UNIT).sum();
        (cash, own(Side::Sell).map(|(_, order)| i128::from(order.left)).sum())
    }

    /// Whether an account can stand for an order, if this much more of both is free.
    fn short(&self, account: AccountId, side: Side, cost: i128, lots: i128, more: (i128, i128)) -> Option<Why> {
        let (row, (cash, offered)) = (self.rows[&account], self.reserved(account));
        match side {
            Side::Buy => (cost > row.cash - cash + more.0).then_some(Why::InsufficientFunds),
            Side::Sell => (lots > row.lots - offered + more.1).then_some(Why::InsufficientLots),
        }
    }

    fn trade(&mut self, taker: AccountId, events: &[BookEvent]) {
        for event in events {
            let BookEvent::Fill(fill) = event else { continue };
            let (buyer, seller) =
                if fill.side == Side::Buy { (taker, fill.maker_owner) } else { (fill.maker_owner, taker) };
            let (lots, paid) =
                (i128::from(fill.quantity.0), i128::from(fill.price.0) * i128::from(fill.quantity.0) * UNIT);
            let row = self.rows.get_mut(&seller).unwrap();
            let cost = row.cost * lots / row.lots;
            *row = Row {
                cash: row.cash + paid,
                lots: row.lots - lots,
                cost: row.cost - cost,
                realised: row.realised + paid - cost,
            };
            let row = self.rows.get_mut(&buyer).unwrap();
            *row = Row { cash: row.cash - paid, lots: row.lots + lots, cost: row.cost + paid, ..*row };
        }
    }

    fn apply(&mut self, record: &Record) -> Verdict {
        let account = record.id.client.account();
        let mut events = Vec::new();
        let verdict = match record.command {
            Command::Place { side, order_type, quantity, time_in_force, .. } => {
                let order = Incoming { id: record.id, owner: account, side, order_type, quantity, time_in_force };
                let cost = match order_type {
                    OrderType::Limit(price) => i128::from(price.0) * i128::from(quantity.0) * UNIT,
                    OrderType::Market => {
                        let mut cost = 0;
                        let still = Incoming { time_in_force: TimeInForce::ImmediateOrCancel, ..order };
                        self.book.clone().place(&still, |event| {
                            if let BookEvent::Fill(fill) = event {
                                cost += i128::from(fill.price.0) * i128::from(fill.quantity.0) * UNIT;
                            }
                        });
                        cost
                    }
                };
                match self.short(account, side, cost, i128::from(quantity.0), (0, 0)) {
                    Some(why) => Verdict::rejected(why),
                    None => self.book.place(&order, |event| events.push(*event)),
                }
            }
            Command::Replace { order, price, quantity, .. } => {
                let name = record.id.client.request(order);
                let stands = self.book.names.get(&name).copied().map(|(side, at)| {
                    let order = self.book.sides[side as usize][&at].iter().find(|order| order.id == name).unwrap();
                    (side, at, order.left, order.filled)
                });
                match stands {
                    None => Verdict::rejected(Why::UnknownOrder),
                    Some((side, at, left, filled)) => {
                        let wanted = i128::from(quantity.0.saturating_sub(filled));
                        let more = match side {
                            Side::Buy => (i128::from(at) * i128::from(left) * UNIT, 0),
                            Side::Sell => (0, i128::from(left)),
                        };
                        match self.short(account, side, i128::from(price.0) * wanted * UNIT, wanted, more) {
                            Some(why) => Verdict::rejected(why),
                            None => self.book.replace(name, price, quantity, |event| events.push(*event)).unwrap(),
                        }
                    }
                }
            }
            Command::Cancel { order, .. } => {
                let order = record.id.client.request(order);
                self.book.cancel(order).unwrap_or(Verdict::rejected(Why::UnknownOrder))
            }
            Command::Spread { .. } | Command::Query { .. } => unreachable!("not drawn"),
        };
        self.trade(account, &events);
        verdict
    }
}

fn draw(chance: &mut Chance, placed: &[RequestId], id: RequestId) -> Command {
    let own: Vec<_> = placed.iter().filter(|placed| placed.client == id.client).collect();
    let quantity = Quantity(chance.between(1, 12));
    if let Some(last) = own.len().checked_sub(1)
        && chance.ratio(3, 10)
    {
        let order = own[last - chance.below(own.len().min(20) as u64) as usize].sequence;
        let price = Price(chance.between(985, 1_015) as i64);
        return match chance.below(2) {
            0 => Command::Cancel { symbol: GOOG, order },
            _ => Command::Replace { symbol: GOOG, order, price, quantity },
        };
    }
    let side = if chance.ratio(1, 2) { Side::Buy } else { Side::Sell };
    let order_type = match chance.below(8) {
        0 => OrderType::Market,
        _ => OrderType::Limit(Price(chance.between(990, 1_010) as i64)),
    };
    let time_in_force = match chance.below(10) {
        0 => TimeInForce::ImmediateOrCancel,
        1 => TimeInForce::FillOrKill,
        _ => TimeInForce::GoodTillCancel,
    };
    Command::Place { symbol: GOOG, side, order_type, quantity, time_in_force, venue: None }
}

#[test]
fn every_unit_is_where_the_model_has_it_after_every_record() {
    let mut seen = BTreeSet::new();
    for seed in 0..8 {
        let mut chance = Chance::stream(seed, Purpose::Orders, 5);
        let (mut exchange, mut model) = (Exchange::open(opening(), [GOOG]), Model::new());
        let (mut placed, mut sequences) = (Vec::new(), [0_u64; CLIENTS as usize]);
        for step in 0..4_000 {
            let client = chance.below(u64::from(CLIENTS)) as usize;
            sequences[client] += 1;
            let id = ClientId(client as u32 + 1).request(Sequence(sequences[client]));
            let command = draw(&mut chance, &placed, id);
            if matches!(command, Command::Place { .. }) {
                placed.push(id);
            }
            let record = Record { id, floor: id.sequence, command };
            let mut verdicts = Vec::new();
            let outcome = exchange.apply(&Batch::new(vec![record]), &mut verdicts);
            let wanted = model.apply(&record);
            assert_eq!(verdicts, [wanted], "seed {seed}, step {step}: {record:?}");
            assert!(outcome.sound && outcome.money.balanced, "seed {seed}, step {step}: {record:?}");
            assert!(exchange.audit_money(), "seed {seed}, step {step}: {record:?}");
            for (account, row) in &model.rows {
                let (cash, offered) = model.reserved(*account);
                let purse = exchange.accounts().purse(*account);
                assert_eq!(
                    (purse.free, purse.reserved),
                    (row.cash - cash, cash),
                    "seed {seed}, step {step}: {account}"
                );
                let holding = exchange.stock(GOOG).unwrap().holding(*account, &opening());
                let has = [holding.free, holding.reserved].map(i128::from);
                assert_eq!(has, [row.lots - offered, offered], "seed {seed}, step {step}: {account}");
                assert_eq!((holding.cost, holding.realised), (row.cost, row.realised), "seed {seed}, step {step}");
            }
            if let OrderStatus::Rejected(why) = wanted.status {
                seen.insert(format!("{why:?}"));
            }
        }
    }
    for why in ["InsufficientFunds", "InsufficientLots", "NotFillable", "SelfTrade", "UnknownOrder"] {
        assert!(seen.contains(why), "never met {why}: {seen:?}");
    }
}

#[test]
fn a_missed_change_shows_in_the_version_and_without_it_only_in_the_chain() {
    let sell = Command::place(GOOG, Side::Sell, OrderType::Limit(Price(100)), Quantity(5));
    let buy = Command::place(GOOG, Side::Buy, OrderType::Limit(Price(100)), Quantity(5));
    let batch = |client: u32, command| {
        Batch::new(vec![Record { id: ClientId(client).request(Sequence(1)), floor: Sequence(1), command }])
    };
    let (mut whole, mut gappy) = (Exchange::new([GOOG]), Exchange::new([GOOG]));
    whole.apply(&batch(1, sell), &mut Vec::new());
    assert_eq!((whole.version().0, gappy.version().0), (1, 0), "the next change is number 2: it does not follow");
    whole.apply(&batch(2, buy), &mut Vec::new());
    let blind = gappy.apply(&batch(2, buy), &mut Vec::new());
    assert!(blind.sound && blind.money.balanced, "a state with a gap looks well by itself");
    assert_ne!(whole.chain(), gappy.chain(), "and is another state: the lamp of the chain goes red");
}
