//! `chaosdesk match`: one book over a file of orders, so that anyone can check our matching with another engine.
//!
//! Idea: lines in, trades out, nothing else on the standard output. The file streams through: what it takes in memory is
//! what rests in the book. The counts go to the error
//! stream. What became of each line (refused, cancelled, stopped) is written where `--verdicts` says; there a resting order that self-trade prevention took lots from has a row of its own,
//! under the line of the order that it met (`met`).
//! Shape: `document::order_csv` reads a line, a desk does what it asks, a pen writes what came of it.
//! Errors: what is wrong with a line by itself ends the run, with the line, what was found and what is allowed: exit code
//! 2. The trades of the lines before it are written, the line does nothing. What the book refuses (a fill-or-kill that
//! cannot be filled, a cancel that comes too late) is no error of the file, and is counted.
//! Bound: [`RESTING_MAX`] orders in the book, [`LINE_BYTES_MAX`] in a line; owners as many as the file names.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::Path;

use crate::document::csv;
use crate::document::decimal::Grid;
use crate::document::order_csv::{self, OrderCsv, OrderLine};
use crate::document::problem::{Complaint, not_utf8};
use crate::domain::ids::{AccountId, ClientId, RequestId, Sequence};
use crate::domain::order::{OrderStatus, Side, Verdict};
use crate::domain::why::Why;
use crate::market::book::{Book, BookEvent, BookRules, Fill, Incoming, QUANTITY_MAX};
use crate::market::ladder::PRICE_MAX;

use super::args::MatchFlags;
use super::exit::{Exit, Trouble};
use super::input;
use super::output::{Input, Output, Over, Sink};

/// The most orders that rest: far beyond any real book.
pub const RESTING_MAX: u32 = 1 << 24;
/// The most bytes in a line.
pub const LINE_BYTES_MAX: u64 = 4_096;
const BUFFER_BYTES: usize = 1 << 16;

const TRADES_HEADER: &str = "trade,maker_order_id,taker_order_id,price,quantity,taker_side";
const VERDICTS_HEADER: &str = "line,action,order_id,status,why,filled,resting";

/// Does what `match` asks for.
///
/// # Errors
/// A flag or a line is wrong, or a file cannot be read or written.
pub fn run(flags: &MatchFlags, out: &mut dyn Write, err: &mut dyn Write) -> Result<Exit, Trouble> {
    let file = flags.file.as_deref().filter(|file| !input::is_standard(file));
    let name = input::name_of(file.unwrap_or_else(|| Path::new("-")));
    let mut desk = Desk::new(flags)?;
    let lines: Box<dyn BufRead> = match file {
        None => Box::new(BufReader::with_capacity(BUFFER_BYTES, io::stdin().lock())),
        Some(path) => {
            let cannot = |error| Trouble::Usage(format!("cannot read {name}: {error}"));
            Box::new(BufReader::with_capacity(BUFFER_BYTES, input::open(path).map_err(cannot)?))
        }
    };
    let orders = Input::new("the file of the orders", flags.file.as_deref().unwrap_or_else(|| Path::new("-")));
    if orders.is_standard_output() {
        return Err(Trouble::Usage(format!(
            "{name} is the standard output too: trades would be written into the orders"
        )));
    }
    let table = match flags.verdicts.as_deref() {
        Some(path) if input::is_standard(path) => Table::Verdicts,
        _ => Table::Trades,
    };
    let verdicts = flags.verdicts.as_deref().filter(|path| !input::is_standard(path));
    let verdicts = verdicts.map(|path| self::verdicts(path, flags, orders)).transpose()?;
    let mut pen = Pen {
        out: BufWriter::with_capacity(BUFFER_BYTES, out),
        table,
        verdicts: verdicts.map(|file| BufWriter::with_capacity(BUFFER_BYTES, file)),
        failed: None,
        count: 0,
    };
    let ended = desk.all(lines, &name, &mut pen);
    // The trades before a wrong line are good, and stay.
    let flushed = pen.flush().map_err(Halt::Output);
    match ended.and(flushed) {
        Ok(()) => {
            let (orders, trades, refused, rest) = (desk.orders, pen.count, desk.refused, desk.book.resting());
            // Nobody is left to tell if the error stream is closed.
            let _ = writeln!(err, "{orders} orders: {trades} trades, {refused} refused, {rest} rest");
        }
        // `chaosdesk match big.csv | head` has seen enough.
        Err(Halt::Output(error)) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(Halt::Output(error)) => return Err(Trouble::Running(format!("cannot write: {error}"))),
        Err(Halt::Input(error)) => return Err(Trouble::Usage(format!("cannot read {name}: {error}"))),
        Err(Halt::Line(problem)) => return Err(Trouble::Usage(problem)),
    }
    match (pen.failed, &flags.verdicts) {
        (Some(error), Some(path)) => Err(Trouble::Running(format!("cannot write {}: {error}", path.display()))),
        _ => Ok(Exit::Well),
    }
}

/// The file of the verdicts, which must not be the one of the orders.
fn verdicts(path: &Path, flags: &MatchFlags, orders: Input) -> Result<Sink, Trouble> {
    let over = Over::Own(|head| head.starts_with(VERDICTS_HEADER)).or_forced(flags.force);
    let output = Output::open("--verdicts", path, &[orders], over)?;
    output.begin().map_err(|error| Trouble::Running(format!("cannot write {}: {error}", path.display())))
}

/// Why it did not get to the end.
#[derive(Debug)]
enum Halt {
    Line(String),
    Input(io::Error),
    Output(io::Error),
}

/// What a line came to.
struct Done {
    action: &'static str,
    order: u64,
    verdict: Verdict,
}

/// The book and who trades in it.
struct Desk {
    book: Book,
    csv: OrderCsv,
    owners: BTreeMap<Box<str>, AccountId>,
    /// What the order at hand did to others.
    events: Vec<BookEvent>,
    line: usize,
    /// A line that said something was read.
    begun: bool,
    orders: u64,
    refused: u64,
}

impl Desk {
    fn new(flags: &MatchFlags) -> Result<Self, Trouble> {
        let grid = |flag: &str, step: &str, units_max| {
            let wrong =
                || Trouble::Usage(format!("--{flag} `{step}` is no step\n  = allowed: a decimal above 0: 0.01"));
            Grid::new(step, units_max).ok_or_else(wrong)
        };
        let tick = grid("tick", &flags.tick, u64::from(PRICE_MAX))?;
        let lot = grid("lot", &flags.lot, QUANTITY_MAX.0)?;
        Ok(Self {
            book: Book::new(BookRules { self_trade: flags.self_trade, resting_max: RESTING_MAX }),
            csv: OrderCsv { tick, lot },
            owners: BTreeMap::new(),
            events: Vec::new(),
            line: 0,
            begun: false,
            orders: 0,
            refused: 0,
        })
    }

    /// Reads to the end, or to the first line that is wrong.
    fn all(&mut self, mut input: impl BufRead, name: &str, pen: &mut Pen<impl Write>) -> Result<(), Halt> {
        pen.begin().map_err(Halt::Output)?;
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let read = input.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes).map_err(Halt::Input)?;
            if read == 0 {
                return Ok(());
            }
            self.line += 1;
            let (lossy, strange) = match std::str::from_utf8(&bytes) {
                Ok(text) => (Cow::Borrowed(text), None),
                Err(error) => (String::from_utf8_lossy(&bytes), Some(not_utf8(&bytes, error.valid_up_to()))),
            };
            let text = lossy.as_ref();
            let text = if self.line == 1 { text.trim_start_matches('\u{feff}') } else { text };
            let line = text.trim_end_matches(['\n', '\r']);
            let done = if let Some(strange) = strange {
                Err(strange)
            } else if read as u64 == LINE_BYTES_MAX && line.len() == text.len() {
                Err(Complaint::new(0..0, "the line is too long").allow(format!("{LINE_BYTES_MAX} bytes at most")))
            } else {
                self.take(line)
            };
            let wrong = |complaint: Complaint| Halt::Line(complaint.in_line(name, self.line, line).to_string());
            if let Some(done) = done.map_err(wrong)? {
                pen.write(self, &done).map_err(Halt::Output)?;
            }
        }
    }

    /// Does what a line asks for; nothing for one that is blank.
    fn take(&mut self, line: &str) -> Result<Option<Done>, Complaint> {
        // The first line that says anything may name the columns.
        if !self.begun && !csv::is_empty(line) {
            self.begun = true;
            if order_csv::is_header(line)? {
                return Ok(None);
            }
        }
        let Some(asked) = self.csv.read(line)? else { return Ok(None) };
        self.events.clear();
        let events = &mut self.events;
        let (action, order, verdict) = match asked {
            OrderLine::New { order, owner, side, order_type, time_in_force, quantity } => {
                let id = name_of(order);
                if self.book.status(id).is_some() {
                    let complaint = Complaint::new(0..line.len(), format!("order {order} rests in the book already"));
                    return Err(complaint.allow("the id of no order that rests"));
                }
                let owner = account(&mut self.owners, owner);
                let incoming = Incoming { id, owner, side, order_type, quantity, time_in_force };
                ("new", order, Some(self.book.place(&incoming, |event| events.push(*event))))
            }
            OrderLine::Cancel { order, owner } => {
                let own = owns(&self.book, &self.owners, order, owner);
                ("cancel", order, own.then(|| self.book.cancel(name_of(order))).flatten())
            }
            OrderLine::Replace { order, owner, price, quantity } => {
                let own = owns(&self.book, &self.owners, order, owner);
                let mut replace = || self.book.replace(name_of(order), price, quantity, |event| events.push(*event));
                ("replace", order, own.then(&mut replace).flatten())
            }
        };
        let verdict = verdict.unwrap_or(Verdict::rejected(Why::UnknownOrder));
        self.orders += 1;
        self.refused += u64::from(matches!(verdict.status, OrderStatus::Rejected(_)));
        Ok(Some(Done { action, order, verdict }))
    }
}

/// Orders of a file are named by their numbers alone.
const fn name_of(order: u64) -> RequestId {
    ClientId(0).request(Sequence(order))
}

/// The account of an owner; the first time that it is named it gets the next number.
fn account(owners: &mut BTreeMap<Box<str>, AccountId>, owner: &str) -> AccountId {
    if let Some(account) = owners.get(owner) {
        return *account;
    }
    let account = AccountId(owners.len() as u32);
    owners.insert(owner.into(), account);
    account
}

/// Whether a line that names an owner names the order's own.
fn owns(book: &Book, owners: &BTreeMap<Box<str>, AccountId>, order: u64, owner: Option<&str>) -> bool {
    owner.is_none_or(|owner| owners.get(owner).copied() == book.owner(name_of(order)))
}

/// What the standard output gets: one stream holds one table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Table {
    Trades,
    Verdicts,
}

/// Writes trades, and verdicts if they are wanted. A file of verdicts that fails ends nothing: the trades go on.
struct Pen<W: Write> {
    out: W,
    /// What goes there.
    table: Table,
    verdicts: Option<BufWriter<Sink>>,
    /// Why the file of the verdicts is not whole.
    failed: Option<io::Error>,
    count: u64,
}

impl<W: Write> Pen<W> {
    fn begin(&mut self) -> io::Result<()> {
        let header = if self.table == Table::Trades { TRADES_HEADER } else { VERDICTS_HEADER };
        writeln!(self.out, "{header}")?;
        self.note(|verdicts| writeln!(verdicts, "{VERDICTS_HEADER}"));
        Ok(())
    }

    fn write(&mut self, desk: &Desk, done: &Done) -> io::Result<()> {
        for event in &desk.events {
            match event {
                BookEvent::Fill(fill) => self.trade(&desk.csv, fill)?,
                BookEvent::Stopped(stopped) => {
                    let status = if stopped.left.is_zero() {
                        OrderStatus::Stopped(Why::SelfTrade)
                    } else {
                        OrderStatus::PartiallyFilled
                    };
                    let verdict = Verdict { status, filled: stopped.filled, resting: stopped.left };
                    let done = Done { action: "met", order: stopped.id.sequence.0, verdict };
                    self.verdict(desk, &done)?;
                }
                // Nothing is ever held in a book of its own.
                BookEvent::Returns(_) | BookEvent::Rests(_) => {}
            }
        }
        self.verdict(desk, done)
    }

    fn trade(&mut self, csv: &OrderCsv, fill: &Fill) -> io::Result<()> {
        self.count += 1;
        if self.table == Table::Verdicts {
            return Ok(());
        }
        let (maker, taker) = (fill.maker.sequence.0, fill.taker.sequence.0);
        let (price, quantity) = (csv.tick.show(fill.price.0 as u64), csv.lot.show(fill.quantity.0));
        let side = match fill.side {
            Side::Buy => "buy",
            Side::Sell => "sell",
        };
        writeln!(self.out, "{},{maker},{taker},{price},{quantity},{side}", self.count)
    }

    fn verdict(&mut self, desk: &Desk, done: &Done) -> io::Result<()> {
        let Done { action, order, verdict } = done;
        let (status, why) = match verdict.status {
            OrderStatus::AwaitsCash => ("pending", None),
            OrderStatus::Pending | OrderStatus::PartiallyFilled => ("rests", None),
            OrderStatus::Filled => ("filled", None),
            OrderStatus::Cancelled => ("cancelled", None),
            OrderStatus::Rejected(why) => ("refused", Some(why)),
            OrderStatus::Stopped(why) => ("stopped", Some(why)),
        };
        let why = why.map_or_else(String::new, |why| format!("{why:?}"));
        let (filled, resting) = (desk.csv.lot.show(verdict.filled.0), desk.csv.lot.show(verdict.resting.0));
        let row =
            |out: &mut dyn Write| writeln!(out, "{},{action},{order},{status},{why},{filled},{resting}", desk.line);
        if self.table == Table::Verdicts {
            return row(&mut self.out);
        }
        self.note(|verdicts| row(verdicts));
        Ok(())
    }

    /// Writes into the file of the verdicts, until it fails.
    fn note(&mut self, write: impl FnOnce(&mut BufWriter<Sink>) -> io::Result<()>) {
        if let Some(error) = self.verdicts.as_mut().and_then(|verdicts| write(verdicts).err()) {
            // What is still in its buffer would fail again.
            self.verdicts.take().map(BufWriter::into_parts);
            self.failed = Some(error);
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.note(Write::flush);
        self.out.flush()
    }
}
