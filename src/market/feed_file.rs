//! Feeds from files: a price series, or orders, as CSV; read line by line, with the wrong line named.
//!
//! Idea: the header says which of two formats it is. `Date,Open,High,Low,Close,Volume` is a series: its closes are mids, and
//! each of its dates is after the one before it: a series that goes back is two files in one, or sorted the other way round.
//! `time,symbol,side,type,price,quantity` are orders to be sent at their times. Reading stops at the first line that is
//! wrong; what came before it is kept and played, so one bad line late in a long file costs only what lies behind it.
//! Units: prices are decimals in dollars, of a series cut to the millionth; an order's price must be a whole number of ticks and its quantity of
//! lots. `time` is in milliseconds of the run, with up to six decimals, and never goes back.
//! Shape: [`read`] text in; rows, a digest over the text, and the first mistake out. Opening files is somebody else's.
//! Bound: [`ROWS_MAX`] rows; a line beyond is a mistake like any other.
//! Errors: [`FeedError`]: the line, what was found, what is allowed.
//! Left out: quoted fields; neither format needs them.

use crate::domain::digest::Digest;
use crate::domain::feed::{FeedError, FeedOrder, FeedRows};
use crate::domain::ids::SymbolId;
use crate::domain::instrument::{INSTRUMENTS, Instrument};
use crate::domain::order::{OrderType, Side};
use crate::domain::time::SimTime;
use crate::domain::units::{Price, Quantity};

use super::feed_date::moment;

/// Rows of a file at most.
pub const ROWS_MAX: usize = 10_000_000;

/// The header of a series.
pub const SERIES_HEADER: &str = "Date,Open,High,Low,Close,Volume";
/// The header of orders.
pub const ORDERS_HEADER: &str = "time,symbol,side,type,price,quantity";

/// What a file held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedFile {
    /// Its rows, up to the first mistake.
    pub rows: FeedRows,
    /// The digest over the whole text, mistakes and all: a recording holds it, and a replay refuses another file.
    pub digest: Digest,
    /// The first mistake.
    pub error: Option<FeedError>,
}

/// A mistake before its line is known.
type Wrong = (String, String);

/// Reads a file for a desk that trades so many instruments.
///
/// # Errors
/// Nothing of it can be used: the header is missing or of no known format.
pub fn read(text: &str, instruments: usize) -> Result<FeedFile, FeedError> {
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r')).enumerate();
    let header = lines.next().map_or("", |(_, line)| line.trim_start_matches('\u{feff}').trim());
    let digest = text.bytes().fold(Digest::default(), |digest, byte| digest.mix(u64::from(byte)));
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let (rows, error) = if header.eq_ignore_ascii_case(SERIES_HEADER) {
        let (rows, error) = take_rows(lines, candle);
        (FeedRows::Series(rows.iter().map(|row| row.close).collect()), error)
    } else if header.eq_ignore_ascii_case(ORDERS_HEADER) {
        let (rows, error) = take_rows(lines, |line, before: &[FeedOrder]| order(line, before, instruments));
        (FeedRows::Orders(rows.into()), error)
    } else {
        let allowed = format!("`{SERIES_HEADER}` or `{ORDERS_HEADER}`");
        return Err(FeedError { line: 1, found: format!("the header is `{header}`"), allowed });
    };
    Ok(FeedFile { rows, digest, error })
}

/// Rows until the end, or until one is wrong.
fn take_rows<'t, T>(
    lines: impl Iterator<Item = (usize, &'t str)>,
    read: impl Fn(&'t str, &[T]) -> Result<T, Wrong>,
) -> (Vec<T>, Option<FeedError>) {
    let mut rows = Vec::new();
    for (place, line) in lines {
        let row = if rows.len() < ROWS_MAX {
            read(line, &rows)
        } else {
            Err(("one row too many".to_owned(), format!("{ROWS_MAX} rows")))
        };
        match row {
            Ok(row) => rows.push(row),
            Err((found, allowed)) => return (rows, Some(FeedError { line: place + 1, found, allowed })),
        }
    }
    (rows, None)
}

fn fields<const N: usize>(line: &str) -> Result<[&str; N], Wrong> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let count = fields.len();
    fields.try_into().map_err(|_| (format!("{count} fields"), format!("{N} fields")))
}

/// A row of a series.
struct Candle<'t> {
    date: &'t str,
    moment: i64,
    close: i64,
}

fn candle<'t>(line: &'t str, before: &[Candle<'t>]) -> Result<Candle<'t>, Wrong> {
    let [date, open, high, low, close, _] = fields(line)?;
    let moment = moment(date).ok_or_else(|| {
        (
            format!("`Date` is `{date}`"),
            "a date such as 2004-08-19, also with a time, as 2004-08-19 09:30:00".to_owned(),
        )
    })?;
    if let Some(last) = before.last().filter(|last| moment <= last.moment) {
        let found = format!("`Date` is {date}, not after the one before it");
        return Err((found, format!("a date after {}", last.date)));
    }
    // Series come with more digits than anybody trades in; what lies beyond the millionth is cut.
    let price = |name, text: &str| positive(name, text.split_at_checked(cut(text)).map_or(text, |(kept, _)| kept));
    let (open, high, low, close) =
        (price("Open", open)?, price("High", high)?, price("Low", low)?, price("Close", close)?);
    if high < open.max(close) || low > open.min(close) {
        let found = "High or Low does not enclose Open and Close".to_owned();
        return Err((found, "Low <= Open, Close <= High".to_owned()));
    }
    Ok(Candle { date, moment, close })
}

/// Where a decimal is cut: behind its sixth decimal, if all behind it are digits.
fn cut(text: &str) -> usize {
    let kept = text.find('.').map_or(text.len(), |point| (point + 7).min(text.len()));
    let rest = text.as_bytes().get(kept..).unwrap_or_default();
    if rest.iter().all(u8::is_ascii_digit) { kept } else { text.len() }
}

fn order(line: &str, before: &[FeedOrder], instruments: usize) -> Result<FeedOrder, Wrong> {
    let [time, symbol, side, kind, price, quantity] = fields(line)?;
    let at = decimal(time).and_then(|ns| u64::try_from(ns).ok()).map(SimTime);
    let at = at.ok_or_else(|| (format!("`time` is `{time}`"), "milliseconds from 0, such as 12.5".to_owned()))?;
    if let Some(last) = before.last().filter(|last| at < last.at) {
        return Err((format!("`time` is {time}, before the line above"), format!("{} ns or later", last.at.0)));
    }
    let traded = |id: &SymbolId| usize::from(id.0) < instruments;
    let symbol_id = SymbolId::named(symbol).filter(traded).ok_or_else(|| {
        let names: Vec<&str> = SymbolId::first(instruments.min(INSTRUMENTS.len())).map(SymbolId::name).collect();
        let more = if instruments > names.len() { ", and others" } else { "" };
        (format!("`symbol` is `{symbol}`"), names.join(", ") + more)
    })?;
    let instrument = symbol_id.instrument().ok_or_else(|| (symbol.to_owned(), "a known symbol".to_owned()))?;
    let side = match side.to_ascii_lowercase().as_str() {
        "buy" => Side::Buy,
        "sell" => Side::Sell,
        _ => return Err((format!("`side` is `{side}`"), "buy, sell".to_owned())),
    };
    let order_type = match kind.to_ascii_lowercase().as_str() {
        "limit" => OrderType::Limit(ticks(price, instrument)?),
        "market" if price.is_empty() => OrderType::Market,
        "market" => return Err((format!("`price` is `{price}`"), "nothing, for a market order".to_owned())),
        _ => return Err((format!("`type` is `{kind}`"), "limit, market".to_owned())),
    };
    Ok(FeedOrder { at, symbol: symbol_id, side, order_type, quantity: lots(quantity, instrument)? })
}

fn ticks(text: &str, instrument: &Instrument) -> Result<Price, Wrong> {
    whole("price", text, instrument.tick_micros, "tick").map(Price)
}

fn lots(text: &str, instrument: &Instrument) -> Result<Quantity, Wrong> {
    whole("quantity", text, instrument.lot_micros, "lot").map(|lots| Quantity(lots as u64))
}

/// A decimal that is a whole number of steps.
fn whole(name: &str, text: &str, step: i64, what: &str) -> Result<i64, Wrong> {
    let micros = positive(name, text)?;
    if micros % step != 0 {
        let (whole, part) = (step / 1_000_000, step % 1_000_000);
        let found = format!("`{name}` is {text}, no whole number of {what}s");
        return Err((found, format!("a multiple of {whole}.{part:06}")));
    }
    Ok(micros / step)
}

fn positive(name: &str, text: &str) -> Result<i64, Wrong> {
    let wrong = || (format!("`{name}` is `{text}`"), "a number above 0 with at most six decimals".to_owned());
    decimal(text).filter(|micros| *micros > 0).ok_or_else(wrong)
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
mod tests {
    use super::*;

    fn orders(text: &str) -> (std::sync::Arc<[FeedOrder]>, Option<String>) {
        let file = read(&format!("{ORDERS_HEADER}\n{text}"), 10).unwrap();
        let FeedRows::Orders(rows) = file.rows else { panic!("orders") };
        (rows, file.error.map(|error| error.to_string()))
    }

    #[test]
    fn a_series_is_its_closes() {
        let file =
            read("Date,Open,High,Low,Close,Volume\r\n2004-08-19,100,104.06,95.96,100.34,22351900\r\n\r\n", 10).unwrap();
        assert_eq!(file.rows, FeedRows::Series([100_340_000].into()));
        assert_eq!(file.error, None);
    }

    #[test]
    fn orders_are_read_to_the_tick_and_the_lot() {
        let (rows, error) = orders("0,BTCUSD,buy,limit,42000,0.5\n12.5,EURUSD,Sell,market,,20000\n");
        assert_eq!(error, None);
        assert_eq!((rows[0].order_type, rows[0].quantity), (OrderType::Limit(Price(42_000)), Quantity(500)));
        assert_eq!((rows[1].at, rows[1].side, rows[1].quantity), (SimTime(12_500_000), Side::Sell, Quantity(20)));
    }

    #[test]
    fn the_wrong_line_is_named_and_nothing_before_it_is_lost() {
        let good = "1,GOOG,buy,limit,100.25,3";
        for (bad, words) in [
            ("2,GOOG,buy,limit,100.25", "line 3: 5 fields (allowed: 6 fields)"),
            ("0.5,GOOG,buy,limit,100.25,3", "before the line above (allowed: 1000000 ns or later)"),
            ("x,GOOG,buy,limit,100.25,3", "`time` is `x` (allowed: milliseconds"),
            ("2,GOGG,buy,limit,100.25,3", "`symbol` is `GOGG` (allowed: BTCUSD, "),
            ("2,ARZ,buy,limit,100.25,3", "`symbol` is `ARZ`"),
            ("2,GOOG,bid,limit,100.25,3", "`side` is `bid` (allowed: buy, sell)"),
            ("2,GOOG,buy,stop,100.25,3", "`type` is `stop` (allowed: limit, market)"),
            ("2,GOOG,buy,limit,100.255,3", "no whole number of ticks (allowed: a multiple of 0.010000)"),
            ("2,GOOG,buy,limit,-1,3", "`price` is `-1` (allowed: a number above 0"),
            ("2,GOOG,buy,market,100,3", "`price` is `100` (allowed: nothing, for a market order)"),
            ("2,GOOG,buy,limit,100.25,0", "`quantity` is `0`"),
            ("2,GOOG,buy,limit,100.25,0.5", "no whole number of lots (allowed: a multiple of 1.000000)"),
            ("2,GOOG,buy,limit,99999999999999999999,3", "`price` is `99999999999999999999`"),
        ] {
            let (rows, error) = orders(&format!("{good}\n{bad}\n{good}\n"));
            assert_eq!(rows.len(), 1, "{bad}");
            let error = error.unwrap_or_default();
            assert!(error.starts_with("line 3: ") && error.contains(words), "{bad}: {error}");
        }
    }

    #[test]
    fn a_series_that_cannot_be_is_refused() {
        let text = "Date,Open,High,Low,Close,Volume\n2004-08-19,5,4,3,4,0\n";
        assert!(read(text, 10).unwrap().error.unwrap().to_string().starts_with("line 2: High or Low"));
    }

    #[test]
    fn a_series_whose_dates_do_not_go_on_stops_there() {
        let first = "2004-08-19";
        for (date, words) in [
            ("2004-08-18", "`Date` is 2004-08-18, not after the one before it (allowed: a date after 2004-08-19)"),
            ("2004-08-19", "`Date` is 2004-08-19, not after the one before it (allowed: a date after 2004-08-19)"),
            ("1999-12-31 23:59", "not after the one before it"),
            ("d", "`Date` is `d` (allowed: a date such as 2004-08-19, also with a time"),
            ("19.08.2004", "`Date` is `19.08.2004`"),
            ("", "`Date` is ``"),
        ] {
            let text = format!("{SERIES_HEADER}\n{first},4,5,3,4,0\n\n{date},4,5,3,4.5,0\n2004-08-21,4,5,3,4,0\n");
            let file = read(&text, 10).unwrap();
            assert_eq!(file.rows, FeedRows::Series([4_000_000].into()), "{date}");
            let error = file.error.unwrap().to_string();
            assert!(error.starts_with("line 4: ") && error.contains(words), "{date}: {error}");
        }
        let text = format!("{SERIES_HEADER}\n{first},4,5,3,4,0\n{first} 09:30,4,5,3,4.5,0\n2004-08-20,4,5,3,4,0\n");
        assert_eq!(read(&text, 10).unwrap().error, None);
    }

    #[test]
    fn a_file_of_another_kind_is_no_feed() {
        assert!(
            read("a,b,c\n", 10).unwrap_err().to_string().starts_with("line 1: the header is `a,b,c` (allowed: `Date,")
        );
        assert!(read("", 10).is_err());
    }

    #[test]
    fn another_text_has_another_digest() {
        let digest = |text: &str| read(&format!("{ORDERS_HEADER}\n{text}"), 10).unwrap().digest;
        assert_ne!(digest("1,GOOG,buy,limit,100.25,3\n"), digest("1,GOOG,buy,limit,100.26,3\n"));
        assert_ne!(digest(""), digest("wrong\n"), "a mistake is part of the file too");
    }

    #[test]
    fn the_real_series_are_read_to_the_end() {
        for text in [
            include_str!("../../assets/feeds/BTCUSD.csv"),
            include_str!("../../assets/feeds/EURUSD.csv"),
            include_str!("../../assets/feeds/GOOG.csv"),
        ] {
            let file = read(text, 10).unwrap();
            assert_eq!(file.error, None);
            let FeedRows::Series(closes) = file.rows else { panic!("a series") };
            assert_eq!(closes.len(), text.lines().count() - 1);
        }
    }
}
