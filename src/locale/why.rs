//! Refusals, explained.

use crate::domain::why::Why;

use crate::locale::Locale;

/// Why something was refused, as a line.
pub fn why(why: Why, locale: &Locale) -> String {
    let id = format!("why-{}", why.name());
    match why {
        Why::NotLeader(None) => locale.text("why-not-leader-unknown").into_owned(),
        Why::NotLeader(Some(node))
        | Why::AlreadyVoted(node)
        | Why::LeaderAlive(node)
        | Why::NotAcknowledgeable(node) => locale.say(&id, &[("node", node.to_string().into())]),
        Why::StaleTerm(term) => locale.say(&id, &[("term", term.0.to_string().into())]),
        _ => locale.text(&id).into_owned(),
    }
}
