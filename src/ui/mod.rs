//! The dashboard: keys in, pictures out.
//!
//! Idea: key -> `Action` -> `update` -> `Command`, and `ClusterView` -> `draw`; the two halves meet in `UiState` only.
//! Shape: `registry` names every action once; `keymap`, `input` and `cyrillic` turn keys into actions; `update` is the only
//! writer of `state`. `scene` is all that a frame needs, `draw` paints it with `screens`, `panels`, `bars`, `overlays` and
//! `widgets` in a `look` (theme, glyphs, language). `app` is the loop, `terminal` the guard that gives the terminal back.

pub mod action;
pub mod app;
pub mod bars;
pub mod canvas;
pub mod caption;
pub mod cyrillic;
pub mod depth;
pub mod draw;
mod filter;
#[cfg(test)]
mod fixture;
pub mod form;
#[cfg(test)]
mod fuzz;
pub mod glyphs;
pub mod ground;
pub mod hint;
pub mod hits;
pub mod input;
pub mod keymap;
pub mod keys_doc;
pub mod logging;
pub mod look;
pub mod overlays;
pub mod painter;
pub mod palette;
pub mod panels;
pub mod picture;
pub mod plain;
pub mod registry;
pub mod rows;
pub mod scene;
pub mod screens;
mod sgr;
pub mod state;
pub mod strategies;
pub mod terminal;
pub mod theme;
pub mod tty;
pub mod update;
pub mod widgets;
pub mod words;
