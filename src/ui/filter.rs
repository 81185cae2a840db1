//! The filter over events: `kind:election node:4 !kind:belief`, or words.
//!
//! Idea: every part must hold; a part with `!` must not. `kind:` takes the name of an event, or
//! what one begins with from any of its words on (`leader_elected`, `elected`), the word that stands for it in the list
//! (`caught-up`), or a class (`election`), several with commas; what has no colon is sought in
//! the word, the group and the sentence that stand in the list. The list, its keys (`n`, `N`) and the panel ask this
//! one rule. A part that is not finished (`kind:`, `!`) holds, so that the list does not blink while somebody types.
//! Errors: none; a part that nothing fits simply shows nothing. [`Filter::stranger`] finds a kind that no event has.

use crate::document::problem::nearest;
use crate::domain::event::{Class, Event, EventName};

use super::caption;
use crate::lesson::moment;
use crate::locale::Locale;

/// A filter, read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    inverse: Inverse,
    field: Field,
    values: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Inverse {
    No,
    Yes,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Field {
    Kind,
    Node,
    Group,
    Word,
}

impl Filter {
    /// Reads a filter as it was typed.
    pub fn read(text: &str) -> Self {
        Self { parts: text.split_whitespace().map(Part::read).collect() }
    }

    /// Whether it lets everything pass.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The first kind that no event has, and the nearest that one has.
    pub fn stranger(&self, word: impl Fn(EventName) -> String) -> Option<(&str, Option<String>)> {
        let kinds = self.parts.iter().filter(|part| part.field == Field::Kind).flat_map(|part| &part.values);
        let is_known = |kind: &str| {
            Class::ALL.iter().any(|class| class.text() == kind)
                || EventName::ALL.iter().any(|name| name.fits(kind) || is_word(kind, &word(*name)))
        };
        let stranger = kinds.map(String::as_str).find(|kind| !is_known(kind))?;
        let classes = Class::ALL.iter().map(|class| class.text());
        let known: Vec<&str> = EventName::ALL.iter().flat_map(|name| name.ends()).chain(classes).collect();
        let called = || moment::called(stranger).map(|names| names.replace('`', ""));
        Some((stranger, called().or_else(|| nearest(stranger, &known))))
    }

    /// Whether it lets an event pass; its sentence is made only if a part asks for words.
    pub fn passes(&self, event: &Event, locale: &Locale) -> bool {
        self.passes_said(
            event,
            || caption::word(&event.kind, locale).into_owned(),
            || caption::caption(event, &[], locale),
        )
    }

    /// The same, where the event's word and its sentence come from somebody else.
    pub fn passes_said(&self, event: &Event, word: impl Fn() -> String, said: impl Fn() -> String) -> bool {
        let fits = |part: &Part| part.fits(event, &word, &said) == (part.inverse == Inverse::No);
        self.parts.iter().all(|part| part.is_open() || fits(part))
    }
}

/// Whether this is how the list calls an event, or the beginning of that; blanks may be written as hyphens.
fn is_word(kind: &str, word: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['_', ' '], "-");
    !word.is_empty() && plain(word).starts_with(&plain(kind))
}

impl Part {
    fn read(text: &str) -> Self {
        let (inverse, text) = match text.strip_prefix('!') {
            Some(rest) => (Inverse::Yes, rest),
            None => (Inverse::No, text),
        };
        let (field, values) = match text.split_once(':') {
            Some(("kind", values)) => (Field::Kind, values),
            Some(("node", values)) => (Field::Node, values),
            Some(("group", values)) => (Field::Group, values),
            _ => (Field::Word, text),
        };
        let values = match field {
            Field::Word => vec![values.to_lowercase()],
            _ => values.split(',').map(str::to_lowercase).collect(),
        };
        Self { inverse, field, values: values.into_iter().filter(|value| !value.is_empty()).collect() }
    }

    /// Nothing to look for yet.
    fn is_open(&self) -> bool {
        self.values.is_empty()
    }

    fn fits(&self, event: &Event, word: impl Fn() -> String, said: impl Fn() -> String) -> bool {
        let any = |fits: &dyn Fn(&str) -> bool| self.values.iter().any(|value| fits(value));
        match self.field {
            Field::Kind => any(&|value| {
                let spec = event.kind.spec();
                spec.class.text() == value || spec.name.fits(value) || is_word(value, &word())
            }),
            Field::Node => any(&|value| {
                let wanted = value.trim_start_matches('n').parse::<u8>();
                event.node.is_some_and(|node| wanted == Ok(node.0))
            }),
            Field::Group => any(&|value| {
                event.group.is_some_and(|group| value == group.to_string() || value == group.0.to_string())
            }),
            Field::Word => {
                let group = event.group.map_or_else(String::new, |group| group.to_string());
                let said = format!("{} {group} {}", word(), said()).to_lowercase();
                any(&|value| said.contains(value))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::ids::{EventId, GroupId, NodeId, Term};
    use crate::domain::time::SimTime;

    fn passes(filter: &str, kind: EventKind) -> bool {
        let (node, group) = (Some(NodeId(4)), Some(GroupId(1)));
        let event = Event { id: EventId(1), at: SimTime::ZERO, node, group, kind, cause: None, repeated: 0 };
        Filter::read(filter).passes(&event, &Locale::default())
    }

    #[test]
    fn a_kind_that_no_event_has_is_named_with_the_nearest() {
        let stranger = |text: &str| {
            let filter = Filter::read(text);
            filter
                .stranger(|name| Locale::default().event_word(name).into_owned())
                .map(|(kind, near)| (kind.to_owned(), near.unwrap_or_default()))
        };
        let found = |kind: &str, near: &str| Some((kind.to_owned(), near.to_owned()));
        assert_eq!(stranger("kind:elcted"), found("elcted", "elected"));
        assert_eq!(stranger("node:4 !kind:belief,leader_elcted"), found("leader_elcted", "leader_elected"));
        assert_eq!(stranger("kind:electoin"), found("electoin", "election"));
        assert_eq!(stranger("kind:bananarama"), found("bananarama", ""));
        assert_eq!(stranger("kind:killed"), found("killed", "node_crashed"));
        for known in [
            "kind:CRASHED",
            "",
            "elcted",
            "kind:",
            "kind:elected",
            "kind:election,desk",
            "kind:node_",
            "kind:leader-elected",
        ] {
            assert_eq!(stranger(known), None, "{known}");
        }
    }

    /// `filter the events: kind:election node:4 !refused`: each part keeps what it names, or hides it.
    #[test]
    fn the_example_in_the_help_means_what_it_says() {
        let (n4, n5) = (NodeId(4), NodeId(5));
        let refused = || EventKind::VoteRefused {
            candidate: n5,
            term: Term(2),
            pre_vote: false,
            why: crate::domain::why::Why::LogBehind,
        };
        for language in [crate::locale::Language::English, crate::locale::Language::Russian] {
            let locale = Locale::new(language);
            let help = locale.text("action-list-filter").into_owned();
            let example = help.split_once(": ").map(|(_, example)| example.to_owned()).unwrap_or_default();
            let parts: Vec<&str> = example.split(' ').collect();
            let passes = |filter: &str, node: NodeId, kind: EventKind| {
                let (node, group) = (Some(node), Some(GroupId(1)));
                let event = Event { id: EventId(1), at: SimTime::ZERO, node, group, kind, cause: None, repeated: 0 };
                Filter::read(filter).passes(&event, &locale)
            };
            let stands = || EventKind::Stands { term: Term(2), forced: false };
            assert!(passes(&example, n4, stands()), "{example}");
            assert!(!passes(parts[0], n4, EventKind::AllHealed) && passes(parts[0], n5, refused()), "{example}");
            assert!(!passes(parts[1], n5, stands()) && passes(parts[1], n4, refused()), "{example}");
            assert!(!passes(parts[2], n4, refused()) && passes(parts[2], n5, stands()), "{example}");
            assert_eq!((parts.len(), Filter::read(&example).stranger(|_| String::new())), (3, None), "{example}");
        }
    }

    /// Who reads a word in the list can ask for it, in either language.
    #[test]
    fn the_words_of_the_list_are_kinds() {
        for language in [crate::locale::Language::English, crate::locale::Language::Russian] {
            let locale = Locale::new(language);
            let word = |name: EventName| locale.event_word(name).into_owned();
            for name in EventName::ALL {
                let typed = format!("kind:{}", word(*name).replace(' ', "-"));
                assert_eq!(Filter::read(&typed).stranger(word), None, "{typed}");
            }
            let kind = EventKind::Stands { term: Term(2), forced: false };
            let typed = format!("kind:{}", word(kind.name()).to_lowercase().replace(' ', "-"));
            let (node, group) = (Some(NodeId(4)), Some(GroupId(1)));
            let event = Event { id: EventId(1), at: SimTime::ZERO, node, group, kind, cause: None, repeated: 0 };
            assert!(Filter::read(&typed).passes(&event, &locale), "{typed}");
            assert!(!Filter::read(&format!("!{typed}")).passes(&event, &locale), "{typed}");
        }
    }

    #[test]
    fn every_part_must_hold() {
        let stands = || EventKind::Stands { term: Term(2), forced: false };
        assert!(passes("", stands()));
        assert!(passes("kind:election node:4", stands()));
        assert!(passes("kind:stands", stands()));
        assert!(!passes("kind:election node:5", stands()));
        assert!(!passes("!kind:election", stands()));
        assert!(passes("!kind:belief,crashed group:p1", stands()));
        assert!(passes("STANDS", stands()));
        assert!(passes("p1", stands()) && !passes("p2", stands()) && !passes("!p1", stands()));
        assert!(passes("votes for itself".split(' ').next().unwrap_or_default(), stands()));
        assert!(!passes("banana", stands()));
        assert!(passes("node:n4 group:1", stands()));
        assert!(passes("kind:", stands()) && passes("!", stands()), "unfinished parts hold");
        assert!(!passes("strange:thing", stands()));
    }
}
