//! Light or dark: the test plays the terminal that is asked for its ground.
//!
//! Idea: the first frame waits for nobody, and no answer (none, late, or with keys around it) costs a key or makes one.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::allow_attributes,
    missing_docs,
    reason = "a test says what it expects"
)]

mod pty;

use pty::desk::{Desk, open_with, quit, row};

const QUESTION: &[u8] = b"\x1b]11;?\x07";
const LIGHT: &str = "\x1b]11;rgb:ffff/ffff/ffff\x07";
/// `paper` of the projector's theme, and of the classroom's, in 256 colours.
const PAPER: [vt100::Color; 2] = [vt100::Color::Idx(231), vt100::Color::Idx(233)];

fn place(desk: &Desk, bytes: &[u8]) -> Option<usize> {
    desk.output.windows(bytes.len()).position(|window| window == bytes)
}

/// A dashboard that has asked, and has no answer yet.
fn asked(args: &[&str]) -> Desk {
    let mut desk = open_with(args, &[]);
    desk.wait("the question", |pty| pty.output.windows(QUESTION.len()).any(|window| window == QUESTION));
    desk
}

#[test]
fn the_first_frame_comes_before_the_question() {
    let mut desk = asked(&[]);
    let frame_ends = place(&desk, b"\x1b[?2026l").expect("a frame was drawn");
    let asked = place(&desk, QUESTION).expect("a question was asked");
    let named = place(&desk, b"Overview").expect("the frame is a whole one");
    assert!(named < frame_ends && frame_ends < asked, "{named} {frame_ends} {asked}");
    quit(&mut desk, "q without an answer");
}

#[test]
fn a_light_terminal_gets_the_light_theme_and_no_key_is_lost() {
    let mut desk = asked(&[]);
    desk.send(&format!("L{LIGHT}\t"));
    desk.wait("the light theme", |pty| pty.ground() == PAPER[0]);
    desk.wait("both keys", |pty| pty.text().contains("LOCKED") && pty.text().contains("[Cluster]"));
    quit(&mut desk, "q on a light terminal");
}

#[test]
fn without_an_answer_it_stays_dark_and_a_late_one_is_still_no_keys() {
    let mut desk = asked(&[]);
    desk.send("\t");
    desk.wait_for("[Cluster]");
    assert_eq!(desk.ground(), PAPER[1]);
    // As keys this would recover, burst, and hand leadership over; it ends as `ESC \`, cut in two.
    desk.send("\x1b]11;rgb:ffff/");
    desk.send("ffff/ffff\x1b\\");
    desk.wait("the light theme", |pty| pty.ground() == PAPER[0]);
    desk.send("L");
    desk.wait_for("LOCKED");
    let text = desk.text();
    assert!(!text.contains("does nothing") && !text.contains("BURST"), "{text}");
    quit(&mut desk, "q after a late answer");
}

#[test]
fn an_answer_with_an_esc_before_it_or_in_pieces_is_no_keys() {
    // Cut at 0 there is an Esc before it instead, which the stream of keys takes for one with the first byte.
    for cut in [0, 2, 5, 12] {
        let mut desk = asked(&[]);
        if cut == 0 {
            desk.send("\x1b");
        } else {
            desk.send(&LIGHT[..cut]);
            // Some frames are a pause that no clock has to tell.
            let frames = desk.frames();
            desk.wait("some frames", |pty| pty.frames() > frames + 6);
        }
        desk.send(&LIGHT[cut..]);
        desk.send("L");
        desk.wait("the light theme", |pty| pty.ground() == PAPER[0]);
        desk.wait_for("LOCKED");
        let text = desk.text();
        assert!(!["does nothing", "BURST", "ffff"].iter().any(|leak| text.contains(leak)), "cut at {cut}: {text}");
        quit(&mut desk, "q after an answer in pieces");
    }
}

#[test]
fn a_dark_answer_changes_nothing_and_a_second_one_is_no_keys() {
    let mut desk = asked(&[]);
    desk.send("\x1b]11;rgb:1111/1111/1111\x07");
    // Some terminals answer twice; only the first was asked for.
    desk.send(LIGHT);
    desk.send("L");
    desk.wait_for("LOCKED");
    assert_eq!(desk.ground(), PAPER[1]);
    assert!(!row(&desk, 1).is_empty(), "{}", desk.text());
    quit(&mut desk, "q on a dark terminal");
}

#[test]
fn nobody_is_asked_where_nothing_is_to_be_decided() {
    for (args, environment) in [
        (&["--theme", "mono"][..], &[][..]),
        (&["--color", "never"], &[]),
        (&["--present"], &[]),
        (&[], &[("NO_COLOR", "1")]),
        (&[], &[("TERM", "screen")]),
    ] {
        let mut desk = open_with(args, environment);
        desk.wait("two frames", |pty| pty.frames() > 2);
        assert_eq!(place(&desk, QUESTION), None, "{args:?} {environment:?}");
        desk.send("\x03");
        desk.end();
    }
}
