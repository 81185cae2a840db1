//! A pseudo-terminal with a program in it: press keys, read the screen, look at the modes.
//!
//! Idea: what a person sees is what vt100 makes of the bytes; what a shell is left with is which modes were set last.
//! Waiting is for a condition with a long deadline, never for a length of time; where a program keeps drawing, the wait
//! is bounded by frames.
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod desk;

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a silent program may stay silent on a busy machine before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);
/// Frames in which a condition may come true: a minute of a screen at its full rate.
const FRAMES_MAX: usize = 1_800;
/// The end of a frame.
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// The private modes that the dashboard may set.
pub const MODES: [u16; 6] = [1000, 1002, 1003, 1006, 1049, 2004];

/// A program in a pseudo-terminal.
pub struct Pty {
    pub child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    bytes: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// The modes of the line before the program began.
    pub before: String,
    /// Everything that the program wrote.
    pub output: Vec<u8>,
}

impl Pty {
    /// Starts a program in a terminal of this size.
    pub fn spawn(program: &str, args: &[&str], columns: u16, rows: u16) -> Self {
        Self::spawn_in(program, args, &[], None, columns, rows)
    }

    /// The same with an environment and a directory of its own.
    pub fn spawn_in(
        program: &str,
        args: &[&str],
        environment: &[(&str, &str)],
        directory: Option<&Path>,
        columns: u16,
        rows: u16,
    ) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        // A build machine says so, and a program that believes it speaks to a log, not to a terminal.
        for name in ["NO_COLOR", "CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "TEAMCITY_VERSION", "COLORFGBG"] {
            command.env_remove(name);
        }
        command.env_remove("RUST_BACKTRACE");
        environment.iter().for_each(|(name, value)| command.env(name, value));
        if let Some(directory) = directory {
            command.cwd(directory);
        }
        let before = modes_of(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        let reader = pair.master.try_clone_reader().unwrap();
        let (writer, screen) = (pair.master.take_writer().unwrap(), vt100::Parser::new(rows, columns, 0));
        // The slave stays open in the child only, so that the end of the child is the end of the output.
        drop(pair.slave);
        let (_, bytes) = sync_channel(0);
        let output = Vec::new();
        let mut pty = Self { child, master: Some(pair.master), writer: Some(writer), bytes, screen, before, output };
        pty.read_on(reader);
        pty
    }

    /// Reads from now on what the program writes.
    fn read_on(&mut self, mut reader: Box<dyn Read + Send>) {
        let (send, bytes) = sync_channel(64);
        self.bytes = bytes;
        std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
    }

    /// Frames drawn so far.
    pub fn frames(&self) -> usize {
        self.output.windows(FRAME_END.len()).filter(|window| *window == FRAME_END).count()
    }

    /// Lets the program's writes pile up: the terminal's own buffer fills, then the program hangs in a write.
    pub fn stop_reading(&mut self) {
        let (_, bytes) = sync_channel(0);
        self.bytes = bytes;
    }

    /// Reads on after `stop_reading`.
    pub fn read_again(&mut self) {
        let reader = self.master.as_ref().unwrap().try_clone_reader().unwrap();
        self.read_on(reader);
    }

    /// Closes the window: the terminal is gone.
    pub fn hang_up(&mut self) {
        self.writer = None;
        self.master = None;
        // The thread that reads holds the terminal too: it ends at its next send.
        let (_, bytes) = sync_channel(0);
        self.bytes = bytes;
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.master.as_ref().unwrap().resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self.screen.screen_mut().set_size(rows, columns);
    }

    /// Says that the terminal has another size, which its screen here does not take.
    pub fn claim(&mut self, columns: u16, rows: u16) {
        self.master.as_ref().unwrap().resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// What is on the screen.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// The colour behind the first cell.
    pub fn ground(&self) -> vt100::Color {
        self.screen.screen().cell(0, 0).unwrap().bgcolor()
    }

    /// Reads until the condition holds; fails with the screen if it does not in time.
    pub fn wait(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let mut frames = 0;
        while !holds(self) {
            assert!(frames < FRAMES_MAX, "{frames} frames without {what}; the screen is\n{}", self.text());
            match self.bytes.recv_timeout(PATIENCE) {
                Ok(bytes) => {
                    frames += bytes.windows(FRAME_END.len()).filter(|window| *window == FRAME_END).count();
                    self.take(&bytes);
                }
                Err(RecvTimeoutError::Timeout) => panic!("waited for {what}; the screen is\n{}", self.text()),
                Err(RecvTimeoutError::Disconnected) => panic!("ended before {what}; the screen is\n{}", self.text()),
            }
        }
    }

    /// The first line of the screen that holds this text.
    pub fn line(&self, with: &str) -> String {
        self.text().lines().find(|line| line.contains(with)).unwrap_or_default().to_owned()
    }

    /// Waits until the text is on the screen.
    pub fn wait_for(&mut self, text: &str) {
        self.wait(text, |pty| pty.text().contains(text));
    }

    /// Waits for the end of the program; its exit code.
    pub fn end(&mut self) -> u32 {
        while let Ok(bytes) = self.bytes.recv_timeout(PATIENCE) {
            self.take(&bytes);
        }
        self.child.wait().unwrap().exit_code()
    }

    /// The process.
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.process_id().unwrap()).unwrap()
    }

    /// The modes of the line: raw, or as a shell wants them.
    pub fn termios(&self) -> String {
        modes_of(self.master.as_ref().unwrap().as_ref())
    }

    /// Whether a private mode was set last (`h`), reset last (`l`), or never touched.
    pub fn mode(&self, mode: u16) -> Option<bool> {
        let text = String::from_utf8_lossy(&self.output);
        let (set, reset) = (format!("\u{1b}[?{mode}h"), format!("\u{1b}[?{mode}l"));
        match (text.rfind(&set), text.rfind(&reset)) {
            (None, None) => None,
            (set, reset) => Some(set > reset),
        }
    }

    /// Fails unless every mode that was set is reset, and the cursor is to be seen.
    pub fn assert_restored(&self, how: &str) {
        for mode in MODES {
            assert_ne!(self.mode(mode), Some(true), "mode {mode} after {how}");
        }
        assert_ne!(self.mode(25), Some(false), "cursor after {how}");
        assert_ne!(self.mode(2026), Some(true), "synchronized output after {how}");
        assert_eq!(self.termios(), self.before, "the modes of the line after {how}");
    }

    fn take(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
        self.screen.process(bytes);
    }
}

fn modes_of(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has modes"))
}
