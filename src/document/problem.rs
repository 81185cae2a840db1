//! Problems: what is wrong in a text that somebody wrote, said so that they can mend it.
//!
//! Idea: a `Place` is a stretch of a source; it makes a `Problem`, which shows the line with a caret under it. A
//! `Complaint` is the same before the place in the file is known: the parser of actions speaks it, and so a command
//! typed into the palette and one in a scenario file get the same words. Every reader of files speaks it: configuration,
//! themes, scenarios, feeds, orders.
//! A message quotes what strangers wrote, so control characters are written out (`\x1b`), and what is long is cut.
//! Units: lines and columns count from 1; a column is a character, not a byte.
//! Bound: [`SHOWN_MAX`] characters of a line are shown, [`FOUND_MAX`] of a sentence; words of more than [`WORD_MAX`] are near
//! to none.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthChar;

pub use super::nearest::{nearest, nearest_first};

/// Characters of a line that are shown.
pub const SHOWN_MAX: usize = 160;
/// Of them before the caret.
const LEAD_MAX: usize = 60;
/// Characters of a sentence that are shown.
pub const FOUND_MAX: usize = 400;
/// Characters of a word that are quoted in a sentence; longer ones are misspellings of none.
pub const WORD_MAX: usize = 64;

/// What reading yields: the value, or the first thing wrong.
pub type Reading<T> = Result<T, Box<Problem>>;

/// A text and the name that messages call it by.
#[derive(Debug)]
pub struct Source {
    /// The path, or a name such as `built-in config.toml`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A stretch of a source.
#[derive(Clone, Debug)]
pub struct Place {
    source: Arc<Source>,
    span: Range<usize>,
}

impl Place {
    /// The bytes `span` of the source.
    pub fn new(source: &Arc<Source>, span: Range<usize>) -> Self {
        Self { source: Arc::clone(source), span }
    }

    /// What is written there.
    pub fn text(&self) -> &str {
        self.source.text.get(self.span.clone()).unwrap_or_default()
    }

    /// The line that it begins in, from 1.
    pub fn line(&self) -> usize {
        self.before().bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    /// The place within it from this byte on.
    #[must_use]
    pub fn inner(&self, byte: usize) -> Self {
        let at = (self.span.start + byte).min(self.span.end);
        Self { source: Arc::clone(&self.source), span: at..at }
    }

    /// A problem at this place.
    #[must_use]
    pub fn problem(&self, found: impl Into<String>) -> Box<Problem> {
        let line_start = self.before().rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.source.text[line_start..].lines().next().unwrap_or_default();
        let lead = &self.source.text[line_start..self.start()];
        let marked = self.text().lines().next().unwrap_or_default();
        let place = (self.line(), lead.chars().count() + 1);
        Problem::at(&self.source.name, place, found.into(), Excerpt::of(line, lead.len(), marked))
    }

    /// A complaint about the text that stands at this place, between quotes.
    #[must_use]
    pub fn complain(&self, complaint: &Complaint) -> Box<Problem> {
        // A plain string is the text between two quotes; one with escapes or several lines is marked as a whole.
        let inner = self.span.start + 1 + complaint.span.start..self.span.start + 1 + complaint.span.end;
        let plain = !self.text().contains(['\\', '\n']) && !complaint.span.is_empty() && inner.end < self.span.end;
        let place = if plain { Self { source: Arc::clone(&self.source), span: inner } } else { self.clone() };
        let mut problem = place.problem(complaint.found.clone());
        problem.allowed.clone_from(&complaint.allowed);
        problem.nearest.clone_from(&complaint.nearest);
        problem
    }

    /// The source that it is a place of.
    pub const fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The bytes of its first line: a table of many lines is pointed at by its head.
    pub fn first_line_span(&self) -> Range<usize> {
        let length = self.text().lines().next().map_or(0, str::len);
        self.start()..self.start() + length
    }

    fn start(&self) -> usize {
        let mut start = self.span.start.min(self.source.text.len());
        while !self.source.text.is_char_boundary(start) {
            start -= 1;
        }
        start
    }

    fn before(&self) -> &str {
        &self.source.text[..self.start()]
    }
}

/// The part of a line that a message shows, with a caret under what is meant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Excerpt {
    shown: String,
    indent: String,
    caret: usize,
}

impl Excerpt {
    /// Of this line, where `marked` begins at the byte `start`.
    fn of(line: &str, start: usize, marked: &str) -> Self {
        let (lead, rest) = line.split_at_checked(start).unwrap_or((line, ""));
        let before = lead.chars().count();
        // Not counted to the end: a line may be all of the file.
        let long = line.chars().nth(SHOWN_MAX).is_some();
        let skipped = if long { before.saturating_sub(LEAD_MAX) } else { 0 };
        let room = SHOWN_MAX - (before - skipped).min(SHOWN_MAX);
        let lead: String = lead.chars().skip(skipped).collect();
        let kept: String = rest.chars().take(room).collect();
        let (dots, more) = (if skipped > 0 { "..." } else { "" }, if kept.len() < rest.len() { "..." } else { "" });
        let blank = |char: char| if char == '\t' { "\t".to_owned() } else { " ".repeat(width(char)) };
        Self {
            shown: format!("{dots}{}{}{more}", printable(&lead), printable(&kept)),
            indent: dots.chars().chain(lead.chars()).map(blank).collect(),
            caret: marked.chars().take(room).map(width).sum::<usize>().max(1),
        }
    }
}

/// Columns of a character, as a message shows it.
fn width(char: char) -> usize {
    if is_unprintable(char) { written_out(char).len() } else { char.width().unwrap_or(0) }
}

/// Whether a terminal would obey it: control characters, and those that turn the direction of writing. Not the end of a
/// line, nor a tab.
fn is_unprintable(char: char) -> bool {
    char.is_control() && !matches!(char, '\n' | '\t')
        || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn written_out(char: char) -> String {
    let number = u32::from(char);
    if number < 0x100 { format!("\\x{number:02x}") } else { format!("\\u{{{number:x}}}") }
}

/// A text that no terminal obeys: what it would obey is written out.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        if is_unprintable(char) { out.push_str(&written_out(char)) } else { out.push(char) }
    }
    Cow::Owned(out)
}

/// The beginning of a word that is too long to be quoted.
pub fn clipped(word: &str) -> Cow<'_, str> {
    cut(word, WORD_MAX)
}

fn cut(text: &str, chars_max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => Cow::Owned(format!("{}...", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// What a message shows of a sentence.
fn sentence(text: &str) -> String {
    printable(&cut(text, FOUND_MAX)).into_owned()
}

/// The text of these bytes; `file` is what messages call them.
///
/// # Errors
/// They are not UTF-8: where the first wrong one stands.
pub fn text_of(file: &str, bytes: Vec<u8>) -> Reading<String> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let begin = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length);
        let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        not_utf8(&bytes[begin..end], at - begin).in_line(file, line, &String::from_utf8_lossy(&bytes[begin..end]))
    })
}

/// A complaint about the byte at `at` of a line that is not UTF-8, as the line reads with its wrong bytes replaced.
pub fn not_utf8(line: &[u8], at: usize) -> Complaint {
    let found = match line {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "this is UTF-16 text".to_owned(),
        _ => format!("the byte 0x{:02x} is not UTF-8 text", line.get(at).copied().unwrap_or_default()),
    };
    Complaint::new(at..at + 1, found).allow("text in UTF-8")
}

/// Something wrong at a place of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Which file.
    pub file: String,
    /// Which line, from 1.
    pub line: usize,
    /// Which column, from 1, in characters.
    pub column: usize,
    /// What was found there, as a sentence.
    pub found: String,
    /// The nearest right spelling, if one is near.
    pub nearest: Option<String>,
    /// What may stand there.
    pub allowed: Option<String>,
    /// What else helps.
    pub note: Option<String>,
    excerpt: Excerpt,
}

impl Problem {
    fn at(file: &str, (line, column): (usize, usize), found: String, excerpt: Excerpt) -> Box<Self> {
        let file = file.to_owned();
        Box::new(Self { file, line, column, found, nearest: None, allowed: None, note: None, excerpt })
    }

    /// Says what may stand there.
    #[must_use]
    pub fn allow(mut self: Box<Self>, allowed: impl Into<String>) -> Box<Self> {
        self.allowed = Some(allowed.into());
        self
    }

    /// Says which words may stand there, and the nearest of them to `found` if it is near.
    #[must_use]
    pub fn among<S: AsRef<str>>(mut self: Box<Self>, found: &str, words: &[S]) -> Box<Self> {
        self.nearest = nearest(found, words);
        self.allowed = Some(listed(words));
        self
    }

    /// Adds a sentence.
    #[must_use]
    pub fn noting(mut self: Box<Self>, note: impl Into<String>) -> Box<Self> {
        self.note = Some(note.into());
        self
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let Excerpt { shown, indent, caret } = &self.excerpt;
        writeln!(f, "{}:{}:{}: {}", printable(&self.file), self.line, self.column, sentence(&self.found))?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{number} | {shown}")?;
        write!(f, "{gutter} | {indent}{}", "^".repeat(*caret))?;
        if let Some(nearest) = &self.nearest {
            write!(f, "\n{gutter} = did you mean `{}`?", sentence(nearest))?;
        }
        if let Some(allowed) = &self.allowed {
            write!(f, "\n{gutter} = allowed: {}", printable(allowed))?;
        }
        if let Some(note) = &self.note {
            write!(f, "\n{gutter} = {}", printable(note))?;
        }
        Ok(())
    }
}

/// Something wrong in a short text that is not (or not yet) known to stand in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
    /// Which bytes of the text are meant.
    pub span: Range<usize>,
    /// What was found, as a sentence.
    pub found: String,
    /// What may stand there.
    pub allowed: Option<String>,
    /// The nearest right spelling, if one is near.
    pub nearest: Option<String>,
}

impl Complaint {
    /// A complaint about these bytes.
    pub fn new(span: Range<usize>, found: impl Into<String>) -> Self {
        Self { span, found: found.into(), allowed: None, nearest: None }
    }

    /// Says what may stand there.
    #[must_use]
    pub fn allow(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }

    /// Says which words may stand there, and the nearest of them to `found` if it is near.
    #[must_use]
    pub fn among<S: AsRef<str>>(mut self, found: &str, words: &[S]) -> Self {
        self.nearest = nearest(found, words);
        self.allowed = Some(listed(words));
        self
    }

    /// The problem that it is in this line of a file.
    #[must_use]
    pub fn in_line(&self, file: &str, number: usize, line: &str) -> Box<Problem> {
        let mut start = self.span.start.min(line.len());
        while !line.is_char_boundary(start) {
            start -= 1;
        }
        let marked = line.get(start..self.span.end.min(line.len())).unwrap_or_default();
        let column = line[..start].chars().count() + 1;
        let mut problem = Problem::at(file, (number, column), self.found.clone(), Excerpt::of(line, start, marked));
        problem.allowed.clone_from(&self.allowed);
        problem.nearest.clone_from(&self.nearest);
        problem
    }

    /// Says that this word may stand there as well.
    #[must_use]
    pub fn or(mut self, found: &str, word: &str) -> Self {
        self.nearest = self.nearest.or_else(|| nearest(found, &[word]));
        self.allowed = Some(self.allowed.map_or_else(|| word.to_owned(), |allowed| format!("{word}, {allowed}")));
        self
    }
}

impl std::error::Error for Complaint {}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sentence(&self.found))?;
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean `{nearest}`?")?;
        }
        if let Some(allowed) = &self.allowed {
            write!(f, " (allowed: {allowed})")?;
        }
        Ok(())
    }
}

/// Words as a list for people.
pub fn listed<S: AsRef<str>>(words: &[S]) -> String {
    words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_its_line_and_marks_the_place() {
        let source = Arc::new(Source { name: "x.toml".into(), text: "# Ω\n\tключ = 'a'\n".into() });
        let start = source.text.find("'a'").unwrap();
        let problem = Place::new(&source, start..start + 3).problem("`a` is no number").among("b", &["c"]);
        assert_eq!((problem.line, problem.column), (2, 9));
        let text = problem.to_string();
        assert!(text.starts_with("x.toml:2:9: `a` is no number\n"), "{text}");
        assert!(text.contains("\n  | \t       ^^^\n"), "{text}");
    }

    #[test]
    fn what_strangers_wrote_commands_no_terminal_and_is_no_longer_than_a_screen() {
        let line = format!("{}\x1b]0;pwn\x07{}", "x".repeat(200_000), "y".repeat(200_000));
        let source = Arc::new(Source { name: "a\x1b[31m.toml".into(), text: line.clone() });
        for problem in [
            Place::new(&source, 200_000..200_008).problem(format!("`{line}` is no number\u{9b}31m \u{202e}")),
            Complaint::new(200_000..200_008, line.clone()).in_line("\x1b[31m", 7, &line),
        ] {
            let text = problem.to_string();
            assert!(text.chars().all(|char| char == '\n' || char == '\t' || !char.is_control()), "{text}");
            assert!(text.len() < 1_200 && text.contains(r"\x1b]0;pwn\x07"), "{} bytes: {text}", text.len());
            let (shown, carets) = (text.lines().nth(2).unwrap(), text.lines().nth(3).unwrap());
            assert_eq!(shown.find(r"\x1b]"), carets.find('^'), "the caret stands under what is meant: {text}");
            assert_eq!((problem.column, nearest(&line, &["x"])), (200_001, None));
        }
        assert_eq!(printable("a\tb\nc \u{7f}\u{202e}"), "a\tb\nc \\x7f\\u{202e}");
        assert!(!Complaint::new(0..1, "\x1b").to_string().contains('\x1b'));
    }

    /// It has no width: raw, nobody would see what is wrong, and the caret would stand beside it.
    #[test]
    fn a_byte_order_mark_is_written_out() {
        let source = Arc::new(Source { name: "x.toml".into(), text: "a = \u{feff}1\n".into() });
        let text = Place::new(&source, 7..8).problem("`\u{feff}1` is no number").to_string();
        assert!(!text.contains('\u{feff}') && text.contains("`\\u{feff}1` is no number"), "{text}");
        let (shown, carets) = (text.lines().nth(2).unwrap(), text.lines().nth(3).unwrap());
        assert!(shown.ends_with(r"a = \u{feff}1") && shown.len() == carets.len(), "{text}");
    }

    #[test]
    fn bytes_that_are_no_text_are_pointed_at() {
        let said = |bytes: &[u8]| text_of("x.toml", bytes.to_vec()).map_err(|problem| problem.to_string());
        assert_eq!(said("ключ\n".as_bytes()), Ok("ключ\n".to_owned()));
        let latin = said(b"# ok\nname = \"caf\xe9\"\nseed = 1\n").unwrap_err();
        assert!(latin.starts_with("x.toml:2:12: the byte 0xe9 is not UTF-8 text\n"), "{latin}");
        assert!(latin.contains("2 | name = \"caf\u{fffd}\"\n  |            ^\n"), "{latin}");
        let wide = said(b"\xff\xfea\0=\0").unwrap_err();
        assert!(wide.starts_with("x.toml:1:1: this is UTF-16 text\n") && wide.contains("text in UTF-8"), "{wide}");
    }

    #[test]
    fn a_place_at_the_very_end_is_a_place() {
        let source = Arc::new(Source { name: "x".into(), text: "a = ".into() });
        assert_eq!(Place::new(&source, 4..9).problem("nothing").column, 5);
        let empty = Arc::new(Source { name: "x".into(), text: String::new() });
        assert_eq!(Place::new(&empty, 0..0).problem("nothing").line, 1);
    }
}
