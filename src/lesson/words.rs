//! The small words of actions and expectations: numbers with `k` and `M`, lengths of time, names of nodes and groups.
//!
//! Idea: a text is cut into words that remember where they stood, so that a complaint can point at one of them.

use std::ops::Range;

use crate::document::problem::Complaint;
use crate::domain::ids::{GroupId, NodeId, PartitionId};
use crate::domain::instrument::INSTRUMENTS;
use crate::domain::time::SimDuration;

/// A word and where it stands in its text.
#[derive(Clone, Debug)]
pub struct Word<'t> {
    /// The word.
    pub text: &'t str,
    /// Its bytes.
    pub span: Range<usize>,
}

impl Word<'_> {
    /// A complaint about this word.
    #[must_use]
    pub fn complain(&self, found: impl Into<String>) -> Complaint {
        Complaint::new(self.span.clone(), found)
    }
}

/// What stands between the ends of a link: a word of its own, with or without blanks around it.
const ARROW: &str = "->";

/// Cuts a text at white space, and around arrows: `n1->n2` is `n1 -> n2`.
pub fn cut(text: &str) -> Vec<Word<'_>> {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let words = text.split_whitespace().flat_map(around_arrows);
    words.map(|word| Word { text: word, span: start(word)..start(word) + word.len() }).collect()
}

fn around_arrows(word: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    let mut parts = Vec::new();
    for (place, arrow) in word.match_indices(ARROW) {
        parts.extend([&word[from..place], arrow]);
        from = place + arrow.len();
    }
    parts.push(&word[from..]);
    parts.into_iter().filter(|part| !part.is_empty())
}

/// Which nodes and groups there are, and what is meant where a text names none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context {
    /// The cluster has the nodes `n1` to this one.
    pub nodes: usize,
    /// The partitions `p1` to this one.
    pub partitions: usize,
    /// The desk trades this many symbols, in table order.
    pub instruments: usize,
    /// The group that `leader` means: the one in view.
    pub group: GroupId,
    /// The node that an action without a target means: the selected one. In files there is none.
    pub selected: Option<NodeId>,
}

impl Context {
    /// The context of a file: the group in view is `p1`, nothing is selected.
    pub const fn of_file(nodes: usize, partitions: usize) -> Self {
        Self { nodes, partitions, instruments: INSTRUMENTS.len(), group: GroupId(1), selected: None }
    }

    /// The same, of a desk that trades this many symbols.
    pub const fn trading(self, instruments: usize) -> Self {
        Self { instruments, ..self }
    }
}

/// `n3`.
///
/// # Errors
/// It is no node of this cluster.
pub fn node(word: &Word<'_>, context: &Context) -> Result<NodeId, Complaint> {
    let number = word.text.strip_prefix('n').and_then(|digits| digits.parse::<usize>().ok());
    match number {
        Some(number) if (1..=context.nodes).contains(&number) => Ok(NodeId::from_index(number - 1)),
        _ => Err(word.complain(format!("there is no node `{}`", word.text)).allow(nodes_allowed(context))),
    }
}

/// `n1 to n5`, for messages.
pub fn nodes_allowed(context: &Context) -> String {
    format!("n1 to n{}", context.nodes)
}

/// `p2` or `meta`.
///
/// # Errors
/// It is no group of this cluster.
pub fn group(word: &Word<'_>, context: &Context) -> Result<GroupId, Complaint> {
    if word.text == "meta" {
        return Ok(GroupId::META);
    }
    let number = word.text.strip_prefix('p').and_then(|digits| digits.parse::<usize>().ok());
    match number {
        Some(number) if (1..=context.partitions).contains(&number) => {
            Ok(GroupId::of(PartitionId::from_index(number - 1)))
        }
        _ => Err(word
            .complain(format!("there is no group `{}`", word.text))
            .among(word.text, &["meta"])
            .allow(format!("p1 to p{}, meta", context.partitions))),
    }
}

/// `p2`, where only a partition can be meant. `meta` is read, because recordings have it; the cluster refuses it.
///
/// # Errors
/// It is no group of this cluster.
pub fn partition(word: &Word<'_>, context: &Context) -> Result<GroupId, Complaint> {
    let no_partition = || word.complain(format!("there is no partition `{}`", word.text));
    group(word, context).map_err(|_| no_partition().allow(format!("p1 to p{}", context.partitions)))
}

/// `100`, `100_000`, `100k`, `1M`.
///
/// # Errors
/// It is no such number, or outside the range.
pub fn count(word: &Word<'_>, min: u64, max: u64) -> Result<u64, Complaint> {
    let digits = word.text.replace('_', "");
    let (digits, unit) = match digits.as_bytes().last() {
        Some(b'k') => (&digits[..digits.len() - 1], 1_000),
        Some(b'M') => (&digits[..digits.len() - 1], 1_000_000),
        _ => (digits.as_str(), 1),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse::<u64>().ok().filter(|_| plain).and_then(|number| number.checked_mul(unit));
    match number {
        Some(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(word.complain(format!("`{}` is no number that fits here", word.text)).allow(if max < 1_000 {
            format!("{min} to {max}")
        } else {
            format!("{min} to {max}, also as 20k or 1M")
        })),
    }
}

/// `2s`, `500ms`, `20us`.
///
/// # Errors
/// It is no such length, or longer than an hour.
pub fn length(word: &Word<'_>) -> Result<SimDuration, Complaint> {
    const HOUR_US: u64 = 3_600_000_000;
    let split = word.text.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.text.len());
    let (digits, unit) = word.text.split_at(split);
    let unit_us = match unit {
        "us" => Some(1),
        "ms" => Some(1_000),
        "s" => Some(1_000_000),
        _ => None,
    };
    let length = digits.parse::<u64>().ok().zip(unit_us).and_then(|(number, unit)| number.checked_mul(unit));
    length.filter(|us| (1..=HOUR_US).contains(us)).map(SimDuration::from_micros).ok_or_else(|| {
        word.complain(format!("`{}` is no length of time", word.text)).allow("such as 2s, 500ms, 20us; an hour at most")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word<'_> {
        Word { text, span: 0..text.len() }
    }

    #[test]
    fn arrows_need_no_blanks() {
        let words = |text: &'static str| cut(text).into_iter().map(|word| (word.text, word.span)).collect::<Vec<_>>();
        assert_eq!(words("cut n1->n2"), [("cut", 0..3), ("n1", 4..6), ("->", 6..8), ("n2", 8..10)]);
        assert_eq!(words("n1-> n2"), [("n1", 0..2), ("->", 2..4), ("n2", 5..7)]);
        assert_eq!(words("n1 -> -5ms"), [("n1", 0..2), ("->", 3..5), ("-5ms", 6..10)]);
    }

    #[test]
    fn numbers_may_carry_a_unit() {
        let read = |text: &str| count(&word(text), 1, 10_000_000).ok();
        assert_eq!(read("100k"), Some(100_000));
        assert_eq!(read("1M"), Some(1_000_000));
        assert_eq!(read("1_000"), Some(1_000));
        for wrong in ["", "k", "-1", "+1", "0", "11M", "1.5k", "99999999999999999999", "20000000000000000000k"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lengths_of_time_read_as_they_are_shown() {
        for text in ["2s", "500ms", "20us", "1500ms"] {
            assert_eq!(length(&word(text)).unwrap().written(), text);
        }
        for wrong in ["", "s", "2", "2 s", "2m", "0s", "9999999999999s", "1h"] {
            assert!(length(&word(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_nodes_and_groups_of_the_cluster_have_names() {
        let context = Context::of_file(5, 4);
        assert_eq!(node(&word("n5"), &context), Ok(NodeId(5)));
        assert_eq!(group(&word("meta"), &context), Ok(GroupId::META));
        assert!(node(&word("n6"), &context).is_err() && node(&word("n0"), &context).is_err());
        assert!(group(&word("p5"), &context).is_err() && group(&word("p"), &context).is_err());
    }
}
