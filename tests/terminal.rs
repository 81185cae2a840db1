//! The terminal is given back on every way out: tested in a pseudo-terminal, with real keys and real signals.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::allow_attributes,
    missing_docs,
    reason = "a test says what it expects"
)]

mod pty;

use std::process::Command;
use std::sync::Once;

use pty::Pty;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// The example beside the tests: `cargo test` builds it first, `cargo test --test terminal` does not.
fn guard() -> String {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join("examples/terminal_guard");
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        if !path.exists() {
            let build = Command::new(env!("CARGO")).args(["build", "--quiet", "--example", "terminal_guard"]).status();
            assert!(build.unwrap().success(), "the example builds");
        }
    });
    path.to_str().unwrap().to_owned()
}

fn start(args: &[&str]) -> Pty {
    let mut pty = Pty::spawn(&guard(), args, 80, 24);
    pty.wait_for("guard ready");
    assert_eq!(pty.mode(1049), Some(true), "the alternate screen is on");
    assert_eq!(pty.mode(2004), Some(true), "bracketed paste is on");
    assert_eq!(pty.mode(1000), Some(true), "the mouse is ours");
    pty
}

#[test]
fn every_way_out_gives_the_terminal_back() {
    type Way = (&'static str, &'static [&'static str], &'static str, Option<Signal>, u32);
    let ways: [Way; 17] = [
        ("q", &[], "q", None, 0),
        ("Q", &[], "Q", None, 0),
        ("Ctrl-C", &[], "\u{3}", None, 130),
        ("a panic", &["panic"], "?", None, 101),
        ("a run that broke", &["over"], " ", None, 4),
        ("an output that broke", &["full"], "?", None, 4),
        ("SIGTERM", &[], "", Some(Signal::TERM), 143),
        ("SIGINT", &[], "", Some(Signal::INT), 130),
        ("SIGHUP", &[], "", Some(Signal::HUP), 129),
        ("SIGQUIT", &[], "", Some(Signal::QUIT), 131),
        ("SIGABRT", &[], "", Some(Signal::ABORT), 134),
        ("SIGUSR1", &[], "", Some(Signal::USR1), 138),
        ("SIGUSR2", &[], "", Some(Signal::USR2), 140),
        ("SIGALRM", &[], "", Some(Signal::ALARM), 142),
        ("SIGXCPU", &[], "", Some(Signal::XCPU), 152),
        ("SIGVTALRM", &[], "", Some(Signal::VTALARM), 154),
        ("SIGPROF", &[], "", Some(Signal::PROF), 155),
    ];
    for (how, args, keys, signal, code) in ways {
        let mut pty = start(args);
        // A key that was answered: the loop runs, its signals are listened to.
        pty.send("O");
        pty.wait_for("toast-unbound");
        pty.send(keys);
        if let Some(signal) = signal {
            kill_process(Pid::from_raw(pty.pid()).unwrap(), signal).unwrap();
        }
        assert_eq!(pty.end(), code, "exit code after {how}");
        pty.assert_restored(how);
    }
}

#[test]
fn a_resize_and_a_redraw_do_not_end_it() {
    let mut pty = start(&[]);
    for (columns, rows) in [(40, 10), (1, 1), (200, 60)] {
        pty.resize(columns, rows);
        pty.send("\u{c}O");
    }
    pty.wait_for("toast-unbound");
    pty.send("q");
    assert_eq!(pty.end(), 0);
    pty.assert_restored("q after a resize");
}

#[test]
fn a_terminal_that_claims_to_be_enormous_gets_a_frame_that_is_not() {
    let mut pty = start(&[]);
    for (columns, rows) in [(u16::MAX, u16::MAX), (1, u16::MAX), (u16::MAX, 1)] {
        pty.claim(columns, rows);
        let frames = pty.frames();
        pty.send("\u{c}");
        pty.wait("a frame", |pty| pty.frames() > frames);
    }
    // As many cells as this would take more memory than a test has: that it is still there is the proof.
    pty.resize(80, 24);
    pty.send("\u{c}O");
    pty.wait_for("toast-unbound");
    let places = String::from_utf8_lossy(&pty.output).into_owned();
    let farthest = places.split("\u{1b}[").filter_map(|rest| rest.split_once('H')?.0.split_once(';'));
    let farthest = farthest.filter_map(|(row, column)| Some((row.parse::<u32>().ok()?, column.parse::<u32>().ok()?)));
    assert!(farthest.clone().count() > 0 && farthest.into_iter().all(|(row, column)| row <= 500 && column <= 1_000));
    pty.send("q");
    assert_eq!(pty.end(), 0);
    pty.assert_restored("q after enormous sizes");
}

#[test]
fn a_panic_can_be_read() {
    let mut pty = start(&["panic"]);
    pty.send("?");
    pty.end();
    assert!(pty.text().contains("asked to panic"), "{}", pty.text());
}

#[test]
fn suspended_it_gives_the_terminal_back_and_takes_it_again() {
    let mut pty = start(&[]);
    pty.send("\u{1a}");
    pty.wait("the shell's screen", |pty| pty.mode(1049) == Some(false) && pty.mode(25) == Some(true));
    // The modes are given back before the process stops; a SIGCONT in between would be lost.
    let pid = Pid::from_raw(pty.pid()).unwrap();
    let (_, status) = waitpid(Some(pid), WaitOptions::UNTRACED).unwrap().unwrap();
    assert!(status.stopped());
    pty.assert_restored("Ctrl-Z");
    kill_process(pid, Signal::CONT).unwrap();
    pty.wait("the dashboard again", |pty| pty.mode(1049) == Some(true) && pty.text().contains("guard ready"));
    pty.send("q");
    assert_eq!(pty.end(), 0);
    pty.assert_restored("q after fg");
}

#[test]
fn without_a_terminal_it_says_so() {
    let done = Command::new(guard()).output().unwrap();
    assert_eq!(done.status.code(), Some(3));
    assert!(done.stdout.is_empty(), "not a byte on standard output");
    assert!(String::from_utf8_lossy(&done.stderr).contains("is not a terminal"));
}
