//! What people write down: reading it with messages that help, and the settings that it yields.
//!
//! Idea: everything that comes from outside is checked at the door. Whatever is wrong is answered with one message:
//! file, line, column, what was found, what is allowed, the nearest right spelling. The first thing wrong ends the
//! reading, so that nothing is ever half applied.
//! Shape: `reader::read` takes text (not a path: no file is opened here) and hands a `Reader` to a closure;
//! `settings` and `config` are the two shapes that the program reads itself, scenarios are `lesson::script`. Orders as
//! text are lines of `order_csv`, what all such files have in common is in `csv`, their numbers are `decimal`s.

pub mod balancing;
mod check;
pub mod choice;
pub mod config;
pub mod csv;
pub mod decimal;
pub mod nearest;
pub mod order_csv;
pub mod problem;
pub mod ranges;
pub mod reader;
pub mod settings;
mod venues;

/// Bytes of a file that is read whole, at most: a device or a pipe may have no end.
pub const INPUT_BYTES_MAX: u64 = 64 << 20;
