//! The screen of the loop: opened at the terminal's size, and its last frame as text.
//!
//! Errors: the terminal refuses to say its size, or to be written to.

use std::io::{self, Write};

use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::ui::terminal::Out;

/// The most columns and rows that are drawn: a terminal may claim any size, and a frame has as many cells.
pub const SIZE_MAX: Size = Size { width: 1_000, height: 500 };

/// The part of the terminal that is drawn.
fn size() -> io::Result<Size> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(Size { width: width.min(SIZE_MAX.width), height: height.min(SIZE_MAX.height) })
}

/// A screen of the terminal's size now. A fixed one: ratatui's own resizing clears, and its clearing asks for the cursor.
pub(super) fn open_screen() -> io::Result<Terminal<CrosstermBackend<Out>>> {
    let Size { width, height } = size()?;
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    Terminal::with_options(CrosstermBackend::new(Out::default()), TerminalOptions { viewport })
}

/// Whether the screen has the terminal's size. Asked again and again, because the resize that says so can be lost: the
/// library that tells of keys and of resizes forgets a signal that came in the same poll as a key.
pub(super) fn fits(screen: &mut Terminal<CrosstermBackend<Out>>) -> io::Result<bool> {
    Ok(screen.get_frame().area().as_size() == size()?)
}

/// Prints a frame as plain text, for whoever wants to keep it.
pub(super) fn print(frame: &Buffer) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for row in frame.content().chunks(usize::from(frame.area.width).max(1)) {
        let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        writeln!(out, "{}", line.trim_end())?;
    }
    out.flush()
}
