//! The filter over events: `kind:election node:4 !kind:believes`, or words.
//!
//! Idea: every part must hold; a part with `!` must not. `kind:` takes a kind (`elected`) or a class (`election`),
//! several with commas; what has no colon is sought in the sentence.
//! Errors: none; a part that nothing fits simply shows nothing.

use crate::domain::event::Event;

use super::caption;
use super::locale::Locale;

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

    /// Whether it lets an event pass; its sentence is made only if a part asks for words.
    pub fn passes(&self, event: &Event, locale: &Locale) -> bool {
        self.parts.iter().all(|part| part.fits(event, locale) == (part.inverse == Inverse::No))
    }
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
        Self { inverse, field, values }
    }

    fn fits(&self, event: &Event, locale: &Locale) -> bool {
        let any = |fits: &dyn Fn(&str) -> bool| self.values.iter().any(|value| fits(value));
        match self.field {
            Field::Kind => {
                any(&|value| caption::name(&event.kind).starts_with(value) || caption::class(&event.kind) == value)
            }
            Field::Node => any(&|value| {
                let wanted = value.trim_start_matches('n').parse::<u8>();
                event.node.is_some_and(|node| wanted == Ok(node.0))
            }),
            Field::Group => any(&|value| event.group.is_some_and(|group| group.to_string() == value)),
            Field::Word => {
                let said = format!("{} {}", caption::word(&event.kind, locale), caption::caption(event, &[], locale));
                let said = said.to_lowercase();
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
        let event = Event { id: EventId(1), at: SimTime::ZERO, node, group, kind, cause: None };
        Filter::read(filter).passes(&event, &Locale::default())
    }

    #[test]
    fn every_part_must_hold() {
        let stands = || EventKind::Stands { term: Term(2), forced: false };
        assert!(passes("", stands()));
        assert!(passes("kind:election node:4", stands()));
        assert!(passes("kind:stands", stands()));
        assert!(!passes("kind:election node:5", stands()));
        assert!(!passes("!kind:election", stands()));
        assert!(passes("!kind:believes,crashed group:p1", stands()));
        assert!(passes("STANDS", stands()));
        assert!(passes("votes for itself".split(' ').next().unwrap_or_default(), stands()));
        assert!(!passes("banana", stands()));
    }
}
