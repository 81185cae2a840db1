//! Signals: what the system tells the process while the screen is on.
//!
//! Idea: a signal is an input like a key; the loop takes it at its own point, so the terminal is given back by the same
//! guard as on every other way out. But a loop that hangs in a write (a terminal that nobody reads) takes nothing: so a
//! thread of its own listens, and if the loop does not end within `GRACE`, it gives the terminal back past the loop
//! and ends the process itself. In raw mode Ctrl-C and Ctrl-Z are keys; these signals come from outside.
//! Bound: `TOLD_MAX` signals wait; one more is dropped, for it says the same.
//! Errors: the thread cannot be started, or the system refuses to deliver signals.

use std::io;
use std::time::Duration;

use tokio::sync::mpsc;

/// Signals that wait for the loop.
const TOLD_MAX: usize = 4;
/// How long the loop may take to end by itself.
const GRACE: Duration = Duration::from_secs(2);

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

/// The signals, as the loop hears them. Kept until the terminal is given back: that can hang too.
pub(super) struct Signals {
    told: mpsc::Receiver<Told>,
}

impl Signals {
    /// Listens from here on.
    pub(super) fn new() -> io::Result<Self> {
        let (tell, told) = mpsc::channel(TOLD_MAX);
        let (ready, begun) = std::sync::mpsc::sync_channel(1);
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(ready.send(Err(error))),
            };
            runtime.block_on(async {
                match Heard::new() {
                    Ok(heard) => {
                        let _ = ready.send(Ok(()));
                        listen(heard, tell).await;
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
            });
        })?;
        begun.recv().map_err(io::Error::other)??;
        Ok(Self { told })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Told {
        match self.told.recv().await {
            Some(told) => told,
            None => std::future::pending().await,
        }
    }
}

/// The thread: passes signals on until the loop is gone.
async fn listen(mut heard: Heard, tell: mpsc::Sender<Told>) {
    loop {
        let told = tokio::select! {
            biased;
            () = tell.closed() => return,
            told = heard.next() => told,
        };
        // A full queue holds the same already.
        let _ = tell.try_send(told);
        if let Told::End(number) = told {
            if tokio::time::timeout(GRACE, tell.closed()).await.is_err() {
                super::terminal::abandon();
                std::process::exit(128 + i32::from(number));
            }
            return;
        }
    }
}

/// The signals that are listened to.
#[cfg(unix)]
struct Heard {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    resume: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Heard {
    fn new() -> io::Result<Self> {
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

    async fn next(&mut self) -> Told {
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
struct Heard;

#[cfg(not(unix))]
impl Heard {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Told {
        std::future::pending().await
    }
}
