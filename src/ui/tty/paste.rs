//! Pasted text, up to the sequence that ends it.
//!
//! Idea: text of a paste is never a key, not even if its end never comes. A paste that goes silent is handed over as far as
//! it came, and is *broken*: what comes then in a burst is still its text, what comes as one to three characters by
//! themselves was typed, and so was a control key or Esc; both end it.
//! Bound: [`PASTE_MAX`] characters are kept; of what comes after them only the end is looked for.

use super::timing::REST_MIN;

/// What ends a paste.
const END: &str = "\x1b[201~";
/// Characters of a paste that are kept.
pub const PASTE_MAX: usize = 1 << 16;

/// A paste on its way.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Paste {
    text: String,
    /// It went silent before its end came.
    broken: bool,
    /// The silence came inside of what may be the end: so much of that is kept.
    kept: usize,
}

/// What a character does to a paste.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Pasted {
    /// It is text.
    Text,
    /// It is the last one: this is the text.
    Whole(String),
    /// It was typed, and the paste is over.
    Typed,
}

/// What was in a paste that has gone silent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Silent {
    /// This text.
    Text(String),
    /// These keys: nobody pastes so little into a broken paste.
    Keys(String),
}

impl Paste {
    /// Takes a character.
    pub(super) fn push(&mut self, char: char) -> Pasted {
        if self.kept > 0 && !END[self.kept..].starts_with(char) {
            // It was no end after all.
            self.text.clear();
            self.kept = 0;
        }
        let typed = char.is_control() && !matches!(char, '\t' | '\r' | '\n');
        if self.broken && self.text.is_empty() && typed {
            return Pasted::Typed;
        }
        self.text.push(char);
        self.kept += if self.kept > 0 { 1 } else { 0 };
        if let Some(text) = self.text.strip_suffix(END) {
            return Pasted::Whole(text.chars().take(PASTE_MAX).collect());
        }
        if self.text.len() > 8 * PASTE_MAX {
            let mut tail: Vec<char> = self.text.chars().rev().take(END.len()).collect();
            tail.reverse();
            self.text = self.text.chars().take(PASTE_MAX).chain(tail).collect();
        }
        Pasted::Text
    }

    /// Whether a silence now would mean something.
    pub(super) fn is_waiting(&self) -> bool {
        !self.broken || self.text.len() > self.kept
    }

    /// Hands over what came before the silence. From here on the paste is broken.
    pub(super) fn silence(&mut self) -> Silent {
        let mut text = std::mem::take(&mut self.text);
        let few = text.chars().nth(REST_MIN - 1).is_none();
        if std::mem::replace(&mut self.broken, true) && few {
            return Silent::Keys(text);
        }
        self.kept = (1..END.len()).rev().find(|length| text.ends_with(&END[..*length])).unwrap_or(0);
        self.text = text.split_off(text.len() - self.kept);
        Silent::Text(text.chars().take(PASTE_MAX).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_of_any_length_takes_bounded_memory_and_still_ends() {
        let mut paste = Paste::default();
        for _ in 0..20 * PASTE_MAX {
            assert_eq!(paste.push('a'), Pasted::Text);
        }
        assert!(paste.text.len() <= 8 * PASTE_MAX, "{} bytes", paste.text.len());
        let ended = END.chars().map(|char| paste.push(char)).last();
        assert_eq!(ended, Some(Pasted::Whole("a".repeat(PASTE_MAX))));
    }
}
