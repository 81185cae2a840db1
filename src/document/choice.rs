//! Choices: values that a file names with one word out of a few.
//!
//! Idea: one trait lets the reader, the command line and the messages use the same list of words.

use strum::VariantArray;

use crate::domain::view::Speed;

use super::problem::Complaint;

/// Any plain enum with derived words. Messages and documents list its variants in their order.
pub trait Choice: Copy + PartialEq + VariantArray + Into<&'static str> {
    /// Its word.
    fn word(self) -> &'static str {
        self.into()
    }

    /// Every word.
    fn words() -> Vec<&'static str> {
        Self::VARIANTS.iter().map(|choice| choice.word()).collect()
    }

    /// The value of a word.
    fn of_word(word: &str) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|choice| choice.word() == word)
    }
}

impl<C: Copy + PartialEq + VariantArray + Into<&'static str>> Choice for C {}

/// Slower than this nothing is seen to move; faster than the other the pacer runs free.
const SPEED_FACTOR_MAX: u32 = 1_000;

/// A speed as people write it: `1x`, `5x`, `1/20x`, `free`.
///
/// # Errors
/// Says what is allowed.
pub fn speed(text: &str) -> Result<Speed, Complaint> {
    let wrong = || {
        Complaint::new(0..text.len(), format!("`{text}` is no speed"))
            .among(text, &["free"])
            .allow(format!("`free`, `1x` to `{SPEED_FACTOR_MAX}x`, `1/2x` to `1/{SPEED_FACTOR_MAX}x`"))
    };
    let factor = |digits: &str| match digits.parse() {
        Ok(factor @ 1..=SPEED_FACTOR_MAX) => Ok(factor),
        _ => Err(wrong()),
    };
    if text == "free" {
        return Ok(Speed::Free);
    }
    let number = text.strip_suffix('x').ok_or_else(wrong)?;
    match number.strip_prefix("1/") {
        Some(slower) => Ok(match factor(slower)? {
            1 => Speed::Times(1),
            slower => Speed::Slow(slower),
        }),
        None => Ok(Speed::Times(factor(number)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::{ReadFrom, SelfTrade};
    use crate::domain::rules::{PartitionStrategy, Rule, Strategy};
    use crate::domain::tick::Overload;
    use crate::domain::trades::WindowLength;

    #[test]
    fn speeds_read_as_they_are_shown() {
        assert_eq!(speed("1x"), Ok(Speed::Times(1)));
        assert_eq!(speed("1/1x"), Ok(Speed::Times(1)));
        assert_eq!(speed("1/20x"), Ok(Speed::Slow(20)));
        assert_eq!(speed("free"), Ok(Speed::Free));
        for wrong in ["", "x", "0x", "1/0x", "-1x", "2/3x", "fast", "1001x", "20"] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_word_names_one_value() {
        fn check<C: Choice + std::fmt::Debug>() {
            for choice in C::VARIANTS {
                assert_eq!(C::of_word(choice.word()), Some(*choice));
            }
        }
        check::<Strategy>();
        check::<PartitionStrategy>();
        check::<Rule>();
        check::<ReadFrom>();
        check::<Overload>();
        check::<WindowLength>();
        check::<SelfTrade>();
    }
}
