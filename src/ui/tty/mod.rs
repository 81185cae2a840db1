//! The terminal's input: read byte by byte, so that what a terminal answers can be told from what a person presses.
//!
//! Idea: crossterm's own reader takes the letters of an answer for keys, loses the beginning of some (`CSI >`), and waits
//! without an end in others (`CSI ?`), so nothing behind it can set that right. `scanner` knows what is an answer, `decode`
//! what is a key; the reader here only brings bytes and their times.
//! Shape: a thread waits for the standard input or for the end of the reader, and passes on what it reads with the moment at
//! which it came: who takes it may be late, and whether Esc and the next key were one is a matter of milliseconds.
//! Bound: `CHUNKS_MAX` pieces of `CHUNK` bytes wait; then the thread does, and the terminal keeps the rest.
//! Errors: a terminal that is gone ends the reader.

mod broken;
mod decode;
mod paste;
mod scanner;
#[cfg(test)]
mod tests;
mod timing;
mod utf8;

pub use scanner::Scanner;
pub use timing::{ALT_FOR, BURST, ESC_FOR, SHORT};

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

/// Bytes that are read at once.
const CHUNK: usize = 4_096;
/// Pieces that wait.
const CHUNKS_MAX: usize = 16;

/// Wall time since the dashboard began, for any thread.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// What came at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// When.
    pub at: Duration,
    /// What.
    pub bytes: Vec<u8>,
}

/// Brings what the terminal sends, until it is dropped.
pub struct Reader {
    chunks: mpsc::Receiver<Chunk>,
    /// Closed at the end: the thread sees that.
    _end: io::PipeWriter,
}

impl Reader {
    /// Reads from here on.
    ///
    /// # Errors
    /// No thread or no pipe can be made.
    pub fn open(clock: Clock) -> io::Result<Self> {
        let (ended, end) = io::pipe()?;
        let (send, chunks) = mpsc::channel(CHUNKS_MAX);
        std::thread::Builder::new().name("keys".to_owned()).spawn(move || {
            let send = |bytes: &[u8]| send.blocking_send(Chunk { at: clock(), bytes: bytes.to_vec() }).is_ok();
            read(&ended, send);
        })?;
        Ok(Self { chunks, _end: end })
    }

    /// The next bytes; `None` if the terminal is gone.
    pub async fn next(&mut self) -> Option<Chunk> {
        self.chunks.recv().await
    }

    /// Bytes that are there already.
    pub fn ready(&mut self) -> Option<Chunk> {
        self.chunks.try_recv().ok()
    }
}

#[cfg(unix)]
fn read(ended: &io::PipeReader, send: impl Fn(&[u8]) -> bool) {
    use rustix::event::{PollFd, PollFlags, poll};
    let input = io::stdin();
    let mut buffer = [0; CHUNK];
    loop {
        let mut waits = [PollFd::new(&input, PollFlags::IN), PollFd::new(ended, PollFlags::IN)];
        match poll(&mut waits, None) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return,
            Ok(_) if !waits[1].revents().is_empty() => return,
            Ok(_) => {}
        }
        match rustix::io::read(&input, &mut buffer) {
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Ok(count @ 1..) if send(&buffer[..count]) => {}
            // It is gone, or nobody listens any more.
            _ => return,
        }
    }
}

#[cfg(not(unix))]
fn read(_ended: &io::PipeReader, send: impl Fn(&[u8]) -> bool) {
    use std::io::Read;
    let mut buffer = [0; CHUNK];
    while let Ok(count @ 1..) = io::stdin().lock().read(&mut buffer) {
        if !send(&buffer[..count]) {
            return;
        }
    }
}
