//! The history of clients as JSON lines: what each asked and what it was told, for checkers that know nothing of the desk.
//!
//! Idea: the form is that of Jepsen's histories, of which a checker needs only what clients saw: `process` did `f` on `key`;
//! it began (`invoke`), and it was done (`ok`), surely not done (`fail`), or nobody knows (`info`).
//! Units: `time_ns` is the time of the run in ns; lots; prices as people write them, in text, so that no digit is lost.
//! Bound: [`OPEN_MAX`] operations without an end are remembered; one more forgets another, whose end is left out.
//! Errors: the first write that fails ends the writing, not the run.
//! Sources: the format of operations in Jepsen (jepsen.history); Herlihy & Wing 1990, section 2 (histories).

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::domain::fact::ClientFact;
use crate::domain::history::HistoryEntry;
use crate::domain::ids::{RequestId, SymbolId};
use crate::domain::order::{Command, OrderStatus, OrderType, Record, Reply, Verdict};
use crate::domain::time::SimTime;
use crate::domain::units::Price;
use crate::domain::why::Why;
use crate::domain::work::Leg;

/// Operations without an end that are remembered.
pub const OPEN_MAX: usize = 1 << 20;

/// Writes a history.
#[derive(Debug)]
pub struct HistoryWriter<W> {
    out: W,
    open: BTreeMap<RequestId, Operation>,
    forgotten: u64,
    failed: Option<io::Error>,
}

/// What an operation is.
#[derive(Clone, Copy, Debug)]
struct Operation {
    f: &'static str,
    symbol: SymbolId,
    /// It was refused or given up; it may still be asked again, or answered.
    ended: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    process: u32,
    #[serde(rename = "type")]
    phase: &'static str,
    f: &'static str,
    key: &'static str,
    value: Value<'a>,
    time_ns: u64,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<Read>,
}

/// Where a query was answered, and whether it may be out of date.
#[derive(Serialize)]
struct Read {
    by: String,
    current: bool,
    behind: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Order { side: &'static str, lots: u64, price: Option<String> },
    Change { order: u64, lots: u64, price: String },
    Of { order: u64 },
    Spread { legs: Vec<(&'static str, &'static str, u64)> },
    Promised { group: String, term: u64, index: u64 },
    Stands { status: &'static str, filled: u64, resting: u64 },
    Refused { why: &'a str },
    Nothing(Option<()>),
}

impl<W: Write> HistoryWriter<W> {
    /// A history that begins here.
    pub const fn new(out: W) -> Self {
        Self { out, open: BTreeMap::new(), forgotten: 0, failed: None }
    }

    /// Writes what happened, in order.
    pub fn append(&mut self, entries: &[HistoryEntry]) {
        for HistoryEntry { at, fact } in entries {
            match fact {
                ClientFact::Submitted(batch) => batch.records().iter().for_each(|record| self.invoke(*at, record)),
                ClientFact::Retried(batch) => batch.records().iter().for_each(|record| self.retry(*at, record)),
                ClientFact::GaveUp(batch) => batch.records().iter().for_each(|record| self.give_up(*at, record.id)),
                ClientFact::Answered(answers) => {
                    for (answer, _) in answers.iter() {
                        self.answer(*at, answer.id, answer.reply);
                    }
                }
            }
        }
    }

    /// What was written, to the last byte; how many operations were forgotten.
    ///
    /// # Errors
    /// The first write that failed.
    pub fn finish(mut self) -> io::Result<u64> {
        self.failed.map_or_else(|| self.out.flush(), Err)?;
        Ok(self.forgotten)
    }

    fn invoke(&mut self, at: SimTime, record: &Record) {
        let operation = Operation { f: function(&record.command), symbol: record.command.symbol(), ended: false };
        if self.open.len() == OPEN_MAX {
            self.open.pop_first();
            self.forgotten += 1;
        }
        self.open.insert(record.id, operation);
        self.put(at, record.id, operation, ("invoke", asked(&record.command), None));
    }

    /// What is asked again after it was refused is a new operation of the same id; before, it is the same.
    fn retry(&mut self, at: SimTime, record: &Record) {
        if self.open.get(&record.id).is_none_or(|known| known.ended) {
            self.invoke(at, record);
        }
    }

    fn give_up(&mut self, at: SimTime, id: RequestId) {
        self.end(at, id, "info", Value::Nothing(None), true);
    }

    fn answer(&mut self, at: SimTime, id: RequestId, reply: Reply) {
        match reply {
            Reply::Accepted(promise) => {
                let (group, term, index) = (promise.group.to_string(), promise.term.0, promise.index.0);
                self.end(at, id, "ok", Value::Promised { group, term, index }, false);
            }
            Reply::Verdict(_, Verdict { status: OrderStatus::Rejected(why), .. }) => {
                self.end(at, id, "fail", Value::Refused { why: why.name() }, false);
            }
            Reply::Verdict(_, verdict) => self.end(at, id, "ok", stands(verdict), false),
            Reply::Reading(reading) => {
                let value = reading.order.map_or(Value::Nothing(None), stands);
                let read = Read { by: reading.by.to_string(), current: reading.current, behind: reading.behind };
                self.end_read(at, id, "ok", value, (Some(read), false));
            }
            Reply::Refused(why) => {
                let phase = if why == Why::LeaderLost { "info" } else { "fail" };
                self.end(at, id, phase, Value::Refused { why: why.name() }, true);
            }
            // Nobody asked.
            Reply::Notice(_) => {}
        }
    }

    /// An operation ends; one that was refused or given up is kept, for it may be asked again, or answered after all.
    fn end(&mut self, at: SimTime, id: RequestId, phase: &'static str, value: Value<'_>, kept: bool) {
        self.end_read(at, id, phase, value, (None, kept));
    }

    fn end_read(
        &mut self,
        at: SimTime,
        id: RequestId,
        phase: &'static str,
        value: Value<'_>,
        (read, kept): (Option<Read>, bool),
    ) {
        // An order that was promised first is told its verdict too: it has had its end.
        let Some(operation) = self.open.get_mut(&id) else { return };
        operation.ended = true;
        let operation = *operation;
        if !kept {
            self.open.remove(&id);
        }
        self.put(at, id, operation, (phase, value, read));
    }

    fn put(
        &mut self,
        at: SimTime,
        id: RequestId,
        operation: Operation,
        (phase, value, read): (&'static str, Value<'_>, Option<Read>),
    ) {
        if self.failed.is_some() {
            return;
        }
        let (process, name) = (id.client.0, id.to_string());
        let Operation { f, symbol, .. } = operation;
        let line = Line { process, phase, f, key: symbol.name(), value, time_ns: at.0, id: &name, read };
        let written = serde_json::to_writer(&mut self.out, &line).map_err(io::Error::from);
        self.failed = written.and_then(|()| self.out.write_all(b"\n")).err();
    }
}

const fn function(command: &Command) -> &'static str {
    match command {
        Command::Place { .. } => "place",
        Command::Replace { .. } => "amend",
        Command::Spread { .. } => "spread",
        Command::Cancel { .. } => "cancel",
        Command::Query { .. } => "query",
    }
}

fn asked(command: &Command) -> Value<'static> {
    let shown = |symbol: SymbolId, price: Price| {
        symbol.instrument().map_or_else(|| price.0.to_string(), |instrument| instrument.show_price(price))
    };
    match *command {
        Command::Place { symbol, side, order_type, quantity, .. } => {
            let price = match order_type {
                OrderType::Limit(limit) => Some(shown(symbol, limit)),
                OrderType::Market => None,
            };
            Value::Order { side: side.into(), lots: quantity.0, price }
        }
        Command::Replace { symbol, order, price, quantity } => {
            Value::Change { order: order.0, lots: quantity.0, price: shown(symbol, price) }
        }
        Command::Spread { legs } => {
            let leg = |leg: &Leg| (leg.side().into(), leg.symbol().name(), leg.quantity().0);
            Value::Spread { legs: legs.iter().map(leg).collect() }
        }
        Command::Cancel { order, .. } | Command::Query { order, .. } => Value::Of { order: order.0 },
    }
}

const fn stands(verdict: Verdict) -> Value<'static> {
    let status = match verdict.status {
        OrderStatus::AwaitsCash => "pending",
        OrderStatus::Pending => "resting",
        OrderStatus::PartiallyFilled => "partly-filled",
        OrderStatus::Filled => "filled",
        OrderStatus::Cancelled => "cancelled",
        OrderStatus::Rejected(_) => "rejected",
        OrderStatus::Stopped(_) => "stopped",
    };
    Value::Stands { status, filled: verdict.filled.0, resting: verdict.resting.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClientId, GroupId, LogIndex, NodeId, Sequence, Term};
    use crate::domain::order::{Answer, Batch, Promise, Reading, Side};
    use crate::domain::time::SimDuration;
    use crate::domain::units::Quantity;

    const ID: RequestId = RequestId { client: ClientId(3), sequence: Sequence(7) };
    const PROMISE: Promise = Promise { group: GroupId(1), term: Term(2), index: LogIndex(9) };

    fn order() -> Batch {
        let limit = OrderType::Limit(Price(15_210));
        let command = Command::place(SymbolId::named("ACME").unwrap(), Side::Buy, limit, Quantity(10));
        Batch::new(vec![Record { id: ID, floor: Sequence(1), command }])
    }

    fn answered(reply: Reply) -> ClientFact {
        ClientFact::Answered([(Answer { id: ID, reply }, SimDuration::ZERO)].into())
    }

    fn written(facts: Vec<ClientFact>) -> Vec<String> {
        let mut out = Vec::new();
        let mut writer = HistoryWriter::new(&mut out);
        let entry = |(place, fact)| HistoryEntry { at: SimTime(place as u64), fact };
        writer.append(&facts.into_iter().enumerate().map(entry).collect::<Vec<_>>());
        assert_eq!(writer.finish().unwrap(), 0);
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    fn phases(facts: Vec<ClientFact>) -> Vec<String> {
        let phase = |line: &String| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["type"].as_str().unwrap().to_owned()
        };
        written(facts).iter().map(phase).collect()
    }

    #[test]
    fn a_line_says_who_did_what_and_what_came_of_it() {
        let filled = Verdict { status: OrderStatus::Filled, filled: Quantity(10), resting: Quantity(0) };
        let facts = vec![ClientFact::Submitted(order()), answered(Reply::Verdict(PROMISE, filled))];
        assert_eq!(
            written(facts),
            [
                r#"{"process":3,"type":"invoke","f":"place","key":"ACME","value":{"side":"buy","lots":10,"price":"152.10"},"time_ns":0,"id":"c3/7"}"#,
                r#"{"process":3,"type":"ok","f":"place","key":"ACME","value":{"status":"filled","filled":10,"resting":0},"time_ns":1,"id":"c3/7"}"#,
            ]
        );
    }

    #[test]
    fn a_read_says_who_answered_it_and_whether_it_may_be_out_of_date() {
        let query =
            Record { id: ID, floor: Sequence(1), command: Command::Query { symbol: SymbolId(0), order: Sequence(2) } };
        let reading =
            Reading { group: GroupId(1), by: NodeId(2), index: LogIndex(9), behind: 4, current: false, order: None };
        let facts = vec![ClientFact::Submitted(Batch::new(vec![query])), answered(Reply::Reading(reading))];
        let read = r#""read":{"by":"n2","current":false,"behind":4}}"#;
        assert!(written(facts)[1].ends_with(read), "its end has it, its beginning has not");
        assert!(!written(vec![ClientFact::Submitted(order())])[0].contains("read"));
    }

    #[test]
    fn an_operation_has_one_end_and_what_is_asked_again_after_it_is_another() {
        let (ask, again) = (|| ClientFact::Submitted(order()), || ClientFact::Retried(order()));
        let accepted = || answered(Reply::Accepted(PROMISE));
        let refused = |why| answered(Reply::Refused(why));
        let resting = Verdict { status: OrderStatus::Pending, filled: Quantity(0), resting: Quantity(10) };
        // The verdict comes after the promise, which was the end.
        assert_eq!(phases(vec![ask(), accepted(), answered(Reply::Verdict(PROMISE, resting))]), ["invoke", "ok"]);
        assert_eq!(
            phases(vec![ask(), again(), accepted()]),
            ["invoke", "ok"],
            "a retry in silence is the same operation"
        );
        let twice = vec![ask(), refused(Why::NoLeader), again(), accepted()];
        assert_eq!(phases(twice), ["invoke", "fail", "invoke", "ok"]);
        assert_eq!(phases(vec![ask(), refused(Why::LeaderLost)]), ["invoke", "info"]);
        assert_eq!(phases(vec![ask(), ClientFact::GaveUp(order()), accepted()]), ["invoke", "info", "ok"], "after all");
        let rejected = answered(Reply::Verdict(PROMISE, Verdict::rejected(Why::BadPrice)));
        assert_eq!(phases(vec![ask(), rejected]), ["invoke", "fail"]);
    }
}
