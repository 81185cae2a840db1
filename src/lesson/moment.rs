//! Moments: the names by which a step waits for something to happen.
//!
//! Idea: `when = "leader_elected"` is an event by name, in any group and on any node unless the step says which;
//! `when = "node.n3.lag >= 50k"` is a state of affairs, looked at again and again.

use crate::document::problem::Complaint;
use crate::domain::event::{Event, EventName};
use crate::domain::ids::{GroupId, NodeId};
use crate::domain::view::ClusterView;
use crate::locale::Languages;

use super::expression::{self, Expression};
use super::words::Context;

/// What a step waits for.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// An event.
    Happens(Pattern),
    /// A state of affairs.
    Holds(Expression),
}

/// Which events are meant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pattern {
    /// What it is called.
    pub name: EventName,
    /// In this group only.
    pub group: Option<GroupId>,
    /// On this node only.
    pub node: Option<NodeId>,
}

/// Reads a condition: the name of an event, or an expression.
///
/// # Errors
/// It is neither.
pub fn parse(text: &str, context: &Context) -> Result<Condition, Complaint> {
    if expression::looks_like_one(text) {
        return expression::parse(text, context).map(Condition::Holds);
    }
    match text.parse() {
        Ok(name) => Ok(Condition::Happens(Pattern { name, group: None, node: None })),
        Err(_) => {
            let names: Vec<&str> = EventName::ALL.iter().map(|name| name.text()).collect();
            let mut found = Complaint::new(0..text.len(), format!("no event is called `{text}`")).among(text, &names);
            found.nearest = called(text).or(found.nearest);
            let names = found.allowed.take().unwrap_or_default();
            Err(found.allow(format!("{names}, or a comparison such as `orders.lost = 0`")))
        }
    }
}

/// The events that people call so: by their word on the screen, in a language of the house, or by the control that makes them.
pub fn called(word: &str) -> Option<String> {
    let Languages { english, russian } = Languages::shared();
    let is_its_word = |name: &EventName| {
        [english, russian].iter().any(|locale| locale.event_word(*name).to_lowercase() == word.to_lowercase())
    };
    let roots = super::action::roots_of(word);
    let is_made_so = |name: &EventName| roots.iter().any(|root| name.ends().skip(1).any(|end| end.starts_with(root)));
    let named = |is_meant: &dyn Fn(&EventName) -> bool| {
        let names: Vec<&str> = EventName::ALL.iter().filter(|name| is_meant(name)).map(|name| name.text()).collect();
        (!names.is_empty()).then(|| names.join("` or `"))
    };
    named(&is_its_word).or_else(|| named(&is_made_so))
}

impl Condition {
    /// Whether this event is it.
    pub fn met_by(&self, event: &Event) -> bool {
        match self {
            Self::Holds(_) => false,
            Self::Happens(pattern) => {
                event.kind.name() == pattern.name
                    && pattern.group.is_none_or(|group| event.group == Some(group))
                    && pattern.node.is_none_or(|node| event.node == Some(node))
            }
        }
    }

    /// Whether the state of affairs is there.
    pub fn met_in(&self, view: &ClusterView) -> bool {
        match self {
            Self::Happens(_) => false,
            Self::Holds(expression) => expression.holds(view),
        }
    }

    /// Whether it must be looked at again and again.
    pub const fn is_looked_at(&self) -> bool {
        matches!(self, Self::Holds(_))
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Holds(expression) => f.write_str(&expression.text),
            Self::Happens(pattern) => {
                f.write_str(pattern.name.text())?;
                if let Some(group) = pattern.group {
                    write!(f, " in {group}")?;
                }
                pattern.node.map_or(Ok(()), |node| write!(f, " on {node}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Class;

    #[test]
    fn the_word_on_the_screen_leads_to_the_name() {
        let near = |text: &str| parse(text, &Context::of_file(5, 4)).unwrap_err().nearest;
        assert_eq!(near("elected").as_deref(), Some("leader_elected"));
        assert_eq!(near("Избран").as_deref(), Some("leader_elected"));
        assert_eq!(near("leader_elcted").as_deref(), Some("leader_elected"));
        let refused = near("REFUSED").unwrap();
        assert!(refused.contains("vote_refused` or `"), "{refused}");
        assert_eq!(near("bananarama"), None);
        // The toast and the key say kill.
        assert_eq!(near("killed").as_deref(), Some("node_crashed"));
        assert_eq!(near("kill").as_deref(), Some("node_crashed"));
        assert_eq!(near("isolated").as_deref(), Some("node_isolated"));
    }

    #[test]
    fn the_documentation_names_every_event_and_figure() {
        let docs = include_str!("../../docs/scenarios.md");
        for name in EventName::ALL {
            assert!(docs.contains(&format!("`{name}`")), "{name}");
        }
        for class in Class::ALL {
            assert!(docs.contains(&format!("| `{}` |", class.text())), "{class:?}");
        }
        for (path, ..) in super::super::measure::WHOLE {
            let last = path.rsplit('.').next().unwrap_or_default();
            assert!(docs.contains(&format!("`{path}`")) || docs.contains(&format!("`{last}`")), "{path}");
        }
    }
}
