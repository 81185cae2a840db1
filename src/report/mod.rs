//! Results: what came of a run, as stable JSON and as a summary for people.
//!
//! Idea: a `RunResult` is taken from the last view of a run and from nothing else; every figure was measured there.
//! The form of the JSON is part of the interface (`docs/results.md`): fields are added, never renamed nor removed.

pub mod comparison;
pub mod history;
pub mod playback;
pub mod result;
pub mod summary;

pub use comparison::Comparison;
pub use result::RunResult;
