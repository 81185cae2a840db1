//! Pieces that panels are made of: frames, bars, charts, tables, big digits, the time line.
//!
//! Idea: each is a function from plain numbers to cells; none knows the cluster, but `badge`, which knows what a node
//! can be, and `figure`, which knows what was measured.

pub mod badge;
pub mod bar;
pub mod chart;
pub mod digits;
pub mod figure;
pub mod frame;
pub mod prompt;
pub mod table;
pub mod timeline;
