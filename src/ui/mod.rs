//! The dashboard.

pub mod canvas;
pub mod depth;
pub mod draw;
pub mod glyphs;
pub mod hint;
pub mod hits;
pub mod locale;
pub mod look;
pub mod scene;
pub mod state;
pub mod theme;
