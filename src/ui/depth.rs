//! How many colours a terminal has, and whether it is light or dark: guessed from its environment, never from hope.
//!
//! Idea: an RGB code on a terminal of 256 colours is no colour at all, so nothing is sent that is not known to work.
//! `termprofile` knows the terminals; an option of the user goes before it, and `NO_COLOR` before the terminal.
//! Shape: the environment decides the first frame; what the terminal answers when asked (`ground.rs`) goes before it.
//! Sources: no-color.org; the convention of `COLORFGBG` (rxvt); xterm's OSC 11.

use std::io::IsTerminal;

use termprofile::{DetectorSettings, TermProfile};

use super::theme::Appearance;

/// How many colours.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Depth {
    /// None at all: bold, underline and reverse carry the meaning.
    None,
    /// The sixteen of the terminal's own palette.
    Ansi16,
    /// The 256 of xterm.
    Indexed,
    /// Any.
    #[default]
    Rgb,
}

impl Depth {
    /// What the terminal behind this output can do.
    pub fn detect(output: &impl IsTerminal) -> Self {
        match TermProfile::detect(output, DetectorSettings::new()) {
            TermProfile::NoTty | TermProfile::NoColor => Self::None,
            TermProfile::Ansi16 => Self::Ansi16,
            TermProfile::Ansi256 => Self::Indexed,
            TermProfile::TrueColor => Self::Rgb,
        }
    }

    /// The depth of this name: `none`, `16`, `256`, `rgb`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "16" => Some(Self::Ansi16),
            "256" => Some(Self::Indexed),
            "rgb" => Some(Self::Rgb),
            _ => None,
        }
    }
}

impl Appearance {
    /// What `COLORFGBG` says (`15;0`: light text on black); `None` if it says nothing that can be read.
    pub fn from_colorfgbg(value: &str) -> Option<Self> {
        let background: u8 = value.rsplit(';').next()?.parse().ok()?;
        match background {
            7 | 9..=15 => Some(Self::Light),
            0..=6 | 8 => Some(Self::Dark),
            _ => None,
        }
    }

    /// What a terminal answered when asked for its background: `rgb:ffff/ffff/ffff`, one to four digits a part,
    /// or `rgba:` with how much of it is seen.
    pub fn from_answer(answer: &str) -> Option<Self> {
        let parts = answer.split_once("rgb:").or_else(|| answer.split_once("rgba:"))?.1;
        let mut brightness = [0_u32; 3];
        for (place, part) in parts.split('/').take(3).enumerate() {
            let digits: String = part.chars().take_while(char::is_ascii_hexdigit).take(4).collect();
            let most = 16_u32.pow(digits.len() as u32).checked_sub(1).filter(|most| *most > 0)?;
            brightness[place] = u32::from_str_radix(&digits, 16).ok()? * 255 / most;
        }
        let luma = (brightness[0] * 299 + brightness[1] * 587 + brightness[2] * 114) / 1_000;
        Some(if luma > 127 { Self::Light } else { Self::Dark })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_background_is_the_last_number_of_colorfgbg() {
        assert_eq!(Appearance::from_colorfgbg("15;0"), Some(Appearance::Dark));
        assert_eq!(Appearance::from_colorfgbg("0;default;15"), Some(Appearance::Light));
        assert_eq!(Appearance::from_colorfgbg("0;7"), Some(Appearance::Light));
        assert_eq!(Appearance::from_colorfgbg("default"), None);
        assert_eq!(Appearance::from_colorfgbg(""), None);
    }

    #[test]
    fn an_answer_is_read_at_any_width() {
        assert_eq!(Appearance::from_answer("\x1b]11;rgb:ffff/ffff/ffff\x07"), Some(Appearance::Light));
        assert_eq!(Appearance::from_answer("\x1b]11;rgb:10/14/18\x1b\\"), Some(Appearance::Dark));
        assert_eq!(Appearance::from_answer("11;rgba:ffff/ffff/ffff/8000"), Some(Appearance::Light));
        assert_eq!(Appearance::from_answer("\x1b]11;?"), None);
        assert_eq!(Appearance::from_answer("rgb:"), None);
    }

    #[test]
    fn every_depth_has_a_name() {
        let depths = ["none", "16", "256", "rgb"].map(Depth::named);
        assert_eq!(depths, [Some(Depth::None), Some(Depth::Ansi16), Some(Depth::Indexed), Some(Depth::Rgb)]);
        assert_eq!(Depth::named("many"), None);
    }
}
