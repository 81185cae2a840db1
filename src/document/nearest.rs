//! Nearest words: which of the words that may stand somewhere was meant by one that may not.
//!
//! Idea: a slip of the fingers is near in letters; a slip of the memory has the right parts in another name. Only one that is
//! clearly meant is proposed: a wrong guess costs more than none.
//! Bound: words of more than [`WORD_MAX`] letters are near to none.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::problem::WORD_MAX;

/// Letters of a part of a word that says something.
const PART_LEAST: usize = 3;

/// The word nearest to `found`, if it is near: at most one slip in three letters, a swap counting as one; else the one that is
/// made of the same parts.
pub fn nearest<S: AsRef<str>>(found: &str, words: &[S]) -> Option<String> {
    if found.chars().nth(WORD_MAX).is_some() {
        return None;
    }
    let found = found.to_lowercase();
    misspelt(&found, words).or_else(|| related(&found, words))
}

fn misspelt<S: AsRef<str>>(found: &str, words: &[S]) -> Option<String> {
    let slips_max = (found.chars().count() / 3).max(1);
    words
        .iter()
        .map(|word| (strsim::damerau_levenshtein(found, &word.as_ref().to_lowercase()), word.as_ref()))
        .filter(|(slips, word)| *slips <= slips_max && *slips < word.chars().count())
        .min_by_key(|(slips, word)| (*slips, Reverse(common(found, word))))
        .map(|(_, word)| word.to_owned())
}

/// The word that shares the most parts with `found`: `rate_per_s` is taken for `orders_per_s`, `heartbeat` for `heartbeat_ms`.
/// The parts of one are all in the other, or half of the longer's are shared; where two words share as many, nobody knows which
/// is meant.
fn related<S: AsRef<str>>(found: &str, words: &[S]) -> Option<String> {
    let parts = |word: &str| -> BTreeSet<String> {
        let parts = word.split(|char: char| !char.is_alphanumeric()).filter(|part| !part.is_empty());
        parts.map(str::to_lowercase).collect()
    };
    let own = parts(found);
    let shares = words.iter().filter_map(|word| {
        let others = parts(word.as_ref());
        let shared: Vec<&String> = own.intersection(&others).collect();
        let (less, more) = (own.len().min(others.len()), own.len().max(others.len()));
        // A unit alone, such as `ms`, says nothing.
        let tells = shared.iter().any(|part| part.chars().count() >= PART_LEAST);
        let is_near = shared.len() == less || shared.len() * 2 >= more;
        (tells && is_near).then_some((shared.len(), word.as_ref()))
    });
    let shares: Vec<(usize, &str)> = shares.collect();
    let most = shares.iter().map(|(shared, _)| *shared).max()?;
    let mut nearest = shares.iter().filter(|(shared, _)| *shared == most).map(|(_, word)| *word);
    nearest.next().filter(|_| nearest.next().is_none()).map(str::to_owned)
}

/// All of these words, the nearest to `found` first.
pub fn nearest_first<'w>(found: &str, words: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    let found: String = found.to_lowercase().chars().take(WORD_MAX).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_spellings_as_near_the_one_that_begins_alike_is_meant() {
        assert_eq!(nearest("of", &["on", "off"]).as_deref(), Some("off"));
        assert_eq!(nearest("o", &["off", "on"]).as_deref(), Some("on"));
    }

    #[test]
    fn only_a_near_word_is_proposed() {
        assert_eq!(nearest("majorty", &["leader", "majority"]).as_deref(), Some("majority"));
        assert_eq!(nearest("laeder", &["leader", "majority"]).as_deref(), Some("leader"));
        assert_eq!(nearest("everybody", &["leader", "majority"]), None);
        assert_eq!(nearest("x", &["y"]), None, "one letter for another is no misspelling");
    }

    #[test]
    fn of_words_that_are_not_near_the_one_of_the_same_parts_is_proposed() {
        let load = ["on", "orders_per_s", "maker_percent", "query_percent", "strategy"];
        for (found, words, expected) in [
            ("rate_per_s", &load[..], Some("orders_per_s")),
            ("orders", &load, Some("orders_per_s")),
            ("percent", &load, None),
            ("percent_of_makers", &load, None),
            ("heartbeat", &["heartbeat_ms", "election_min_ms"], Some("heartbeat_ms")),
            ("heartbeat-interval-ms", &["heartbeat_ms", "election_min_ms"], Some("heartbeat_ms")),
            ("timeout_ms", &["heartbeat_ms", "snapshot_mb"], None),
            ("election_ms", &["election_min_ms", "election_max_ms"], None),
            ("leader-election", &["01-leader-election", "leader-lost"], Some("01-leader-election")),
            ("", &["heartbeat_ms"], None),
        ] {
            assert_eq!(nearest(found, words).as_deref(), expected, "{found}");
        }
    }
}
