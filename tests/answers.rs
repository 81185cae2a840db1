//! What a terminal answers presses no key: the test plays terminals that answer whatever nobody asked.
//!
//! Idea: the table of all answers, cut at every byte, is a unit test; here a few of them go the whole way, through a real
//! pseudo-terminal and the program's own reader, long after the start.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::allow_attributes,
    missing_docs,
    reason = "a test says what it expects"
)]

mod pty;

use pty::desk::{Desk, leader, open, quit, rate};

/// Answers of which each, read as keys, did something to a cluster: killed, isolated, handed over, opened the palette.
const ANSWERS: [&str; 10] = [
    "\x1bP>|XTerm(390)\x1b\\",
    "\x1bP>|tmux 3.5a\x1b\\",
    "\x1bP>|foot(1.20.2)\x1b\\",
    "\x1bP>|kitty(0.38.1)\x1b\\",
    "\x1bP>|iTerm2 3.5.10\x1b\\",
    "\x1b_Gi=31;ENODATA:insufficient image data fix X\x1b\\",
    "\x1b]52;c;a2lsbCBhbGwgWCBmRmJy\x07",
    "\x1b]11;rgb:ffff/fbfb/ebeb\x1b\\",
    "\x1b[>41;390;0c",
    "\x1b[?2026;2$y",
];

fn some_frames(desk: &mut Desk) {
    let frames = desk.frames();
    desk.wait("some frames", |pty| pty.frames() > frames + 3);
}

/// What the screen Cluster says of n2.
fn row_of(pty: &pty::Pty) -> String {
    pty.line("n2 ")
}

fn is_untouched(desk: &Desk, answer: &str) {
    let text = desk.text();
    let leaks = ["does nothing", "BURST", "palette", "LOCKED", "DOWN", "isolated", "no lesson", "hands"];
    assert!(!leaks.iter().any(|leak| text.contains(leak)), "{answer:?}:\n{text}");
    assert!(text.contains("UP 5/5"), "{answer:?}:\n{text}");
}

#[test]
fn answers_of_terminals_press_no_key_however_they_are_cut() {
    let mut desk = open(&["--theme", "classroom"]);
    // The card of the first run goes with the first key.
    desk.send("gc");
    desk.wait_for("[Cluster]");
    desk.wait("orders and a leader", |pty| rate(pty) > 0 && leader(pty).is_some());
    let led = leader(&desk);
    for answer in ANSWERS {
        desk.send(answer);
        some_frames(&mut desk);
        is_untouched(&desk, answer);
        // Behind the introducer, in the middle, and inside the end; the pause is longer than a frame, so it is one.
        for cut in [3, answer.len() / 2, answer.len() - 1] {
            desk.send(&answer[..cut]);
            some_frames(&mut desk);
            desk.send(&answer[cut..]);
            some_frames(&mut desk);
            is_untouched(&desk, answer);
        }
        for byte in answer.chars() {
            desk.send(&byte.to_string());
        }
        some_frames(&mut desk);
        is_untouched(&desk, answer);
    }
    assert_eq!(leader(&desk), led, "nobody was handed anything");
    // The keyboard works: Alt with a key, a lone Esc, an arrow, and a letter.
    desk.send("\x1b[B");
    desk.send("\x1bP");
    some_frames(&mut desk);
    desk.wait("Alt-P, which nothing is on", |pty| pty.text().contains("Alt-P"));
    desk.send("\x1b");
    some_frames(&mut desk);
    desk.send("x");
    desk.wait("n2 dead", |pty| row_of(pty).contains("–") && pty.text().contains("UP 4/5"));
    quit(&mut desk, "q after many answers");
}
