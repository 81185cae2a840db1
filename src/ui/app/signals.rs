//! Signals: what the system tells the process while the screen is on.
//!
//! Idea: a signal is an input like a key; the loop takes it at its own point, so the terminal is given back by the same
//! guard as on every other way out. In raw mode Ctrl-C and Ctrl-Z are keys; these signals come from outside.

use std::io;

/// What the system wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    /// End, with 128 plus this as the exit code.
    End(u8),
    /// Stop until called back.
    Suspend,
    /// Called back.
    Continued,
}

/// The signals that are listened to.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    resume: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            stop: signal(SignalKind::from_raw(Signal::TSTP.as_raw()))?,
            resume: signal(SignalKind::from_raw(Signal::CONT.as_raw()))?,
        })
    }

    pub(super) async fn next(&mut self) -> Told {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => Told::End(2),
            _ = self.terminate.recv() => Told::End(15),
            _ = self.hangup.recv() => Told::End(1),
            _ = self.stop.recv() => Told::Suspend,
            _ = self.resume.recv() => Told::Continued,
        }
    }
}

/// Elsewhere only Ctrl-C exists, and it is a key.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) -> Told {
        std::future::pending().await
    }
}
