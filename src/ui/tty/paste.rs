//! Pasted text, up to the sequence that ends it.
//!
//! Idea: text of a paste is no key, and a paste whose end never comes does not take the keyboard; where the two are at odds
//! the burst decides. A paste that goes silent is handed over as far as it came, and is *broken*: what comes then in a burst is still its text, whatever it begins with. What comes by itself as
//! one to three characters, as control characters only, or as the sequence of one key was typed; but not if it ends what a
//! burst before left unfinished, such as the answer of a terminal that the line has cut. For a second more text may come and
//! is text; then what is typed ends the paste, even if it is typed fast.
//! Bound: [`PASTE_MAX`] characters are kept; of what comes after them only the end is looked for.

use std::time::Duration;

use super::broken::is_report;
use super::timing::{ALT_WITHIN, LATE, REST_MIN, TEXT_MAX};

const ESC: char = '\x1b';
/// What begins a paste.
const BEGIN: &str = "\x1b[200~";
/// What ends one.
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
    /// Or, since it was broken, inside of this sequence.
    cut: String,
    /// When the last of its text came.
    heard: Duration,
}

/// What a character does to a paste.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Pasted {
    /// It is text.
    Text,
    /// It is the last one: this is the text.
    Whole(String),
    /// It was typed, and so were the keys before it: the paste is over.
    Typed(String),
}

/// What was in a paste that has gone silent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Silent {
    /// This text.
    Text(String),
    /// These keys: nobody pastes so little into a broken paste. It goes on.
    Keys(String),
    /// These keys, and it is over.
    Over(String),
}

impl Paste {
    /// Takes a character that came so long after the one before.
    pub(super) fn push(&mut self, char: char, gap: Duration, wall: Duration) -> Pasted {
        if gap >= ALT_WITHIN && self.is_late(wall) && self.text.len() > self.kept && !is_inside(&self.text) {
            return Pasted::Typed(std::mem::take(&mut self.text));
        }
        if self.kept > 0 && !END[self.kept..].starts_with(char) {
            // It was no end after all.
            self.text.clear();
            self.kept = 0;
        }
        self.text.push(char);
        self.kept += if self.kept > 0 { 1 } else { 0 };
        if let Some(text) = self.text.strip_suffix(END) {
            let text = text.strip_prefix(BEGIN).filter(|_| self.broken).unwrap_or(text);
            return Pasted::Whole(text.chars().take(PASTE_MAX).collect());
        }
        if self.text.len() > 8 * PASTE_MAX {
            let mut tail: Vec<char> = self.text.chars().rev().take(END.len()).collect();
            tail.reverse();
            self.text = self.text.chars().take(PASTE_MAX).chain(tail).collect();
        }
        Pasted::Text
    }

    /// Whether so much time has passed since its last text that no more is expected.
    fn is_late(&self, wall: Duration) -> bool {
        self.broken && wall.saturating_sub(self.heard) >= LATE
    }

    /// Whether a silence now would mean something.
    pub(super) fn is_waiting(&self) -> bool {
        !self.broken || self.text.len() > self.kept
    }

    /// Hands over what came before the silence. From here on the paste is broken.
    pub(super) fn silence(&mut self, wall: Duration) -> Silent {
        let mut text = std::mem::take(&mut self.text);
        if self.broken {
            let joined = std::mem::take(&mut self.cut) + &text;
            if text == BEGIN {
                // Another one begins.
                *self = Self::default();
                return Silent::Text(String::new());
            }
            if is_typed(&text) && !is_rest(&joined, &text) {
                return if self.is_late(wall) { Silent::Over(text) } else { Silent::Keys(text) };
            }
            self.cut = unfinished(&joined);
        }
        (self.broken, self.heard) = (true, wall);
        self.kept = (1..END.len()).rev().find(|length| text.ends_with(&END[..*length])).unwrap_or(0);
        self.text = text.split_off(text.len() - self.kept);
        Silent::Text(text.trim_start_matches(BEGIN).chars().take(PASTE_MAX).collect())
    }
}

/// Whether more belongs to the key that this text ends with.
fn is_inside(text: &str) -> bool {
    text.ends_with(ESC) || text.ends_with("\x1bO") || !unfinished(text).is_empty()
}

/// The sequence that a text ends inside of; of a long one what tells its kind, and its last character.
fn unfinished(text: &str) -> String {
    let (mut inside, mut escaped) = (None, false);
    for (place, char) in text.char_indices() {
        inside = match (inside, char) {
            (Some((_, Kind::String)), '\u{7}' | '\u{9c}') => None,
            (Some((_, Kind::String)), '\\') if escaped => None,
            (Some((_, Kind::Csi)), ' '..='?') | (Some((_, Kind::String)), _) => inside,
            (_, '[') if escaped => Some((place - 1, Kind::Csi)),
            (_, 'P' | 'X' | ']' | '^' | '_') if escaped => Some((place - 1, Kind::String)),
            _ => None,
        };
        escaped = char == ESC;
    }
    let Some((from, _)) = inside else { return String::new() };
    let text = &text[from..];
    let long = text.chars().nth(TEXT_MAX).is_some();
    if long { text.chars().take(2).chain(text.chars().last()).collect() } else { text.to_owned() }
}

/// What an unfinished sequence waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Figures and a final.
    Csi,
    /// A terminator.
    String,
}

/// Whether this text was what a sequence lacked, and nothing else: the whole of it is known.
fn is_rest(joined: &str, text: &str) -> bool {
    if joined.len() == text.len() {
        return false;
    }
    if let Some(report) = joined.strip_prefix("\x1b[") {
        let last = report.chars().last();
        let figures = last.map_or("", |last| &report[..report.len() - last.len_utf8()]);
        return figures.chars().all(|char| (' '..='?').contains(&char))
            && last.is_some_and(|last| is_report(figures, last));
    }
    let before = joined.char_indices().last().map_or("", |(place, _)| &joined[..place]);
    unfinished(joined).is_empty() && !unfinished(before).is_empty()
}

/// Whether nobody pastes that into a broken paste: too little of it, nothing but control keys, or one key that sends more.
fn is_typed(text: &str) -> bool {
    let few = text.chars().nth(REST_MIN - 1).is_none();
    few || text.chars().all(char::is_control) || is_one_key(text)
}

/// `ESC [ 1 ; 5 A`, and nothing after it.
fn is_one_key(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("\x1b[") else { return false };
    let is_end = |char: char| ('@'..='~').contains(&char);
    rest.ends_with(is_end) && rest.matches(is_end).count() == 1 && rest.chars().all(|char| (' '..='~').contains(&char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_of_any_length_takes_bounded_memory_and_still_ends() {
        let mut paste = Paste::default();
        for _ in 0..20 * PASTE_MAX {
            assert_eq!(paste.push('a', Duration::ZERO, Duration::ZERO), Pasted::Text);
        }
        assert!(paste.text.len() <= 8 * PASTE_MAX, "{} bytes", paste.text.len());
        let ended = END.chars().map(|char| paste.push(char, Duration::ZERO, Duration::ZERO)).last();
        assert_eq!(ended, Some(Pasted::Whole("a".repeat(PASTE_MAX))));
    }
}
