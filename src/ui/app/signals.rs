//! Signals: what the system tells the process while it runs for somebody.
//!
//! Idea: a signal is an input like a key; the loop takes it at its own point, so the terminal is given back by the same
//! guard as on every other way out. But a loop that hangs in a write (a terminal or a pipe that nobody reads) takes
//! nothing: so a thread of its own listens, and if the loop does not end within `GRACE`, it gives the terminal back past
//! the loop and ends the process itself. What comes after the loop may hang too (a recording goes into a pipe that
//! nobody reads): the thread listens on, and a signal then ends the process at once. In raw mode Ctrl-C and Ctrl-Z are
//! keys; these signals come from outside.
//! Bound: `TOLD_MAX` signals wait; one more is dropped, for it says the same.
//! Errors: the thread cannot be started, or the system refuses to deliver signals.

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::mpsc;

/// Signals that wait for the loop.
const TOLD_MAX: usize = 4;
/// How long the loop may take to end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// Who listens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listener {
    /// The screen: it has a terminal to give back, whatever comes.
    Screen,
    /// Plain lines: they only end well. A hangup and a stop do what they do to any program.
    Lines,
}

/// What the system wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// End, with 128 plus this as the exit code.
    End(u8),
    /// Stop until called back.
    Suspend,
    /// Called back.
    Continued,
}

/// The signals, as the loop hears them. Kept until the terminal is given back: that can hang too.
pub struct Signals {
    told: mpsc::Receiver<Told>,
}

impl Signals {
    /// Listens from here on, until the process ends.
    ///
    /// # Errors
    /// No thread can be started, or the system refuses to deliver signals.
    pub fn new(listener: Listener) -> io::Result<Self> {
        let (tell, told) = mpsc::channel(TOLD_MAX);
        let (ready, begun) = std::sync::mpsc::sync_channel(1);
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(ready.send(Err(error))),
            };
            runtime.block_on(async {
                match Heard::new(listener) {
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
    pub async fn next(&mut self) -> Told {
        match self.told.recv().await {
            Some(told) => told,
            None => std::future::pending().await,
        }
    }
}

/// The thread: passes signals on until the loop is gone, and obeys them itself from then on.
async fn listen(mut heard: Heard, tell: mpsc::Sender<Told>) {
    loop {
        let told = tokio::select! {
            biased;
            () = tell.closed() => break,
            told = heard.next() => told,
        };
        // A full queue holds the same already.
        let _ = tell.try_send(told);
        if let Told::End(number) = told {
            if tokio::time::timeout(GRACE, tell.closed()).await.is_err() {
                super::terminal::abandon();
                std::process::exit(128 + i32::from(number));
            }
            break;
        }
    }
    loop {
        match heard.next().await {
            Told::End(number) => std::process::exit(128 + i32::from(number)),
            Told::Suspend => drop(super::terminal::stop_process()),
            Told::Continued => {}
        }
    }
}

/// Hears that the terminal has another size.
#[cfg(unix)]
pub(super) struct Resized(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Resized {
    pub(super) fn new() -> io::Result<Self> {
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::window_change()).map(Self)
    }

    pub(super) async fn next(&mut self) {
        self.0.recv().await;
    }
}

/// Elsewhere the loop looks by itself.
#[cfg(not(unix))]
pub(super) struct Resized;

#[cfg(not(unix))]
impl Resized {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) {
        std::future::pending().await
    }
}

/// What ends a program that does not listen: all that can be listened to, beside `INT` and `TERM`.
#[cfg(unix)]
const ENDS: [rustix::process::Signal; 13] = {
    use rustix::process::Signal;
    [
        Signal::HUP,
        Signal::QUIT,
        Signal::ABORT,
        Signal::USR1,
        Signal::USR2,
        Signal::ALARM,
        Signal::VTALARM,
        Signal::PROF,
        Signal::XCPU,
        Signal::XFSZ,
        Signal::TRAP,
        Signal::SYS,
        Signal::IO,
    ]
};

/// The signals that are listened to, and what each means.
#[cfg(unix)]
struct Heard(Vec<(tokio::signal::unix::Signal, Told)>);

#[cfg(unix)]
impl Heard {
    fn new(listener: Listener) -> io::Result<Self> {
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};
        let end = |signal: Signal| (signal, Told::End(signal.as_raw() as u8));
        let mut meant = vec![end(Signal::INT), end(Signal::TERM)];
        if listener == Listener::Screen {
            meant.extend(ENDS.map(end));
            meant.extend([(Signal::TSTP, Told::Suspend), (Signal::CONT, Told::Continued)]);
        }
        let hear = |(kind, told): (Signal, Told)| Ok((signal(SignalKind::from_raw(kind.as_raw()))?, told));
        meant.into_iter().map(hear).collect::<io::Result<_>>().map(Self)
    }

    async fn next(&mut self) -> Told {
        poll_fn(|context| {
            let mut ready =
                self.0.iter_mut().filter_map(|(signal, told)| signal.poll_recv(context).is_ready().then_some(*told));
            ready.next().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

/// Elsewhere only Ctrl-C exists, and it is a key.
#[cfg(not(unix))]
struct Heard;

#[cfg(not(unix))]
impl Heard {
    fn new(_: Listener) -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Told {
        std::future::pending().await
    }
}
