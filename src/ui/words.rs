//! Words: how `update` speaks without knowing a language.
//!
//! Idea: `update` names a text and its arguments; whoever holds the locale turns them into a sentence. So the logic is
//! tested without a translation, and a translation without the logic.
//! Shape: what has a form without a language (an order as it is typed, the name of a refusal) has a default. Text ids are Fluent ids (`toast-locked`); arguments are already formatted, because numbers and names on
//! the screen have one form.

use super::filter::Filter;
use crate::domain::control::Wording;
use crate::domain::event::{Event, EventName};
use crate::domain::view::Text;
use crate::domain::why::Why;

/// Speaks the language of the screen.
pub trait Words {
    /// The text of this id with these arguments; the id itself if there is none.
    fn text(&self, id: &str, args: &[(&str, &str)]) -> String;

    /// A control as done: `n3 killed`.
    fn done(&self, control: &Wording) -> String;

    /// A control as an order: `kill n3`.
    fn order(&self, control: &Wording) -> String {
        control.to_string()
    }

    /// Why something was refused, as a line.
    fn why(&self, why: Why) -> String {
        why.name().to_owned()
    }

    /// The text in the language of the screen.
    fn pick<'t>(&self, text: &'t Text) -> &'t str {
        &text.en
    }

    /// The caption of an event, as the list shows it: what a filter's words are looked up in.
    fn caption(&self, event: &Event) -> String;

    /// How the list calls an event: `KILLED`.
    fn event_word(&self, name: EventName) -> String {
        self.text(&format!("word-{}", name.text().replace('_', "-")), &[])
    }

    /// Whether a filter lets an event through; the list must be drawn by the same rule.
    fn shows(&self, event: &Event, filter: &str) -> bool {
        Filter::read(filter).passes_said(event, || self.event_word(event.kind.name()), || self.caption(event))
    }
}

/// No language at all: ids and arguments as they are. For tests, and for a log that nobody translated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bare;

impl Words for Bare {
    fn text(&self, id: &str, args: &[(&str, &str)]) -> String {
        args.iter().fold(id.to_owned(), |text, (name, value)| format!("{text} {name}={value}"))
    }

    fn done(&self, control: &Wording) -> String {
        format!("done: {control}")
    }

    fn caption(&self, event: &Event) -> String {
        format!("{:?}", event.kind)
    }
}
