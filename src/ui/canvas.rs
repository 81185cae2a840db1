//! The canvas: the frame's cells, the look, and the list of what can be clicked; and strips of text for it.
//!
//! Idea: a panel thinks in roles and words. A `Strip` is one row that knows its own width as it grows, so columns are
//! `to(12)` and `right(8, ..)` instead of arithmetic on bytes.
//! Bound: nothing is ever drawn outside the area that is given; text is cut by the width of graphemes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::hits::{Hit, Hits};
use super::look::Look;
use super::theme::Role;

/// The frame's cells, the look, and what can be clicked.
pub struct Canvas<'a> {
    /// The cells.
    pub buffer: &'a mut Buffer,
    /// The look.
    pub look: &'a Look,
    /// What lies where.
    pub hits: Hits,
}

impl<'a> Canvas<'a> {
    /// A canvas over these cells.
    pub fn new(buffer: &'a mut Buffer, look: &'a Look) -> Self {
        Self { buffer, look, hits: Hits::default() }
    }

    /// How a role looks.
    pub const fn style(&self, role: Role) -> Style {
        self.look.theme.style(role)
    }

    /// An empty row of text.
    pub fn strip(&self) -> Strip<'a> {
        Strip { look: self.look, spans: Vec::new(), width: 0 }
    }

    /// Puts a row of text at a row of an area, counted from 0; outside the area nothing is drawn.
    pub fn put(&mut self, area: Rect, row: u16, strip: Strip<'_>) {
        if row < area.height {
            let line = Line::from(strip.spans);
            self.buffer.set_line(area.x, area.y + row, &line, area.width);
        }
    }

    /// Puts a word into an area at a column and row, both counted from 0.
    pub fn word(&mut self, area: Rect, column: u16, row: u16, role: Role, text: &str) {
        if row < area.height && column < area.width {
            let width = usize::from(area.width - column);
            self.buffer.set_stringn(area.x + column, area.y + row, text, width, self.style(role));
        }
    }

    /// Paints an area with blanks.
    pub fn clear(&mut self, area: Rect, role: Role) {
        let style = self.style(role);
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                self.buffer[(x, y)].reset();
                self.buffer[(x, y)].set_style(style);
            }
        }
    }

    /// Says that an area can be clicked.
    pub fn hit(&mut self, area: Rect, hit: Hit) {
        self.hits.add(area, hit);
    }
}

/// A row of text that grows to the right.
#[derive(Clone, Debug)]
pub struct Strip<'a> {
    look: &'a Look,
    spans: Vec<Span<'static>>,
    width: usize,
}

impl Strip<'_> {
    /// How many cells it has.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Adds a text.
    #[must_use]
    pub fn add(mut self, role: Role, text: impl Into<String>) -> Self {
        let text = text.into();
        self.width += width(&text);
        self.spans.push(Span::styled(text, self.look.theme.style(role)));
        self
    }

    /// Adds a filled badge: the text with a blank on both sides.
    #[must_use]
    pub fn badge(self, role: Role, text: &str) -> Self {
        self.add(role, format!(" {text} "))
    }

    /// Adds blanks up to a column.
    #[must_use]
    pub fn to(self, column: usize) -> Self {
        match column.saturating_sub(self.width) {
            0 => self,
            blanks => self.add(Role::Text, " ".repeat(blanks)),
        }
    }

    /// Adds one blank.
    #[must_use]
    pub fn gap(self) -> Self {
        self.add(Role::Text, " ")
    }

    /// Adds a text in a column of this width, cut in the middle if it is longer.
    #[must_use]
    pub fn left(self, columns: usize, role: Role, text: &str) -> Self {
        let text = cut_middle(text, columns);
        let blanks = columns.saturating_sub(width(&text));
        self.add(role, text).add(Role::Text, " ".repeat(blanks))
    }

    /// Adds a text at the right end of a column of this width.
    #[must_use]
    pub fn right(self, columns: usize, role: Role, text: &str) -> Self {
        let text = cut_middle(text, columns);
        let blanks = columns.saturating_sub(width(&text));
        self.add(Role::Text, " ".repeat(blanks)).add(role, text)
    }

    /// Adds another strip.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.width += other.width;
        self.spans.extend(other.spans);
        self
    }

    /// Adds what `grow` adds, if it then still fits into so many cells.
    #[must_use]
    pub fn fit(self, columns: usize, grow: impl FnOnce(Self) -> Self) -> Self {
        let grown = grow(self.clone());
        if grown.width <= columns { grown } else { self }
    }

    /// Adds these parts in turn, up to the first that does not fit: none jumps into the place of another.
    #[must_use]
    pub fn fit_in_order<P>(
        self,
        columns: usize,
        parts: impl IntoIterator<Item = P>,
        add: impl Fn(Self, P) -> Self,
    ) -> Self {
        let mut strip = self;
        for part in parts {
            let grown = add(strip.clone(), part);
            if grown.width > columns {
                break;
            }
            strip = grown.add(Role::Text, "  ");
        }
        strip
    }
}

/// How many cells a text has.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { UnicodeWidthStr::width(text) }
}

/// The text, cut at its end to so many cells.
pub fn cut_end(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    let mut cut = take(text.graphemes(true), room);
    cut.push('…');
    cut
}

/// The text, cut in its middle to so many cells: both ends of a long name say more than its beginning.
pub fn cut_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    let head = take(text.graphemes(true), room.div_ceil(2));
    let tail = take(text.graphemes(true).rev(), room / 2);
    let tail: String = tail.graphemes(true).rev().collect();
    format!("{head}…{tail}")
}

fn take<'t>(graphemes: impl Iterator<Item = &'t str>, room: usize) -> String {
    let mut used = 0;
    graphemes
        .take_while(|grapheme| {
            used += width(grapheme);
            used <= room
        })
        .collect()
}

/// A text in rows of so many cells, broken between words; a word that is longer than a row is cut.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match rows.last_mut() {
            Some(row) if width(row) + 1 + width(word) <= columns => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(cut_end(word, columns)),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_has_the_width_that_was_asked_for_or_less() {
        for text in ["replication", "é́clair", "価格情報の配信", "👩‍👩‍👧‍👦 family", ""] {
            for columns in 0..16 {
                assert!(width(&cut_middle(text, columns)) <= columns, "{text} {columns}");
                assert!(width(&cut_end(text, columns)) <= columns, "{text} {columns}");
            }
        }
        assert_eq!(cut_middle("replication", 7), "rep…ion");
        assert_eq!(cut_end("replication", 7), "replic…");
    }

    #[test]
    fn rows_break_between_words() {
        assert_eq!(wrap("one leader a term", 8), ["one", "leader a", "term"]);
        assert_eq!(wrap("", 8), Vec::<String>::new());
        assert_eq!(wrap("extraordinary", 5), ["extr…"]);
    }

    #[test]
    fn columns_are_kept_whatever_the_text() {
        let look = Look::new("mono", Default::default(), Default::default(), Default::default()).expect("mono");
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
        let canvas = Canvas::new(&mut buffer, &look);
        let strip = canvas.strip().left(4, Role::Text, "n12345").right(6, Role::Text, "7").to(12);
        assert_eq!(strip.width(), 12);
    }
}
