//! Sessions that are kept by themselves, and recordings in the dashboard, in a pseudo-terminal.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::allow_attributes,
    missing_docs,
    reason = "a test says what it expects"
)]

mod pty;

use std::path::Path;
use std::process::Command;

use pty::desk::{PROGRAM, open_with, rate, row, signal};
use rustix::process::Signal;

fn replay(file: &Path) -> String {
    let done = Command::new(PROGRAM).arg("replay").arg(file).output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

#[test]
fn a_session_is_kept_by_itself_and_can_be_watched() {
    let state = tempfile::tempdir().unwrap();
    let environment = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    let mut desk = open_with(&[], &environment);
    desk.wait_for("[Overview]");
    desk.wait("orders", |pty| rate(pty) > 0);
    desk.send("x");
    desk.wait("n1 dead", |pty| row(pty, 1).contains("DOWN"));
    desk.send("q");
    desk.end();
    let session = state.path().join("chaosdesk/sessions/session-0001.rec");
    let said = replay(&session);
    assert!(said.starts_with("the same run: ") && !said.contains("broken off"), "{said}");
    let mut desk = open_with(&["replay", "--watch", session.to_str().unwrap()], &environment);
    desk.wait_for("[Overview]");
    desk.wait("it ends", |pty| pty.text().contains("recording ended: the same run"));
    assert!(row(&desk, 1).contains("DOWN"), "{}", desk.text());
    assert!(desk.text().contains("history ") && desk.text().contains(" of 512 MB"), "{}", desk.text());
    // That the run is ours from there on: `runtime::playback_tests`.
    signal(&desk, Signal::TERM);
    assert_ne!(desk.end(), 0);
    assert_eq!(std::fs::read_dir(session.parent().unwrap()).unwrap().count(), 1, "what is watched is no session");
}
