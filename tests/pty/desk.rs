//! The dashboard in a pseudo-terminal: what its screen says, as numbers.
//!
//! Idea: each dashboard has a directory of its own, so that no configuration of the machine is found.

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::Pty;

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_chaosdesk");

/// A dashboard and its directory.
pub struct Desk {
    pty: Pty,
    _home: TempDir,
}

impl std::ops::Deref for Desk {
    type Target = Pty;
    fn deref(&self) -> &Pty {
        &self.pty
    }
}

impl std::ops::DerefMut for Desk {
    fn deref_mut(&mut self) -> &mut Pty {
        &mut self.pty
    }
}

/// Opens the dashboard with these flags and this environment.
pub fn open_with(args: &[&str], environment: &[(&str, &str)]) -> Desk {
    let home = tempfile::tempdir().unwrap();
    let place = home.path().to_str().unwrap().to_owned();
    let mut all = ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"].map(|name| (name, place.as_str())).to_vec();
    all.extend_from_slice(environment);
    let pty = Pty::spawn_in(PROGRAM, args, &all, Some(home.path()), 120, 40);
    Desk { pty, _home: home }
}

/// The same with its first frame seen.
pub fn open(args: &[&str]) -> Desk {
    let mut desk = open_with(args, &[]);
    desk.wait_for("[Overview]");
    desk
}

/// The status bar.
pub fn status(pty: &Pty) -> String {
    pty.text().lines().next().unwrap_or_default().to_owned()
}

/// Orders a second that were answered, as the status bar has it.
pub fn rate(pty: &Pty) -> u64 {
    let bar = status(pty);
    let after = bar.split("answered").nth(1).unwrap_or_default();
    let number = after.split("of").next().unwrap_or_default();
    number.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
}

/// The leader of the group in view, as the status bar names it.
pub fn leader(pty: &Pty) -> Option<u8> {
    let bar = status(pty);
    let rest = bar.split('★').nth(1)?;
    rest.trim_start().strip_prefix('n')?.chars().next()?.to_digit(10).map(|digit| digit as u8)
}

/// The row of a node in the table.
pub fn row(pty: &Pty, node: u8) -> String {
    let text = pty.text();
    let is_row = |line: &&str| {
        let line = line.trim_start_matches(['┃', '│', ' ', '❯']);
        line.strip_prefix(&node.to_string()).is_some_and(|rest| rest.starts_with("  "))
    };
    text.lines().find(is_row).unwrap_or_default().to_owned()
}

/// How many records a node lags behind, by the column of that name; nothing where a dash stands.
pub fn lag(pty: &Pty, node: u8) -> Option<u64> {
    let text = pty.text();
    let head = text.lines().find(|line| line.contains("others say"))?;
    let end = head[..head.find("lag")? + 3].chars().count();
    let figure: String = row(pty, node).chars().skip(end - 7).take(7).filter(|c| !c.is_whitespace()).collect();
    figure.parse().ok()
}

/// Sends a signal from outside.
pub fn signal(pty: &Pty, signal: Signal) {
    kill_process(Pid::from_raw(pty.pid()).unwrap(), signal).unwrap();
}

/// Leaves by `q`, and sees that the terminal is as it was.
pub fn quit(desk: &mut Desk, how: &str) {
    desk.send("q");
    assert_eq!(desk.end(), 0, "exit code after {how}");
    desk.assert_restored(how);
}
