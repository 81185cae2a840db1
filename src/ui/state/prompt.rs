//! A text field in the title of a list: closed, open with its text selected, or open and typed into.

/// A text field in the title of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Prompt {
    /// Closed: letters are keys.
    #[default]
    Closed,
    /// Open, and what stands in it is selected: the first character replaces it, as in the order form.
    Selected,
    /// Open, and typed into.
    Typing,
}

impl Prompt {
    /// A field that opens with this text in it.
    pub const fn open(text: &str) -> Self {
        if text.is_empty() { Self::Typing } else { Self::Selected }
    }

    /// Whether letters are text.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed)
    }
}
