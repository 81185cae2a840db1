//! The terminal: entered once, and given back on every way out.
//!
//! Idea: whoever changes the terminal's modes owes the person a working shell, on return, error, panic, signal and
//! suspend alike. `ratatui::init` knows nothing of mouse and paste modes, so the guard is our own: one flag says whether
//! the modes are ours, and leaving looks at it, so that leaving twice is leaving once.
//! Shape: `enter()` yields a `TerminalGuard`; `Drop` leaves; the panic hook leaves before it prints; `suspend` leaves,
//! stops the process and enters again; `abandon` is for the one who finds the screen's thread hanging in a write.
//! Errors: not a terminal: `TerminalError::NotATerminal`, exit code 3. A dead terminal cannot be restored; leaving
//! then tries and says nothing.

use std::io::{self, IsTerminal, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    Clear, ClearType, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use parking_lot::Mutex;

use super::sgr;

/// The exit code where there is no usable terminal.
pub const EXIT_NO_TERMINAL: u8 = 3;

/// Whether the terminal's modes are ours now.
static ENTERED: AtomicBool = AtomicBool::new(false);
/// What was said last by a panic behind the screen.
static BEHIND: Mutex<Option<String>> = Mutex::new(None);
/// The hook is put in once, however often the terminal is entered.
static HOOK: Once = Once::new();

/// Why the dashboard has no screen.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Input or output is a file or a pipe.
    #[error(
        "{stream} is not a terminal: the dashboard needs one. Without a screen: `chaosdesk --plain` or `chaosdesk run NAME`"
    )]
    NotATerminal {
        /// Which.
        stream: &'static str,
    },
    /// The terminal refused.
    #[error("the terminal refused: {0}")]
    Refused(#[from] io::Error),
}

impl TerminalError {
    /// Whether the terminal is there no more: its window was closed, its connection broke.
    pub fn is_gone(&self) -> bool {
        match self {
            Self::NotATerminal { .. } => false,
            Self::Refused(error) => is_gone(error),
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    let gone = [rustix::io::Errno::IO, rustix::io::Errno::NXIO].map(rustix::io::Errno::raw_os_error);
    error.kind() == io::ErrorKind::BrokenPipe || error.raw_os_error().is_some_and(|number| gone.contains(&number))
}

/// The standard output for ratatui: a frame is written at once, with the sixteen colours in the form that every terminal
/// knows. To a terminal that is gone it writes into nothing: ratatui's own way to give the
/// cursor back would complain on the standard error, which is gone too, and panic. The loop's own writes see the error.
#[derive(Debug)]
pub struct Out {
    out: io::Stdout,
    /// What was written since the last flush.
    frame: Vec<u8>,
}

impl Default for Out {
    fn default() -> Self {
        Self { out: io::stdout(), frame: Vec::new() }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let frame = std::mem::take(&mut self.frame);
        match self.out.write_all(&sgr::sixteen(&frame)).and_then(|()| self.out.flush()) {
            Err(error) if is_gone(&error) => Ok(()),
            flushed => flushed,
        }
    }
}

/// Whether the mouse is ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MouseCapture {
    /// Clicks come to us.
    #[default]
    On,
    /// The terminal selects text.
    Off,
}

/// Holds the terminal; dropping it gives the terminal back.
#[derive(Debug)]
pub struct TerminalGuard {
    mouse: MouseCapture,
}

/// Takes the terminal: alternate screen, raw mode, mouse, bracketed paste, no cursor.
pub fn enter(mouse: MouseCapture) -> Result<TerminalGuard, TerminalError> {
    if !io::stdin().is_terminal() {
        return Err(TerminalError::NotATerminal { stream: "standard input" });
    }
    if !io::stdout().is_terminal() {
        return Err(TerminalError::NotATerminal { stream: "standard output" });
    }
    chain_hook();
    let guard = TerminalGuard { mouse };
    guard.take()?;
    Ok(guard)
}

impl TerminalGuard {
    fn take(&self) -> io::Result<()> {
        // The flag goes first: if the modes are set only half, leaving must still undo that half.
        ENTERED.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        let mut out = io::stdout();
        execute!(
            out,
            EnterAlternateScreen,
            Clear(ClearType::All),
            cursor::Hide,
            EnableBracketedPaste,
            DisableLineWrap
        )?;
        if self.mouse == MouseCapture::On {
            execute!(out, EnableMouseCapture)?;
        }
        Ok(())
    }

    /// Takes the mouse, or gives it back to the terminal.
    pub fn set_mouse(&mut self, mouse: MouseCapture) -> io::Result<()> {
        self.mouse = mouse;
        match mouse {
            MouseCapture::On => execute!(io::stdout(), EnableMouseCapture),
            MouseCapture::Off => execute!(io::stdout(), DisableMouseCapture),
        }
    }

    /// Gives the terminal back, stops the process, and takes the terminal again when it is called back.
    #[cfg(unix)]
    pub fn suspend(&mut self) -> io::Result<()> {
        leave();
        stop_process()?;
        self.take()
    }

    /// Takes the terminal again, whatever modes somebody else left it in.
    pub fn retake(&mut self) -> io::Result<()> {
        // Raw mode that is on already is not set twice; what it was is known from the first time.
        disable_raw_mode()?;
        self.take()
    }

    /// There is nothing to suspend to.
    #[cfg(not(unix))]
    pub fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        leave();
    }
}

/// Stops the process until it is called back.
#[cfg(unix)]
pub(super) fn stop_process() -> io::Result<()> {
    // SIGSTOP cannot be caught, so the caller's next line runs when SIGCONT came.
    Ok(rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?)
}

/// There is nobody who could call it back.
#[cfg(not(unix))]
pub(super) fn stop_process() -> io::Result<()> {
    Ok(())
}

/// Gives the terminal back, if it is ours. Every step is tried, whatever became of the one before.
pub fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let mut whole = execute!(out, EndSynchronizedUpdate).is_ok();
    whole &= execute!(out, DisableMouseCapture, DisableBracketedPaste, EnableLineWrap).is_ok();
    whole &= execute!(out, LeaveAlternateScreen, cursor::Show).is_ok();
    whole &= out.flush().is_ok();
    if !whole {
        past_the_output();
    }
    let _ = disable_raw_mode();
}

/// Gives the terminal back while the screen's thread hangs in a write to it: past the lock of the standard output, by a
/// door of its own that never waits. What the terminal has not taken yet is thrown away.
#[cfg(unix)]
pub fn abandon() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    past_the_output();
    let _ = disable_raw_mode();
}

/// Resets the modes by a door of its own, which never waits: the standard output hangs or is broken.
#[cfg(unix)]
fn past_the_output() {
    use crossterm::Command;
    let mut bytes = String::new();
    let _ = EndSynchronizedUpdate.write_ansi(&mut bytes);
    let _ = DisableMouseCapture.write_ansi(&mut bytes);
    let _ = DisableBracketedPaste.write_ansi(&mut bytes);
    let _ = EnableLineWrap.write_ansi(&mut bytes);
    let _ = LeaveAlternateScreen.write_ansi(&mut bytes);
    let _ = cursor::Show.write_ansi(&mut bytes);
    if let Ok(mut tty) = std::fs::OpenOptions::new().write(true).open("/dev/tty") {
        let _ = rustix::io::ioctl_fionbio(&tty, true);
        let _ = rustix::termios::tcflush(&tty, rustix::termios::QueueSelector::OFlush);
        let _ = tty.write_all(bytes.as_bytes());
    }
}

/// There is no other door.
#[cfg(not(unix))]
fn past_the_output() {}

/// Nobody hangs here.
#[cfg(not(unix))]
pub fn abandon() {
    leave();
}

/// What the latest panic behind the screen said, if there was one.
pub fn panic_behind() -> Option<String> {
    BEHIND.lock().clone()
}

/// Puts a hook before the one that is there: a panic on the thread of the screen gives the terminal back first, so that
/// its message can be read; one on another thread must not tear the screen down, and goes to the log.
fn chain_hook() {
    HOOK.call_once(|| {
        let screen = std::thread::current().id();
        let next = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == screen {
                leave();
                next(info);
            } else if ENTERED.load(Ordering::SeqCst) {
                *BEHIND.lock() = Some(info.to_string());
                tracing::error!("panic behind the screen: {info}");
            } else {
                next(info);
            }
        }));
    });
}
