//! Stories of the book and of the sessions, as golden scripts: read them in `tests/scripts/{book,sessions}`.
//! After a change that is meant: `UPDATE_GOLDENFILES=1 cargo test --test book_stories`, then read the diff.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use chaosdesk::domain::ids::{AccountId, ClientId, RequestId, Sequence, SymbolId};
use chaosdesk::domain::order::{
    Batch, Command as Ask, OrderStatus, OrderType, Record, SelfTrade, Side, TimeInForce, Verdict,
};
use chaosdesk::domain::units::{Price, Quantity};
use chaosdesk::market::book::{Book, BookEvent, BookRules, Incoming, QUANTITY_MAX, RESTING_MAX};
use chaosdesk::market::exchange::Exchange;
use chaosdesk::market::ladder::PRICE_MAX;
use chaosdesk::market::sessions::KEPT_MAX;
use goldenscript::{Command, Runner};

/// A number, or the name of a bound.
fn number(text: &str) -> Result<i64, Box<dyn Error>> {
    Ok(match text {
        "PRICE_MAX" => i64::from(PRICE_MAX),
        "BEYOND_PRICE_MAX" => i64::from(PRICE_MAX) + 1,
        "QUANTITY_MAX" => QUANTITY_MAX.0 as i64,
        "BEYOND_QUANTITY_MAX" => QUANTITY_MAX.0 as i64 + 1,
        "RESTING_MAX" => i64::from(RESTING_MAX),
        "KEPT_MAX" => KEPT_MAX as i64,
        _ => text.parse()?,
    })
}

/// The arguments that orders share: `[price=]`, without which it is a market order, `qty=`, `[wait=none|all]` and
/// `[owner=]`, who is the session's own account if nobody is named.
fn order(command: &Command, client: u32) -> Result<Incoming, Box<dyn Error>> {
    let mut args = command.consume_args();
    let at = number(&args.next_pos().ok_or("which order?")?.value)?;
    let quantity = args.lookup("qty").map_or(Ok(1), |arg| number(&arg.value))?;
    let order_type = match args.lookup("price") {
        Some(price) => OrderType::Limit(Price(number(&price.value)?)),
        None => OrderType::Market,
    };
    let side = if command.name == "buy" { Side::Buy } else { Side::Sell };
    let id = ClientId(client).request(Sequence(at as u64));
    let mut order = Incoming::good_till_cancel(id, side, order_type, Quantity(quantity as u64));
    order.time_in_force = match args.lookup("wait").map(|arg| arg.value.as_str()) {
        None => TimeInForce::GoodTillCancel,
        Some("none") => TimeInForce::ImmediateOrCancel,
        Some("all") => TimeInForce::FillOrKill,
        Some(other) => return Err(format!("wait={other}?").into()),
    };
    order.owner = args.lookup_parse("owner")?.map_or(order.owner, AccountId);
    Ok(order)
}

fn tell(name: u64, verdict: Verdict) -> String {
    let Verdict { status, filled, resting } = verdict;
    match status {
        OrderStatus::Rejected(why) => format!("refused {name} {why:?}\n"),
        OrderStatus::Stopped(why) => format!("{name} stopped by {why:?} filled={}\n", filled.0),
        status => format!("{name} {status:?} filled={} resting={}\n", filled.0, resting.0),
    }
}

fn show(event: &BookEvent) -> String {
    match event {
        BookEvent::Fill(fill) => {
            let (maker, taker) = (fill.maker.sequence.0, fill.taker.sequence.0);
            format!("fill maker={maker} taker={taker} qty={} price={}\n", fill.quantity.0, fill.price.0)
        }
        BookEvent::Stopped(stopped) => {
            let (id, quantity, left) = (stopped.id.sequence.0, stopped.quantity.0, stopped.left.0);
            format!("own order {id} loses qty={quantity}, left={left}\n")
        }
        BookEvent::Returns(_) | BookEvent::Rests(_) => unreachable!("stories hold nothing for legs"),
    }
}

/// In stories of the book every order belongs to an account of its own, unless it says `owner=`.
#[derive(Default)]
struct BookStory {
    book: Book,
}

impl BookStory {
    /// Commands that change the book; `None` for any other.
    fn act(&mut self, command: &Command) -> Result<Option<String>, Box<dyn Error>> {
        let mut out = String::new();
        match command.name.as_str() {
            // What happens where an account would trade with itself; the book begins again.
            "self-trade" => {
                let self_trade = match command.args[0].value.as_str() {
                    "allow" => SelfTrade::Allow,
                    "cancel-incoming" => SelfTrade::CancelIncoming,
                    "cancel-resting" => SelfTrade::CancelResting,
                    "cancel-both" => SelfTrade::CancelBoth,
                    "decrement" => SelfTrade::Decrement,
                    other => return Err(format!("no such rule: {other}").into()),
                };
                self.book = Book::new(BookRules { self_trade, ..BookRules::default() });
            }
            "buy" | "sell" => {
                let mut incoming = order(command, 1)?;
                if command.consume_args().lookup("owner").is_none() {
                    incoming.owner = AccountId(1_000 + incoming.id.sequence.0 as u32);
                }
                let verdict = self.book.place(&incoming, |event| out += &show(event));
                match verdict.status {
                    OrderStatus::Pending | OrderStatus::PartiallyFilled | OrderStatus::Filled => {}
                    _ => out += &tell(incoming.id.sequence.0, verdict),
                }
            }
            "replace" => {
                let mut args = command.consume_args();
                let (at, id) = named(command)?;
                let price = Price(number(&args.lookup("price").ok_or("to which price?")?.value)?);
                let quantity = Quantity(number(&args.lookup("qty").ok_or("to which quantity?")?.value)? as u64);
                let verdict = self.book.replace(id, price, quantity, |event| out += &show(event));
                out += &verdict.map_or(format!("{at} does not rest\n"), |verdict| tell(at, verdict));
            }
            "cancel" => {
                let (at, id) = named(command)?;
                out = self.book.cancel(id).map_or(format!("{at} does not rest\n"), |verdict| tell(at, verdict));
            }
            // Orders 1000001 and on, one lot each, one tick lower each: `ladder 5 price=100`.
            "ladder" => {
                let mut args = command.consume_args();
                let count = number(&args.next_pos().ok_or("how many?")?.value)?;
                let price = number(&args.lookup("price").ok_or("from which price?")?.value)?;
                for at in 0..count {
                    let id = ClientId(1).request(Sequence(1_000_001 + at as u64));
                    let order_type = OrderType::Limit(Price(price - at));
                    let order = Incoming::good_till_cancel(id, Side::Buy, order_type, Quantity(1));
                    assert_eq!(self.book.place(&order, |_| {}).status, OrderStatus::Pending);
                }
                writeln!(out, "{} orders rest", self.book.resting())?;
            }
            _ => return Ok(None),
        }
        Ok(Some(out))
    }

    /// Commands that look at it.
    fn look(&self, command: &Command) -> Result<String, Box<dyn Error>> {
        let mut out = String::new();
        let sides = [("bid", Side::Buy), ("ask", Side::Sell)];
        match command.name.as_str() {
            "status" => {
                let (at, id) = named(command)?;
                out = self.book.status(id).map_or(format!("{at} does not rest\n"), |verdict| tell(at, verdict));
            }
            "depth" => {
                for (name, side) in sides {
                    for level in self.book.depth(side).take(8) {
                        writeln!(out, "{name} {}×{} orders={}", level.price.0, level.quantity.0, level.orders)?;
                    }
                }
            }
            // The queues, in the order in which they would trade.
            "queue" => {
                for (name, side) in sides {
                    for (price, order) in self.book.orders(side) {
                        writeln!(out, "{name} {} order={} left={}", price.0, order.id().sequence.0, order.left)?;
                    }
                }
            }
            "tape" => {
                for trade in self.book.tape().latest() {
                    writeln!(out, "{}×{} {:?}", trade.price.0, trade.quantity.0, trade.side)?;
                }
                writeln!(out, "{} trades in all", self.book.tape().count())?;
            }
            "last" => match self.book.last_trade() {
                Some(trade) => writeln!(out, "last {}×{} {:?}", trade.price.0, trade.quantity.0, trade.side)?,
                None => writeln!(out, "no trade yet")?,
            },
            name => return Err(format!("no such command: {name}").into()),
        }
        Ok(out)
    }
}

/// The order that a command names first.
fn named(command: &Command) -> Result<(u64, RequestId), Box<dyn Error>> {
    let at = number(&command.consume_args().next_pos().ok_or("which order?")?.value)? as u64;
    Ok((at, ClientId(1).request(Sequence(at))))
}

impl Runner for BookStory {
    fn start_script(&mut self) -> Result<(), Box<dyn Error>> {
        self.book = Book::default();
        Ok(())
    }

    fn run(&mut self, command: &Command) -> Result<String, Box<dyn Error>> {
        let out = match self.act(command)? {
            Some(out) => out,
            None => self.look(command)?,
        };
        assert!(self.book.is_sound() && self.book.audit(), "after line {}: {:?}", command.line_number, self.book);
        Ok(out)
    }

    fn end_block(&mut self) -> Result<String, Box<dyn Error>> {
        let show = |side| match self.book.depth(side).next() {
            Some(level) => format!("{}×{}", level.price.0, level.quantity.0),
            None => "none".to_owned(),
        };
        Ok(format!("book bid={} ask={}\n", show(Side::Buy), show(Side::Sell)))
    }
}

/// Requests through a whole exchange that owns BTCUSD and EURUSD: `buy 3 qty=1 price=5 client=2 floor=1 symbol=GOOG`.
struct SessionStory(Exchange);

const OWNED: [SymbolId; 2] = [SymbolId(0), SymbolId(3)];

impl SessionStory {
    /// Buy orders `from` to `to`, one lot each at price 1.
    fn many(&mut self, command: &Command, client: u32, floor: Sequence) -> Result<String, Box<dyn Error>> {
        let mut args = command.consume_args();
        let (from, to): (u64, u64) = (args.next_pos().unwrap().parse()?, args.next_pos().unwrap().parse()?);
        let place = Ask::place(OWNED[0], Side::Buy, OrderType::Limit(Price(1)), Quantity(1));
        let records =
            (from..=to).map(|at| Record { id: ClientId(client).request(Sequence(at)), floor, command: place });
        let mut verdicts = Vec::new();
        let outcome = self.0.apply(&Batch::new(records.collect::<Vec<_>>()), &mut verdicts);
        let executed = (0..verdicts.len()).filter(|at| outcome.executed.at(*at)).count();
        Ok(format!("{executed} of {} executed\n", verdicts.len()))
    }
}

impl Runner for SessionStory {
    fn start_script(&mut self) -> Result<(), Box<dyn Error>> {
        self.0 = Exchange::new(OWNED);
        Ok(())
    }

    fn run(&mut self, command: &Command) -> Result<String, Box<dyn Error>> {
        let mut args = command.consume_args();
        let client = args.lookup_parse("client")?.unwrap_or(1);
        let floor = Sequence(args.lookup_parse("floor")?.unwrap_or(1));
        let symbol = match args.lookup("symbol") {
            Some(arg) => SymbolId::named(&arg.value).unwrap_or(SymbolId(u16::MAX)),
            None => OWNED[0],
        };
        let (id, ask) = match command.name.as_str() {
            "buy" | "sell" => {
                let Incoming { id, side, order_type, quantity, time_in_force, .. } = order(command, client)?;
                (id, Ask::Place { symbol, side, order_type, quantity, time_in_force, venue: None })
            }
            "replace" => {
                let at = number(&args.next_pos().ok_or("which request?")?.value)? as u64;
                let order = Sequence(args.lookup_parse("order")?.ok_or("which order?")?);
                let price = Price(args.lookup_parse("price")?.ok_or("to which price?")?);
                let quantity = Quantity(args.lookup_parse("qty")?.ok_or("to which quantity?")?);
                (ClientId(client).request(Sequence(at)), Ask::Replace { symbol, order, price, quantity })
            }
            "cancel" => {
                let at = number(&args.next_pos().ok_or("which request?")?.value)? as u64;
                let order = Sequence(args.lookup_parse("order")?.ok_or("which order?")?);
                (ClientId(client).request(Sequence(at)), Ask::Cancel { symbol, order })
            }
            "query" => {
                let at = number(&args.next_pos().ok_or("which order?")?.value)? as u64;
                return Ok(match self.0.query(ClientId(client).request(Sequence(at)), symbol) {
                    Some(verdict) => tell(at, verdict),
                    None => format!("{at} is not known\n"),
                });
            }
            "many" => return self.many(command, client, floor),
            name => return Err(format!("no such command: {name}").into()),
        };
        let mut verdicts = Vec::new();
        let outcome = self.0.apply(&Batch::new([Record { id, floor, command: ask }]), &mut verdicts);
        assert!(outcome.sound, "after line {}", command.line_number);
        let mut out = tell(id.sequence.0, verdicts[0]);
        if !outcome.executed.at(0) {
            out.insert_str(out.len() - 1, ", not executed");
        }
        Ok(out)
    }
}

fn tell_all(area: &str, runner: &mut impl Runner) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts").join(area);
    let mut stories: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    stories.sort();
    assert!(!stories.is_empty(), "there are stories to tell");
    for story in stories {
        goldenscript::run(runner, &story).unwrap_or_else(|error| panic!("{}: {error}", story.display()));
    }
}

#[test]
fn the_book_tells_its_stories() {
    tell_all("book", &mut BookStory::default());
}

#[test]
fn the_sessions_tell_their_stories() {
    tell_all("sessions", &mut SessionStory(Exchange::new(OWNED)));
}
