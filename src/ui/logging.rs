//! The program's own log: into a file, and into the ring that the Log panel shows. Never onto the screen.
//!
//! Idea: a line on standard error would tear the dashboard. tui-logger keeps the lines that the panel draws (its ring is
//! the one stated global of the room); a file gets them all.
//! Bound: the ring of tui-logger; the file is the caller's.

use std::io::Write;
use std::sync::Mutex;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, filter::LevelFilter};

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// A log was set up already.
    #[error("a log was set up already")]
    Twice,
}

/// Sets the log up once for the process: lines of this level and above go to the panel's ring, and to `file` if given.
pub fn init<W: Write + Send + 'static>(level: LevelFilter, file: Option<W>) -> Result<(), LoggingError> {
    let file = file.map(|file| {
        let plain = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
        plain.with_filter(level)
    });
    let panel = tui_logger::TuiTracingSubscriberLayer.with_filter(level);
    tracing_subscriber::registry().with(panel).with(file).try_init().map_err(|_| LoggingError::Twice)?;
    tui_logger::set_default_level(tui_logger::LevelFilter::Trace);
    Ok(())
}

/// Puts the lines that came since the last frame where the panel finds them. tui-logger has a thread for that, which wakes
/// a hundred times a second; the loop that draws does it for nothing.
pub fn settle() {
    tui_logger::move_events();
}
