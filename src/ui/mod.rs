//! The dashboard.

pub mod action;
pub mod cyrillic;
pub mod hits;
pub mod keymap;
pub mod registry;
pub mod state;
pub mod words;
