//! A control sequence that was cut off, and the rest of it that may still come.
//!
//! Idea: a sequence whose final does not come within a moment is over, and the keyboard works again. But a slow line may
//! bring the final later, and as a key that letter may kill a node. So what the sequence said so far is kept, and the first
//! thing that comes is looked at once: if it makes a whole report (figures and a final that reports end with, or just as many
//! bytes as the mouse still owed), it is swallowed. Anything else was typed.
//! Cost: of a person who types just that letter right after a sequence that was cut off, one key is lost.

/// Characters that are kept.
const TEXT_MAX: usize = super::timing::TEXT_MAX;

/// What is still owed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Broken {
    /// Parameters and a final, after these parameters.
    Csi(String),
    /// So many bytes of the mouse.
    Mouse(u8),
}

/// What a character is to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// It may belong to the rest.
    More,
    /// It is the last of the rest.
    Last,
    /// It does not belong to it.
    None,
}

impl Broken {
    /// Takes a character.
    pub(super) fn take(&mut self, char: char) -> Part {
        match self {
            Self::Csi(text) => match char {
                ' '..='?' if text.len() < TEXT_MAX => {
                    text.push(char);
                    Part::More
                }
                ' '..='?' => Part::More,
                '@'..='~' if is_report(text, char) => Part::Last,
                _ => Part::None,
            },
            Self::Mouse(_) if char < ' ' => Part::None,
            Self::Mouse(0 | 1) => Part::Last,
            Self::Mouse(left) => {
                *left -= 1;
                Part::More
            }
        }
    }
}

/// Whether terminals send this: parameters with a figure, and a final that goes with their prefix.
pub(super) fn is_report(text: &str, last: char) -> bool {
    let finals = match text.chars().next() {
        Some('?') => "cnRStuy",
        Some('>') => "cmu",
        Some('=') => "c",
        Some('<') => "Mm",
        _ => "ABCDEFHMPQRSZ~cmntuxy",
    };
    text.contains(|char: char| char.is_ascii_digit()) && finals.contains(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(mut broken: Broken, rest: &str) -> Option<Part> {
        rest.chars().map(|char| broken.take(char)).find(|part| *part != Part::More)
    }

    #[test]
    fn the_rest_of_a_report_is_known_and_a_key_is_a_key() {
        for (text, late, part) in [
            ("?", "64;1;2c", Part::Last),
            ("?64;1;2", "c", Part::Last),
            ("12;4", "0R", Part::Last),
            ("<0;20;1", "0M", Part::Last),
            ("", "?1u", Part::Last),
            ("1;5", "C", Part::Last),
            ("?", "q", Part::None),
            ("?", "c", Part::None),
            ("<", "M", Part::None),
            ("", "A", Part::None),
            ("?64", "q", Part::None),
            ("?64", "X", Part::None),
            ("?64", "\u{3}", Part::None),
        ] {
            assert_eq!(rest(Broken::Csi(text.to_owned()), late), Some(part), "{text} and {late:?}");
        }
        assert_eq!(rest(Broken::Mouse(3), "\u{3}"), Some(Part::None));
        assert_eq!(rest(Broken::Mouse(2), "!x"), Some(Part::Last));
        assert_eq!(rest(Broken::Mouse(3), "q"), None, "it is held, and let go after a silence");
    }
}
