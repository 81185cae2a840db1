//! chaosdesk: a replicated trading desk in one process, made to be broken in front of a class.
#![forbid(unsafe_code)]

pub mod cli;
pub mod document;
pub mod domain;
pub mod lesson;
pub mod node;
pub mod protocols;
pub mod report;
pub mod ui;
