//! Controls in a language: what one does, and that it was done.
//!
//! Idea: the row of a control ([`Control::words`]) names the text and its figures. A text has two readings: the order
//! (`kill n3`), for hints, undo and refusals; and its attribute `done` (`n3 killed`), for toasts, palette and lessons.
//!
//! [`Control::words`]: crate::domain::control::Control::words

use fluent_bundle::{FluentArgs, FluentValue};

use super::Locale;
use crate::domain::control::{Argument, Target, Wording};
use crate::domain::ids::GroupId;
use crate::domain::rules::AckRule;

impl Locale {
    /// A control as an order: `kill n3`.
    pub fn order(&self, words: &Wording) -> String {
        self.said(words, None)
    }

    /// A control as done: `n3 killed`.
    pub fn done(&self, words: &Wording) -> String {
        self.said(words, Some("done"))
    }

    fn said(&self, words: &Wording, attribute: Option<&str>) -> String {
        let typed = words.to_string();
        let mut args: FluentArgs<'_> =
            words.args().map(|(name, value)| (name, FluentValue::from(self.argument(value)))).collect();
        args.set("what", typed);
        self.format_part(&words.text_id(), attribute, Some(&args)).into_owned()
    }

    fn argument(&self, value: &Argument) -> String {
        match value {
            Argument::Target(target) => self.target(*target),
            Argument::Count(count) => self.number(*count),
            Argument::Length(length) => self.duration(*length),
            Argument::Word(_) | Argument::Text(_) => value.to_string(),
        }
    }

    fn target(&self, target: Target) -> String {
        match target {
            Target::Node(node) => node.to_string(),
            Target::Leader(GroupId::META) => self.text("target-controller").into_owned(),
            Target::Leader(group) => self.fill("target-leader", &[("group", &group.to_string())]),
            Target::Follower(group) => self.fill("target-follower", &[("group", &group.to_string())]),
            Target::Random => self.text("target-random").into_owned(),
        }
    }

    /// The name of an acknowledgement rule.
    pub fn ack(&self, rule: AckRule) -> String {
        match rule {
            AckRule::Leader => self.text("ack-leader").into_owned(),
            AckRule::Majority => self.text("ack-majority").into_owned(),
            AckRule::All => self.text("ack-all").into_owned(),
            AckRule::Count(count) => self.fill("ack-count", &[("n", &count.to_string())]),
        }
    }

    /// What an invariant is called on the screen, by its name in files.
    pub fn invariant(&self, name: &str) -> String {
        self.text(&format!("lamp-{}", name.replace('_', "-"))).into_owned()
    }
}
