//! How long the scanner waits for the rest of a sequence, and how much of one it keeps.
//!
//! Idea: a person presses keys tens of milliseconds apart, a terminal sends its answers at once, and a line may cut them
//! anywhere. To wait too long makes the keyboard slow; not to wait turns an answer into keys.
//! Units: wall time; keys and characters.

use std::time::Duration;

/// How long a lone Esc waits for the rest of a sequence.
pub const ESC_FOR: Duration = SHORT;
/// How long Esc with an introducer waits: Alt-P is hardly ever pressed.
pub const ALT_FOR: Duration = SHORT;
/// After this silence what is in doubt was typed, and a sequence, a string or a paste without an end is broken.
pub const SHORT: Duration = Duration::from_millis(100);
/// Bytes of one burst follow one another within this.
pub const BURST: Duration = Duration::from_millis(50);
/// Esc and another key within this are one key with Alt.
pub const ALT_WITHIN: Duration = Duration::from_millis(20);
/// After this time without text a broken paste is over as soon as something is typed.
pub const LATE: Duration = Duration::from_secs(1);
/// Keys that are held at most.
pub const HELD_MAX: usize = 64;
/// Fewer keys than this in a burst after a broken paste were typed.
pub const REST_MIN: usize = 4;
/// Characters of an answer that are kept.
pub const TEXT_MAX: usize = 64;
