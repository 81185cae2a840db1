//! Pasted text, up to the sequence that ends it.
//!
//! Bound: [`PASTE_MAX`] characters are kept; of what comes after them only the end is looked for.

/// What ends a paste.
const END: &str = "\x1b[201~";
/// Characters of a paste that are kept.
pub const PASTE_MAX: usize = 1 << 16;

/// A paste on its way.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Paste {
    text: String,
}

impl Paste {
    /// Takes a character; answers the text once it is whole.
    pub(super) fn push(&mut self, char: char) -> Option<String> {
        self.text.push(char);
        if let Some(text) = self.text.strip_suffix(END) {
            return Some(text.chars().take(PASTE_MAX).collect());
        }
        if self.text.len() > 8 * PASTE_MAX {
            let mut tail: Vec<char> = self.text.chars().rev().take(END.len()).collect();
            tail.reverse();
            self.text = self.text.chars().take(PASTE_MAX).chain(tail).collect();
        }
        None
    }
}
