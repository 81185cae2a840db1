//! `chaosdesk match` as a shell sees it: trades out, troubles on the error stream, exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

use std::io::Write as _;
use std::process::{Command, Stdio};

const HEADER: &str = "trade,maker_order_id,taker_order_id,price,quantity,taker_side\n";

/// Exit code, output, errors, with these orders on the standard input.
fn matched(words: &[&str], orders: &[u8]) -> (i32, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_chaosdesk"));
    program.arg("match").args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = program.spawn().unwrap();
    // A program that stops at a wrong line does not read the rest.
    let _ = running.stdin.take().unwrap().write_all(orders);
    let ran = running.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
}

#[test]
fn orders_come_in_and_trades_go_out() {
    let orders = "\u{feff}action,order_id,owner,side,type,price,quantity\r\n# the first is older\r\n\r\n\
                  new,1,anna,sell,limit,101.25,5\r\nnew,2,boris,sell,limit,101.25,5\r\nnew,3,clara,buy,market,,7";
    let (code, out, err) = matched(&["--tick", "0.01"], orders.as_bytes());
    assert_eq!((code, err.as_str()), (0, "3 orders: 2 trades, 0 refused, 1 rest\n"));
    assert_eq!(out, format!("{HEADER}1,1,3,101.25,5,buy\n2,2,3,101.25,2,buy\n"));
    assert_eq!(matched(&["-"], b""), (0, HEADER.to_owned(), "0 orders: 0 trades, 0 refused, 0 rest\n".to_owned()));
}

#[test]
fn a_wrong_line_is_named_and_the_trades_before_it_are_kept() {
    let good = "new,1,anna,sell,limit,10,5\nnew,2,boris,buy,ioc,10,1\n";
    for (line, told) in [
        ("new,3,boris,buy,limt,10,1", "standard input:3:17: `limt` is no type"),
        ("new,3,boris,buy,limit,10.5,1", "`10.5` is not on the tick"),
        ("new,1,boris,buy,limit,10,1", "standard input:3:1: order 1 rests in the book already"),
        ("action,order_id,owner,side,type,price,quantity", "`action` is no action"),
    ] {
        let (code, out, err) = matched(&[], format!("{good}{line}\nnew,4,boris,buy,limit,10,1\n").as_bytes());
        assert_eq!((code, out), (2, format!("{HEADER}1,1,2,10,1,buy\n")), "{line}");
        assert!(err.contains(told) && err.contains("= allowed: "), "{line}: {err}");
    }
    let (code, _, err) = matched(&[], b"new,1,\xff\xfe,buy,limit,10,1\n");
    assert!(code == 2 && err.contains("standard input:1:7: the byte 0xff is not UTF-8 text"), "{err}");
    let (code, _, err) = matched(&[], &[b'x'; 5_000]);
    assert!(code == 2 && err.contains("the line is too long") && err.contains("4096 bytes"), "{err}");
    let (code, out, err) = matched(&["absent.csv"], b"");
    assert!(code == 2 && out.is_empty() && err.contains("cannot read absent.csv"), "{err}");
    let (code, _, err) = matched(&["--tick", "-1"], b"");
    assert!(code == 2 && !err.is_empty(), "{err}");
}

#[test]
fn what_spreadsheets_write_is_read_and_what_is_quoted_commands_no_terminal() {
    let trade = format!("{HEADER}1,1,2,100,1,buy\n");
    for orders in [
        "# from the lab\n\naction,order_id,owner,side,type,price,quantity\nnew,1,a,sell,limit,100,1\nnew,2,b,buy,limit,100,1\n",
        "\"action\",\"order_id\",\"owner\",\"side\",\"type\",\"price\",\"quantity\"\nnew,1,\"a,b\",\"sell\",limit,100,1\nnew,2,b,buy,limit,\"100\",1\n",
        "Action, Order_ID, Owner, Side, Type, Price, Quantity,\n new, 1, a, sell, limit, 100, 1,\nnew,2,b,buy,limit,100,1,\n",
    ] {
        assert_eq!(
            matched(&[], orders.as_bytes()),
            (0, trade.clone(), "2 orders: 1 trades, 0 refused, 0 rest\n".to_owned()),
            "{orders}"
        );
    }
    for (orders, told) in [
        ("action;order_id;owner\n", "standard input:1:7: semicolons divide the fields here"),
        ("new\t1\ta\tsell\n", "standard input:1:4: tabs divide the fields here"),
        ("new,1,\"a,sell,limit,100,1\n", "standard input:1:7: this quote is not closed in its line"),
        ("new,1,a,se\u{1b}[31mll,limit,100,1\n", "standard input:1:9: `se\\x1b[31mll` is no side"),
        ("new,1,a,sell,limit,1\u{9b}31m,1\n", "`1\\x9b31m` is no price"),
    ] {
        let (code, _, err) = matched(&[], orders.as_bytes());
        assert!(code == 2 && err.contains(told), "{orders:?}: {err}");
        assert!(err.chars().all(|char| char == '\n' || char == '\t' || !char.is_control()), "{err:?}");
    }
    let long = format!("new,1,{},sll,limit,100,1\n", "x".repeat(4_000));
    let (code, _, err) = matched(&[], long.as_bytes());
    assert!(code == 2 && err.contains(":4008: `sll` is no side") && err.len() < 600, "{} bytes: {err}", err.len());
    // One stream holds one table.
    let (code, out, err) = matched(&["--verdicts", "-"], b"new,1,a,sell,limit,100,1\nnew,2,b,buy,limit,100,1\n");
    let verdicts = "line,action,order_id,status,why,filled,resting\n1,new,1,rests,,0,1\n2,new,2,filled,,1,0\n";
    assert_eq!((code, out.as_str(), err.as_str()), (0, verdicts, "2 orders: 1 trades, 0 refused, 0 rest\n"));
    assert!(!std::path::Path::new("-").exists());
}

#[test]
fn verdicts_tell_what_became_of_every_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("verdicts.csv");
    let orders = "new,1,anna,sell,limit,10,5\nnew,2,boris,sell,limit,11,5\nnew,3,clara,buy,fok,10,6\n\
                  new,4,anna,buy,ioc,12,8\nreplace,2,boris,,,12,9\ncancel,2,anna\ncancel,2,boris\n";
    let words = ["--self-trade", "cancel-resting", "--verdicts", file.to_str().unwrap()];
    let (code, out, err) = matched(&words, orders.as_bytes());
    assert_eq!((code, err.as_str()), (0, "7 orders: 1 trades, 4 refused, 0 rest\n"));
    assert_eq!(out, format!("{HEADER}1,2,4,11,5,buy\n"));
    let verdicts = "line,action,order_id,status,why,filled,resting\n1,new,1,rests,,0,5\n2,new,2,rests,,0,5\n\
                    3,new,3,refused,NotFillable,0,0\n4,met,1,stopped,SelfTrade,0,0\n4,new,4,cancelled,,5,0\n\
                    5,replace,2,refused,UnknownOrder,0,0\n6,cancel,2,refused,UnknownOrder,0,0\n\
                    7,cancel,2,refused,UnknownOrder,0,0\n";
    assert_eq!(std::fs::read_to_string(file).unwrap(), verdicts);
}

#[test]
fn verdicts_never_empty_the_orders_and_cost_no_trades() {
    let dir = tempfile::tempdir().unwrap();
    let (orders, other) = (dir.path().join("orders.csv"), dir.path().join("link.csv"));
    let (orders, other) = (orders.to_str().unwrap(), other.to_str().unwrap());
    let text = "new,1,a,sell,limit,100,1\nnew,2,b,buy,limit,100,1\n";
    std::fs::write(orders, text).unwrap();
    std::os::unix::fs::symlink(orders, other).unwrap();
    for words in [["--verdicts", orders, orders], ["--verdicts", other, orders], ["--verdicts", orders, other]] {
        for force in [&[][..], &["--force"]] {
            let (code, out, err) = matched(&[&words, force].concat(), b"");
            assert_eq!((code, out.as_str()), (2, ""), "{err}");
            assert!(err.contains("is the file of the orders of this run"), "{err}");
        }
    }
    let stdin = std::fs::File::open(orders).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_chaosdesk"));
    let ran = program.args(["match", "--verdicts", orders, "--force"]).stdin(stdin).output().unwrap();
    assert_eq!(ran.status.code(), Some(2), "the orders on the standard input are a file, too");
    assert_eq!(std::fs::read_to_string(orders).unwrap(), text);
    // What is not ours stays; earlier verdicts are replaced.
    let verdicts = dir.path().join("v.csv");
    let verdicts = verdicts.to_str().unwrap();
    std::fs::write(verdicts, "my only copy").unwrap();
    let (code, _, err) = matched(&["--verdicts", verdicts, orders], b"");
    assert!(code == 2 && err.contains("holds something already"), "{err}");
    for words in [&["--verdicts", verdicts, orders, "--force"][..], &["--verdicts", verdicts, orders]] {
        assert_eq!(matched(words, b"").0, 0);
    }
    assert_eq!(std::fs::read_to_string(verdicts).unwrap().lines().count(), 3);
    // A disk that is full costs the verdicts, not the trades nor the counts.
    if std::path::Path::new("/dev/full").exists() {
        let (code, out, err) = matched(&["--verdicts", "/dev/full", orders], b"");
        assert_eq!((code, out), (4, format!("{HEADER}1,1,2,100,1,buy\n")), "{err}");
        assert!(err.starts_with("2 orders: 1 trades, 0 refused, 0 rest\n"), "{err}");
        assert!(err.contains("cannot write /dev/full: No space left"), "{err}");
    }
    let (code, out, err) = matched(&["."], b"");
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("cannot read .: is a directory"), "{err}");
}
