//! Scenarios and lessons: what is done to a cluster, when, what is said about it, and what must come out.
//!
//! Idea: one format for both. A scenario does things and expects results; a lesson also speaks, and asks before it
//! reveals. Without a screen a lesson is a test; in front of a class the same file waits for the teacher.
//! Shape: `action` is the language of controls (shared with the command palette), `measure` and `expression` the
//! language of expectations, `moment` the names of events, `script` the file, `run` the director who carries it out on
//! any engine, `guide` the director in front of a class, `compare` the same script on several clusters, `library` the
//! scripts that are part of the program.

pub mod action;
pub mod compare;
pub mod expression;
pub mod guide;
pub mod library;
pub mod measure;
pub mod moment;
pub mod plain;
mod refusal;
pub mod run;
pub mod script;
pub mod stage;
mod tape;
pub mod target;
mod trade;
mod venue;
pub mod vote;
pub mod words;
