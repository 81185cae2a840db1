//! Choices: values that a file names with one word out of a few.
//!
//! Idea: one trait lets the reader, the command line and the messages use the same list of words.

use crate::domain::order::{ReadFrom, SelfTrade};
use crate::domain::rules::{PartitionStrategy, Rule, Strategy};
use crate::domain::tick::Overload;
use crate::domain::trades::WindowLength;
use crate::domain::view::Speed;

use super::problem::Complaint;

/// A value with a word for it.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every value, in the order of the documentation.
    const ALL: &'static [Self];

    /// Its word.
    fn word(self) -> &'static str;

    /// Every word.
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|choice| choice.word()).collect()
    }

    /// The value of a word.
    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|choice| choice.word() == word)
    }
}

impl Choice for Strategy {
    const ALL: &'static [Self] = &Self::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
}

impl Choice for PartitionStrategy {
    const ALL: &'static [Self] = &Self::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
}

impl Choice for Rule {
    const ALL: &'static [Self] = &Self::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
}

impl Choice for Overload {
    const ALL: &'static [Self] = &Self::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
}

impl Choice for WindowLength {
    const ALL: &'static [Self] = &Self::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
}

impl Choice for ReadFrom {
    const ALL: &'static [Self] = &[Self::Leader, Self::Replica, Self::Fallback];
    fn word(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Replica => "replica",
            Self::Fallback => "fallback",
        }
    }
}

impl Choice for SelfTrade {
    const ALL: &'static [Self] =
        &[Self::CancelIncoming, Self::CancelResting, Self::CancelBoth, Self::Decrement, Self::Allow];
    fn word(self) -> &'static str {
        match self {
            Self::CancelIncoming => "cancel-incoming",
            Self::CancelResting => "cancel-resting",
            Self::CancelBoth => "cancel-both",
            Self::Decrement => "decrement",
            Self::Allow => "allow",
        }
    }
}

/// Slower than this nothing is seen to move; faster than the other the pacer runs free.
const SPEED_FACTOR_MAX: u32 = 1_000;

/// A speed as people write it: `1x`, `5x`, `1/20x`, `free`.
///
/// # Errors
/// Says what is allowed.
pub fn speed(text: &str) -> Result<Speed, Complaint> {
    let wrong = || {
        Complaint::new(0..text.len(), format!("`{text}` is no speed"))
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
            for choice in C::ALL {
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
