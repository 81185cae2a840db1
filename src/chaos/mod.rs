//! Faults that take more than one step.
//!
//! Idea: a single fault is a `Control` and the world carries it out. What needs a plan (a rolling restart now; schedules
//! and the monkey later) is an actor: it listens to events and sends controls, like a teacher with a checklist.

mod rolling;

pub use rolling::RollingRestart;
