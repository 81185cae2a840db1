//! Events in a language: the word of the list, and what is waited for in a lesson.
//!
//! Idea: both hang on the name of the event: `word-node-crashed` and its attribute `moment`.

use std::borrow::Cow;

use super::Locale;
use crate::domain::event::EventName;

impl Locale {
    /// The word of an event, as the list shows it: `CRASHED`.
    pub fn event_word(&self, name: EventName) -> Cow<'_, str> {
        self.text(&word_id(name))
    }

    /// An event that is waited for: `node crashed`.
    pub fn event_moment(&self, name: EventName) -> Cow<'_, str> {
        self.format_part(&word_id(name), Some("moment"), None)
    }
}

fn word_id(name: EventName) -> String {
    format!("word-{}", name.text().replace('_', "-"))
}
