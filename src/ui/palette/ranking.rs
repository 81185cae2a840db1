//! How well a typed line fits an action, and whether Enter alone may run it.
//!
//! Idea: letters that only occur somewhere in a long sentence say nothing of what a person means: `undo` is scattered over
//! "cannot be undone". So a name comes before words, words before their beginnings, and those before scattered letters;
//! and what changes the cluster is run by a name or by its own words, never by a guess.
//! Sources: fzf and VS Code rank words and their beginnings before letters; vim runs nothing on an empty line.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::Entry;
use crate::ui::action::Effect;

/// How well a line fits, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fit {
    /// It is the id, the command word or the key.
    Exact,
    /// Each of its words is a word of the id or of the text, and one of them is the verb.
    Verb,
    /// Each of its words is a word of the id or of the text.
    Words,
    /// Each of its words begins a word of the id or of the text.
    Beginnings,
    /// Its letters occur in this order.
    Scattered,
}

/// Ranks the actions that a line fits, best first; those of one rank by how close their letters are.
pub(super) struct Ranking {
    words: Vec<String>,
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Ranking {
    /// For this line, which has something in it.
    pub(super) fn new(line: &str) -> Self {
        // No operators: `!` and `^` are typed, too.
        let pattern = Pattern::new(line, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        Self { words: words(line), pattern, matcher: Matcher::new(Config::DEFAULT), buffer: Vec::new() }
    }

    /// How well the line fits what is not exactly meant, and how close its letters are.
    pub(super) fn fit(&mut self, id: &str, text: &str) -> Option<(Fit, u32, Offer)> {
        let haystack = format!("{text} {id}");
        let score = self.pattern.score(Utf32Str::new(&haystack, &mut self.buffer), &mut self.matcher)?;
        let (names, sentence) = (words(id), words(text));
        let all = || names.iter().chain(&sentence);
        let verbs = [names.last(), sentence.first()];
        let fit = if self.words.is_empty() {
            Fit::Scattered
        } else if self.words.iter().all(|word| all().any(|known| known == word)) {
            let verb = self.words.iter().any(|word| verbs.contains(&Some(word)));
            if verb { Fit::Verb } else { Fit::Words }
        } else if self.words.iter().all(|word| all().any(|known| known.starts_with(word.as_str()))) {
            Fit::Beginnings
        } else {
            Fit::Scattered
        };
        // A sentence may begin with a short word, too, that is no verb.
        let begins_verb = |word: &String| {
            let sentence = sentence.first().filter(|_| word.chars().count() > 2);
            names.last().into_iter().chain(sentence).any(|verb| verb.starts_with(word.as_str()))
        };
        let offer = match fit {
            Fit::Exact => Offer::Yes,
            Fit::Scattered => Offer::No,
            _ if self.words.iter().any(begins_verb) => Offer::Yes,
            _ => Offer::IfHarmless,
        };
        Some((fit, score, offer))
    }
}

/// Whether a row may be offered to a line that names none. `no` is a word of many sentences and begins every `node.` id: that
/// is no reason to offer what changes the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Offer {
    /// The line begins its verb.
    Yes,
    /// Only if it changes nothing.
    IfHarmless,
    /// It does not.
    No,
}

impl Entry {
    /// Whether Tab may take it though nobody picked it.
    pub(super) const fn is_offered(&self) -> bool {
        match self.offer {
            Offer::Yes => true,
            Offer::IfHarmless => !self.spec.effect.mutates(),
            Offer::No => false,
        }
    }
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|char: char| !char.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
}

/// Whether Enter runs the first of these without a row having been picked.
pub(super) fn runs_first(entries: &[Entry]) -> bool {
    let Some(first) = entries.first() else { return false };
    match (first.fit, first.spec.effect) {
        (Fit::Exact, _) => true,
        // One that its words name, and no other.
        (Fit::Verb, Effect::Undoable | Effect::Final) => {
            entries.iter().filter(|entry| entry.fit <= Fit::Words).count() == 1
        }
        (_, Effect::Undoable | Effect::Final) => false,
        (fit, Effect::Pace) => fit <= Fit::Beginnings,
        (fit, Effect::View) => fit <= Fit::Beginnings || !first.spec.ends,
    }
}
