//! Refusals, explained.

use super::Locale;
use crate::domain::why::Why;

impl Locale {
    /// Why something was refused, as a line.
    pub fn why(&self, why: Why) -> String {
        let id = format!("why-{}", why.name());
        match why {
            Why::NotLeader(None) => self.text("why-not-leader-unknown").into_owned(),
            Why::NotLeader(Some(node))
            | Why::AlreadyVoted(node)
            | Why::LeaderAlive(node)
            | Why::NotAcknowledgeable(node) => self.say(&id, &[("node", node.to_string().into())]),
            Why::StaleTerm(term) => self.say(&id, &[("term", term.0.to_string().into())]),
            _ => self.text(&id).into_owned(),
        }
    }
}
