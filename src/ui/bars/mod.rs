//! The four bars: status and tabs at the top, time and hints at the bottom.
//!
//! Idea: the top says how it is, for the last row of the class; the bottom says what can be done, for the teacher. What
//! does not fit is dropped from the end, never cut; the badge of time is never dropped. Toasts lie over the tabs.

pub mod hints;
pub mod status;
pub mod tabs;
pub mod time;
pub mod toasts;
