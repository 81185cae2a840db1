//! The dashboard.

pub mod bars;
pub mod canvas;
pub mod caption;
pub mod depth;
pub mod draw;
pub mod filter;
#[cfg(test)]
mod fixture;
pub mod glyphs;
pub mod hint;
pub mod hits;
pub mod locale;
pub mod look;
pub mod overlays;
pub mod panels;
pub mod scene;
pub mod screens;
pub mod state;
pub mod theme;
pub mod widgets;
