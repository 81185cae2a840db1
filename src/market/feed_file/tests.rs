//! Every mistake of a feed, by its line, and what is no mistake.

use super::*;

fn orders(text: &str) -> (std::sync::Arc<[FeedOrder]>, Option<String>) {
    let file = read("f.csv", &format!("{ORDERS_HEADER}\n{text}"), 10).unwrap();
    let FeedRows::Orders(rows) = file.rows else { panic!("orders") };
    (rows, file.error.map(|error| error.to_string()))
}

#[test]
fn a_series_is_its_closes() {
    let file =
        read("f.csv", "Date,Open,High,Low,Close,Volume\r\n2004-08-19,100,104.06,95.96,100.34,22351900\r\n\r\n", 10)
            .unwrap();
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
    let good = "1.5,GOOG,buy,limit,100.25,3";
    for (bad, column, words) in [
        ("2,GOOG,buy,limit,100.25", 24, "there is no quantity here"),
        ("2,GOOG,buy", 1, "3 of 6 fields\n  |\n3 | 2,GOOG,buy\n  | ^^^^^^^^^^\n  = allowed: time,symbol,"),
        ("2;GOOG;buy;limit;100.25;3", 2, "semicolons divide the fields here"),
        ("2,\"GOOG,buy,limit,100.25,3", 3, "this quote is not closed"),
        ("0.5,GOOG,buy,limit,100.25,3", 1, "the time 0.5 is before that of the order above"),
        ("0.5,GOOG,buy,limit,100.25,3", 1, "allowed: 1.5 or later"),
        ("x,GOOG,buy,limit,100.25,3", 1, "`x` is no time"),
        (
            "1735689600000,GOOG,buy,limit,100.25,3",
            1,
            "the time 1735689600000 is later than any run; it looks like a Unix",
        ),
        ("1735689600,GOOG,buy,limit,100.25,3", 1, "take the first row's time away from all of them"),
        ("604800000.000001,GOOG,buy,limit,100.25,3", 1, "it looks like a Unix time"),
        ("2025-01-01 09:30:00,GOOG,buy,limit,100.25,3", 1, "the time `2025-01-01 09:30:00` is one of a calendar"),
        ("2,GOGG,buy,limit,100.25,3", 3, "`GOGG` is no symbol"),
        ("2,GOGG,buy,limit,100.25,3", 3, "did you mean `GOOG`?"),
        ("2,ARZ,buy,limit,100.25,3", 3, "`ARZ` is no symbol"),
        ("2,GOOG, bid,limit,100.25,3", 9, "`bid` is no side"),
        ("2,GOOG,buy,stop,100.25,3", 12, "`stop` is no type"),
        ("2,GOOG,buy,lmit,100.25,3", 12, "did you mean `limit`?"),
        ("2,GOOG,buy,limit,100.255,3", 18, "the price 100.255 is no whole number of ticks"),
        ("2,GOOG,buy,limit,100.255,3", 18, "allowed: a multiple of 0.01\n"),
        ("2,GOOG,buy,limit,-1,3", 18, "`-1` is no price"),
        ("2,GOOG,buy,limit,,3", 18, "there is no price here"),
        ("2,GOOG,buy,market,100,3", 19, "a market order has no price"),
        ("2,GOOG,buy,limit,100.25,0", 25, "`0` is no quantity"),
        ("2,GOOG,buy,limit,100.25,0.5", 25, "the quantity 0.5 is no whole number of lots"),
        ("2,GOOG,buy,limit,99999999999,3", 18, "the price 99999999999 is too large"),
        ("2,GOOG,buy,limit,99999999999999999999,3", 18, "the price 99999999999999999999 is too large"),
        ("2,GOOG,buy,limit,100.25,1000000001", 25, "the quantity 1000000001 is too large"),
        ("2,GOOG,buy,limit,100.25,3,x", 27, "more than 6 fields"),
    ] {
        let (rows, error) = orders(&format!("{good}\n{bad}\n{good}\n"));
        assert_eq!(rows.len(), 1, "{bad}");
        let error = error.unwrap_or_default() + "\n";
        assert!(error.starts_with(&format!("f.csv:3:{column}: ")) && error.contains(words), "{bad}: {error}");
    }
    let highest = format!(
        "2,GOOG,buy,limit,{},1000000000",
        SymbolId(6).instrument().unwrap().show_price(Price(i64::from(PRICE_MAX)))
    );
    assert_eq!(orders(&highest).1, None, "the limit itself is a price");
}

#[test]
fn what_spreadsheets_write_is_read() {
    let closes = |text: &str| match read("f.csv", text, 10).map(|file| (file.rows, file.error)) {
        Ok((FeedRows::Series(series), None)) => series.closes().to_vec(),
        other => panic!("{text}: {other:?}"),
    };
    for text in [
        "Date, Open, High, Low, Close, Volume\n2004-08-19, 100, 101, 99, 100, 1\n",
        "Date,Open,High,Low,Close,Volume,\n2004-08-19,100,101,99,100,1,\n",
        "\u{feff}\r\n# from the lab\r\ndate,OPEN,High,Low,Close,Volume\r\n\r\n# one row\r\n2004-08-19,100,101,99,100,\r\n",
        "\"Date\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"\n\"2004-08-19\",\"100\",101,99,100,1\n",
    ] {
        assert_eq!(closes(text), [100_000_000], "{text}");
    }
    let (rows, error) = orders("1,goog,\"buy\", Limit ,100.25,3,\n");
    assert_eq!((rows.len(), error), (1, None));
}

#[test]
fn prices_are_as_exact_as_the_file_has_them() {
    let row = |date: u8, price: &str| format!("2024-01-{date:02},{price},{price},{price},{price},1\n");
    let closes = |prices: [&str; 2]| {
        let text = format!("{SERIES_HEADER}\n{}{}", row(2, prices[0]), row(3, prices[1]));
        let file = read("f.csv", &text, 10).unwrap();
        let FeedRows::Series(series) = file.rows else { panic!("a series") };
        (series.closes().to_vec(), file.error)
    };
    assert_eq!(closes(["0.00000812", "0.00000899"]), (vec![812, 899], None));
    assert_eq!(closes(["0.0000009", "9.0e-07"]), (vec![9, 9], None));
    assert_eq!(closes(["1.5E2", "100.340000"]), (vec![150_000_000, 100_340_000], None));
    for wrong in ["0", "0.0000000000000000001", "1e", "1e99", ".", "-1", "1e1.5", "nan", "9999999999999"] {
        let (rows, error) = closes([wrong, "1"]);
        let error = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(rows.is_empty() && error.contains(&format!("`{wrong}` is no Open")), "{wrong}: {error}");
    }
}

#[test]
fn a_series_that_cannot_be_is_refused() {
    let text = "Date,Open,High,Low,Close,Volume\n2004-08-19,5,4,3,4,0\n";
    assert!(read("f.csv", text, 10).unwrap().error.unwrap().to_string().starts_with("f.csv:2:14: High or Low"));
}

#[test]
fn a_series_whose_dates_do_not_go_on_stops_there() {
    let first = "2004-08-19";
    for (date, words) in [
        ("2004-08-18", "the date 2004-08-18 is not after the one before it"),
        ("2004-08-19", "= allowed: a date after 2004-08-19"),
        ("1999-12-31 23:59", "not after the one before it"),
        ("d", "= allowed: a date such as 2004-08-19, also with a time"),
        ("19.08.2004", "`19.08.2004` is no date"),
        ("", "there is no date here"),
    ] {
        let text = format!("{SERIES_HEADER}\n{first},4,5,3,4,0\n\n{date},4,5,3,4.5,0\n2004-08-21,4,5,3,4,0\n");
        let file = read("f.csv", &text, 10).unwrap();
        assert_eq!(file.rows, FeedRows::Series([4_000_000].into()), "{date}");
        let error = file.error.unwrap().to_string();
        assert!(error.starts_with("f.csv:4:1: ") && error.contains(words), "{date}: {error}");
    }
    let text = format!("{SERIES_HEADER}\n{first},4,5,3,4,0\n{first} 09:30,4,5,3,4.5,0\n2004-08-20,4,5,3,4,0\n");
    assert_eq!(read("f.csv", &text, 10).unwrap().error, None);
}

#[test]
fn a_file_of_another_kind_is_no_feed() {
    for (text, place, words) in [
        ("a,b,c\n", "f.csv:1:1: ", "this is no header of a feed"),
        ("Date,Open,High,Low,Clse,Volume\n", "f.csv:1:20: ", "`Clse` is no column"),
        ("time,symbl,side,type,price,quantity\n", "f.csv:1:6: ", "did you mean `symbol`?"),
        ("\n\nDate;Open;High;Low;Close;Volume\n", "f.csv:3:5: ", "semicolons divide the fields here"),
        ("Date\tOpen\tHigh\n", "f.csv:1:5: ", "tabs divide"),
        ("", "f.csv:1:1: ", "there is no header"),
    ] {
        let said = read("f.csv", text, 10).unwrap_err().to_string();
        assert!(said.starts_with(place) && said.contains(words) && said.contains("Date,Open"), "{text}: {said}");
    }
}

#[test]
fn another_text_has_another_digest() {
    let digest = |text: &str| read("f.csv", &format!("{ORDERS_HEADER}\n{text}"), 10).unwrap().digest;
    assert_ne!(digest("1,GOOG,buy,limit,100.25,3\n"), digest("1,GOOG,buy,limit,100.26,3\n"));
    assert_ne!(digest(""), digest("wrong\n"), "a mistake is part of the file too");
}

#[test]
fn the_real_series_are_read_to_the_end() {
    for text in [
        include_str!("../../../assets/feeds/BTCUSD.csv"),
        include_str!("../../../assets/feeds/EURUSD.csv"),
        include_str!("../../../assets/feeds/GOOG.csv"),
    ] {
        let file = read("f.csv", text, 10).unwrap();
        assert_eq!(file.error, None);
        let FeedRows::Series(closes) = file.rows else { panic!("a series") };
        assert_eq!(closes.closes().len(), text.lines().count() - 1);
    }
}
