//! Problems: what is wrong in a text that somebody wrote, said so that they can mend it.
//!
//! Idea: a `Place` is a stretch of a source; it makes a `Problem`, which shows the line with a caret under it. A
//! `Complaint` is the same before the place in the file is known: the parser of actions speaks it, and so a command
//! typed into the palette and one in a scenario file get the same words.
//! Units: lines and columns count from 1; a column is a character, not a byte.

use std::cmp::Reverse;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthChar;

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
        let shown = self.source.text[line_start..].lines().next().unwrap_or_default();
        let lead = &self.source.text[line_start..self.start()];
        let marked = self.text().lines().next().unwrap_or_default();
        Box::new(Problem {
            file: self.source.name.clone(),
            line: self.line(),
            column: lead.chars().count() + 1,
            found: found.into(),
            nearest: None,
            allowed: None,
            note: None,
            shown: shown.to_owned(),
            indent: lead.chars().map(|c| if c == '\t' { "\t".to_owned() } else { " ".repeat(width(c)) }).collect(),
            caret: marked.chars().map(width).sum::<usize>().max(1),
        })
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

fn width(c: char) -> usize {
    c.width().unwrap_or(0)
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
    shown: String,
    indent: String,
    caret: usize,
}

impl Problem {
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
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.found)?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{number} | {}", self.shown)?;
        write!(f, "{gutter} | {}{}", self.indent, "^".repeat(self.caret))?;
        if let Some(nearest) = &self.nearest {
            write!(f, "\n{gutter} = did you mean `{nearest}`?")?;
        }
        if let Some(allowed) = &self.allowed {
            write!(f, "\n{gutter} = allowed: {allowed}")?;
        }
        if let Some(note) = &self.note {
            write!(f, "\n{gutter} = {note}")?;
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
        f.write_str(&self.found)?;
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean `{nearest}`?")?;
        }
        if let Some(allowed) = &self.allowed {
            write!(f, " (allowed: {allowed})")?;
        }
        Ok(())
    }
}

/// The word nearest to `found`, if it is near: at most one slip in three letters, a swap counting as one.
pub fn nearest<S: AsRef<str>>(found: &str, words: &[S]) -> Option<String> {
    let found = found.to_lowercase();
    let slips_max = (found.chars().count() / 3).max(1);
    words
        .iter()
        .map(|word| (strsim::damerau_levenshtein(&found, &word.as_ref().to_lowercase()), word.as_ref()))
        .filter(|(slips, word)| *slips <= slips_max && *slips < word.chars().count())
        .min_by_key(|(slips, word)| (*slips, Reverse(common(&found, word))))
        .map(|(_, word)| word.to_owned())
}

/// All of these words, the nearest to `found` first.
pub fn nearest_first<'w>(found: &str, words: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    let found = found.to_lowercase();
    let mut all: Vec<&str> = words.collect();
    all.sort_by_cached_key(|word| {
        (strsim::damerau_levenshtein(&found, &word.to_lowercase()), Reverse(common(&found, word)))
    });
    all
}

/// Letters with which both begin: who types `of` is on the way to `off`.
fn common(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count()
}

/// Words as a list for people.
pub fn listed<S: AsRef<str>>(words: &[S]) -> String {
    words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_spellings_as_near_the_one_that_begins_alike_is_meant() {
        assert_eq!(nearest("of", &["on", "off"]).as_deref(), Some("off"));
        assert_eq!(nearest("o", &["off", "on"]).as_deref(), Some("on"));
    }

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
    fn only_a_near_word_is_proposed() {
        assert_eq!(nearest("majorty", &["leader", "majority"]).as_deref(), Some("majority"));
        assert_eq!(nearest("laeder", &["leader", "majority"]).as_deref(), Some("leader"));
        assert_eq!(nearest("everybody", &["leader", "majority"]), None);
        assert_eq!(nearest("x", &["y"]), None, "one letter for another is no misspelling");
    }

    #[test]
    fn a_place_at_the_very_end_is_a_place() {
        let source = Arc::new(Source { name: "x".into(), text: "a = ".into() });
        assert_eq!(Place::new(&source, 4..9).problem("nothing").column, 5);
        let empty = Arc::new(Source { name: "x".into(), text: String::new() });
        assert_eq!(Place::new(&empty, 0..0).problem("nothing").line, 1);
    }
}
