//! The dashboard.

pub mod action;
pub mod app;
pub mod cyrillic;
pub mod hint;
pub mod hits;
pub mod input;
pub mod keymap;
pub mod logging;
pub mod palette;
pub mod plain;
pub mod registry;
pub mod rows;
pub mod state;
pub mod terminal;
pub mod update;
pub mod words;
