//! A look: theme, alphabet of glyphs and language, settled once and then only read.
//!
//! Idea: panels say what a thing *means* (a role) and what it is called (a text id); the look turns that into colours,
//! signs and words. Nothing else in the room knows a colour.

use super::depth::Depth;
use super::glyphs::Glyphs;
use super::theme::{Appearance, Theme};
use crate::locale::Locale;

/// Theme, glyphs, language.
#[derive(Debug)]
pub struct Look {
    /// The theme, resolved for the depth.
    pub theme: Theme,
    /// Which signs the terminal can show.
    pub glyphs: Glyphs,
    /// The language.
    pub locale: Locale,
    /// How many colours the terminal has.
    pub depth: Depth,
}

impl Look {
    /// A look with a built-in theme; `None` if none is called so.
    pub fn new(theme: &str, depth: Depth, glyphs: Glyphs, locale: Locale) -> Option<Self> {
        Some(Self { theme: Theme::named(theme, depth)?, glyphs, locale, depth })
    }

    /// The theme of the house for a terminal of this brightness: `classroom` or `projector`, or the 16 colours of the
    /// terminal where nothing better is known to work.
    pub const fn default_theme(appearance: Appearance, depth: Depth) -> &'static str {
        match (depth, appearance) {
            (Depth::None, _) => "mono",
            (Depth::Ansi16, _) => "terminal",
            (_, Appearance::Light) => "projector",
            (_, Appearance::Dark) => "classroom",
        }
    }
}
