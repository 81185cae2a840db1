//! Refusals: why a key did nothing, as a text id with its arguments.
//!
//! Idea: a refused key and a dimmed hint have the same reason, so the reason is a value that both can show.

use crate::ui::action::ActionId;
use crate::ui::keymap::Keymap;
use crate::ui::words::Words;

/// Why something was not done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The text.
    pub id: &'static str,
    /// Its arguments.
    pub args: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal without arguments.
    pub const fn new(id: &'static str) -> Self {
        Self { id, args: Vec::new() }
    }

    /// The same with an argument more.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "ids and rules are Copy, and read better without a `&`")]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// No lesson runs: says where lessons are and which key kills, because k9s and btop users try `K`.
    pub fn no_lesson(keymap: &Keymap) -> Self {
        let lessons = keymap.label(ActionId("lesson.start"));
        Self::new("toast-no-lesson").with("lessons", lessons).with("kill", keymap.label(ActionId("node.kill")))
    }

    /// The sentence.
    pub fn text(&self, words: &dyn Words) -> String {
        let args: Vec<(&str, &str)> = self.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        words.text(self.id, &args)
    }
}
