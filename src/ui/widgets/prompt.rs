//! A text field in the title of a panel.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, width};
use super::super::state::Prompt;
use super::super::theme::Role;

/// The title with the text of its field, which it shows while the field is open or holds something.
pub fn titled(title: &str, prompt: Prompt, text: &str) -> String {
    let cursor = if prompt == Prompt::Typing { "█" } else { "" };
    if prompt.is_open() || !text.is_empty() { format!("{title} / {text}{cursor}") } else { title.to_owned() }
}

/// Marks the text of the field as selected, at the end of a title that has been drawn into the frame of this area.
pub fn select(canvas: &mut Canvas<'_>, area: Rect, title: &str, text: &str) {
    // What a frame cuts has no end that could be marked.
    if width(title) + 6 <= usize::from(area.width) && area.height >= 3 {
        let column = 3 + width(title) - width(text);
        canvas.word(area, column as u16, 0, Role::Selection, text);
    }
}
