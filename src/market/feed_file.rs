//! Feeds from files: a price series, or orders, as CSV; read line by line, with the wrong line named.
//!
//! Idea: the header says which of two formats it is. `Date,Open,High,Low,Close,Volume` is a series: its closes are mids, and
//! each of its dates is after the one before it: a series that goes back is two files in one, or sorted the other way round.
//! `time,symbol,side,type,price,quantity` are orders to be sent at their times. Reading stops at the first line that is
//! wrong; what came before it is kept and played, so one bad line late in a long file costs only what lies behind it.
//! Units: prices are decimals in dollars, of a series as exact as they stand (up to eighteen places); an order's price must
//! be a whole number of ticks and its quantity of lots. `time` is in milliseconds of the run, with up to six decimals, and
//! never goes back.
//! Shape: [`read`] text in; rows, a digest over the text, and the first mistake out. Opening files is somebody else's; quotes,
//! blanks and comments are `document::csv`'s.
//! Bound: [`ROWS_MAX`] rows, [`TIME_MS_MAX`] of the run; what lies beyond is a mistake like any other.
//! Errors: a `Problem` that shows the line, what was found, what is allowed.

use crate::document::csv::{self, Field};
use crate::document::problem::{Complaint, Problem, clipped, nearest};
use crate::domain::digest::Digest;
use crate::domain::feed::{FeedOrder, FeedRows, PLACES_MAX, PriceSeries};
use crate::domain::ids::SymbolId;
use crate::domain::instrument::{INSTRUMENTS, Instrument};
use crate::domain::order::{OrderType, Side};
use crate::domain::time::SimTime;
use crate::domain::units::{Price, Quantity};

use super::book::QUANTITY_MAX;
use super::feed_date::moment;
use super::ladder::PRICE_MAX;

/// Rows of a file at most.
pub const ROWS_MAX: usize = 10_000_000;
/// The latest time of an order, in milliseconds of the run: a week. What is later is the time of a calendar.
pub const TIME_MS_MAX: u64 = 7 * 24 * 3_600 * 1_000;

/// The header of a series.
pub const SERIES_HEADER: &str = "Date,Open,High,Low,Close,Volume";
/// The header of orders.
pub const ORDERS_HEADER: &str = "time,symbol,side,type,price,quantity";
const COLUMNS: usize = 6;

/// What a file held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedFile {
    /// Its rows, up to the first mistake.
    pub rows: FeedRows,
    /// The digest over the whole text, mistakes and all: a recording holds it, and a replay refuses another file.
    pub digest: Digest,
    /// The first mistake.
    pub error: Option<Box<Problem>>,
}

/// Reads a file for a desk that trades so many instruments; `name` is what messages call it.
///
/// # Errors
/// Nothing of it can be used: the header is missing or of no known format.
pub fn read(name: &str, text: &str, instruments: usize) -> Result<FeedFile, Box<Problem>> {
    let digest = text.bytes().fold(Digest::default(), |digest, byte| digest.mix(u64::from(byte)));
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().map(|line| line.trim_end_matches('\r')).enumerate();
    let mut lines = lines.map(|(place, line)| (place + 1, line)).filter(|(_, line)| !csv::is_empty(line));
    let (number, header) = lines.next().unwrap_or((1, ""));
    let (rows, error) = if csv::is_header(header, SERIES_HEADER) {
        let (rows, error) = take_rows(name, lines, candle);
        (FeedRows::Series(series(&rows)), error)
    } else if csv::is_header(header, ORDERS_HEADER) {
        let (rows, error) = take_rows(name, lines, |line, before: &[FeedOrder]| order(line, before, instruments));
        (FeedRows::Orders(rows.into()), error)
    } else {
        return Err(no_header(header).in_line(name, number, header));
    };
    Ok(FeedFile { rows, digest, error })
}

fn no_header(line: &str) -> Complaint {
    let allowed = format!("`{SERIES_HEADER}` or `{ORDERS_HEADER}`");
    if let Err(divided) = csv::divided_by_commas(line, &allowed) {
        return divided;
    }
    let found = if line.is_empty() { "there is no header" } else { "this is no header of a feed" };
    csv::no_header(line, &[SERIES_HEADER, ORDERS_HEADER], found)
}

/// Rows until the end, or until one is wrong.
fn take_rows<'t, T>(
    name: &str,
    lines: impl Iterator<Item = (usize, &'t str)>,
    read: impl Fn(&'t str, &[T]) -> Result<T, Complaint>,
) -> (Vec<T>, Option<Box<Problem>>) {
    let mut rows = Vec::new();
    for (number, line) in lines {
        let row = if rows.len() < ROWS_MAX {
            read(line, &rows)
        } else {
            Err(Complaint::new(0..line.len(), "one row too many").allow(format!("{ROWS_MAX} rows")))
        };
        match row {
            Ok(row) => rows.push(row),
            Err(wrong) => return (rows, Some(wrong.in_line(name, number, line))),
        }
    }
    (rows, None)
}

fn fields<'t>(line: &'t str, columns: &str) -> Result<[Field<'t>; COLUMNS], Complaint> {
    let fields = csv::fields(line, columns)?;
    match csv::count(line) {
        // The last column of a series may be empty, and so may the price of an order.
        count if count + 2 <= COLUMNS => {
            csv::divided_by_commas(line, columns)?;
            Err(Complaint::new(0..line.len(), format!("{count} of {COLUMNS} fields")).allow(columns))
        }
        _ => Ok(fields),
    }
}

/// A row of a series.
struct Candle<'t> {
    date: &'t str,
    moment: i64,
    /// In units of `10^-PLACES_MAX` dollars.
    close: i128,
}

/// The closes, with as many places as they need and fit.
fn series(rows: &[Candle<'_>]) -> PriceSeries {
    PriceSeries::of(rows.iter().map(|row| row.close))
}

fn candle<'t>(line: &'t str, before: &[Candle<'t>]) -> Result<Candle<'t>, Complaint> {
    let [date, open, high, low, close, _] = fields(line, SERIES_HEADER)?;
    let moment = moment(date.text).ok_or_else(|| {
        date.wrong("date").allow("a date such as 2004-08-19, also with a time, as 2004-08-19 09:30:00")
    })?;
    if let Some(last) = before.last().filter(|last| moment <= last.moment) {
        let found = format!("the date {} is not after the one before it", date.text);
        return Err(Complaint::new(date.span(), found).allow(format!("a date after {}", last.date)));
    }
    let price = |name: &str, field: &Field<'_>| {
        exact(field.text)
            .filter(|price| (1..=PriceSeries::CLOSE_MAX).contains(price))
            .ok_or_else(|| field.wrong(name).allow("a number above 0, such as 100.25"))
    };
    let (highest, lowest) = (high, low);
    let (open, high, low, close) =
        (price("Open", &open)?, price("High", &high)?, price("Low", &low)?, price("Close", &close)?);
    if high < open.max(close) || low > open.min(close) {
        let found = "High or Low does not enclose Open and Close";
        let span = highest.span().start..lowest.span().end;
        return Err(Complaint::new(span, found).allow("Low <= Open, Close <= High"));
    }
    Ok(Candle { date: date.text, moment, close })
}

/// A decimal in units of `10^-PLACES_MAX`, also as programs write small ones (`8.12e-06`); what lies beyond is cut.
fn exact(text: &str) -> Option<i128> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.parse::<i32>().ok().filter(|exponent| exponent.unsigned_abs() <= PLACES_MAX)?;
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = whole.bytes().chain(part.bytes());
    if whole.len() + part.len() == 0 || !digits.all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut value = 0_i128;
    let mut places = exponent + PLACES_MAX as i32;
    for (place, digit) in whole.bytes().chain(part.bytes()).enumerate() {
        if place >= whole.len() {
            if places == 0 {
                return Some(value);
            }
            places -= 1;
        }
        value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    value.checked_mul(10_i128.checked_pow(places as u32)?)
}

fn order(line: &str, before: &[FeedOrder], instruments: usize) -> Result<FeedOrder, Complaint> {
    let [time, symbol, side, kind, price, quantity] = fields(line, ORDERS_HEADER)?;
    let at = time_of(&time)?;
    if let Some(last) = before.last().filter(|last| at < last.at) {
        let found = format!("the time {} is before that of the order above", time.text);
        return Err(Complaint::new(time.span(), found).allow(format!("{} or later", millis(last.at))));
    }
    let traded = |id: &SymbolId| usize::from(id.0) < instruments;
    let named = |name: &str| SymbolId::named(name).or_else(|| SymbolId::named(&name.to_ascii_uppercase()));
    let symbol_id = named(symbol.text).filter(traded).ok_or_else(|| no_symbol(&symbol, instruments))?;
    let instrument = symbol_id.instrument().ok_or_else(|| no_symbol(&symbol, instruments))?;
    let side = if side.among("side", &["buy", "sell"])? == 0 { Side::Buy } else { Side::Sell };
    let order_type = match kind.among("type", &["limit", "market"])? {
        0 => OrderType::Limit(ticks(&price, instrument)?),
        _ if price.text.is_empty() => OrderType::Market,
        _ => {
            let complaint = Complaint::new(price.span(), "a market order has no price");
            return Err(complaint.allow("nothing here, or the type limit"));
        }
    };
    Ok(FeedOrder { at, symbol: symbol_id, side, order_type, quantity: lots(&quantity, instrument)? })
}

/// A moment of the run.
fn time_of(field: &Field<'_>) -> Result<SimTime, Complaint> {
    let allowed = format!("milliseconds from the beginning of the run, from 0 to {TIME_MS_MAX} (a week), such as 12.5");
    let calendar = "milliseconds of the run: take the first row's time away from all of them";
    let Some(ns) = decimal(field.text).and_then(|ns| u64::try_from(ns).ok()) else {
        if moment(field.text).is_some() {
            let found = format!("the time `{}` is one of a calendar", clipped(field.text));
            return Err(Complaint::new(field.span(), found).allow(calendar));
        }
        return Err(field.wrong("time").allow(allowed));
    };
    if ns <= TIME_MS_MAX * 1_000_000 {
        return Ok(SimTime(ns));
    }
    let found = format!("the time {} is later than any run; it looks like a Unix time", clipped(field.text));
    Err(Complaint::new(field.span(), found).allow(calendar))
}

/// A time as the file has it: milliseconds, and as many decimals as it needs.
fn millis(at: SimTime) -> String {
    let text = format!("{}.{:06}", at.0 / 1_000_000, at.0 % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn no_symbol(field: &Field<'_>, instruments: usize) -> Complaint {
    let names: Vec<&str> = SymbolId::first(instruments).map(SymbolId::name).collect();
    let shown = &names[..names.len().min(INSTRUMENTS.len())];
    let more = if names.len() > shown.len() { ", and others" } else { "" };
    let mut complaint = field.wrong("symbol").allow(shown.join(", ") + more);
    complaint.nearest = nearest(field.text, &names);
    complaint
}

fn ticks(field: &Field<'_>, instrument: &Instrument) -> Result<Price, Complaint> {
    let most = instrument.show_price(Price(i64::from(PRICE_MAX)));
    let ticks = whole("price", field, instrument.tick_micros, "tick", &most)?;
    if ticks > i64::from(PRICE_MAX) {
        return Err(too_large("price", field, &most));
    }
    Ok(Price(ticks))
}

fn lots(field: &Field<'_>, instrument: &Instrument) -> Result<Quantity, Complaint> {
    let most = i128::from(QUANTITY_MAX.0) * i128::from(instrument.lot_micros) / 1_000_000;
    let lots = whole("quantity", field, instrument.lot_micros, "lot", &most.to_string())? as u64;
    if lots > QUANTITY_MAX.0 {
        return Err(too_large("quantity", field, &most.to_string()));
    }
    Ok(Quantity(lots))
}

/// A decimal that is a whole number of steps.
fn whole(name: &str, field: &Field<'_>, step: i64, what: &str, most: &str) -> Result<i64, Complaint> {
    let wrong = || match exact(field.text) {
        Some(value) if value / 10_i128.pow(PLACES_MAX - 6) > i128::from(i64::MAX) => too_large(name, field, most),
        _ => field.wrong(name).allow("a number above 0 with at most six decimals"),
    };
    let micros = decimal(field.text).filter(|micros| *micros > 0).ok_or_else(wrong)?;
    if micros % step != 0 {
        let step = format!("{}.{:06}", step / 1_000_000, step % 1_000_000);
        let step = step.trim_end_matches('0').trim_end_matches('.');
        let found = format!("the {name} {} is no whole number of {what}s", clipped(field.text));
        return Err(Complaint::new(field.span(), found).allow(format!("a multiple of {step}")));
    }
    Ok(micros / step)
}

fn too_large(name: &str, field: &Field<'_>, most: &str) -> Complaint {
    let found = format!("the {name} {} is too large", clipped(field.text));
    Complaint::new(field.span(), found).allow(format!("{most} at most"))
}

/// A decimal number in millionths; more than six decimals count only if they are zeros.
fn decimal(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.bytes().skip(6).any(|digit| digit != b'0') {
        return None;
    }
    let part: String = part.chars().chain("000000".chars()).take(6).collect();
    whole.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(part.parse().ok()?)
}

#[cfg(test)]
mod tests;
