//! A pseudo-terminal with a program in it: press keys, read the screen, look at the modes.
//!
//! Idea: what a person sees is what vt100 makes of the bytes; what a shell is left with is which modes were set last.
//! Waiting is for a condition with a long deadline, never for a length of time.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a condition may take on a busy machine before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// The private modes that the dashboard may set.
pub const MODES: [u16; 6] = [1000, 1002, 1003, 1006, 1049, 2004];

/// A program in a pseudo-terminal.
pub struct Pty {
    pub child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Everything that the program wrote.
    pub output: Vec<u8>,
}

impl Pty {
    /// Starts a program in a terminal of this size.
    pub fn spawn(program: &str, args: &[&str], columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, bytes) = sync_channel(1_024);
        std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let (writer, screen) = (pair.master.take_writer().unwrap(), vt100::Parser::new(rows, columns, 0));
        // The slave stays open in the child only, so that the end of the child is the end of the output.
        drop(pair.slave);
        Self { child, master: pair.master, writer, bytes, screen, output: Vec::new() }
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self.screen.screen_mut().set_size(rows, columns);
    }

    /// What is on the screen.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Reads until the condition holds; fails with the screen if it does not in time.
    pub fn wait(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        while !holds(self) {
            match self.bytes.recv_timeout(PATIENCE) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => panic!("waited for {what}; the screen is\n{}", self.text()),
                Err(RecvTimeoutError::Disconnected) => panic!("ended before {what}; the screen is\n{}", self.text()),
            }
        }
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

    /// The local modes of the line: raw or as a shell wants it.
    pub fn termios(&self) -> String {
        format!(
            "{:?}",
            self.master.get_termios().map(|modes| (modes.local_flags, modes.input_flags, modes.output_flags))
        )
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
    }

    fn take(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
        self.screen.process(bytes);
    }
}
