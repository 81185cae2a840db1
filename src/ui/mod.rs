//! The dashboard.

pub mod action;
pub mod cyrillic;
pub mod hint;
pub mod hits;
pub mod input;
pub mod keymap;
pub mod palette;
pub mod registry;
pub mod rows;
pub mod state;
pub mod update;
pub mod words;
