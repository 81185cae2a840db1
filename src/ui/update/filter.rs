//! The filter of the event list: `kind:election node:4 !kind:voted crashed`.
//!
//! Idea: every term must hold; a term is a field with values (any of them), or a word of the caption; `!` turns it
//! round. An unfinished term (`kind:`) holds, so that the list does not blink while somebody types.

use crate::domain::event::{Event, EventKind};

/// Kinds that belong together, by the name that people think of.
const FAMILIES: [(&str, &[&str]); 4] = [
    ("election", &["timedout", "stands", "voted", "voterefused", "elected", "steppeddown"]),
    ("fault", &["crashed", "frozen", "halted", "diskslow", "linkcut", "isolated", "muted"]),
    ("cure", &["recovered", "caughtup", "thawed", "linkhealed", "rejoined", "allhealed"]),
    ("commit", &["firstcommit", "firstanswer"]),
];

/// Whether the filter lets the event through. The caption is asked for only if a word needs it.
pub fn shows(event: &Event, filter: &str, caption: impl Fn() -> String) -> bool {
    filter.split_whitespace().all(|term| match term.strip_prefix('!') {
        Some("") => true,
        Some(rest) => !holds(event, rest, &caption),
        None => holds(event, term, &caption),
    })
}

fn holds(event: &Event, term: &str, caption: &impl Fn() -> String) -> bool {
    let Some((field, values)) = term.split_once(':') else {
        return caption().to_lowercase().contains(&term.to_lowercase());
    };
    let mut values = values.split(',').filter(|value| !value.is_empty()).map(str::to_lowercase).peekable();
    if values.peek().is_none() {
        return true;
    }
    match field {
        "kind" => {
            let kind = kind_name(&event.kind);
            values.any(|value| match FAMILIES.iter().find(|(family, _)| *family == value) {
                Some((_, kinds)) => kinds.contains(&kind.as_str()),
                None => kind.contains(&value.replace(['_', '-'], "")),
            })
        }
        "node" => {
            event.node.is_some_and(|node| values.any(|value| value.trim_start_matches('n') == node.0.to_string()))
        }
        "group" => event
            .group
            .is_some_and(|group| values.any(|value| value == group.to_string() || value == group.0.to_string())),
        _ => caption().to_lowercase().contains(&term.to_lowercase()),
    }
}

/// The name of a kind in small letters, as its variant is called: `elected`, `voterefused`.
fn kind_name(kind: &EventKind) -> String {
    let shown = format!("{kind:?}");
    shown.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{EventId, GroupId, NodeId};
    use crate::domain::time::SimTime;

    #[test]
    fn a_filter_is_all_of_its_terms() {
        let event = Event {
            id: EventId(1),
            at: SimTime::ZERO,
            node: Some(NodeId(4)),
            group: Some(GroupId(1)),
            kind: EventKind::Crashed { unsynced: 2 },
            cause: None,
        };
        let cases = [
            ("", true),
            ("kind:crashed", true),
            ("kind:fault", true),
            ("kind:election", false),
            ("kind:election,crashed", true),
            ("node:4", true),
            ("node:n4", true),
            ("node:1,2", false),
            ("group:p1 node:4", true),
            ("group:p2", false),
            ("!kind:crashed", false),
            ("!node:3", true),
            ("KILLED", true),
            ("!killed", false),
            ("kind:", true),
            ("!", true),
            ("strange:thing", false),
        ];
        for (filter, expected) in cases {
            assert_eq!(shows(&event, filter, || "n4 killed by you".to_owned()), expected, "{filter}");
        }
    }
}
